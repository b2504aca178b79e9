package yeartest_test

import (
	"slices"
	"time"
)

// severities are the signals as the contract has them.
var severities = map[string]string{
	"no_orders": "critical", "order_count_drop": "critical", "order_amount_drop": "warning", "contact_replaced": "critical",
	"unresolved_cases": "critical", "interaction_drop": "warning", "complaints_up": "warning", "competitor": "warning",
	"nps_drop": "warning", "low_satisfaction": "warning", "overdue_payment": "warning", "silent": "warning",
	"negative_feedback": "warning", "owner_says": "warning",
}

// warn judges signals, risk and cause; tier and silence are judged before.
func (m moment) warn(h history, v *verdict) {
	v.signals = map[string]string{}
	for name, is := range map[string]bool{
		"no_orders":         m.noOrders(h),
		"order_count_drop":  m.orderCountDrop(h),
		"order_amount_drop": m.orderAmountDrop(h),
		"contact_replaced":  m.contactReplaced(h),
		"unresolved_cases":  m.unresolvedCases(h),
		"interaction_drop":  m.interactionDrop(h),
		"complaints_up":     m.complaintsUp(h),
		"competitor":        m.competitor(h),
		"nps_drop":          m.npsDrop(h),
		"low_satisfaction":  m.lowSatisfaction(h),
		"overdue_payment":   m.overduePayment(h),
		"silent":            m.longSilent(h, *v),
		"negative_feedback": m.negativeFeedback(h),
		"owner_says":        h.customer.outlook == "churn_risk",
	} {
		if is {
			v.signals[name] = severities[name]
		}
	}
	critical, warnings := 0, 0
	for _, severity := range v.signals {
		if severity == "critical" {
			critical++
		} else {
			warnings++
		}
	}
	switch {
	case critical > 0 || warnings >= 3:
		v.risk = "churn_risk"
		v.cause = m.cause(h, v.signals)
	case warnings > 0:
		v.risk = "warning"
	default:
		v.risk = "stable"
	}
}

// wantsWinBack tells whether a win-back is called for.
func (v verdict) wantsWinBack() bool {
	return v.risk == "churn_risk" && (len(v.signals) > 1 || v.signals["contact_replaced"] == "")
}

// orderWindow is how many days without an order are too many.
func orderWindow(c firm) int {
	switch c.cycle {
	case "quarterly":
		return 135
	case "yearly":
		return 548
	}
	return 90
}

func (m moment) noOrders(h history) bool {
	w, before := orderWindow(h.customer), false
	for _, o := range h.orders {
		age := m.age(o.at)
		if o.counts() && inLast(age, w) {
			return false
		}
		before = before || o.counts() && within(age, w, w+274)
	}
	return before
}

func seldom(c firm) bool { return c.cycle == "quarterly" || c.cycle == "yearly" }

func (m moment) orderCountDrop(h history) bool {
	last, before := 0, 0
	for _, o := range h.orders {
		if o.counts() && inLast(m.age(o.at), 90) {
			last++
		}
		if o.counts() && inTheBefore(m.age(o.at), 90) {
			before++
		}
	}
	return !seldom(h.customer) && before >= 2 && 2*last <= before
}

func (m moment) orderAmountDrop(h history) bool {
	last, before := m.sum(h, 0, 89), m.sum(h, 90, 179)
	return !seldom(h.customer) && before > 0 && 2*last <= before
}

func (m moment) contactReplaced(h history) bool {
	return slices.ContainsFunc(h.contacts, func(c contact) bool {
		return c.asPrimary && !c.left.IsZero() && inLast(m.ageOfDay(c.left), 90)
	})
}

// unresolved tells whether a case is still open.
func (m moment) unresolved(c serviceCase) bool { return c.resolved.IsZero() || c.resolved.After(m.now) }

func (m moment) unresolvedCases(h history) bool {
	late := 0
	for _, c := range h.cases {
		if !m.unresolved(c) {
			continue
		}
		if c.reopened >= 2 {
			return true
		}
		hours := caseHours
		if c.severity == "major" {
			hours = majorHours
		}
		if m.past(m.day(c.opened.Add(time.Duration(hours) * time.Hour))) {
			late++
		}
	}
	return late >= 2
}

