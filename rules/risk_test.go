package rules_test

import (
	"testing"

	"touchbase/rules"
)

func TestRisk(t *testing.T) {
	t.Parallel()
	const competitor, unhappy, dissatisfied, late = "attempt 1 competitor=rival", "contact 2 unhappy", "survey 5 satisfied=1", "order 10 amount=5 due=1"
	critical := func(name string) func(*rules.Policy) {
		return func(policy *rules.Policy) {
			rule := policy.Signals[name]
			rule.Severity = rules.SeverityCritical
			policy.Signals[name] = rule
		}
	}
	for _, test := range []struct {
		name    string
		lines   []string
		change  func(*rules.Policy)
		risk    string
		winBack bool
	}{
		{"nothing", nil, nil, rules.RiskStable, false},
		{"a healthy customer", []string{"order 10 amount=5", "contact 1"}, nil, rules.RiskStable, false},
		{"one warning", []string{competitor}, nil, rules.RiskWarning, false},
		{"two warnings", []string{competitor, unhappy}, nil, rules.RiskWarning, false},
		{"three warnings", []string{competitor, unhappy, late}, nil, rules.RiskChurn, true},
		{"four warnings", []string{competitor, unhappy, late, dissatisfied}, nil, rules.RiskChurn, true},
		{"three, but one is switched off", []string{competitor, unhappy, late}, func(policy *rules.Policy) {
			delete(policy.Signals, rules.SignalOverduePayment)
		}, rules.RiskWarning, false},
		{"one critical", []string{"order 100"}, nil, rules.RiskChurn, true},
		{"one made critical", []string{competitor}, critical(rules.SignalCompetitor), rules.RiskChurn, true},
		{"a contact replaced, nothing else", []string{"left 3"}, nil, rules.RiskChurn, false},
		{"a contact replaced and a warning", []string{"left 3", competitor}, nil, rules.RiskChurn, true},
		{"a contact replaced and no orders", []string{"left 3", "order 100"}, nil, rules.RiskChurn, true},
		{"a contact replaced as a warning", []string{"left 3"}, func(policy *rules.Policy) {
			rule := policy.Signals[rules.SignalContactReplaced]
			rule.Severity = rules.SeverityWarning
			policy.Signals[rules.SignalContactReplaced] = rule
		}, rules.RiskWarning, false},
		{"a contact replaced, switched off", []string{"left 3"}, func(policy *rules.Policy) {
			delete(policy.Signals, rules.SignalContactReplaced)
		}, rules.RiskStable, false},
		{"no rules at all", []string{"left 3", "order 100", competitor, unhappy, dissatisfied}, func(policy *rules.Policy) {
			policy.Signals = nil
		}, rules.RiskStable, false},
	} {
		p := recall(t, test.lines...)
		policy := assessPolicy(p.zone)
		if test.change != nil {
			test.change(&policy)
		}
		got := p.assess(policy)
		if got.Risk != test.risk || got.WinBack != test.winBack {
			t.Errorf("%s: got %s, win back %v of %+v", test.name, got.Risk, got.WinBack, got.Signals)
		}
		if (got.Segment == rules.SegmentChurnRisk) != (test.risk == rules.RiskChurn) || test.risk != rules.RiskChurn && got.Cause != "" {
			t.Errorf("%s: risk %s, segment %s, cause %q", test.name, got.Risk, got.Segment, got.Cause)
		}
	}
}

