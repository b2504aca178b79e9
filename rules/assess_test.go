package rules_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"touchbase/rules"
)

// assessPolicy is the default policy of the contract in a zone.
func assessPolicy(zone *time.Location) rules.Policy {
	return rules.Policy{
		Zone: zone, ValueHigh: 500_000, ValueMid: 100_000,
		LightFactor: 2, RecoveryFactor: 1.5, RecoverySteps: 2, RFMWindowDays: 365,
		LayerPotential: 300_000, TierModel: rules.ModelValuePotential,
		Signals: map[string]rules.SignalRule{
			rules.SignalNoOrders:         {Severity: rules.SeverityCritical, WindowDays: 90},
			rules.SignalOrderCountDrop:   {Severity: rules.SeverityCritical, Threshold: 50, WindowDays: 90},
			rules.SignalOrderAmountDrop:  {Severity: rules.SeverityWarning, Threshold: 50, WindowDays: 90},
			rules.SignalContactReplaced:  {Severity: rules.SeverityCritical, WindowDays: 90},
			rules.SignalUnresolvedCases:  {Severity: rules.SeverityCritical, Threshold: 2},
			rules.SignalInteractionDrop:  {Severity: rules.SeverityWarning, Threshold: 50, WindowDays: 30},
			rules.SignalComplaintsUp:     {Severity: rules.SeverityWarning, Threshold: 2, WindowDays: 90},
			rules.SignalCompetitor:       {Severity: rules.SeverityWarning, WindowDays: 60},
			rules.SignalNPSDrop:          {Severity: rules.SeverityWarning, Threshold: 2, WindowDays: 730},
			rules.SignalLowSatisfaction:  {Severity: rules.SeverityWarning, Threshold: 7, WindowDays: 365},
			rules.SignalOverduePayment:   {Severity: rules.SeverityWarning, WindowDays: 180},
			rules.SignalSilent:           {Severity: rules.SeverityWarning, Threshold: 1.5},
			rules.SignalNegativeFeedback: {Severity: rules.SeverityWarning, WindowDays: 180},
			rules.SignalOwnerSays:        {Severity: rules.SeverityWarning},
		},
		Tiers: map[rules.Tier]rules.TierPolicy{
			rules.TierS: {CadenceDays: 7, SilentAfterDays: 30, MaxGapDays: 30, OwnerRole: "director"},
			rules.TierA: {CadenceDays: 14, SilentAfterDays: 30, MaxGapDays: 60, OwnerRole: "rep"},
			rules.TierB: {CadenceDays: 30, SilentAfterDays: 30, MaxGapDays: 120, OwnerRole: "support"},
			rules.TierC: {CadenceDays: 60, SilentAfterDays: 30, MaxGapDays: 180, OwnerRole: "support"},
		},
	}
}

// withoutSignals is the default policy with every signal switched off: for what does not depend on them.
func withoutSignals(zone *time.Location) rules.Policy {
	policy := assessPolicy(zone)
	policy.Signals = nil
	return policy
}

// remember adds to the facts a history of lines "what moment figure": order or cancelled with an amount;
// contact (responded to), attempt (not), hold with its resume day, step with the moment its task is due,
// dropped (a step without open task). A moment without a time is at 10:00.
func remember(t testing.TB, facts *rules.Facts, zone *time.Location, lines ...string) {
	t.Helper()
	moment := func(text string) time.Time {
		day, hour, timed := strings.Cut(text, "T")
		if !timed {
			hour = "10:00"
		}
		return clockAt(t, zone, day+" "+hour)
	}
	for _, line := range lines {
		words := append(strings.Fields(line), "")
		at := moment(words[1])
		contact := rules.FollowUp{At: at, Created: at.Add(time.Hour), Responded: true, Status: rules.StatusConfirmed}
		switch words[0] {
		case "order", "cancelled":
			amount, err := strconv.ParseFloat(words[2], 64)
			if err != nil {
				t.Fatalf("failed to read %q: %v", line, err)
			}
			facts.Orders = append(facts.Orders, rules.Order{At: at, Amount: amount, Cancelled: words[0] == "cancelled"})
			continue
		case "contact":
		case "attempt":
			contact.Responded = false
		case "hold":
			contact.Status, contact.ResumeOn = rules.StatusOnHold, dayNamed(t, words[2])
		case "step":
			contact.Status, contact.TaskDue = rules.StatusToFollowUp, moment(words[2])
		case "dropped":
			contact.Status = rules.StatusToFollowUp
		default:
			t.Fatalf("no such line: %q", line)
		}
		facts.FollowUps = append(facts.FollowUps, contact)
	}
}

