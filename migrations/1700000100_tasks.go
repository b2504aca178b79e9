package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		tasks := newCollection("tasks",
			required(one("customer", "customers")),
			required(text("title")),
			long("detail"),
			required(choice("kind", "next_action", "promise", "maintenance", "win_back", "negative_feedback",
				"case", "handover", "contract_renewal", "birthday", "anniversary", "light_touch",
				"profile_review", "verify_info", "other")),
			one("by", "users"),
			one("assignee", "users"),
			choice("department", "sales", "service", "technical", "finance", "marketing", "management"),
			choice("channel", channels...),
			required(date("due_at")),
			required(choice("priority", "high", "normal", "low")),
			required(choice("status", "open", "in_progress", "done", "delayed", "cancelled")),
			long("result"),
			long("delay_reason"),
			whole("postponed"),
			long("postpone_reason"),
			date("done_at"),
			one("follow_up", "follow_ups"),
			text("rule"),
			text("key"),
			choice("cause", "price", "upgrade", "relationship", "service"),
			one("given_by", "users"),
			hidden(flag("grants")),
			date("reminded_at"),
			date("escalated_at"),
			whole("rev"),
		)
		tasks.CreateRule = types.Pointer(staff)
		tasks.UpdateRule = types.Pointer(staff)
		uniqueWhereGiven(tasks, "key")
		tasks.AddIndex("idx_tasks_customer", false, "customer, status", "")
		tasks.AddIndex("idx_tasks_assignee", false, "assignee, status, due_at", "")
		tasks.AddIndex("idx_tasks_by", false, "`by`, status", "")
		tasks.AddIndex("idx_tasks_due", false, "status, due_at", "")
		tasks.AddIndex("idx_tasks_kind", false, "kind, status, due_at", "")
		tasks.AddIndex("idx_tasks_done", false, "done_at", "done_at != ''")
		tasks.AddIndex("idx_tasks_follow_up", false, "follow_up", "")
		return save(app, tasks)
	}, drop("tasks"))
}
