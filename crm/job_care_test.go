package crm_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// care runs the job now and, as nothing is left to do, once more.
func care(t *testing.T, app *testapp.App) {
	t.Helper()
	for i := range 2 {
		before := trail(t, app)
		result, err := crm.RunCare(context.Background(), app, crm.JobRun{Now: app.Clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 && (result.Changed != 0 || trail(t, app) != before) {
			t.Errorf("the second run in a row changes %d and writes %d entries", result.Changed, trail(t, app)-before)
		}
	}
}

// trail is how much the audit log has.
func trail(t *testing.T, app *testapp.App) (entries int) {
	t.Helper()
	if err := app.DB().NewQuery("SELECT count(*) FROM audit_log").Row(&entries); err != nil {
		t.Fatal(err)
	}
	return entries
}

// mornings lets days pass and runs the job at seven on each.
func mornings(t *testing.T, app *testapp.App, days int) {
	t.Helper()
	for range days {
		setTo(app, app.Day(1))
		care(t, app)
	}
}

// setTo moves the clock on to seven o'clock of a day.
func setTo(app *testapp.App, day string) {
	at, err := time.ParseInLocation(time.DateOnly, day, testapp.Zone)
	if err != nil {
		panic(err)
	}
	app.Clock.Advance(at.Add(7 * time.Hour).Sub(app.Clock.Now()))
}

// tasksOf lists the tasks of a kind as "day status assignee".
func tasksOf(t *testing.T, app *testapp.App, kind string) []string {
	t.Helper()
	var tasks []*core.Record
	if err := app.RecordQuery(crm.CollectionTasks).AndWhere(dbx.HashExp{"kind": kind}).OrderBy("due_at", "rowid").All(&tasks); err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, task := range tasks {
		list = append(list, task.GetDateTime("due_at").Time().In(testapp.Zone).Format(time.DateOnly)+" "+task.GetString("status"))
	}
	return list
}

// notices lists what somebody was told of a kind, by title.
func notices(t *testing.T, app *testapp.App, user *core.Record, kind string) []string {
	t.Helper()
	var rows []*core.Record
	err := app.RecordQuery(crm.CollectionNotifications).AndWhere(dbx.HashExp{"user": user.Id, "kind": kind}).OrderBy("rowid").All(&rows)
	if err != nil {
		t.Fatal(err)
	}
	titles := []string{}
	for _, row := range rows {
		titles = append(titles, row.GetString("title"))
	}
	return titles
}

// wantCounted fails the test where the open tasks of a customer are not as many as it says.
func wantCounted(t *testing.T, app *testapp.App) {
	t.Helper()
	var wrong int
	err := app.DB().NewQuery(`SELECT count(*) FROM customers WHERE open_tasks !=
		(SELECT count(*) FROM tasks WHERE customer = customers.id AND status IN (` + crm.OpenStatuses + `))`).Row(&wrong)
	if err != nil || wrong > 0 {
		t.Errorf("%d customers count their open tasks wrongly, %v", wrong, err)
	}
}

func wantList(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// TestBirthdays walks into and over birthdays. The clock begins on Monday, 3 August 2026.
func TestBirthdays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, birthday string
		to             []string // the days on which the job runs
		told           int
		tasks          []string
	}{
		{"far", "1980-08-08", []string{"2026-08-04"}, 0, nil},
		{"three days ahead", "1980-08-08", []string{"2026-08-04", "2026-08-05", "2026-08-06", "2026-08-08"}, 1, []string{"2026-08-08 open"}},
		{"on the day", "1904-08-04", []string{"2026-08-04"}, 1, []string{"2026-08-04 open"}},
		{"passed while down", "1904-08-09", []string{"2026-08-04", "2026-08-11"}, 1, []string{"2026-08-11 open"}},
		{"passed long ago", "1904-08-09", []string{"2026-08-04", "2026-08-17"}, 0, nil},
		{"passed before it was entered", "1980-08-01", []string{"2026-08-04"}, 0, nil},
		{"across the end of the year", "1990-01-01", []string{"2026-12-28", "2026-12-29", "2027-01-01", "2027-01-02"}, 1, []string{"2027-01-01 open"}},
		{"29 February in another year", "1904-02-29", []string{"2027-02-24", "2027-02-25", "2027-03-01"}, 1, []string{"2027-02-28 open"}},
		{"29 February in its year", "2000-02-29", []string{"2028-02-25", "2028-02-26", "2028-02-29"}, 1, []string{"2028-02-29 open"}},
		{"two years", "1980-08-08", []string{"2026-08-06", "2027-08-05"}, 2, []string{"2026-08-08 cancelled", "2027-08-08 open"}},
		{"not done in a week", "1980-08-08", []string{"2026-08-06", "2026-08-15", "2026-08-16"}, 1, []string{"2026-08-08 cancelled"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			rep := app.User(crm.RoleRep, nil)
			customer := app.Customer(testapp.Fields{"owner": rep.Id})
			app.Contact(customer, testapp.Fields{"name": "张伟", "birthday": c.birthday})
			for _, day := range c.to {
				setTo(app, day)
				care(t, app)
			}
			wantList(t, "tasks", tasksOf(t, app, crm.KindBirthday), c.tasks...)
			told := notices(t, app, rep, "birthday")
			if len(told) != c.told {
				t.Errorf("told %q, want %d", told, c.told)
			}
			wantCounted(t, app)
		})
	}
}

// TestBirthdayEnds changes what a birthday's task rests on.
func TestBirthdayEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(app *testapp.App, customer, contact *core.Record) (*core.Record, testapp.Fields)
		after  []string
	}{
		"corrected": {func(_ *testapp.App, _, contact *core.Record) (*core.Record, testapp.Fields) {
			return contact, testapp.Fields{"birthday": "1980-08-07"}
		}, []string{"2026-08-06 cancelled", "2026-08-07 open"}},
		"the year corrected": {func(_ *testapp.App, _, contact *core.Record) (*core.Record, testapp.Fields) {
			return contact, testapp.Fields{"birthday": "1904-08-06"}
		}, []string{"2026-08-06 open"}},
		"the contact left": {func(app *testapp.App, _, contact *core.Record) (*core.Record, testapp.Fields) {
			return contact, testapp.Fields{"left_on": app.Day(0)}
		}, []string{"2026-08-06 cancelled"}},
		"archived": {func(_ *testapp.App, customer, _ *core.Record) (*core.Record, testapp.Fields) {
			return customer, testapp.Fields{"stage": "archived", "archived_reason": "倒闭"}
		}, []string{"2026-08-06 cancelled"}},
		"in the pool": {func(_ *testapp.App, customer, _ *core.Record) (*core.Record, testapp.Fields) {
			return customer, testapp.Fields{"owner": ""}
		}, []string{"2026-08-06 cancelled"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			app.User(crm.RoleDirector, nil)
			customer := app.Customer(testapp.Fields{"owner": app.User(crm.RoleRep, nil).Id})
			contact := app.Contact(customer, testapp.Fields{"birthday": "1980-08-06"})
			mornings(t, app, 1)
			wantList(t, "before", tasksOf(t, app, crm.KindBirthday), "2026-08-06 open")
			record, fields := c.change(app, app.Reload(customer), app.Reload(contact))
			save(t, app, record, fields)
			wantList(t, "at once", tasksOf(t, app, crm.KindBirthday)[:1], c.after[0])
			mornings(t, app, 1)
			wantList(t, "after", tasksOf(t, app, crm.KindBirthday), c.after...)
			wantCounted(t, app)
		})
	}
}

