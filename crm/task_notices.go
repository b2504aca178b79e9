package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// Kinds of notices about tasks.
const (
	noticeTaskGiven     = "task_given"
	noticeTaskDue       = "task_due"
	noticeTaskLate      = "task_late"
	noticeTaskEscalated = "task_escalated"
	noticeTaskDone      = "task_done"
	noticeTaskPostponed = "task_postponed"
	noticeTaskCancelled = "task_cancelled"
	noticeResponseDue   = "response_due"
	noticeResponseLate  = "response_late"
	noticeContactLeft   = "contact_left"
)

// taskNotice is what a notice about a task says: before the task's own title, in Chinese and in English, and its body.
type taskNotice struct {
	kind  string
	to    []string
	words [2]string
	body  [2]string
	// The occasion, told once to each: of a deadline the deadline itself; empty where the change of the task is the occasion.
	key    string
	urgent bool
}

// tell says something about a task. It names the task alone: not everybody who has a task sees its customer.
func (n taskNotice) tell(app core.App, task *core.Record, now time.Time) error {
	title := task.GetString(FieldTitle)
	return Notify(app, Notice{
		To: n.to, Kind: n.kind, Title: [2]string{n.words[0] + "：" + title, n.words[1] + ": " + title}, Body: n.body,
		Customer: task.GetString(FieldCustomer), Task: task.Id, Key: n.key, Urgent: n.urgent,
	}, now)
}

// DueInHours tells whether a task of a kind has a deadline in hours: what people are told of it cannot wait for the morning.
func DueInHours(kind string) bool {
	return kind == KindHandover || answersCustomer(kind)
}

// answersCustomer tells whether a task of a kind is a response that the customer waits for, or will leave without.
func answersCustomer(kind string) bool {
	return kind == KindNegativeFeedback || kind == KindCase || kind == KindWinBack
}

// TellOfTask tells of a task that was just stored those whom the change concerns: whoever is to do it that it was given to them, by
// another person or by a rule that leaves them hours; whoever asked for it, and whoever was to do it, that it was done, put off or
// cancelled. What a rule gives in its own name is otherwise seen in the day's work, and what becomes of the lines of a plan in the plan;
// of those it was generated with it tells all at once. To be called in the transaction of the write.
func TellOfTask(app core.App, task *core.Record, now time.Time) error {
	policy, err := LoadPolicy(app)
	if err != nil {
		return err
	}
	before, status := task.Original(), task.GetString(FieldStatus)
	if task.GetString(FieldPlan) != "" && (before.Id == "" && isRuled(task) || before.Id != "" && !differs(task, FieldAssignee)) {
		return nil
	}
	opens := IsOpen(status) && (before.Id == "" || !IsOpen(before.GetString(FieldStatus)))
	given := IsOpen(status) && (differs(task, FieldAssignee) || differs(task, FieldDepartment) && task.GetString(FieldAssignee) == "") || opens && isRuled(task)
	switch {
	case given:
		return tellGiven(app, policy, task, now)
	case before.Id == "" || task.GetString(FieldBy) == "":
		return nil
	case IsOpen(before.GetString(FieldStatus)) && status == TaskDone:
		return taskNotice{
			kind: noticeTaskDone, to: concerned(task), words: [2]string{"任务已完成", "Task done"}, body: said(task, FieldResult),
		}.tell(app, task, now)
	case IsOpen(before.GetString(FieldStatus)) && status == TaskCancelled:
		return taskNotice{
			kind: noticeTaskCancelled, to: concerned(task), words: [2]string{"任务已取消", "Task cancelled"}, body: said(task, FieldResult),
		}.tell(app, task, now)
	case IsOpen(status) && task.GetDateTime(FieldDueAt).After(before.GetDateTime(FieldDueAt)):
		return taskNotice{
			kind: noticeTaskPostponed, to: concerned(task), words: [2]string{"任务延期", "Task put off"}, body: postponedBody(task, policy),
		}.tell(app, task, now)
	}
	return nil
}

