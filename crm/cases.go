package crm

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// NormalizeCase puts a case into the form it is stored in: minor and opened now unless said otherwise, the moment by which the
// policy wants it responded to, and what opening it again means: it is counted.
func NormalizeCase(record *core.Record, policy *Policy, now time.Time) {
	CleanTexts(record)
	if record.GetString(FieldSeverity) == "" {
		record.Set(FieldSeverity, SeverityMinor)
	}
	if record.GetDateTime(FieldOpenedAt).IsZero() {
		record.Set(FieldOpenedAt, now)
	}
	if changed(record, FieldOpenedAt) || changed(record, FieldSeverity) {
		record.Set(FieldRespondBy, record.GetDateTime(FieldOpenedAt).Time().Add(responseTime(record, policy)))
	}
	if takenUpAgain(record) {
		record.Set(FieldReopened, record.Original().GetInt(FieldReopened)+1)
	}
}

// responseTime is how long the policy gives people to respond to a case.
func responseTime(record *core.Record, policy *Policy) time.Duration {
	hours := policy.RespondCaseHours
	if record.GetString(FieldSeverity) == SeverityMajor {
		hours = policy.RespondMajorHours
	}
	return time.Duration(hours) * time.Hour
}

// takenUpAgain tells whether a case that was resolved is not any more.
func takenUpAgain(record *core.Record) bool {
	return !record.Original().GetDateTime(FieldResolvedAt).IsZero() && record.GetDateTime(FieldResolvedAt).IsZero()
}

// CheckCase refuses, by field, what is impossible: moments in the future, a response or a solution from before the case was opened,
// and another customer's contact.
func CheckCase(app core.App, record *core.Record, now time.Time) error {
	errs := validation.Errors{}
	opened, limit := record.GetDateTime(FieldOpenedAt).Time(), now.Add(clockTolerance)
	if changed(record, FieldOpenedAt) && opened.After(limit) {
		errs[FieldOpenedAt] = fieldError(CodeInFuture, "A case cannot be opened in the future.")
	}
	for _, field := range []string{FieldRespondedAt, FieldResolvedAt} {
		at := record.GetDateTime(field).Time()
		switch {
		case at.IsZero() || !changed(record, field) && !changed(record, FieldOpenedAt):
		case at.After(limit):
			errs[field] = fieldError(CodeInFuture, "This is for what has happened: it cannot lie in the future.")
		case at.Before(opened):
			errs[field] = fieldError("before_opened", "This cannot have been before the case was opened.")
		}
	}
	if err := checkContact(app, record, errs); err != nil {
		return err
	}
	return errorsOrNil(errs)
}

// caseTask is the task of a case: to respond to it. It is given by whoever named its assignee, else by whoever recorded the case.
func caseTask(record *core.Record) RuleTask {
	t := RuleTask{
		Key: KindCase + ":" + record.Id, Kind: KindCase, Customer: record.GetString(FieldCustomer),
		Named: record.GetString(FieldAssignee), Author: record.GetString(FieldBy), GivenBy: record.GetString(FieldGivenBy),
		DueAt: record.GetDateTime(FieldRespondBy).Time(), Priority: PriorityNormal,
	}
	if t.Named == "" {
		t.GivenBy = t.Author
	}
	if record.GetString(FieldSeverity) == SeverityMajor || record.GetString(FieldKind) == KindComplaint {
		t.Priority = PriorityHigh
	}
	return t
}

// FollowCase keeps the one task of a case: it is opened with the case, unless that was responded to before it was recorded; done
// when somebody responds to the case or resolves it; opened again with it, due as long from now as the policy gives; and in
// between it follows what the case says of its assignee, its deadline and how urgent it is. To be called once the case is stored.
func FollowCase(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	wanted := caseTask(record)
	task, err := TaskByKey(app, wanted.Key)
	if err != nil {
		return err
	}
	before, again := record.Original(), takenUpAgain(record)
	opens := again || !isAnswered(record) && (before.Id == "" || isAnswered(before))
	if again {
		wanted.DueAt = now.Add(responseTime(record, policy))
	}
	switch {
	case task == nil && !opens:
		return nil
	case task == nil:
		return OpenTask(app, policy, wanted, now)
	case opens:
		reopen(task)
	case isAnswered(record) && (differs(record, FieldRespondedAt) || differs(record, FieldResolvedAt)) && IsOpen(task.GetString(FieldStatus)):
		task.Set(FieldStatus, TaskDone)
		task.Set(FieldDoneAt, now)
	}
	task.Set(FieldCustomer, wanted.Customer)
	if IsOpen(task.GetString(FieldStatus)) {
		if err := arrangeCaseTask(app, policy, record, task, wanted, opens, now); err != nil {
			return err
		}
	}
	if !Differs(task, task.Original()) {
		return nil
	}
	return saveTask(app, task)
}

