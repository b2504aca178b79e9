package hooks_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// opened posts a case of the office's customer as the rep, and reads it back.
func (o *office) opened(fields testapp.Fields) *core.Record {
	o.t.Helper()
	good := testapp.Fields{"customer": o.customer.Id, "kind": "question", "subject": "交期"}
	return o.find(crm.CollectionCases, o.server.Create(o.rep, crm.CollectionCases, with(good, fields)).Want(200).Text("id"))
}

// caseTask gives the task of a case; nil where there is none.
func (o *office) caseTask(record *core.Record) *core.Record {
	o.t.Helper()
	task, err := crm.TaskByKey(o, "case:"+record.Id)
	if err != nil {
		o.t.Fatal(err)
	}
	return task
}

// TestCaseIsComplete fills in what a case leaves out and refuses what cannot be.
func TestCaseIsComplete(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stranger := o.Contact(o.Customer(nil), nil)
	o.wantFields(o.opened(nil), map[string]string{
		"by": o.rep.Id, "given_by": o.rep.Id, "severity": "minor", "opened_at": "2026-08-03 02:00:00.000Z", "respond_by": "2026-08-05 02:00:00.000Z", "reopened": "0",
	})
	o.wantFields(o.opened(testapp.Fields{"severity": "major", "opened_at": "2026-08-01 09:00"}), map[string]string{"respond_by": "2026-08-02 01:00:00.000Z"})
	for _, c := range []struct {
		name, field, code string
		fields            testapp.Fields
	}{
		{"of no kind", "kind", crm.CodeRequired, testapp.Fields{"kind": ""}},
		{"about nothing", "subject", crm.CodeRequired, testapp.Fields{"subject": " 　"}},
		{"of nobody", "customer", "not_allowed", testapp.Fields{"customer": ""}},
		{"to come", "opened_at", crm.CodeInFuture, testapp.Fields{"opened_at": o.At(6 * time.Minute)}},
		{"answered before it was opened", "responded_at", "before_opened", testapp.Fields{"responded_at": o.At(-time.Minute)}},
		{"solved before it was opened", "resolved_at", "before_opened", testapp.Fields{"resolved_at": o.At(-time.Minute)}},
		{"answered in the future", "responded_at", crm.CodeInFuture, testapp.Fields{"responded_at": o.At(time.Hour)}},
		{"solved in the future", "resolved_at", crm.CodeInFuture, testapp.Fields{"resolved_at": o.At(time.Hour)}},
		{"of another's contact", "contact", crm.CodeOtherCustomer, testapp.Fields{"contact": stranger.Id}},
		{"in another's name", "by", "not_yourself", testapp.Fields{"by": o.manager.Id}},
		{"with a deadline of one's own", "respond_by", crm.CodeComputed, testapp.Fields{"respond_by": o.At(0)}},
		{"opened before", "reopened", crm.CodeComputed, testapp.Fields{"reopened": 2}},
		{"of a follow-up", "follow_up", crm.CodeComputed, testapp.Fields{"follow_up": o.FollowUp(o.customer, nil).Id}},
	} {
		good := testapp.Fields{"customer": o.customer.Id, "kind": "question", "subject": "交期"}
		if got := o.server.Create(o.rep, crm.CollectionCases, with(good, c.fields)).Want(400).Codes()[c.field]; got != c.code {
			t.Errorf("a case %s: %s is refused with %q, want %q", c.name, c.field, got, c.code)
		}
	}
}

