package demo

import (
	"sort"
	"time"

	"touchbase/rules"
)

// FollowUp is one contact with a customer. By is a person's key, Contact a contact's; the other select
// values, and what each status needs, are those of domain.md sections 1 and 3. EndedAt may be zero.
type FollowUp struct {
	By, Contact, Direction, Channel, Kind, Purpose, Content, KeyPoints, Commitments string

	Feedback, Mood, Competitor, NextAction, Status string

	StartedAt, EndedAt     time.Time
	NextActionOn, ResumeOn rules.Day

	Case   string   // the key of the case that a complaint opens
	Topics []string // names of tags
}

// work is a person's working day: whoever is due is contacted, most urgent first, but five or six
// stay for tomorrow, as they do in life.
func (g *generator) work(p *Person, day rules.Day) {
	var agenda []*account
	for _, a := range g.accounts {
		if a.customer.Owner == p.Key && day >= a.created && a.due(day) <= day {
			agenda = append(agenda, a)
		}
	}
	urgency := func(a *account) float64 { return float64(day-a.due(day)+1) / float64(cadences[a.tier]) }
	sort.SliceStable(agenda, func(i, j int) bool { return urgency(agenda[i]) > urgency(agenda[j]) })
	surplus := min(len(agenda)-g.desk(day), 8)
	for _, a := range agenda {
		if surplus <= 0 {
			return
		}
		if !a.improvises(day) || g.chance(0.12) {
			continue // the story calls its own customers; others are simply put off
		}
		surplus--
		g.contactCustomer(a, p, day)
	}
}

// desk is how many due customers a person leaves for tomorrow: fewer before the long holiday.
func (g *generator) desk(day rules.Day) int {
	if f := toFestival(day); f >= -6 && f < 0 {
		return 4
	}
	return g.between(5, 6)
}

// contactCustomer makes an outgoing contact of the ordinary kind.
func (g *generator) contactCustomer(a *account, p *Person, day rules.Day) {
	f := &FollowUp{By: p.Key, Direction: "out", Channel: g.channel(a), Kind: g.kind(a, day)}
	g.reaction(a, f, day)
	g.record(a, f, day)
}

// receive lets a customer get in touch of its own accord, now and then.
func (g *generator) receive(a *account, day rules.Day) {
	rate := map[string]float64{"S": 0.012, "A": 0.007, "B": 0.003, "C": 0.001}[a.tier]
	if a.isQuiet(day) || !g.chance(rate) {
		return
	}
	f := &FollowUp{By: a.customer.Owner, Direction: "in", Channel: pick(g.rng, []string{"phone", "phone", "wechat", "email"})}
	switch {
	case g.chance(0.3) && (a.lastComplaint == 0 || day-a.lastComplaint > 150) && a.responded > 1:
		f.Kind = "complaint"
		a.lastComplaint = day
	default:
		f.Kind = pick(g.rng, []string{"service", "service", "needs", "proposal", "other"})
	}
	if f.By == "" || (f.Kind == "service" || f.Kind == "complaint") && g.chance(0.4) {
		f.By = g.colleague(f.By).Key
	}
	g.reaction(a, f, day)
	g.record(a, f, day)
}

// channel is the preferred one of whoever is contacted, mostly.
func (g *generator) channel(a *account) string {
	preferred := a.present[0].PreferredChannel
	if preferred == "" {
		preferred = a.customer.PreferredChannel
	}
	if g.chance(0.78) {
		return preferred
	}
	channel := pick(g.rng, []string{"phone", "wechat", "visit", "visit", "online_meeting", "wecom", "email", "event", "sms"})
	for _, avoid := range a.customer.AvoidChannels {
		if channel == avoid && g.chance(0.9) {
			return preferred
		}
	}
	return channel
}

// kind is what the contact is about.
func (g *generator) kind(a *account, day rules.Day) string {
	newcomer := a.later != nil && a.created > g.start
	switch f := toFestival(day); {
	case a.lastContact == 0 && newcomer:
		return "first_contact"
	case f >= -9 && f <= -2 && g.chance(0.7):
		return "campaign"
	case a.silent(day):
		return pick(g.rng, []string{"care", "win_back", "win_back"})
	case newcomer:
		return pick(g.rng, []string{"needs", "needs", "proposal"})
	case a.tier == "C":
		return pick(g.rng, []string{"care", "needs", "proposal", "other"})
	}
	return pick(g.rng, []string{"care", "care", "needs", "needs", "proposal", "proposal", "service", "service", "other"})
}

// reaction is how the customer takes it.
func (g *generator) reaction(a *account, f *FollowUp, day rules.Day) {
	roll := g.rng.Float64()
	miss := 0.08
	if a.tier == "S" {
		miss = 0.03
	}
	switch {
	case a.isQuiet(day) || f.Direction == "out" && f.Channel != "visit" && f.Channel != "online_meeting" && roll < miss:
		f.Feedback = "no_response"
		if f.Channel == "visit" || f.Channel == "online_meeting" || f.Channel == "event" {
			f.Channel = "phone"
		}
	case f.Kind == "complaint":
		f.Feedback, f.Mood = "negative", "dissatisfied"
	case roll > 0.97:
		f.Feedback, f.Mood = "negative", pick(g.rng, []string{"hesitant", "dissatisfied"})
	case roll > 0.6:
		f.Feedback, f.Mood = "neutral", pick(g.rng, []string{"hesitant", "interested", ""})
	default:
		f.Feedback, f.Mood = "positive", pick(g.rng, []string{"satisfied", "interested"})
	}
	if f.Mood == "hesitant" && g.chance(0.2) {
		f.Competitor = pick(g.rng, rivals)
	}
}

