package crm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// RunCare looks after what the calendar asks for: the birthdays of contacts, the anniversaries of customers, holidays, contracts that run
// out, profiles to be reviewed and details to be checked, pins that end, and customers nobody looks after, which go back to the pool
// where the policy wants it. Each is told once, however often the job runs and whichever mornings it missed; a task whose cause is gone
// ends. A simulated run tells nobody and takes no customer from anybody. What fails leaves the rest to be done.
func RunCare(ctx context.Context, app core.App, run JobRun) (JobResult, error) {
	policy, err := LoadPolicy(app)
	if err != nil {
		return JobResult{}, err
	}
	c := &careRun{
		ctx: ctx, app: app, policy: policy, now: run.Now, today: rules.DayOf(run.Now, policy.Zone), lead: rules.Lead(policy.LeadDays),
		simulated: run.Simulated,
	}
	var failed error
	for _, step := range []func() error{
		c.endings, c.birthdays, c.anniversaries, c.contracts, c.pins, c.holidays, c.reviews, c.checks, c.releases,
	} {
		err := step()
		if errors.Is(err, ErrStopped) {
			return c.result, err
		}
		failed = errors.Join(failed, err)
	}
	return c.result, failed
}

// careRun is one run of the job.
type careRun struct {
	ctx       context.Context
	app       core.App
	policy    *Policy
	now       time.Time
	today     rules.Day
	lead      int
	simulated bool

	touched map[string]bool // customers that the batch in hand changes
	result  JobResult
}

// careDays is within how many days what has no day of its own is to be done.
const careDays = 7

// each runs a step on ids, a batch a transaction, and counts again the open tasks of the customers it touched.
func (c *careRun) each(ids []string, do func(tx core.App, batch []string) error) error {
	for batch := range slices.Chunk(ids, batchSize) {
		if c.ctx.Err() != nil {
			return ErrStopped
		}
		err := c.app.RunInTransaction(func(tx core.App) error {
			c.touched = map[string]bool{}
			if err := do(tx, batch); err != nil {
				return err
			}
			for _, customer := range slices.Sorted(maps.Keys(c.touched)) {
				if err := countTasks(tx, customer); err != nil {
					return fmt.Errorf("failed to count the open tasks: %w", err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		Announce(c.app, slices.Sorted(maps.Keys(c.touched))...)
		c.result.Examined += len(batch)
		c.result.Changed += len(c.touched)
	}
	return nil
}

// open makes a task exist, as OpenTask does, and gives it as it is then.
func (c *careRun) open(tx core.App, t RuleTask) (*core.Record, error) {
	task, err := TaskByKey(tx, t.Key)
	if err != nil {
		return nil, err
	}
	if task != nil && (IsOpen(task.GetString(FieldStatus)) || task.GetString(FieldResult) != endedByRule) {
		return task, nil
	}
	if err := OpenTask(tx, c.policy, t, c.now); err != nil {
		return nil, err
	}
	c.touched[t.Customer] = true
	return TaskByKey(tx, t.Key)
}

// tell tells whoever has a task that is open, once; to whom it was handed on as well.
func (c *careRun) tell(tx core.App, task *core.Record, kind, key string, words func(assignee string) (title, body [2]string, err error)) error {
	assignee := task.GetString(FieldAssignee)
	if c.simulated || assignee == "" || !IsOpen(task.GetString(FieldStatus)) {
		return nil
	}
	title, body, err := words(assignee)
	if err != nil {
		return err
	}
	return Notify(tx, Notice{
		To: []string{assignee}, Kind: kind, Title: title, Body: body, Customer: task.GetString(FieldCustomer), Task: task.Id, Key: key,
	}, c.now)
}
