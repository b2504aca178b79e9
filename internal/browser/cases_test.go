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

// storedMoment writes a moment as records have it.
func storedMoment(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05.000Z") }

// companyWith is a program with one person of each role and some customers of the rep.
func companyWith(t *testing.T, customers ...string) (program *browser.Program, root *browser.Session, people map[string]*browser.Session, ids map[string]string) {
	t.Helper()
	program, root, people = newOffice(t)
	ids = map[string]string{}
	industry := root.List("industries", "", "code")[0]["id"]
	for _, name := range customers {
		ids[name] = root.Create("customers", map[string]any{
			"name": name, "industry": industry, "size": "51-100", "source": "referral", "first_contact_on": "2026-01-05", "owner": people["rep"].ID,
		})
	}
	return program, root, people, ids
}

// TestCases works the queue of cases: its order, clocks and counts, a case from new to resolved and opened again, and what others see of it.
func TestCases(t *testing.T) {
	t.Parallel()
	program, root, people, customers := companyWith(t, "青禾包装机械有限公司", "宁波远航轴承有限公司")
	first, second := customers["青禾包装机械有限公司"], customers["宁波远航轴承有限公司"]
	now := time.Now()
	open := func(customer, subject string, ago time.Duration, fields map[string]any) string {
		base := map[string]any{"customer": customer, "subject": subject, "kind": "question", "severity": "minor", "opened_at": storedMoment(now.Add(-ago))}
		for name, value := range fields {
			base[name] = value
		}
		return root.Create("cases", base)
	}
	open(first, "设备报警停机", 2*time.Hour, map[string]any{"severity": "major", "kind": "complaint", "assignee": people["support"].ID})
	open(second, "要一份检测报告", 51*time.Hour, nil)
	open(first, "安装尺寸确认", 70*time.Hour, map[string]any{"responded_at": storedMoment(now.Add(-69 * time.Hour)), "assignee": people["support"].ID})
	open(second, "已换新密封件", 9*time.Hour, map[string]any{"resolved_at": storedMoment(now.Add(-4 * time.Hour))})

	page := program.Open("/_/", 1366, 860)
	page.SignInStaff("support")
	page.Visit("#/cases")
	subjects := `[...document.querySelectorAll("[data-case] .crm-subject")].map((el) => el.textContent).join()`
	count := func(view string, n int) string {
		return fmt.Sprintf(`document.querySelector("[data-view=%s] .crm-choice-count").textContent == "%d"`, view, n)
	}
	clock := func(subject string) string { return caseRow(subject) + `?.querySelector(".crm-clock").textContent` }
	sameAsServer := func(what string) {
		t.Helper()
		counts := people["support"].Send(http.MethodGet, "/api/crm/cases", nil)["counts"].(map[string]any)
		for _, view := range []string{"all", "mine", "team", "unassigned", "answered", "resolved"} {
			page.Await(what+": how many are "+view, count(view, int(counts[view].(float64))))
		}
	}
	page.Await("the most urgent first", subjects+` == "要一份检测报告,设备报警停机,安装尺寸确认"`)
	sameAsServer("at first")
	page.Await("how late it is", clock("要一份检测报告")+` == "逾期 3 小时 0 分"`)
	page.Await("how long is left", `/^还剩 21 小时 5\d 分$/.test(`+clock("设备报警停机")+`)`)
	page.Await("since when it is answered", `/^2 天 21 小时前已响应$/.test(`+clock("安装尺寸确认")+`)`)
	page.Await("how long answers took", `document.querySelector(".crm-summary").textContent.includes("平均 5 小时")`)
	page.Picture("cases")
	forEverybody(t, page, "the cases")

	t.Log("what is mine, and of a customer")
	clickOn(page, "[data-view=mine]")
	page.Await("my cases", subjects+` == "设备报警停机,安装尺寸确认" && location.hash == "#/cases?view=mine"`)
	clickOn(page, "[data-view=all]")
	page.Do(chromedp.SendKeys(".crm-find", "远航", chromedp.ByQuery))
	page.Await("the customer's cases", subjects+` == "要一份检测报告"`)
	page.Do(chromedp.SendKeys(".crm-find", "没有", chromedp.ByQuery))
	page.Await("that there is none", `document.querySelector(".crm-empty")?.textContent.includes("远航没有")`)
	page.Evaluate(`(() => { const input = document.querySelector(".crm-find"); input.value = ""; input.dispatchEvent(new Event("input")); })()`, nil)
	page.Await("all of them again", subjects+`.split(",").length == 3`)

	t.Log("a colleague opens one, and it is worked to its end")
	page.Do(chromedp.Click(".crm-new-case", chromedp.ByQuery), chromedp.WaitVisible(".record-upsert-modal [name=subject]", chromedp.ByQuery))
	page.Evaluate(`void app.modals.close(app.modals.getTop(), true)`, nil)
	id := people["support"].Create("cases", map[string]any{"customer": first, "subject": "漏油，请来人看", "kind": "request", "severity": "minor", "detail": "液压站漏油"})
	page.Await("the new case, unasked", caseRow("漏油，请来人看"))
	sameAsServer("with the new one")
	act := func(subject, words string) {
		t.Helper()
		page.Evaluate(`void [...`+caseRow(subject)+`.querySelectorAll("button")].find((b) => (b.textContent || b.ariaLabel) == "`+words+`").click()`, nil)
	}
	act("漏油，请来人看", "指派")
	page.Do(chromedp.WaitVisible(".crm-dialog select[name=assignee]", chromedp.ByQuery))
	page.Evaluate(`void (document.querySelector(".crm-dialog select[name=assignee]").value = "`+people["rep"].ID+`")`, nil)
	page.Picture("cases-assign")
	clickOn(page, ".crm-dialog .modal-footer .btn:last-child")
	page.Await("who has it", caseRow("漏油，请来人看")+`.querySelector(".crm-col-who").textContent == "周小雨"`)
	sameAsServer("assigned")
	act("漏油，请来人看", "已响应")
	page.Await("that it is answered", `/前已响应$/.test(`+clock("漏油，请来人看")+`)`)
	sameAsServer("answered")
	act("漏油，请来人看", "解决")
	page.Do(chromedp.WaitVisible(".crm-dialog textarea[name=done]", chromedp.ByQuery), chromedp.SendKeys(".crm-dialog textarea[name=done]", "更换密封圈，试机正常", chromedp.ByQuery))
	page.Picture("cases-resolve")
	clickOn(page, ".crm-dialog .modal-footer .btn:last-child")
	page.Await("the case gone", "!"+caseRow("漏油，请来人看"))
	sameAsServer("resolved")
	found := people["support"].Send(http.MethodGet, "/api/collections/cases/records/"+id, nil)
	if detail := found["detail"].(string); found["resolved_at"] == "" || !strings.HasPrefix(detail, "液压站漏油\n\n") || !strings.HasSuffix(detail, "许文静: 更换密封圈，试机正常") {
		t.Errorf("the resolved case is %v", found)
	}
	clickOn(page, "[data-view=resolved]")
	page.Await("it among those resolved", caseRow("漏油，请来人看"))
	act("漏油，请来人看", "重新打开")
	page.Await("it gone from there", "!"+caseRow("漏油，请来人看"))
	clickOn(page, "[data-view=all]")
	page.Await("it open again, with a new deadline", caseRow("漏油，请来人看")+`?.textContent.includes("重开 1 次") && `+clock("漏油，请来人看")+`.startsWith("还剩 1 天 23 小时")`)
	sameAsServer("reopened")

	t.Log("the keyboard stays where it was")
	page.Evaluate(`void `+caseRow("要一份检测报告")+`.querySelector("button").focus()`, nil)
	page.Do(chromedp.KeyEvent("\r"))
	page.Await("the answer by keyboard", clock("要一份检测报告")+`.endsWith("前已响应")`)
	page.Await("the focus in the row", `document.activeElement.closest("[data-case]") == `+caseRow("要一份检测报告"))

	t.Log("a follow-up of it")
	act("要一份检测报告", "记录跟进")
	page.Await("the form of the follow-up", `document.querySelector(".record-upsert-modal")?.textContent.includes("宁波远航轴承有限公司")`)
	page.Evaluate(`void app.modals.close(app.modals.getTop(), true)`, nil)

	t.Log("the rep sees the same, in English on a phone")
	phone := program.OpenIn("en", "/_/", 390, 844)
	phone.SignInStaff("rep")
	phone.Visit("#/cases?view=mine")
	want := people["rep"].Send(http.MethodGet, "/api/crm/cases?view=mine", nil)["cases"].([]any)
	phone.Await("the rep's cases", fmt.Sprintf(`document.querySelectorAll("[data-case]").length == %d`, len(want)))
	phone.Await("the clock in English", `/^1 d 23 h left$/.test(`+clock("漏油，请来人看")+`)`)
	phone.Await("nothing wider than the phone", `document.documentElement.scrollWidth <= 390 && document.querySelector(".page-content").scrollWidth <= 390`)
	phone.Picture("cases-phone-en")
}

// caseRow is the row of a case by its subject.
func caseRow(subject string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("[data-case]")].find((row) => row.querySelector(".crm-subject").textContent == %q)`, subject)
}

func clickOn(page *browser.Page, selector string) {
	page.Do(chromedp.Click(selector, chromedp.ByQuery))
}

// forEverybody holds what a page shows against axe-core, light and dark. The header is that of every page, and not the matter here.
func forEverybody(t *testing.T, page *browser.Page, what string) {
	t.Helper()
	header := func(visibility string) {
		page.Evaluate(fmt.Sprintf(`void (document.querySelector(".app-header").style.visibility = %q)`, visibility), nil)
	}
	header("hidden")
	defer header("")
	for _, scheme := range []string{"dark", "light"} {
		page.Evaluate(fmt.Sprintf("void (app.store.userColorScheme = %q)", scheme), nil)
		page.Await("the colours", fmt.Sprintf("document.documentElement.dataset.colorScheme == %q", scheme))
		for _, v := range page.Inaccessible() {
			t.Errorf("%s, %s: %s (%s): %s\n%s", what, scheme, v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n"))
		}
	}
}
