package accesstest_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// TestSearch sorts and filters by every field through the program's own search. What it answers is of the records where one may read
// the field, counted and put in order among them alone; a field one may read nowhere is refused by name.
func TestSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range w.principals {
		for _, collection := range slices.Sorted(maps.Keys(w.fields)) {
			if collection == "industries" || collection == "audit_log" {
				continue // all alike, and too many for a page
			}
			for _, f := range w.fields[collection] {
				if f.GetName() != "id" && (page[collection].restricted(f.GetName()) || p.role == "rep") {
					w.search(p, collection, f)
				}
			}
		}
	}
	w.sweep()
	t.Logf("%d searches", w.tries)
	if w.tries < 1000 {
		t.Error("too few")
	}
}

func (w *world) search(p *principal, collection string, f core.Field) {
	w.t.Helper()
	name, path := f.GetName(), "/api/crm/search/"+collection
	if p.super {
		return
	}
	want, sees, reads := []string{}, false, false
	for _, r := range w.of(collection) {
		standing := w.standing(p, r)
		sees = sees || p.sees(collection, standing)
		if p.reads(collection, name, standing) {
			want = append(want, r.id)
		}
	}
	reads = p.role != "" && slices.ContainsFunc(strings.Fields(page[collection].line(name).read[slices.Index(roles, p.role)]), func(word string) bool { return word != "none" })
	for i, query := range []testapp.Fields{
		{"sort": name}, {"sort": "-" + name}, {"filter": "id != '' || " + name + " = 'x'"}, {"filter": name + ":lower !~ 'nothing like it'"},
		{"filter": "'x' ?!= " + name, "skipTotal": true},
	} {
		if slices.ContainsFunc(w.fields[collection], func(f core.Field) bool { return f.GetName() == "customer" }) {
			query["expand"] = "customer"
		}
		if i > 0 && (p.role == "" || !page[collection].restricted(name)) {
			break // all alike
		}
		if i > 2 && f.Type() != core.FieldTypeText && f.Type() != core.FieldTypeEmail {
			continue
		}
		w.tries++
		query["perPage"] = 200
		answer := w.post(p, path, query)
		if i == 0 {
			if get := w.get(p, path+"?perPage=200&expand="+fmt.Sprint(cmp.Or(query["expand"], any("")))+"&sort="+name); get.body != answer.body {
				w.t.Errorf("a %s searches %s by %s: POST gets %.200s, GET %.200s", p.name, collection, name, answer.body, get.body)
			}
		}
		switch {
		case !sees && answer.status >= 400:
		case !sees || !reads:
			if answer.status != http.StatusBadRequest || !strings.Contains(answer.body, `"`+name+`":{"code":"not_searchable"`) {
				w.t.Errorf("a %s searches %s by %v: %d %.300s", p.name, collection, query, answer.status, answer.body)
			}
		case answer.status != http.StatusOK:
			w.t.Errorf("a %s searches %s by %v: %d %.300s", p.name, collection, query, answer.status, answer.body)
		default:
			w.found(p, collection, name, query, answer, want)
		}
	}
}

// found holds what a search found against all there is to find.
func (w *world) found(p *principal, collection, name string, query testapp.Fields, answer answer, want []string) {
	w.t.Helper()
	got := w.check(p, "search", answer.body)
	if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, want) {
		w.t.Errorf("a %s searches %s by %v: finds %d, want %d", p.name, collection, query, len(got), len(want))
	}
	var list struct{ TotalItems int }
	if err := json.Unmarshal([]byte(answer.body), &list); err != nil || list.TotalItems != len(want) && query["skipTotal"] == nil {
		w.t.Errorf("a %s searches %s by %v: told of %d, want %d", p.name, collection, query, list.TotalItems, len(want))
	}
	if query["sort"] != name {
		return
	}
	var all []struct {
		ID string `db:"id"`
	}
	if err := w.DB().NewQuery("SELECT id FROM {{" + collection + "}} ORDER BY [[" + name + "]], id").All(&all); err != nil {
		w.t.Fatal(err)
	}
	var order []string
	for _, one := range all {
		if slices.Contains(want, one.ID) && len(token.FindString(written(w.rows[one.ID].data[name]))) > 0 {
			order = append(order, one.ID)
		}
	}
	if len(order) == len(want) && len(order) == len(got) && !slices.Equal(order, got) {
		w.t.Errorf("a %s sorts %s by %s: %v, want %v", p.name, collection, name, got, order)
	}
}

// TestTimelines reads the history of every customer as everybody.
func TestTimelines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rep", "manager")
	for _, p := range w.principals {
		for _, customer := range w.of("customers") {
			answer := w.get(p, "/api/crm/customers/"+customer.id+"/timeline?limit=200&expand=customer,import")
			if p.role != "" && !p.sees("customers", w.standing(p, customer)) && answer.status != http.StatusNotFound ||
				p.role == "" && !p.super && answer.status < 400 {
				t.Errorf("%s: %d %.200s", w.cell(p, customer, "id", "timeline"), answer.status, answer.body)
			}
			if answer.status != http.StatusOK {
				if p.sees("customers", w.standing(p, customer)) {
					t.Errorf("%s: %d %s", w.cell(p, customer, "id", "timeline"), answer.status, answer.body)
				}
				continue
			}
			var want []string
			for _, collection := range []string{"follow_ups", "orders", "contracts", "cases", "surveys", "tasks", "tier_changes", "signals"} {
				for _, r := range w.of(collection) {
					if r.customer == customer && p.sees(collection, w.standing(p, r)) {
						want = append(want, r.id)
					}
				}
			}
			slices.Sort(want)
			if got := slices.Sorted(slices.Values(w.check(p, "timeline", answer.body))); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", w.cell(p, customer, "id", "timeline"), got, want)
			}
		}
	}
	w.sweep()
	w.report(5000, 100)
}

