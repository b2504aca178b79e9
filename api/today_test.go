package api_test

import (
	"context"
	"database/sql"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/internal/testapp"
)

// due makes a customer that is due today, with what the rules have for it.
func due(app *testapp.App, owner string, fields testapp.Fields) *core.Record {
	fields["owner"] = owner
	return app.Customer(fields)
}

func taskOf(app *testapp.App, customer *core.Record, assignee string, fields testapp.Fields) *core.Record {
	base := testapp.Fields{"customer": customer.Id, "title": "做一件事", "kind": "other", "assignee": assignee, "by": assignee, "due_at": app.Clock.Now().Add(time.Hour)}
	for name, value := range fields {
		base[name] = value
	}
	return app.Make(crm.CollectionTasks, base)
}

// items are those of a section of an answer.
func items(answer testapp.Answer, name string) []map[string]any {
	var list []map[string]any
	for _, part := range answer.Data["sections"].([]any) {
		if part := part.(map[string]any); part["section"] == name {
			for _, item := range part["items"].([]any) {
				list = append(list, item.(map[string]any))
			}
		}
	}
	return list
}

func TestTodayTellsWhatAndWhy(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	rep := app.User(crm.RoleRep, testapp.Fields{"locale": "en"})
	late, sore := due(app, rep.Id, testapp.Fields{"name": "逾期"}), due(app, rep.Id, testapp.Fields{"name": "不满"})
	stepped := due(app, rep.Id, testapp.Fields{"name": "已约"})
	taskOf(app, late, rep.Id, testapp.Fields{"due_at": app.Clock.Now().AddDate(0, 0, -2)})
	app.FollowUp(sore, testapp.Fields{"by": rep.Id, "feedback": "negative"})
	app.FollowUp(stepped, testapp.Fields{"by": rep.Id, "status": "to_follow_up", "next_action": "寄样品", "next_action_on": app.Day(0), "commitments": "3天内报价"})
	answer := server.Send(rep, http.MethodGet, "/api/crm/today", nil).Want(200)
	for _, want := range []struct{ section, customer, task, words string }{
		{"deadlines", "不满", "Answer the customer's negative feedback", "negative feedback: 24 hours left"},
		{"overdue", "逾期", "做一件事", "was due on 2026-08-01, 2 days late"},
		{"customers", "已约", "寄样品", "follow up on 2026-08-03: the next step agreed"},
		{"promises", "已约", "3天内报价", "promised for 2026-08-06"},
	} {
		found := items(answer, want.section)
		if len(found) != 1 {
			t.Errorf("%s has %d items: %s", want.section, len(found), answer.Body)
			continue
		}
		customer, task := found[0]["customer"].(map[string]any), found[0]["task"].(map[string]any)
		if customer["name"] != want.customer || task["title"] != want.task || found[0]["words"] != want.words {
			t.Errorf("%s: %v, %v, %v, want %v", want.section, customer["name"], task["title"], found[0]["words"], want)
		}
	}
	if rest := items(answer, "today"); len(rest) > 0 {
		t.Errorf("the next step of a customer that is due stands among the tasks too: %v", rest)
	}
	if answer.Text("day") != app.Day(0) || answer.Text("user") != rep.Id {
		t.Errorf("the day is %s of %s", answer.Text("day"), answer.Text("user"))
	}
	app.Clock.Advance(40 * time.Hour)
	if words := items(server.Send(rep, http.MethodGet, "/api/crm/today", nil).Want(200), "deadlines")[0]["words"]; words != "negative feedback: 16 hours past the deadline" {
		t.Errorf("the reason is %v", words)
	}
}

