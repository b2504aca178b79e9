package crm

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
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
	return SettleTeam(app, record)
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
	if err := refuseUsed(app, record, errs, FieldCreditCode, FieldCode); err != nil {
		return err
	}
	if err := checkTags(app, record, errs); err != nil {
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

// refuseUsed refuses values of fields that another record has.
func refuseUsed(app core.App, record *core.Record, errs validation.Errors, fields ...string) error {
	for _, field := range fields {
		value := record.GetString(field)
		if value == "" || !changed(record, field) || errs[field] != nil {
			continue
		}
		used, err := inUse(app, record, field)
		if err != nil {
			return err
		}
		if used {
			errs[field] = fieldError(CodeInUse, "Another record has the %s %s.", strings.ReplaceAll(field, "_", " "), value)
		}
	}
	return nil
}

// inUse tells whether another record of the collection has the same value in a field.
func inUse(app core.App, record *core.Record, field string) (bool, error) {
	return exists(app, record.Collection().Name, dbx.And(
		dbx.HashExp{field: record.GetString(field)}, dbx.Not(dbx.HashExp{core.FieldNameId: record.Id}),
	))
}

// exists tells whether a collection has a record for which a condition holds.
func exists(app core.App, collection string, condition dbx.Expression) (bool, error) {
	var found int
	err := app.DB().Select("(1)").From(collection).Where(condition).Limit(1).Row(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("failed to look into %s: %w", collection, err)
	}
	return true, nil
}

// MoveTeam gives the customers of an owner the owner's new team.
func MoveTeam(app core.App, owner, team string) error {
	return SetColumn(app, CollectionCustomers, FieldTeam, team,
		dbx.And(dbx.HashExp{FieldOwner: owner}, dbx.Not(dbx.HashExp{FieldTeam: team})))
}
