package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/rules"
)

// plan makes a plan of the office's team.
func (o *office) plan(period string, fields testapp.Fields) *core.Record {
	o.t.Helper()
	all := testapp.Fields{"name": "三季度维护", "period": period, "team": o.team.Id, "owner": o.by["manager"].Id}
	maps.Copy(all, fields)
	return o.Make(crm.CollectionPlans, all)
}

// key makes a customer of tier A.
func (o *office) key(owner string, fields testapp.Fields) *core.Record {
	o.t.Helper()
	all := testapp.Fields{"owner": o.by[owner].Id, "intent": "high", "need": "strong"}
	maps.Copy(all, fields)
	customer := o.Reload(o.Customer(all))
	if customer.GetString("tier") != "A" {
		o.t.Fatalf("the customer is of tier %s", customer.GetString("tier"))
	}
	return customer
}

func (o *office) generate(as string, plan *core.Record, body testapp.Fields) testapp.Answer {
	o.t.Helper()
	return o.server.Send(o.by[as], http.MethodPost, "/api/crm/plans/"+plan.Id+"/generate", body)
}

func (o *office) progress(as string, plan *core.Record, query string) testapp.Answer {
	o.t.Helper()
	return o.server.Send(o.by[as], http.MethodGet, "/api/crm/plans/"+plan.Id+"/progress"+query, nil)
}

// lines gives the lines of a plan in the order of their days.
func (o *office) lines(plan *core.Record) []*core.Record {
	o.t.Helper()
	var lines []*core.Record
	if err := o.RecordQuery(crm.CollectionTasks).AndWhere(dbx.HashExp{"plan": plan.Id}).OrderBy("due_at", "id").All(&lines); err != nil {
		o.t.Fatal(err)
	}
	return lines
}

func dueOn(line *core.Record) rules.Day {
	return rules.DayOf(line.GetDateTime("due_at").Time(), testapp.Zone)
}

func wantCounts(t *testing.T, when string, answer testapp.Answer, counts map[string]int) {
	t.Helper()
	answer.Want(http.StatusOK)
	for name, want := range counts {
		if got, _ := answer.Data[name].(float64); int(got) != want {
			t.Errorf("%s: %s is %v, want %d: %s", when, name, answer.Data[name], want, answer.Body)
		}
	}
}

