package rules_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"touchbase/rules"
)

// suggestionsOf gives what would change the tier.
func suggestionsOf(a rules.Assessment) []rules.Reason {
	var all []rules.Reason
	for _, r := range a.TierReasons {
		if r.Rule == rules.RuleWouldChange {
			all = append(all, r)
		}
	}
	return all
}

// reaches tells whether a tier is as good as another, or better.
func reaches(tier, other rules.Tier) bool {
	return slices.Index(rules.Tiers, tier) <= slices.Index(rules.Tiers, other)
}

// follow does at a moment what a suggestion asks for, less so many of it; contracts tells which of two equal ways to go.
func follow(f rules.Facts, r rules.Reason, at time.Time, less int, second bool) rules.Facts {
	f.Orders, f.FollowUps, f.Cases, f.Surveys = slices.Clone(f.Orders), slices.Clone(f.FollowUps), slices.Clone(f.Cases), slices.Clone(f.Surveys)
	for i := range r.Count - less {
		switch r.Add {
		case rules.AddOrder:
			f.Orders = append(f.Orders, rules.Order{At: at})
		case rules.AddCategories:
			f.Orders = append(f.Orders, rules.Order{At: at, Category: "new " + strconv.Itoa(i)})
		case rules.AddComplexity:
			if second {
				f.ActiveContracts++
				f.Contracts++
			} else {
				f.Contacts++
			}
		case rules.AddService:
			if second {
				f.Cases = append(f.Cases, rules.Case{OpenedAt: at})
			} else {
				f.FollowUps = append(f.FollowUps, rules.FollowUp{At: at})
			}
		}
	}
	switch r.Add {
	case rules.AddAmount:
		f.Orders = append(f.Orders, rules.Order{At: at, Amount: r.Amount - float64(less)})
	case rules.AddSatisfaction:
		f.Surveys = append(f.Surveys, rules.Survey{AnsweredAt: at, Satisfaction: float64(r.Count - less)})
	case rules.AddNeed:
		f.Need = r.Value
		if less > 0 {
			f.Need = map[string]string{"strong": "some", "some": "vague"}[r.Value]
		}
	case rules.AddIntent, rules.AddInfluence, rules.AddFit:
		field := map[string]*string{rules.AddIntent: &f.Intent, rules.AddInfluence: &f.Influence, rules.AddFit: &f.Fit}[r.Add]
		*field = r.Value
		if less > 0 {
			*field = "medium"
		}
	}
	return f
}

// checkSuggestion follows a suggestion at a moment and judges at another, not before.
func checkSuggestion(t *rapid.T, c caseOf, r rules.Reason, done, judged time.Time) {
	t.Helper()
	c.now = judged
	before := c
	for _, second := range []bool{false, true} {
		c.facts = follow(before.facts, r, done, 0, second)
		if got := c.assess(); got.Tier != r.Tier {
			t.Fatalf("%+v, followed at %s: %s at %s, by %+v", r, done, got.Tier, judged, got.TierReasons)
		}
		c.facts = follow(before.facts, r, done, 1, second)
		if got := c.assess(); reaches(got.Tier, r.Tier) {
			t.Fatalf("%+v, one less at %s: %s at %s, by %+v", r, done, got.Tier, judged, got.TierReasons)
		}
	}
	if got := before.assess(); reaches(got.Tier, r.Tier) {
		t.Fatalf("%+v, not followed: %s at %s", r, got.Tier, judged)
	}
}

