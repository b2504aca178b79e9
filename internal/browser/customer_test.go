package browser_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"touchbase/internal/browser"
)

// What only some may know of the customer of the test. No other text of the page has them in it.
const (
	secretBudget = "九百八十七万"
	secretAmount = 76543
	secretPoints = "总经理一人拍板"
)

// shop is a small company behind a program: a team with one person of each role, and a rep of another team.
type shop struct {
	t       *testing.T
	program *browser.Program
	root    *browser.Session
	staff   map[string]*browser.Session
	contact string // of the customer
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t}
	s.program, s.root, s.staff = newOffice(t)
	s.root.Create("users", map[string]any{
		"email": "stranger@touchbase.example", "password": browser.StaffPassword, "passwordConfirm": browser.StaffPassword, "name": "陈刚", "role": "rep",
		"team": s.root.Create("teams", map[string]any{"name": "华南"}), "active": true, "verified": true,
	})
	return s
}

// customer makes one that the rep owns, with something of every kind in its history, which the rep may know and support only in part.
func (s *shop) customer() string {
	s.t.Helper()
	industry := s.root.List("industries", `code = "34"`, "")[0]["id"]
	days := func(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format("2006-01-02 15:04:05.000Z") }
	id := s.root.Create("customers", map[string]any{
		"name": "海宁蓝桥机械有限公司", "code": "C-77", "industry": industry, "size": "51-100", "region": "浙江", "source": "referral", "first_contact_on": "2024-03-04",
		"owner": s.staff["rep"].ID, "declared_annual_purchase": 450000, "budget_range": secretBudget, "core_need": "减少停机", "need": "strong", "intent": "high",
		"preferred_channel": "phone",
	})
	s.contact = s.root.Create("contacts", map[string]any{"customer": id, "name": "林经理", "title": "采购经理", "phone": "13800138000", "is_decision_maker": true})
	for i := range 45 { // more than a page of the history
		s.root.Create("orders", map[string]any{"customer": id, "number": fmt.Sprintf("SO-%d", i), "ordered_at": days(-9 * (i + 1)), "product": "轴承", "amount": 100})
	}
	s.root.Create("orders", map[string]any{"customer": id, "number": "SO-big", "ordered_at": days(-5), "product": "主轴", "amount": secretAmount})
	s.root.Create("contracts", map[string]any{"customer": id, "number": "HT-1", "starts_on": "2026-01-01", "ends_on": "2030-12-31", "amount": 99999, "status": "active"})
	s.root.Create("cases", map[string]any{"customer": id, "kind": "complaint", "severity": "major", "subject": "主轴异响", "detail": "开机十分钟后", "opened_at": days(-4), "assignee": s.staff["rep"].ID})
	s.root.Create("surveys", map[string]any{"customer": id, "sent_at": days(-8), "answered_at": days(-7), "nps": 6, "satisfaction": 5, "comment": "响应偏慢"})
	s.root.Create("follow_ups", map[string]any{
		"customer": id, "by": s.staff["rep"].ID, "channel": "phone", "kind": "service", "started_at": days(-2), "content": "确认异响原因，约定上门。", "key_points": secretPoints,
		"feedback": "neutral", "status": "confirmed",
	})
	s.root.Create("tasks", map[string]any{"customer": id, "title": "整理报价单", "kind": "other", "assignee": s.staff["rep"].ID, "by": s.staff["rep"].ID, "due_at": days(3)})
	return id
}

// window is a browser in which people come and go.
type window struct {
	*browser.Page
	s *shop
}

func (s *shop) open(width, height int) *window {
	s.t.Helper()
	page := s.program.Open("/_/", width, height)
	page.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	return &window{page, s}
}

// become signs somebody in, in whose place nobody else was, and shows them a customer in a language.
func (w *window) become(who, language, customer string) {
	w.s.t.Helper()
	collection, email, password := "users", who+"@touchbase.example", browser.StaffPassword
	if who == "superuser" {
		collection, email, password = "_superusers", rootEmail, rootPassword
	}
	w.Do(chromedp.Evaluate(fmt.Sprintf(`localStorage.clear(); localStorage.setItem("crmLanguage", %q)`, language), nil))
	var answer map[string]any
	w.Evaluate(fmt.Sprintf(`fetch("/api/collections/%s/auth-with-password", { method: "POST", headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ identity: %q, password: %q }) }).then((r) => r.json()).then((a) => {
			localStorage.setItem("__pb_superusers__/_", JSON.stringify({ token: a.token, record: a.record })); return a; })`, collection, email, password), &answer)
	w.show(customer)
}