// record completes a follow-up with its times, words and next step, and enters it with what follows
// from it: steps done, promises kept, objections answered, the customer's record kept up to date.
func (g *generator) record(a *account, f *FollowUp, day rules.Day) {
	with := a.present[0]
	if len(a.present) > 1 && a.improvises(day) && g.chance(0.25) {
		with = pick(g.rng, a.present)
	}
	f.Contact = with.Key
	a.topic = g.words.topic(a, with)
	entered := g.clock(a, f, day)
	if f.Purpose == "" {
		f.Purpose = pick(g.rng, purposes[f.Kind])
	}
	if f.Content == "" {
		f.Content = g.words.content(a, f)
	}
	if f.Feedback != "no_response" && f.Kind != "campaign" && a.improvises(day) {
		f.KeyPoints = g.keyPoints(a)
		if g.chance(0.14) && f.Status == "" {
			g.promise(a, f, day, entered)
		}
	}
	if f.Status == "" {
		g.nextStep(a, f, day, entered)
	}
	g.closeStep(a, day, entered)
	g.add(Event{At: entered, Kind: KindFollowUp, Customer: a.customer.Key, FollowUp: f, By: f.By})
	if (f.Feedback == "negative" || f.Mood == "dissatisfied") && f.Kind != "complaint" { // that is answered by its case
		g.answerObjection(a, f, entered)
	}
	a.meet(day, f)
	g.learn(a, f, entered)
}

// clock sets when the contact began and ended, and gives when it is entered: mostly within the hour,
// sometimes in the evening or next morning, seldom days later.
func (g *generator) clock(a *account, f *FollowUp, day rules.Day) time.Time {
	f.StartedAt = g.at(day, g.officeMinute())
	minutes := map[string][2]int{"phone": {3, 22}, "visit": {40, 130}, "online_meeting": {25, 70}, "wechat": {2, 25},
		"wecom": {2, 25}, "event": {10, 45}}[f.Channel]
	ended := f.StartedAt
	if minutes[1] > 0 {
		ended = ended.Add(time.Duration(g.between(minutes[0], minutes[1])) * time.Minute)
		f.EndedAt = ended
	}
	delay := g.between(6, 80)
	switch roll := g.rng.Float64(); {
	case roll > 0.97 && day < g.today-4:
		delay = g.between(25*60, 60*60)
	case roll > 0.9:
		delay = g.between(14*60, 17*60)
	case roll > 0.7:
		delay = g.between(80, 5*60)
	}
	entered := g.awake(ended.Add(time.Duration(delay) * time.Minute))
	if earliest := a.lastEntered.Add(5 * time.Minute); entered.Before(earliest) {
		entered = earliest
	}
	a.lastEntered = entered
	return entered
}

// keyPoints is what the salesperson marks with a star, in one record of three.
func (g *generator) keyPoints(a *account) string {
	if !g.chance(0.33) {
		return ""
	}
	return g.words.keyPoints(a)
}

// closeStep completes the step that was open before this contact, whoever had it.
func (g *generator) closeStep(a *account, day rules.Day, entered time.Time) {
	if a.step == 0 {
		return
	}
	g.complete(a, a.stepBy, entered.Add(-time.Duration(g.between(20, 80))*time.Second), max(a.step, day))
}

// complete enters that a person's tasks for a customer, due by a day, are done.
func (g *generator) complete(a *account, by string, at time.Time, dueBy rules.Day) {
	g.add(Event{At: at, Kind: KindCompleteTask, Customer: a.customer.Key, By: by,
		Change: map[string]any{"result": pick(g.rng, results), "due_by": dueBy}})
}

// answerObjection completes the task that negative feedback opens, mostly within its 24 hours.
func (g *generator) answerObjection(a *account, f *FollowUp, entered time.Time) {
	delay := g.between(60, 20*60)
	if g.chance(0.08) {
		delay = g.between(25*60, 34*60)
	}
	g.complete(a, f.By, g.awake(entered.Add(time.Duration(delay)*time.Minute)), rules.DayOf(entered, g.zone)+1)
}

// learn enters what the contact taught about the customer.
func (g *generator) learn(a *account, f *FollowUp, entered time.Time) {
	if f.Feedback == "no_response" {
		return
	}
	at := entered.Add(time.Duration(g.between(60, 200)) * time.Second)
	update := func(change map[string]any) {
		g.add(Event{At: at, Kind: KindUpdateCustomer, Customer: a.customer.Key, Change: change, By: f.By})
	}
	switch {
	case a.customer.Owner == "":
	case a.later != nil && a.responded >= a.reveals:
		update(a.later)
		a.later = nil
	case a.later != nil || !a.improvises(f.day(g.zone)):
	case f.Mood == "hesitant" && g.chance(0.1):
		update(map[string]any{"outlook": "watching"})
	case f.Mood == "interested" && g.chance(0.06):
		update(map[string]any{"outlook": "intent_clear"})
	}
}

func (f *FollowUp) day(zone *time.Location) rules.Day { return rules.DayOf(f.StartedAt, zone) }
