package crm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// batchSize is how many customers or tasks a job looks at in one go, saveSize how many assessments it saves in one transaction:
// other writers wait no longer than that.
const (
	batchSize = 500
	saveSize  = 100
)

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

// RunTiers assesses the customers whose moment has come, or all of them; then it cuts the population of RFM anew and assesses
// those whose scores that changes. (In this order, because an order that leaves the window tonight leaves it for the cut points
// too.) It judges outside any transaction and saves in batches; whoever is edited meanwhile is judged again on the edited
// facts before anything is written. Doing it twice changes nothing the second time.
func RunTiers(ctx context.Context, app core.App, run JobRun) (JobResult, error) {
	return runTiers(ctx, app, run, nil)
}

// runTiers lets a test step in between the judging and the saving of a batch.
func runTiers(ctx context.Context, app core.App, run JobRun, between func()) (JobResult, error) {
	policy, err := LoadPolicy(app)
	if err != nil {
		return JobResult{}, err
	}
	t := tiersRun{
		ctx: ctx, app: app, policy: policy, between: between, examined: map[string]bool{}, changed: map[string]bool{},
		how: Assessing{Now: run.Now, Cause: CauseJob, Simulated: run.Simulated},
	}
	if run.Policy {
		t.how.Cause, t.how.Quiet = CausePolicy, true
	}
	ids, err := customersToAssess(app, run)
	if err != nil {
		return t.result(), err
	}
	if err := t.assess(ids); err != nil {
		return t.result(), err
	}
	if ctx.Err() != nil {
		return t.result(), ErrStopped
	}
	if t.how.Scores, err = newScores(app, policy, run.Now); err != nil {
		return t.result(), err
	}
	err = t.assess(slices.Sorted(maps.Keys(t.how.Scores)))
	return t.result(), err
}

// tiersRun is one run of the job.
type tiersRun struct {
	ctx     context.Context
	app     core.App
	policy  *Policy
	how     Assessing
	between func()

	examined, changed map[string]bool // customers; the second pass meets some again
}

func (t *tiersRun) result() JobResult {
	return JobResult{Examined: len(t.examined), Changed: len(t.changed)}
}

// customersToAssess gives, sorted, the customers to assess: all of them; or those whose moment has come, those never
// assessed, and those assessed at a moment that is still to come for this run. Each of the three has an index.
func customersToAssess(app core.App, run JobRun) ([]string, error) {
	query := app.DB().NewQuery("SELECT id FROM customers WHERE stage != 'archived'")
	if !run.All {
		query = app.DB().NewQuery(`SELECT id FROM customers WHERE assess_due_at != '' AND assess_due_at <= {:now} AND stage != 'archived'
			UNION SELECT id FROM customers WHERE assessed_at = '' AND stage != 'archived'
			UNION SELECT id FROM customers WHERE assessed_at > {:now} AND stage != 'archived'`).Bind(dbx.Params{"now": FormatMoment(run.Now)})
	}
	var ids []string
	if err := query.Column(&ids); err != nil {
		return nil, fmt.Errorf("failed to find the customers to assess: %w", err)
	}
	slices.Sort(ids) // as the indexes of their records have them: neighbours are read together
	return ids, nil
}

// assess assesses customers batch by batch.
func (t *tiersRun) assess(ids []string) error {
	for batch := range slices.Chunk(ids, batchSize) {
		if t.ctx.Err() != nil {
			return ErrStopped
		}
		before, err := written(t.app)
		if err != nil {
			return err
		}
		list, err := judge(t.app, batch, t.policy, t.how)
		if err != nil {
			return err
		}
		if t.between != nil {
			t.between()
		}
		for _, id := range batch {
			t.examined[id] = true
		}
		list = slices.DeleteFunc(list, func(j judged) bool { return !j.isNews() })
		for part := range slices.Chunk(list, saveSize) {
			if before, err = t.save(part, before); err != nil {
				return err
			}
		}
	}
	return nil
}

// save saves assessments in one transaction. Where anybody has written anything since, they are made again in it. It gives what
// was written by its end.
func (t *tiersRun) save(list []judged, before writes) (after writes, err error) {
	var changed []string
	err = t.app.RunInTransaction(func(tx core.App) error {
		now, err := written(tx)
		if err != nil {
			return err
		}
		if now != before {
			ids := make([]string, len(list))
			for i := range list {
				ids[i] = list[i].facts.ID
			}
			changed, err = Reassess(tx, t.policy, t.how, ids...)
		} else {
			changed, err = save(tx, t.policy, t.how, list)
		}
		if err != nil {
			return err
		}
		after, err = written(tx)
		return err
	})
	if err != nil {
		return after, err
	}
	Announce(t.app, changed...)
	for _, id := range changed {
		t.changed[id] = true
	}
	return after, nil
}

// writes tells two states of the database apart: how many rows were written through our one connection for writing, and how
// often somebody else has written.
type writes struct {
	Ours   int64 `db:"ours"`
	Others int64 `db:"others"`
}

// written gives the present state. Two that are equal have nothing written between them.
func written(app core.App) (w writes, err error) {
	err = app.NonconcurrentDB().NewQuery("SELECT total_changes() ours, data_version others FROM pragma_data_version").One(&w)
	if err != nil {
		return w, fmt.Errorf("failed to see whether anything was written: %w", err)
	}
	return w, nil
}
