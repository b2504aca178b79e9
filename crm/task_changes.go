package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// NormalizeTask puts a task into the form it is stored in: open and of normal priority unless said otherwise, the
// moment it was done, and what postponing means: it is counted, and a delayed task whose deadline is ahead again is
// open again and will be reminded of again.
func NormalizeTask(record *core.Record, now time.Time) {
	CleanTexts(record)
	if record.GetString(FieldStatus) == "" {
		record.Set(FieldStatus, TaskOpen)
	}
	if record.GetString(FieldPriority) == "" {
		record.Set(FieldPriority, PriorityNormal)
	}
	status := record.GetString(FieldStatus)
	switch {
	case status != TaskDone:
		record.Set(FieldDoneAt, nil)
	case record.GetDateTime(FieldDoneAt).IsZero():
		record.Set(FieldDoneAt, now)
	}
	if record.IsNew() || !changed(record, FieldDueAt) {
		return
	}
	due := record.GetDateTime(FieldDueAt).Time()
	if isPostponed(record) {
		record.Set(FieldPostponed, record.Original().GetInt(FieldPostponed)+1)
	}
	remindAnew(record)
	if status == TaskDelayed && !changed(record, FieldStatus) && due.After(now) {
		record.Set(FieldStatus, TaskOpen)
	}
}

// CheckTask refuses, by field, what people may not make of a task: one closed after its deadline without saying why it was late, one put
// off without saying why, a negative feedback closed without saying how it was answered, one done in the future, another kind for a
// rule's task, another customer's follow-up, and a contact planned for a day on which the customer has enough of them on that channel
// already.
func CheckTask(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	errs := validation.Errors{}
	checkClosing(record, now, errs)
	if isPostponed(record) && record.GetString(FieldPostponeReason) == "" {
		errs[FieldPostponeReason] = fieldError(CodeRequired, "Say why the task is put off.")
	}
	if !record.IsNew() && record.GetString(FieldRule) != "" && changed(record, FieldKind) {
		errs[FieldKind] = fieldError("fixed", "The kind of a task that a rule gave stays.")
	}
	if followUp := record.GetString(FieldFollowUp); followUp != "" && (changed(record, FieldFollowUp) || changed(record, FieldCustomer)) {
		own, err := exists(app, CollectionFollowUps, dbx.HashExp{core.FieldNameId: followUp, FieldCustomer: record.GetString(FieldCustomer)})
		if err != nil {
			return err
		}
		if !own {
			errs[FieldFollowUp] = fieldError(CodeOtherCustomer, "The follow-up is one with another customer.")
		}
	}
	refused, err := checkPlanning(app, record, policy)
	if err != nil {
		return err
	}
	if refused != nil {
		errs[FieldDueAt] = refused
	}
	return errorsOrNil(errs)
}

// checkClosing asks of a task that people close why it was late, where it was, and how negative feedback was answered or why it needs
// no answer.
func checkClosing(record *core.Record, now time.Time, errs validation.Errors) {
	status := record.GetString(FieldStatus)
	if IsOpen(status) {
		return
	}
	if record.GetString(FieldKind) == KindNegativeFeedback && record.GetString(FieldResult) == "" {
		errs[FieldResult] = fieldError(CodeRequired, "Say how the negative feedback was answered.")
	}
	closed := now
	if status == TaskDone {
		closed = record.GetDateTime(FieldDoneAt).Time()
		if changed(record, FieldDoneAt) && closed.After(now.Add(clockTolerance)) {
			errs[FieldDoneAt] = fieldError(CodeInFuture, "What is done was done before now.")
		}
	}
	closes := record.IsNew() || changed(record, FieldStatus) || changed(record, FieldDoneAt) || changed(record, FieldDelayReason)
	if closes && closed.After(record.GetDateTime(FieldDueAt).Time()) && record.GetString(FieldDelayReason) == "" {
		errs[FieldDelayReason] = fieldError(CodeRequired, "The task is closed after its deadline: say why it was late.")
	}
}

// isPostponed tells whether a change puts a task off.
func isPostponed(record *core.Record) bool {
	return !record.IsNew() && record.GetDateTime(FieldDueAt).After(record.Original().GetDateTime(FieldDueAt))
}

// AskWhyPostponed takes from a task that a client puts off the reason for which it was put off before, where the client sent none: each
// postponing has its own.
func AskWhyPostponed(record *core.Record, sent map[string]any) {
	if _, given := sent[FieldPostponeReason]; !given && isPostponed(record) {
		record.Set(FieldPostponeReason, "")
	}
}

// FollowTask does what a person's change of a task asks for: a next step that is done confirms its follow-up, and one
// taken up again puts the follow-up back to be followed up. A cancelled one leaves the follow-up without a step, which
// the customer's reasons then ask for. The task of a case that is done is the response to it.
func FollowTask(app core.App, task *core.Record, now time.Time) error {
	if !changed(task, FieldStatus) {
		return nil
	}
	followUp := task.GetString(FieldFollowUp)
	switch kind := task.GetString(FieldKind); {
	case kind == KindCase:
		return followCaseTask(app, task, now)
	case kind != KindNextAction || followUp == "":
		return nil
	}
	status := task.GetString(FieldStatus)
	var want string
	switch {
	case status == TaskDone:
		want = rules.StatusConfirmed
	case IsOpen(status) && task.Original().GetString(FieldStatus) == TaskDone:
		want = rules.StatusToFollowUp
	default:
		return nil
	}
	record, err := app.FindRecordById(CollectionFollowUps, followUp)
	if err != nil {
		return fmt.Errorf("failed to find the follow-up of a task: %w", err)
	}
	if record.GetString(FieldStatus) == rules.StatusOnHold || record.GetString(FieldStatus) == want {
		return nil
	}
	record.Set(FieldStatus, want)
	if err := SaveAsSystem(app, record); err != nil {
		return fmt.Errorf("failed to save the follow-up of a task: %w", err)
	}
	return nil
}
