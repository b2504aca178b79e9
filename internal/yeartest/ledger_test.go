package yeartest_test

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What a rule's task can be. A task that a rule ended is cancelled with byRule.
const (
	open, inProgress, done, delayed, cancelled = "open", "in_progress", "done", "delayed", "cancelled"
)

// ruleTask is a task that the naive side has decided on, with all that people did to it.
type ruleTask struct {
	kind, status, cause string
	byRule              bool // ended by the rule
	noticed             bool // known to be late
	result              bool // somebody wrote one
	postponed, reopened int
	created, due        time.Time
}

func (t *ruleTask) isOpen() bool {
	return t.status == open || t.status == inProgress || t.status == delayed
}

// ledger is what the naive side remembers of a customer from one assessment to the next, where something follows from a change.
type ledger struct {
	assessed     bool
	wanted       bool   // a win-back, at the last assessment
	light        string // the key of the light touch called for at the last assessment
	lastFollowUp time.Time
	active       bool // has had an order or a contract once
	silent       bool
	silences     []string // "begins" and "ends"
	tasks        map[string]*ruleTask
	raised       map[string]time.Time // of the signals that stand
	raises       map[string]int       // how often each was raised
}

// assess takes note of a judgement: what changed, and the tasks that follow. The first one and an import open none.
func (l *ledger) assess(m moment, customer string, v verdict, quiet bool) {
	if l.tasks == nil {
		l.tasks, l.raised, l.raises = map[string]*ruleTask{}, map[string]time.Time{}, map[string]int{}
	}
	first := !l.assessed
	l.active = l.active || v.ordered || v.contracted
	for name := range v.signals {
		if l.raised[name].IsZero() {
			l.raised[name] = m.now
			l.raises[name]++
		}
	}
	for name := range l.raised {
		if v.signals[name] == "" {
			delete(l.raised, name)
		}
	}
	if v.silent != l.silent {
		l.silences = append(l.silences, map[bool]string{true: "begins", false: "ends"}[v.silent])
	}
	l.winBack(m, customer, v, quiet || first)
	l.lightTouch(m, customer, v, quiet || first)
	l.assessed, l.wanted, l.silent, l.lastFollowUp = true, v.wantsWinBack(), v.silent, v.lastFollowUp
}

func (l *ledger) winBack(m moment, customer string, v verdict, quiet bool) {
	var latest *ruleTask
	for _, t := range l.tasks {
		if t.kind != "win_back" {
			continue
		}
		if !v.wantsWinBack() && (t.status == open || t.status == delayed) && t.postponed == 0 && !t.result {
			t.status, t.byRule = cancelled, true
		}
		if inLast(m.age(t.created), 30) && (latest == nil || t.created.After(latest.created)) {
			latest = t
		}
	}
	if !v.wantsWinBack() || l.wanted || quiet {
		return
	}
	due := m.now.Add(24 * time.Hour)
	switch {
	case latest == nil:
		l.tasks[fmt.Sprintf("win_back:%s:%s", customer, text(m.today()))] = &ruleTask{
			kind: "win_back", status: open, cause: v.cause, created: m.now, due: due,
		}
	case latest.byRule:
		latest.reopened++
		latest.status, latest.byRule, latest.noticed, latest.due, latest.cause = open, false, false, due, v.cause
	}
}

func (l *ledger) lightTouch(m moment, customer string, v verdict, quiet bool) {
	want := ""
	if v.touch == "light" && !v.onHold {
		want = fmt.Sprintf("light_touch:%s:%s:%s", customer, text(v.silentSince), text(v.next))
	}
	due := latest(v.next, v.silentSince).AddDate(0, 0, 1) // the end of that day
	due = time.Date(due.Year(), due.Month(), due.Day(), 0, 0, 0, 0, m.zone)
	for _, key := range l.keys() {
		t := l.tasks[key]
		if t.kind != "light_touch" || !t.isOpen() || key == want {
			continue
		}
		switch {
		case v.lastFollowUp.After(l.lastFollowUp):
			t.status = done
		case quiet && want != "" && l.tasks[want] == nil:
			delete(l.tasks, key)
			l.tasks[want] = t
			t.due, t.noticed = due, false
			if t.status == delayed && due.After(m.now) {
				t.status = open
			}
		default:
			t.status, t.byRule = cancelled, !t.result // the rule says so in the result, where nobody has written one
		}
	}
	if want != "" && want != l.light && !quiet {
		switch t := l.tasks[want]; {
		case t == nil:
			l.tasks[want] = &ruleTask{kind: "light_touch", status: open, created: m.now, due: due}
		case t.byRule:
			t.reopened++
			t.status, t.byRule, t.noticed, t.due = open, false, false, due
		}
	}
	l.light = want
}

// remind takes note that the reminders were given: what is past due is delayed, once.
func (l *ledger) remind(now time.Time) {
	for _, t := range l.tasks {
		if t.isOpen() && !t.due.After(now) && !t.noticed {
			t.status, t.noticed = delayed, true
		}
	}
}

func (l *ledger) keys() (keys []string) {
	for key := range l.tasks {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// priceCauses counts the win-backs of the last year that the price was the cause of.
func (l *ledger) priceCauses(m moment) (n int) {
	for _, t := range l.tasks {
		if t.kind == "win_back" && t.cause == "price" && inLast(m.age(t.created), year) {
			n++
		}
	}
	return n
}

// taskList gives the tasks of a kind in a form to compare.
func (l *ledger) taskList(kind string) string {
	var list []string
	for _, key := range l.keys() {
		if t := l.tasks[key]; t.kind == kind {
			list = append(list, strings.TrimSpace(key+" "+t.status+" "+t.cause))
		}
	}
	return strings.Join(list, "\n")
}

// stage is what a customer is who is not archived.
func (l *ledger) stage() string {
	if l.active {
		return "active"
	}
	return "prospect"
}

// raisedList gives the signals that stand and since when.
func (l *ledger) raisedList() string {
	var list []string
	for name, at := range l.raised {
		list = append(list, name+" "+at.UTC().Format(time.DateTime))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