// TestCaseTask opens, moves, ends and reopens the one task of a case.
func TestCaseTask(t *testing.T) {
	t.Parallel()
	t.Run("opened with it", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.wantFields(o.caseTask(o.opened(nil)), map[string]string{
			"kind": "case", "rule": "case", "customer": o.customer.Id, "assignee": o.rep.Id, "by": o.rep.Id, "given_by": o.rep.Id,
			"due_at": "2026-08-05 02:00:00.000Z", "priority": "normal", "status": "open", "title": "处理客户的服务单",
		})
		o.wantFields(o.caseTask(o.opened(testapp.Fields{"kind": "complaint"})), map[string]string{"priority": "high"})
		o.wantFields(o.caseTask(o.opened(testapp.Fields{"severity": "major"})), map[string]string{"priority": "high", "due_at": "2026-08-04 02:00:00.000Z"})
		o.wantFields(o.customer, map[string]string{"open_tasks": "3"})
		for _, field := range []string{"responded_at", "resolved_at"} {
			if o.caseTask(o.opened(testapp.Fields{field: o.At(0)})) != nil {
				t.Errorf("a case with %s has a task", field)
			}
		}
	})
	t.Run("to whom", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		away := o.User(crm.RoleSupport, testapp.Fields{"away_until": o.Day(3), "substitute": o.manager.Id})
		for want, fields := range map[string]testapp.Fields{
			o.director.Id: {"assignee": o.director.Id}, o.manager.Id: {"assignee": away.Id}, o.rep.Id: nil,
		} {
			record := o.Make(crm.CollectionCases, with(testapp.Fields{"customer": o.customer.Id, "kind": "question", "subject": "交期"}, fields))
			o.wantFields(o.caseTask(record), map[string]string{"assignee": want})
		}
	})
	t.Run("follows the case", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		record := o.opened(nil)
		task := o.caseTask(record)
		o.server.Update(o.rep, task, testapp.Fields{"detail": "先打电话", "priority": "low"}).Want(200)
		o.server.Update(o.rep, record, testapp.Fields{"subject": "交期和运费"}).Want(200)
		o.wantFields(task, map[string]string{"priority": "low", "detail": "先打电话", "due_at": "2026-08-05 02:00:00.000Z"})
		o.server.Update(o.manager, record, testapp.Fields{"severity": "major", "assignee": o.director.Id}).Want(200)
		o.wantFields(record, map[string]string{"respond_by": "2026-08-04 02:00:00.000Z", "given_by": o.manager.Id})
		o.wantFields(task, map[string]string{"priority": "high", "due_at": "2026-08-04 02:00:00.000Z", "assignee": o.director.Id, "given_by": o.manager.Id})
		other := o.Customer(testapp.Fields{"owner": o.rep.Id})
		o.server.Update(o.manager, record, testapp.Fields{"customer": other.Id}).Want(200)
		o.wantFields(task, map[string]string{"customer": other.Id})
		o.wantFields(other, map[string]string{"open_tasks": "1"})
		o.wantFields(o.customer, map[string]string{"open_tasks": "0"})
		if err := o.Delete(o.Reload(record)); err != nil {
			t.Fatal(err)
		}
		o.wantFields(task, map[string]string{"status": "cancelled"})
		o.wantFields(other, map[string]string{"open_tasks": "0"})
	})
	for _, field := range []string{"responded_at", "resolved_at"} {
		t.Run("done with "+field, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			record := o.opened(nil)
			task := o.caseTask(record)
			o.server.Update(o.rep, record, testapp.Fields{field: o.At(0)}).Want(200)
			o.wantFields(task, map[string]string{"status": "done", "done_at": "2026-08-03 02:00:00.000Z"})
			o.wantFields(o.customer, map[string]string{"open_tasks": "0"})
			if o.server.Update(o.rep, record, testapp.Fields{field: ""}).Want(200); field == "responded_at" { // a slip
				o.wantFields(record, map[string]string{"reopened": "0"})
				o.wantFields(task, map[string]string{"status": "open", "due_at": "2026-08-05 02:00:00.000Z"})
			}
		})
	}
	t.Run("opened again", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		record := o.opened(testapp.Fields{"opened_at": o.At(-480 * time.Hour), "responded_at": o.At(-470 * time.Hour), "resolved_at": o.At(-100 * time.Hour)})
		if o.caseTask(record) != nil {
			t.Fatal("what is resolved has a task")
		}
		o.server.Update(o.rep, record, testapp.Fields{"resolved_at": ""}).Want(200)
		task := o.caseTask(record)
		o.wantFields(record, map[string]string{"reopened": "1"})
		o.wantFields(task, map[string]string{"status": "open", "due_at": "2026-08-05 02:00:00.000Z"})
		o.server.Update(o.rep, record, testapp.Fields{"resolved_at": o.At(0)}).Want(200)
		o.wantFields(task, map[string]string{"status": "done"})
		o.Clock.Advance(72 * time.Hour)
		o.server.Update(o.rep, record, testapp.Fields{"resolved_at": ""}).Want(200)
		o.wantFields(record, map[string]string{"reopened": "2"})
		o.wantFields(task, map[string]string{"status": "open", "done_at": "", "due_at": "2026-08-08 02:00:00.000Z"})
		o.server.Update(o.rep, record, testapp.Fields{"subject": "又坏了"}).Want(200)
		o.wantFields(record, map[string]string{"reopened": "2"})
		// Somebody responds by doing the task; the first response stays the one that counts.
		o.server.Update(o.rep, task, testapp.Fields{"status": "done"}).Want(200)
		if got := o.Reload(record).GetDateTime("responded_at").Time(); o.Clock.Now().Sub(got) < 400*time.Hour {
			t.Errorf("the first response is said to be of %s", got)
		}
	})
	t.Run("done by hand", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		record := o.opened(nil)
		task := o.caseTask(record)
		o.Clock.Advance(time.Hour)
		o.server.Update(o.rep, task, testapp.Fields{"status": "done"}).Want(200)
		o.wantFields(record, map[string]string{"responded_at": "2026-08-03 03:00:00.000Z", "resolved_at": ""})
		o.server.Update(o.rep, task, testapp.Fields{"status": "in_progress"}).Want(200)
		o.wantFields(record, map[string]string{"responded_at": ""})
		o.server.Update(o.rep, task, testapp.Fields{"status": "done", "done_at": "2026-01-01 00:00"}).Want(200)
		o.wantFields(record, map[string]string{"responded_at": "2026-08-03 02:00:00.000Z"}) // not before it was opened
		o.server.Update(o.rep, record, testapp.Fields{"resolved_at": o.At(0)}).Want(200)
		o.wantFields(o.customer, map[string]string{"open_tasks": "0"})
	})
}

