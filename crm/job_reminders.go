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
		after = tasks[len(tasks)-1].Id
		n, err := remind(app, tasks, run.Now, late)
		if err != nil {
			return result, err
		}
		result.Examined += len(tasks)
		result.Changed += n
	}
}

// tasksToRemind gives the next batch of open tasks that one of the three steps is still to be taken for.
func tasksToRemind(app core.App, now, soon, late time.Time, after string) ([]*core.Record, error) {
	var tasks []*core.Record
	err := app.RecordQuery(CollectionTasks).AndWhere(dbx.NewExp(`id > {:after} AND status IN (`+openStatuses+`)
		AND (due_at > {:now} AND due_at <= {:soon} AND reminded_at = ''
			OR due_at <= {:now} AND status != 'delayed'
			OR due_at <= {:late} AND escalated_at = '')
		AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = tasks.customer AND c.stage = 'archived')`, dbx.Params{
		"after": after, "now": moment(now), "soon": moment(soon), "late": moment(late),
	})).OrderBy("id").Limit(batchSize).All(&tasks)
	if err != nil {
		return nil, fmt.Errorf("failed to find the tasks to remind of: %w", err)
	}
	return tasks, nil
}

// remind takes the steps for a batch of tasks, reading each again inside the transaction: somebody may have done it
// meanwhile.
func remind(app core.App, tasks []*core.Record, now, late time.Time) (changed int, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		changed = 0
		for _, t := range tasks {
			task, err := tx.FindRecordById(CollectionTasks, t.Id)
			if err != nil {
				return fmt.Errorf("failed to read a task again: %w", err)
			}
			if !IsOpen(task.GetString(FieldStatus)) {
				continue
			}
			due := task.GetDateTime(FieldDueAt).Time()
			if task.GetDateTime(FieldRemindedAt).IsZero() {
				task.Set(FieldRemindedAt, now)
			}
			if !due.After(now) {
				task.Set(FieldStatus, TaskDelayed)
			}
			if !due.After(late) && task.GetDateTime(FieldEscalatedAt).IsZero() {
				task.Set(FieldEscalatedAt, now)
			}
			if err := saveTask(tx, task); err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	return changed, err
}
