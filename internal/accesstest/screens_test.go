package accesstest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"touchbase/internal/testapp"
)

// unmarshal reads an answer.
func (w *world) unmarshal(body string, target any) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(body), target); err != nil {
		w.t.Fatalf("%v: %.300s", err, body)
	}
}

// TestJudgements asks for everything the page of a customer asks for beside records, as everybody: the judgement in words, what was spent, and
// the history of one kind.
func TestJudgements(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rep", "manager")
	for i, customer := range w.of("customers") {
		for day := range 2 {
			w.insert("orders", map[string]any{
				"customer": customer.id, "ordered_at": w.Clock.Now().Add(-time.Duration(day+1) * 24 * time.Hour), "cancelled": day == 1, "amount": 7100500000 + i,
			})
		}
	}
	w.load()
	knowing := 0
	for _, p := range w.principals {
		for _, customer := range w.of("customers") {
			if !p.sees("customers", w.standing(p, customer)) {
				continue // TestDoors
			}
			knowing += w.checkAssessment(p, customer)
			w.checkSpending(p, customer)
			for _, collection := range []string{"follow_ups", "orders", "contracts", "cases", "surveys", "tasks", "tier_changes", "signals"} {
				w.checkHistory(p, customer, collection)
			}
		}
	}
	w.sweep()
	if knowing < 10 {
		t.Errorf("only %d are told the reasons", knowing)
	}
}

var figure = regexp.MustCompile(`\d`)

// checkAssessment gives 1 where the reasons of the tier were told.
func (w *world) checkAssessment(p *principal, customer *row) int {
	w.t.Helper()
	var judged struct {
		Tier struct {
			Known            bool
			Reasons, Changes []string
		}
		Risk struct {
			Signals []struct{ Signal, Words string }
		}
	}
	answer := w.get(p, "/api/crm/customers/"+customer.id+"/assessment")
	if answer.status != http.StatusOK {
		w.t.Errorf("%s: %d %s", w.cell(p, customer, "id", "assessment"), answer.status, answer.body)
		return 0
	}
	w.unmarshal(answer.body, &judged)
	standing := w.standing(p, customer)
	knows := p.reads("customers", "tier_reason", standing)
	if judged.Tier.Known != knows || !knows && len(judged.Tier.Reasons)+len(judged.Tier.Changes) > 0 {
		w.t.Errorf("%s: %s", w.cell(p, customer, "tier_reason", "assessment"), answer.body)
	}
	for _, signal := range judged.Risk.Signals {
		if figure.MatchString(signal.Words) && !p.reads("signals", "evidence", standing) {
			w.t.Errorf("%s: %s", w.cell(p, customer, "evidence", "assessment"), signal.Words)
		}
	}
	if knows && len(judged.Tier.Reasons) > 0 {
		return 1
	}
	return 0
}

func (w *world) checkSpending(p *principal, customer *row) {
	w.t.Helper()
	var spent struct {
		Months []struct {
			Orders int
			Amount *float64
		}
		Amounts, Counted bool
	}
	w.unmarshal(w.get(p, "/api/crm/customers/"+customer.id+"/spending").body, &spent)
	standing := w.standing(p, customer)
	sees, amounts := p.sees("orders", standing), p.reads("orders", "amount", standing)
	tells := p.reads("orders", "cancelled", standing) && p.reads("orders", "kind", standing)
	orders := 0
	for _, month := range spent.Months {
		orders += month.Orders
		if month.Amount != nil && !amounts {
			w.t.Errorf("%s: %v", w.cell(p, customer, "amount", "spending"), *month.Amount)
		}
	}
	want := 0
	switch {
	case sees && tells:
		want = 1 // the other is cancelled
	case sees:
		want = 2 // and which of them, they are not told
	}
	if orders != want || spent.Amounts != amounts || spent.Counted != tells || !sees && len(spent.Months) > 0 {
		w.t.Errorf("%s: %d orders, want %d; %+v", w.cell(p, customer, "id", "spending"), orders, want, spent)
	}
}

