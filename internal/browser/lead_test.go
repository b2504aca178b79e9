package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchbase/internal/browser"
	"touchbase/internal/testapp"
)

// TestDayOfLeaders is a manager's day and a director's: what the one arranges, the other finds in the log.
func TestDayOfLeaders(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	var customers []string
	for i, amount := range []int{250000, 280000, 450000} {
		id := d.customer("rep", fmt.Sprintf("台州%d号阀门有限公司", i+1))
		d.root.Create("orders", map[string]any{"customer": id, "ordered_at": d.in(-20), "amount": amount, "product": "阀门", "number": fmt.Sprintf("FM-%d", i)})
		customers = append(customers, id)
	}
	d.task("rep", customers[0], "寄报价单", nil)
	page := d.program.Open("/_/", 1366, 860)
	page.SignInStaff("manager")
	d.manager(page, customers)

	director := d.program.Open("/_/", 1366, 860)
	director.SignInStaff("director")
	d.policy(director, page, customers)
	d.job(director)
	d.colleagues(director, customers)
	d.log(director)

	t.Log("the new colleague signs in")
	page.Do(chromedp.Click("button.logged-user", chromedp.ByQuery), chromedp.WaitVisible(".dropdown-item-logout", chromedp.ByQuery), chromedp.Click(".dropdown-item-logout", chromedp.ByQuery))
	page.SignInAs("new@touchbase.example", browser.StaffPassword)
	page.Await("their own day", `location.hash == "#/today" && document.querySelector(".crm-my-name").textContent == "新来的小方" && document.querySelector(".crm-day-done, .crm-item")`)
}

