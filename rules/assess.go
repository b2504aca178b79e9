package rules

import (
	"cmp"
	"slices"
	"time"
)

// Assessment is the judgement of one customer at one moment.
type Assessment struct {
	Tier           Tier
	Value          string
	Potential      string
	AnnualPurchase float64 // currency units of the last 365 days

	RFM     RFM
	Signals []Signal // raised, in the order of the contract
	Risk    string
	Cause   string // of a churn risk, as far as there is evidence
	Segment string
	WinBack bool // the risk asks somebody to win the customer back

	Silent      bool
	SilentSince Day
	TouchMode   string
	OnHold      bool // the last contact agreed to wait until a day still to come

	LastFollowUpAt    time.Time
	LastInteractionAt time.Time
	LastOrderAt       time.Time
	NextFollowUpOn    Day
	StepMissing       bool // the last contact promised a next step that nobody has open

	Ordered        bool // at least one counted order
	Active         bool // ordered or under contract: no longer a prospect
	WindowOrders   int
	WindowAmount   float64
	ProductsBought []string // latest first
	Tags           []Tag
	OpenTasks      int
	MissingInfo    []string
	NeedsCheck     []string

	TierReasons []Reason // why this tier, and what would change it
	Reasons     []Reason // why this silence, touch mode and date

	// DueAt is the next moment at which time alone can change this answer: a midnight, or when something
	// entered ahead comes about. Zero: never.
	DueAt time.Time
}

// Due tells whether the customer deserves a contact on a day.
func (a Assessment) Due(today Day) bool {
	return !a.NextFollowUpOn.IsZero() && a.NextFollowUpOn <= today
}

// Assess judges one customer: pure, from the facts, the policy and the moment alone. Moments after now
// do not exist yet. The rules are those of section 4 of the contract: purchases, contacts and scores give the tier, the
// history of interactions gives silence and touch mode, the last contact gives the next date, and what went wrong
// gives the signals, from which come risk, cause and segment.
func Assess(facts Facts, policy Policy, now time.Time) Assessment {
	v := view{facts: &facts, policy: &policy, now: now, today: DayOf(now, policy.Zone)}
	v.keepExisting()
	if !v.nextMoment.IsZero() {
		v.comes = max(DayOf(v.nextMoment, policy.Zone), v.today+1)
	}

	var a Assessment
	v.purchases(&a)
	v.rfm(&a)
	v.tier(&a)
	v.silence(&a)
	v.nextDate(&a)
	v.signals(&a)
	v.risk(&a)
	v.segment(&a)
	v.tags(&a)
	a.Active = a.Ordered || facts.Contracts > 0
	a.OpenTasks = facts.OpenTasks
	a.MissingInfo = v.missingInfo(a.Ordered)
	a.NeedsCheck = v.needsCheck()
	a.DueAt = v.dueAt()
	return a
}

// view is the history as it stands at one moment, and the next day and moment on which time alone may change it.
type view struct {
	facts  *Facts
	policy *Policy
	now    time.Time
	today  Day

	nextDay    Day       // on which what counts by days may count otherwise
	nextMoment time.Time // at which the first of what is still to come exists

	// What exists, each with its day, oldest first.
	orders       []Order // not cancelled
	followUps    []FollowUp
	cases        []Case
	surveys      []Survey
	interactions []interaction

	firstOrder Day // of the first counted order
	comes      Day // on which the first of what is still to come exists; no day: there is nothing
	earliest   Day // no contact before this day: an order, a case or a survey ended a silence
	recovering bool
}

// changesOn notes that the answer may be another one from a day on.
func (v *view) changesOn(day Day) {
	if day > v.today && (v.nextDay == 0 || day < v.nextDay) {
		v.nextDay = day
	}
}

// dueAt gives the earlier of the next midnight and the next moment noted.
func (v *view) dueAt() time.Time {
	if v.nextDay == 0 {
		return v.nextMoment
	}
	midnight := v.nextDay.Start(v.policy.Zone)
	if v.nextMoment.IsZero() || midnight.Before(v.nextMoment) {
		return midnight
	}
	return v.nextMoment
}

// within tells whether a day is one of the last n, and notes when it no longer will be.
func (v *view) within(day Day, n int) bool {
	if v.today-day >= Day(n) {
		return false
	}
	v.changesOn(day + Day(n))
	return true
}

// before tells whether a day is one of those from..to-1 days ago, and notes when that changes.
func (v *view) before(day Day, from, to int) bool {
	age := v.today - day
	if age < Day(from) {
		v.changesOn(day + Day(from))
		return false
	}
	return v.within(day, to)
}

