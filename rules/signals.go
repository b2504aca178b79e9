package rules

import "math"

// The signals, in the order of the contract.
const (
	SignalNoOrders         = "no_orders"
	SignalOrderCountDrop   = "order_count_drop"
	SignalOrderAmountDrop  = "order_amount_drop"
	SignalContactReplaced  = "contact_replaced"
	SignalUnresolvedCases  = "unresolved_cases"
	SignalInteractionDrop  = "interaction_drop"
	SignalComplaintsUp     = "complaints_up"
	SignalCompetitor       = "competitor"
	SignalNPSDrop          = "nps_drop"
	SignalLowSatisfaction  = "low_satisfaction"
	SignalOverduePayment   = "overdue_payment"
	SignalSilent           = "silent"
	SignalNegativeFeedback = "negative_feedback"
	SignalOwnerSays        = "owner_says"
)

// Signals are all of them.
var Signals = []string{
	SignalNoOrders, SignalOrderCountDrop, SignalOrderAmountDrop, SignalContactReplaced, SignalUnresolvedCases,
	SignalInteractionDrop, SignalComplaintsUp, SignalCompetitor, SignalNPSDrop, SignalLowSatisfaction,
	SignalOverduePayment, SignalSilent, SignalNegativeFeedback, SignalOwnerSays,
}

// Signal is one reason to worry about a customer.
type Signal struct {
	Name     string
	Severity string
	Evidence Evidence
}

// Evidence are the figures a signal rests on: those of its own row of the table. Days that pass leave them as they are.
type Evidence struct {
	Days      int     `json:"days,omitempty"`      // of the window looked at
	Last      float64 `json:"last,omitempty"`      // in the window
	Before    float64 `json:"before,omitempty"`    // in the one before it
	Threshold float64 `json:"threshold,omitempty"` // that was met
	On        Day     `json:"on,omitempty"`        // the day that decided
	Count     int     `json:"count,omitempty"`
	Reopened  int     `json:"reopened,omitempty"`
	Amount    float64 `json:"amount,omitempty"` // overdue, in currency units
	Name      string  `json:"name,omitempty"`   // of the competitor
}

// What the table of signals asks for besides thresholds and windows.
const (
	daysOfQuiet        = 90  // without orders, where no signal says otherwise
	yearBeforeLast     = 275 // days in which a customer without orders must have ordered
	cyclesWithoutOrder = 1.5
	fewestOrdersBefore = 2
	fewestSignsBefore  = 6 // interactions
	windowsBefore      = 3 // windows of interactions that are compared with the last
	reopenedTwice      = 2
)

// signals raises every signal that holds and is switched on.
func (v *view) signals(a *Assessment) {
	for _, signal := range [...]struct {
		name  string
		holds func(v *view, a *Assessment, rule SignalRule) (Evidence, bool)
	}{
		{SignalNoOrders, (*view).noOrders},
		{SignalOrderCountDrop, (*view).orderCountDrop},
		{SignalOrderAmountDrop, (*view).orderAmountDrop},
		{SignalContactReplaced, (*view).contactReplaced},
		{SignalUnresolvedCases, (*view).unresolvedCases},
		{SignalInteractionDrop, (*view).interactionDrop},
		{SignalComplaintsUp, (*view).complaintsUp},
		{SignalCompetitor, (*view).competitor},
		{SignalNPSDrop, (*view).npsDrop},
		{SignalLowSatisfaction, (*view).lowSatisfaction},
		{SignalOverduePayment, (*view).overduePayment},
		{SignalSilent, (*view).silentLong},
		{SignalNegativeFeedback, (*view).negativeFeedback},
		{SignalOwnerSays, (*view).ownerSays},
	} {
		rule, on := v.policy.Signals[signal.name]
		if !on {
			continue
		}
		if evidence, holds := signal.holds(v, a, rule); holds {
			a.Signals = append(a.Signals, Signal{Name: signal.name, Severity: rule.Severity, Evidence: evidence})
		}
	}
}

// raised gives a signal that was raised, or none.
func (a *Assessment) raised(name string) bool {
	for i := range a.Signals {
		if a.Signals[i].Name == name {
			return true
		}
	}
	return false
}

// cycleDays is how long a purchase cycle is; 0: not known.
func cycleDays(cycle string) float64 {
	switch cycle {
	case CycleWeekly:
		return 7
	case CycleMonthly:
		return 30
	case CycleQuarterly:
		return 90
	case CycleYearly:
		return 365
	}
	return 0
}

// quiet is how many days without an order are too many for this customer, also where that raises no signal.
func (v *view) quiet() int {
	days := daysOfQuiet
	if rule, on := v.policy.Signals[SignalNoOrders]; on {
		days = rule.WindowDays
	}
	return max(days, int(math.Ceil(cyclesWithoutOrder*cycleDays(v.facts.PurchaseCycle))))
}

