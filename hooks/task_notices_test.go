package hooks_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// told gives what somebody was told since it was last asked for, as "kind: title", "!" first where it is urgent.
func (o *office) told(user *core.Record) []string {
	o.t.Helper()
	var notices []*core.Record
	err := o.RecordQuery(crm.CollectionNotifications).AndWhere(dbx.HashExp{"user": user.Id}).OrderBy("rowid").All(&notices)
	if err != nil {
		o.t.Fatal(err)
	}
	list := []string{}
	for _, n := range notices {
		line := n.GetString("kind") + ": " + n.GetString("title")
		if n.GetBool("urgent") {
			line = "!" + line
		}
		list = append(list, line)
		if err := o.Delete(n); err != nil {
			o.t.Fatal(err)
		}
	}
	return list
}

// wantTold compares what somebody was told since it was last asked for.
func (o *office) wantTold(user *core.Record, want ...string) {
	o.t.Helper()
	if got := o.told(user); !slices.Equal(got, want) {
		o.t.Errorf("%s was told %q, want %q", user.GetString("name"), got, want)
	}
}

// TestTaskForAnother tells whoever gets a task of it, and whoever asked for it what becomes of it; nobody of what they did themselves.
func TestTaskForAnother(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.User(crm.RoleSupport, testapp.Fields{"name": "Ann", "locale": "en", "department": "technical"})
	task := func(fields testapp.Fields) *core.Record {
		fields = with(testapp.Fields{"customer": o.customer.Id, "title": "核对图纸", "kind": "other", "due_at": o.Day(3)}, fields)
		return o.find("tasks", o.server.Create(o.rep, "tasks", fields).Want(200).Text("id"))
	}
	task(testapp.Fields{"assignee": o.rep.Id})
	task(testapp.Fields{})
	o.FollowUp(o.customer, testapp.Fields{ // entered by the program in their name
		"by": o.rep.Id, "status": "to_follow_up", "next_action": "报价", "next_action_on": o.Day(1), "commitments": "明天回电",
	})
	o.wantTold(o.rep)

	task(testapp.Fields{"department": "technical"})
	o.wantTold(ann, "task_given: New task: 核对图纸")
	head := o.User(crm.RoleManager, testapp.Fields{"department": "technical"})
	task(testapp.Fields{"department": "technical"})
	o.wantTold(ann)
	o.wantTold(head, "task_given: 新任务：核对图纸")

	given := task(testapp.Fields{"assignee": ann.Id, "department": "technical"})
	o.wantTold(ann, "task_given: New task: 核对图纸")
	o.server.Update(ann, given, testapp.Fields{"status": "in_progress"}).Want(200)
	o.wantTold(o.rep)
	o.server.Update(ann, given, testapp.Fields{"due_at": o.Day(5), "postpone_reason": "图纸未到"}).Want(200)
	o.wantTold(o.rep, "task_postponed: 任务延期：核对图纸")
	o.server.Update(ann, given, testapp.Fields{"due_at": o.Day(4)}).Want(200) // earlier
	o.server.Update(ann, given, testapp.Fields{"status": "done", "result": "尺寸无误"}).Want(200)
	o.wantTold(o.rep, "task_done: 任务已完成：核对图纸")
	o.server.Update(ann, given, testapp.Fields{"result": "尺寸无误，已存档"}).Want(200)
	o.server.Update(ann, given, testapp.Fields{"status": "in_progress"}).Want(200)
	o.server.Update(o.manager, given, testapp.Fields{"status": "cancelled", "result": "不需要了"}).Want(200)
	o.wantTold(o.rep, "task_cancelled: 任务已取消：核对图纸")
	o.wantTold(ann, "task_cancelled: Task cancelled: 核对图纸")

	second := task(testapp.Fields{"assignee": ann.Id})
	o.told(ann)
	o.server.Update(o.rep, second, testapp.Fields{"assignee": o.manager.Id}).Want(200)
	o.wantTold(o.manager, "task_given: 新任务：核对图纸")
	o.server.Update(o.manager, second, testapp.Fields{"assignee": o.manager.Id, "status": "done"}).Want(200)
	o.wantTold(o.manager)
	o.wantTold(o.rep, "task_done: 任务已完成：核对图纸")
	o.wantTold(ann)
}