func (m moment) interactionDrop(h history) bool {
	last, before := 0, 0
	for _, i := range interactions(h) {
		if inLast(m.age(i.at), 30) {
			last++
		}
		if within(m.age(i.at), 30, 119) {
			before++
		}
	}
	return before >= 6 && 6*last <= before
}

func (m moment) complaintsUp(h history) bool {
	last, before := 0, 0
	for _, c := range h.cases {
		if c.kind == "complaint" && inLast(m.age(c.opened), 90) {
			last++
		}
		if c.kind == "complaint" && inTheBefore(m.age(c.opened), 90) {
			before++
		}
	}
	return last > before && last >= 2
}

func (m moment) competitor(h history) bool {
	return slices.ContainsFunc(h.followUps, func(f followUp) bool { return f.competitor != "" && inLast(m.age(f.started), 60) })
}

// answers are the surveys, the latest first.
func answers(h history) []survey {
	list := slices.Clone(h.surveys)
	slices.SortFunc(list, func(a, b survey) int { return b.answered.Compare(a.answered) })
	return list
}

func (m moment) npsDrop(h history) bool {
	a := answers(h)
	return len(a) >= 2 && inLast(m.age(a[0].answered), 730) && inLast(m.age(a[1].answered), 730) && a[1].nps-a[0].nps >= 2
}

func (m moment) lowSatisfaction(h history) bool {
	a := answers(h)
	return len(a) >= 1 && inLast(m.age(a[0].answered), year) && a[0].satisfaction < 7
}

func (m moment) overduePayment(h history) bool {
	return slices.ContainsFunc(h.orders, func(o order) bool {
		if !o.counts() || o.due.IsZero() {
			return false
		}
		if !m.happened(o.paid) {
			return m.past(o.due)
		}
		return o.paid.After(o.due) && inLast(m.ageOfDay(o.paid), 180)
	})
}

func (m moment) longSilent(h history, v verdict) bool {
	last := h.customer.firstContact
	if !v.lastInteraction.IsZero() {
		last = m.day(v.lastInteraction)
	}
	return v.silent && !v.onHold && 2*m.ageOfDay(last) > 3*m.tiers[v.tier].cadence
}

func (m moment) negativeFeedback(h history) bool {
	var l *followUp
	for i, f := range h.followUps {
		if f.responded() && (l == nil || f.started.After(l.started)) {
			l = &h.followUps[i]
		}
	}
	return l != nil && inLast(m.age(l.started), 180) && (l.feedback == "negative" || l.mood == "dissatisfied")
}

// cause names what most of the evidence speaks for.
func (m moment) cause(h history, signals map[string]string) string {
	price, upgrade, relationship, service := 0, 0, 0, 0
	for _, f := range h.followUps {
		unhappy := f.mood == "hesitant" || f.mood == "dissatisfied"
		if inLast(m.age(f.started), 90) && (f.competitor != "" || unhappy && f.price) {
			price++
		}
	}
	upgrade += m.stoppedCategories(h)
	for _, c := range h.cases {
		if c.kind == "request" && m.unresolved(c) {
			upgrade++
		}
	}
	for name := range signals {
		switch name {
		case "contact_replaced", "interaction_drop", "nps_drop":
			relationship++
		case "unresolved_cases", "complaints_up":
			service++
		}
	}
	most := max(price, upgrade, relationship, service)
	switch most {
	case 0:
		return ""
	case price:
		return "price"
	case upgrade:
		return "upgrade"
	case relationship:
		return "relationship"
	}
	return "service"
}

// stoppedCategories counts the categories no longer bought by a customer who still buys.
func (m moment) stoppedCategories(h history) (n int) {
	w := orderWindow(h.customer)
	before, last := map[string]bool{}, map[string]bool{}
	buys := false
	for _, o := range h.orders {
		if !o.counts() {
			continue
		}
		if inLast(m.age(o.at), w) {
			buys = true
			last[o.category] = true
		}
		if within(m.age(o.at), w, w+274) {
			before[o.category] = true
		}
	}
	for category := range before {
		if buys && category != "" && !last[category] {
			n++
		}
	}
	return n
}