// show opens the page of a customer and waits until all of it is there.
func (w *window) show(customer string) {
	w.s.t.Helper()
	w.Do(chromedp.Navigate("about:blank"), chromedp.Navigate("http://"+w.s.program.Address+"/_/#/customer/"+customer))
	w.Await("the page of the customer", `document.querySelector(".crm-missing") || document.querySelector(".crm-judgement") && document.querySelector(".crm-event")
		&& !document.querySelector(".crm-customer .skeleton-loader")`)
}

// texts gives the texts of the elements of a selector.
func (w *window) texts(selector string) []string {
	w.s.t.Helper()
	var list []string
	w.Evaluate(fmt.Sprintf(`[...document.querySelectorAll(%q)].map((el) => el.textContent.trim())`, selector), &list)
	return list
}

// checkJudgement holds the reasons on the page against what the API answers the same person in the same language.
func (w *window) checkJudgement(who, customer string) {
	w.s.t.Helper()
	var a struct {
		Tier struct {
			Known            bool
			Reasons, Changes []string
		}
		Risk struct{ Signals []struct{ Words string } }
		Next struct{ Reasons []string }
	}
	w.Evaluate(fmt.Sprintf(`app.pb.send("/api/crm/customers/%s/assessment", { requestKey: null })`, customer), &a)
	signals := []string{}
	for _, signal := range a.Risk.Signals {
		signals = append(signals, signal.Words)
	}
	knows := who != "support"
	if a.Tier.Known != knows || (len(a.Tier.Reasons) > 0) != knows || len(signals) == 0 || len(a.Next.Reasons) == 0 {
		w.s.t.Errorf("%s: the API answers %+v", who, a)
	}
	for selector, want := range map[string][]string{
		".crm-tier-reasons li": a.Tier.Reasons, ".crm-changes li": a.Tier.Changes, ".crm-signals li": signals, ".crm-next-reasons li": a.Next.Reasons,
	} {
		if got := w.texts(selector); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			w.s.t.Errorf("%s: %s says %q, the API %q", who, selector, got, want)
		}
	}
}

// checkTimeline loads all of the history and holds it against the API's.
func (w *window) checkTimeline(who, customer string, atLeast int) {
	w.s.t.Helper()
	for range 9 {
		var more bool
		w.Evaluate(`!!document.querySelector(".crm-load-more")`, &more)
		if !more {
			break
		}
		before := len(w.texts(".crm-event"))
		w.Do(chromedp.Evaluate(`document.querySelector(".crm-load-more").click()`, nil))
		w.Await("more of the history", fmt.Sprintf(`document.querySelectorAll(".crm-event").length > %d`, before))
	}
	var want, got []string
	w.Evaluate(fmt.Sprintf(`app.pb.send("/api/crm/customers/%s/timeline?limit=200", { requestKey: null }).then((a) => a.items.map((i) => i.collection + "/" + i.record.id))`, customer), &want)
	w.Evaluate(`[...document.querySelectorAll(".crm-event")].map((el) => el.dataset.key)`, &got)
	if len(want) < atLeast || !slices.Equal(got, want) {
		w.s.t.Errorf("%s: the page tells of %d, the API of %d (at least %d), or in another order", who, len(got), len(want), atLeast)
	}
}

// checkAccessible holds the page against what people who see or hear it otherwise need, light and dark.
func (w *window) checkAccessible(where string) {
	w.s.t.Helper()
	for _, scheme := range []string{"dark", "light"} {
		w.Evaluate(fmt.Sprintf("void (app.store.userColorScheme = %q)", scheme), nil)
		w.Await(scheme+" colours", fmt.Sprintf(`document.documentElement.dataset.colorScheme == %q && !document.querySelector(".toast")`, scheme))
		if scheme == "dark" {
			w.Picture("customer-dark-" + where)
		}
		for _, v := range w.Inaccessible() {
			w.s.t.Errorf("%s, %s: %s (%s): %s %v", where, scheme, v.ID, v.Impact, v.Help, v.Nodes)
		}
	}
}

// TestCustomerPage is the page of a customer through a day: each role sees its part and no trace of the rest, what is recorded appears, also for
// a colleague who looks on, and a number shown is in the audit log.
func TestCustomerPage(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	customer := s.customer()
	w := s.open(1366, 860)
	for _, part := range []func(string){w.roles, w.day, s.phone} {
		part(customer)
	}
}