// buysSeldom tells whether quarters cannot be compared with each other.
func (v *view) buysSeldom() bool {
	return v.facts.PurchaseCycle == CycleQuarterly || v.facts.PurchaseCycle == CycleYearly
}

// noOrders: a customer who ordered within a year has stopped.
func (v *view) noOrders(a *Assessment, _ SignalRule) (Evidence, bool) {
	if !a.Ordered {
		return Evidence{}, false
	}
	w := v.quiet()
	last := DayOf(a.LastOrderAt, v.policy.Zone)
	return Evidence{Days: w, On: last}, v.before(last, w, w+yearBeforeLast)
}

// orderCountDrop: half as many counted orders as in the window before.
func (v *view) orderCountDrop(_ *Assessment, rule SignalRule) (Evidence, bool) {
	if v.buysSeldom() {
		return Evidence{}, false
	}
	e := Evidence{Days: rule.WindowDays, Threshold: rule.Threshold}
	v.compare(rule.WindowDays, func(o *Order, last bool) {
		switch {
		case !o.counted():
		case last:
			e.Last++
		default:
			e.Before++
		}
	})
	return e, e.Before >= fewestOrdersBefore && e.Last*100 <= rule.Threshold*e.Before
}

// orderAmountDrop: half as much bought as in the window before, returns taken off.
func (v *view) orderAmountDrop(_ *Assessment, rule SignalRule) (Evidence, bool) {
	if v.buysSeldom() {
		return Evidence{}, false
	}
	e := Evidence{Days: rule.WindowDays, Threshold: rule.Threshold}
	v.compare(rule.WindowDays, func(o *Order, last bool) {
		if last {
			e.Last += o.Amount
		} else {
			e.Before += o.Amount
		}
	})
	e.Last, e.Before = cents(e.Last), cents(e.Before)
	return e, e.Before > 0 && e.Last*100 <= rule.Threshold*e.Before
}

// compare shows the orders of the last days and those of as many before.
func (v *view) compare(days int, show func(o *Order, last bool)) {
	for i := len(v.orders) - 1; i >= 0; i-- {
		o := &v.orders[i]
		last := v.within(o.on, days)
		if !last && !v.within(o.on, 2*days) {
			return // and so are all older ones
		}
		show(o, last)
	}
}

// contactReplaced: the person we knew has left.
func (v *view) contactReplaced(_ *Assessment, rule SignalRule) (Evidence, bool) {
	var e Evidence
	for _, day := range v.facts.PrimariesLeft {
		if day > v.today {
			v.changesOn(day)
		} else if v.within(day, rule.WindowDays) {
			e.On = max(e.On, day)
		}
	}
	return e, e.On != 0
}

// resolved tells whether a case has been resolved by now.
func (v *view) resolved(c *Case) bool { return !c.ResolvedAt.IsZero() && v.exists(c.ResolvedAt) }

// unresolvedCases: several cases wait beyond their deadline, or one came back twice.
func (v *view) unresolvedCases(_ *Assessment, rule SignalRule) (Evidence, bool) {
	e := Evidence{Threshold: rule.Threshold}
	for i := range v.cases {
		c := &v.cases[i]
		if v.resolved(c) {
			continue
		}
		e.Reopened = max(e.Reopened, c.Reopened)
		deadline := DayOf(c.RespondBy, v.policy.Zone)
		if deadline < v.today {
			e.Count++
		} else {
			v.changesOn(deadline + 1)
		}
	}
	if e.Reopened < reopenedTwice {
		e.Reopened = 0
	}
	return e, e.Count > 0 && float64(e.Count) >= rule.Threshold || e.Reopened > 0
}

// interactionDrop: half as many signs of life as a third of the three windows before.
func (v *view) interactionDrop(_ *Assessment, rule SignalRule) (Evidence, bool) {
	n := rule.WindowDays
	e := Evidence{Days: n, Threshold: rule.Threshold}
	for i := len(v.interactions) - 1; i >= 0; i-- {
		age := int(v.today - v.interactions[i].on)
		if age >= (1+windowsBefore)*n {
			break
		}
		if age < n {
			e.Last++
		} else {
			e.Before++
		}
	}
	// With fewer signs of life than that, time alone cannot raise it.
	if e.Last+e.Before < fewestSignsBefore {
		return e, false
	}
	v.comparesSigns(n)
	return e, e.Before >= fewestSignsBefore && e.Last*100*windowsBefore <= rule.Threshold*e.Before
}

