package hooks

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/crm"
)

// bindAccess makes every record show each reader their part of it, on every way PocketBase has to show one, and keeps the schema
// true to the table of rights.
func (h *hooks) bindAccess(app core.App) {
	app.OnRecordEnrich().Bind(&hook.Handler[*core.RecordEnrichEvent]{
		Id: "accessShow", Priority: 900, // the last of ours, so that nothing shows a field again after it
		Func: func(e *core.RecordEnrichEvent) error {
			if err := access.PrincipalOf(e.RequestInfo.Auth).Show(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		},
	})
	app.OnRecordsListRequest().Bind(&hook.Handler[*core.RecordsListRequestEvent]{
		Id: "accessPrepare", Func: func(e *core.RecordsListRequestEvent) error {
			if err := access.PrincipalOf(e.Auth).Prepare(e.App, e.Collection.Name, e.Records); err != nil {
				return err
			}
			return e.Next()
		},
	})
	h.bindSchema(app)
}

// bindSchema refuses to serve with a schema the table of rights does not fit, and, while serving, changes that would break it.
func (h *hooks) bindSchema(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "accessSchema", Priority: -900, Func: func(e *core.ServeEvent) error {
		if err := access.Check(e.App); err != nil {
			return err
		}
		h.serving.Store(true)
		return e.Next()
	}})
	keep := &hook.Handler[*core.CollectionEvent]{Id: "accessSchema", Priority: -900, Func: func(e *core.CollectionEvent) error {
		if !h.serving.Load() { // migrations go step by step
			return e.Next()
		}
		var refused error
		if e.Type == core.ModelEventTypeDelete {
			refused = access.CheckDelete(e.Collection)
		} else {
			refused = access.CheckCollection(e.Collection)
		}
		if refused != nil && e.App.IsTransactional() {
			// PocketBase reads its collections anew before the transaction around this one is rolled back, and would go on with what else was
			// changed in it.
			e.App.TxInfo().OnComplete(func(error) error { return app.ReloadCachedCollections() })
		}
		if refused != nil {
			return refused
		}
		return e.Next()
	}}
	app.OnCollectionCreate().Bind(keep)
	app.OnCollectionUpdate().Bind(keep)
	app.OnCollectionDelete().Bind(keep)
}

// Codes of refusals for want of a right.
const codeNotAllowed = access.CodeNotAllowed

// notAllowed refuses a field.
func notAllowed(field string) validation.Error {
	return validation.NewError(codeNotAllowed, fmt.Sprintf("You may not write %s here.", field))
}

// refuse answers a write of a record somebody may not write with why, naming the fields they sent.
func refuse(why string, collection *core.Collection, values map[string]any) error {
	errs := validation.Errors{}
	for key := range values {
		if field := crm.InputField(collection, key); field != nil && field.GetName() != core.FieldNameId && field.GetName() != crm.FieldRev {
			errs[field.GetName()] = notAllowed(field.GetName())
		}
	}
	return router.NewForbiddenError(why, errs)
}

// mayCreate refuses a record its sender may not create, and by field what they may not say of it. The record is as it will be
// stored.
func mayCreate(e *core.RecordRequestEvent, p access.Principal, values map[string]any, errs validation.Errors) error {
	if p.Super {
		return nil
	}
	collection := e.Collection.Name
	standing, sees, err := p.Reach(e.App, e.Record)
	if err != nil {
		return err
	}
	if !sees {
		errs[crm.FieldCustomer] = errNoCustomer
		return nil
	}
	if !p.CanCreate(collection, standing) {
		if e.Collection.Fields.GetByName(crm.FieldCustomer) == nil {
			return refuse(whyNot(collection), e.Collection, values)
		}
		errs[crm.FieldCustomer] = validation.NewError(codeNotAllowed, whyNot(collection))
		return nil
	}
	if err := mayPlan(e, p, e.Record, errs); err != nil {
		return err
	}
	empty := core.NewRecord(e.Collection)
	for key, value := range values {
		name := crm.InputField(e.Collection, key).GetName()
		if name != core.FieldNameId && !p.CanFirst(collection, name, standing) && !access.IsComputed(collection, name) && !sameAfterSet(empty, key, value) {
			errs[name] = notAllowed(name)
		}
	}
	return nil
}

// errNoCustomer refuses a record of a customer who is none, or none its sender sees: the two are not told apart.
var errNoCustomer = validation.NewError("unknown_customer", "There is no such customer among those you see.")

// whyNot says who may change the records of a collection.
func whyNot(collection string) string {
	switch collection {
	case crm.CollectionCustomers:
		return "You may look at this customer, but only its owner, its collaborators, the manager of its team and the directors may change it."
	case crm.CollectionOrders:
		return "Orders are kept by the owner of the customer, the manager of its team and the directors."
	case crm.CollectionContracts:
		return "Contracts are kept by the owner of the customer, the manager of its team and the directors."
	case crm.CollectionCases, crm.CollectionSurveys:
		return "Cases and surveys are kept by the owner of the customer, those it is assigned to, support, managers and directors."
	case crm.CollectionFollowUps:
		return "Its author may change a follow-up for 24 hours; after that a manager of the customer's team."
	case crm.CollectionTasks:
		return "Only whoever is to do a task, whoever asked for it, the manager of the customer's team and the directors may change it."
	case crm.CollectionPlans:
		return "Managers plan for their own team, directors for all."
	case crm.CollectionContacts:
		return "Contacts are kept by the owner of the customer, those it is assigned to, the manager of its team and the directors."
	}
	return "You may not change this."
}

