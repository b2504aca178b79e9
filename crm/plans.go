package crm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// The goals a plan may have (domain.md, section 6).
const (
	GoalRenewalRate    = "renewal_rate"
	GoalActivationRate = "activation_rate"
	GoalRepurchaseRate = "repurchase_rate"
	GoalSatisfaction   = "satisfaction"
	GoalNPS            = "nps"
	GoalResponseHours  = "response_hours"
	GoalOnTimeRate     = "on_time_rate"
)

// Goal is a figure that a plan wants to reach, in points: rates of a hundred, satisfaction of ten, hours.
type Goal struct {
	Goal   string  `json:"goal"`
	Target float64 `json:"target"`
}

// goalRanges are the goals there are, and between what their targets lie.
var goalRanges = map[string][2]float64{
	GoalRenewalRate: {0, 100}, GoalActivationRate: {0, 100}, GoalRepurchaseRate: {0, 100}, GoalOnTimeRate: {0, 100},
	GoalSatisfaction: {0, 10}, GoalNPS: {-100, 100}, GoalResponseHours: {0, 1000},
}

// goalNames is the order in which goals are named.
var goalNames = []string{
	GoalRenewalRate, GoalActivationRate, GoalRepurchaseRate, GoalSatisfaction, GoalNPS, GoalResponseHours, GoalOnTimeRate,
}

// CheckPlan refuses, by field, a period that is none and goals that are none: of another shape than [Goal], twice the same, or with
// a target that cannot be reached.
func CheckPlan(record *core.Record) error {
	errs := validation.Errors{}
	if text := record.GetString(FieldPeriod); text != "" {
		if _, problem := rules.ReadPeriod(text); problem != nil {
			errs[FieldPeriod] = problemError(problem)
		}
	}
	if _, problem := goalsOf(record); problem != nil {
		errs[FieldGoals] = problem
	}
	return errorsOrNil(errs)
}

// goalsOf reads the goals of a plan.
func goalsOf(record *core.Record) ([]Goal, validation.Error) {
	raw := rawJSON(record, FieldGoals)
	if len(raw) == 0 {
		return nil, nil
	}
	var read []struct {
		Goal   string      `json:"goal"`
		Target json.Number `json:"target"`
	}
	if err := strictJSON(raw, &read); err != nil {
		return nil, fieldError("goals", `Write the goals as [{"goal": "renewal_rate", "target": 85}].`)
	}
	var goals []Goal
	for _, given := range read {
		limits, known := goalRanges[given.Goal]
		if !known {
			return nil, fieldError("goal_unknown", "There is no goal %q; choose among %s.", given.Goal, strings.Join(goalNames, ", "))
		}
		if slices.ContainsFunc(goals, func(g Goal) bool { return g.Goal == given.Goal }) {
			return nil, fieldError("goal_twice", "The goal %s is there twice.", given.Goal)
		}
		target, err := given.Target.Float64()
		if err != nil || target < limits[0] || target > limits[1] {
			return nil, fieldError("goal_target", "The target of %s lies between %g and %g.", given.Goal, limits[0], limits[1])
		}
		goals = append(goals, Goal{given.Goal, target})
	}
	return goals, nil
}

// lineKey begins the key of a line of a plan: plan:<plan>:<customer>:<playbook>.<action>:<n>.
const lineKey = "plan:"

// RememberDeleted keeps in mind that somebody deleted a line of a plan, so that it is not made again. To be called in the transaction
// of the deletion. The audit log has it by the task.
func RememberDeleted(tx core.App, task *core.Record) error {
	key := task.GetString(FieldKey)
	rest, isLine := strings.CutPrefix(key, lineKey)
	if !isLine {
		return nil
	}
	plan, _, _ := strings.Cut(rest, ":")
	_, err := tx.DB().NewQuery(`UPDATE plans SET deleted_lines = json_insert(
		CASE WHEN json_type(deleted_lines) = 'array' THEN deleted_lines ELSE '[]' END, '$[#]', {:key}) WHERE id = {:plan}`).
		Bind(dbx.Params{"key": key, "plan": plan}).Execute()
	if err != nil {
		return fmt.Errorf("failed to remember a deleted line of a plan: %w", err)
	}
	return nil
}
