package crm

import (
	"fmt"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// The codes of refused changes of people, and of accounts that may do nothing.
const (
	CodeLastDirector = "last_director"
	CodeTakesOver    = "takes_over"

	CodeDeactivated = "deactivated"
	CodeNoRole      = "no_role"
)

// RightsLost tells why a signed-in user may do nothing, as CodeDeactivated or CodeNoRole; empty for those who may, for
// superusers and for guests, who are not asked.
func RightsLost(auth *core.Record) string {
	switch {
	case auth == nil || auth.Collection().Name != CollectionUsers:
		return ""
	case !auth.GetBool(FieldActive):
		return CodeDeactivated
	case auth.GetString(FieldRole) == "":
		return CodeNoRole
	}
	return ""
}

// MayListen tells whether a listener hears the program's own realtime topics: superusers and those users who may do
// anything at all.
func MayListen(auth *core.Record) bool {
	return auth != nil && (auth.IsSuperuser() || auth.Collection().Name == CollectionUsers) && RightsLost(auth) == ""
}

// CheckUser refuses, by field, an address shown to everybody, a substitute who is oneself, the loss of the last active
// director, and a deactivation that leaves customers or open tasks to nobody. It reads who was what from the database, so
// it has to run in the transaction of the write: two who change each other at the same moment come one after the other.
func CheckUser(app core.App, record *core.Record) error {
	errs := validation.Errors{}
	if record.EmailVisibility() {
		errs[core.FieldNameEmailVisibility] = fieldError(CodeComputed, "Addresses of people are never shown to everybody.")
	}
	if substitute := record.GetString(FieldSubstitute); substitute != "" && substitute == record.Id {
		errs[FieldSubstitute] = fieldError("oneself", "A substitute is somebody else.")
	}
	if record.IsNew() {
		return errorsOrNil(errs)
	}
	stored, err := app.FindRecordById(record.Collection(), record.Id)
	if err != nil {
		return fmt.Errorf("failed to find who is changed: %w", err)
	}
	after := afterWrite(stored, record)
	if err := checkDirectors(app, stored, after, errs); err != nil {
		return err
	}
	if Deactivates(stored, record) && errs[FieldSubstitute] == nil {
		if err := checkTakesOver(app, after, errs); err != nil {
			return err
		}
	}
	return errorsOrNil(errs)
}

// Deactivates tells whether writing a record takes somebody out who, as stored, is active.
func Deactivates(stored, record *core.Record) bool {
	return stored.GetBool(FieldActive) && !afterWrite(stored, record).GetBool(FieldActive)
}

// Reactivates tells whether writing a record takes somebody back in who, as stored, is not active.
func Reactivates(stored, record *core.Record) bool {
	return !stored.GetBool(FieldActive) && afterWrite(stored, record).GetBool(FieldActive)
}

// afterWrite is what somebody's rights rest on once a record is written over the stored one: only what was changed on the
// record, which may have been read long before, is written.
func afterWrite(stored, record *core.Record) *core.Record {
	after := stored.Fresh()
	for _, field := range []string{FieldRole, FieldActive, FieldSubstitute} {
		if changed(record, field) {
			after.Set(field, record.Get(field))
		}
	}
	return after
}

// ActiveDirectors are the users who are directors and active, for SQL.
func ActiveDirectors() dbx.Expression { return dbx.HashExp{FieldRole: RoleDirector, FieldActive: true} }

func isDirector(user *core.Record) bool {
	return user.GetBool(FieldActive) && user.GetString(FieldRole) == RoleDirector
}

func checkDirectors(app core.App, stored, after *core.Record, errs validation.Errors) error {
	if !isDirector(stored) || isDirector(after) {
		return nil
	}
	others, err := otherDirectors(app, stored.Id)
	if err != nil || others {
		return err
	}
	for _, field := range []string{FieldRole, FieldActive} {
		if after.GetString(field) != stored.GetString(field) {
			errs[field] = ErrLastDirector
		}
	}
	return nil
}

// ErrLastDirector refuses to leave the company without an active director.
var ErrLastDirector = fieldError(CodeLastDirector, "This is the last active director; make somebody else a director first.")

// otherDirectors tells whether somebody else is an active director.
func otherDirectors(app core.App, but string) (bool, error) {
	return exists(app, CollectionUsers, dbx.And(ActiveDirectors(), dbx.Not(dbx.HashExp{core.FieldNameId: but})))
}

// checkTakesOver asks who takes over from somebody deactivated who has customers, open tasks or unresolved cases.
func checkTakesOver(app core.App, after *core.Record, errs validation.Errors) error {
	substitute, err := activePerson(app, after.GetString(FieldSubstitute))
	if err != nil || substitute != nil && substitute.ID != after.Id {
		return err
	}
	var customers, tasks, cases int
	if err := app.DB().Select("count(*)").From(CollectionCustomers).Where(ownedBy(after.Id)).Row(&customers); err != nil {
		return fmt.Errorf("failed to count somebody's customers: %w", err)
	}
	err = app.DB().Select("count(*)").From(CollectionTasks).Where(dbx.HashExp{FieldAssignee: after.Id}).AndWhere(isOpen).Row(&tasks)
	if err != nil {
		return fmt.Errorf("failed to count somebody's tasks: %w", err)
	}
	err = app.DB().Select("count(*)").From(CollectionCases).Where(dbx.HashExp{FieldAssignee: after.Id}).AndWhere(isUnresolved).Row(&cases)
	if err != nil {
		return fmt.Errorf("failed to count somebody's cases: %w", err)
	}
	if customers+tasks+cases > 0 {
		errs[FieldSubstitute] = fieldError(CodeTakesOver,
			"Say who takes over %d customers, %d open tasks and %d unresolved cases: another active person as substitute.", customers, tasks, cases).
			SetParams(map[string]any{"customers": customers, "tasks": tasks, "cases": cases})
	}
	return nil
}

// CheckUserDelete refuses to delete the last active director and whoever a record names: what they did would be nobody's.
func CheckUserDelete(app core.App, record *core.Record) error {
	if isDirector(record) {
		others, err := otherDirectors(app, record.Id)
		if err != nil {
			return err
		}
		if !others {
			return validation.Errors{core.FieldNameId: ErrLastDirector}
		}
	}
	references, err := app.FindCachedCollectionReferences(record.Collection())
	if err != nil {
		return fmt.Errorf("failed to find what names people: %w", err)
	}
	for collection, fields := range references {
		if collection.Name == CollectionUsers || collection.IsView() {
			continue // that somebody was to stand in for another is no history
		}
		for _, field := range fields {
			named, err := exists(app, collection.Name, names(field, record.Id))
			if err != nil {
				return err
			}
			if named {
				return validation.Errors{core.FieldNameId: fieldError("has_history",
					"Records of %s name this person; deactivate the account instead of deleting it.", collection.Name)}
			}
		}
	}
	return nil
}

// names holds where a relation leads to a record.
func names(field core.Field, id string) dbx.Expression {
	column, list := "[["+field.GetName()+"]]", "'[]'"
	if multiple, ok := field.(core.MultiValuer); ok && multiple.IsMultiple() {
		return dbx.NewExp("EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid("+column+") THEN "+column+" ELSE "+list+" END) WHERE value = {:named})",
			dbx.Params{"named": id})
	}
	return dbx.NewExp(column+" = {:named}", dbx.Params{"named": id})
}
