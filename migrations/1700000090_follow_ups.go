package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		followUps := newCollection("follow_ups",
			required(one("customer", "customers")),
			one("contact", "contacts"),
			one("by", "users"),
			text("by_name"),
			many("our_people", "users", 100),
			many("their_people", "contacts", 100),
			choice("direction", "out", "in"),
			required(choice("channel", channels...)),
			choice("kind", "first_contact", "needs", "proposal", "care", "service", "complaint", "win_back",
				"campaign", "other"),
			required(date("started_at")),
			date("ended_at"),
			long("purpose"),
			long("content"),
			long("key_points"),
			long("commitments"),
			required(choice("feedback", "positive", "neutral", "negative", "no_response")),
			choice("mood", "satisfied", "interested", "hesitant", "dissatisfied"),
			text("competitor"),
			long("next_action"),
			date("next_action_on"),
			one("next_action_by", "users"),
			required(choice("status", "to_follow_up", "confirmed", "on_hold")),
			date("resume_on"),
			&core.FileField{Name: "attachments", MaxSelect: 10, MaxSize: 20 * megabyte, Protected: true},
			many("topics", "tags", 100),
			flag("recorded_late"),
			flag("pace_exceeded"),
			flag("channel_mismatch"),
			flag("templated"),
			hidden(one("import", "imports")),
			whole("rev"),
		)
		followUps.CreateRule = types.Pointer(staff)
		followUps.UpdateRule = types.Pointer(staff)
		followUps.AddIndex("idx_follow_ups_customer", false, "customer, started_at", "")
		followUps.AddIndex("idx_follow_ups_by", false, "`by`, started_at", "")
		followUps.AddIndex("idx_follow_ups_started", false, "started_at", "")
		followUps.AddIndex("idx_follow_ups_contact", false, "contact", "")
		followUps.AddIndex("idx_follow_ups_import", false, "`import`", "")
		return save(app, followUps)
	}, drop("follow_ups"))
}