// TestPromiseForAnother tells a colleague of a promise, and its author when it is kept; the promise taken back, the colleague hears it.
func TestPromiseForAnother(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	li := o.User(crm.RoleSupport, testapp.Fields{"name": "李工"})
	followUp := o.recorded(testapp.Fields{"commitments": "明天回电 @李工\n3天内寄样品\n月底前安装 @李工"})
	o.wantTold(o.rep)
	o.wantTold(li, "task_given: 新任务：明天回电", "task_given: 新任务：月底前安装")
	o.server.Update(li, o.tasks(followUp, crm.KindPromise)[0], testapp.Fields{"status": "done"}).Want(200)
	o.wantTold(o.rep, "task_done: 任务已完成：明天回电")
	o.server.Update(o.rep, followUp, testapp.Fields{"commitments": "明天回电 @李工\n3天内寄样品"}).Want(200)
	o.wantTold(li, "task_cancelled: 任务已取消：月底前安装")
	o.wantTold(o.rep)
}

// TestClosingLate asks why a task is closed after its deadline.
func TestClosingLate(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	fresh := func(kind string) *core.Record {
		return o.Make("tasks", testapp.Fields{"customer": o.customer.Id, "assignee": o.rep.Id, "title": "回访", "kind": kind, "due_at": o.Clock.Now().Add(-time.Hour)})
	}
	for _, c := range []struct {
		kind  string
		write testapp.Fields
		field string // refused; empty: not
	}{
		{"other", testapp.Fields{"status": "done"}, "delay_reason"},
		{"other", testapp.Fields{"status": "cancelled"}, "delay_reason"},
		{"other", testapp.Fields{"status": "done", "delay_reason": " "}, "delay_reason"},
		{"other", testapp.Fields{"status": "done", "delay_reason": "等样品"}, ""},
		{"other", testapp.Fields{"status": "cancelled", "delay_reason": "项目停了"}, ""},
		{"other", testapp.Fields{"status": "done", "done_at": o.At(-2 * time.Hour)}, ""}, // in time, said later
		{"other", testapp.Fields{"status": "done", "done_at": o.At(time.Hour), "delay_reason": "等样品"}, "done_at"},
		{"other", testapp.Fields{"status": "delayed"}, ""},
		{"negative_feedback", testapp.Fields{"status": "cancelled", "delay_reason": "误记"}, "result"},
		{"negative_feedback", testapp.Fields{"status": "cancelled", "delay_reason": "误记", "result": "客户并无不满"}, ""},
	} {
		task := fresh(c.kind)
		answer := o.server.Update(o.rep, task, c.write)
		if got := answer.Codes(); c.field == "" && answer.Status != 200 || c.field != "" && (answer.Status != 400 || got[c.field] == "" || len(got) != 1) {
			t.Errorf("%s %v: %d %v, want a refusal of %q", c.kind, c.write, answer.Status, got, c.field)
		}
	}
	closed := fresh("other")
	o.server.Update(o.rep, closed, testapp.Fields{"status": "done", "delay_reason": "等样品"}).Want(200)
	o.server.Update(o.rep, closed, testapp.Fields{"result": "已寄"}).Want(200)
	if code := o.server.Update(o.rep, closed, testapp.Fields{"delay_reason": ""}).Want(400).Codes()["delay_reason"]; code != crm.CodeRequired {
		t.Errorf("taking the reason away is refused with %q", code)
	}
}

// TestPostponing asks why each time a task is put off.
func TestPostponing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	task := o.Make("tasks", testapp.Fields{"customer": o.customer.Id, "assignee": o.rep.Id, "title": "回访", "kind": "other", "due_at": o.Clock.Now().Add(time.Hour)})
	for i, c := range []struct {
		write     testapp.Fields
		refused   bool
		postponed string
	}{
		{testapp.Fields{"due_at": o.Day(2)}, true, "0"},
		{testapp.Fields{"due_at": o.Day(2), "postpone_reason": "  "}, true, "0"},
		{testapp.Fields{"due_at": o.Day(2), "postpone_reason": "对方出差"}, false, "1"},
		{testapp.Fields{"due_at": o.Day(3)}, true, "1"}, // the reason was for the last time
		{testapp.Fields{"due_at": o.Day(3), "postpone_reason": "对方出差"}, false, "2"},
		{testapp.Fields{"due_at": o.Day(1)}, false, "2"},
		{testapp.Fields{"title": "电话回访"}, false, "2"},
	} {
		who := o.rep
		if c.write["title"] != nil {
			who = o.director
		}
		answer := o.server.Update(who, task, c.write)
		if refused := answer.Status == 400 && answer.Codes()["postpone_reason"] == crm.CodeRequired; refused != c.refused || !refused && answer.Status != 200 {
			t.Errorf("step %d: %d %v", i, answer.Status, answer.Codes())
		}
		o.wantFields(task, map[string]string{"postponed": c.postponed})
	}
}

