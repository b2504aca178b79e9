package migrations

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// From here on the views of the lists are counted from indexes alone, and the silent customers are read in the order they are due in.
func init() {
	m.Register(func(app core.App) error {
		return errors.Join(changeCollection(app, "follow_ups", func(c *core.Collection) {
			putIndex(c, "idx_follow_ups_by", "`by`, started_at, customer", "")
		}), changeCollection(app, "tasks", func(c *core.Collection) {
			putIndex(c, "idx_tasks_due", "status, due_at, customer, assignee, `by`", "")
		}), changeCollection(app, "customers", func(c *core.Collection) {
			putIndex(c, "idx_customers_silent", "silent, next_follow_up_on, stage", "")
			putIndex(c, "idx_customers_risk", "risk, stage", "")
		}))
	}, func(app core.App) error {
		return errors.Join(changeCollection(app, "follow_ups", func(c *core.Collection) {
			putIndex(c, "idx_follow_ups_by", "`by`, started_at", "")
		}), changeCollection(app, "tasks", func(c *core.Collection) {
			putIndex(c, "idx_tasks_due", "status, due_at", "")
		}), changeCollection(app, "customers", func(c *core.Collection) {
			putIndex(c, "idx_customers_silent", "silent", "")
			putIndex(c, "idx_customers_risk", "risk", "")
		}))
	})
}
