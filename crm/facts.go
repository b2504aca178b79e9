package crm

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/rules"
)

// customerFacts are the facts of one customer and what the last assessment stored of it.
type customerFacts struct {
	rules.Facts
	Stage  string
	Owner  string
	stored storedAssessment
}

// loadFacts reads the facts of many customers with a fixed number of queries, however many there are.
// Unknown ids are left out.
func loadFacts(app core.App, ids []string, policy *Policy) (map[string]*customerFacts, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	l := loader{db: app.DB(), ids: dbx.Params{"ids": string(list)}, facts: make(map[string]*customerFacts, len(ids)), policy: policy}
	for _, step := range []func() error{l.customers, l.orders, l.followUps, l.contacts, l.tasks} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("failed to load the facts of customers: %w", err)
		}
	}
	return l.facts, nil
}

type loader struct {
	db     dbx.Builder
	ids    dbx.Params
	facts  map[string]*customerFacts
	policy *Policy
}

const ofTheseCustomers = " IN (SELECT value FROM json_each({:ids}))"

func (l loader) customers() error {
	var rows []struct {
		ID                     string         `db:"id"`
		Created                types.DateTime `db:"created"`
		Import                 string         `db:"import"`
		FirstContactOn         types.DateTime `db:"first_contact_on"`
		CooperationSince       types.DateTime `db:"cooperation_since"`
		DeclaredAnnualPurchase float64        `db:"declared_annual_purchase"`
		Intent                 string         `db:"intent"`
		Need                   string         `db:"need"`
		Influence              string         `db:"influence"`
		Fit                    string         `db:"fit"`
		TierPin                string         `db:"tier_pin"`
		TierPinUntil           types.DateTime `db:"tier_pin_until"`
		Owner                  string         `db:"owner"`
		OwnerRole              string         `db:"owner_role"`
		Size                   string         `db:"size"`
		AnnualRevenue          float64        `db:"annual_revenue"`
		DecisionMaker          bool           `db:"has_decision_maker"`
		CoreNeed               bool           `db:"has_core_need"`
		BudgetRange            bool           `db:"has_budget_range"`
		PreferredChannel       bool           `db:"has_preferred_channel"`
		RenewalIntent          string         `db:"renewal_intent"`
		VerifiedSources        int            `db:"n_verified_sources"`
		Texts                  string         `db:"texts"`
		storedAssessment
	}
	err := l.db.NewQuery(`SELECT c.id, c.created, c.import, c.first_contact_on, c.cooperation_since,
			c.declared_annual_purchase, c.intent, c.need, c.influence, c.fit, c.tier_pin, c.tier_pin_until,
			c.owner, coalesce(u.role, '') owner_role, c.size, c.annual_revenue,
			c.decision_maker != '' has_decision_maker, c.core_need != '' has_core_need,
			c.budget_range != '' has_budget_range, c.preferred_channel != '' has_preferred_channel,
			c.renewal_intent, json_array_length(c.verified_sources) n_verified_sources,
			concat_ws(char(10), ` + textColumns + `) texts,
			` + storedColumns + `
		FROM customers c LEFT JOIN users u ON u.id = c.owner
		WHERE c.id` + ofTheseCustomers).Bind(l.ids).All(&rows)
	for _, r := range rows {
		l.facts[r.ID] = &customerFacts{
			Facts: rules.Facts{
				ID: r.ID, Created: r.Created.Time(), Imported: r.Import != "",
				FirstContactOn:         storedDay(r.FirstContactOn),
				DeclaredAnnualPurchase: r.DeclaredAnnualPurchase,
				Intent:                 r.Intent, Need: r.Need, Influence: r.Influence, Fit: r.Fit,
				PinTier: rules.Tier(r.TierPin), PinUntil: storedDay(r.TierPinUntil),
				OwnerRole: r.OwnerRole,
				Known: rules.Known{
					DecisionMaker: r.DecisionMaker, CoreNeed: r.CoreNeed, BudgetRange: r.BudgetRange,
					PreferredChannel: r.PreferredChannel, RenewalIntent: r.RenewalIntent, VerifiedSources: r.VerifiedSources,
					Size: r.Size, AnnualRevenue: r.AnnualRevenue, CooperationSince: storedDay(r.CooperationSince),
					IdentityNumber: rules.HasIdentityNumber(r.Texts), BankCard: rules.HasBankCard(r.Texts),
				},
			},
			Stage: r.Stage, Owner: r.Owner, stored: r.storedAssessment,
		}
	}
	return err
}

