package yeartest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// stored is what the program has about a customer.
type stored struct {
	*core.Record
	signals []signalRow // those that stand
	tasks   []taskRow
	tags    []string // the automatic ones
}

type signalRow struct {
	Customer string `db:"customer"`
	Signal   string `db:"signal"`
	Severity string `db:"severity"`
	RaisedAt string `db:"raised_at"`
}

type taskRow struct {
	Customer string `db:"customer"`
	Key      string `db:"key"`
	Kind     string `db:"kind"`
	Status   string `db:"status"`
	Cause    string `db:"cause"`
}

// judged is what the naive side says about a customer at a moment.
type judged struct {
	moment
	verdict
	*ledger
	history history
	scores  *scores
}

// aspect is one thing that both sides say.
type aspect struct {
	name    string
	naive   func(j judged) string
	program func(s *stored) string
	nightly bool // it stands only after the nightly job
}

func column(name string) func(*stored) string {
	return func(s *stored) string { return s.GetString(name) }
}

func dateColumn(name string) func(*stored) string {
	return func(s *stored) string { return text(s.GetDateTime(name).Time()) }
}

func momentColumn(name string) func(*stored) string {
	return func(s *stored) string { return stamp(s.GetDateTime(name).Time()) }
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateTime)
}

func moneyColumn(name string) func(*stored) string {
	return func(s *stored) string { return money(cents(s.GetFloat(name))) }
}

func money(cents int64) string { return strconv.FormatFloat(float64(cents)/100, 'f', 2, 64) }

func tasksOf(kind string) func(*stored) string {
	return func(s *stored) string {
		var list []string
		for _, t := range s.tasks {
			if t.Kind == kind {
				list = append(list, strings.TrimSpace(t.Key+" "+t.Status+" "+t.Cause))
			}
		}
		slices.Sort(list)
		return strings.Join(list, "\n")
	}
}

// aspects is everything that is compared, after every write and every night.
var aspects = []aspect{
	{name: "tier", naive: func(j judged) string { return j.verdict.tier }, program: column("tier")},
	{name: "value", naive: func(j judged) string { return j.value }, program: column("value")},
	{name: "potential", naive: func(j judged) string { return j.potential }, program: column("potential")},
	{name: "annual_purchase", naive: func(j judged) string { return money(j.annual) }, program: moneyColumn("annual_purchase")},
	{name: "silent", naive: func(j judged) string { return strconv.FormatBool(j.verdict.silent) }, program: column("silent")},
	{name: "silent_since", naive: func(j judged) string { return text(j.silentSince) }, program: dateColumn("silent_since")},
	{name: "touch_mode", naive: func(j judged) string { return j.touch }, program: column("touch_mode")},
	{name: "next_follow_up_on", naive: func(j judged) string { return text(j.next) }, program: dateColumn("next_follow_up_on")},
	{name: "last_follow_up_at", naive: func(j judged) string { return stamp(j.verdict.lastFollowUp) }, program: momentColumn("last_follow_up_at")},
	{name: "last_interaction_at", naive: func(j judged) string { return stamp(j.lastInteraction) }, program: momentColumn("last_interaction_at")},
	{name: "last_order_at", naive: func(j judged) string { return stamp(j.lastOrder) }, program: momentColumn("last_order_at")},
	{name: "window_orders", naive: func(j judged) string { return strconv.Itoa(j.windowOrders) }, program: column("window_orders")},
	{name: "window_amount", naive: func(j judged) string { return money(j.windowAmount) }, program: moneyColumn("window_amount")},
	{name: "products_bought", naive: func(j judged) string { return strings.Join(j.products, " ") }, program: func(s *stored) string {
		var products []string
		_ = s.UnmarshalJSONField("products_bought", &products)
		slices.Sort(products)
		return strings.Join(products, " ")
	}},
	{name: "light touches", naive: func(j judged) string { return j.taskList("light_touch") }, program: tasksOf("light_touch")},
	{name: "stage", naive: func(j judged) string { return j.stage() }, program: column("stage")},
	{name: "signals", naive: func(j judged) string { return j.signalList() }, program: func(s *stored) string {
		var list []string
		for _, r := range s.signals {
			list = append(list, r.Signal+" "+r.Severity)
		}
		slices.Sort(list)
		return strings.Join(list, ", ")
	}},
	{name: "since when a signal stands", naive: func(j judged) string { return j.raisedList() }, program: func(s *stored) string {
		var list []string
		for _, r := range s.signals {
			list = append(list, r.Signal+" "+strings.TrimSuffix(r.RaisedAt, ".000Z"))
		}
		slices.Sort(list)
		return strings.Join(list, ", ")
	}},
	{name: "risk", naive: func(j judged) string { return j.risk }, program: column("risk")},
	{name: "churn_cause", naive: func(j judged) string { return j.verdict.cause }, program: column("churn_cause")},
	{name: "segment", naive: func(j judged) string { return j.verdict.segment }, program: column("segment")},
	{name: "rfm", nightly: true, naive: func(j judged) string { return j.scores.String() }, program: func(s *stored) string {
		raw := s.GetString("rfm")
		if raw == "" || raw == "null" {
			return "null"
		}
		var v struct {
			R, F, M int
			Group   string
		}
		if err := json.Unmarshal([]byte(raw), &v); err != nil {
			return raw
		}
		return (&scores{r: v.R, f: v.F, m: v.M, group: v.Group}).String()
	}},
	{name: "win-backs", naive: func(j judged) string { return j.taskList("win_back") }, program: tasksOf("win_back")},
	{name: "automatic tags", naive: func(j judged) string { return strings.Join(automaticTags(j), ", ") }, program: func(s *stored) string {
		return strings.Join(s.tags, ", ")
	}},
	{name: "open_tasks", naive: nil, program: func(s *stored) string { return s.GetString("open_tasks") }},
}

