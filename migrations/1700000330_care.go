package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What the care of customers is found by: the days of the year on which something returns, the profiles by their last review. And
// what it has to remember: since when something wants checking, since when the owner has the customer, and the day on which it
// goes back to the pool.
func init() {
	m.Register(func(app core.App) error {
		err := changeCollection(app, "contacts", func(c *core.Collection) {
			c.AddIndex("idx_contacts_birthday_day", false, "substr(`birthday`, 6, 5)", "`birthday` != ''")
		})
		if err != nil {
			return err
		}
		err = changeCollection(app, "customers", func(c *core.Collection) {
			c.Fields.Add(hidden(date("check_since")), hidden(date("held_since")), hidden(date("release_on")))
			c.AddIndex("idx_customers_anniversary_day", false, "substr(`anniversary_on`, 6, 5)", "`anniversary_on` != ''")
			c.AddIndex("idx_customers_review", false, "`owner`, (CASE WHEN `reviewed_on` = '' THEN `created` ELSE `reviewed_on` END)",
				"`owner` != '' AND `stage` != 'archived'")
			c.AddIndex("idx_customers_check", false, "`check_since`", "`check_since` != ''")
			c.AddIndex("idx_customers_release", false, "`release_on`", "`release_on` != ''")
			c.AddIndex("idx_customers_idle", false, "`owner`, `last_follow_up_at`", "`owner` != '' AND `stage` != 'archived'")
		})
		if err != nil {
			return err
		}
		_, err = app.DB().NewQuery(`UPDATE customers SET check_since = assessed_at
			WHERE coalesce(nullif(needs_check, 'null'), '') NOT IN ('', '[]')`).Execute()
		if err != nil {
			return fmt.Errorf("failed to note since when something wants checking: %w", err)
		}
		return nil
	}, func(app core.App) error {
		err := changeCollection(app, "customers", func(c *core.Collection) {
			for _, index := range []string{"anniversary_day", "review", "check", "release", "idle"} {
				c.RemoveIndex("idx_customers_" + index)
			}
			for _, field := range []string{"check_since", "held_since", "release_on"} {
				c.Fields.RemoveByName(field)
			}
		})
		if err != nil {
			return err
		}
		return changeCollection(app, "contacts", func(c *core.Collection) { c.RemoveIndex("idx_contacts_birthday_day") })
	})
}
