package hooks_test

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// office is an app that serves, with a manager and a rep of one team and a customer of the rep's.
type office struct {
	*testapp.App
	t                      *testing.T
	server                 *testapp.Server
	team                   *core.Record
	director, manager, rep *core.Record
	customer               *core.Record
	silences               int // waited for, see wantSilence
}

func newOffice(t *testing.T) *office {
	t.Helper()
	app := testapp.New(t)
	o := &office{App: app, t: t, server: app.Serve(), team: app.Team("华东")}
	o.director = app.User(crm.RoleDirector, nil)
	o.manager = app.User(crm.RoleManager, testapp.Fields{"team": o.team.Id})
	o.rep = app.User(crm.RoleRep, testapp.Fields{"team": o.team.Id})
	o.customer = app.Customer(testapp.Fields{"owner": o.rep.Id})
	return o
}

// record posts a follow-up of the office's customer as the rep.
func (o *office) record(fields testapp.Fields) testapp.Answer {
	o.t.Helper()
	return o.server.Create(o.rep, crm.CollectionFollowUps, o.FollowUpFields(o.customer, fields))
}

// recorded posts a follow-up that has to be accepted, and reads it back.
func (o *office) recorded(fields testapp.Fields) *core.Record {
	o.t.Helper()
	return o.find(crm.CollectionFollowUps, o.record(fields).Want(200).Text("id"))
}

func (o *office) find(collection, id string) *core.Record {
	o.t.Helper()
	record, err := o.FindRecordById(collection, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return record
}

// named gives the user of a name.
func (o *office) named(name string) *core.Record {
	o.t.Helper()
	user, err := o.FindFirstRecordByData(crm.CollectionUsers, crm.FieldName, name)
	if err != nil {
		o.t.Fatal(err)
	}
	return user
}

// tasks gives the tasks that follow from a follow-up, of a kind, in the order they are due.
func (o *office) tasks(followUp *core.Record, kind string) []*core.Record {
	o.t.Helper()
	var tasks []*core.Record
	err := o.RecordQuery(crm.CollectionTasks).AndWhere(dbx.HashExp{"follow_up": followUp.Id, "kind": kind}).OrderBy("due_at", "title").All(&tasks)
	if err != nil {
		o.t.Fatal(err)
	}
	return tasks
}

// task gives the one task of a kind that follows from a follow-up.
func (o *office) task(followUp *core.Record, kind string) *core.Record {
	o.t.Helper()
	tasks := o.tasks(followUp, kind)
	if len(tasks) != 1 {
		o.t.Fatalf("there are %d tasks of kind %s, want one", len(tasks), kind)
	}
	return tasks[0]
}

// wantFields compares fields of a record, read again, by their text.
func (o *office) wantFields(record *core.Record, want map[string]string) {
	o.t.Helper()
	fresh := o.Reload(record)
	for field, value := range want {
		if got := fresh.GetString(field); got != value {
			o.t.Errorf("%s of %s is %q, want %q", field, record.Collection().Name, got, value)
		}
	}
}

// midnight is the stored form of a day some days after today.
func (o *office) midnight(days int) string { return o.Day(days) + " 00:00:00.000Z" }

// endOf is the stored form of the last second of a day some days after today.
func (o *office) endOf(days int) string { return o.Day(days) + " 15:59:59.000Z" }

// count gives how many records a collection has.
func count(t *testing.T, app core.App, collection string) int64 {
	t.Helper()
	n, err := app.CountRecords(collection)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
