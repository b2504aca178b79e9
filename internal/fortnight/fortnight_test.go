// Package fortnight_test lets two weeks pass in a company, through the API and the jobs, and looks at everybody's day every morning.
package fortnight_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/imports"
	"touchbase/internal/testapp"
	"touchbase/jobs"
	"touchbase/rules"
)

// company is a team of a manager, three reps and a service engineer, and a director.
type company struct {
	*testapp.App
	t         *testing.T
	server    *testapp.Server
	people    map[string]*core.Record
	customers map[string]*core.Record
	names     map[string]string // id → the short name of a person or customer
	jobs      *jobs.Jobs        // run by hand, each at its time; nil while the server is down
}

// found begins on Monday, 15 February 2027, at nine: the last day of that month is the 28th.
func found(t *testing.T) *company {
	t.Helper()
	c := &company{App: testapp.New(t), t: t, people: map[string]*core.Record{}, customers: map[string]*core.Record{}, names: map[string]string{}}
	c.Clock.Advance(time.Date(2027, 2, 15, 9, 0, 0, 0, testapp.Zone).Sub(c.Clock.Now()))
	team := c.Team("华东")
	for name, role := range map[string]string{
		"director": crm.RoleDirector, "manager": crm.RoleManager, "wang": crm.RoleRep, "li": crm.RoleRep, "zhao": crm.RoleRep, "support": crm.RoleSupport,
	} {
		fields := testapp.Fields{"team": team.Id, "name": map[string]string{"wang": "王芳", "li": "李强", "zhao": "赵敏"}[name]}
		if fields["name"] == "" {
			fields["name"] = name
		}
		c.people[name] = c.User(role, fields)
		c.names[c.people[name].Id] = name
	}
	c.server = c.Serve()
	c.Jobs.Stop() // the schedule of the server
	c.jobs = jobs.Register(c, c.Clock)
	return c
}

// customer makes one of a person's, last talked to so many days ago.
func (c *company) customer(name, owner string, talked int, fields testapp.Fields) {
	c.t.Helper()
	all := testapp.Fields{"name": name + "有限公司", "code": name, "owner": c.people[owner].Id, "first_contact_on": c.Day(-talked - 30), "intent": "high", "need": "some"}
	for k, v := range fields {
		all[k] = v
	}
	record := c.Customer(all)
	c.customers[name], c.names[record.Id] = record, name
	c.FollowUp(record, testapp.Fields{"by": c.people[owner].Id, "started_at": c.At(-time.Duration(talked) * 24 * time.Hour)})
}

// runs lets a job run as the clock has it, unless the server is down.
func (c *company) runs(job string) {
	c.t.Helper()
	if c.jobs == nil {
		return
	}
	row, err := c.jobs.Run(job, crm.RunOptions{Cause: crm.RunSchedule})
	if err != nil || row.GetString(crm.FieldStatus) != crm.RunDone {
		c.t.Fatalf("%s: %v, %v", job, row, err)
	}
}

// until lets time pass, with every job at its time.
func (c *company) until(day int, clock string) {
	c.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", fmt.Sprintf("2027-02-%02d %s", day, clock), testapp.Zone)
	if err != nil {
		c.t.Fatal(err)
	}
	for {
		now := c.Clock.Now().In(testapp.Zone)
		next := now.Truncate(10 * time.Minute).Add(10 * time.Minute)
		if next.After(at) {
			c.Clock.Advance(at.Sub(now))
			return
		}
		c.Clock.Advance(next.Sub(now))
		c.runs("response")
		switch next.Format("15:04") {
		case "02:00":
			c.runs("tiers")
		case "07:00":
			c.runs("care")
		case "08:00":
			c.runs("digest")
		}
		if next.Minute() == 0 {
			c.runs("reminders")
		}
	}
}

