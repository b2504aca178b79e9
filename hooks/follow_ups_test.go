package hooks_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestWayOfAFollowUp follows one call from the form to the customer's next date.
func TestWayOfAFollowUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	answer := o.record(testapp.Fields{
		"status": "to_follow_up", "next_action": "发送报价单", "next_action_on": o.Day(3), "feedback": "negative",
		"commitments": "3个工作日内提供样品\n明天回电",
	}).Want(200)
	if got := answer.Text("by"); got != o.rep.Id {
		t.Errorf("by is %q, want the signed-in person", got)
	}
	o.wantFields(o.customer, map[string]string{
		"next_follow_up_on": o.midnight(3),
		"open_tasks":        "4", // the next step, two promises and the negative feedback
		"last_follow_up_at": "2026-08-03 02:00:00.000Z", "last_interaction_at": "2026-08-03 02:00:00.000Z",
	})
}

// TestAuthor keeps people from recording in another's name.
func TestAuthor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	for _, who := range []*core.Record{o.rep, o.director} {
		fields := o.FollowUpFields(o.customer, testapp.Fields{"by": o.manager.Id})
		if got := o.server.Create(who, "follow_ups", fields).Want(400).Codes()["by"]; got != "not_yourself" {
			t.Errorf("recording in the manager's name is refused with %q", got)
		}
	}
	followUp := o.recorded(testapp.Fields{"by": o.rep.Id})
	for _, by := range []string{o.manager.Id, ""} {
		if got := o.server.Update(o.rep, followUp, testapp.Fields{"by": by}).Want(400).Codes()["by"]; got != "fixed" {
			t.Errorf("changing the author to %q is refused with %q", by, got)
		}
	}
	for _, by := range []string{o.manager.Id, ""} {
		fields := o.FollowUpFields(o.customer, testapp.Fields{"by": by})
		if got := o.server.Create(root, "follow_ups", fields).Want(200).Text("by"); got != by {
			t.Errorf("a superuser names %q, stored is %q", by, got)
		}
	}
	pool := o.Customer(nil)
	o.server.Create(o.rep, "follow_ups", o.FollowUpFields(pool, nil)).Want(200)
	o.wantFields(pool, map[string]string{"owner": ""}) // recording makes nobody the owner
}

// TestNextStep accepts each way of saying what comes next, and dates the customer by it.
func TestNextStep(t *testing.T) {
	t.Parallel()
	step := func(on string) testapp.Fields {
		return testapp.Fields{"status": "to_follow_up", "next_action": "报价", "next_action_on": on}
	}
	for _, c := range []struct {
		name   string
		fields func(o *office) testapp.Fields
		status string
		next   int // days from today
		tasks  int
	}{
		{"a step to come", func(o *office) testapp.Fields { return step(o.Day(5)) }, "to_follow_up", 5, 1},
		{"a step today", func(o *office) testapp.Fields { return step(o.Day(0)) }, "to_follow_up", 0, 1},
		{"a step already past is due today", func(o *office) testapp.Fields {
			return with(step(o.Day(-1)), testapp.Fields{"started_at": o.At(-72 * time.Hour)})
		}, "to_follow_up", 0, 1},
		{"a step of the day of the contact", func(o *office) testapp.Fields {
			return with(step(o.Day(-3)), testapp.Fields{"started_at": o.At(-72 * time.Hour)})
		}, "to_follow_up", 0, 1},
		{"a step without status", func(o *office) testapp.Fields { return with(step(o.Day(4)), testapp.Fields{"status": ""}) }, "to_follow_up", 4, 1},
		{"on hold", func(o *office) testapp.Fields {
			return testapp.Fields{"status": "on_hold", "resume_on": o.Day(200)}
		}, "on_hold", 200, 0},
		{"a pause without status", func(o *office) testapp.Fields { return testapp.Fields{"status": "", "resume_on": o.Day(9)} }, "on_hold", 9, 0},
		{"settled", func(*office) testapp.Fields { return nil }, "confirmed", 60, 0},
		{"no response, nothing else", func(*office) testapp.Fields {
			return testapp.Fields{"feedback": "no_response", "status": "", "content": ""}
		}, "confirmed", 60, 0},
		{"no response, to follow up some day", func(*office) testapp.Fields {
			return testapp.Fields{"feedback": "no_response", "status": "to_follow_up", "content": ""}
		}, "confirmed", 60, 0},
		{"no response, with a step", func(o *office) testapp.Fields {
			return with(step(o.Day(1)), testapp.Fields{"feedback": "no_response", "content": ""})
		}, "to_follow_up", 1, 1},
		{"a phone five minutes fast", func(o *office) testapp.Fields { return testapp.Fields{"started_at": o.At(5 * time.Minute)} }, "confirmed", 60, 0},
		{"over as it began", func(o *office) testapp.Fields { return testapp.Fields{"started_at": o.At(0), "ended_at": o.At(0)} }, "confirmed", 60, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			followUp := o.recorded(c.fields(o))
			o.wantFields(followUp, map[string]string{"status": c.status, "direction": "out"})
			o.wantFields(o.customer, map[string]string{"next_follow_up_on": o.midnight(c.next)})
			tasks := o.tasks(followUp, crm.KindNextAction)
			if len(tasks) != c.tasks {
				t.Fatalf("there are %d tasks for the next step, want %d", len(tasks), c.tasks)
			}
			for _, task := range tasks {
				o.wantFields(task, map[string]string{"title": "报价", "assignee": o.rep.Id, "due_at": o.endOf(c.next), "customer": o.customer.Id, "given_by": o.rep.Id})
			}
		})
	}
}

