package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// bindPlans keeps plans and playbooks in their shape, and remembers which lines of a plan people deleted.
func (h *hooks) bindPlans(app core.App) {
	onCheck(app, crm.CollectionPlans, func(e *core.RecordEvent) error { return crm.CheckPlan(e.Record) })
	onCheck(app, crm.CollectionPlaybooks, func(e *core.RecordEvent) error { return crm.CheckPlaybook(e.Record) })
	for _, collection := range []string{crm.CollectionPlans, crm.CollectionPlaybooks, crm.CollectionMaterials} {
		h.onWrite(app, collection, func(e *core.RecordEvent) error {
			crm.CleanTexts(e.Record)
			return e.Next()
		})
	}
	app.OnRecordDelete(crm.CollectionTasks).BindFunc(func(e *core.RecordEvent) error {
		return inTransaction(e, func() error {
			if err := e.Next(); err != nil {
				return err
			}
			return crm.RememberDeleted(e.App, e.Record)
		})
	})
}
