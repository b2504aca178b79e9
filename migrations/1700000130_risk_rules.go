package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		rules := newCollection("risk_rules",
			required(choice("signal", signalNames...)),
			flag("enabled"),
			required(choice("severity", "warning", "critical")),
			number("threshold"),
			whole("window_days"),
		)
		rules.UpdateRule = types.Pointer(director)
		rules.AddIndex("idx_risk_rules_signal", true, "`signal`", "")
		if err := save(app, rules); err != nil {
			return err
		}
		return seedRiskRules(app)
	}, drop("risk_rules"))
}

// seedRiskRules adds the table of signals. The unit of a threshold is its signal's: per cent for drops,
// points for scores, times the cadence for silence, otherwise a count; 0 where the signal has none.
func seedRiskRules(app core.App) error {
	for _, r := range []struct {
		signal, severity string
		threshold        float64
		window           int // days
	}{
		{"no_orders", "critical", 0, 90},
		{"order_count_drop", "critical", 50, 90},
		{"order_amount_drop", "warning", 50, 90},
		{"contact_replaced", "critical", 0, 90},
		{"unresolved_cases", "critical", 2, 0},
		{"interaction_drop", "warning", 50, 30},
		{"complaints_up", "warning", 2, 90},
		{"competitor", "warning", 0, 60},
		{"nps_drop", "warning", 2, 730},
		{"low_satisfaction", "warning", 7, 365},
		{"overdue_payment", "warning", 0, 180},
		{"silent", "warning", 1.5, 0},
		{"negative_feedback", "warning", 0, 180},
		{"owner_says", "warning", 0, 0},
	} {
		err := seed(app, "risk_rules", map[string]any{
			"signal": r.signal, "enabled": true, "severity": r.severity,
			"threshold": r.threshold, "window_days": r.window,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
