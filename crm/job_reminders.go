package crm

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// RunReminders walks the open tasks but for the responses that RunResponse watches over: of those due within remind_before_hours their
// assignee is told, once; those past due become delayed, once and without the earlier notice; those past due for
// escalate_after_hours are told to the manager, once. Tasks of archived customers rest.
func RunReminders(ctx context.Context, app core.App, run JobRun) (JobResult, error) {
	return watch{of: "kind NOT IN (" + responseKinds + ")", soon: "{:remind}"}.run(ctx, app, run)
}

// RunResponse does so for the responses that customers wait for: the answers to negative feedback and to cases, and win-backs. Their
// assignee is told when half the time the policy gives is over, for all of it may be less than remind_before_hours.
func RunResponse(ctx context.Context, app core.App, run JobRun) (JobResult, error) {
	return watch{of: "kind IN (" + responseKinds + ")", soon: `CASE
		WHEN kind = 'negative_feedback' THEN {:negative}
		WHEN kind = 'win_back' THEN {:win_back}
		WHEN EXISTS (SELECT 1 FROM cases c WHERE c.id = substr(tasks.[[key]], 6) AND c.severity = 'major') THEN {:major}
		ELSE {:minor} END`, responses: true}.run(ctx, app, run)
}

// responseKinds are the tasks that answer a customer, for SQL; see answersCustomer.
const responseKinds = "'negative_feedback', 'case', 'win_back'"

// watch is the watch over the deadlines of some open tasks.
type watch struct {
	of        string // which tasks, as a condition
	soon      string // the moment up to which a deadline is near, in SQL
	responses bool   // whether they are responses to customers
}