func (w *window) roles(customer string) {
	traffic := w.Listen()
	told := ""
	for _, who := range []string{"support", "rep", "manager", "director", "superuser"} {
		for _, language := range []string{"zh-CN", "en"} {
			w.become(who, language, customer)
			w.checkJudgement(who, customer)
			w.Picture("customer-" + who + "-" + language)
		}
		if who == "support" || who == "director" {
			w.checkAccessible(who)
		}
		w.checkTimeline(who, customer, 52)
		var trace string
		w.Evaluate(`document.documentElement.outerHTML + JSON.stringify(localStorage)`, &trace)
		all := traffic.Answers()
		trace += strings.TrimPrefix(all, told)
		told = all
		for _, secret := range []string{secretBudget, fmt.Sprint(secretAmount), "76,543", "7.65万", "99999", secretPoints, "450000", "450,000", "13800138000"} {
			if who == "support" && strings.Contains(trace, secret) {
				w.s.t.Errorf("support finds %s in the page, its answers or its storage", secret)
			}
		}
		if who != "support" && (!strings.Contains(trace, secretBudget) || !strings.Contains(trace, secretPoints)) {
			w.s.t.Errorf("%s does not find what they may know", who)
		}
		if bars := len(w.texts(".crm-chart canvas")); bars != 1 {
			w.s.t.Errorf("%s: %d charts", who, bars)
		}
	}
	w.become("stranger", "zh-CN", customer)
	if missing := w.texts(".crm-missing"); len(missing) != 1 || strings.Contains(traffic.Answers()[len(told):], "蓝桥") {
		w.s.t.Errorf("a stranger sees %v", w.texts(".crm-customer"))
	}
	w.Picture("customer-missing")
}

func (w *window) day(customer string) {
	s := w.s
	w.become("support", "zh-CN", customer)
	w.Do(chromedp.Click(".crm-way.masked[data-field=phone]", chromedp.ByQuery), chromedp.WaitVisible(".crm-reveal [data-reason=customer_called]", chromedp.ByQuery))
	w.Picture("customer-reveal")
	w.Do(chromedp.Click(".crm-reveal [data-reason=customer_called]", chromedp.ByQuery), chromedp.WaitVisible(`a.crm-way[href="tel:+8613800138000"]`, chromedp.ByQuery))
	log := s.root.List("audit_log", `action = "reveal"`, "")
	if len(log) != 1 || log[0]["record"] != s.contact || log[0]["actor"] != s.staff["support"].ID || !strings.Contains(log[0]["note"].(string), "customer_called") {
		s.t.Errorf("the log has %v", log)
	}
	// Support looks on while the rep records a follow-up with a promise in a window of their own.
	rep := s.open(1366, 860)
	rep.become("rep", "zh-CN", customer)
	rep.Do(chromedp.Click(".crm-act-follow-up", chromedp.ByQuery), chromedp.WaitVisible(".record-upsert-modal textarea[name=content]", chromedp.ByQuery))
	rep.Await("the form to be ready", `!document.querySelector(".record-upsert-modal [inert]")`)
	rep.Choose("channel", "电话")
	rep.Choose("kind", "客户关怀")
	rep.Choose("feedback", "正面")
	rep.Choose("status", "已确认")
	rep.Fill("content", "林经理同意周四试机。")
	rep.Fill("commitments", "3天内寄出样品")
	rep.Do(chromedp.Click(".record-upsert-modal .modal-footer .btn.expanded-lg", chromedp.ByQuery))
	rep.Await("the follow-up in the history", `[...document.querySelectorAll(".crm-event.of-follow_ups")].some((el) => el.textContent.includes("林经理同意周四试机"))`)
	rep.Await("the promise", `document.querySelector(".crm-work").textContent.includes("3天内寄出样品")`)
	rep.Picture("customer-recorded")
	w.Await("the colleague's follow-up, without a reload", `[...document.querySelectorAll(".crm-event.of-follow_ups")].some((el) => el.textContent.includes("林经理同意周四试机"))`)
	// A file of the follow-up opens, though nobody gets it without a token.
	rep.Evaluate(`(async () => {
		const canvas = document.createElement("canvas");
		const file = new File([await new Promise((done) => canvas.toBlob(done))], "sample.png", { type: "image/png" });
		const last = await app.pb.collection("follow_ups").getFirstListItem('content ~ "林经理同意周四试机"', { requestKey: null });
		return app.pb.collection("follow_ups").update(last.id, { "attachments+": file }, { requestKey: null });
	})()`, nil)
	rep.Await("the file", `document.querySelector(".crm-files button")?.textContent == "sample.png"`)
	rep.Do(chromedp.Evaluate(`document.querySelector(".crm-files button").click()`, nil))
	rep.Await("the picture", `document.querySelector(".modal.preview img")?.naturalWidth == 300`)
	rep.Do(chromedp.Evaluate(`app.modals.close()`, nil))
	// The promise is kept: done takes it from the list.
	rep.Do(chromedp.Evaluate(`[...document.querySelectorAll(".crm-task")].find((el) => el.textContent.includes("3天内寄出样品")).querySelector(".crm-act-finish").click()`, nil),
		chromedp.WaitVisible(".crm-finish-dialog textarea[name=result]", chromedp.ByQuery),
		chromedp.SendKeys(".crm-finish-dialog textarea[name=result]", "顺丰已寄出", chromedp.ByQuery),
		chromedp.Click(".crm-finish-dialog .modal-footer .btn:last-child", chromedp.ByQuery))
	rep.Await("the promise kept", `![...document.querySelectorAll(".crm-task")].some((el) => el.textContent.includes("3天内寄出样品"))`)
	rep.Await("its result in the history", `[...document.querySelectorAll(".crm-event.of-tasks")].some((el) => el.textContent.includes("顺丰已寄出"))`)
	// One kind of the history alone.
	rep.Do(chromedp.Click(`.crm-choices [data-of=cases]`, chromedp.ByQuery))
	rep.Await("cases alone", `document.querySelectorAll(".crm-event").length == 1 && document.querySelector(".crm-event.of-cases")`)
	// On paper.
	rep.Do(emulation.SetEmulatedMedia().WithMedia("print"))
	rep.Await("the sheet", `getComputedStyle(document.querySelector(".crm-sheet")).display == "block" && getComputedStyle(document.querySelector(".crm-screen")).display == "none"`)
	if sheet := rep.Text(".crm-sheet"); !strings.Contains(sheet, "海宁蓝桥机械有限公司") || !strings.Contains(sheet, "林经理同意周四试机") || strings.Contains(sheet, "13800138000") {
		s.t.Errorf("the sheet says %s", sheet)
	}
	rep.Picture("customer-print")
	rep.Do(emulation.SetEmulatedMedia().WithMedia(""))
	w.manage(customer)
}

