// Package migrations is the schema of Touchbase: one small step a file, applied in the order of the file
// names, each with a true way back. Names and values are literals, because a migration is history and
// must not change when the program does.
package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Who may call a rule: signed-in staff, and those of them who lead. They hold until the field and record
// access of the whole program takes over.
const (
	staff    = `@request.auth.collectionName = "users" && @request.auth.active = true`
	director = staff + ` && @request.auth.role = "director"`
	leaders  = staff + ` && (@request.auth.role = "manager" || @request.auth.role = "director")`
)

const (
	shortText = 200   // characters
	longText  = 20000 // characters
	megabyte  = 1 << 20
	clockTime = `^([01]\d|2[0-3]):[0-5]\d$`
)

// channels are the ways to reach a customer.
var channels = []string{"phone", "email", "visit", "online_meeting", "wechat", "wecom", "sms", "event"}

// signalNames are the reasons to worry about a customer.
var signalNames = []string{
	"no_orders", "order_count_drop", "order_amount_drop", "contact_replaced", "unresolved_cases",
	"interaction_drop", "complaints_up", "competitor", "nps_drop", "low_satisfaction", "overdue_payment",
	"silent", "negative_feedback", "owner_says",
}

// newCollection gives an unsaved collection of fields, every field but the two moments it ends with. All
// staff may list and view it; nobody may write it until the caller says who.
func newCollection(name string, fields ...core.Field) *core.Collection {
	c := core.NewBaseCollection(name)
	c.Fields.Add(fields...)
	c.Fields.Add(
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	c.ListRule = types.Pointer(staff)
	c.ViewRule = types.Pointer(staff)
	return c
}

// uniqueWhereGiven refuses a value twice, but not the empty one. The second index is for looking up: SQLite
// does not take the first for a plain comparison, which might ask for the empty value.
func uniqueWhereGiven(c *core.Collection, field string) {
	column := "`" + field + "`"
	c.AddIndex("idx_"+c.Name+"_"+field+"_unique", true, column, column+" != ''")
	c.AddIndex("idx_"+c.Name+"_"+field, false, column, "")
}

// save stores a collection after replacing the names that one and many gave as targets by their ids.
func save(app core.App, c *core.Collection) error {
	for _, field := range c.Fields {
		relation, ok := field.(*core.RelationField)
		if !ok {
			continue
		}
		target, err := app.FindCollectionByNameOrId(relation.CollectionId)
		if err != nil {
			return fmt.Errorf("failed to find collection %q of %s.%s: %w", relation.CollectionId, c.Name, relation.Name, err)
		}
		relation.CollectionId = target.Id
	}
	if err := app.Save(c); err != nil {
		return fmt.Errorf("failed to save collection %s: %w", c.Name, err)
	}
	return nil
}

// drop is the way back of a step that created a collection, and takes its rows with it.
func drop(name string) func(core.App) error {
	return func(app core.App) error {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return fmt.Errorf("failed to find collection %s: %w", name, err)
		}
		return app.Delete(c)
	}
}

// seed adds one row, as a record so that the schema checks it.
func seed(app core.App, collection string, values map[string]any) error {
	c, err := app.FindCollectionByNameOrId(collection)
	if err != nil {
		return fmt.Errorf("failed to find collection %s: %w", collection, err)
	}
	row := core.NewRecord(c)
	row.Load(values)
	if err := app.Save(row); err != nil {
		return fmt.Errorf("failed to add a row to %s: %w", collection, err)
	}
	return nil
}
