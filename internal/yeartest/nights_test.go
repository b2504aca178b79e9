package yeartest_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"touchbase/internal/testapp"
)

// night runs the job at 02:00 and compares every customer.
func (w *walk) night() {
	w.t.Helper()
	w.run("tiers", false)
	m := w.moment()
	when := "night of " + text(m.today())
	var all []history
	for _, c := range w.clients {
		all = append(all, *c.known)
	}
	rated := w.rated
	w.rated = m.rate(all)
	rows := w.read()
	for _, c := range w.clients {
		if c.archived {
			continue
		}
		s := rows[c.id]
		if w.model == "rfm" { // the night judges first by the scores of the night before, and again where they change
			c.ledger.assess(m, c.id, m.judge(*c.known, rated[c.id]), false)
		}
		j := w.judge(c, *c.known, false)
		w.compare(c, j, s, true, when)
		w.noteSilence(c, s)
		w.note(j)
		if c.since.IsZero() { // from here on things are written as they happen
			c.since, c.early, c.reworked = m.today(), len(c.silences), false
		}
		w.calm(c, j, when)
		w.explained(c, j, s, when)
		c.written, c.judged, c.before = false, j.verdict, m
	}
	w.chained(rows, when)
	if w.nights()%10 == 0 {
		w.again(when, false)
	}
	w.remind()
}

func (w *walk) nights() int { return days(dateOf(testapp.Start, w.zone), w.moment().today()) }

func (w *walk) remind() {
	w.run("reminders", false)
	w.run("response", false)
	for _, c := range w.clients {
		if !c.archived {
			c.ledger.remind(w.app.Clock.Now())
		}
	}
}

// calm finds fault with a judgement that changed since last night although nothing was written: unless judging the same history
// at last night's moment gives what was judged then, it is not the date that changed it.
func (w *walk) calm(c *client, j judged, when string) {
	w.t.Helper()
	if c.written || c.before.zone == nil {
		return
	}
	essence := func(v verdict) string {
		return strings.Join([]string{v.tier, v.risk, v.touch, v.segment, v.signalList(), text(v.next)}, " ")
	}
	if essence(j.verdict) == essence(c.judged) || w.model == "rfm" { // whose scores depend on the others
		return
	}
	then := c.before.judge(j.history, w.rated[c.id])
	if essence(then) != essence(c.judged) {
		w.differ(c, "calm", fmt.Sprintf("%s: %s flaps without a write: %q, then %q", when, c.id, essence(c.judged), essence(j.verdict)))
	}
}

// chained looks at the records of judgements: no two signals of a kind stand at once, none ends before it began, and the tier changes
// of a customer are a chain.
func (w *walk) chained(rows map[string]*stored, when string) {
	w.t.Helper()
	var odd []string
	err := w.app.DB().NewQuery(`SELECT customer || ' ' || [[signal]] FROM signals WHERE cleared_at = '' GROUP BY customer, [[signal]] HAVING count(*) > 1
		UNION ALL SELECT id FROM signals WHERE cleared_at != '' AND cleared_at < raised_at`).Column(&odd)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(odd) > 0 {
		w.t.Errorf("%s: signals that cannot be: %v", when, odd)
	}
	var changes []struct {
		Customer string `db:"customer"`
		From     string `db:"from"`
		To       string `db:"to"`
	}
	if err := w.app.DB().NewQuery("SELECT customer, [[from]], [[to]] FROM tier_changes ORDER BY at, rowid").All(&changes); err != nil {
		w.t.Fatal(err)
	}
	last := map[string]string{}
	for _, change := range changes {
		if change.From != last[change.Customer] || change.To == change.From {
			w.t.Errorf("%s: %s went from %q to %q, having been %q", when, change.Customer, change.From, change.To, last[change.Customer])
		}
		last[change.Customer] = change.To
	}
	for _, c := range w.clients {
		if tier := rows[c.id].GetString("tier"); tier != last[c.id] {
			w.t.Errorf("%s: the last change of %s was to %q, it is %q", when, c.id, last[c.id], tier)
		}
	}
}

// again judges everybody once more, which changes nothing but, by day, the scores: their cut points are a night's.
func (w *walk) again(when string, byDay bool) {
	w.t.Helper()
	before := w.snapshot(byDay)
	row := w.run("tiers", true)
	if n := row.GetInt("changed"); n != 0 && !byDay {
		w.t.Errorf("%s: a run over all changed %d customers", when, n)
	}
	after := w.snapshot(byDay)
	for i := range max(len(before), len(after)) {
		if i >= len(before) || i >= len(after) || before[i] != after[i] {
			was, is := strings.Split(at(before, i), "\x00"), strings.Split(at(after, i), "\x00")
			w.t.Errorf("%s: a run over all changed in %s\n%q\nto\n%q", when, was[0], without(was, is), without(is, was))
			return
		}
	}
}

// without gives what one list has and another has not.
func without(list, other []string) (rest []string) {
	for _, s := range list {
		if !slices.Contains(other, s) {
			rest = append(rest, s)
		}
	}
	return rest
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}

