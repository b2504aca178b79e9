package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		notifications := newCollection("notifications",
			required(one("user", "users")),
			required(choice("kind", "task_given", "task_due", "task_late", "task_escalated", "task_done", "task_postponed", "task_cancelled", "taken_over", "standing_in",
				"response_due", "response_late", "negative_feedback", "win_back", "pace_exceeded", "long_hold", "contact_left", "birthday",
				"anniversary", "holiday", "contract_ending", "pin_ending", "profile_review", "verify_info", "released", "tier_s", "found",
				"delivery_failed")),
			required(text("title")),
			long("body"),
			one("customer", "customers"),
			one("task", "tasks"),
			date("read_at"),
			hidden(text("key")),
			hidden(flag("urgent")),
		)
		own := staff + ` && (((@request.auth.role = "rep" || @request.auth.role = "support" || @request.auth.role = "manager" || ` +
			`@request.auth.role = "director") && (user = @request.auth.id)))`
		notifications.ListRule, notifications.ViewRule, notifications.UpdateRule = types.Pointer(own), types.Pointer(own), types.Pointer(own)
		notifications.AddIndex("idx_notifications_user", false, "user, created", "")
		notifications.AddIndex("idx_notifications_unread", false, "user, created", "read_at = ''")
		uniqueWhereGiven(notifications, "key")
		notifications.AddIndex("idx_notifications_customer", false, "customer", "customer != ''")
		notifications.AddIndex("idx_notifications_task", false, "task", "task != ''")
		return save(app, notifications)
	}, drop("notifications"))
}
