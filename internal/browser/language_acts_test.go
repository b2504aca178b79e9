package browser_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchbase/internal/browser"
)

// acts reads in one language what is not to be seen until something is done: the windows of the pages, questions, errors and messages.
type acts struct {
	t        *testing.T
	page     *browser.Page
	language string
	read     []browser.Words
	presses  int
}

// newActs opens the program for somebody who presses buttons without filling anything in.
func newActs(t *testing.T, program *browser.Program, language string) *acts {
	page := program.OpenIn(language, "/_/", 1366, 860)
	page.Expect("Failed to load resource", "what is pressed without being filled in is refused")
	return &acts{t: t, page: page, language: language}
}

// pressAll presses every button of a page and of what opens so.
func (a *acts) pressAll(hash string) {
	a.t.Helper()
	a.page.Visit(hash)
	words, presses := a.page.PressAll()
	a.read, a.presses = append(a.read, words...), a.presses+presses
}

// look reads what is to be seen now, after an act, and awaits that it is there.
func (a *acts) look(what, script string) {
	a.t.Helper()
	a.page.Await(what, script)
	for _, words := range a.page.Read() {
		words.After = what
		a.read = append(a.read, words)
	}
}

// check holds what was read against all that the records hold by now.
func (a *acts) check(root *browser.Session) {
	a.t.Helper()
	reader := browser.NewReader(root)
	said := map[string]bool{}
	for _, words := range a.read {
		wrong := reader.Wrong(words.Text, a.language)
		key := digits.ReplaceAllString(words.Kind+words.Text, "9")
		if !said[key] && wrong != "" {
			a.t.Errorf("%s, after %s: %s in %q (%s of %s)", a.language, words.After, wrong, words.Text, words.Kind, words.Where)
		}
		said[key] = true
	}
	a.t.Logf("%d different texts after %d buttons", len(said), a.presses)
}

// TestLanguageOfActs presses every button of the pages of the team in both languages, and does what asks or tells something only then: a
// record is made, changed, left, deleted; a customer is pinned, archived, restored; the policy is changed.
func TestLanguageOfActs(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"zh-CN", "en"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			program, root, people, ids := companyWith(t, "青禾包装机械有限公司", "宁波远航轴承有限公司")
			first, second := ids["青禾包装机械有限公司"], ids["宁波远航轴承有限公司"]
			director := people["director"]
			plan := workFor(root, director, first, second)
			a := newActs(t, program, language)
			a.page.SignInStaff("director")
			pages := []string{"#/today", "#/customer/" + first, "#/customer/" + second, "#/cases", "#/plans", "#/plans?plan=" + plan, "#/policy", "#/jobs", "#/audit"}
			if language == "zh-CN" { // what is PocketBase's own is English
				pages = append(pages, "#/collections?collection=customers", "#/collections?collection=tasks")
			}
			for _, hash := range pages {
				a.pressAll(hash)
			}
			a.records(director)
			a.customer(second)
			a.policy()
			a.check(root)
			pool := root.Create("customers", map[string]any{
				"name": "嘉兴公海机械有限公司", "industry": root.List("industries", "", "code")[0]["id"], "size": "51-100", "source": "referral",
				"first_contact_on": "2026-01-05",
			})
			rep := newActs(t, program, language)
			rep.page.SignInStaff("rep")
			for _, hash := range []string{"#/customer/" + first, "#/customer/" + pool} { // what is masked, what is there to be taken
				rep.pressAll(hash)
			}
			rep.check(root)
		})
	}
}

// workFor gives a person something of everything to do, and gives the plan.
func workFor(root, person *browser.Session, first, second string) string {
	now := time.Now()
	for _, customer := range []string{first, second} {
		root.Update("customers", customer, map[string]any{"owner": person.ID})
		person.Create("contacts", map[string]any{"customer": customer, "name": "王建国", "title": "采购经理", "phone": "13800138000", "is_primary": true})
	}
	contact := func(customer, feedback, content string) {
		person.Create("follow_ups", map[string]any{
			"customer": customer, "started_at": now.Add(-time.Hour), "channel": "phone", "direction": "in", "feedback": feedback, "status": "confirmed", "content": content,
		})
	}
	contact(first, "positive", "客户确认样品尺寸，下周安排试机。")
	contact(second, "negative", "客户抱怨交货太慢。")
	task := func(customer, kind, title string, due time.Duration) {
		person.Create("tasks", map[string]any{"customer": customer, "title": title, "kind": kind, "assignee": person.ID, "due_at": storedMoment(now.Add(due))})
	}
	for i := range 4 {
		task(first, "other", fmt.Sprintf("回访 %d", i), time.Hour)
	}
	task(second, "promise", "寄样品", -time.Hour)
	person.Create("cases", map[string]any{"customer": first, "subject": "漏油，请来人看", "kind": "request", "severity": "minor", "assignee": person.ID})
	quarter := fmt.Sprintf("%d-Q%d", now.Year(), (int(now.Month())+2)/3)
	return root.Create("plans", map[string]any{"name": "老客户维护", "period": quarter, "owner": person.ID, "goals": []any{}})
}

