package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error {
		signals := newCollection("signals",
			required(one("customer", "customers")),
			required(choice("signal", signalNames...)),
			required(choice("severity", "warning", "critical")),
			data("evidence"),
			required(date("raised_at")),
			date("cleared_at"), // empty while it stands
		)
		signals.AddIndex("idx_signals_customer", false, "customer, `signal`, cleared_at", "")
		signals.AddIndex("idx_signals_raised", false, "raised_at", "")
		return save(app, signals)
	}, drop("signals"))
}
