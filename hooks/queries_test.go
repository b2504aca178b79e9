package hooks_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestQueriesThatCostTooMuch refuses, before it is read, a filter so deep that reading it would take the server's memory, and an
// expand that goes there and back until the answer does.
func TestQueriesThatCostTooMuch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Contact(o.customer, nil)
	const depth = 20_000
	deep := strings.Repeat("(", depth) + "id!=''" + strings.Repeat(")", depth)
	for name, query := range map[string]url.Values{
		"deep filter": {"filter": {deep}}, "deep filter of a search": {"filter": {deep}},
		"expand": {"expand": {"contacts_via_customer.customer.contacts_via_customer"}},
	} {
		path := "/api/collections/customers/records?"
		if strings.Contains(name, "search") {
			path = "/api/crm/search/customers?"
		}
		began := time.Now()
		answer := o.server.Send(o.rep, http.MethodGet, path+query.Encode(), nil)
		if took := time.Since(began); answer.Status != http.StatusBadRequest || took > time.Second {
			t.Errorf("%s: %d after %s, want 400 at once", name, answer.Status, took)
		}
	}
	o.server.Send(o.rep, http.MethodGet, "/api/collections/customers/records?expand=contacts_via_customer.customer", nil).Want(200)
}
