package browser_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestColleagues chooses among more colleagues than the server gives at once: all of them are there, in the order of their names.
func TestColleagues(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	customer := s.customer()
	gone := s.root.List("users", `name = "陈刚"`, "")[0]["id"].(string)
	w := s.open(1366, 860)
	w.become("director", "zh-CN", customer)
	w.Evaluate(`(() => {
		const send = app.pb.send.bind(app.pb);
		app.pb.send = (path, options) => send(path, path.endsWith("/users/records") ? { ...options, query: { ...options.query, perPage: 2 } } : options);
	})()`, nil)

	w.Do(chromedp.Click(".crm-more-acts > button", chromedp.ByQuery), chromedp.Click(".crm-act-reassign", chromedp.ByQuery))
	w.offers(".crm-reassign [name=owner]", "公海（无负责人）", "陈刚 · 销售", "顾远衡 · 总监", "陆佳宁 · 主管", "许文静 · 客服", "周小雨 · 销售")
	w.Picture("colleagues-reassign")

	w.OpenHash("#/cases")
	w.Do(chromedp.Click(".crm-cases td .crm-act[aria-label=指派]", chromedp.ByQuery))
	w.offers(".crm-dialog [name=assignee]", "未指派", "陈刚 · 销售", "顾远衡 · 总监", "陆佳宁 · 主管", "许文静 · 客服", "周小雨 · 销售")

	w.OpenHash("#/plans")
	w.Do(chromedp.Click(".crm-plans .crm-new-plan", chromedp.ByQuery))
	w.offers(".crm-dialog [name=owner]", "未指定", "陈刚", "顾远衡", "陆佳宁", "许文静", "周小雨")

	s.root.Update("users", gone, map[string]any{"active": false})
	w.OpenHash("#/audit")
	w.offers(".crm-audit-search [name=actor]", "全部", "系统", "超级管理员", "顾远衡", "陆佳宁", "许文静", "周小雨", "陈刚")
}

// offers holds the options of a select against what they should be, and closes the window they are in.
func (w *window) offers(selector string, want ...string) {
	w.s.t.Helper()
	w.Await(selector, fmt.Sprintf(`document.querySelectorAll(%q + " option").length == %d`, selector, len(want)))
	if got := w.texts(selector + " option"); !slices.Equal(got, want) {
		w.s.t.Errorf("%s offers %q, not %q", selector, got, want)
	}
	w.Evaluate(`(() => { const open = [...document.querySelectorAll(".crm-dialog[data-modal-state=open]")].at(-1); open && app.modals.close(open, true); })()`, nil)
	w.Await("no window", `!document.querySelector(".crm-dialog")`)
}
