package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Who sees a contract: whoever owns the customer or is of its team, support the number alone, directors.
const seeContracts = staff + ` && (((@request.auth.role = "rep") && (customer.owner = @request.auth.id || ` +
	`customer.collaborators ~ @request.auth.id || (@request.auth.team != "" && customer.team = @request.auth.team))) || ` +
	`(@request.auth.role = "support" || @request.auth.role = "director") || ` +
	`((@request.auth.role = "manager") && ((@request.auth.team != "" && customer.team = @request.auth.team))))`

// Any of the roles; the program says in words what each may create.
const everyRole = staff + ` && ((@request.auth.role = "rep" || @request.auth.role = "support" || ` +
	`@request.auth.role = "manager" || @request.auth.role = "director"))`

func init() {
	m.Register(func(app core.App) error {
		contracts := newCollection("contracts",
			required(one("customer", "customers")),
			text("number"),
			hidden(date("starts_on")),
			hidden(date("ends_on")),
			hidden(number("amount")),
			hidden(required(choice("status", "active", "renewed", "ended"))),
		)
		contracts.ListRule, contracts.ViewRule, contracts.UpdateRule = types.Pointer(seeContracts), types.Pointer(seeContracts), types.Pointer(seeContracts)
		contracts.CreateRule = types.Pointer(everyRole)
		contracts.AddIndex("idx_contracts_customer", false, "customer, starts_on", "")
		contracts.AddIndex("idx_contracts_history", false, "customer, created", "")
		contracts.AddIndex("idx_contracts_ends", false, "ends_on", "status = 'active'")
		return save(app, contracts)
	}, drop("contracts"))
}
