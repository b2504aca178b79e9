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

	"touchbase/sqlite"
)

// batchSize is how many customers or tasks a job looks at in one go, saveSize how many assessments it saves in one transaction:
// other writers wait no longer than that.
const (
	batchSize = 250
	saveSize  = 50
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
	own               int64           // rows that the run has written
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

// assess assesses customers batch by batch: while one is saved, the next are judged.
func (t *tiersRun) assess(ids []string) error {
	return inBatches(ids, func(ids []string) (func() judging, error) {
		if t.ctx.Err() != nil {
			return nil, ErrStopped
		}
		before, err := t.written(t.app)
		if err != nil {
			return nil, err
		}
		return beginJudging(t.app, ids, t.policy, t.how, before), nil
	}, t.saveAll)
}

// saveAll saves what is news in a batch, part by part.
func (t *tiersRun) saveAll(j judging) error {
	if t.between != nil {
		t.between()
	}
	for _, id := range j.ids {
		t.examined[id] = true
	}
	news := slices.DeleteFunc(j.list, func(j judged) bool { return !j.isNews() })
	for part := range slices.Chunk(news, saveSize) {
		if err := t.save(part, j.before); err != nil {
			return err
		}
	}
	return nil
}

// save saves assessments in one transaction. Where anybody else has written anything since they were made, they are made again in it.
func (t *tiersRun) save(list []judged, before writes) error {
	var changed []string
	err := t.app.RunInTransaction(func(tx core.App) error {
		now, err := t.written(tx)
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
		after, err := t.written(tx)
		t.own += after.Here - now.Here
		return err
	})
	if err != nil {
		return err
	}
	Announce(t.app, changed...)
	for _, id := range changed {
		t.changed[id] = true
	}
	return nil
}

// writes tells two states of the database apart: how many rows were written through the connection for writing since it was made, which
// one that is, and how often somebody wrote through another.
type writes struct {
	Connection int64 `db:"-"`
	Here       int64 `db:"here"`
	Elsewhere  int64 `db:"elsewhere"`
}

// written gives how much has been written, but for what the run itself has saved. Two that are equal have no other write between them.
func (t *tiersRun) written(app core.App) (w writes, err error) {
	db := app.NonconcurrentDB()
	// In this order: should the connection be replaced in between, they equal no others.
	err = db.NewQuery("PRAGMA " + sqlite.Number).Row(&w.Connection)
	if err == nil {
		err = db.NewQuery("SELECT total_changes() here, data_version elsewhere FROM pragma_data_version").One(&w)
	}
	if err != nil {
		return w, fmt.Errorf("failed to see whether anything was written: %w", err)
	}
	w.Here -= t.own
	return w, nil
}
