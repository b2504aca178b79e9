package hooks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/rules"
)

// TestPlanningSaysWhat names, where a day is full, what is recorded and planned on it: when and whose, and nothing of what it is about.
func TestPlanningSaysWhat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.policy("contacts_per_day", 3)
	support := o.User(crm.RoleSupport, testapp.Fields{"locale": "en"})
	o.recorded(testapp.Fields{"content": "秘密内容", "started_at": o.At(-2 * time.Hour)})
	for range 3 {
		o.recorded(testapp.Fields{"feedback": "no_response", "started_at": o.At(-time.Hour)}) // together one
	}
	plan := func(fields testapp.Fields) testapp.Answer {
		return o.server.Create(support, "tasks", with(testapp.Fields{
			"customer": o.customer.Id, "title": "秘密计划", "kind": "maintenance", "channel": "phone", "due_at": o.At(3 * time.Hour),
		}, fields))
	}
	plan(testapp.Fields{"kind": "case"}).Want(200) // the answer to a case never counts
	plan(testapp.Fields{"assignee": o.manager.Id}).Want(200)
	answer := plan(nil).Want(400)
	if code := answer.Codes()["due_at"]; code != crm.CodePaceExceeded {
		t.Fatalf("a fourth call is refused with %q", code)
	}
	for _, want := range []string{
		"recorded at 08:00 (" + o.rep.GetString("name") + "), recorded at 09:00 (" + o.rep.GetString("name") + "), planned for 13:00 (" + o.manager.GetString("name") + ")",
		`"at":"2026-08-03T08:00:00+08:00"`, `"on":"2026-08-03"`,
	} {
		if !strings.Contains(answer.Body, want) {
			t.Errorf("the refusal does not say %s: %s", want, answer.Body)
		}
	}
	if strings.Contains(answer.Body, "秘密") {
		t.Errorf("the refusal tells what it is about: %s", answer.Body)
	}
	closed := o.find("tasks", plan(testapp.Fields{"status": "cancelled"}).Want(200).Text("id"))
	if code := o.server.Update(o.director, closed, testapp.Fields{"status": "open"}).Want(400).Codes()["due_at"]; code != crm.CodePaceExceeded {
		t.Errorf("taking up a task on a full day is refused with %q", code)
	}
}

// policy changes a field of the policy.
func (o *office) policy(field string, value any) {
	o.t.Helper()
	row := o.first("policy")
	row.Set(field, value)
	if err := o.Save(row); err != nil {
		o.t.Fatal(err)
	}
}

