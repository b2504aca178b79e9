package yeartest_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// walk is a company and the time that passes over it.
type walk struct {
	settings
	t   *testing.T
	app *testapp.App
	rng *rand.Rand

	clients     []*client
	staff       []string
	topics      []string
	reopened    map[string]int // how often each case was
	numbers     map[string]int
	tags        map[string]*core.Record
	rated       map[string]*scores
	differences map[string]bool
	dumped      *client
	compared    int
	written     int
	did         map[string]int
}

// client is a customer of the company.
type client struct {
	id, code string
	ledger   ledger
	phase    phase
	until    date // the phase lasts to
	level    float64
	log      []string
	known    *history // until the next write
	archived bool

	written  bool // since the last night
	reworked bool // something was entered late or changed: the history is not what it was
	judged   verdict
	before   moment // of the last night
	silent   bool
	silences []string // as the program stores them
	early    int      // how many of them there were
	since    date     // before this day
}

func (w *walk) moment() moment { return moment{w.settings, w.app.Clock.Now()} }

func (w *walk) pick(list ...string) string { return list[w.rng.IntN(len(list))] }

func (w *walk) chance(p float64) bool { return w.rng.Float64() < p }

// id gives a record an id of its own, the same in every run.
func (w *walk) id(collection string) string {
	w.numbers[collection]++
	return fmt.Sprintf("%.4s%011d", collection, w.numbers[collection])
}

// TestYear lets a year pass under the tier model of the contract, and shorter times under the others, in other zones and with
// tiers whose silence begins at other times.
func TestYear(t *testing.T) {
	t.Parallel()
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	uneven := map[string]tierRow{"S": {7, 12, 20}, "A": {15, 25, 0}, "B": {30, 40, 60}, "C": {45, 60, 90}}
	for _, test := range []struct {
		settings
		clients, nights int
		seed            uint64
	}{
		{settings{zone("Asia/Shanghai"), "value_potential", defaultTiers(), false}, 40, 365, 1},
		{settings{zone("America/New_York"), "rfm", defaultTiers(), false}, 20, 100, 2},
		{settings{zone("Asia/Shanghai"), "project", uneven, true}, 20, 60, 3},
		{settings{zone("Pacific/Auckland"), "service", uneven, true}, 20, 70, 4},
	} {
		t.Run(test.model, func(t *testing.T) {
			t.Parallel()
			if pendingAspects {
				test.model = "value_potential"
			}
			if more, err := strconv.ParseUint(os.Getenv("YEAR_SEED"), 10, 64); err == nil {
				test.seed += more
			}
			w := found(t, test.settings, test.seed)
			w.populate(test.clients)
			for range test.nights {
				w.day()
				w.night()
				if t.Failed() && len(w.differences) == 0 {
					break
				}
			}
			w.conclude()
		})
	}
}

// found makes the company's people and policy.
func found(t *testing.T, s settings, seed uint64) *walk {
	t.Helper()
	t.Logf("seed %d", seed)
	w := &walk{
		settings: s, t: t, app: testapp.New(t), rng: rand.New(rand.NewPCG(seed, 0)), reopened: map[string]int{}, numbers: map[string]int{},
		rated: map[string]*scores{}, differences: map[string]bool{}, did: map[string]int{}, tags: map[string]*core.Record{},
	}
	team := w.app.Team("华东")
	for _, role := range []string{crm.RoleRep, crm.RoleRep, crm.RoleRep, crm.RoleSupport, crm.RoleManager, crm.RoleDirector} {
		w.staff = append(w.staff, w.app.User(role, testapp.Fields{"id": w.id("users"), "team": team.Id}).Id)
	}
	for _, name := range []string{"谈价格", "報價單", "Price list", "交货时间", "做工"} {
		w.topics = append(w.topics, w.app.Make("tags", testapp.Fields{"id": w.id("tags"), "name": name, "group": "demand"}).Id)
	}
	w.change("policy", "id != ''", map[string]any{"timezone": s.zone.String(), "tier_model": s.model})
	for code, row := range s.tiers {
		w.change("tiers", "code = '"+code+"'", map[string]any{
			"cadence_days": row.cadence, "silent_after_days": row.silentAfter, "max_gap_days": row.maxGap,
		})
	}
	return w
}

func (w *walk) change(collection, filter string, fields map[string]any) {
	w.t.Helper()
	r, err := w.app.FindFirstRecordByFilter(collection, filter)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Load(fields)
	if err := w.app.Save(r); err != nil {
		w.t.Fatal(err)
	}
}

