package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

func TestWhoRunsJobs(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	director, root := app.User(crm.RoleDirector, nil), app.Superuser()
	for _, c := range []struct {
		name       string
		as         *core.Record
		list, run  int
		runAsOf    int
		runUnknown int
	}{
		{"guest", nil, 401, 401, 401, 401},
		{"rep", app.User(crm.RoleRep, nil), 403, 403, 403, 403},
		{"support", app.User(crm.RoleSupport, nil), 403, 403, 403, 403},
		{"manager", app.User(crm.RoleManager, nil), 403, 403, 403, 403},
		{"director who left", app.User(crm.RoleDirector, testapp.Fields{"active": false}), 403, 403, 403, 403},
		{"director", director, 200, 200, 403, 404},
		{"superuser", root, 200, 200, 200, 404},
	} {
		for path, want := range map[string]int{
			"tiers/run": c.run, "silence/run": c.run, "reminders/run?all=true": c.run, "tiers/run?at=2026-09-01": c.runAsOf, "tier/run": c.runUnknown,
		} {
			if got := server.Send(c.as, http.MethodPost, "/api/crm/jobs/"+path, nil); got.Status != want {
				t.Errorf("%s, %s: got %d, want %d: %s", c.name, path, got.Status, want, got.Body)
			}
		}
		if got := server.Send(c.as, http.MethodGet, "/api/crm/jobs", nil); got.Status != c.list {
			t.Errorf("%s lists: got %d, want %d: %s", c.name, got.Status, c.list, got.Body)
		}
	}
}

func TestRunJobAnswers(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	root := app.Superuser()
	customer := app.Customer(nil)
	post := func(query string) testapp.Answer {
		t.Helper()
		return server.Send(root, http.MethodPost, "/api/crm/jobs/tiers/run"+query, nil).Want(200)
	}
	asOf := "?at=" + url.QueryEscape("2026-09-01T02:00:00+08:00")
	for _, c := range []struct {
		name, query       string
		examined, changed float64
		silent            bool
	}{
		{"nothing is due", "", 0, 0, false},
		{"all", "?all=true", 1, 0, false},
		{"as of September", asOf, 1, 1, true},
		{"the same again", asOf, 0, 0, true},
		{"in words of the policy's zone", "?at=2026-08-10%2002:00", 1, 1, false}, // before it was assessed
		{"September again", "?at=2026-09-01", 1, 1, true},
		{"back to today", "", 1, 1, false}, // what a trial wrote is put right
		{"nothing left", "?all=1", 1, 0, false},
	} {
		answer := post(c.query)
		if answer.Text("job") != "tiers" || answer.Text("status") != crm.RunDone || answer.Data["examined"] != c.examined || answer.Data["changed"] != c.changed {
			t.Errorf("%s: got %s, want examined %v, changed %v", c.name, answer.Body, c.examined, c.changed)
		}
		if answer.Text("started_at") == "" || answer.Text("finished_at") == "" {
			t.Errorf("%s: the answer lacks its moments: %s", c.name, answer.Body)
		}
		if got := app.Reload(customer).GetBool("silent"); got != c.silent {
			t.Errorf("%s: silent is %v, want %v", c.name, got, c.silent)
		}
	}
	for _, at := range []string{"yesterday", "2026-13-01", "02:00"} {
		answer := server.Send(root, http.MethodPost, "/api/crm/jobs/tiers/run?at="+at, nil).Want(400)
		if answer.Codes()["at"] == "" {
			t.Errorf("at=%s: the refusal names no at: %s", at, answer.Body)
		}
	}
}

func TestListJobs(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	root := app.Superuser()
	server.Send(root, http.MethodPost, "/api/crm/jobs/tiers/run", nil).Want(200)
	app.Clock.Advance(time.Minute)
	server.Send(root, http.MethodPost, "/api/crm/jobs/tiers/run?at=2026-09-01", nil).Want(200)
	var list []struct {
		Job, Schedule, Timezone, Next string
		Last                          *struct {
			Simulated bool
			Cause     string
		}
	}
	answer := server.Send(root, http.MethodGet, "/api/crm/jobs", nil).Want(200)
	if err := json.Unmarshal([]byte(answer.Body), &list); err != nil || len(list) < 2 {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	tiers, reminders := list[0], list[1]
	if tiers.Job != "tiers" || tiers.Schedule != "0 2 * * *" || tiers.Timezone != "Asia/Shanghai" || tiers.Next != "2026-08-04T02:00:00+08:00" {
		t.Errorf("tiers: %+v", tiers)
	}
	if tiers.Last == nil || tiers.Last.Simulated || tiers.Last.Cause != crm.RunManual {
		t.Errorf("the last run of tiers that was no trial: %+v", tiers.Last)
	}
	if reminders.Job != "reminders" || reminders.Next != "2026-08-03T11:00:00+08:00" || reminders.Last != nil {
		t.Errorf("reminders: %+v", reminders)
	}
}
