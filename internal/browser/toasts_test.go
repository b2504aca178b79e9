package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestToasts: what is told for a moment covers no button of the page on a desktop, and no bar at the foot of one on a phone, where also the menu of
// a list's columns takes no line of its own.
func TestToasts(t *testing.T) {
	t.Parallel()
	program, _, people := newOffice(t)
	listed(t, people)
	page := program.Open("/_/", 1366, 860)
	page.SignInStaff("director")
	// covered are the names of the buttons and bars under a toast of two lines, as long as they come.
	const covered = `(async (selector) => {
		app.toasts.removeAll();
		app.toasts.success("已保存。".repeat(12), { duration: 60000 });
		const toast = document.querySelector(".toast");
		await Promise.all(toast.getAnimations({ subtree: true }).map((animation) => animation.finished));
		const { left, right, top, bottom } = toast.getBoundingClientRect();
		return [...document.querySelectorAll(selector)].filter((el) => el.checkVisibility()).filter((el) => {
			const r = el.getBoundingClientRect();
			return r.width && r.left < right && r.right > left && r.top < bottom && r.bottom > top;
		}).map((el) => el.className + " " + el.textContent).join("; ");
	})`
	for _, hash := range []string{"#/today", "#/collections?collection=customers", "#/cases", "#/plans", "#/policy"} {
		page.Visit(hash)
		page.Await("all of the page", `document.querySelector(".page-content") && !document.querySelector(".page .skeleton-loader")`)
		for _, look := range []struct {
			where, what   string
			width, height int64
		}{
			{"desktop", ".page button, .page a.btn, .page .searchbar, .crm-savebar, .page-footer", 1366, 860},
			{"phone", ".crm-savebar, .page-footer", 390, 844},
		} {
			page.Do(chromedp.EmulateViewport(look.width, look.height))
			var under string
			page.Evaluate(covered+`("`+look.what+`")`, &under)
			if under != "" {
				t.Errorf("%s on a %s: a toast covers %s", hash, look.where, under)
			}
			page.Picture("toast-" + look.where + "-" + hash[2:6])
		}
		page.Do(chromedp.EmulateViewport(1366, 860))
	}

	t.Log("a list on a phone")
	page.Do(chromedp.EmulateViewport(390, 844))
	page.OpenList("customers")
	page.Await("no line for the columns alone", `document.querySelector(".records-table thead").getBoundingClientRect().height == 0`)
	page.Await("their menu in the line of the total", `(() => {
		const menu = document.querySelector(".records-table th.col-meta button").getBoundingClientRect(), foot = document.querySelector(".page-footer").getBoundingClientRect();
		return menu.top >= foot.top && menu.bottom <= foot.bottom + 1 && menu.right <= 390;
	})()`)
	page.Do(chromedp.Click(".records-table th.col-meta button", chromedp.ByQuery))
	page.Await("the columns to choose", `document.querySelector(".records-list-columns-dropdown:popover-open")?.getBoundingClientRect().top > 0`)
	page.Picture("customers-phone-columns")
}