// with lays fields over others.
func with(base, over testapp.Fields) testapp.Fields {
	for field, value := range over {
		base[field] = value
	}
	return base
}

// TestOwnContact accepts the customer's own people, also after one of them went elsewhere.
func TestOwnContact(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	contact, colleague := o.Contact(o.customer, nil), o.Contact(o.customer, nil)
	followUp := o.recorded(testapp.Fields{
		"contact": contact.Id, "their_people": []string{contact.Id, colleague.Id},
		"status": "to_follow_up", "next_action": "报价", "next_action_on": o.Day(1),
	})
	other := o.Customer(nil)
	o.server.Update(o.director, contact, testapp.Fields{"customer": other.Id}).Want(200)
	o.server.Update(o.rep, o.task(followUp, crm.KindNextAction), testapp.Fields{"status": "done"}).Want(200)
	o.wantFields(followUp, map[string]string{"status": "confirmed", "contact": contact.Id})
	stranger := o.Contact(other, nil)
	if got := o.server.Update(o.rep, followUp, testapp.Fields{"their_people+": stranger.Id}).Want(400).Codes()["their_people"]; got != "other_customer" {
		t.Errorf("adding another customer's contact is refused with %q", got)
	}
}

// TestEditing leaves a follow-up to its author for 24 hours, then to the managers of the customer's team, and keeps it.
func TestEditing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	colleague := o.User(crm.RoleRep, testapp.Fields{"team": o.team.Id})
	stranger := o.User(crm.RoleManager, testapp.Fields{"team": o.Team("华南").Id})
	followUp := o.recorded(nil)
	edit := func(who *core.Record, want int) {
		t.Helper()
		o.server.Update(who, followUp, testapp.Fields{"purpose": "第" + who.Id + "版"}).Want(want)
	}
	edit(o.rep, 200)
	edit(colleague, 403)
	edit(stranger, 403)
	edit(o.manager, 200)
	o.Clock.Advance(24 * time.Hour)
	edit(o.rep, 200)
	o.Clock.Advance(time.Second)
	edit(o.rep, 403)
	edit(stranger, 403)
	edit(o.manager, 200)
	edit(o.director, 200)
	path := "/api/collections/follow_ups/records/" + followUp.Id
	for _, who := range []*core.Record{o.rep, o.manager, o.director, o.Superuser()} {
		o.server.Send(who, http.MethodDelete, path, nil).Want(403)
	}
	o.Reload(followUp)
}

// TestOneTransaction refuses one of the tasks that follow: then nothing of the follow-up is there.
func TestOneTransaction(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{crm.KindNextAction, crm.KindPromise, crm.KindNegativeFeedback} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.OnRecordCreate(crm.CollectionTasks).BindFunc(func(e *core.RecordEvent) error {
				if e.Record.GetString("kind") == kind {
					return errors.New("no room")
				}
				return e.Next()
			})
			before := o.Reload(o.customer).FieldsData()
			fields := testapp.Fields{
				"status": "to_follow_up", "next_action": "报价", "next_action_on": o.Day(3), "feedback": "negative", "commitments": "明天回电",
			}
			o.record(fields).Want(400)
			if _, err := o.TryMake("follow_ups", o.FollowUpFields(o.customer, fields)); err == nil {
				t.Error("the program saved the follow-up")
			}
			for _, collection := range []string{"follow_ups", "tasks"} {
				if n := count(t, o, collection); n != 0 {
					t.Errorf("%d records of %s are left behind", n, collection)
				}
			}
			sameData(t, o.Reload(o.customer), before)
		})
	}
	t.Run("the assessment", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		if _, err := o.DB().NewQuery(`CREATE TRIGGER full BEFORE UPDATE ON customers BEGIN SELECT RAISE(ABORT, 'full'); END`).Execute(); err != nil {
			t.Fatal(err)
		}
		o.record(testapp.Fields{"status": "to_follow_up", "next_action": "报价", "next_action_on": o.Day(3)}).Want(400)
		if n := count(t, o, "follow_ups") + count(t, o, "tasks"); n != 0 {
			t.Errorf("%d records are left behind", n)
		}
	})
	t.Run("a batch", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		url := "/api/collections/follow_ups/records"
		o.server.Send(o.rep, http.MethodPost, "/api/batch", testapp.Fields{"requests": []any{
			testapp.Fields{"method": "POST", "url": url, "body": o.FollowUpFields(o.customer, nil)},
			testapp.Fields{"method": "POST", "url": url, "body": o.FollowUpFields(o.customer, testapp.Fields{"content": ""})},
		}}).Want(400)
		if n, err := o.CountRecords("follow_ups", dbx.HashExp{"customer": o.customer.Id}); err != nil || n != 0 {
			t.Errorf("%d follow-ups of a refused batch are there (%v)", n, err)
		}
	})
}

// TestNobodyRecordsForAnother refuses an author's name beside the signed-in person; only superusers and imports give one.
func TestNobodyRecordsForAnother(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	named := o.FollowUpFields(o.customer, testapp.Fields{"by_name": "老王"})
	if got := o.server.Create(o.rep, crm.CollectionFollowUps, named).Want(400).Codes()["by_name"]; got != "not_yourself" {
		t.Errorf("another author is refused with %q", got)
	}
	mine := o.recorded(nil)
	if got := o.server.Update(o.rep, mine, testapp.Fields{"by_name": "老王"}).Want(400).Codes()["by_name"]; got != "fixed" {
		t.Errorf("a change of the author is refused with %q", got)
	}
	o.server.Create(o.Superuser(), crm.CollectionFollowUps, named).Want(200)
}