// mayUpdate refuses a change its sender may not make, and takes what they sent unchanged out of it. stored is the record as it
// is in the transaction, standing how they stand to it as far as changing it goes.
func mayUpdate(e *core.RecordRequestEvent, p access.Principal, standing crm.Standing, stored *core.Record, values map[string]any, errs validation.Errors) error {
	if p.Super {
		return nil
	}
	collection := e.Collection.Name
	if !p.CanChange(collection, standing) {
		return refuse(whyNot(collection), e.Collection, values)
	}
	for key, value := range values {
		name := crm.InputField(e.Collection, key).GetName()
		if name == core.FieldNameId || name == crm.FieldRev || access.IsComputed(collection, name) || p.CanWrite(collection, name, standing) {
			continue
		}
		// Whether a value one cannot read is the stored one is not to be found out by writing it.
		if p.CanRead(collection, name, standing) && sameAfterSet(stored, key, value) {
			delete(values, key)
			continue
		}
		errs[name] = notAllowed(name)
	}
	for _, field := range e.Collection.Fields {
		name := field.GetName()
		if field.Type() == core.FieldTypeFile && !p.CanWrite(collection, name, standing) && !crm.SameValue(e.Record.GetRaw(name), stored.GetRaw(name)) {
			errs[name] = notAllowed(name)
		}
	}
	return nil
}

// mayDelete refuses to delete what its sender may not.
func mayDelete(e *core.RecordRequestEvent, p access.Principal) error {
	standing, err := p.Standing(e.App, e.Record)
	if err != nil {
		return err
	}
	if !p.Has(access.Table[e.Collection.Name].Delete, standing) {
		return e.ForbiddenError("Only directors delete, and only contacts, orders and tasks entered by mistake.", nil)
	}
	return nil
}

// mayMove refuses to give a record to a customer where its sender could not have created it, or where they would read in it what
// they may not read where it is: a contact of the pool would tell its number among one's own.
func mayMove(e *core.RecordRequestEvent, p access.Principal, moved *core.Record, errs validation.Errors) error {
	if e.Collection.Name == crm.CollectionPlans {
		return mayMovePlan(e, p, moved, errs)
	}
	if err := mayPlan(e, p, moved, errs); err != nil {
		return err
	}
	customer := moved.GetString(crm.FieldCustomer)
	if p.Super || customer == moved.Original().GetString(crm.FieldCustomer) {
		return nil
	}
	standing, sees, err := p.Reach(e.App, moved)
	if err != nil {
		return err
	}
	if !sees {
		errs[crm.FieldCustomer] = errNoCustomer
		return nil
	}
	before, err := p.Standing(e.App, moved.Original())
	if err != nil {
		return err
	}
	switch {
	case !p.CanCreate(e.Collection.Name, standing):
		errs[crm.FieldCustomer] = validation.NewError(codeNotAllowed, whyNot(e.Collection.Name))
	case shows(p, moved.Original(), before, standing):
		errs[crm.FieldCustomer] = validation.NewError(codeNotAllowed, "There you would read of it what you may not read now; ask a manager or a director to move it.")
	}
	return nil
}

// mayPlan refuses a task that is made a line of a plan its sender does not see: it would stand in the plan of others. Such a plan is not
// told from one that does not exist.
func mayPlan(e *core.RecordRequestEvent, p access.Principal, task *core.Record, errs validation.Errors) error {
	id := task.GetString(crm.FieldPlan)
	if p.Super || e.Collection.Name != crm.CollectionTasks || id == "" || id == task.Original().GetString(crm.FieldPlan) {
		return nil
	}
	plan, err := e.App.FindRecordById(crm.CollectionPlans, id)
	if errors.Is(err, sql.ErrNoRows) {
		errs[crm.FieldPlan] = errNoPlan
		return nil
	}
	if err != nil {
		return err
	}
	standing, err := p.Standing(e.App, plan)
	if err == nil && !p.Has(access.Table[crm.CollectionPlans].See, standing) {
		errs[crm.FieldPlan] = errNoPlan
	}
	return err
}

// errNoPlan refuses a plan that is none, or none its sender sees.
var errNoPlan = validation.NewError("unknown_plan", "There is no such plan among those you see.")

// mayMovePlan refuses to give a plan to a team, or to none, that its sender could not have made it for.
func mayMovePlan(e *core.RecordRequestEvent, p access.Principal, moved *core.Record, errs validation.Errors) error {
	if p.Super || moved.GetString(crm.FieldTeam) == moved.Original().GetString(crm.FieldTeam) {
		return nil
	}
	standing, err := p.Standing(e.App, moved)
	if err == nil && !p.CanCreate(e.Collection.Name, standing) {
		errs[crm.FieldTeam] = validation.NewError(codeNotAllowed, whyNot(e.Collection.Name))
	}
	return err
}

// shows tells whether a principal reads something in a record, as stored, once they stand to it otherwise than before.
func shows(p access.Principal, record *core.Record, before, after crm.Standing) bool {
	collection := record.Collection()
	empty := core.NewRecord(collection)
	return slices.ContainsFunc(collection.Fields, func(field core.Field) bool {
		name := field.GetName()
		return p.CanRead(collection.Name, name, after) && !p.CanRead(collection.Name, name, before) && !crm.SameValue(record.Get(name), empty.Get(name))
	})
}