// TestRulesTaskMoves to the next working day with room, and stays where its deadline is in hours.
func TestRulesTaskMoves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.policy("holidays", []string{o.Day(3)})
	policy, err := crm.LoadPolicy(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []int{1, 2, 8} { // Tuesday, Wednesday; Thursday is a holiday
		o.server.Create(o.rep, "tasks", testapp.Fields{"customer": o.customer.Id, "title": "回访", "kind": "maintenance", "channel": "phone", "due_at": o.Day(day)}).Want(200)
	}
	today := rules.DayOf(o.Clock.Now(), policy.Zone)
	for _, c := range []struct {
		channel, kind string
		day, want     int
	}{
		{"phone", "light_touch", 0, 0}, {"phone", "light_touch", 1, 4}, {"wechat", "light_touch", 1, 1}, {"", "light_touch", 1, 1},
		{"phone", "light_touch", 5, 5}, // a Saturday somebody asked for is free
		{"phone", "win_back", 1, 1}, {"phone", "light_touch", 8, 9},
	} {
		key := strings.Join([]string{"test", c.channel, c.kind, o.Day(c.day)}, ":")
		err := crm.OpenTask(o, policy, crm.RuleTask{
			Key: key, Kind: c.kind, Customer: o.customer.Id, Priority: "normal", Channel: c.channel, DueAt: (today + rules.Day(c.day)).End(policy.Zone),
		}, o.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		task, err := crm.TaskByKey(o, key)
		if err != nil || task == nil {
			t.Fatalf("no task: %v", err)
		}
		want := c.channel
		if want == "" {
			want = "wechat" // as light touches are made
		}
		o.wantFields(task, map[string]string{"due_at": o.endOf(c.want), "channel": want})
		if err := o.Delete(task); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPromisesInHolidays counts working days by the policy's holidays and the days that make up for them.
func TestPromisesInHolidays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.policy("holidays", []string{o.Day(1), o.Day(2)})
	o.policy("workdays", []string{o.Day(5)}) // a Saturday
	for line, due := range map[string]int{"3个工作日内寄样品": 5, "within 4 working days": 7, "寄样品": 5, "3天内": 3} {
		o.wantFields(o.task(o.recorded(testapp.Fields{"commitments": line}), crm.KindPromise), map[string]string{"due_at": o.endOf(due)})
	}
}

// TestOpenPromisesAreOneQuery lists them through the API, and finds them by an index.
func TestOpenPromisesAreOneQuery(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	followUp := o.recorded(testapp.Fields{"commitments": "明天回电\n3天内寄样品\n月底前安装", "status": "to_follow_up", "next_action": "报价", "next_action_on": o.Day(1)})
	o.server.Update(o.rep, o.tasks(followUp, crm.KindPromise)[0], testapp.Fields{"status": "done"}).Want(200)
	path := "/api/collections/tasks/records?sort=due_at&filter=customer%3D%27" + o.customer.Id +
		"%27%26%26kind%3D%27promise%27%26%26(status%3D%27open%27%7C%7Cstatus%3D%27in_progress%27%7C%7Cstatus%3D%27delayed%27)"
	if total := o.server.Send(o.rep, "GET", path, nil).Want(200).Data["totalItems"]; total != 2.0 {
		t.Errorf("%v promises are open, want two", total)
	}
	var plan []struct {
		Detail string `db:"detail"`
	}
	err := o.DB().NewQuery("EXPLAIN QUERY PLAN SELECT * FROM tasks WHERE customer = {:c} AND kind = 'promise' AND (status = 'open' OR status = 'in_progress' OR status = 'delayed') ORDER BY due_at").
		Bind(dbx.Params{"c": o.customer.Id}).All(&plan)
	if err != nil || len(plan) == 0 || !strings.Contains(plan[0].Detail, "USING INDEX idx_tasks_customer") {
		t.Errorf("the open promises are found by %v, %v", plan, err)
	}
}

// TestStepDoneAsksForTheNext in the customer's reasons, until the next contact is recorded; not where the follow-up itself said so.
func TestStepDoneAsksForTheNext(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	asks := func() bool {
		t.Helper()
		a, err := crm.Explain(o, o.customer.Id, o.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range a.Reasons {
			if r.Rule == rules.RuleStepDone {
				return r.From.String() == "2026-08-03"
			}
		}
		return false
	}
	followUp, task := o.withStep(nil)
	if asks() {
		t.Error("a step still open is said to be done")
	}
	o.server.Update(o.rep, task, testapp.Fields{"status": "done"}).Want(200)
	if !asks() {
		t.Error("the reasons do not ask for the next step")
	}
	o.server.Update(o.rep, task, testapp.Fields{"status": "open"}).Want(200)
	if asks() {
		t.Error("the reasons ask for the next step though this one is open again")
	}
	o.server.Update(o.rep, followUp, testapp.Fields{"status": "confirmed"}).Want(200)
	o.wantFields(task, map[string]string{"status": "done"})
	if asks() {
		t.Error("the reasons ask for a step where the follow-up says there is none")
	}
	o.Clock.Advance(time.Hour)
	_, second := o.withStep(nil)
	o.server.Update(o.rep, second, testapp.Fields{"status": "done"}).Want(200)
	if !asks() {
		t.Error("the reasons do not ask for the step after the second")
	}
	o.Clock.Advance(time.Hour)
	o.recorded(nil)
	if asks() {
		t.Error("the reasons ask though the next contact is recorded")
	}
}

// TestPrimaryMoves to another customer: the old one has none then and says so, the new one keeps its own.
func TestPrimaryMoves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other, empty := o.Customer(testapp.Fields{"owner": o.rep.Id}), o.Customer(testapp.Fields{"owner": o.rep.Id})
	theirs := o.Contact(other, nil)
	primary, second := o.Contact(o.customer, nil), o.Contact(o.customer, nil)
	misses := func() bool {
		return slices.Contains(o.Reload(o.customer).GetStringSlice("missing_info"), "contact")
	}
	if misses() {
		t.Error("a customer with a primary contact misses one")
	}
	o.server.Update(o.rep, primary, testapp.Fields{"customer": other.Id}).Want(200)
	o.wantFields(primary, map[string]string{"is_primary": "false"})
	o.wantFields(theirs, map[string]string{"is_primary": "true"})
	o.wantFields(second, map[string]string{"is_primary": "false"})
	if !misses() {
		t.Error("a customer without primary contact does not say so")
	}
	o.server.Update(o.rep, second, testapp.Fields{"is_primary": true}).Want(200)
	if misses() {
		t.Error("a new primary contact is not seen")
	}
	o.server.Update(o.rep, theirs, testapp.Fields{"customer": empty.Id}).Want(200)
	o.wantFields(theirs, map[string]string{"is_primary": "true"})
	// Who comes back to nobody's place is primary again; beside another they are not.
	o.server.Update(o.rep, second, testapp.Fields{"left_on": o.Day(0)}).Want(200)
	o.server.Update(o.rep, second, testapp.Fields{"left_on": ""}).Want(200)
	o.wantFields(second, map[string]string{"is_primary": "true"})
}
