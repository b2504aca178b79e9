package hooks

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// authorEdits is how long an author may change their own record of a contact.
const authorEdits = 24 * time.Hour

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

// lapsed takes from how somebody stands to a record what no longer lets them change it: a follow-up is its author's for a day, then
// it is history, for the managers of the customer's team and the directors.
func (h *hooks) lapsed(record *core.Record, standing crm.Standing) crm.Standing {
	if record.Collection().Name == crm.CollectionFollowUps && h.now().Sub(record.GetDateTime(crm.FieldCreated).Time()) > authorEdits {
		standing &^= crm.Self
	}
	return standing
}
