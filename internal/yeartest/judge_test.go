package yeartest_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// settings are the part of the policy that a run of the test chooses; the rest are the defaults of the contract, written here again.
type settings struct {
	zone  *time.Location
	model string
	tiers map[string]tierRow
	byDay bool // everybody is judged by day too, now and then
}

type tierRow struct{ cadence, silentAfter, maxGap int } // days

func defaultTiers() map[string]tierRow {
	return map[string]tierRow{"S": {7, 30, 30}, "A": {14, 30, 60}, "B": {30, 30, 120}, "C": {60, 30, 180}}
}

const (
	valueHigh, valueMid, layerPotential = 500_000_00, 100_000_00, 300_000_00 // cents
	year                                = 365                                // days
	lightFactor, recoveryFactor         = 2, 1.5
	recoverySteps                       = 2
	leadDays                            = 3
	caseHours, majorHours               = 48, 24
)

// scores are what the last night gave a customer: nil for who never ordered.
type scores struct {
	r, f, m int
	group   string
}

func (s *scores) String() string {
	switch {
	case s == nil:
		return "null"
	case s.r == 0:
		return s.group
	}
	return fmt.Sprintf("%d%d%d %s", s.r, s.f, s.m, s.group)
}

// verdict is the judgement of a customer at a moment.
type verdict struct {
	tier, value, potential, risk, cause, segment, touch string
	annual                                              int64
	ordered, contracted                                 bool
	silent                                              bool
	silentSince                                         date
	onHold                                              bool
	next                                                date
	signals                                             map[string]string
	lastFollowUp, lastInteraction, lastOrder            time.Time
	windowOrders                                        int
	windowAmount                                        int64
	products                                            []string
}

// moment is a moment at which everything is judged.
type moment struct {
	settings
	now time.Time
}

func (m moment) today() date              { return dateOf(m.now, m.zone) }
func (m moment) day(t time.Time) date     { return dateOf(t, m.zone) }
func (m moment) age(t time.Time) int      { return days(m.day(t), m.today()) }
func (m moment) ageOfDay(d date) int      { return days(d, m.today()) }
func within(age, from, to int) bool       { return age >= from && age <= to }
func inLast(age, n int) bool              { return within(age, 0, n-1) }
func inTheBefore(age, n int) bool         { return within(age, n, 2*n-1) }
func (m moment) past(d date) bool         { return !d.IsZero() && d.Before(m.today()) }
func (m moment) happened(d date) bool     { return !d.IsZero() && !d.After(m.today()) }
func (m moment) years(n int, d date) bool { return !d.AddDate(n, 0, 0).After(m.today()) }

// standing is what the scores of the last night are worth by day: who has no order left in the window has none.
func (m moment) standing(h history, s *scores) *scores {
	v := verdict{}
	m.columns(h, &v)
	switch {
	case v.lastOrder.IsZero():
		return nil
	case v.windowOrders == 0:
		return &scores{group: "dormant"}
	}
	return s
}

// judge judges a customer by the whole history, with the scores of the last night.
func (m moment) judge(all history, s *scores) verdict {
	h := all.until(m.now)
	v := verdict{contracted: len(h.contracts) > 0}
	for _, o := range h.orders {
		v.ordered = v.ordered || o.counts()
	}
	v.annual = m.annualPurchase(h)
	v.value, v.potential = value(v.annual), potential(h.customer)
	v.tier = m.tier(h, v, m.standing(h, s))
	m.columns(h, &v)
	m.contactState(h, &v)
	m.warn(h, &v)
	v.segment = m.segment(h, v)
	return v
}

// sum adds the orders and returns of ages from one to another, in cents.
func (m moment) sum(h history, from, to int) (total int64) {
	for _, o := range h.orders {
		if !o.cancelled && within(m.age(o.at), from, to) {
			total += o.cents
		}
	}
	return total
}

// firstOrder is the day of the first counted order.
func (m moment) firstOrder(h history) (first date) {
	for _, o := range h.orders {
		if o.counts() && (first.IsZero() || m.day(o.at).Before(first)) {
			first = m.day(o.at)
		}
	}
	return first
}