// TestManagerIsTold of negative feedback, a long pause and the third contact of a day, once each; not of what the manager did.
func TestManagerIsTold(t *testing.T) {
	t.Parallel()
	unhappy := func(o *office) string { return "!negative_feedback: 客户不满意：" + o.customer.GetString("name") }
	for _, c := range []struct {
		name string
		do   func(o *office)
		want func(o *office) []string
	}{
		{"negative feedback, edited later", func(o *office) {
			followUp := o.recorded(testapp.Fields{"feedback": "negative"})
			o.server.Update(o.rep, followUp, testapp.Fields{"purpose": "回访", "mood": "dissatisfied"}).Want(200)
		}, func(o *office) []string { return []string{unhappy(o)} }},
		{"a complaint", func(o *office) { o.recorded(testapp.Fields{"kind": "complaint", "mood": "dissatisfied"}) }, func(o *office) []string { return []string{unhappy(o)} }},
		{"found negative later", func(o *office) {
			o.server.Update(o.rep, o.recorded(nil), testapp.Fields{"feedback": "negative"}).Want(200)
		}, func(o *office) []string { return []string{unhappy(o)} }},
		{"content", func(o *office) { o.recorded(nil) }, func(*office) []string { return nil }},
		{"the manager's own", func(o *office) {
			o.server.Create(o.manager, "follow_ups", o.FollowUpFields(o.customer, testapp.Fields{"feedback": "negative"})).Want(200)
		}, func(*office) []string { return nil }},
		{"a pause of 180 days", func(o *office) { o.recorded(testapp.Fields{"status": "on_hold", "resume_on": o.Day(180)}) }, func(*office) []string { return nil }},
		{"a pause of 181 days", func(o *office) { o.recorded(testapp.Fields{"status": "on_hold", "resume_on": o.Day(181)}) }, func(o *office) []string {
			return []string{"long_hold: 长期搁置：" + o.customer.GetString("name")}
		}},
		{"two calls", func(o *office) { o.recorded(nil); o.recorded(nil) }, func(*office) []string { return nil }},
		{"four calls", func(o *office) {
			for range 4 {
				o.recorded(nil)
			}
		}, func(o *office) []string {
			return []string{"!pace_exceeded: 联系过于频繁：" + o.customer.GetString("name"), "!pace_exceeded: 联系过于频繁：" + o.customer.GetString("name")}
		}},
		{"three complaints", func(o *office) {
			for range 3 {
				o.recorded(testapp.Fields{"kind": "complaint"})
			}
		}, func(*office) []string { return nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			c.do(o)
			o.wantTold(o.manager, c.want(o)...)
			o.wantTold(o.director)
		})
	}
}

// TestNewSAsksADirector following a change, unless a director holds the customer already.
func TestNewSAsksADirector(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	best := testapp.Fields{"intent": "high", "need": "strong", "declared_annual_purchase": 600000.0}
	first := o.Customer(with(testapp.Fields{"owner": o.rep.Id}, best))
	o.wantFields(first, map[string]string{"tier": "S"})
	o.wantTold(o.director)
	o.server.Update(o.rep, o.customer, best).Want(200)
	o.wantTold(o.director, "tier_s: 新的 S 类客户，请加入协作："+o.customer.GetString("name"))
	o.server.Update(o.rep, o.customer, testapp.Fields{"need": "vague", "intent": "low"}).Want(200)
	o.server.Update(o.rep, o.customer, best).Want(200)
	o.wantTold(o.director, "tier_s: 新的 S 类客户，请加入协作："+o.customer.GetString("name")) // forgotten above, so told again
	held := o.Customer(testapp.Fields{"owner": o.rep.Id, "collaborators": []string{o.director.Id}})
	o.server.Update(o.rep, held, best).Want(200)
	o.wantTold(o.director)
	pinned := o.Customer(testapp.Fields{"owner": o.rep.Id})
	o.server.Update(o.director, pinned, testapp.Fields{"tier_pin": "S", "tier_pin_reason": "重点", "tier_pin_until": o.Day(30)}).Want(200)
	o.wantTold(o.director) // who did it
}