// TestGeneratePlan makes a quarter's lines for the customers of two people, every one with assignee, channel and a working day that is
// not past, shares them out over days and weeks, and adds nothing the second time, not even what somebody cancelled or deleted.
func TestGeneratePlan(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	policy, err := o.FindFirstRecordByFilter(crm.CollectionPolicy, "")
	if err != nil {
		t.Fatal(err)
	}
	policy.Set("holidays", []string{"2026-08-06", "2026-09-25"})
	policy.Set("workdays", []string{"2026-09-20"})
	if err := o.Save(policy); err != nil {
		t.Fatal(err)
	}
	for range 25 {
		o.key("rep", nil)
		o.key("colleague", nil)
	}
	o.key("stranger", nil)                              // of another team
	o.Customer(testapp.Fields{"owner": o.by["rep"].Id}) // of another tier
	plan := o.plan("2026-Q3", nil)
	first := o.generate("manager", plan, testapp.Fields{"tiers": []string{"A"}})
	lines := o.lines(plan)
	wantCounts(t, "the first time", first, map[string]int{"created": len(lines), "kept": 0, "deleted": 0, "unplaced": 0})
	if len(lines) < 100 {
		t.Fatalf("there are only %d lines", len(lines))
	}
	byDay, byWeek, titles := map[string]map[rules.Day]int{}, map[string]map[string]int{}, map[string]bool{}
	for _, line := range lines {
		customer, on, who := line.GetString("customer"), dueOn(line), line.GetString("assignee")
		titles[line.GetString("title")] = true
		owner := o.find(crm.CollectionCustomers, customer).GetString("owner")
		if who != owner && who != o.by["support"].Id || line.GetString("kind") != "maintenance" || line.GetString("by") != o.by["manager"].Id ||
			line.GetString("channel") == "" || line.GetString("status") != "open" {
			t.Errorf("a line is %v", line.PublicExport())
		}
		if on < rules.Date(2026, 8, 3) || on > rules.Date(2026, 9, 30) || on == rules.Date(2026, 8, 6) || on == rules.Date(2026, 9, 25) ||
			(on.Weekday() == time.Saturday || on.Weekday() == time.Sunday) && on != rules.Date(2026, 9, 20) {
			t.Errorf("a line is due on %s", on)
		}
		if byDay[who] == nil {
			byDay[who], byWeek[who] = map[rules.Day]int{}, map[string]int{}
		}
		byDay[who][on]++
		byWeek[who][rules.WeekOf(on)]++
	}
	if want := []string{"安排产品专家回访", "寄送新品试用装", "推送行业白皮书"}; !slices.Equal(slices.Sorted(maps.Keys(titles)), want) {
		t.Errorf("the lines are %v, want %v", slices.Sorted(maps.Keys(titles)), want)
	}
	for who, days := range byDay {
		total := 0
		for _, n := range days {
			total += n
		}
		share := total/41 + 1 // working days that are left
		for on, n := range days {
			if n > share+1 {
				t.Errorf("%s has %d lines on %s, of %d", who, n, on, total)
			}
		}
		for week, n := range byWeek[who] {
			if n > 5*share+2 {
				t.Errorf("%s has %d lines in week %s, of %d", who, n, week, total)
			}
		}
	}
	if got := o.find(crm.CollectionCustomers, lines[0].GetString("customer")).GetInt("open_tasks"); got < 1 {
		t.Errorf("the customer has %d open tasks", got)
	}
	o.server.Update(o.by["manager"], lines[0], testapp.Fields{"status": "cancelled"}).Want(http.StatusOK)
	o.server.Send(o.by["director"], http.MethodDelete, "/api/collections/tasks/records/"+lines[1].Id, nil).Want(http.StatusNoContent)
	o.server.Update(o.by["manager"], lines[2], testapp.Fields{"assignee": o.by["colleague"].Id, "title": "改成电话沟通"}).Want(http.StatusOK)
	wantCounts(t, "the second time", o.generate("director", plan, testapp.Fields{"tiers": []string{"A"}}),
		map[string]int{"created": 0, "kept": len(lines) - 1, "deleted": 1, "unplaced": 0})
	if got := o.Reload(lines[2]); got.GetString("title") != "改成电话沟通" || len(o.lines(plan)) != len(lines)-1 {
		t.Errorf("generating again changed %v", got.PublicExport())
	}
	o.key("rep", nil)
	if got := o.generate("manager", plan, testapp.Fields{"tiers": []string{"A"}}).Data["created"]; got == 0.0 {
		t.Error("a new customer got no lines")
	}
	notices, err := o.FindAllRecords(crm.CollectionNotifications, dbx.HashExp{"user": o.by["rep"].Id, "kind": "task_given"})
	if err != nil || len(notices) == 0 || len(notices) > 2 {
		t.Errorf("the rep was told %d times (%v)", len(notices), err)
	}
}

