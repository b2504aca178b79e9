package crm_test

import (
	"context"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestReleases follows customers nobody does anything for into the pool. The clock begins on 3 August; the policy lets go after 20 days.
func TestReleases(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	director := app.User(crm.RoleDirector, nil)
	rep, other := app.User(crm.RoleRep, nil), app.User(crm.RoleRep, nil)
	policy, err := app.FindFirstRecordByFilter(crm.CollectionPolicy, "id != ''")
	if err != nil {
		t.Fatal(err)
	}
	set := func(days int) {
		t.Helper()
		save(t, app, policy, testapp.Fields{"release_after_days": days, "review_every_days": 0})
	}
	set(0)
	customer := func(name string, fields testapp.Fields) string {
		all := testapp.Fields{"owner": rep.Id, "name": name}
		for field, value := range fields {
			all[field] = value
		}
		return app.Customer(all).Id
	}
	idle := customer("闲置", nil)
	called := customer("已跟进", nil)
	ordered := customer("已下单", nil)
	given := customer("已转交", nil)
	held := customer("暂缓", nil)
	worthy := customer("重点", testapp.Fields{"declared_annual_purchase": 600000})
	archived := customer("已归档", testapp.Fields{"stage": "archived"})
	owner := func(id string) string {
		t.Helper()
		record, err := app.FindRecordById(crm.CollectionCustomers, id)
		if err != nil {
			t.Fatal(err)
		}
		return record.GetString("owner")
	}
	find := func(id string) *core.Record { return mustFind(t, app, id) }
	app.FollowUp(find(held), testapp.Fields{"status": "on_hold", "resume_on": app.Day(100), "by": rep.Id})
	task := app.Make(crm.CollectionTasks, testapp.Fields{
		"customer": idle, "title": "寄样品", "kind": "other", "assignee": rep.Id, "due_at": app.Clock.Now(),
	})

	mornings(t, app, 30)
	if got := owner(idle); got != rep.Id {
		t.Fatalf("switched off, the customer went to %q", got)
	}
	app.FollowUp(find(called), testapp.Fields{"by": rep.Id, "feedback": "no_response"})
	set(20)
	mornings(t, app, 1) // 3 September
	announced, released := "3 位客户若无跟进，将于 2026-09-06 放回公海", "1 位客户长期无跟进，已放回公海"
	wantList(t, "announced", notices(t, app, rep, "released"), announced)
	app.Order(find(ordered), 100, nil)
	save(t, app, find(given), testapp.Fields{"owner": other.Id})
	if _, err := crm.RunCare(context.Background(), app, crm.JobRun{Now: app.Clock.Now().AddDate(0, 0, 30), Simulated: true}); err != nil {
		t.Fatal(err)
	}
	mornings(t, app, 2)
	if got := owner(idle); got != rep.Id {
		t.Fatalf("before its day the customer went to %q", got)
	}
	setTo(app, "2026-09-07") // the sixth was missed
	care(t, app)
	if owner(idle) != "" {
		t.Error("nobody came, and the customer stays")
	}
	for name, id := range map[string]string{"called": called, "ordered": ordered, "on hold": held, "an A": worthy, "archived": archived} {
		if owner(id) != rep.Id {
			t.Errorf("the customer %s went to %q", name, owner(id))
		}
	}
	if owner(given) != other.Id {
		t.Error("a customer just given to somebody went away")
	}
	wantList(t, "released", notices(t, app, rep, "released"), announced, released)
	if got := app.Reload(task).GetString("assignee"); got != director.Id {
		t.Errorf("its task is %q's", got)
	}
	wantCounted(t, app)
	mornings(t, app, 10)
	if owner(given) != other.Id {
		t.Error("a customer held for two weeks went away")
	}
	mornings(t, app, 12)
	if owner(given) != "" {
		t.Error("the other does nothing either, and keeps the customer")
	}
}

func mustFind(t *testing.T, app *testapp.App, id string) *core.Record {
	t.Helper()
	record, err := app.FindRecordById(crm.CollectionCustomers, id)
	if err != nil {
		t.Fatal(err)
	}
	return record
}
