package migrations_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	_ "touchbase/migrations"
)

// emptyApp gives an app that has PocketBase's own schema and nothing of ours.
func emptyApp(t *testing.T) core.App {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		event := &core.TerminateEvent{App: app}
		err := app.OnTerminate().Trigger(event, func(e *core.TerminateEvent) error {
			return e.App.ResetBootstrapState()
		})
		if err != nil {
			t.Error(err)
		}
	})
	// PocketBase removes the files of a dropped collection in the background, where it reads the settings
	// without a lock; here it would meet the step that changes them.
	app.OnModelAfterDeleteSuccess().Unbind("__pbFilesManagerDelete__")
	if err := app.RunSystemMigrations(); err != nil {
		t.Fatal(err)
	}
	return app
}

// up applies the steps up to number last (exclusive) that are not applied yet.
func up(t *testing.T, app core.App, last int) {
	t.Helper()
	var steps core.MigrationsList
	for _, step := range core.AppMigrations.Items()[:last] {
		steps.Add(step)
	}
	if _, err := core.NewMigrationsRunner(app, steps).Up(); err != nil {
		t.Fatal(err)
	}
}

// down reverts the last n applied steps.
func down(t *testing.T, app core.App, n int) {
	t.Helper()
	reverted, err := core.NewMigrationsRunner(app, core.AppMigrations).Down(n)
	if err != nil {
		t.Fatal(err)
	}
	if len(reverted) != n {
		t.Fatalf("reverted %d steps, want %d", len(reverted), n)
	}
}

func TestStepsGoBothWays(t *testing.T) {
	t.Parallel()
	app := emptyApp(t)
	all := len(core.AppMigrations.Items())
	// states[i] is the schema with i steps applied.
	states := make([]string, all+1)
	for i := range states {
		up(t, app, i)
		states[i] = schema(t, app)
		if i > 0 && states[i] == states[i-1] {
			t.Errorf("%s changes nothing this test sees", core.AppMigrations.Item(i-1).File)
		}
	}
	for i := all - 1; i >= 0; i-- {
		down(t, app, 1)
		if got := schema(t, app); got != states[i] {
			t.Fatalf("the way back of %s leaves\n%s\nwant\n%s", core.AppMigrations.Item(i).File, got, states[i])
		}
	}
	up(t, app, all)
	if got := schema(t, app); got != states[all] {
		t.Errorf("after the way back and forth again the schema is\n%s\nwant\n%s", got, states[all])
	}
	down(t, app, all)
	if got := schema(t, app); got != states[0] {
		t.Errorf("all steps reverted at once leave\n%s\nwant\n%s", got, states[0])
	}
}

// schema writes down the collections, the tables and indexes they are stored in, the settings, and how
// many rows each collection has.
func schema(t *testing.T, app core.App) string {
	t.Helper()
	var out strings.Builder
	collections, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range collections {
		fmt.Fprintln(&out, describe(t, app, c))
	}

	var objects []struct{ Type, Name string }
	err = app.DB().Select("type", "name").From("sqlite_master").OrderBy("type", "name").All(&objects)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if o.Name != core.DefaultMigrationsTable && !strings.HasPrefix(o.Name, "sqlite_") {
			fmt.Fprintln(&out, o.Type, o.Name)
		}
	}
	s := app.Settings()
	fmt.Fprintln(&out, s.Meta.AppName, s.Batch, s.RateLimits)
	return out.String()
}

// describe writes down one collection, without the moments it was saved at.
func describe(t *testing.T, app core.App, c *core.Collection) string {
	t.Helper()
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var export map[string]any
	if err := json.Unmarshal(raw, &export); err != nil {
		t.Fatal(err)
	}
	delete(export, "created")
	delete(export, "updated")
	raw, err = json.Marshal(export)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := app.TableColumns(c.Name)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(columns)
	rows, err := app.CountRecords(c.Name)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %v %d rows", raw, columns, rows)
}

// Rows that are there before a step are there after it, and after its way back. Each collection gets its
// row as soon as it exists, so that every later step meets it.
func TestStepsKeepRows(t *testing.T) {
	t.Parallel()
	app := emptyApp(t)
	all := core.AppMigrations.Items()
	rows := fillAll(t, app)
	for i, step := range all {
		up(t, app, i+1)
		for _, row := range rows {
			assertKept(t, app, row, "after "+step.File)
		}
		rows = append(rows, fillNew(t, app, rows)...)
	}
	for i := len(all) - 1; i >= 0; i-- {
		down(t, app, 1)
		rows = slices.DeleteFunc(rows, func(row *core.Record) bool {
			_, err := app.FindCollectionByNameOrId(row.Collection().Id)
			return errors.Is(err, sql.ErrNoRows)
		})
		for _, row := range rows {
			assertKept(t, app, row, "after the way back of "+all[i].File)
		}
	}
	if len(rows) != 1 {
		t.Errorf("%d rows are left of PocketBase's own collections, want that of users", len(rows))
	}
}

// TestAddressesWithdrawn hides the addresses that people of an older schema showed to everybody.
func TestAddressesWithdrawn(t *testing.T) {
	t.Parallel()
	app := emptyApp(t)
	all := core.AppMigrations.Items()
	n := slices.IndexFunc(all, func(step *core.Migration) bool { return step.File == "1700000190_access.go" })
	for i := range n {
		up(t, app, i+1)
	}
	user := addUser(t, app, "somebody", "rep", true)
	user.SetEmailVisibility(true)
	if err := app.Save(user); err != nil {
		t.Fatal(err)
	}
	up(t, app, n+1)
	after, err := app.FindRecordById("users", user.Id)
	if err != nil || after.EmailVisibility() {
		t.Errorf("the address is still shown: %v", err)
	}
}

func assertKept(t *testing.T, app core.App, row *core.Record, when string) {
	t.Helper()
	kept, err := app.FindRecordById(row.Collection().Name, row.Id)
	if err != nil {
		t.Errorf("%s the row of %s is gone: %v", when, row.Collection().Name, err)
		return
	}
	for _, field := range row.Collection().Fields {
		name := field.GetName()
		if got, want := asJSON(t, kept.Get(name)), asJSON(t, row.Get(name)); got != want {
			t.Errorf("%s %s.%s is %s, want %s", when, row.Collection().Name, name, got, want)
		}
	}
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