// TestSuggestions and the progress of plans, as everybody: to whom they are shown they tell nothing one may not read, and nobody else
// anything.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rep", "manager")
	for _, of := range []struct{ collection, path string }{{"customers", "/suggestion"}, {"plans", "/progress"}} {
		for _, r := range w.of(of.collection) {
			for _, line := range w.of("tasks")[:3] {
				if _, err := w.DB().Update("tasks", dbx.Params{"plan": r.id}, dbx.HashExp{"id": line.id}).Execute(); of.collection == "plans" && err != nil {
					t.Fatal(err)
				}
			}
			for _, p := range w.principals {
				answer := w.get(p, "/api/crm/"+of.collection+"/"+r.id+of.path)
				sees := p.super || p.role != "" && p.sees(of.collection, w.standing(p, r))
				if sees != (answer.status == http.StatusOK) || p.role != "" && !sees && answer.status != http.StatusNotFound {
					t.Errorf("%s: %d %.200s", w.cell(p, r, "id", of.path), answer.status, answer.body)
				}
				for found, c := range w.canaries {
					if c.row.collection != "playbooks" && c.row.collection != "materials" && strings.Contains(answer.body, found) && !p.reads(c.row.collection, c.field, w.standing(p, c.row)) {
						t.Errorf("%s tells of %s.%s", w.cell(p, r, "id", of.path), c.row.collection, c.field)
					}
				}
			}
		}
	}
	w.sweep()
}

// TestExports gives files to directors alone, and in them no more than a director reads.
func TestExports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range w.principals {
		for _, collection := range slices.Sorted(maps.Keys(w.fields)) {
			answer := w.get(p, "/api/crm/export/"+collection+"?format=csv&filter="+url.QueryEscape("id != ''"))
			if may := p.super || p.role == "director"; may != (answer.status == http.StatusOK) {
				t.Errorf("a %s exports %s: %d %.200s", p.name, collection, answer.status, answer.body)
				continue
			} else if !may {
				continue
			}
			for found, c := range w.canaries {
				if c.row.collection != collection || c.field == "id" || strings.HasPrefix(found, "18") {
					continue
				}
				// A relation is shown by its name, and everybody's days are in the policy's time zone.
				standing := w.standing(p, c.row)
				may := p.sees(collection, standing) && w.principal("director").reads(collection, c.field, append(standing, "self"))
				if collection == "users" && c.field == "notify" {
					may = false // not even one's own: a file is passed on
				}
				if may != strings.Contains(answer.body, found) {
					t.Errorf("a %s exports %s.%s: %t", p.name, collection, c.field, strings.Contains(answer.body, found))
				}
			}
		}
	}
	w.sweep()
}

// TestConflicts tells nobody by a conflict what they may not read.
func TestConflicts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rewritten = true
	director, told := w.principal("director"), 0
	secrets := map[string]testapp.Fields{
		"customers":  {"budget_range": "qz90001x", "competitors": "qz90002x", "annual_revenue": 7100990001},
		"contacts":   {"phone": "+8613909990001", "wechat": "qz90003x", "birthday": "1979-09-09"},
		"follow_ups": {"key_points": "qz90004x", "competitor": "qz90005x"},
	}
	for _, p := range w.principals {
		if p.role == "" || p == director {
			continue
		}
		for collection, secret := range secrets {
			for _, r := range w.of(collection) {
				standing := w.standing(p, r)
				if !p.changes(collection, standing) {
					continue
				}
				w.refresh(r)
				w.may(w.patch(director, r, testapp.Fields{harmless[collection][0]: "elsewhere"}))
				w.may(w.patch(director, r, secret))
				answer := w.patch(p, r, testapp.Fields{harmless[collection][0]: "x", "rev": r.data["rev"]})
				if answer.status != http.StatusConflict {
					t.Errorf("%s: %d %s", w.cell(p, r, "rev", "conflict"), answer.status, answer.body)
				}
				for name, value := range secret {
					reads := p.reads(collection, name, standing)
					tells := strings.Contains(answer.body, `"`+name+`"`) || strings.Contains(answer.body, strings.Trim(written(value), `"`))
					if tells && !reads {
						t.Errorf("%s: tells of it: %s", w.cell(p, r, name, "conflict"), answer.body)
					} else if tells {
						told++
					}
				}
				w.may(w.patch(director, r, map[string]testapp.Fields{
					"customers": {"budget_range": "", "competitors": "", "annual_revenue": 0}, "contacts": {"phone": "", "wechat": "", "birthday": ""},
					"follow_ups": {"key_points": "", "competitor": ""},
				}[collection]))
			}
		}
	}
	t.Logf("%d secrets told to whom they may be", told)
}