// What would change the tier does, on every day until the last one named, and one less does not.
func TestSuggestionsAreTrue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		c.policy.TierModel = rapid.SampledFrom([]string{
			rules.ModelValuePotential, rules.ModelValuePotential, rules.ModelProject, rules.ModelService, rules.ModelRFM,
		}).Draw(t, "suggesting model")
		if c.policy.TierModel == rules.ModelService {
			// More contacts than a case has, and all of them young: six are asked for.
			for range rapid.IntRange(0, 5).Draw(t, "more contacts") {
				c.facts.FollowUps = append(c.facts.FollowUps, rules.FollowUp{At: momentNear(t, c.policy.Zone, c.today, 95, 2)})
			}
		}
		got := c.assess()
		suggestions := suggestionsOf(got)
		if pinned := c.facts.PinTier != "" && c.today <= c.facts.PinUntil; (pinned || got.Tier == rules.TierS) && len(suggestions) != 0 {
			t.Fatalf("pinned %v, tier %s, and %+v would change it", pinned, got.Tier, suggestions)
		}
		for _, r := range suggestions {
			if r.Add == rules.AddYears {
				checkYears(t, c, r)
				continue
			}
			checkSuggestion(t, c, r, c.now, c.now)
			until := r.Until
			if until.IsZero() && (r.Add == rules.AddAmount || r.Add == rules.AddOrder || r.Add == rules.AddService || r.Add == rules.AddSatisfaction) {
				until = c.today + 40 // for as long as one likes
			}
			for day := c.today + 1; day <= until; day++ {
				from, to := day.Start(c.policy.Zone), (day + 1).Start(c.policy.Zone).Add(-1)
				checkSuggestion(t, c, r, from, from)
				if r.Add != rules.AddService || day-c.today < 90 { // what is done today leaves the window, too
					checkSuggestion(t, c, r, c.now, to)
				}
			}
			if !r.Until.IsZero() && r.Until < c.today {
				t.Fatalf("%+v is over", r)
			}
		}
	})
}