func (m moment) annualPurchase(h history) int64 {
	sum := m.sum(h, 0, year-1)
	first := m.firstOrder(h)
	if known := h.customer.declared > 0; known && (first.IsZero() || m.ageOfDay(first) < year) && h.customer.declared > sum {
		return h.customer.declared
	}
	return sum
}

func value(annual int64) string {
	switch {
	case annual >= valueHigh:
		return "high"
	case annual >= valueMid:
		return "mid"
	}
	return "low"
}

func potential(c firm) string {
	switch {
	case c.intent == "high" && c.need == "strong" || c.influence == "high" && c.fit == "high":
		return "key"
	case c.need == "vague" || c.need == "":
		return "watching"
	}
	return "potential"
}

func (m moment) tier(h history, v verdict, s *scores) string {
	if h.customer.pin != "" && !h.customer.pinUntil.Before(m.today()) {
		return h.customer.pin
	}
	switch m.model {
	case "rfm":
		if s == nil {
			return groupTier("")
		}
		return groupTier(s.group)
	case "project":
		return projectTiers[m.projectPoints(h)]
	case "service":
		return m.serviceTier(h)
	}
	return matrix(v.value, v.potential, v.ordered || h.customer.declared > 0)
}

// matrix is the table of the model value_potential; known is who has ordered or declared anything.
func matrix(value, potential string, known bool) string {
	switch {
	case value == "high" && potential == "key":
		return "S"
	case value == "high" || potential == "key":
		return "A"
	case !known, value == "low" && potential == "watching":
		return "C"
	}
	return "B"
}

func groupTier(group string) string {
	if tier := map[string]string{"core": "S", "potential": "A", "normal": "B"}[group]; tier != "" {
		return tier
	}
	return "C"
}

var projectTiers = []string{"C", "B", "A", "S"} // by points

func serviceTable(contacts int, pleased bool) string {
	often := contacts >= 6
	switch {
	case often && pleased:
		return "S"
	case often || pleased:
		return "A"
	case contacts > 0:
		return "B"
	}
	return "C"
}

// since is when the cooperation began.
func (m moment) since(h history) date {
	if !h.customer.cooperation.IsZero() {
		return h.customer.cooperation
	}
	return m.firstOrder(h)
}

func (m moment) projectPoints(h history) (points int) {
	if since := m.since(h); !since.IsZero() && m.years(2, since) {
		points++
	}
	categories := map[string]bool{}
	for _, o := range h.orders {
		if o.counts() && o.category != "" {
			categories[o.category] = true
		}
	}
	if len(categories) >= 3 {
		points++
	}
	complexity := 0
	for _, c := range h.contacts {
		if c.left.IsZero() { // who is to leave is no longer counted on
			complexity++
		}
	}
	for _, c := range h.contracts {
		if c.status == "active" {
			complexity++
		}
	}
	if complexity >= 4 {
		points++
	}
	return points
}

func (m moment) serviceTier(h history) string {
	contacts, answers, sum := 0, 0, 0.0
	for _, f := range h.followUps {
		if inLast(m.age(f.started), 90) {
			contacts++
		}
	}
	for _, c := range h.cases {
		if inLast(m.age(c.opened), 90) {
			contacts++
		}
	}
	for _, s := range h.surveys {
		if inLast(m.age(s.answered), year) {
			answers++
			sum += s.satisfaction
		}
	}
	return serviceTable(contacts, answers > 0 && sum >= 8*float64(answers))
}