// checkHistory reads the history of one kind, and its words.
func (w *world) checkHistory(p *principal, customer *row, collection string) {
	w.t.Helper()
	answer := w.get(p, "/api/crm/customers/"+customer.id+"/timeline?limit=200&of="+collection)
	var history struct {
		Items []struct {
			Collection string
			Record     struct{ ID string }
			Words      []string
		}
	}
	w.unmarshal(answer.body, &history)
	var want, got []string
	for _, r := range w.of(collection) {
		if r.customer == customer && p.sees(collection, w.standing(p, r)) {
			want = append(want, r.id)
		}
	}
	secret := map[string]string{"signals": "evidence", "tier_changes": "reasons"}[collection]
	for _, item := range history.Items {
		got = append(got, item.Record.ID)
		if len(item.Words) > 0 && (secret == "" || !p.reads(collection, secret, w.standing(p, w.rows[item.Record.ID]))) {
			w.t.Errorf("%s: %v", w.cell(p, w.rows[item.Record.ID], secret, "words"), item.Words)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		w.t.Errorf("%s: %v, want %v", w.cell(p, customer, "id", "history of "+collection), got, want)
	}
}

// TestQueues asks for the queue of cases by every view, and searches it by the name of every customer, as everybody. What it answers, and
// counts, is of the cases they see alone.
func TestQueues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rep", "manager")
	for i, one := range w.of("cases") {
		fields := dbx.Params{"resolved_at": "", "responded_at": "", "assignee": one.text("assignee")}
		if i%2 == 0 {
			fields["responded_at"] = "2026-08-02 02:00:00.000Z"
		}
		if i%3 == 0 {
			fields["resolved_at"] = "2026-08-02 03:00:00.000Z"
		}
		if i%5 == 0 {
			fields["assignee"] = w.principals[1+i%4].id
		}
		if _, err := w.DB().Update("cases", fields, dbx.HashExp{"id": one.id}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	w.load()
	for _, p := range w.principals {
		if p.role == "" && !p.super {
			continue // TestDoors
		}
		for _, view := range []string{"all", "mine", "team", "unassigned", "answered", "resolved"} {
			w.checkQueue(p, view, "")
		}
		for _, customer := range w.of("customers") {
			w.checkQueue(p, "all", customer.text("name"))
			w.checkQueue(p, "resolved", customer.text("name"))
		}
		w.checkQueue(p, "all", "qz") // a part of every name
	}
	w.sweep()
}

func (w *world) checkQueue(p *principal, view, search string) {
	w.t.Helper()
	answer := w.get(p, "/api/crm/cases?limit=200&view="+view+"&search="+url.QueryEscape(search))
	var queue struct {
		Cases  []map[string]any
		Counts map[string]int
	}
	if answer.status != http.StatusOK {
		w.t.Errorf("a %s asks for %s: %d %s", p.name, view, answer.status, answer.body)
		return
	}
	w.unmarshal(answer.body, &queue)
	var want, got []string
	counts := map[string]int{}
	for _, r := range w.of("cases") {
		if !p.sees("cases", w.standing(p, r)) {
			continue
		}
		mine, team := r.text("assignee") == p.id, p.team != "" && r.customer.text("team") == p.team
		holds := map[string]bool{"all": true, "mine": mine, "team": team, "unassigned": r.text("assignee") == "", "answered": written(r.data["responded_at"]) != `""`}
		if written(r.data["resolved_at"]) != `""` {
			holds = map[string]bool{"resolved": true}
		}
		for name, of := range holds {
			if of {
				counts[name]++
			}
		}
		if holds[view] && strings.Contains(r.customer.text("name"), search) {
			want = append(want, r.id)
		}
	}
	for _, one := range queue.Cases {
		id := fmt.Sprint(one["id"])
		got = append(got, id)
		if r := w.rows[id]; one["customer_name"] != r.customer.text("name") || one["customer"] != r.customer.id {
			w.t.Errorf("%s: shown with %v", w.cell(p, r, "customer", "queue"), one)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		w.t.Errorf("a %s asks for %s with %q: %v, want %v", p.name, view, search, got, want)
	}
	for name, n := range queue.Counts {
		if name != "late" && n != counts[name] {
			w.t.Errorf("a %s is told of %d cases %s, want %d", p.name, n, name, counts[name])
		}
	}
}

// TestPlanLists lists the plans one sees, and counts of their lines those one sees.
func TestPlanLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rep", "manager")
	plans := w.of("plans")
	for i, task := range w.of("tasks") {
		if _, err := w.DB().Update("tasks", dbx.Params{"plan": plans[i%len(plans)].id}, dbx.HashExp{"id": task.id}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	w.load()
	counted := 0
	for _, p := range w.principals {
		if p.role == "" && !p.super {
			continue // TestDoors
		}
		var list struct {
			Plans []struct {
				ID    string
				Lines int
			}
		}
		w.unmarshal(w.get(p, "/api/crm/plans").body, &list)
		var got []string
		for _, plan := range list.Plans {
			got = append(got, plan.ID)
			want := 0
			for _, task := range w.of("tasks") {
				if task.text("plan") == plan.ID && p.sees("tasks", w.standing(p, task)) {
					want++
				}
			}
			if counted += want; plan.Lines != want {
				t.Errorf("a %s is told of %d lines of a plan, want %d", p.name, plan.Lines, want)
			}
		}
		if slices.Sort(got); !slices.Equal(got, w.visible(p, "plans")) && (!p.super || len(got) != len(plans)) {
			t.Errorf("a %s is listed %v, want %v", p.name, got, w.visible(p, "plans"))
		}
	}
	w.sweep()
	if counted < 50 {
		t.Errorf("only %d lines were counted", counted)
	}
}

// TestAuditTrail: directors read the log, but of other people's settings and notifications nothing by it.
func TestAuditTrail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep, director := w.principal("rep"), w.principal("director")
	w.may(w.patch(rep, w.rows[rep.id], testapp.Fields{"notify": map[string]any{"urls": []string{"generic://qz80001x.example/hook"}}, "phone": "+8613908000001"}))
	w.load()
	if _, err := w.DB().NewQuery("UPDATE notifications SET read_at = ''").Execute(); err != nil {
		t.Fatal(err)
	}
	if answer := w.post(rep, "/api/crm/notifications/read", testapp.Fields{}); answer.status != http.StatusNoContent {
		t.Fatalf("%d %s", answer.status, answer.body)
	}
	for _, r := range w.of("customers") {
		w.may(w.patch(director, r, testapp.Fields{"notes": "changed", "rev": r.data["rev"]}))
	}
	entries := 0
	for _, p := range []*principal{w.principals[0], director} {
		for _, query := range []string{"", "collection=users&record=" + rep.id, "collection=notifications", "actor=" + rep.id, "action=update", "collection=customers"} {
			answer := w.get(p, "/api/crm/audit?limit=200&"+query)
			var trail struct {
				Entries []struct {
					Collection, Record string
					Changes            []struct{ Field string }
				}
			}
			if answer.status != http.StatusOK {
				t.Errorf("a %s asks for %s: %d %s", p.name, query, answer.status, answer.body)
			}
			w.unmarshal(answer.body, &trail)
			for _, entry := range trail.Entries {
				entries++
				for _, change := range entry.Changes {
					if !p.super && !page[entry.Collection].line(change.Field).read.has(p.role, nil) {
						t.Errorf("a %s is told of %s.%s: %.300s", p.name, entry.Collection, change.Field, answer.body)
					}
				}
			}
			if strings.Contains(answer.body, "qz80001x") && !p.super {
				t.Errorf("a %s is told of somebody's webhook", p.name)
			}
		}
	}
	if entries < 50 {
		t.Errorf("only %d entries", entries)
	}
}
