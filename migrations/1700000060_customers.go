package migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		customers := newCollection("customers", slices.Concat(
			customerIdentity(),
			customerCommerce(),
			customerNeed(),
			customerLife(),
			customerJudgement(),
			customerRecord(),
		)...)
		customers.CreateRule = types.Pointer(staff)
		customers.UpdateRule = types.Pointer(staff)
		indexCustomers(customers)
		return save(app, customers)
	}, drop("customers"))
}

func customerIdentity() []core.Field {
	return []core.Field{
		required(text("name")),
		text("code"),
		text("credit_code"),
		required(one("industry", "industries")),
		text("region"),
		required(choice("size", "1-50", "51-100", "101-500", "501-1000", "1000+")),
		number("annual_revenue"),
		&core.URLField{Name: "website"},
		text("address"),
		required(choice("source", "website", "trade_show", "referral", "cold_call", "visit", "online",
			"third_party", "import", "other")),
		required(date("first_contact_on")),
		one("owner", "users"),
		many("collaborators", "users", 100),
		one("team", "teams"),
	}
}

func customerCommerce() []core.Field {
	return []core.Field{
		date("cooperation_since"),
		number("declared_annual_purchase"),
		choice("purchase_cycle", "weekly", "monthly", "quarterly", "yearly", "irregular"),
		text("budget_range"),
		choice("renewal_intent", "strong", "unsure", "weak"),
		long("expected_cooperation"),
	}
}

func customerNeed() []core.Field {
	return []core.Field{
		long("pain_points"),
		long("core_need"),
		long("future_need"),
		long("long_term_goal"),
		long("custom_strategy"),
		long("decision_maker"),
		long("competitors"),
		choice("intent", "high", "low", "unclear"),
		choice("need", "strong", "some", "vague"),
		choice("influence", "high", "medium", "low"),
		choice("fit", "high", "medium", "low"),
		choice("outlook", "intent_clear", "watching", "churn_risk"),
		date("expected_close_on"),
		choice("preferred_channel", channels...),
		choices("avoid_channels", channels...),
		date("anniversary_on"),
		long("notes"),
		many("tags", "tags", 100),
		choices("verified_sources", "official_website", "business_registry", "customer", "site_visit", "other"),
		date("verified_on"),
		date("reviewed_on"),
	}
}

func customerLife() []core.Field {
	return []core.Field{
		choice("tier_pin", "S", "A", "B", "C"),
		long("tier_pin_reason"),
		date("tier_pin_until"),
		choice("stage", "prospect", "active", "archived"),
		long("archived_reason"),
	}
}

// customerJudgement are the fields only the system writes, the result of an assessment.
func customerJudgement() []core.Field {
	return []core.Field{
		choice("tier", "S", "A", "B", "C"),
		data("tier_reason"),
		choice("value", "high", "mid", "low"),
		choice("potential", "key", "potential", "watching"),
		choice("risk", "stable", "warning", "churn_risk"),
		choice("segment", "high_value_stable", "high_value_potential", "standard", "churn_risk"),
		data("rfm"),
		choice("churn_cause", "price", "upgrade", "relationship", "service"),
		flag("silent"),
		date("silent_since"),
		choice("touch_mode", "normal", "light", "recovering"),
		date("last_follow_up_at"),
		date("last_interaction_at"),
		date("next_follow_up_on"),
		date("last_order_at"),
		number("annual_purchase"),
		hidden(whole("window_orders")),
		hidden(number("window_amount")),
		data("products_bought"),
		whole("open_tasks"),
		choices("missing_info", "contact", "phone", "decision_maker", "core_need", "budget_range",
			"preferred_channel", "renewal_intent", "verified_sources"),
		choices("needs_check", "size_revenue", "cooperation_since", "phone", "identity_number", "bank_card"),
		date("assessed_at"),
		hidden(date("assess_due_at")),
	}
}

// customerRecord are the fields only the system writes that no assessment touches.
func customerRecord() []core.Field {
	return []core.Field{
		hidden(text("name_key")),
		hidden(many("assigned", "users", 1000)),
		hidden(one("import", "imports")),
		whole("rev"),
	}
}

func indexCustomers(c *core.Collection) {
	uniqueWhereGiven(c, "code")
	uniqueWhereGiven(c, "credit_code")
	c.AddIndex("idx_customers_name_key", false, "name_key", "")
	c.AddIndex("idx_customers_owner_next", false, "owner, next_follow_up_on", "")
	c.AddIndex("idx_customers_team_next", false, "team, next_follow_up_on", "")
	c.AddIndex("idx_customers_next", false, "next_follow_up_on", "")
	c.AddIndex("idx_customers_industry", false, "industry", "")
	c.AddIndex("idx_customers_tier", false, "tier", "")
	c.AddIndex("idx_customers_risk", false, "risk", "")
	c.AddIndex("idx_customers_segment", false, "segment", "")
	c.AddIndex("idx_customers_silent", false, "silent", "")
	c.AddIndex("idx_customers_stage", false, "stage", "")
	c.AddIndex("idx_customers_created", false, "created", "")
	c.AddIndex("idx_customers_updated", false, "updated", "")
	c.AddIndex("idx_customers_window", false, "window_orders, window_amount, last_order_at", "window_orders > 0")
	c.AddIndex("idx_customers_assess_due", false, "assess_due_at", "assess_due_at != ''")
	c.AddIndex("idx_customers_pin", false, "tier_pin_until", "tier_pin_until != ''")
	c.AddIndex("idx_customers_import", false, "`import`", "")
}
