package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

func (h *hooks) bindTasks(app core.App) {
	onCheck(app, crm.CollectionTasks, func(e *core.RecordEvent) error {
		if crm.IsSystem(e.Context) {
			return nil // a rule's task is not refused: it has to be somewhere
		}
		policy, err := crm.LoadPolicy(e.App)
		if err != nil {
			return err
		}
		return crm.CheckTask(e.App, e.Record, policy, h.now())
	})
	h.onWrite(app, crm.CollectionTasks, h.onTaskWrite)
	h.bindCustomerOf(app, crm.CollectionTasks)
	app.OnRecordDelete(crm.CollectionTasks).BindFunc(func(e *core.RecordEvent) error {
		return inTransaction(e, func() error {
			if err := e.Next(); err != nil {
				return err
			}
			return crm.SyncAssigned(e.App, e.Record)
		})
	})
}

// onTaskWrite stores the task in its form, tells those it concerns, and does what a person's change of it asks for: the follow-up it
// came from is confirmed, the customer's next date moves.
func (h *hooks) onTaskWrite(e *core.RecordEvent) error {
	if !crm.IsSystem(e.Context) {
		crm.NormalizeTask(e.Record, h.now())
	}
	if err := crm.SettleGrant(e.App, e.Record); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	if err := crm.SyncAssigned(e.App, e.Record); err != nil {
		return err
	}
	if !crm.IsQuiet(e.Context) {
		if err := crm.TellOfTask(e.App, e.Record, h.now()); err != nil {
			return err
		}
	}
	if crm.IsSystem(e.Context) {
		return nil
	}
	if err := crm.FollowTask(e.App, e.Record, h.now()); err != nil {
		return err
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	return h.reassess(e, policy, customersOf(e.Record)...)
}
