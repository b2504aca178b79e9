package browser_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestJobsPage runs a job and finds in the page what job_runs has of it, and sees a run that somebody else began.
func TestJobsPage(t *testing.T) {
	t.Parallel()
	program, people := company(t, 50000, 150000, 700000)
	director := people["director"]
	page := program.Open("/_/", 1366, 860)
	page.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	page.SignInStaff("director")
	page.Visit("#/jobs")
	page.Await("every job", `document.querySelectorAll(".crm-job").length == 5`)
	page.Await("schedules in words", `document.querySelector('[data-job="tiers"] .crm-facts')?.textContent.includes("每天 02:00")
		&& document.querySelector('[data-job="response"] .crm-facts')?.textContent.includes("每 10 分钟") && document.querySelector('[data-job="reminders"] .crm-facts')?.textContent.includes("每小时整点")`)

	run := func(job string) {
		page.Do(chromedp.Click(`[data-job="`+job+`"] .crm-card-header button`, chromedp.ByQuery))
	}
	run("tiers")
	page.Do(chromedp.WaitVisible(".crm-run select[name=all]", chromedp.ByQuery), chromedp.SetValue(".crm-run select[name=all]", "true", chromedp.ByQuery))
	page.Await("no moment to choose for a director", `!document.querySelector(".crm-run [name=at]")`)
	page.Do(chromedp.Click(".crm-run .modal-footer .btn:last-child", chromedp.ByQuery))
	page.Await("that it ran", `[...document.querySelectorAll(".toast")].some((toast) => toast.textContent.includes("检查 3 条"))`)
	last := director.List("job_runs", `job = "tiers"`, "-started_at")[0]
	if last["examined"] != 3.0 || last["cause"] != "manual" || last["status"] != "done" {
		t.Errorf("the run is %v", last)
	}
	page.Await("its result on the card", fmt.Sprintf(`document.querySelector('[data-job="tiers"] .crm-facts')?.textContent.includes("检查 %v 条，变更 %v 条")`, last["examined"], last["changed"]))
	page.Do(chromedp.Click(`[data-job="tiers"] .crm-job-history button`, chromedp.ByQuery))
	rows := len(director.List("job_runs", `job = "tiers"`, ""))
	page.Await("its history", fmt.Sprintf(`document.querySelectorAll('[data-job="tiers"] .crm-job-history tbody tr').length == %d`, rows))
	page.Picture("jobs-zh")
	usable(t, page, "jobs")

	page.Evaluate(`void (window.stands = document.querySelector('[data-job="tiers"]'))`, nil)
	people["superuser"].Send(http.MethodPost, "/api/crm/jobs/tiers/run", nil)
	page.Do(chromedp.Click(".page-header-primary-btns .btn", chromedp.ByQuery)) // without waiting for the news of it
	page.Await("the run of somebody else", fmt.Sprintf(`document.querySelectorAll('[data-job="tiers"] .crm-job-history tbody tr').length == %d && window.stands.isConnected`, rows+1))

	english := program.OpenIn("en", "/_/", 390, 844)
	english.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	english.SignInStaff("director")
	english.Visit("#/jobs")
	english.Await("English words", `document.querySelector('[data-job="tiers"] .crm-facts')?.textContent.includes("Daily at 02:00") && !/[\u4e00-\u9fff]/.test(document.querySelector(".crm-jobs")?.textContent)`)
	english.Await("a page no wider than the phone", `document.querySelector(".crm-jobs .page-content")?.scrollWidth <= 390`)
	english.Picture("jobs-en-phone")
	usable(t, english, "jobs on a phone")
	refusedKindly(t, program, people, "#/jobs", "/api/crm/jobs", "/api/collections/job_runs/records")
}