// The names of the automatic tags.
var (
	cycleTags  = map[string]string{"weekly": "每周采购", "monthly": "每月采购", "quarterly": "季度采购", "yearly": "年度采购", "irregular": "不定期采购"}
	rhythmTags = map[string]string{"weekly": "每周沟通", "monthly": "每月沟通", "quarterly": "每季沟通"}
)

// automaticTags are the tags a customer should carry.
func automaticTags(j judged) (tags []string) {
	c := j.history.customer
	tags = append(tags, c.size+"人")
	if c.region != "" {
		tags = append(tags, "地区："+c.region)
	}
	if c.cycle != "" {
		tags = append(tags, cycleTags[c.cycle])
	}
	if product := j.mostBought(j.history.until(j.now)); product != "" {
		tags = append(tags, "常购："+product)
	}
	contacts := 0
	for _, f := range j.history.until(j.now).followUps {
		if inLast(j.age(f.started), 90) {
			contacts++
		}
	}
	switch {
	case contacts >= 12:
		tags = append(tags, rhythmTags["weekly"])
	case contacts >= 3:
		tags = append(tags, rhythmTags["monthly"])
	case contacts >= 1:
		tags = append(tags, rhythmTags["quarterly"])
	}
	if j.priceCauses(j.moment) >= 2 {
		tags = append(tags, "价格敏感")
	}
	slices.Sort(tags)
	return tags
}

// mostBought is the product in most counted orders of a year; of several the one bought last.
func (m moment) mostBought(h history) (product string) {
	count, last := map[string]int{}, map[string]time.Time{}
	for _, o := range h.orders {
		if o.counts() && o.product != "" && inLast(m.age(o.at), year) {
			count[o.product]++
			last[o.product] = latest(last[o.product], o.at)
		}
	}
	for name, n := range count {
		if n > count[product] || n == count[product] && last[name].After(last[product]) {
			product = name
		}
	}
	return product
}