func (o *office) find(collection, id string) *core.Record {
	o.t.Helper()
	record, err := o.FindRecordById(collection, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return record
}

// TestPlanRespectsCustomersAndPeople goes by the channels customers want, not more often than the policy allows, and gives nothing to
// who is away.
func TestPlanRespectsCustomersAndPeople(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	likes := o.key("rep", testapp.Fields{"preferred_channel": "phone", "avoid_channels": []string{"wechat", "email", "online_meeting"}})
	theirs := o.key("colleague", testapp.Fields{"preferred_channel": "phone"})
	o.Contact(theirs, testapp.Fields{"preferred_channel": "wecom"})
	away, standIn := o.by["rep"], o.User(crm.RoleRep, testapp.Fields{"team": o.team.Id})
	o.set(away, testapp.Fields{"away_until": "2026-10-31 00:00:00.000Z", "substitute": standIn.Id})
	o.set(o.by["colleague"], testapp.Fields{"away_until": "2026-09-01 00:00:00.000Z"})
	o.set(o.by["support"], testapp.Fields{"away_until": "2026-12-01 00:00:00.000Z", "active": false})
	held := o.key("rep", nil)
	o.FollowUp(held, testapp.Fields{"by": o.by["rep"].Id, "status": "on_hold", "resume_on": "2026-09-10"})
	o.Make(crm.CollectionPlaybooks, testapp.Fields{"name": "每周", "tier": "A", "actions": []map[string]any{
		{"what": "每周电话", "every_days": 1, "channel": "phone", "role": "owner"}, {"what": "每日问候", "every_days": 2, "channel": "phone"},
	}})
	plan := o.plan("2026-Q3", nil)
	answer := o.generate("manager", plan, nil)
	perDay := map[string]int{}
	for _, line := range o.lines(plan) {
		channel, on := line.GetString("channel"), dueOn(line)
		if key := line.GetString("customer") + channel + on.String(); channel != "" {
			if perDay[key]++; perDay[key] > 1 {
				t.Errorf("too much on %s by %s", on, channel)
			}
		}
		switch line.GetString("customer") {
		case held.Id:
			if on < rules.Date(2026, 9, 10) {
				t.Errorf("a customer on hold is planned for %s", on)
			}
		case likes.Id:
			if !slices.Contains([]string{"phone", "visit"}, channel) || line.GetString("assignee") != standIn.Id {
				t.Errorf("a line for who likes the phone is %v", line.PublicExport())
			}
		case theirs.Id:
			if !slices.Contains([]string{"wecom", "online_meeting"}, channel) || on <= rules.Date(2026, 9, 1) || line.GetString("assignee") != o.by["colleague"].Id {
				t.Errorf("a line for who likes WeCom is on %s: %v", on, line.PublicExport())
			}
		}
	}
	// A contact on the phone a day there is room for; the second action, and what there are no days for, has none.
	if got, _ := answer.Data["unplaced"].(float64); got < 40 || answer.Data["created"].(float64) < 60 {
		t.Errorf("generated %s", answer.Body)
	}
}

func (o *office) set(record *core.Record, fields testapp.Fields) {
	o.t.Helper()
	if _, err := o.DB().Update(record.Collection().Name, dbx.Params(fields), dbx.HashExp{"id": record.Id}).Execute(); err != nil {
		o.t.Fatal(err)
	}
}

// TestPlanChoices plans for tiers or segments, for the whole company without a team, and for the pool by its managers or support.
func TestPlanChoices(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	own := o.key("rep", nil)
	pool := o.Customer(nil)
	abroad := o.key("stranger", nil)
	for name, tt := range map[string]struct {
		body  testapp.Fields
		team  string
		whose map[string]int
	}{
		"a segment":            {testapp.Fields{"segments": []string{"standard"}}, o.team.Id, map[string]int{own.Id: 1}},
		"another segment":      {testapp.Fields{"segments": []string{"churn_risk"}}, o.team.Id, nil},
		"of the whole company": {testapp.Fields{"tiers": []string{"A", "C"}}, "", map[string]int{own.Id: 1, pool.Id: 1, abroad.Id: 1}},
		"another tier":         {testapp.Fields{"tiers": []string{"C"}}, "", map[string]int{pool.Id: 1}},
	} {
		plan := o.plan("2026-Q3", testapp.Fields{"team": tt.team})
		answer := o.generate("director", plan, tt.body).Want(http.StatusOK)
		got := map[string]int{}
		for _, line := range o.lines(plan) {
			got[line.GetString("customer")] = 1
			if line.GetString("customer") == pool.Id && line.GetString("assignee") != o.by["support"].Id {
				t.Errorf("%s: nobody looks after the pool: %v", name, line.PublicExport())
			}
		}
		if !maps.Equal(got, tt.whose) {
			t.Errorf("%s: lines for %v, want %v: %s", name, got, tt.whose, answer.Body)
		}
	}
	for name, tt := range map[string]struct {
		plan  *core.Record
		body  any
		field string
		code  string
	}{
		"an unknown tier":    {o.plan("2026-Q3", nil), testapp.Fields{"tiers": []string{"Z"}}, "tiers", "unknown"},
		"no list":            {o.plan("2026-Q3", nil), testapp.Fields{"segments": "standard"}, "segments", "unreadable_text"},
		"an unknown field":   {o.plan("2026-Q3", nil), testapp.Fields{"groups": []string{"core"}}, "groups", "unknown_field"},
		"a period gone by":   {o.plan("2026-07", nil), nil, "period", "over"},
		"a week of holidays": {o.plan("2026-W31", nil), nil, "period", "over"},
	} {
		answer := o.server.Send(o.by["director"], http.MethodPost, "/api/crm/plans/"+tt.plan.Id+"/generate", tt.body).Want(http.StatusBadRequest)
		if answer.Codes()[tt.field] != tt.code {
			t.Errorf("%s: %s", name, answer.Body)
		}
	}
}

// TestPlanOnce makes each line once when several ask at the same moment.
func TestPlanOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 8 {
		o.key("rep", nil)
	}
	plan := o.plan("2026-09", nil)
	var wait sync.WaitGroup
	created := make([]float64, 4)
	for i := range created {
		wait.Add(1)
		go func() {
			defer wait.Done()
			answer := o.generate("manager", plan, nil)
			created[i], _ = answer.Data["created"].(float64)
			if answer.Status != http.StatusOK {
				t.Errorf("got %d: %s", answer.Status, answer.Body)
			}
		}()
	}
	wait.Wait()
	sum, keys := 0.0, map[string]bool{}
	for _, n := range created {
		sum += n
	}
	for _, line := range o.lines(plan) {
		keys[line.GetString("key")] = true
	}
	if len(keys) == 0 || len(keys) != len(o.lines(plan)) || int(sum) != len(keys) {
		t.Errorf("%v lines were created, there are %d of %d keys", created, len(o.lines(plan)), len(keys))
	}
}

