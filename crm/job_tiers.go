package crm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// batchSize is how many customers or tasks a job saves in one transaction: other writers wait no longer than that.
const batchSize = 500

// ErrStopped is the end of a job that was told to stop between two batches; what it saved stands.
var ErrStopped = errors.New("stopped before the end")

// JobRun says how a job is to run.
type JobRun struct {
	Now       time.Time
	All       bool // every customer, not only those whose moment has come
	Simulated bool // as of a moment somebody chose
	Policy    bool // because the policy changed
}

// JobResult is what a job did so far.
type JobResult struct{ Examined, Changed int }

// RunTiers assesses the customers whose moment has come, or all of them: tiers, silence, touch modes and next dates.
// It judges outside any transaction and saves in batches; whoever is edited meanwhile is judged again on the edited
// facts before anything is written. Doing it twice changes nothing the second time.
func RunTiers(ctx context.Context, app core.App, run JobRun) (JobResult, error) {
	return runTiers(ctx, app, run, nil)
}

// runTiers lets a test step in between the judging and the saving of a batch.
func runTiers(ctx context.Context, app core.App, run JobRun, between func()) (result JobResult, err error) {
	policy, err := LoadPolicy(app)
	if err != nil {
		return result, err
	}
	how := Assessing{Now: run.Now, Cause: CauseJob, Simulated: run.Simulated}
	if run.Policy {
		how.Cause, how.Quiet = CausePolicy, true
	}
	for after := ""; ; {
		if ctx.Err() != nil {
			return result, ErrStopped
		}
		ids, err := nextCustomers(app, run, after)
		if err != nil || len(ids) == 0 {
			return result, err
		}
		after = ids[len(ids)-1]
		candidates, err := stale(app, ids, policy, how)
		if err != nil {
			return result, err
		}
		if between != nil {
			between()
		}
		changed, err := reassessInTransaction(app, policy, how, candidates)
		if err != nil {
			return result, err
		}
		Announce(app, changed...)
		result.Examined += len(ids)
		result.Changed += len(changed)
	}
}

// nextCustomers gives the next batch of customers to assess, by id.
func nextCustomers(app core.App, run JobRun, after string) ([]string, error) {
	query := app.DB().Select("id").From(CollectionCustomers).
		Where(dbx.NewExp("id > {:after} AND stage != 'archived'", dbx.Params{"after": after}))
	if !run.All {
		now := dbx.Params{"now": FormatMoment(run.Now)}
		query.AndWhere(dbx.Or(
			dbx.NewExp("assess_due_at != '' AND assess_due_at <= {:now}", now),
			dbx.NewExp("assessed_at = '' OR assessed_at > {:now}", now),
		))
	}
	var ids []string
	if err := query.OrderBy("id").Limit(batchSize).Column(&ids); err != nil {
		return nil, fmt.Errorf("failed to find the customers to assess: %w", err)
	}
	return ids, nil
}

func reassessInTransaction(app core.App, policy *Policy, how Assessing, ids []string) (changed []string, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = app.RunInTransaction(func(tx core.App) error {
		changed, err = Reassess(tx, policy, how, ids...)
		return err
	})
	return changed, err
}