func (w *walk) run(job string, all bool) *core.Record {
	w.t.Helper()
	row, err := w.app.Jobs.Run(job, crm.RunOptions{Cause: crm.RunSchedule, All: all})
	if err != nil {
		w.t.Fatal(err)
	}
	if row.GetString("status") != crm.RunDone {
		w.t.Fatalf("the run of %s is %s", job, row.GetString("status"))
	}
	return row
}

// judge gives what the naive side says about a customer now, and takes note of it. The next date of an imported customer without
// a follow-up may be any of one cadence: it is taken from the program.
func (w *walk) judge(c *client, h history, s *stored, quiet bool) judged {
	m := w.moment()
	v := m.judge(h, w.rated[c.id])
	if program := s.GetDateTime("next_follow_up_on").Time(); !v.spreadTo.IsZero() && !program.Before(v.next) && !program.After(v.spreadTo) {
		v.next = program
	}
	c.ledger.assess(m, c.id, v, quiet)
	return judged{m, v, &c.ledger, h, w.rated[c.id]}
}

// after compares a customer that was just written.
func (w *walk) after(c *client, quiet bool, what string) {
	w.t.Helper()
	w.written++
	c.written = true
	when := w.app.Clock.Now().In(w.zone).Format(time.DateTime)
	c.log = append(c.log, when+" "+what)
	s := w.read(c)[c.id]
	h := w.load(c)
	c.known, c.archived = &h, h.customer.stage == crm.StageArchived
	if c.archived {
		return
	}
	j := w.judge(c, h, s, quiet)
	w.compare(c, j, s, false, when+" after "+what)
	w.noteSilence(c, s)
}

func (w *walk) noteSilence(c *client, s *stored) {
	if is := s.GetBool("silent"); is != c.silent {
		c.silent = is
		c.silences = append(c.silences, map[bool]string{true: "begins", false: "ends"}[is])
	}
}

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
	w.rated = m.rate(all)
	rows := w.read()
	for _, c := range w.clients {
		if c.archived {
			continue
		}
		s := rows[c.id]
		j := w.judge(c, *c.known, s, false)
		w.compare(c, j, s, true, when)
		w.noteSilence(c, s)
		if c.since.IsZero() { // from here on things are written as they happen
			c.since, c.early, c.reworked = m.today(), len(c.silences), false
		}
		w.calm(c, j, when)
		w.explained(c, j, s, when)
		c.written, c.judged, c.before = false, j.verdict, m
	}
	w.chained(rows, when)
	if w.nights()%10 == 0 {
		w.again(when)
	}
	w.remind()
}

func (w *walk) nights() int { return days(dateOf(testapp.Start, w.zone), w.moment().today()) }

func (w *walk) remind() {
	w.run("reminders", false)
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
	if !then.spreadTo.IsZero() {
		then.next = c.judged.next
	}
	if essence(then) != essence(c.judged) {
		w.differ(c, "calm", fmt.Sprintf("%s: %s flaps without a write: %q, then %q", when, c.id, essence(c.judged), essence(j.verdict)))
	}
}

// explained finds fault with a customer that is due for no reason that is told.
func (w *walk) explained(c *client, j judged, s *stored, when string) {
	w.t.Helper()
	var reasons []map[string]any
	if err := s.UnmarshalJSONField("tier_reason", &reasons); err != nil {
		w.t.Fatal(err)
	}
	named := slices.ContainsFunc(reasons, func(r map[string]any) bool { return r["rule"] != nil && r["rule"] != "" })
	if due := !j.next.After(j.today()); due && !named {
		w.differ(c, "reasons", fmt.Sprintf("%s: %s is due and nothing says why: %s", when, c.id, s.GetString("tier_reason")))
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

// again judges everybody once more, which changes nothing.
func (w *walk) again(when string) {
	w.t.Helper()
	before := w.snapshot()
	row := w.run("tiers", true)
	if os.Getenv("YEAR_PRICE") != "" {
		return
	}
	if n := row.GetInt("changed"); n != 0 {
		w.t.Errorf("%s: a run over all changed %d customers", when, n)
	}
	after := w.snapshot()
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

// snapshot gives the rows of everything judged, but for the moment it was.
func (w *walk) snapshot() (lines []string) {
	w.t.Helper()
	for _, table := range []string{"customers", "tasks", "signals", "tier_changes"} {
		var rows []dbx.NullStringMap
		if err := w.app.DB().NewQuery("SELECT * FROM " + table + " ORDER BY id").All(&rows); err != nil {
			w.t.Fatal(err)
		}
		for _, row := range rows {
			var line []string
			for name, value := range row {
				if name != "assessed_at" && name != "updated" {
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
	w.t.Logf("%d customers, %d writes, %d comparisons, %d beginnings and ends of silence (%d customers told by their whole history); %v",
		len(w.clients), w.written, w.compared, silences, told, w.did)
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
