package accesstest_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// with gives what has to be written along with a field to make sense.
var with = map[string]testapp.Fields{
	"customers.tier_pin":        {"tier_pin_reason": "战略客户", "tier_pin_until": "2026-09-01"},
	"customers.tier_pin_reason": {"tier_pin": "A", "tier_pin_until": "2026-09-01"},
	"customers.tier_pin_until":  {"tier_pin": "A", "tier_pin_reason": "战略客户"},
	"tasks.due_at":              {"postpone_reason": "对方出差"},
	"contracts.starts_on":       {"ends_on": "2040-01-01"},
	"contracts.ends_on":         {"starts_on": "2020-01-01"},
	"campaigns.starts_on":       {"ends_on": "2040-01-01"},
	"campaigns.ends_on":         {"starts_on": "2020-01-01"},
	"follow_ups.campaign":       {"kind": "campaign"},
}

// fixed are fields that have rules of their own beyond who may write them, each tested where the rule is.
var fixed = []string{
	"customers.archived_reason", "customers.credit_code", "customers.stage", "contacts.customer", "contacts.successor", "contacts.is_primary", "contacts.left_on",
	"follow_ups.customer", "follow_ups.contact", "follow_ups.by", "follow_ups.by_name", "follow_ups.their_people", "follow_ups.our_people", "follow_ups.attachments",
	"follow_ups.status", "follow_ups.next_action_by", "follow_ups.next_action_on", "follow_ups.started_at", "follow_ups.ended_at", "follow_ups.commitments",
	"tasks.customer", "tasks.by", "tasks.follow_up", "tasks.kind", "tasks.assignee", "tasks.status", "tasks.done_at", "orders.customer", "orders.kind",
	"contracts.customer", "cases.customer", "cases.contact", "cases.by", "cases.opened_at", "cases.responded_at", "cases.resolved_at", "cases.assignee",
	"surveys.customer", "surveys.contact", "surveys.sent_at", "surveys.answered_at", "surveys.nps", "surveys.satisfaction", "surveys.comment",
	"users.email", "users.password", "users.role", "users.active", "users.avatar", "users.substitute", "users.team", "users.notify",
	"campaign_members.campaign", "campaign_members.customer", "campaign_members.reached_at", "materials.file",
	"tiers.code", "tiers.cadence_days", "policy.timezone", "policy.currency", "policy.country", "risk_rules.signal",
}

// holding are the fields that say who stands how to a customer.
var holding = []string{"customers.collaborators", "customers.owner"}

// TestAllowedWrites writes every field as everybody who may, in JSON, in a form and in a batch, and finds it stored.
func TestAllowedWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rewritten = true
	for _, p := range w.principals {
		for _, collection := range slices.Sorted(maps.Keys(w.fields)) {
			for _, f := range w.fields[collection] {
				name := collection + "." + f.GetName()
				if slices.Contains(holding, name) {
					continue // below: it changes who may do what
				}
				special := page[collection].fields[f.GetName()].read != (grant{})
				if f.GetName() == "id" || f.GetName() == "rev" || slices.Contains(fixed, name) || collection == "policy" || !special && p.role != "director" {
					continue
				}
				w.writeAllowed(p, collection, f)
			}
		}
	}
	for _, p := range w.principals {
		for _, name := range holding {
			collection, name, _ := strings.Cut(name, ".")
			c, err := w.FindCachedCollectionByNameOrId(collection)
			if err != nil {
				t.Fatal(err)
			}
			w.writeAllowed(p, collection, c.Fields.GetByName(name))
		}
	}
	t.Logf("%d writes were stored", w.tries)
	if w.tries < 300 {
		t.Error("too few were tried")
	}
}

