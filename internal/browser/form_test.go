package browser_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchbase/internal/browser"
)

// What only some may read: of the customer of the rep, of one nobody owns, and how to reach somebody.
const (
	budget     = "机密预算八十八万"
	poolBudget = "公海机密预算"
	phone      = "13812345678"
)

// formOffice is a small company for the record form.
type formOffice struct {
	*testing.T
	program            *browser.Program
	root               *browser.Session
	people             map[string]*browser.Session
	mine, pool, person string // ids: a customer of the rep with its primary contact, a customer of nobody
}

func newFormOffice(t *testing.T) *formOffice {
	t.Helper()
	o := &formOffice{T: t}
	o.program, o.root, o.people = newOffice(t)
	o.mine = o.customer(map[string]any{
		"name": "苏州精密机械有限公司", "code": "K-1", "owner": o.people["rep"].ID, "region": "江苏", "budget_range": budget, "preferred_channel": "phone",
	})
	o.pool = o.customer(map[string]any{"name": "无锡博远自动化有限公司", "budget_range": poolBudget})
	o.person = o.root.Create("contacts", map[string]any{"customer": o.mine, "name": "赵主任", "title": "设备科", "phone": phone, "preferred_channel": "wechat"})
	o.root.Create("contacts", map[string]any{"customer": o.mine, "name": "钱工"})
	o.root.Create("contacts", map[string]any{"customer": o.mine, "name": "孙离职", "left_on": "2026-01-05"})
	o.root.Create("contacts", map[string]any{"customer": o.pool, "name": "李别家"})
	return o
}

func (o *formOffice) customer(fields map[string]any) string {
	o.Helper()
	whole := map[string]any{"industry": o.root.List("industries", "", "code")[0]["id"], "size": "101-500", "source": "visit", "first_contact_on": "2026-01-05"}
	maps.Copy(whole, fields)
	return o.root.Create("customers", whole)
}

// enter opens the dashboard as somebody.
func (o *formOffice) enter(role, language string, width, height int) (*browser.Page, *browser.Traffic) {
	o.Helper()
	page := o.program.OpenIn(language, "/_/", width, height)
	traffic := page.Listen()
	page.SignInStaff(role)
	page.Await("the collections", `app.store.collections.length > 0 && !!crm.me()?.id`)
	return page, traffic
}

// saved waits until the form closed after a save, and gives the fields of the last request of a method.
func (o *formOffice) saved(page *browser.Page, traffic *browser.Traffic, method, collection string) map[string]any {
	o.Helper()
	page.Await("the form closed", `!document.querySelector(".record-upsert-modal")`)
	writes := traffic.Writes(method, "/api/collections/"+collection+"/records")
	if len(writes) == 0 {
		o.Fatalf("nothing was sent to %s by %s", collection, method)
	}
	return writes[len(writes)-1].Fields()
}

func (o *formOffice) sent(what string, got map[string]any, want ...string) {
	o.Helper()
	slices.Sort(want)
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
		o.Errorf("%s sends %v, want %v alone", what, names, want)
	}
}

// traces fails if something is to be found in the page, in what the server answered or in what the browser keeps.
func (o *formOffice) traces(page *browser.Page, traffic *browser.Traffic, secrets ...string) {
	o.Helper()
	var shown, kept string
	page.Evaluate(`document.documentElement.outerHTML + [...document.querySelectorAll("input, textarea")].map((el) => el.value)`, &shown)
	page.Evaluate(`JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })`, &kept)
	answers := traffic.Answers()
	if answers == "" {
		o.Error("no answer of the server was kept")
	}
	for _, secret := range secrets {
		for place, text := range map[string]string{"the page": shown, "the browser's storage": kept, "an answer": answers} {
			if strings.Contains(text, secret) {
				o.Errorf("%s has %q", place, secret)
			}
		}
	}
}