// TestPlanRights lets the managers of its team and directors generate a plan, and who sees it follow it; everybody else finds nothing there.
func TestPlanRights(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mine := o.key("rep", nil)
	o.key("colleague", nil)
	plan := o.plan("2026-Q3", testapp.Fields{"goals": []map[string]any{{"goal": "satisfaction", "target": 9}}})
	o.Make(crm.CollectionSurveys, testapp.Fields{"customer": mine.Id, "nps": 3, "satisfaction": 4, "sent_at": o.Clock.Now().Add(-2 * time.Hour), "answered_at": o.Clock.Now().Add(-time.Hour)})
	for _, tt := range []struct {
		who                string
		generate, progress int
		figures            bool
	}{
		{"guest", 401, 401, false}, {"left", 403, 403, false}, {"stranger", 404, 404, false}, {"collaborator", 404, 404, false},
		{"other manager", 404, 404, false}, {"rep", 403, 200, false}, {"support", 403, 200, false}, {"manager", 200, 200, true},
		{"director", 200, 200, true}, {"superuser", 200, 200, true},
	} {
		before := len(o.lines(plan))
		if got := o.generate(tt.who, plan, nil); got.Status != tt.generate {
			t.Errorf("%s generates: %d %s", tt.who, got.Status, got.Body)
		} else if got.Status != 200 && len(o.lines(plan)) != before {
			t.Errorf("%s was refused, and there are lines", tt.who)
		}
		got := o.progress(tt.who, plan, "")
		if got.Status != tt.progress {
			t.Errorf("%s follows: %d %s", tt.who, got.Status, got.Body)
		}
		if got.Status != 200 {
			if strings.Contains(got.Body, plan.GetString("name")) || strings.Contains(got.Body, "satisfaction") {
				t.Errorf("%s is told %s", tt.who, got.Body)
			}
			continue
		}
		if told := strings.Contains(got.Body, `"actual":4`); told != tt.figures || !told && !strings.Contains(got.Body, `"not_for_role"`) {
			t.Errorf("%s is told of the goals: %s", tt.who, got.Body)
		}
	}
	for _, who := range []string{"director", "stranger"} {
		if got := o.server.Send(o.by[who], http.MethodPost, "/api/crm/plans/nowhere00000000/generate", nil); got.Status != http.StatusNotFound {
			t.Errorf("a %s finds a plan that is not there: %d", who, got.Status)
		}
	}
	// Whose customer goes to another team is not in what the plan's own team is told.
	o.set(mine, testapp.Fields{"team": o.by["stranger"].GetString("team"), "owner": o.by["stranger"].Id})
	for _, line := range o.lines(plan) {
		if line.GetString("customer") == mine.Id {
			o.set(line, testapp.Fields{"assignee": o.by["stranger"].Id})
		}
	}
	if got := o.progress("colleague", plan, "").Want(200).Body; strings.Contains(got, mine.Id) || strings.Contains(got, o.by["stranger"].Id) {
		t.Errorf("a colleague is told of the other team's customer: %s", got)
	}
	if got := o.progress("director", plan, "").Want(200).Body; !strings.Contains(got, o.by["stranger"].Id) {
		t.Errorf("a director is not told of all lines: %s", got)
	}
}

