package migrations_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// What only superusers and hooks may see, and where every change is counted or stamped.
func TestFieldsThatEveryRowOrFewHave(t *testing.T) {
	t.Parallel()
	collections, err := testapp.Bare(t).FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	var counted []string
	for _, c := range collections {
		if c.System {
			continue
		}
		if c.Fields.GetByName("rev") != nil {
			counted = append(counted, c.Name)
		}
		for _, name := range []string{"created", "updated"} {
			if _, ok := c.Fields.GetByName(name).(*core.AutodateField); !ok {
				t.Errorf("%s has no moment %s", c.Name, name)
			}
		}
	}
	slices.Sort(counted)
	if want := []string{"contacts", "customers", "follow_ups", "policy", "tasks"}; !slices.Equal(counted, want) {
		t.Errorf("the collections with a rev are %q, want %q", counted, want)
	}
}

func TestUniqueWhereGiven(t *testing.T) {
	t.Parallel()
	app := testapp.Bare(t)
	fillAll(t, app)
	for collection, fields := range map[string][]string{
		"customers": {"code", "credit_code"},
		"orders":    {"number"},
		"tasks":     {"key"},
		"cases":     {"follow_up"},
		"surveys":   {"token_hash"},
	} {
		for _, field := range fields {
			same := first(t, app, collection)
			clearUnique(same, fields, field)
			if err := app.Save(same); err == nil {
				t.Errorf("a second %s with the same %s was saved", collection, field)
			}
		}
		for range 2 {
			without := first(t, app, collection)
			clearUnique(without, fields, "")
			if err := app.Save(without); err != nil {
				t.Errorf("one more of %s without %q was refused: %v", collection, fields, err)
			}
		}
	}
}

// first gives an unsaved copy of the first row of a collection.
func first(t *testing.T, app core.App, collection string) *core.Record {
	t.Helper()
	rows, err := app.FindRecordsByFilter(collection, "id != ''", "created", 1, 0)
	if err != nil || len(rows) == 0 {
		t.Fatalf("failed to find a row of %s: %v", collection, err)
	}
	same := core.NewRecord(rows[0].Collection())
	same.Load(rows[0].FieldsData())
	same.Set("id", "")
	return same
}

func clearUnique(row *core.Record, fields []string, but string) {
	for _, field := range fields {
		if field != but {
			row.Set(field, "")
		}
	}
}