// TestCaseAssigns opens a customer to whom a case of it is given, until the case is resolved.
func TestCaseAssigns(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	helper := o.User(crm.RoleRep, nil)
	record := o.opened(testapp.Fields{"assignee": helper.Id})
	o.server.Update(o.director, o.caseTask(record), testapp.Fields{"status": "cancelled"}).Want(200)
	o.wantAssigned(o.customer, helper)
	o.server.Send(helper, "GET", "/api/collections/cases/records/"+record.Id, nil).Want(200)
	o.server.Update(helper, record, testapp.Fields{"detail": "已致电"}).Want(200)
	// Those it is assigned to hand it on; that opens the customer to nobody.
	stranger := o.User(crm.RoleRep, nil)
	o.server.Update(helper, record, testapp.Fields{"assignee": stranger.Id})
	if got := o.Reload(o.customer).GetStringSlice("assigned"); len(got) != 0 {
		t.Errorf("the customer is assigned to %v", got)
	}
	o.server.Update(o.rep, record, testapp.Fields{"assignee": ""}).Want(200)
	o.server.Update(o.rep, record, testapp.Fields{"assignee": stranger.Id}).Want(200)
	o.wantAssigned(o.customer, stranger)
	o.server.Update(o.rep, record, testapp.Fields{"resolved_at": o.At(0)}).Want(200)
	if got := o.Reload(o.customer).GetStringSlice("assigned"); slices.Contains(got, stranger.Id) {
		t.Errorf("with nothing left to do the customer is assigned to %v", got)
	}
	o.server.Send(stranger, "GET", "/api/collections/cases/records/"+record.Id, nil).Want(404)
}

