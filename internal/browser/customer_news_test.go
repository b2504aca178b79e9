package browser_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestCustomerNews is the page of a customer while others change it: what its reader has open stays open, and shows what holds now.
func TestCustomerNews(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	customer := s.customer()
	w := s.open(1366, 860)
	w.become("manager", "zh-CN", customer)
	w.Do(chromedp.Click(".crm-more-acts > button", chromedp.ByQuery), chromedp.WaitVisible(".crm-act-archive", chromedp.ByQuery),
		chromedp.Focus(".crm-act-archive", chromedp.ByQuery))
	const menu = `document.querySelector(".crm-more-acts .dropdown:popover-open")`

	t.Log("the region is changed by a colleague")
	s.staff["rep"].Update("customers", customer, map[string]any{"region": "江苏", "rev": s.rev(customer)})
	w.Await("the region", `document.querySelector(".crm-who").textContent.includes("江苏")`)
	var held bool
	w.Evaluate(`!!`+menu+` && document.activeElement.matches(".crm-act-archive")`, &held)
	if !held {
		t.Error("the menu closed, or the act was left, when news came")
	}
	w.Picture("customer-news-menu")

	t.Log("a task of it is given to the reader: the notice tells its day as everywhere, and the name of the task as it was written")
	due := time.Now().In(shanghai).AddDate(0, 0, 3)
	s.staff["director"].Create("tasks", map[string]any{
		"customer": customer, "title": "核对 2026-08-03 的报价", "kind": "other", "assignee": s.staff["manager"].ID, "due_at": due.UTC().Format("2006-01-02 15:04:05.000Z"),
	})
	w.Await("the notice in passing", `document.querySelector(".crm-notice-toast")?.textContent.includes("截止时间 `+momentText("zh-CN", due)+`")`)
	w.Evaluate(`document.querySelector(".crm-bell").click()`, nil)
	w.Await("the notice", `document.querySelector("#crm-notices .crm-notice.unread")?.textContent.includes("截止时间 `+momentText("zh-CN", due)+`")
		&& document.querySelector("#crm-notices .crm-notice.unread strong").textContent == "新任务：核对 2026-08-03 的报价"`)
	w.Picture("customer-news-notice")
	w.Do(chromedp.Click(".crm-more-acts > button", chromedp.ByQuery), chromedp.WaitVisible(".crm-act-archive", chromedp.ByQuery))

	t.Log("and sent to the archive by another")
	s.staff["director"].Send("POST", "/api/crm/customers/"+customer+"/archive", map[string]any{"reason": "停业"})
	w.Await("what can be done now", `document.querySelector(".crm-identity .alert") && `+menu+`?.querySelector(".crm-act-restore").checkVisibility()
		&& !document.querySelector(".crm-act-archive").checkVisibility() && !document.querySelector(".crm-act-follow-up").checkVisibility()`)

	t.Log("a link to another customer leaves nothing of the first on the screen before the other is read")
	other := s.root.Create("customers", map[string]any{
		"name": "嘉善绿洲纺织有限公司", "industry": s.root.List("industries", `code = "17"`, "")[0]["id"], "owner": s.staff["rep"].ID, "size": "51-100",
		"first_contact_on": "2026-03-04", "source": "referral",
	})
	w.Evaluate(fmt.Sprintf(`(() => {
		const send = app.pb.send;
		const held = new Promise((done) => window.answer = done);
		app.pb.send = async function (...args) { await held; return send.apply(this, args); };
		location.hash = "#/customer/%s";
	})()`, other), nil)
	w.Await("its place", `!document.querySelector(".crm-customer").textContent.includes("海宁蓝桥") && document.querySelector(".crm-customer .skeleton-loader")`)
	w.Evaluate(`window.answer()`, nil)
	w.Await("the other customer", `document.querySelector(".crm-customer h1").textContent == "嘉善绿洲纺织有限公司" && !document.querySelector(".crm-customer .skeleton-loader")`)
}

// rev is the version of a customer.
func (s *shop) rev(customer string) any {
	s.t.Helper()
	return s.root.List("customers", "id = '"+customer+"'", "")[0]["rev"]
}