// TestOwnerChanges tells the new owner once, of everything.
func TestOwnerChanges(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.User(crm.RoleRep, testapp.Fields{"name": "旁人"})
	heir := o.User(crm.RoleRep, testapp.Fields{"name": "小陈"})
	for range 3 {
		o.server.Create(o.manager, "tasks", testapp.Fields{"customer": o.customer.Id, "assignee": o.rep.Id, "title": "回访", "kind": "other", "due_at": o.Day(1)}).Want(200)
	}
	o.told(o.rep)
	o.server.Update(o.director, o.customer, testapp.Fields{"owner": heir.Id}).Want(200)
	if body := o.first("notifications").GetString("body"); body != "未完成的任务和服务单：3；原负责人："+o.rep.GetString("name") {
		t.Errorf("the new owner reads %q", body)
	}
	o.wantTold(heir, "taken_over: 由你接手客户："+o.customer.GetString("name"))
	o.wantTold(o.manager)
	second := o.Customer(testapp.Fields{"owner": heir.Id})
	o.server.Update(o.director, heir, testapp.Fields{"active": false, "substitute": o.rep.Id}).Want(200)
	o.wantFields(second, map[string]string{"owner": o.rep.Id})
	if body := o.first("notifications").GetString("body"); body != "客户：2；未完成的任务和服务单：3" {
		t.Errorf("whoever takes over reads %q", body)
	}
	o.wantTold(o.rep, "taken_over: 由你接手 小陈 的工作")
	next := o.User(crm.RoleRep, testapp.Fields{"name": "小周", "away_until": o.Day(3), "substitute": o.manager.Id})
	o.told(o.manager)
	o.server.Update(o.director, o.rep, testapp.Fields{"active": false, "substitute": next.Id}).Want(200) // who is away
	o.wantTold(next, "taken_over: 由你接手 "+o.rep.GetString("name")+" 的工作")
	o.wantTold(o.manager, "taken_over: 由你接手 "+o.rep.GetString("name")+" 的工作")
	pool := o.Customer(nil)
	o.server.Send(next, "POST", "/api/crm/customers/"+pool.Id+"/take", nil).Want(200)
	o.wantTold(next) // who took it
}

// TestAway tells the substitute who they stand in for, gives them the new tasks of rules, and what people give the one away.
func TestAway(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	chen := o.User(crm.RoleRep, testapp.Fields{"name": "小陈", "team": o.team.Id})
	for _, day := range []int{1, 3, 9} {
		o.Make("tasks", testapp.Fields{"customer": o.customer.Id, "assignee": o.rep.Id, "title": "回访", "kind": "other", "due_at": o.Day(day)})
	}
	o.server.Update(o.director, o.rep, testapp.Fields{"away_until": o.Day(5), "substitute": chen.Id}).Want(200)
	if body := o.first("notifications").GetString("body"); body != "期间到期的任务：2，其中已逾期：0" {
		t.Errorf("the substitute reads %q", body)
	}
	o.wantTold(chen, fmt.Sprintf("standing_in: %s 外出至 %s，由你代理", o.rep.GetString("name"), o.Day(5)))
	o.server.Update(o.director, o.rep, testapp.Fields{"phone": "13800138000"}).Want(200)
	o.wantTold(chen)

	give := func(day int) {
		o.server.Create(o.manager, "tasks", testapp.Fields{"customer": o.customer.Id, "assignee": o.rep.Id, "title": "报价", "kind": "other", "due_at": o.Day(day)}).Want(200)
	}
	give(5)
	o.wantTold(chen, "task_given: 新任务：报价")
	give(6) // they are back by then
	o.wantTold(chen)
	o.wantTold(o.rep, "task_given: 新任务：报价", "task_given: 新任务：报价")
	o.server.Update(o.manager, o.Contact(o.customer, nil), testapp.Fields{"left_on": o.Day(0)}).Want(200)
	o.wantTold(chen, "!contact_left: 对接人离职：与新的对接人完成交接")
	o.wantTold(o.rep)
}

