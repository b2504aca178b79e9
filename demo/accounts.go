package demo

import (
	"time"

	"touchbase/rules"
)

// silentAfter is the default of tiers.silent_after_days.
const silentAfter = 30

// cadences are the defaults of tiers.cadence_days.
var cadences = map[string]int{"S": 7, "A": 14, "B": 30, "C": 60}

// account is a customer as its owner lives with it: what the script needs to know to decide what
// happens next. The dates follow domain.md section 4, so that people call when the program tells them.
type account struct {
	customer *Customer
	tier     string // the tier the customer is meant to have
	trade    trade
	host     string // of mail addresses
	city     string
	facts    facts
	topic    topic     // of the present conversation
	present  []Contact // who works there now, the primary first

	yearly   float64 // planned purchase of a year
	perYear  float64 // planned orders of a year
	buys     bool
	late     bool // pays late
	created  rules.Day
	orders   []rules.Day // days of the orders to come
	beats    []beat      // scripted moments, in order
	scripted rules.Day   // from here on only beats happen; zero: never
	quiet    rules.Day   // from here on nobody answers; zero: never
	leaves   rules.Day   // when the primary contact goes; zero: never
	decider  string      // who decides there now
	later    map[string]any
	reveals  int // responded contacts until the changes of later are entered

	firstDue      rules.Day // when somebody first asks for them
	lastContact   rules.Day
	hold, step    rules.Day // what the last contact asks for
	stepBy        string
	lastSign      rules.Day // last interaction
	woken         rules.Day // the interaction that ended the latest silence
	sinceWoken    int       // responded contacts on later days
	responded     int
	lastComplaint rules.Day
	troubled      bool      // see service.trouble
	lastEntered   time.Time // entries about a customer are made in the order of the contacts
}

// improvises tells whether the ordinary course of things still decides on a day.
func (a *account) improvises(day rules.Day) bool { return a.scripted == 0 || day < a.scripted }

// isQuiet tells whether nobody answers on a day.
func (a *account) isQuiet(day rules.Day) bool { return a.quiet != 0 && day >= a.quiet }

func (a *account) hasName(name string) bool {
	for _, c := range a.customer.Contacts {
		if c.Name == name {
			return true
		}
	}
	return false
}

// interact notes a sign of life.
func (a *account) interact(day rules.Day) {
	if day-a.lastSign > silentAfter {
		a.woken, a.sinceWoken = day, 0
	}
	a.lastSign = max(a.lastSign, day)
}

// meet notes a follow-up on a day and the next step it asks for.
func (a *account) meet(day rules.Day, f *FollowUp) {
	a.lastContact, a.hold, a.step = day, 0, 0
	switch f.Status {
	case "on_hold":
		a.hold = f.ResumeOn
	case "to_follow_up":
		a.step, a.stepBy = f.NextActionOn, f.By
	}
	if f.Feedback == "no_response" {
		return
	}
	a.interact(day)
	if day > a.woken {
		a.sinceWoken++
	}
	a.responded++
}

// silent tells whether the customer is silent on a day.
func (a *account) silent(day rules.Day) bool { return day-a.lastSign > silentAfter }

// due is the day of the next follow-up as seen on a day.
func (a *account) due(day rules.Day) rules.Day {
	switch {
	case a.lastContact == 0:
		return a.firstDue
	case a.hold != 0:
		return a.hold
	case a.step != 0:
		return a.step
	}
	cadence := rules.Day(cadences[a.tier])
	switch {
	case a.silent(day) && a.lastContact > a.lastSign+silentAfter:
		cadence *= 2
	case !a.silent(day) && a.woken != 0 && a.sinceWoken < 2:
		cadence = cadence * 3 / 2
	}
	return a.lastContact + cadence
}

// settle dates the customer's beginnings and plans its orders.
func (g *generator) settle(a *account) {
	c := a.customer
	if a.created == 0 {
		a.created = g.start
		c.FirstContactOn = g.start - rules.Day(g.between(60, 2400))
		a.firstDue = g.start + 1 + rules.Day(g.rng.IntN(cadences[a.tier]))
		if a.buys {
			c.CooperationSince = min(c.FirstContactOn+rules.Day(g.between(15, 200)), g.start-20)
		}
	}
	c.Created = g.at(a.created, 8*60+g.between(20, 29))
	a.lastSign = c.FirstContactOn
	a.late = g.chance(0.08)
	g.planOrders(a)
}

// chooseNewcomers lets some customers enter during the year, as prospects who are not yet understood.
func (g *generator) chooseNewcomers() {
	for left := newcomers; left > 0; {
		a := pick(g.rng, g.accounts)
		if a.created != 0 || a.scripted != 0 || a.tier == "S" {
			continue
		}
		left--
		c := a.customer
		a.created = nextWorkday(g.start + rules.Day(g.between(12, 350)))
		if a.created >= g.today {
			a.created = lastWorkday(g.today - 3)
		}
		a.firstDue = a.created
		c.FirstContactOn = a.created - rules.Day(g.rng.IntN(4))
		if c.Owner == "" {
			c.Source = "website"
		}
		a.later = map[string]any{"intent": c.Intent, "need": c.Need, "core_need": c.CoreNeed, "budget_range": c.BudgetRange,
			"verified_sources": []string{"business_registry", "customer"}}
		a.reveals = 2
		c.Intent, c.Need, c.CoreNeed, c.BudgetRange, c.Outlook, c.RenewalIntent = "unclear", "vague", "", "", "", ""
		c.DeclaredAnnualPurchase, c.VerifiedSources = 0, []string{"official_website"}
		if a.buys {
			a.later["declared_annual_purchase"] = float64(int(a.yearly/1000)) * 1000
			a.later["renewal_intent"] = "unsure"
		}
	}
	for range 14 { // and some old ones change their mind
		a := pick(g.rng, g.accounts)
		if a.later == nil && a.scripted == 0 && a.customer.Need == "strong" {
			a.later = map[string]any{"need": "strong", "outlook": "intent_clear"}
			a.reveals = g.between(4, 12)
			a.customer.Need, a.customer.Outlook = "some", "watching"
		}
	}
}

// chooseDepartures lets a few primary contacts leave their companies during the year.
func (g *generator) chooseDepartures() {
	for left := 4; left > 0; {
		a := pick(g.rng, g.accounts)
		if a.created != 0 || a.scripted != 0 || a.quiet != 0 || a.leaves != 0 || a.customer.Owner == "" {
			continue
		}
		left--
		a.leaves = lastWorkday(g.start + rules.Day(g.between(20, 330)))
	}
}

// chooseQuiet lets some customers fall silent for good before the year ends, the first of them one who bought every month, and
// so long ago that it shows.
func (g *generator) chooseQuiet() {
	const some = 4
	for left := some; left > 0; {
		a := pick(g.rng, g.accounts)
		if a.created != 0 || a.scripted != 0 || a.quiet != 0 || a.tier == "S" || a.customer.Owner == "" {
			continue
		}
		days := rules.Day(g.between(38, 110))
		if left == some {
			if !a.buys || a.customer.PurchaseCycle != "monthly" {
				continue
			}
			days = max(days, 100)
		}
		left--
		a.quiet = g.today - days
	}
}