func (w watch) run(ctx context.Context, app core.App, run JobRun) (result JobResult, err error) {
	policy, err := LoadPolicy(app)
	if err != nil {
		return result, err
	}
	r := reminding{watch: w, policy: policy, now: run.Now, silent: run.Simulated, late: run.Now.Add(-hours(policy.EscalateAfterHours))}
	for after := ""; ; {
		if ctx.Err() != nil {
			return result, ErrStopped
		}
		tasks, err := r.next(app, after)
		if err != nil || len(tasks) == 0 {
			return result, err
		}
		err = app.RunInTransaction(func(tx core.App) error {
			// Read again: meanwhile somebody may have done one, or put it off.
			if tasks, err = r.next(tx, after); err != nil {
				return err
			}
			for _, task := range tasks {
				if err := r.remind(tx, task); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(tasks) == 0 {
			return result, err
		}
		after = tasks[len(tasks)-1].Id
		result.Examined += len(tasks)
		result.Changed += len(tasks)
	}
}

// reminding is one run of a watch.
type reminding struct {
	watch
	policy *Policy
	now    time.Time
	late   time.Time // what was due by then is for the manager
	silent bool      // it is a trial: nobody is told
}

// next gives the next batch of open tasks that one of the three steps is still to be taken for.
func (r reminding) next(app core.App, after string) ([]*core.Record, error) {
	half := func(response int) string { return FormatMoment(r.now.Add(hours(response) / 2)) }
	p := r.policy
	horizon := max(p.RemindBeforeHours, p.RespondNegativeHours, p.WinBackHours, p.RespondMajorHours, p.RespondCaseHours)
	var tasks []*core.Record
	// The plus keeps SQLite from walking all tasks by id: those open and due are few, and the index of deadlines has them.
	err := app.RecordQuery(CollectionTasks).AndWhere(dbx.NewExp(`+id > {:after} AND status IN (`+OpenStatuses+`) AND due_at <= {:horizon} AND `+r.of+`
		AND (due_at > {:now} AND reminded_at = '' AND due_at <= `+r.soon+`
			OR due_at <= {:now} AND reminded_at < due_at
			OR due_at <= {:late} AND escalated_at = '')
		AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = tasks.customer AND c.stage = 'archived')`, dbx.Params{
		"after": after, "now": FormatMoment(r.now), "late": FormatMoment(r.late),
		"horizon": FormatMoment(r.now.Add(hours(horizon))), "remind": FormatMoment(r.now.Add(hours(p.RemindBeforeHours))),
		"negative": half(p.RespondNegativeHours), "win_back": half(p.WinBackHours), "major": half(p.RespondMajorHours), "minor": half(p.RespondCaseHours),
	})).OrderBy("(+id)").Limit(batchSize).All(&tasks)
	if err != nil {
		return nil, fmt.Errorf("failed to find the tasks to remind of: %w", err)
	}
	return tasks, nil
}

// remind takes the steps for a task that one is still to be taken for. reminded_at is the moment of the latest reminder: not before
// the deadline once the task is known to be late, so that whoever takes a late task up again is not contradicted.
func (r reminding) remind(app core.App, task *core.Record) error {
	due, reminded := task.GetDateTime(FieldDueAt).Time(), task.GetDateTime(FieldRemindedAt).Time()
	var notices []taskNotice
	switch {
	case due.After(r.now):
		task.Set(FieldRemindedAt, r.now)
		notices = append(notices, r.due())
	case reminded.Before(due):
		task.Set(FieldRemindedAt, r.now)
		task.Set(FieldStatus, TaskDelayed)
		notices = append(notices, r.overdue())
	}
	if !due.After(r.late) && task.GetDateTime(FieldEscalatedAt).IsZero() {
		task.Set(FieldEscalatedAt, r.now)
		notices = append(notices, taskNotice{
			kind: noticeTaskEscalated, words: [2]string{"任务逾期未完成", "Task long overdue"}, urgent: r.responses,
		})
	}
	if err := saveTask(app, task); err != nil || r.silent {
		return err
	}
	for _, n := range notices {
		if err := r.tell(app, task, n); err != nil {
			return err
		}
	}
	return nil
}

func (r reminding) due() taskNotice {
	if r.responses {
		return taskNotice{kind: noticeResponseDue, words: [2]string{"请尽快回应客户", "The customer awaits an answer"}, urgent: true}
	}
	return taskNotice{kind: noticeTaskDue, words: [2]string{"任务即将到期", "Task due soon"}}
}

func (r reminding) overdue() taskNotice {
	if r.responses {
		return taskNotice{kind: noticeResponseLate, words: [2]string{"回应客户已超时", "The answer to the customer is late"}, urgent: true}
	}
	return taskNotice{kind: noticeTaskLate, words: [2]string{"任务已逾期", "Task late"}}
}

// tell says of a deadline what is to be said: to those who see to the task, where nobody does and where it is escalated to the
// manager. The same is said once of a deadline, and again of another one.
func (r reminding) tell(app core.App, task *core.Record, n taskNotice) (err error) {
	n.key = n.kind + ":" + task.Id + ":" + FormatMoment(task.GetDateTime(FieldDueAt).Time())
	n.urgent = n.urgent || task.GetString(FieldKind) == KindHandover && n.kind != noticeTaskDue
	n.body = dueBody(task, r.policy)
	if n.kind != noticeTaskEscalated {
		if n.to, err = attending(app, r.policy, task, r.now); err != nil {
			return err
		}
	}
	if len(n.to) == 0 {
		if n.to, err = superiors(app, task, rules.DayOf(r.now, r.policy.Zone)); err != nil {
			return err
		}
		if name, err := NameOf(app, task.GetString(FieldAssignee)); err != nil {
			return err
		} else if name != "" {
			n.body[0] += "，负责人 " + name
			n.body[1] += ", with " + name
		}
	}
	return n.tell(app, task, r.now)
}

// superiors are the manager of a task's customer, but for the assignee: what a manager is late with is for the directors.
func superiors(app core.App, task *core.Record, today rules.Day) (ids []string, err error) {
	assignee := task.GetString(FieldAssignee)
	managers, err := ManagersOf(app, task.GetString(FieldCustomer), today)
	if err != nil {
		return nil, err
	}
	if ids = others(managers, assignee); len(ids) > 0 {
		return ids, nil
	}
	directors, err := managersOfTeam(app, "", today)
	return others(directors, assignee), err
}

// others gives the ids but one.
func others(ids []string, but string) (rest []string) {
	for _, id := range ids {
		if id != but {
			rest = append(rest, id)
		}
	}
	return rest
}

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }
