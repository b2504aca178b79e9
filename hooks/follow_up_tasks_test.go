package hooks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/rules"
)

// withStep records a follow-up with a next step in three days, and gives it with the step's task.
func (o *office) withStep(fields testapp.Fields) (followUp, task *core.Record) {
	o.t.Helper()
	followUp = o.recorded(with(testapp.Fields{"status": "to_follow_up", "next_action": "发送报价单", "next_action_on": o.Day(3)}, fields))
	return followUp, o.task(followUp, crm.KindNextAction)
}

// TestNextStepTask does, cancels, postpones and reopens the task of a next step.
func TestNextStepTask(t *testing.T) {
	t.Parallel()
	t.Run("done confirms", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		followUp, task := o.withStep(nil)
		done := o.server.Update(o.rep, task, testapp.Fields{"status": "done"}).Want(200)
		if done.Text("done_at") != "2026-08-03 02:00:00.000Z" {
			t.Errorf("done_at is %q", done.Text("done_at"))
		}
		o.wantFields(followUp, map[string]string{"status": "confirmed"})
		o.wantFields(o.customer, map[string]string{"next_follow_up_on": o.midnight(60), "open_tasks": "0"})
		o.server.Update(o.rep, task, testapp.Fields{"status": "in_progress"}).Want(200)
		o.wantFields(task, map[string]string{"done_at": ""})
		o.wantFields(followUp, map[string]string{"status": "to_follow_up"})
		o.wantFields(o.customer, map[string]string{"next_follow_up_on": o.midnight(3), "open_tasks": "1"})
	})
	t.Run("cancelled asks for a new step", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		followUp, task := o.withStep(nil)
		o.server.Update(o.rep, task, testapp.Fields{"status": "cancelled"}).Want(200)
		o.wantFields(followUp, map[string]string{"status": "to_follow_up"})
		o.wantFields(o.customer, map[string]string{"next_follow_up_on": o.midnight(60)})
		if !o.asksForStep() {
			t.Error("the reasons do not ask for a new step")
		}
		o.server.Update(o.rep, followUp, testapp.Fields{"purpose": "报价"}).Want(200)
		o.wantFields(task, map[string]string{"status": "cancelled"}) // other words change nothing
		o.server.Update(o.rep, followUp, testapp.Fields{"next_action": "上门拜访", "next_action_on": o.Day(8)}).Want(200)
		o.wantFields(task, map[string]string{"status": "open", "title": "上门拜访", "due_at": o.endOf(8)})
		o.wantFields(o.customer, map[string]string{"next_follow_up_on": o.midnight(8)})
		if o.asksForStep() {
			t.Error("the reasons still ask for a new step")
		}
	})
	t.Run("postponed moves the date", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		_, task := o.withStep(nil)
		o.server.Update(o.rep, task, testapp.Fields{"due_at": o.Day(10) + " 18:00", "postpone_reason": "对方出差"}).Want(200)
		o.wantFields(task, map[string]string{"postponed": "1"})
		o.wantFields(o.customer, map[string]string{"next_follow_up_on": o.midnight(10)})
		o.server.Update(o.rep, task, testapp.Fields{"due_at": o.Day(2) + " 18:00"}).Want(200) // earlier is no postponing
		o.wantFields(task, map[string]string{"postponed": "1"})
		o.wantFields(o.customer, map[string]string{"next_follow_up_on": o.midnight(2)})
		o.server.Update(o.rep, task, testapp.Fields{"due_at": o.Day(400), "postpone_reason": "项目推迟"}).Want(200)
		o.wantFields(o.customer, map[string]string{"next_follow_up_on": o.midnight(180)}) // at most max_gap_days of C
	})
	t.Run("the follow-up settles it", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		followUp, task := o.withStep(nil)
		o.server.Update(o.rep, followUp, testapp.Fields{"status": "confirmed"}).Want(200)
		o.wantFields(task, map[string]string{"status": "done"})
		o.server.Update(o.rep, followUp, testapp.Fields{"status": "to_follow_up"}).Want(200)
		o.wantFields(task, map[string]string{"status": "open", "done_at": ""})
		o.wantFields(o.customer, map[string]string{"next_follow_up_on": o.midnight(3), "open_tasks": "1"})
		o.server.Update(o.rep, followUp, testapp.Fields{"status": "on_hold", "resume_on": o.Day(20)}).Want(200)
		o.wantFields(task, map[string]string{"status": "cancelled"})
		o.wantFields(o.customer, map[string]string{"next_follow_up_on": o.midnight(20), "open_tasks": "0"})
		o.server.Update(o.rep, followUp, testapp.Fields{"status": "to_follow_up", "resume_on": ""}).Want(200)
		o.wantFields(task, map[string]string{"status": "open", "result": ""})
		if n := len(o.tasks(followUp, crm.KindNextAction)); n != 1 {
			t.Errorf("there are %d tasks for one next step", n)
		}
	})
	t.Run("a delayed one with a new day is open again", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		followUp, task := o.withStep(nil)
		o.server.Update(o.rep, task, testapp.Fields{"status": "delayed", "delay_reason": "等样品"}).Want(200)
		o.server.Update(o.rep, followUp, testapp.Fields{"next_action_on": o.Day(6)}).Want(200)
		o.wantFields(task, map[string]string{"status": "open", "due_at": o.endOf(6)})
		o.server.Update(o.rep, task, testapp.Fields{"status": "delayed"}).Want(200)
		o.server.Update(o.rep, task, testapp.Fields{"due_at": o.Day(7), "postpone_reason": "对方出差"}).Want(200)
		o.wantFields(task, map[string]string{"status": "open"})
	})
	t.Run("for a colleague", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		_, task := o.withStep(testapp.Fields{"next_action_by": o.manager.Id})
		o.wantFields(task, map[string]string{"assignee": o.manager.Id, "given_by": o.rep.Id, "by": o.rep.Id})
	})
	t.Run("with the wrong customer", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		followUp, task := o.withStep(nil)
		right := o.Customer(testapp.Fields{"owner": o.rep.Id})
		o.server.Update(o.rep, followUp, testapp.Fields{"customer": right.Id}).Want(200)
		o.wantFields(task, map[string]string{"customer": right.Id, "status": "open"})
		o.wantFields(right, map[string]string{"open_tasks": "1", "next_follow_up_on": o.midnight(3)})
		o.wantFields(o.customer, map[string]string{"open_tasks": "0", "last_follow_up_at": ""})
	})
}

