package hooks

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/audit"
	"touchbase/crm"
)

// bindRequests binds what holds for every write of a client, a superuser's too: values are read as people write them,
// unknown and computed fields and impossible numbers are refused by name, and nothing is overwritten unseen.
func (h *hooks) bindRequests(app core.App) {
	app.OnRecordCreateRequest(access.Written...).BindFunc(h.onCreateRequest)
	app.OnRecordUpdateRequest(access.Written...).BindFunc(h.onUpdateRequest)
	app.OnRecordDeleteRequest(access.Written...).BindFunc(func(e *core.RecordRequestEvent) error {
		if err := mayDelete(e, access.PrincipalOf(e.Auth)); err != nil {
			return err
		}
		return e.Next()
	})
	for _, collection := range access.Written {
		computed := func(field string) bool { return access.IsComputed(collection, field) }
		onCheck(app, collection, func(e *core.RecordEvent) error { return crm.CheckNumbers(e.Record, computed) })
	}
	refuse := func(e *core.RecordRequestEvent) error {
		return e.ForbiddenError(fmt.Sprintf("%s is written by the program alone.", e.Collection.Name), nil)
	}
	app.OnRecordCreateRequest(access.Computed...).BindFunc(refuse)
	app.OnRecordUpdateRequest(access.Computed...).BindFunc(refuse)
	app.OnRecordDeleteRequest(access.Computed...).BindFunc(refuse)
}

// staffID is the id of a signed-in member of staff; a superuser has none among them.
func staffID(auth *core.Record) string {
	if auth == nil || auth.Collection().Name != crm.CollectionUsers {
		return ""
	}
	return auth.Id
}

// readBody reads the body as the client sent it. The record of the event has been through PocketBase's own reading,
// which turns what it cannot read into nothing.
func readBody(e *core.RecordRequestEvent) (map[string]any, validation.Errors, error) {
	raw := map[string]any{}
	if err := e.BindBody(&raw); err != nil {
		return nil, nil, e.BadRequestError("The body cannot be read.", err)
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return nil, nil, err
	}
	values, errs := crm.ReadInput(e.Collection, raw, policy)
	return values, errs, nil
}

func (h *hooks) onCreateRequest(e *core.RecordRequestEvent) error {
	values, errs, err := readBody(e)
	if err != nil {
		return err
	}
	p := access.PrincipalOf(e.Auth) // renewed in this transaction, see renewRights
	empty := core.NewRecord(e.Collection)
	for key, value := range values {
		field := crm.InputField(e.Collection, key)
		name := field.GetName()
		if isOurs(field) {
			e.Record.Set(name, nil) // what PocketBase read would count twice where the key has a modifier
			e.Record.Set(key, value)
		}
		if access.IsComputed(e.Collection.Name, name) && !sameAfterSet(empty, key, value) {
			errs[name] = computedError()
		}
	}
	if err := h.completeCreate(e, p, values, errs); err != nil {
		return err
	}
	if err := mayCreate(e, p, values, errs); err != nil {
		return err
	}
	if len(errs) > 0 {
		return e.BadRequestError("Failed to create record.", errs)
	}
	return e.Next()
}

// completeCreate fills in who writes, and asks for what PocketBase cannot tell from nothing: an order without amount, an
// answer without scores.
func (h *hooks) completeCreate(e *core.RecordRequestEvent, p access.Principal, values map[string]any, errs validation.Errors) error {
	staff := staffID(e.Auth)
	switch e.Collection.Name {
	case crm.CollectionOrders, crm.CollectionContracts:
		if values[crm.FieldAmount] == nil {
			errs[crm.FieldAmount] = crm.ErrAmountMissing
		}
	case crm.CollectionSurveys:
		askScores(e.Record, values, errs)
	case crm.CollectionCustomers:
		return completeCustomer(e, p, values, errs)
	case crm.CollectionFollowUps, crm.CollectionTasks, crm.CollectionCases:
		if staff == "" {
			return nil // a superuser names the author, or none
		}
		if by := e.Record.GetString(crm.FieldBy); by != "" && by != staff {
			errs[crm.FieldBy] = validation.NewError("not_yourself", "You record in your own name.")
		}
		if e.Record.GetString(crm.FieldByName) != "" {
			errs[crm.FieldByName] = validation.NewError("not_yourself", "You record in your own name.")
		}
		e.Record.Set(crm.FieldBy, staff)
		if isGiven(e.Collection) {
			e.Record.Set(crm.FieldGivenBy, staff)
		}
	}
	return nil
}

