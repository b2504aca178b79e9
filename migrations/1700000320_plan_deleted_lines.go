package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The keys of the lines of a plan that somebody deleted: generating the plan again does not bring them back.
func init() {
	m.Register(func(app core.App) error {
		return changeCollection(app, "plans", func(c *core.Collection) { c.Fields.Add(hidden(data("deleted_lines"))) })
	}, func(app core.App) error {
		return changeCollection(app, "plans", func(c *core.Collection) { c.Fields.RemoveByName("deleted_lines") })
	})
}
