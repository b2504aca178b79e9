package api_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestRights: what a form is told of its user's rights is what a write then meets.
func TestRights(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	team := app.Team("华东")
	rep, other := app.User(crm.RoleRep, testapp.Fields{"team": team.Id}), app.User(crm.RoleRep, testapp.Fields{"team": app.Team("华南").Id})
	colleague := app.User(crm.RoleRep, testapp.Fields{"team": team.Id})
	support, director := app.User(crm.RoleSupport, nil), app.User(crm.RoleDirector, nil)
	customer := app.Customer(testapp.Fields{"owner": rep.Id})
	server := app.Serve()
	type rights struct {
		Create, Change, Delete bool
		Write, Computed        []string
	}
	ask := func(as *core.Record, path string) (r rights) {
		server.Send(as, http.MethodGet, "/api/crm/rights/"+path, nil).Want(http.StatusOK).Into(&r)
		return r
	}
	for _, c := range []struct {
		name             string
		as               *core.Record
		change           bool
		may, mayNot      []string
		reads, readsNone []string // of what is worked out
	}{
		{"the owner", rep, true, []string{"name", "budget_range", "archived_reason"}, []string{"owner", "tier_pin", "tier"}, []string{"tier", "rfm"}, []string{"name_key"}},
		{"of the team", colleague, false, nil, []string{"name", "budget_range"}, []string{"tier"}, []string{"rfm", "tier_reason"}},
		{"support", support, false, nil, []string{"name", "budget_range"}, []string{"tier"}, []string{"rfm", "tier_reason"}},
		{"a director", director, true, []string{"name", "owner", "tier_pin"}, []string{"tier", "stage"}, []string{"tier", "rfm"}, []string{"name_key"}},
		{"a superuser", app.Superuser(), true, []string{"name", "owner"}, []string{"tier"}, []string{"tier"}, nil},
	} {
		got := ask(c.as, "customers/"+customer.Id)
		if got.Change != c.change || got.Create || got.Delete != (c.name == "a superuser") {
			t.Errorf("%s: got change %t, create %t, delete %t", c.name, got.Change, got.Create, got.Delete)
		}
		for _, field := range c.may {
			if !slices.Contains(got.Write, field) {
				t.Errorf("%s may write %s", c.name, field)
			}
		}
		for _, field := range c.mayNot {
			if slices.Contains(got.Write, field) {
				t.Errorf("%s may not write %s", c.name, field)
			}
		}
		for _, field := range c.reads {
			if !slices.Contains(got.Computed, field) {
				t.Errorf("%s reads %s, which is worked out", c.name, field)
			}
		}
		for _, field := range c.readsNone {
			if slices.Contains(got.Computed, field) {
				t.Errorf("%s does not read %s", c.name, field)
			}
		}
	}
	for _, c := range []struct {
		name, collection string
		as               *core.Record
		create           bool
	}{
		{"the owner", "contacts", rep, true}, {"of the team", "contacts", colleague, false}, {"of the team", "follow_ups", colleague, true},
		{"support", "orders", support, false}, {"support", "contacts", support, true}, {"a director", "orders", director, true},
	} {
		if got := ask(c.as, c.collection+"?customer="+customer.Id); got.Create != c.create {
			t.Errorf("%s: may make %s of the customer's: %t", c.name, c.collection, got.Create)
		}
	}
	server.Send(other, http.MethodGet, "/api/crm/rights/contacts?customer="+customer.Id, nil).Want(http.StatusNotFound)
	server.Send(other, http.MethodGet, "/api/crm/rights/customers/"+customer.Id, nil).Want(http.StatusNotFound)
	server.Send(rep, http.MethodGet, "/api/crm/rights/nothing/"+customer.Id, nil).Want(http.StatusNotFound)
	server.Send(nil, http.MethodGet, "/api/crm/rights/customers/"+customer.Id, nil).Want(http.StatusUnauthorized)

	if got := ask(rep, "customers"); !got.Create || !slices.Contains(got.Write, "budget_range") || slices.Contains(got.Write, "tier") || slices.Contains(got.Write, "owner") {
		t.Errorf("a rep creates customers, but names no owner: got %v", got)
	}
	if got := ask(rep, "tiers"); got.Create || len(got.Write) != 0 {
		t.Errorf("a rep creates no tiers: got %v", got)
	}
	server.Send(rep, http.MethodGet, "/api/crm/rights/audit_log", nil).Want(http.StatusNotFound)
	server.Send(rep, http.MethodGet, "/api/crm/rights/nothing", nil).Want(http.StatusNotFound)
}
