package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/rules"
)

// plansAtOnce is how many plans a page of the list has.
const plansAtOnce = 30

// listedPlan is a plan with how many of its lines are done; of the lines that the caller sees.
type listedPlan struct {
	ID        string `db:"id" json:"id"`
	Name      string `db:"name" json:"name"`
	Period    string `db:"period" json:"period"`
	Team      string `db:"team" json:"team"`
	TeamName  string `db:"team_name" json:"team_name"` // empty: the whole company
	Owner     string `db:"owner" json:"owner"`
	OwnerName string `db:"owner_name" json:"owner_name"`

	Lines     int `db:"lines" json:"lines"`
	Done      int `db:"done" json:"done"`
	Cancelled int `db:"cancelled" json:"cancelled"`
	Overdue   int `db:"overdue" json:"overdue"`
}

// noPlans is the answer where the fault is not in what is asked for.
const noPlans = "The plans cannot be read."

// plans answers the plans the caller sees, `{plans: [{id, name, period, team, owner, their names, lines, done, cancelled, overdue}], more}`, those
// whose period ends last first, thirty at a time. It takes page (1).
func plans(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		p := access.PrincipalOf(e.Auth)
		page, err := readPage(e.Request.URL.Query().Get("page"))
		if err != nil {
			return e.BadRequestError(noPlans, err)
		}
		list, err := plansSeen(e.App, p)
		if err != nil {
			return e.InternalServerError(noPlans, err)
		}
		list = list[min((page-1)*plansAtOnce, len(list)):]
		more := len(list) > plansAtOnce
		list = list[:min(plansAtOnce, len(list))]
		if err := countLines(e.App, p, list, now()); err != nil {
			return e.InternalServerError(noPlans, err)
		}
		return e.JSON(http.StatusOK, map[string]any{"plans": list, "more": more})
	}
}

// plansSeen lists the plans somebody sees, those whose period ends last first.
func plansSeen(app core.App, p access.Principal) ([]listedPlan, error) {
	query := app.DB().Select("plans.id", "plans.name", "plans.period", "plans.team", "plans.owner",
		"coalesce(teams.name, '') team_name", "coalesce(users.name, '') owner_name").From(crm.CollectionPlans).
		LeftJoin("teams", dbx.NewExp("teams.id = plans.team")).LeftJoin("users", dbx.NewExp("users.id = plans.owner"))
	if seen := narrowed(p, crm.CollectionPlans); seen != nil {
		query.Where(seen)
	}
	list := []listedPlan{}
	if err := query.All(&list); err != nil {
		return nil, err
	}
	last := func(plan listedPlan) rules.Day {
		period, _ := rules.ReadPeriod(plan.Period) // one that cannot be read ends first
		return period.Last
	}
	slices.SortFunc(list, func(a, b listedPlan) int {
		return cmp.Or(cmp.Compare(last(b), last(a)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// countLines counts the lines of plans that somebody sees.
func countLines(app core.App, p access.Principal, list []listedPlan, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	ids, places := make([]any, len(list)), map[string]*listedPlan{}
	for i := range list {
		ids[i], places[list[i].ID] = list[i].ID, &list[i]
	}
	query := app.DB().Select("[[plan]] id", "count(*) lines", "sum(status = 'done') done", "sum(status = 'cancelled') cancelled",
		"sum(status = 'delayed' OR status IN ('open', 'in_progress') AND due_at <= {:now}) overdue").
		From(crm.CollectionTasks).Where(dbx.In(crm.FieldPlan, ids...)).Bind(dbx.Params{"now": crm.FormatMoment(now)}).GroupBy(crm.FieldPlan)
	if seen := narrowed(p, crm.CollectionTasks); seen != nil {
		query.AndWhere(seen)
	}
	var counts []listedPlan
	if err := query.All(&counts); err != nil {
		return err
	}
	for _, c := range counts {
		plan := places[c.ID]
		plan.Lines, plan.Done, plan.Cancelled, plan.Overdue = c.Lines, c.Done, c.Cancelled, c.Overdue
	}
	return nil
}
