package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error {
		changes := newCollection("tier_changes",
			required(one("customer", "customers")),
			choice("from", "S", "A", "B", "C"), // empty at the first assessment
			required(choice("to", "S", "A", "B", "C")),
			data("reasons"),
			required(choice("cause", "job", "event", "pin", "policy")),
			one("by", "users"),
			required(date("at")),
		)
		changes.AddIndex("idx_tier_changes_customer", false, "customer, at", "")
		changes.AddIndex("idx_tier_changes_at", false, "at", "")
		return save(app, changes)
	}, drop("tier_changes"))
}
