package rules_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"touchbase/rules"
)

// Risk, segment and win-back follow from the signals and nothing else; the signals from the rules that are switched on.
func TestRiskFollowsFromTheSignals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		got := c.assess()
		place, criticals, warnings := -1, 0, 0
		for _, s := range got.Signals {
			rule, on := c.policy.Signals[s.Name]
			if at := slices.Index(rules.Signals, s.Name); !on || s.Severity != rule.Severity || at <= place {
				t.Fatalf("%+v is off, of another severity, twice or out of order", s)
			} else {
				place = at
			}
			if s.Severity == rules.SeverityCritical {
				criticals++
			} else {
				warnings++
			}
			if s.Name == rules.SignalSilent && (!got.Silent || got.OnHold) {
				t.Fatalf("%+v: silent %v, on hold %v", s, got.Silent, got.OnHold)
			}
		}
		want := rules.RiskStable
		if criticals > 0 || warnings >= 3 {
			want = rules.RiskChurn
		} else if warnings > 0 {
			want = rules.RiskWarning
		}
		churn := want == rules.RiskChurn
		handover := len(got.Signals) == 1 && got.Signals[0].Name == rules.SignalContactReplaced
		if got.Risk != want || (got.Segment == rules.SegmentChurnRisk) != churn || got.WinBack != (churn && !handover) {
			t.Fatalf("risk %s, segment %s, win back %v of %+v", got.Risk, got.Segment, got.WinBack, got.Signals)
		}
		raised := func(names ...string) bool {
			return slices.ContainsFunc(got.Signals, func(s rules.Signal) bool { return slices.Contains(names, s.Name) })
		}
		switch got.Cause {
		case "", rules.CausePrice, rules.CauseUpgrade:
		case rules.CauseRelationship:
			churn = churn && raised(rules.SignalContactReplaced, rules.SignalInteractionDrop, rules.SignalNPSDrop)
		case rules.CauseService:
			churn = churn && raised(rules.SignalUnresolvedCases, rules.SignalComplaintsUp)
		default:
			t.Fatalf("no such cause: %q", got.Cause)
		}
		if got.Cause != "" && !churn {
			t.Fatalf("cause %q, risk %s of %+v", got.Cause, got.Risk, got.Signals)
		}
	})
}

// One rule more that is switched on never lessens a risk, and leaves the other signals as they are.
func TestAnotherRuleNeverLessensARisk(t *testing.T) {
	t.Parallel()
	levels := []string{rules.RiskStable, rules.RiskWarning, rules.RiskChurn}
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		with := c.assess()
		name := rapid.SampledFrom(rules.Signals).Draw(t, "switched off")
		delete(c.policy.Signals, name) // the policy is this case's own
		without := c.assess()
		if slices.Index(levels, without.Risk) > slices.Index(levels, with.Risk) {
			t.Fatalf("%s without %s, %s with it", without.Risk, name, with.Risk)
		}
		if left := slices.DeleteFunc(with.Signals, func(s rules.Signal) bool { return s.Name == name }); !slices.Equal(left, without.Signals) {
			t.Fatalf("without %s: %+v, not %+v", name, without.Signals, left)
		}
	})
}

// Who never ordered has neither scores nor group, who did not within the window is dormant, all others have the scores of the night.
func TestScoresAgreeWithTheWindow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		got := c.assess()
		want := rules.RFM{}
		switch {
		case !got.Ordered:
		case got.WindowOrders == 0:
			want.Group = rules.GroupDormant
		default:
			want = c.facts.Scores
			want.Group = got.RFM.Group
		}
		if got.RFM != want || (got.RFM.R != 0) != (got.RFM.Group != "" && got.WindowOrders > 0) {
			t.Fatalf("ordered %v, %d orders in the window, scores %+v: got %+v", got.Ordered, got.WindowOrders, c.facts.Scores, got.RFM)
		}
		if c.policy.TierModel == rules.ModelRFM && (c.facts.PinTier == "" || c.today > c.facts.PinUntil) {
			tiers := map[string]rules.Tier{rules.GroupCore: "S", rules.GroupPotential: "A", rules.GroupNormal: "B", rules.GroupDormant: "C", "": "C"}
			if got.Tier != tiers[got.RFM.Group] {
				t.Fatalf("group %q, tier %s", got.RFM.Group, got.Tier)
			}
		}
	})
}
