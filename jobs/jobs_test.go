package jobs_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/jobs"
)

func TestRunIsRecorded(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	for range 3 {
		app.Customer(nil)
	}
	for _, c := range []struct {
		name, job         string
		options           crm.RunOptions
		cause             string
		examined, changed int
	}{
		{"nothing is due", "tiers", crm.RunOptions{}, crm.RunManual, 0, 0},
		{"another name", "silence", crm.RunOptions{}, crm.RunManual, 0, 0},
		{"all", "tiers", crm.RunOptions{All: true}, crm.RunManual, 3, 0},
		{"a month on", "tiers", crm.RunOptions{At: testapp.Start.AddDate(0, 1, 0)}, crm.RunManual, 3, 3},
		{"and back", "tiers", crm.RunOptions{Cause: crm.RunSchedule}, crm.RunSchedule, 3, 3},
		{"reminders", "reminders", crm.RunOptions{}, crm.RunManual, 0, 0},
	} {
		row := app.Reload(run(t, app, c.job, c.options))
		want, _, _ := strings.Cut(strings.Replace(c.job, "silence", "tiers", 1), " ")
		if row.GetString(crm.FieldJob) != want || row.GetString(crm.FieldCause) != c.cause ||
			row.GetInt(crm.FieldExamined) != c.examined || row.GetInt(crm.FieldChanged) != c.changed {
			t.Errorf("%s: got %s because of %s, examined %d, changed %d; want %s because of %s, %d, %d", c.name, row.GetString(crm.FieldJob),
				row.GetString(crm.FieldCause), row.GetInt(crm.FieldExamined), row.GetInt(crm.FieldChanged), want, c.cause, c.examined, c.changed)
		}
		if row.GetBool(crm.FieldSimulated) == c.options.At.IsZero() {
			t.Errorf("%s: simulated is %v", c.name, row.GetBool(crm.FieldSimulated))
		}
		for _, field := range []string{crm.FieldStartedAt, crm.FieldFinishedAt} {
			if got := row.GetDateTime(field).Time(); !got.Equal(app.Clock.Now()) {
				t.Errorf("%s: %s is %s, want the clock's %s", c.name, field, got, app.Clock.Now())
			}
		}
	}
	_, err := app.Jobs.Run("tier", crm.RunOptions{})
	var unknown *crm.UnknownJobError
	if !errors.As(err, &unknown) || unknown.Name != "tier" {
		t.Errorf("an unknown job gives %v", err)
	}
}

// blocked replaces the tiers job by one that runs until it is let go or told to stop.
func blocked(app *testapp.App) (begun <-chan crm.JobRun, letGo chan<- struct{}) {
	began, released := make(chan crm.JobRun, 10), make(chan struct{})
	app.Jobs.Replace("tiers", func(ctx context.Context, _ core.App, run crm.JobRun) (crm.JobResult, error) {
		began <- run
		select {
		case <-released:
			return crm.JobResult{Examined: 7, Changed: 2}, nil
		case <-ctx.Done():
			return crm.JobResult{Examined: 3, Changed: 1}, crm.ErrStopped
		}
	})
	return began, released
}

func TestNeverTwoAtOnce(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	begun, letGo := blocked(app)
	first := make(chan *core.Record)
	go func() {
		row, _ := app.Jobs.Run("tiers", crm.RunOptions{})
		first <- row
	}()
	<-begun
	_, err := app.Jobs.Run("silence", crm.RunOptions{})
	var running *crm.JobRunningError
	if !errors.As(err, &running) || running.Run.GetString(crm.FieldStatus) != crm.RunRunning {
		t.Fatalf("a second run gives %v, want the running one", err)
	}
	run(t, app, "reminders", crm.RunOptions{}) // another job may
	close(letGo)
	row := <-first
	if row.Id != running.Run.Id || row.GetString(crm.FieldStatus) != crm.RunDone || row.GetInt(crm.FieldExamined) != 7 {
		t.Errorf("the first run ended as %v; the second was told of %v", row, running.Run)
	}
	run(t, app, "tiers", crm.RunOptions{})
	if got, want := history(t, app, "tiers"), []string{"manual done", "manual done"}; !slices.Equal(got, want) {
		t.Errorf("runs: %v, want %v", got, want)
	}
}

func TestRouteRefusesASecondRun(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	root := app.Superuser()
	begun, letGo := blocked(app)
	first := make(chan testapp.Answer)
	go func() { first <- server.Send(root, "POST", "/api/crm/jobs/tiers/run", nil) }()
	<-begun
	second := server.Send(root, "POST", "/api/crm/jobs/silence/run", nil).Want(409)
	if !strings.Contains(second.Body, `"job":"tiers","status":"running"`) || second.Codes()["job"] != "running" {
		t.Errorf("the refusal does not show the running row: %s", second.Body)
	}
	close(letGo)
	if answer := (<-first).Want(200); answer.Data["examined"] != 7.0 || answer.Data["changed"] != 2.0 {
		t.Errorf("the first run answers %s", answer.Body)
	}
}