// TestPlanProgress counts what was done, late and put off, by person and week, and sums a week up.
func TestPlanProgress(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	customer := o.key("rep", nil)
	plan := o.plan("2026-08", testapp.Fields{"goals": []map[string]any{{"goal": "on_time_rate", "target": 90}, {"goal": "nps", "target": 30}}})
	line := func(day int, over testapp.Fields) *core.Record {
		fields := testapp.Fields{
			"customer": customer.Id, "kind": "maintenance", "title": fmt.Sprintf("第 %d 天", day), "plan": plan.Id, "assignee": o.by["rep"].Id,
			"due_at": time.Date(2026, 8, day, 18, 0, 0, 0, testapp.Zone),
		}
		maps.Copy(fields, over)
		return o.Make(crm.CollectionTasks, fields)
	}
	inTime, late, open := line(4, nil), line(5, nil), line(6, nil)
	line(12, testapp.Fields{"assignee": o.by["colleague"].Id})
	line(25, nil)
	o.Clock.Advance(2 * 24 * time.Hour) // Wednesday 5 August
	o.server.Update(o.by["rep"], inTime, testapp.Fields{"status": "done", "result": "好", "done_at": "2026-08-04 03:00:00.000Z"}).Want(http.StatusOK)
	o.Clock.Advance(24 * time.Hour)
	o.server.Update(o.by["rep"], late, testapp.Fields{"status": "done", "delay_reason": "客户出差"}).Want(http.StatusOK)
	o.Clock.Advance(24 * time.Hour) // Friday: what was due on Thursday is open
	var got crm.PlanProgress
	if err := json.Unmarshal([]byte(o.progress("manager", plan, "").Want(http.StatusOK).Body), &got); err != nil {
		t.Fatal(err)
	}
	if want := (crm.PlanCounts{Lines: 5, Done: 2, DoneLate: 1, Open: 3, Overdue: 1}); got.Total != want {
		t.Errorf("the plan stands at %+v, want %+v", got.Total, want)
	}
	if !slices.Contains(got.Reasons, crm.DelayReason{Reason: "客户出差", Lines: 1}) || !slices.Contains(got.Reasons, crm.DelayReason{Lines: 1}) {
		t.Errorf("the reasons are %v", got.Reasons)
	}
	if len(got.People) != 2 || len(got.Weeks) != 3 || got.Weeks[0].Week != "2026-W32" || got.Weeks[0].Lines != 3 {
		t.Errorf("by person and week: %+v, %+v", got.People, got.Weeks)
	}
	week := got.Week
	if want := map[string]int{"done": 2, "open": 1, "delayed": 2, "next": 1}; !maps.Equal(week.Counts, want) || week.Week != "2026-W32" {
		t.Errorf("the week %s is %v, want %v", week.Week, week.Counts, want)
	}
	if len(week.Open) != 1 || week.Open[0].ID != open.Id || week.Words["zh-CN"] != "2026-W32 周：完成 2 项，未完成 1 项，延期 2 项；下周 1 项。" || week.Words["en"] == "" {
		t.Errorf("the week is told as %v", week.Words)
	}
	goals := got.Goals
	if len(goals) != 2 || goals[0].Actual == nil || *goals[0].Actual != 33.3 || *goals[0].Missing != 56.7 || goals[0].Of != 3 {
		t.Errorf("the goals are %+v", goals)
	}
	if goals[1].Actual != nil || goals[1].Reason != crm.NoFigureYet || goals[1].Words["zh-CN"] == "" {
		t.Errorf("the goals are %+v", goals)
	}
	next := o.progress("manager", plan, "?week=2026-08-12").Want(http.StatusOK)
	if !strings.Contains(next.Body, `"week":"2026-W33","first":"2026-08-10"`) {
		t.Errorf("the next week is %s", next.Body)
	}
	o.progress("manager", plan, "?week=soon").Want(http.StatusBadRequest)
}