// columns are the plain sums and latest moments.
func (m moment) columns(h history, v *verdict) {
	for _, f := range h.followUps {
		v.lastFollowUp = latest(v.lastFollowUp, f.started)
	}
	for _, i := range interactions(h) {
		v.lastInteraction = latest(v.lastInteraction, i.at)
	}
	for _, o := range h.orders {
		if o.counts() {
			v.lastOrder = latest(v.lastOrder, o.at)
			if inLast(m.age(o.at), year) {
				v.windowOrders++
			}
			if o.product != "" && !slices.Contains(v.products, o.product) {
				v.products = append(v.products, o.product)
			}
		}
	}
	slices.Sort(v.products)
	v.windowAmount = m.sum(h, 0, year-1)
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// segment is the layer of a customer; the risk is judged before.
func (m moment) segment(h history, v verdict) string {
	since := m.since(h)
	years := func(n int) bool { return !since.IsZero() && m.years(n, since) }
	major := slices.ContainsFunc(h.cases, func(c serviceCase) bool {
		return c.kind == "complaint" && c.severity == "major" && inLast(m.age(c.opened), year)
	})
	switch {
	case v.risk == "churn_risk":
		return "churn_risk"
	case v.annual >= valueHigh && years(2) && !major && h.customer.renewal == "strong":
		return "high_value_stable"
	case v.annual >= layerPotential, years(1) && !years(2) && m.growing(h):
		return "high_value_potential"
	}
	return "standard"
}

// growing tells of a demand that grows: something never bought before, or half as much again.
func (m moment) growing(h history) bool {
	before, fresh := map[string]bool{}, map[string]bool{}
	old := false
	for _, o := range h.orders {
		switch {
		case !o.counts():
		case m.age(o.at) >= 90:
			old = true
			before[o.category] = true
		case o.category != "":
			fresh[o.category] = true
		}
	}
	for category := range fresh {
		if old && !before[category] {
			return true
		}
	}
	last, then := m.sum(h, 0, 89), m.sum(h, 90, 179)
	return then > 0 && 2*last >= 3*then
}

// rate gives the scores of every customer, from the histories of all that are not archived.
func (m moment) rate(all []history) map[string]*scores {
	type one struct {
		id                  string
		days, orders, money float64
	}
	var population []one
	rated := map[string]*scores{}
	for _, h := range all {
		if h.customer.stage == "archived" {
			continue
		}
		v := verdict{}
		m.columns(h.until(m.now), &v)
		if v.windowOrders > 0 {
			population = append(population, one{h.customer.id, float64(m.age(v.lastOrder)), float64(v.windowOrders), float64(v.windowAmount) / 100})
		} else if !v.lastOrder.IsZero() {
			rated[h.customer.id] = &scores{group: "dormant"}
		}
	}
	exceeded := func(pick func(one) float64, own float64) (n int) {
		var values []float64
		for _, p := range population {
			values = append(values, pick(p))
		}
		slices.Sort(values)
		for _, share := range []float64{0.2, 0.4, 0.6, 0.8} {
			if own > quantile(values, share) {
				n++
			}
		}
		return n
	}
	for _, p := range population {
		s := &scores{
			r: 5 - exceeded(func(o one) float64 { return o.days }, p.days),
			f: 1 + exceeded(func(o one) float64 { return o.orders }, p.orders),
			m: 1 + exceeded(func(o one) float64 { return o.money }, p.money),
		}
		switch {
		case s.r >= 4 && s.f >= 3 && s.m >= 3 && (s.f >= 4 || s.m >= 4):
			s.group = "core"
		case s.r == 1, s.r == 2 && s.f <= 2:
			s.group = "dormant"
		case s.r >= 3 && (s.f >= 3 || s.m >= 3):
			s.group = "potential"
		default:
			s.group = "normal"
		}
		rated[p.id] = s
	}
	return rated
}

// quantile is the quantile of sorted values, type 7 of Hyndman and Fan: linear between the two ranks around (n-1)·share.
func quantile(sorted []float64, share float64) float64 {
	rank := float64(len(sorted)-1) * share
	low := int(math.Floor(rank))
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (rank-float64(low))*(sorted[high]-sorted[low])
}

// signalList gives the signals in a form to compare.
func (v verdict) signalList() string {
	var list []string
	for name, severity := range v.signals {
		list = append(list, name+" "+severity)
	}
	slices.SortFunc(list, cmp.Compare[string])
	return strings.Join(list, ", ")
}
