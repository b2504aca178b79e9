package rules

import "slices"

// What the model project gives a point for.
const (
	longCooperation = 2 // calendar years
	manyCategories  = 3 // bought
	muchComplexity  = 4 // contacts and contracts
)

// What the model service asks for.
const (
	serviceDays    = 90
	oftenServed    = 6 // follow-ups and cases
	wellSatisfied  = 8 // mean of a year, of 10
	satisfiedScale = 10
)

// tier judges value and potential and decides the tier by the policy's model; a pin in force wins.
func (v *view) tier(a *Assessment) {
	f := v.facts
	a.Value = valueOf(a.AnnualPurchase, v.policy.ValueHigh, v.policy.ValueMid)
	a.Potential = potentialOf(f.Intent, f.Need, f.Influence, f.Fit)
	switch v.policy.TierModel {
	case ModelRFM:
		v.rfmTier(a)
	case ModelProject:
		v.projectTier(a)
	case ModelService:
		v.serviceTier(a)
	default:
		v.valuePotentialTier(a)
	}
	if f.PinTier != "" && v.today <= f.PinUntil {
		a.Tier = f.PinTier
		// While it is in force nothing else would change the tier.
		a.TierReasons = slices.DeleteFunc(a.TierReasons, func(r Reason) bool { return r.Rule == RuleWouldChange })
		a.TierReasons = append(a.TierReasons, Reason{Rule: RulePin, Tier: f.PinTier, Until: f.PinUntil})
		v.changesOn(f.PinUntil + 1)
	}
	if want := v.policy.Tiers[a.Tier].OwnerRole; f.OwnerRole != "" && want != "" && f.OwnerRole != want {
		a.Reasons = append(a.Reasons, Reason{Rule: RuleOwnerRole, Role: f.OwnerRole, Wants: want, Tier: a.Tier})
	}
}

// valueOf judges the annual purchase: high and mid from their thresholds on.
func valueOf(annualPurchase, high, mid float64) string {
	switch {
	case annualPurchase >= high:
		return ValueHigh
	case annualPurchase >= mid:
		return ValueMid
	}
	return ValueLow
}

// potentialOf judges what may come of a customer.
func potentialOf(intent, need, influence, fit string) string {
	switch {
	case intent == "high" && need == "strong", influence == "high" && fit == "high":
		return PotentialKey
	case need == "vague" || need == "":
		return PotentialWatching
	}
	return PotentialNormal
}

// valuePotentialTier is the model value_potential.
func (v *view) valuePotentialTier(a *Assessment) {
	f := v.facts
	declared := f.DeclaredAnnualPurchase > 0
	tier, row := tierOf(a.Value, a.Potential, a.Ordered, declared)
	a.Tier = tier
	a.TierReasons = append(make([]Reason, 0, 5),
		Reason{
			Rule: RuleValue, Value: a.Value, AnnualPurchase: a.AnnualPurchase,
			High: v.policy.ValueHigh, Mid: v.policy.ValueMid,
		},
		Reason{Rule: RulePotential, Potential: a.Potential, Intent: f.Intent, Need: f.Need, Influence: f.Influence, Fit: f.Fit},
		Reason{Rule: RuleTier, Tier: tier, Row: row, Ordered: a.Ordered, Declared: declared},
	)
	a.suggest(v.morePurchase(a))
	a.suggest(v.morePotential(a))
}

// tierOf is the table of the model value_potential; it gives the tier and the row that decided.
func tierOf(value, potential string, ordered, declared bool) (Tier, int) {
	switch {
	case value == ValueHigh && potential == PotentialKey:
		return TierS, 1
	case value == ValueHigh || potential == PotentialKey:
		return TierA, 2
	case !ordered && !declared, value == ValueLow && potential == PotentialWatching:
		return TierC, 3
	}
	return TierB, 4
}

// rfmTier is the model rfm.
func (v *view) rfmTier(a *Assessment) {
	a.Tier = rfmTierOf(a.RFM.Group)
	a.TierReasons = []Reason{{Rule: RuleRFM, R: a.RFM.R, F: a.RFM.F, M: a.RFM.M, Group: a.RFM.Group, Tier: a.Tier}}
}

func rfmTierOf(group string) Tier {
	switch group {
	case GroupCore:
		return TierS
	case GroupPotential:
		return TierA
	case GroupNormal:
		return TierB
	}
	return TierC
}

// projectTier is the model project: a point each for a long cooperation, many categories, much complexity.
func (v *view) projectTier(a *Assessment) {
	var categories []string
	for i := range v.orders {
		if o := &v.orders[i]; o.counted() && o.Category != "" && !slices.Contains(categories, o.Category) {
			categories = append(categories, o.Category)
		}
	}
	reason := Reason{
		Rule: RuleProject, Long: v.cooperates(longCooperation), Categories: len(categories),
		Complexity: v.facts.Contacts + v.facts.ActiveContracts,
	}
	a.Tier = projectTierOf(reason)
	reason.Tier = a.Tier
	a.TierReasons = []Reason{reason}
	if missing := manyCategories - reason.Categories; missing > 0 {
		a.suggest(v.projectWith(reason, AddCategories, missing))
	}
	if missing := muchComplexity - reason.Complexity; missing > 0 {
		a.suggest(v.projectWith(reason, AddComplexity, missing))
	}
	if since := v.since(); since != 0 && !reason.Long {
		a.suggest(v.projectWith(reason, AddYears, int(since.AddYears(longCooperation)-v.today)))
	}
}

func projectTierOf(r Reason) Tier {
	points := 0
	for _, point := range []bool{r.Long, r.Categories >= manyCategories, r.Complexity >= muchComplexity} {
		if point {
			points++
		}
	}
	return []Tier{TierC, TierB, TierA, TierS}[points]
}

// serviceTier is the model service: who is served often and is satisfied.
func (v *view) serviceTier(a *Assessment) {
	reason := Reason{Rule: RuleService}
	leaves := noDay
	counts := func(on Day, days int) bool {
		if !v.within(on, days) {
			return false
		}
		leaves = min(leaves, on+Day(days))
		return true
	}
	for i := range v.followUps {
		if counts(v.followUps[i].on, serviceDays) {
			reason.Served++
		}
	}
	for i := range v.cases {
		if counts(v.cases[i].on, serviceDays) {
			reason.Served++
		}
	}
	for i := range v.surveys {
		if s := &v.surveys[i]; counts(s.on, daysOfYear) {
			reason.Surveys++
			reason.Satisfaction += s.Satisfaction
		}
	}
	a.Tier = serviceTierOf(reason)
	reason.Tier = a.Tier
	a.TierReasons = []Reason{reason}
	until := v.lasting(leaves)
	a.suggest(moreService(reason, until))
	a.suggest(moreSatisfaction(reason, until))
}

// serviceTierOf reads the figures of a reason; its satisfaction is the sum of its surveys.
func serviceTierOf(r Reason) Tier {
	often := r.Served >= oftenServed
	satisfied := r.Surveys > 0 && r.Satisfaction >= wellSatisfied*float64(r.Surveys)
	switch {
	case often && satisfied:
		return TierS
	case often || satisfied:
		return TierA
	case r.Served > 0:
		return TierB
	}
	return TierC
}