// TestGoals counts every figure from the records of the team.
func TestGoals(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	now := o.Clock.Now()
	c := o.Customer(testapp.Fields{"owner": o.by["rep"].Id, "first_contact_on": "2026-04-20"})
	o.Customer(testapp.Fields{"owner": o.by["rep"].Id, "first_contact_on": "2026-04-21"})
	d := o.Customer(testapp.Fields{"owner": o.by["stranger"].Id, "first_contact_on": "2026-04-20"})
	for i, of := range []*core.Record{c, c, d} {
		o.Order(of, 100, testapp.Fields{"ordered_at": time.Date(2026, 7, 10+i, 3, 0, 0, 0, time.UTC)})
		o.Make(crm.CollectionSurveys, testapp.Fields{"customer": of.Id, "nps": 10 - 4*i, "satisfaction": 9 - i, "sent_at": now.Add(-2 * time.Hour), "answered_at": now.Add(-time.Hour)})
	}
	for i, status := range []string{"renewed", "ended", "renewed", "active"} {
		o.Make(crm.CollectionContracts, testapp.Fields{
			"customer": c.Id, "number": fmt.Sprint("HT", i), "starts_on": "2025-07-01", "ends_on": "2026-07-15", "amount": 1, "status": status,
		})
	}
	o.Make(crm.CollectionCases, testapp.Fields{
		"customer": c.Id, "kind": "question", "subject": "问", "opened_at": now.Add(-10 * time.Hour), "responded_at": now.Add(-7 * time.Hour),
	})
	targets := map[string]float64{
		"renewal_rate": 85, "activation_rate": 50, "repurchase_rate": 100, "satisfaction": 9, "nps": 40, "response_hours": 2, "on_time_rate": 90,
	}
	want := map[string][2]float64{ // actual, missing
		"renewal_rate": {50, 35}, "activation_rate": {50, 0}, "repurchase_rate": {100, 0}, "satisfaction": {8.5, 0.5}, "nps": {0, 40}, "response_hours": {3, 1},
	}
	var goals []map[string]any
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		goals = append(goals, map[string]any{"goal": name, "target": targets[name]})
	}
	var got crm.PlanProgress
	if err := json.Unmarshal([]byte(o.progress("manager", o.plan("2026-Q3", testapp.Fields{"goals": goals}), "").Want(http.StatusOK).Body), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Goals) != len(targets) {
		t.Fatalf("there are %d goals", len(got.Goals))
	}
	for _, g := range got.Goals {
		figures, counted := want[g.Goal.Goal]
		if counted != (g.Actual != nil) || counted && (*g.Actual != figures[0] || *g.Missing != figures[1]) {
			t.Errorf("%s: %+v (%v, %v), want %v", g.Goal.Goal, g, deref(g.Actual), deref(g.Missing), figures)
		}
	}
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}
