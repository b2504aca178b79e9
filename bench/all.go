package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// A run over everybody is measured where one in a hundred judgements has become another one, and where all have.
const (
	hundredth change = "of which 1 % change"
	everyone  change = "all of which change"
)

type change string

// key is the change in the key of a line.
func (c change) key() string {
	if c == hundredth {
		return "all-1%"
	}
	return "all-100%"
}

// Targets of the process while everybody is judged.
const (
	memoryLimit = 400 // MB
	waitLimit   = 100 // ms
)

// all judges everybody, here by the job, there by one SQL pass; and once more each, not timed, for the memory it takes and for how long
// another writer waits.
func (b *bench) all(ctx context.Context) error {
	if err := b.settleBoth(ctx); err != nil {
		return err
	}
	for i, change := range []change{hundredth, everyone} {
		rounds := b.Rounds
		if change == everyone {
			rounds = (b.Rounds + 1) / 2 // they take their time
		}
		progress := b.steps("runs over everybody, " + string(change))
		var silent, logged, tried []pair
		for round := range rounds {
			t, err := b.bothAll(ctx, change, i*b.Rounds+round)
			if err != nil {
				return err
			}
			silent = append(silent, pair{t.ours / 1000, t.pass / 1000})
			logged = append(logged, pair{t.ours / 1000, (t.pass + t.log) / 1000})
			if change == hundredth {
				trial, err := b.timed(b.ours, func() error { return b.tryPolicy(ctx) })
				if err != nil {
					return err
				}
				tried = append(tried, pair{trial / 1000, t.ours / 1000})
			}
			progress(round+1, rounds+1)
		}
		if change == hundredth {
			b.report.add(compare("preview", "a policy tried on everybody, against a run over everybody", "s", tried).atMost(1))
		}
		b.report.add(compare(change.key(), "everybody, "+string(change)+", against one SQL pass", "s", silent).atMost(1.5),
			compare(change.key()+"-logged", "everybody, "+string(change)+", against one SQL pass that logs", "s", logged))
		if err := b.watched(ctx, change, i*b.Rounds+rounds); err != nil {
			return err
		}
		progress(rounds+1, rounds+1)
	}
	return nil
}

// settleBoth puts both companies at rest, each by its own judgement: nothing changes any more without cause.
func (b *bench) settleBoth(ctx context.Context) error {
	b.Progress("judging everybody by SQL", 0, 1)
	if err := b.settle(ctx, b.ours); err != nil {
		return err
	}
	if _, err := judgeBySQL(ctx, b.plain, nil, b.moment()); err != nil {
		return err
	}
	if err := scoreBySQL(ctx, b.plain, b.moment()); err != nil {
		return err
	}
	written, err := judgeBySQL(ctx, b.plain, nil, b.moment())
	return expect("at rest, the statement wrote", int(written), 0, err)
}

// tryPolicy previews a policy by which everybody is judged otherwise.
func (b *bench) tryPolicy(ctx context.Context) error {
	policy, err := crm.LoadPolicy(b.ours)
	if err != nil {
		return err
	}
	policy.ValueHigh *= 2
	preview, err := crm.PreviewPolicy(ctx, b.ours, policy, b.moment())
	if err == nil && preview.Changed == 0 {
		err = errors.New("the policy that was tried moves nobody")
	}
	return err
}

func (b *bench) moment() time.Time { return b.ours.clock.Now().In(b.now.Location()) }

// overAll is what a run over everybody took, in milliseconds: the job, which keeps the log; the SQL pass; and a log by SQL.
type overAll struct{ ours, pass, log float64 }

// bothAll times a run over everybody of each, and sees that both wrote as many customers as were to change.
func (b *bench) bothAll(ctx context.Context, change change, round int) (t overAll, err error) {
	b.ours.clock.Advance(time.Minute) // so that the moment tells what this run judged
	if err := errors.Join(disturb(b.ours, change, round), disturb(b.plain, change, round)); err != nil {
		return t, err
	}
	var changed int
	var written int64
	err = inTurn(round, func() (err error) {
		t.ours, err = b.timed(b.ours, func() error {
			changed, err = b.judgeAll(ctx, change)
			return err
		})
		return err
	}, func() (err error) {
		t.pass, err = b.timed(b.plain, func() error {
			if written, err = judgeBySQL(ctx, b.plain, nil, b.moment()); err != nil {
				return err
			}
			return scoreBySQL(ctx, b.plain, b.moment())
		})
		if err != nil {
			return err
		}
		t.log, err = b.timed(b.plain, func() error { return logBySQL(ctx, b.plain, b.moment()) })
		return err
	})
	if err != nil {
		return t, err
	}
	// Some few pinned or on hold are no different under another policy.
	if least := b.expected(change) * 9 / 10; changed < least || int(written) < least {
		err = fmt.Errorf("%d customers were to change; %d did in the job and %d by SQL", b.expected(change), changed, written)
	}
	return t, err
}

