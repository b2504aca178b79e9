package accesstest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// TestLostRights takes rights away while people are signed in and listening: their next request and the next event they would
// have been sent obey.
func TestLostRights(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		who  string                            // loses the right
		of   func(w *world, p *principal) *row // of a customer they saw
		lose func(w *world, p *principal, r *row)
		sees bool // still the customer, though not its secrets
	}{
		"a rep whose customer goes to another team": {who: "rep", of: owned, lose: func(w *world, p *principal, r *row) {
			w.may(w.patch(w.principal("director"), r, testapp.Fields{"owner": w.stranger().Id}))
		}},
		"a rep whose customer goes to a mate": {who: "rep", of: owned, sees: true, lose: func(w *world, p *principal, r *row) {
			w.may(w.patch(w.principal("director"), r, testapp.Fields{"owner": w.mate().Id}))
		}},
		"a rep who is no collaborator any more": {who: "rep", of: shared, lose: func(w *world, p *principal, r *row) {
			w.may(w.patch(w.principal("director"), r, testapp.Fields{"collaborators-": p.id}))
		}},
		"a rep whose task was done": {who: "rep", of: assigned, lose: func(w *world, p *principal, r *row) {
			for _, task := range w.of("tasks") {
				if task.customer == r && task.data["grants"] == true {
					w.may(w.patch(p, task, testapp.Fields{"status": "done"}))
				}
			}
		}},
		"a rep whose task went to somebody else": {who: "rep", of: assigned, lose: func(w *world, p *principal, r *row) {
			for _, task := range w.of("tasks") {
				if task.customer == r && task.data["grants"] == true {
					w.may(w.patch(w.principal("director"), task, testapp.Fields{"assignee": w.mate().Id}))
				}
			}
		}},
		"a rep who changes teams": {who: "rep", of: ofMate, lose: func(w *world, p *principal, r *row) {
			w.may(w.patch(w.principal("director"), w.rows[p.id], testapp.Fields{"team": w.stranger().GetString("team")}))
		}},
		"a manager who changes teams": {who: "manager", of: ofMate, sees: true, lose: func(w *world, p *principal, r *row) {
			w.may(w.patch(w.principal("director"), w.rows[p.id], testapp.Fields{"team": w.stranger().GetString("team")}))
		}},
		"a manager who becomes a rep": {who: "manager", of: ofStranger, lose: func(w *world, p *principal, r *row) {
			w.may(w.patch(w.principal("director"), w.rows[p.id], testapp.Fields{"role": "rep"}))
		}},
		"a manager who becomes support": {who: "manager", of: ofMate, sees: true, lose: func(w *world, p *principal, r *row) {
			w.may(w.patch(w.principal("director"), w.rows[p.id], testapp.Fields{"role": "support"}))
		}},
		"a rep who becomes support": {who: "rep", of: owned, sees: true, lose: func(w *world, p *principal, r *row) {
			w.may(w.patch(w.principal("director"), w.rows[p.id], testapp.Fields{"role": "support"}))
		}},
		"a support member who is deactivated": {who: "support", of: ofStranger, lose: func(w *world, p *principal, r *row) {
			w.may(w.patch(w.principal("director"), w.rows[p.id], testapp.Fields{"active": false, "substitute": w.mate().Id}))
		}},
		"a director whose role is taken": {who: "director", of: ofMate, sees: true, lose: func(w *world, p *principal, r *row) {
			w.User("director", nil)
			w.may(w.patch(w.principal("superuser"), w.rows[p.id], testapp.Fields{"role": "support"}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.principal(c.who)
			r := c.of(w, p)
			l := w.listen(p)
			w.subscribe(p, l, "customers/*", "contacts/*", topic("follow_ups/*", "customer", ""), "customers/"+r.id)
			if answer := w.get(p, recordPath(r)); answer.status != http.StatusOK {
				t.Fatalf("they do not see it at first: %d %s", answer.status, answer.body)
			}
			w.tell(r)
			if !strings.Contains(listened(w.settled(l)), r.id) {
				t.Fatal("they are told nothing at first")
			}
			c.lose(w, p, r)
			w.settled(l) // what was on its way
			w.tell(r)
			events := listened(w.settled(l))
			if strings.Contains(events, r.id) != c.sees {
				t.Errorf("told: %t, want %t", !c.sees, c.sees)
			}
			answer := w.get(p, recordPath(r))
			if (answer.status == http.StatusOK) != c.sees {
				t.Errorf("their next request gets %d", answer.status)
			}
			list := w.get(p, "/api/collections/customers/records?perPage=200")
			if strings.Contains(list.body, `"id":"`+r.id) != c.sees {
				t.Errorf("their next list has it: %t", !c.sees)
			}
			budget := w.budget(r)
			for channel, body := range map[string]string{"request": answer.body, "list": list.body, "event": events} {
				if strings.Contains(body, budget) {
					t.Errorf("the next %s tells the budget", channel)
				}
			}
			if answer := w.patch(p, r, testapp.Fields{"notes": "x", "budget_range": "y"}); answer.status < 400 || w.budget(r) != budget {
				t.Errorf("they still change it: %d", answer.status)
			}
		})
	}
}

func (w *world) budget(r *row) string {
	w.t.Helper()
	var budget string
	if err := w.DB().Select("budget_range").From("customers").Where(dbx.HashExp{"id": r.id}).Row(&budget); err != nil {
		w.t.Fatal(err)
	}
	return budget
}

// may fails the test unless a write was done.
func (w *world) may(answer answer) {
	w.t.Helper()
	if answer.status != http.StatusOK {
		w.t.Fatalf("the right cannot be taken: %d %s", answer.status, answer.body)
	}
}

// tell says to whoever listens that a customer and what belongs to it changed.
func (w *world) tell(r *row) {
	w.t.Helper()
	for _, other := range w.of("contacts") {
		if other.customer == r {
			w.announce(other)
		}
	}
	for _, other := range w.of("follow_ups") {
		if other.customer == r {
			w.announce(other)
		}
	}
	w.announce(r)
}

// listened is all that was said, but for what names a record that is not the customer's.
func listened(events []event) string {
	var said strings.Builder
	for _, e := range events {
		said.WriteString(e.data + "\n")
	}
	return said.String()
}

// colleague finds somebody by team.
func (w *world) colleague(same bool) *core.Record {
	w.t.Helper()
	director := w.principal("director")
	for _, r := range w.of("users") {
		if r.text("role") != "rep" || r.id == w.principal("rep").id || r.data["active"] != true {
			continue
		}
		if (r.text("team") == director.team) == same {
			return w.Reload(w.find(r))
		}
	}
	w.t.Fatal("there is no such colleague")
	return nil
}

func (w *world) find(r *row) *core.Record {
	w.t.Helper()
	record, err := w.FindRecordById(r.collection, r.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return record
}

func (w *world) mate() *core.Record     { return w.colleague(true) }
func (w *world) stranger() *core.Record { return w.colleague(false) }

// customer finds one by how it is held.
func (w *world) customer(holds func(r *row) bool) *row {
	w.t.Helper()
	for _, r := range w.of("customers") {
		if holds(r) {
			return r
		}
	}
	w.t.Fatal("there is no such customer")
	return nil
}

func owned(w *world, p *principal) *row {
	return w.customer(func(r *row) bool { return r.text("owner") == p.id })
}

func shared(w *world, p *principal) *row {
	return w.customer(func(r *row) bool { return strings.Contains(strings.Join(r.list("collaborators"), " "), p.id) })
}

func assigned(w *world, p *principal) *row {
	return w.customer(func(r *row) bool { return strings.Contains(strings.Join(r.list("assigned"), " "), p.id) })
}

func ofMate(w *world, _ *principal) *row {
	mate := w.mate().Id
	return w.customer(func(r *row) bool { return r.text("owner") == mate })
}

func ofStranger(w *world, _ *principal) *row {
	stranger := w.stranger().Id
	return w.customer(func(r *row) bool {
		return r.text("owner") == stranger && len(r.list("collaborators"))+len(r.list("assigned")) == 0
	})
}
