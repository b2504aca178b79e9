package rules_test

import (
	"slices"
	"testing"

	"touchbase/rules"
)

// signalCase is one history and what a signal says of it.
type signalCase struct {
	name  string
	lines []string
	want  string // the evidence, or "none"
}

// checkSignal judges histories with that signal alone, and its rule changed where a change is given.
func checkSignal(t *testing.T, name, cycle string, change func(*rules.SignalRule), cases []signalCase) {
	t.Helper()
	for _, test := range cases {
		p := recall(t, test.lines...)
		p.facts.PurchaseCycle = cycle
		policy := only(name, p.zone)
		if change != nil {
			rule := policy.Signals[name]
			change(&rule)
			policy.Signals[name] = rule
		}
		got := p.assess(policy)
		if evidence := p.evidence(got, name); evidence != test.want {
			t.Errorf("%s, %s: got %q, want %q", name, test.name, evidence, test.want)
		}
		if raised := len(got.Signals); raised > 1 || raised == 1 && got.Signals[0].Severity != policy.Signals[name].Severity {
			t.Errorf("%s, %s: got %+v", name, test.name, got.Signals)
		}
		delete(policy.Signals, name)
		if off := p.assess(policy); len(off.Signals) != 0 || off.Risk != rules.RiskStable {
			t.Errorf("%s, %s, switched off: got %+v", name, test.name, off.Signals)
		}
	}
}

func lines(groups ...[]string) []string { return slices.Concat(groups...) }

func TestContactReplaced(t *testing.T) {
	t.Parallel()
	checkSignal(t, rules.SignalContactReplaced, "", nil, []signalCase{
		{"nobody", nil, "none"},
		{"today", []string{"left 0"}, "on 0"},
		{"89 days ago", []string{"left 89"}, "on 89"},
		{"90 days ago", []string{"left 90"}, "none"},
		{"tomorrow", []string{"left -1"}, "none"},
		{"the latest counts", []string{"left 80", "left 40", "left 60", "left -1"}, "on 40"},
	})
	checkSignal(t, rules.SignalContactReplaced, "", func(rule *rules.SignalRule) { rule.WindowDays = 0 }, []signalCase{
		{"a window of 0", []string{"left 0"}, "none"},
	})
}

func TestUnresolvedCases(t *testing.T) {
	t.Parallel()
	checkSignal(t, rules.SignalUnresolvedCases, "", nil, []signalCase{
		{"none", nil, "none"},
		{"one", []string{"question 10"}, "none"},
		{"two, of whatever kind", []string{"question 10", "complaint 400"}, "threshold 2 count 2"},
		{"three", []string{"question 10", "complaint 10", "request 10"}, "threshold 2 count 3"},
		{"both due yesterday", []string{"question 10 respond=1", "question 10 respond=1"}, "threshold 2 count 2"},
		{"one due today", []string{"question 10 respond=1", "question 10 respond=0"}, "none"},
		{"one resolved", []string{"question 10", "question 10 resolved=0"}, "none"},
		{"one to be resolved tomorrow", []string{"question 10", "question 10 resolved=-1"}, "threshold 2 count 2"},
		{"one to come", []string{"question 10", "question -1 respond=1"}, "none"},
		{"reopened once", []string{"question 1 reopened=1"}, "none"},
		{"reopened twice, not due", []string{"question 1 reopened=2"}, "threshold 2 reopened 2"},
		{"reopened twice but resolved", []string{"question 1 reopened=2 resolved=0"}, "none"},
		{"the most counts", []string{"question 10 reopened=2", "question 1 reopened=4"}, "threshold 2 count 1 reopened 4"},
		{"once each is not twice", []string{"question 1 reopened=1", "question 1 reopened=1"}, "none"},
		{"reopened once, two waiting", []string{"question 10 reopened=1", "question 10"}, "threshold 2 count 2"},
	})
	checkSignal(t, rules.SignalUnresolvedCases, "", func(rule *rules.SignalRule) { rule.Threshold = 0 }, []signalCase{
		{"none, threshold 0", nil, "none"}, {"one, threshold 0", []string{"question 10"}, "count 1"},
	})
	checkSignal(t, rules.SignalUnresolvedCases, "", func(rule *rules.SignalRule) { rule.Threshold = 3 }, []signalCase{
		{"two of three", times(2, "question 10"), "none"}, {"three of three", times(3, "question 10"), "threshold 3 count 3"},
	})
}

