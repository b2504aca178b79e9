package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// bindCampaigns keeps campaigns and their members in order. That a customer is a member only once is the schema's to say.
func (h *hooks) bindCampaigns(app core.App) {
	onCheck(app, crm.CollectionCampaigns, func(e *core.RecordEvent) error { return crm.CheckCampaign(e.Record) })
	h.onWrite(app, crm.CollectionCampaigns, func(e *core.RecordEvent) error {
		crm.CleanTexts(e.Record)
		return e.Next()
	})
	onCheck(app, crm.CollectionCampaignMembers, func(e *core.RecordEvent) error { return crm.CheckMember(e.Record, h.now()) })
	h.onWrite(app, crm.CollectionCampaignMembers, func(e *core.RecordEvent) error {
		if !crm.IsSystem(e.Context) {
			crm.NormalizeMember(e.Record, h.now())
		}
		return e.Next()
	})
}
