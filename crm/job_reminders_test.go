package crm_test

import (
	"context"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// remind runs the reminders now and, as nothing is left to do, once more.
func remind(t *testing.T, app *testapp.App) int {
	t.Helper()
	var first crm.JobResult
	for i := range 2 {
		result, err := crm.RunReminders(context.Background(), app, crm.JobRun{Now: app.Clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = result
		} else if result != (crm.JobResult{}) {
			t.Errorf("the second run in a row examines and changes %+v", result)
		}
	}
	return first.Changed
}

// TestReminders walks tasks through the hours around their deadline.
func TestReminders(t *testing.T) {
	t.Parallel()
	type look struct {
		after               time.Duration // since the step before
		do                  func(t *testing.T, app *testapp.App, task *core.Record)
		changed             int
		status              string
		reminded, escalated bool
	}
	const due = 30 * time.Hour
	archive := func(t *testing.T, app *testapp.App, task *core.Record) {
		customer, err := app.FindRecordById(crm.CollectionCustomers, task.GetString("customer"))
		if err != nil {
			t.Fatal(err)
		}
		save(t, app, customer, testapp.Fields{"stage": "archived"})
	}
	status := func(status string) func(*testing.T, *testapp.App, *core.Record) {
		return func(t *testing.T, app *testapp.App, task *core.Record) {
			save(t, app, task, testapp.Fields{"status": status, "result": "已完成", "delay_reason": "等样品"})
		}
	}
	for _, c := range []struct {
		name  string
		steps []look
	}{
		{"in its time", []look{
			{0, nil, 0, "open", false, false},
			{6*time.Hour - time.Second, nil, 0, "open", false, false},
			{time.Second, nil, 1, "open", true, false}, // 24 hours before
			{23 * time.Hour, nil, 0, "open", true, false},
			{time.Hour, nil, 1, "delayed", true, false},
			{23 * time.Hour, nil, 0, "delayed", true, false},
			{time.Hour, nil, 1, "delayed", true, true},
			{240 * time.Hour, nil, 0, "delayed", true, true},
		}},
		{"found past its deadline", []look{
			{31 * time.Hour, nil, 1, "delayed", true, false},
			{24 * time.Hour, nil, 1, "delayed", true, true},
		}},
		{"found days later", []look{{96 * time.Hour, nil, 1, "delayed", true, true}, {96 * time.Hour, nil, 0, "delayed", true, true}}},
		{"postponed starts over", []look{
			{60 * time.Hour, nil, 1, "delayed", true, true},
			{0, func(t *testing.T, app *testapp.App, task *core.Record) {
				save(t, app, task, testapp.Fields{"due_at": app.Clock.Now().Add(due), "postpone_reason": "对方出差"})
			}, 0, "open", false, false},
			{7 * time.Hour, nil, 1, "open", true, false},
			{24 * time.Hour, nil, 1, "delayed", true, false},
			{24 * time.Hour, nil, 1, "delayed", true, true},
		}},
		{"late and taken up: not contradicted every hour", []look{
			{31 * time.Hour, nil, 1, "delayed", true, false},
			{time.Hour, status("in_progress"), 0, "in_progress", true, false},
			{24 * time.Hour, nil, 1, "in_progress", true, true},
		}},
		{"done rests", []look{{10 * time.Hour, status("done"), 0, "done", false, false}, {96 * time.Hour, nil, 0, "done", false, false}}},
		{"cancelled rests", []look{{31 * time.Hour, status("cancelled"), 0, "cancelled", false, false}}},
		{"archived rests", []look{{31 * time.Hour, archive, 0, "open", false, false}, {96 * time.Hour, nil, 0, "open", false, false}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			task := app.Make(crm.CollectionTasks, testapp.Fields{
				"customer": app.Customer(nil).Id, "title": "寄样品", "kind": "other", "due_at": app.Clock.Now().Add(due),
			})
			for i, step := range c.steps {
				app.Clock.Advance(step.after)
				if step.do != nil {
					step.do(t, app, task)
				}
				changed := remind(t, app)
				got := app.Reload(task)
				reminded, escalated := got.GetString("reminded_at") != "", got.GetString("escalated_at") != ""
				if changed != step.changed || got.GetString("status") != step.status || reminded != step.reminded || escalated != step.escalated {
					t.Errorf("step %d: changed %d, status %s, reminded %v, escalated %v; want %d, %s, %v, %v", i, changed,
						got.GetString("status"), reminded, escalated, step.changed, step.status, step.reminded, step.escalated)
				}
			}
		})
	}
}