// exists tells whether a moment has come, and notes one still to come: itself, and its day, before which a suggestion ends.
func (v *view) exists(moment time.Time) bool {
	if !moment.After(v.now) {
		return true
	}
	if v.nextMoment.IsZero() || moment.Before(v.nextMoment) {
		v.nextMoment = moment
	}
	v.changesOn(DayOf(moment, v.policy.Zone))
	return false
}

// keepExisting drops what is cancelled and what lies in the future, and sorts the rest by its moment.
func (v *view) keepExisting() {
	v.orders = existing(v.facts.Orders, func(o *Order) bool { return !o.Cancelled && v.exists(o.At) })
	v.followUps = existing(v.facts.FollowUps, func(f *FollowUp) bool { return v.exists(f.At) })
	v.cases = existing(v.facts.Cases, func(c *Case) bool { return v.exists(c.OpenedAt) })
	v.surveys = existing(v.facts.Surveys, func(s *Survey) bool { return v.exists(s.AnsweredAt) })
	for i := range v.orders {
		v.orders[i].on = DayOf(v.orders[i].At, v.policy.Zone)
	}
	for i := range v.followUps {
		v.followUps[i].on = DayOf(v.followUps[i].At, v.policy.Zone)
	}
	for i := range v.cases {
		v.cases[i].on = DayOf(v.cases[i].OpenedAt, v.policy.Zone)
	}
	for i := range v.surveys {
		v.surveys[i].on = DayOf(v.surveys[i].AnsweredAt, v.policy.Zone)
	}
	// What comes after the moments only keeps the answer the same in whatever order the facts come:
	// imports bring many of one moment.
	slices.SortFunc(v.orders, func(a, b Order) int {
		if order := a.At.Compare(b.At); order != 0 {
			return order
		}
		return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Amount, b.Amount))
	})
	slices.SortFunc(v.followUps, func(a, b FollowUp) int {
		if order := a.At.Compare(b.At); order != 0 {
			return order
		}
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.Status, b.Status), cmp.Compare(a.ResumeOn, b.ResumeOn),
			a.TaskDue.Compare(b.TaskDue), cmp.Compare(a.Competitor, b.Competitor))
	})
	slices.SortFunc(v.cases, func(a, b Case) int { return a.OpenedAt.Compare(b.OpenedAt) })
	slices.SortFunc(v.surveys, func(a, b Survey) int {
		if order := a.AnsweredAt.Compare(b.AnsweredAt); order != 0 {
			return order
		}
		return cmp.Or(cmp.Compare(a.NPS, b.NPS), cmp.Compare(a.Satisfaction, b.Satisfaction))
	})
	v.interact()
}

// existing gives those that have come about, leaving the facts as they are.
func existing[T any](all []T, keep func(*T) bool) []T {
	if len(all) == 0 {
		return nil
	}
	kept := make([]T, 0, len(all))
	for i := range all {
		if keep(&all[i]) {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// interaction is one sign of life.
type interaction struct {
	at       time.Time
	on       Day
	followUp bool
}

// interact merges responded follow-ups, counted orders, cases and survey answers, oldest first; a follow-up goes
// before the others of the same moment.
func (v *view) interact() {
	all := make([]interaction, 0, len(v.orders)+len(v.followUps)+len(v.cases)+len(v.surveys))
	var kinds [4][]interaction // each sorted, as what it is made of
	for i := range v.followUps {
		if f := &v.followUps[i]; f.Responded {
			all = append(all, interaction{at: f.At, on: f.on, followUp: true})
		}
	}
	kinds[0], all = all, all[len(all):]
	for i := range v.orders {
		if o := &v.orders[i]; o.counted() {
			all = append(all, interaction{at: o.At, on: o.on})
		}
	}
	kinds[1], all = all, all[len(all):]
	for i := range v.cases {
		all = append(all, interaction{at: v.cases[i].OpenedAt, on: v.cases[i].on})
	}
	kinds[2], all = all, all[len(all):]
	for i := range v.surveys {
		all = append(all, interaction{at: v.surveys[i].AnsweredAt, on: v.surveys[i].on})
	}
	kinds[3] = all
	v.interactions = merge(kinds[:])
}

// merge puts sorted interactions together, oldest first; of one moment, those of the first kinds come first.
func merge(kinds [][]interaction) []interaction {
	n := 0
	for _, kind := range kinds {
		n += len(kind)
	}
	if n == 0 {
		return nil
	}
	merged := make([]interaction, 0, n)
	for range n {
		first := -1
		for i, kind := range kinds {
			if len(kind) > 0 && (first < 0 || kind[0].at.Before(kinds[first][0].at)) {
				first = i
			}
		}
		merged = append(merged, kinds[first][0])
		kinds[first] = kinds[first][1:]
	}
	return merged
}
