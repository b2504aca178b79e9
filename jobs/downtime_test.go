package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// company fills an app with customers for whom something happens in the next three nights. Two apps filled at the same moment
// hold the same, ids included.
func company(app *testapp.App) {
	rep := app.User(crm.RoleRep, testapp.Fields{"id": "rep000000000001"})
	n := 0
	id := func(prefix string) string {
		n++
		return fmt.Sprintf("%s%011d", prefix, n)
	}
	ago := func(days int) time.Time { return app.Clock.Now().AddDate(0, 0, -days) }
	customer := func(fields testapp.Fields) string {
		all := testapp.Fields{"id": id("cust"), "owner": rep.Id, "first_contact_on": app.Day(-500), "need": "some"}
		for name, value := range fields {
			all[name] = value
		}
		return app.Customer(all).Id
	}
	followUp := func(customer string, days int, fields testapp.Fields) {
		all := testapp.Fields{
			"id": id("foll"), "customer": customer, "by": rep.Id, "started_at": ago(days), "channel": "phone", "kind": "care",
			"content": "确认了交货时间。", "feedback": "positive", "status": "confirmed",
		}
		for name, value := range fields {
			all[name] = value
		}
		app.Make(crm.CollectionFollowUps, all)
	}
	order := func(customer string, days int, amount float64) {
		app.Make(crm.CollectionOrders, testapp.Fields{"id": id("orde"), "customer": customer, "ordered_at": ago(days), "amount": amount})
	}
	for age := 26; age <= 34; age++ { // falling silent, or silent when first met
		followUp(customer(nil), age, nil)
		customer(testapp.Fields{"first_contact_on": app.Day(-age)})
		c := customer(testapp.Fields{"declared_annual_purchase": 600000})
		order(c, age, 600000)
		followUp(c, age+3, nil)
		c = customer(nil)
		followUp(c, age, nil)
		followUp(c, 1, testapp.Fields{"feedback": "no_response"})
	}
	for ahead := 0; ahead <= 4; ahead++ {
		on := testapp.Fields{"status": "on_hold", "resume_on": app.Day(ahead)}
		followUp(customer(nil), 10, on)
		followUp(customer(nil), 60, on)
		followUp(customer(nil), 40, testapp.Fields{"status": "to_follow_up", "next_action": "寄样品", "next_action_on": app.Day(ahead)})
		followUp(customer(testapp.Fields{"tier_pin": "S", "tier_pin_reason": "重点", "tier_pin_until": app.Day(ahead)}), 5, nil)
		customer(testapp.Fields{"cooperation_since": app.Day(ahead)})
		for _, amount := range []float64{120000, 550000} { // leaving the year
			c := customer(testapp.Fields{"declared_annual_purchase": 80000})
			order(c, 365-ahead, amount)
			order(c, 100, 30000)
			followUp(c, 3, nil)
		}
	}
}

// computedColumns are the columns of customers that the program works out, but for the moment it did.
const computedColumns = `id, stage, tier, tier_reason, value, potential, silent, silent_since, touch_mode, last_follow_up_at,
	last_interaction_at, next_follow_up_on, last_order_at, annual_purchase, window_orders, window_amount, products_bought, open_tasks,
	missing_info, needs_check, assess_due_at`

// state gives the computed columns of every customer and the tasks, a line each.
func state(t *testing.T, app *testapp.App) []string {
	t.Helper()
	var lines []string
	for _, query := range []string{
		`SELECT ` + computedColumns + ` FROM customers ORDER BY id`,
		`SELECT [[key]], status, due_at, assignee FROM tasks ORDER BY [[key]]`,
	} {
		var rows []dbx.NullStringMap
		if err := app.DB().NewQuery(query).All(&rows); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			var line []string
			for name, value := range row {
				line = append(line, name+"="+value.String)
			}
			slices.Sort(line)
			lines = append(lines, strings.Join(line, " "))
		}
	}
	return lines
}

// TestDowntimeLosesNothing compares a program that was down for three nights with one that was not.
func TestDowntimeLosesNothing(t *testing.T) {
	t.Parallel()
	up, down := testapp.New(t), testapp.New(t)
	for _, app := range []*testapp.App{up, down} {
		company(app)
		run(t, app, "tiers", crm.RunOptions{Cause: crm.RunSchedule})
		run(t, app, "reminders", crm.RunOptions{Cause: crm.RunSchedule})
	}
	if a, b := state(t, up), state(t, down); !slices.Equal(a, b) {
		t.Fatal("the two companies differ from the start")
	}
	before := state(t, up)
	for range 72 {
		up.Clock.Advance(time.Hour)
		if up.Clock.Now().In(testapp.Zone).Hour() == 2 {
			run(t, up, "tiers", crm.RunOptions{Cause: crm.RunSchedule})
		}
		run(t, up, "reminders", crm.RunOptions{Cause: crm.RunSchedule})
	}
	down.Clock.Advance(72 * time.Hour)
	runs := ended(down)
	start(t, down)
	await(t, runs)
	await(t, runs)

	want, got := state(t, up), state(t, down)
	if light := strings.Count(strings.Join(want, "\n"), "key=light_touch:"); slices.Equal(before, want) || light == 0 {
		t.Errorf("three nights passed without anything to tell, %d light touches among it", light)
	}
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			t.Errorf("after downtime:\n%s\nwithout:\n%s", at(got, i), at(want, i))
		}
	}
	if row := run(t, down, "tiers", crm.RunOptions{All: true}); row.GetInt(crm.FieldChanged) != 0 {
		t.Errorf("a run over all changes %d after the one that made up", row.GetInt(crm.FieldChanged))
	}
	down.Jobs.Stop()
	for _, job := range []string{"tiers", "reminders"} {
		if got, want := history(t, down, job)[:2], []string{"schedule done", "catch_up done"}; !slices.Equal(got, want) {
			t.Errorf("runs of %s: %v, want %v", job, got, want)
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing"
}
