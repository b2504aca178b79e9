package browser_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	_ "modernc.org/sqlite"

	"touchbase/internal/browser"
)

// one gives the only record that a filter finds.
func (d *dayOf) one(as, collection, filter string) map[string]any {
	d.t.Helper()
	found := d.people[as].List(collection, filter, "")
	if len(found) != 1 {
		d.t.Fatalf("%s finds %d of %s with %s", as, len(found), collection, filter)
	}
	return found[0]
}

// pooled makes a customer that nobody owns.
func (d *dayOf) pooled(name string) string {
	d.t.Helper()
	return d.root.Create("customers", map[string]any{"name": name, "industry": d.industry, "size": "51-100", "first_contact_on": d.in(-3), "source": "referral"})
}

// TestDayOfRep is a rep's day through all pages: a customer from the pool, what is put off there, a new customer with a contact and a
// follow-up, those by keyboard alone, until nothing is left.
func TestDayOfRep(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	rep := d.people["rep"]
	pool := d.pooled("嘉兴公海机械有限公司")
	for i := range 53 {
		d.task("rep", d.customer("rep", fmt.Sprintf("绍兴%02d号纺机有限公司", i)), fmt.Sprintf("回访 %02d", i), nil)
	}
	page := d.program.Open("/_/", 1366, 860)
	page.SignInStaff("rep")

	t.Log("a customer from the pool, and a task of it put off for a reason")
	page.Visit("#/customer/" + pool)
	page.Do(chromedp.Click(".crm-act-take", chromedp.ByQuery))
	page.Await("the new owner", `document.querySelector(".crm-who").textContent.includes("周小雨") && !document.querySelector(".crm-act-take")`)
	if owner := d.one("rep", "customers", `id = "`+pool+`"`)["owner"]; owner != rep.ID {
		t.Errorf("the owner is %v", owner)
	}
	samples := d.task("manager", pool, "寄样品", nil)
	page.Await("the task given by the manager, without a reload", fmt.Sprintf(`document.querySelector('.crm-task[data-id="%s"]')`, samples))
	page.Do(chromedp.Click(fmt.Sprintf(`.crm-task[data-id="%s"] .crm-act-postpone`, samples), chromedp.ByQuery), chromedp.WaitVisible(".crm-postpone-dialog [name=postpone_reason]", chromedp.ByQuery))
	enter(page, "due_at", d.in(4))
	enter(page, "time", "16:30")
	enter(page, "postpone_reason", "等新一批到货")
	page.Do(chromedp.Click(submit, chromedp.ByQuery))
	page.Await("the new deadline", fmt.Sprintf(`document.querySelector('.crm-task[data-id="%s"]')?.textContent.includes("16:30")`, samples))
	task := d.one("rep", "tasks", `id = "`+samples+`"`)
	if due := stored(t, task["due_at"]).In(d.zone).Format("2006-01-02 15:04"); due != d.in(4)+" 16:30" || task["postponed"] != 1.0 || task["postpone_reason"] != "等新一批到货" {
		t.Errorf("the task is %v, due %s", task, due)
	}

	t.Log("what is late is done with the reason for it, or on the day on which it was in time")
	for title, on := range map[string]int{"补发目录": 0, "补发报价": -2} {
		late := d.task("rep", pool, title, map[string]any{"due_at": d.in(-1) + " 18:00:00"})
		page.Await("the late task", fmt.Sprintf(`document.querySelector('.crm-task[data-id="%s"]')`, late))
		page.Do(chromedp.Click(fmt.Sprintf(`.crm-task[data-id="%s"] .crm-act-finish`, late), chromedp.ByQuery), chromedp.WaitVisible(".crm-finish-dialog [name=delay_reason]", chromedp.ByQuery))
		enter(page, "done_at", d.in(on))
		page.Await("that it asks for the reason where it was late",
			fmt.Sprintf(`document.querySelector(".crm-finish-dialog [name=delay_reason]").checkVisibility() == %t`, on == 0))
		if on == 0 {
			enter(page, "delay_reason", "等待印刷")
		}
		page.Do(chromedp.Click(submit, chromedp.ByQuery))
		page.Await("it gone", fmt.Sprintf(`!document.querySelector('.crm-task[data-id="%s"]')`, late))
		task := d.one("rep", "tasks", `id = "`+late+`"`)
		if task["status"] != "done" || (task["delay_reason"] == "等待印刷") != (on == 0) || stored(t, task["done_at"]).In(d.zone).Format(time.DateOnly) != d.in(on) {
			t.Errorf("the late task is %v", task)
		}
	}

	t.Log("more than fifty of a kind: the rest on demand")
	page.Visit("#/today")
	var count int
	total := d.asked("rep", "limit=200")["today"].Count
	page.Await("the first fifty", `document.querySelectorAll("#crm_today .crm-item").length == 50 && document.querySelector("#crm_today .crm-more")`)
	page.Do(chromedp.Click("#crm_today .crm-more", chromedp.ByQuery))
	page.Await("all of them", fmt.Sprintf(`document.querySelectorAll("#crm_today .crm-item").length == %d && !document.querySelector("#crm_today .crm-more")`, total))
	page.Evaluate(`new Set([...document.querySelectorAll("#crm_today .crm-item")].map((item) => item.dataset.key)).size`, &count)
	if count != total {
		t.Errorf("%d of %d are shown, some twice", count, total)
	}
	page.Evaluate(`void document.activeElement?.blur()`, nil)

	page.Mouseless()
	d.followUpByKeys(page)
	d.customerByKeys(page)

	t.Log("until nothing is left")
	for _, task := range rep.List("tasks", `status = "open" && title ~ "回访"`, "due_at,id")[2:] { // the browser closes the last ones
		rep.Update("tasks", task["id"].(string), map[string]any{"status": "done"})
	}
	for _, customer := range rep.List("customers", `name ~ "纺机"`, "") {
		rep.Create("follow_ups", map[string]any{
			"customer": customer["id"], "started_at": time.Now().Add(-time.Minute), "channel": "phone", "direction": "out", "feedback": "no_response",
		})
	}
	page.Do(chromedp.Reload())
	page.Visit("#/today")
	d.shows(page, "what is left", "rep", "")
	d.untilNothingIsLeft(page)
	page.Await("that the day is done", `document.querySelector(".crm-day-done")`)
	page.Picture("day-rep-done")
}

