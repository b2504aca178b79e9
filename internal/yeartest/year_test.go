package yeartest_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

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
	seen        map[string]int // how often what was the case, or done
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
			// Other years: YEAR_SEED=7 go test ./internal/yeartest
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
		rated: map[string]*scores{}, differences: map[string]bool{}, seen: map[string]int{}, tags: map[string]*core.Record{},
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

// judge gives what the naive side says about a customer now, and takes note of it.
func (w *walk) judge(c *client, h history, quiet bool) judged {
	m := w.moment()
	v := m.judge(h, w.rated[c.id])
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
	j := w.judge(c, h, quiet)
	w.compare(c, j, s, false, when+" after "+what)
	w.noteSilence(c, s)
}

func (w *walk) noteSilence(c *client, s *stored) {
	if is := s.GetBool("silent"); is != c.silent {
		c.silent = is
		c.silences = append(c.silences, map[bool]string{true: "begins", false: "ends"}[is])
	}
}
