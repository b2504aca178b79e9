package crm_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// tiers runs the tiers job now.
func tiers(t *testing.T, app *testapp.App, run crm.JobRun) crm.JobResult {
	t.Helper()
	if run.Now.IsZero() {
		run.Now = app.Clock.Now()
	}
	result, err := crm.RunTiers(context.Background(), app, run)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// pass lets whole days pass, with the tiers job each night at 02:00.
func pass(t *testing.T, app *testapp.App, days int) {
	t.Helper()
	for range days {
		y, m, d := app.Clock.Now().In(testapp.Zone).Date()
		app.Clock.Advance(time.Date(y, m, d+1, 2, 0, 0, 0, testapp.Zone).Sub(app.Clock.Now()))
		tiers(t, app, crm.JobRun{})
	}
}

// save changes a record as a person does.
func save(t *testing.T, app *testapp.App, record *core.Record, fields testapp.Fields) *core.Record {
	t.Helper()
	record = app.Reload(record)
	record.Load(fields)
	if err := app.Save(record); err != nil {
		t.Fatal(err)
	}
	return app.Reload(record)
}

// TestTiersMeetsOtherWrites writes a customer just after the job has judged it and before it saves.
func TestTiersMeetsOtherWrites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		write func(t *testing.T, app *testapp.App, customer *core.Record)
		field string
		want  any
	}{
		{"an edit", func(t *testing.T, app *testapp.App, customer *core.Record) {
			save(t, app, customer, testapp.Fields{"name": "新名称有限公司", "intent": "high", "need": "strong"})
		}, "tier", "A"},
		{"an edit of what no rule reads", func(t *testing.T, app *testapp.App, customer *core.Record) {
			save(t, app, customer, testapp.Fields{"website": "https://touchbase.example"})
		}, "website", "https://touchbase.example"},
		{"an order", func(t *testing.T, app *testapp.App, customer *core.Record) { app.Order(customer, 600000, nil) }, "stage", "active"},
		{"a follow-up", func(t *testing.T, app *testapp.App, customer *core.Record) { app.FollowUp(customer, nil) }, "touch_mode", "recovering"},
		{"an attempt", func(t *testing.T, app *testapp.App, customer *core.Record) {
			app.FollowUp(customer, testapp.Fields{"feedback": "no_response"})
		}, "touch_mode", "light"},
		{"the archive", func(t *testing.T, app *testapp.App, customer *core.Record) {
			save(t, app, customer, testapp.Fields{"stage": "archived"})
		}, "silent", "false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			customer := app.Customer(nil)
			other := app.Customer(nil)
			app.Clock.Advance(40 * 24 * time.Hour) // both are silent by now
			run := crm.JobRun{Now: app.Clock.Now()}
			stepped := 0
			_, err := crm.RunTiersBetween(context.Background(), app, run, func() {
				if stepped++; stepped > 1 { // the scores that the write brought about
					return
				}
				app.Clock.Advance(time.Second)
				c.write(t, app, customer)
			})
			if err != nil || stepped < 1 {
				t.Fatalf("%d batches, %v", stepped, err)
			}
			if got := app.Reload(customer).GetString(c.field); got != c.want {
				t.Errorf("%s is %s, want %s", c.field, got, c.want)
			}
			if !app.Reload(other).GetBool("silent") {
				t.Error("the other customer was not assessed")
			}
			for _, all := range []bool{false, true} {
				if result := tiers(t, app, crm.JobRun{All: all}); result.Changed != 0 {
					t.Errorf("the next run (all: %v) changes %d", all, result.Changed)
				}
			}
		})
	}
}

