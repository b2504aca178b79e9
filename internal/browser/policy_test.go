package browser_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchbase/internal/browser"
)

// company serves a company of some customers who bought for so much, and gives the sessions of its people and of its superuser.
func company(t *testing.T, amounts ...int) (*browser.Program, map[string]*browser.Session) {
	t.Helper()
	program, root, people := newOffice(t)
	people["superuser"] = root
	industry := root.List("industries", "", "code")[0]["id"]
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	for i, amount := range amounts {
		customer := people["rep"].Create("customers", map[string]any{
			"name": fmt.Sprintf("青禾机械%d号有限公司", i+1), "industry": industry, "size": "51-100", "first_contact_on": day(-400), "source": "referral",
			"intent": "low", "need": "some",
		})
		root.Create("orders", map[string]any{"customer": customer, "ordered_at": day(-20), "amount": amount, "product": "轴承", "number": fmt.Sprintf("DD-%d", i+1)})
	}
	return program, people
}

// setField types a value into a field of the page, as a person would.
func setField(page *browser.Page, name, value string) {
	page.Evaluate(fmt.Sprintf(`(() => {
		const input = document.querySelector('[name="%s"]');
		input.focus();
		input.value = %q;
		input.dispatchEvent(new Event("input", { bubbles: true }));
		input.dispatchEvent(new Event("change", { bubbles: true }));
	})()`, name, value), nil)
}

// usable holds what a page shows against axe-core.
func usable(t *testing.T, page *browser.Page, what string) {
	t.Helper()
	for _, v := range page.Inaccessible() {
		t.Errorf("%s: %s (%s): %s: %s", what, v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "; "))
	}
}

// refusedKindly holds a page of directors against somebody it is not for: it says so, and no request for its data is made or answered.
func refusedKindly(t *testing.T, program *browser.Program, people map[string]*browser.Session, hash string, routes ...string) {
	t.Helper()
	page := program.Open("/_/"+hash, 1366, 860)
	page.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	page.SignInStaff("rep")
	page.OpenHash(hash)
	page.Await("a kind refusal", `document.querySelector(".crm-empty")?.textContent.includes("总监") && !document.querySelector(".crm-page table")`)
	for _, route := range routes {
		page.Await("nothing asked of "+route, fmt.Sprintf(`!performance.getEntriesByType("resource").some((entry) => entry.name.includes(%q))`, route))
		if status, body := people["rep"].Try(http.MethodGet, route, nil); status < 400 && !strings.Contains(string(body), `"items":[]`) {
			t.Errorf("a rep is answered %d %.200s by %s", status, body, route)
		}
	}
	page.Picture("refused-" + strings.Trim(hash, "#/"))
}

