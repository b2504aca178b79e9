package migrations_test

import (
	"encoding/json"
	"fmt"
	"reflect"
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
		if err := app.ResetBootstrapState(); err != nil {
			t.Error(err)
		}
	})
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
	fmt.Fprintln(&out, s.Meta.AppName, s.Batch)
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

// Rows that are there before a step are there after it, and after its way back.
func TestStepsKeepRows(t *testing.T) {
	t.Parallel()
	all := len(core.AppMigrations.Items())
	for applied := range all {
		t.Run(core.AppMigrations.Item(applied).File, func(t *testing.T) {
			t.Parallel()
			app := emptyApp(t)
			up(t, app, applied)
			rows := fillAll(t, app)

			up(t, app, all)
			for _, row := range rows {
				assertKept(t, app, row, "forth")
			}
			down(t, app, all-applied)
			for _, row := range rows {
				assertKept(t, app, row, "back")
			}
		})
	}
}

func assertKept(t *testing.T, app core.App, row *core.Record, way string) {
	t.Helper()
	kept, err := app.FindRecordById(row.Collection().Name, row.Id)
	if err != nil {
		t.Errorf("on the way %s, the row of %s is gone: %v", way, row.Collection().Name, err)
		return
	}
	for _, field := range row.Collection().Fields {
		name := field.GetName()
		if got, want := asJSON(t, kept.Get(name)), asJSON(t, row.Get(name)); !reflect.DeepEqual(got, want) {
			t.Errorf("on the way %s, %s.%s became %s, want %s", way, row.Collection().Name, name, got, want)
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