// manager looks at others' days, gives a customer away, pins a tier, makes a plan and a case.
func (d *dayOf) manager(page *browser.Page, customers []string) {
	d.t.Helper()
	d.t.Log("the team's day and a colleague's")
	team := d.root.List("teams", "", "")[0]["id"].(string)
	for query, hash := range map[string]string{"user=" + d.people["rep"].ID: "#/today?user=" + d.people["rep"].ID, "team=" + team: "#/today?team=" + team} {
		page.OpenHash(hash)
		if day := d.shows(page, "the day of "+query, "manager", query); day["today"].Count != 1 {
			d.t.Errorf("the day of %s is %v", query, day)
		}
	}

	d.t.Log("a customer given away, another pinned")
	act := func(customer, name, dialog string, steps ...chromedp.Action) {
		d.t.Helper()
		page.Visit("#/customer/" + customer)
		page.Await("the customer, and not the one before", fmt.Sprintf(`document.querySelector(".crm-customer .crm-title")?.textContent == %q`, d.one("manager", "customers", `id = "`+customer+`"`)["name"]))
		page.Do(chromedp.Click(".crm-more-acts > button", chromedp.ByQuery), chromedp.WaitVisible(".crm-act-"+name, chromedp.ByQuery))
		page.Evaluate(`document.querySelector(".crm-act-`+name+`").click()`, nil)
		page.Do(chromedp.WaitVisible(dialog, chromedp.ByQuery))
		page.Do(append(steps, chromedp.Click(submit, chromedp.ByQuery))...)
	}
	act(customers[0], "reassign", ".crm-reassign [name=owner]", chromedp.SetValue(".crm-reassign [name=owner]", d.people["manager"].ID, chromedp.ByQuery))
	page.Await("the new owner", `document.querySelector(".crm-who").textContent.includes("陆佳宁")`)
	act(customers[2], "pin", ".crm-pin [name=tier_pin]", chromedp.SetValue(".crm-pin [name=tier_pin]", "S", chromedp.ByQuery), chromedp.SendKeys(".crm-pin [name=tier_pin_reason]", "标杆客户", chromedp.ByQuery),
		chromedp.SetValue(".crm-pin [name=tier_pin_until]", d.in(30), chromedp.ByQuery))
	page.Await("the tier", `document.querySelector(".crm-identity .tier-S") && document.querySelector(".crm-judgement .tier-S")`)

	d.t.Log("a plan, and a line of it that somebody saved first")
	page.Visit("#/plans")
	page.Do(chromedp.Click(".crm-new-plan", chromedp.ByQuery), chromedp.WaitVisible(".crm-dialog input[name=name]", chromedp.ByQuery), chromedp.SendKeys(".crm-dialog input[name=name]", "阀门客户维护", chromedp.ByQuery), chromedp.Click(submit, chromedp.ByQuery))
	page.Await("the plan", `location.hash.startsWith("#/plans?plan=") && document.querySelector(".crm-title").textContent == "阀门客户维护"`)
	plan := d.one("manager", "plans", `name = "阀门客户维护"`)["id"].(string)
	line := d.task("manager", customers[1], "季度回访", map[string]any{"plan": plan, "kind": "maintenance"})
	page.Do(chromedp.Reload())
	finish := fmt.Sprintf(`[...document.querySelectorAll("[data-line='%s'] button")].find((b) => (b.textContent || b.ariaLabel) == "完成")`, line)
	page.Await("its line", finish)
	page.Evaluate("void "+finish+".click()", nil)
	page.Do(chromedp.WaitVisible(".crm-dialog [name=result]", chromedp.ByQuery), chromedp.SendKeys(".crm-dialog [name=result]", "已回访，满意", chromedp.ByQuery))
	d.people["rep"].Update("tasks", line, map[string]any{"status": "in_progress"})
	page.Expect("409", "somebody saved first")
	page.Do(chromedp.Click(submit, chromedp.ByQuery))
	page.Await("what they saved", `[...document.querySelectorAll(".toast")].some((toast) => toast.textContent.includes("别人先保存了：状态 进行中。"))`)
	page.Picture("day-manager-conflict")
	page.Expect("", "none any more")
	page.Do(chromedp.Click(submit, chromedp.ByQuery))
	page.Await("the line done", fmt.Sprintf(`document.querySelector("[data-line='%s'] .crm-col-status")?.textContent == "已完成"`, line))

	d.t.Log("a case, in the native form")
	page.Visit("#/cases")
	page.Do(chromedp.Click(".crm-new-case", chromedp.ByQuery))
	page.AwaitForm()
	page.Pick("customer", "台州2号阀门有限公司")
	page.Choose("kind", "投诉")
	page.Choose("severity", "major")
	page.Choose("assignee", "许文静")
	page.Fill("subject", "阀体渗漏")
	page.Fill("detail", "客户要求今天答复")
	page.Picture("day-manager-case")
	page.SaveForm()
	page.Await("the case in the queue", caseRow("阀体渗漏")+`?.textContent.includes("许文静")`)
	if made := d.one("support", "cases", `subject = "阀体渗漏"`); made["assignee"] != d.people["support"].ID || made["severity"] != "major" || made["kind"] != "complaint" || made["customer"] != customers[1] {
		d.t.Errorf("the case is %v", made)
	}
}

// tierIn is a script of the tier that the list shows of a customer.
func tierIn(customer string) string {
	return fmt.Sprintf(`document.querySelector('.records-table a[href="#/customer/%s"]')?.closest("tr").querySelector(".crm-tier")?.textContent`, customer)
}

