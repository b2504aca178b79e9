package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// From here on a customer says which light touch its silence asks for.
func init() {
	m.Register(func(app core.App) error {
		err := changeCollection(app, "customers", func(c *core.Collection) {
			c.Fields.Add(hidden(text("light_touch")))
		})
		if err != nil {
			return err
		}
		// Whoever is silent already has had the task, or was imported and is to have none.
		_, err = app.DB().NewQuery(`UPDATE customers SET light_touch = 'light_touch:' || id || ':' || substr(silent_since, 1, 10) || ':' || substr(next_follow_up_on, 1, 10)
			WHERE touch_mode = 'light' AND next_follow_up_on != '' AND coalesce((SELECT f.status != 'on_hold' OR f.resume_on <= strftime('%Y-%m-%d %H:%M:%fZ')
				FROM follow_ups f WHERE f.customer = customers.id ORDER BY f.started_at DESC, f.rowid DESC LIMIT 1), 1)`).Execute()
		if err != nil {
			return fmt.Errorf("failed to note the light touches: %w", err)
		}
		return nil
	}, func(app core.App) error {
		return changeCollection(app, "customers", func(c *core.Collection) {
			c.Fields.RemoveByName("light_touch")
		})
	})
}
