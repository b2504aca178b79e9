package crm_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"pgregory.net/rapid"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// watches are the two jobs that watch over deadlines, by turns.
var watches = []func(context.Context, core.App, crm.JobRun) (crm.JobResult, error){crm.RunReminders, crm.RunResponse}

// watchOver runs both now.
func watchOver(t testing.TB, app *testapp.App, simulated bool) {
	t.Helper()
	for _, watch := range watches {
		if _, err := watch(context.Background(), app, crm.JobRun{Now: app.Clock.Now(), Simulated: simulated}); err != nil {
			t.Fatal(err)
		}
	}
}

// toldSoFar lists what was told, oldest first, as "kind whom", "!" first where it is urgent.
func toldSoFar(t testing.TB, app *testapp.App, condition string) []string {
	t.Helper()
	var rows []struct {
		Kind, Name string
		Urgent     bool
	}
	err := app.DB().NewQuery(`SELECT n.kind, n.urgent, u.name FROM notifications n JOIN users u ON u.id = n.user WHERE ` + condition + ` ORDER BY n.rowid`).All(&rows)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, r := range rows {
		line := r.Kind + " " + r.Name
		if r.Urgent {
			line = "!" + line
		}
		list = append(list, line)
	}
	return list
}

// TestDeadlinesAreTold follows tasks and responses past their deadline, ten minutes at a time.
func TestDeadlinesAreTold(t *testing.T) {
	t.Parallel()
	type told struct {
		after time.Duration // since the beginning
		what  string
	}
	const day = 24 * time.Hour
	plain := func(app *testapp.App, fields testapp.Fields) {
		app.Make(crm.CollectionTasks, testapp.Fields{
			"customer": fields["customer"], "assignee": fields["assignee"], "title": "寄样品", "kind": "other", "due_at": app.Clock.Now().Add(2 * day),
		})
	}
	unhappy := func(app *testapp.App, fields testapp.Fields) {
		app.Make(crm.CollectionFollowUps, app.FollowUpFields(app.Reload(fields["record"].(*core.Record)), testapp.Fields{"feedback": "negative", "by": fields["owner"]}))
	}
	openCase := func(severity string) func(*testapp.App, testapp.Fields) {
		return func(app *testapp.App, fields testapp.Fields) {
			app.Make(crm.CollectionCases, testapp.Fields{
				"customer": fields["customer"], "kind": "question", "subject": "交期", "severity": severity, "by": fields["owner"], "assignee": fields["assignee"],
			})
		}
	}
	for _, c := range []struct {
		name string
		make func(app *testapp.App, fields testapp.Fields)
		who  string // whose: the rep's, the manager's or nobody's
		want []told
	}{
		{"a task", plain, "小王", []told{{day, "task_due 小王"}, {2 * day, "task_late 小王"}, {3 * day, "task_escalated 老李"}}},
		{"the manager's own goes to the director", plain, "老李", []told{{day, "task_due 老李"}, {2 * day, "task_late 老李"}, {3 * day, "task_escalated 总监"}}},
		{"nobody's goes to the manager", plain, "", []told{{day, "task_due 老李"}, {2 * day, "task_late 老李"}, {3 * day, "task_escalated 老李"}}},
		{"one who is away tells the substitute too", plain, "小张", []told{
			{day, "task_due 小张"}, {day, "task_due 小王"}, {2 * day, "task_late 小张"}, {2 * day, "task_late 小王"}, {3 * day, "task_escalated 老李"},
		}},
		{"negative feedback", unhappy, "", []told{
			{0, "!task_given 小王"}, {0, "!negative_feedback 老李"}, {12 * time.Hour, "!response_due 小王"}, {day, "!response_late 小王"}, {2 * day, "!task_escalated 老李"},
		}},
		{"a case", openCase("minor"), "小王", []told{
			{0, "!task_given 小王"}, {day, "!response_due 小王"}, {2 * day, "!response_late 小王"}, {3 * day, "!task_escalated 老李"},
		}},
		{"a major case", openCase("major"), "小王", []told{
			{0, "!task_given 小王"}, {12 * time.Hour, "!response_due 小王"}, {day, "!response_late 小王"}, {2 * day, "!task_escalated 老李"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			team := app.Team("华东").Id
			people := map[string]string{"": ""}
			for _, p := range []struct{ role, name string }{{crm.RoleRep, "小王"}, {crm.RoleManager, "老李"}, {crm.RoleDirector, "总监"}} {
				people[p.name] = app.User(p.role, testapp.Fields{"name": p.name, "team": team}).Id
			}
			people["小张"] = app.User(crm.RoleRep, testapp.Fields{"name": "小张", "team": team, "away_until": app.Day(9), "substitute": people["小王"]}).Id
			customer := app.Customer(testapp.Fields{"owner": people["小王"]})
			c.make(app, testapp.Fields{"customer": customer.Id, "record": customer, "owner": people["小王"], "assignee": people[c.who]})
			begun := app.Clock.Now()
			var got []told
			for range 5 * 24 * 6 {
				watchOver(t, app, false)
				list := toldSoFar(t, app, "TRUE")
				for _, what := range list[len(got):] {
					got = append(got, told{app.Clock.Now().Sub(begun), what})
				}
				app.Clock.Advance(10 * time.Minute)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("told %v, want %v", got, c.want)
			}
		})
	}
}

// TestTrialTellsNobody lets a simulated run find late what is late, and a churn risk, without a word.
func TestTrialTellsNobody(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	rep := app.User(crm.RoleRep, nil)
	app.User(crm.RoleDirector, nil)
	customer := app.Customer(testapp.Fields{"owner": rep.Id, "declared_annual_purchase": 600000.0})
	app.Make(crm.CollectionOrders, testapp.Fields{"customer": customer.Id, "ordered_at": app.Clock.Now().AddDate(0, 0, -60), "amount": 1000.0})
	task := app.Make(crm.CollectionTasks, testapp.Fields{"customer": customer.Id, "assignee": rep.Id, "title": "寄样品", "kind": "other", "due_at": app.Clock.Now()})
	app.Clock.Advance(40 * 24 * time.Hour) // its orders stopped
	watchOver(t, app, true)
	tiers(t, app, crm.JobRun{Simulated: true})
	if status := app.Reload(task).GetString("status"); status != "delayed" {
		t.Errorf("the task is %s", status)
	}
	if n, err := app.CountRecords(crm.CollectionTasks, dbx.HashExp{"kind": "win_back"}); err != nil || n != 1 {
		t.Errorf("there are %d win-backs, %v", n, err)
	}
	if got := toldSoFar(t, app, "TRUE"); len(got) > 0 {
		t.Errorf("told %v", got)
	}
}

// TestWinBackIsTold tells the owner at once, and asks for the cause where the signals do not tell it.
func TestWinBackIsTold(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	rep := app.User(crm.RoleRep, testapp.Fields{"name": "小王"})
	customer := app.Customer(testapp.Fields{"owner": rep.Id})
	app.Make(crm.CollectionOrders, testapp.Fields{"customer": customer.Id, "ordered_at": app.Clock.Now().AddDate(0, 0, -60), "amount": 1000.0})
	pass(t, app, 40)
	if got, want := toldSoFar(t, app, "n.kind = 'win_back'"), []string{"!win_back 小王"}; !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	task, err := app.FindFirstRecordByData(crm.CollectionTasks, "kind", "win_back")
	if err != nil {
		t.Fatal(err)
	}
	if asks := strings.Contains(task.GetString("detail"), "为什么"); asks != (task.GetString("cause") == "") {
		t.Errorf("cause %q, detail %q", task.GetString("cause"), task.GetString("detail"))
	}
}

// TestEachDeadlineOnce lets people do, put off and take up tasks at random while the program runs, and at times does not. Of every
// deadline each thing is told once, and not before it is so; of one that stood until after it, that it is late.
func TestEachDeadlineOnce(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	team := app.Team("华东").Id
	rep := app.User(crm.RoleRep, testapp.Fields{"name": "小王", "team": team})
	app.User(crm.RoleManager, testapp.Fields{"name": "老李", "team": team})
	rapid.Check(t, func(rt *rapid.T) {
		customer := app.Customer(testapp.Fields{"owner": rep.Id})
		var tasks []*core.Record
		for range rapid.IntRange(1, 3).Draw(rt, "tasks") {
			tasks = append(tasks, app.Make(crm.CollectionTasks, testapp.Fields{
				"customer": customer.Id, "assignee": rep.Id, "title": "回访", "kind": rapid.SampledFrom([]string{"other", "promise", "win_back", "negative_feedback"}).Draw(rt, "kind"),
				"due_at": app.Clock.Now().Add(time.Duration(rapid.IntRange(1, 72).Draw(rt, "due in")) * time.Hour),
			}))
		}
		lateSince := map[string]time.Time{} // by task and deadline, as the program saw it first
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			app.Clock.Advance(time.Duration(rapid.IntRange(1, 20).Draw(rt, "hours")) * time.Hour)
			task := app.Reload(tasks[rapid.IntRange(0, len(tasks)-1).Draw(rt, "task")])
			fields := testapp.Fields{"result": "已处理", "delay_reason": "等样品"}
			switch action := rapid.SampledFrom([]string{"", "", "", "done", "in_progress", "cancelled", "postponed"}).Draw(rt, "action"); action {
			case "":
				fields = nil
			case "postponed":
				fields["due_at"], fields["postpone_reason"] = app.Clock.Now().Add(time.Duration(rapid.IntRange(-10, 60).Draw(rt, "to"))*time.Hour), "对方出差"
			default:
				fields["status"] = action
			}
			if fields != nil {
				save(t, app, task, fields)
			}
			if rapid.IntRange(0, 3).Draw(rt, "down") > 0 {
				for _, task := range tasks {
					task = app.Reload(task)
					due := task.GetDateTime("due_at").Time()
					if key := task.Id + ":" + crm.FormatMoment(due); crm.IsOpen(task.GetString("status")) && !due.After(app.Clock.Now()) && lateSince[key].IsZero() {
						lateSince[key] = app.Clock.Now()
					}
				}
				watchOver(t, app, false)
			}
		}
		checkDeadlines(t, rt, app, customer, lateSince)
	})
}