// The owner expects to lose the customer, and that is made critical: a churn risk without any evidence of its cause.
func TestCause(t *testing.T) {
	t.Parallel()
	// A category (parts) whose last order was so many days ago, by somebody who bought something else lately.
	stopped := func(age string) []string {
		return []string{"order " + age + " category=parts", "order 1 category=machines"}
	}
	for _, test := range []struct {
		name, cycle string
		lines       []string
		want        string
	}{
		{"none", "", nil, ""},
		{"dissatisfied, not about the price", "", []string{"contact 1 unhappy"}, ""},
		{"about the price, 89 days", "", []string{"contact 89 price", "contact 1"}, rules.CausePrice},
		{"about the price, 90 days", "", []string{"contact 90 price", "contact 1"}, ""},
		{"about the price, to come", "", []string{"contact -1 price"}, ""},
		{"a competitor, 89 days", "", []string{"contact 89 competitor=rival"}, rules.CausePrice},
		{"a competitor, 90 days", "", []string{"contact 90 competitor=rival"}, ""},
		{"an open request, of whatever age", "", []string{"request 900"}, rules.CauseUpgrade},
		{"a request resolved", "", []string{"request 9 resolved=1"}, ""},
		{"a request to be resolved", "", []string{"request 9 resolved=-1"}, rules.CauseUpgrade},
		{"a request to come", "", []string{"request -1"}, ""},
		{"a question", "", []string{"question 9"}, ""},
		{"a category, 89 days", "", stopped("89"), ""},
		{"a category, 90 days", "", stopped("90"), rules.CauseUpgrade},
		{"a category, 364 days", "", stopped("364"), rules.CauseUpgrade},
		{"a category, 365 days", "", stopped("365"), ""},
		{"a category, 134 days, quarterly", rules.CycleQuarterly, stopped("134"), ""},
		{"a category, 135 days, quarterly", rules.CycleQuarterly, stopped("135"), rules.CauseUpgrade},
		{"a category, 409 days, quarterly", rules.CycleQuarterly, stopped("409"), rules.CauseUpgrade},
		{"a category, 410 days, quarterly", rules.CycleQuarterly, stopped("410"), ""},
		{"the category was bought again", "", append(stopped("100"), "order 2 category=parts"), ""},
		{"orders without category", "", []string{"order 100", "order 1 category=machines"}, ""},
		{"all orders stopped", "", []string{"order 100 category=parts", "order 120 category=machines"}, ""},
		{"only a return since", "", []string{"order 100 category=parts", "order 1 category=machines amount=-1"}, ""},
		{"the category was only returned", "", []string{"order 100 category=parts amount=-1", "order 1 category=machines"}, ""},
		{"the category's order was cancelled", "", []string{"order 100 category=parts cancelled", "order 1 category=machines"}, ""},
		{"a contact replaced", "", []string{"left 1"}, rules.CauseRelationship},
		{"the NPS dropped", "", []string{"survey 2 nps=9 satisfied=9", "survey 1 nps=5 satisfied=9"}, rules.CauseRelationship},
		{"interactions dropped", "", times(6, "contact 30"), rules.CauseRelationship},
		{"unresolved cases", "", times(2, "question 10"), rules.CauseService},
		{"more complaints", "", times(2, "complaint 10 resolved=9"), rules.CauseService},
		{"price and upgrade", "", []string{"contact 1 price", "request 1"}, rules.CausePrice},
		{"price and relationship", "", []string{"contact 1 price", "left 1"}, rules.CausePrice},
		{"price and service", "", append(times(2, "question 10"), "contact 1 competitor=rival"), rules.CausePrice},
		{"upgrade and relationship", "", []string{"request 1", "left 1"}, rules.CauseUpgrade},
		{"upgrade and service", "", append(times(2, "complaint 10 resolved=9"), "request 1"), rules.CauseUpgrade},
		{"relationship and service", "", append(times(2, "question 10"), "left 1"), rules.CauseRelationship},
		{"price, more upgrade", "", []string{"contact 1 price", "request 1 respond=-9", "request 1 respond=-9"}, rules.CauseUpgrade},
		{"upgrade by category and request, price once", "", append(stopped("100"), "request 1", "contact 1 price"), rules.CauseUpgrade},
		{"two prices", "", []string{"contact 1 price", "contact 1 competitor=rival", "request 1", "left 1"}, rules.CausePrice},
		{"a contact counts once", "", []string{"contact 1 price competitor=rival", "request 1 respond=-9", "request 1 respond=-9"}, rules.CauseUpgrade},
		{"more relationship", "", []string{"left 1", "survey 2 nps=9 satisfied=9", "survey 1 nps=5 satisfied=9", "contact 1 price", "request 1"}, rules.CauseRelationship},
		{"more service", "", append(times(2, "complaint 10"), "left 1", "contact 1 price", "request 1 respond=-9"), rules.CauseService},
	} {
		p := recall(t, test.lines...)
		p.facts.Outlook, p.facts.PurchaseCycle = "churn_risk", test.cycle
		policy := assessPolicy(p.zone)
		policy.Signals[rules.SignalOwnerSays] = rules.SignalRule{Severity: rules.SeverityCritical}
		got := p.assess(policy)
		if got.Cause != test.want || got.Risk != rules.RiskChurn || got.Segment != rules.SegmentChurnRisk {
			t.Errorf("%s: got cause %q, risk %s, segment %s", test.name, got.Cause, got.Risk, got.Segment)
		}
	}
}

