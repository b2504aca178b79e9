// Package yeartest lets a year pass over a made-up company and holds every judgement of the program against a second one, made
// the simplest way there is: from all rows, anew each time, by loops over the whole history. It shares no code with the rules.
package yeartest_test

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// date is a day: the midnight UTC of its calendar date, so that the days between two of them are counted right in every zone.
type date = time.Time

func dateOf(t time.Time, zone *time.Location) date {
	year, month, day := t.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// days is how many days lie from one date to another.
func days(from, to date) int { return int(to.Sub(from) / (24 * time.Hour)) }

func text(d date) string {
	if d.IsZero() {
		return ""
	}
	return d.Format(time.DateOnly)
}

// history is everything that happened with a customer, as the rows tell it.
type history struct {
	customer  firm
	followUps []followUp
	orders    []order
	contacts  []contact
	contracts []contract
	cases     []serviceCase
	surveys   []survey
	steps     []step
}

type firm struct {
	id, stage, size, region, intent, need, influence, fit, outlook, renewal, cycle, pin string
	created                                                                             time.Time
	firstContact, cooperation, pinUntil                                                 date
	declared                                                                            int64
	imported                                                                            bool
}

type followUp struct {
	id, feedback, mood, competitor, status string
	started, created                       time.Time
	resume                                 date
	price                                  bool // a topic of it is about the price
}

func (f followUp) responded() bool { return f.feedback != "no_response" }

type order struct {
	at                time.Time
	product, category string
	cents             int64
	due, paid         date
	cancelled         bool
}

func (o order) counts() bool { return !o.cancelled && o.cents >= 0 }

type contact struct {
	left      date
	asPrimary bool
}

type contract struct{ status string }

type serviceCase struct {
	id, kind, severity string
	opened, resolved   time.Time
	reopened           int
}

type survey struct {
	answered          time.Time
	nps, satisfaction float64
}

// step is the task of a follow-up's next step.
type step struct {
	followUp, status string
	due              time.Time
}

func cents(amount float64) int64 { return int64(math.Round(amount * 100)) }

// load reads the history of a customer.
func (w *walk) load(customer *client) history {
	w.t.Helper()
	t, app, id := w.t, w.app, customer.id
	rows := func(collection string) []*core.Record {
		list, err := app.FindAllRecords(collection, dbx.HashExp{"customer": id})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	moment := func(r *core.Record, field string) time.Time { return r.GetDateTime(field).Time() }

	c, err := app.FindRecordById("customers", id)
	if err != nil {
		t.Fatal(err)
	}
	h := history{customer: firm{
		id: id, stage: c.GetString("stage"), size: c.GetString("size"), region: c.GetString("region"), intent: c.GetString("intent"),
		need: c.GetString("need"), influence: c.GetString("influence"), fit: c.GetString("fit"), outlook: c.GetString("outlook"),
		renewal: c.GetString("renewal_intent"), cycle: c.GetString("purchase_cycle"), pin: c.GetString("tier_pin"),
		created: moment(c, "created"), firstContact: moment(c, "first_contact_on"), cooperation: moment(c, "cooperation_since"),
		pinUntil: moment(c, "tier_pin_until"), declared: cents(c.GetFloat("declared_annual_purchase")), imported: c.GetString("import") != "",
	}}
	for _, r := range rows("follow_ups") {
		f := followUp{
			id: r.Id, feedback: r.GetString("feedback"), mood: r.GetString("mood"), competitor: r.GetString("competitor"),
			status: r.GetString("status"), started: moment(r, "started_at"), created: moment(r, "created"), resume: moment(r, "resume_on"),
		}
		for _, topic := range r.GetStringSlice("topics") {
			f.price = f.price || w.isPrice(topic)
		}
		h.followUps = append(h.followUps, f)
	}
	for _, r := range rows("orders") {
		h.orders = append(h.orders, order{
			at: moment(r, "ordered_at"), product: r.GetString("product"), category: r.GetString("category"), cents: cents(r.GetFloat("amount")),
			due: moment(r, "due_on"), paid: moment(r, "paid_on"), cancelled: r.GetBool("cancelled"),
		})
	}
	for _, r := range rows("contacts") {
		h.contacts = append(h.contacts, contact{left: moment(r, "left_on"), asPrimary: r.GetBool("left_as_primary")})
	}
	for _, r := range rows("contracts") {
		h.contracts = append(h.contracts, contract{status: r.GetString("status")})
	}
	for _, r := range rows("cases") {
		if r.GetInt("reopened") != w.reopened[r.Id] {
			t.Errorf("case %s was reopened %d times, the record says %d", r.Id, w.reopened[r.Id], r.GetInt("reopened"))
		}
		h.cases = append(h.cases, serviceCase{
			id: r.Id, kind: r.GetString("kind"), severity: r.GetString("severity"), opened: moment(r, "opened_at"),
			resolved: moment(r, "resolved_at"), reopened: w.reopened[r.Id],
		})
	}
	for _, r := range rows("surveys") {
		if !moment(r, "answered_at").IsZero() {
			h.surveys = append(h.surveys, survey{answered: moment(r, "answered_at"), nps: r.GetFloat("nps"), satisfaction: r.GetFloat("satisfaction")})
		}
	}
	for _, r := range rows("tasks") {
		if r.GetString("kind") == "next_action" && r.GetString("follow_up") != "" {
			h.steps = append(h.steps, step{followUp: r.GetString("follow_up"), status: r.GetString("status"), due: moment(r, "due_at")})
		}
	}
	return h
}

// isPrice tells whether a tag is about the price, in simplified or traditional characters or in English.
func (w *walk) isPrice(tag string) bool {
	name, _ := w.automatic(tag)
	name = strings.NewReplacer("價", "价", "報", "报").Replace(strings.ToLower(name))
	return slices.ContainsFunc([]string{"价格", "报价", "降价", "price"}, func(word string) bool { return strings.Contains(name, word) })
}

// until is the history as it was known to have happened at a moment: what lies after it does not exist yet.
func (h history) until(now time.Time) history {
	later := func(t time.Time) bool { return t.After(now) }
	h.followUps = slices.DeleteFunc(slices.Clone(h.followUps), func(f followUp) bool { return later(f.started) })
	h.orders = slices.DeleteFunc(slices.Clone(h.orders), func(o order) bool { return later(o.at) })
	h.cases = slices.DeleteFunc(slices.Clone(h.cases), func(c serviceCase) bool { return later(c.opened) })
	h.surveys = slices.DeleteFunc(slices.Clone(h.surveys), func(s survey) bool { return later(s.answered) })
	return h
}
