package rules

// How much a customer is at risk.
const (
	RiskStable  = "stable"
	RiskWarning = "warning"
	RiskChurn   = "churn_risk"
)

// The causes of a churn risk, in the order that decides between equals.
const (
	CausePrice        = "price"
	CauseUpgrade      = "upgrade"
	CauseRelationship = "relationship"
	CauseService      = "service"
)

// The segments.
const (
	SegmentStable    = "high_value_stable"
	SegmentPotential = "high_value_potential"
	SegmentStandard  = "standard"
	SegmentChurnRisk = "churn_risk"
)

const (
	warningsOfChurn = 3
	daysOfCause     = 90
	daysOfGrowth    = 90
	strongGrowth    = 1.5 // of the amount, from one quarter to the next
	renewalStrong   = "strong"
)

// risk weighs the signals: one that is critical, or three warnings, make a churn risk, and that asks for its cause and for
// somebody to win the customer back. A contact who was replaced, and nothing else, asks for a handover instead.
func (v *view) risk(a *Assessment) {
	warnings := 0
	a.Risk = RiskStable
	for i := range a.Signals {
		if a.Signals[i].Severity == SeverityCritical {
			a.Risk = RiskChurn
		} else {
			warnings++
		}
	}
	switch {
	case a.Risk == RiskChurn:
	case warnings >= warningsOfChurn:
		a.Risk = RiskChurn
	case warnings > 0:
		a.Risk = RiskWarning
	}
	if a.Risk == RiskChurn {
		a.Cause = v.cause(a)
		a.WinBack = len(a.Signals) > 1 || a.Signals[0].Name != SignalContactReplaced
	}
}

// cause gives the cause of a churn risk with the most evidence; none where there is no evidence at all.
func (v *view) cause(a *Assessment) string {
	best, most := "", 0
	for _, cause := range [...]struct {
		name     string
		evidence int
	}{
		{CausePrice, v.priceEvidence()},
		{CauseUpgrade, v.upgradeEvidence()},
		{CauseRelationship, countRaised(a, SignalContactReplaced, SignalInteractionDrop, SignalNPSDrop)},
		{CauseService, countRaised(a, SignalUnresolvedCases, SignalComplaintsUp)},
	} {
		if cause.evidence > most {
			best, most = cause.name, cause.evidence
		}
	}
	return best
}

func countRaised(a *Assessment, names ...string) int {
	n := 0
	for _, name := range names {
		if a.raised(name) {
			n++
		}
	}
	return n
}

// priceEvidence counts the contacts in which the price, or a competitor, came up.
func (v *view) priceEvidence() int {
	n := 0
	for i := len(v.followUps) - 1; i >= 0; i-- {
		f := &v.followUps[i]
		if (f.Price || f.Competitor != "") && v.within(f.on, daysOfCause) {
			n++
		}
	}
	return n
}

// upgradeEvidence counts what the customer asks for and does not have yet: open requests, and categories they stopped buying
// while they go on with others. (Whoever stopped buying altogether told nothing about a category.)
func (v *view) upgradeEvidence() int {
	n := 0
	for i := range v.cases {
		if c := &v.cases[i]; c.Kind == CaseRequest && !v.resolved(c) {
			n++
		}
	}
	w := v.quiet()
	latest := map[string]Day{}
	buys := false
	for i := range v.orders {
		if o := &v.orders[i]; o.counted() {
			buys = v.within(o.on, w) || buys
			latest[o.Category] = o.on // oldest first
		}
	}
	delete(latest, "")
	for _, day := range latest {
		if v.before(day, w, w+yearBeforeLast) && buys {
			n++
		}
	}
	return n
}

// segment places the customer for those who plan the care of many [001].
func (v *view) segment(a *Assessment) {
	switch {
	case a.Risk == RiskChurn:
		a.Segment = SegmentChurnRisk
	case a.AnnualPurchase >= v.policy.ValueHigh && v.facts.Known.RenewalIntent == renewalStrong && !v.majorComplaint() && v.cooperates(2):
		a.Segment = SegmentStable
	case a.AnnualPurchase >= v.policy.LayerPotential, v.growsInSecondYear():
		a.Segment = SegmentPotential
	default:
		a.Segment = SegmentStandard
	}
}

// majorComplaint tells whether there was one within a year.
func (v *view) majorComplaint() bool {
	found := false
	for i := range v.cases {
		if c := &v.cases[i]; c.Kind == CaseComplaint && c.Major && v.within(c.on, daysOfYear) {
			found = true
		}
	}
	return found
}

// growsInSecondYear tells whether a customer of at least one and less than two calendar years wants more and more.
func (v *view) growsInSecondYear() bool {
	since := v.since()
	if n := len(v.orders); n == 0 || since == 0 || v.today-v.orders[n-1].on >= 2*daysOfGrowth {
		return false // and time alone makes no orders
	}
	return v.cooperates(1) && !v.cooperates(2) && v.grows()
}

// grows tells whether the customer's demand does: a category of the last quarter never bought before, by a customer who bought
// before it; or half as much again as in the quarter before.
func (v *view) grows() bool {
	var last, before float64
	first := map[string]Day{}
	for i := range v.orders {
		o := &v.orders[i]
		switch {
		case v.within(o.on, daysOfGrowth):
			last += o.Amount
		case v.within(o.on, 2*daysOfGrowth):
			before += o.Amount
		}
		if _, known := first[o.Category]; !known && o.counted() {
			first[o.Category] = o.on // oldest first
		}
	}
	if before = cents(before); before > 0 && cents(last) >= cents(strongGrowth*before) {
		return true
	}
	delete(first, "")
	for _, day := range first {
		if v.within(day, daysOfGrowth) && v.firstOrder != 0 && !v.within(v.firstOrder, daysOfGrowth) {
			return true
		}
	}
	return false
}