func TestFailureAndPanic(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	for _, work := range []func() error{
		func() error { return errors.New("the disk is full") },
		func() error { panic("out of luck") },
	} {
		app.Jobs.Replace("tiers", func(context.Context, core.App, crm.JobRun) (crm.JobResult, error) {
			return crm.JobResult{}, work()
		})
		row, err := app.Jobs.Run("tiers", crm.RunOptions{})
		if err != nil {
			t.Fatal(err)
		}
		row = app.Reload(row)
		told := row.GetString(crm.FieldError)
		if row.GetString(crm.FieldStatus) != crm.RunFailed || told == "" || row.GetString(crm.FieldFinishedAt) == "" {
			t.Errorf("got %s: %q, want a failed run that says so", row.GetString(crm.FieldStatus), told)
		}
		if strings.Contains(told, "disk") || strings.Contains(told, "luck") {
			t.Errorf("people are told what went wrong inside: %q", told)
		}
	}
	app.Jobs.Replace("tiers", crm.RunTiers)
	run(t, app, "tiers", crm.RunOptions{})
}

func TestStopEndsBetweenBatches(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	begun, _ := blocked(app)
	start(t, app)
	go func() { _, _ = app.Jobs.Run("tiers", crm.RunOptions{}) }()
	<-begun
	app.Jobs.Stop()
	if got, want := history(t, app, "tiers"), []string{"manual stopped"}; !slices.Equal(got, want) {
		t.Errorf("after Stop the runs are %v, want %v", got, want)
	}
	if _, err := app.Jobs.Run("reminders", crm.RunOptions{}); err == nil {
		t.Error("a job began after Stop")
	}
	app.Jobs.Stop() // twice is once
}

// restart gives the jobs of a program started again on the app's directory.
func restart(t *testing.T, app *testapp.App) *jobs.Jobs {
	t.Helper()
	app.Jobs.Stop()
	again := jobs.Register(app, app.Clock)
	app.Jobs = again
	t.Cleanup(again.Stop)
	return again
}

func TestCatchUp(t *testing.T) {
	t.Parallel()
	night := time.Date(2026, 8, 4, 2, 0, 0, 0, testapp.Zone)
	scheduled := crm.RunOptions{Cause: crm.RunSchedule}
	for _, c := range []struct {
		name   string
		before func(app *testapp.App)
		down   time.Duration // after 02:00 of the 4th
		want   []string      // runs of tiers
	}{
		{"never ran", func(*testapp.App) {}, 72 * time.Hour, []string{}},
		{"three nights missed", func(app *testapp.App) { run(t, app, "tiers", scheduled) }, 73 * time.Hour,
			[]string{"schedule done", "catch_up done"}},
		{"back a minute early", func(app *testapp.App) { run(t, app, "tiers", scheduled) }, 24*time.Hour - time.Minute,
			[]string{"schedule done"}},
		{"back on the hour", func(app *testapp.App) { run(t, app, "tiers", scheduled) }, 24 * time.Hour,
			[]string{"schedule done", "catch_up done"}},
		{"a trial is no run", func(app *testapp.App) { run(t, app, "tiers", crm.RunOptions{At: night.AddDate(0, 0, 9)}) }, 72 * time.Hour,
			[]string{"manual done"}},
		{"a trial since is none either", func(app *testapp.App) {
			run(t, app, "tiers", scheduled)
			app.Clock.Advance(73 * time.Hour)
			run(t, app, "tiers", crm.RunOptions{At: app.Clock.Now()})
		}, 2 * time.Hour, []string{"schedule done", "manual done", "catch_up done"}},
		{"cut off by a crash", func(app *testapp.App) {
			app.Make(crm.CollectionJobRuns, testapp.Fields{"job": "tiers", "cause": "schedule", "status": "running", "started_at": night})
		}, time.Minute, []string{"schedule failed", "catch_up done"}},
		{"stopped", func(app *testapp.App) {
			run(t, app, "tiers", scheduled)
			app.Clock.Advance(24 * time.Hour)
			app.Make(crm.CollectionJobRuns, testapp.Fields{"job": "tiers", "cause": "schedule", "status": "stopped", "started_at": app.Clock.Now()})
		}, time.Minute, []string{"schedule done", "schedule stopped", "catch_up done"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			setClock(app, night)
			c.before(app)
			app.Clock.Advance(c.down)
			runs := ended(app)
			due := slices.Contains(c.want, "catch_up done")
			if missed, err := app.Jobs.Missed(); err != nil || slices.Contains(missed, "tiers") != due || slices.Contains(missed, "reminders") {
				t.Errorf("missed are %v (%v)", missed, err)
			}
			start(t, app)
			if due {
				if row := await(t, runs); row.GetString(crm.FieldStatus) == crm.RunFailed {
					await(t, runs) // that was the one cut off
				}
			}
			if missed, err := restart(t, app).Missed(); err != nil || len(missed) != 0 {
				t.Errorf("after it was made up, missed are %v (%v)", missed, err)
			}
			start(t, app)
			app.Jobs.Stop()
			if got := history(t, app, "tiers"); !slices.Equal(got, c.want) {
				t.Errorf("runs: %v, want %v", got, c.want)
			}
			if got := history(t, app, "reminders"); len(got) != 0 {
				t.Errorf("reminders never ran, and yet: %v", got)
			}
		})
	}
}

