package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

func (o *office) suggestion(as string, customer *core.Record) testapp.Answer {
	o.t.Helper()
	return o.server.Send(o.by[as], http.MethodGet, "/api/crm/customers/"+customer.Id+"/suggestion", nil)
}

func (o *office) suggested(as string, customer *core.Record) crm.Suggestion {
	o.t.Helper()
	var s crm.Suggestion
	if err := json.Unmarshal([]byte(o.suggestion(as, customer).Want(http.StatusOK).Body), &s); err != nil {
		o.t.Fatal(err)
	}
	return s
}

func rulesOf(s crm.Suggestion) []string {
	var names []string
	for _, r := range s.Reasons {
		names = append(names, r.Rule)
	}
	return names
}

// TestSuggestion follows one customer: its playbooks in turn, the channel its contact prefers, cases of its industry, and what waits.
func TestSuggestion(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	customer := o.key("rep", nil)
	for _, fields := range []testapp.Fields{
		{"title": "机床厂案例一", "kind": "case", "industries": []string{customer.GetString("industry")}},
		{"title": "机床厂案例二", "title_en": "A second case", "kind": "case", "industries": []string{customer.GetString("industry")}, "tiers": []string{"S", "A"}},
		{"title": "机床厂案例三", "kind": "case", "industries": []string{customer.GetString("industry")}, "tiers": []string{"C"}},
		{"title": "别的行业", "kind": "case", "industries": []string{o.Industry("62")}},
		{"title": "行业新闻", "kind": "news", "industries": []string{customer.GetString("industry")}},
	} {
		o.Make(crm.CollectionMaterials, fields)
	}
	first := o.suggested("rep", customer)
	if first.Playbook != "playbook0normal" || first.Channel != "email" || first.Urgency != "routine" || len(first.Materials) != 2 || first.What["en"] == "" {
		t.Errorf("first: %+v", first)
	}
	if got := rulesOf(first); !slices.Equal(got, []string{"customer", "action", "first", "channel", "cases"}) ||
		!strings.Contains(first.Words["zh-CN"], "A 类客户") || !strings.Contains(first.Words["en"], "tier A") {
		t.Errorf("first, because of %v: %v", got, first.Words)
	}
	o.Contact(customer, testapp.Fields{"preferred_channel": "wecom"})
	o.FollowUp(customer, testapp.Fields{"by": o.by["rep"].Id, "channel": "wecom"})
	second := o.suggested("rep", customer)
	if second.Action == first.Action || second.Channel != "wecom" || second.On.String() <= "2026-08-03" {
		t.Errorf("second: %+v", second)
	}
	// A line of a plan that is done is not suggested again; its tier has more.
	plan := o.plan("2026-08", nil)
	for n := range 5 {
		o.done(customer, plan, "playbook0normal", n)
	}
	if third := o.suggested("rep", customer); third.Playbook != "playbook0tier0a" {
		t.Errorf("third: %+v", third)
	}
	o.set(customer, testapp.Fields{"avoid_channels": `["phone","wecom"]`})
	task := o.Make(crm.CollectionTasks, testapp.Fields{
		"customer": customer.Id, "kind": "negative_feedback", "title": "回应", "assignee": o.by["rep"].Id, "due_at": o.Clock.Now().Add(20 * time.Hour),
	})
	if urgent := o.suggested("rep", customer); urgent.Task != task.Id || urgent.Urgency != "urgent" || urgent.Channel != "wechat" || urgent.On.String() != "2026-08-03" {
		t.Errorf("urgent: %+v", urgent)
	}
}

// done makes a line of a plan that was done.
func (o *office) done(customer, plan *core.Record, playbook string, action int) {
	o.t.Helper()
	key := "plan:" + plan.Id + ":" + customer.Id + ":" + playbook + "." + string(rune('0'+action)) + ":0"
	o.Make(crm.CollectionTasks, testapp.Fields{
		"customer": customer.Id, "plan": plan.Id, "kind": "maintenance", "title": "x", "key": key, "status": "done",
		"due_at": o.Clock.Now(), "done_at": o.Clock.Now(), "assignee": o.by["rep"].Id,
	})
}

// TestSuggestionRights suggests to whoever sees the customer, and tells nobody by it what they may not know: which group of RFM the
// customer is in, and follow-ups that support does not see.
func TestSuggestionRights(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	customer := o.key("rep", testapp.Fields{"collaborators": []string{o.by["collaborator"].Id}})
	o.FollowUp(customer, testapp.Fields{"by": o.by["rep"].Id, "channel": "online_meeting", "kind": "proposal"})
	o.set(customer, testapp.Fields{"rfm": `{"r":5,"f":5,"m":5,"group":"core"}`})
	if _, err := o.DB().Delete(crm.CollectionPlaybooks, dbx.NewExp("rfm_group = ''")).Execute(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		who       string
		status    int
		rfm, last bool
	}{
		{"guest", 401, false, false}, {"left", 403, false, false}, {"stranger", 404, false, false}, {"rep", 200, true, true}, {"collaborator", 200, true, true},
		{"colleague", 200, false, true}, {"support", 200, false, false}, {"manager", 200, true, true}, {"other manager", 200, false, true},
		{"director", 200, true, true}, {"superuser", 200, true, true},
	} {
		got := o.suggestion(tt.who, customer)
		if got.Status != tt.status {
			t.Errorf("%s: %d %s", tt.who, got.Status, got.Body)
			continue
		}
		if told := strings.Contains(got.Body, "rfm") || strings.Contains(got.Body, "RFM"); told != tt.rfm {
			t.Errorf("%s is told of the group: %t: %s", tt.who, told, got.Body)
		}
		if told := strings.Contains(got.Body, "online_meeting"); told != tt.last {
			t.Errorf("%s is told of the proposal: %t: %s", tt.who, told, got.Body)
		}
	}
	if got := o.server.Send(o.by["director"], http.MethodGet, "/api/crm/customers/nobody000000000/suggestion", nil); got.Status != http.StatusNotFound {
		t.Errorf("nobody: %d", got.Status)
	}
}