// Which categories stopped does not depend on whether their silence also raises a signal.
func TestStoppedCategoryWithoutSignal(t *testing.T) {
	t.Parallel()
	for age, want := range map[string]string{"89": "", "90": rules.CauseUpgrade} {
		p := recall(t, "order "+age+" category=parts", "order 1 category=machines")
		p.facts.Outlook = "churn_risk"
		policy := only(rules.SignalOwnerSays, p.zone)
		policy.Signals[rules.SignalOwnerSays] = rules.SignalRule{Severity: rules.SeverityCritical}
		if got := p.assess(policy); got.Cause != want {
			t.Errorf("%s days: got cause %q, want %q", age, got.Cause, want)
		}
	}
}

func TestSegment(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, since, renewal string
		lines                []string
		want                 string
	}{
		{"nothing", "", "", nil, rules.SegmentStandard},
		{"high, long, strong", "2024-08-03", "strong", []string{"order 1 amount=500000"}, rules.SegmentStable},
		{"a cent less", "2024-08-03", "strong", []string{"order 1 amount=499999.99"}, rules.SegmentPotential},
		{"a day less", "2024-08-04", "strong", []string{"order 1 amount=500000"}, rules.SegmentPotential},
		{"the renewal unsure", "2024-08-03", "unsure", []string{"order 1 amount=500000"}, rules.SegmentPotential},
		{"the renewal not known", "2024-08-03", "", []string{"order 1 amount=500000"}, rules.SegmentPotential},
		{"a major complaint, 364 days", "2020-01-01", "strong", []string{"order 1 amount=500000", "complaint 364 major resolved=9"}, rules.SegmentPotential},
		{"a major complaint, 365 days", "2020-01-01", "strong", []string{"order 1 amount=500000", "complaint 365 major resolved=9"}, rules.SegmentStable},
		{"a minor complaint", "2020-01-01", "strong", []string{"order 1 amount=500000", "complaint 1 resolved=0"}, rules.SegmentStable},
		{"a major question", "2020-01-01", "strong", []string{"order 1 amount=500000", "question 1 major resolved=0"}, rules.SegmentStable},
		{"a major complaint to come", "2020-01-01", "strong", []string{"order 1 amount=500000", "complaint -1 major"}, rules.SegmentStable},
		{"since the first order, 730 days", "", "strong", []string{"order 1 amount=500000", "order 730"}, rules.SegmentStable},
		{"since the first order, 729 days", "", "strong", []string{"order 1 amount=500000", "order 729"}, rules.SegmentPotential},
		{"a return is no first order", "", "strong", []string{"order 1 amount=500000", "order 900 amount=-1"}, rules.SegmentPotential},
		{"what is entered wins", "2026-01-01", "strong", []string{"order 1 amount=500000", "order 730"}, rules.SegmentPotential},
		{"at the layer", "", "", []string{"order 1 amount=300000"}, rules.SegmentPotential},
		{"a cent below the layer", "", "", []string{"order 1 amount=299999.99"}, rules.SegmentStandard},
		{"grows by category, a year", "2025-08-03", "", []string{"order 90 category=parts", "order 89 category=machines"}, rules.SegmentPotential},
		{"grows, a day less than a year", "2025-08-04", "", []string{"order 90 category=parts", "order 89 category=machines"}, rules.SegmentStandard},
		{"grows, a day less than two years", "2024-08-04", "", []string{"order 90 category=parts", "order 89 category=machines"}, rules.SegmentPotential},
		{"grows, two years", "2024-08-03", "", []string{"order 90 category=parts", "order 89 category=machines"}, rules.SegmentStandard},
		{"the new category is not so new", "2025-08-03", "", []string{"order 91 category=parts", "order 90 category=machines"}, rules.SegmentStandard},
		{"no order older than 90 days", "2025-08-03", "", []string{"order 89 category=parts", "order 88 category=machines"}, rules.SegmentStandard},
		{"the older order has no category", "2025-08-03", "", []string{"order 90", "order 89 category=machines"}, rules.SegmentPotential},
		{"no category is none", "2025-08-03", "", []string{"order 90 category=parts", "order 89"}, rules.SegmentStandard},
		{"the same category", "2025-08-03", "", []string{"order 90 category=parts", "order 89 category=parts"}, rules.SegmentStandard},
		{"the new category was returned", "2025-08-03", "", []string{"order 90 category=parts amount=9", "order 89 category=machines amount=-1"}, rules.SegmentStandard},
		{"the older order was a return", "2025-08-03", "", []string{"order 90 category=parts amount=-9", "order 89 category=machines"}, rules.SegmentStandard},
		{"the older order was cancelled", "2025-08-03", "", []string{"order 90 category=parts cancelled", "order 89 category=machines"}, rules.SegmentStandard},
		{"the new one was cancelled", "2025-08-03", "", []string{"order 90 category=parts", "order 89 category=machines cancelled"}, rules.SegmentStandard},
		{"the new one is to come", "2025-08-03", "", []string{"order 90 category=parts", "order -1 category=machines"}, rules.SegmentStandard},
		{"half as much again", "2025-08-03", "", []string{"order 90 amount=100", "order 89 amount=150"}, rules.SegmentPotential},
		{"a cent less than that", "2025-08-03", "", []string{"order 90 amount=100", "order 89 amount=149.99"}, rules.SegmentStandard},
		{"half as much again, of 179 days", "2025-08-03", "", []string{"order 179 amount=100", "order 0 amount=150"}, rules.SegmentPotential},
		{"nothing before but of 180 days", "2025-08-03", "", []string{"order 180 amount=100", "order 0 amount=150"}, rules.SegmentStandard},
		{"nothing before", "2025-08-03", "", []string{"order 0 amount=150"}, rules.SegmentStandard},
		{"returns before", "2025-08-03", "", []string{"order 100 amount=-100", "order 0 amount=150"}, rules.SegmentStandard},
		{"a return brings it down", "2025-08-03", "", []string{"order 90 amount=100", "order 89 amount=150", "order 1 amount=-1"}, rules.SegmentStandard},
		{"a return brings the earlier down", "2025-08-03", "", []string{"order 91 amount=200", "order 90 amount=-100", "order 89 amount=150"}, rules.SegmentPotential},
		{"grows since the first order, 365 days", "", "", []string{"order 365 category=parts", "order 1 category=machines"}, rules.SegmentPotential},
		{"grows since the first order, 364 days", "", "", []string{"order 364 category=parts", "order 1 category=machines"}, rules.SegmentStandard},
	} {
		p := recall(t, test.lines...)
		p.facts.Known.CooperationSince, p.facts.Known.RenewalIntent = dayNamed(t, test.since), test.renewal
		if got := p.assess(withoutSignals(p.zone)); got.Segment != test.want || got.Risk != rules.RiskStable {
			t.Errorf("%s: got %s, risk %s", test.name, got.Segment, got.Risk)
		}
	}
}

