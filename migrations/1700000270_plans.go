package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

const seePlans = staff + ` && (((@request.auth.role = "rep" || @request.auth.role = "manager") && (owner = @request.auth.id || ` +
	`(@request.auth.team != "" && team = @request.auth.team))) || (@request.auth.role = "support" || @request.auth.role = "director"))`

func init() {
	m.Register(func(app core.App) error {
		plans := newCollection("plans",
			required(text("name")),
			required(matching("period", `^\d{4}-(Q[1-4]|0[1-9]|1[0-2]|W(0[1-9]|[1-4]\d|5[0-3]))$`)),
			one("team", "teams"),
			one("owner", "users"),
			data("goals"),
		)
		plans.ListRule, plans.ViewRule, plans.UpdateRule = types.Pointer(seePlans), types.Pointer(seePlans), types.Pointer(seePlans)
		plans.CreateRule, plans.DeleteRule = types.Pointer(everyRole), types.Pointer(seePlans)
		plans.AddIndex("idx_plans_period", false, "period, team", "")
		if err := save(app, plans); err != nil {
			return err
		}
		return addRelation(app, "tasks", "plan", "plans")
	}, func(app core.App) error {
		if err := removeRelation(app, "tasks", "plan"); err != nil {
			return err
		}
		return drop("plans")(app)
	})
}

// addRelation gives a collection a relation to one record of another, with an index of those that have one.
func addRelation(app core.App, collection, name, target string) error {
	of, err := app.FindCollectionByNameOrId(target)
	if err != nil {
		return fmt.Errorf("failed to find collection %s: %w", target, err)
	}
	return changeCollection(app, collection, func(c *core.Collection) {
		c.Fields.Add(&core.RelationField{Name: name, CollectionId: of.Id, MaxSelect: 1})
		c.AddIndex("idx_"+collection+"_"+name, false, name, name+" != ''")
	})
}

// removeRelation is the way back.
func removeRelation(app core.App, collection, name string) error {
	return changeCollection(app, collection, func(c *core.Collection) {
		c.RemoveIndex("idx_" + collection + "_" + name)
		c.Fields.RemoveByName(name)
	})
}
