package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"touchbase/demo"
	"touchbase/internal/browser"
)

// TestPagesForEverybody holds every page against axe-core, light and dark, on a screen and on a phone.
func TestPagesForEverybody(t *testing.T) {
	t.Parallel()
	program := browser.New(t)
	program.ServeDemo()
	director := program.Session("users", "gu.yuanheng@qiheng.example", demo.Password)
	customer := director.List("customers", `owner.email = "gu.yuanheng@qiheng.example" || owner != ""`, "-open_tasks")[0]["id"].(string)
	page := program.Open("/_/", 1366, 860)
	page.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	check := func(what string) {
		for _, v := range page.Inaccessible() {
			t.Errorf("%s: %s (%s): %s", what, v.ID, v.Impact, v.Help)
			for _, node := range v.Nodes {
				t.Errorf("    %s", node)
			}
		}
	}
	check("sign-in")
	page.SignInAs("gu.yuanheng@qiheng.example", demo.Password)
	for _, scheme := range []string{"light", "dark"} {
		page.Evaluate(fmt.Sprintf("void (app.store.userColorScheme = %q)", scheme), nil)
		for _, width := range []int{1366, 390} {
			page.Do(chromedp.EmulateViewport(int64(width), 860))
			for _, place := range browser.Places {
				page.Visit(place.Of(customer))
				if scheme == "light" {
					if shift := page.Jumps(place.Of(customer)); shift > 0.1 { // what is called good
						t.Errorf("%s, %d px: the page jumps while it loads, by %.3f", place.Name, width, shift)
					}
				}
				check(fmt.Sprintf("%s, %s, %d px", place.Name, scheme, width))
			}
		}
	}
}
