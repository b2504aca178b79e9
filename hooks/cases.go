package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

func (h *hooks) bindCases(app core.App) {
	onCheck(app, crm.CollectionCases, func(e *core.RecordEvent) error { return crm.CheckCase(e.App, e.Record, h.now()) })
	h.onWrite(app, crm.CollectionCases, h.onCaseWrite)
	h.bindCustomerOf(app, crm.CollectionCases)
	app.OnRecordDelete(crm.CollectionCases).BindFunc(func(e *core.RecordEvent) error {
		return inTransaction(e, func() error {
			if err := e.Next(); err != nil {
				return err
			}
			if err := crm.EndCaseTask(e.App, e.Record, h.now()); err != nil {
				return err
			}
			return crm.SyncAssigned(e.App, e.Record)
		})
	})
}

// onCaseWrite stores the case in its form, keeps its task and judges the customer, all in one transaction.
func (h *hooks) onCaseWrite(e *core.RecordEvent) error {
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	crm.NormalizeCase(e.Record, policy, h.now())
	if err := crm.SettleGrant(e.App, e.Record); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	if err := crm.SyncAssigned(e.App, e.Record); err != nil || crm.IsSystem(e.Context) {
		return err
	}
	if err := crm.FollowCase(e.App, e.Record, policy, h.now()); err != nil {
		return err
	}
	return h.reassessOf(e, policy, e.Record.GetDateTime(crm.FieldOpenedAt).Time())
}
