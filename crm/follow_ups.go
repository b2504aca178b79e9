package crm

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"touchbase/rules"
)

// clockTolerance is how far ahead of ours a phone's clock may run.
const clockTolerance = 5 * time.Minute

// maxPromises is how many lines the commitments of one contact may have. Every line opens a task, in one transaction for which all
// other writes wait.
const maxPromises = 50

// NormalizeFollowUp puts a follow-up into the form it is stored in. Direction is out unless it is said to be in; a
// status left out follows from what was given; an attempt without response leaves the next step to the
// cadence when it names none.
func NormalizeFollowUp(record *core.Record) {
	CleanTexts(record)
	if record.GetString(FieldDirection) == "" {
		record.Set(FieldDirection, DirectionOut)
	}
	hasStep := record.GetString(FieldNextAction) != "" || !record.GetDateTime(FieldNextActionOn).IsZero()
	hasPause := !record.GetDateTime(FieldResumeOn).IsZero()
	status := record.GetString(FieldStatus)
	switch {
	case status == "" && hasStep:
		record.Set(FieldStatus, rules.StatusToFollowUp)
	case status == "" && hasPause:
		record.Set(FieldStatus, rules.StatusOnHold)
	case record.GetString(FieldFeedback) == FeedbackNoResponse && !hasStep && !hasPause:
		record.Set(FieldStatus, rules.StatusConfirmed)
	}
}

// CheckFollowUp refuses, by field, what is incomplete or impossible: the five elements are the moment, the
// channel, the content, the feedback and the next step (the collection itself requires those that are always needed).
// It never refuses what is merely unwise.
func CheckFollowUp(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	errs := validation.Errors{}
	started, ended := record.GetDateTime(FieldStartedAt).Time(), record.GetDateTime(FieldEndedAt).Time()
	limit := now.Add(clockTolerance)
	if changed(record, FieldStartedAt) && started.After(limit) {
		errs[FieldStartedAt] = fieldError(CodeInFuture, "A follow-up records what has happened: it cannot begin in the future.")
	}
	if !ended.IsZero() && ended.Before(started) {
		errs[FieldEndedAt] = fieldError("before_start", "A follow-up cannot end before it began.")
	}
	if record.GetString(FieldContent) == "" && record.GetString(FieldFeedback) != FeedbackNoResponse {
		errs[FieldContent] = fieldError(CodeRequired, "Say what was talked about.")
	}
	contactDay := rules.DayOf(started, policy.Zone)
	checkNextStep(record, contactDay, errs)
	checkCampaignOf(record, errs)

	if err := checkPeople(app, record, errs); err != nil {
		return err
	}
	if changed(record, FieldCommitments) && len(commitments(record, policy)) > maxPromises {
		errs[FieldCommitments] = fieldError("too_many", "At most %d promises; each opens a task.", maxPromises)
	}
	return errorsOrNil(errs)
}

// checkPeople refuses contacts who are another customer's. Who has moved to another company since was theirs then.
func checkPeople(app core.App, record *core.Record, errs validation.Errors) error {
	for _, field := range []string{FieldContact, FieldTheirPeople} {
		people := record.GetStringSlice(field)
		if !changed(record, FieldCustomer) && slices.Equal(people, record.Original().GetStringSlice(field)) {
			continue
		}
		for _, contact := range people {
			own, err := belongs(app, contact, record.GetString(FieldCustomer))
			if err != nil {
				return err
			}
			if !own {
				errs[field] = fieldError(CodeOtherCustomer, "The contact belongs to another customer.")
			}
		}
	}
	return nil
}

// checkNextStep asks for what the status promises. A follow-up whose next step was cancelled keeps its words, so it passes.
func checkNextStep(record *core.Record, contactDay rules.Day, errs validation.Errors) {
	switch record.GetString(FieldStatus) {
	case rules.StatusToFollowUp:
		if record.GetString(FieldNextAction) == "" {
			errs[FieldNextAction] = fieldError(CodeRequired, "Say what the next step is.")
		}
		if on := day(record, FieldNextActionOn); on == 0 {
			errs[FieldNextActionOn] = fieldError(CodeRequired, "Say by which day the next step is to be done.")
		} else if on < contactDay {
			errs[FieldNextActionOn] = fieldError("before_contact", "The next step cannot lie before the day of the contact, %s.", contactDay)
		}
	case rules.StatusOnHold:
		if on := day(record, FieldResumeOn); on == 0 {
			errs[FieldResumeOn] = fieldError(CodeRequired, "Say on which day to get in touch again.")
		} else if on < contactDay {
			errs[FieldResumeOn] = fieldError("before_contact", "The day to get in touch again cannot lie before the day of the contact, %s.", contactDay)
		}
	}
}

