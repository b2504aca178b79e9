package accesstest_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// TestReading asks for every record by every way there is to be shown one, as everybody, and holds every field shown, or not shown,
// against the page.
func TestReading(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rep", "manager")
	for _, p := range w.principals {
		w.load() // signing in is in the log
		w.readLists(p)
		w.readViews(p)
		w.readExpansions(p)
		w.readAuth(p)
		w.readFiles(p)
	}
	w.sweep()
	w.report(20000, 3000)
}

// report tells how much was looked at, and refuses too little.
func (w *world) report(positive, negative int) {
	w.t.Helper()
	w.t.Logf("cells: %d shown to whom they may be, %d not shown to whom they may not", w.counted.positive, w.counted.negative)
	maps.DeleteFunc(w.counted.untestable, func(cell string, _ bool) bool { return w.counted.tested[cell] })
	w.t.Logf("%d fields on a way are tested; %d are not testable, because nobody is shown them there: %s",
		len(w.counted.tested), len(w.counted.untestable), strings.Join(slices.Sorted(maps.Keys(w.counted.untestable)), ", "))
	if w.counted.positive < positive || w.counted.negative < negative {
		w.t.Errorf("only %d and %d cells were looked at", w.counted.positive, w.counted.negative)
	}
}

// visible are the ids of the rows of a collection somebody sees by the page.
func (w *world) visible(p *principal, collection string) []string {
	ids := []string{}
	for _, r := range w.of(collection) {
		if p.sees(collection, w.standing(p, r)) {
			ids = append(ids, r.id)
		}
	}
	return ids
}

func (w *world) readLists(p *principal) {
	w.t.Helper()
	for _, collection := range slices.Sorted(maps.Keys(w.fields)) {
		want := w.visible(p, collection)
		answer := w.get(p, "/api/collections/"+collection+"/records?perPage=200&sort=id")
		if answer.status != http.StatusOK {
			if len(want) > 0 {
				w.t.Errorf("%s lists %s: %d %s", p.name, collection, answer.status, answer.body)
			}
			continue
		}
		if got := w.check(p, "list", answer.body); !slices.Equal(got, want[:min(len(want), 200)]) {
			w.t.Errorf("%s lists %d of %s, want %d: %v and not %v", p.name, len(got), collection, len(want), got, want)
		}
		var page struct{ TotalItems int }
		if err := json.Unmarshal([]byte(answer.body), &page); err != nil || page.TotalItems != len(want) {
			w.t.Errorf("%s is told of %d %s, want %d (%v)", p.name, page.TotalItems, collection, len(want), err)
		}
	}
}

func (w *world) readViews(p *principal) {
	w.t.Helper()
	for _, collection := range slices.Sorted(maps.Keys(w.fields)) {
		list := w.of(collection)
		if collection == "industries" {
			list = list[:3] // all alike
		}
		for _, r := range list {
			answer, sees := w.get(p, recordPath(r)), p.sees(collection, w.standing(p, r))
			switch {
			case sees && answer.status == http.StatusOK:
				w.check(p, "view", answer.body)
			case sees || answer.status < 400:
				w.t.Errorf("%s: %d %s, sees: %t", w.cell(p, r, "id", "view"), answer.status, answer.body, sees)
			}
		}
	}
}