// followUpByKeys records a follow-up of the first thing to do.
func (d *dayOf) followUpByKeys(page *browser.Page) {
	d.t.Helper()
	d.t.Log("a follow-up by keyboard alone")
	var key string
	page.Press("j")
	page.Await("the focus on the first thing to do", `document.activeElement.matches(".crm-item-open")`)
	page.Evaluate(`document.activeElement.closest(".crm-item").dataset.key`, &key)
	page.TabTo("the record of it", fmt.Sprintf(`el.matches(".crm-record") && el.closest(".crm-item").dataset.key == %q`, key))
	page.Press(kb.Enter)
	page.AwaitForm()
	page.ChooseByKeys("channel", "电话")
	page.WriteInto("content", "电话确认：下周二来厂看样机。")
	page.ChooseByKeys("feedback", "正面")
	page.ChooseByKeys("status", "已确认")
	page.PressSave()
	page.Await("the saved follow-up", `[...document.querySelectorAll(".toast")].some((toast) => toast.textContent.includes("已新建"))`)
	made := d.one("rep", "follow_ups", `content ~ "下周二来厂看样机"`)
	if made["by"] != d.people["rep"].ID || made["feedback"] != "positive" || made["channel"] != "phone" {
		d.t.Errorf("the follow-up is %v", made)
	}
	page.Picture("day-rep-follow-up")
	d.escape(page)
}

// escape presses Escape until no window is open.
func (d *dayOf) escape(page *browser.Page) {
	d.t.Helper()
	for range 5 {
		var open bool
		page.Evaluate(`!!document.querySelector(".modal[data-modal-state=open]")`, &open)
		if !open {
			return
		}
		page.Press(kb.Escape)
		page.Await("a window less", `!document.querySelector(".modal[data-modal-state=closing], .modal.closing")`)
	}
	page.Await("no window", `!document.querySelector(".modal[data-modal-state=open]")`)
}

