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
		}), changeCollection(app, "customers", func(c *core.Collection) {
			putIndex(c, "idx_customers_owner_next", "owner, next_follow_up_on, stage, risk, tier, id", "")
			c.AddIndex("idx_customers_archived", false, "id", "stage = 'archived'")
		}))
	}, func(app core.App) error {
		return errors.Join(changeCollection(app, "tasks", func(c *core.Collection) {
			putIndex(c, "idx_tasks_assignee", "assignee, status, due_at", "")
		}), changeCollection(app, "users", func(c *core.Collection) { c.RemoveIndex("idx_users_away") }),
			changeCollection(app, "customers", func(c *core.Collection) {
				c.RemoveIndex("idx_customers_archived")
				putIndex(c, "idx_customers_owner_next", "owner, next_follow_up_on", "")
			}))
	})
}
