package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

func (h *hooks) bindFollowUps(app core.App) {
	onCheck(app, crm.CollectionFollowUps, func(e *core.RecordEvent) error {
		policy, err := crm.LoadPolicy(e.App)
		if err != nil {
			return err
		}
		return crm.CheckFollowUp(e.App, e.Record, policy, h.now())
	})
	h.onWrite(app, crm.CollectionFollowUps, h.onFollowUpWrite)
	h.bindCustomerOf(app, crm.CollectionFollowUps)
	app.OnRecordDeleteRequest(crm.CollectionFollowUps).BindFunc(func(e *core.RecordRequestEvent) error {
		return e.ForbiddenError("A follow-up is history: nobody deletes one.", nil)
	})
}

// onFollowUpWrite is the way of a follow-up: the record and its marks, the tasks that follow, the customer's new
// assessment, all in one transaction.
func (h *hooks) onFollowUpWrite(e *core.RecordEvent) error {
	crm.NormalizeFollowUp(e.Record)
	if err := crm.SettleFingerprint(e.App, e.Record); err != nil {
		return err
	}
	if crm.IsSystem(e.Context) {
		return e.Next()
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	if err := crm.MarkFollowUp(e.App, e.Record, policy, h.now()); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	if err := crm.FollowUpTasks(e.App, e.Record, policy, h.now()); err != nil {
		return err
	}
	if err := crm.FollowCampaign(e.App, e.Record); err != nil {
		return err
	}
	return h.reassessOf(e, policy, e.Record.GetDateTime(crm.FieldStartedAt).Time())
}