func TestPolicyChange(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(testapp.Fields{"declared_annual_purchase": 400000, "need": "some", "first_contact_on": app.Day(-20)})
	if tier := customer.GetString("tier"); tier != "B" {
		t.Fatalf("the customer begins as %s", tier)
	}
	runs := ended(app)
	start(t, app)
	change(t, app, "value_high", 400000)
	row := await(t, runs)
	if row.GetString(crm.FieldJob) != "tiers" || row.GetString(crm.FieldCause) != crm.RunPolicy ||
		row.GetInt(crm.FieldExamined) != 1 || row.GetInt(crm.FieldChanged) != 1 {
		t.Errorf("the change gave %+v", crm.Summarize(row))
	}
	if tier := app.Reload(customer).GetString("tier"); tier != "A" {
		t.Errorf("the customer is %s, want A by the new policy", tier)
	}
	changeRow(t, app, crm.CollectionTiers, "code = 'A'", "silent_after_days", 14)
	await(t, runs)
	if !app.Reload(customer).GetBool("silent") {
		t.Error("the customer is not silent by the new tier")
	}
	var causes []string
	if err := app.DB().Select("cause").From(crm.CollectionTierChanges).OrderBy("rowid").Column(&causes); err != nil {
		t.Fatal(err)
	}
	if want := []string{"event", "policy"}; !slices.Equal(causes, want) {
		t.Errorf("tier changes because of %v, want %v", causes, want)
	}
	if n, _ := app.CountRecords(crm.CollectionTasks); n != 0 {
		t.Errorf("a change of the policy opened %d tasks", n)
	}
}

// TestPolicyWaitsForRun changes the policy while the tiers job runs on the old one.
func TestPolicyWaitsForRun(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	begun, letGo := blocked(app)
	runs := ended(app)
	start(t, app)
	go func() { _, _ = app.Jobs.Run("tiers", crm.RunOptions{}) }()
	<-begun
	change(t, app, "value_high", 400000)
	change(t, app, "value_mid", 50000)
	close(letGo)
	await(t, runs)
	second := <-begun
	if !second.Policy || !second.All {
		t.Errorf("the run after it is %+v, want all because of the policy", second)
	}
	await(t, runs)
	app.Jobs.Stop()
	if got := history(t, app, "tiers"); got[1] != "policy done" {
		t.Errorf("runs: %v", got)
	}
}

// TestPolicyOfAnEndedProgram changes the policy and ends the program before the tiers job is through.
func TestPolicyOfAnEndedProgram(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	run(t, app, "tiers", crm.RunOptions{Cause: crm.RunSchedule})
	begun, _ := blocked(app)
	start(t, app)
	change(t, app, "value_high", 400000)
	<-begun
	restart(t, app)
	runs := ended(app)
	start(t, app)
	if row := await(t, runs); row.GetString(crm.FieldCause) != crm.RunPolicy {
		t.Errorf("the start gave a run because of %s", row.GetString(crm.FieldCause))
	}
	restart(t, app)
	start(t, app)
	app.Jobs.Stop()
	if got, want := history(t, app, "tiers"), []string{"schedule done", "policy stopped", "policy done"}; !slices.Equal(got, want) {
		t.Errorf("runs: %v, want %v", got, want)
	}
}

// TestNothingPendingAtFirst looks at a directory whose policy nobody has changed, and then somebody does.
func TestNothingPendingAtFirst(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	for _, want := range []bool{false, true} {
		if want {
			changeRow(t, app, crm.CollectionRiskRules, "signal = 'silent'", "enabled", false)
		}
		if pending, err := app.Jobs.PolicyPending(); err != nil || pending != want {
			t.Errorf("pending is %v (%v), want %v", pending, err, want)
		}
	}
}
