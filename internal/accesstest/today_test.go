package accesstest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// shownDay is what of a day is held against the page here.
type shownDay struct {
	Sections []struct {
		Items []struct {
			Kind     string
			Task     map[string]any
			Customer map[string]any
			Last     *struct{ Content, Kind string }
		}
	}
}

// TestDays asks everybody for everybody's day and for every team's. Who may is shown the tasks, each as the page says, and of customers the card where
// they see the customer; nobody hears of anything else.
func TestDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rep", "manager")
	answered, cards := 0, 0
	for _, p := range w.principals {
		for _, of := range w.principals {
			if of.role == "" {
				continue
			}
			answer := w.get(p, "/api/crm/today?limit=200&expand=customer,plan,assignee&user="+of.id)
			may := p.super || p.role == "director" || p.role != "" && p.id == of.id || p.role == "manager" && p.team != "" && p.team == of.team
			if may != (answer.status == http.StatusOK) || !may && answer.status != http.StatusForbidden && answer.status != http.StatusUnauthorized {
				t.Errorf("a %s asks for the day of a %s: %d %.300s", p.name, of.name, answer.status, answer.body)
			}
			if answer.status == http.StatusOK {
				answered++
				cards += w.checkDay(p, answer.body, func(id string) bool { return id == of.id })
			}
		}
		teams := []string{"own"}
		for _, r := range w.of("teams") {
			teams = append(teams, r.id)
		}
		for _, team := range teams {
			answer := w.get(p, "/api/crm/today?limit=200&expand=customer&team="+team)
			if team == "own" {
				team = p.team
			}
			may := team != "" && (p.super || p.role == "director" || p.role == "manager" && p.team == team)
			if may != (answer.status == http.StatusOK) {
				t.Errorf("a %s asks for the day of %q: %d %.300s", p.name, team, answer.status, answer.body)
			}
			if answer.status == http.StatusOK {
				answered++
				cards += w.checkDay(p, answer.body, func(id string) bool {
					user := w.rows[id]
					return user != nil && user.text("team") == team && user.data["active"] == true
				})
			}
		}
	}
	w.sweep()
	t.Logf("%d days, %d cards", answered, cards)
	if answered < 15 || cards < 100 {
		t.Error("too few")
	}
}

// checkDay holds a day against the page: its tasks are those of the people whose day it is, and its cards tell of no customer unseen. It gives
// the number of cards.
func (w *world) checkDay(p *principal, body string, whose func(id string) bool) (cards int) {
	w.t.Helper()
	var day shownDay
	if err := json.Unmarshal([]byte(body), &day); err != nil {
		w.t.Errorf("a %s is shown %.200s: %v", p.name, body, err)
	}
	var want []string
	for _, r := range w.of("tasks") {
		if whose(r.text("assignee")) || r.text("assignee") == "" && whose(r.text("by")) {
			want = append(want, r.id)
		}
	}
	if got := slices.Sorted(slices.Values(w.check(p, "today", body))); !slices.Equal(got, want) {
		w.t.Errorf("a %s is shown %v, want %v", p.name, got, want)
	}
	for _, section := range day.Sections {
		for _, item := range section.Items {
			if _, expanded := item.Task["expand"]; expanded {
				w.t.Errorf("a %s is shown more than a task: %v", p.name, item.Task["expand"])
			}
			if item.Customer == nil {
				if task := w.rows[fmt.Sprint(item.Task["id"])]; task == nil || p.sees("customers", w.standing(p, task.customer)) {
					w.t.Errorf("a %s is not shown the customer of %v", p.name, item.Task["id"])
				}
				continue
			}
			cards++
			r := w.rows[fmt.Sprint(item.Customer["id"])]
			if last := w.lastSeen(p, r); last == nil != (item.Last == nil) || last != nil && item.Last.Content != last.text("content") {
				w.t.Errorf("%s: the last words shown are %v, want %v", w.cell(p, r, "id", "today"), item.Last, last)
			}
			if r == nil || !p.sees("customers", w.standing(p, r)) {
				w.t.Errorf("a %s is shown the card %v", p.name, item.Customer)
				continue
			}
			for name, value := range item.Customer {
				if name != "id" && (!p.reads("customers", name, w.standing(p, r)) || !strings.Contains(written(r.data[name]), strings.Trim(written(value), `"`))) {
					w.t.Errorf("%s: shown is %v, stored %v", w.cell(p, r, name, "today"), value, r.data[name])
				}
			}
		}
	}
	return cards
}

// lastSeen is the latest follow-up with a customer of those that somebody sees.
func (w *world) lastSeen(p *principal, customer *row) (last *row) {
	at := func(r *row) string { return written(r.data["started_at"]) }
	for _, r := range w.of("follow_ups") {
		if r.customer == customer && p.sees("follow_ups", w.standing(p, r)) && (last == nil || at(r) > at(last)) {
			last = r
		}
	}
	return last
}
