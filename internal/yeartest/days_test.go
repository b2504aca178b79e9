package yeartest_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// phase is a time in the life of a customer: how likely something is written of it on a day, and what.
type phase struct {
	name     string
	activity float64
	weights  map[string]int // of the deeds
}

var phases = []phase{
	{"busy", 0.30, map[string]int{
		"talk": 50, "attempt": 5, "order": 15, "settle": 8, "return": 2, "profile": 4, "contact": 3, "task": 15, "amend": 4, "case": 3,
		"case step": 4, "survey": 5, "contract": 3,
	}},
	{"normal", 0.12, map[string]int{
		"talk": 50, "attempt": 15, "order": 12, "settle": 8, "profile": 4, "pin": 3, "contact": 3, "task": 15, "amend": 3, "case": 2,
		"case step": 3, "survey": 5, "contract": 2, "import": 1,
	}},
	{"quiet", 0, nil},
	{"orders only", 0.07, map[string]int{"order": 40, "settle": 10, "return": 3}},
	{"attempts", 0.15, map[string]int{"attempt": 60, "task": 30, "talk": 4}},
	{"trouble", 0.30, map[string]int{
		"talk": 15, "trouble": 30, "attempt": 4, "leave": 4, "case": 20, "case step": 20, "survey": 8, "return": 6, "settle": 8, "task": 20,
		"profile": 4, "amend": 3, "delete": 1,
	}},
	{"clerks", 0.10, map[string]int{
		"profile": 30, "pin": 8, "contact": 10, "leave": 6, "task": 20, "amend": 10, "settle": 10, "contract": 8, "archive": 3, "owner": 6,
		"import": 4, "case step": 6, "delete": 2, "move": 3,
	}},
	{"waking", 0.2, map[string]int{"order": 10, "survey": 15, "case": 15, "talk": 30, "task": 10, "attempt": 10}},
}

// deeds are what may happen, each with one write of the customer. They tell whether there was anything to do.
var deeds map[string]func(*walk, *client) bool

func init() {
	deeds = map[string]func(*walk, *client) bool{
		"talk": (*walk).talk, "attempt": (*walk).attempt, "trouble": (*walk).trouble, "amend": (*walk).amend, "order": (*walk).order,
		"return": (*walk).giveBack, "settle": (*walk).settle, "profile": (*walk).profile, "pin": (*walk).pin, "contact": (*walk).contact,
		"leave": (*walk).leave, "task": (*walk).task, "case": (*walk).openCase, "case step": (*walk).caseStep, "survey": (*walk).survey,
		"contract": (*walk).contract, "archive": (*walk).archive, "owner": (*walk).owner, "import": (*walk).importRow,
		"delete": (*walk).deleteOne, "move": (*walk).move,
	}
}

// day lets the hours until the next night at 02:00 pass, with what people write in them and the reminders.
func (w *walk) day() {
	start := w.app.Clock.Now().In(w.zone)
	end := time.Date(start.Year(), start.Month(), start.Day(), 2, 0, 0, 0, w.zone)
	if !end.After(start) {
		end = time.Date(start.Year(), start.Month(), start.Day()+1, 2, 0, 0, 0, w.zone)
	}
	minutes := int(end.Sub(start) / time.Minute)
	type event struct {
		minute int
		c      *client
	}
	events := []event{{minute: minutes / 3}, {minute: 2 * minutes / 3}} // reminders
	if w.chance(0.06) {
		events = append(events, event{minute: 1 + w.rng.IntN(minutes-1), c: w.newcomer()})
	}
	for _, c := range w.clients {
		if !c.until.After(w.moment().today()) {
			c.phase = phases[w.rng.IntN(len(phases))]
			c.until = w.moment().today().AddDate(0, 0, 12+w.rng.IntN(80))
		}
		for range 2 {
			if w.chance(c.phase.activity * 2 / 3) {
				events = append(events, event{minute: 1 + w.rng.IntN(minutes-1), c: c})
			}
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.minute - b.minute })
	for _, e := range events {
		if at := start.Add(time.Duration(e.minute) * time.Minute); at.After(w.app.Clock.Now()) {
			w.app.Clock.Advance(at.Sub(w.app.Clock.Now()))
		}
		switch {
		case e.c == nil:
			w.remind()
		case e.c.id == "":
			w.join(e.c)
		default:
			w.act(e.c)
		}
		if now := w.app.Clock.Now().In(w.zone); w.byDay && now.Hour() >= 2 && w.chance(0.02) {
			w.again(now.Format(time.DateTime), true)
		}
		w.app.Clock.Advance(time.Second) // no two things at once
	}
	w.app.Clock.Advance(end.Sub(w.app.Clock.Now()))
}

