package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

func (h *hooks) bindContracts(app core.App) {
	onCheck(app, crm.CollectionContracts, func(e *core.RecordEvent) error { return crm.CheckContract(e.Record) })
	h.onWrite(app, crm.CollectionContracts, h.onContractWrite)
	h.bindCustomerOf(app, crm.CollectionContracts)
}

// onContractWrite stores the contract in its form, ends the talk about its renewal where that is settled, and judges the customer.
func (h *hooks) onContractWrite(e *core.RecordEvent) error {
	crm.NormalizeContract(e.Record)
	if err := e.Next(); err != nil {
		return err
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	if err := crm.EndCare(e.App, policy, h.now(), customersOf(e.Record)...); err != nil {
		return err
	}
	return h.reassess(e, policy, customersOf(e.Record)...)
}
