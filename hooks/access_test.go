package hooks_test

import (
	"net/http"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestStrangers shows nothing to guests and to those who are no longer active, signed in or not, and lets them write nothing.
func TestStrangers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Contact(o.customer, nil)
	o.Order(o.customer, 10, nil)
	followUp := o.recorded(testapp.Fields{"feedback": "negative"})
	left := o.User(crm.RoleDirector, testapp.Fields{"active": false})
	deactivated := o.User(crm.RoleManager, testapp.Fields{"team": o.team.Id})
	o.server.Update(o.director, deactivated, testapp.Fields{"active": false}).Want(200)

	for name, who := range map[string]*core.Record{"a guest": nil, "one who left": left, "one deactivated": o.Reload(deactivated)} {
		for _, collection := range append([]string{
			"policy", "tiers", "risk_rules", "industries", "users", "teams", "customers", "contacts", "orders", "follow_ups", "tasks",
		}, access.Computed...) {
			path := "/api/collections/" + collection + "/records"
			if answer := o.server.Send(who, http.MethodGet, path, nil); answer.Status == 200 && answer.Data["totalItems"] != 0.0 {
				t.Errorf("%s sees %v of %s", name, answer.Data["totalItems"], collection)
			}
		}
		for _, record := range []*core.Record{o.customer, followUp, o.first("contacts"), o.first("tasks"), o.first("policy")} {
			path := "/api/collections/" + record.Collection().Name + "/records/" + record.Id
			for method, body := range map[string]any{http.MethodGet: nil, http.MethodPatch: testapp.Fields{"name": "x"}, http.MethodDelete: nil} {
				if answer := o.server.Send(who, method, path, body); answer.Status < 400 {
					t.Errorf("%s may %s %s: %s", name, method, path, answer.Body)
				}
			}
		}
		for collection, body := range map[string]testapp.Fields{
			"customers": o.CustomerFields(nil), "follow_ups": o.FollowUpFields(o.customer, nil), "orders": o.GoodFields("orders", o.customer),
		} {
			if answer := o.server.Create(who, collection, body); answer.Status < 400 {
				t.Errorf("%s wrote %s: %s", name, collection, answer.Body)
			}
		}
		if answer := o.server.Send(who, http.MethodPost, "/api/batch", testapp.Fields{"requests": []any{
			testapp.Fields{"method": "PATCH", "url": "/api/collections/customers/records/" + o.customer.Id, "body": testapp.Fields{"name": "x"}},
		}}); answer.Status < 400 {
			t.Errorf("%s changed a customer in a batch", name)
		}
	}
}

// TestSigningIn lets the active in, and answers those who are not as it answers a wrong password: with no token.
func TestSigningIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	left := o.User(crm.RoleRep, testapp.Fields{"active": false})
	signIn := func(user *core.Record, password string) testapp.Answer {
		return o.server.Send(nil, http.MethodPost, "/api/collections/users/auth-with-password", testapp.Fields{
			"identity": user.Email(), "password": password,
		})
	}
	if signIn(o.rep, testapp.Password).Want(200).Text("token") == "" {
		t.Error("there is no token for an active user")
	}
	for _, answer := range []testapp.Answer{signIn(left, testapp.Password), signIn(o.rep, "another-password")} {
		if answer.Status < 400 || answer.Text("token") != "" {
			t.Errorf("signed in: %d %s", answer.Status, answer.Body)
		}
	}
}

// TestProgramsCollections refuses every write, a superuser's too, to what the program alone writes.
func TestProgramsCollections(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	o.Order(o.customer, 900000, testapp.Fields{}) // a tier change
	rows := map[string]testapp.Fields{
		"tier_changes": {"customer": o.customer.Id, "from": "C", "to": "S", "cause": "event", "at": o.At(0)},
		"signals":      {"customer": o.customer.Id, "signal": "silent", "severity": "warning", "raised_at": o.At(0)},
		"job_runs":     {"job": "tiers", "status": "done", "cause": "manual", "started_at": o.At(0)},
		"imports":      {"kind": "customers", "status": "done"},
		"audit_log":    {"at": o.At(0), "action": "create"},
		"deliveries":   {"user": o.rep.Id, "channel": "email", "status": "waiting"},
	}
	for _, collection := range access.Computed {
		row, ok := rows[collection]
		if !ok {
			t.Fatalf("there is no row to try on %s", collection)
		}
		for _, who := range []*core.Record{o.rep, o.manager, o.director, root} {
			o.server.Create(who, collection, row).Want(403)
		}
	}
	change := o.first("tier_changes")
	for _, who := range []*core.Record{o.director, root} {
		o.server.Update(who, change, testapp.Fields{"to": "S"}).Want(403)
		o.server.Send(who, http.MethodDelete, "/api/collections/tier_changes/records/"+change.Id, nil).Want(403)
	}
}

// TestPromotingOneself keeps role, activity, team and department in the hands of a director other than oneself.
func TestPromotingOneself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := o.Team("华南")
	for _, who := range []*core.Record{o.rep, o.manager, o.director} {
		for field, value := range map[string]any{"role": crm.RoleSupport, "role+": crm.RoleSupport, "active": false, "verified": true} {
			before := o.Reload(who)
			if answer := o.server.Update(who, who, testapp.Fields{field: value}); answer.Status < 400 && field != "verified" {
				t.Errorf("a %s changed their own %s: %s", before.GetString("role"), field, answer.Body)
			}
			o.wantFields(who, map[string]string{"role": before.GetString("role"), "active": "true"})
		}
	}
	for _, who := range []*core.Record{o.rep, o.manager} {
		for field, value := range map[string]any{"team": other.Id, "department": "finance"} {
			if answer := o.server.Update(who, who, testapp.Fields{field: value}); answer.Status < 400 {
				t.Errorf("a %s changed their own %s", who.GetString("role"), field)
			}
		}
		o.server.Update(who, o.director, testapp.Fields{"role": "rep"}).Want(403)
		body := testapp.Fields{"email": "new@touchbase.example", "password": testapp.Password, "passwordConfirm": testapp.Password, "name": "新人", "role": "director", "active": true}
		if answer := o.server.Create(who, "users", body); answer.Status < 400 {
			t.Errorf("a %s made a director", who.GetString("role"))
		}
		whole := o.server.Send(who, http.MethodGet, "/api/collections/users/records/"+who.Id, nil).Want(200).Data
		whole["phone"] = "13800138000"
		o.server.Update(who, who, testapp.Fields(whole)).Want(200)
	}
	o.server.Update(o.director, o.rep, testapp.Fields{"role": crm.RoleManager, "team": other.Id, "away_until": "2026/8/20"}).Want(200)
	o.wantFields(o.rep, map[string]string{"role": crm.RoleManager, "team": other.Id, "away_until": "2026-08-20 00:00:00.000Z"})
	o.wantFields(o.customer, map[string]string{"team": other.Id}) // the owner's
}

// TestOwnerOfNewCustomer makes a rep the owner of the customer they enter, and nobody else.
func TestOwnerOfNewCustomer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	support := o.User(crm.RoleSupport, nil)
	for _, c := range []struct {
		who  *core.Record
		want string
	}{{o.rep, o.rep.Id}, {support, ""}, {o.manager, ""}, {o.director, ""}, {o.Superuser(), ""}} {
		if got := o.server.Create(c.who, "customers", o.CustomerFields(nil)).Want(200).Text("owner"); got != c.want {
			t.Errorf("the owner of a customer entered by a %s is %q, want %q", c.who.GetString("role"), got, c.want)
		}
	}
}
