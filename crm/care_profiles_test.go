package crm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestHolidays gives a list to whoever has somebody to greet.
func TestHolidays(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	policy, err := app.FindFirstRecordByFilter(crm.CollectionPolicy, "id != ''")
	if err != nil {
		t.Fatal(err)
	}
	save(t, app, policy, testapp.Fields{"holidays": []string{"2026-08-06", "2026-08-07", "2026-08-10"}})
	rep, other := app.User(crm.RoleRep, nil), app.User(crm.RoleRep, nil)
	app.Customer(testapp.Fields{"owner": rep.Id, "declared_annual_purchase": 600000})
	app.Customer(testapp.Fields{"owner": rep.Id})
	app.Customer(testapp.Fields{"owner": other.Id})
	mornings(t, app, 9)
	wantList(t, "with an A", notices(t, app, rep, "holiday"), "2026-08-06 起放假：问候 1 位重点客户")
	wantList(t, "without", notices(t, app, other, "holiday"))
	setTo(app, "2026-08-12")
}

// TestProfileReviews asks each owner once a month, with the list, until all are reviewed.
func TestProfileReviews(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	rep, other := app.User(crm.RoleRep, nil), app.User(crm.RoleRep, nil)
	var customers []*core.Record
	for i := range 3 {
		customers = append(customers, app.Customer(testapp.Fields{"owner": rep.Id, "name": fmt.Sprintf("甲%d", i), "reviewed_on": "2026-07-01"}))
	}
	app.Customer(testapp.Fields{"owner": other.Id}) // entered now: due in September
	mornings(t, app, 5)
	wantList(t, "in August", tasksOf(t, app, crm.KindProfileReview), "2026-08-11 open")
	wantList(t, "told", notices(t, app, rep, "profile_review"), "本月有 3 位客户的资料待复盘")
	wantList(t, "the other", notices(t, app, other, "profile_review"))
	row, err := app.FindFirstRecordByData(crm.CollectionNotifications, "kind", "profile_review")
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Split(row.GetString("body"), "\n")
	slices.Sort(list)
	wantList(t, "the list", list, "甲0", "甲1", "甲2")
	task, err := app.FindFirstRecordByData(crm.CollectionTasks, "kind", "profile_review")
	if err != nil || strings.Contains(task.GetString("detail")+task.GetString("title"), "甲") {
		t.Errorf("the task says %q, %v", task.GetString("detail"), err)
	}

	with := func() *core.Record { return mustFind(t, app, app.Reload(task).GetString("customer")) }
	given := with()
	save(t, app, given, testapp.Fields{"owner": other.Id}) // the task goes with it, and comes back
	mornings(t, app, 1)
	if with().Id == given.Id || with().GetString("owner") != rep.Id || app.Reload(task).GetString("assignee") != rep.Id {
		t.Errorf("the review stands with a customer of %s, for %s", with().GetString("owner"), app.Reload(task).GetString("assignee"))
	}
	for _, customer := range customers {
		save(t, app, app.Reload(customer), testapp.Fields{"reviewed_on": app.Day(0)})
	}
	mornings(t, app, 1)
	var statuses []string
	for _, status := range tasksOf(t, app, crm.KindProfileReview) {
		statuses = append(statuses, status[len("2026-08-11 "):])
	}
	if !slices.Contains(statuses, "done") || slices.Contains(statuses, "open") && len(statuses) == 1 {
		t.Errorf("after the review: %v", statuses)
	}
	setTo(app, "2026-09-01")
	care(t, app)
	wantList(t, "told in September", notices(t, app, rep, "profile_review"), "本月有 3 位客户的资料待复盘", "本月有 2 位客户的资料待复盘")
	open := 0
	for _, task := range tasksOf(t, app, crm.KindProfileReview) {
		if strings.HasSuffix(task, "open") {
			open++
		}
	}
	if open != 2 { // the rep's and the other's
		t.Errorf("%d reviews are open in September", open)
	}
	wantCounted(t, app)
}

// TestChecks asks a few customers at a time, a week after they became doubtful, and ends what was put right.
func TestChecks(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	rep := app.User(crm.RoleRep, nil)
	var doubtful []*core.Record
	for range 12 {
		doubtful = append(doubtful, app.Customer(testapp.Fields{"owner": rep.Id, "size": "1-50", "annual_revenue": 200000000}))
	}
	count := func(status string) (n int) {
		for _, task := range tasksOf(t, app, crm.KindVerifyInfo) {
			if strings.HasSuffix(task, status) {
				n++
			}
		}
		return n
	}
	mornings(t, app, 7)
	if n := count(""); n != 0 {
		t.Errorf("%d checks before a week is over", n)
	}
	mornings(t, app, 3)
	if open := count("open"); open != 5 {
		t.Errorf("%d checks at a time", open)
	}
	for _, customer := range doubtful {
		task, err := app.FindFirstRecordByData(crm.CollectionTasks, "customer", customer.Id)
		if err != nil {
			continue // not yet asked
		}
		if detail := task.GetString("detail"); detail != "规模与营业额矛盾" {
			t.Errorf("asks for %q", detail)
		}
		save(t, app, app.Reload(customer), testapp.Fields{"annual_revenue": 1000000})
		if status := app.Reload(task).GetString("status"); status != "done" {
			t.Errorf("put right, the check is %s", status)
		}
	}
	mornings(t, app, 1)
	if open, done := count("open"), count("done"); open != 5 || done != 5 {
		t.Errorf("then %d open, %d done", open, done)
	}
}

// TestImportsDrownNobody enters many customers on a Wednesday, each with something to check, and counts what anybody is given on the mornings
// that follow.
func TestImportsDrownNobody(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	rep := app.User(crm.RoleRep, nil)
	mornings(t, app, 2)
	for range 120 {
		app.Customer(testapp.Fields{"owner": rep.Id, "size": "1-50", "annual_revenue": 200000000, "first_contact_on": "2020-01-01"})
	}
	before := 0
	for range 40 {
		mornings(t, app, 1)
		tasks, err := app.CountRecords(crm.CollectionTasks)
		if err != nil {
			t.Fatal(err)
		}
		if given := int(tasks) - before; given > 5 {
			t.Errorf("%d tasks on the morning of %s", given, app.Day(0))
		}
		before = int(tasks)
	}
	told, err := app.CountRecords(crm.CollectionNotifications)
	if err != nil || told != 1 || before != 6 { // the review of September, and five checks
		t.Errorf("in forty days %d tasks and %d notices, %v", before, told, err)
	}
}