// up starts the server again after some days: what was missed is made up, each job once.
func (c *company) up() {
	c.t.Helper()
	made := make(chan string, 100)
	c.OnRecordAfterUpdateSuccess(crm.CollectionJobRuns).BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString(crm.FieldCause) == crm.RunCatchUp && e.Record.GetString(crm.FieldStatus) == crm.RunDone {
			made <- e.Record.GetString(crm.FieldJob)
		}
		return e.Next()
	})
	started := jobs.Register(c, c.Clock)
	if err := started.Start(); err != nil {
		c.t.Fatal(err)
	}
	var all []string
	for range 5 {
		select {
		case job := <-made:
			all = append(all, job)
		case <-time.After(time.Minute):
			c.t.Fatalf("made up: %v and no more", all)
		}
	}
	started.Stop()
	slices.Sort(all)
	if want := []string{"care", "digest", "reminders", "response", "tiers"}; !slices.Equal(all, want) {
		c.t.Errorf("made up: %v, want %v", all, want)
	}
	c.jobs = jobs.Register(c, c.Clock)
}

// page is one of the answers of a day.
type page struct {
	Sections []struct {
		Section string
		Count   int
		Items   []struct{ Task, Customer map[string]any }
		More    string
	}
}

// day is somebody's day in short, a line an item: "section: customer task"; and how many of the imported customers are due.
func (c *company) day(who string) (lines []string, imported int) {
	c.t.Helper()
	read := func(after string) (p page) {
		body := c.server.Send(c.people[who], http.MethodGet, "/api/crm/today?limit=200&after="+url.QueryEscape(after), nil).Want(200).Body
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			c.t.Fatal(err)
		}
		return p
	}
	for _, s := range read("").Sections {
		for seen := 0; ; {
			for _, item := range s.Items {
				seen++
				id, _ := item.Customer["id"].(string)
				kind, _ := item.Task["kind"].(string)
				if c.names[id] == "" {
					imported++
				} else {
					lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: %s %s", s.Section, c.names[id], kind)))
				}
			}
			if s.More == "" {
				if seen != s.Count {
					c.t.Errorf("%s of %s has %d items and says %d", s.Section, who, seen, s.Count)
				}
				break
			}
			s = read(s.More).Sections[0]
		}
	}
	return lines, imported
}

// morning holds the day of everybody who is there against what it has to be; who is not named has nothing to do. Of the customers that
// were imported not more are due than come to a day, and no task is.
func (c *company) morning(day int, want map[string][]string) {
	c.t.Helper()
	c.until(day, "08:30")
	for _, who := range []string{"wang", "li", "zhao", "support", "manager", "director"} {
		if !c.Reload(c.people[who]).GetBool(crm.FieldActive) {
			continue
		}
		got, imported := c.day(who)
		if !slices.Equal(got, want[who]) {
			c.t.Errorf("on %d February the day of %s is\n\t%s\nnot\n\t%s", day, who, strings.Join(got, "\n\t"), strings.Join(want[who], "\n\t"))
		}
		if most := 40 * (day - 16); imported > most && !c.standsIn(who) {
			c.t.Errorf("on %d February %d of the imported customers are due for %s, more than %d", day, imported, who, most)
		}
	}
	tasks, err := c.CountRecords(crm.CollectionTasks, dbx.NewExp("customer IN (SELECT id FROM customers WHERE code LIKE 'IM%')"))
	if err != nil || tasks > 0 {
		c.t.Errorf("on %d February there are %d tasks of imported customers, %v", day, tasks, err)
	}
}

// standsIn tells whether somebody has another's day beside their own.
func (c *company) standsIn(who string) bool {
	ids, err := crm.StandsInFor(c, c.people[who].Id, rules.DayOf(c.Clock.Now(), testapp.Zone))
	if err != nil {
		c.t.Fatal(err)
	}
	return len(ids) > 0
}

// task finds the open task of a customer of a kind.
func (c *company) task(customer, kind string) *core.Record {
	c.t.Helper()
	record, err := c.FindFirstRecordByFilter(crm.CollectionTasks, "customer = {:c} && kind = {:k} && status != 'done' && status != 'cancelled'",
		map[string]any{"c": c.customers[customer].Id, "k": kind})
	if err != nil {
		c.t.Fatalf("%s has no open task %s: %v", customer, kind, err)
	}
	return record
}