func TestInteractionDrop(t *testing.T) {
	t.Parallel()
	checkSignal(t, rules.SignalInteractionDrop, "", nil, []signalCase{
		{"nothing", nil, "none"},
		{"five before", times(5, "contact 30"), "none"},
		{"six before", times(6, "contact 30"), "days 30 before 6 threshold 50"},
		{"of 119 days", times(6, "contact 119"), "days 30 before 6 threshold 50"},
		{"one of 120 days", lines(times(5, "contact 119"), times(1, "contact 120")), "none"},
		{"one of the last 30 days is half of a third of six", lines(times(6, "contact 30"), times(1, "contact 29")), "days 30 last 1 before 6 threshold 50"},
		{"two are more", lines(times(6, "contact 30"), times(2, "contact 29")), "none"},
		{"two of eleven", lines(times(11, "contact 30"), times(2, "contact 0")), "none"},
		{"two of twelve", lines(times(12, "contact 30"), times(2, "contact 0")), "days 30 last 2 before 12 threshold 50"},
		{"attempts are none", lines(times(6, "contact 30"), times(5, "attempt 1")), "days 30 before 6 threshold 50"},
		{"attempts before are none", times(6, "attempt 30"), "none"},
		{"orders, cases and answers are some", []string{"contact 30", "order 31", "order 32", "question 33", "survey 34 nps=9", "contact 35"}, "days 30 before 6 threshold 50"},
		{"returns are none", lines(times(5, "contact 30"), times(1, "order 30 amount=-1")), "none"},
		{"cancelled orders are none", lines(times(5, "contact 30"), times(1, "order 30 cancelled")), "none"},
		{"what is to come is not yet", lines(times(6, "contact 30"), times(5, "contact -1")), "days 30 before 6 threshold 50"},
	})
	checkSignal(t, rules.SignalInteractionDrop, "", func(rule *rules.SignalRule) { rule.WindowDays, rule.Threshold = 10, 100 }, []signalCase{
		{"a third", lines(times(6, "contact 10"), times(2, "contact 9")), "days 10 last 2 before 6 threshold 100"},
		{"more", lines(times(6, "contact 39"), times(3, "contact 9")), "none"},
		{"too old", times(6, "contact 40"), "none"},
	})
	checkSignal(t, rules.SignalInteractionDrop, "", func(rule *rules.SignalRule) { rule.WindowDays = 0 }, []signalCase{
		{"a window of 0", times(9, "contact 0"), "none"},
	})
}

func TestComplaintsUp(t *testing.T) {
	t.Parallel()
	checkSignal(t, rules.SignalComplaintsUp, "", nil, []signalCase{
		{"nothing", nil, "none"},
		{"one", []string{"complaint 0"}, "none"},
		{"two", []string{"complaint 0", "complaint 89"}, "days 90 last 2 threshold 2"},
		{"one of 90 days", []string{"complaint 0", "complaint 90"}, "none"},
		{"two after one", []string{"complaint 0", "complaint 89", "complaint 90"}, "days 90 last 2 before 1 threshold 2"},
		{"two after two", []string{"complaint 0", "complaint 89", "complaint 90", "complaint 179"}, "none"},
		{"two after one and one too old", []string{"complaint 0", "complaint 89", "complaint 90", "complaint 180"}, "days 90 last 2 before 1 threshold 2"},
		{"other kinds are none", []string{"complaint 0", "question 0", "request 0"}, "none"},
		{"resolved ones are some", []string{"complaint 5 resolved=1", "complaint 6 resolved=1"}, "days 90 last 2 threshold 2"},
		{"one to come", []string{"complaint 0", "complaint -1"}, "none"},
	})
	checkSignal(t, rules.SignalComplaintsUp, "", func(rule *rules.SignalRule) { rule.Threshold, rule.WindowDays = 1, 7 }, []signalCase{
		{"one is enough", []string{"complaint 6"}, "days 7 last 1 threshold 1"},
		{"one as before", []string{"complaint 6", "complaint 13"}, "none"},
		{"one, and one older", []string{"complaint 6", "complaint 14"}, "days 7 last 1 threshold 1"},
	})
	checkSignal(t, rules.SignalComplaintsUp, "", func(rule *rules.SignalRule) { rule.Threshold = 0 }, []signalCase{{"none at all", nil, "none"}})
}