// readExpansions follows every relation forward and back, and some on to a second one.
func (w *world) readExpansions(p *principal) {
	w.t.Helper()
	paths := map[string][]string{ // collection → paths
		"contacts":     {"customer.orders_via_customer", "customer.owner"},
		"follow_ups":   {"customer.contacts_via_customer", "contact.customer", "by.team"},
		"tasks":        {"customer.signals_via_customer", "assignee.team"},
		"orders":       {"customer.tier_changes_via_customer", "customer.follow_ups_via_customer.contact"},
		"cases":        {"customer.contracts_via_customer", "topics", "assignee.team"},
		"surveys":      {"customer.cases_via_customer.contact", "contact.customer"},
		"contracts":    {"customer.surveys_via_customer"},
		"users":        {"customers_via_owner.industry", "tasks_via_assignee.customer"},
		"tier_changes": {"customer.tasks_via_customer"},
	}
	hidden := map[string]bool{}
	for collection, fields := range w.fields {
		for _, f := range fields {
			relation, ok := f.(*core.RelationField)
			if !ok {
				continue
			}
			target, err := w.FindCachedCollectionByNameOrId(relation.CollectionId)
			if err != nil {
				w.t.Fatal(err)
			}
			back := collection + "_via_" + relation.Name
			paths[collection] = append(paths[collection], relation.Name)
			paths[target.Name] = append(paths[target.Name], back)
			if page[collection].restricted(relation.Name) || page[collection].line(relation.Name).read == nobody {
				hidden[collection+" "+relation.Name], hidden[target.Name+" "+back] = true, true
				paths[target.Name] = append(paths[target.Name], collection+"("+relation.Name+")")
				hidden[target.Name+" "+collection+"("+relation.Name+")"] = true
			}
		}
	}
	for _, collection := range slices.Sorted(maps.Keys(paths)) {
		for _, path := range paths[collection] {
			answer := w.get(p, "/api/collections/"+collection+"/records?perPage=200&sort=id&expand="+url.QueryEscape(path))
			if hidden[collection+" "+path] && !p.super && answer.status == http.StatusOK && len(w.visible(p, collection)) > 0 {
				w.t.Errorf("%s expands %s of %s, which is hidden", p.name, path, collection)
			}
			if answer.status == http.StatusOK {
				w.check(p, "list", answer.body)
			} else if !hidden[collection+" "+path] && len(w.visible(p, collection)) > 0 {
				w.t.Errorf("%s expands %s of %s: %d %s", p.name, path, collection, answer.status, answer.body)
			}
		}
	}
}

// readAuth signs in and refreshes, with what hangs on the account.
func (w *world) readAuth(p *principal) {
	w.t.Helper()
	if p.record == nil {
		return
	}
	const expand = "?expand=customers_via_owner,tasks_via_assignee.customer"
	path := "/api/collections/" + p.record.Collection().Name
	identity := p.record.Email()
	if r := w.rows[p.id]; r != nil {
		identity = r.text("email")
	}
	for name, answer := range map[string]answer{
		"auth":         w.post(p, path+"/auth-with-password"+expand, testapp.Fields{"identity": identity, "password": testapp.Password}),
		"auth refresh": w.post(p, path+"/auth-refresh"+expand, nil),
	} {
		switch {
		case p.super:
		case p.role == "":
			if answer.status < 400 && p.name != "user without role" {
				w.t.Errorf("%s by a %s: %s", name, p.name, answer.body)
			}
		case answer.status != http.StatusOK:
			w.t.Errorf("%s by a %s: %d %s", name, p.name, answer.status, answer.body)
		default:
			w.check(p, name, answer.body)
		}
		if answer := w.post(p, path+"/auth-refresh?expand=customers_via_assigned", nil); answer.status == http.StatusOK && !p.super {
			w.t.Errorf("a %s expands a hidden relation when signing in: %s", p.name, answer.body)
		}
	}
}

// readFiles fetches the files of follow-ups and imports with a token for files, and without.
func (w *world) readFiles(p *principal) {
	w.t.Helper()
	own, root := w.fileToken(p), w.fileToken(w.principals[0])
	files := 0
	for collection, name := range map[string]string{"follow_ups": "attachments", "imports": "file"} {
		for _, r := range w.of(collection) {
			file := append(r.list(name), r.text(name))[0]
			path := "/api/files/" + collection + "/" + r.id + "/" + file
			if w.get(w.principals[0], path+"?token="+root).status != http.StatusOK {
				continue // has but a name
			}
			files++
			answer := w.get(p, path+"?token="+own)
			if sees := p.sees(collection, w.standing(p, r)); sees != (answer.status == http.StatusOK) {
				w.t.Errorf("%s: %d, sees: %t", w.cell(p, r, name, "file"), answer.status, sees)
			}
			if answer := w.get(p, path); answer.status == http.StatusOK {
				w.t.Errorf("%s: without a token", w.cell(p, r, name, "file"))
			}
		}
	}
	if files < 30 {
		w.t.Errorf("there are only %d files", files)
	}
}

// fileToken gives a token for files, an empty one to whom it is refused.
func (w *world) fileToken(p *principal) string {
	w.t.Helper()
	var token struct{ Token string }
	answer := w.post(p, "/api/files/token", nil)
	if err := json.Unmarshal([]byte(answer.body), &token); err != nil {
		w.t.Fatal(err)
	}
	return token.Token
}
