package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// nightShare is the part of the customers that a night judges.
const nightShare = 100

// nightly lets a night pass a round and judges the hundredth of the customers that is due, here by the job, there by SQL.
func (b *bench) nightly(ctx context.Context) error {
	var times []pair
	progress := b.steps("nights")
	for round := range b.Rounds {
		b.ours.clock.Advance(24 * time.Hour)
		now := b.ours.clock.Now().In(b.now.Location())
		due, err := b.dueOf(now)
		if err != nil {
			return err
		}
		var ours, base time.Duration
		err = inTurn(round, func() (err error) {
			ours, err = b.timed(b.ours, func() error {
				result, err := crm.RunTiers(ctx, b.ours, crm.JobRun{Now: now})
				return expect("a night judged", result.Examined, len(due), err)
			})
			return err
		}, func() (err error) {
			base, err = b.timed(b.plain, func() error {
				written, err := judgeBySQL(ctx, b.plain, due, now)
				return expect("the statement wrote", int(written), len(due), err)
			})
			return err
		})
		if err != nil {
			return err
		}
		times = append(times, pair{ours.Seconds() * 1000, base.Seconds() * 1000})
		progress(round+1, b.Rounds)
	}
	night := compare("a night: 1 % due, against SQL for the same rows", "ms", times)
	b.report.add(night.atMost(1.5), Line{Name: "a night, alone", Unit: "s", Ours: night.Ours / 1000}.atMost(1))
	return nil
}

// dueOf gives who is due at a moment, at most one in nightShare: the others wait for a run over all.
func (b *bench) dueOf(now time.Time) ([]string, error) {
	db := b.ours.NonconcurrentDB()
	share := max(b.Customers/nightShare, 1)
	const due = "assess_due_at != '' AND assess_due_at <= {:now} AND stage != 'archived'"
	at := dbx.Params{"now": crm.FormatMoment(now), "share": share}
	_, err := db.NewQuery(`UPDATE customers SET assess_due_at = '2099-12-31 16:00:00.000Z' WHERE ` + due + ` AND id NOT IN
		(SELECT id FROM customers WHERE ` + due + ` ORDER BY id LIMIT {:share})`).Bind(at).Execute()
	if err != nil {
		return nil, err
	}
	var ids []string
	err = db.NewQuery("SELECT id FROM customers WHERE " + due + " ORDER BY id").Bind(at).Column(&ids)
	return ids, err
}

// inTurn runs two things, in every other round the second one first.
func inTurn(round int, first, second func() error) error {
	if round%2 == 1 {
		first, second = second, first
	}
	if err := first(); err != nil {
		return err
	}
	return second()
}

// timed tells how long something takes on an app that begins with nothing to tidy up.
func (b *bench) timed(app core.App, fn func() error) (time.Duration, error) {
	if err := checkpoint(app); err != nil {
		return 0, err
	}
	runtime.GC()
	start := b.Clock()
	err := fn()
	return b.Clock().Sub(start), err
}

func checkpoint(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery("PRAGMA wal_checkpoint(TRUNCATE)").Execute()
	return err
}

// expect refuses a measurement of something else than was meant.
func expect(what string, got, want int, err error) error {
	if err == nil && got != want {
		err = errors.New("this is not what was to be measured")
	}
	if err != nil {
		return fmt.Errorf("%s %d customers, not %d: %w", what, got, want, err)
	}
	return nil
}
