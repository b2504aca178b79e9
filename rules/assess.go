package rules

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"time"
)

// daysOfYear is the window of the annual purchase: ages 0 to 364 days.
const daysOfYear = 365

// daysAfterWakingOrder is how long a customer who broke a silence by ordering is left in peace.
const daysAfterWakingOrder = 3

// maxProducts bounds the list of products bought.
const maxProducts = 50

// Assessment is the judgement of one customer at one moment.
type Assessment struct {
	Tier           Tier
	Value          string
	Potential      string
	AnnualPurchase float64 // currency units of the last 365 days

	Silent      bool
	SilentSince Day
	TouchMode   string
	OnHold      bool // the last contact agreed to wait until a day still to come
	HoldEnded   bool // or to wait until a day that has come

	LastFollowUpAt    time.Time
	LastInteractionAt time.Time
	LastOrderAt       time.Time
	NextFollowUpOn    Day
	StepMissing       bool // the last contact promised a next step that nobody has open

	Ordered        bool // at least one counted order: the customer is active, no longer a prospect
	WindowOrders   int
	WindowAmount   float64
	ProductsBought []string // latest first
	OpenTasks      int
	MissingInfo    []string
	NeedsCheck     []string

	TierReasons []Reason // why this tier
	Reasons     []Reason // why this silence, touch mode and date

	// DueOn is the next day on which time alone can change this answer; no day: never.
	DueOn Day
}

// Due tells whether the customer deserves a contact on a day.
func (a Assessment) Due(today Day) bool {
	return !a.NextFollowUpOn.IsZero() && a.NextFollowUpOn <= today
}

// Assess judges one customer: pure, from the facts, the policy and the moment alone. Moments after now
// do not exist yet. The rules are those of section 4 of the contract: value and potential give the tier, the
// history of interactions gives silence and touch mode, the last contact gives the next date.
func Assess(facts Facts, policy Policy, now time.Time) Assessment {
	v := view{facts: facts, policy: policy, now: now, today: DayOf(now, policy.Zone)}
	v.keepExisting()

	var a Assessment
	v.purchases(&a)
	v.tier(&a)
	v.silence(&a)
	v.nextDate(&a)
	a.OpenTasks = facts.OpenTasks
	a.MissingInfo = missingInfo(facts.Known, a.Ordered)
	a.NeedsCheck = v.needsCheck()
	a.DueOn = v.due
	return a
}

// view is the history as it stands at one moment, and the next day on which time alone may change it.
type view struct {
	facts     Facts
	policy    Policy
	now       time.Time
	today     Day
	orders    []Order    // existing and not cancelled, oldest first
	followUps []FollowUp // existing, oldest first
	due       Day

	earliest   Day  // no contact before this day: an order ended a silence
	recovering bool // from the latest silence that ended, be there a new one or not
}

// changesOn notes that the answer may be another one from a day on.
func (v *view) changesOn(day Day) {
	if day > v.today && (v.due == 0 || day < v.due) {
		v.due = day
	}
}

// appearsAt notes that a fact begins to exist at a moment still to come: at some hour of its day, so that
// day counts already, and one of the rest of today is seen tomorrow.
func (v *view) appearsAt(moment time.Time) {
	v.changesOn(max(DayOf(moment, v.policy.Zone), v.today+1))
}

// keepExisting drops what is cancelled and what lies in the future, and sorts the rest by its moment.
func (v *view) keepExisting() {
	for _, o := range v.facts.Orders {
		if o.Cancelled {
			continue
		}
		if o.At.After(v.now) {
			v.appearsAt(o.At)
		} else {
			v.orders = append(v.orders, o)
		}
	}
	for _, f := range v.facts.FollowUps {
		if f.At.After(v.now) {
			v.appearsAt(f.At)
		} else {
			v.followUps = append(v.followUps, f)
		}
	}
	// What comes after the moments only keeps the answer the same in whatever order the facts come:
	// imports bring many of one moment.
	slices.SortFunc(v.orders, func(a, b Order) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Product, b.Product), cmp.Compare(a.Amount, b.Amount))
	})
	slices.SortFunc(v.followUps, func(a, b FollowUp) int {
		return cmp.Or(a.At.Compare(b.At), a.Created.Compare(b.Created), cmp.Compare(a.Status, b.Status),
			cmp.Compare(a.ResumeOn, b.ResumeOn), a.TaskDue.Compare(b.TaskDue))
	})
}

