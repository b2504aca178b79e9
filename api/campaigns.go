package api

import (
	"net/http"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/audit"
	"touchbase/crm"
)

// noteMembers says in the audit log what members were added for.
const noteMembers = "members"

// bindCampaigns binds the routes of campaigns.
func bindCampaigns(group *router.RouterGroup[*core.RequestEvent]) {
	campaign := group.Group("/campaigns/{id}")
	campaign.GET("/results", campaignResults)
	campaign.POST("/members", addMembers)
}

// campaignResults answers what became of a campaign, in all and by channel; see crm.CampaignSummary. It counts the members whose orders the
// caller may read in full: a manager's team, a director's whole company. The others it refuses with 403, because what they
// may not read of an order shows in the count.
func campaignResults(e *core.RequestEvent) error {
	p := access.PrincipalOf(e.Auth)
	orders := p.Granted(access.Table[crm.CollectionOrders].Fields[crm.FieldAmount].Read)
	if !p.Super && p.Role != crm.RoleManager && p.Role != crm.RoleDirector {
		return refuse(http.StatusForbidden, crm.FieldRole, access.CodeNotAllowed, "The results of campaigns are for managers and directors.")
	}
	campaign, err := e.App.FindRecordById(crm.CollectionCampaigns, e.Request.PathValue("id"))
	if err != nil {
		return e.NotFoundError("There is no such campaign.", err)
	}
	summary, err := crm.CampaignResults(e.App, campaign, p.Narrow(crm.CollectionCustomers, orders))
	if err != nil {
		return e.InternalServerError("The results cannot be counted.", err)
	}
	return e.JSON(http.StatusOK, summary)
}

// addMembers makes customers members of a campaign: those that meet `tiers`, `segments`, `tags`, `industries` (lists of values and ids) and
// `region`, of the customers of which the caller may add one at all. It answers `{"added": n}`; who was one already is not counted. It
// works in batches, each with the rights the caller has by then: asked again, it adds what is missing. It refuses those who may add
// nobody with 403, and by field what it cannot read and a filter without criterion.
func addMembers(e *core.RequestEvent) error {
	lists, err := readLists(e, crm.FieldTiers, "segments", crm.FieldTags, crm.FieldIndustries, crm.FieldRegion)
	if err != nil {
		return err
	}
	if len(lists[crm.FieldRegion]) > 1 {
		return e.BadRequestError("The body cannot be read.", validation.Errors{
			crm.FieldRegion: validation.NewError(crm.CodeUnreadableText, "This is one region."),
		})
	}
	audience := crm.Audience{
		Tiers: lists[crm.FieldTiers], Segments: lists["segments"], Tags: lists[crm.FieldTags], Industries: lists[crm.FieldIndustries],
		Region: strings.Join(lists[crm.FieldRegion], ""),
	}
	actor := audit.ActorOf(e.Auth, e.RealIP())
	actor.Note = noteMembers
	added := 0
	for last, more := "", true; more; more = last != "" {
		err := audit.As(e.App, actor, func(tx core.App) error {
			n, next, err := addBatch(tx, e, audience, last)
			added, last = added+n, next
			return err
		})
		if err != nil {
			return refusal(e, err)
		}
	}
	return e.JSON(http.StatusOK, map[string]int{"added": added})
}

// addBatch adds the next of the audience after a customer.
func addBatch(tx core.App, e *core.RequestEvent, audience crm.Audience, after string) (added int, last string, err error) {
	p, err := principalIn(tx, e)
	if err != nil {
		return 0, "", err
	}
	addable := p.Granted(access.Table[crm.CollectionCampaignMembers].Create)
	if addable == 0 {
		return 0, "", refuse(http.StatusForbidden, crm.FieldCampaign, access.CodeNotAllowed, "You may not add customers to a campaign.")
	}
	campaign := e.Request.PathValue("id")
	if _, err := tx.FindRecordById(crm.CollectionCampaigns, campaign); err != nil {
		return 0, "", e.NotFoundError("There is no such campaign.", err)
	}
	errs, err := audience.Check(tx)
	if err != nil {
		return 0, "", err
	}
	if len(errs) > 0 {
		return 0, "", errs
	}
	return crm.AddMembers(tx, campaign, audience, p.Narrow(crm.CollectionCustomers, addable), after)
}
