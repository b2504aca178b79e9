package crm

import (
	"cmp"
	"context"
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
	Channel  string    // by which to get in touch; such a task moves to a day with room for a contact more
	Quiet    bool      // nobody is told of it
}

// ruleTitles are the titles of tasks that have no words of their own: Chinese, English. They quote no fact.
var ruleTitles = map[string][2]string{
	KindNegativeFeedback: {"回应客户的负面反馈", "Answer the customer's negative feedback"},
	KindHandover:         {"与新的对接人完成交接", "Hand over to the new contact"},
	KindCase:             {"处理客户的服务单", "See to the customer's case"},
	KindWinBack:          {"挽回客户：24 小时内联系", "Win the customer back: get in touch within a day"},
	KindLightTouch:       {"轻量触达：分享行业资讯，不推销", "Light touch: share industry news, no pitch"},
	KindBirthday:         {"为客户的一位联系人送上生日祝福", "Wish a contact of the customer a happy birthday"},
	KindAnniversary:      {"在客户的纪念日送上祝贺", "Congratulate the customer on its anniversary"},
	KindContractRenewal:  {"合同即将到期：与客户商谈续约", "A contract is running out: talk about its renewal"},
	KindProfileReview:    {"复盘名下客户的资料", "Review the profiles of your customers"},
	KindVerifyInfo:       {"核对客户资料中的疑点", "Check what is doubtful in the customer's details"},
}

// OpenTask makes a rule's task exist. One that is open stays as people have arranged it; one that the rule had
// ended by itself opens again; one that somebody did or cancelled stays closed.
func OpenTask(app core.App, policy *Policy, t RuleTask, now time.Time) error {
	task, err := TaskByKey(app, t.Key)
	if err != nil {
		return err
	}
	if task == nil {
		return newTask(app, policy, t, now)
	}
	if task.GetString(FieldResult) != endedByRule || IsOpen(task.GetString(FieldStatus)) {
		return nil
	}
	reopen(task)
	remindAnew(task)
	return giveTask(app, policy, t, task, now)
}

// newTask makes a rule's task where there is known to be none of its key.
func newTask(app core.App, policy *Policy, t RuleTask, now time.Time) error {
	collection, err := app.FindCachedCollectionByNameOrId(CollectionTasks)
	if err != nil {
		return err
	}
	task := core.NewRecord(collection)
	task.Load(map[string]any{
		FieldKey: t.Key, FieldKind: t.Kind, FieldRule: t.Kind, FieldCustomer: t.Customer, FieldFollowUp: t.FollowUp,
		FieldStatus: TaskOpen, FieldBy: t.GivenBy, FieldGivenBy: t.GivenBy, FieldCreated: now,
	})
	return giveTask(app, policy, t, task, now)
}

// giveTask gives a task to whoever is responsible, with the words and the deadline the rule has for it, and saves it.
func giveTask(app core.App, policy *Policy, t RuleTask, task *core.Record, now time.Time) error {
	assignee, locale, err := responsible(app, t, rules.DayOf(now, policy.Zone))
	if err != nil {
		return err
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
	channel := cmp.Or(t.Channel, task.GetString(FieldChannel))
	if channel == "" {
		if channel, err = touchChannel(app, t.Kind, t.Customer); err != nil {
			return err
		}
	}
	task.Set(FieldChannel, channel)
	if err := moveToFreeDay(app, task, policy); err != nil {
		return err
	}
	if t.Quiet {
		return saveTaskQuietly(app, task)
	}
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

// saveTask saves a task as the program. A rule's task is not refused, and what it names was looked up just now: validating it would
// look up each of them again.
func saveTask(app core.App, task *core.Record) error { return saveTaskWith(asSystem(), app, task) }

// saveTaskQuietly saves a task without telling anybody what it brings about.
func saveTaskQuietly(app core.App, task *core.Record) error {
	return saveTaskWith(asQuietSystem(), app, task)
}

func saveTaskWith(ctx context.Context, app core.App, task *core.Record) error {
	task.IgnoreUnchangedFields(true)
	if err := app.SaveNoValidateWithContext(ctx, task); err != nil {
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

// language is the index of their language in pairs of Chinese and English.
func (p person) language() int {
	if p.Locale == rules.English {
		return 1
	}
	return 0
}

// personColumns selects a person from users.
const personColumns = "id, locale, away_until, substitute"

// activePerson gives an active user, or none.
func activePerson(app core.App, id string) (*person, error) {
	if id == "" {
		return nil, nil
	}
	return firstPerson(app, "id = {:id} AND active", dbx.Params{"id": id})
}

// firstPerson gives the first of the users for whom a condition holds, the longest-standing, or none.
func firstPerson(app core.App, condition string, params dbx.Params) (*person, error) {
	var found person
	err := app.DB().NewQuery("SELECT " + personColumns + " FROM users WHERE " + condition + " ORDER BY created, id LIMIT 1").Bind(params).One(&found)
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
	who, err := firstResponsible(app, t)
	if err != nil || who == nil {
		return "", 0, err
	}
	if *who, err = standIn(app, *who, today); err != nil {
		return "", 0, err
	}
	return who.ID, who.language(), nil
}

// firstResponsible asks for each in turn; mostly the first is there, by its id.
func firstResponsible(app core.App, t RuleTask) (*person, error) {
	for _, id := range []string{t.Named, t.Author} {
		if who, err := activePerson(app, id); err != nil || who != nil {
			return who, err
		}
	}
	holds, err := Holds(app, t.Customer)
	if err != nil {
		return nil, err
	}
	hold := holds[t.Customer]
	if who, err := activePerson(app, hold.Owner); err != nil || who != nil {
		return who, err
	}
	if hold.Team != "" {
		who, err := firstPerson(app, "role = 'manager' AND team = {:team} AND active", dbx.Params{"team": hold.Team})
		if err != nil || who != nil {
			return who, err
		}
	}
	return firstPerson(app, "role = 'director' AND active", nil)
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
