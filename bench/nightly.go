package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// nightShare is the part of the customers that a night judges.
const nightShare = 100

// night is what the parts of one night took, in milliseconds: of the job, and of SQL.
type night struct {
	whole, again float64 // the night, and the job once more, when nothing is due any more: the scores of RFM alone
	rows, scores float64
}

// nightly lets a night pass a round and judges the hundredth of the customers that is due, here by the job, there by SQL. The scores of
// RFM are of everybody and are measured apart too.
func (b *bench) nightly(ctx context.Context) error {
	var due, scores, whole []pair
	progress := b.steps("nights")
	for round := range b.Rounds {
		n, err := b.night(ctx)
		if err != nil {
			return err
		}
		due = append(due, pair{n.whole - n.again, n.rows})
		scores = append(scores, pair{n.again, n.scores})
		whole = append(whole, pair{n.whole, n.rows + n.scores})
		progress(round+1, b.Rounds)
	}
	rows := compare("night-due", "a night: 1 % due, against SQL for the same rows", "ms", due).atMost(1.5)
	b.report.add(rows,
		Line{Key: "night-alone", Name: "a night: 1 % due, alone", Unit: "s", Ours: rows.Ours / 1000}.atMost(1),
		compare("night-rfm", "the scores of RFM anew, against SQL", "ms", scores),
		compare("night", "a night, with the scores of RFM, against SQL for both", "ms", whole))
	return nil
}

// night lets a night pass. SQL judges the very customers that the job judged: who was due, and who has other scores.
func (b *bench) night(ctx context.Context) (n night, err error) {
	b.ours.clock.Advance(24 * time.Hour)
	now := b.moment()
	due, err := b.dueOf(now)
	if err != nil {
		return n, err
	}
	for _, took := range []*float64{&n.whole, &n.again} {
		*took, err = b.timed(b.ours, func() error {
			result, err := crm.RunTiers(ctx, b.ours, crm.JobRun{Now: now})
			if err == nil && took == &n.whole && result.Examined < len(due) {
				err = fmt.Errorf("%d customers were due, and %d were judged", len(due), result.Examined)
			}
			return err
		})
		if err != nil {
			return n, err
		}
	}
	var judged []string
	err = b.ours.DB().NewQuery("SELECT id FROM customers WHERE assessed_at = {:now}").Bind(dbx.Params{"now": crm.FormatMoment(now)}).Column(&judged)
	if err != nil {
		return n, err
	}
	due = append(due, judged...)
	slices.Sort(due)
	due = slices.Compact(due)
	n.rows, err = b.timed(b.plain, func() error {
		written, err := judgeBySQL(ctx, b.plain, due, now)
		return expect("the statement wrote", int(written), len(due), err)
	})
	if err != nil {
		return n, err
	}
	n.scores, err = b.timed(b.plain, func() error { return scoreBySQL(ctx, b.plain, now) })
	return n, err
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

// timed tells how many milliseconds something takes on an app that begins with nothing to tidy up.
func (b *bench) timed(app core.App, fn func() error) (float64, error) {
	if err := checkpoint(app); err != nil {
		return 0, err
	}
	runtime.GC()
	start := b.Clock()
	err := fn()
	return b.Clock().Sub(start).Seconds() * 1000, err
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