// commitments reads the promises of a follow-up.
func commitments(record *core.Record, policy *Policy) []rules.Commitment {
	contactDay := rules.DayOf(record.GetDateTime(FieldStartedAt).Time(), policy.Zone)
	return rules.ReadCommitments(record.GetString(FieldCommitments), contactDay, day(record, FieldNextActionOn), policy.Calendar)
}

// colleague finds the active user of a name; none where there is none, or more than one.
func colleague(app core.App, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	var ids []string
	err := app.DB().Select(core.FieldNameId).From(CollectionUsers).
		Where(dbx.NewExp("active AND name = {:name} COLLATE NOCASE", dbx.Params{"name": name})).Limit(2).Column(&ids)
	if err != nil {
		return "", fmt.Errorf("failed to find a colleague: %w", err)
	}
	if len(ids) != 1 {
		return "", nil
	}
	return ids[0], nil
}

// FollowUpTasks opens, moves and ends the tasks that follow from a follow-up: its next step, its promises and the
// answer to negative feedback; the manager is told what is for them. An imported one opens none, but for a next step whose day is not
// past, and is nobody's news.
func FollowUpTasks(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	f := followUp{app: app, record: record, policy: policy, now: now, imported: record.GetString(FieldImport) != "", created: record.Original().Id == ""}
	if err := f.tasks(); err != nil || f.imported {
		return err
	}
	return tellOfFollowUp(app, record, policy, now)
}

type followUp struct {
	app      core.App
	record   *core.Record
	policy   *Policy
	now      time.Time
	imported bool
	created  bool // by this write: it has no tasks yet
}