// manage is what a manager does with a customer of the team: pin, reassign, archive, restore.
func (w *window) manage(customer string) {
	s := w.s
	w.become("manager", "zh-CN", customer)
	act := func(name, dialog string, steps ...chromedp.Action) {
		s.t.Helper()
		w.Do(chromedp.Click(".crm-more-acts > button", chromedp.ByQuery), chromedp.Click(".crm-act-"+name, chromedp.ByQuery))
		if dialog != "" {
			w.Do(chromedp.WaitVisible(dialog+"[data-modal-state=open]", chromedp.ByQuery))
			w.Do(steps...)
			w.Do(chromedp.Click(dialog+" .modal-footer .btn:last-child", chromedp.ByQuery))
		}
	}
	act("pin", ".crm-pin", chromedp.SetValue(".crm-pin [name=tier_pin]", "S", chromedp.ByQuery), chromedp.SendKeys(".crm-pin [name=tier_pin_reason]", "战略客户", chromedp.ByQuery),
		chromedp.SetValue(".crm-pin [name=tier_pin_until]", time.Now().AddDate(0, 1, 0).Format(time.DateOnly), chromedp.ByQuery))
	w.Await("the tier S", `document.querySelector(".crm-identity .tier-S") && document.querySelector(".crm-judgement .tier-S")`)
	act("reassign", ".crm-reassign", chromedp.SetValue(".crm-reassign [name=owner]", s.staff["manager"].ID, chromedp.ByQuery))
	w.Await("the new owner", `document.querySelector(".crm-who").textContent.includes("陆佳宁")`)
	act("archive", ".crm-archive", chromedp.SendKeys(".crm-archive [name=reason]", "停业", chromedp.ByQuery))
	w.Await("the archive", `document.querySelector(".crm-identity .alert")?.textContent.includes("停业")`)
	w.Picture("customer-archived")
	act("restore", "")
	w.Await("the customer back", `!document.querySelector(".crm-identity .alert")`)
	after := s.root.List("customers", "id = '"+customer+"'", "")[0]
	if after["owner"] != s.staff["manager"].ID || after["tier"] != "S" || after["stage"] == "archived" {
		s.t.Errorf("the customer is %v", after)
	}
}

// phone: one column that is no wider than the window, and everything within it.
func (s *shop) phone(customer string) {
	w := s.open(390, 844)
	for _, language := range []string{"zh-CN", "en"} {
		w.become("rep", language, customer)
		w.checkAccessible("a phone")
		var wide []string
		w.Evaluate(`[...document.querySelectorAll(".crm-customer *")].filter((el) => !el.closest(".crm-choices, .crm-sr, .crm-sheet") && el.getBoundingClientRect().right > innerWidth + 1)
			.map((el) => el.className)`, &wide)
		if len(wide) > 0 {
			s.t.Errorf("wider than a phone: %v", wide)
		}
		w.Picture("customer-phone-" + language)
		w.Do(chromedp.Evaluate(`document.querySelector(".crm-contacts").scrollIntoView()`, nil))
		w.Picture("customer-phone-contacts-" + language)
	}
}
