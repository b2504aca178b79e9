package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// given is how many rows each collection of the policy has, no more and no fewer.
var given = map[string]int{crm.CollectionPolicy: 1, crm.CollectionTiers: 4, crm.CollectionRiskRules: 14}

// readForPolicy are the collections that crm.LoadPolicy reads.
var readForPolicy = []string{crm.CollectionPolicy, crm.CollectionTiers, crm.CollectionRiskRules, crm.CollectionTags}

func (h *hooks) bindPolicy(app core.App) {
	onCheck(app, crm.CollectionPolicy, func(e *core.RecordEvent) error { return crm.CheckPolicy(e.Record) })
	onCheck(app, crm.CollectionTiers, func(e *core.RecordEvent) error { return crm.CheckTier(e.Record) })
	onCheck(app, crm.CollectionRiskRules, func(e *core.RecordEvent) error { return crm.CheckRiskRule(e.Record) })
	onCheck(app, crm.CollectionTags, func(e *core.RecordEvent) error { return crm.CheckTag(e.Record) })
	forget := func(e *core.RecordEvent) error {
		defer crm.ForgetPolicy(e.App)
		return e.Next()
	}
	for _, collection := range readForPolicy {
		app.OnRecordCreateExecute(collection).BindFunc(forget)
		app.OnRecordUpdateExecute(collection).BindFunc(forget)
		app.OnRecordDeleteExecute(collection).BindFunc(forget)
	}
	for collection, rows := range given {
		app.OnRecordCreate(collection).BindFunc(func(e *core.RecordEvent) error {
			n, err := e.App.CountRecords(collection)
			if err != nil {
				return err
			}
			if n >= int64(rows) { // the migrations that fill the collection have to get through
				return crm.ErrFixed(collection)
			}
			return e.Next()
		})
		app.OnRecordDelete(collection).BindFunc(func(e *core.RecordEvent) error { return crm.ErrFixed(collection) })
	}
}
