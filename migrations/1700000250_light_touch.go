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
		// Whoever was silent when last assessed has had the task, or was imported and is to have none. Not so whoever was on hold: by the
		// last contact of then, until a day that had come, half a day more for whatever zone. One noted too little is asked for again,
		// and is there; one too many would never come.
		_, err = app.DB().NewQuery(`UPDATE customers SET light_touch = 'light_touch:' || id || ':' || substr(silent_since, 1, 10) || ':' || substr(next_follow_up_on, 1, 10)
			WHERE touch_mode = 'light' AND next_follow_up_on != '' AND coalesce((
				SELECT f.status != 'on_hold' OR f.resume_on <= strftime('%Y-%m-%d %H:%M:%fZ', assessed_at, '-12 hours')
				FROM follow_ups f WHERE f.customer = customers.id AND f.started_at <= assessed_at ORDER BY f.started_at DESC, f.rowid DESC LIMIT 1), 1)`).Execute()
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
