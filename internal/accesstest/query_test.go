package accesstest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// TestQueries names every field in filters and sort orders, by every path that leads to it. Where somebody sees records of which
// they may not read the field, its order and its matches would tell.
func TestQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked, refused := 0, 0
	for _, p := range w.principals {
		if p.role == "" && !p.super {
			continue // see nothing in any order
		}
		for collection, fields := range w.fields {
			if len(w.visible(p, collection)) == 0 {
				continue
			}
			for _, f := range fields {
				name := collection + "." + f.GetName()
				secret := page[collection].restricted(f.GetName()) || page[collection].line(f.GetName()).read == nobody
				if !secret && p.role != "rep" {
					continue // all alike
				}
				for _, query := range w.queries(collection, f) {
					asked++
					answer := w.get(p, query)
					switch {
					case p.super && f.Type() != core.FieldTypePassword && answer.status != http.StatusOK:
						t.Errorf("a superuser asks %s: %d %s", query, answer.status, answer.body)
					case p.super:
					case name == "users.email" && strings.Contains(query, "filter"):
						if !strings.Contains(answer.body, `"items":[]`) { // PocketBase lets nobody match an address that is not public
							t.Errorf("a %s asks %s: %s", p.name, query, answer.body)
						}
						refused++
					case secret && answer.status < 400:
						t.Errorf("a %s asks %s, though they may not read it everywhere", p.name, query)
					case secret:
						refused++
					case answer.status != http.StatusOK:
						t.Errorf("a %s asks %s: %d %s", p.name, query, answer.status, answer.body)
					}
				}
			}
		}
		for _, query := range []string{
			"users/records?filter=" + url.QueryEscape("customers_via_owner.name != 'x'"), "users/records?sort=customers_via_owner.name",
			"follow_ups/records?filter=" + url.QueryEscape("our_people.name != 'x'"), "follow_ups/records?sort=our_people.name",
			"customers/records?filter=" + url.QueryEscape("contacts_via_customer.name ?= 'x'"),
			"customers/records?filter=" + url.QueryEscape("id != '' && (name != 'y' || collaborators.customers_via_owner.name:lower ?~ 'x')"),
			"contacts/records?filter=" + url.QueryEscape("customer.collaborators.name ?~ 'x'"),
			"customers/records/" + w.of("customers")[0].id + "?expand=import",
			"customers/records?expand=owner,%20import", "customers/records?expand=owner.customers_via_assigned",
			"customers/records?expand=contacts_via_import", "users/records?expand=customers(assigned)",
			"customers/records?filter=" + url.QueryEscape("@collection.customers.budget_range != ''"),
			"customers/records?filter=" + url.QueryEscape("@request.auth.tokenKey != ''"),
		} {
			if answer := w.get(p, "/api/collections/"+query); answer.status < 400 && !p.super {
				t.Errorf("a %s asks %s: %s", p.name, query, answer.body)
			}
		}
		w.expandHidden(p)
	}
	w.sweep()
	t.Logf("%d queries, %d refused", asked, refused)
	if refused < 500 {
		t.Errorf("only %d queries of restricted fields were looked at", refused)
	}
}

// expandHidden asks for what a hidden relation hides in the answers to writes and to searches. Nothing is to be written then either.
func (w *world) expandHidden(p *principal) {
	w.t.Helper()
	if p.super {
		return
	}
	for _, r := range w.of("customers") {
		if !p.changes("customers", w.standing(p, r)) {
			continue
		}
		before := w.stored("customers", r.id)
		answers := map[string]answer{
			"change": w.send(p, http.MethodPatch, recordPath(r)+"?expand=import", "application/json", `{"notes":"expanded"}`),
			"change in a batch": w.post(p, "/api/batch", testapp.Fields{"requests": []any{
				testapp.Fields{"method": "PATCH", "url": recordPath(r) + "?expand=owner.customers_via_assigned", "body": testapp.Fields{"notes": "expanded"}},
			}}),
			"creation":       w.post(p, "/api/collections/customers/records?expand=import", w.CustomerFields(nil)),
			"search":         w.get(p, "/api/crm/search/customers?expand=import"),
			"search by POST": w.post(p, "/api/crm/search/customers", testapp.Fields{"expand": "import"}),
		}
		for name, answer := range answers {
			if answer.status < 400 {
				w.t.Errorf("%s: %d %.200s", w.cell(p, r, "import", "expand at a "+name), answer.status, answer.body)
			}
		}
		if w.stored("customers", r.id) != before {
			w.t.Errorf("%s: refused and done", w.cell(p, r, "import", "expand"))
		}
		return
	}
}

// queries name a field of a collection: of the collection's own list, and of those a relation leads from.
func (w *world) queries(collection string, f core.Field) []string {
	name := f.GetName()
	at := "/api/collections/" + collection + "/records?perPage=1&"
	queries := []string{at + "filter=" + url.QueryEscape(name+" != 'x'"), at + "sort=-" + name}
	if page[collection].restricted(name) || page[collection].line(name).read == nobody {
		queries = append(queries, at+"sort="+name, at+"skipTotal=1&filter="+url.QueryEscape("id = 'x' || 'x' ~ "+name),
			at+"filter="+url.QueryEscape(name+":lower = 'x'"), at+"filter="+url.QueryEscape("id = 'x' || "+name+" ?!= 'x'"))
	}
	switch collection {
	case "customers":
		if !page[collection].restricted(name) {
			break
		}
		queries = append(queries, "/api/collections/contacts/records?filter="+url.QueryEscape("customer."+name+" != 'x'"),
			"/api/collections/tasks/records?sort=customer."+name)
	case "contacts":
		queries = append(queries, "/api/collections/follow_ups/records?filter="+url.QueryEscape("contact."+name+" != 'x'"))
	case "users":
		queries = append(queries, "/api/collections/customers/records?filter="+url.QueryEscape("owner."+name+" != 'x'"),
			"/api/collections/customers/records?sort=owner."+name)
	}
	return queries
}
