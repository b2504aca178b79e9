// Package demo invents the company that `touchbase demo` shows: a Chinese supplier of machine parts,
// its nine people, about two hundred customers and one year of orders and follow-ups. It is a pure
// generator: the same seed and day give the same script, and whoever plays it does the writing.
//
// Everybody in it is made up. Mail addresses end in .example, which nobody can register.
package demo

import (
	"math/rand/v2"
	"sort"
	"time"

	"touchbase/rules"
)

// Kinds of events.
const (
	KindOrder          = "order"           // Order is set
	KindFollowUp       = "follow_up"       // FollowUp is set
	KindUpdateCustomer = "update_customer" // Change holds customer fields by their names
	KindContactLeaves  = "contact_leaves"  // Contact leaves; Successor, if any, is a new contact who takes over
	KindCompleteTask   = "complete_task"   // see Event.Change
	KindContract       = "contract"        // Contract is set
	KindCase           = "case"            // Case is set
	KindSurvey         = "survey"          // Survey is set
	KindUpdateContract = "update_contract" // Change holds fields of the contract Record by their names
	KindUpdateCase     = "update_case"     // likewise of the case Record
	KindAnswerCase     = "answer_case"     // the task of the case Record is done; Change holds its "result"
)

// Script is the company and what happened in it.
type Script struct {
	Company   string
	Teams     []Team
	People    []Person
	Customers []Customer // in the order they enter the program
	Events    []Event    // in the order they are entered, none after now
}

// Event is one thing entered into the program.
type Event struct {
	At       time.Time // when it is entered
	Kind     string
	Customer string // key
	Order    *Order
	FollowUp *FollowUp
	Contract *Contract
	Case     *Case
	Survey   *Survey
	Record   string // key of a contract or a case

	// Change of update_customer: customer fields by name. Of complete_task: "result", a short text,
	// and "due_by", a rules.Day: By completes every open task of theirs for this customer that is due
	// on or before that day.
	Change map[string]any

	Contact   string // key, of contact_leaves
	Successor *Contact
	By        string // person key; empty for orders, which come from the order desk
}

// generator holds what the parts of a script share while it is written.
type generator struct {
	rng          *rand.Rand
	zone         *time.Location
	start, today rules.Day
	people       []Person
	accounts     []*account
	words        *writer
	events       []Event
	contacts     int // made so far; gives keys and phone numbers
	brands       map[string]bool
}

// New writes the script of the demo company: everything that happens from a year before the day of now
// (in zone) up to now, in order. Two moments of one day give the same script, cut at the moment.
func New(seed int64, now time.Time, zone *time.Location) *Script {
	today := rules.DayOf(now, zone)
	g := &generator{
		rng:    rand.New(rand.NewPCG(uint64(seed), uint64(today))),
		zone:   zone,
		start:  today - 365,
		today:  today,
		people: people(),
		brands: map[string]bool{},
	}
	g.words = &writer{rng: g.rng, used: map[string]bool{}, month: g.start.Time().Month()}
	g.makeCustomers()
	for day := g.start; day <= today; day++ {
		g.live(day)
	}
	g.serve(seed)
	script := &Script{Company: companyName, Teams: teams(), People: g.people, Events: upTo(g.events, now)}
	for _, a := range g.accounts {
		if !a.customer.Created.After(now) {
			script.Customers = append(script.Customers, *a.customer)
		}
	}
	sort.SliceStable(script.Customers, func(i, j int) bool {
		return script.Customers[i].Created.Before(script.Customers[j].Created)
	})
	numberCustomers(script.Customers)
	numberOrders(script.Events, zone)
	numberContracts(script.Events, zone)
	return script
}

// live lets one day pass: orders arrive every day, people work on working days.
func (g *generator) live(day rules.Day) {
	g.words.month = day.Time().Month()
	for _, a := range g.accounts {
		if day >= a.created {
			g.takeOrders(a, day)
		}
	}
	if !workday(day) {
		return
	}
	for _, a := range g.accounts {
		if day > a.created && a.improvises(day) {
			g.receive(a, day)
		}
		g.play(a, day)
		if a.leaves == day {
			g.replacePrimary(a, day)
		}
	}
	for i := range g.people {
		g.work(&g.people[i], day)
	}
}

func (g *generator) add(e Event) { g.events = append(g.events, e) }

// upTo gives the events entered until now, in order of entry.
func upTo(events []Event, now time.Time) []Event {
	sort.SliceStable(events, func(i, j int) bool { return events[i].At.Before(events[j].At) })
	end := sort.Search(len(events), func(i int) bool { return events[i].At.After(now) })
	return events[:end:end]
}

// chance is true with probability p.
func (g *generator) chance(p float64) bool { return g.rng.Float64() < p }

// between gives a whole number from low to high, both included.
func (g *generator) between(low, high int) int { return low + g.rng.IntN(high-low+1) }

// spread gives a number from low up to high.
func (g *generator) spread(low, high float64) float64 { return low + g.rng.Float64()*(high-low) }

// pick gives one of the choices.
func pick[T any](rng *rand.Rand, choices []T) T { return choices[rng.IntN(len(choices))] }
