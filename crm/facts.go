package crm

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// customerFacts are the facts of one customer and what the last assessment stored of it.
type customerFacts struct {
	rules.Facts
	stored storedAssessment
	open   []openSignal // signals that stand
}

// openSignal is a row of signals that is not cleared.
type openSignal struct {
	ID, Name, Severity, Evidence string
}

// loadFacts reads the facts of many customers with a fixed number of queries, however many there are; each reads an index that
// has all it asks for, and the tables themselves only for the customers and their contacts. Unknown ids are left out.
func loadFacts(app core.App, ids []string, policy *Policy) (map[string]*customerFacts, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	l := loader{db: app.DB(), log: app.Logger(), ids: dbx.Params{"ids": string(list)}, facts: make(map[string]*customerFacts, len(ids)), policy: policy}
	for _, step := range []func() error{
		l.customers, l.orders, l.followUps, l.cases, l.surveys, l.contacts, l.contracts, l.tasks, l.winBacks, l.signals,
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("failed to load the facts of customers: %w", err)
		}
	}
	return l.facts, nil
}

type loader struct {
	db     dbx.Builder
	log    *slog.Logger
	ids    dbx.Params
	facts  map[string]*customerFacts
	policy *Policy
}

// ofTheseCustomers narrows a query of a collection to the customers asked for.
const ofTheseCustomers = " IN (SELECT value FROM json_each({:ids}))"

// each runs a query whose first column is the customer, and calls add for every row of a known one once the other columns are
// read into the targets.
func (l loader) each(query string, add func(f *customerFacts), targets ...any) error {
	rows, err := l.db.NewQuery(query).Bind(l.ids).Rows()
	if err != nil {
		return err
	}
	var customer string
	all := append([]any{&customer}, targets...)
	return eachRow(rows, func() error {
		if err := rows.Scan(all...); err != nil {
			return err
		}
		if f := l.facts[customer]; f != nil {
			add(f)
		}
		return nil
	})
}

// textColumns are the free texts of a customer in which a number that nobody should keep may hide.
const textColumns = `c.name, c.address, c.expected_cooperation, c.pain_points, c.core_need, c.future_need, c.long_term_goal,
	c.custom_strategy, c.decision_maker, c.competitors, c.budget_range, c.notes, c.archived_reason, c.tier_pin_reason`

func (l loader) customers() error {
	var f customerFacts
	var id, created, imported, firstContact, cooperation, pinTier, pinUntil, texts string
	targets := append([]any{
		&id, &created, &imported, &firstContact, &cooperation, &f.DeclaredAnnualPurchase, &f.Intent, &f.Need, &f.Influence, &f.Fit,
		&pinTier, &pinUntil, &f.OwnerRole, &f.Outlook, &f.PurchaseCycle, &f.Region, &f.Known.Size, &f.Known.AnnualRevenue,
		&f.Known.DecisionMaker, &f.Known.CoreNeed, &f.Known.BudgetRange, &f.Known.PreferredChannel, &f.Known.RenewalIntent,
		&f.Known.VerifiedSources, &texts,
	}, f.stored.targets()...)
	rows, err := l.db.NewQuery(`SELECT c.id, c.created, c.import, c.first_contact_on, c.cooperation_since,
			c.declared_annual_purchase, c.intent, c.need, c.influence, c.fit, c.tier_pin, c.tier_pin_until, coalesce(u.role, ''),
			c.outlook, c.purchase_cycle, c.region, c.size, c.annual_revenue,
			c.decision_maker != '', c.core_need != '', c.budget_range != '', c.preferred_channel != '', c.renewal_intent,
			json_array_length(c.verified_sources), concat_ws(char(10), ` + textColumns + `),
			` + storedColumns + `
		FROM customers c LEFT JOIN users u ON u.id = c.owner
		WHERE c.id` + ofTheseCustomers).Bind(l.ids).Rows()
	if err != nil {
		return err
	}
	return eachRow(rows, func() error {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		one := f
		one.ID, one.Created, one.Imported = id, ParseMoment(created), imported != ""
		one.FirstContactOn, one.PinTier, one.PinUntil = parseDay(firstContact), rules.Tier(pinTier), parseDay(pinUntil)
		one.Known.CooperationSince = parseDay(cooperation)
		one.Known.IdentityNumber, one.Known.BankCard = rules.HasIdentityNumber(texts), rules.HasBankCard(texts)
		if one.stored.RFM != "" {
			if err := json.Unmarshal([]byte(one.stored.RFM), &one.Scores); err != nil { // they are worked out anew
				l.log.Error("A stored value cannot be read", "collection", CollectionCustomers, "record", id, "field", FieldRFM, "error", err)
				one.Scores = rules.RFM{}
			}
		}
		l.facts[id] = &one
		return nil
	})
}

