package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchbase/internal/browser"
)

// dayOf is the office of the tests of the day: a team of one person each role, in a time zone where it is about noon, so that no day ends
// while they run.
type dayOf struct {
	t        *testing.T
	program  *browser.Program
	root     *browser.Session
	people   map[string]*browser.Session
	zone     *time.Location
	industry string
}

func newDay(t *testing.T) *dayOf {
	t.Helper()
	d := &dayOf{t: t}
	d.program, d.root, d.people = newOffice(t)
	east := 12 - time.Now().UTC().Hour()
	name := fmt.Sprintf("Etc/GMT%+d", -east) // whose sign is the other way round
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	d.zone = zone
	d.root.Update("policy", d.root.List("policy", "", "")[0]["id"].(string), map[string]any{"timezone": name})
	d.industry = d.root.List("industries", "", "code")[0]["id"].(string)
	return d
}

// in is the day some days from today.
func (d *dayOf) in(days int) string {
	return time.Now().In(d.zone).AddDate(0, 0, days).Format(time.DateOnly)
}

// nextWorkday is the next day that is no Saturday and no Sunday; the policy has no holidays here.
func (d *dayOf) nextWorkday() string {
	for days := 1; ; days++ {
		if day := time.Now().In(d.zone).AddDate(0, 0, days); day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
			return day.Format(time.DateOnly)
		}
	}
}

func (d *dayOf) customer(as, name string) string {
	d.t.Helper()
	return d.people[as].Create("customers", map[string]any{
		"name": name, "industry": d.industry, "size": "51-100", "first_contact_on": d.in(-3), "source": "referral",
	})
}

func (d *dayOf) task(as, customer, title string, fields map[string]any) string {
	d.t.Helper()
	all := map[string]any{"customer": customer, "title": title, "kind": "other", "assignee": d.people["rep"].ID, "due_at": d.in(0) + " 23:00:00"}
	for name, value := range fields {
		all[name] = value
	}
	return d.people[as].Create("tasks", all)
}

// sections are the parts of a day as the page or the API has them: how many, and which, in their order.
type sections map[string]struct {
	Count int
	Items []string
}