// tasks does everything that follows from it.
func (f followUp) tasks() error {
	for _, step := range []func() error{f.moveTasks, f.nextStep, f.promises, f.complaint, f.negativeFeedback} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// task is a rule's task that follows from this follow-up, given in its author's name.
func (f followUp) task(kind, key string) RuleTask {
	author := f.record.GetString(FieldBy)
	return RuleTask{
		Key: kind + ":" + f.record.Id + key, Kind: kind, Customer: f.record.GetString(FieldCustomer), FollowUp: f.record.Id,
		GivenBy: author, Author: author, Priority: PriorityNormal, Quiet: f.imported,
	}
}

// moveTasks takes the tasks, and the case, of a follow-up that was entered with the wrong customer along to the right one.
func (f followUp) moveTasks() error {
	before := f.record.Original().GetString(FieldCustomer)
	if before == "" || before == f.record.GetString(FieldCustomer) {
		return nil
	}
	if err := moveComplaint(f.app, f.record, f.policy, f.now); err != nil {
		return err
	}
	tasks, err := f.app.FindAllRecords(CollectionTasks, dbx.HashExp{FieldFollowUp: f.record.Id})
	if err != nil {
		return fmt.Errorf("failed to find the tasks of a follow-up: %w", err)
	}
	for _, task := range tasks {
		task.Set(FieldCustomer, f.record.GetString(FieldCustomer))
		if err := saveTask(f.app, task); err != nil {
			return err
		}
	}
	return nil
}

// settledByFollowUp marks, in the result of a next step, that its follow-up says no step is left.
const settledByFollowUp = "跟进记录已确认 · settled in the follow-up"

// nextStep sees to the one task of the next step. A step already past is due today.
func (f followUp) nextStep() error {
	task := f.task(KindNextAction, "")
	switch f.record.GetString(FieldStatus) {
	case rules.StatusConfirmed:
		return f.end(task.Key, TaskDone, settledByFollowUp)
	case rules.StatusOnHold:
		return f.end(task.Key, TaskCancelled, endedByRule)
	}
	today := rules.DayOf(f.now, f.policy.Zone)
	on := day(f.record, FieldNextActionOn)
	if f.imported && on < today {
		return nil
	}
	task.Title = f.record.GetString(FieldNextAction)
	task.Named = f.record.GetString(FieldNextActionBy)
	task.DueAt = max(on, today).End(f.policy.Zone)
	for _, field := range []string{FieldStatus, FieldNextAction, FieldNextActionOn, FieldNextActionBy} {
		if changed(f.record, field) {
			return f.move(task)
		}
	}
	return nil // the step is as it was, and so is what people made of its task
}

// open makes a task of the follow-up exist; see OpenTask.
func (f followUp) open(t RuleTask) error {
	if f.created {
		return newTask(f.app, f.policy, t, f.now)
	}
	return OpenTask(f.app, f.policy, t, f.now)
}

// end ends a task of the follow-up; see EndTask.
func (f followUp) end(key, status, result string) error {
	if f.created {
		return nil
	}
	return EndTask(f.app, key, status, result, f.now)
}

// move gives a task the words, day and assignee of a step that was changed, and opens it again if it was closed.
func (f followUp) move(t RuleTask) error {
	if f.created {
		return newTask(f.app, f.policy, t, f.now)
	}
	task, err := TaskByKey(f.app, t.Key)
	if err != nil {
		return err
	}
	if task == nil {
		return newTask(f.app, f.policy, t, f.now)
	}
	assignee, _, err := responsible(f.app, t, rules.DayOf(f.now, f.policy.Zone))
	if err != nil {
		return err
	}
	status := task.GetString(FieldStatus)
	if !IsOpen(status) || status == TaskDelayed && t.DueAt.After(f.now) {
		reopen(task)
	}
	setTitle(task, t.Title)
	task.Set(FieldDueAt, t.DueAt)
	task.Set(FieldAssignee, assignee)
	remindAnew(task)
	return saveTask(f.app, task)
}

// promises opens a task a line of the commitments; a line that was taken back ends its task.
func (f followUp) promises() error {
	if f.imported || !changed(f.record, FieldCommitments) {
		return nil
	}
	today := rules.DayOf(f.now, f.policy.Zone)
	kept := map[string]bool{}
	for _, c := range commitments(f.record, f.policy) {
		task := f.task(KindPromise, ":"+security.MD5(c.Text)) // its words are its identity: editing one line leaves the others
		if kept[task.Key] {
			continue // said twice
		}
		kept[task.Key] = true
		named, err := colleague(f.app, c.Colleague)
		if err != nil {
			return err
		}
		task.Title, task.Named = c.Text, named
		if c.Colleague != "" && named == "" {
			task.Details = notFound(c)
		}
		task.DueAt = max(c.Due, today).End(f.policy.Zone)
		if err := f.open(task); err != nil {
			return err
		}
	}
	if f.created {
		return nil
	}
	var open []*core.Record
	err := f.app.RecordQuery(CollectionTasks).AndWhere(dbx.HashExp{FieldFollowUp: f.record.Id, FieldKind: KindPromise}).All(&open)
	if err != nil {
		return fmt.Errorf("failed to find the promises of a follow-up: %w", err)
	}
	for _, task := range open {
		if key := task.GetString(FieldKey); !kept[key] {
			if err := f.end(key, TaskCancelled, endedByRule); err != nil {
				return err
			}
		}
	}
	return nil
}

// notFound says of a promise why it stays with whoever recorded it.
func notFound(c rules.Commitment) [2]string {
	return [2]string{
		fmt.Sprintf("%s（承诺中指定了 @%s，但没有唯一的在职同事叫这个名字，因此由记录人负责）", c.Text, c.Colleague),
		fmt.Sprintf("%s (for @%s, but no one active colleague has that name, so it stays with whoever recorded it)", c.Text, c.Colleague),
	}
}

// complaint opens the case of a complaint, once: what becomes of it is for people to say.
func (f followUp) complaint() error {
	if f.imported || f.record.GetString(FieldKind) != KindComplaint || !changed(f.record, FieldKind) {
		return nil
	}
	opened, err := complaintCase(f.app, f.record.Id)
	if err != nil || opened != nil {
		return err
	}
	return openComplaint(f.app, f.record, f.policy, f.now)
}

// negativeFeedback asks for an answer within hours; it ends when the follow-up turns out not to have been negative. A complaint is
// answered by its case.
func (f followUp) negativeFeedback() error {
	if f.imported {
		return nil
	}
	task := f.task(KindNegativeFeedback, "")
	negative := isUnhappy(f.record)
	if complaint, err := complaintCase(f.app, f.record.Id); err != nil {
		return err
	} else if complaint != nil || !negative {
		return f.end(task.Key, TaskCancelled, endedByRule)
	}
	task.Priority = PriorityHigh
	recorded := f.record.GetDateTime(FieldCreated).Time()
	if recorded.IsZero() {
		recorded = f.now
	}
	task.DueAt = recorded.Add(time.Duration(f.policy.RespondNegativeHours) * time.Hour)
	return f.open(task)
}
