// Package hooks says what happens when a record is read or written: one file a collection. Request hooks decide
// what a person may write, model hooks keep the rules, whoever writes.
package hooks

import (
	"errors"
	"maps"
	"sync/atomic"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/audit"
	"touchbase/crm"
)

type hooks struct {
	app     core.App // outside of any transaction: for what is told after one
	now     func() time.Time
	signIns attempts
	serving atomic.Bool
}

// Register binds every hook to the app; now gives the moment, which tests and the demo set. To be called once, before
// the app serves or writes anything.
func Register(app core.App, now func() time.Time) {
	h := &hooks{app: app, now: now}
	h.bindAudit(app)
	h.bindSuperusers(app)
	h.bindSessions(app)
	h.bindSignIn(app)
	bindRequestLogs(app)
	h.bindAccess(app)
	h.bindQueries(app)
	h.bindLists(app)
	h.bindRequests(app)
	h.bindUsers(app)
	h.bindCustomers(app)
	h.bindContacts(app)
	h.bindOrders(app)
	h.bindContracts(app)
	h.bindCases(app)
	h.bindSurveys(app)
	h.bindFollowUps(app)
	h.bindTasks(app)
	h.bindCampaigns(app)
	h.bindPolicy(app)
}

// inTransaction runs fn with the event's app inside a transaction, so that the record and all that follows from it
// stand or fall together, and gives the event its own app back for the hooks that run after.
func inTransaction(e *core.RecordEvent, fn func() error) error {
	outer := e.App
	defer func() { e.App = outer }()
	return outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		return fn()
	})
}

// onWrite binds a handler to the creation and the change of records of a collection, in one transaction with all it does.
func (h *hooks) onWrite(app core.App, collection string, fn func(e *core.RecordEvent) error) {
	handler := func(e *core.RecordEvent) error {
		return inTransaction(e, func() error { return fn(e) })
	}
	app.OnRecordCreate(collection).BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetDateTime(crm.FieldCreated).IsZero() { // deadlines count from it, by the same clock as all else
			created, err := types.ParseDateTime(h.now())
			if err != nil {
				return err
			}
			e.Record.SetRaw(crm.FieldCreated, created)
		}
		return handler(e)
	})
	app.OnRecordUpdate(collection).BindFunc(func(e *core.RecordEvent) error {
		// A whole row written from an older read would undo what others changed meanwhile.
		e.Record.IgnoreUnchangedFields(true)
		return handler(e)
	})
}

// onCheck binds a check of records of a collection; its field errors come together with PocketBase's own.
func onCheck(app core.App, collection string, check func(e *core.RecordEvent) error) {
	app.OnRecordValidate(collection).BindFunc(func(e *core.RecordEvent) error {
		return mergeErrors(e.Next(), check(e))
	})
}

// mergeErrors joins field errors; where both name a field, the second is the more telling one. Any other error
// goes first.
func mergeErrors(native, own error) error {
	merged := validation.Errors{}
	for _, err := range []error{native, own} {
		var fields validation.Errors
		switch {
		case err == nil:
		case errors.As(err, &fields):
			maps.Copy(merged, fields)
		default:
			return err
		}
	}
	if len(merged) == 0 {
		return nil
	}
	return merged
}

// reassess judges the customers that a written record touches. What the program saves on the way is judged by whoever
// saves it.
func (h *hooks) reassess(e *core.RecordEvent, policy *crm.Policy, customers ...string) error {
	return h.reassessAt(e, policy, h.now(), customers...)
}

// reassessOf judges the customers of a record of what happened at a moment. A phone's clock may run ahead of ours; it has happened all
// the same.
func (h *hooks) reassessOf(e *core.RecordEvent, policy *crm.Policy, happened time.Time) error {
	at := h.now()
	if happened.After(at) {
		at = happened
	}
	return h.reassessAt(e, policy, at, customersOf(e.Record)...)
}

func (h *hooks) reassessAt(e *core.RecordEvent, policy *crm.Policy, at time.Time, customers ...string) error {
	if crm.IsSystem(e.Context) {
		return nil
	}
	_, err := crm.Reassess(e.App, policy, crm.Assessing{Now: at, Cause: crm.CauseEvent, By: audit.Behind(e.App).User()}, customers...)
	return err
}

// customersOf lists the customer of a record and, where it was moved, the one it came from.
func customersOf(record *core.Record) []string {
	now, before := record.GetString(crm.FieldCustomer), record.Original().GetString(crm.FieldCustomer)
	if before == "" || before == now {
		return []string{now}
	}
	return []string{now, before}
}

// bindCustomerOf judges the customer again when a record of a collection was deleted, and tells whoever listens about
// the customer after each change.
func (h *hooks) bindCustomerOf(app core.App, collection string) {
	app.OnRecordDelete(collection).BindFunc(func(e *core.RecordEvent) error {
		return inTransaction(e, func() error {
			if err := e.Next(); err != nil {
				return err
			}
			policy, err := crm.LoadPolicy(e.App)
			if err != nil {
				return err
			}
			return h.reassess(e, policy, e.Record.GetString(crm.FieldCustomer))
		})
	})
	announce := func(e *core.RecordEvent) error {
		if !crm.IsSystem(e.Context) {
			crm.Announce(e.App, customersOf(e.Record)...)
		}
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess(collection).BindFunc(announce)
	app.OnRecordAfterUpdateSuccess(collection).BindFunc(announce)
	app.OnRecordAfterDeleteSuccess(collection).BindFunc(announce)
}
