package yeartest_test

import (
	"fmt"
	"slices"
	"time"
)

// reason is one of the reasons of a tier, as the program stores them.
type reason struct {
	Rule, Tier, Value, Group, Add, Until, From, Intent, Need, Influence, Fit string
	Ordered, Declared, Long                                                  bool
	Annual                                                                   float64 `json:"annual_purchase"`
	Satisfaction, Amount                                                     float64 // of satisfaction, the sum of all answers
	Categories, Complexity, Served, Surveys, Count                           int
}

// explained finds fault with reasons that do not carry: the figures they name have to give the tier, and what they say would change
// it has to do so, and one less must not.
func (w *walk) explained(c *client, j judged, s *stored, when string) {
	w.t.Helper()
	var reasons []reason
	if err := s.UnmarshalJSONField("tier_reason", &reasons); err != nil {
		w.t.Fatal(err)
	}
	if tier := reasonedTier(reasons); tier != j.verdict.tier {
		w.differ(c, "reasons", fmt.Sprintf("%s: %s is %s, by its reasons %q: %s", when, c.id, j.verdict.tier, tier, s.GetString("tier_reason")))
	}
	if w.nights()%5 != 0 {
		return
	}
	for _, r := range reasons {
		w.seen["reason "+r.Rule+" "+r.Add]++
		if r.Rule != "would_change" {
			continue
		}
		if problem := j.wouldChange(r, w.zone); problem != "" {
			w.differ(c, "would change "+r.Add, fmt.Sprintf("%s: %s is %s, %s: %s", when, c.id, j.verdict.tier, problem, s.GetString("tier_reason")))
		}
	}
}

// reasonedTier puts the figures of reasons through the tables of the contract.
func reasonedTier(reasons []reason) string {
	tier, worth, promise := "", "", ""
	for _, r := range reasons {
		switch r.Rule {
		case "value":
			worth = value(cents(r.Annual))
		case "potential":
			promise = potential(firm{intent: r.Intent, need: r.Need, influence: r.Influence, fit: r.Fit})
		case "tier":
			tier = matrix(worth, promise, r.Ordered || r.Declared)
		case "rfm":
			tier = groupTier(r.Group)
		case "project":
			points := 0
			for _, point := range []bool{r.Long, r.Categories >= 3, r.Complexity >= 4} {
				if point {
					points++
				}
			}
			tier = projectTiers[points]
		case "service":
			tier = serviceTable(r.Served, r.Surveys > 0 && r.Satisfaction >= 8*float64(r.Surveys))
		case "pin":
			tier = r.Tier
		}
	}
	return tier
}

// tierOf is the tier that a history gives at a moment.
func (m moment) tierOf(h history, s *scores) string { return m.judge(h, s).tier }

// wouldChange tries what a reason says would change the tier, and tells what is wrong with it.
func (j judged) wouldChange(r reason, zone *time.Location) string {
	with := func(at time.Time, n int) history { return j.with(r, at, n) }
	enough, tooFew := r.Count, r.Count-1
	if r.Add == "amount" {
		enough, tooFew = int(r.Amount), int(r.Amount)-1
	}
	if tier := j.tierOf(with(j.now, enough), j.scores); r.Add != "years" && tier != r.Tier {
		return fmt.Sprintf("would be %s by %s %d, not %s", tier, r.Add, enough, r.Tier)
	}
	switch r.Add {
	case "order", "amount", "categories", "complexity", "service", "satisfaction":
		if tier := j.tierOf(with(j.now, tooFew), j.scores); tier == r.Tier {
			return fmt.Sprintf("would be %s by %s %d already", tier, r.Add, tooFew)
		}
	case "years":
		day, _ := time.ParseInLocation(time.DateOnly, r.From, zone)
		m := moment{j.settings, day.Add(12 * time.Hour)}
		if tier := m.tierOf(j.history, j.scores); days(j.today(), m.today()) < 60 && tier != r.Tier { // later, much else has passed
			return fmt.Sprintf("would be %s on %s, not %s", tier, r.From, r.Tier)
		}
	}
	if r.Until == "" {
		return ""
	}
	day, err := time.ParseInLocation(time.DateOnly, r.Until, zone)
	if err != nil {
		return err.Error()
	}
	until := moment{j.settings, day.Add(12 * time.Hour)}
	if tier := until.tierOf(with(until.now, enough), j.scores); tier != r.Tier {
		return fmt.Sprintf("would be %s by %s %d on %s, not %s", tier, r.Add, enough, r.Until, r.Tier)
	}
	return ""
}

// with is the history with n more of what a reason names.
func (j judged) with(r reason, at time.Time, n int) history {
	h := j.history
	switch r.Add {
	case "order":
		h.orders = append(slices.Clone(h.orders), make([]order, n)...)
		for i := range h.orders[len(j.history.orders):] {
			h.orders[len(j.history.orders)+i].at = at
		}
	case "amount":
		h.orders = append(slices.Clone(h.orders), order{at: at, cents: int64(n) * 100})
	case "categories":
		h.orders = slices.Clone(h.orders)
		for i := range n {
			h.orders = append(h.orders, order{at: at, category: fmt.Sprintf("new %d", i)})
		}
	case "complexity":
		h.contacts = append(slices.Clone(h.contacts), make([]contact, n)...)
	case "service":
		h.followUps = slices.Clone(h.followUps)
		for range n {
			h.followUps = append(h.followUps, followUp{started: at, feedback: "neutral"})
		}
	case "satisfaction":
		h.surveys = append(slices.Clone(h.surveys), survey{answered: at, satisfaction: float64(n)})
	case "intent":
		h.customer.intent = r.Value
	case "need":
		h.customer.need = r.Value
	case "influence":
		h.customer.influence = r.Value
	case "fit":
		h.customer.fit = r.Value
	}
	return h
}
