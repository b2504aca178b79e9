package imports_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// A number stands twice in a file: the first row makes the order, whoever's it is and whenever it was.
func TestFirstRowOfANumberWins(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	first := app.Customer(testapp.Fields{"code": "A", "name": "甲公司"})
	second := app.Customer(testapp.Fields{"code": "B", "name": "乙公司"})
	rows := [][]string{{"B", "N-1", "2025-03-01", "7"}, {"A", "N-1", "2025-01-01", "8"}, {"A", "N-2", "2025-03-01", "9"}, {"B", "N-2", "2025-01-01", "10"}}
	result := run(t, app, crm.CollectionOrders, table([]string{"客户", "订单编号", "下单时间", "金额"}, rows...))
	want(t, result, "rows 4, created 2, updated 0, skipped 0, problems 2")
	wantProblems(t, result, "3 number in_use", "5 number in_use")
	sees(t, only(t, app, crm.CollectionOrders, "number", "N-1"), map[string]string{"customer": second.Id, "amount": "7"})
	sees(t, only(t, app, crm.CollectionOrders, "number", "N-2"), map[string]string{"customer": first.Id, "amount": "9"})
	settled(t, app)
}

func TestContactsAreMatched(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(testapp.Fields{"code": "A", "name": "甲公司"})
	other := app.Customer(testapp.Fields{"code": "B", "name": "乙公司"})
	header := []string{"所属客户", "姓名", "手机", "邮箱", "职位", "主要联系人"}
	first := table(header,
		[]string{"A", "张三", "138 0013 8000", "", "经理", "是"},
		[]string{"甲公司", "李四", "", "li@a.example", "", "否"},
		[]string{"B", "张三", "13800138000", "", "", ""},
		[]string{"A", "王五", "", "", "", ""},
		[]string{"A", "张三", "13800138000", "", "经理", "是"},
		[]string{"A", "张三", "13800138000", "", "总监", "是"},
	)
	result := run(t, app, crm.CollectionContacts, first)
	want(t, result, "rows 6, created 4, updated 0, skipped 0, problems 2")
	wantProblems(t, result, "6 name in_use", "7 name in_use")
	primary := only(t, app, crm.CollectionContacts, "title", "经理")
	sees(t, primary, map[string]string{"phone": "+8613800138000", "phone_masked": "138****8000", "is_primary": "true", "customer": customer.Id})
	sees(t, only(t, app, crm.CollectionContacts, "email", "li@a.example"), map[string]string{"is_primary": "false", "rev": "0"})
	sees(t, only(t, app, crm.CollectionContacts, "customer", other.Id), map[string]string{"is_primary": "true"})
	settled(t, app)

	second := table(header,
		[]string{"A", "张三丰", "+86 138-0013-8000", "", "", ""},
		[]string{"A", "李四", "", "LI@A.example", "主管", "是"},
		[]string{"A", "王五", "", "", "工程师", ""},
		[]string{"A", "王五", "13900139000", "", "", ""}, // another 王五 for all we know: this one has a phone
		[]string{"C", "赵六", "", "", "", ""},
	)
	result = run(t, app, crm.CollectionContacts, second)
	want(t, result, "rows 5, created 1, updated 3, skipped 0, problems 1")
	wantProblems(t, result, "6 customer not_found")
	sees(t, app.Reload(primary), map[string]string{"name": "张三丰", "title": "经理", "is_primary": "false", "rev": "1"})
	sees(t, only(t, app, crm.CollectionContacts, "title", "工程师"), map[string]string{"phone": ""})
	sees(t, only(t, app, crm.CollectionContacts, "title", "主管"), map[string]string{"is_primary": "true"})
	primaries, err := app.CountRecords(crm.CollectionContacts, dbx.HashExp{"customer": customer.Id, "is_primary": true})
	if err != nil || primaries != 1 {
		t.Errorf("the customer has %d primary contacts, want 1 (%v)", primaries, err)
	}
	if n := count(t, app, crm.CollectionTasks); n != 0 {
		t.Errorf("an import of contacts opened %d tasks", n)
	}
	settled(t, app)

	result = run(t, app, crm.CollectionContacts, table(header, []string{"A", "王五", "", "", "厂长", ""}))
	wantProblems(t, result, "2 name ambiguous")
}

// Two contacts with one switchboard number are told apart by their names.
func TestContactsWithOnePhone(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(testapp.Fields{"code": "A"})
	for _, name := range []string{"张三", "李四"} {
		app.Contact(customer, testapp.Fields{"name": name, "phone": "010-62345678"})
	}
	header := []string{"customer", "name", "phone", "title"}
	content := table(header, []string{"A", "李四", "01062345678", "经理"}, []string{"A", "张三", "01062345678", ""})
	want(t, run(t, app, crm.CollectionContacts, content), "rows 2, created 0, updated 1, skipped 1, problems 0")
	sees(t, only(t, app, crm.CollectionContacts, "name", "李四"), map[string]string{"title": "经理"})
}

