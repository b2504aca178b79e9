package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// What a director may not set here (contradictions, negative numbers) is judged by the rules, not by the
// schema, so that every refusal speaks the same language.
func init() {
	m.Register(func(app core.App) error {
		policy := newCollection("policy",
			required(matching("currency", `^[A-Z]{3}$`)),
			required(text("timezone")),
			required(matching("country", `^[A-Z]{2}$`)),
			number("value_high"),
			number("value_mid"),
			number("layer_potential"),
			number("light_factor"),
			number("recovery_factor"),
			whole("recovery_steps"),
			whole("contacts_per_day"),
			whole("record_within_hours"),
			whole("templated_count"),
			whole("templated_days"),
			whole("respond_negative_hours"),
			whole("respond_case_hours"),
			whole("respond_major_hours"),
			whole("win_back_hours"),
			whole("remind_before_hours"),
			whole("escalate_after_hours"),
			whole("contract_notice_days"),
			whole("lead_days"),
			whole("review_every_days"),
			whole("release_after_days"),
			whole("take_per_day"),
			whole("reveal_per_hour"),
			number("new_rate"),
			number("retention_rate"),
			data("channel_costs"),
			required(matching("quiet_from", clockTime)),
			required(matching("quiet_to", clockTime)),
			required(matching("digest_at", clockTime)),
			data("holidays"),
			data("workdays"),
			required(choice("tier_model", "value_potential", "rfm", "project", "service")),
			whole("rfm_window_days"),
			data("rfm_bounds"),
			whole("rev"),
		)
		policy.UpdateRule = types.Pointer(director)
		if err := save(app, policy); err != nil {
			return err
		}
		return seed(app, "policy", defaultPolicy())
	}, drop("policy"))
}

// defaultPolicy are the defaults of the specification; what is 0 or empty there is left out.
func defaultPolicy() map[string]any {
	return map[string]any{
		"currency": "CNY", "timezone": "Asia/Shanghai", "country": "CN",
		"value_high": 500000, "value_mid": 100000, "layer_potential": 300000,
		"light_factor": 2, "recovery_factor": 1.5, "recovery_steps": 2,
		"contacts_per_day": 1, "record_within_hours": 24,
		"templated_count": 5, "templated_days": 30,
		"respond_negative_hours": 24, "respond_case_hours": 48, "respond_major_hours": 24,
		"win_back_hours": 24, "remind_before_hours": 24, "escalate_after_hours": 24,
		"contract_notice_days": 30, "lead_days": 3, "review_every_days": 30,
		"take_per_day": 20, "reveal_per_hour": 20,
		"new_rate": 0.05, "retention_rate": 0.08, "channel_costs": map[string]float64{},
		"quiet_from": "21:00", "quiet_to": "08:00", "digest_at": "08:00",
		"holidays": []string{}, "workdays": []string{},
		"tier_model": "value_potential", "rfm_window_days": 365,
	}
}
