package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Who sees cases and surveys: a rep those of their own customers and of those assigned to them, everybody else all.
const seeService = staff + ` && (((@request.auth.role = "rep") && (customer.owner = @request.auth.id || ` +
	`customer.collaborators ~ @request.auth.id || customer.assigned ~ @request.auth.id)) || ` +
	`(@request.auth.role = "support" || @request.auth.role = "manager" || @request.auth.role = "director"))`

func init() {
	m.Register(func(app core.App) error {
		cases := newCollection("cases",
			required(one("customer", "customers")),
			one("contact", "contacts"),
			one("by", "users"),
			required(choice("kind", "question", "complaint", "request")),
			required(choice("severity", "minor", "major")),
			required(text("subject")),
			long("detail"),
			required(date("opened_at")),
			date("respond_by"),
			date("responded_at"),
			date("resolved_at"),
			whole("reopened"),
			one("assignee", "users"),
			many("topics", "tags", 20),
			one("given_by", "users"),
			hidden(flag("grants")),
			hidden(one("follow_up", "follow_ups")),
		)
		cases.ListRule, cases.ViewRule, cases.UpdateRule = types.Pointer(seeService), types.Pointer(seeService), types.Pointer(seeService)
		cases.CreateRule = types.Pointer(everyRole)
		cases.AddIndex("idx_cases_customer", false, "customer, opened_at", "")
		// The rest are of what is not resolved, which stays little however long the history grows.
		cases.AddIndex("idx_cases_unresolved", false, "customer", "resolved_at = ''")
		cases.AddIndex("idx_cases_respond", false, "respond_by", "resolved_at = ''")
		cases.AddIndex("idx_cases_assignee", false, "assignee", "resolved_at = ''")
		cases.AddIndex("idx_cases_follow_up_unique", true, "follow_up", "follow_up != ''")
		cases.AddIndex("idx_cases_follow_up", false, "follow_up", "")
		return save(app, cases)
	}, drop("cases"))
}
