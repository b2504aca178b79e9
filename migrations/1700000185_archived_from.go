package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A customer who returns from the archive returns as what they were, which has to be kept somewhere.
func init() {
	m.Register(func(app core.App) error {
		return changeCollection(app, "customers", func(c *core.Collection) {
			c.Fields.Add(hidden(choice("archived_from", "prospect", "active")))
			// All that says who stands how to a customer, so that counting what somebody sees reads no customer.
			c.AddIndex("idx_customers_access", false, "owner, team, collaborators, assigned", "")
		})
	}, func(app core.App) error {
		return changeCollection(app, "customers", func(c *core.Collection) {
			c.RemoveIndex("idx_customers_access")
			c.Fields.RemoveByName("archived_from")
		})
	})
}

// changeCollection changes a collection that is there.
func changeCollection(app core.App, name string, change func(*core.Collection)) error {
	c, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return fmt.Errorf("failed to find collection %s: %w", name, err)
	}
	change(c)
	if err := app.Save(c); err != nil {
		return fmt.Errorf("failed to save collection %s: %w", name, err)
	}
	return nil
}
