package hooks

import (
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

func (h *hooks) bindUsers(app core.App) {
	h.onWrite(app, crm.CollectionUsers, h.onUserWrite)
}

// onUserWrite takes the customers of an owner along into the owner's new team.
func (h *hooks) onUserWrite(e *core.RecordEvent) error {
	crm.CleanTexts(e.Record)
	if err := e.Next(); err != nil {
		return err
	}
	team := e.Record.GetString(crm.FieldTeam)
	if team == e.Record.Original().GetString(crm.FieldTeam) {
		return nil
	}
	return crm.MoveTeam(e.App, e.Record.Id, team)
}

// ranks are the fields that say what somebody may do.
var ranks = []string{crm.FieldRole, crm.FieldActive, crm.FieldTeam, crm.FieldDepartment}

// prepareUserUpdate keeps people from promoting themselves: what somebody may do is decided by a director, and by
// another one than themselves where it is their own role or whether they are active.
func (h *hooks) prepareUserUpdate(e *core.RecordRequestEvent, stored *core.Record, values map[string]any, errs validation.Errors) error {
	staff := staffID(e.Auth)
	director := staff != "" && e.Auth.GetString(crm.FieldRole) == crm.RoleDirector
	for key, value := range values {
		if field := crm.InputField(e.Collection, key); isOurs(field) {
			e.Record.Set(key, value)
		}
	}
	for _, field := range ranks {
		if staff == "" || crm.SameValue(e.Record.Get(field), stored.Get(field)) {
			continue
		}
		ownRank := staff == stored.Id && (field == crm.FieldRole || field == crm.FieldActive)
		if !director || ownRank {
			errs[field] = validation.NewError("not_allowed", "This is decided by a director, and never by oneself.")
		}
	}
	return nil
}