func (b *bench) expected(change change) int {
	if change == everyone {
		return b.Customers
	}
	return b.Customers / 100
}

// judgeAll judges everybody by the job: as one does after a change of policy, where all change.
func (b *bench) judgeAll(ctx context.Context, change change) (changed int, err error) {
	result, err := crm.RunTiers(ctx, b.ours, crm.JobRun{Now: b.ours.clock.Now(), All: true, Policy: change == everyone})
	return result.Changed, err
}

// disturb makes the judgements stored in an app wrong: of a hundredth of the customers by other figures, of all by another policy.
func disturb(app core.App, change change, round int) error {
	statements := []string{fmt.Sprintf(`UPDATE customers SET annual_purchase = annual_purchase + 1, tier_reason = '[]', products_bought = '[]',
		last_order_at = '2020-01-01 00:00:00.000Z' WHERE rowid %% 100 = %d AND stage != 'archived'`, round%100)}
	if change == everyone {
		by := 1 - 2*(round%2) // there and back
		statements = []string{
			fmt.Sprintf("UPDATE policy SET value_high = value_high + %d", 1000*by), fmt.Sprintf("UPDATE tiers SET cadence_days = cadence_days + %d", by),
		}
	}
	for _, statement := range statements {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("failed to disturb the judgements: %w", err)
		}
	}
	return nil
}

// watched judges everybody while the memory is watched and somebody saves a record every now and then.
func (b *bench) watched(ctx context.Context, change change, round int) error {
	idle, err := b.waits(ctx, func(context.Context) error { return pause(ctx, time.Second) })
	if err != nil {
		return err
	}
	if err := disturb(b.ours, change, round); err != nil {
		return err
	}
	if _, err := b.plain.NonconcurrentDB().NewQuery("PRAGMA shrink_memory").Execute(); err != nil { // it is no part of what is watched
		return err
	}
	debug.FreeOSMemory()
	var peak memory
	waits, err := b.waits(ctx, func(ctx context.Context) error {
		stop := peak.watch()
		defer stop()
		_, err := b.judgeAll(ctx, change)
		return err
	})
	if err != nil {
		return err
	}
	usual := median(idle)
	extra := func(share float64) float64 { return max(quantile(waits, share)-usual, 0) }
	lines := []Line{
		Line{Key: change.key() + "-heap", Name: "meanwhile, heap at the most", Unit: "MB", Ours: peak.heap}.atMost(memoryLimit),
		Line{Key: change.key() + "-wait", Name: "meanwhile, another writer waits at the most", Unit: "ms", Ours: extra(1)}.atMost(waitLimit),
		{Key: change.key() + "-wait-p99", Name: "meanwhile, another writer waits, of 99 % of the writes", Unit: "ms", Ours: extra(0.99)},
	}
	if peak.resident > 0 {
		lines = append(lines, Line{Key: change.key() + "-memory", Name: "meanwhile, memory of the process at the most", Unit: "MB", Ours: peak.resident}.atMost(memoryLimit))
	}
	b.report.add(lines...)
	return nil
}

// writeEvery is how often somebody saves a record while everybody is judged.
const writeEvery = 20 * time.Millisecond

// waits gives how many milliseconds each save of a record takes while work goes on.
func (b *bench) waits(ctx context.Context, work func(ctx context.Context) error) ([]float64, error) {
	tag, err := b.ours.FindFirstRecordByFilter(crm.CollectionTags, "name = {:name}", dbx.Params{"name": benchTag})
	if err != nil {
		if tag, err = makeTag(b.ours); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var times []float64
	var failure error
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; failure == nil && pause(ctx, writeEvery) == nil; i++ {
			tag.Set("colour", fmt.Sprintf("#%06x", i))
			start := b.Clock()
			failure = b.ours.Save(tag)
			times = append(times, b.Clock().Sub(start).Seconds()*1000)
		}
	}()
	err = work(ctx)
	cancel()
	<-done
	return times, errors.Join(err, failure)
}

const benchTag = "bench"

func makeTag(app core.App) (*core.Record, error) {
	tags, err := app.FindCollectionByNameOrId(crm.CollectionTags)
	if err != nil {
		return nil, err
	}
	tag := core.NewRecord(tags)
	tag.Load(map[string]any{crm.FieldName: benchTag, crm.FieldGroup: "basic", "colour": "#000000"})
	return tag, app.Save(tag)
}

// pause waits, unless the context ends before.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
