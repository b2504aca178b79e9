package crm

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// RunReminders walks the open tasks: those due soon are marked as reminded of, once; those past due become delayed, once and
// without the earlier notice; those past due for long are marked for the manager, once. Tasks of archived customers rest.
func RunReminders(ctx context.Context, app core.App, run JobRun) (result JobResult, err error) {
	policy, err := LoadPolicy(app)
	if err != nil {
		return result, err
	}
	soon := run.Now.Add(time.Duration(policy.RemindBeforeHours) * time.Hour)
	late := run.Now.Add(-time.Duration(policy.EscalateAfterHours) * time.Hour)
	for after := ""; ; {
		if ctx.Err() != nil {
			return result, ErrStopped
		}
		tasks, err := tasksToRemind(app, run.Now, soon, late, after)
		if err != nil || len(tasks) == 0 {
			return result, err
		}
		err = app.RunInTransaction(func(tx core.App) error {
			// Read again: meanwhile somebody may have done one, or put it off.
			if tasks, err = tasksToRemind(tx, run.Now, soon, late, after); err != nil {
				return err
			}
			return remind(tx, tasks, run.Now, late)
		})
		if err != nil || len(tasks) == 0 {
			return result, err
		}
		after = tasks[len(tasks)-1].Id
		result.Examined += len(tasks)
		result.Changed += len(tasks)
	}
}

// tasksToRemind gives the next batch of open tasks that one of the three steps is still to be taken for.
func tasksToRemind(app core.App, now, soon, late time.Time, after string) ([]*core.Record, error) {
	var tasks []*core.Record
	err := app.RecordQuery(CollectionTasks).AndWhere(dbx.NewExp(`id > {:after} AND status IN (`+OpenStatuses+`)
		AND (due_at > {:now} AND due_at <= {:soon} AND reminded_at = ''
			OR due_at <= {:now} AND reminded_at < due_at
			OR due_at <= {:late} AND escalated_at = '')
		AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = tasks.customer AND c.stage = 'archived')`, dbx.Params{
		"after": after, "now": FormatMoment(now), "soon": FormatMoment(soon), "late": FormatMoment(late),
	})).OrderBy("id").Limit(batchSize).All(&tasks)
	if err != nil {
		return nil, fmt.Errorf("failed to find the tasks to remind of: %w", err)
	}
	return tasks, nil
}

// remind takes the steps for tasks that one is still to be taken for. reminded_at is the moment of the latest reminder: not
// before the deadline once the task is known to be late, so that whoever takes a late task up again is not contradicted.
func remind(app core.App, tasks []*core.Record, now, late time.Time) error {
	for _, task := range tasks {
		due, reminded := task.GetDateTime(FieldDueAt).Time(), task.GetDateTime(FieldRemindedAt).Time()
		if due.After(now) {
			task.Set(FieldRemindedAt, now)
		} else if reminded.Before(due) {
			task.Set(FieldRemindedAt, now)
			task.Set(FieldStatus, TaskDelayed)
		}
		if !due.After(late) && task.GetDateTime(FieldEscalatedAt).IsZero() {
			task.Set(FieldEscalatedAt, now)
		}
		if err := saveTask(app, task); err != nil {
			return err
		}
	}
	return nil
}
