package hooks

import (
	"fmt"
	"maps"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
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
	app.OnRecordDelete(crm.CollectionCustomers).BindFunc(func(e *core.RecordEvent) error {
		return inTransaction(e, func() error {
			if err := crm.ClearCustomer(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		})
	})
}

// onCustomerWrite stores the customer in its form and judges it; the record answers with the judgement.
func (h *hooks) onCustomerWrite(e *core.RecordEvent) error {
	crm.SettleHolding(e.Record, h.now())
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
	if err := crm.EndCare(e.App, policy, h.now(), e.Record.Id); err != nil {
		return err
	}
	return crm.Refresh(e.App, e.Record)
}

// handOver moves the open tasks of a former owner with the customer, whoever changed the owner: an import may, which is nobody's news.
func (h *hooks) handOver(e *core.RecordEvent) error {
	if e.Record.Original().GetString(crm.FieldOwner) == e.Record.GetString(crm.FieldOwner) {
		return nil
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	return crm.HandOver(e.App, policy, e.Record, h.now(), crm.IsSystem(e.Context))
}

// completeCustomer makes a rep the owner of a customer they enter without one, and refuses an owner and collaborators that
// its sender may not give it. What it has looked at is not for mayCreate to refuse in fewer words.
func completeCustomer(e *core.RecordRequestEvent, p access.Principal, values map[string]any, errs validation.Errors) error {
	if p.Role == crm.RoleRep && e.Record.GetString(crm.FieldOwner) == "" {
		e.Record.Set(crm.FieldOwner, p.ID)
	}
	if err := crm.SettleTeam(e.App, e.Record); err != nil { // by it a manager stands to the customer
		return err
	}
	maps.DeleteFunc(values, func(key string, _ any) bool {
		name := crm.InputField(e.Collection, key).GetName()
		return name == crm.FieldOwner || name == crm.FieldCollaborators
	})
	if e.Record.GetString(crm.FieldArchivedReason) != "" {
		errs[crm.FieldArchivedReason] = errNotArchived
	}
	refused, err := p.CheckHolding(e.App, e.Record)
	maps.Copy(errs, refused)
	return err
}

// prepareCustomer holds what a change would do to a customer against what its sender may do: whether it is archived or restored,
// and who is to hold it.
func prepareCustomer(app core.App, p access.Principal, customer *core.Record, errs validation.Errors) error {
	prepareArchiving(p, customer, errs)
	refused, err := p.CheckHolding(app, customer)
	maps.Copy(errs, refused)
	return err
}

// isArchiving tells whether a key of a write names the one computed field that people may change, by archiving a customer.
func isArchiving(collection *core.Collection, key string) bool {
	return collection.Name == crm.CollectionCustomers && key == crm.FieldStage
}

// errNotArchived refuses a reason for what is not the case.
var errNotArchived = validation.NewError(crm.CodeNotArchived, "This is the reason for which a customer is archived; this one is not.")

// prepareArchiving lets those who may archive a customer do so by writing its stage, and restore it by writing the stage it came
// from. Any other change of a stage is the program's.
func prepareArchiving(p access.Principal, customer *core.Record, errs validation.Errors) {
	stored := customer.Original()
	before, after := stored.GetString(crm.FieldStage), customer.GetString(crm.FieldStage)
	reason, reasonBefore := customer.GetString(crm.FieldArchivedReason), stored.GetString(crm.FieldArchivedReason)
	staged, reasoned, archived := before != after, reason != reasonBefore, before == crm.StageArchived
	customer.Set(crm.FieldStage, before)
	switch {
	case !staged && !reasoned:
	case staged && !archived && after != crm.StageArchived:
		errs[crm.FieldStage] = computedError()
	case !p.MayArchive(crm.HoldOf(stored)):
		field := crm.FieldStage
		if !staged {
			field = crm.FieldArchivedReason
		}
		errs[field] = validation.NewError(codeNotAllowed, access.ArchiversAre)
	case staged && !archived:
		maps.Copy(errs, crm.Archive(customer, reason))
	case staged && after != crm.ArchivedFrom(stored):
		errs[crm.FieldStage] = validation.NewError(crm.CodeComputed,
			fmt.Sprintf("A customer returns as what it was; this one as %s.", crm.ArchivedFrom(stored)))
	case reasoned && reason != "" && (staged || !archived):
		errs[crm.FieldArchivedReason] = errNotArchived
	case staged:
		crm.Restore(customer)
	case archived && strings.TrimSpace(reason) == "":
		errs[crm.FieldArchivedReason] = crm.ErrReasonMissing
	}
}