// policy: saving what was previewed moves tiers in the list, and on the page of a customer that somebody else has open.
func (d *dayOf) policy(page, watching *browser.Page, customers []string) {
	d.t.Helper()
	d.t.Log("a policy that moves tiers")
	before := map[string]any{}
	page.OpenList("customers")
	for _, customer := range d.people["director"].List("customers", "", "") {
		before[customer["id"].(string)] = customer["tier"]
		page.Await("the tier as it was", fmt.Sprintf("%s == %q", tierIn(customer["id"].(string)), customer["tier"]))
	}
	preview := d.people["director"].Send(http.MethodPost, "/api/crm/policy/preview", map[string]any{"policy": map[string]any{"value_high": 240000}})
	moves := preview["moves"].([]any)
	if len(moves) == 0 {
		d.t.Fatalf("nobody would move: %v", preview)
	}
	first := moves[0].(map[string]any)
	watching.Visit("#/customer/" + first["customer"].(string))
	page.Visit("#/policy")
	page.Await("the policy", `document.querySelector('[name="policy.value_high"]')`)
	setField(page, "policy.value_high", "240000")
	page.Do(chromedp.Click(".crm-policy-preview-btn", chromedp.ByQuery), chromedp.WaitVisible(".crm-policy-save", chromedp.ByQuery))
	page.Await("who would move", fmt.Sprintf(`document.querySelectorAll(".crm-policy-names a").length == %d`, len(moves)))
	page.Do(chromedp.Click(".crm-policy-save", chromedp.ByQuery))
	page.Await("who moved", fmt.Sprintf(`document.querySelectorAll(".crm-policy-result .crm-moved li").length == %d`, len(moves)))
	page.Do(chromedp.Click(".crm-policy-preview .modal-footer .btn", chromedp.ByQuery))
	page.OpenList("customers")
	for _, m := range moves {
		move := m.(map[string]any)
		id, to := move["customer"].(string), move["to"].(map[string]any)["tier"].(string)
		if now := d.one("director", "customers", `id = "`+id+`"`)["tier"]; now != to || now == before[id] {
			d.t.Errorf("%v went from %v to %v, the preview said %v", move["name"], before[id], now, to)
		}
		page.Await("the tier moved in the list", fmt.Sprintf("%s == %q", tierIn(id), to))
	}
	page.Picture("day-director-list")
	to := first["to"].(map[string]any)["tier"].(string)
	watching.Await("the tier moved on the customer's page, without a reload", fmt.Sprintf(`document.querySelector(".crm-identity .tier-%s") && document.querySelector(".crm-judgement .tier-%s")`, to, to))
	watching.Picture("day-manager-tier")
}

func (d *dayOf) job(page *browser.Page) {
	d.t.Helper()
	d.t.Log("a job")
	page.Visit("#/jobs")
	page.Do(chromedp.Click(`[data-job="reminders"] .crm-card-header button`, chromedp.ByQuery))
	page.Await("that it ran", `[...document.querySelectorAll(".toast")].some((toast) => toast.textContent.includes("检查"))`)
	last := d.people["director"].List("job_runs", `job = "reminders"`, "-started_at")[0]
	page.Await("its result", fmt.Sprintf(`document.querySelector('[data-job="reminders"] .crm-facts')?.textContent.includes("检查 %v 条，变更 %v 条")`, last["examined"], last["changed"]))
}

// colleagues: one comes, by the native form, and one with customers leaves, who needs somebody to take over.
func (d *dayOf) colleagues(page *browser.Page, customers []string) {
	d.t.Helper()
	d.t.Log("a new colleague")
	page.OpenList("users")
	page.Do(chromedp.Click(".new-record-btn", chromedp.ByQuery))
	page.AwaitForm()
	page.Await("nothing written for programs", `![...document.querySelectorAll(".crm-form textarea, .crm-form .code-editor")].some((el) => el.checkVisibility() && /^[{[]/.test(el.value ?? el.textContent))`)
	page.Fill("email", "new@touchbase.example")
	page.Fill("password", browser.StaffPassword)
	page.Fill("passwordConfirm", browser.StaffPassword)
	page.Fill("name", "新来的小方")
	page.Choose("role", "rep")
	page.Choose("team", "华东")
	page.Choose("department", "sales")
	page.Await("that they may begin", `document.querySelector(".crm-form [name=active]").checked`)
	page.Picture("day-director-colleague")
	page.SaveForm()
	page.Await("the form closed", `!document.querySelector(".record-upsert-modal")`)
	d.program.Session("users", "new@touchbase.example", browser.StaffPassword)

	d.t.Log("a colleague with customers leaves")
	rep := d.people["rep"].ID
	page.OpenForm("users", rep)
	page.Evaluate(`document.querySelector(".crm-form [name=active]").click()`, nil)
	page.Expect("400", "somebody has to take over")
	page.SaveForm()
	page.Await("the question who takes over", `document.querySelector('.crm-form [data-field="substitute"] .field-help.error')?.checkVisibility()`)
	page.Picture("day-director-substitute")
	page.Expect("", "none any more")
	page.Choose("substitute", "陆佳宁")
	page.SaveForm()
	page.Await("the form closed", `!document.querySelector(".record-upsert-modal")`)
	for _, id := range customers {
		if owner := d.one("director", "customers", `id = "`+id+`"`)["owner"]; owner != d.people["manager"].ID {
			d.t.Errorf("the owner is %v", owner)
		}
	}
}