// asksForStep tells whether the customer's reasons ask for a next step.
func (o *office) asksForStep() bool {
	o.t.Helper()
	assessment, err := crm.Explain(o, o.customer.Id, o.Clock.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	return slices.ContainsFunc(assessment.Reasons, func(r rules.Reason) bool { return r.Rule == rules.RuleStepMissing })
}

// TestPromises opens a task for each promise, due on the day it names, counted from the day of the contact.
func TestPromises(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line   string
		fields func(o *office) testapp.Fields
		due    int // days from Monday, 3 August 2026
	}{
		{"by 2026-08-07 寄样品", nil, 4},
		{"8月9日前寄样品", nil, 6},
		{"3天内寄样品", nil, 3},
		{"5个工作日内寄样品", nil, 7},
		{"明天寄样品", nil, 1},
		{"本周五前寄样品", nil, 4},
		{"月底前寄样品", nil, 28},
		{"samples within 3 working days", nil, 3},
		{"samples by Friday", nil, 4},
		{"寄样品", nil, 3}, // three working days
		{"寄样品", func(o *office) testapp.Fields {
			return testapp.Fields{"status": "to_follow_up", "next_action": "报价", "next_action_on": o.Day(12)}
		}, 12},
		{"3天内寄样品", func(o *office) testapp.Fields { return testapp.Fields{"started_at": o.At(-48 * time.Hour)} }, 1},
		{"明天寄样品", func(o *office) testapp.Fields { return testapp.Fields{"started_at": o.At(-72 * time.Hour)} }, 0}, // past: due today
	} {
		t.Run(c.line, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			fields := testapp.Fields{"commitments": "\n" + c.line + " \n"}
			if c.fields != nil {
				fields = with(fields, c.fields(o))
			}
			task := o.task(o.recorded(fields), crm.KindPromise)
			o.wantFields(task, map[string]string{"due_at": o.endOf(c.due), "title": c.line, "assignee": o.rep.Id, "status": "open"})
		})
	}
}

// TestPromisesOfColleagues gives promises to those they name, and keeps up with the text.
func TestPromisesOfColleagues(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	li := o.User(crm.RoleSupport, testapp.Fields{"name": "李工"})
	o.User(crm.RoleSupport, testapp.Fields{"name": "张工"})
	o.User(crm.RoleSupport, testapp.Fields{"name": "张工"})
	o.User(crm.RoleSupport, testapp.Fields{"name": "王工", "active": false})
	for _, name := range []string{"张工", "王工", "赵工"} { // two of that name, one who left, nobody: the author's, and the task says so
		task := o.task(o.recorded(testapp.Fields{"commitments": "明天回电 @" + name}), crm.KindPromise)
		o.wantFields(task, map[string]string{"title": "明天回电", "assignee": o.rep.Id})
		if detail := task.GetString("detail"); !strings.Contains(detail, "@"+name) {
			t.Errorf("the promise for %s says only %q", name, detail)
		}
	}
	followUp := o.recorded(testapp.Fields{"commitments": "明天回电 @李工\n3天内寄样品"})
	tasks := o.tasks(followUp, crm.KindPromise)
	if len(tasks) != 2 {
		t.Fatalf("there are %d promises", len(tasks))
	}
	call, samples := tasks[0], tasks[1]
	o.wantFields(call, map[string]string{"title": "明天回电", "assignee": li.Id, "given_by": o.rep.Id})
	o.server.Update(o.rep, samples, testapp.Fields{"status": "done"}).Want(200)
	o.wantFields(followUp, map[string]string{"status": "confirmed"})

	o.server.Update(o.rep, followUp, testapp.Fields{"commitments": "3天内寄样品\n月底前出方案"}).Want(200)
	o.wantFields(call, map[string]string{"status": "cancelled"})
	o.wantFields(samples, map[string]string{"status": "done"})
	o.server.Update(o.rep, followUp, testapp.Fields{"commitments": "明天回电 @李工\n3天内寄样品\n月底前出方案"}).Want(200)
	o.wantFields(call, map[string]string{"status": "open"})
	if n := len(o.tasks(followUp, crm.KindPromise)); n != 3 {
		t.Errorf("there are %d promises, want three", n)
	}
}

