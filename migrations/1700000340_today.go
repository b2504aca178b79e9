package migrations

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// From here on what somebody is to do today is read from an index that has all of it, and so is who is away.
func init() {
	m.Register(func(app core.App) error {
		return errors.Join(changeCollection(app, "tasks", func(c *core.Collection) {
			putIndex(c, "idx_tasks_assignee", "assignee, status, due_at, kind, priority, customer, id", "")
		}), changeCollection(app, "users", func(c *core.Collection) {
			c.AddIndex("idx_users_away", false, "away_until", "away_until != ''")
		}))
	}, func(app core.App) error {
		return errors.Join(changeCollection(app, "tasks", func(c *core.Collection) {
			putIndex(c, "idx_tasks_assignee", "assignee, status, due_at", "")
		}), changeCollection(app, "users", func(c *core.Collection) { c.RemoveIndex("idx_users_away") }))
	})
}
