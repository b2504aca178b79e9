package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		orders := newCollection("orders",
			required(one("customer", "customers")),
			text("number"),
			required(date("ordered_at")),
			text("product"),
			text("category"),
			choice("kind", "new", "renewal", "repeat", "return"),
			number("amount"),
			number("cost"),
			date("due_on"),
			date("paid_on"),
			flag("cancelled"),
			one("owner", "users"),
			hidden(one("import", "imports")),
		)
		orders.CreateRule = types.Pointer(staff)
		orders.UpdateRule = types.Pointer(staff)
		uniqueWhereGiven(orders, "number")
		// Covers the sums of a customer's windows, so that they never read the table itself.
		orders.AddIndex("idx_orders_customer", false, "customer, ordered_at, cancelled, amount", "")
		orders.AddIndex("idx_orders_ordered", false, "ordered_at", "")
		orders.AddIndex("idx_orders_owner_paid", false, "owner, paid_on", "")
		orders.AddIndex("idx_orders_due", false, "due_on", "due_on != ''")
		orders.AddIndex("idx_orders_import", false, "`import`", "")
		return save(app, orders)
	}, drop("orders"))
}
