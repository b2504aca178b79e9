package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/rules"
)

// The views of the queue of cases. All but the last are of what is not resolved.
const (
	casesAll        = "all"
	casesMine       = "mine"       // mine to see to
	casesTeam       = "team"       // of the customers of my team
	casesUnassigned = "unassigned" // nobody is named on them
	casesAnswered   = "answered"   // and no answer is due any more
	casesResolved   = "resolved"   // in the last resolvedDays
)

// resolvedDays is how many days a resolved case can still be found in the queue.
const resolvedDays = 30

// queuedCase is a case as the queue shows it: what everybody who sees a case may read of it, and who has it.
type queuedCase struct {
	ID           string `db:"id" json:"id"`
	Customer     string `db:"customer" json:"customer"`
	CustomerName string `db:"customer_name" json:"customer_name"`
	Tier         string `db:"tier" json:"tier"`
	Subject      string `db:"subject" json:"subject"`
	Kind         string `db:"kind" json:"kind"`
	Severity     string `db:"severity" json:"severity"`
	OpenedAt     string `db:"opened_at" json:"opened_at"`
	RespondedAt  string `db:"responded_at" json:"responded_at"`
	ResolvedAt   string `db:"resolved_at" json:"resolved_at"`
	Reopened     int    `db:"reopened" json:"reopened"`
	Assignee     string `db:"assignee" json:"assignee"`
	Holder       string `db:"holder" json:"holder"` // the assignee, else whoever has its task
	HolderName   string `db:"holder_name" json:"holder_name"`
	Due          string `db:"due" json:"due"` // by when an answer is due; empty: none is
}

// caseCounts says how many cases a view has.
type caseCounts struct {
	All        int `db:"all_open" json:"all"`
	Mine       int `db:"mine" json:"mine"`
	Team       int `db:"team" json:"team"`
	Unassigned int `db:"unassigned" json:"unassigned"`
	Answered   int `db:"answered" json:"answered"`
	Late       int `db:"late" json:"late"` // of all: past their deadline
	Resolved   int `db:"-" json:"resolved"`
}

// caseQueue is the answer.
type caseQueue struct {
	At     string       `json:"at"` // the moment it was read, for the clocks
	Cases  []queuedCase `json:"cases"`
	More   bool         `json:"more"`
	Counts caseCounts   `json:"counts"`
	Hours  *float64     `json:"hours"` // mean clock hours to the first response of the cases resolved lately; null: there are none
}

// bindCases binds the queue of cases.
func bindCases(group *router.RouterGroup[*core.RequestEvent], now func() time.Time) {
	group.GET("/cases", cases(now))
}

// cases answers the queue of the cases the caller sees, `{at, cases, more, counts, hours}`: those that wait for an answer by their
// deadline, then the others by age; resolved ones latest first. The deadline is respond_by, or for a case opened again that of its task.
// Cases of archived customers are left out. It takes view (all, mine, team, unassigned, answered or resolved), search, a part of the
// customer's name, limit (1 to 200, 50) and page (1). It refuses by field what it cannot read.
func cases(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		p := access.PrincipalOf(e.Auth)
		if !p.Super && !p.IsStaff() {
			return e.ForbiddenError("This is for active staff.", nil)
		}
		moment := now()
		q := caseQuery{app: e.App, p: p, now: crm.FormatMoment(moment), since: crm.FormatMoment(moment.AddDate(0, 0, -resolvedDays))}
		if err := q.read(e.Request.URL.Query().Get); err != nil {
			return e.BadRequestError(noCases, err)
		}
		answer := caseQueue{At: q.now}
		for _, fill := range []func(*caseQueue) error{q.list, q.count, q.measure} {
			if err := fill(&answer); err != nil {
				return e.InternalServerError(noCases, err)
			}
		}
		return e.JSON(http.StatusOK, answer)
	}
}

const noCases = "The cases cannot be read."

// caseQuery is what is asked of the queue.
type caseQuery struct {
	app          core.App
	p            access.Principal
	now, since   string
	view, search string
	limit, page  int
}

func (q *caseQuery) read(of func(string) string) (err error) {
	q.view, q.search = of("view"), rules.CleanText(of("search"))
	if q.limit, err = readLimit(of("limit")); err != nil {
		return err
	}
	if q.view == "" {
		q.view = casesAll
	}
	views := []string{casesAll, casesMine, casesTeam, casesUnassigned, casesAnswered, casesResolved}
	if !slices.Contains(views, q.view) {
		return validation.Errors{"view": validation.NewError("unknown", "There is no such view; choose among "+strings.Join(views, ", ")+".")}
	}
	q.page, err = readPage(of("page"))
	return err
}