// customerByKeys makes a customer, who is nearly one there is already, and a contact with a phone number.
func (d *dayOf) customerByKeys(page *browser.Page) {
	d.t.Helper()
	d.t.Log("a new customer by keyboard alone, with a duplicate named meanwhile")
	page.TabTo("the customers", `el.getAttribute("href") == "#/collections?collection=customers"`)
	page.Press(kb.Enter)
	page.Await("the list", `app.store.activeCollection?.name == "customers" && document.querySelector(".records-table tbody tr")`)
	page.TabTo("a new one", `el.matches(".new-record-btn")`)
	page.Press(kb.Enter)
	page.AwaitForm()
	page.WriteInto("name", "嘉兴公海机械（有限公司）")
	page.Await("who it may be", `document.querySelector(".crm-likely")?.checkVisibility() && document.querySelector(".crm-likely").textContent.includes("嘉兴公海机械有限公司")`)
	page.Write("二厂")
	page.Await("nobody alike", `!document.querySelector(".crm-likely").checkVisibility()`)
	page.ChooseByKeys("industry", "34")
	page.ChooseByKeys("size", "101-500")
	page.ChooseByKeys("source", "展会")
	page.WriteInto("credit_code", "91330000MA00000000") // there is no such code, but it may not be whole yet
	page.Await("that its check digit was looked at", `performance.getEntriesByType("resource").filter((entry) => entry.name.includes("duplicates/check")).length > 1`)
	page.Press("a", chromedp.KeyModifiers(2))
	page.Press(kb.Delete)
	page.PressSave()
	page.Await("the customer made", `[...document.querySelectorAll(".record-upsert-modal .modal-title strong")].some((el) => el.textContent.includes("二厂"))`)
	made := d.one("rep", "customers", `name ~ "二厂"`)
	if made["owner"] != d.people["rep"].ID || made["size"] != "101-500" || made["source"] != "trade_show" {
		d.t.Errorf("the customer is %v", made)
	}
	d.escape(page)

	d.t.Log("its contact")
	page.Visit("#/customer/" + made["id"].(string))
	page.Await("the way to a contact", `document.querySelector(".crm-act-contact")`)
	page.TabTo("a new contact", `el.matches(".crm-act-contact")`)
	page.Press(kb.Enter)
	page.AwaitForm()
	page.WriteInto("name", "陈工")
	page.TabTo("the phone number", `el.name == "phone"`)
	for _, digit := range "138 0013 8000" {
		page.Press(string(digit))
	}
	page.PressSave()
	page.Await("the contact made", `[...document.querySelectorAll(".record-upsert-modal .modal-title strong")].some((el) => el.textContent.includes("陈工"))`)
	d.escape(page)
	page.Await("it on the page, to be called", `document.querySelector('.crm-contact a[href="tel:+8613800138000"]')`)
	if contact := d.one("rep", "contacts", `customer = "`+made["id"].(string)+`"`); contact["phone"] != "+8613800138000" || contact["is_primary"] != true {
		d.t.Errorf("the contact is %v", contact)
	}
	page.Picture("day-rep-customer")
}

