package accesstest_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/internal/testapp"
)

// principal is somebody who asks: of a role, or without rights.
type principal struct {
	name, role, id, team, token string
	super                       bool
	record                      *core.Record
}

// row is a stored record.
type row struct {
	collection, id string
	data           map[string]any
	customer       *row // whose it is; the row itself for a customer
}

// world is a company with customers that everybody stands to in every way, each with records of every collection, and in every
// field a value that is nowhere else.
type world struct {
	*testapp.App
	t          *testing.T
	server     *testapp.Server
	principals []*principal // the superuser and the director first: whoever reads everything
	fields     map[string][]core.Field
	rows       map[string]*row   // by id
	canaries   map[string]canary // by token
	heard      map[*principal][]string
	counted    counted
	marks      int
	tries      int
	rewritten  bool // since load the program has put its own values in place of some
}

// newWorld makes the company; apart from one of each role, with those who are wanted beside them: "rep" and "manager" without team.
func newWorld(t *testing.T, teamless ...string) *world {
	t.Helper()
	w := &world{
		App: testapp.New(t), t: t, fields: map[string][]core.Field{}, rows: map[string]*row{}, heard: map[*principal][]string{}, marks: 1000,
	}
	settings := w.Settings()
	settings.RateLimits.Enabled = false // thousands of requests of one address in a few seconds
	if err := w.Save(settings); err != nil {
		t.Fatal(err)
	}
	collections, err := w.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range collections {
		if c.System {
			continue
		}
		if _, known := page[c.Name]; !known {
			t.Fatalf("the collection %s has no lines here: write them from the page", c.Name)
		}
		w.fields[c.Name] = c.Fields
	}
	w.people(teamless)
	w.seed()
	w.load()
	w.server = w.Serve()
	return w
}

func (w *world) principal(name string) *principal {
	for _, p := range w.principals {
		if p.name == name {
			return p
		}
	}
	w.t.Fatalf("there is nobody called %s", name)
	return nil
}

// people are one of each role in the team North, some without a team, and those who may nothing.
func (w *world) people(teamless []string) {
	north := w.Team("North").Id
	add := func(name, role string, record *core.Record) {
		p := &principal{name: name, role: role, record: record}
		if record != nil {
			p.id, p.team, p.super = record.Id, record.GetString("team"), record.IsSuperuser()
			token, err := record.NewAuthToken()
			if err != nil {
				w.t.Fatal(err)
			}
			p.token = token
		}
		w.principals = append(w.principals, p)
	}
	add("superuser", "", w.Superuser())
	add("director", "director", w.User("director", testapp.Fields{"team": north}))
	for _, role := range []string{"manager", "rep", "support"} {
		add(role, role, w.User(role, testapp.Fields{"team": north}))
	}
	for _, role := range teamless {
		add(role+" without team", role, w.User(role, nil))
	}
	add("guest", "", nil)
	add("inactive director", "", w.User("director", testapp.Fields{"team": north, "active": false}))
	roleless := w.User("rep", testapp.Fields{"team": north})
	if _, err := w.DB().Update("users", dbx.Params{"role": ""}, dbx.HashExp{"id": roleless.Id}).Execute(); err != nil {
		w.t.Fatal(err) // the program would not let it be
	}
	add("user without role", "", w.Reload(roleless))
}

// seed writes the customers and what belongs to them past the hooks, which would put their own values in place of ours.
func (w *world) seed() {
	director := w.principal("director")
	south := w.Team("South").Id
	mate, stranger := w.User("rep", testapp.Fields{"team": director.team}), w.User("rep", testapp.Fields{"team": south})
	for _, user := range []*core.Record{mate, stranger} {
		w.mark(user.Id)
	}
	for _, by := range []string{mate.Id, stranger.Id} {
		w.attach("imports", w.insert("imports", map[string]any{"by": by}), "file")
	}
	w.insert("job_runs", map[string]any{"status": "done"})
	for _, user := range []string{mate.Id, stranger.Id} {
		w.insert("notifications", map[string]any{"user": user})
		w.insert("deliveries", map[string]any{"user": user, "status": "sent"})
	}
	for owner, team := range map[string]string{mate.Id: director.team, stranger.Id: south} {
		w.insert("plans", map[string]any{"owner": owner, "team": team})
	}
	w.attach("materials", w.insert("materials", nil), "file")
	w.insert("playbooks", nil)
	campaign := w.insert("campaigns", nil)
	w.insert("tags", map[string]any{"automatic": false}) // the words of a rule's own stay
	holds := []map[string]any{
		{"owner": mate.Id, "team": director.team},
		{"owner": "", "team": ""},
		{"owner": "", "team": director.team}, // let go by the team
		{"owner": stranger.Id, "team": south},
	}
	for _, p := range w.principals {
		if p.role == "" {
			continue
		}
		w.mark(p.id)
		w.insert("imports", map[string]any{"by": p.id})
		w.insert("notifications", map[string]any{"user": p.id})
		w.insert("deliveries", map[string]any{"user": p.id, "status": "sent"})
		w.insert("plans", map[string]any{"owner": p.id, "team": south})
		holds = append(holds,
			map[string]any{"owner": p.id, "team": p.team},
			map[string]any{"owner": stranger.Id, "team": south, "collaborators": []string{p.id}},
			map[string]any{"owner": stranger.Id, "team": south, "assigned": []string{p.id}},
		)
	}
	for i, hold := range holds {
		customer := w.insert("customers", hold)
		w.insertAll(customer, stranger.Id, mate.Id)
		w.insert("campaign_members", map[string]any{"campaign": campaign, "customer": customer})
		if list, given := hold["assigned"].([]string); given {
			w.insert("tasks", map[string]any{"customer": customer, "given_by": director.id, "by": director.id, "assignee": list[0], "grants": true})
		}
		if i == 3 { // of another team's customer, what is one's own
			for _, p := range w.principals {
				if p.role != "" {
					for _, age := range []time.Duration{24 * time.Hour, 24*time.Hour + time.Second} {
						w.insert("follow_ups", map[string]any{"customer": customer, "by": p.id, "kind": "proposal", "created": w.Clock.Now().Add(-age)})
					}
					w.insert("tasks", map[string]any{"customer": customer, "by": p.id, "assignee": stranger.Id})
					w.insert("tasks", map[string]any{"customer": customer, "by": stranger.Id, "assignee": p.id})
				}
			}
		}
	}
}