// purchases sums what was bought: the annual purchase, the RFM window, the last order, the products.
func (v *view) purchases(a *Assessment) {
	var firstCounted Day
	seen := map[string]bool{}
	for _, o := range slices.Backward(v.orders) {
		day := DayOf(o.At, v.policy.Zone)
		age := int(v.today - day)
		if age < daysOfYear {
			a.AnnualPurchase += o.Amount
			v.changesOn(day + daysOfYear)
		}
		if age < v.policy.RFMWindowDays {
			a.WindowAmount += o.Amount
			v.changesOn(day + Day(v.policy.RFMWindowDays))
		}
		if !o.counted() {
			continue
		}
		firstCounted = day
		if !a.Ordered {
			a.Ordered, a.LastOrderAt = true, o.At
		}
		if age < v.policy.RFMWindowDays {
			a.WindowOrders++
		}
		if o.Product != "" && !seen[o.Product] && len(seen) < maxProducts {
			seen[o.Product] = true
			a.ProductsBought = append(a.ProductsBought, o.Product)
		}
	}
	a.AnnualPurchase = cents(a.AnnualPurchase)
	a.WindowAmount = cents(a.WindowAmount)
	// What a customer declares holds until their own first year says better, so that a first order never
	// costs a tier.
	if declared := v.facts.DeclaredAnnualPurchase; declared > 0 {
		// The day that first year ends is noted above, where the order leaves the annual purchase.
		if !a.Ordered || v.today-firstCounted < daysOfYear {
			a.AnnualPurchase = max(a.AnnualPurchase, declared)
		}
	}
}

// cents rounds away the noise of adding binary fractions.
func cents(amount float64) float64 { return math.Round(amount*100) / 100 }

// tier puts value and potential through the table; a pin in force wins.
func (v *view) tier(a *Assessment) {
	f := v.facts
	a.Value = valueOf(a.AnnualPurchase, v.policy)
	a.Potential = potentialOf(f.Intent, f.Need, f.Influence, f.Fit)
	table, row := tierOf(a.Value, a.Potential, a.Ordered, f.DeclaredAnnualPurchase > 0)
	a.Tier = table
	a.TierReasons = []Reason{
		{
			Rule: RuleValue, Value: a.Value, AnnualPurchase: a.AnnualPurchase,
			High: v.policy.ValueHigh, Mid: v.policy.ValueMid,
		},
		{Rule: RulePotential, Potential: a.Potential, Intent: f.Intent, Need: f.Need, Influence: f.Influence, Fit: f.Fit},
		{Rule: RuleTier, Tier: table, Row: row, Ordered: a.Ordered, Declared: f.DeclaredAnnualPurchase > 0},
	}
	if f.PinTier != "" && v.today <= f.PinUntil {
		a.Tier = f.PinTier
		a.TierReasons = append(a.TierReasons, Reason{Rule: RulePin, Tier: f.PinTier, Until: f.PinUntil})
		v.changesOn(f.PinUntil + 1)
	}
	if want := v.policy.Tiers[a.Tier].OwnerRole; f.OwnerRole != "" && want != "" && f.OwnerRole != want {
		a.Reasons = append(a.Reasons, Reason{Rule: RuleOwnerRole, Role: f.OwnerRole, Wants: want, Tier: a.Tier})
	}
}

