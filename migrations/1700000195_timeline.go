package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A customer's history is read from its end.
func init() {
	m.Register(func(app core.App) error {
		err := changeCollection(app, "tasks", func(c *core.Collection) {
			c.AddIndex("idx_tasks_history", false, "customer, (CASE WHEN done_at = '' THEN created ELSE done_at END)", "")
		})
		if err != nil {
			return err
		}
		return changeCollection(app, "signals", func(c *core.Collection) {
			c.AddIndex("idx_signals_history", false, "customer, raised_at", "")
		})
	}, func(app core.App) error {
		err := changeCollection(app, "tasks", func(c *core.Collection) { c.RemoveIndex("idx_tasks_history") })
		if err != nil {
			return err
		}
		return changeCollection(app, "signals", func(c *core.Collection) { c.RemoveIndex("idx_signals_history") })
	})
}
