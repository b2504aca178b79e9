package api_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/rules"
)

// firm is a random company, and every row of it that a day is read from.
type firm struct {
	*testapp.App
	t      *testing.T
	random *rand.Rand
	zone   *time.Location

	teams                              []string
	users, customers, tasks, followUps []*core.Record
}

func newFirm(t *testing.T, seed uint64) *firm {
	t.Helper()
	o := &firm{App: testapp.New(t), t: t, random: rand.New(rand.NewPCG(seed, 340)), zone: testapp.Zone}
	if seed%2 == 1 {
		o.zone, _ = time.LoadLocation("America/New_York")
		o.exec("UPDATE policy SET timezone = {:zone}", dbx.Params{"zone": o.zone.String()})
	}
	settings := o.Settings()
	settings.RateLimits.Enabled = false
	if err := o.Save(settings); err != nil {
		t.Fatal(err)
	}
	o.Clock.Advance(time.Duration(o.random.IntN(48*60)) * time.Minute)
	o.people()
	for range 45 {
		o.customer()
	}
	for i := range 110 {
		o.task(i)
	}
	o.reload()
	return o
}

func (o *firm) exec(query string, params dbx.Params) {
	o.t.Helper()
	if _, err := o.DB().NewQuery(query).Bind(params).Execute(); err != nil {
		o.t.Fatal(err)
	}
}

func (o *firm) reload() {
	for collection, records := range map[string]*[]*core.Record{
		"users": &o.users, "customers": &o.customers, "tasks": &o.tasks, "follow_ups": &o.followUps,
	} {
		var err error
		if *records, err = o.FindAllRecords(collection); err != nil {
			o.t.Fatal(err)
		}
	}
}

func pick[T any](o *firm, list ...T) T { return list[o.random.IntN(len(list))] }

// day is the date some days after today, in the policy's zone.
func (o *firm) day(days int) string {
	return o.Clock.Now().In(o.zone).AddDate(0, 0, days).Format(time.DateOnly)
}

// people are some of every role, in two teams or none, some of them inactive, some away, whoever stands in for them.
func (o *firm) people() {
	o.teams = []string{o.Team("North").Id, o.Team("South").Id, ""}
	o.User("director", nil) // who stays
	for _, role := range []string{"rep", "rep", "rep", "rep", "rep", "support", "support", "manager", "manager", "manager", "director"} {
		o.users = append(o.users, o.User(role, testapp.Fields{"team": pick(o, o.teams...), "locale": pick(o, "zh-CN", "en")}))
	}
	for _, user := range o.users {
		values := dbx.Params{"id": user.Id, "active": o.random.IntN(8) > 0, "substitute": "", "away": ""}
		if substitute := pick(o, o.users...); o.random.IntN(4) > 0 && substitute != user {
			values["substitute"] = substitute.Id
		}
		if o.random.IntN(2) == 0 {
			values["away"] = o.day(pick(o, -1, 0, 0, 5)) + " 00:00:00.000Z"
		}
		o.exec("UPDATE users SET active = {:active}, substitute = {:substitute}, away_until = {:away} WHERE id = {:id}", values)
	}
}

func (o *firm) somebody() string { return pick(o, o.users...).Id }

