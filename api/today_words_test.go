package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestTodayTellsLastWords tells the latest contact that the reader sees: support sees of a customer that is none of theirs only what is
// about service.
func TestTodayTellsLastWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rep, support := o.by["rep"], o.by["support"]
	customer := o.customer(false)
	start := o.Clock.Now()
	at := func(ago time.Duration) time.Time { return start.Add(-ago) }
	o.FollowUp(customer, testapp.Fields{"by": rep.Id, "kind": "care", "channel": "phone", "started_at": at(72 * time.Hour), "content": "问候"})
	o.FollowUp(customer, testapp.Fields{
		"by": rep.Id, "kind": "proposal", "channel": "visit", "started_at": at(48 * time.Hour), "content": strings.Repeat("谈", 400), "status": "to_follow_up",
		"next_action": "寄样品", "next_action_on": o.Day(0),
	})
	task := func(of *core.Record) {
		o.server.Create(of, crm.CollectionTasks, testapp.Fields{
			"customer": customer.Id, "title": "查一下", "kind": "other", "assignee": of.Id, "due_at": o.Clock.Now().Add(time.Minute),
		}).Want(http.StatusOK)
	}
	task(rep)
	task(support) // given by themselves it makes nobody see more of the customer
	o.Clock.Advance(2 * time.Minute)
	seen := func(as *core.Record) map[string]any {
		t.Helper()
		list := items(o.server.Send(as, http.MethodGet, "/api/crm/today", nil).Want(http.StatusOK), crm.SectionOverdue)
		if len(list) != 1 {
			t.Fatalf("%d items are overdue", len(list))
		}
		last, _ := list[0]["last"].(map[string]any)
		return last
	}
	last := seen(rep)
	if last["channel"] != "visit" || last["next_action"] != "寄样品" || last["by"] != "王芳" || last["started_at"] != crm.FormatMoment(at(48*time.Hour)) {
		t.Errorf("the last words are %v", last)
	}
	if content := []rune(last["content"].(string)); len(content) != 300 {
		t.Errorf("%d letters of the content are told", len(content))
	}

	if last := seen(support); last["content"] != "问候" {
		t.Errorf("support is told %v", last)
	}
	empty := o.customer(false)
	taskOf(o.App, empty, o.by["colleague"].Id, testapp.Fields{"due_at": at(time.Hour)})
	if last := seen(o.by["colleague"]); last != nil {
		t.Errorf("nothing was said yet, told is %v", last)
	}
}