// TestWhoHearsOfATask has people do things with tasks at random: of each, everybody concerned but whoever did it hears once, and nobody
// else.
func TestWhoHearsOfATask(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	random := rand.New(rand.NewPCG(5, 5))
	second := o.User(crm.RoleDirector, nil)
	people := []*core.Record{o.director, second, o.manager, o.rep, o.User(crm.RoleSupport, nil)}
	anybody := func() *core.Record { return people[random.IntN(len(people))] }
	var tasks []*core.Record
	accepted := 0
	for range 150 {
		actor, kind := anybody(), "task_given"
		var want []string // ids
		var answer testapp.Answer
		if len(tasks) < 3 || random.IntN(10) == 0 {
			assignee := anybody()
			answer = o.server.Create(actor, "tasks", testapp.Fields{
				"customer": o.customer.Id, "title": "回访", "kind": "other", "due_at": o.Day(5), "assignee": assignee.Id,
			}).Want(200)
			tasks, want = append(tasks, o.find("tasks", answer.Text("id"))), []string{assignee.Id}
		} else {
			task := o.Reload(tasks[random.IntN(len(tasks))])
			by, assignee, wasOpen := task.GetString("by"), task.GetString("assignee"), crm.IsOpen(task.GetString("status"))
			actor = []*core.Record{o.director, second, o.find("users", assignee)}[random.IntN(3)]
			if wasOpen {
				want = []string{by, assignee}
			}
			switch random.IntN(5) {
			case 0:
				kind, answer = "task_done", o.server.Update(actor, task, testapp.Fields{"status": "done"})
			case 1:
				kind, answer = "task_cancelled", o.server.Update(actor, task, testapp.Fields{"status": "cancelled"})
				want = slices.DeleteFunc(want, func(string) bool { return task.GetString("status") == "cancelled" })
			case 2:
				answer, want = o.server.Update(actor, task, testapp.Fields{"status": "in_progress", "priority": task.GetString("priority")}), nil
			case 3:
				due := task.GetDateTime("due_at").Time().Add(time.Duration(random.IntN(7)-3) * time.Hour)
				if !due.After(task.GetDateTime("due_at").Time()) {
					want = nil
				}
				kind, answer = "task_postponed", o.server.Update(actor, task, testapp.Fields{"due_at": crm.FormatMoment(due), "postpone_reason": "对方出差"})
			case 4:
				next := anybody()
				answer, want = o.server.Update(actor, task, testapp.Fields{"assignee": next.Id}), nil
				if wasOpen && next.Id != assignee && next.Id != actor.Id {
					want = []string{next.Id}
				}
			}
		}
		if answer.Status != 200 {
			want = nil
		} else {
			accepted++
		}
		for _, user := range people {
			lines := o.told(user)
			hears := slices.Contains(want, user.Id) && user.Id != actor.Id
			if hears && (len(lines) != 1 || lines[0][:len(kind)] != kind) || !hears && len(lines) > 0 {
				t.Fatalf("%s: %s was told %q, want %s: %v", answer.Body, user.GetString("name"), lines, kind, hears)
			}
		}
	}
	if accepted < 80 {
		t.Errorf("only %d writes were accepted", accepted)
	}
}

// TestStandInDoesNotSeeTheCustomer: whoever stands in for a manager from another team hears that something is to be done, but not of whom.
func TestStandInDoesNotSeeTheCustomer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	far := o.User(crm.RoleRep, testapp.Fields{"team": o.Team("华南").Id})
	o.set(o.manager, "substitute", far.Id)
	o.set(o.manager, "away_until", o.Day(5))
	o.told(far)
	o.recorded(testapp.Fields{"feedback": "negative", "channel": "wechat"})
	told := o.told(far)
	if len(told) == 0 {
		t.Fatal("the stand-in was told nothing")
	}
	for _, line := range told {
		if strings.Contains(line, o.customer.GetString("name")) || !strings.Contains(line, "一位客户") {
			t.Errorf("the stand-in was told %q", line)
		}
	}
}

// TestLineOfAPlanByHand: whom somebody gives a task is told of it, also where it is a line of a plan.
func TestLineOfAPlanByHand(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	plan := o.Make(crm.CollectionPlans, testapp.Fields{"name": "三季度", "period": "2026-Q3", "team": o.team.Id, "owner": o.manager.Id})
	ann := o.User(crm.RoleSupport, testapp.Fields{"name": "Ann", "locale": "en"})
	o.server.Create(o.rep, "tasks", testapp.Fields{
		"customer": o.customer.Id, "title": "核对图纸", "kind": "other", "due_at": o.Day(3), "plan": plan.Id, "assignee": ann.Id,
	}).Want(200)
	o.wantTold(ann, "task_given: New task: 核对图纸")
}
