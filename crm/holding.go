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

// Notes of the audit log that say what somebody did with a customer; see audit.Actor.
const (
	NoteTake     = "take"
	NoteReassign = "reassign"
	NoteArchive  = "archive"
	NoteRestore  = "restore"
)

// Codes of refusals about who holds a customer.
const (
	CodeTaken       = "taken"        // it has an owner by now
	CodeTakePerDay  = "take_per_day" // enough were taken today
	CodeArchived    = "archived"     // it is archived
	CodeNotArchived = "not_archived" // it is not
	CodeHasHistory  = "has_history"  // something is recorded of it
)

// SettleTeam gives a customer the team of its owner, where the owner is another one; without owner the team stays.
func SettleTeam(app core.App, customer *core.Record) error {
	owner := customer.GetString(FieldOwner)
	if owner == "" || !changed(customer, FieldOwner) {
		return nil
	}
	var team string
	err := app.DB().Select(FieldTeam).From(CollectionUsers).Where(dbx.HashExp{core.FieldNameId: owner}).Row(&team)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // an owner who does not exist is refused when the relation is validated
	}
	if err != nil {
		return fmt.Errorf("failed to find the owner's team: %w", err)
	}
	customer.Set(FieldTeam, team)
	return nil
}

// ErrReasonMissing asks for the reason for which a customer is archived.
var ErrReasonMissing = fieldError(CodeRequired, "Say why the customer is archived.")

// Archive takes a customer out of every queue and job, for a reason, and remembers as what it is to return. It gives a field error,
// and changes nothing, where there is no reason. The record is to be saved by the caller.
func Archive(customer *core.Record, reason string) validation.Errors {
	if reason = rules.CleanText(reason); reason == "" {
		return validation.Errors{FieldArchivedReason: ErrReasonMissing}
	}
	customer.Set(FieldArchivedFrom, customer.GetString(FieldStage))
	customer.Set(FieldStage, StageArchived)
	customer.Set(FieldArchivedReason, reason)
	return nil
}

// ArchivedFrom is as what an archived customer returns. Where it was not remembered, as a prospect: with an order the assessment
// makes that an active customer.
func ArchivedFrom(customer *core.Record) string {
	if from := customer.GetString(FieldArchivedFrom); from != "" {
		return from
	}
	return StageProspect
}

// Restore lets an archived customer return as what it was, without the reason for which it was away. The record is to be saved
// by the caller; that assesses it anew.
func Restore(customer *core.Record) {
	customer.Set(FieldStage, ArchivedFrom(customer))
	customer.Set(FieldArchivedFrom, "")
	customer.Set(FieldArchivedReason, "")
}

// The sign before the column keeps SQLite to what one person did: the changes of all customers are many more.
const takenSQL = `SELECT count(DISTINCT record) FROM audit_log
	WHERE actor = {:user} AND at >= {:since} AND +collection = 'customers' AND note = {:note}`

// TakenToday counts the customers that a user took from the pool on the day of a moment, in the policy's time zone. Inside the
// transaction of another taking, which waits for those before it, the count is exact.
func TakenToday(tx core.App, policy *Policy, user string, now time.Time) (taken int, err error) {
	err = tx.DB().NewQuery(takenSQL).Bind(dbx.Params{
		"user": user, "note": NoteTake, "since": FormatMoment(rules.DayOf(now, policy.Zone).Start(policy.Zone)),
	}).Row(&taken)
	if err != nil {
		return 0, fmt.Errorf("failed to count the customers taken today: %w", err)
	}
	return taken, nil
}

// TakenSince tells whether somebody took a customer from the pool after a moment. Whoever still saw it there is told by whom.
func TakenSince(app core.App, customer string, since time.Time) (bool, error) {
	return exists(app, CollectionAuditLog, dbx.NewExp(
		"collection = 'customers' AND record = {:id} AND note = {:note} AND at > {:since}",
		dbx.Params{"id": customer, "note": NoteTake, "since": FormatMoment(since)},
	))
}

// NameOf gives the name of a user; the empty id and one that nobody has give none.
func NameOf(app core.App, user string) (name string, err error) {
	err = app.DB().Select(FieldName).From(CollectionUsers).Where(dbx.HashExp{core.FieldNameId: user}).Row(&name)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("failed to find the name of a user: %w", err)
	}
	return name, nil
}

// history are the collections whose records are a customer's history; what the program itself writes of every customer is none.
var history = []string{CollectionContacts, CollectionOrders, CollectionContracts, CollectionCases, CollectionSurveys, CollectionFollowUps, CollectionTasks}

// ClearCustomer makes way for the deletion of a customer entered by mistake: what the program wrote of it goes with it. It
// refuses one that has history, by the field id: that one is archived instead.
func ClearCustomer(tx core.App, customer *core.Record) error {
	ofIt := dbx.HashExp{FieldCustomer: customer.Id}
	for _, collection := range history {
		has, err := exists(tx, collection, ofIt)
		if err != nil {
			return err
		}
		if has {
			return validation.Errors{core.FieldNameId: fieldError(CodeHasHistory,
				"There are %s of this customer; archive it instead of deleting it.", strings.ReplaceAll(collection, "_", "-"))}
		}
	}
	for _, collection := range []string{CollectionSignals, CollectionTierChanges} {
		records, err := tx.FindAllRecords(collection, ofIt)
		if err != nil {
			return fmt.Errorf("failed to find the %s of a customer: %w", collection, err)
		}
		for _, record := range records {
			if err := tx.Delete(record); err != nil {
				return fmt.Errorf("failed to delete the %s of a customer: %w", collection, err)
			}
		}
	}
	return nil
}