func checkDeadlines(t *testing.T, rt *rapid.T, app *testapp.App, customer *core.Record, lateSince map[string]time.Time) {
	var told []struct{ Key, Kind, User, Created string }
	err := app.DB().NewQuery("SELECT [[key]], kind, user, created FROM notifications WHERE customer = {:id} AND [[key]] != ''").
		Bind(dbx.Params{"id": customer.Id}).All(&told)
	if err != nil {
		t.Fatal(err)
	}
	late := map[string]bool{}
	for _, n := range told {
		parts := strings.SplitN(n.Key, ":", 3) // kind, task, deadline and user
		due := crm.ParseMoment(parts[2][:len("2026-08-03 02:00:00.000Z")])
		at := crm.ParseMoment(n.Created)
		deadline := parts[1] + ":" + crm.FormatMoment(due)
		switch n.Kind {
		case "task_due", "response_due":
			if !at.Before(due) || due.Sub(at) > 24*time.Hour {
				rt.Fatalf("%s is said to be due at %s", deadline, at)
			}
		case "task_late", "response_late":
			if !at.Equal(lateSince[deadline]) {
				rt.Fatalf("%s is said to be late at %s, not at %s", deadline, at, lateSince[deadline])
			}
			late[deadline] = true
		case "task_escalated":
			if at.Sub(due) < 24*time.Hour {
				rt.Fatalf("%s is escalated at %s", deadline, at)
			}
		}
	}
	for deadline := range lateSince {
		if !late[deadline] {
			rt.Fatalf("of %s nobody was told that it is late: %v", deadline, fmt.Sprint(told))
		}
	}
}