// act does one of the deeds of a customer's phase.
func (w *walk) act(c *client) {
	w.t.Helper()
	names := []string{}
	for name, weight := range c.phase.weights {
		for range weight {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	name := w.pick(names...)
	if c.archived && name != "archive" && w.chance(0.9) {
		return
	}
	if deeds[name](w, c) {
		w.seen["deed "+name]++
	}
}

func (w *walk) get(collection, id string) *core.Record {
	w.t.Helper()
	r, err := w.app.FindRecordById(collection, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// all gives the records of a customer in the order they were made.
func (w *walk) all(collection string, c *client) []*core.Record {
	w.t.Helper()
	list, err := w.app.FindRecordsByFilter(collection, "customer = '"+c.id+"'", "@rowid", 0, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// one gives a record of a customer, more likely a late one; nil where there is none.
func (w *walk) one(collection string, c *client) *core.Record {
	list := w.all(collection, c)
	if len(list) == 0 {
		return nil
	}
	if w.chance(0.7) {
		list = list[max(0, len(list)-5):]
	}
	return list[w.rng.IntN(len(list))]
}

// make makes a record of a customer and compares.
func (w *walk) make(c *client, collection string, fields testapp.Fields) bool {
	w.t.Helper()
	fields["id"], fields["customer"] = w.id(collection), c.id
	r := w.app.Make(collection, fields)
	w.after(c, false, fmt.Sprintf("a new one of %s: %v", collection, fields))
	return r != nil
}

// save saves a changed record of a customer and compares.
func (w *walk) save(c *client, r *core.Record, fields testapp.Fields) bool {
	w.t.Helper()
	r.Load(fields)
	if err := w.app.Save(r); err != nil {
		w.t.Fatalf("failed to save %s %s with %v: %v", r.Collection().Name, r.Id, fields, err)
	}
	for _, field := range []string{"started_at", "feedback", "ordered_at", "cancelled", "amount", "customer", "first_contact_on"} {
		_, changed := fields[field]
		c.reworked = c.reworked || changed
	}
	w.after(c, false, fmt.Sprintf("a change of %s %s: %v", r.Collection().Name, r.Id, fields))
	return true
}

// recently is a moment not long ago; now and then it lies further back, since people write things down late.
func (w *walk) recently(c *client) time.Time {
	back := time.Duration(w.rng.IntN(180)) * time.Minute
	switch p := w.rng.Float64(); {
	case p < 0.02:
		back += time.Duration(w.rng.IntN(70*24)) * time.Hour
	case p < 0.08:
		back += time.Duration(w.rng.IntN(10*24)) * time.Hour
	case p < 0.25:
		back += time.Duration(w.rng.IntN(3*24)) * time.Hour
	}
	if back > 3*time.Hour {
		c.reworked = true
	}
	return w.app.Clock.Now().Add(-back).Truncate(time.Second)
}

// on is a day some days from today.
func (w *walk) on(offset int) string { return text(w.moment().today().AddDate(0, 0, offset)) }

// nextStep gives a follow-up its next step.
func (w *walk) nextStep(fields testapp.Fields) testapp.Fields {
	switch p := w.rng.Float64(); {
	case p < 0.35:
		fields["status"], fields["next_action"], fields["next_action_on"] = "to_follow_up", "寄样品", w.on(w.rng.IntN(40))
		if w.chance(0.1) {
			fields["next_action_on"] = w.on(40 + w.rng.IntN(160))
		}
	case p < 0.5:
		fields["status"], fields["resume_on"] = "on_hold", w.on(w.rng.IntN(70))
	default:
		fields["status"] = "confirmed"
	}
	return fields
}

func (w *walk) followUp(c *client, fields testapp.Fields) bool {
	w.t.Helper()
	if fields["started_at"] == nil {
		fields["started_at"] = w.recently(c)
	}
	fields["by"], fields["channel"], fields["content"] = w.staff[w.rng.IntN(4)], w.pick("phone", "wechat", "visit", "email"), "聊了交货。"
	if fields["status"] == nil {
		fields = w.nextStep(fields)
	}
	return w.make(c, "follow_ups", fields)
}

func (w *walk) talk(c *client) bool {
	return w.followUp(c, testapp.Fields{
		"feedback": w.pick("positive", "positive", "neutral"), "kind": w.pick("care", "needs", "proposal"),
		"mood": w.pick("", "satisfied", "interested", "hesitant"), "topics": []string{w.topics[w.rng.IntN(len(w.topics))]},
	})
}

func (w *walk) attempt(c *client) bool {
	fields := testapp.Fields{"feedback": "no_response", "kind": "care"}
	if w.chance(0.6) {
		fields["status"] = "confirmed"
	}
	return w.followUp(c, fields)
}

func (w *walk) trouble(c *client) bool {
	fields := testapp.Fields{
		"feedback": w.pick("negative", "neutral", "negative", "positive"), "kind": w.pick("care", "service", "win_back"),
		"mood": w.pick("dissatisfied", "hesitant", "hesitant", ""), "topics": []string{w.topics[w.rng.IntN(len(w.topics))]},
	}
	if w.chance(0.3) {
		fields["competitor"] = "对手公司"
	}
	if w.chance(0.15) {
		fields["kind"] = "complaint"
	}
	return w.followUp(c, fields)
}

// amend changes a follow-up that was recorded before.
func (w *walk) amend(c *client) bool {
	r := w.one("follow_ups", c)
	if r == nil {
		return false
	}
	fields := testapp.Fields{}
	switch w.rng.IntN(6) {
	case 0:
		fields["feedback"] = w.pick("positive", "negative", "no_response")
	case 1:
		fields["mood"] = w.pick("", "dissatisfied", "satisfied")
	case 2:
		fields["competitor"] = w.pick("", "对手公司")
	case 3:
		fields["status"], fields["next_action"], fields["next_action_on"] = "to_follow_up", "再约", w.on(w.rng.IntN(40))
	case 4:
		fields["status"], fields["resume_on"] = "on_hold", w.on(w.rng.IntN(50))
	default:
		fields["started_at"] = w.app.Clock.Now().Add(-time.Duration(w.rng.IntN(60*24)) * time.Hour).Truncate(time.Second)
		if r.GetString("status") != "confirmed" {
			fields["status"] = "confirmed"
		}
	}
	return w.save(c, r, fields)
}

// amount is what a customer of a level spends at once; now and then just so much that the year reaches a limit.
func (w *walk) amount(c *client) float64 {
	if gap := w.pickLimit() - c.judged.annual; gap > 0 && w.chance(0.15) {
		return float64(gap+int64(w.rng.IntN(3))-1) / 100
	}
	if w.chance(0.03) {
		return 0
	}
	return float64(cents(c.level*(0.3+w.rng.Float64()))) / 100
}

func (w *walk) pickLimit() int64 {
	return []int64{valueHigh, valueMid, layerPotential}[w.rng.IntN(3)]
}

func (w *walk) order(c *client) bool {
	at := w.recently(c)
	if w.chance(0.03) { // entered ahead
		at = w.app.Clock.Now().Add(time.Duration(w.rng.IntN(10*24)) * time.Hour).Truncate(time.Second)
		if w.byDay { // a run over all by day would find an order of that day
			day := at.In(w.zone)
			at = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, w.zone)
		}
	}
	fields := testapp.Fields{
		"ordered_at": at, "amount": w.amount(c), "category": w.pick("", "轴承", "齿轮", "电机", "泵"), "product": w.pick("", "P1", "P2", "P3"),
	}
	if w.chance(0.5) {
		fields["due_on"] = w.on(w.rng.IntN(45))
	}
	return w.make(c, "orders", fields)
}

func (w *walk) giveBack(c *client) bool {
	return w.make(c, "orders", testapp.Fields{"ordered_at": w.recently(c), "amount": -w.amount(c), "category": w.pick("轴承", "齿轮")})
}

// settle pays, cancels or corrects an order.
func (w *walk) settle(c *client) bool {
	r := w.one("orders", c)
	if r == nil {
		return false
	}
	fields := testapp.Fields{}
	switch p := w.rng.Float64(); {
	case p < 0.55:
		fields["paid_on"] = w.on(-w.rng.IntN(20))
	case p < 0.60:
		fields["paid_on"] = w.on(1 + w.rng.IntN(9))
	case p < 0.65:
		fields["paid_on"] = ""
	case p < 0.80:
		fields["cancelled"] = !r.GetBool("cancelled")
	case p < 0.85:
		fields["due_on"] = w.on(w.rng.IntN(40) - 20)
	case p < 0.9:
		fields["category"] = w.pick("", "轴承", "泵", "阀门")
	case r.GetFloat("amount") > 0:
		fields["amount"] = w.amount(c)
	default:
		return false
	}
	return w.save(c, r, fields)
}

func (w *walk) profile(c *client) bool {
	fields := testapp.Fields{}
	switch w.rng.IntN(10) {
	case 0:
		fields["intent"], fields["need"] = w.pick("high", "low", "unclear"), w.pick("strong", "some", "vague", "")
	case 1:
		fields["influence"], fields["fit"] = w.pick("high", "medium"), w.pick("high", "low")
	case 2:
		fields["declared_annual_purchase"] = []float64{0, 50000, 100000, 299999.99, 300000, 500000, 800000}[w.rng.IntN(7)]
	case 3:
		fields["purchase_cycle"] = w.pick("", "weekly", "monthly", "quarterly", "yearly", "irregular")
	case 4:
		fields["outlook"] = w.pick("", "intent_clear", "watching", "churn_risk")
	case 5:
		fields["renewal_intent"] = w.pick("strong", "strong", "unsure", "weak", "")
	case 6:
		fields["cooperation_since"] = w.on(-w.rng.IntN(1000) + 20)
		if w.chance(0.3) {
			fields["cooperation_since"] = ""
		}
	case 7:
		fields["size"], fields["region"] = w.pick("1-50", "51-100", "101-500"), w.pick("", "江苏", "浙江")
	case 8:
		fields["first_contact_on"] = w.on(-w.rng.IntN(300))
	default:
		fields["need"] = w.pick("strong", "some", "vague")
	}
	return w.save(c, w.get("customers", c.id), fields)
}

func (w *walk) pin(c *client) bool {
	fields := testapp.Fields{"tier_pin": "", "tier_pin_reason": "", "tier_pin_until": ""}
	r := w.get("customers", c.id)
	if r.GetString("tier_pin") == "" {
		fields = testapp.Fields{"tier_pin": w.pick("S", "A", "B", "C"), "tier_pin_reason": "重点", "tier_pin_until": w.on(w.rng.IntN(60))}
	}
	return w.save(c, r, fields)
}

func (w *walk) owner(c *client) bool {
	return w.save(c, w.get("customers", c.id), testapp.Fields{"owner": w.pick("", w.staff[0], w.staff[1])})
}

func (w *walk) archive(c *client) bool {
	r := w.get("customers", c.id)
	if r.GetString("stage") == crm.StageArchived {
		crm.Restore(r)
	} else {
		crm.Archive(r, "公司注销")
	}
	return w.save(c, r, nil)
}