// TestBirthdayWords names neither person nor date in the task, and the person only to those who may know.
func TestBirthdayWords(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	team := app.Team("华东")
	rep := app.User(crm.RoleRep, testapp.Fields{"team": team.Id})
	english := app.User(crm.RoleRep, testapp.Fields{"team": team.Id, "locale": "en"})
	away := app.User(crm.RoleRep, testapp.Fields{"team": team.Id, "away_until": app.Day(60), "substitute": english.Id})
	support := app.User(crm.RoleSupport, testapp.Fields{"team": team.Id})
	for _, owner := range []*core.Record{rep, away, support} {
		customer := app.Customer(testapp.Fields{"owner": owner.Id, "name": "恒锐机床"})
		app.Contact(customer, testapp.Fields{"name": "张伟", "birthday": "1987-08-06"})
		app.Contact(customer, testapp.Fields{"name": "李娜", "birthday": "1991-08-06"})
	}
	mornings(t, app, 2)
	told := notices(t, app, rep, "birthday")
	slices.Sort(told)
	wantList(t, "the owner", told, "恒锐机床：张伟的生日快到了", "恒锐机床：李娜的生日快到了")
	wantList(t, "a substitute", notices(t, app, english, "birthday"), "恒锐机床: the birthday of a contact is near", "恒锐机床: the birthday of a contact is near")
	wantList(t, "support", notices(t, app, support, "birthday"), "恒锐机床：一位联系人的生日快到了", "恒锐机床：一位联系人的生日快到了")
	wantList(t, "one task a customer and day", tasksOf(t, app, crm.KindBirthday), "2026-08-06 open", "2026-08-06 open", "2026-08-06 open")
	for _, collection := range []string{crm.CollectionTasks, crm.CollectionNotifications} {
		records, err := app.FindAllRecords(collection)
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range records {
			words := record.GetString("title") + record.GetString("detail") + record.GetString("body")
			if collection == crm.CollectionTasks {
				words += record.GetString("key")[len("birthday:"):len("birthday:")+15] + " " // the customer, no contact
			}
			for _, secret := range []string{"1987", "1991", "8月", "08-06"} {
				if strings.Contains(words, secret) {
					t.Errorf("%s quotes %s: %s", collection, secret, words)
				}
			}
			if collection == crm.CollectionTasks && (strings.Contains(words, "张伟") || strings.Contains(words, "李娜")) {
				t.Errorf("a task names whose birthday it is: %s", words)
			}
		}
	}
}