// insertAll gives a customer a record of each kind, of other people's.
func (w *world) insertAll(customer, by, assignee string) {
	contact := w.insert("contacts", map[string]any{"customer": customer, "left_on": ""})
	for _, kind := range []string{"service", "proposal"} {
		followUp := w.insert("follow_ups", map[string]any{"customer": customer, "by": by, "kind": kind, "contact": contact})
		w.attach("follow_ups", followUp, "attachments")
	}
	w.insert("tasks", map[string]any{"customer": customer, "by": by, "assignee": assignee})
	w.insert("orders", map[string]any{"customer": customer})
	w.insert("contracts", map[string]any{"customer": customer})
	w.insert("cases", map[string]any{"customer": customer, "contact": contact, "by": by, "assignee": assignee, "follow_up": ""})
	w.insert("surveys", map[string]any{"customer": customer, "contact": contact})
	w.insert("signals", map[string]any{"customer": customer})
	w.insert("tier_changes", map[string]any{"customer": customer})
}

// insert writes a record with the values given and, in every other field, one that is nowhere else.
func (w *world) insert(collection string, given map[string]any) string {
	w.t.Helper()
	c, err := w.FindCollectionByNameOrId(collection)
	if err != nil {
		w.t.Fatal(err)
	}
	record := core.NewRecord(c)
	record.Id = security.RandomStringWithAlphabet(15, "abcdefghijklmnoprstuvwy0123456789")
	for _, f := range c.Fields {
		name := f.GetName()
		if name == "id" {
			continue
		}
		value, set := given[name]
		if ofRule := collection == "tasks" && name == "rule"; !set && name != "grants" && !ofRule { // a rule's task keeps its kind
			value = w.value(f)
		}
		value, err := f.PrepareValue(record, value)
		if err != nil {
			w.t.Fatal(err)
		}
		record.SetRaw(name, value)
	}
	columns, err := record.DBExport(w.App)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.DB().Insert(collection, dbx.Params(columns)).Execute(); err != nil {
		w.t.Fatalf("failed to seed %s: %v", collection, err)
	}
	return record.Id
}

// of lists the rows of a collection, by id.
func (w *world) of(collection string) []*row {
	var list []*row
	for _, id := range slices.Sorted(maps.Keys(w.rows)) {
		if w.rows[id].collection == collection {
			list = append(list, w.rows[id])
		}
	}
	return list
}

// standing says in the page's words how somebody stands to a row, from nothing but what is stored.
func (w *world) standing(p *principal, r *row) []string {
	if p.role == "" || r == nil {
		return nil
	}
	var words []string
	add := func(word string, holds bool) {
		if holds {
			words = append(words, word)
		}
	}
	if c := r.customer; c != nil {
		add("own", c.text("owner") == p.id || slices.Contains(c.list("collaborators"), p.id))
		add("assigned", slices.Contains(c.list("assigned"), p.id))
		add("team", p.team != "" && c.text("team") == p.team)
		add("pool", c.text("owner") == "")
	}
	switch r.collection {
	case "follow_ups":
		add("author", r.text("by") == p.id)
		made, _ := r.data["created"].(types.DateTime)
		add("fresh", r.text("by") == p.id && w.Clock.Now().Sub(made.Time()) <= 24*time.Hour)
		add("service", slices.Contains([]string{"service", "complaint", "care"}, r.text("kind")))
	case "tasks":
		add("assignee", r.text("assignee") == p.id)
		add("requester", r.text("by") == p.id)
	case "users":
		add("self", r.id == p.id)
		add("team", p.team != "" && r.text("team") == p.team)
	case "notifications", "deliveries":
		add("self", r.text("user") == p.id)
	case "plans":
		add("self", r.text("owner") == p.id)
		add("team", p.team != "" && r.text("team") == p.team)
	case "imports":
		add("self", r.text("by") == p.id)
		by := w.rows[r.text("by")]
		add("team", p.team != "" && by != nil && by.text("team") == p.team)
	}
	return words
}

func (r *row) text(name string) string {
	text, _ := r.data[name].(string)
	return text
}

func (r *row) list(name string) []string {
	var items []string
	_ = json.Unmarshal([]byte(written(r.data[name])), &items) // what is no list has none
	return items
}

// cell names a place in the tables.
func (w *world) cell(p *principal, r *row, name, channel string) string {
	standing := strings.Join(w.standing(p, r), "+")
	if standing == "" {
		standing = "other"
	}
	return strings.Join([]string{p.name, standing, r.collection + "." + name, channel}, "/")
}
