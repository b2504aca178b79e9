package accesstest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"touchbase/internal/testapp"
)

// event is one message of the realtime stream.
type event struct{ topic, data string }

// listener is an open realtime stream.
type listener struct {
	client string
	events chan event
}

// listen opens the realtime stream of somebody; it is closed when the test ends.
func (w *world) listen(p *principal) *listener {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	w.t.Cleanup(stop)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.server.URL+"/api/realtime", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	l := &listener{events: make(chan event, 10000)}
	go func() {
		defer response.Body.Close()
		defer close(l.events)
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		topic := ""
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "event:"); ok {
				topic = strings.TrimSpace(name)
			} else if data, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
				l.events <- event{topic, data}
			}
		}
	}()
	var hello struct{ ClientID string }
	if err := json.Unmarshal([]byte(w.next(l, "PB_CONNECT").data), &hello); err != nil {
		w.t.Fatal(err)
	}
	l.client = hello.ClientID
	return l
}

// subscribe sets what a listener is told.
func (w *world) subscribe(p *principal, l *listener, topics ...string) answer {
	w.t.Helper()
	return w.post(p, "/api/realtime", testapp.Fields{"clientId": l.client, "subscriptions": topics})
}

// next waits for the next event of a topic.
func (w *world) next(l *listener, topic string) event {
	w.t.Helper()
	events := w.until(l, func(e event) bool { return e.topic == topic })
	return events[len(events)-1]
}

// until collects events up to and with the one asked for.
func (w *world) until(l *listener, last func(event) bool) (events []event) {
	w.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case e, open := <-l.events:
			if !open {
				w.t.Fatal("the stream ended")
			}
			if events = append(events, e); last(e) {
				return events
			}
		case <-deadline:
			w.t.Fatalf("the event waited for did not come; %d others did", len(events))
		}
	}
}

// drain gives what a listener was told so far. Events are sent side by side, so it asks until nothing is on its way.
func (w *world) drain(l *listener) (events []event) {
	w.t.Helper()
	w.marks++
	name := fmt.Sprintf("end %d", w.marks)
	client, err := w.SubscriptionsBroker().ClientById(l.client)
	if err != nil {
		w.t.Fatal(err)
	}
	for quiet := 0; quiet < 3; quiet++ {
		client.Send(subscriptions.Message{Name: name, Data: []byte("{}")})
		got := w.until(l, func(e event) bool { return e.topic == name })
		if len(got) > 1 {
			quiet = 0
		}
		events = append(events, got[:len(got)-1]...)
	}
	return events
}

// settled is drain where what was sent before a right was lost must not be taken for what is sent after: it also waits a little
// for senders that have not had their turn, of which nothing tells.
func (w *world) settled(l *listener) (events []event) {
	w.t.Helper()
	for range 3 {
		events = append(events, w.drain(l)...)
		time.Sleep(30 * time.Millisecond)
	}
	return append(events, w.drain(l)...)
}

func topic(name, expand, filter string) string {
	query := map[string]string{}
	if expand != "" {
		query["expand"] = expand
	}
	if filter != "" {
		query["filter"] = filter
	}
	return name + "?options=" + url.QueryEscape(encoded(map[string]any{"query": query}))
}

// TestRealtime tells everybody who listens to everything about the creation, change and deletion of every record, and holds what
// each of them hears against the page.
func TestRealtime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	listeners := map[*principal]*listener{}
	for _, p := range w.principals {
		l := w.listen(p)
		if p.id != "" && p.role == "" && !p.super {
			if answer := w.subscribe(p, l, "customers/*"); answer.status < 400 {
				t.Errorf("an %s subscribes", p.name)
			}
			continue
		}
		listeners[p] = l
		topics := []string{"customers", topic("contacts/*", "", "phone != ''"), topic("customers/*", "", "budget_range != ''"), topic("users/*", "", "email != ''")}
		for collection, fields := range w.fields {
			expand := ""
			for _, f := range fields {
				if f.GetName() == "customer" {
					expand = "customer"
				}
			}
			topics = append(topics, topic(collection+"/*", expand, ""))
		}
		topics = append(topics, "customers/"+w.of("customers")[0].id)
		if answer := w.subscribe(p, l, topics...); answer.status != http.StatusNoContent {
			t.Fatalf("%s subscribes: %d %s", p.name, answer.status, answer.body)
		}
		for _, bad := range []string{
			topic("orders/*", "owner", ""), topic("customers/*", "import", ""), topic("users/*", "customers_via_assigned", ""),
			topic("users/*", "", "customers_via_owner.name != 'x'"), topic("follow_ups/*", "", "our_people.name != 'x'"),
			topic("customers/"+w.of("customers")[0].id, "import", ""), topic("customers", "import", ""),
		} {
			if answer := w.subscribe(p, l, append([]string{bad}, topics...)...); answer.status < 400 && !p.super {
				t.Errorf("%s subscribes to %s", p.name, bad)
			}
		}
		if answer := w.subscribe(p, l, topics...); answer.status != http.StatusNoContent {
			t.Fatalf("%s subscribes again: %d %s", p.name, answer.status, answer.body)
		}
	}
	rows := w.announced()
	for _, r := range rows {
		w.announce(r)
	}
	w.heardBy(listeners, rows, "create", "update")
	w.rewritten = true // deleting assesses the customers, which show when they were last met and last ordered
	var gone []*row
	for _, r := range rows {
		if w.delete(r) {
			gone = append(gone, r)
		}
	}
	if len(gone) < 50 {
		t.Errorf("only %d records were deleted", len(gone))
	}
	w.heardBy(listeners, gone, "delete")
	w.sweep()
	w.report(50000, 10000)
}