func (l loader) orders() error {
	var at, due, paid string
	var o rules.Order
	return l.each(`SELECT customer, ordered_at, amount, cancelled, product, category, due_on, paid_on FROM orders
		WHERE customer`+ofTheseCustomers, func(f *customerFacts) {
		o.At, o.DueOn, o.PaidOn = ParseMoment(at), parseDay(due), parseDay(paid)
		f.Orders = append(f.Orders, o)
	}, &at, &o.Amount, &o.Cancelled, &o.Product, &o.Category, &due, &paid)
}

func (l loader) followUps() error {
	var at, created, feedback, mood, resume, topics, due string
	var fu rules.FollowUp
	return l.each(`SELECT f.customer, f.started_at, f.created, f.feedback, f.mood, f.status, f.resume_on, f.competitor, f.topics,
			CASE WHEN f.status = '`+rules.StatusToFollowUp+`' THEN coalesce((SELECT max(t.due_at) FROM tasks t
				WHERE t.follow_up = f.id AND t.kind = 'next_action' AND t.status IN (`+OpenStatuses+`)), '')
			ELSE '' END
		FROM follow_ups f WHERE f.customer`+ofTheseCustomers, func(f *customerFacts) {
		fu.At, fu.Created, fu.TaskDue, fu.ResumeOn = ParseMoment(at), ParseMoment(created), ParseMoment(due), parseDay(resume)
		fu.Responded = feedback != FeedbackNoResponse
		fu.Unhappy = feedback == FeedbackNegative || mood == MoodDissatisfied
		fu.Price = (mood == MoodHesitant || mood == MoodDissatisfied) && l.policy.aboutPrice(topics)
		f.FollowUps = append(f.FollowUps, fu)
	}, &at, &created, &feedback, &mood, &fu.Status, &resume, &fu.Competitor, &topics, &due)
}

// loadStepsDone adds to facts whether somebody did the next step of the customer's latest follow-up, which is confirmed by that, while
// nobody has recorded yet what came of it: the reasons then ask for the next step. No judgement rests on it.
func loadStepsDone(app core.App, facts map[string]*customerFacts, now time.Time) error {
	list, err := json.Marshal(slices.Collect(maps.Keys(facts)))
	if err != nil {
		return err
	}
	var done []string
	err = app.DB().NewQuery(`SELECT json_each.value FROM json_each({:ids}) WHERE EXISTS (
		SELECT 1 FROM tasks t WHERE t.kind = 'next_action' AND t.status = 'done' AND t.result != {:settled}
		AND t.follow_up = (SELECT f.id FROM follow_ups f WHERE f.customer = json_each.value AND f.started_at <= {:now}
			ORDER BY f.started_at DESC, f.created DESC LIMIT 1))`).
		Bind(dbx.Params{"ids": string(list), "now": FormatMoment(now), "settled": settledByFollowUp}).Column(&done)
	if err != nil {
		return fmt.Errorf("failed to look for steps that were done: %w", err)
	}
	for _, id := range done {
		facts[id].StepDone = true
	}
	return nil
}

func (l loader) cases() error {
	var opened, severity, respondBy, resolved string
	var c rules.Case
	return l.each(`SELECT customer, opened_at, kind, severity, respond_by, resolved_at, reopened FROM cases
		WHERE customer`+ofTheseCustomers, func(f *customerFacts) {
		c.OpenedAt, c.RespondBy, c.ResolvedAt = ParseMoment(opened), ParseMoment(respondBy), ParseMoment(resolved)
		c.Major = severity == SeverityMajor
		f.Cases = append(f.Cases, c)
	}, &opened, &c.Kind, &severity, &respondBy, &resolved, &c.Reopened)
}