// read gives what the program has about one customer, or about all.
func (w *walk) read(only ...*client) map[string]*stored {
	w.t.Helper()
	whose := func(column string) dbx.Expression {
		if len(only) == 0 {
			return dbx.NewExp("true")
		}
		return dbx.HashExp{column: only[0].id}
	}
	var customers []*core.Record
	var signals []signalRow
	var tasks []taskRow
	if err := errors.Join(
		w.app.RecordQuery("customers").AndWhere(whose("id")).All(&customers),
		w.app.DB().Select("customer", "signal", "severity", "raised_at").From("signals").Where(whose("customer")).
			AndWhere(dbx.HashExp{"cleared_at": ""}).OrderBy("signal").All(&signals),
		w.app.DB().Select("customer", "key", "kind", "status", "cause").From("tasks").Where(whose("customer")).OrderBy("key").All(&tasks),
	); err != nil {
		w.t.Fatal(err)
	}
	all := map[string]*stored{}
	for _, c := range customers {
		all[c.Id] = &stored{Record: c}
		for _, tag := range c.GetStringSlice("tags") {
			if name, automatic := w.automatic(tag); automatic {
				all[c.Id].tags = append(all[c.Id].tags, name)
			}
		}
		slices.Sort(all[c.Id].tags)
	}
	for _, s := range signals {
		all[s.Customer].signals = append(all[s.Customer].signals, s)
	}
	for _, t := range tasks {
		all[t.Customer].tasks = append(all[t.Customer].tasks, t)
	}
	return all
}

// automatic gives the name of a tag and whether rules set it.
func (w *walk) automatic(tag string) (string, bool) {
	w.t.Helper()
	r := w.tags[tag]
	if r == nil {
		r = w.get("tags", tag)
		w.tags[tag] = r
	}
	return r.GetString("name"), r.GetBool("automatic")
}

// compare holds what the program has about a customer against what the naive side says.
func (w *walk) compare(c *client, j judged, s *stored, night bool, when string) {
	w.t.Helper()
	for _, a := range aspects {
		if a.nightly && !night {
			continue
		}
		if a.naive == nil {
			a.naive = func(judged) string {
				n := 0
				for _, t := range s.tasks {
					if slices.Contains([]string{open, inProgress, delayed}, t.Status) {
						n++
					}
				}
				return strconv.Itoa(n)
			}
		}
		w.compared++
		if naive, program := a.naive(j), a.program(s); naive != program {
			w.differ(c, a.name, fmt.Sprintf("%s: %s of %s: the program says %q, by the history it is %q", when, a.name, c.id, program, naive))
		}
	}
}

// differ reports a difference, once a customer and aspect, and ends the test when there are many.
func (w *walk) differ(c *client, name, message string) {
	w.t.Helper()
	if w.differences[c.id+name] {
		return
	}
	w.differences[c.id+name] = true
	w.t.Error(message)
	if len(w.differences) <= 1 || w.dumped != c && len(w.differences) < 6 {
		w.dumped = c
		w.t.Log(w.dump(c))
	}
	if len(w.differences) >= 12 {
		w.t.Fatal("too many differences")
	}
}

// dump tells the history of a customer, with the last things that were done to it.
func (w *walk) dump(c *client) string {
	var b strings.Builder
	h := w.load(c)
	fmt.Fprintf(&b, "%+v\n", h.customer)
	for _, f := range h.followUps {
		fmt.Fprintf(&b, "  %s follow-up %s %s %s resume %s created %s %s\n", f.started.In(w.zone).Format(time.DateTime), f.feedback, f.mood, f.status,
			text(f.resume), f.created.In(w.zone).Format(time.DateTime), f.competitor)
	}
	for _, o := range h.orders {
		fmt.Fprintf(&b, "  %s order %s %s due %s paid %s cancelled %t\n", o.at.In(w.zone).Format(time.DateTime), money(o.cents), o.category,
			text(o.due), text(o.paid), o.cancelled)
	}
	fmt.Fprintf(&b, "  contacts %v contracts %v\n  cases %v\n  surveys %v\n  steps %v\n", h.contacts, h.contracts, h.cases, h.surveys, h.steps)
	for _, line := range c.log[max(0, len(c.log)-15):] {
		fmt.Fprintln(&b, "  did", line)
	}
	return b.String()
}
