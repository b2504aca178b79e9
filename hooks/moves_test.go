package hooks_test

import (
	"testing"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestMovingTellsNothing refuses to move a contact to where its sender would read what is masked to them where it is. What
// holds nothing of the kind, or is read already, moves.
func TestMovingTellsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	support := o.User(crm.RoleSupport, nil)
	given := o.Customer(testapp.Fields{"owner": o.rep.Id, "collaborators": []string{support.Id}})
	pool, other := o.Customer(nil), o.Customer(testapp.Fields{"owner": o.rep.Id})

	hidden := o.Contact(pool, testapp.Fields{"phone": "13800138000"})
	for who, to := range map[string]testapp.Fields{"rep": {"customer": o.customer.Id}, "support": {"customer": given.Id}} {
		sender := o.rep
		if who == "support" {
			sender = support
		}
		answer := o.server.Update(sender, hidden, to).Want(400)
		if code := answer.Codes()["customer"]; code != "not_allowed" {
			t.Errorf("%s moving a contact of the pool: %q, want not_allowed", who, code)
		}
	}
	for what, contact := range map[string]testapp.Fields{"without a number": {"phone": ""}, "born one day": {"phone": "", "birthday": "1980-01-02"}} {
		want := 200
		if contact["birthday"] != nil {
			want = 400
		}
		if answer := o.server.Update(o.rep, o.Contact(pool, contact), testapp.Fields{"customer": o.customer.Id}); answer.Status != want {
			t.Errorf("moving a contact %s: %d, want %d: %s", what, answer.Status, want, answer.Body)
		}
	}
	o.server.Update(o.rep, o.Contact(o.customer, testapp.Fields{"phone": "13800138001"}), testapp.Fields{"customer": other.Id}).Want(200)
	o.server.Update(o.director, hidden, testapp.Fields{"customer": o.customer.Id}).Want(200)
}

// TestMovingGivesNothing lets nobody open a customer to somebody by moving a rule's task there, who could not have given one.
func TestMovingGivesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	elsewhere := o.Customer(testapp.Fields{"owner": o.User(crm.RoleRep, testapp.Fields{"team": o.Team("华南").Id}).Id})
	task := o.Make(crm.CollectionTasks, testapp.Fields{
		"customer": o.customer.Id, "assignee": o.rep.Id, "title": "轻量触达", "kind": "light_touch", "due_at": o.Day(2), "status": "open",
	})
	if got := o.Reload(o.customer).GetStringSlice("assigned"); len(got) != 1 {
		t.Fatalf("a rule's task assigns its customer to %v, want the rep", got)
	}
	o.server.Update(o.manager, task, testapp.Fields{"customer": elsewhere.Id}).Want(200)
	if got := o.Reload(elsewhere).GetStringSlice("assigned"); len(got) > 0 {
		t.Errorf("a manager of another team opened the customer to %v", got)
	}
}