// textColumns are the free texts of a customer in which a number that nobody should keep may hide.
const textColumns = `c.name, c.address, c.expected_cooperation, c.pain_points, c.core_need, c.future_need, c.long_term_goal,
	c.custom_strategy, c.decision_maker, c.competitors, c.budget_range, c.notes, c.archived_reason, c.tier_pin_reason`

func (l loader) orders() error {
	rows, err := l.db.NewQuery(`SELECT customer, ordered_at, amount, cancelled, product FROM orders
		WHERE customer` + ofTheseCustomers).Bind(l.ids).Rows()
	if err != nil {
		return err
	}
	return eachRow(rows, func() error {
		var customer, at string
		var o rules.Order
		if err := rows.Scan(&customer, &at, &o.Amount, &o.Cancelled, &o.Product); err != nil {
			return err
		}
		if f := l.facts[customer]; f != nil {
			o.At = ParseMoment(at)
			f.Orders = append(f.Orders, o)
		}
		return nil
	})
}

func (l loader) followUps() error {
	rows, err := l.db.NewQuery(`SELECT f.customer, f.started_at, f.created, f.feedback, f.status, f.resume_on,
			CASE WHEN f.status = '` + rules.StatusToFollowUp + `' THEN coalesce((SELECT max(t.due_at) FROM tasks t
				WHERE t.follow_up = f.id AND t.kind = 'next_action' AND t.status IN (` + OpenStatuses + `)), '')
			ELSE '' END due
		FROM follow_ups f WHERE f.customer` + ofTheseCustomers).Bind(l.ids).Rows()
	if err != nil {
		return err
	}
	return eachRow(rows, func() error {
		var customer, at, created, feedback, resume, due string
		var f rules.FollowUp
		if err := rows.Scan(&customer, &at, &created, &feedback, &f.Status, &resume, &due); err != nil {
			return err
		}
		if facts := l.facts[customer]; facts != nil {
			f.At, f.Created, f.TaskDue = ParseMoment(at), ParseMoment(created), ParseMoment(due)
			f.ResumeOn = rules.DayOf(ParseMoment(resume), time.UTC)
			f.Responded = feedback != "no_response"
			facts.FollowUps = append(facts.FollowUps, f)
		}
		return nil
	})
}

// contacts tells whether there is someone to reach and a number to reach them at. Who left does not count.
func (l loader) contacts() error {
	rows, err := l.db.NewQuery(`SELECT customer, phone, is_decision_maker, left_on, concat_ws(char(10), name, title, note)
		FROM contacts WHERE customer` + ofTheseCustomers).Bind(l.ids).Rows()
	if err != nil {
		return err
	}
	return eachRow(rows, func() error {
		var customer, phone, left, texts string
		var decides bool
		if err := rows.Scan(&customer, &phone, &decides, &left, &texts); err != nil {
			return err
		}
		facts := l.facts[customer]
		if facts == nil {
			return nil
		}
		known := &facts.Known
		known.IdentityNumber = known.IdentityNumber || rules.HasIdentityNumber(texts)
		known.BankCard = known.BankCard || rules.HasBankCard(texts)
		if left != "" {
			return nil
		}
		known.Contact = true
		known.Phone = known.Phone || phone != ""
		known.DecisionMaker = known.DecisionMaker || decides
		known.ImpossiblePhone = known.ImpossiblePhone || phone != "" && !possiblePhone(phone, l.policy.Country)
		return nil
	})
}

func (l loader) tasks() error {
	rows, err := l.db.NewQuery(`SELECT customer, count(*) FROM tasks
		WHERE customer` + ofTheseCustomers + ` AND status IN (` + OpenStatuses + `) GROUP BY customer`).Bind(l.ids).Rows()
	if err != nil {
		return err
	}
	return eachRow(rows, func() error {
		var customer string
		var n int
		if err := rows.Scan(&customer, &n); err != nil {
			return err
		}
		if f := l.facts[customer]; f != nil {
			f.OpenTasks = n
		}
		return nil
	})
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

// storedDay reads a stored day: its date at 00:00 UTC.
func storedDay(t types.DateTime) rules.Day { return rules.DayOf(t.Time(), time.UTC) }
