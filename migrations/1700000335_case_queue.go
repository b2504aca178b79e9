package migrations

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The queue of cases shows what was resolved lately, and the table of a plan its lines in the order in which they are planned.
func init() {
	m.Register(func(app core.App) error {
		return errors.Join(changeCollection(app, "cases", func(c *core.Collection) {
			c.AddIndex("idx_cases_resolved", false, "resolved_at", "resolved_at != ''")
		}), changeCollection(app, "tasks", func(c *core.Collection) {
			putIndex(c, "idx_tasks_plan", "plan, due_at, status", "")
		}))
	}, func(app core.App) error {
		return errors.Join(changeCollection(app, "tasks", func(c *core.Collection) {
			putIndex(c, "idx_tasks_plan", "plan", "plan != ''")
		}), changeCollection(app, "cases", func(c *core.Collection) { c.RemoveIndex("idx_cases_resolved") }))
	})
}
