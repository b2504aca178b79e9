package crm

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// Why a goal has no actual figure.
const (
	NoFigureYet   = "none_yet"     // nothing has happened that it could be counted from
	NoFigureGiven = "not_for_role" // who asks may not know it
)

// noFigure says so, in Chinese and English.
var noFigure = map[string][2]string{
	NoFigureYet:   {"该周期内还没有可统计的数据", "nothing to count in this period yet"},
	NoFigureGiven: {"团队的统计数字仅供其主管和总监查看", "the figures of a team are for its managers and the directors"},
}

// GoalProgress is a goal beside what was reached so far, over the plan's team (the whole company where it has none) and period.
type GoalProgress struct {
	Goal
	Actual  *float64          `json:"actual"`
	Missing *float64          `json:"missing"` // points to the target; 0: reached
	Of      int               `json:"of"`      // how many things it was counted from
	Reason  string            `json:"reason,omitempty"`
	Words   map[string]string `json:"words,omitempty"`
}

// goalFigures say how a goal is counted: a query of its figure and of how many things it is counted from. $ofTeam stands for the
// condition that a customer is of the plan's team.
var goalFigures = map[string]string{
	// Contracts that ran out in the period, and how many of them were renewed.
	GoalRenewalRate: `SELECT 100.0 * sum(status = 'renewed') / count(*) figure, count(*) n FROM contracts
		WHERE ends_on >= {:first} AND ends_on <= {:lastPast} AND customer IN (SELECT id FROM customers WHERE $ofTeam)`,
	// Customers whose first ninety days ended in the period, and how many had two orders or four interactions in them.
	GoalActivationRate: `SELECT 100.0 * sum(orders >= 2 OR orders + others >= 4) / count(*) figure, count(*) n FROM (
		SELECT (SELECT count(*) FROM orders o WHERE o.customer = c.id AND NOT o.cancelled AND o.amount >= 0
				AND o.ordered_at >= c.first_contact_on AND o.ordered_at < datetime(c.first_contact_on, '+90 days')) orders,
			(SELECT count(*) FROM follow_ups f WHERE f.customer = c.id AND f.feedback != 'no_response'
				AND f.started_at >= c.first_contact_on AND f.started_at < datetime(c.first_contact_on, '+90 days'))
			+ (SELECT count(*) FROM cases s WHERE s.customer = c.id
				AND s.opened_at >= c.first_contact_on AND s.opened_at < datetime(c.first_contact_on, '+90 days'))
			+ (SELECT count(*) FROM surveys s WHERE s.customer = c.id AND s.answered_at != ''
				AND s.answered_at >= c.first_contact_on AND s.answered_at < datetime(c.first_contact_on, '+90 days')) others
		FROM customers c WHERE date(c.first_contact_on, '+89 days') >= date({:first}) AND date(c.first_contact_on, '+89 days') <= date({:lastPast})
			AND $ofTeam)`,
	// Customers who ordered in the period, and how many of them had ordered before it or did so again in it.
	GoalRepurchaseRate: `SELECT 100.0 * sum(again) / count(*) figure, count(*) n FROM (
		SELECT count(*) > 1 OR EXISTS (SELECT 1 FROM orders b WHERE b.customer = o.customer AND NOT b.cancelled AND b.amount >= 0 AND b.ordered_at < {:from}) again
		FROM orders o WHERE NOT o.cancelled AND o.amount >= 0 AND o.ordered_at >= {:from} AND o.ordered_at < {:to}
			AND o.customer IN (SELECT id FROM customers WHERE $ofTeam) GROUP BY o.customer)`,
	GoalSatisfaction: `SELECT avg(satisfaction) figure, count(*) n FROM surveys
		WHERE answered_at >= {:from} AND answered_at < {:to} AND customer IN (SELECT id FROM customers WHERE $ofTeam)`,
	// Promoters give 9 or 10, detractors 6 or less.
	GoalNPS: `SELECT 100.0 * (sum(nps >= 9) - sum(nps <= 6)) / count(*) figure, count(*) n FROM surveys
		WHERE answered_at >= {:from} AND answered_at < {:to} AND customer IN (SELECT id FROM customers WHERE $ofTeam)`,
	// Clock hours from the opening of a case to the first response.
	GoalResponseHours: `SELECT avg((julianday(responded_at) - julianday(opened_at)) * 24) figure, count(*) n FROM cases
		WHERE opened_at >= {:from} AND opened_at < {:to} AND responded_at != '' AND customer IN (SELECT id FROM customers WHERE $ofTeam)`,
	// Lines of the plan that were due, but for the cancelled ones, and how many were done in time.
	GoalOnTimeRate: `SELECT 100.0 * sum(status = 'done' AND done_at <= due_at) / count(*) figure, count(*) n FROM tasks
		WHERE [[plan]] = {:plan} AND status != 'cancelled' AND due_at < {:now}`,
}

// GoalsOfPlan sets the goals of a plan against what was reached up to a moment. Whoever may not know the figures of the team gets the
// targets alone.
func GoalsOfPlan(app core.App, plan *core.Record, mayKnow bool, now time.Time) ([]GoalProgress, error) {
	goals, problem := goalsOf(plan)
	if problem != nil {
		return nil, fmt.Errorf("failed to read the goals of plan %s: %w", plan.Id, problem)
	}
	list := make([]GoalProgress, len(goals))
	for i, goal := range goals {
		list[i] = GoalProgress{Goal: goal}
		if !mayKnow {
			list[i].without(NoFigureGiven)
			continue
		}
		if err := list[i].count(app, plan, now); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (g *GoalProgress) without(reason string) {
	g.Reason = reason
	g.Words = map[string]string{rules.Chinese: noFigure[reason][0], rules.English: noFigure[reason][1]}
}

// count finds the actual figure.
func (g *GoalProgress) count(app core.App, plan *core.Record, now time.Time) error {
	policy, err := LoadPolicy(app)
	if err != nil {
		return err
	}
	period, problem := rules.ReadPeriod(plan.GetString(FieldPeriod))
	if problem != nil {
		return problem
	}
	ofTeam, team := "TRUE", plan.GetString(FieldTeam)
	if team != "" {
		ofTeam = "team = {:team}"
	}
	lastPast := min(period.Last, rules.DayOf(now, policy.Zone)-1) // a day that has ended
	to := (period.Last + 1).Start(policy.Zone)
	if to.After(now) {
		to = now
	}
	var found struct {
		Figure *float64 `db:"figure"`
		N      int      `db:"n"`
	}
	err = app.DB().NewQuery(strings.ReplaceAll(goalFigures[g.Goal.Goal], "$ofTeam", ofTeam)).Bind(dbx.Params{
		"team": team, "plan": plan.Id, "first": formatDay(period.First), "lastPast": formatDay(lastPast), "now": FormatMoment(now),
		"from": FormatMoment(period.First.Start(policy.Zone)), "to": FormatMoment(to),
	}).One(&found)
	if err != nil {
		return fmt.Errorf("failed to count %s: %w", g.Goal.Goal, err)
	}
	if g.Of = found.N; found.N == 0 || found.Figure == nil {
		g.without(NoFigureYet)
		return nil
	}
	actual := tenth(*found.Figure)
	missing := tenth(max(g.Target-actual, 0))
	if g.Goal.Goal == GoalResponseHours { // the fewer the better
		missing = tenth(max(actual-g.Target, 0))
	}
	g.Actual, g.Missing = &actual, &missing
	return nil
}

func tenth(v float64) float64 { return math.Round(v*10) / 10 }
