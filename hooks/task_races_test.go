package hooks_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// together sends many requests at the same moment and gives their answers.
func together(n int, send func(i int) testapp.Answer) []testapp.Answer {
	answers := make([]testapp.Answer, n)
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-begin
			answers[i] = send(i)
		})
	}
	close(begin)
	all.Wait()
	return answers
}

// TestRacesMakeOneTask lets many requests at once ask for the same task of a rule, and for its end.
func TestRacesMakeOneTask(t *testing.T) {
	t.Parallel()
	const requests = 12
	step := testapp.Fields{"status": "to_follow_up", "next_action": "寄样品"}
	for _, c := range []struct {
		name string
		kind string
		send func(o *office, followUp, contact *core.Record, i int) testapp.Answer
	}{
		{"a next step", crm.KindNextAction, func(o *office, followUp, _ *core.Record, i int) testapp.Answer {
			return o.server.Update(o.rep, followUp, with(testapp.Fields{"next_action_on": o.Day(i % 3)}, step))
		}},
		{"a promise", crm.KindPromise, func(o *office, followUp, _ *core.Record, i int) testapp.Answer {
			return o.server.Update(o.rep, followUp, testapp.Fields{"commitments": "明天回电", "purpose": fmt.Sprint(i)})
		}},
		{"negative feedback", crm.KindNegativeFeedback, func(o *office, followUp, _ *core.Record, i int) testapp.Answer {
			return o.server.Update(o.rep, followUp, testapp.Fields{"feedback": "negative", "purpose": fmt.Sprint(i)})
		}},
		{"a handover", crm.KindHandover, func(o *office, _, contact *core.Record, i int) testapp.Answer {
			return o.server.Update(o.manager, contact, testapp.Fields{"left_on": o.Day(0), "note": fmt.Sprint(i)})
		}},
		{"a complaint", crm.KindCase, func(o *office, followUp, _ *core.Record, i int) testapp.Answer {
			return o.server.Update(o.rep, followUp, testapp.Fields{"kind": "complaint", "purpose": fmt.Sprint(i)})
		}},
		{"a win-back", crm.KindWinBack, func(o *office, _, _ *core.Record, i int) testapp.Answer {
			return o.server.Create(o.manager, "cases", testapp.Fields{ // the second unresolved past its time is a critical signal
				"customer": o.customer.Id, "kind": "question", "subject": fmt.Sprint("交期", i), "opened_at": o.At(-96 * time.Hour),
			})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			contact, followUp := o.Contact(o.customer, nil), o.recorded(nil)
			for _, answer := range together(requests, func(i int) testapp.Answer { return c.send(o, followUp, contact, i) }) {
				answer.Want(200)
			}
			want := int64(1)
			condition := dbx.HashExp{"kind": c.kind}
			n, err := o.CountRecords("tasks", condition)
			if err != nil || n != want {
				t.Errorf("there are %d tasks of kind %s, %v", n, c.kind, err)
			}
			var twice []string
			if err := o.DB().NewQuery("SELECT kind || title FROM notifications WHERE task != '' AND kind != 'task_given' GROUP BY user, kind, task HAVING count(*) > 1").Column(&twice); err != nil || len(twice) > 0 {
				t.Errorf("told twice: %v, %v", twice, err)
			}
		})
	}
}

// TestRacesOfPostponing count each postponing and tell of each; whoever closes a task at the same moment closes it once.
func TestRacesOfPostponing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	followUp, task := o.withStep(testapp.Fields{"next_action_by": o.manager.Id})
	together(6, func(i int) testapp.Answer {
		if i%2 == 0 {
			return o.server.Update(o.manager, task, testapp.Fields{"status": "done"})
		}
		return o.server.Update(o.manager, task, testapp.Fields{"due_at": o.Day(5 + i), "postpone_reason": "对方出差"})
	})
	o.wantFields(task, map[string]string{"status": "done"})
	o.wantFields(followUp, map[string]string{"status": "confirmed"})
	o.wantFields(o.customer, map[string]string{"open_tasks": "0", "next_follow_up_on": o.midnight(60)})
	done := 0
	for _, line := range o.told(o.rep) {
		if line == "task_done: 任务已完成：发送报价单" {
			done++
		}
	}
	if done != 1 {
		t.Errorf("the author was told %d times that the step is done", done)
	}
}

// TestRemindersBesideRequests runs the watch over deadlines while people close and put off the tasks it is about.
func TestRemindersBesideRequests(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var tasks []*core.Record
	for range 20 {
		tasks = append(tasks, o.Make("tasks", testapp.Fields{
			"customer": o.customer.Id, "assignee": o.rep.Id, "title": "回访", "kind": "other", "due_at": o.Clock.Now().Add(-time.Minute),
		}))
	}
	together(len(tasks)+2, func(i int) testapp.Answer {
		switch {
		case i >= len(tasks):
			_, _ = o.Jobs.Run("reminders", crm.RunOptions{}) // the second is refused while the first runs
			return testapp.Answer{}
		case i%2 == 0:
			return o.server.Update(o.rep, tasks[i], testapp.Fields{"status": "done", "delay_reason": "等样品"})
		}
		return o.server.Update(o.rep, tasks[i], testapp.Fields{"due_at": o.Day(2), "postpone_reason": "对方出差"})
	})
	for i, task := range tasks {
		task = o.Reload(task)
		if want := map[bool]string{true: "done", false: "open"}[i%2 == 0]; task.GetString("status") != want {
			t.Errorf("task %d is %s, want %s", i, task.GetString("status"), want)
		}
	}
	var twice int
	if err := o.DB().NewQuery("SELECT count(*) FROM (SELECT 1 FROM notifications GROUP BY user, kind, task HAVING count(*) > 1)").Row(&twice); err != nil || twice > 0 {
		t.Errorf("%d were told twice, %v", twice, err)
	}
}

// TestRacesOfPlanning let one of many plan the one contact of a day.
func TestRacesOfPlanning(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	planned := 0
	for _, answer := range together(10, func(i int) testapp.Answer {
		return o.server.Create(o.rep, "tasks", testapp.Fields{
			"customer": o.customer.Id, "title": fmt.Sprint("回访", i), "kind": "maintenance", "channel": "phone", "due_at": o.Day(2),
		})
	}) {
		switch {
		case answer.Status == 200:
			planned++
		case answer.Codes()["due_at"] != crm.CodePaceExceeded:
			t.Errorf("refused with %d %s", answer.Status, answer.Body)
		}
	}
	if planned != 1 {
		t.Errorf("%d contacts are planned for one day", planned)
	}
}
