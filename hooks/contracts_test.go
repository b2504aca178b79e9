package hooks_test

import (
	"testing"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestContract stores a contract as its owner enters it, and refuses what is no contract.
func TestContract(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	answer := o.server.Create(o.rep, crm.CollectionContracts, testapp.Fields{
		"customer": o.customer.Id, "number": " ＨＴ-1 ", "starts_on": "2026年1月1日", "ends_on": "2026/12/31", "amount": "12万",
	}).Want(200)
	contract := o.find(crm.CollectionContracts, answer.Text("id"))
	o.wantFields(contract, map[string]string{
		"number": "HT-1", "starts_on": "2026-01-01 00:00:00.000Z", "ends_on": "2026-12-31 00:00:00.000Z", "amount": "120000", "status": "active",
	})
	for _, c := range []struct {
		name, field, code string
		fields            testapp.Fields
	}{
		{"without amount", "amount", crm.CodeRequired, testapp.Fields{"amount": nil}},
		{"with an empty one", "amount", crm.CodeRequired, testapp.Fields{"amount": ""}},
		{"ending before it starts", "ends_on", "before_start", testapp.Fields{"starts_on": o.Day(1), "ends_on": o.Day(0)}},
		{"of nobody", "customer", crm.CodeRequired, testapp.Fields{"customer": ""}},
		{"of no status there is", "status", "validation_invalid_value", testapp.Fields{"status": "lost"}},
	} {
		good := testapp.Fields{"customer": o.customer.Id, "amount": 0}
		if got := o.server.Create(o.director, crm.CollectionContracts, with(good, c.fields)).Want(400).Codes()[c.field]; got != c.code {
			t.Errorf("a contract %s is refused with %q, want %q", c.name, got, c.code)
		}
	}
	for _, c := range []struct {
		field, code string
		value       any
	}{{"amount", crm.CodeRequired, nil}, {"ends_on", "before_start", "2025-12-31"}, {"starts_on", "", "2026-12-31"}, {"ends_on", "", ""}, {"status", "", "ended"}} {
		answer := o.server.Update(o.rep, contract, testapp.Fields{c.field: c.value})
		if got := answer.Codes()[c.field]; got != c.code {
			t.Errorf("%s %v is refused with %q, want %q", c.field, c.value, got, c.code)
		}
	}
	if got := o.server.Create(o.Superuser(), crm.CollectionContracts, testapp.Fields{"customer": o.customer.Id}).Want(400).Codes()["amount"]; got != crm.CodeRequired {
		t.Errorf("a superuser's without amount is refused with %q", got)
	}
}

// TestContractMoved tells of both customers, and moves a contract only to where its sender could have made it.
func TestContractMoved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := o.Customer(testapp.Fields{"owner": o.rep.Id})
	mates := o.Customer(testapp.Fields{"owner": o.User(crm.RoleRep, testapp.Fields{"team": o.team.Id}).Id})
	contract := o.Make(crm.CollectionContracts, testapp.Fields{"customer": o.customer.Id, "amount": 5})
	if got := o.server.Update(o.rep, contract, testapp.Fields{"customer": mates.Id}).Want(400).Codes()["customer"]; got != "not_allowed" {
		t.Errorf("to a colleague's customer: %q", got)
	}
	from, to := o.listen(o.rep, "customers/"+o.customer.Id), o.listen(o.rep, "customers/"+other.Id)
	o.server.Update(o.rep, contract, testapp.Fields{"customer": other.Id}).Want(200)
	o.next(from, "customers/"+o.customer.Id)
	o.next(to, "customers/"+other.Id)
	if got := o.server.Send(o.director, "DELETE", "/api/collections/contracts/records/"+contract.Id, nil).Status; got != 403 && got != 404 {
		t.Errorf("a director deletes a contract: %d", got)
	}
}
