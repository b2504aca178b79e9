package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// From here on the customers of whom something is missing are read in the order they are due in. The condition is put as PocketBase puts
// `missing_info != "[]"`: with another, SQLite would not know the index to have them.
func init() {
	m.Register(func(app core.App) error {
		return changeCollection(app, "customers", func(c *core.Collection) {
			c.AddIndex("idx_customers_incomplete", false, "next_follow_up_on, stage", "missing_info IS NOT '[]'")
		})
	}, func(app core.App) error {
		return changeCollection(app, "customers", func(c *core.Collection) { c.RemoveIndex("idx_customers_incomplete") })
	})
}