// arrangeCaseTask gives the open task of a case what the change of the case says of it, anew where it opens again; what people
// made of the rest stays.
func arrangeCaseTask(app core.App, policy *Policy, record, task *core.Record, wanted RuleTask, opens bool, now time.Time) error {
	if opens || differs(record, FieldAssignee) {
		assignee, _, err := responsible(app, wanted, rules.DayOf(now, policy.Zone))
		if err != nil {
			return err
		}
		task.Set(FieldAssignee, assignee)
		task.Set(FieldGivenBy, wanted.GivenBy)
	}
	if opens || differs(record, FieldRespondBy) {
		task.Set(FieldDueAt, wanted.DueAt)
		remindAnew(task)
		if task.GetString(FieldStatus) == TaskDelayed && wanted.DueAt.After(now) {
			task.Set(FieldStatus, TaskOpen)
		}
	}
	if differs(record, FieldSeverity) || differs(record, FieldKind) {
		task.Set(FieldPriority, wanted.Priority)
	}
	return nil
}

// isAnswered tells whether somebody responded to a case, or resolved it at once.
func isAnswered(record *core.Record) bool {
	return !record.GetDateTime(FieldRespondedAt).IsZero() || !record.GetDateTime(FieldResolvedAt).IsZero()
}

// differs tells whether the change that was stored of a record touched a field.
func differs(record *core.Record, field string) bool {
	return record.GetString(field) != record.Original().GetString(field)
}

// followCaseTask does for a case what a person's change of its task asks for: a task that is done is the response to a case that had
// none, and one taken up again takes that response back.
func followCaseTask(app core.App, task *core.Record, now time.Time) error {
	id, isOfCase := strings.CutPrefix(task.GetString(FieldKey), KindCase+":")
	if !isOfCase {
		return nil
	}
	cases, err := app.FindAllRecords(CollectionCases, dbx.HashExp{core.FieldNameId: id})
	if err != nil || len(cases) == 0 {
		return err
	}
	record, before := cases[0], task.Original()
	responded, doneBefore := record.GetDateTime(FieldRespondedAt), before.GetDateTime(FieldDoneAt)
	switch {
	case task.GetString(FieldStatus) == TaskDone && responded.IsZero():
		record.Set(FieldRespondedAt, within(task.GetDateTime(FieldDoneAt).Time(), record.GetDateTime(FieldOpenedAt).Time(), now))
	case IsOpen(task.GetString(FieldStatus)) && before.GetString(FieldStatus) == TaskDone && !responded.IsZero() && responded.Equal(doneBefore):
		record.Set(FieldRespondedAt, nil)
	default:
		return nil
	}
	if err := SaveAsSystem(app, record); err != nil {
		return fmt.Errorf("failed to save the case of a task: %w", err)
	}
	return nil
}

// within is a moment, or the end of a time that it lies beyond.
func within(at, from, to time.Time) time.Time {
	if at.After(to) {
		at = to
	}
	if at.Before(from) {
		return from
	}
	return at
}

// EndCaseTask ends the task of a case that was deleted.
func EndCaseTask(app core.App, record *core.Record, now time.Time) error {
	return EndTask(app, caseTask(record).Key, TaskCancelled, endedByRule, now)
}

// complaintCase gives the case that a follow-up opened, or none.
func complaintCase(app core.App, followUp string) (*core.Record, error) {
	cases, err := app.FindAllRecords(CollectionCases, dbx.HashExp{FieldFollowUp: followUp})
	if err != nil {
		return nil, fmt.Errorf("failed to look for the case of a follow-up: %w", err)
	}
	if len(cases) == 0 {
		return nil, nil
	}
	return cases[0], nil
}

// openComplaint opens the case of a complaint that somebody recorded, with its task, in the author's name.
func openComplaint(app core.App, followUp *core.Record, policy *Policy, now time.Time) error {
	collection, err := app.FindCachedCollectionByNameOrId(CollectionCases)
	if err != nil {
		return err
	}
	record := core.NewRecord(collection)
	record.Load(map[string]any{
		FieldCustomer: followUp.GetString(FieldCustomer), FieldContact: followUp.GetString(FieldContact), FieldBy: followUp.GetString(FieldBy),
		FieldGivenBy: followUp.GetString(FieldBy), FieldFollowUp: followUp.Id, FieldKind: KindComplaint, FieldSeverity: SeverityMinor,
		FieldSubject: complaintSubject(followUp), FieldOpenedAt: followUp.GetDateTime(FieldStartedAt), FieldTopics: followUp.GetStringSlice(FieldTopics),
	})
	if err := SaveAsSystem(app, record); err != nil {
		return fmt.Errorf("failed to open the case of a complaint: %w", err)
	}
	return FollowCase(app, record, policy, now)
}

// moveComplaint takes the case of a follow-up along to the customer the follow-up was moved to.
func moveComplaint(app core.App, followUp *core.Record, policy *Policy, now time.Time) error {
	record, err := complaintCase(app, followUp.Id)
	if err != nil || record == nil {
		return err
	}
	record.Set(FieldCustomer, followUp.GetString(FieldCustomer))
	record.Set(FieldContact, followUp.GetString(FieldContact))
	if err := SaveAsSystem(app, record); err != nil {
		return fmt.Errorf("failed to move the case of a follow-up: %w", err)
	}
	return FollowCase(app, record, policy, now)
}

// complaintSubject is the purpose of a follow-up, else the first line of what was said, as far as a subject goes.
func complaintSubject(followUp *core.Record) string {
	subject := followUp.GetString(FieldPurpose)
	if subject == "" {
		subject, _, _ = strings.Cut(followUp.GetString(FieldContent), "\n")
	}
	if subject == "" {
		subject = ValueLabel(CollectionCases, FieldKind, KindComplaint, "")
	}
	return cut(subject)
}