// comparesSigns notes when interactions move from one window to the next.
func (v *view) comparesSigns(n int) {
	for i := len(v.interactions) - 1; i >= 0; i-- {
		on := v.interactions[i].on
		if !v.within(on, n) && !v.within(on, (1+windowsBefore)*n) {
			return
		}
	}
}

// complaintsUp: more complaints than in the window before.
func (v *view) complaintsUp(_ *Assessment, rule SignalRule) (Evidence, bool) {
	e := Evidence{Days: rule.WindowDays, Threshold: rule.Threshold}
	for i := range v.cases {
		c := &v.cases[i]
		switch {
		case c.Kind != CaseComplaint:
		case v.within(c.on, rule.WindowDays):
			e.Last++
		case v.within(c.on, 2*rule.WindowDays):
			e.Before++
		}
	}
	return e, e.Last > e.Before && e.Last >= rule.Threshold
}

// competitor: the customer named one.
func (v *view) competitor(_ *Assessment, rule SignalRule) (Evidence, bool) {
	for i := len(v.followUps) - 1; i >= 0; i-- {
		if f := &v.followUps[i]; f.Competitor != "" {
			return Evidence{On: f.on, Name: f.Competitor}, v.within(f.on, rule.WindowDays)
		}
	}
	return Evidence{}, false
}

// npsDrop: the latest answer recommends us less than the one before.
func (v *view) npsDrop(_ *Assessment, rule SignalRule) (Evidence, bool) {
	if len(v.surveys) < 2 {
		return Evidence{}, false
	}
	last, before := &v.surveys[len(v.surveys)-1], &v.surveys[len(v.surveys)-2]
	e := Evidence{Days: rule.WindowDays, Last: last.NPS, Before: before.NPS, Threshold: rule.Threshold, On: last.on}
	return e, before.NPS > last.NPS && before.NPS-last.NPS >= rule.Threshold && v.within(before.on, rule.WindowDays)
}

// lowSatisfaction: the latest answer is not satisfied.
func (v *view) lowSatisfaction(_ *Assessment, rule SignalRule) (Evidence, bool) {
	if len(v.surveys) == 0 {
		return Evidence{}, false
	}
	last := &v.surveys[len(v.surveys)-1]
	e := Evidence{Last: last.Satisfaction, Threshold: rule.Threshold, On: last.on}
	return e, last.Satisfaction < rule.Threshold && v.within(last.on, rule.WindowDays)
}

// overduePayment: an order waits to be paid, or was paid late not long ago.
func (v *view) overduePayment(_ *Assessment, rule SignalRule) (Evidence, bool) {
	var e Evidence
	for i := range v.orders {
		o := &v.orders[i]
		if !o.counted() || o.DueOn == 0 {
			continue
		}
		unpaid := o.PaidOn == 0 || o.PaidOn > v.today
		if o.PaidOn > v.today {
			v.changesOn(o.PaidOn)
		}
		switch {
		case unpaid && o.DueOn < v.today:
			e.Count++
			e.Amount += o.Amount
			e.On = max(e.On, o.DueOn)
		case unpaid:
			v.changesOn(o.DueOn + 1)
		case o.PaidOn > o.DueOn && v.within(o.PaidOn, rule.WindowDays):
			e.Count++
			e.On = max(e.On, o.PaidOn)
		}
	}
	e.Amount = cents(e.Amount)
	return e, e.Count > 0
}

// silentLong: silent for longer than the cadence explains, and nobody agreed to wait.
func (v *view) silentLong(a *Assessment, rule SignalRule) (Evidence, bool) {
	last := DayOf(a.LastInteractionAt, v.policy.Zone)
	if last == 0 {
		last = v.facts.FirstContactOn
	}
	if last == 0 || a.OnHold {
		return Evidence{}, false
	}
	allowed := int(math.Floor(rule.Threshold * float64(v.policy.Tiers[a.Tier].CadenceDays)))
	v.changesOn(last + Day(allowed) + 1)
	return Evidence{On: last, Days: allowed}, a.Silent && int(v.today-last) > allowed
}

// negativeFeedback: the latest answer we got was not a good one.
func (v *view) negativeFeedback(_ *Assessment, rule SignalRule) (Evidence, bool) {
	for i := len(v.followUps) - 1; i >= 0; i-- {
		if f := &v.followUps[i]; f.Responded {
			return Evidence{On: f.on}, f.Unhappy && v.within(f.on, rule.WindowDays)
		}
	}
	return Evidence{}, false
}

// outlookChurn is the owner's word that the customer may leave.
const outlookChurn = "churn_risk"

// ownerSays: the owner expects to lose the customer.
func (v *view) ownerSays(*Assessment, SignalRule) (Evidence, bool) {
	return Evidence{}, v.facts.Outlook == outlookChurn
}