// What the queue works out of a case and its task. Whoever sees a case sees its task, too.
const (
	caseHolder = "coalesce(nullif(cases.assignee, ''), t.assignee, '')"
	caseDue    = "(CASE WHEN cases.responded_at = '' THEN cases.respond_by WHEN t.status IN ('open', 'in_progress', 'delayed') THEN t.due_at ELSE '' END)"
)

// of begins a query of the cases the caller sees, resolved lately or not resolved. SQLite is to begin with the cases, of which those that
// count are few, and not with the customers.
func (q *caseQuery) of(resolved bool, columns ...string) *dbx.SelectQuery {
	query := q.app.ConcurrentDB().Select(columns...).From(crm.CollectionCases).
		Join("CROSS JOIN", crm.CollectionCustomers, dbx.NewExp("customers.id = cases.customer")).
		LeftJoin("tasks t", dbx.NewExp("t.[[key]] = 'case:' || cases.id AND t.[[key]] != ''")).
		Where(dbx.NewExp("customers.stage != 'archived'")).
		Bind(dbx.Params{"me": q.p.ID, "myTeam": q.p.Team, "now": q.now})
	if resolved {
		query.AndWhere(dbx.NewExp("cases.resolved_at != '' AND cases.resolved_at >= {:since}", dbx.Params{"since": q.since}))
	} else {
		query.AndWhere(dbx.NewExp("cases.resolved_at = ''"))
	}
	if seen := narrowed(q.p, crm.CollectionCases); seen != nil {
		query.AndWhere(seen)
	}
	return query
}

// list reads a page of the view.
func (q *caseQuery) list(answer *caseQueue) error {
	query := q.of(q.view == casesResolved,
		"cases.id", "cases.customer", "customers.name customer_name", "customers.tier", "cases.subject", "cases.kind", "cases.severity",
		"cases.opened_at", "cases.responded_at", "cases.resolved_at", "cases.reopened", "cases.assignee",
		caseHolder+" holder", "coalesce(holders.name, '') holder_name", caseDue+" due").
		LeftJoin("users holders", dbx.NewExp("holders.id = "+caseHolder))
	switch q.view {
	case casesMine:
		query.AndWhere(dbx.NewExp(caseHolder + " = {:me}"))
	case casesTeam:
		query.AndWhere(dbx.NewExp("customers.team = {:myTeam} AND customers.team != ''"))
	case casesUnassigned:
		query.AndWhere(dbx.NewExp("cases.assignee = ''"))
	case casesAnswered:
		query.AndWhere(dbx.NewExp(caseDue + " = ''"))
	}
	if q.search != "" {
		query.AndWhere(dbx.NewExp("instr(lower(customers.name), lower({:search})) > 0", dbx.Params{"search": q.search}))
	}
	if q.view == casesResolved {
		query.OrderBy("cases.resolved_at DESC", "cases.id")
	} else {
		query.OrderBy("("+caseDue+" = '')", "(CASE "+caseDue+" WHEN '' THEN cases.opened_at ELSE "+caseDue+" END)", "cases.id")
	}
	answer.Cases = []queuedCase{}
	if err := query.Limit(int64(q.limit + 1)).Offset(int64((q.page - 1) * q.limit)).All(&answer.Cases); err != nil {
		return err
	}
	if answer.More = len(answer.Cases) > q.limit; answer.More {
		answer.Cases = answer.Cases[:q.limit]
	}
	return nil
}

// count counts every view, whatever is searched for.
func (q *caseQuery) count(answer *caseQueue) error {
	return q.of(false, "count(*) all_open", "coalesce(sum("+caseHolder+" = {:me}), 0) mine",
		"coalesce(sum(customers.team = {:myTeam} AND customers.team != ''), 0) team", "coalesce(sum(cases.assignee = ''), 0) unassigned",
		"coalesce(sum("+caseDue+" = ''), 0) answered", "coalesce(sum("+caseDue+" != '' AND "+caseDue+" <= {:now}), 0) late").One(&answer.Counts)
}

// measure counts what was resolved lately and how long its first responses took; a case that was resolved at once was answered by that.
func (q *caseQuery) measure(answer *caseQueue) error {
	return q.of(true, "count(*) n",
		"avg(max(unixepoch(coalesce(nullif(cases.responded_at, ''), cases.resolved_at)) - unixepoch(cases.opened_at), 0)) / 3600.0 hours").
		Row(&answer.Counts.Resolved, &answer.Hours)
}
