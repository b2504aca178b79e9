package rules_test

import (
	"slices"
	"testing"
	"time"

	"touchbase/rules"
)

// completeFile is a file in which nothing is missing.
func completeFile() rules.Known {
	return rules.Known{
		Contact: true, Phone: true, DecisionMaker: true, CoreNeed: true, BudgetRange: true, PreferredChannel: true,
		RenewalIntent: "unsure", VerifiedSources: 2,
	}
}

func TestMissingInfo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 8, 3, 10, 0, 0, 0, time.UTC)
	order := []rules.Order{{At: now.AddDate(-2, 0, 0), Amount: 1}}
	for _, test := range []struct {
		name   string
		change func(*rules.Known)
		orders []rules.Order
		want   []string
	}{
		{"nothing", func(*rules.Known) {}, order, nil},
		{"everything, never ordered", func(k *rules.Known) { *k = rules.Known{} }, nil, []string{
			"contact", "phone", "decision_maker", "core_need", "budget_range", "preferred_channel", "verified_sources",
		}},
		{"everything, ordered", func(k *rules.Known) { *k = rules.Known{} }, order, []string{
			"contact", "phone", "decision_maker", "core_need", "budget_range", "preferred_channel", "renewal_intent", "verified_sources",
		}},
		{"phone", func(k *rules.Known) { k.Phone = false }, order, []string{"phone"}},
		{"one source", func(k *rules.Known) { k.VerifiedSources = 1 }, order, []string{"verified_sources"}},
		{"three sources", func(k *rules.Known) { k.VerifiedSources = 3 }, order, nil},
		{"renewal intent, never ordered", func(k *rules.Known) { k.RenewalIntent = "" }, nil, nil},
		{"renewal intent, ordered", func(k *rules.Known) { k.RenewalIntent = "" }, order, []string{"renewal_intent"}},
		{
			"renewal intent, cancelled order", func(k *rules.Known) { k.RenewalIntent = "" },
			[]rules.Order{{At: now, Amount: 1, Cancelled: true}}, nil,
		},
		{"renewal intent, return only", func(k *rules.Known) { k.RenewalIntent = "" }, []rules.Order{{At: now, Amount: -1}}, nil},
		{
			"renewal intent, order to come", func(k *rules.Known) { k.RenewalIntent = "" },
			[]rules.Order{{At: now.Add(1), Amount: 1}}, nil,
		},
	} {
		facts := rules.Facts{ID: "a", Created: now, Orders: test.orders, Known: completeFile()}
		test.change(&facts.Known)
		if got := rules.Assess(facts, withoutSignals(time.UTC), now).MissingInfo; !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestNeedsCheck(t *testing.T) {
	t.Parallel()
	shanghai := zoneNamed(t, "Asia/Shanghai")
	now := clockAt(t, shanghai, "2026-08-03 00:00") // still 2 August in UTC
	for _, test := range []struct {
		name  string
		first string // first contact
		known rules.Known
		want  []string
		due   string
	}{
		{"nothing", "2026-07-20", rules.Known{}, nil, "2026-08-20"},
		{"few people, just below 100 million", "", rules.Known{Size: "1-50", AnnualRevenue: 99_999_999.99}, nil, ""},
		{"few people, 100 million", "", rules.Known{Size: "1-50", AnnualRevenue: 100_000_000}, []string{"size_revenue"}, ""},
		{"more people, 100 million", "", rules.Known{Size: "51-100", AnnualRevenue: 100_000_000}, nil, ""},
		{"cooperation since today", "", rules.Known{CooperationSince: dayNamed(t, "2026-08-03")}, nil, ""},
		{
			"cooperation since tomorrow", "", rules.Known{CooperationSince: dayNamed(t, "2026-08-04")},
			[]string{"cooperation_since"}, "2026-08-04",
		},
		{
			"cooperation a year before the first contact", "2026-07-20",
			rules.Known{CooperationSince: dayNamed(t, "2025-07-20")}, nil, "2026-08-20",
		},
		{
			"cooperation a year and a day before", "2026-07-20", rules.Known{CooperationSince: dayNamed(t, "2025-07-19")},
			[]string{"cooperation_since"}, "2026-08-20",
		},
		{"cooperation long ago, first contact unknown", "", rules.Known{CooperationSince: dayNamed(t, "1999-01-01")}, nil, ""},
		{"phone", "", rules.Known{ImpossiblePhone: true}, []string{"phone"}, ""},
		{
			"everything", "", rules.Known{
				Size: "1-50", AnnualRevenue: 1e9, CooperationSince: dayNamed(t, "2030-01-01"),
				ImpossiblePhone: true, IdentityNumber: true, BankCard: true,
			},
			[]string{"size_revenue", "cooperation_since", "phone", "identity_number", "bank_card"}, "2030-01-01",
		},
	} {
		facts := rules.Facts{ID: "a", Created: now, FirstContactOn: dayNamed(t, test.first), Known: test.known}
		got := rules.Assess(facts, withoutSignals(shanghai), now)
		if !slices.Equal(got.NeedsCheck, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got.NeedsCheck, test.want)
		}
		if dueOn(got, shanghai).String() != test.due {
			t.Errorf("%s: due %q, want %q", test.name, got.DueAt, test.due)
		}
	}
}