// TestAnniversaries tells of an anniversary, not before the day it is of.
func TestAnniversaries(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	rep := app.User(crm.RoleRep, nil)
	app.Customer(testapp.Fields{"owner": rep.Id, "name": "恒锐机床", "anniversary_on": "2012-08-07"})
	app.Customer(testapp.Fields{"owner": rep.Id, "anniversary_on": "2027-08-07"})
	app.Customer(testapp.Fields{"anniversary_on": "2012-08-07"}) // nobody's
	mornings(t, app, 6)
	wantList(t, "tasks", tasksOf(t, app, crm.KindAnniversary), "2026-08-07 open")
	wantList(t, "notices", notices(t, app, rep, "anniversary"), "恒锐机床：纪念日快到了")
}

// TestContracts tells once of each contract that runs out, and no more once that is settled.
func TestContracts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ends   int // days after the start
		change testapp.Fields
		before []string
		after  []string
	}{
		"renewed":             {31, testapp.Fields{"status": "renewed"}, []string{"2026-08-11 open"}, []string{"2026-08-11 cancelled"}},
		"ended":               {31, testapp.Fields{"status": "ended"}, []string{"2026-08-11 open"}, []string{"2026-08-11 cancelled"}},
		"extended":            {31, testapp.Fields{"ends_on": "2027-09-03"}, []string{"2026-08-11 open"}, []string{"2026-08-11 cancelled"}},
		"corrected by a day":  {31, testapp.Fields{"ends_on": "2026-09-04"}, []string{"2026-08-11 open"}, []string{"2026-08-11 open"}},
		"soon":                {5, testapp.Fields{"number": "K2"}, []string{"2026-08-08 open"}, []string{"2026-08-08 open"}},
		"later":               {34, testapp.Fields{"number": "K2"}, []string{}, []string{}},
		"entered as history":  {-3, testapp.Fields{"number": "K2"}, []string{}, []string{}},
		"not in force":        {20, testapp.Fields{"number": "K2"}, []string{"2026-08-11 open"}, []string{"2026-08-11 open"}},
		"over while it waits": {1, testapp.Fields{"number": "K2"}, []string{"2026-08-04 open"}, []string{"2026-08-04 open"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			rep := app.User(crm.RoleRep, nil)
			customer := app.Customer(testapp.Fields{"owner": rep.Id, "name": "恒锐机床"})
			contract := app.Make(crm.CollectionContracts, testapp.Fields{
				"customer": customer.Id, "number": "K1", "starts_on": "2025-09-01", "ends_on": app.Day(c.ends), "amount": 1000,
			})
			mornings(t, app, 1)
			wantList(t, "before", tasksOf(t, app, crm.KindContractRenewal), c.before...)
			if told := notices(t, app, rep, "contract_ending"); len(told) != len(c.before) || len(told) > 0 && told[0] != "恒锐机床：合同即将到期" {
				t.Errorf("told %q", told)
			}
			save(t, app, app.Reload(contract), c.change)
			wantList(t, "at once", tasksOf(t, app, crm.KindContractRenewal), c.after...)
			mornings(t, app, 2)
			wantList(t, "after", tasksOf(t, app, crm.KindContractRenewal), c.after...)
			if told := notices(t, app, rep, "contract_ending"); len(told) > 1 {
				t.Errorf("told %q", told)
			}
		})
	}
}

