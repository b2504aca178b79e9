package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

func (h *hooks) bindContacts(app core.App) {
	onCheck(app, crm.CollectionContacts, func(e *core.RecordEvent) error { return crm.CheckContact(e.App, e.Record) })
	h.onWrite(app, crm.CollectionContacts, h.onContactWrite)
	h.bindCustomerOf(app, crm.CollectionContacts)
	app.OnRecordDelete(crm.CollectionContacts).BindFunc(func(e *core.RecordEvent) error {
		return inTransaction(e, func() error {
			if err := crm.ForgetContact(e.App, e.Record, h.now()); err != nil {
				return err
			}
			return e.Next()
		})
	})
}

// onContactWrite stores the contact in its form, sees that the customer has one primary contact, and judges the
// customer, whose file may have become complete.
func (h *hooks) onContactWrite(e *core.RecordEvent) error {
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	if err := crm.NormalizeContact(e.App, e.Record, policy); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	if crm.IsSystem(e.Context) {
		return nil
	}
	if err := crm.FollowContact(e.App, e.Record, policy, h.now()); err != nil {
		return err
	}
	if err := crm.EndCare(e.App, policy, h.now(), customersOf(e.Record)...); err != nil {
		return err
	}
	return h.reassess(e, policy, customersOf(e.Record)...)
}