func TestTodayRefuses(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	north, south := app.Team("North").Id, app.Team("South").Id
	people := map[string]*core.Record{
		"guest": nil, "superuser": app.Superuser(), "left": app.User(crm.RoleDirector, testapp.Fields{"active": false}),
		"manager of none": app.User(crm.RoleManager, nil), "stranger": app.User(crm.RoleRep, testapp.Fields{"team": south}),
		"mate": app.User(crm.RoleRep, testapp.Fields{"team": north}), "of none": app.User(crm.RoleRep, nil), "roleless": app.User(crm.RoleRep, nil),
	}
	for _, role := range []string{crm.RoleRep, crm.RoleSupport, crm.RoleManager, crm.RoleDirector} {
		people[role] = app.User(role, testapp.Fields{"team": north})
	}
	if _, err := app.DB().Update("users", dbx.Params{"role": ""}, dbx.HashExp{"id": people["roleless"].Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	user := func(name string) string { return "user=" + people[name].Id }
	nowhere := base64.RawURLEncoding.EncodeToString([]byte(`{"s":"nowhere"}`))
	for _, row := range []struct {
		who, query string
		status     int
		field      string
	}{
		{"guest", "", 401, ""},
		{"left", "", 403, ""},
		{"roleless", "", 403, ""},
		{"superuser", "", 400, "user"},
		{"superuser", user("mate"), 200, ""},
		{"superuser", "team=" + south, 200, ""},
		{"superuser", "team=own", 400, "team"},
		{"rep", "", 200, ""},
		{"rep", user("rep"), 200, ""},
		{"rep", user("mate"), 403, "user"},
		{"rep", "user=000000000000000", 403, "user"},
		{"rep", "team=own", 403, "team"},
		{"rep", "team=" + north, 403, "team"},
		{"support", "", 200, ""},
		{"support", user("mate"), 403, "user"},
		{"support", "team=own", 403, "team"},
		{"manager", user("mate"), 200, ""},
		{"manager", user("director"), 200, ""},
		{"manager", user("stranger"), 403, "user"},
		{"manager", user("of none"), 403, "user"},
		{"manager", "user=000000000000000", 404, "user"},
		{"manager", "user=' OR 1=1 --", 404, "user"},
		{"manager", "team=own", 200, ""},
		{"manager", "team=" + north, 200, ""},
		{"manager", "team=" + south, 403, "team"},
		{"manager", "team=own&" + user("mate"), 400, "team"},
		{"manager of none", "", 200, ""},
		{"manager of none", user("of none"), 403, "user"},
		{"manager of none", "team=own", 400, "team"},
		{"director", user("stranger"), 200, ""},
		{"director", user("left"), 200, ""},
		{"director", "team=" + south, 200, ""},
		{"director", "team=000000000000000", 404, "team"},
		{"rep", "limit=0", 400, "limit"},
		{"rep", "limit=201", 400, "limit"},
		{"rep", "limit=ten", 400, "limit"},
		{"rep", "limit=200&expand=customer", 200, ""},
		{"rep", "after=x", 400, "after"},
		{"rep", "after=" + nowhere, 400, "after"},
	} {
		answer := server.Send(people[row.who], http.MethodGet, "/api/crm/today?"+strings.ReplaceAll(row.query, " ", "%20"), nil)
		if answer.Status != row.status || row.field != "" && answer.Codes()[row.field] == "" {
			t.Errorf("%s asks for %q: %d %s, want %d %s", row.who, row.query, answer.Status, answer.Body, row.status, row.field)
		}
	}
	for path, want := range map[string]string{"team=own": north} {
		if got := server.Send(people["manager"], http.MethodGet, "/api/crm/today?"+path, nil).Text("team"); got != want {
			t.Errorf("%s is the day of %q", path, got)
		}
	}
}

// Of a card everybody who sees the customer may read everything.
func TestTodayCardsAreOpen(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	director := app.User(crm.RoleDirector, nil)
	due(app, director.Id, testapp.Fields{})
	item := items(server.Send(director, http.MethodGet, "/api/crm/today", nil).Want(200), "customers")[0]
	seen := 0
	for name := range item["customer"].(map[string]any) {
		if name == core.FieldNameId {
			continue
		}
		seen++
		for _, role := range []string{crm.RoleRep, crm.RoleSupport, crm.RoleManager} {
			if p := access.PrincipalOf(app.User(role, nil)); !p.CanRead(crm.CollectionCustomers, name, crm.Anyone) {
				t.Errorf("a %s is shown %s of any customer", role, name)
			}
		}
	}
	if seen != 6 {
		t.Errorf("a card has %d fields", seen)
	}
}

// A substitute's own customers and those of whoever is away are one list; what the substitute does not see is not in it.
func TestTodayOfASubstitute(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	north, south := app.Team("North").Id, app.Team("South").Id
	substitute := app.User(crm.RoleRep, testapp.Fields{"team": north})
	mate := app.User(crm.RoleRep, testapp.Fields{"team": north, "away_until": app.Day(0), "substitute": substitute.Id, "name": "出差的"})
	far := app.User(crm.RoleRep, testapp.Fields{"team": south, "away_until": app.Day(0), "substitute": substitute.Id})
	own, mates := due(app, substitute.Id, testapp.Fields{}), due(app, mate.Id, testapp.Fields{})
	due(app, far.Id, testapp.Fields{})
	shared := due(app, far.Id, testapp.Fields{"collaborators": []string{substitute.Id}})
	names := func() (ids []string) {
		for _, item := range items(server.Send(substitute, http.MethodGet, "/api/crm/today", nil).Want(200), "customers") {
			id := item["customer"].(map[string]any)["id"].(string)
			if person := item["person"].(map[string]any); item["stands_in"] != (id != own.Id) || person["away"] != (id != own.Id) {
				t.Errorf("%s is marked %v, %v", id, item["stands_in"], person)
			}
			ids = append(ids, id)
		}
		slices.Sort(ids)
		return ids
	}
	if got, want := names(), slices.Sorted(slices.Values([]string{own.Id, mates.Id, shared.Id})); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	app.Clock.Advance(24 * time.Hour)
	if got := names(); !slices.Equal(got, []string{own.Id}) {
		t.Errorf("when they are back: %v", got)
	}
}

// The number of queries of a day does not grow with what is in it, and none of them reads a whole table.
func TestTodayReadsByIndexes(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	team := app.Team("North").Id
	manager, rep := app.User(crm.RoleManager, testapp.Fields{"team": team}), app.User(crm.RoleRep, testapp.Fields{"team": team})
	app.User(crm.RoleRep, testapp.Fields{"team": team, "away_until": app.Day(3), "substitute": rep.Id})
	var mu sync.Mutex
	var queries []string
	app.ConcurrentDB().(*dbx.DB).QueryLogFunc = func(_ context.Context, _ time.Duration, query string, _ *sql.Rows, _ error) {
		mu.Lock()
		defer mu.Unlock()
		queries = append(queries, query)
	}
	ask := func(as *core.Record, query string) []string {
		mu.Lock()
		queries = nil
		mu.Unlock()
		server.Send(as, http.MethodGet, "/api/crm/today?"+query, nil).Want(200)
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(queries)
	}
	fill := func(n int) {
		for range n {
			customer := due(app, rep.Id, testapp.Fields{})
			for _, fields := range []testapp.Fields{{"kind": "handover"}, {"due_at": app.Clock.Now().Add(-time.Hour)}, {}, {"kind": "promise", "due_at": app.Clock.Now().AddDate(0, 0, 2)}} {
				taskOf(app, due(app, rep.Id, testapp.Fields{}), rep.Id, fields)
			}
			taskOf(app, customer, rep.Id, testapp.Fields{"kind": "next_action"})
		}
	}
	whole := regexp.MustCompile(`SCAN (?:TABLE )?(\w+)`)
	small := []string{"policy", "tiers", "risk_rules", "json_each", "tags"}
	for who, as := range map[string]*core.Record{"": rep, "team=own": manager} {
		fill(2)
		few := ask(as, who)
		fill(12)
		many := ask(as, who)
		t.Logf("%q: %d queries", who, len(many))
		if len(few) != len(many) || len(few) < 10 {
			t.Errorf("%q: %d queries for few, %d for many", who, len(few), len(many))
		}
		for _, query := range many {
			var steps []struct{ Detail string }
			if err := app.NonconcurrentDB().NewQuery("EXPLAIN QUERY PLAN " + query).All(&steps); err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			for _, step := range steps {
				if found := whole.FindStringSubmatch(step.Detail); found != nil && !slices.Contains(small, found[1]) {
					t.Errorf("%s: %s", query, step.Detail)
				}
			}
		}
	}
}
