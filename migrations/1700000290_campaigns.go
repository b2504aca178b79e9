package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Who is asked stands as their customer does.
const seeMembers = staff + ` && (((@request.auth.role = "rep") && (customer.owner = @request.auth.id || ` +
	`customer.collaborators ~ @request.auth.id || customer.assigned ~ @request.auth.id || ` +
	`(@request.auth.team != "" && customer.team = @request.auth.team) || (customer.id != "" && customer.owner = ""))) || ` +
	`(@request.auth.role = "support" || @request.auth.role = "manager" || @request.auth.role = "director"))`

func init() {
	m.Register(func(app core.App) error {
		campaigns := newCollection("campaigns",
			required(text("name")),
			required(date("starts_on")),
			date("ends_on"),
			choice("channel", channels...),
		)
		shareAmongStaff(campaigns)
		campaigns.DeleteRule = nil
		campaigns.AddIndex("idx_campaigns_starts_on", false, "starts_on", "")
		if err := save(app, campaigns); err != nil {
			return err
		}
		members := newCollection("campaign_members",
			required(one("campaign", "campaigns")),
			required(one("customer", "customers")),
			date("reached_at"),
			choice("response", "interested", "joined", "declined", "none"),
		)
		members.ListRule, members.ViewRule, members.UpdateRule, members.DeleteRule = types.Pointer(seeMembers), types.Pointer(seeMembers),
			types.Pointer(seeMembers), types.Pointer(seeMembers)
		members.CreateRule = types.Pointer(everyRole)
		members.AddIndex("idx_campaign_members_once", true, "campaign, customer", "")
		members.AddIndex("idx_campaign_members_customer", false, "customer", "")
		if err := save(app, members); err != nil {
			return err
		}
		return addRelation(app, "follow_ups", "campaign", "campaigns")
	}, func(app core.App) error {
		if err := removeRelation(app, "follow_ups", "campaign"); err != nil {
			return err
		}
		if err := drop("campaign_members")(app); err != nil {
			return err
		}
		return drop("campaigns")(app)
	})
}
