package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// maxPinDays is how far ahead a tier may be pinned.
const maxPinDays = 366

// NormalizeCustomer puts a customer into the form it is stored in: clean texts, the credit code in capitals,
// the key its name is compared by, and the team of its owner. Without owner the team stays.
func NormalizeCustomer(app core.App, record *core.Record) error {
	CleanTexts(record)
	if code := record.GetString(FieldCreditCode); code != "" {
		record.Set(FieldCreditCode, rules.CleanCreditCode(code))
	}
	if changed(record, FieldName) {
		record.Set(FieldNameKey, rules.NameKey(record.GetString(FieldName)))
	}
	if record.GetString(FieldStage) == "" {
		record.Set(FieldStage, StageProspect)
	}
	if owner := record.GetString(FieldOwner); owner != "" && changed(record, FieldOwner) {
		var team string
		err := app.DB().Select(FieldTeam).From(CollectionUsers).Where(dbx.HashExp{"id": owner}).Row(&team)
		if err == nil { // an owner who does not exist is refused when the relation is validated
			record.Set(FieldTeam, team)
		}
	}
	return nil
}

// CheckCustomer refuses, by field, what cannot be: a first contact to come, a credit code that is wrong or in
// use, a code in use, half a pin. Contradictions pass: they are flagged in needs_check.
func CheckCustomer(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	errs := validation.Errors{}
	today := rules.DayOf(now, policy.Zone)
	if changed(record, FieldFirstContactOn) && day(record, FieldFirstContactOn) > today {
		errs[FieldFirstContactOn] = fieldError(CodeInFuture, "The first contact cannot be after today, %s.", today)
	}
	if code := record.GetString(FieldCreditCode); code != "" && changed(record, FieldCreditCode) {
		if problem := rules.CheckCreditCode(code); problem != nil {
			errs[FieldCreditCode] = problemError(problem)
		}
	}
	if err := refuseUsed(app, record, FieldCreditCode, "Another customer has the credit code %s.", errs); err != nil {
		return err
	}
	if err := refuseUsed(app, record, FieldCode, "Another customer has the code %s.", errs); err != nil {
		return err
	}
	if changed(record, FieldTierPin) || changed(record, FieldTierPinReason) || changed(record, FieldTierPinUntil) {
		checkPin(record, today, errs)
	}
	return errorsOrNil(errs)
}

// checkPin asks for all of a pin or nothing of it, in force for a year at most.
func checkPin(record *core.Record, today rules.Day, errs validation.Errors) {
	pin := []string{FieldTierPin, FieldTierPinReason, FieldTierPinUntil}
	given := 0
	for _, field := range pin {
		if record.GetString(field) != "" {
			given++
		}
	}
	if given == 0 {
		return
	}
	for _, field := range pin {
		if record.GetString(field) == "" {
			errs[field] = fieldError(CodeRequired, "A pinned tier needs the tier, a reason and the day until which it holds.")
		}
	}
	until := day(record, FieldTierPinUntil)
	if until == 0 {
		return
	}
	if until < today || until > today+maxPinDays {
		errs[FieldTierPinUntil] = fieldError("pin_until", "A pin ends between today and %s, %d days on.", today+maxPinDays, maxPinDays)
	}
}

// inUse tells whether another record of the collection has the same value in a field.
func inUse(app core.App, record *core.Record, field string) (bool, error) {
	return exists(app, record.Collection().Name, dbx.And(
		dbx.HashExp{field: record.GetString(field)}, dbx.Not(dbx.HashExp{"id": record.Id})))
}

// exists tells whether a collection has a record of which an expression holds.
func exists(app core.App, collection string, of dbx.Expression) (bool, error) {
	var n int
	if err := app.DB().Select("count(*)").From(collection).Where(of).Row(&n); err != nil {
		return false, fmt.Errorf("failed to look into %s: %w", collection, err)
	}
	return n > 0, nil
}

// refuseUsed refuses a changed value that has to be unique and is in use.
func refuseUsed(app core.App, record *core.Record, field, message string, errs validation.Errors) error {
	value := record.GetString(field)
	if value == "" || errs[field] != nil || !changed(record, field) {
		return nil
	}
	used, err := inUse(app, record, field)
	if used {
		errs[field] = fieldError(CodeInUse, message, value)
	}
	return err
}

// MoveTeam gives the customers of an owner the owner's new team.
func MoveTeam(app core.App, owner, team string) error {
	_, err := app.DB().Update(CollectionCustomers, dbx.Params{FieldTeam: team},
		dbx.And(dbx.HashExp{FieldOwner: owner}, dbx.Not(dbx.HashExp{FieldTeam: team}))).Execute()
	return err
}