// basisOf names what the next date rests on.
func basisOf(a rules.Assessment) string {
	for _, r := range a.Reasons {
		if r.Rule == rules.RuleNext {
			return r.Basis
		}
	}
	return ""
}

func TestAssessNothing(t *testing.T) {
	t.Parallel()
	shanghai := zoneNamed(t, "Asia/Shanghai")
	created := clockAt(t, shanghai, "2026-08-03 00:30")
	got := rules.Assess(rules.Facts{ID: "a", Created: created}, assessPolicy(shanghai), created.AddDate(1, 0, 0))
	if got.Tier != rules.TierC || got.Value != rules.ValueLow || got.Potential != rules.PotentialWatching {
		t.Errorf("got %s, value %s, potential %s", got.Tier, got.Value, got.Potential)
	}
	if got.Silent || !got.SilentSince.IsZero() || got.TouchMode != rules.TouchNormal || got.Ordered || got.OnHold || got.StepMissing {
		t.Errorf("got %+v", got)
	}
	if !got.LastFollowUpAt.IsZero() || !got.LastInteractionAt.IsZero() || !got.LastOrderAt.IsZero() {
		t.Errorf("moments of nothing: %+v", got)
	}
	if got.NextFollowUpOn.String() != "2026-08-03" || basisOf(got) != rules.BasisCreated {
		t.Errorf("next on %s by %s", got.NextFollowUpOn, basisOf(got))
	}
	if !got.DueAt.IsZero() {
		t.Errorf("assessed again on %s although nothing can change", got.DueAt)
	}
	if !got.Due(dayNamed(t, "2026-08-03")) || got.Due(dayNamed(t, "2026-08-02")) || (rules.Assessment{}).Due(1) {
		t.Error("due when the day has come, not before, and never without a day")
	}
}

func TestTierTable(t *testing.T) {
	t.Parallel()
	now := clockAt(t, time.UTC, "2026-08-03 10:00")
	for _, test := range []struct {
		name                         string
		declared                     float64
		intent, need, influence, fit string
		order                        string
		value, potential             string
		tier                         rules.Tier
		row                          int
	}{
		{"high, key by intent and need", 0, "high", "strong", "", "", "500000", "high", "key", "S", 1},
		{"high, key by influence and fit", 0, "", "", "high", "high", "500000", "high", "key", "S", 1},
		{"key although the need is vague", 0, "high", "vague", "high", "high", "0", "low", "key", "A", 2},
		{"key, never ordered, nothing declared", 0, "high", "strong", "", "", "", "low", "key", "A", 2},
		{"high, watching", 0, "low", "vague", "low", "low", "500000", "high", "watching", "A", 2},
		{"a cent below high", 0, "low", "some", "", "", "499999.99", "mid", "potential", "B", 4},
		{"a cent below high, key", 0, "high", "strong", "", "", "499999.99", "mid", "key", "A", 2},
		{"intent alone", 0, "high", "some", "high", "medium", "1", "low", "potential", "B", 4},
		{"need alone", 0, "unclear", "strong", "medium", "high", "1", "low", "potential", "B", 4},
		{"mid, watching", 0, "", "", "", "", "100000", "mid", "watching", "B", 4},
		{"a cent below mid, watching", 0, "", "", "", "", "99999.99", "low", "watching", "C", 3},
		{"low, need vague", 0, "high", "vague", "", "", "1", "low", "watching", "C", 3},
		{"never ordered, nothing declared", 0, "low", "strong", "low", "low", "", "low", "potential", "C", 3},
		{"never ordered, a little declared", 1, "low", "strong", "low", "low", "", "low", "potential", "B", 4},
		{"never ordered, a little declared, watching", 1, "", "", "", "", "", "low", "watching", "C", 3},
		{"declared high", 500_000, "", "", "", "", "", "high", "watching", "A", 2},
		{"ordered for nothing", 0, "", "some", "", "", "0", "low", "potential", "B", 4},
		{"a return is no order", 0, "", "some", "", "", "-5", "low", "potential", "C", 3},
	} {
		facts := rules.Facts{
			DeclaredAnnualPurchase: test.declared, Intent: test.intent, Need: test.need, Influence: test.influence, Fit: test.fit,
		}
		if test.order != "" {
			remember(t, &facts, time.UTC, "order 2026-08-01 "+test.order)
		}
		got := rules.Assess(facts, assessPolicy(time.UTC), now)
		if got.Value != test.value || got.Potential != test.potential || got.Tier != test.tier || got.TierReasons[2].Row != test.row {
			t.Errorf("%s: got %s, %s, %s by row %d", test.name, got.Value, got.Potential, got.Tier, got.TierReasons[2].Row)
		}
	}
}

