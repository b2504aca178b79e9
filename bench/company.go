package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/rules"
)

// What a company has, by its customers.
const (
	perCustomer  = 10 // follow-ups, and as many orders
	contactsEach = 2
	casesPer     = 2 // customers to a case, and to a survey sent
	userCount    = 300
	teamCount    = 12
	historyDays  = 3 * 365
)

// company makes up a company as it stands at a moment: the same one for the same size.
type company struct {
	*filler
	random *rand.Rand
	now    time.Time
	zone   *time.Location

	industries []string
	teams      []string
	reps       []string // user ids
	repTeams   []string // of the same place
	customers  []customer
	total      float64 // of the weights
}

// customer is what the rest of the company's rows are made from.
type customer struct {
	id, owner, team, contact string
	from, until              int // days before now: of the first contact, and since when nobody hears of them
	reach                    float64
}

// happening is that something happened with a customer at a moment (Unix seconds).
type happening struct {
	at       int64
	customer int32
	last     bool // of its kind with this customer
}

// fillCompany fills an empty, migrated app with customers and ten times as many follow-ups and orders over three years before now,
// spread unevenly: a few customers have hundreds, half have five or fewer. It writes raw rows: nothing is judged yet.
func fillCompany(ctx context.Context, app core.App, customers int, now time.Time, progress func(done, total int)) (err error) {
	total := customers * (1 + contactsEach + 2*perCustomer + 2/casesPer)
	done := 0
	f, err := newFiller(ctx, app, func(rows int) { done += rows; progress(done, max(done, total)) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	c := &company{filler: f, random: rand.New(rand.NewPCG(2026, 11)), now: now, zone: now.Location()}
	if c.industries, err = f.texts("SELECT id FROM industries WHERE length(code) = 2 ORDER BY code"); err != nil {
		return err
	}
	for _, step := range []func() error{
		c.people, func() error { return c.fillCustomers(customers) }, c.contacts, c.orders, c.followUps, c.cases, c.surveys, c.contracts,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (c *company) people() error {
	c.teams = c.ids(teamCount)
	err := c.fill(crm.CollectionTeams, "id name region created updated", teamCount, func(i int) []any {
		at := c.moment(c.start(historyDays))
		return []any{c.teams[i], fmt.Sprintf("销售%d部", i+1), regions[i%len(regions)], at, at}
	})
	if err != nil {
		return err
	}
	ids := c.ids(userCount)
	return c.fill(crm.CollectionUsers, "id email tokenKey name role team department active verified locale created updated", userCount, func(i int) []any {
		at, role, team := c.moment(c.start(historyDays)), crm.RoleRep, c.teams[i%teamCount]
		switch {
		case i < 2:
			role, team = crm.RoleDirector, ""
		case i < 2+2*teamCount:
			role = crm.RoleManager
		case i < 4*teamCount:
			role = crm.RoleSupport
		}
		if role == crm.RoleRep {
			c.reps, c.repTeams = append(c.reps, ids[i]), append(c.repTeams, team)
		}
		return []any{ids[i], fmt.Sprintf("user%d@bench.example", i), c.id() + c.id() + c.id(), surnames[i%len(surnames)] + givenNames[i/len(surnames)%len(givenNames)],
			role, team, "sales", true, true, "zh-CN", at, at}
	})
}

const customerColumns = `id name name_key code industry region size annual_revenue website address source first_contact_on owner team collaborators
	cooperation_since declared_annual_purchase purchase_cycle budget_range renewal_intent expected_cooperation pain_points core_need future_need
	long_term_goal custom_strategy decision_maker competitors intent need influence fit outlook preferred_channel notes verified_sources stage created updated`

func (c *company) fillCustomers(count int) error {
	c.customers = make([]customer, count)
	return c.fill(crm.CollectionCustomers, customerColumns, count, func(i int) []any {
		rep := c.random.IntN(len(c.reps))
		who := customer{id: c.id(), contact: c.id(), owner: c.reps[rep], team: c.repTeams[rep], from: historyDays - c.random.IntN(30)}
		if c.chance(0.4) {
			who.from = c.random.IntN(historyDays) // met since
		}
		if c.chance(0.05) {
			who.owner = "" // in the pool
		}
		if c.chance(0.2) {
			who.until = c.random.IntN(who.from + 1)
		}
		c.total += math.Exp(1.2 * c.random.NormFloat64()) // a few buy hundreds of times as much as most
		who.reach = c.total
		c.customers[i] = who
		name := fmt.Sprintf("%s%s%s%d有限公司", c.any(regions), c.any(nameWords), c.any(nameTrades), i)
		met, since := c.day(who.from), ""
		if c.chance(0.6) {
			since = c.day(who.from - c.random.IntN(who.from+1))
		}
		declared := 0.0
		if c.chance(0.5) {
			declared = float64(10_000 * (1 + c.random.IntN(80)))
		}
		collaborators := "[]"
		if c.chance(0.1) {
			collaborators = `["` + c.any(c.reps) + `"]`
		}
		at := c.moment(c.start(who.from).Add(10 * time.Hour))
		return []any{who.id, name, rules.NameKey(name), fmt.Sprintf("K%07d", i), c.any(c.industries), c.any(regions), c.any(sizes), 1_000_000 * c.random.IntN(90),
			fmt.Sprintf("https://www.k%07d.example", i), c.any(regions) + c.any(streets), "trade_show", met, who.owner, who.team, collaborators,
			since, declared, c.any(cycles), c.maybe(0.7, "年度二十万到五十万"), c.maybe(0.6, c.any(renewals)), c.maybe(0.5, c.any(wishes)), c.any(pains), c.maybe(0.8, c.any(wishes)),
			c.maybe(0.5, c.any(wishes)), c.maybe(0.4, c.any(wishes)), c.maybe(0.4, c.any(notes)), c.maybe(0.7, c.any(surnames)+"总，采购部"), c.maybe(0.3, c.any(rivals)),
			c.any(intents), c.any(needs), c.any(levels), c.any(levels), c.maybe(0.5, c.any(outlooks)), c.maybe(0.8, c.any(channels)), c.any(notes), `["official_website","customer"]`,
			crm.StageProspect, at, at}
	})
}

func (c *company) contacts() error {
	return c.fill(crm.CollectionContacts, `id customer name title phone phone_masked email email_masked wechat is_primary is_decision_maker left_on left_as_primary
		created updated`, contactsEach*len(c.customers), func(i int) []any {
		who, first := c.customers[i/contactsEach], i%contactsEach == 0
		id, left, wasPrimary := c.id(), "", false
		if first {
			id = who.contact
		} else if c.chance(0.05) {
			left, wasPrimary = c.day(c.random.IntN(who.from+1)), true
		}
		at := c.moment(c.start(who.from).Add(11 * time.Hour))
		return []any{id, who.id, c.any(surnames) + c.any(givenNames), c.any(titles), fmt.Sprintf("+86138%08d", i), fmt.Sprintf("138****%04d", i%10000),
			fmt.Sprintf("p%d@k%07d.example", i, i/contactsEach), fmt.Sprintf("p***@k%07d.example", i/contactsEach), fmt.Sprintf("wx%08d", i), first, c.chance(0.3), left, wasPrimary, at, at}
	})
}

func (c *company) orders() error {
	events := c.happenings(perCustomer * len(c.customers))
	return c.fill(crm.CollectionOrders, "id customer number ordered_at product category kind amount cost due_on paid_on cancelled owner created updated", len(events), func(i int) []any {
		who, at := c.customers[events[i].customer], time.Unix(events[i].at, 0)
		product := c.random.IntN(60)
		amount := math.Round(3000*math.Exp(1.1*c.random.NormFloat64())*100) / 100
		kind := "repeat"
		if c.chance(0.02) {
			amount, kind = -amount/2, "return"
		}
		paid := ""
		if payment := at.AddDate(0, 0, c.random.IntN(40)); payment.Before(c.now) && !c.chance(0.01) {
			paid = c.dayOf(payment)
		}
		stamp := c.moment(at)
		return []any{c.id(), who.id, fmt.Sprintf("D%08d", i), stamp, fmt.Sprintf("%s-%d", nameTrades[product%len(nameTrades)], product), nameTrades[product%len(nameTrades)], kind,
			amount, math.Round(amount * 0.6), c.dayOf(at.AddDate(0, 0, 30)), paid, c.chance(0.02), who.owner, stamp, stamp}
	})
}

func (c *company) cases() error {
	events := c.happenings(len(c.customers) / casesPer)
	return c.fill(crm.CollectionCases, "id customer contact kind severity subject detail opened_at respond_by responded_at resolved_at reopened assignee created updated", len(events), func(i int) []any {
		who, at := c.customers[events[i].customer], time.Unix(events[i].at, 0)
		kind, severity, resolved, reopened := "question", "minor", c.moment(at.Add(70*time.Hour)), 0
		switch c.random.IntN(10) {
		case 0, 1, 2:
			kind = "complaint"
		case 3, 4:
			kind = "request"
		}
		if c.chance(0.1) {
			severity = "major"
		}
		if c.now.Sub(at) < 70*time.Hour || c.chance(0.02) {
			resolved = ""
		}
		if c.chance(0.03) {
			reopened = 1 + c.random.IntN(2)
		}
		return []any{c.id(), who.id, who.contact, kind, severity, c.any(pains), c.any(notes), c.moment(at), c.moment(at.Add(48 * time.Hour)), c.moment(at.Add(20 * time.Hour)), resolved,
			reopened, who.owner, c.moment(at), c.moment(at)}
	})
}

func (c *company) surveys() error {
	events := c.happenings(len(c.customers) / casesPer)
	return c.fill(crm.CollectionSurveys, "id customer contact sent_at expires_at token_hash answered_at nps satisfaction comment created updated", len(events), func(i int) []any {
		who, at := c.customers[events[i].customer], time.Unix(events[i].at, 0)
		answered := c.moment(at.Add(30 * time.Hour))
		if c.now.Sub(at) < 30*time.Hour || c.chance(0.4) {
			answered = ""
		}
		return []any{c.id(), who.id, who.contact, c.moment(at), c.moment(at.AddDate(0, 0, 30)), c.id() + c.id(), answered, c.random.IntN(11), 4 + c.random.IntN(7), "", c.moment(at), c.moment(at)}
	})
}

func (c *company) contracts() error {
	return c.fill(crm.CollectionContracts, "id customer number starts_on ends_on amount status created updated", len(c.customers)/5, func(i int) []any {
		who := c.customers[i*5]
		status, at := "ended", c.moment(c.start(who.from))
		if who.from < 365 {
			status = "active"
		}
		return []any{c.id(), who.id, fmt.Sprintf("HT%07d", i), c.day(who.from), c.day(who.from - 365), 100_000, status, at, at}
	})
}

// happenings spreads events over the customers, by their weight, and over the time we know them; in the order of time, so that
// the rows of one customer lie apart, as they do in life.
func (c *company) happenings(count int) []happening {
	events := make([]happening, count)
	for i := range events {
		drawn := c.random.Float64() * c.total
		k := sort.Search(len(c.customers)-1, func(k int) bool { return c.customers[k].reach >= drawn })
		who := c.customers[k]
		day := who.until + c.random.IntN(who.from-who.until+1)
		at := c.start(day).Add(time.Duration(9*3600+c.random.IntN(9*3600)) * time.Second)
		if at.After(c.now) {
			at = c.now.Add(-time.Duration(c.random.IntN(3600)) * time.Second)
		}
		events[i] = happening{at: at.Unix(), customer: int32(k)}
	}
	slices.SortFunc(events, func(a, b happening) int { return cmp.Compare(a.at, b.at) })
	seen := make([]bool, len(c.customers))
	for i := len(events) - 1; i >= 0; i-- {
		events[i].last = !seen[events[i].customer]
		seen[events[i].customer] = true
	}
	return events
}

// start is the midnight some days before today.
func (c *company) start(daysAgo int) time.Time {
	year, month, day := c.now.Date()
	return time.Date(year, month, day-daysAgo, 0, 0, 0, 0, c.zone)
}

func (c *company) moment(at time.Time) string { return crm.FormatMoment(at) }

// day is a stored day some days before today.
func (c *company) day(daysAgo int) string { return c.dayOf(c.start(daysAgo)) }

func (c *company) dayOf(at time.Time) string { return crm.FormatMoment(rules.DayOf(at, c.zone).Time()) }

func (c *company) any(list []string) string { return list[c.random.IntN(len(list))] }

func (c *company) chance(share float64) bool { return c.random.Float64() < share }

func (c *company) maybe(share float64, text string) string {
	if c.chance(share) {
		return text
	}
	return ""
}

func (c *company) ids(count int) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = c.id()
	}
	return list
}

// id is a record id as PocketBase makes them, but the same ones every time.
func (c *company) id() string {
	var id [core.DefaultIdLength]byte
	for i := range id {
		id[i] = core.DefaultIdAlphabet[c.random.IntN(len(core.DefaultIdAlphabet))]
	}
	return string(id[:])
}