// A contact that an import says has left hands over to the successor, and leaves no task: an import opens none.
func TestImportedContactLeaves(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(testapp.Fields{"code": "A"})
	app.Contact(customer, testapp.Fields{"name": "张三", "phone": "13800138000"})
	app.Contact(customer, testapp.Fields{"name": "李四", "phone": "13800138001"})
	content := table([]string{"所属客户", "姓名", "手机", "离职日期", "接任人"}, []string{"A", "张三", "13800138000", "2026.8.1", "李四"})
	want(t, run(t, app, crm.CollectionContacts, content), "rows 1, created 0, updated 1, skipped 0, problems 0")
	sees(t, only(t, app, crm.CollectionContacts, "name", "张三"), map[string]string{
		"is_primary": "false", "left_as_primary": "true", "left_on": "2026-08-01 00:00:00.000Z",
	})
	sees(t, only(t, app, crm.CollectionContacts, "name", "李四"), map[string]string{"is_primary": "true"})
	if n := count(t, app, crm.CollectionTasks); n != 0 {
		t.Errorf("the import opened %d tasks", n)
	}
	settled(t, app)
}

var followUpHeader = []string{"客户", "跟进时间", "跟进人", "跟进方式", "沟通内容", "客户反馈", "状态", "下一步行动", "下次跟进时间", "承诺事项", "结束时间"}

// History keeps its dates and authors, gets no marks, and opens no tasks but for a next step whose day is not past.
func TestImportedFollowUps(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	rep := app.User(crm.RoleRep, testapp.Fields{"name": "李雷"})
	customer := app.Customer(testapp.Fields{"code": "A", "preferred_channel": "wechat", "owner": rep.Id})
	content := table(followUpHeader,
		[]string{"A", "2025-03-01 09:30", "李雷", "电话", "谈了报价。", "负面", "已确认", "", "", "3天内回电", ""},
		[]string{"A", "2025/3/1 14:00", "已离职的小王", "电话", "谈了报价。", "积极", "待跟进", "发送样品", "2025-03-08", "", "2025-03-01 14:20"},
		[]string{"A", "2026-08-01T10:00:00+08:00", "小王", "Visit", "看了样品。", "Positive", "To follow up", "签合同", "2026年8月3日", "", ""},
		[]string{"A", "2025-03-01 09:30", "李雷", "电话", "谈了报价。", "负面", "已确认", "", "", "3天内回电", ""},
		[]string{"A", "2025-03-01 09:30", "李雷", "邮件", "另一种说法。", "负面", "已确认", "", "", "", ""},
	)
	planned := run(t, app, crm.CollectionFollowUps, content, dry)
	result := run(t, app, crm.CollectionFollowUps, content)
	want(t, result, "rows 5, created 3, updated 0, skipped 1, problems 1")
	want(t, planned, result.Summary())
	wantProblems(t, result, "6 started_at in_use")
	byRep := only(t, app, crm.CollectionFollowUps, "by", rep.Id)
	noMarks := map[string]string{"recorded_late": "false", "pace_exceeded": "false", "channel_mismatch": "false", "templated": "false"}
	for _, f := range []struct {
		field, value string
		fields       map[string]string
	}{
		{"by", rep.Id, map[string]string{"started_at": "2025-03-01 01:30:00.000Z", "by_name": "", "feedback": "negative", "direction": "out"}},
		{"by_name", "已离职的小王", map[string]string{"by": "", "started_at": "2025-03-01 06:00:00.000Z", "ended_at": "2025-03-01 06:20:00.000Z",
			"next_action_on": "2025-03-08 00:00:00.000Z", "status": "to_follow_up"}},
		{"by_name", "小王", map[string]string{"by": "", "started_at": "2026-08-01 02:00:00.000Z", "channel": "visit"}},
	} {
		record := only(t, app, crm.CollectionFollowUps, f.field, f.value)
		sees(t, record, f.fields)
		sees(t, record, noMarks)
		sees(t, record, map[string]string{"import": result.ID})
	}
	if n := count(t, app, crm.CollectionTasks); n != 1 {
		t.Errorf("the import opened %d tasks, want the one whose day is not past", n)
	}
	task := only(t, app, crm.CollectionTasks, "kind", crm.KindNextAction)
	sees(t, task, map[string]string{"title": "签合同", "assignee": rep.Id, "due_at": "2026-08-03 15:59:59.000Z"})
	sees(t, app.Reload(customer), map[string]string{"last_follow_up_at": "2026-08-01 02:00:00.000Z", "open_tasks": "1"})
	settled(t, app)

	app.Clock.Advance(time.Hour)
	again := run(t, app, crm.CollectionFollowUps, content)
	want(t, again, "rows 5, created 0, updated 0, skipped 4, problems 1")
	if n := count(t, app, crm.CollectionTasks); n != 1 {
		t.Errorf("importing again left %d tasks, want 1", n)
	}
	if app.Reload(byRep).GetString("updated") != byRep.GetString("updated") {
		t.Error("importing again changed a follow-up")
	}
}

