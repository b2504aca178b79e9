package jobs_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// patience is how long a test waits for something that happens in the background.
const patience = 30 * time.Second

// ended gives the runs that end from now on.
func ended(app *testapp.App) <-chan *core.Record {
	runs := make(chan *core.Record, 1000)
	app.OnRecordAfterUpdateSuccess(crm.CollectionJobRuns).BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString(crm.FieldStatus) != crm.RunRunning {
			runs <- e.Record.Fresh()
		}
		return e.Next()
	})
	return runs
}

// await waits for the next run that ends.
func await(t *testing.T, runs <-chan *core.Record) *core.Record {
	t.Helper()
	select {
	case run := <-runs:
		return run
	case <-time.After(patience):
		t.Fatal("no run ended")
		return nil
	}
}

// advance lets time pass once every job waits for its moment.
func advance(t *testing.T, app *testapp.App, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := app.Clock.BlockUntilContext(ctx, app.Jobs.Count()); err != nil { // each waits
		t.Fatalf("the jobs do not wait for their moment: %v", err)
	}
	app.Clock.Advance(d)
}

// setClock moves the clock of an app whose jobs have not begun.
func setClock(app *testapp.App, to time.Time) { app.Clock.Advance(to.Sub(app.Clock.Now())) }

func start(t *testing.T, app *testapp.App) {
	t.Helper()
	if err := app.Jobs.Start(); err != nil {
		t.Fatal(err)
	}
}

// run runs a job and fails the test unless it is done.
func run(t *testing.T, app *testapp.App, name string, options crm.RunOptions) *core.Record {
	t.Helper()
	row, err := app.Jobs.Run(name, options)
	if err != nil {
		t.Fatal(err)
	}
	if status := row.GetString(crm.FieldStatus); status != crm.RunDone {
		t.Fatalf("the run of %s is %s: %s", name, status, row.GetString(crm.FieldError))
	}
	return row
}

// history lists the runs of a job as "cause status", oldest first.
func history(t *testing.T, app *testapp.App, name string) []string {
	t.Helper()
	var rows []*core.Record
	err := app.RecordQuery(crm.CollectionJobRuns).AndWhere(dbx.HashExp{crm.FieldJob: name}).OrderBy("rowid").All(&rows)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, row := range rows {
		list = append(list, fmt.Sprintf("%s %s", row.GetString(crm.FieldCause), row.GetString(crm.FieldStatus)))
	}
	return list
}

// change changes the policy.
func change(t *testing.T, app *testapp.App, field string, value any) {
	t.Helper()
	changeRow(t, app, crm.CollectionPolicy, "id != ''", field, value)
}

func changeRow(t *testing.T, app *testapp.App, collection, filter, field string, value any) {
	t.Helper()
	row, err := app.FindFirstRecordByFilter(collection, filter)
	if err != nil {
		t.Fatal(err)
	}
	row.Set(field, value)
	if err := app.Save(row); err != nil {
		t.Fatal(err)
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}
