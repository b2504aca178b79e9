package crm

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// RuleTask is a task a rule wants to exist. Its key makes it unique: asking twice opens one.
type RuleTask struct {
	Key      string
	Kind     string // also the rule's name
	Customer string
	FollowUp string
	Title    string // empty: the title of the kind, in the assignee's language
	GivenBy  string // in whose name it is given; empty: the rule's own
	Named    string // the colleague named for it
	Author   string // else whoever's record it follows from
	DueAt    time.Time
	Priority string
	Cause    string    // of a win-back
	Details  [2]string // Chinese, English: that of the assignee is the detail
}

// ruleTitles are the titles of tasks that have no words of their own: Chinese, English. They quote no fact.
var ruleTitles = map[string][2]string{
	KindNegativeFeedback: {"回应客户的负面反馈", "Answer the customer's negative feedback"},
	KindHandover:         {"与新的对接人完成交接", "Hand over to the new contact"},
	KindCase:             {"处理客户的服务单", "See to the customer's case"},
	KindWinBack:          {"挽回客户：24 小时内联系", "Win the customer back: get in touch within a day"},
	KindLightTouch:       {"轻量触达：分享行业资讯，不推销", "Light touch: share industry news, no pitch"},
}

// OpenTask makes a rule's task exist. One that is open stays as people have arranged it; one that the rule had
// ended by itself opens again; one that somebody did or cancelled stays closed.
func OpenTask(app core.App, policy *Policy, t RuleTask, now time.Time) error {
	task, err := TaskByKey(app, t.Key)
	if err != nil {
		return err
	}
	if task != nil {
		if task.GetString(FieldResult) != endedByRule || IsOpen(task.GetString(FieldStatus)) {
			return nil
		}
		reopen(task)
		remindAnew(task)
	}
	assignee, locale, err := responsible(app, t, rules.DayOf(now, policy.Zone))
	if err != nil {
		return err
	}
	if task == nil {
		collection, err := app.FindCachedCollectionByNameOrId(CollectionTasks)
		if err != nil {
			return err
		}
		task = core.NewRecord(collection)
		task.Load(map[string]any{
			FieldKey: t.Key, FieldKind: t.Kind, FieldRule: t.Kind, FieldCustomer: t.Customer, FieldFollowUp: t.FollowUp,
			FieldStatus: TaskOpen, FieldBy: t.GivenBy, FieldGivenBy: t.GivenBy, FieldCreated: now,
		})
	}
	title := t.Title
	if title == "" {
		title = ruleTitles[t.Kind][locale]
	}
	setTitle(task, title)
	if detail := t.Details[locale]; detail != "" {
		task.Set(FieldDetail, detail)
	}
	task.Set(FieldCause, t.Cause)
	task.Set(FieldDueAt, t.DueAt)
	task.Set(FieldAssignee, assignee)
	task.Set(FieldPriority, t.Priority)
	return saveTask(app, task)
}

// reopen takes up a task again that was closed.
func reopen(task *core.Record) {
	task.Set(FieldStatus, TaskOpen)
	task.Set(FieldResult, "")
	task.Set(FieldDoneAt, nil)
}

// remindAnew forgets the reminders of a deadline that is another one now.
func remindAnew(task *core.Record) {
	task.Set(FieldRemindedAt, nil)
	task.Set(FieldEscalatedAt, nil)
}

// maxTitle is how many characters a title may have.
const maxTitle = 200

// setTitle gives a task its words; those too long for a title are kept whole in the detail.
func setTitle(task *core.Record, words string) {
	title := cut(words)
	if title != words {
		task.Set(FieldDetail, words)
	}
	task.Set(FieldTitle, title)
}

// cut shortens words to those of a title, where they are too long for one.
func cut(words string) string {
	if runes := []rune(strings.ReplaceAll(words, "\n", " ")); len(runes) > maxTitle {
		return string(runes[:maxTitle-1]) + "…"
	}
	return words
}

// endedByRule marks, in the result of a task, that its cause went away.
const endedByRule = "原因已消除 · no longer needed"

// EndTask ends a rule's task whose cause is gone or whose purpose is met; nothing happens where none is open.
func EndTask(app core.App, key, status, result string, now time.Time) error {
	task, err := TaskByKey(app, key)
	if err != nil || task == nil || !IsOpen(task.GetString(FieldStatus)) {
		return err
	}
	return endTask(app, task, status, result, now)
}

