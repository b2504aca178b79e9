package crm

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// scoresText is the stored form of scores; none where there is no group either.
func scoresText(s rules.RFM) string {
	if s == (rules.RFM{}) {
		return ""
	}
	raw, err := json.Marshal(s)
	if err != nil { // numbers and a text always marshal
		panic(err)
	}
	return string(raw)
}

// newScores cuts the population anew and gives the scores of those that get others by it, by customer. The population is every
// customer not archived with a counted order in the RFM window, as their columns say; no order is read.
func newScores(app core.App, policy *Policy, now time.Time) (map[string]rules.RFM, error) {
	rows, err := app.DB().NewQuery(`SELECT id, last_order_at, window_orders, window_amount, coalesce(nullif(rfm, 'null'), '')
		FROM customers WHERE window_orders > 0 AND stage != 'archived'`).Rows()
	if err != nil {
		return nil, fmt.Errorf("failed to read the population: %w", err)
	}
	var population []scored
	today := rules.DayOf(now, policy.Zone)
	err = eachRow(rows, func() error {
		var s scored
		var last string
		if err := rows.Scan(&s.id, &last, &s.window.Orders, &s.window.Amount, &s.scores); err != nil {
			return err
		}
		s.window.Days = int(today - rules.DayOf(ParseMoment(last), policy.Zone))
		population = append(population, s)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("failed to read the population: %w", err)
	}
	return rescore(population, policy), nil
}

// scored is a customer of the population with what was stored of its scores.
type scored struct {
	id     string
	window rules.Window
	scores string
}

// rescore gives the scores of those whose stored ones are others.
func rescore(population []scored, policy *Policy) map[string]rules.RFM {
	points := policy.Bounds
	if points == nil {
		windows := make([]rules.Window, len(population))
		for i := range population {
			windows[i] = population[i].window
		}
		cut := rules.Cut(windows)
		points = &cut
	}
	changed := map[string]rules.RFM{}
	for i := range population {
		if scores := points.Score(population[i].window); scoresText(scores) != population[i].scores {
			changed[population[i].id] = scores
		}
	}
	return changed
}
