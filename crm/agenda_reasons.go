package crm

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// Reason says why a task is of today. It quotes no fact of the customer.
func (i *AgendaItem) Reason(policy *Policy, now time.Time) rules.Reason {
	r := rules.Reason{Due: rules.DayOf(i.DueAt, policy.Zone)}
	switch i.Section {
	case SectionDeadlines:
		left := i.DueAt.Sub(now)
		r.Rule, r.Kind, r.Past, r.Hours = rules.RuleDeadline, i.Kind, left <= 0, int(left.Abs()/time.Hour)
	case SectionOverdue:
		r.Rule, r.Days = rules.RuleOverdue, i.DaysLate
	case SectionToday:
		r.Rule = rules.RuleDueToday
	default:
		r.Rule = rules.RulePromised
	}
	return r
}

// reasonsToCall are the rules of those reasons of an assessment that say why a customer is due, none of them by a restricted fact.
var reasonsToCall = []string{rules.RuleNext, rules.RuleStepMissing, rules.RuleStepDone, rules.RuleSilent, rules.RuleRecovering}

// WhyDue says of customers, by id, why they are due: what the next date rests on first. Where a judgement made now would have
// another date than the stored one, which the next night puts right, it says that date alone.
func WhyDue(app core.App, policy *Policy, ids []string, now time.Time) (map[string][]rules.Reason, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	facts, err := loadFacts(app, ids, policy)
	if err != nil {
		return nil, err
	}
	if err := loadStepsDone(app, facts, now); err != nil {
		return nil, err
	}
	why := make(map[string][]rules.Reason, len(facts))
	for id, f := range facts {
		a := rules.Assess(f.Facts, policy.Policy, now)
		if next := parseDay(f.stored.NextFollowUpOn); a.NextFollowUpOn != next {
			why[id] = []rules.Reason{{Rule: rules.RuleDue, Next: next}}
			continue
		}
		for _, rule := range reasonsToCall {
			for _, r := range a.Reasons {
				if r.Rule == rule {
					why[id] = append(why[id], r)
				}
			}
		}
	}
	return why, nil
}
