package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// reveal asks for a field of a contact because its customer called.
func (o *office) reveal(as string, contact *core.Record, field string) testapp.Answer {
	o.t.Helper()
	return o.server.Send(o.by[as], http.MethodPost, "/api/crm/reveal", testapp.Fields{
		"collection": "contacts", "id": contact.Id, "field": field, "reason": "customer_called",
	})
}

// reachableContact makes a contact with everything one may be reached by.
func (o *office) reachableContact(customer *core.Record) *core.Record {
	o.t.Helper()
	return o.Contact(customer, testapp.Fields{"phone": "13800138000", "email": "li@example.com", "wechat": "lixiansheng", "birthday": "1980-05-01"})
}

// TestWhoIsRevealed answers whoever sees the record: with an entry in the log those who see it masked, without one those who read it.
func TestWhoIsRevealed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	held, free := o.reachableContact(o.customer(false)), o.reachableContact(o.customer(true))
	const unseen, reads, masked = 404, 200, 201
	for as, want := range map[string][2]int{ // of the rep's, in the pool
		"guest": {401, 401}, "left": {403, 403},
		"rep": {reads, masked}, "collaborator": {reads, masked}, "colleague": {masked, masked}, "stranger": {unseen, masked},
		"support": {masked, masked}, "manager": {reads, masked}, "other manager": {masked, masked},
		"director": {reads, reads}, "superuser": {reads, reads},
	} {
		for i, contact := range []*core.Record{held, free} {
			for field, value := range map[string]string{"phone": "+8613800138000", "email": "li@example.com", "wechat": "lixiansheng"} {
				answer := o.reveal(as, contact, field)
				status, entries := want[i], 0
				if status == masked {
					status, entries = 200, 1
				}
				if answer.Status != status || status == 200 && answer.Text("value") != value {
					t.Errorf("%s, %s, pool %t: got %d %s, want %d", as, field, i == 1, answer.Status, answer.Body, want[i])
				}
				if status != 200 && strings.Contains(answer.Body, value) {
					t.Errorf("%s, %s: the refusal shows it: %s", as, field, answer.Body)
				}
				if as == "guest" {
					continue
				}
				if got := o.notes(as, contact, "reveal", field+": customer_called"); got != entries {
					t.Errorf("%s, %s, pool %t: %d entries in the log, want %d", as, field, i == 1, got, entries)
				}
			}
		}
	}
	var quoted int
	err := o.DB().NewQuery(`SELECT count(*) FROM audit_log, (SELECT column1 secret FROM (VALUES ('%138001%'), ('%li@%'), ('%lixian%')))
		WHERE action = 'reveal' AND note || coalesce(changes, '') || coalesce(digests, '') LIKE secret`).Row(&quoted)
	if err != nil {
		t.Fatal(err)
	}
	if quoted != 0 {
		t.Errorf("%d entries of reveals quote what was revealed", quoted)
	}
}

// TestRevealRefuses what cannot be revealed and what has no reason, by field.
func TestRevealRefuses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	contact := o.reachableContact(o.customer(true))
	good := testapp.Fields{"collection": "contacts", "id": contact.Id, "field": "phone", "reason": "customer_called"}
	for _, c := range []struct {
		change testapp.Fields
		status int
		field  string
		code   string
	}{
		{testapp.Fields{"field": "birthday"}, 400, "field", "no_mask"},
		{testapp.Fields{"field": "phone_masked"}, 400, "field", "no_mask"},
		{testapp.Fields{"field": "tokenKey"}, 400, "field", "no_mask"},
		{testapp.Fields{"field": ""}, 400, "field", crm.CodeRequired},
		{testapp.Fields{"collection": "users", "id": o.by["rep"].Id}, 400, "field", "no_mask"},
		{testapp.Fields{"collection": "_superusers", "id": o.by["superuser"].Id}, 404, "", ""},
		{testapp.Fields{"collection": "nothing"}, 404, "", ""},
		{testapp.Fields{"id": "000000000000000"}, 404, "", ""},
		{testapp.Fields{"id": ""}, 400, "id", crm.CodeRequired},
		{testapp.Fields{"reason": nil}, 400, "reason", crm.CodeRequired},
		{testapp.Fields{"reason": "curiosity"}, 400, "reason", "unknown_reason"},
		{testapp.Fields{"reason": "other"}, 400, "text", crm.CodeRequired},
		{testapp.Fields{"reason": "other", "text": " "}, 400, "text", crm.CodeRequired},
		{testapp.Fields{"reason": "other", "text": strings.Repeat("因", 201)}, 400, "text", "too_long"},
		{testapp.Fields{"reason": 3}, 400, "reason", crm.CodeUnreadableText},
		{testapp.Fields{"value": "x"}, 400, "value", crm.CodeUnknownField},
	} {
		body := testapp.Fields{}
		for _, fields := range []testapp.Fields{good, c.change} {
			for name, value := range fields {
				body[name] = value
			}
		}
		answer := o.server.Send(o.by["support"], http.MethodPost, "/api/crm/reveal", body)
		if answer.Status != c.status || answer.Codes()[c.field] != c.code {
			t.Errorf("%v: got %d %s, want %d %s", c.change, answer.Status, answer.Body, c.status, c.code)
		}
	}
	answer := o.server.Send(o.by["support"], http.MethodPost, "/api/crm/reveal", testapp.Fields{
		"collection": "contacts", "id": contact.Id, "field": "phone", "reason": "other", "text": "展会上约好\n回电",
	}).Want(200)
	if answer.Text("value") != "+8613800138000" || o.notes("support", contact, "reveal", "phone: other: 展会上约好 回电") != 1 {
		t.Errorf("a reason in words: %s", answer.Body)
	}
	nobody := o.Contact(o.customer(true), nil)
	if value, there := o.reveal("support", nobody, "phone").Want(200).Data["value"]; value != "" || !there {
		t.Errorf("an empty number is %v", value)
	}
}

// TestRevealsAnHour shows a person reveal_per_hour values in any hour, also when they ask for many at once.
func TestRevealsAnHour(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	contact := o.reachableContact(o.customer(true))
	o.setPolicy(testapp.Fields{"reveal_per_hour": 3})
	o.reveal("rep", contact, "phone").Want(200)
	o.Clock.Advance(30 * time.Minute)
	answers := make([]testapp.Answer, 8)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() { answers[i] = o.reveal("rep", contact, "phone") })
	}
	group.Wait()
	statuses := map[int]int{}
	for _, answer := range answers {
		statuses[answer.Status]++
		if answer.Status == 429 && (answer.Codes()["field"] != "reveal_per_hour" || strings.Contains(answer.Body, "13800138000")) {
			t.Errorf("the limit answers %s", answer.Body)
		}
	}
	if fmt.Sprint(statuses) != "map[200:2 429:6]" {
		t.Errorf("of 8 at once after one of 3: %v", statuses)
	}
	o.reveal("support", contact, "phone").Want(200) // each person by themselves
	for range 5 {
		o.reveal("director", contact, "phone").Want(200) // who may read it is not counted
	}
	o.Clock.Advance(30*time.Minute - time.Second)
	o.reveal("rep", contact, "phone").Want(429)
	o.Clock.Advance(time.Second) // the first is an hour old
	o.reveal("rep", contact, "phone").Want(200)
	o.reveal("rep", contact, "phone").Want(429)
	o.setPolicy(testapp.Fields{"reveal_per_hour": 0})
	o.reveal("manager", contact, "phone").Want(429)
}
