package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"touchbase/demo"
	"touchbase/internal/browser"
)

// TestDemo is a visitor's way: start the demo, sign in as it says, look at a story, start it again.
func TestDemo(t *testing.T) {
	t.Parallel()
	program := browser.New(t)
	first, address := program.ServeDemo()
	page := program.Open("/_/", 1366, 720)
	page.SignIn(demo.AdminEmail, demo.Password)
	page.OpenList("customers")
	page.Do(chromedp.Click("th.col-field-name-next_follow_up_on", chromedp.ByQuery))
	page.Do(chromedp.Click("th.col-field-name-next_follow_up_on", chromedp.ByQuery))
	page.Await("the customers by their next date", `(() => {
		const days = [...document.querySelectorAll("td.col-field-name-next_follow_up_on time")].map((el) => el.dateTime);
		return days.length > 20 && days.every((day, i) => i == 0 || days[i - 1] <= day);
	})()`)
	page.Picture("demo-customers")

	modes := map[string]bool{}
	for _, story := range demo.Stories {
		customer := page.FindRecord("customers", `name = "`+story.Name+`"`)
		modes[customer["touch_mode"].(string)] = true
	}
	if !modes["recovering"] {
		t.Errorf("the one who was woken up is to be recovering, the stories are %v", modes)
	}

	again := program.Stop()
	for _, want := range []string{demo.AdminEmail, demo.Password, address, "TIER", "SILENT", "DUE", "director", "rep"} {
		if !strings.Contains(first, want) {
			t.Errorf("the demo does not print %q: %s", want, first)
		}
	}
	if !strings.Contains(first, "Making up a year") {
		t.Errorf("the first start makes the data up: %s", first)
	}
	if strings.Contains(again, "Making up a year") || !strings.Contains(again, demo.AdminEmail) {
		t.Errorf("the second start goes on with the data there are: %s", again)
	}
}
