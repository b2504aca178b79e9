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
	if due.After(record.Original().GetDateTime(FieldDueAt).Time()) {
		record.Set(FieldPostponed, record.Original().GetInt(FieldPostponed)+1)
	}
	remindAnew(record)
	if status == TaskDelayed && !changed(record, FieldStatus) && due.After(now) {
		record.Set(FieldStatus, TaskOpen)
	}
}

// CheckTask refuses, by field, a negative feedback called answered without saying how, another kind for a rule's task,
// another customer's follow-up, and a contact planned for a day on which the customer has enough of them on that channel
// already.
func CheckTask(app core.App, record *core.Record, policy *Policy) error {
	errs := validation.Errors{}
	if record.GetString(FieldStatus) == TaskDone && record.GetString(FieldKind) == KindNegativeFeedback && record.GetString(FieldResult) == "" {
		errs[FieldResult] = fieldError(CodeRequired, "Say how the negative feedback was answered.")
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
	planned := changed(record, FieldDueAt) || changed(record, FieldChannel)
	if planned && record.GetString(FieldChannel) != "" && IsOpen(record.GetString(FieldStatus)) {
		on := rules.DayOf(record.GetDateTime(FieldDueAt).Time(), policy.Zone)
		full, err := dayIsFull(app, record, on, policy)
		if err != nil {
			return err
		}
		if full {
			errs[FieldDueAt] = fieldError("pace_exceeded", "On %s this customer is contacted often enough on this channel; choose another day.", on)
		}
	}
	return errorsOrNil(errs)
}

// dayIsFull tells whether one more contact on the task's channel that day would be more than the policy wants,
// counting what was recorded and what is planned.
func dayIsFull(app core.App, task *core.Record, on rules.Day, policy *Policy) (bool, error) {
	customer, channel := task.GetString(FieldCustomer), task.GetString(FieldChannel)
	responded, attempted, err := contactsOn(app, customer, channel, "", on, policy.Zone)
	if err != nil {
		return false, err
	}
	var plannedThen int
	err = app.DB().NewQuery(`SELECT count(*) FROM tasks WHERE customer = {:customer} AND status IN (` + OpenStatuses + `)
		AND channel = {:channel} AND due_at >= {:from} AND due_at < {:to} AND id != {:id}`).Bind(dbx.Params{
		"customer": customer, "channel": channel, "id": task.Id,
		"from": FormatMoment(on.Start(policy.Zone)), "to": FormatMoment((on + 1).Start(policy.Zone)),
	}).Row(&plannedThen)
	if err != nil {
		return false, fmt.Errorf("failed to count the contacts planned: %w", err)
	}
	return responded+attempted+plannedThen >= policy.ContactsPerDay, nil
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