// log finds in the audit what was done above, and leafs back to its beginning.
func (d *dayOf) log(page *browser.Page) {
	d.t.Helper()
	d.t.Log("all of it in the log")
	manager, director := d.people["manager"].ID, d.people["director"].ID
	for what, search := range map[string]url.Values{
		"the customer given away": {"actor": {manager}, "collection": {"customers"}},
		"the plan":                {"actor": {manager}, "collection": {"plans"}, "action": {"create"}},
		"the case":                {"actor": {manager}, "collection": {"cases"}, "action": {"create"}},
		"the policy":              {"actor": {director}, "action": {"policy"}},
		"the colleague":           {"actor": {director}, "collection": {"users"}, "action": {"create"}},
		"the one who left":        {"actor": {director}, "collection": {"users"}, "action": {"update"}},
	} {
		entries := d.people["director"].Send(http.MethodGet, "/api/crm/audit?limit=200&"+search.Encode(), nil)["entries"].([]any)
		if len(entries) == 0 {
			d.t.Errorf("%s is not in the log", what)
		}
		page.Visit("#/audit?" + search.Encode())
		page.Await(what, fmt.Sprintf(`document.querySelectorAll(".crm-audit-table tbody tr").length == %d`, len(entries)))
	}
	team := d.root.List("teams", "", "")[0]["id"].(string)
	for i := range 60 { // more than a page
		d.root.Update("teams", team, map[string]any{"region": fmt.Sprintf("上海%d", i)})
	}
	page.Visit("#/audit")
	rows := `document.querySelectorAll(".crm-audit-table tbody tr").length`
	first := d.people["director"].Send(http.MethodGet, "/api/crm/audit", nil)
	all := len(first["entries"].([]any))
	page.Await("the newest", fmt.Sprintf("%s == %d", rows, all))
	next, _ := first["next"].(string)
	if next == "" {
		d.t.Fatal("the log is no longer than a page")
	}
	for ; next != ""; next, _ = first["next"].(string) {
		first = d.people["director"].Send(http.MethodGet, "/api/crm/audit?before="+url.QueryEscape(next), nil)
		all += len(first["entries"].([]any))
		page.Evaluate(`app.toasts.removeAll(false)`, nil)
		page.Do(chromedp.Click(`.crm-audit .page-content .txt-center > .btn`, chromedp.ByQuery))
		page.Await("older ones", fmt.Sprintf("%s == %d", rows, all))
	}
	page.Await("no older ones", `!document.querySelector(".crm-audit .page-content .txt-center > .btn")`)
}

