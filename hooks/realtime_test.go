package hooks_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// message is one event of the realtime stream.
type message struct {
	name string
	data map[string]any
}

// listen opens the realtime stream of somebody for some topics.
func (o *office) listen(as *core.Record, topics ...string) <-chan message {
	o.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	o.t.Cleanup(stop)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.server.URL+"/api/realtime", nil)
	if err != nil {
		o.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		o.t.Fatal(err)
	}
	messages := make(chan message, 100)
	go func() {
		defer response.Body.Close()
		defer close(messages)
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		name := ""
		for lines.Scan() {
			if event, ok := strings.CutPrefix(lines.Text(), "event:"); ok {
				name = strings.TrimSpace(event)
			} else if raw, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
				m := message{name: name}
				_ = json.Unmarshal([]byte(raw), &m.data) // what is no object is no event of ours
				messages <- m
			}
		}
	}()
	hello := o.next(messages, "PB_CONNECT")
	o.server.Send(as, http.MethodPost, "/api/realtime", testapp.Fields{"clientId": hello.data["clientId"], "subscriptions": topics}).Want(204)
	return messages
}

// next waits for the next event of a topic.
func (o *office) next(messages <-chan message, name string) message {
	o.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case m, open := <-messages:
			if !open {
				o.t.Fatalf("the stream ended before an event of %s", name)
			}
			if m.name == name {
				return m
			}
		case <-deadline:
			o.t.Fatalf("no event of %s came", name)
		}
	}
}

// wantSilence fails if anything came before now, after what the program has sent.
func (o *office) wantSilence(messages <-chan message) {
	o.t.Helper()
	o.silences++
	const mark = "end "
	end := mark + strconv.Itoa(o.silences)
	for _, client := range o.SubscriptionsBroker().Clients() {
		client.Send(subscriptions.Message{Name: end, Data: []byte("{}")})
	}
	for m := range messages {
		if m.name == end {
			return
		}
		if !strings.HasPrefix(m.name, mark) { // of another silence
			o.t.Errorf("there came %v", m)
		}
	}
	o.t.Error("the stream ended")
}

// TestRealtime tells whoever watches customers the new date when a follow-up is recorded, and a task is done.
func TestRealtime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	messages := o.listen(o.manager, "customers/*")
	wantNext := func(days int) {
		t.Helper()
		m := o.next(messages, "customers/*")
		record, _ := m.data["record"].(map[string]any)
		if m.data["action"] != "update" || record["id"] != o.customer.Id || record["next_follow_up_on"] != o.midnight(days) {
			t.Errorf("the event is %v of %v with next_follow_up_on %v, want day %s", m.data["action"], record["id"], record["next_follow_up_on"], o.midnight(days))
		}
	}
	followUp := o.recorded(testapp.Fields{"status": "to_follow_up", "next_action": "报价", "next_action_on": o.Day(5)})
	wantNext(5)
	task := o.task(followUp, crm.KindNextAction)
	o.server.Update(o.rep, task, testapp.Fields{"due_at": o.Day(9), "postpone_reason": "对方出差"}).Want(200)
	wantNext(9)
	o.server.Update(o.rep, task, testapp.Fields{"status": "done"}).Want(200)
	wantNext(60)

	o.record(testapp.Fields{"content": ""}).Want(400) // says nothing to anybody
	o.server.Update(o.rep, o.customer, testapp.Fields{"region": "苏州"}).Want(200)
	m := o.next(messages, "customers/*")
	if record, _ := m.data["record"].(map[string]any); record["region"] != "苏州" {
		t.Errorf("after a refused follow-up the next event is %v, want the new region", m.data)
	}
}

// TestRealtimeForStrangers sends a guest nothing of a customer: the next thing they hear is what they may.
func TestRealtimeForStrangers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	guest, manager := o.listen(nil, "customers/*"), o.listen(o.manager, "customers/*")
	o.recorded(nil)
	o.next(manager, "customers/*")
	o.wantSilence(guest)
}
