package api_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/internal/testapp"
)

// happened is one line of a timeline: its moment, collection and id.
type happened struct{ at, collection, id string }

// page reads one page of a customer's timeline.
func page(t *testing.T, server *testapp.Server, as, customer *core.Record, query string) (lines []happened, before string) {
	t.Helper()
	answer := server.Send(as, http.MethodGet, "/api/crm/customers/"+customer.Id+"/timeline?"+query, nil).Want(200)
	for _, entry := range answer.Data["items"].([]any) {
		entry := entry.(map[string]any)
		lines = append(lines, happened{entry["at"].(string), entry["collection"].(string), entry["record"].(map[string]any)["id"].(string)})
	}
	return lines, answer.Text("before")
}

// history is what a timeline has to be, the slow way: every record of the customer that somebody sees, sorted.
func history(t *testing.T, app core.App, p access.Principal, customer *core.Record) []happened {
	t.Helper()
	order := []string{"follow_ups", "orders", "contracts", "cases", "surveys", "tasks", "tier_changes", "signals"}
	var all []happened
	for collection, moment := range map[string]func(*core.Record) string{
		"follow_ups":   func(r *core.Record) string { return r.GetString("started_at") },
		"orders":       func(r *core.Record) string { return r.GetString("ordered_at") },
		"contracts":    func(r *core.Record) string { return r.GetString("created") },
		"cases":        func(r *core.Record) string { return r.GetString("opened_at") },
		"surveys":      func(r *core.Record) string { return cmp.Or(r.GetString("answered_at"), r.GetString("sent_at")) },
		"tasks":        func(r *core.Record) string { return cmp.Or(r.GetString("done_at"), r.GetString("created")) },
		"tier_changes": func(r *core.Record) string { return r.GetString("at") },
		"signals":      func(r *core.Record) string { return r.GetString("raised_at") },
	} {
		records, err := app.FindAllRecords(collection, dbx.HashExp{"customer": customer.Id})
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range records {
			standing, err := p.Standing(app, record)
			if err != nil {
				t.Fatal(err)
			}
			if p.Has(access.Table[collection].See, standing) {
				all = append(all, happened{moment(record), collection, record.Id})
			}
		}
	}
	slices.SortFunc(all, func(a, b happened) int {
		return cmp.Or(strings.Compare(b.at, a.at), slices.Index(order, a.collection)-slices.Index(order, b.collection), strings.Compare(b.id, a.id))
	})
	return all
}

