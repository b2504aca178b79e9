package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// From here on the log is read from its end by collection and by action, however long it has become.
func init() {
	m.Register(func(app core.App) error {
		return changeCollection(app, "audit_log", func(c *core.Collection) {
			c.AddIndex("idx_audit_log_collection", false, "collection, at", "")
			c.AddIndex("idx_audit_log_done", false, "action, at", "")
		})
	}, func(app core.App) error {
		return changeCollection(app, "audit_log", func(c *core.Collection) {
			c.RemoveIndex("idx_audit_log_collection")
			c.RemoveIndex("idx_audit_log_done")
		})
	})
}