func TestCompetitor(t *testing.T) {
	t.Parallel()
	checkSignal(t, rules.SignalCompetitor, "", nil, []signalCase{
		{"none", []string{"contact 1"}, "none"},
		{"59 days", []string{"contact 59 competitor=rival", "contact 1"}, "on 59 name rival"},
		{"60 days", []string{"contact 60 competitor=rival"}, "none"},
		{"the latest", []string{"contact 3 competitor=other", "contact 2 competitor=rival"}, "on 2 name rival"},
		{"to come", []string{"contact -1 competitor=rival"}, "none"},
		{"in an attempt", []string{"attempt 0 competitor=rival"}, "on 0 name rival"},
	})
	checkSignal(t, rules.SignalCompetitor, "", func(rule *rules.SignalRule) { rule.WindowDays = 0 }, []signalCase{
		{"a window of 0", []string{"contact 0 competitor=rival"}, "none"},
	})
}

func TestSurveySignals(t *testing.T) {
	t.Parallel()
	checkSignal(t, rules.SignalNPSDrop, "", nil, []signalCase{
		{"none", nil, "none"},
		{"one", []string{"survey 1 nps=0"}, "none"},
		{"lower by 2", []string{"survey 2 nps=9", "survey 1 nps=7"}, "days 730 last 7 before 9 threshold 2 on 1"},
		{"lower by 1", []string{"survey 2 nps=9", "survey 1 nps=8"}, "none"},
		{"higher", []string{"survey 2 nps=7", "survey 1 nps=9"}, "none"},
		{"only the latest two", []string{"survey 3 nps=10", "survey 2 nps=6", "survey 1 nps=6"}, "none"},
		{"the earlier of 729 days", []string{"survey 729 nps=9", "survey 1 nps=7"}, "days 730 last 7 before 9 threshold 2 on 1"},
		{"the earlier of 730 days", []string{"survey 730 nps=9", "survey 1 nps=7"}, "none"},
		{"the latest is to come", []string{"survey 2 nps=9", "survey -1 nps=7"}, "none"},
	})
	checkSignal(t, rules.SignalNPSDrop, "", func(rule *rules.SignalRule) { rule.Threshold = 0 }, []signalCase{
		{"the same is no drop", []string{"survey 2 nps=9", "survey 1 nps=9"}, "none"},
		{"one less is", []string{"survey 2 nps=9", "survey 1 nps=8"}, "days 730 last 8 before 9 on 1"},
	})
	checkSignal(t, rules.SignalLowSatisfaction, "", nil, []signalCase{
		{"none", nil, "none"},
		{"6", []string{"survey 364 satisfied=6"}, "last 6 threshold 7 on 364"},
		{"7", []string{"survey 364 satisfied=7"}, "none"},
		{"0", []string{"survey 0 satisfied=0"}, "threshold 7 on 0"},
		{"365 days", []string{"survey 365 satisfied=6"}, "none"},
		{"the latest counts", []string{"survey 2 satisfied=1", "survey 1 satisfied=7"}, "none"},
		{"to come", []string{"survey 2 satisfied=7", "survey -1 satisfied=1"}, "none"},
	})
	checkSignal(t, rules.SignalLowSatisfaction, "", func(rule *rules.SignalRule) { rule.WindowDays = 0 }, []signalCase{
		{"a window of 0", []string{"survey 0 satisfied=1"}, "none"},
	})
}

