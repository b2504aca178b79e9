package hooks

import (
	"fmt"
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
	"touchbase/crm"
)

func (h *hooks) bindUsers(app core.App) {
	onCheck(app, crm.CollectionUsers, func(e *core.RecordEvent) error { return crm.CheckUser(e.App, e.Record) })
	h.onWrite(app, crm.CollectionUsers, h.onUserWrite)
	app.OnRecordDelete(crm.CollectionUsers).BindFunc(func(e *core.RecordEvent) error {
		return inTransaction(e, func() error {
			if err := crm.CheckUserDelete(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		})
	})
}

// onUserWrite takes the customers of an owner along into the owner's new team, and gives what somebody deactivated had
// to their substitute. Whoever is active again has to sign in again.
func (h *hooks) onUserWrite(e *core.RecordEvent) error {
	crm.CleanTexts(e.Record)
	if e.Record.IsNew() {
		return e.Next()
	}
	stored, err := e.App.FindRecordById(e.Record.Collection(), e.Record.Id)
	if err != nil {
		return fmt.Errorf("failed to find who is changed: %w", err)
	}
	if crm.Reactivates(stored, e.Record) {
		e.Record.RefreshTokenKey()
	}
	leaves := crm.Deactivates(stored, e.Record)
	if err := e.Next(); err != nil {
		return err
	}
	if err := refreshRights(e); err != nil {
		return err
	}
	if leaves {
		if err := h.takeOver(e.App, e.Record); err != nil {
			return err
		}
	}
	if changes(stored, e.Record, crm.FieldAwayUntil, crm.FieldSubstitute) {
		if err := crm.TellStandIn(e.App, e.Record, h.now()); err != nil {
			return err
		}
	}
	if team := e.Record.GetString(crm.FieldTeam); team != stored.GetString(crm.FieldTeam) {
		return crm.MoveTeam(e.App, e.Record.Id, team)
	}
	return nil
}

// changes tells whether a record says otherwise in any of some fields than it was stored.
func changes(stored, record *core.Record, fields ...string) bool {
	return slices.ContainsFunc(fields, func(field string) bool { return stored.GetString(field) != record.GetString(field) })
}

// refreshRights puts what somebody's rights rest on, as stored, into the record just saved, which may have been read before
// another changed them: PocketBase hands the record to the open connections of that person.
func refreshRights(e *core.RecordEvent) error {
	stored, err := e.App.FindRecordById(e.Record.Collection(), e.Record.Id)
	if err != nil {
		return fmt.Errorf("failed to read somebody's rights again: %w", err)
	}
	for _, field := range append([]string{core.FieldNameTokenKey}, ranks...) {
		e.Record.SetRaw(field, stored.GetRaw(field))
	}
	return nil
}

// takeOver gives what somebody deactivated had to their substitute, and tells whoever listens once that holds.
func (h *hooks) takeOver(tx core.App, left *core.Record) error {
	policy, err := crm.LoadPolicy(tx)
	if err != nil {
		return err
	}
	by := audit.Behind(tx).User()
	customers, err := crm.TakeOver(tx, policy, left.Id, left.GetString(crm.FieldSubstitute), by, h.now())
	if err != nil {
		return err
	}
	tx.TxInfo().OnComplete(func(failure error) error {
		if failure == nil {
			crm.Announce(h.app, customers...)
		}
		return nil
	})
	return nil
}

// ranks are the fields that say what somebody may do.
var ranks = []string{crm.FieldRole, crm.FieldActive, crm.FieldTeam, crm.FieldDepartment}

// prepareUserUpdate keeps people from deciding their own role and whether they are active; whose it is to decide beside that says the
// table of rights.
func (h *hooks) prepareUserUpdate(e *core.RecordRequestEvent, stored *core.Record, values map[string]any, errs validation.Errors) {
	for key, value := range values {
		if field := crm.InputField(e.Collection, key); isOurs(field) {
			e.Record.Set(key, value)
		}
		if key == core.FieldNameTokenKey {
			errs[key] = computedError() // who chooses the key of somebody's tokens can forge them
		}
	}
	for _, field := range []string{crm.FieldRole, crm.FieldActive} {
		if staffID(e.Auth) == stored.Id && !crm.SameValue(e.Record.Get(field), stored.Get(field)) {
			errs[field] = validation.NewError(codeNotAllowed, "This is decided by a director, and never by oneself.")
		}
	}
}
