package hooks

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"touchbase/crm"
)

// authorEdits is how long an author may change their own record of a contact.
const authorEdits = 24 * time.Hour

func (h *hooks) bindFollowUps(app core.App) {
	onCheck(app, crm.CollectionFollowUps, func(e *core.RecordEvent) error {
		policy, err := crm.LoadPolicy(e.App)
		if err != nil {
			return err
		}
		return crm.CheckFollowUp(e.App, e.Record, policy, h.now())
	})
	h.onWrite(app, crm.CollectionFollowUps, h.onFollowUpWrite)
	h.bindCustomerOf(app, crm.CollectionFollowUps)
	app.OnRecordUpdateRequest(crm.CollectionFollowUps).Bind(&hook.Handler[*core.RecordRequestEvent]{
		Func: h.onFollowUpUpdateRequest, Priority: -1, // before the values are looked at
	})
	app.OnRecordDeleteRequest(crm.CollectionFollowUps).BindFunc(func(e *core.RecordRequestEvent) error {
		return e.ForbiddenError("A follow-up is history: nobody deletes one.", nil)
	})
}

// onFollowUpWrite is the way of a follow-up: the record and its marks, the tasks that follow, the customer's new
// assessment, all in one transaction.
func (h *hooks) onFollowUpWrite(e *core.RecordEvent) error {
	crm.NormalizeFollowUp(e.Record)
	if crm.IsSystem(e.Context) {
		return e.Next()
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	if err := crm.MarkFollowUp(e.App, e.Record, policy, h.now()); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	if err := crm.FollowUpTasks(e.App, e.Record, policy, h.now()); err != nil {
		return err
	}
	// A phone's clock may run ahead of ours; the contact has happened all the same.
	at := h.now()
	if started := e.Record.GetDateTime(crm.FieldStartedAt).Time(); started.After(at) {
		at = started
	}
	return h.reassessAt(e, policy, at, customersOf(e.Record)...)
}

// onFollowUpUpdateRequest refuses changes of history by the wrong hands: a follow-up belongs to its author for a day, then to
// the managers of the customer's team and the directors.
func (h *hooks) onFollowUpUpdateRequest(e *core.RecordRequestEvent) error {
	may, err := h.mayChangeFollowUp(e, e.Record.Original())
	if err != nil {
		return err
	}
	if !may {
		info, err := e.RequestInfo()
		if err != nil {
			return err
		}
		return refuse(whyNot(e.Collection.Name), e.Collection, info.Body)
	}
	return e.Next()
}

func (h *hooks) mayChangeFollowUp(e *core.RecordRequestEvent, record *core.Record) (bool, error) {
	staff, role := staffID(e.Auth), e.Auth.GetString(crm.FieldRole)
	if staff == "" || role == crm.RoleDirector {
		return true, nil // a superuser, or a director
	}
	fresh := h.now().Sub(record.GetDateTime(crm.FieldCreated).Time()) <= authorEdits
	if fresh && record.GetString(crm.FieldBy) == staff {
		return true, nil
	}
	if role != crm.RoleManager || e.Auth.GetString(crm.FieldTeam) == "" {
		return false, nil
	}
	customer, err := e.App.FindRecordById(crm.CollectionCustomers, record.GetString(crm.FieldCustomer))
	if err != nil {
		return false, fmt.Errorf("failed to find the customer of a follow-up: %w", err)
	}
	return customer.GetString(crm.FieldTeam) == e.Auth.GetString(crm.FieldTeam), nil
}