// valueOf judges the annual purchase: high and mid from their thresholds on.
func valueOf(annualPurchase float64, policy Policy) string {
	switch {
	case annualPurchase >= policy.ValueHigh:
		return ValueHigh
	case annualPurchase >= policy.ValueMid:
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

// interaction is one sign of life.
type interaction struct {
	at    time.Time
	order bool
}

// interactions merges counted orders and responded follow-ups, oldest first; a follow-up goes before an
// order of the same moment.
func (v *view) interactions() []interaction {
	all := make([]interaction, 0, len(v.orders)+len(v.followUps))
	for _, f := range v.followUps {
		if f.Responded {
			all = append(all, interaction{at: f.At})
		}
	}
	for _, o := range v.orders {
		if o.counted() {
			all = append(all, interaction{at: o.At, order: true})
		}
	}
	slices.SortStableFunc(all, func(a, b interaction) int { return a.at.Compare(b.at) })
	return all
}

// silence reads silence and touch mode from the history, never from what was stored before. A gap longer
// than the present tier allows was a silence, whatever the tier was at the time.
func (v *view) silence(a *Assessment) {
	allowed := Day(v.policy.Tiers[a.Tier].SilentAfterDays)
	last := v.facts.FirstContactOn
	var woken Day
	for _, i := range v.interactions() {
		day := DayOf(i.at, v.policy.Zone)
		if last != 0 && day-last > allowed {
			woken = day
			if i.order {
				v.earliest = day + daysAfterWakingOrder
			}
		}
		last, a.LastInteractionAt = day, i.at
	}

	steps := v.respondedAfter(woken)
	v.recovering = woken != 0 && steps < v.policy.RecoverySteps

	a.TouchMode = TouchNormal
	switch {
	case last != 0 && v.today-last > allowed:
		a.Silent, a.SilentSince, a.TouchMode = true, last+allowed+1, TouchLight
		reason := Reason{Rule: RuleSilent, Last: last, Since: a.SilentSince, Allowed: int(allowed)}
		if a.LastInteractionAt.IsZero() {
			reason.Basis = BasisFirstContact
		}
		a.Reasons = append(a.Reasons, reason)
	case v.recovering:
		a.TouchMode = TouchRecovering
		a.Reasons = append(a.Reasons, Reason{Rule: RuleRecovering, Since: woken, Steps: steps, Of: v.policy.RecoverySteps})
	}
	if last != 0 {
		v.changesOn(last + allowed + 1)
	}
}

// respondedAfter counts the contacts the customer responded to on days after a day.
func (v *view) respondedAfter(day Day) int {
	n := 0
	for _, f := range v.followUps {
		if f.Responded && DayOf(f.At, v.policy.Zone) > day {
			n++
		}
	}
	return n
}

// nextDate gives the day by which the customer deserves a contact. Whoever came back by ordering is not
// called the next morning.
func (v *view) nextDate(a *Assessment) {
	tier := v.policy.Tiers[a.Tier]
	reason := v.basis(a, tier)
	if reason.Next < v.earliest {
		reason = Reason{
			Rule: RuleNext, Basis: BasisWokenByOrder, From: v.earliest - daysAfterWakingOrder, Days: daysAfterWakingOrder, Next: v.earliest,
		}
	}
	a.NextFollowUpOn = reason.Next
	a.Reasons = append(a.Reasons, reason)
	if a.StepMissing {
		a.Reasons = append(a.Reasons, Reason{Rule: RuleStepMissing, From: DayOf(a.LastFollowUpAt, v.policy.Zone)})
	}
}

// basis decides what the next date rests on: the pause agreed, the next step open, or the cadence.
func (v *view) basis(a *Assessment, tier TierPolicy) Reason {
	if len(v.followUps) == 0 {
		created := DayOf(v.facts.Created, v.policy.Zone)
		if v.facts.Imported {
			days := spread(v.facts.ID, tier.CadenceDays)
			return Reason{Rule: RuleNext, Basis: BasisImported, From: created, Days: days, Next: created + Day(days)}
		}
		return Reason{Rule: RuleNext, Basis: BasisCreated, From: created, Next: created}
	}

	latest := v.followUps[len(v.followUps)-1]
	a.LastFollowUpAt = latest.At
	day := DayOf(latest.At, v.policy.Zone)
	switch {
	case latest.Status == StatusOnHold && latest.ResumeOn != 0:
		a.OnHold = latest.ResumeOn > v.today
		a.HoldEnded = !a.OnHold
		v.changesOn(latest.ResumeOn)
		return Reason{Rule: RuleNext, Basis: BasisOnHold, From: day, Next: latest.ResumeOn}
	case latest.Status == StatusToFollowUp && !latest.TaskDue.IsZero():
		due := DayOf(latest.TaskDue, v.policy.Zone)
		if limit := day + Day(tier.MaxGapDays); tier.MaxGapDays > 0 && due > limit {
			return Reason{Rule: RuleNext, Basis: BasisMaxGap, From: day, Days: tier.MaxGapDays, Next: limit}
		}
		return Reason{Rule: RuleNext, Basis: BasisNextStep, From: day, Next: due}
	}
	a.StepMissing = latest.Status == StatusToFollowUp

	factor := 1.0
	switch {
	case a.Silent && day >= a.SilentSince:
		factor = v.policy.LightFactor
	case v.recovering:
		// Also when silent anew since that contact: falling silent never moves a date.
		factor = v.policy.RecoveryFactor
	}
	days := int(math.Round(float64(tier.CadenceDays) * factor))
	return Reason{
		Rule: RuleNext, Basis: BasisCadence, From: day, Days: days, Factor: factor, Tier: a.Tier, Next: day + Day(days),
	}
}

// spread gives each of many customers imported at once a day of its own within one cadence, 0 to
// cadence-1 days on, the same one every time. S has the shortest cadence and so comes first.
func spread(id string, cadenceDays int) int {
	if cadenceDays < 1 {
		return 0
	}
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % uint32(cadenceDays))
}
