package hooks_test

import (
	"testing"
	"time"

	"touchbase/internal/testapp"
)

// TestKindOfOrder gives an order without kind the one it has, and makes a negative amount a return.
func TestKindOfOrder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	at := o.At(-48 * time.Hour)
	for _, c := range []struct {
		name   string
		fields testapp.Fields
		want   string
	}{
		{"a cancelled order does not count", testapp.Fields{"ordered_at": o.At(-96 * time.Hour), "amount": 10, "cancelled": true}, "new"},
		{"nor does a return", testapp.Fields{"ordered_at": o.At(-72 * time.Hour), "amount": -5}, "return"},
		{"the first that counts", testapp.Fields{"ordered_at": at, "amount": 0}, "new"},
		{"another of the same moment", testapp.Fields{"ordered_at": at, "amount": 7}, "repeat"},
		{"a later one", testapp.Fields{"ordered_at": o.At(-time.Hour), "amount": 7}, "repeat"},
		{"said to be a renewal", testapp.Fields{"ordered_at": o.At(-time.Hour), "amount": 7, "kind": "renewal"}, "renewal"},
		{"a negative amount whatever it is called", testapp.Fields{"ordered_at": o.At(-time.Hour), "amount": "-1,000", "kind": "new"}, "return"},
	} {
		c.fields["customer"] = o.customer.Id
		if got := o.server.Create(o.rep, "orders", c.fields).Want(200).Text("kind"); got != c.want {
			t.Errorf("%s: kind %q, want %q", c.name, got, c.want)
		}
	}
	// Returns lower the sum and are no orders; cancelled ones count for nothing.
	o.wantFields(o.customer, map[string]string{"annual_purchase": "-984", "window_orders": "4", "stage": "active"})
}

// TestReturnIsNoSignOfLife keeps a return and a cancelled order from waking anybody or making a customer of a prospect.
func TestReturnIsNoSignOfLife(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	order := o.Order(o.customer, -100, nil)
	o.wantFields(o.customer, map[string]string{"stage": "prospect", "last_interaction_at": "", "last_order_at": "", "annual_purchase": "-100"})
	o.server.Update(o.rep, order, testapp.Fields{"amount": 250, "kind": "new"}).Want(200)
	o.wantFields(o.customer, map[string]string{"stage": "active", "annual_purchase": "250"})
	o.server.Update(o.rep, order, testapp.Fields{"cancelled": true}).Want(200)
	o.wantFields(o.customer, map[string]string{"stage": "active", "annual_purchase": "0", "last_order_at": ""}) // never back
}

// TestOwnerOfOrder keeps the owner of the day the order was entered.
func TestOwnerOfOrder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	order := o.find("orders", o.server.Create(o.rep, "orders", testapp.Fields{"customer": o.customer.Id, "amount": 9, "ordered_at": o.At(0)}).Want(200).Text("id"))
	other := o.User("rep", nil)
	o.server.Update(o.director, o.customer, testapp.Fields{"owner": other.Id}).Want(200)
	o.server.Update(o.director, order, testapp.Fields{"amount": 10}).Want(200)
	o.wantFields(order, map[string]string{"owner": o.rep.Id})
	o.wantFields(o.customer, map[string]string{"owner": other.Id, "team": ""})
}

// TestOrderMovedToAnotherCustomer judges both.
func TestOrderMovedToAnotherCustomer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := o.Customer(testapp.Fields{"owner": o.rep.Id})
	order := o.Order(o.customer, 700, nil)
	o.server.Update(o.rep, order, testapp.Fields{"customer": other.Id}).Want(200)
	o.wantFields(o.customer, map[string]string{"annual_purchase": "0"})
	o.wantFields(other, map[string]string{"annual_purchase": "700", "stage": "active"})
	if err := o.Delete(o.Reload(order)); err != nil {
		t.Fatal(err)
	}
	o.wantFields(other, map[string]string{"annual_purchase": "0", "stage": "active"})
}

// TestReturnPutRight makes a purchase of what was entered as a return by a slip of the sign.
func TestReturnPutRight(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	order := o.Order(o.customer, -500, nil)
	if kind := order.GetString("kind"); kind != "return" {
		t.Fatalf("a negative amount is a %s", kind)
	}
	answer := o.server.Update(o.rep, order, testapp.Fields{"amount": 500}).Want(200)
	if kind := answer.Text("kind"); kind != "new" {
		t.Errorf("put right it is %q, want new", kind)
	}
}
