package rules

import (
	"math"
	"slices"
)

// What a suggestion asks for more of.
const (
	AddAmount       = "amount"       // purchases, in currency units
	AddOrder        = "order"        // a first one, of whatever amount
	AddNeed         = "need"         // a value of the field
	AddIntent       = "intent"       // likewise
	AddInfluence    = "influence"    // likewise
	AddFit          = "fit"          // likewise
	AddCategories   = "categories"   // bought
	AddComplexity   = "complexity"   // contacts or active contracts
	AddYears        = "years"        // days until the cooperation is long enough
	AddService      = "service"      // follow-ups or cases
	AddSatisfaction = "satisfaction" // points of one more survey
)

// noDay is later than any day.
const noDay = Day(math.MaxInt32)

// better tells whether a tier deserves more attention than another.
func better(tier, than Tier) bool { return slices.Index(Tiers, tier) < slices.Index(Tiers, than) }

// suggest keeps a suggestion that leads to a better tier.
func (a *Assessment) suggest(r Reason) {
	if r.Add != "" && better(r.Tier, a.Tier) {
		r.Rule = RuleWouldChange
		a.TierReasons = append(a.TierReasons, r)
	}
}

// lasting is the last day on which figures are those of today: before one of what they rest on leaves its window, on the days
// given, or something still to come exists. No day: nothing will change them.
func (v *view) lasting(leaves Day) Day {
	if v.comes != 0 {
		leaves = min(leaves, v.comes)
	}
	if leaves == noDay {
		return 0
	}
	return leaves - 1
}

// morePurchase gives the least further purchase, in whole currency units, that leads to a better tier, and the last day on
// which it does: after that an order leaves the year, or something still to come is there.
func (v *view) morePurchase(a *Assessment) Reason {
	sum, leaves := 0.0, noDay
	for i := range v.orders {
		if o := &v.orders[i]; v.today-o.on < daysOfYear {
			sum += o.Amount
			leaves = min(leaves, o.on+daysOfYear)
		}
	}
	until := v.lasting(leaves)
	sum = cents(sum)
	declared := math.Inf(-1) // what returns bring below zero stays there
	if v.declares() {
		declared = v.facts.DeclaredAnnualPurchase
	}
	with := func(more float64) Tier {
		value := valueOf(max(cents(sum+more), declared), v.policy.ValueHigh, v.policy.ValueMid)
		tier, _ := tierOf(value, a.Potential, true, v.facts.DeclaredAnnualPurchase > 0)
		return tier
	}
	if !a.Ordered {
		if tier := with(0); better(tier, a.Tier) {
			return Reason{Add: AddOrder, Count: 1, Until: until, Tier: tier}
		}
	}
	for _, threshold := range []float64{v.policy.ValueMid, v.policy.ValueHigh} {
		more := math.Ceil(cents(threshold - sum))
		if more <= 0 {
			continue
		}
		if tier := with(more); better(tier, a.Tier) {
			return Reason{Add: AddAmount, Amount: more, Until: until, Tier: tier}
		}
	}
	return Reason{}
}

// morePotential gives the one field whose value would lead to a better tier.
func (v *view) morePotential(a *Assessment) Reason {
	f := v.facts
	for _, change := range []struct {
		add, value, was              string
		intent, need, influence, fit string
	}{
		{AddNeed, "some", f.Need, f.Intent, "some", f.Influence, f.Fit},
		{AddNeed, "strong", f.Need, f.Intent, "strong", f.Influence, f.Fit},
		{AddIntent, "high", f.Intent, "high", f.Need, f.Influence, f.Fit},
		{AddInfluence, "high", f.Influence, f.Intent, f.Need, "high", f.Fit},
		{AddFit, "high", f.Fit, f.Intent, f.Need, f.Influence, "high"},
	} {
		if change.was == change.value || change.was == "strong" {
			continue
		}
		potential := potentialOf(change.intent, change.need, change.influence, change.fit)
		tier, _ := tierOf(a.Value, potential, a.Ordered, f.DeclaredAnnualPurchase > 0)
		if better(tier, a.Tier) {
			return Reason{Add: change.add, Value: change.value, Tier: tier}
		}
	}
	return Reason{}
}

// projectWith gives what so many more of something would make of a customer of the model project.
func (v *view) projectWith(r Reason, add string, count int) Reason {
	suggestion := Reason{Add: add, Count: count}
	switch add {
	case AddCategories:
		r.Categories += count
	case AddComplexity:
		r.Complexity += count
	case AddYears:
		r.Long = true
		suggestion.Count, suggestion.From = 0, v.today+Day(count)
	}
	suggestion.Tier = projectTierOf(r)
	return suggestion
}

// moreService gives how many more follow-ups or cases lead to a better tier of the model service, until the day given.
func moreService(r Reason, until Day) Reason {
	now := serviceTierOf(r)
	for _, enough := range []int{1, oftenServed} {
		count := enough - r.Served
		if count <= 0 {
			continue
		}
		with := r
		with.Served = enough
		if tier := serviceTierOf(with); better(tier, now) {
			return Reason{Add: AddService, Count: count, Until: until, Tier: tier}
		}
	}
	return Reason{}
}

// moreSatisfaction gives the least satisfaction of one more survey that leads to a better tier of the model service, until the
// day given.
func moreSatisfaction(r Reason, until Day) Reason {
	with := r
	with.Surveys++
	points := max(0, math.Ceil(wellSatisfied*float64(with.Surveys)-r.Satisfaction))
	if points > satisfiedScale {
		return Reason{}
	}
	with.Satisfaction += points
	return Reason{Add: AddSatisfaction, Count: int(points), Until: until, Tier: serviceTierOf(with)}
}