// A next step that a later file puts off moves its task, and one that it settles ends it.
func TestImportedNextStepMoves(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(testapp.Fields{"code": "A"})
	row := func(status, action, on string) string {
		return table(followUpHeader, []string{"A", "2026-08-01 10:00", "小王", "电话", "看了样品。", "积极", status, action, on, "", ""})
	}
	run(t, app, crm.CollectionFollowUps, row("待跟进", "签合同", "2026-08-05"))
	want(t, run(t, app, crm.CollectionFollowUps, row("待跟进", "签合同", "2026-08-20")), "rows 1, created 0, updated 1, skipped 0, problems 0")
	sees(t, only(t, app, crm.CollectionTasks, "customer", customer.Id), map[string]string{"status": "open", "due_at": "2026-08-20 15:59:59.000Z"})
	settled(t, app)
	want(t, run(t, app, crm.CollectionFollowUps, row("已确认", "", "")), "rows 1, created 0, updated 1, skipped 0, problems 0")
	sees(t, only(t, app, crm.CollectionTasks, "customer", customer.Id), map[string]string{"status": "done"})
	settled(t, app)
}

func TestRelationsByEveryName(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(testapp.Fields{"code": "A-1", "credit_code": "91350100M000100Y43", "name": "北京信诺科技有限公司"})
	app.Customer(testapp.Fields{"name": "丙公司"})
	app.Customer(testapp.Fields{"name": "丙集团"})
	app.Customer(testapp.Fields{"name": "！！！"})
	contact := app.Contact(customer, testapp.Fields{"name": "张三", "phone": "13800138000", "email": "zhang@a.example"})
	app.Contact(customer, testapp.Fields{"name": "李四"})
	app.Contact(customer, testapp.Fields{"name": "李四"})

	tests := []struct{ text, customer, problem string }{
		{customer.Id, customer.Id, ""}, {"A-1", customer.Id, ""}, {"Ａ-1", customer.Id, ""}, {"91350100m000100y43", customer.Id, ""},
		{"北京信诺科技有限公司", customer.Id, ""}, {"北京信诺科技", customer.Id, ""}, {" 北京信諾科技（有限公司）", customer.Id, ""},
		{"丙", "", "customer ambiguous"}, {"丙公司", only(t, app, crm.CollectionCustomers, "name", "丙公司").Id, ""},
		{"？？？", "", "customer not_found"}, {"A-2", "", "customer not_found"}, {"", "", "customer validation_required"},
	}
	for i, tt := range tests {
		number := string(rune('a' + i))
		result := run(t, app, crm.CollectionOrders, table([]string{"客户", "订单号", "下单时间", "金额"}, []string{tt.text, number, "2026-07-01", "1"}))
		if tt.problem != "" {
			wantProblems(t, result, "2 "+tt.problem)
			continue
		}
		want(t, result, "rows 1, created 1, updated 0, skipped 0, problems 0")
		sees(t, only(t, app, crm.CollectionOrders, "number", number), map[string]string{"customer": tt.customer})
	}

	for i, tt := range []struct{ text, problem string }{
		{contact.Id, ""}, {"张三", ""}, {"138 0013 8000", ""}, {"+8613800138000", ""}, {"Zhang@A.example", ""},
		{"李四", "contact ambiguous"}, {"王五", "contact other_customer"},
	} {
		at := app.Clock.Now().Add(-time.Duration(i+1) * time.Hour).UTC().Format(time.RFC3339)
		result := run(t, app, crm.CollectionFollowUps, table(slices.Concat(followUpHeader[:2], followUpHeader[3:7], []string{"联系人"}),
			[]string{"A-1", at, "phone", "聊了聊。", "neutral", "confirmed", tt.text}))
		if tt.problem != "" {
			wantProblems(t, result, "2 "+tt.problem)
			continue
		}
		want(t, result, "rows 1, created 1, updated 0, skipped 0, problems 0")
		sees(t, only(t, app, crm.CollectionFollowUps, "import", result.ID), map[string]string{"contact": contact.Id})
	}
	settled(t, app)
}