func TestAnnualPurchase(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, zone, now string
		declared        float64
		history         []string
		want            float64
		due             string
	}{
		{"age 364", "Asia/Shanghai", "2026-08-03 10:00", 0, []string{"order 2025-08-04T00:00 7"}, 7, "2026-08-04"},
		{"age 365, a second earlier", "Asia/Shanghai", "2026-08-03 10:00", 0, []string{"order 2025-08-03T23:59:59 7"}, 0, ""},
		{"until the last second of age 364", "Asia/Shanghai", "2026-08-03 23:59:59", 0, []string{"order 2025-08-04 7"}, 7, "2026-08-04"},
		{"not from the next midnight", "Asia/Shanghai", "2026-08-04 00:00", 0, []string{"order 2025-08-04 7"}, 0, ""},
		{"364 days after a leap day", "UTC", "2025-02-27 12:00", 0, []string{"order 2024-02-29 7"}, 7, "2025-02-28"},
		{"365 days after a leap day", "UTC", "2025-02-28 00:00", 0, []string{"order 2024-02-29 7"}, 0, ""},
		{"a year with a leap day", "UTC", "2024-03-01 12:00", 0, []string{"order 2023-03-02 7", "order 2023-03-03 4"}, 4, "2024-03-02"},
		{"over the year's end", "Pacific/Auckland", "2026-01-01 00:00", 0, []string{"order 2025-01-01T23:59 7", "order 2025-01-02T00:00 4"}, 4, "2026-01-02"},
		{"a clock change between", "Europe/Berlin", "2026-03-29 23:59", 0, []string{"order 2025-03-30T00:00 7"}, 7, "2026-03-30"},
		{"no midnight today", "America/Santiago", "2024-09-08 01:00", 0, []string{"order 2023-09-09 7", "order 2023-09-10 4"}, 4, "2024-09-09"},
		{"returns lower it", "UTC", "2026-08-03 10:00", 0, []string{"order 2026-08-01 10.10", "order 2026-08-02 -3.20"}, 6.9, "2027-08-01"},
		{"it may be below zero", "UTC", "2026-08-03 10:00", 0, []string{"order 2025-08-03 9", "order 2026-08-03 -3"}, -3, "2026-11-01"},
		{"cancelled counts for nothing", "UTC", "2026-08-03 10:00", 5, []string{"cancelled 2026-08-01 9", "cancelled 2026-09-01 9"}, 5, ""},
		{"this moment exists", "UTC", "2026-08-03 10:00", 0, []string{"order 2026-08-03T10:00 9"}, 9, "2027-08-03"},
		{"a second later today does not", "UTC", "2026-08-03 10:00", 0, []string{"order 2026-08-03T10:00:01 9"}, 0, "2026-08-03"},
		{"midnight tomorrow is seen tomorrow", "UTC", "2026-08-03 10:00", 0, []string{"order 2026-08-04T00:00 9"}, 0, "2026-08-04"},
		{"noon in a month is seen that day", "Asia/Shanghai", "2026-08-03 10:00", 0, []string{"order 2026-09-03T12:00 9"}, 0, "2026-09-03"},
		{"declared alone", "UTC", "2026-08-03 10:00", 9, nil, 9, ""},
		{"declared and larger, first order of age 364", "UTC", "2026-08-03 10:00", 9, []string{"order 2025-08-04 7"}, 9, "2026-08-04"},
		{"declared but smaller", "UTC", "2026-08-03 10:00", 5, []string{"order 2025-08-04 7"}, 7, "2026-08-04"},
		{"first order of age 365", "UTC", "2026-08-03 10:00", 9, []string{"order 2025-08-03 7", "order 2026-08-02 1"}, 1, "2026-10-31"},
		{"the first that counts is not the cancelled one", "UTC", "2026-08-03 10:00", 9, []string{"cancelled 2020-01-01 1", "order 2025-08-04 7"}, 9, "2026-08-04"},
		{"nor a return", "UTC", "2026-08-03 10:00", 9, []string{"order 2020-01-01 -1", "order 2025-08-04 7"}, 9, "2026-08-04"},
		{"but one for nothing is", "UTC", "2026-08-03 10:00", 9, []string{"order 2020-01-01 0"}, 0, ""},
		{"binary noise is rounded away", "UTC", "2026-08-03 10:00", 0, []string{"order 2026-08-03 0.1", "order 2026-08-03 0.2"}, 0.3, "2027-08-03"},
	} {
		zone := zoneNamed(t, test.zone)
		facts := rules.Facts{DeclaredAnnualPurchase: test.declared}
		remember(t, &facts, zone, test.history...)
		policy := withoutSignals(zone)
		for tier, limits := range policy.Tiers {
			limits.SilentAfterDays = 100_000 // silence is not the question here
			policy.Tiers[tier] = limits
		}
		got := rules.Assess(facts, policy, clockAt(t, zone, test.now))
		due := dueOn(got, zone)
		if due > rules.Date(2200, 1, 1) {
			due = 0
		}
		if got.AnnualPurchase != test.want || due.String() != test.due {
			t.Errorf("%s: got %v, due %q; want %v, due %q", test.name, got.AnnualPurchase, due, test.want, test.due)
		}
	}
}