// customer makes one with whatever follow-ups; of some the judgement is then another one than the rules would come to.
func (o *firm) customer() {
	customer := o.Customer(testapp.Fields{"owner": o.somebody(), "first_contact_on": o.day(-o.random.IntN(50))})
	for range o.random.IntN(3) {
		fields := testapp.Fields{
			"started_at": o.Clock.Now().Add(-time.Duration(1+o.random.IntN(20*24)) * time.Hour), "by": customer.GetString("owner"),
			"feedback": pick(o, "positive", "neutral", "negative"), "status": pick(o, "confirmed", "to_follow_up", "on_hold"),
		}
		switch later := o.day(pick(o, 0, 0, 1, 4)); fields["status"] {
		case "to_follow_up":
			fields["next_action"], fields["next_action_on"] = "寄样品", later
		case "on_hold":
			fields["resume_on"] = later
		}
		o.FollowUp(customer, fields)
	}
	values := dbx.Params{
		"id": customer.Id, "collaborators": "[]", "assigned": "[]", "owner": customer.GetString("owner"), "team": pick(o, o.teams...), "stage": pick(o, "active", "active", "prospect", "archived"),
		"risk": pick(o, "stable", "warning", "churn_risk"), "tier": pick(o, "S", "A", "B", "C"), "next": o.Reload(customer).GetString("next_follow_up_on"),
	}
	if o.random.IntN(3) > 0 && !o.onHold(o.Reload(customer)) {
		values["next"] = o.day(pick(o, -40, -2, -2, -1, 0, 0, 1)) + " 00:00:00.000Z"
	}
	if o.random.IntN(10) == 0 {
		values["next"] = ""
	}
	if o.random.IntN(6) == 0 {
		values["owner"] = ""
	}
	for _, name := range []string{"collaborators", "assigned"} {
		if o.random.IntN(3) == 0 {
			values[name] = `["` + o.somebody() + `"]`
		}
	}
	o.exec(`UPDATE customers SET collaborators = {:collaborators}, assigned = {:assigned}, owner = {:owner}, team = {:team}, stage = {:stage},
		risk = {:risk}, tier = {:tier}, next_follow_up_on = {:next} WHERE id = {:id}`, values)
	o.customers = append(o.customers, customer)
}

// onHold reads it from the rows: the latest follow-up is on hold until a day to come.
func (o *firm) onHold(customer *core.Record) bool {
	all, err := o.FindAllRecords("follow_ups", dbx.HashExp{"customer": customer.Id})
	if err != nil {
		o.t.Fatal(err)
	}
	if len(all) == 0 {
		return false
	}
	latest := slices.MaxFunc(all, func(a, b *core.Record) int {
		return cmp.Or(cmp.Compare(a.GetString("started_at"), b.GetString("started_at")), cmp.Compare(a.GetString("created"), b.GetString("created")))
	})
	return latest.GetString("status") == "on_hold" && latest.GetString("resume_on")[:10] > o.day(0)
}

// task writes one beside the hooks, of any kind and in any state.
func (o *firm) task(i int) {
	hours := pick(o, -24*30, -30, -24, -3, -1, 0, 1, 2, 5, 12, 24, 40, 72, 80, 96, 24*60)
	due := o.Clock.Now().Add(time.Duration(hours) * time.Hour).Add(time.Duration(o.random.IntN(3)) * time.Minute)
	if o.random.IntN(3) == 0 { // the last second of a day, as those of a day are
		midnight := due.In(o.zone)
		if o.random.IntN(2) == 0 {
			midnight = o.Clock.Now().In(o.zone)
		}
		due = time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 23, 59, 59, 0, o.zone)
	}
	_, err := o.DB().Insert("tasks", dbx.Params{
		"id": fmt.Sprintf("task%011d", i), "customer": pick(o, o.customers...).Id, "title": fmt.Sprint("事", i), "due_at": crm.FormatMoment(due),
		"kind": pick(o, "next_action", "next_action", "next_action", "next_action", "promise", "promise", "promise", "maintenance", "win_back", "negative_feedback", "case", "handover", "birthday", "light_touch", "other"),
		"by":   pick(o, "", o.somebody()), "assignee": pick(o, "", o.somebody(), o.somebody(), o.somebody()), "priority": pick(o, "high", "normal", "low"),
		"status": pick(o, "open", "open", "in_progress", "delayed", "delayed", "done", "cancelled"), "created": crm.FormatMoment(o.Clock.Now()),
	}).Execute()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *firm) by(records []*core.Record, id string) *core.Record {
	i := slices.IndexFunc(records, func(r *core.Record) bool { return r.Id == id })
	if i < 0 {
		return nil
	}
	return records[i]
}

func (o *firm) isAway(user *core.Record) bool {
	until := user.GetString("away_until")
	return until != "" && until[:10] >= o.day(0)
}

// standIn is who does the work of somebody: the first of their substitutes who is there, and where none is, the last who could be asked.
func (o *firm) standIn(user *core.Record) *core.Record {
	asked := map[*core.Record]bool{}
	for o.isAway(user) {
		asked[user] = true
		next := o.by(o.users, user.GetString("substitute"))
		if next == nil || !next.GetBool("active") || asked[next] {
			break
		}
		user = next
	}
	return user
}

