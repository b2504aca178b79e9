package browser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchbase/internal/browser"
)

const (
	rootEmail    = "root@touchbase.example"
	rootPassword = "root-password-1"
)

// TestMain takes the built program away again.
func TestMain(m *testing.M) {
	code := m.Run()
	browser.CleanUp()
	os.Exit(code)
}

// newOffice serves a program of its own with a superuser and the people of [browser.Program.Staff], each also signed in to the API.
func newOffice(t *testing.T) (program *browser.Program, root *browser.Session, people map[string]*browser.Session) {
	t.Helper()
	program = browser.New(t)
	program.Run("superuser", "upsert", rootEmail, rootPassword)
	program.Serve()
	root = program.Session("_superusers", rootEmail, rootPassword)
	return program, root, program.Staff(root)
}

// TestFirstDay is the first day of the README in the dashboard: the imported customers by the day they deserve a contact, one
// of them, and a follow-up recorded in the form that moves the customer's dates.
func TestFirstDay(t *testing.T) {
	t.Parallel()
	program := browser.New(t)
	out, err := program.Try("import", "customers", filepath.Join("..", "..", "examples", "customers-gb18030.csv"))
	if err == nil || !strings.Contains(out, "rows 19, created 18, updated 0, skipped 0, problems 1") {
		t.Fatalf("the example's one wrong date is to be reported and the rest imported, got %v: %s", err, out)
	}
	program.Run("superuser", "upsert", rootEmail, rootPassword)
	program.Serve()
	page := program.Open("/_/", 1366, 860)
	page.SignIn(rootEmail, rootPassword)

	page.OpenList("customers")
	page.Do(chromedp.Click("th.col-field-name-next_follow_up_on", chromedp.ByQuery))
	page.Await(`the list sorted by next_follow_up_on, the latest first`, `(() => {
		const days = [...document.querySelectorAll("td.col-field-name-next_follow_up_on time")].map((el) => el.dateTime);
		return days.length == 18 && days.every((day, i) => i == 0 || days[i - 1] >= day);
	})()`)
	page.Do(chromedp.Click("th.col-field-name-next_follow_up_on", chromedp.ByQuery))
	page.Await(`the list sorted by next_follow_up_on, the earliest first`, `(() => {
		const days = [...document.querySelectorAll("td.col-field-name-next_follow_up_on time")].map((el) => el.dateTime);
		return days.length == 18 && days.every((day, i) => i == 0 || days[i - 1] <= day);
	})()`)
	page.Picture("customers")

	const customer = "青禾包装机械有限公司"
	before := page.FindRecord("customers", `name = "`+customer+`"`)
	page.Do(chromedp.Click(`//td[contains(., "`+customer+`")]`, chromedp.BySearch), chromedp.WaitVisible(".record-upsert-modal textarea[name=name]", chromedp.ByQuery))
	page.Await("the form to be ready", `!document.querySelector(".record-upsert-modal [inert]")`)
	page.Picture("customer")

	page.OpenList("follow_ups")
	page.Do(chromedp.Click(".new-record-btn", chromedp.ByQuery), chromedp.WaitVisible(".record-upsert-modal textarea[name=content]", chromedp.ByQuery))
	page.Pick("customer", customer)
	page.Choose("channel", "phone")
	page.Fill("started_at", time.Now().Add(-time.Hour).Format("2006-01-02T15:04:05"))
	page.Fill("content", "林经理确认停机多由轴承引起，愿意先试用一批；要求附检测报告。")
	page.Choose("feedback", "positive")
	page.Choose("status", "to_follow_up")
	page.Fill("next_action", "寄出试用件和检测报告")
	on := time.Now().AddDate(0, 0, 3)
	page.Fill("next_action_on", on.Format(time.DateOnly))
	page.Picture("follow-up")
	page.Do(chromedp.Click(".record-upsert-modal .modal-footer .btn.expanded-lg", chromedp.ByQuery))
	page.Await("the follow-up in the list", `!!document.querySelector("td.col-field-name-content")`)

	after := page.FindRecord("customers", `name = "`+customer+`"`)
	if before["last_follow_up_at"] != "" || after["last_follow_up_at"] == "" {
		t.Errorf("last_follow_up_at went from %q to %q", before["last_follow_up_at"], after["last_follow_up_at"])
	}
	if want := on.Format(time.DateOnly) + " 00:00:00.000Z"; after["next_follow_up_on"] != want {
		t.Errorf("next_follow_up_on went from %q to %q, want %q", before["next_follow_up_on"], after["next_follow_up_on"], want)
	}
	if before["silent"] != true || after["silent"] != false || after["touch_mode"] != "recovering" {
		t.Errorf("after the answer the customer is %v and %v", after["silent"], after["touch_mode"])
	}
	page.OpenList("tasks")
	page.Await("the task of the next step", `document.querySelector("td.col-field-name-title")?.textContent.includes("寄出试用件和检测报告")`)
	page.Picture("tasks")

	// A job works a field out anew while the form is open; the form sends only what the person changed, so it saves.
	page.OpenList("customers")
	page.Do(chromedp.Click(`//td[contains(., "`+customer+`")]`, chromedp.BySearch), chromedp.WaitVisible(".record-upsert-modal textarea[name=region]", chromedp.ByQuery))
	program.Run("job", "run", "tiers", "--all", "--at", time.Now().AddDate(0, 4, 0).Format(time.DateOnly))
	page.Fill("region", "浙江宁波")
	page.Do(chromedp.Click(".record-upsert-modal .modal-footer .btn.expanded-lg", chromedp.ByQuery))
	page.Await("the region saved", `[...document.querySelectorAll(".toast")].some((toast) => toast.textContent.includes("已保存"))`)
	if got := page.FindRecord("customers", `name = "`+customer+`"`)["region"]; got != "浙江宁波" {
		t.Errorf("region is %q", got)
	}
}
