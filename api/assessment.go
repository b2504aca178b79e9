package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/rules"
)

// assessed is a judgement in words, as somebody may know it.
type assessed struct {
	Tier    assessedTier    `json:"tier"`
	Risk    assessedRisk    `json:"risk"`
	Silence assessedSilence `json:"silence"`
	Next    assessedNext    `json:"next"`
}

// assessedTier says why a customer is of its tier and what would change it; nothing of it to those who may not know the reasons.
type assessedTier struct {
	Tier    string   `json:"tier"`
	Known   bool     `json:"known"` // whether the reader may know the reasons
	Reasons []string `json:"reasons"`
	Changes []string `json:"changes"`
}

type assessedRisk struct {
	Risk    string           `json:"risk"`
	Cause   string           `json:"cause"`
	Signals []assessedSignal `json:"signals"`
}

// assessedSignal is a signal with its evidence in words, or its name alone.
type assessedSignal struct {
	Signal   string `json:"signal"`
	Severity string `json:"severity"`
	Words    string `json:"words"`
}

type assessedSilence struct {
	Silent  bool     `json:"silent"`
	Mode    string   `json:"mode"`
	Reasons []string `json:"reasons"`
}

type assessedNext struct {
	On      string   `json:"on"`
	Reasons []string `json:"reasons"`
}

// assessment answers how a customer is judged now ([assessed]), each part with its reasons in words of the request's language, by what of
// them the caller may know (access.md: tier_reason, signals.evidence). An archived customer is judged no more: its tier stands
// without reasons. It refuses a customer they do not see with 404.
func assessment(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		p, customer, standing, err := seen(e, crm.CollectionCustomers)
		if err != nil {
			return err
		}
		teller := teller{
			language: languageOf(e),
			reasons:  p.CanRead(crm.CollectionCustomers, crm.FieldTierReason, standing),
			evidence: p.CanRead(crm.CollectionSignals, crm.FieldEvidence, standing),
		}
		answer, err := teller.tell(e.App, customer, now())
		if err != nil {
			return e.InternalServerError("The judgement cannot be read.", err)
		}
		return e.JSON(http.StatusOK, answer)
	}
}

// teller tells a judgement to somebody.
type teller struct {
	language          string
	reasons, evidence bool // whether they may know what a tier and what a signal rests on
}

func (t teller) tell(app core.App, customer *core.Record, now time.Time) (assessed, error) {
	answer := assessed{
		Tier:    assessedTier{Tier: customer.GetString(crm.FieldTier), Known: t.reasons, Reasons: []string{}, Changes: []string{}},
		Risk:    assessedRisk{Risk: customer.GetString(crm.FieldRisk), Cause: customer.GetString(crm.FieldChurnCause), Signals: []assessedSignal{}},
		Silence: assessedSilence{Silent: customer.GetBool(crm.FieldSilent), Mode: customer.GetString(crm.FieldTouchMode), Reasons: []string{}},
		Next:    assessedNext{On: customer.GetString(crm.FieldNextFollowUpOn), Reasons: []string{}},
	}
	if customer.GetString(crm.FieldStage) == crm.StageArchived {
		answer.Next.On = ""
		return answer, nil
	}
	a, err := crm.Explain(app, customer.Id, now)
	if err != nil {
		return answer, err
	}
	answer.Tier.Tier, answer.Risk.Risk, answer.Risk.Cause = string(a.Tier), a.Risk, a.Cause
	answer.Silence.Silent, answer.Silence.Mode = a.Silent, a.TouchMode
	if t.reasons {
		for _, r := range a.TierReasons {
			if r.Rule == rules.RuleWouldChange {
				answer.Tier.Changes = append(answer.Tier.Changes, r.Words(t.language))
			} else {
				answer.Tier.Reasons = append(answer.Tier.Reasons, r.Words(t.language))
			}
		}
	}
	for _, s := range a.Signals {
		words := rules.SignalName(s.Name, t.language)
		if t.evidence {
			words = s.Words(t.language)
		}
		answer.Risk.Signals = append(answer.Risk.Signals, assessedSignal{s.Name, s.Severity, words})
	}
	return answer, t.why(app, customer.Id, &answer, now)
}

// silenceRules are the reasons that speak of silence; the others of a date speak of that.
var silenceRules = []string{rules.RuleSilent, rules.RuleRecovering}

// why tells what silence and next date rest on, which everybody may know who sees the customer ([crm.WhyDue]).
func (t teller) why(app core.App, customer string, answer *assessed, now time.Time) error {
	policy, err := crm.LoadPolicy(app)
	if err != nil {
		return err
	}
	why, err := crm.WhyDue(app, policy, []string{customer}, now)
	if err != nil {
		return err
	}
	for _, r := range why[customer] {
		if slices.Contains(silenceRules, r.Rule) {
			answer.Silence.Reasons = append(answer.Silence.Reasons, r.Words(t.language))
		} else {
			answer.Next.Reasons = append(answer.Next.Reasons, r.Words(t.language))
		}
	}
	return nil
}

// bindPage binds the routes that only the page of a customer asks.
func bindPage(group *router.RouterGroup[*core.RequestEvent], now func() time.Time) {
	group.GET("/customers/{id}/assessment", assessment(now))
	group.GET("/customers/{id}/spending", spending(now))
}

// spending answers what a customer ordered in each of the last 24 months ([crm.Month]), the present one last, `{months, amounts,
// counted}`: amounts tells whether the caller may know them, and counted whether returns and cancelled orders are left out, which those who may
// not tell them from others cannot be told. Whoever sees none of its orders is answered without months. It refuses a customer they do not see
// with 404.
func spending(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		p, customer, standing, err := seen(e, crm.CollectionCustomers)
		if err != nil {
			return err
		}
		knows := crm.KnowsOrders{
			Amounts: p.CanRead(crm.CollectionOrders, crm.FieldAmount, standing),
			Counted: p.CanRead(crm.CollectionOrders, crm.FieldCancelled, standing) && p.CanRead(crm.CollectionOrders, crm.FieldKind, standing),
		}
		months := []crm.Month{}
		if p.Has(access.Table[crm.CollectionOrders].See, standing) {
			if months, err = crm.SpendingOf(e.App, customer.Id, knows, now()); err != nil {
				return e.InternalServerError("The orders cannot be read.", err)
			}
		}
		return e.JSON(http.StatusOK, map[string]any{"months": months, "amounts": knows.Amounts, "counted": knows.Counted})
	}
}
