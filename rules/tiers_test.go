package rules_test

import (
	"testing"

	"touchbase/rules"
)

// modelCase is one history, and what a model says of it.
type modelCase struct {
	name  string
	lines []string
	want  rules.Tier
}

func checkModel(t *testing.T, model string, change func(*rules.Facts), cases []modelCase) {
	t.Helper()
	for _, test := range cases {
		p := recall(t, test.lines...)
		if change != nil {
			change(&p.facts)
		}
		policy := assessPolicy(p.zone)
		policy.TierModel = model
		got := p.assess(policy)
		if got.Tier != test.want {
			t.Errorf("%s, %s: got %s by %+v", model, test.name, got.Tier, got.TierReasons)
		}
		if tier := rules.TierFromReasons(got.TierReasons); tier != test.want {
			t.Errorf("%s, %s: the reasons alone give %s", model, test.name, tier)
		}
		p.facts.PinTier, p.facts.PinUntil = rules.TierB, p.today
		if got := p.assess(policy); got.Tier != rules.TierB || rules.TierFromReasons(got.TierReasons) != rules.TierB {
			t.Errorf("%s, %s, pinned: got %s", model, test.name, got.Tier)
		}
	}
}

func TestModelRFM(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scores rules.RFM
		want   rules.Tier
	}{
		{rules.RFM{R: 5, F: 4, M: 3}, rules.TierS},
		{rules.RFM{R: 3, F: 3, M: 1}, rules.TierA},
		{rules.RFM{R: 3, F: 2, M: 2}, rules.TierB},
		{rules.RFM{R: 1, F: 5, M: 5}, rules.TierC},
		{rules.RFM{R: 1, F: 5, M: 5, Group: rules.GroupCore}, rules.TierC}, // the group stored is not looked at
		{rules.RFM{}, rules.TierC},
		{rules.RFM{R: 5, F: 5}, rules.TierC}, // not scored
	} {
		scored := func(f *rules.Facts) { f.Scores = test.scores }
		checkModel(t, rules.ModelRFM, scored, []modelCase{
			{"ordered today", []string{"order 0"}, test.want},
			{"ordered 364 days ago", []string{"order 364"}, test.want},
			{"ordered 365 days ago", []string{"order 365"}, rules.TierC},
			{"never ordered", nil, rules.TierC},
			{"only returned", []string{"order 1 amount=-1"}, rules.TierC},
			{"only cancelled", []string{"order 1 cancelled"}, rules.TierC},
		})
	}
}

// Who never ordered has no group; who did not within the window is dormant; who has no scores yet waits for the night.
func TestRFMGroupOfHistory(t *testing.T) {
	t.Parallel()
	scores := rules.RFM{R: 5, F: 4, M: 3, Group: "stale"}
	for _, test := range []struct {
		name   string
		lines  []string
		scores rules.RFM
		want   rules.RFM
	}{
		{"never ordered", nil, scores, rules.RFM{}},
		{"scored", []string{"order 364"}, scores, rules.RFM{R: 5, F: 4, M: 3, Group: rules.GroupCore}},
		{"no longer in the window", []string{"order 365"}, scores, rules.RFM{Group: rules.GroupDormant}},
		{"a first order", []string{"order 0"}, rules.RFM{}, rules.RFM{}},
		{"dormant, never scored", []string{"order 400"}, rules.RFM{}, rules.RFM{Group: rules.GroupDormant}},
		{"to come", []string{"order -1"}, scores, rules.RFM{}},
	} {
		p := recall(t, test.lines...)
		p.facts.Scores = test.scores
		if got := p.assess(assessPolicy(p.zone)); got.RFM != test.want {
			t.Errorf("%s: got %+v", test.name, got.RFM)
		}
	}
}