func (h *hooks) onUpdateRequest(e *core.RecordRequestEvent) error {
	values, errs, err := readBody(e)
	if err != nil {
		return err
	}
	stored, err := e.App.FindRecordById(e.Collection, e.Record.Original().Id)
	if err != nil {
		return e.NotFoundError("", err)
	}
	p := access.PrincipalOf(e.Auth) // renewed in this transaction, see renewRights
	standing, err := p.Standing(e.App, stored)
	if err != nil {
		return err
	}
	if !p.Has(access.Table[e.Collection.Name].See, standing) {
		return e.NotFoundError("", nil) // the right to see it was lost since the rule was asked
	}
	if err := mayUpdate(e, p, access.Lapsed(stored, standing, h.now()), stored, values, errs); err != nil {
		return err
	}
	if e.Collection.IsAuth() {
		h.prepareUserUpdate(e, stored, values, errs)
	} else if err := h.prepareUpdate(e, p, standing, stored, values, errs); err != nil {
		return err
	}
	if len(errs) > 0 {
		return e.BadRequestError("Failed to update record.", errs)
	}
	return e.Next()
}

// prepareUpdate replaces the event's record, read before the transaction, by the stored one as it is now with the
// client's fields set on it. So a write changes the fields it names and no others.
func (h *hooks) prepareUpdate(
	e *core.RecordRequestEvent, p access.Principal, standing crm.Standing, stored *core.Record, values map[string]any, errs validation.Errors,
) error {
	fresh := stored.Fresh()
	reads := func(name string) bool { return p.CanRead(e.Collection.Name, name, standing) }
	if err := checkRev(e, stored, values, reads); err != nil {
		return err
	}
	for key, value := range values {
		field := crm.InputField(e.Collection, key)
		name := field.GetName()
		switch {
		case name == crm.FieldRev && key != name:
			errs[name] = computedError() // rev+: a version is compared, not counted
		case name == crm.FieldRev || field.Type() == core.FieldTypeFile:
		case name == core.FieldNameId:
			if value != stored.Id {
				errs[name] = validation.NewError("fixed", "The id of a record stays.")
			}
		case isArchiving(e.Collection, key):
			fresh.Set(key, value) // looked at once everything is read
		case access.IsComputed(e.Collection.Name, name):
			if !reads(name) || !sameAfterSet(stored, key, value) { // what one cannot read is not to be guessed at either
				errs[name] = computedError()
			}
		case name == crm.FieldAmount && value == nil:
			errs[name] = crm.ErrAmountMissing
		default:
			fresh.Set(key, value)
		}
	}
	switch e.Collection.Name {
	case crm.CollectionSurveys:
		askScores(fresh, values, errs)
	case crm.CollectionTasks:
		crm.AskWhyPostponed(fresh, values)
	}
	if err := mayMove(e, p, fresh, errs); err != nil {
		return err
	}
	if e.Collection.Name == crm.CollectionCustomers {
		if err := prepareCustomer(e.App, p, fresh, errs); err != nil {
			return err
		}
	}
	for _, field := range e.Collection.Fields {
		if name := field.GetName(); field.Type() == core.FieldTypeFile {
			fresh.SetRaw(name, e.Record.GetRaw(name)) // uploads are in the form PocketBase has read, not in the body
		}
	}
	for _, name := range []string{crm.FieldBy, crm.FieldByName} {
		if staffID(e.Auth) != "" && fresh.GetString(name) != stored.GetString(name) {
			errs[name] = validation.NewError("fixed", "Who recorded or asked for it stays.")
		}
	}
	handed := fresh.GetString(crm.FieldAssignee) != stored.GetString(crm.FieldAssignee) || fresh.GetString(crm.FieldCustomer) != stored.GetString(crm.FieldCustomer)
	if isGiven(e.Collection) && handed {
		fresh.Set(crm.FieldGivenBy, staffID(e.Auth)) // whoever hands it on, or takes it to another customer, gives it
	}
	if crm.HasRev(e.Collection) && crm.Differs(fresh, stored) {
		fresh.Set(crm.FieldRev, stored.GetInt(crm.FieldRev)+1)
	}
	e.Record = fresh.IgnoreUnchangedFields(true)
	return nil
}