// TestResponseHours is the mean of the clock hours, by kind and person, of the responses of a time.
func TestResponseHours(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	wang, li := app.User(crm.RoleRep, nil), app.User(crm.RoleSupport, nil)
	customer := app.Customer(testapp.Fields{"owner": wang.Id})
	ago := func(h float64) time.Time { return app.Clock.Now().Add(-time.Duration(h * float64(time.Hour))) }
	openCase := func(fields testapp.Fields) *core.Record {
		fields["customer"], fields["kind"], fields["subject"] = customer.Id, "question", "交期"
		return app.Make(crm.CollectionCases, fields)
	}
	openCase(testapp.Fields{"opened_at": ago(10), "responded_at": ago(8), "resolved_at": ago(1), "assignee": li.Id})
	openCase(testapp.Fields{"opened_at": ago(10), "resolved_at": ago(5), "assignee": li.Id}) // solved at once
	openCase(testapp.Fields{"opened_at": ago(10), "assignee": li.Id})                        // open
	openCase(testapp.Fields{"opened_at": ago(900), "responded_at": ago(800), "assignee": li.Id})
	answered := openCase(testapp.Fields{"opened_at": ago(0.5)}) // the owner's
	app.FollowUp(customer, testapp.Fields{"feedback": "negative", "by": wang.Id})
	app.Clock.Advance(90 * time.Minute)
	for _, kind := range []string{"negative_feedback", "case"} {
		var tasks []*core.Record
		if err := app.RecordQuery(crm.CollectionTasks).AndWhere(dbx.HashExp{"kind": kind, "assignee": wang.Id}).All(&tasks); err != nil || len(tasks) != 1 {
			t.Fatalf("%d tasks of kind %s, %v", len(tasks), kind, err)
		}
		save(t, app, tasks[0], testapp.Fields{"status": "done", "result": "已致歉"})
	}
	if app.Reload(answered).GetDateTime("responded_at").IsZero() {
		t.Error("the case whose task is done has no response")
	}
	app.Clock.Advance(time.Minute)
	got, err := crm.ResponseHours(app, app.Clock.Now().AddDate(0, 0, -7), app.Clock.Now())
	want := []crm.ResponseTime{{"case", wang.Id, 1, 2}, {"case", li.Id, 2, 3.5}, {"negative_feedback", wang.Id, 1, 1.5}}
	slices.SortFunc(want, func(a, b crm.ResponseTime) int { return strings.Compare(a.Kind+a.Person, b.Kind+b.Person) })
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}
