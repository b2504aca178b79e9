package rules

import (
	"hash/fnv"
	"math"
)

// daysAfterWaking is how long a customer is left in peace who broke a silence with an order, a case or a survey.
const daysAfterWaking = 3

// silence reads silence and touch mode from the history, never from what was stored before. A gap longer
// than the present tier allows was a silence, whatever the tier was at the time.
func (v *view) silence(a *Assessment) {
	allowed := Day(v.policy.Tiers[a.Tier].SilentAfterDays)
	last := v.facts.FirstContactOn
	var woken Day
	for i := range v.interactions {
		act := &v.interactions[i]
		if last != 0 && act.on-last > allowed {
			woken = act.on
			if !act.followUp {
				v.earliest = act.on + daysAfterWaking
			}
		}
		last, a.LastInteractionAt = act.on, act.at
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
	for i := range v.followUps {
		if f := &v.followUps[i]; f.Responded && f.on > day {
			n++
		}
	}
	return n
}

// nextDate gives the day by which the customer deserves a contact. Whoever came back with an order, a case or a survey is not
// called the next morning.
func (v *view) nextDate(a *Assessment) {
	tier := v.policy.Tiers[a.Tier]
	reason := v.basis(a, tier)
	if reason.Next < v.earliest {
		reason = Reason{
			Rule: RuleNext, Basis: BasisWoken, From: v.earliest - daysAfterWaking, Days: daysAfterWaking, Next: v.earliest,
		}
	}
	a.NextFollowUpOn = reason.Next
	a.Reasons = append(a.Reasons, reason)
	if v.facts.StepDone {
		a.Reasons = append(a.Reasons, Reason{Rule: RuleStepDone, From: DayOf(a.LastFollowUpAt, v.policy.Zone)})
	}
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

	latest := &v.followUps[len(v.followUps)-1]
	a.LastFollowUpAt = latest.At
	switch {
	case latest.Status == StatusOnHold && latest.ResumeOn != 0:
		a.OnHold = latest.ResumeOn > v.today
		v.changesOn(latest.ResumeOn)
		return Reason{Rule: RuleNext, Basis: BasisOnHold, From: latest.on, Next: latest.ResumeOn}
	case latest.Status == StatusToFollowUp && !latest.TaskDue.IsZero():
		due := DayOf(latest.TaskDue, v.policy.Zone)
		if limit := latest.on + Day(tier.MaxGapDays); tier.MaxGapDays > 0 && due > limit {
			return Reason{Rule: RuleNext, Basis: BasisMaxGap, From: latest.on, Days: tier.MaxGapDays, Next: limit}
		}
		return Reason{Rule: RuleNext, Basis: BasisNextStep, From: latest.on, Next: due}
	}
	a.StepMissing = latest.Status == StatusToFollowUp

	factor := 1.0
	switch {
	case a.Silent && latest.on >= a.SilentSince:
		factor = v.policy.LightFactor
	case v.recovering:
		// Also when silent anew since that contact: falling silent never moves a date.
		factor = v.policy.RecoveryFactor
	}
	days := int(math.Round(float64(tier.CadenceDays) * factor))
	return Reason{
		Rule: RuleNext, Basis: BasisCadence, From: latest.on, Days: days, Factor: factor, Tier: a.Tier, Next: latest.on + Day(days),
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