// accessible holds the form against axe-core, and not the page behind it.
func (o *formOffice) accessible(page *browser.Page, what string) {
	o.Helper()
	const behind = `document.querySelectorAll(".page").forEach((el) => el.hidden = %t)`
	page.Evaluate("void "+fmt.Sprintf(behind, true), nil)
	defer page.Evaluate("void "+fmt.Sprintf(behind, false), nil)
	for _, v := range page.Inaccessible() {
		o.Errorf("%s: %s (%s): %s\n    %s", what, v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n    "))
	}
}

const formText = `document.querySelector(".crm-form").innerText`

// isField is a script that is true when a field stands in the form so: write, read or none.
func isField(name, state string) string {
	return fmt.Sprintf(`(() => {
		const field = document.querySelector('.crm-form [data-field="%s"]');
		const state = !field?.checkVisibility() ? "none" : field.querySelector(".crm-reading") ? "read" : "write";
		return state == "%s";
	})()`, name, state)
}

// TestRecordFormOfRep is a rep's day in the record form.
func TestRecordFormOfRep(t *testing.T) {
	t.Parallel()
	o := newFormOffice(t)
	page, traffic := o.enter("rep", "zh-CN", 1366, 860)

	t.Log("somebody else's customer is a sheet to read, with a sentence that says why")
	page.OpenForm("customers", o.pool)
	page.Await("the sheet", isField("name", "read")+" && "+isField("budget_range", "none")+` && document.querySelector(".crm-why").innerText.includes("负责人")`)
	page.Await("no way to save or delete", `![...document.querySelectorAll(".crm-form .btns, .crm-form .ri-delete-bin-7-line")].some((el) => el.checkVisibility())`)
	page.Picture("form-pool")
	o.accessible(page, "a sheet to read")
	o.traces(page, traffic, poolBudget)
	page.CloseForm()

	t.Log("one's own: in groups, the judgement in words, and only what was changed is sent")
	page.OpenForm("customers", o.mine)
	var groups []string
	page.Evaluate(`[...document.querySelectorAll(".crm-group h2")].filter((h) => h.checkVisibility()).map((h) => h.innerText.trim())`, &groups)
	if want := []string{"客户是谁", "商务", "需求", "沟通偏好", "评估"}; !slices.Equal(groups, want) {
		t.Errorf("the groups are %v, want %v", groups, want)
	}
	for name, state := range map[string]string{
		"name": "write", "budget_range": "write", "owner": "read", "tier": "read", "segment": "read", "stage": "read", "rev": "none", "created": "none", "name_key": "none",
	} {
		page.Await(name+" to "+state, isField(name, state))
	}
	page.Fill("budget_range", budget+"上下")
	page.Fill("region", "江苏苏州")
	var kept string
	page.Evaluate(`JSON.stringify({ ...localStorage })`, &kept)
	if strings.Contains(kept, budget) {
		t.Errorf("what is typed is kept in the browser: %s", kept)
	}
	page.Picture("form-customer")
	o.accessible(page, "a customer")
	page.SaveForm()
	body := o.saved(page, traffic, http.MethodPatch, "customers")
	o.sent("the customer", body, "budget_range", "region", "rev")
	if body["region"] != "江苏苏州" || body["rev"] != 0.0 {
		t.Errorf("the customer sends %v", body)
	}

	o.conflict(page, traffic)
	o.newCustomer(page, traffic)
	o.duplicate(page, traffic)
	o.followUp(page, traffic)
}

// conflict: a colleague saves first; nothing typed is lost.
func (o *formOffice) conflict(page *browser.Page, traffic *browser.Traffic) {
	o.Helper()
	o.Log("somebody saved first")
	page.OpenForm("customers", o.mine)
	page.Fill("region", "我写的地区")
	page.Fill("address", "我写的地址")
	page.Fill("notes", "我写的备注")
	o.people["director"].Update("customers", o.mine, map[string]any{"region": "总监写的地区", "address": "总监写的地址", "website": "https://new.example"})
	page.Expect("409", "somebody saved first")
	page.SaveForm()
	page.Await("what changed", `document.querySelector(".crm-conflict")?.checkVisibility() && document.querySelectorAll(".crm-conflict-line").length == 3`)
	page.Expect("", "it is solved")
	page.Await("what is mine still there", `document.querySelector(".crm-form [name=region]").value == "我写的地区" && document.querySelector(".crm-form [name=notes]").value == "我写的备注"`)
	page.Await("what I had not touched is theirs", `document.querySelector(".crm-form [name=website]").value == "https://new.example"`)
	page.Picture("form-conflict")
	o.accessible(page, "a conflict")
	page.Do(chromedp.Click(`//div[contains(@class, "crm-conflict-line")][.//strong = "地区"]/button[1]`, chromedp.BySearch))
	page.Await("theirs taken", `document.querySelector(".crm-form [name=region]").value == "总监写的地区"`)
	page.SaveForm()
	o.sent("the second save", o.saved(page, traffic, http.MethodPatch, "customers"), "address", "notes", "rev")
	now := o.root.List("customers", fmt.Sprintf("id = %q", o.mine), "")[0]
	for name, want := range map[string]any{"region": "总监写的地区", "address": "我写的地址", "notes": "我写的备注", "website": "https://new.example"} {
		if now[name] != want {
			o.Errorf("%s is %v, want %v", name, now[name], want)
		}
	}
}

// newCustomer: likely duplicates are named while the name is typed, an error stands beside its field, and what was left empty is not sent.
func (o *formOffice) newCustomer(page *browser.Page, traffic *browser.Traffic) {
	o.Helper()
	o.Log("a new customer who may be there already")
	page.OpenForm("customers", "")
	page.Fill("name", "无锡博远自动化（有限公司）")
	page.Await("who they may be", `document.querySelector(".crm-likely")?.checkVisibility() && document.querySelector(".crm-likely").innerText.includes("无锡博远自动化有限公司")`)
	page.Picture("form-likely")
	o.accessible(page, "likely duplicates")
	page.Fill("name", "常州新客户有限公司")
	page.Await("nobody alike", `!document.querySelector(".crm-likely").checkVisibility()`)
	page.Expect("400", "the industry is missing")
	page.SaveForm()
	page.Await("the error beside its field", `document.querySelector('.crm-form [data-field="industry"] .field-help.error')?.checkVisibility() && document.activeElement?.getAttribute("name") == "industry"`)
	page.Expect("", "it is given now")
	page.Picture("form-error")
	o.accessible(page, "an error")
	page.Do(chromedp.Click(`.crm-form button[name=industry]`, chromedp.ByQuery), chromedp.Click(".dropdown:popover-open .select-option", chromedp.ByQuery))
	page.Choose("size", "51-100")
	page.Choose("source", "visit")
	page.SaveForm()
	o.sent("the new customer", o.saved(page, traffic, http.MethodPost, "customers"), "name", "industry", "size", "source", "first_contact_on")
	if made := o.root.List("customers", `name = "常州新客户有限公司"`, "")[0]; made["owner"] != o.people["rep"].ID {
		o.Errorf("the new customer's owner is %v", made["owner"])
	}
}

// duplicate: what is unique or worked out stays with the first.
func (o *formOffice) duplicate(page *browser.Page, traffic *browser.Traffic) {
	o.Helper()
	o.Log("a duplicate")
	page.OpenForm("customers", o.mine)
	page.Do(chromedp.Click(".crm-form .modal-header .btn:has(.ri-more-line)", chromedp.ByQuery), chromedp.Click(".crm-form .dropdown-item:has(.ri-file-copy-line)", chromedp.ByQuery))
	page.Await("a new one", `document.querySelector(".crm-form .modal-title").innerText.includes("新建") && `+isField("tier", "none"))
	page.Await("no code", `document.querySelector(".crm-form [name=code]").value == "" && document.querySelector(".crm-form [name=region]").value != ""`)
	page.Fill("name", "苏州精密机械分公司")
	page.SaveForm()
	body := o.saved(page, traffic, http.MethodPost, "customers")
	for _, name := range []string{"id", "code", "owner", "tier", "rev", "created", "team", "stage"} {
		if value, sent := body[name]; sent {
			o.Errorf("the duplicate takes %s over: %v", name, value)
		}
	}
	if body["name"] != "苏州精密机械分公司" || body["budget_range"] != budget+"上下" {
		o.Errorf("the duplicate sends %v", body)
	}
}

// followUp: begun from elsewhere with the customer, its contact and channel; a promise and a next step become tasks.
func (o *formOffice) followUp(page *browser.Page, traffic *browser.Traffic) {
	o.Helper()
	o.Log("a follow-up with a promise and a next step")
	page.Evaluate(fmt.Sprintf(`import(app.pb.buildURL("/_/extensions/crm/elements.js")).then((e) => void e.recordFollowUp({ id: %q, name: "苏州精密机械有限公司" }))`, o.mine), nil)
	page.AwaitForm()
	page.Await("the customer by name", formText+`.includes("苏州精密机械有限公司")`)
	page.Await("the primary contact and how they like to be reached", `(() => {
		const shown = (name) => document.querySelector(".crm-form button[name=" + name + "]").innerText;
		return shown("contact").includes("赵主任") && shown("channel").includes(crm.option("follow_ups", "channel", "wechat"));
	})()`)
	page.Do(chromedp.Click(".crm-form button[name=contact]", chromedp.ByQuery))
	page.Await("the contacts of this customer who have not left", `(() => {
		const names = [...document.querySelectorAll(".dropdown:popover-open .select-option")].map((el) => el.innerText).join();
		return names.includes("赵主任") && names.includes("钱工") && !names.includes("孙离职") && !names.includes("李别家");
	})()`)
	page.Do(chromedp.Click(".crm-form button[name=contact]", chromedp.ByQuery))
	page.Await("no next step before it is asked for", isField("next_action", "none")+" && "+isField("resume_on", "none"))
	page.Choose("status", "on_hold")
	page.Await("until when", isField("resume_on", "write")+" && "+isField("next_action", "none"))
	page.Choose("status", "to_follow_up")
	page.Await("the next step", isField("resume_on", "none")+" && "+isField("next_action", "write")+` && document.querySelector(".crm-form [name=next_action]").required`)
	page.Fill("content", "试用件已收到，要检测报告。")
	page.Choose("feedback", "positive")
	page.Fill("next_action", "电话确认试用结果")
	page.Fill("next_action_on", time.Now().AddDate(0, 0, 3).Format(time.DateOnly)+"T12:00:00")
	page.Fill("commitments", "明天前寄检测报告 @许文静")
	page.Await("the rest is folded", isField("purpose", "none"))
	page.Picture("form-follow-up")
	o.accessible(page, "a follow-up")
	page.Evaluate(`void (app.store.userColorScheme = "dark")`, nil)
	o.accessible(page, "a follow-up in the dark")
	page.Picture("form-dark")
	page.SaveForm()
	o.sent("the follow-up", o.saved(page, traffic, http.MethodPost, "follow_ups"),
		"customer", "contact", "channel", "direction", "started_at", "content", "feedback", "status", "next_action", "next_action_on", "commitments")
	var tasks []string
	for _, task := range o.root.List("tasks", fmt.Sprintf("customer = %q && follow_up != ''", o.mine), "kind") {
		tasks = append(tasks, fmt.Sprint(task["kind"], " ", task["assignee"]))
	}
	if want := []string{"next_action " + o.people["rep"].ID, "promise " + o.people["support"].ID}; !slices.Equal(tasks, want) {
		o.Errorf("the tasks are %v, want %v", tasks, want)
	}
}

// TestRecordFormOfOthers: support reads and is told why, and finds no trace of how to reach a contact; a director writes the whole record.
func TestRecordFormOfOthers(t *testing.T) {
	t.Parallel()
	o := newFormOffice(t)
	page, traffic := o.enter("support", "en", 390, 844)
	page.OpenForm("customers", o.mine)
	page.Await("the sheet", isField("name", "read")+" && "+isField("budget_range", "none")+` && document.querySelector(".crm-why").checkVisibility()`)
	page.CloseForm()
	page.OpenForm("contacts", o.person)
	page.Await("the mask", isField("phone", "none")+" && "+isField("phone_masked", "read")+" && "+isField("title", "write"))
	page.Fill("title", "设备科长")
	page.Picture("form-phone")
	page.SaveForm()
	o.sent("the contact", o.saved(page, traffic, http.MethodPatch, "contacts"), "title", "rev")
	o.traces(page, traffic, budget, phone, "+86"+phone)

	o.attempt(page, traffic)
	o.task(page, traffic)

	page, traffic = o.enter("director", "en", 1366, 860)
	page.OpenForm("customers", o.mine)
	page.Await("the budget", `document.querySelector(".crm-form [name=budget_range]").value == "`+budget+`"`)
	page.Await("the reason of a pin only with one", isField("tier_pin_reason", "none"))
	page.Choose("tier_pin", "S")
	page.Await("the reason of a pin", isField("tier_pin_reason", "write"))
	page.Fill("tier_pin_reason", "战略客户")
	page.Fill("tier_pin_until", time.Now().AddDate(0, 1, 0).Format(time.DateOnly)+"T12:00:00")
	page.Choose("owner", "陆佳宁")
	page.Picture("form-director")
	page.Evaluate(`void window.dispatchEvent(new KeyboardEvent("keydown", { ctrlKey: true, code: "KeyS" }))`, nil)
	page.Await("saved from the keyboard", `[...document.querySelectorAll(".toast")].some((toast) => toast.innerText.includes("Saved"))`)
	writes := traffic.Writes(http.MethodPatch, "/api/collections/customers/records")
	o.sent("the customer", writes[len(writes)-1].Fields(), "tier_pin", "tier_pin_reason", "tier_pin_until", "owner", "rev")
	page.Await("the tier pinned, in words", `document.querySelector('.crm-form [data-field="tier"]').innerText.includes("S")`)
	page.Await("nothing left to save", `document.querySelector(".crm-form .btns .btn").disabled`)
}

// attempt: nobody answered, so nothing was said; what is wrong in a folded group opens it, what has no input is told above.
func (o *formOffice) attempt(page *browser.Page, traffic *browser.Traffic) {
	o.Helper()
	o.Log("an attempt without an answer")
	page.Evaluate(fmt.Sprintf(`void app.modals.openRecordUpsert(crm.collection("follow_ups"), { customer: %q })`, o.mine), nil)
	page.AwaitForm()
	page.Await("the content asked for", `document.querySelector(".crm-form [name=content]").required`)
	page.Choose("feedback", "no_response")
	page.Await("no content asked for", `!document.querySelector(".crm-form [name=content]").required`)
	page.Choose("channel", "phone")
	page.Await("the rest is folded", isField("purpose", "none"))
	page.Evaluate(`void (app.store.errors = { purpose: { code: "x", message: "Wrong purpose." }, recorded_late: { code: "y", message: "Not yours." } })`, nil)
	page.Await("the folded one open and in sight", isField("purpose", "write")+` && document.activeElement?.name == "purpose"
		&& document.querySelector('.crm-form [data-field="purpose"]').innerText.includes("Wrong purpose.")`)
	page.Await("the other told above", `document.querySelector(".crm-elsewhere").checkVisibility() && document.querySelector(".crm-elsewhere").innerText.includes("Not yours.")`)
	page.Fill("purpose", "ask for the report")
	page.SaveForm()
	o.sent("the attempt", o.saved(page, traffic, http.MethodPost, "follow_ups"), "customer", "contact", "channel", "direction", "started_at", "feedback", "purpose")
}

// task: its assignee writes what comes of it and reads the rest; why it is late or put off is asked for where it is.
func (o *formOffice) task(page *browser.Page, traffic *browser.Traffic) {
	o.Helper()
	o.Log("a task of one's own")
	id := o.people["director"].Create("tasks", map[string]any{
		"customer": o.mine, "title": "回访试用情况", "kind": "maintenance", "assignee": o.people["support"].ID, "priority": "normal", "status": "open",
		"due_at": time.Now().Add(2 * time.Hour).UTC().Format(time.RFC3339),
	})
	page.OpenForm("tasks", id)
	for name, state := range map[string]string{"title": "read", "assignee": "read", "due_at": "write", "status": "write", "postpone_reason": "none", "delay_reason": "none"} {
		page.Await(name+" to "+state, isField(name, state))
	}
	page.Fill("due_at", time.Now().AddDate(0, 0, 3).Format(time.DateOnly)+"T12:00")
	page.Await("why it is put off", isField("postpone_reason", "write")+` && document.querySelector(".crm-form [name=postpone_reason]").required`)
	page.Expect("400", "no reason is given")
	page.SaveForm()
	page.Await("the error beside its field", `document.querySelector('.crm-form [data-field="postpone_reason"] .field-help.error')?.checkVisibility()`)
	page.Expect("", "it is given now")
	page.Picture("form-task")
	o.accessible(page, "a task on a phone")
	page.Fill("postpone_reason", "客户出差")
	page.SaveForm()
	o.sent("the task", o.saved(page, traffic, http.MethodPatch, "tasks"), "due_at", "postpone_reason", "rev")
	o.root.Update("tasks", id, map[string]any{"due_at": time.Now().Add(-48 * time.Hour).UTC().Format(time.RFC3339)})
	page.OpenForm("tasks", id)
	page.Choose("status", "done")
	page.Await("why it is late", isField("delay_reason", "write")+" && "+isField("done_at", "write"))
	page.CloseForm()
}