// TestNegativeFeedback asks for an answer within 24 hours of the recording, with a result.
func TestNegativeFeedback(t *testing.T) {
	t.Parallel()
	for _, fields := range []testapp.Fields{{"feedback": "negative"}, {"mood": "dissatisfied"}} {
		raw, _ := json.Marshal(fields)
		t.Run(string(raw), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			fields = with(testapp.Fields{"started_at": o.At(-50 * time.Hour)}, fields)
			followUp := o.recorded(fields)
			task := o.task(followUp, crm.KindNegativeFeedback)
			o.wantFields(task, map[string]string{"due_at": "2026-08-04 02:00:00.000Z", "assignee": o.rep.Id, "priority": "high"})
			for _, nothing := range []string{"", "  "} {
				if got := o.server.Update(o.rep, task, testapp.Fields{"status": "done", "result": nothing}).Want(400).Codes()["result"]; got != crm.CodeRequired {
					t.Errorf("no result is refused with %q", got)
				}
			}
			o.server.Update(o.rep, task, testapp.Fields{"status": "done", "result": "已致歉并换货"}).Want(200)
			if got := o.server.Update(o.rep, task, testapp.Fields{"result": ""}).Want(400).Codes()["result"]; got != crm.CodeRequired {
				t.Errorf("taking the result away is refused with %q", got)
			}
			o.server.Update(o.rep, followUp, testapp.Fields{"purpose": "回访"}).Want(200)
			o.wantFields(task, map[string]string{"status": "done", "result": "已致歉并换货"})
		})
	}
	t.Run("mistaken", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		followUp := o.recorded(testapp.Fields{"feedback": "negative"})
		task := o.task(followUp, crm.KindNegativeFeedback)
		o.server.Update(o.rep, followUp, testapp.Fields{"feedback": "neutral"}).Want(200)
		o.wantFields(task, map[string]string{"status": "cancelled"})
		o.server.Update(o.rep, followUp, testapp.Fields{"mood": "dissatisfied"}).Want(200)
		o.wantFields(task, map[string]string{"status": "open"})
	})
}

// TestTaskStaysWithItsRule keeps what follows from a task true: its follow-up is its customer's, and a rule's task cannot
// be made another kind to escape what that kind asks for.
func TestTaskStaysWithItsRule(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	ours, other := o.Customer(testapp.Fields{"owner": o.rep.Id}), o.Customer(testapp.Fields{"owner": o.rep.Id})
	followUp := o.FollowUp(ours, testapp.Fields{
		"by": o.rep.Id, "feedback": "negative", "status": "to_follow_up", "next_action": "寄样品", "next_action_on": o.Day(3),
	})
	stray := testapp.Fields{"customer": other.Id, "follow_up": followUp.Id, "kind": "next_action", "title": "改期", "due_at": o.Day(20)}
	if got := o.server.Create(root, crm.CollectionTasks, stray).Want(400).Codes()["follow_up"]; got != crm.CodeOtherCustomer {
		t.Errorf("a task for another customer's follow-up is refused with %q", got)
	}
	for kind, key := range map[string]string{crm.KindNextAction: "next_action:", crm.KindNegativeFeedback: "negative_feedback:"} {
		task, err := crm.TaskByKey(o, key+followUp.Id)
		if err != nil || task == nil {
			t.Fatalf("there is no task of kind %s: %v", kind, err)
		}
		if got := o.server.Update(root, task, testapp.Fields{"customer": other.Id}).Want(400).Codes()["follow_up"]; got != crm.CodeOtherCustomer {
			t.Errorf("moving the task to another customer is refused with %q", got)
		}
		if got := o.server.Update(root, task, testapp.Fields{"kind": "other", "status": "done"}).Want(400).Codes()["kind"]; got != "fixed" {
			t.Errorf("another kind for a rule's task is refused with %q", got)
		}
	}
	run := o.server.Send(root, "POST", "/api/crm/jobs/tiers/run?all=true", nil).Want(200)
	if run.Data["changed"] != 0.0 {
		t.Errorf("a run over all changes %v", run.Data["changed"])
	}
}

// TestTooManyPromises refuses commitments that would open tasks by the hundred.
func TestTooManyPromises(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if code := o.record(testapp.Fields{"commitments": strings.Repeat("报价\n", 51)}).Want(400).Codes()["commitments"]; code != "too_many" {
		t.Errorf("51 promises: %q, want too_many", code)
	}
	o.record(testapp.Fields{"commitments": strings.Repeat("报价\n", 50)}).Want(200)
}