// isGiven tells whether the records of a collection are given by somebody to somebody: tasks and cases are.
func isGiven(collection *core.Collection) bool {
	return collection.Name == crm.CollectionTasks || collection.Name == crm.CollectionCases
}

// isOurs tells whether values of a field are for us to set: those we read better than PocketBase, and those of hidden fields,
// which it drops unless a superuser sends them. Passwords stay its own.
func isOurs(field core.Field) bool {
	switch field.Type() {
	case core.FieldTypeDate, core.FieldTypeNumber:
		return true
	case core.FieldTypePassword, core.FieldTypeFile:
		return false
	}
	return field.GetHidden() && !field.GetSystem()
}

// checkRev refuses a write that was made on an older version of the record, and says what people changed since, and what the
// fields hold now that it would have overwritten; of each only what its sender may read.
func checkRev(e *core.RecordRequestEvent, stored *core.Record, values map[string]any, reads func(field string) bool) error {
	if !crm.HasRev(e.Collection) {
		return nil
	}
	given, ok := givenRev(e, values)
	current := stored.GetInt(crm.FieldRev)
	if !ok || given == current {
		return nil
	}
	changed, err := audit.Since(e.App, e.Collection.Name, stored.Id, given)
	if err != nil {
		return err
	}
	for key, value := range values {
		if field := crm.InputField(e.Collection, key); field.Type() != core.FieldTypeAutodate && !sameAfterSet(stored, key, value) {
			changed = append(changed, field.GetName())
		}
	}
	data := validation.Errors{}
	for _, name := range changed {
		if reads(name) && !access.IsComputed(e.Collection.Name, name) {
			data[name] = validation.NewError("changed", "It now holds another value.").SetParams(map[string]any{"value": stored.Get(name)})
		}
	}
	data[crm.FieldRev] = validation.NewError("conflict", "This record was changed since you opened it.").
		SetParams(map[string]any{"rev": current, "yours": given})
	return router.NewApiError(http.StatusConflict, "Somebody changed this record since you opened it. Look at it again, then repeat your change.", data)
}

// noRev is a version that no record ever has.
const noRev = -1

// givenRev reads the version a write was made on, from its rev or the header If-Match.
func givenRev(e *core.RecordRequestEvent, values map[string]any) (rev int, ok bool) {
	if value, given := values[crm.FieldRev]; given && value != nil && value != "" {
		number, isNumber := value.(float64)
		if number != math.Trunc(number) {
			return noRev, true
		}
		return int(number), isNumber
	}
	match := strings.Trim(strings.TrimPrefix(strings.TrimSpace(e.Request.Header.Get("If-Match")), "W/"), `"`)
	if match == "" || match == "*" {
		return 0, false
	}
	rev, err := strconv.Atoi(match)
	if err != nil {
		return noRev, true
	}
	return rev, true
}

// sameAfterSet tells whether setting a value on a record would change nothing.
func sameAfterSet(record *core.Record, key string, value any) bool {
	if field := record.Collection().Fields.GetByName(key); field != nil && field.Type() == core.FieldTypeAutodate {
		return crm.SameValue(value, record.GetString(key)) // which no client can set, so that setting it would change nothing
	}
	changed := record.Fresh()
	field := changed.SetIfFieldExists(key, value)
	return field != nil && crm.SameValue(changed.Get(field.GetName()), record.Get(field.GetName()))
}

func computedError() error {
	return validation.NewError(crm.CodeComputed, "This is worked out by the program and cannot be written.")
}