// TestPins tells owner and managers that a pin ends, once.
func TestPins(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	team := app.Team("华东")
	manager := app.User(crm.RoleManager, testapp.Fields{"team": team.Id})
	rep := app.User(crm.RoleRep, testapp.Fields{"team": team.Id})
	app.Customer(testapp.Fields{
		"owner": rep.Id, "name": "恒锐机床", "tier_pin": "S", "tier_pin_reason": "重点", "tier_pin_until": "2026-08-10",
	})
	mornings(t, app, 3) // to the 6th
	wantList(t, "before", notices(t, app, rep, "pin_ending"))
	mornings(t, app, 3)
	want := "恒锐机床：指定的客户类别将于 2026-08-10 到期"
	wantList(t, "the owner", notices(t, app, rep, "pin_ending"), want)
	wantList(t, "the manager", notices(t, app, manager, "pin_ending"), want)
}

// TestTrialsTellNobody runs the job as of another moment: it writes the tasks it finds, tells nobody, and what follows in truth tells them.
func TestTrialsTellNobody(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	rep := app.User(crm.RoleRep, nil)
	customer := app.Customer(testapp.Fields{"owner": rep.Id, "tier_pin": "S", "tier_pin_reason": "重点", "tier_pin_until": "2026-08-08"})
	app.Contact(customer, testapp.Fields{"birthday": "1980-08-08"})
	at := app.Clock.Now().AddDate(0, 0, 4)
	if _, err := crm.RunCare(context.Background(), app, crm.JobRun{Now: at, Simulated: true}); err != nil {
		t.Fatal(err)
	}
	told, err := app.CountRecords(crm.CollectionNotifications)
	if err != nil || told != 0 || len(tasksOf(t, app, crm.KindBirthday)) != 1 {
		t.Errorf("a trial tells %d and gives %v, %v", told, tasksOf(t, app, crm.KindBirthday), err)
	}
	mornings(t, app, 3)
	wantList(t, "tasks", tasksOf(t, app, crm.KindBirthday), "2026-08-08 open")
	if birthday, pin := notices(t, app, rep, "birthday"), notices(t, app, rep, "pin_ending"); len(birthday) != 1 || len(pin) != 1 {
		t.Errorf("told %q and %q", birthday, pin)
	}
}

// TestCareStops ends between two batches when it is told to, and leaves the rest to the next run.
func TestCareStops(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(testapp.Fields{"owner": app.User(crm.RoleRep, nil).Id})
	app.Contact(customer, testapp.Fields{"birthday": "1980-08-04"})
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := crm.RunCare(ctx, app, crm.JobRun{Now: app.Clock.Now()}); !errors.Is(err, crm.ErrStopped) {
		t.Errorf("told to stop it ends with %v", err)
	}
	care(t, app)
	wantList(t, "tasks", tasksOf(t, app, crm.KindBirthday), "2026-08-04 open")
}
