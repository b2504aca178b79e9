package migrations_test

import (
	"maps"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// fillAll adds a row with a value in every field to each collection whose rows are not given by a step,
// and gives them as they are stored.
func fillAll(t *testing.T, app core.App) []*core.Record {
	t.Helper()
	return fillNew(t, app, nil)
}

// fillNew does as fillAll for the collections that have no row among those given.
func fillNew(t *testing.T, app core.App, rows []*core.Record) []*core.Record {
	t.Helper()
	collections, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	f := filler{t: t, app: app, ids: map[string]string{}}
	for _, row := range rows {
		f.ids[row.Collection().Id] = row.Id
	}
	given := maps.Clone(f.ids)
	var added []*core.Record
	for _, c := range collections {
		switch {
		case c.System, c.Name == "tiers", c.Name == "policy", c.Name == "risk_rules", given[c.Id] != "":
			continue
		}
		row, err := app.FindRecordById(c.Name, f.row(c))
		if err != nil {
			t.Fatal(err)
		}
		added = append(added, row)
	}
	return added
}

// filler adds one row a collection, those it points to first.
type filler struct {
	t   *testing.T
	app core.App
	ids map[string]string // by collection id
}

// row gives the id of the row of a collection.
func (f filler) row(c *core.Collection) string {
	f.t.Helper()
	if id, ok := f.ids[c.Id]; ok {
		return id
	}
	record := core.NewRecord(c)
	for _, field := range c.Fields {
		if value := f.value(c, field); value != nil {
			record.Set(field.GetName(), value)
		}
	}
	if err := f.app.Save(record); err != nil {
		f.t.Fatalf("failed to fill %s: %v", c.Name, err)
	}
	f.ids[c.Id] = record.Id
	return record.Id
}

// value gives one a field accepts, nil for those that are better left alone.
func (f filler) value(c *core.Collection, field core.Field) any {
	f.t.Helper()
	if field.GetName() == "id" || field.GetName() == "tokenKey" {
		return nil
	}
	switch field := field.(type) {
	case *core.TextField:
		if field.Name == "period" {
			return "2026-Q3"
		}
		return "a text"
	case *core.EmailField:
		return "somebody@example.com"
	case *core.URLField:
		return "https://example.com"
	case *core.PasswordField:
		return "long enough a password"
	case *core.NumberField:
		return 3
	case *core.BoolField:
		return field.Name != "emailVisibility" // which a step withdraws, see TestAddressesWithdrawn
	case *core.DateField:
		return "2026-03-01 00:00:00.000Z"
	case *core.SelectField:
		return field.Values[:1]
	case *core.JSONField:
		return []string{"an item"}
	case *core.RelationField:
		if field.CollectionId == c.Id {
			return nil
		}
		target, err := f.app.FindCollectionByNameOrId(field.CollectionId)
		if err != nil {
			f.t.Fatal(err)
		}
		return f.row(target)
	}
	return nil
}