// isRuled tells whether a rule gave a task.
func isRuled(task *core.Record) bool { return task.GetString(FieldRule) != "" }

// concerned are those who keep an eye on a task: whoever asked for it and whoever is to do it. Whoever makes the change is not
// told of it.
func concerned(task *core.Record) []string {
	return []string{task.GetString(FieldBy), task.GetString(FieldAssignee)}
}

// tellGiven tells somebody, and whoever stands in for them, of a task that is theirs now: one that another person gave them, or one
// with a deadline in hours.
func tellGiven(app core.App, policy *Policy, task *core.Record, now time.Time) error {
	giver := task.GetString(FieldGivenBy)
	hours := DueInHours(task.GetString(FieldKind))
	if !hours && (giver == "" || giver == task.GetString(FieldAssignee)) {
		return nil
	}
	n := taskNotice{kind: noticeTaskGiven, words: [2]string{"新任务", "New task"}, body: dueBody(task, policy), urgent: hours}
	switch task.GetString(FieldKind) {
	case KindWinBack:
		n.kind, n.words = KindWinBack, [2]string{"流失风险", "Churn risk"}
	case KindHandover:
		n.kind, n.words = noticeContactLeft, [2]string{"对接人离职", "A contact left"}
	}
	var err error
	if n.to, err = attending(app, policy, task, now); err != nil {
		return err
	}
	return n.tell(app, task, now)
}

// attending are those who see to a task: its assignee and, where they are away on the day it is due, or today if that is over,
// whoever stands in for them. A task that is a department's and nobody's in particular is for its managers, else for all of it.
func attending(app core.App, policy *Policy, task *core.Record, now time.Time) ([]string, error) {
	on := max(rules.DayOf(task.GetDateTime(FieldDueAt).Time(), policy.Zone), rules.DayOf(now, policy.Zone))
	if assignee := task.GetString(FieldAssignee); assignee != "" {
		return withStandIn(app, assignee, on)
	}
	department := task.GetString(FieldDepartment)
	if department == "" {
		return nil, nil
	}
	var people []string
	err := app.DB().NewQuery(`SELECT id FROM users u WHERE active AND department = {:department} AND (role = 'manager' OR NOT EXISTS (
		SELECT 1 FROM users m WHERE m.active AND m.department = {:department} AND m.role = 'manager')) ORDER BY created, id`).
		Bind(dbx.Params{"department": department}).Column(&people)
	if err != nil {
		return nil, fmt.Errorf("failed to find the people of a department: %w", err)
	}
	return people, nil
}

// withStandIn gives somebody active and whoever stands in for them on a day.
func withStandIn(app core.App, id string, on rules.Day) ([]string, error) {
	who, err := activePerson(app, id)
	if err != nil || who == nil {
		return nil, err
	}
	stands, err := standIn(app, *who, on)
	return []string{who.ID, stands.ID}, err
}

// dueBody says by when a task is to be done.
func dueBody(task *core.Record, policy *Policy) [2]string {
	due := localTime(task.GetDateTime(FieldDueAt).Time(), policy)
	return [2]string{"截止时间 " + due, "Due " + due}
}

// postponedBody says why a task was put off and until when.
func postponedBody(task *core.Record, policy *Policy) [2]string {
	due, reason := localTime(task.GetDateTime(FieldDueAt).Time(), policy), task.GetString(FieldPostponeReason)
	if reason == "" || !differs(task, FieldPostponeReason) {
		return [2]string{"新的截止时间 " + due, "Now due " + due}
	}
	return [2]string{fmt.Sprintf("新的截止时间 %s：%s", due, reason), fmt.Sprintf("Now due %s: %s", due, reason)}
}

// said is what people wrote in a field, in whatever language.
func said(task *core.Record, field string) [2]string {
	words := task.GetString(field)
	if words == endedByRule {
		words = ""
	}
	return [2]string{words, words}
}

// localTime is a moment as people of the company read it.
func localTime(at time.Time, policy *Policy) string {
	return at.In(policy.Zone).Format("2006-01-02 15:04")
}