// asked is true when a question is asked: in the words of the dashboard, or PocketBase's own.
func asked(words string) string {
	return fmt.Sprintf(`document.querySelector(".modal.manual[data-modal-state=open] h6")?.textContent == %s`, words)
}

const (
	nothingAsked = `!document.querySelector(".modal.manual[data-modal-state=open]")`
	success      = `document.querySelector(".toast.success")`
	answer       = ".modal.manual[data-modal-state=open] .modal-footer .btn"
)

// yes agrees to the question, and reads what comes of it.
func (a *acts) yes(words, what string) {
	a.t.Helper()
	a.look("the question before "+what, asked(words))
	a.silence()
	a.page.Evaluate(`void [...document.querySelectorAll("`+answer+`")].at(-1).click()`, nil)
	a.look(what, success)
	a.silence()
}

func (a *acts) silence() { a.page.Evaluate(`void app.toasts.removeAll(false)`, nil) }

// records does what the forms of PocketBase are for.
func (a *acts) records(person *browser.Session) {
	a.t.Helper()
	page := a.page
	person.Create("tags", map[string]any{"name": "展会", "group": "basic", "colour": "#336699"})
	page.OpenForm("tags", "")
	page.Fill("name", "老客户推荐")
	page.Choose("group", "basic")
	page.SaveForm()
	a.look("a record was made", success)
	a.silence()
	page.OpenForm("tags", person.List("tags", `name = "展会"`, "")[0]["id"].(string))
	page.Fill("name", "展会客户")
	page.Evaluate(`void app.modals.close()`, nil)
	a.look("the question before changes are left behind", asked(`crm.translate("You have unsaved changes. Do you really want to discard them?")`))
	page.Evaluate(`void document.querySelector("`+answer+`").click()`, nil)
	page.Await("the form again", nothingAsked)
	page.SaveForm()
	a.look("a record was changed", success)
	a.silence()
	page.OpenForm("tasks", person.List("tasks", `title ~ "回访"`, "")[0]["id"].(string)) // tags stay
	page.Evaluate(`document.querySelector(".record-upsert-modal .modal-header-dropdown").showPopover()`, nil)
	page.Do(chromedp.Click(".record-upsert-modal .modal-header-dropdown .dropdown-item:has(.ri-delete-bin-7-line)", chromedp.ByQuery))
	a.yes(`crm.translate("Do you really want to delete the selected record?")`, "a record was deleted")
}

// customer does the rarer things to a customer.
func (a *acts) customer(id string) {
	a.t.Helper()
	for _, act := range []struct{ name, fill string }{
		{"pin", `({ tier_pin: "S", tier_pin_reason: "重点培养", tier_pin_until: new Date(Date.now() + 30 * 864e5).toISOString().slice(0, 10) })`},
		{"archive", `({ reason: "客户停业" })`}, {"restore", ""},
	} {
		a.page.Visit("#/collections?collection=tags")
		a.page.Visit("#/customer/" + id)
		a.page.Await("the act "+act.name, `document.querySelector(".crm-act-`+act.name+`")`)
		a.page.Evaluate(`void document.querySelector(".crm-act-`+act.name+`").click()`, nil)
		if act.fill != "" {
			a.look("the window of "+act.name, `document.querySelector(".crm-dialog")?.checkVisibility()`)
			a.page.Evaluate(`void Object.entries(`+act.fill+`).forEach(([name, value]) => document.querySelector(".crm-dialog [name=" + name + "]").value = value)`, nil)
			a.page.Do(chromedp.Click(".crm-dialog .modal-footer .btn:last-child", chromedp.ByQuery))
		}
		a.look("the act "+act.name, success)
		a.silence()
	}
}

// policy changes the policy, leaves it, and then saves it.
func (a *acts) policy() {
	a.t.Helper()
	a.page.Visit("#/policy")
	a.page.Await("the fields", `document.querySelector('[name="policy.value_high"]')`)
	setField(a.page, "policy.value_high", "123456")
	a.page.OpenHash("#/jobs")
	a.look("the question before the policy is left behind", asked(`crm.say("policy.leave")`))
	a.page.Evaluate(`void document.querySelector("`+answer+`").click()`, nil)
	a.page.Await("the policy again", nothingAsked)
	a.page.Do(chromedp.Click(".crm-policy-preview-btn", chromedp.ByQuery))
	a.look("the preview of the policy", `document.querySelector(".crm-policy-save")?.checkVisibility()`)
	a.page.Do(chromedp.Click(".crm-policy-save", chromedp.ByQuery))
	a.look("the policy applied", `document.querySelector(".crm-policy-result")`)
	a.page.Evaluate(`void app.modals.close(app.modals.getTop(), true)`, nil)
}

