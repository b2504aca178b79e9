package demo_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"touchbase/crm"
	"touchbase/demo"
	"touchbase/internal/testapp"
	"touchbase/rules"
)

// TestPlay plays the year through the real hooks and jobs and looks at how the company stands.
func TestPlay(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	now := time.Date(2026, 11, 23, 11, 0, 0, 0, testapp.Zone)
	script := demo.New(1, now, testapp.Zone)
	app.Clock.Advance(script.Begin().Sub(app.Clock.Now()))
	if err := demo.Play(app, script, app.Clock, app.Jobs, testapp.Zone, func(int, int) {}); err != nil {
		t.Fatal(err)
	}

	for name, query := range map[string]string{
		"tiers":       "SELECT count(DISTINCT tier) = 4 FROM customers",
		"touch modes": "SELECT count(DISTINCT touch_mode) = 3 FROM customers",
		"feedback":    "SELECT count(DISTINCT feedback) = 4 FROM follow_ups",
		"texts":       "SELECT count(*) = count(DISTINCT content) FROM follow_ups WHERE content != ''",
		"templates":   "SELECT count(*) = 0 FROM follow_ups WHERE templated",
		"nights":      "SELECT count(*) >= 365 AND min(status) = 'done' AND max(status) = 'done' FROM job_runs WHERE job = 'tiers'",
		"chains": `SELECT count(*) = 0 FROM (SELECT [[from]], lag([[to]], 1, '') OVER (PARTITION BY customer ORDER BY at, rowid) before
			FROM tier_changes) WHERE [[from]] != before`,
		"price":                         "SELECT count(*) > 0 FROM follow_ups f JOIN customers c ON c.id = f.customer WHERE c.name = '" + demo.Stories[0].Name + "' AND f.competitor != ''",
		"handover":                      "SELECT count(*) = 1 FROM tasks k JOIN customers c ON c.id = k.customer WHERE c.name = '" + demo.Stories[1].Name + "' AND k.kind = 'handover' AND k.status = 'done'",
		"contracts":                     "SELECT count(*) > 100 FROM contracts WHERE status = 'active' AND ends_on >= '2026-11-23'",
		"one a customer":                "SELECT count(*) = 0 FROM (SELECT customer FROM contracts WHERE status = 'active' GROUP BY customer HAVING count(*) > 1)",
		"a contract of a lost customer": "SELECT count(*) = 1 FROM contracts k JOIN customers c ON c.id = k.customer WHERE c.name = '" + demo.Stories[0].Name + "'",
		"kinds of cases":                "SELECT count(DISTINCT kind) = 3 AND count(DISTINCT severity) = 2 FROM cases",
		"complaints have cases":         "SELECT count(*) = 0 FROM follow_ups f WHERE kind = 'complaint' AND NOT EXISTS (SELECT 1 FROM cases WHERE follow_up = f.id)",
		"cases are answered":            "SELECT sum(responded_at <= respond_by AND responded_at != '') * 10 > count(*) * 8 FROM cases",
		"tasks of cases":                "SELECT count(*) < 12 FROM tasks WHERE kind = 'case' AND status IN ('open', 'delayed')",
		"every signal":                  "SELECT count(DISTINCT signal) = 14 FROM signals WHERE cleared_at = ''",
		"reopened twice":                "SELECT count(*) > 0 FROM cases WHERE resolved_at = '' AND reopened >= 2",
		"a late case":                   "SELECT count(*) > 0 FROM tasks WHERE kind = 'case' AND status = 'delayed'",
		"topics":                        "SELECT count(*) > 0 FROM follow_ups f JOIN tags t ON f.topics LIKE '%' || t.id || '%' WHERE t.name = '价格' AND f.mood = 'hesitant'",
		"woken":                         "SELECT count(*) = 1 FROM customers WHERE name = '" + demo.Stories[2].Name + "' AND touch_mode = 'recovering'",
	} {
		var holds bool
		if err := app.DB().NewQuery(query).Row(&holds); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !holds {
			t.Errorf("%s: does not hold: %s", name, query)
		}
	}

	today := rules.DayOf(now, testapp.Zone)
	var people []struct {
		Name    string
		Entries int
	}
	err := app.DB().NewQuery(`SELECT u.name,
			(SELECT count(*) FROM (
				SELECT c.id FROM customers c WHERE c.owner = u.id AND c.next_follow_up_on != '' AND c.next_follow_up_on <= {:today}
				UNION
				SELECT k.customer FROM tasks k WHERE k.assignee = u.id AND k.status IN ('open', 'in_progress', 'delayed') AND k.due_at <= {:end}
			)) entries
		FROM users u`).Bind(dbx.Params{
		"today": today.Time().Format("2006-01-02 15:04:05.000Z"), "end": today.End(testapp.Zone).UTC().Format("2006-01-02 15:04:05.000Z"),
	}).All(&people)
	if err != nil {
		t.Fatal(err)
	}
	if len(people) != 9 {
		t.Errorf("there are %d people, want 9", len(people))
	}
	for _, p := range people {
		if p.Entries < 3 || p.Entries > 15 {
			t.Errorf("%s has %d entries today, want 3 to 15", p.Name, p.Entries)
		}
	}

	// What a year of writes and nights left is what judging everybody again finds; RFM scores follow cut points that are set by night.
	var last int
	if err := app.DB().NewQuery("SELECT max(seq) FROM audit_log").Row(&last); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Jobs.Run("tiers", crm.RunOptions{All: true}); err != nil {
		t.Fatal(err)
	}
	var changes []string
	err = app.DB().NewQuery(`SELECT collection || ' ' || changes FROM audit_log
		WHERE seq > {:last} AND (collection != 'customers' OR EXISTS (SELECT 1 FROM json_each(changes) WHERE key != 'rfm'))`).
		Bind(dbx.Params{"last": last}).Column(&changes)
	if err != nil || len(changes) > 0 {
		t.Errorf("judging everybody again changes %v %v", changes, err)
	}
}