func TestModelProject(t *testing.T) {
	t.Parallel()
	three := []string{"order 900 category=a", "order 5 category=b", "order 4 category=c"}
	two := []string{"order 5 category=a", "order 4 category=b", "order 3 category=b", "order 2", "order 1 category=c cancelled", "order 0 category=d amount=-1", "order -1 category=e"}
	of := func(contacts, active int) func(*rules.Facts) {
		return func(f *rules.Facts) { f.Contacts, f.ActiveContracts = contacts, active }
	}
	checkModel(t, rules.ModelProject, nil, []modelCase{
		{"nothing", nil, rules.TierC},
		{"730 days", []string{"since 730"}, rules.TierB},
		{"729 days", []string{"since 729"}, rules.TierC},
		{"the first order 730 days ago", []string{"order 730"}, rules.TierB},
		{"the first order 729 days ago", []string{"order 729"}, rules.TierC},
		{"entered later than the first order", []string{"since 10", "order 730"}, rules.TierC},
		{"in the future", []string{"since -1"}, rules.TierC},
		{"two categories", two, rules.TierC},
		{"three categories, and long", three, rules.TierA},
		{"three categories", append([]string{"since 10"}, three...), rules.TierB},
	})
	checkModel(t, rules.ModelProject, of(3, 1), []modelCase{
		{"complex", nil, rules.TierB}, {"complex and long", []string{"since 730"}, rules.TierA},
		{"complex, two categories", two, rules.TierB}, {"all three", three, rules.TierS},
	})
	checkModel(t, rules.ModelProject, of(0, 4), []modelCase{{"four contracts", nil, rules.TierB}})
	checkModel(t, rules.ModelProject, of(4, 0), []modelCase{{"four contacts", nil, rules.TierB}})
	checkModel(t, rules.ModelProject, of(2, 1), []modelCase{{"three of them", nil, rules.TierC}})
	checkModel(t, rules.ModelProject, func(f *rules.Facts) { f.Contacts, f.Contracts = 3, 5 }, []modelCase{{"contracts that have ended", nil, rules.TierC}})
}

func TestModelService(t *testing.T) {
	t.Parallel()
	checkModel(t, rules.ModelService, nil, []modelCase{
		{"nothing", nil, rules.TierC},
		{"one contact, 89 days", []string{"contact 89"}, rules.TierB},
		{"one contact, 90 days", []string{"contact 90"}, rules.TierC},
		{"an attempt counts", []string{"attempt 89"}, rules.TierB},
		{"a case counts", []string{"question 89"}, rules.TierB},
		{"an order does not", []string{"order 1"}, rules.TierC},
		{"to come", []string{"contact -1", "question -1"}, rules.TierC},
		{"five", append(times(3, "contact 89"), times(2, "question 0")...), rules.TierB},
		{"six", append(times(4, "attempt 89"), times(2, "question 0")...), rules.TierA},
		{"five and one too old", append(times(5, "contact 89"), "contact 90"), rules.TierB},
		{"satisfied by 8", []string{"survey 364 satisfied=8"}, rules.TierA},
		{"satisfied by 7", []string{"survey 364 satisfied=7"}, rules.TierC},
		{"365 days", []string{"survey 365 satisfied=10"}, rules.TierC},
		{"8 on average", []string{"survey 1 satisfied=6", "survey 2 satisfied=10", "survey 365 satisfied=0"}, rules.TierA},
		{"less on average", []string{"survey 1 satisfied=6", "survey 2 satisfied=10", "survey 3 satisfied=7"}, rules.TierC},
		{"satisfied, to come", []string{"survey -1 satisfied=10"}, rules.TierC},
		{"six and satisfied", append(times(6, "contact 89"), "survey 364 satisfied=8"), rules.TierS},
		{"five and satisfied", append(times(5, "contact 89"), "survey 364 satisfied=8"), rules.TierA},
		{"six and not satisfied", append(times(6, "contact 89"), "survey 364 satisfied=7"), rules.TierA},
	})
}

// A prospect becomes active with the first counted order or a contract, of whatever status.
func TestActiveCustomers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		lines     []string
		contracts int
		want      bool
	}{
		{nil, 0, false}, {[]string{"order 1"}, 0, true}, {[]string{"order 1 amount=-1"}, 0, false}, {[]string{"order 1 cancelled"}, 0, false},
		{[]string{"order -1"}, 0, false}, {nil, 1, true},
	} {
		p := recall(t, test.lines...)
		p.facts.Contracts = test.contracts
		if got := p.assess(assessPolicy(p.zone)); got.Active != test.want {
			t.Errorf("%v, %d contracts: active %v", test.lines, test.contracts, got.Active)
		}
	}
}
