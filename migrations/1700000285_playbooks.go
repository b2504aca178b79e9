package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error {
		playbooks := newCollection("playbooks",
			required(text("name")),
			text("name_en"),
			choice("tier", "S", "A", "B", "C"),
			choice("segment", "high_value_stable", "high_value_potential", "standard", "churn_risk"),
			choice("rfm_group", "core", "potential", "normal", "dormant"),
			choice("cause", "price", "upgrade", "relationship", "service"),
			data("actions"),
			long("expected_effect"),
			long("expected_effect_en"),
			many("materials", "materials", 20),
		)
		shareAmongStaff(playbooks)
		return save(app, playbooks)
	}, drop("playbooks"))
}
