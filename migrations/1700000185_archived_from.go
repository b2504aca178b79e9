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
			// What somebody sees of the customers is found, and counted, by these alone.
			c.AddIndex("idx_customers_owned", false, "owner, team, id", "")
			c.AddIndex("idx_customers_of_team", false, "team, owner, id", "")
			c.AddIndex("idx_customers_collaborators", false, "collaborators, owner, team, id", "collaborators != '[]'")
			c.AddIndex("idx_customers_assigned", false, "assigned, collaborators, owner, team, id", "assigned != '[]'")
		})
	}, func(app core.App) error {
		return changeCollection(app, "customers", func(c *core.Collection) {
			for _, index := range []string{"owned", "of_team", "collaborators", "assigned"} {
				c.RemoveIndex("idx_customers_" + index)
			}
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