func (c *company) does(who, customer, kind string, fields testapp.Fields) {
	c.t.Helper()
	all := testapp.Fields{"status": "done", "result": "已办妥"}
	for k, v := range fields {
		all[k] = v
	}
	c.server.Update(c.people[who], c.task(customer, kind), all).Want(200)
}

// touches holds the touch mode of a customer and the status of its one light touch against what they have to be.
func (c *company) touches(customer, mode, status string) {
	c.t.Helper()
	if got := c.Reload(c.customers[customer]).GetString(crm.FieldTouchMode); got != mode {
		c.t.Errorf("%s is touched in the mode %s, not %s", customer, got, mode)
	}
	tasks, err := c.FindAllRecords(crm.CollectionTasks, dbx.HashExp{crm.FieldCustomer: c.customers[customer].Id, crm.FieldKind: crm.KindLightTouch})
	if err != nil || len(tasks) != 1 || tasks[0].GetString(crm.FieldStatus) != status {
		c.t.Errorf("the light touches of %s are %v, %v; want one, %s", customer, tasks, err, status)
	}
}

// records has somebody record a contact made a minute ago.
func (c *company) records(who, customer string, fields testapp.Fields) {
	c.t.Helper()
	all := c.FollowUpFields(c.customers[customer], fields)
	if fields["started_at"] == nil {
		all["started_at"] = c.At(-time.Minute)
	}
	c.server.Create(c.people[who], crm.CollectionFollowUps, all).Want(200)
}

// notices are what somebody was told, "kind customer", oldest first.
func (c *company) notices(who string) []string {
	c.t.Helper()
	rows, err := c.FindRecordsByFilter(crm.CollectionNotifications, "user = {:u}", "created,@rowid", 0, 0, map[string]any{"u": c.people[who].Id})
	if err != nil {
		c.t.Fatal(err)
	}
	var lines []string
	for _, r := range rows {
		lines = append(lines, strings.TrimSpace(r.GetString("kind")+" "+c.names[r.GetString("customer")]))
	}
	return lines
}

