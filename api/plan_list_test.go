package api_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

func TestPlanList(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	north, south := app.Team("North").Id, app.Team("South").Id
	rep := app.User(crm.RoleRep, testapp.Fields{"team": north})
	stranger := app.User(crm.RoleRep, testapp.Fields{"team": south})
	manager := app.User(crm.RoleManager, testapp.Fields{"team": north, "name": "经理"})
	plan := func(name, period, team string) *core.Record {
		fields := testapp.Fields{"name": name, "period": period, "team": team}
		if team == north {
			fields["owner"] = manager.Id
		}
		return app.Make(crm.CollectionPlans, fields)
	}
	month := plan("month", "2026-08", north)
	plan("quarter", "2026-Q3", north)
	plan("week", "2026-W32", south)
	ours, theirs := app.Customer(testapp.Fields{"owner": rep.Id}), app.Customer(testapp.Fields{"owner": stranger.Id})
	now := app.Clock.Now()
	line := func(of *core.Record, due time.Time, fields testapp.Fields) {
		base := testapp.Fields{"customer": of.Id, "plan": month.Id, "title": "回访", "kind": "maintenance", "by": manager.Id, "assignee": manager.Id, "due_at": due}
		for name, value := range fields {
			base[name] = value
		}
		app.Make(crm.CollectionTasks, base)
	}
	line(ours, now.Add(time.Hour), nil)
	line(ours, now.Add(-time.Hour), nil)
	line(ours, now.Add(time.Hour), testapp.Fields{"status": "done"})
	line(ours, now.Add(time.Hour), testapp.Fields{"status": "cancelled"})
	line(theirs, now.Add(-time.Hour), testapp.Fields{"status": "delayed"})

	for _, c := range []struct {
		as    *core.Record
		names []string
		lines [4]int // of the month: all, done, cancelled, overdue
	}{
		{rep, []string{"quarter", "month"}, [4]int{4, 1, 1, 1}},
		{manager, []string{"quarter", "month"}, [4]int{5, 1, 1, 2}},
		{stranger, []string{"week"}, [4]int{}},
		{app.User(crm.RoleSupport, nil), []string{"quarter", "month", "week"}, [4]int{5, 1, 1, 2}},
		{app.User(crm.RoleDirector, nil), []string{"quarter", "month", "week"}, [4]int{5, 1, 1, 2}},
		{app.Superuser(), []string{"quarter", "month", "week"}, [4]int{5, 1, 1, 2}},
	} {
		var answer struct {
			Plans []struct {
				Name                            string
				TeamName                        string `json:"team_name"`
				OwnerName                       string `json:"owner_name"`
				Lines, Done, Cancelled, Overdue int
			}
			More bool
		}
		server.Send(c.as, http.MethodGet, "/api/crm/plans", nil).Want(http.StatusOK).Into(&answer)
		var names []string
		for _, got := range answer.Plans {
			names = append(names, got.Name)
			if lines := [4]int{got.Lines, got.Done, got.Cancelled, got.Overdue}; got.Name == "month" && (lines != c.lines || got.TeamName != "North" || got.OwnerName != "经理") {
				t.Errorf("%s: the month is %+v, want %v", c.as.GetString("role"), got, c.lines)
			}
		}
		if !slices.Equal(names, c.names) || answer.More {
			t.Errorf("%s sees %v, want %v", c.as.GetString("role"), names, c.names)
		}
	}
	server.Send(manager, http.MethodGet, "/api/crm/plans?page=0", nil).Want(http.StatusBadRequest)
	server.Send(nil, http.MethodGet, "/api/crm/plans", nil).Want(http.StatusUnauthorized)
	for i := range plansOnAPage {
		plan("more", []string{"2025-01", "2025-02"}[i%2], north)
	}
	if got := server.Send(manager, http.MethodGet, "/api/crm/plans?page=2", nil).Want(http.StatusOK).Data["plans"].([]any); len(got) != 2 {
		t.Errorf("the second page has %d plans", len(got))
	}
}

// plansOnAPage is how many plans the list answers at once.
const plansOnAPage = 30