// TestDayOfSuperuser signs in with a password and a code sent by mail, and finds PocketBase's own pages and ours at work.
func TestDayOfSuperuser(t *testing.T) {
	t.Parallel()
	program, people := company(t, 50000)
	root := people["superuser"]
	root.Create("tags", map[string]any{"name": "重点", "group": "basic"})
	codes := make(chan string, 5)
	code := regexp.MustCompile(`<strong>(\d+)</strong>`)
	root.Send(http.MethodPatch, "/api/settings", map[string]any{
		"smtp": map[string]any{"enabled": true, "host": "127.0.0.1", "port": testapp.ServeMail(t, func(mail testapp.Mail) {
			if found := code.FindStringSubmatch(strings.ReplaceAll(mail.Text, "=\r\n", "")); found != nil {
				codes <- found[1]
			}
		})},
		"meta": map[string]any{"appURL": "http://" + program.Address, "senderName": "Touchbase", "senderAddress": "crm@touchbase.example"},
	})
	root.Send(http.MethodPatch, "/api/collections/_superusers", map[string]any{"otp": map[string]any{"enabled": true, "duration": 180, "length": 8}, "mfa": map[string]any{"enabled": true, "duration": 600}})

	page := program.Open("/_/", 1366, 860)
	page.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	page.Expect("401", "the password alone is not enough")
	page.Do(
		chromedp.Click(".crm-login-switch", chromedp.ByQuery), chromedp.WaitVisible("#login_identity", chromedp.ByQuery),
		chromedp.SendKeys("#login_identity", rootEmail, chromedp.ByQuery), chromedp.SendKeys("#login_pass", rootPassword, chromedp.ByQuery),
		chromedp.Click(".auth-with-password-form button.next", chromedp.ByQuery), chromedp.WaitVisible("#otp_password", chromedp.ByQuery),
	)
	page.Expect("", "none any more")
	page.Picture("day-superuser-code")
	select {
	case sent := <-codes:
		page.Do(chromedp.SendKeys("#otp_password", sent, chromedp.ByQuery), chromedp.Click(".auht-with-otp-form button.next", chromedp.ByQuery), chromedp.WaitVisible(".app-header", chromedp.ByQuery))
	case <-time.After(20 * time.Second):
		t.Fatal("no letter with a code came")
	}

	t.Log("PocketBase's own pages, and those of directors")
	page.OpenList("orders")
	shows(t, page, "the order there is", idsOf(root.List("orders", "", ""), func(map[string]any) bool { return true }))
	for hash, selector := range map[string]string{
		"#/logs": ".page-content", "#/settings": "form", "#/settings/mail": "form", "#/settings/backups": ".page-content", "#/settings/crons": ".page-content",
		"#/policy": ".crm-policy-row", "#/jobs": ".crm-job", "#/audit": ".crm-audit-table tbody tr",
	} {
		page.OpenHash(hash)
		page.Await(hash, fmt.Sprintf(`location.hash.startsWith(%q) && document.querySelector(%q)?.checkVisibility() && ![...document.querySelectorAll(".loader, .skeleton-loader")].some((el) => el.checkVisibility())`, hash, selector))
	}

	t.Log("forms of records, and saving something")
	customer := root.List("customers", "", "")[0]
	for collection, change := range map[string][3]string{
		"customers": {customer["id"].(string), "region", "宁波"}, "users": {people["rep"].ID, "name", "周小雨二"},
		"tags": {root.List("tags", `name = "重点"`, "")[0]["id"].(string), "name", "重点客户"},
	} {
		page.OpenForm(collection, change[0])
		page.Fill(change[1], change[2])
		page.Picture("day-superuser-" + collection)
		page.SaveForm()
		page.Await("the form closed", `!document.querySelector(".record-upsert-modal")`)
		if now := root.List(collection, `id = "`+change[0]+`"`, "")[0][change[1]]; now != change[2] {
			t.Errorf("%s of %s is %v", change[1], collection, now)
		}
	}
	if raw, err := json.Marshal(root.List("customers", "", "")[0]); err != nil || !strings.Contains(string(raw), `"rev":1`) {
		t.Errorf("the customer is %s, %v", raw, err)
	}
}