// asked is a day by the API.
func (d *dayOf) asked(as, query string) sections {
	d.t.Helper()
	raw, err := json.Marshal(d.people[as].Send(http.MethodGet, "/api/crm/today?"+query, nil)["sections"])
	if err != nil {
		d.t.Fatal(err)
	}
	var answer []struct {
		Section string
		Count   int
		Items   []struct {
			Kind           string
			Task, Customer *struct{ ID string }
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		d.t.Fatal(err)
	}
	found := sections{}
	for _, section := range answer {
		if section.Count == 0 {
			continue
		}
		part := found[section.Section]
		part.Count = section.Count
		for _, item := range section.Items {
			if item.Kind == "task" {
				part.Items = append(part.Items, item.Task.ID)
			} else {
				part.Items = append(part.Items, item.Customer.ID)
			}
		}
		found[section.Section] = part
	}
	return found
}

// shows waits until the page has exactly the day the API has.
func (d *dayOf) shows(page *browser.Page, what, as, query string) sections {
	d.t.Helper()
	want := d.asked(as, query)
	raw, err := json.Marshal(want)
	if err != nil {
		d.t.Fatal(err)
	}
	page.Await(what, fmt.Sprintf(`(() => {
		const want = %s;
		const shown = [...document.querySelectorAll(".crm-day-section")];
		return shown.length == Object.keys(want).length && shown.every((section) => {
			const part = want[section.id.slice(4)];
			const items = [...section.querySelectorAll(".crm-item")].map((item) => item.dataset.key);
			return part && section.querySelector(".crm-count").textContent == String(part.Count) && JSON.stringify(items) == JSON.stringify(part.Items)
				&& document.querySelector(".crm-jump-" + section.id.slice(4) + " strong").textContent == String(part.Count);
		});
	})()`, raw))
	return want
}

// press clicks a button of an item.
func press(page *browser.Page, key, button string) {
	page.Do(chromedp.Click(fmt.Sprintf(`.crm-item[data-key="%s"] .crm-%s`, key, button), chromedp.ByQuery))
}

// enter fills an input of the open dialog.
func enter(page *browser.Page, name, value string) {
	page.Evaluate(fmt.Sprintf(`(() => {
		const input = document.querySelector(".crm-dialog[data-modal-state=open] [name=%s]");
		input.value = %q;
		input.dispatchEvent(new Event("input", { bubbles: true }));
	})()`, name, value), nil)
}

const submit = `.crm-dialog[data-modal-state=open] .modal-footer .btn:not(.transparent)`

// TestToday is the day of a rep, from the first look until nothing is left.
func TestToday(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	rep := d.people["rep"]
	due, absent, sore, late := d.customer("rep", "杭州待跟进机械有限公司"), d.customer("rep", "宁波未接通电子有限公司"), d.customer("rep", "苏州不满意材料有限公司"), d.customer("rep", "无锡已逾期设备有限公司")
	contact := rep.Create("contacts", map[string]any{"customer": due, "name": "林经理", "phone": "13800138000", "preferred_channel": "wechat"})
	rep.Create("follow_ups", map[string]any{
		"customer": sore, "started_at": time.Now().Add(-time.Hour), "channel": "phone", "kind": "service", "content": "客户说交货晚了两天", "feedback": "negative", "status": "confirmed",
	})
	overdue := d.task("rep", late, "寄出检测报告", map[string]any{"due_at": d.in(-2) + " 18:00:00"})
	d.task("rep", late, "确认收货地址", nil)
	d.task("rep", late, "答应的报价单", map[string]any{"kind": "promise", "due_at": d.in(2) + " 18:00:00"})

	page := d.program.Open("/_/", 1366, 860)
	page.SignInStaff("rep")
	day := d.shows(page, "the day as the API has it", "rep", "")
	for section, count := range map[string]int{"deadlines": 1, "overdue": 1, "customers": 2, "today": 1, "promises": 1} {
		if day[section].Count != count {
			t.Errorf("%s has %d, made were %d", section, day[section].Count, count)
		}
	}
	page.Await("the last words", `document.querySelector("#crm_deadlines .crm-item-last").textContent.includes("交货晚了两天")`)
	page.Picture("today-zh")

	t.Log("the keyboard alone")
	page.Do(chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("k"), chromedp.KeyEvent("\r"))
	suggested := rep.Send(http.MethodGet, "/api/crm/customers/"+sore+"/suggestion", nil)["what"].(map[string]any)["zh-CN"].(string)
	page.Await("the suggestion of the first item", fmt.Sprintf(`document.querySelector("#crm_deadlines .crm-item.open .crm-suggested")?.textContent.includes(%q)`, suggested))
	page.Picture("today-open")

	t.Log("record a follow-up with a promise")
	press(page, due, "record")
	page.Do(chromedp.WaitVisible(".record-upsert-modal textarea[name=content]", chromedp.ByQuery))
	page.Fill("content", "林经理确认需求，愿意先试用一批。")
	page.Fill("commitments", "2天内寄样品")
	page.Choose("feedback", "正面")
	page.Choose("status", "已确认")
	page.Picture("today-record")
	page.Do(chromedp.Click(".record-upsert-modal .modal-footer .btn.expanded-lg", chromedp.ByQuery))
	page.Await("the customer gone", fmt.Sprintf(`!document.querySelector('.crm-item[data-key="%s"]') && !document.querySelector(".record-upsert-modal")`, due))
	recorded := rep.List("follow_ups", `customer = "`+due+`"`, "")[0]
	if recorded["contact"] != contact || recorded["channel"] == "" || recorded["kind"] != "first_contact" {
		t.Errorf("the form was prefilled with %v, %v, %v", recorded["contact"], recorded["channel"], recorded["kind"])
	}
	d.shows(page, "the promise in the day", "rep", "")

	t.Log("no answer, again tomorrow")
	press(page, absent, "no-answer")
	page.Await("the customer gone", fmt.Sprintf(`!document.querySelector('.crm-item[data-key="%s"]')`, absent))
	attempt := rep.List("follow_ups", `customer = "`+absent+`"`, "")[0]
	again := d.nextWorkday() + " 00:00:00.000Z"
	if attempt["feedback"] != "no_response" || attempt["direction"] != "out" || attempt["status"] != "to_follow_up" || attempt["next_action_on"] != again {
		t.Errorf("the attempt is %v", attempt)
	}
	if next := rep.List("customers", `id = "`+absent+`"`, "")[0]["next_follow_up_on"]; next != again {
		t.Errorf("the customer comes back on %v, want %s", next, again)
	}

	t.Log("postpone with a reason")
	press(page, overdue, "postpone")
	page.Do(chromedp.WaitVisible(submit, chromedp.ByQuery))
	enter(page, "postpone_reason", "等待质检部出报告")
	enter(page, "due_at", d.in(5))
	page.Picture("today-postpone")
	page.Do(chromedp.Click(submit, chromedp.ByQuery))
	page.Await("the task gone", fmt.Sprintf(`!document.querySelector('.crm-item[data-key="%s"]')`, overdue))
	if task := rep.List("tasks", `id = "`+overdue+`"`, "")[0]; task["postponed"] != 1.0 || task["postpone_reason"] != "等待质检部出报告" || task["status"] != "open" {
		t.Errorf("the task put off is %v", task)
	}

	t.Log("until nothing is left")
	d.untilNothingIsLeft(page)
	page.Picture("today-done-zh")
	page.Evaluate(`void localStorage.setItem("crmLanguage", "en")`, nil)
	page.Do(chromedp.EmulateViewport(390, 844), chromedp.Reload())
	page.Await("the same in English", `document.querySelector(".crm-day-done")?.textContent.includes("All done for today")`)

	d.arrivesByItself(page)
	d.connectionDrops(page)
}

// untilNothingIsLeft finishes one task after the other, saying what has to be said about it, and calls the customers that are due.
func (d *dayOf) untilNothingIsLeft(page *browser.Page) {
	d.t.Helper()
	for left := 20; ; left-- {
		var key string
		page.Await("an item or the end", `!!document.querySelector(".crm-item, .crm-day-done")`)
		page.Evaluate(`document.querySelector(".crm-item")?.dataset.key ?? ""`, &key)
		if key == "" {
			break
		}
		if left == 0 {
			d.t.Fatal("the day does not end")
		}
		tasks := d.people["rep"].List("tasks", `id = "`+key+`"`, "")
		if len(tasks) == 0 { // a customer, for whom no task stands any more
			press(page, key, "no-answer")
		} else {
			press(page, key, "finish")
		}
		if len(tasks) > 0 && tasks[0]["kind"] == "negative_feedback" {
			page.Do(chromedp.WaitVisible(submit, chromedp.ByQuery))
			enter(page, "result", "已道歉并补发，客户接受")
			page.Picture("today-finish")
			page.Do(chromedp.Click(submit, chromedp.ByQuery))
		}
		page.Await("the task gone", fmt.Sprintf(`!document.querySelector('.crm-item[data-key="%s"]')`, key))
	}
	if rest := d.asked("rep", ""); len(rest) > 0 {
		d.t.Errorf("the page is empty, the day is not: %v", rest)
	}
}

// arrivesByItself: what a colleague gives is told at the bell and stands in the day without a reload.
func (d *dayOf) arrivesByItself(page *browser.Page) {
	d.t.Helper()
	d.t.Log("a notification from somebody else")
	var before string
	page.Await("the connection", `app.pb.realtime.isConnected && Object.keys(app.pb.realtime.subscriptions).some((topic) => topic.startsWith("tasks"))`)
	page.Evaluate(`document.querySelector(".crm-bell-count").textContent`, &before)
	unread := len(d.people["rep"].List("notifications", `read_at = ""`, ""))
	customer := d.root.List("customers", `name ~ "待跟进"`, "")[0]["id"].(string)
	d.task("manager", customer, "Send the samples", nil)
	page.Await("the toast", `[...document.querySelectorAll(".toast")].some((toast) => toast.textContent.includes("Send the samples"))`)
	page.Await("the number at the bell", fmt.Sprintf(`document.querySelector(".crm-bell-count").textContent == "%d"`, unread+1))
	page.Await("the task in the day", `document.querySelector(".crm-item-open")?.textContent.includes("Send the samples")`)
	page.Picture("today-en-phone")
	page.Do(chromedp.Click(".crm-bell", chromedp.ByQuery), chromedp.WaitVisible(".crm-notice.unread", chromedp.ByQuery))
	page.Picture("notices-en-phone")
	page.Do(chromedp.Click(".crm-read-all", chromedp.ByQuery))
	page.Await("all of them read", `document.querySelector(".crm-bell-count").hidden && !document.querySelector(".crm-notice.unread")`)
	if left := d.people["rep"].List("notifications", `read_at = ""`, ""); len(left) > 0 {
		d.t.Errorf("%d are still unread", len(left))
	}
	page.Do(chromedp.KeyEvent("\x1b"))

	d.t.Log("what somebody wants to be told, and mistakes beside their field")
	page.Evaluate(`document.querySelector(".crm-menu-notices").click()`, nil)
	page.Do(chromedp.WaitVisible(".crm-preferences [name=urls]", chromedp.ByQuery))
	enter(page, "urls", "gopher://nowhere")
	page.Expect("400", "an address that is none is refused")
	page.Do(chromedp.Click(".crm-preferences label[for=crm_email_digest]", chromedp.ByQuery), chromedp.Click(submit, chromedp.ByQuery))
	page.Await("the mistake beside the addresses", `document.querySelector(".crm-preferences .generated-error")?.dataset.inputName == "urls"`)
	page.Picture("notices-settings-en-phone")
	page.Expect("", "none any more")
	enter(page, "urls", "")
	page.Evaluate(`app.toasts.removeAll(false)`, nil) // on a phone they lie over the buttons for a while
	page.Do(chromedp.Click(submit, chromedp.ByQuery))
	page.Await("the dialog closed", `!document.querySelector(".crm-preferences")`)
	notify, _ := d.people["rep"].List("users", `id = "`+d.people["rep"].ID+`"`, "")[0]["notify"].(map[string]any)
	if notify["email"] != "digest" || notify["messenger"] != "all" {
		d.t.Errorf("what is wanted is %v", notify)
	}
}

// connectionDrops: the page says that it hears nothing, and catches up when it does again.
func (d *dayOf) connectionDrops(page *browser.Page) {
	d.t.Helper()
	d.t.Log("the server is away for a while")
	page.Expect("net::ERR_", "the server is away")
	d.program.Stop()
	page.Await("the notice", `!!document.querySelector(".crm-connection-bar")`)
	page.Picture("today-lost-en-phone")
	d.program.Serve()
	customer := d.root.List("customers", `name ~ "待跟进"`, "")[0]["id"].(string)
	d.task("manager", customer, "Given while nobody heard", nil)
	page.Await("the day as it is now", `[...document.querySelectorAll(".crm-item-open")].some((what) => what.textContent.includes("Given while nobody heard"))`)
	page.Await("no notice any more", `!document.querySelector(".crm-connection-bar") && app.pb.realtime.isConnected`)
	page.Expect("", "none any more")
	d.shows(page, "the whole day", "rep", "")

	d.t.Log("after the sign-out nobody listens")
	page.Evaluate(`app.pb.authStore.clear()`, nil)
	page.Await("the sign-in without a connection", `location.hash == "#/login" && !app.pb.realtime.isConnected && Object.keys(app.pb.realtime.subscriptions).length == 0`)
}

// TestTodayOfOthers is the day of a colleague and of the team, as those see it who lead; a superuser has none.
func TestTodayOfOthers(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	var titles []string
	for i := range 3 {
		customer := d.customer("rep", fmt.Sprintf("团队客户%d有限公司", i+1))
		titles = append(titles, fmt.Sprintf("回访第 %d 次", i+1))
		d.task("rep", customer, titles[i], nil)
	}
	d.task("manager", d.customer("manager", "经理自己的客户有限公司"), "经理的事", map[string]any{"assignee": d.people["manager"].ID})
	team := d.root.List("teams", "", "")[0]["id"].(string)
	rep := d.people["rep"].ID

	page := d.program.Open("/_/", 1366, 860)
	page.SignInStaff("manager")
	d.shows(page, "the manager's own day", "manager", "")
	choose := func(value string) {
		page.Await("the choice "+value, fmt.Sprintf(`document.querySelector('.crm-whose option[value="%s"]')`, value))
		page.Evaluate(fmt.Sprintf(`(() => {
			const select = document.querySelector(".crm-whose select");
			select.value = %q;
			select.dispatchEvent(new Event("change"));
		})()`, value), nil)
	}
	choose("user:" + rep)
	day := d.shows(page, "the rep's day", "manager", "user="+rep)
	if day["today"].Count != len(titles) {
		t.Errorf("the rep's day is %v", day)
	}
	// The next working day, with holidays and the days that make up for them: over a long weekend, and to a Saturday on which people work.
	page.Evaluate(`(async () => {
		const { workdayAfter } = await import("/_/extensions/crm/pages/tasks.js");
		const { policy } = crm;
		const on = (day, holidays, workdays) => {
			crm.policy = { ...policy, holidays, workdays };
			return workdayAfter(day).day;
		};
		window.again = [on("2026-08-03", [], []), on("2026-08-07", [], []), on("2026-08-07", [], ["2026-08-08"]), on("2026-09-30", ["2026-10-01", "2026-10-02"], [])].join();
		crm.policy = policy;
	})()`, nil)
	page.Await("the working days", `window.again == "2026-08-04,2026-08-10,2026-08-08,2026-10-05"`)
	choose("team:" + team)
	d.shows(page, "the team's day", "manager", "team="+team)
	page.Await("whose each is", `["周小雨", "陆佳宁"].every((name) => [...document.querySelectorAll(".crm-person")].some((person) => person.textContent == name))`)
	page.Picture("today-team-zh")
	page.Evaluate(`void (location.hash = "#/today")`, nil)
	d.shows(page, "the manager's own day again", "manager", "")

	super := d.program.OpenIn("en", "/_/", 1366, 860)
	super.SignIn(rootEmail, rootPassword)
	super.OpenHash("#/today")
	super.Await("that a superuser has no day", `document.querySelector(".crm-today .crm-empty")?.textContent.includes("Choose a colleague")`)
	super.Picture("today-superuser-en")
	super.OpenHash("#/today?user=" + rep)
	super.Await("the rep's day", fmt.Sprintf(`document.querySelector("#crm_today")?.textContent.includes(%q)`, titles[0]))
}