// checkYears waits until the day of a suggestion, in which no order comes in.
func checkYears(t *rapid.T, c caseOf, r rules.Reason) {
	t.Helper()
	now := c.now
	c.facts.Orders = slices.DeleteFunc(slices.Clone(c.facts.Orders), func(o rules.Order) bool { return o.At.After(now) })
	c.now = r.From.Start(c.policy.Zone)
	if got := c.assess(); got.Tier != r.Tier {
		t.Fatalf("%+v: %s then, by %+v", r, got.Tier, got.TierReasons)
	}
	c.now = c.now.Add(-1)
	if got := c.assess(); reaches(got.Tier, r.Tier) {
		t.Fatalf("%+v: %s already the day before, by %+v", r, got.Tier, got.TierReasons)
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	key := func(f *rules.Facts) { f.Intent, f.Need = "high", "strong" }
	some := func(f *rules.Facts) { f.Need = "some" }
	for _, test := range []struct {
		name, model string
		change      func(*rules.Facts)
		lines       []string
		want        []string
	}{
		{"the contract's own", "", key, []string{"order 124 amount=488000"}, []string{"12,000 more until 31 March: S"}},
		{"a cent is missing", "", key, []string{"order 0 amount=499999.99"}, []string{"1 more until 2 August: S"}},
		{"on its last day", "", key, []string{"order 364 amount=488000"}, []string{"12,000 more until 3 August: S"}},
		{"the first to leave counts", "", key, []string{"order 300 amount=8000", "order 1 amount=480000"}, []string{"12,000 more until 6 October: S"}},
		{"until an order comes in", "", key, []string{"order 1 amount=488000", "order -9 amount=1"}, []string{"12,000 more until 11 August: S"}},
		{"not until one that is cancelled", "", key, []string{"order 1 amount=488000", "order -9 amount=1 cancelled"}, []string{"12,000 more until 1 August: S"}},
		{"a return is made up for", "", key, []string{"order 1 amount=500000", "order 1 amount=-100"}, []string{"100 more until 1 August: S"}},
		{"S already", "", key, []string{"order 1 amount=500000"}, nil},
		{"nobody knows anything", "", nil, nil, []string{"100,000 more: B"}},
		{"a need would do", "", nil, []string{"order 1 amount=9"}, []string{"99,991 more until 1 August: B", "need some: B"}},
		{"nothing ordered", "", some, nil, []string{"a first order: B"}},
		{"a need less than strong", "", func(f *rules.Facts) { f.Intent, f.Need = "high", "some" }, []string{"order 1 amount=9"}, []string{"499,991 more until 1 August: A", "need strong: A"}},
		{"intent", "", func(f *rules.Facts) { f.Need = "strong" }, []string{"order 1 amount=500000"}, []string{"intent high: S"}},
		{"influence", "", func(f *rules.Facts) { f.Need, f.Fit = "some", "high" }, []string{"order 1 amount=500000"}, []string{"influence high: S"}},
		{"fit", "", func(f *rules.Facts) { f.Need, f.Influence = "some", "high" }, []string{"order 1 amount=500000"}, []string{"fit high: S"}},
		{"what is declared stands", "", func(f *rules.Facts) { key(f); f.DeclaredAnnualPurchase = 450_000 }, []string{"order 30 amount=50000"}, []string{"450,000 more until 3 July: S"}},
		{"pinned", "", func(f *rules.Facts) { key(f); f.PinTier, f.PinUntil = "C", rules.Date(2026, 8, 3) }, []string{"order 1 amount=488000"}, nil},
		{"the pin is over", "", func(f *rules.Facts) { key(f); f.PinTier, f.PinUntil = "C", rules.Date(2026, 8, 2) }, []string{"order 1 amount=488000"}, []string{"12,000 more until 1 August: S"}},
		{"project", rules.ModelProject, nil, []string{"order 30 category=a"}, []string{
			"2 more categories: B", "4 more contacts or active contracts: B", "2 years of cooperation on 2028-07-04: B",
		}},
		{"project, not since any day", rules.ModelProject, nil, nil, []string{"3 more categories: B", "4 more contacts or active contracts: B"}},
		{"project, one contact less", rules.ModelProject, func(f *rules.Facts) { f.Contacts, f.ActiveContracts = 2, 1 }, []string{"since 730"}, []string{
			"3 more categories: A", "1 more contact or active contract: A",
		}},
		{"service, nothing", rules.ModelService, nil, nil, []string{"1 more follow-up or case: B", "one more survey with a satisfaction of 8 or more: A"}},
		{"service, one contact", rules.ModelService, nil, []string{"contact 80"}, []string{
			"5 more follow-ups or cases until 12 August: A", "one more survey with a satisfaction of 8 or more until 12 August: A",
		}},
		{"service, often", rules.ModelService, nil, times(6, "contact 80"), []string{"one more survey with a satisfaction of 8 or more until 12 August: S"}},
		{"service, satisfied", rules.ModelService, nil, []string{"contact 0", "survey 360 satisfied=9"}, []string{"5 more follow-ups or cases until 7 August: S"}},
		{"service, until a contact still to come", rules.ModelService, nil, []string{"contact 0", "survey 1 satisfied=9", "contact -3"}, []string{"5 more follow-ups or cases until 5 August: S"}},
		{"service, one bad survey", rules.ModelService, nil, []string{"survey 1 satisfied=6"}, []string{
			"1 more follow-up or case until 1 August: B", "one more survey with a satisfaction of 10 or more until 1 August: A",
		}},
		{"service, one worse", rules.ModelService, nil, []string{"survey 1 satisfied=5"}, []string{"1 more follow-up or case until 1 August: B"}},
		{"rfm suggests nothing", rules.ModelRFM, key, []string{"order 1 amount=488000"}, nil},
	} {
		p := recall(t, test.lines...)
		if test.change != nil {
			test.change(&p.facts)
		}
		policy := withoutSignals(p.zone)
		policy.TierModel = test.model
		var got []string
		for _, r := range suggestionsOf(p.assess(policy)) {
			got = append(got, r.Words(rules.English))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", test.name, got, test.want)
		}
	}
}