func TestFortnight(t *testing.T) {
	t.Parallel()
	c := found(t)
	c.customer("精工", "wang", 5, nil)                                                   // visited
	c.customer("恒锐", "wang", 6, nil)                                                   // complains
	c.customer("泓川", "li", 4, nil)                                                     // whose buyer leaves
	c.customer("朗驰", "li", 8, nil)                                                     // whose contract runs out
	c.customer("朗月", "zhao", 3, nil)                                                   // with a birthday
	c.customer("静安", "zhao", 24, testapp.Fields{"intent": "unclear", "need": "vague"}) // falls silent
	buyer := c.Contact(c.customers["泓川"], testapp.Fields{"name": "孙经理", "phone": "13800001111"})
	c.Contact(c.customers["朗月"], testapp.Fields{"name": "周总", "birthday": "1988-02-29", "phone": "13800002222"})
	c.Make("contracts", testapp.Fields{"customer": c.customers["朗驰"].Id, "number": "HT-1", "status": "active", "starts_on": "2026-03-21", "ends_on": "2027-03-21"})

	// Monday, a visit with two promises, one of them for a colleague.
	c.until(15, "15:00")
	c.records("wang", "精工", testapp.Fields{
		"channel": "visit", "status": "to_follow_up", "next_action": "确认样品", "next_action_on": "2027-02-22",
		"commitments": "3个工作日内寄出样品 @李强\n周五前给出报价",
	})
	c.morning(16, map[string][]string{"wang": {"promises: 精工 promise"}, "li": {"promises: 精工 promise"}})

	// Tuesday, a complaint by phone.
	c.until(16, "10:00")
	c.records("support", "恒锐", testapp.Fields{
		"kind": "complaint", "direction": "in", "feedback": "negative", "mood": "dissatisfied", "purpose": "轴承异响",
	})
	c.morning(17, map[string][]string{"wang": {"promises: 精工 promise"}, "li": {"promises: 精工 promise"}, "support": {"deadlines: 恒锐 case"}})

	// Wednesday: the buyer leaves; 4,000 customers are imported; the complaint is answered.
	c.until(17, "09:30")
	c.server.Update(c.people["li"], buyer, testapp.Fields{"left_on": "2027-02-17"}).Want(200)
	c.does("support", "恒锐", "case", nil)
	c.imported(4000)
	c.morning(18, map[string][]string{"wang": {"promises: 精工 promise"}, "li": {"deadlines: 泓川 handover", "today: 精工 promise"}})

	// Thursday: the sample goes out in time. Li is asked to hand over and does.
	c.until(18, "09:00")
	c.does("li", "精工", "promise", nil)
	c.does("li", "泓川", "handover", nil)
	c.morning(19, map[string][]string{"wang": {"today: 精工 promise"}})

	// Friday: the quotation goes out. Zhao goes away, Wang stands in.
	c.until(19, "16:00")
	c.does("wang", "精工", "promise", nil)
	c.server.Update(c.people["director"], c.people["zhao"], testapp.Fields{"substitute": c.people["wang"].Id}).Want(200)
	c.server.Update(c.people["zhao"], c.people["zhao"], testapp.Fields{"away_until": "2027-02-26"}).Want(200)
	c.morning(22, map[string][]string{"wang": {"customers: 精工 next_action"}})

	// Monday: Wang confirms the sample. On Tuesday the server goes down for two days.
	c.until(22, "14:00")
	c.does("wang", "精工", "next_action", nil)
	c.morning(23, nil)
	c.until(23, "09:00")
	c.jobs = nil
	c.until(25, "09:00")
	c.up()
	c.morning(25, nil)
	c.until(25, "10:00")
	// Thursday: Li leaves; Wang takes over.
	c.server.Update(c.people["director"], c.people["li"], testapp.Fields{"substitute": c.people["wang"].Id}).Want(200)
	c.server.Update(c.people["director"], c.people["li"], testapp.Fields{"active": false}).Want(200)
	c.morning(26, map[string][]string{"wang": {"today: 朗驰 contract_renewal"}})
	// Friday: the silent customer orders.
	c.until(26, "15:00")
	c.touches("静安", "light", "open")
	c.Order(c.customers["静安"], 5000, nil)
	c.touches("静安", "recovering", "cancelled")
	c.morning(28, map[string][]string{"wang": {"overdue: 朗驰 contract_renewal", "today: 朗月 birthday"}})

	for who, want := range map[string][]string{
		"wang": {
			"task_done 精工", "task_due 精工", "standing_in", "task_due 精工", "birthday 朗月", "taken_over", "task_due 朗驰", "contract_ending 朗驰",
			"task_late 朗驰", "task_due 朗月",
		},
		"li":       {"task_given 精工", "task_due 泓川", "task_due 精工", "contract_ending 朗驰"},
		"manager":  {"negative_feedback 恒锐", "task_escalated 朗驰"},
		"zhao":     nil,
		"support":  nil, // the case was answered long before its time
		"director": nil,
	} {
		if got := c.notices(who); !slices.Equal(got, want) {
			t.Errorf("%s was told %v, not %v", who, got, want)
		}
	}
}

// imported imports so many customers of Wang's and Zhao's.
func (c *company) imported(n int) {
	c.t.Helper()
	var csv strings.Builder
	csv.WriteString("name,code,industry,size,first_contact_on,source,owner\n")
	for i := range n {
		owner := c.people["wang"]
		if i%2 == 1 {
			owner = c.people["zhao"]
		}
		fmt.Fprintf(&csv, "进口客户%d号公司,IM%d,34,51-100,2024-05-06,import,%s\n", i, i, owner.GetString("email"))
	}
	result, err := imports.Run(context.Background(), c, strings.NewReader(csv.String()), imports.Options{Kind: "customers", FileName: "客户.csv", By: c.people["manager"].Id}, c.Clock.Now())
	if err != nil || result.Created != n {
		c.t.Fatalf("%+v, %v", result, err)
	}
}