// TestComplaintOpensCase opens a case for a complaint instead of a task for negative feedback, once.
func TestComplaintOpensCase(t *testing.T) {
	t.Parallel()
	of := func(o *office, followUp *core.Record) *core.Record {
		o.t.Helper()
		cases, err := o.FindAllRecords(crm.CollectionCases)
		if err != nil || len(cases) != 1 || cases[0].GetString("follow_up") != followUp.Id {
			o.t.Fatalf("there are %d cases: %v", len(cases), err)
		}
		return cases[0]
	}
	t.Run("recorded", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		contact := o.Contact(o.customer, nil)
		followUp := o.recorded(testapp.Fields{
			"kind": "complaint", "feedback": "negative", "mood": "dissatisfied", "contact": contact.Id, "started_at": o.At(-5 * time.Hour),
			"content": "两台减速机漏油。\n要求换货。",
		})
		record := of(o, followUp)
		o.wantFields(record, map[string]string{
			"customer": o.customer.Id, "contact": contact.Id, "by": o.rep.Id, "kind": "complaint", "severity": "minor", "subject": "两台减速机漏油。",
			"opened_at": "2026-08-02 21:00:00.000Z", "respond_by": "2026-08-04 21:00:00.000Z",
		})
		o.wantFields(o.caseTask(record), map[string]string{"assignee": o.rep.Id, "priority": "high", "due_at": "2026-08-04 21:00:00.000Z"})
		o.server.Update(o.rep, followUp, testapp.Fields{"content": "三台减速机漏油。", "purpose": "投诉"}).Want(200)
		o.wantFields(of(o, followUp), map[string]string{"subject": "两台减速机漏油。"})
		o.server.Update(o.rep, followUp, testapp.Fields{"kind": "service"}).Want(200)
		o.server.Update(o.rep, followUp, testapp.Fields{"kind": "complaint"}).Want(200)
		o.wantFields(o.caseTask(of(o, followUp)), map[string]string{"status": "open"})
		if n := len(o.tasks(followUp, crm.KindNegativeFeedback)); n != 0 {
			t.Errorf("there are %d tasks for negative feedback as well", n)
		}
		o.wantFields(o.customer, map[string]string{"open_tasks": "1"})
		other := o.Customer(testapp.Fields{"owner": o.rep.Id})
		o.server.Update(o.rep, followUp, testapp.Fields{"customer": other.Id, "contact": ""}).Want(200)
		o.wantFields(record, map[string]string{"customer": other.Id, "contact": ""})
		o.wantFields(o.caseTask(record), map[string]string{"customer": other.Id})
		o.wantFields(o.customer, map[string]string{"open_tasks": "0"})
		o.wantFields(other, map[string]string{"open_tasks": "1"})
	})
	t.Run("turned out to be one", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		followUp := o.recorded(testapp.Fields{"feedback": "negative", "purpose": "回访"})
		o.server.Update(o.rep, followUp, testapp.Fields{"kind": "complaint"}).Want(200)
		o.wantFields(o.task(followUp, crm.KindNegativeFeedback), map[string]string{"status": "cancelled"})
		o.wantFields(of(o, followUp), map[string]string{"subject": "回访"})
	})
	t.Run("imported", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		batch := o.Make(crm.CollectionImports, testapp.Fields{"kind": "follow_ups", "status": "done"})
		followUp := o.FollowUp(o.customer, testapp.Fields{"kind": "complaint", "feedback": "negative", "import": batch.Id})
		o.server.Update(o.director, followUp, testapp.Fields{"kind": "service"}).Want(200)
		o.server.Update(o.director, followUp, testapp.Fields{"kind": "complaint"}).Want(200)
		if n := count(t, o, crm.CollectionCases); n != 0 {
			t.Errorf("history opened %d cases", n)
		}
	})
	t.Run("without words", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		followUp := o.recorded(testapp.Fields{"kind": "complaint", "feedback": "no_response", "content": ""})
		o.wantFields(of(o, followUp), map[string]string{"subject": "投诉"})
	})
}
