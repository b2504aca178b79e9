package crm_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// lightTouches lists the light touch tasks of a customer as "status due day", oldest first.
func lightTouches(t *testing.T, app *testapp.App, customer *core.Record) []string {
	t.Helper()
	var tasks []*core.Record
	err := app.RecordQuery(crm.CollectionTasks).
		AndWhere(dbx.HashExp{crm.FieldCustomer: customer.Id, crm.FieldKind: crm.KindLightTouch}).OrderBy("rowid").All(&tasks)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, task := range tasks {
		due := task.GetDateTime(crm.FieldDueAt).Time().In(testapp.Zone)
		if due.Format(time.TimeOnly) != "23:59:59" {
			t.Errorf("a light touch is due at %s, want the end of the day", due)
		}
		list = append(list, task.GetString(crm.FieldStatus)+" "+due.Format("01-02"))
	}
	return list
}

// TestLightTouch follows customers of tier C (cadence 60 days, twice that while silent) through a silence. The last contact is
// on 3 August, so they are silent from 3 September on.
func TestLightTouch(t *testing.T) {
	t.Parallel()
	type step struct {
		days int // nights that pass
		do   func(t *testing.T, app *testapp.App, customer *core.Record)
		want []string
	}
	followUp := func(fields testapp.Fields) func(*testing.T, *testapp.App, *core.Record) {
		return func(_ *testing.T, app *testapp.App, customer *core.Record) { app.FollowUp(customer, fields) }
	}
	attempt := followUp(testapp.Fields{"feedback": "no_response"})
	var woke *core.Record
	order := func(_ *testing.T, app *testapp.App, customer *core.Record) { woke = app.Order(customer, 10, nil) }
	policy := func(collection, filter, field string, value any) func(*testing.T, *testapp.App, *core.Record) {
		return func(t *testing.T, app *testapp.App, _ *core.Record) {
			row, err := app.FindFirstRecordByFilter(collection, filter)
			if err != nil {
				t.Fatal(err)
			}
			save(t, app, row, testapp.Fields{field: value})
			tiers(t, app, crm.JobRun{All: true, Policy: true})
		}
	}
	tier := func(field string, days int) func(*testing.T, *testapp.App, *core.Record) {
		return policy(crm.CollectionTiers, "code = 'C'", field, days)
	}
	do := func(status string) func(*testing.T, *testapp.App, *core.Record) {
		return func(t *testing.T, app *testapp.App, customer *core.Record) {
			task, err := app.FindFirstRecordByFilter(crm.CollectionTasks, "kind = 'light_touch' && customer = {:id}", dbx.Params{"id": customer.Id})
			if err != nil {
				t.Fatal(err)
			}
			save(t, app, task, testapp.Fields{"status": status})
		}
	}
	for _, c := range []struct {
		name  string
		first testapp.Fields // the contact of 3 August
		steps []step
	}{
		{"one for a silence", nil, []step{{30, nil, []string{}}, {1, nil, []string{"open 10-02"}}, {50, nil, []string{"open 10-02"}}}},
		{"done by hand: no other before the next cadence", nil, []step{
			{31, nil, []string{"open 10-02"}}, {1, do("done"), []string{"done 10-02"}}, {40, nil, []string{"done 10-02"}},
		}},
		{"cancelled by hand stays so", nil, []step{{31, do("cancelled"), []string{"cancelled 10-02"}}, {40, nil, []string{"cancelled 10-02"}}}},
		{"an attempt closes it and the next cadence has its own", nil, []step{
			{31, nil, []string{"open 10-02"}}, {1, attempt, []string{"done 10-02", "open 01-02"}}, {10, attempt, []string{"done 10-02", "done 01-02", "open 01-12"}},
		}},
		{"a conversation ends the silence", nil, []step{{31, nil, []string{"open 10-02"}}, {1, followUp(nil), []string{"done 10-02"}}}},
		{"an order ends it, its deletion brings it back", nil, []step{
			{31, nil, []string{"open 10-02"}}, {1, order, []string{"cancelled 10-02"}},
			{1, func(t *testing.T, app *testapp.App, _ *core.Record) {
				if err := app.Delete(app.Reload(woke)); err != nil {
					t.Fatal(err)
				}
			}, []string{"open 10-02"}},
		}},
		{"the next silence keeps the date of the recovery", nil, []step{
			{31, nil, []string{"open 10-02"}}, {1, followUp(nil), []string{"done 10-02"}}, {31, nil, []string{"done 10-02", "open 12-03"}},
		}},
		{"none on hold", testapp.Fields{"status": "on_hold", "resume_on": "2026-09-20"}, []step{
			{47, nil, []string{}}, {1, nil, []string{"open 09-20"}}, {5, nil, []string{"open 09-20"}},
		}},
		{"put on hold while silent", nil, []step{
			{31, nil, []string{"open 10-02"}},
			{1, followUp(testapp.Fields{"feedback": "no_response", "status": "on_hold", "resume_on": "2026-09-10"}), []string{"done 10-02"}},
			{6, nil, []string{"done 10-02", "open 09-10"}},
		}},
		{"none because of a policy", nil, []step{
			{25, tier("silent_after_days", 20), []string{}}, {20, nil, []string{}}, {1, attempt, []string{"open 01-16"}},
		}},
		{"a policy that ends the silence", nil, []step{{31, nil, []string{"open 10-02"}}, {1, tier("silent_after_days", 60), []string{"cancelled 10-02"}}}},
		{"a policy that moves the date", nil, []step{
			{31, nil, []string{"open 10-02"}}, {1, tier("cadence_days", 90), []string{"open 11-01"}}, {3, nil, []string{"open 11-01"}},
			{0, attempt, []string{"done 11-01", "open 03-06"}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := testapp.New(t) // in turn: the order that woke them is shared
			rep := app.User(crm.RoleRep, nil)
			customer := app.Customer(testapp.Fields{"owner": rep.Id})
			app.FollowUp(customer, c.first)
			for i, s := range c.steps {
				pass(t, app, s.days)
				if s.do != nil {
					s.do(t, app, customer)
				}
				got := lightTouches(t, app, customer)
				if !slices.Equal(got, s.want) {
					t.Fatalf("step %d: light touches %v, want %v", i, got, s.want)
				}
				open := 0
				for _, task := range got {
					if task[:4] == "open" {
						open++
					}
				}
				if n := app.Reload(customer).GetInt(crm.FieldOpenTasks); n != open {
					t.Errorf("step %d: open_tasks is %d, want %d", i, n, open)
				}
			}
		})
	}
}

// TestNoLightTouchAtFirst meets a customer who is silent already.
func TestNoLightTouchAtFirst(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(testapp.Fields{"first_contact_on": app.Day(-100)})
	held := app.Customer(testapp.Fields{"first_contact_on": app.Day(-100), "import": app.Make(crm.CollectionImports, testapp.Fields{
		"kind": "customers", "status": "done",
	}).Id})
	pass(t, app, 3)
	save(t, app, customer, testapp.Fields{"notes": "参观过工厂", "core_need": "降本"})
	save(t, app, held, testapp.Fields{"core_need": "降本"})
	for _, c := range []*core.Record{customer, held} {
		if !app.Reload(c).GetBool(crm.FieldSilent) {
			t.Fatal("the customer is not silent")
		}
		if got := lightTouches(t, app, c); len(got) != 0 {
			t.Errorf("a first assessment opened %v", got)
		}
	}
}

// TestWhoGetsARulesTask goes down the list of those responsible.
func TestWhoGetsARulesTask(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		people func(app *testapp.App, team string) (owner string)
		want   string // name; empty: nobody
		title  string
	}{
		{"the owner", func(app *testapp.App, team string) string {
			return app.User(crm.RoleRep, testapp.Fields{"name": "小王", "team": team}).Id
		}, "小王", "轻量触达：分享行业资讯，不推销"},
		{"who reads English", func(app *testapp.App, team string) string {
			return app.User(crm.RoleRep, testapp.Fields{"name": "Ann", "team": team, "locale": "en"}).Id
		}, "Ann", "Light touch: share industry news, no pitch"},
		{"the owner is inactive: the manager", func(app *testapp.App, team string) string {
			app.User(crm.RoleManager, testapp.Fields{"name": "别队"})
			app.User(crm.RoleManager, testapp.Fields{"name": "老李", "team": team})
			return app.User(crm.RoleRep, testapp.Fields{"name": "小王", "team": team, "active": false}).Id
		}, "老李", ""},
		{"so is the manager: the director", func(app *testapp.App, team string) string {
			app.User(crm.RoleManager, testapp.Fields{"name": "老李", "team": team, "active": false})
			app.User(crm.RoleDirector, testapp.Fields{"name": "总监"})
			return app.User(crm.RoleRep, testapp.Fields{"name": "小王", "team": team, "active": false}).Id
		}, "总监", ""},
		{"nobody", func(app *testapp.App, team string) string {
			app.User(crm.RoleRep, testapp.Fields{"name": "旁人", "team": team})
			return app.User(crm.RoleRep, testapp.Fields{"name": "小王", "team": team, "active": false}).Id
		}, "", "轻量触达：分享行业资讯，不推销"},
		{"without owner: the director", func(app *testapp.App, _ string) string {
			app.User(crm.RoleManager, testapp.Fields{"name": "无队"})
			app.User(crm.RoleDirector, testapp.Fields{"name": "总监"})
			return ""
		}, "总监", ""},
		{"away through today: the substitute, in their language", func(app *testapp.App, team string) string {
			ann := app.User(crm.RoleRep, testapp.Fields{"name": "Ann", "locale": "en"})
			return app.User(crm.RoleRep, testapp.Fields{"name": "小王", "team": team, "away_until": app.Day(31), "substitute": ann.Id}).Id
		}, "Ann", "Light touch: share industry news, no pitch"},
		{"back today", func(app *testapp.App, team string) string {
			ann := app.User(crm.RoleRep, testapp.Fields{"name": "Ann"})
			return app.User(crm.RoleRep, testapp.Fields{"name": "小王", "team": team, "away_until": app.Day(30), "substitute": ann.Id}).Id
		}, "小王", ""},
		{"the substitute left", func(app *testapp.App, team string) string {
			ann := app.User(crm.RoleRep, testapp.Fields{"name": "Ann", "active": false})
			return app.User(crm.RoleRep, testapp.Fields{"name": "小王", "team": team, "away_until": app.Day(90), "substitute": ann.Id}).Id
		}, "小王", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			owner := c.people(app, app.Team("华东").Id)
			customer := app.Customer(testapp.Fields{"owner": owner})
			app.FollowUp(customer, nil)
			pass(t, app, 31)
			task, err := app.FindFirstRecordByFilter(crm.CollectionTasks, fmt.Sprintf("customer = %q", customer.Id))
			if err != nil {
				t.Fatalf("no task: %v", err)
			}
			got := ""
			if id := task.GetString(crm.FieldAssignee); id != "" {
				user, err := app.FindRecordById(crm.CollectionUsers, id)
				if err != nil {
					t.Fatal(err)
				}
				got = user.GetString("name")
			}
			if got != c.want {
				t.Errorf("the task went to %q, want %q", got, c.want)
			}
			if title := task.GetString("title"); c.title != "" && title != c.title {
				t.Errorf("the title is %q, want %q", title, c.title)
			}
			if task.GetString(crm.FieldRule) != crm.KindLightTouch || task.GetString(crm.FieldGivenBy) != "" {
				t.Errorf("rule %q, given by %q", task.GetString(crm.FieldRule), task.GetString(crm.FieldGivenBy))
			}
		})
	}
}
