package rules

import "math"

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