// TestTiersMeetsWritesInTheMidst writes customers of every place of several batches, each with many to save, before the first is saved.
func TestTiersMeetsWritesInTheMidst(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	var customers []*core.Record
	for range 1200 {
		customers = append(customers, app.Customer(nil))
	}
	slices.SortFunc(customers, func(a, b *core.Record) int { return strings.Compare(a.Id, b.Id) })
	app.Clock.Advance(40 * 24 * time.Hour) // all are silent by now
	run := crm.JobRun{Now: app.Clock.Now()}
	written := map[*core.Record]bool{}
	result, err := crm.RunTiersBetween(context.Background(), app, run, func() {
		if len(written) > 0 {
			return
		}
		app.Clock.Advance(time.Second)
		for i := 50; i < len(customers); i += 100 {
			app.FollowUp(customers[i], nil)
			written[customers[i]] = true
		}
	})
	if err != nil || result.Examined != len(customers) {
		t.Fatalf("%+v, %v", result, err)
	}
	for i, c := range customers {
		if silent := app.Reload(c).GetBool("silent"); silent == written[c] {
			t.Errorf("customer %d, written meanwhile: %v, is silent: %v", i, written[c], silent)
		}
	}
	if result := tiers(t, app, crm.JobRun{All: true}); result.Changed != 0 {
		t.Errorf("a run over all changes %d", result.Changed)
	}
}

func TestTiersStopsBetweenBatches(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Customer(nil)
	ctx, stop := context.WithCancel(context.Background())
	result, err := crm.RunTiersBetween(ctx, app, crm.JobRun{Now: app.Clock.Now(), All: true}, stop)
	if !errors.Is(err, crm.ErrStopped) || result.Examined != 1 {
		t.Errorf("got %+v, %v; want the batch it was in and ErrStopped", result, err)
	}
}

// TestTiersAsOf judges customers as of another moment, also an earlier one, and puts them right afterwards.
func TestTiersAsOf(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(testapp.Fields{"tier_pin": "S", "tier_pin_reason": "重点", "tier_pin_until": app.Day(5)})
	for _, c := range []struct {
		name string
		run  crm.JobRun
		want string
	}{
		{"after the pin", crm.JobRun{Now: app.Clock.Now().AddDate(0, 0, 6), Simulated: true}, "C"},
		{"before it ended, while assessed later", crm.JobRun{Now: app.Clock.Now().AddDate(0, 0, 3), Simulated: true}, "S"},
		{"after it once more", crm.JobRun{Now: app.Clock.Now().AddDate(0, 0, 6), Simulated: true}, "C"},
		{"the ordinary run", crm.JobRun{Now: app.Clock.Now()}, "S"},
	} {
		if result := tiers(t, app, c.run); result.Changed != 1 {
			t.Errorf("%s: changed %d, want 1", c.name, result.Changed)
		}
		if got := app.Reload(customer).GetString("tier"); got != c.want {
			t.Errorf("%s: tier %s, want %s", c.name, got, c.want)
		}
		if result := tiers(t, app, c.run); result.Changed != 0 {
			t.Errorf("%s: the second time it changes %d", c.name, result.Changed)
		}
	}
}

// TestEditAfterTrial edits a customer whom a simulated run left in the future.
func TestEditAfterTrial(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(nil)
	tiers(t, app, crm.JobRun{Now: app.Clock.Now().AddDate(1, 0, 0), Simulated: true})
	if !app.Reload(customer).GetBool("silent") {
		t.Fatal("the trial found nothing")
	}
	if save(t, app, customer, testapp.Fields{"notes": "参观过工厂"}).GetBool("silent") {
		t.Error("the edit judged the customer as of the trial")
	}
}

// TestTiersMeetsWritesOfAnotherConnection: the connection for writing is replaced after somebody has written, as when a write is
// given up; that it counts anew hides no write.
func TestTiersMeetsWritesOfAnotherConnection(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(nil)
	app.Clock.Advance(40 * 24 * time.Hour)
	run := crm.JobRun{Now: app.Clock.Now()}
	replace := func() {
		db := app.NonconcurrentDB().(*dbx.DB).DB()
		db.SetMaxIdleConns(-1) // ends it
		db.SetMaxIdleConns(1)
	}
	replace()
	_, err := crm.RunTiersBetween(context.Background(), app, run, func() {
		app.Clock.Advance(time.Second)
		app.FollowUp(customer, nil)
		replace()
	})
	if err != nil || app.Reload(customer).GetBool("silent") {
		t.Errorf("silent although contacted meanwhile, %v", err)
	}
}