func (l loader) surveys() error {
	var answered string
	var s rules.Survey
	return l.each(`SELECT customer, answered_at, nps, satisfaction FROM surveys
		WHERE customer`+ofTheseCustomers+` AND answered_at != ''`, func(f *customerFacts) {
		s.AnsweredAt = ParseMoment(answered)
		f.Surveys = append(f.Surveys, s)
	}, &answered, &s.NPS, &s.Satisfaction)
}

// contacts tells whether there is a primary contact and a number to reach somebody at. Who left does not count.
func (l loader) contacts() error {
	var phone, left, texts string
	var primary, decides, asPrimary bool
	return l.each(`SELECT customer, phone, is_primary, is_decision_maker, left_on, left_as_primary, concat_ws(char(10), name, title, note)
		FROM contacts WHERE customer`+ofTheseCustomers, func(f *customerFacts) {
		known := &f.Known
		known.IdentityNumber = known.IdentityNumber || rules.HasIdentityNumber(texts)
		known.BankCard = known.BankCard || rules.HasBankCard(texts)
		if left != "" {
			if asPrimary {
				f.PrimariesLeft = append(f.PrimariesLeft, parseDay(left))
			}
			return
		}
		f.Contacts++
		known.Contact = known.Contact || primary
		known.Phone = known.Phone || phone != ""
		known.DecisionMaker = known.DecisionMaker || decides
		known.ImpossiblePhone = known.ImpossiblePhone || phone != "" && !possiblePhone(phone, l.policy.Country)
	}, &phone, &primary, &decides, &left, &asPrimary, &texts)
}

func (l loader) contracts() error {
	var all, active int
	return l.each(`SELECT customer, count(*), sum(status = 'active') FROM contracts
		WHERE customer`+ofTheseCustomers+` GROUP BY customer`, func(f *customerFacts) {
		f.Contracts, f.ActiveContracts = all, active
	}, &all, &active)
}

func (l loader) tasks() error {
	var open int
	return l.each(`SELECT customer, count(*) FROM tasks
		WHERE customer`+ofTheseCustomers+` AND status IN (`+OpenStatuses+`) GROUP BY customer`, func(f *customerFacts) {
		f.OpenTasks = open
	}, &open)
}

func (l loader) winBacks() error {
	var created string
	return l.each(`SELECT customer, created FROM tasks
		WHERE customer`+ofTheseCustomers+` AND kind = 'win_back' AND cause = 'price'`, func(f *customerFacts) {
		f.PriceWinBacks = append(f.PriceWinBacks, rules.DayOf(ParseMoment(created), l.policy.Zone))
	}, &created)
}

func (l loader) signals() error {
	var s openSignal
	return l.each(`SELECT customer, id, [[signal]], severity, coalesce(evidence, '') FROM signals
		WHERE customer`+ofTheseCustomers+` AND cleared_at = ''`, func(f *customerFacts) {
		f.open = append(f.open, s)
	}, &s.ID, &s.Name, &s.Severity, &s.Evidence)
}

// eachRow runs scan for every row and closes the rows, whatever happens.
func eachRow(rows *dbx.Rows, scan func() error) (err error) {
	defer func() {
		if closeErr := rows.Close(); err == nil {
			err = closeErr
		}
	}()
	for rows.Next() {
		if err := scan(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// parseDay reads a stored day: its date at 00:00 UTC.
func parseDay(text string) rules.Day {
	if text == "" {
		return 0
	}
	return rules.DayOf(ParseMoment(text), time.UTC)
}

// aboutPrice tells whether the stored topics of a follow-up have the price among them.
func (p *Policy) aboutPrice(topics string) bool {
	for _, tag := range p.priceTopics {
		if strings.Contains(topics, tag) {
			return true
		}
	}
	return false
}