// undelivered leaves a message that could not be sent, as the worker does after its last attempt: nobody else may write one.
func (d *dayOf) undelivered(user string) {
	d.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(d.program.Dir, "data.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	now := time.Now().UTC().Format("2006-01-02 15:04:05.000Z")
	_, err = db.Exec(`INSERT INTO deliveries (id, user, channel, status, attempts, error, created, updated) VALUES ('undelivered0001', ?, 'wecom', 'failed', 9, 'There was no answer in time.', ?, ?)`, user, now, now)
	if err != nil {
		d.t.Fatal(err)
	}
}

// TestDayOfSupport is a day on a phone: a case that somebody gives, answered and resolved, a number shown by one tap, what support may not
// know, and a message that did not arrive.
func TestDayOfSupport(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	support, manager := d.people["support"], d.people["manager"]
	const secret = "九十六万七千"
	customer := d.people["rep"].Create("customers", map[string]any{
		"name": "湖州服务机械有限公司", "industry": d.industry, "size": "51-100", "first_contact_on": d.in(-3), "source": "referral", "budget_range": secret,
		"declared_annual_purchase": 967531,
	})
	contact := d.people["rep"].Create("contacts", map[string]any{"customer": customer, "name": "沈主管", "phone": "13900139000"})
	order := d.root.Create("orders", map[string]any{"customer": customer, "number": "SO-9", "ordered_at": d.in(-2), "product": "主轴", "amount": 864209})
	d.undelivered(support.ID)

	page := d.program.Open("/_/", 390, 844)
	answers := page.Listen().Answers
	page.SignInStaff("support")
	t.Log("a case that somebody gives appears by itself")
	page.Visit("#/cases?view=mine")
	page.Await("no case yet", `document.querySelector(".crm-empty")`)
	page.Await("the connection", `app.pb.realtime.isConnected && Object.keys(app.pb.realtime.subscriptions).some((topic) => topic.startsWith("cases"))`)
	id := manager.Create("cases", map[string]any{
		"customer": customer, "subject": "主轴过热报警", "kind": "complaint", "severity": "major", "opened_at": time.Now().Add(-time.Minute), "assignee": d.people["rep"].ID,
	})
	page.Await("that the rep has one", `document.querySelector("[data-view=all] .crm-choice-count").textContent == "1" && !document.querySelector("[data-case]")`)
	manager.Update("cases", id, map[string]any{"assignee": support.ID})
	page.Await("the case, now one's own", fmt.Sprintf(`document.querySelector('[data-case="%s"]')`, id))

	t.Log("a message that did not arrive")
	page.Do(chromedp.WaitVisible(".crm-bell", chromedp.ByQuery), chromedp.Click(".crm-bell", chromedp.ByQuery))
	page.Await("that one was not delivered", `document.querySelector(".crm-undelivered")?.checkVisibility() && document.querySelector(".crm-undelivered").textContent.includes("企业微信送达：对方没有及时应答")`)
	page.Picture("day-support-undelivered")
	page.Press(kb.Escape)

	t.Log("answered and resolved")
	act := func(words string) {
		t.Helper()
		page.Evaluate(fmt.Sprintf(`void app.toasts.removeAll(false), [...document.querySelectorAll('[data-case="%s"] button')].find((b) => (b.textContent || b.ariaLabel) == %q).click()`, id, words), nil)
	}
	act("已响应")
	page.Await("that it is answered", fmt.Sprintf(`document.querySelector('[data-case="%s"] .crm-clock').textContent.endsWith("已响应")`, id))
	act("解决")
	page.Do(chromedp.WaitVisible(".crm-dialog textarea[name=done]", chromedp.ByQuery), chromedp.SendKeys(".crm-dialog textarea[name=done]", "清理冷却风道", chromedp.ByQuery))
	page.Evaluate(`app.toasts.info("on a phone, above the buttons")`, nil)
	page.Await("no toast over a button", `(() => {
		const button = document.querySelector(".crm-dialog .modal-footer .btn:last-child").getBoundingClientRect();
		return document.elementFromPoint(button.x + button.width / 2, button.y + button.height / 2)?.closest(".modal-footer");
	})()`)
	page.Picture("day-support-resolve")
	page.Do(chromedp.Click(submit, chromedp.ByQuery))
	page.Await("the queue empty", `!document.querySelector("[data-case]") && document.querySelector(".crm-empty")`)
	if done := d.one("support", "cases", `id = "`+id+`"`); done["responded_at"] == "" || done["resolved_at"] == "" || !strings.Contains(done["detail"].(string), "清理冷却风道") {
		t.Errorf("the case is %v", done)
	}

	t.Log("what support may not know leaves no trace")
	page.Visit("#/customer/" + customer)
	page.Await("the customer", `document.querySelector(".crm-way.masked[data-field=phone]")`)
	for _, opened := range [][2]string{{"customers", customer}, {"orders", order}, {"contacts", contact}} {
		if status, _ := support.Try(http.MethodGet, "/api/collections/"+opened[0]+"/records/"+opened[1], nil); status != http.StatusOK {
			continue // not even that there is one
		}
		page.OpenForm(opened[0], opened[1])
		page.CloseForm()
	}
	page.Visit("#/collections?collection=customers")
	page.Await("the list", `document.querySelector(".records-table tbody tr")`)
	var trace string
	page.Evaluate(`document.documentElement.outerHTML + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })`, &trace)
	if trace += answers(); !strings.Contains(trace, "湖州服务机械有限公司") {
		t.Error("the customer itself is not to be found: the search for traces finds nothing")
	}
	for _, hidden := range []string{secret, "967531", "967,531", "96.75万", "864209", "864,209", "86.42万", "13900139000"} {
		if strings.Contains(trace, hidden) {
			t.Errorf("there is a trace of %s", hidden)
		}
	}

	t.Log("a number by one tap and a reason")
	page.Visit("#/customer/" + customer)
	page.Do(chromedp.Click(".crm-way.masked[data-field=phone]", chromedp.ByQuery), chromedp.Click(".crm-reveal [data-reason=check_details]", chromedp.ByQuery),
		chromedp.WaitVisible(`a.crm-way[href="tel:+8613900139000"]`, chromedp.ByQuery))
	page.Picture("day-support-phone")
	entries := d.people["director"].Send(http.MethodGet, "/api/crm/audit?action=reveal", nil)["entries"].([]any)
	if len(entries) != 1 {
		t.Errorf("the log has %v", entries)
	}
}
