package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

func (h *hooks) bindOrders(app core.App) {
	onCheck(app, crm.CollectionOrders, func(e *core.RecordEvent) error { return crm.CheckOrder(e.App, e.Record) })
	h.onWrite(app, crm.CollectionOrders, h.onOrderWrite)
	h.bindCustomerOf(app, crm.CollectionOrders)
}

// onOrderWrite stores the order in its form and judges the customer.
func (h *hooks) onOrderWrite(e *core.RecordEvent) error {
	if err := crm.NormalizeOrder(e.App, e.Record); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	if err := crm.FollowOrder(e.App, e.Record); err != nil {
		return err
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	return h.reassess(e, policy, customersOf(e.Record)...)
}