// preview opens the description of the API of a collection, with some of its settings changed.
func (a *acts) preview(collection, changed string) {
	a.t.Helper()
	a.page.Evaluate(fmt.Sprintf(`void app.modals.openApiPreview({ ...app.store.collections.find((one) => one.name == %q), ...%s })`, collection, changed), nil)
	a.look("the API of "+collection, `document.querySelector(".api-preview-content > .content")`)
}

// nextOfPreview presses a button of the description that was not pressed before: of what is shown, or else the next tab. It gives its words,
// or nothing when all were pressed.
const nextOfPreview = `(async () => {
	const modal = app.modals.getTop();
	const content = () => modal.querySelector(".api-preview-content > .content");
	modal.querySelectorAll(".active").forEach((button) => button.wasPressed = true);
	const next = [".content .filter-details .btn", ".content .btns .btn", ".nav-item"].flatMap((kind) => [...modal.querySelectorAll(kind)])
		.find((button) => !button.disabled && !button.wasPressed);
	if (!next) {
		return "";
	}
	const before = content();
	next.wasPressed = true;
	next.click();
	do {
		await new Promise((done) => setTimeout(done, 5));
	} while (next.matches(".nav-item") && content() == before);
	return next.textContent.trim();
})()`

// previews reads the description of the API, every tab of it, also of what is not enabled here, and what superusers alone may do.
func (a *acts) previews() {
	a.t.Helper()
	a.preview("users", "{}")
	a.close()
	for _, of := range []struct {
		collection, changed string
		most                int
	}{
		{"tags", `{ listRule: null, viewRule: null, createRule: null }`, 7},
		{"users", `{ oauth2: { enabled: true }, otp: { enabled: true } }`, 19},
	} {
		a.preview(of.collection, of.changed)
		pressed := 0
		for {
			var words string
			a.page.Evaluate(nextOfPreview, &words)
			if words == "" {
				break
			}
			pressed++
			a.look(of.collection+" → "+words, `true`)
		}
		if pressed != of.most {
			a.t.Errorf("the API of %s has %d tabs and buttons beside the first, got %d", of.collection, of.most, pressed)
		}
		a.presses += pressed
		a.close()
	}
	a.page.Evaluate(`void app.modals.openCollectionsOverview()`, nil)
	a.look("the drawing of the collections", `document.querySelector(".erd-table .field-name")`)
	a.close()
}

// providers reads the forms of services to sign in with: those that have a form of their own.
func (a *acts) providers() {
	a.t.Helper()
	a.page.Await("the services", `app.store.oauth2Providers.length`)
	for _, form := range []string{
		`openProviderPicker({})`, `openAppleSecretGenerator({})`, `openProviderSettings({ name: "google" }, {})`, `openProviderSettings({ name: "apple" }, {})`,
		`openProviderSettings({ name: "lark" }, {})`, `openProviderSettings({ name: "microsoft", extra: { idTokenEmailClaim: "email" } }, {})`,
		`openProviderSettings({ name: "oidc" }, {})`, `openProviderSettings({ name: "oidc", extra: {} }, {})`,
		`openProviderSettings({ name: "gitlab" }, {})`, `openProviderSettings({ name: "mailcow" }, {})`,
	} {
		a.page.Evaluate(`void app.modals.`+form, nil)
		a.look(form, `app.modals.getTop()?.checkVisibility()`)
		a.close()
	}
}

// close closes the window in front.
func (a *acts) close() {
	a.t.Helper()
	a.page.Evaluate(`void app.modals.close(app.modals.getTop(), true)`, nil)
}

// TestLanguageOfSettings presses every button of the pages for superusers, in Chinese, and deletes several records at once; in English
// all this is PocketBase's own.
func TestLanguageOfSettings(t *testing.T) {
	t.Parallel()
	program, root, _ := newOffice(t)
	a := newActs(t, program, "zh-CN")
	a.page.SignIn(rootEmail, rootPassword)
	for _, hash := range []string{
		"#/settings", "#/settings/mail", "#/settings/storage", "#/settings/backups", "#/settings/crons", "#/settings/sql", "#/settings/export-collections",
		"#/settings/import-collections", "#/logs", "#/collections?collection=_superusers", "#/collections?collection=tags",
	} {
		a.pressAll(hash)
	}
	a.previews()
	a.providers()
	t.Log("several records at once")
	a.page.Visit("#/collections?collection=tags")
	a.page.Evaluate(`void [...document.querySelectorAll("tbody input[type=checkbox]")].slice(0, 2).forEach((box) => box.click())`, nil)
	a.page.Await("the bar of what is chosen", `document.querySelector(".records-bulkbar .btn.danger")?.checkVisibility()`)
	a.look("records were chosen", `true`)
	a.page.Evaluate(`void document.querySelector(".records-bulkbar .btn.danger").click()`, nil)
	a.yes(`crm.translate("Do you really want to delete the selected records?")`, "records were deleted")
	a.check(root)
}
