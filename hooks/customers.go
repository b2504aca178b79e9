package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

func (h *hooks) bindCustomers(app core.App) {
	onCheck(app, crm.CollectionCustomers, func(e *core.RecordEvent) error {
		policy, err := crm.LoadPolicy(e.App)
		if err != nil {
			return err
		}
		return crm.CheckCustomer(e.App, e.Record, policy, h.now())
	})
	h.onWrite(app, crm.CollectionCustomers, h.onCustomerWrite)
}

// onCustomerWrite stores the customer in its form and judges it; the record answers with the judgement.
func (h *hooks) onCustomerWrite(e *core.RecordEvent) error {
	if err := crm.NormalizeCustomer(e.App, e.Record); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	if err := h.handOver(e); err != nil || crm.IsSystem(e.Context) {
		return err
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	if err := h.reassess(e, policy, e.Record.Id); err != nil {
		return err
	}
	return crm.Refresh(e.App, e.Record)
}

// handOver moves the open tasks of a former owner with the customer, whoever changed the owner: an import may.
func (h *hooks) handOver(e *core.RecordEvent) error {
	from, to := e.Record.Original().GetString(crm.FieldOwner), e.Record.GetString(crm.FieldOwner)
	if from == "" || from == to {
		return nil
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	return crm.MoveTasks(e.App, policy, e.Record.Id, from, to, h.now())
}
