package hooks_test

import (
	"testing"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestOddValues refuses, by field, what a field cannot hold: PocketBase would take it for nothing and empty the field.
func TestOddValues(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	customer := o.Customer(testapp.Fields{
		"owner": o.rep.Id, "notes": "留着", "website": "https://touchbase.example", "preferred_channel": "phone",
		"avoid_channels": []string{"sms"}, "collaborators": []string{o.director.Id},
	})
	object := map[string]any{"a": 1}
	for _, field := range []string{"notes", "website", "preferred_channel", "avoid_channels", "owner", "collaborators"} {
		for _, value := range []any{object, []any{object}} {
			if got := o.server.Update(root, customer, testapp.Fields{field: value}).Want(400).Codes()[field]; got != crm.CodeUnreadableText {
				t.Errorf("%s %v is refused with %q", field, value, got)
			}
		}
		if before, after := customer.GetString(field), o.Reload(customer).GetString(field); after != before {
			t.Errorf("%s is %q, was %q", field, after, before)
		}
	}
	order := o.Order(customer, 100, testapp.Fields{"cancelled": true})
	for _, value := range []any{"maybe", 2, object, []any{false}} {
		if got := o.server.Update(root, order, testapp.Fields{"cancelled": value}).Want(400).Codes()["cancelled"]; got != crm.CodeUnreadableYesNo {
			t.Errorf("cancelled %v is refused with %q", value, got)
		}
	}
	for _, value := range []any{false, "false", 0, nil, ""} {
		o.server.Update(root, order, testapp.Fields{"cancelled": true}).Want(200)
		if answer := o.server.Update(root, order, testapp.Fields{"cancelled": value}).Want(200); answer.Data["cancelled"] != false {
			t.Errorf("cancelled %v is stored as %v", value, answer.Data["cancelled"])
		}
	}
}

// TestTooLarge keeps out numbers that would break the sums and days of every night to come.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	customer := o.Customer(nil)
	tomorrow := testapp.Fields{"customer": customer.Id, "ordered_at": o.Day(1), "amount": 1e307}
	if got := o.server.Create(root, crm.CollectionOrders, tomorrow).Want(400).Codes()["amount"]; got != "too_large" {
		t.Errorf("an endless amount is refused with %q", got)
	}
	revenue := testapp.Fields{"annual_revenue+": 1e15}
	o.server.Update(root, customer, revenue).Want(200)
	if got := o.server.Update(root, customer, revenue).Want(400).Codes()["annual_revenue"]; got != "too_large" {
		t.Errorf("an endless revenue is refused with %q", got)
	}
	for _, field := range []string{"silent_after_days", "max_gap_days"} {
		if got := o.server.Update(root, o.first(crm.CollectionTiers), testapp.Fields{field: 1e9}).Want(400).Codes()[field]; got != "too_large" {
			t.Errorf("an endless %s is refused with %q", field, got)
		}
	}
}
