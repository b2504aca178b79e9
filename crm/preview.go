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

	"touchbase/rules"
)

// maxMoves is how many of the customers that would move a preview names.
const maxMoves = 1000

// Judged is what of an assessment a preview compares.
type Judged struct {
	Tier string `json:"tier"`
	Risk string `json:"risk"`
}

// Move is a customer whom a policy would judge otherwise.
type Move struct {
	Customer string `json:"customer"`
	Name     string `json:"name"`
	From     Judged `json:"from"`
	To       Judged `json:"to"`
}

// Shift is how many customers would go from one tier, or risk, to another.
type Shift struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Customers int    `json:"customers"`
}

// Preview is what a policy would change: among how many customers, how many of them would move from which tier and from which
// risk to which, and who, sorted by id, as far as there is room.
type Preview struct {
	Customers int     `json:"customers"`
	Changed   int     `json:"changed"`
	Tiers     []Shift `json:"tiers"`
	Risks     []Shift `json:"risks"`
	Moves     []Move  `json:"moves"`
	More      bool    `json:"more"` // than are named
}

// errNotKept ends the transaction in which a policy is only tried.
var errNotKept = errors.New("a preview keeps nothing")

// TryPolicy saves a policy with change, in a transaction, reads it as the jobs would and takes everything back. What change
// refuses is given back as it is.
func TryPolicy(app core.App, change func(tx core.App) error) (policy *Policy, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		if err := change(tx); err != nil {
			return err
		}
		if policy, err = LoadPolicy(tx); err != nil {
			return err
		}
		return errNotKept
	})
	if errors.Is(err, errNotKept) {
		return policy, nil
	}
	return nil, err
}

// PreviewPolicy judges every customer by a policy as the tiers job would do once it is saved, RFM scores included, and writes
// nothing. It reads the facts as often as that job does.
func PreviewPolicy(ctx context.Context, app core.App, policy *Policy, now time.Time) (Preview, error) {
	ids, err := customersToAssess(app, JobRun{All: true})
	if err != nil {
		return Preview{}, err
	}
	how := Assessing{Now: now, Cause: CausePolicy, Quiet: true}
	moves := make(map[string]Move, len(ids))
	var population []scored
	today := rules.DayOf(now, policy.Zone)
	look := func(ids []string, see func(j *judged)) error {
		return inBatches(ids, func(ids []string) (func() judging, error) {
			if ctx.Err() != nil {
				return nil, ErrStopped
			}
			return beginJudging(app, ids, policy, how, writes{}), nil
		}, func(batch judging) error {
			for i := range batch.list {
				j := &batch.list[i]
				moves[j.facts.ID] = Move{
					Customer: j.facts.ID, From: Judged{j.facts.stored.Tier, j.facts.stored.Risk}, To: Judged{j.want.Tier, j.want.Risk},
				}
				see(j)
			}
			return nil
		})
	}
	err = look(ids, func(j *judged) {
		if j.result.WindowOrders > 0 {
			window := rules.Window{
				Days:   int(today - rules.DayOf(j.result.LastOrderAt, policy.Zone)),
				Orders: j.result.WindowOrders, Amount: j.result.WindowAmount,
			}
			population = append(population, scored{id: j.facts.ID, window: window, scores: j.want.RFM})
		}
	})
	if err != nil {
		return Preview{}, err
	}
	how.Scores = rescore(population, policy)
	if err := look(slices.Sorted(maps.Keys(how.Scores)), func(*judged) {}); err != nil {
		return Preview{}, err
	}
	return summarize(app, moves)
}

// summarize counts the customers that move and names them.
func summarize(app core.App, all map[string]Move) (Preview, error) {
	p := Preview{Customers: len(all), Tiers: []Shift{}, Risks: []Shift{}, Moves: []Move{}}
	var named []any
	for _, id := range slices.Sorted(maps.Keys(all)) {
		move := all[id]
		if move.From == move.To {
			continue
		}
		p.Changed++
		p.Tiers = countShift(p.Tiers, move.From.Tier, move.To.Tier)
		p.Risks = countShift(p.Risks, move.From.Risk, move.To.Risk)
		if len(p.Moves) < maxMoves {
			p.Moves = append(p.Moves, move)
			named = append(named, id)
		}
	}
	p.More = p.Changed > len(p.Moves)
	var rows []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
	}
	if err := app.DB().Select("id", "name").From(CollectionCustomers).Where(dbx.In("id", named...)).All(&rows); err != nil {
		return p, fmt.Errorf("failed to name the customers that would move: %w", err)
	}
	names := make(map[string]string, len(rows))
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	for i := range p.Moves {
		p.Moves[i].Name = names[p.Moves[i].Customer]
	}
	return p, nil
}

func countShift(shifts []Shift, from, to string) []Shift {
	if from == to {
		return shifts
	}
	for i := range shifts {
		if shifts[i].From == from && shifts[i].To == to {
			shifts[i].Customers++
			return shifts
		}
	}
	return append(shifts, Shift{From: from, To: to, Customers: 1})
}