// Calendar years: since 29 February they end on 1 March where there is no such day.
func TestCooperationSinceLeapDay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		since, now, want string
		long             bool
	}{
		{"2024-02-29", "2026-02-28 23:59", rules.SegmentPotential, false},
		{"2024-02-29", "2026-03-01 00:00", rules.SegmentStable, true},
		{"2022-02-28", "2024-02-27 23:59", rules.SegmentPotential, false},
		{"2022-02-28", "2024-02-28 00:00", rules.SegmentStable, true},
		{"2022-03-01", "2024-02-29 23:59", rules.SegmentPotential, false},
		{"2022-03-01", "2024-03-01 00:00", rules.SegmentStable, true},
	} {
		p := recall(t)
		p.now = clockAt(t, p.zone, test.now)
		p.facts.Orders = []rules.Order{{At: p.now, Amount: 500_000}}
		p.facts.Known.CooperationSince, p.facts.Known.RenewalIntent = dayNamed(t, test.since), "strong"
		policy := withoutSignals(p.zone)
		if got := p.assess(policy); got.Segment != test.want {
			t.Errorf("since %s, on %s: got %s", test.since, test.now, got.Segment)
		}
		policy.TierModel = rules.ModelProject
		if got := p.assess(policy); got.TierReasons[0].Long != test.long {
			t.Errorf("since %s, on %s: long %v", test.since, test.now, got.TierReasons[0].Long)
		}
	}
}