// Whatever the pages' size, paging through a timeline gives everything its reader sees, once and in order, moments that are the same
// and ids that are the same in two collections included.
func TestTimelinePages(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	random := rand.New(rand.NewPCG(8, 3))
	somebody := c.people[crm.RoleSupport].Id
	for _, customer := range c.customers {
		for i := range 12 {
			at := types.DateTime{}
			if err := at.Scan(c.Clock.Now().Add(-time.Duration(random.IntN(6)) * time.Hour)); err != nil {
				t.Fatal(err)
			}
			id := fmt.Sprintf("%s%05d", customer.Id[:10], i/3) // three of a kind
			insert(t, c, "follow_ups", i, id, dbx.Params{"customer": customer.Id, "started_at": at, "kind": []string{"care", "proposal"}[i%2]})
			insert(t, c, "orders", i, id, dbx.Params{"customer": customer.Id, "ordered_at": at, "amount": 42})
			insert(t, c, "contracts", i, id, dbx.Params{"customer": customer.Id, "created": at, "status": "active", "amount": 42})
			insert(t, c, "cases", i, id, dbx.Params{"customer": customer.Id, "opened_at": at, "kind": "question", "severity": "minor"})
			insert(t, c, "surveys", i, id, dbx.Params{"customer": customer.Id, "sent_at": at, "answered_at": []any{"", at}[i%2]})
			insert(t, c, "tasks", i, id, dbx.Params{"customer": customer.Id, "created": at, "status": "open", "assignee": []string{"", somebody}[i%2]})
			insert(t, c, "signals", i, id, dbx.Params{"customer": customer.Id, "raised_at": at, "signal": "silent"})
			insert(t, c, "tier_changes", i, id, dbx.Params{"customer": customer.Id, "at": at, "from": "C", "to": "B"})
			if i%4 == 0 {
				insert(t, c, "tasks", 0, id+"done", dbx.Params{"customer": customer.Id, "created": "2026-01-01 00:00:00.000Z", "done_at": at, "status": "done"})
			}
		}
	}
	people := map[string]*core.Record{"superuser": c.Superuser()}
	for role, person := range c.people {
		people[role] = person
	}
	seen := map[bool]int{}
	for who, person := range people {
		p := access.PrincipalOf(person)
		for name, customer := range c.customers {
			standing, err := p.Standing(c, c.Reload(customer)) // tasks have been assigned since
			if err != nil {
				t.Fatal(err)
			}
			sees := p.Has(access.Table["customers"].See, standing)
			seen[sees]++
			if !sees {
				server.Send(person, http.MethodGet, "/api/crm/customers/"+customer.Id+"/timeline", nil).Want(404)
				continue
			}
			want := history(t, c, p, customer)
			for _, limit := range []int{1 + random.IntN(9), 10 + random.IntN(80), 200} {
				var got []happened
				for before, pages := "", 0; pages == 0 || before != ""; pages++ {
					var some []happened
					some, before = page(t, server, person, customer, fmt.Sprintf("limit=%d&before=%s", limit, before))
					if got = append(got, some...); len(some) > limit || pages > len(want) || before != "" && len(some) < limit {
						t.Fatalf("%s, %s: page %d of %d has %d", who, name, pages, limit, len(some))
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s, %s, by %d: got %v, want %v", who, name, limit, got, want)
				}
			}
		}
	}
	if seen[false] == 0 || seen[true] < 20 {
		t.Errorf("seen %d, not seen %d", seen[true], seen[false])
	}
}

// insert puts a row into a table beside the hooks; of three with the same number one third has an id of its own.
func insert(t *testing.T, app core.App, table string, i int, id string, row dbx.Params) {
	t.Helper()
	if i%3 != 0 {
		id += fmt.Sprint(i % 3)
	}
	row["id"] = id
	if _, err := app.DB().Insert(table, row).Execute(); err != nil {
		t.Fatal(err)
	}
}

func TestTimelineShowsWhatMayBeRead(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	secrets := []string{`"amount":`, `"cost":`, `"key_points":`, `"evidence":`, `"reasons":`, `"category":`}
	for _, row := range []struct {
		role, customer string
		shown          []string
	}{
		{crm.RoleRep, "own", []string{`"amount":`, `"key_points":`, `"evidence":`, `"reasons":`, `"category":`}},
		{crm.RoleRep, "of the team", []string{`"category":`}},
		{crm.RoleRep, "of the pool", nil},
		{crm.RoleSupport, "shared", nil},
		{crm.RoleManager, "of the team", secrets},
		{crm.RoleManager, "somebody else", nil},
		{crm.RoleDirector, "somebody else", secrets},
	} {
		body := server.Send(c.people[row.role], http.MethodGet, "/api/crm/customers/"+c.customers[row.customer].Id+"/timeline?expand=assigned,customer", nil).Want(200).Body
		for _, secret := range secrets {
			if want := slices.Contains(row.shown, secret); strings.Contains(body, secret) != want {
				t.Errorf("%s of %q: %s shown is %t, want %t", row.role, row.customer, secret, !want, want)
			}
		}
		if strings.Contains(body, `"expand"`) {
			t.Errorf("%s of %q: something is expanded: %s", row.role, row.customer, body)
		}
	}
}

func TestTimelineRefuses(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	rep, own := c.people[crm.RoleRep], c.customers["own"].Id
	gone := c.User(crm.RoleDirector, testapp.Fields{"active": false})
	_, cursor := page(t, server, rep, c.customers["own"], "limit=1")
	for _, row := range []struct {
		name   string
		as     *core.Record
		path   string
		status int
		field  string
	}{
		{"a guest", nil, own, 401, ""},
		{"who left", gone, own, 403, ""},
		{"nobody's", rep, "000000000000000", 404, ""},
		{"another's", rep, c.customers["somebody else"].Id, 404, ""},
		{"one's own", rep, own, 200, ""},
		{"none", rep, own + "?limit=0", 400, "limit"},
		{"too many", rep, own + "?limit=201", 400, "limit"},
		{"in words", rep, own + "?limit=few", 400, "limit"},
		{"from anywhere", rep, own + "?before=anywhere", 400, "before"},
		{"from another's", rep, own + "?before=" + url.QueryEscape("eyJhdCI6IiIsInNvdXJjZSI6InVzZXJzIiwiaWQiOiIifQ"), 400, "before"},
		{"from the last answer", rep, own + "?before=" + cursor, 200, ""},
	} {
		id, query, _ := strings.Cut(row.path, "?")
		answer := server.Send(row.as, http.MethodGet, "/api/crm/customers/"+id+"/timeline?"+query, nil)
		if answer.Status != row.status || row.field != "" && answer.Codes()[row.field] == "" {
			t.Errorf("%s: got %d %s, want %d and a word on %q", row.name, answer.Status, answer.Body, row.status, row.field)
		}
	}
	if got := server.Send(rep, http.MethodGet, "/api/crm/customers/"+own+"/timeline?before=x&limit=1", nil); got.Codes()["before"] == "" {
		t.Errorf("an unreadable cursor: %s", got.Body)
	}
	empty := c.Customer(nil)
	answer := server.Send(c.people[crm.RoleDirector], http.MethodGet, "/api/crm/customers/"+empty.Id+"/timeline", nil).Want(200)
	if !strings.Contains(answer.Body, `"items":[`) {
		t.Errorf("a short history is %s", answer.Body)
	}
}

// What cannot be read is left out of a timeline, with the rest of it there, and told to the log.
func TestTimelineOfUnreadable(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	director, own := c.people[crm.RoleDirector], c.customers["own"]
	before, _ := page(t, server, director, own, "limit=200")
	for collection, field := range map[string]string{"signals": "evidence", "tier_changes": "reasons"} {
		insert(t, c, collection, 0, "unreadable00"+collection[:2], dbx.Params{
			"customer": own.Id, map[string]string{"signals": "raised_at", "tier_changes": "at"}[collection]: "2026-01-01 00:00:00.000Z",
			field: `{"unreadable`,
		})
	}
	after, _ := page(t, server, director, own, "limit=200")
	if len(after) != len(before)+2 {
		t.Errorf("the timeline has %d entries, want %d", len(after), len(before)+2)
	}
	body := server.Send(director, http.MethodGet, "/api/crm/customers/"+own.Id+"/timeline?limit=200", nil).Want(200).Body
	if strings.Contains(body, `\"unreadable`) {
		t.Errorf("what cannot be read is shown: %s", body)
	}
	server.Send(director, http.MethodGet, "/api/crm/customers/"+own.Id+"/assessment", nil).Want(200)
}
