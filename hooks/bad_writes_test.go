package hooks_test

import (
	"testing"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestBadWrites sends every bad write over HTTP: it is refused by its field and code, and leaves nothing behind.
func TestBadWrites(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	director := app.User(crm.RoleDirector, nil)
	customer := app.Customer(nil)
	for _, bad := range testapp.BadWrites(app) {
		t.Run(bad.Name, func(t *testing.T) {
			before := count(t, app, bad.Collection)
			answer := server.Create(director, bad.Collection, bad.Fields(app, customer)).Want(400)
			if got := answer.Codes()[bad.Field]; got != bad.Code {
				t.Errorf("%s is refused with code %q, want %q: %s", bad.Field, got, bad.Code, answer.Body)
			}
			if after := count(t, app, bad.Collection); after != before {
				t.Errorf("there are %d records after the refusal, %d before", after, before)
			}
		})
	}
	for _, collection := range []string{crm.CollectionCustomers, crm.CollectionContacts, crm.CollectionOrders, crm.CollectionFollowUps} {
		server.Create(director, collection, app.GoodFields(collection, customer)).Want(200) // so that the table proves something
	}
}