func (w *world) writeAllowed(p *principal, collection string, f core.Field) {
	w.t.Helper()
	name, tried := f.GetName(), map[string]bool{}
	for _, r := range w.of(collection) {
		standing := w.standing(p, r)
		key := strings.Join(standing, "+")
		if tried[key] || !p.writes(collection, name, standing) || collection == "users" && r.text("role") == "" {
			continue
		}
		tried[key] = true
		some := encodings[:1]
		if len(tried) == 1 && page[collection].restricted(name) {
			some = encodings[:6] // but for modifiers, which not every field knows
		}
		for _, encoding := range some {
			cell := w.cell(p, r, name, "write by "+encoding.name)
			value := w.another(p, r, f)
			var answer answer
			if companions := with[collection+"."+name]; companions != nil {
				body := maps.Clone(companions)
				body[name] = value
				answer = w.patch(p, r, body)
			} else {
				answer = encoding.send(w, p, r, name, value)
			}
			w.tries++
			if answer.status != http.StatusOK {
				w.t.Errorf("%s of %v: %d %s", cell, value, answer.status, answer.body)
				continue
			}
			w.refresh(r)
			if got, want := written(r.data[name]), strings.Trim(written(value), `"[]`); !strings.Contains(got, want) {
				w.t.Errorf("%s: wrote %v, stored %v", cell, value, got)
			}
			w.check(p, "answer to a write", answer.body)
		}
	}
}

// TestCreatedWith gives a record that somebody may create the fields they could not read afterwards.
func TestCreatedWith(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rewritten = true
	created := 0
	for _, p := range w.principals {
		for _, customer := range w.of("customers") {
			standing := w.standing(p, customer)
			for collection, bodies := range map[string]testapp.Fields{
				"contacts":   {"customer": customer.id, "name": "王五", "phone": "+8613811112222", "email": "wang@new.example", "wechat": "wang_5", "birthday": "1990-01-02"},
				"follow_ups": {"customer": customer.id, "started_at": w.At(0), "channel": "phone", "content": "谈了交货。", "feedback": "neutral", "status": "confirmed", "key_points": "预算已批", "competitor": "甲公司"},
				"contracts":  {"customer": customer.id, "number": "HT-9", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "amount": 99.5, "status": "active"},
				"cases":      {"customer": customer.id, "kind": "request", "subject": "样品", "detail": "两套"},
				"surveys":    {"customer": customer.id, "nps": 9, "satisfaction": 8, "comment": "不错", "answered_at": w.At(0)},
				"orders":     {"customer": customer.id, "ordered_at": w.At(0), "amount": 12.5, "cost": 3.5, "category": "阀门"},
			} {
				if p.super || !page[collection].create.has(p.role, standing) {
					continue
				}
				answer := w.post(p, "/api/collections/"+collection+"/records", bodies)
				if answer.status != http.StatusOK {
					t.Errorf("%s: %d %s", w.cell(p, customer, "id", "create "+collection), answer.status, answer.body)
					continue
				}
				created++
				w.load()
				for _, id := range w.check(p, "answer to a creation", answer.body) {
					if by := w.rows[id].text("by"); (collection == "follow_ups" || collection == "cases") && by != p.id {
						t.Errorf("%s: made by %q", w.cell(p, w.rows[id], "by", "create"), by)
					}
					for name, value := range bodies {
						if got := written(w.rows[id].data[name]); !strings.HasSuffix(name, "_at") && !strings.Contains(got, strings.Trim(written(value), `"`)) {
							t.Errorf("%s: gave %v, stored %s", w.cell(p, w.rows[id], name, "create"), value, got)
						}
					}
				}
			}
		}
		body := w.CustomerFields(testapp.Fields{"budget_range": "50-100", "annual_revenue": 5000000, "renewal_intent": "strong", "decision_maker": "李总"})
		if p.role == "" {
			continue
		}
		answer := w.post(p, "/api/collections/customers/records", body)
		if answer.status != http.StatusOK {
			t.Errorf("a %s creates a customer: %d %s", p.name, answer.status, answer.body)
			continue
		}
		w.load()
		for _, id := range w.check(p, "answer to a creation", answer.body) {
			if got := w.rows[id].text("budget_range"); got != "50-100" {
				t.Errorf("a %s gave a budget, stored is %q", p.name, got)
			}
		}
	}
	t.Logf("%d records were created", created)
	if created < 60 {
		t.Error("too few")
	}
}