// announced are the rows whose fate is told: all, but of what is alike for everybody a few.
func (w *world) announced() (rows []*row) {
	for _, collection := range []string{
		"signals", "tier_changes", "orders", "contracts", "cases", "surveys", "follow_ups", "contacts", "tasks", "customers", "users", "imports", "job_runs", "tags", "teams",
	} {
		rows = append(rows, w.of(collection)...)
	}
	return rows
}

// announce says of a row that it was created, and that it was changed, as PocketBase does after a write.
func (w *world) announce(r *row) {
	w.t.Helper()
	record, err := w.FindRecordById(r.collection, r.id)
	if err != nil {
		w.t.Fatal(err)
	}
	done := func(*core.ModelEvent) error { return nil }
	e := &core.ModelEvent{}
	e.App, e.Context, e.Model, e.Type = w.App, context.Background(), record, core.ModelEventTypeCreate
	if err := w.OnModelAfterCreateSuccess().Trigger(e, done); err != nil {
		w.t.Fatal(err)
	}
	e = &core.ModelEvent{}
	e.App, e.Context, e.Model, e.Type = w.App, context.Background(), record, core.ModelEventTypeUpdate
	if err := w.OnModelAfterUpdateSuccess().Trigger(e, done); err != nil {
		w.t.Fatal(err)
	}
}

// delete deletes a row where that changes how nobody stands to others.
func (w *world) delete(r *row) bool {
	w.t.Helper()
	switch r.collection {
	case "customers", "users", "teams", "tags":
		return false
	}
	if grants, _ := r.data["grants"].(bool); grants {
		return false
	}
	record, err := w.FindRecordById(r.collection, r.id)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.Delete(record); err != nil {
		w.t.Fatalf("failed to delete %s %s: %v", r.collection, r.id, err)
	}
	return true
}

// heardBy holds what everybody was told against the page: all of what they see, nothing of what they do not.
func (w *world) heardBy(listeners map[*principal]*listener, rows []*row, actions ...string) {
	w.t.Helper()
	for _, p := range w.principals {
		if listeners[p] == nil {
			continue
		}
		heard, expected := map[string]bool{}, map[string]bool{}
		for _, r := range rows {
			for _, action := range actions {
				if p.sees(r.collection, w.standing(p, r)) {
					expected[action+r.id] = true
				}
			}
		}
		deadline := time.Now().Add(10 * time.Second)
		for more := true; more; {
			for _, e := range w.drain(listeners[p]) {
				w.heardOne(p, e, actions, heard)
				delete(expected, told(e))
			}
			more = len(expected) > 0 && time.Now().Before(deadline) // events are on their way
		}
		for _, r := range rows {
			for _, action := range actions {
				if sees := p.sees(r.collection, w.standing(p, r)); sees != heard[action+r.id] {
					w.t.Errorf("%s: told: %t, sees: %t", w.cell(p, r, "id", "realtime "+action), heard[action+r.id], sees)
				}
			}
		}
	}
}

// told is what an event tells: what was done to which record; empty where it tells of none.
func told(e event) string {
	var told struct {
		Action string
		Record struct{ ID string }
	}
	if err := json.Unmarshal([]byte(e.data), &told); err != nil || told.Record.ID == "" {
		return ""
	}
	return told.Action + told.Record.ID
}

// heardOne holds one event against the page.
func (w *world) heardOne(p *principal, e event, actions []string, heard map[string]bool) {
	w.t.Helper()
	w.hear(p, e.data)
	what := told(e)
	if what == "" {
		return
	}
	if strings.Contains(e.topic, "filter") {
		w.t.Errorf("%s is told of %s by a filter of a hidden field, %s", p.name, what, e.topic)
	}
	for _, action := range actions {
		if strings.HasPrefix(what, action) {
			w.check(p, "realtime "+action, e.data)
		}
	}
	heard[what] = true
}