// sees says whether somebody sees a customer: access.md, once more.
func (o *firm) sees(viewer, customer *core.Record) bool {
	if viewer.IsSuperuser() || viewer.GetString("role") != "rep" {
		return viewer.IsSuperuser() || viewer.GetBool("active")
	}
	owner, team := customer.GetString("owner"), viewer.GetString("team")
	return viewer.GetBool("active") && (owner == viewer.Id || owner == "" || team != "" && customer.GetString("team") == team ||
		slices.Contains(customer.GetStringSlice("collaborators"), viewer.Id) || slices.Contains(customer.GetStringSlice("assigned"), viewer.Id))
}

// thing is one line of a day, and by what it is sorted.
type thing struct {
	line string
	key  string
}

// naive reads a day the slow way: every row, by the words of the page. who are those whose day it is; of one alone they may stand in.
func (o *firm) naive(viewer *core.Record, who []*core.Record, alone bool) map[string][]string {
	now, today := o.Clock.Now(), o.day(0)
	found := map[string][]thing{}
	dayOf := func(at time.Time) string { return at.In(o.zone).Format(time.DateOnly) }
	late := func(day string) int {
		a, _ := time.Parse(time.DateOnly, day)
		b, _ := time.Parse(time.DateOnly, today)
		return max(0, int(b.Sub(a).Hours()/24))
	}
	card := func(customer *core.Record) string {
		if !o.sees(viewer, customer) {
			return "hidden"
		}
		return customer.Id
	}
	mine := func(task *core.Record) *core.Record {
		person := cmp.Or(task.GetString("assignee"), task.GetString("by"))
		return o.by(who, person)
	}
	busy := map[string]bool{}
	nextStep := map[string]*core.Record{} // customer and person → the soonest next step due later today
	for pass := range 2 {
		for _, task := range o.tasks {
			customer, person, due := o.by(o.customers, task.GetString("customer")), mine(task), task.GetDateTime("due_at").Time()
			kind, on := task.GetString("kind"), dayOf(task.GetDateTime("due_at").Time())
			if person == nil || customer.GetString("stage") == "archived" || !slices.Contains([]string{"open", "in_progress", "delayed"}, task.GetString("status")) {
				continue
			}
			at, priority, section, key := task.GetString("due_at"), map[string]string{"high": "1", "normal": "2", "low": "3"}[task.GetString("priority")], "", ""
			switch {
			case slices.Contains([]string{"negative_feedback", "case", "win_back", "handover"}, kind):
				section, key = "deadlines", at+priority+task.Id
				busy[customer.Id] = true
			case !due.After(now):
				section, key = "overdue", priority+at+task.Id
				busy[customer.Id] = true
			case on == today:
				section, key = "today", at+priority+task.Id
			case kind == "promise" && on <= o.day(3):
				section, key = "promises", at+priority+task.Id
			default:
				continue
			}
			if step := customer.Id + person.Id; pass == 0 {
				if known := nextStep[step]; section == "today" && kind == "next_action" && (known == nil || key < known.GetString("due_at")+known.GetString("@p")+known.Id) {
					task.SetRaw("@p", priority)
					nextStep[step] = task
				}
				continue
			} else if _, due := o.due(who, alone, customer, busy); due && nextStep[step] == task && (alone || customer.GetString("owner") == person.Id) {
				continue // it stands with the customer
			}
			found[section] = append(found[section], thing{fmt.Sprintf("task %s of %s, %s, late %d, at %s", task.Id, card(customer), person.Id, late(on), at), key})
		}
	}
	for _, customer := range o.customers {
		standsIn, due := o.due(who, alone, customer, busy)
		if !due {
			continue
		}
		next, owner, step := customer.GetString("next_follow_up_on"), customer.GetString("owner"), ""
		doer := owner
		if alone {
			doer = who[0].Id
		}
		if task := nextStep[customer.Id+doer]; task != nil {
			step = task.Id
		}
		end, _ := time.ParseInLocation(time.DateOnly, next[:10], o.zone)
		line := fmt.Sprintf("customer %s, %s %t, late %d, at %s, step %s", customer.Id, owner, standsIn, late(next[:10]), crm.FormatMoment(end.AddDate(0, 0, 1).Add(-time.Second)), step)
		key := map[string]string{"churn_risk": "1", "warning": "2", "stable": "3"}[customer.GetString("risk")] +
			map[string]string{"S": "1", "A": "2", "B": "3", "C": "4"}[customer.GetString("tier")] + next + customer.Id
		found["customers"] = append(found["customers"], thing{line, key})
	}
	day := map[string][]string{}
	for section, things := range found {
		slices.SortFunc(things, func(a, b thing) int { return strings.Compare(a.key, b.key) })
		for _, one := range things {
			day[section] = append(day[section], one.line)
		}
	}
	return day
}