func endTask(app core.App, task *core.Record, status, result string, now time.Time) error {
	task.Set(FieldStatus, status)
	if task.GetString(FieldResult) == "" {
		task.Set(FieldResult, result)
	}
	if status == TaskDone {
		task.Set(FieldDoneAt, now)
	}
	return saveTask(app, task)
}

func saveTask(app core.App, task *core.Record) error {
	if err := SaveAsSystem(app, task); err != nil {
		return fmt.Errorf("failed to save task %q: %w", task.GetString(FieldKey), err)
	}
	return nil
}

// TaskByKey finds a rule's task, or none.
func TaskByKey(app core.App, key string) (*core.Record, error) {
	task, err := app.FindFirstRecordByData(CollectionTasks, FieldKey, key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("failed to look for task %q: %w", key, err)
	}
	return task, nil
}

// person is an active user as far as it matters for who gets a task.
type person struct {
	ID         string `db:"id"`
	Locale     string `db:"locale"`
	AwayUntil  string `db:"away_until"`
	Substitute string `db:"substitute"`
}

func (p person) isAway(today rules.Day) bool {
	return rules.DayOf(ParseMoment(p.AwayUntil), time.UTC) >= today
}

// activePerson gives an active user, or none.
func activePerson(app core.App, id string) (*person, error) {
	var found person
	err := app.DB().NewQuery("SELECT id, locale, away_until, substitute FROM users WHERE id = {:id} AND active").
		Bind(dbx.Params{"id": id}).One(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("failed to find a colleague: %w", err)
	}
	return &found, nil
}

// responsible decides who gets a rule's task: the colleague named, else the author, else the customer's owner,
// else the managers of its team, else the directors; nobody where none of them is active. For someone away it
// is their substitute. It also gives the index of their language in pairs of Chinese and English.
func responsible(app core.App, t RuleTask, today rules.Day) (id string, locale int, err error) {
	var rows []person
	err = app.DB().NewQuery(`SELECT u.id, u.locale, u.away_until, u.substitute
		FROM users u
		LEFT JOIN customers c ON c.id = {:customer}
		WHERE u.active AND (u.id IN ({:named}, {:author}, c.owner) OR u.role = 'manager' AND u.team = c.team AND u.team != ''
			OR u.role = 'director')
		ORDER BY CASE WHEN u.id = {:named} THEN 0 WHEN u.id = {:author} THEN 1 WHEN u.id = c.owner THEN 2
			WHEN u.role = 'manager' AND u.team = c.team THEN 3 ELSE 4 END, u.created, u.id
		LIMIT 1`).Bind(dbx.Params{"customer": t.Customer, "named": t.Named, "author": t.Author}).All(&rows)
	if err != nil {
		return "", 0, fmt.Errorf("failed to find who is responsible: %w", err)
	}
	if len(rows) == 0 {
		return "", 0, nil
	}
	who, err := standIn(app, rows[0], today)
	if err != nil {
		return "", 0, err
	}
	if who.Locale == rules.English {
		locale = 1
	}
	return who.ID, locale, nil
}

// standIn follows the substitutes from somebody away to the first who is there; where nobody is, to the last of them.
func standIn(app core.App, who person, today rules.Day) (person, error) {
	asked := map[string]bool{who.ID: true}
	for who.isAway(today) && !asked[who.Substitute] {
		next, err := activePerson(app, who.Substitute)
		if err != nil || next == nil {
			return who, err
		}
		who = *next
		asked[who.ID] = true
	}
	return who, nil
}

// countTasks stores how many tasks of a customer are open.
func countTasks(app core.App, customer string) error {
	var count struct {
		Stored int `db:"stored"`
		Open   int `db:"open"`
	}
	err := app.DB().NewQuery(`SELECT open_tasks stored, (SELECT count(*) FROM tasks
		WHERE customer = {:id} AND status IN (` + OpenStatuses + `)) open FROM customers WHERE id = {:id}`).
		Bind(dbx.Params{"id": customer}).One(&count)
	if err != nil || count.Stored == count.Open {
		return err
	}
	return SetColumn(app, CollectionCustomers, FieldOpenTasks, count.Open, dbx.HashExp{core.FieldNameId: customer})
}