func TestWindowAndProducts(t *testing.T) {
	t.Parallel()
	facts := rules.Facts{OpenTasks: 4}
	remember(t, &facts, time.UTC, "order 2026-07-05 0.1", "order 2026-07-04 100", "order 2026-08-02 -0.3", "order 2026-08-01 0.2",
		"cancelled 2026-08-02 50", "order 2026-08-04 60")
	for i, product := range []string{"pump", "valve", "returned", "pump", "cancelled", "future"} {
		facts.Orders[i].Product = product
	}
	policy := withoutSignals(time.UTC)
	policy.RFMWindowDays = 30
	got := rules.Assess(facts, policy, clockAt(t, time.UTC, "2026-08-03 10:00"))
	if got.WindowOrders != 2 || got.WindowAmount != 0 || got.OpenTasks != 4 {
		t.Errorf("got %d orders for %v in the window, %d open tasks", got.WindowOrders, got.WindowAmount, got.OpenTasks)
	}
	if !slices.Equal(got.ProductsBought, []string{"pump", "valve"}) {
		t.Errorf("got products %v", got.ProductsBought)
	}
	if got.LastOrderAt != facts.Orders[3].At || dueOn(got, time.UTC).String() != "2026-08-04" {
		t.Errorf("last order %s, due %s", got.LastOrderAt, got.DueAt)
	}
	for i := range 60 {
		facts.Orders = append(facts.Orders, rules.Order{At: facts.Orders[0].At, Product: strconv.Itoa(i)})
	}
	if got := rules.Assess(facts, policy, clockAt(t, time.UTC, "2026-08-03 10:00")); len(got.ProductsBought) != 50 {
		t.Errorf("got %d products", len(got.ProductsBought))
	}
}

func TestPin(t *testing.T) {
	t.Parallel()
	auckland := zoneNamed(t, "Pacific/Auckland")
	for _, test := range []struct {
		name, now string
		pin       rules.Tier
		until     string
		tier      rules.Tier
		due       string
	}{
		{"before", "2026-07-01 10:00", "S", "2026-08-03", "S", "2026-08-04"},
		{"the last moment of the last day", "2026-08-03 23:59:59", "S", "2026-08-03", "S", "2026-08-04"},
		{"the day after", "2026-08-04 00:00", "S", "2026-08-03", "C", ""},
		{"down as well as up", "2026-08-03 10:00", "B", "2026-08-03", "B", "2026-08-04"},
		{"to what it is", "2026-08-03 10:00", "C", "2026-08-05", "C", "2026-08-06"},
		{"without a day", "2026-08-03 10:00", "S", "", "C", ""},
		{"without a tier", "2026-08-03 10:00", "", "2026-08-05", "C", ""},
	} {
		facts := rules.Facts{PinTier: test.pin, PinUntil: dayNamed(t, test.until)}
		got := rules.Assess(facts, withoutSignals(auckland), clockAt(t, auckland, test.now))
		if got.Tier != test.tier || dueOn(got, auckland).String() != test.due || rules.TierFromReasons(got.TierReasons) != test.tier {
			t.Errorf("%s: got %s, due %q, by the reasons %s", test.name, got.Tier, got.DueAt, rules.TierFromReasons(got.TierReasons))
		}
	}
}

func TestOwnerRole(t *testing.T) {
	t.Parallel()
	now := clockAt(t, time.UTC, "2026-08-03 10:00")
	for _, test := range []struct {
		tier rules.Tier
		role string
		want bool
	}{
		{"S", "rep", true}, {"S", "director", false}, {"A", "rep", false}, {"B", "rep", true}, {"C", "support", false}, {"C", "", false},
	} {
		facts := rules.Facts{OwnerRole: test.role, PinTier: test.tier, PinUntil: rules.Date(2026, 8, 3)}
		got := slices.ContainsFunc(rules.Assess(facts, assessPolicy(time.UTC), now).Reasons, func(r rules.Reason) bool {
			return r.Rule == rules.RuleOwnerRole && r.Role == test.role && r.Wants != test.role && r.Tier == test.tier
		})
		if got != test.want {
			t.Errorf("tier %s owned by %q: told %v, want %v", test.tier, test.role, got, test.want)
		}
	}
}