// A customer of tier C (cadence 60): silent after 30 days, for long after 90. One of tier S: 7, 30 and 10.
func TestSilentLong(t *testing.T) {
	t.Parallel()
	cases := []signalCase{
		{"nothing", nil, "none"},
		{"90 days", []string{"contact 90"}, "none"},
		{"91 days", []string{"contact 91"}, "days 90 on 91"},
		{"an attempt since", []string{"contact 91", "attempt 1"}, "days 90 on 91"},
		{"a case since", []string{"contact 91", "question 90"}, "none"},
		{"the first contact, 90 days", []string{"first_contact 90"}, "none"},
		{"the first contact, 91 days", []string{"first_contact 91"}, "days 90 on 91"},
		{"the first contact was before", []string{"first_contact 300", "contact 90"}, "none"},
		{"on hold until tomorrow", []string{"contact 91 resume=-1"}, "none"},
		{"on hold until today", []string{"contact 91 resume=0"}, "days 90 on 91"},
		{"on hold, then an attempt", []string{"contact 91 resume=-1", "attempt 1"}, "days 90 on 91"},
		{"an attempt, on hold", []string{"contact 91", "attempt 1 resume=-1"}, "none"},
		{"to come", []string{"contact 91", "contact -1"}, "days 90 on 91"},
	}
	checkSignal(t, rules.SignalSilent, "", nil, cases)
	checkSignal(t, rules.SignalSilent, "", func(rule *rules.SignalRule) { rule.Threshold = 0.49 }, []signalCase{
		{"29.4 days allowed, but not silent", []string{"contact 30"}, "none"}, {"silent", []string{"contact 31"}, "days 29 on 31"},
	})
	p := recall(t, "contact 31")
	p.facts.PinTier, p.facts.PinUntil = rules.TierS, p.today
	policy := only(rules.SignalSilent, p.zone)
	if got := p.evidence(p.assess(policy), rules.SignalSilent); got != "days 10 on 31" {
		t.Errorf("tier S: got %q", got)
	}
	policy.Tiers[rules.TierS] = rules.TierPolicy{CadenceDays: 7, SilentAfterDays: 5}
	for age, want := range map[int]string{10: "none", 11: "days 10 on 11"} { // 1.5 × 7 = 10.5
		p.facts.FollowUps[0].At = p.at(age)
		if got := p.evidence(p.assess(policy), rules.SignalSilent); got != want {
			t.Errorf("tier S, silent after 5 days, age %d: got %q", age, got)
		}
	}
}

func TestWordsOfPeople(t *testing.T) {
	t.Parallel()
	checkSignal(t, rules.SignalNegativeFeedback, "", nil, []signalCase{
		{"none", nil, "none"},
		{"179 days", []string{"contact 179 unhappy"}, "on 179"},
		{"180 days", []string{"contact 180 unhappy"}, "none"},
		{"a better one since", []string{"contact 2 unhappy", "contact 1"}, "none"},
		{"an attempt since", []string{"contact 2 unhappy", "attempt 1"}, "on 2"},
		{"an attempt says nothing", []string{"contact 2", "attempt 1 unhappy"}, "none"},
		{"to come", []string{"contact -1 unhappy"}, "none"},
	})
	checkSignal(t, rules.SignalNegativeFeedback, "", func(rule *rules.SignalRule) { rule.WindowDays = 0 }, []signalCase{
		{"a window of 0", []string{"contact 0 unhappy"}, "none"},
	})
	for outlook, raised := range map[string]int{"": 0, "intent_clear": 0, "watching": 0, "churn_risk": 1} {
		p := recall(t)
		p.facts.Outlook = outlook
		if got := p.assess(assessPolicy(p.zone)); len(got.Signals) != raised || raised == 1 && got.Signals[0] != (rules.Signal{Name: rules.SignalOwnerSays, Severity: rules.SeverityWarning}) {
			t.Errorf("outlook %q: got %+v", outlook, got.Signals)
		}
	}
}

// A customer with everything against them shows every signal, in the order of the contract.
func TestAllSignals(t *testing.T) {
	t.Parallel()
	p := recall(t, lines([]string{
		"order 100 amount=100 due=50", "order 101 amount=100", "left 3", "complaint 80", "complaint 80", "attempt 2 competitor=rival",
		"survey 300 nps=9 satisfied=9", "survey 200 nps=3 satisfied=3", "contact 92 unhappy",
	}, times(5, "contact 95"))...)
	p.facts.Outlook = "churn_risk"
	policy := assessPolicy(p.zone)
	silent := policy.Signals[rules.SignalSilent]
	silent.Threshold = .1 // the complaints are signs of life
	policy.Signals[rules.SignalSilent] = silent
	for tier, limits := range policy.Tiers {
		limits.SilentAfterDays = 10
		policy.Tiers[tier] = limits
	}
	got := p.assess(policy)
	var names []string
	for _, s := range got.Signals {
		names = append(names, s.Name)
		if s.Severity != policy.Signals[s.Name].Severity {
			t.Errorf("%s is %s", s.Name, s.Severity)
		}
	}
	if !slices.Equal(names, rules.Signals) {
		t.Errorf("got  %v\nwant %v", names, rules.Signals)
	}
}
