package hooks_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestResponsible gives a rule's task to the owner, else to the managers, else to the directors; for someone away to the
// substitute.
func TestResponsible(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		prepare func(o *office, substitute string)
		want    func(o *office, substitute string) string
	}{
		{"the owner", func(*office, string) {}, func(o *office, _ string) string { return o.rep.Id }},
		{"the owner is away", func(o *office, substitute string) {
			o.server.Update(o.director, o.rep, testapp.Fields{"away_until": o.Day(0), "substitute": substitute}).Want(200)
		}, func(_ *office, substitute string) string { return substitute }},
		{"the owner is back", func(o *office, substitute string) {
			o.server.Update(o.director, o.rep, testapp.Fields{"away_until": o.Day(-1), "substitute": substitute}).Want(200)
		}, func(o *office, _ string) string { return o.rep.Id }},
		{"the owner is away and the substitute left", func(o *office, substitute string) {
			o.server.Update(o.director, o.rep, testapp.Fields{"away_until": o.Day(3), "substitute": substitute}).Want(200)
			o.server.Update(o.director, o.find("users", substitute), testapp.Fields{"active": false}).Want(200)
		}, func(o *office, _ string) string { return o.rep.Id }},
		{"the substitute is away too", func(o *office, substitute string) {
			third := o.User(crm.RoleRep, testapp.Fields{"name": "第三人"})
			o.server.Update(o.director, o.rep, testapp.Fields{"away_until": o.Day(3), "substitute": substitute}).Want(200)
			o.server.Update(o.director, o.find("users", substitute), testapp.Fields{"away_until": o.Day(0), "substitute": third.Id}).Want(200)
		}, func(o *office, _ string) string { return o.named("第三人").Id }},
		{"two stand in for each other, both away", func(o *office, substitute string) {
			o.server.Update(o.director, o.rep, testapp.Fields{"away_until": o.Day(3), "substitute": substitute}).Want(200)
			o.server.Update(o.director, o.find("users", substitute), testapp.Fields{"away_until": o.Day(3), "substitute": o.rep.Id}).Want(200)
		}, func(_ *office, substitute string) string { return substitute }},
		{"the owner left to a substitute", func(o *office, substitute string) {
			o.server.Update(o.director, o.rep, testapp.Fields{"active": false, "substitute": substitute}).Want(200)
		}, func(_ *office, substitute string) string { return substitute }},
		{"the owner is not active", func(o *office, _ string) { // as a customer restored later may find them
			if _, err := o.DB().NewQuery("UPDATE users SET active = FALSE WHERE id = {:id}").Bind(dbx.Params{"id": o.rep.Id}).Execute(); err != nil {
				o.t.Fatal(err)
			}
		}, func(o *office, _ string) string { return o.manager.Id }},
		{"no owner, but a team", func(o *office, _ string) {
			o.server.Update(o.director, o.customer, testapp.Fields{"owner": ""}).Want(200)
			o.wantFields(o.customer, map[string]string{"team": o.team.Id}) // it stays
		}, func(o *office, _ string) string { return o.manager.Id }},
		{"nobody in the team", func(o *office, _ string) {
			o.server.Update(o.director, o.customer, testapp.Fields{"owner": ""}).Want(200)
			o.server.Update(o.director, o.manager, testapp.Fields{"active": false}).Want(200)
		}, func(o *office, _ string) string { return o.director.Id }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			substitute := o.User(crm.RoleRep, nil)
			primary := o.Contact(o.customer, nil)
			c.prepare(o, substitute.Id)
			o.server.Update(o.director, primary, testapp.Fields{"left_on": o.Day(0)}).Want(200)
			o.wantFields(o.first("tasks"), map[string]string{"kind": "handover", "assignee": c.want(o, substitute.Id), "by": "", "given_by": ""})
			o.wantAssigned(o.customer, o.find("users", c.want(o, substitute.Id)))
		})
	}
}

// TestNobodyResponsible leaves a rule's task without assignee where nobody is active.
func TestNobodyResponsible(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	contact := app.Reload(app.Contact(app.Customer(nil), nil))
	contact.Set("left_on", app.Day(0))
	if err := app.Save(contact); err != nil {
		t.Fatal(err)
	}
	task, err := app.FindFirstRecordByData("tasks", "kind", "handover")
	if err != nil {
		t.Fatal(err)
	}
	if got := task.GetString("assignee"); got != "" || task.GetString("status") != "open" {
		t.Errorf("the handover is %s and of %q", task.GetString("status"), got)
	}
}