// snapshot gives the rows of everything judged, but for the moment it was and, by day, the scores.
func (w *walk) snapshot(byDay bool) (lines []string) {
	w.t.Helper()
	for _, table := range []string{"customers", "tasks", "signals", "tier_changes"} {
		var rows []dbx.NullStringMap
		if err := w.app.DB().NewQuery("SELECT * FROM " + table + " ORDER BY id").All(&rows); err != nil {
			w.t.Fatal(err)
		}
		for _, row := range rows {
			var line []string
			for name, value := range row {
				if name != "assessed_at" && name != "updated" && (name != "rfm" || !byDay) {
					line = append(line, name+"="+value.String)
				}
			}
			slices.Sort(line)
			lines = append(lines, table+" "+row["id"].String+"\x00"+strings.Join(line, "\x00"))
		}
	}
	return lines
}

// conclude looks back on the whole time: every silence began once and ended once.
func (w *walk) conclude() {
	w.t.Helper()
	silences, told := 0, 0
	for _, c := range w.clients {
		if !slices.Equal(c.silences, c.ledger.silences) {
			w.t.Errorf("%s: silence %v, by the history %v", c.id, c.silences, c.ledger.silences)
		}
		silences += len(c.silences)
		if c.reworked || c.archived || w.byDay {
			continue // what was known then is no longer what is known now
		}
		told++
		begun := 0
		for _, what := range c.silences[c.early:] {
			if what == "begins" {
				begun++
			}
		}
		if want := w.moment().silencesSince(*c.known, c.since); begun != want {
			w.t.Errorf("%s fell silent %d times since %s, by its whole history %d times\n%s", c.id, begun, text(c.since), want, w.dump(c))
		}
	}
	w.t.Logf("%d customers, %d writes, %d comparisons, %d beginnings and ends of silence (%d customers told by their whole history)",
		len(w.clients), w.written, w.compared, silences, told)
	w.covered()
}

// covered finds fault with a year in which something never happened: what is not there cannot differ.
func (w *walk) covered() {
	w.t.Helper()
	for _, c := range w.clients {
		for name, n := range c.ledger.raises {
			w.seen["signal "+name] += n
		}
		for _, t := range c.ledger.tasks {
			if t.reopened > 0 {
				w.seen[t.kind+" reopened"]++
			}
		}
	}
	var lines []string
	for what, n := range w.seen {
		lines = append(lines, fmt.Sprintf("%s %d", what, n))
	}
	slices.Sort(lines)
	w.t.Log(strings.Join(lines, ", "))
	if w.clients[0].before.now.Sub(testapp.Start) < 300*24*time.Hour || w.t.Failed() {
		return // too short a time for everything
	}
	if os.Getenv("YEAR_SEED") != "" {
		return // not every year has everything
	}
	want := []string{
		"win_back open", "win_back done", "win_back cancelled", "win_back reopened", "light_touch open", "light_touch done", "light_touch cancelled",
		"light_touch reopened", "tag 价格敏感",
	}
	for name := range severities {
		want = append(want, "signal "+name)
	}
	for kind, values := range map[string][]string{
		"tier": {"S", "A", "B", "C"}, "value": {"high", "mid", "low"}, "potential": {"key", "potential", "watching"},
		"touch": {"normal", "light", "recovering"}, "risk": {"stable", "warning", "churn_risk"},
		"cause": {"", "price", "upgrade", "relationship", "service"}, "rfm": {"core", "potential", "normal", "dormant", "null"},
		"segment": {"high_value_stable", "high_value_potential", "standard", "churn_risk"}, "on hold": {"true", "false"},
	} {
		for _, value := range values {
			want = append(want, kind+" "+value)
		}
	}
	for name := range deeds {
		want = append(want, "deed "+name)
	}
	for _, what := range want {
		if w.seen[what] == 0 {
			w.t.Errorf("there was no %s in the whole time", what)
		}
	}
}

// note counts what a night found.
func (w *walk) note(j judged) {
	v := j.verdict
	group := "null"
	if j.scores != nil {
		group = j.scores.group
	}
	for kind, value := range map[string]string{
		"tier": v.tier, "value": v.value, "potential": v.potential, "touch": v.touch, "risk": v.risk, "segment": v.segment, "rfm": group,
		"on hold": strconv.FormatBool(v.onHold),
	} {
		w.seen[kind+" "+value]++
	}
	if v.risk == "churn_risk" {
		w.seen["cause "+v.cause]++
	}
	for _, t := range j.tasks {
		w.seen[t.kind+" "+t.status]++
	}
	if j.priceCauses(j.moment) >= 2 {
		w.seen["tag 价格敏感"]++
	}
}

// silencesSince counts the silences that began after a day, where all tiers allow the same.
func (m moment) silencesSince(h history, since date) (n int) {
	allowed := m.tiers["C"].silentAfter
	last := h.customer.firstContact
	count := func(to date) {
		if begins := last.AddDate(0, 0, allowed+1); begins.After(since) && !begins.After(to) {
			n++
		}
	}
	for _, i := range interactions(h.until(m.now)) {
		day := m.day(i.at)
		count(day.AddDate(0, 0, -1))
		last = day
	}
	count(m.today())
	return n
}