// due says whether a customer is due in somebody's day, and whether to whoever stands in.
func (o *firm) due(who []*core.Record, alone bool, customer *core.Record, busy map[string]bool) (standsIn, due bool) {
	next, owner := customer.GetString("next_follow_up_on"), o.by(o.users, customer.GetString("owner"))
	if owner == nil || next == "" || next[:10] > o.day(0) || customer.GetString("stage") == "archived" || busy[customer.Id] || o.onHold(customer) {
		return false, false
	}
	if o.by(who, owner.Id) != nil {
		return false, true
	}
	stands := alone && who[0].GetBool("active") && owner.GetBool("active") && o.isAway(owner) && o.standIn(owner).Id == who[0].Id && o.sees(who[0], customer)
	return true, stands
}

// read pages through a day over HTTP and puts it into the same words.
func (o *firm) read(server *testapp.Server, viewer *core.Record, query url.Values, limit int) map[string][]string {
	o.t.Helper()
	day := map[string][]string{}
	query.Set("limit", fmt.Sprint(limit))
	ask := func(after string) []any {
		query.Set("after", after)
		return server.Send(viewer, http.MethodGet, "/api/crm/today?"+query.Encode(), nil).Want(200).Data["sections"].([]any)
	}
	sections := ask("")
	for i, name := range []string{"deadlines", "overdue", "customers", "today", "promises"} {
		part := sections[i].(map[string]any)
		if part["section"] != name {
			o.t.Fatalf("section %d is %v", i, part["section"])
		}
		for {
			items := part["items"].([]any)
			for _, item := range items {
				day[name] = append(day[name], o.words(viewer, name, item.(map[string]any)))
			}
			more := part["more"].(string)
			if more == "" {
				break
			}
			if len(items) != limit {
				o.t.Fatalf("%s: a page of %d has %d", name, limit, len(items))
			}
			next := ask(more)
			if part = next[0].(map[string]any); len(next) != 1 || part["section"] != name {
				o.t.Fatalf("what follows %s is %v", name, next)
			}
		}
		if count := int(part["count"].(float64)); count != len(day[name]) {
			o.t.Errorf("%s has %d, and is said to have %d", name, len(day[name]), count)
		}
	}
	return day
}

func (o *firm) words(viewer *core.Record, section string, item map[string]any) string {
	id, task := "hidden", ""
	if card, shown := item["customer"].(map[string]any); shown {
		id = card["id"].(string)
		for name, value := range card {
			if want := o.by(o.customers, id).Get(name); fmt.Sprint(value) != fmt.Sprint(want) {
				o.t.Errorf("the card of %s says %s %v, stored is %v", id, name, value, want)
			}
		}
	}
	if record, shown := item["task"].(map[string]any); shown {
		task = record["id"].(string)
	}
	person := item["person"].(map[string]any)
	user := o.by(o.users, person["id"].(string))
	if person["name"] != user.GetString("name") || person["away"] != o.isAway(user) {
		o.t.Errorf("%s is %v", user.Id, person)
	}
	o.why(viewer, section, id, item)
	if item["kind"] == "customer" {
		return fmt.Sprintf("customer %s, %s %t, late %v, at %s, step %s", id, user.Id, item["stands_in"], item["days_late"], item["due_at"], task)
	}
	return fmt.Sprintf("task %s of %s, %s, late %v, at %s", task, id, user.Id, item["days_late"], item["due_at"])
}