// TestPolicyPage changes the policy as a director does: a contradiction is refused beside its field, the preview tells what saving then does,
// and what somebody else saved first is shown.
func TestPolicyPage(t *testing.T) {
	t.Parallel()
	program, people := company(t, 50000, 150000, 250000, 320000, 450000, 700000)
	director := people["director"]
	policy := func() map[string]any { return director.List("policy", "", "")[0] }
	tiers := func() map[string]string {
		found := map[string]string{}
		for _, customer := range director.List("customers", "", "") {
			found[customer["id"].(string)] = customer["tier"].(string)
		}
		return found
	}

	page := program.Open("/_/", 1366, 860)
	page.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	page.SignInStaff("director")
	page.Visit("#/policy")
	page.Await("every field and row", `document.querySelectorAll(".crm-policy-row").length == 36 && document.querySelectorAll(".crm-policy-tiers tbody tr").length == 4
		&& document.querySelectorAll(".crm-policy-rules tbody tr").length == 14 && !document.querySelector(".crm-savebar")?.checkVisibility()`)
	page.Picture("policy-zh")
	usable(t, page, "the policy")

	t.Log("a contradiction")
	before := policy()
	page.Expect("400", "the contradiction is refused")
	setField(page, "policy.value_mid", "900000")
	setField(page, "tiers.C.cadence_days", "90")
	page.Do(chromedp.Click(".crm-policy-preview-btn", chromedp.ByQuery))
	page.Await("the error beside its field", `document.querySelector('[name="policy.value_mid"]')?.closest(".field").nextElementSibling?.classList.contains("error")
		&& document.querySelectorAll(".crm-policy [data-error]").length == 1 && !document.querySelector(".crm-policy-preview")`)
	page.Picture("policy-refused")
	if after := policy(); after["updated"] != before["updated"] {
		t.Errorf("half of it was saved: %v", after)
	}
	page.Do(chromedp.Click(".crm-policy-undo", chromedp.ByQuery))
	page.Await("what was typed undone", `document.querySelector('[name="policy.value_mid"]')?.value == "100000" && document.querySelector('[name="tiers.C.cadence_days"]')?.value == "60"`)

	t.Log("leaving with changes")
	setField(page, "policy.value_high", "240000")
	page.Evaluate(`void (location.hash = "#/jobs")`, nil)
	page.Await("the question", `location.hash == "#/policy" && [...document.querySelectorAll(".modal[data-modal-state=open] .btn")].some((b) => b.textContent.includes("留下"))`)
	page.Picture("policy-leave")
	page.Await("the header to say where one is", `document.querySelector(".app-main-nav a.active")?.getAttribute("href") == "#/policy"`)
	page.Evaluate(`[...document.querySelectorAll(".modal[data-modal-state=open] .btn")].find((b) => b.textContent.includes("留下")).click()`, nil)
	page.Await("one to have stayed", `location.hash == "#/policy" && document.querySelector('[name="policy.value_high"]')?.value == "240000"`)

	t.Log("the preview, and what comes of it")
	preview := director.Send(http.MethodPost, "/api/crm/policy/preview", map[string]any{"policy": map[string]any{"value_high": 240000}})
	if preview["changed"].(float64) != 3 {
		t.Fatalf("three customers are to move: %v", preview)
	}
	want := tiers()
	page.Do(chromedp.Click(".crm-policy-preview-btn", chromedp.ByQuery))
	page.Await("the preview", `document.querySelector(".crm-policy-preview .crm-policy-names")`)
	for _, shift := range preview["tiers"].([]any) {
		s := shift.(map[string]any)
		page.Await(fmt.Sprintf("the shift %v", s), fmt.Sprintf(`document.querySelector('[data-shift="%v-%v"]')?.textContent == "%v"`, s["from"], s["to"], s["customers"]))
	}
	for _, moved := range preview["moves"].([]any) {
		m := moved.(map[string]any)
		want[m["customer"].(string)] = m["to"].(map[string]any)["tier"].(string)
		page.Await(fmt.Sprintf("the customer %v", m["name"]), fmt.Sprintf(`document.querySelector('.crm-policy-names a[href="#/customer/%v"]')?.textContent == %q`, m["customer"], m["name"]))
	}
	page.Picture("policy-preview")
	usable(t, page, "the preview")
	page.Do(chromedp.Click(".crm-policy-save", chromedp.ByQuery))
	page.Await("the result", fmt.Sprintf(`document.querySelectorAll(".crm-policy-result .crm-moved li").length == %d`, len(preview["moves"].([]any))))
	page.Picture("policy-saved")
	if got := tiers(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the tiers are %v, the preview said %v", got, want)
	}
	page.Do(chromedp.Click(".crm-policy-preview .modal-footer .btn", chromedp.ByQuery))

	t.Log("somebody saved first")
	page.Expect("409", "somebody saved first")
	setField(page, "policy.take_per_day", "30")
	people["superuser"].Update("policy", policy()["id"].(string), map[string]any{"reveal_per_hour": 15})
	page.Do(chromedp.Click(".crm-policy-preview-btn", chromedp.ByQuery), chromedp.WaitVisible(".crm-policy-save", chromedp.ByQuery))
	page.Await("that nothing moves", `document.querySelector(".crm-policy-preview .crm-empty")`)
	page.Do(chromedp.Click(".crm-policy-save", chromedp.ByQuery))
	page.Await("what the other saved", `document.querySelector(".crm-conflicts")?.textContent.includes("15")`)
	page.Picture("policy-conflict")
	page.Do(chromedp.Click(".crm-policy-conflict .modal-footer .btn", chromedp.ByQuery))
	page.Await("both changes", `document.querySelector('[name="policy.take_per_day"]')?.value == "30" && document.querySelector('[name="policy.reveal_per_hour"]')?.value == "15"`)
	page.Do(chromedp.Click(".crm-policy-preview-btn", chromedp.ByQuery), chromedp.WaitVisible(".crm-policy-save", chromedp.ByQuery), chromedp.Click(".crm-policy-save", chromedp.ByQuery))
	page.Await("it applied", `document.querySelector(".crm-policy-result")`)
	if got := policy(); got["take_per_day"] != 30.0 || got["reveal_per_hour"] != 15.0 {
		t.Errorf("saved %v and %v", got["take_per_day"], got["reveal_per_hour"])
	}

	english := program.OpenIn("en", "/_/", 390, 844)
	english.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	english.SignInStaff("director")
	english.Visit("#/policy")
	english.Await("no Chinese but the names and strategies of tiers", `document.querySelector(".crm-policy-rules") && ![...document.querySelectorAll(".crm-policy :is(h1, h2, h3, p, label, th, option, strong, span)")].some((el) => el.checkVisibility() && /[\u4e00-\u9fff]/.test(el.textContent))`)
	english.Await("a page no wider than the phone", `document.querySelector(".crm-policy .page-content")?.scrollWidth <= 390`)
	english.Picture("policy-en-phone")
	usable(t, english, "the policy on a phone")
	refusedKindly(t, program, people, "#/policy", "/api/crm/policy/preview")
}
