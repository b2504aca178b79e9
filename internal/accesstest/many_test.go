package accesstest_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
)

// TestManyLists pages through lists of so many records that the program narrows them in another way than short ones.
func TestManyLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rep")
	pool := w.customer(func(r *row) bool { return r.text("owner") == "" && r.text("team") == "" })
	w.copy("customers", "pool", 2100, map[string]string{"owner": "''", "team": "''"}, pool.id)
	w.copy("customers", "gone", 300, map[string]string{"owner": "'" + w.stranger().Id + "'", "team": "'" + w.stranger().GetString("team") + "'"}, pool.id)
	for _, collection := range []string{"contacts", "follow_ups", "tasks", "orders", "signals"} {
		for _, r := range w.of(collection) {
			if r.customer == pool {
				for _, name := range []string{"pool", "gone"} {
					w.copy(collection, name+collection[:1]+r.id[:2], 300, map[string]string{"customer": fmt.Sprintf("'%s' || printf('%%011d', n)", name)}, r.id)
				}
			}
		}
	}
	w.load()
	w.rewritten = true // copies have no value of their own
	for _, name := range []string{"rep", "rep without team"} {
		p := w.principal(name)
		for _, collection := range []string{"customers", "contacts", "follow_ups", "tasks", "signals"} {
			want := w.visible(p, collection)
			for _, order := range []string{"-updated,id", "-@rowid"} { // without an index, and with one
				got := []string{}
				for n := 1; n == 1 || len(got) == (n-1)*200; n++ {
					answer := w.get(p, fmt.Sprintf("/api/collections/%s/records?perPage=500&sort=%s&page=%d", collection, order, n))
					got = append(got, w.check(p, "list", answer.body)...)
					var list struct{ TotalItems, PerPage int }
					if err := json.Unmarshal([]byte(answer.body), &list); err != nil || list.TotalItems != len(want) || list.PerPage != 200 {
						t.Errorf("a %s is told of %d %s, %d a page, want %d", name, list.TotalItems, collection, list.PerPage, len(want))
					}
				}
				if slices.Sort(got); !slices.Equal(got, want) {
					t.Errorf("a %s lists %d %s by %s, want %d", name, len(got), collection, order, len(want))
				}
			}
			filtered := w.get(p, "/api/collections/"+collection+"/records?perPage=1&sort=id&filter=id!=''").body
			if !strings.Contains(filtered, fmt.Sprintf(`"totalItems":%d,`, len(want))) {
				t.Errorf("a %s is told by a filter of %s: %.100s, want %d", name, collection, filtered[max(0, len(filtered)-100):], len(want))
			}
		}
	}
}

// TestOwnLists asks for one's own customers as the dashboard does, which the program narrows by index: it is those that the same question put
// otherwise gives.
func TestOwnLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	some := 0
	for _, p := range w.principals {
		if p.role == "" || p.super {
			continue
		}
		ask := func(filter string) []string {
			filter = strings.ReplaceAll(filter, "{me}", p.id) + ` && name != ""`
			return w.check(p, "list", w.get(p, "/api/collections/customers/records?perPage=200&sort=id&filter="+url.QueryEscape(filter)).body)
		}
		got, want := ask(`(owner = "{me}" || collaborators ~ "{me}")`), ask(`(collaborators ~ "{me}" || owner = "{me}")`)
		if !slices.Equal(got, want) {
			t.Errorf("a %s has the customers %v, want %v", p.name, got, want)
		}
		some += len(got)
	}
	if some == 0 {
		t.Error("nobody has customers of their own")
	}
}

// copy adds copies of a row, with other values in some columns: SQL in which n counts the copies.
func (w *world) copy(collection, name string, copies int, values map[string]string, id string) {
	w.t.Helper()
	columns, err := w.TableColumns(collection)
	if err != nil {
		w.t.Fatal(err)
	}
	var names, exprs []string
	for _, column := range columns {
		expr, given := values[column]
		switch {
		case given:
		case column == "id":
			expr = "substr('" + name + "', 1, 7) || printf('%0' || (15 - min(7, length('" + name + "'))) || 'd', n)"
		case column == "code" || column == "credit_code" || column == "key" || column == "number":
			expr = "''"
		default:
			expr = "[[" + column + "]]"
		}
		names, exprs = append(names, "[["+column+"]]"), append(exprs, expr)
	}
	_, err = w.DB().NewQuery("WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < {:copies}) " +
		"INSERT INTO {{" + collection + "}} (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(exprs, ", ") +
		" FROM {{" + collection + "}}, counter WHERE id = {:id}").Bind(dbx.Params{"copies": copies, "id": id}).Execute()
	if err != nil {
		w.t.Fatal(err)
	}
}