// why holds the reasons of an item against what the rules say of the customer.
func (o *firm) why(viewer *core.Record, section, customer string, item map[string]any) {
	reasons := item["reasons"].([]any)
	if len(reasons) == 0 || item["words"] == "" || strings.Contains(item["words"].(string), "%!") {
		o.t.Fatalf("no reason: %v", item)
	}
	first := reasons[0].(map[string]any)
	if want := map[string]string{"deadlines": "deadline", "overdue": "overdue", "today": "due_today", "promises": "promised"}[section]; want != "" && first["rule"] != want {
		o.t.Errorf("of %s, the reason is %v", section, first)
	}
	if section != "customers" {
		return
	}
	next := o.by(o.customers, customer).GetString("next_follow_up_on")[:10]
	if first["next"] != next {
		o.t.Errorf("%s is due on %s, by reason of %v", customer, next, first)
	}
	a, err := crm.Explain(o, customer, o.Clock.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	words, language := next+" 跟进", rules.Chinese
	if viewer.GetString("locale") == "en" {
		words, language = "follow up on "+next, rules.English
	}
	if a.NextFollowUpOn.String() == next {
		words = a.Reasons[slices.IndexFunc(a.Reasons, func(r rules.Reason) bool { return r.Rule == rules.RuleNext })].Words(language)
	}
	if !strings.HasPrefix(item["words"].(string), words) {
		o.t.Errorf("%s is due since %q, want %q", customer, item["words"], words)
	}
}

// TestTodayIsTheNaiveReading makes up companies and asks everybody for everybody's day: who may is told, page by page, exactly what
// reading every row by the rules' words gives, in its order; who may not is refused.
func TestTodayIsTheNaiveReading(t *testing.T) {
	t.Parallel()
	total := map[string]int{}
	for seed := range uint64(6) {
		o := newFirm(t, seed)
		server := o.Serve()
		viewers := append(slices.Clone(o.users), o.Superuser())
		for _, viewer := range viewers {
			for _, user := range o.users {
				o.compare(server, viewer, "user", user.Id, []*core.Record{user}, total)
			}
			for _, team := range o.teams[:2] {
				var who []*core.Record
				for _, user := range o.users {
					if user.GetBool("active") && user.GetString("team") == team {
						who = append(who, user)
					}
				}
				o.compare(server, viewer, "team", team, who, total)
			}
		}
	}
	t.Log(total)
	for _, name := range []string{"deadlines", "overdue", "customers", "today", "promises", "user allowed", "user refused", "team allowed", "team refused", "stands in", "step", "hidden", "nothing"} {
		if total[name] < 5 {
			t.Errorf("only %d times: %s", total[name], name)
		}
	}
}

// compare asks for one day.
func (o *firm) compare(server *testapp.Server, viewer *core.Record, what, id string, who []*core.Record, total map[string]int) {
	o.t.Helper()
	role, team := viewer.GetString("role"), viewer.GetString("team")
	may := viewer.IsSuperuser() || viewer.GetBool("active") && (role == "director" || what == "user" && id == viewer.Id ||
		role == "manager" && team != "" && (what == "team" && id == team || what == "user" && who[0].GetString("team") == team))
	query := url.Values{what: {id}}
	if !may {
		total[what+" refused"]++
		server.Send(viewer, http.MethodGet, "/api/crm/today?"+query.Encode(), nil).Want(http.StatusForbidden)
		return
	}
	total[what+" allowed"]++
	if id == viewer.Id && o.random.IntN(2) == 0 {
		query = url.Values{}
	} else if id == team && o.random.IntN(2) == 0 {
		query.Set("team", "own")
	}
	got, want := o.read(server, viewer, query, pick(o, 1+o.random.IntN(4), 5+o.random.IntN(20), 200)), o.naive(viewer, who, what == "user")
	for _, name := range []string{"deadlines", "overdue", "customers", "today", "promises"} {
		if !slices.Equal(got[name], want[name]) {
			o.t.Errorf("%s %s asks for the day of %s %s: %s:\n%s\nwant\n%s", role, viewer.Id, what, id, name, strings.Join(got[name], "\n"), strings.Join(want[name], "\n"))
		}
		total[name] += len(want[name])
		for _, line := range want[name] {
			for word, sign := range map[string]string{"stands in": " true, late", "step": "step t", "hidden": "of hidden"} {
				if strings.Contains(line, sign) {
					total[word]++
				}
			}
		}
	}
	if len(want) == 0 {
		total["nothing"]++
	}
}
