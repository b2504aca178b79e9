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

// TestRefusedWrites writes every field that somebody who may change the record may not write, and every computed one, in every way a
// write can be put. Each has to be refused by the field's name, with nothing changed.
func TestRefusedWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rewritten = true
	for _, p := range w.principals {
		if p.role == "" && !p.super {
			continue
		}
		for _, collection := range slices.Sorted(maps.Keys(w.fields)) {
			if page[collection].change == nobody {
				continue
			}
			for _, f := range w.fields[collection] {
				w.writeRefused(p, collection, f)
			}
		}
	}
	w.sweep()
	t.Logf("%d writes were refused", w.tries)
	if w.tries < 1000 {
		t.Error("too few were tried")
	}
}

// TestRefusedCreations gives a new record each field nobody writes, and those that only some may give it.
func TestRefusedCreations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range w.principals {
		customer := w.rows[""]
		for _, r := range w.of("customers") {
			if slices.Contains(w.standing(p, r), "own") {
				customer = r
			}
		}
		if p.role == "" || customer == nil {
			continue
		}
		for collection, good := range map[string]func() testapp.Fields{
			"customers":  func() testapp.Fields { return w.CustomerFields(nil) },
			"contacts":   func() testapp.Fields { return testapp.Fields{"customer": customer.id, "name": "王五"} },
			"follow_ups": func() testapp.Fields { return w.FollowUpFields(w.find(customer), nil) },
			"tasks": func() testapp.Fields {
				return testapp.Fields{"customer": customer.id, "title": "回访", "kind": "other", "due_at": w.At(0), "priority": "normal", "status": "open"}
			},
			"orders": func() testapp.Fields {
				return testapp.Fields{"customer": customer.id, "ordered_at": w.At(0), "amount": 10}
			},
		} {
			if !page[collection].create.has(p.role, w.standing(p, customer)) {
				continue
			}
			empty := &row{collection: collection, data: map[string]any{}}
			for _, f := range w.fields[collection] {
				name, code := f.GetName(), "computed"
				line := page[collection].line(name)
				switch {
				case name == "rev" || f.Type() == core.FieldTypeAutodate:
					continue
				case line.kept && (p.role == "rep" || p.role == "support") && name != "owner" && !line.write.has(p.role, []string{"own"}):
					code = "not_allowed"
				case !page[collection].isComputed(name):
					continue
				}
				body := good()
				body[name] = w.another(empty, f)
				path := "/api/collections/" + collection + "/records"
				for way, answer := range map[string]answer{
					"creation": w.post(p, path, body), "creation in a batch": w.batch(p, http.MethodPost, path, body),
					"upsert": w.batch(p, http.MethodPut, path, body),
				} {
					w.tries++
					if answer.status < 400 || !strings.Contains(answer.body, `"`+name+`":{"code":"`+code+`"`) {
						t.Errorf("a %s gives %s.%s at %s: %d %s", p.name, collection, name, way, answer.status, answer.body)
					}
				}
			}
		}
	}
	t.Logf("%d creations were refused", w.tries)
	if w.tries < 400 {
		t.Error("too few")
	}
}

// TestMoves keeps people from moving a record to a customer where they could not have made it, and tells no customer they do not see
// from none.
func TestMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.principal("rep")
	for collection, name := range map[string]string{"contacts": "customer", "orders": "customer", "tasks": "customer", "follow_ups": "customer"} {
		for _, r := range w.of(collection) {
			if !rep.writes(collection, name, w.standing(rep, r)) {
				continue
			}
			stranger := w.customer(func(other *row) bool { return other != r.customer && !rep.sees("customers", w.standing(rep, other)) })
			for _, encoding := range encodings[:6] {
				before := w.stored(collection, r.id)
				unseen, none := encoding.send(w, rep, r, name, stranger.id), encoding.send(w, rep, r, name, "000000000000000")
				if unseen.status < 400 || unseen.body != none.body || unseen.status != none.status {
					t.Errorf("%s: %d %s, to none: %d %s", w.cell(rep, r, name, "move by "+encoding.name), unseen.status, unseen.body, none.status, none.body)
				}
				if w.stored(collection, r.id) != before {
					t.Errorf("%s: moved", w.cell(rep, r, name, "move by "+encoding.name))
				}
			}
			pool := w.customer(func(r *row) bool { return r.text("owner") == "" && r.text("team") == "" })
			if may, answer := page[collection].create.has("rep", []string{"pool"}), w.patch(rep, r, testapp.Fields{name: pool.id}); !may && answer.status < 400 {
				t.Errorf("%s: to one where they could not make it: %d %s", w.cell(rep, r, name, "move"), answer.status, answer.body)
			}
			break
		}
	}
}

// codes are those of fields that stay for a reason of their own.
var codes = map[string][]string{"tasks.by": {"fixed"}, "tasks.customer": {"unknown_customer"}, "follow_ups.by": {"fixed"}, "follow_ups.by_name": {"fixed"}}

// writeRefused tries a field on one row of each kind of standing where the principal may change the record and not write the field.
func (w *world) writeRefused(p *principal, collection string, f core.Field) {
	w.t.Helper()
	name, r := f.GetName(), page[collection]
	if name == "id" || name == "rev" || name == "password" || name == "tokenKey" {
		return // id and rev have rules of their own: the id stays, a rev is compared
	}
	code, some := "not_allowed", encodings
	if r.isComputed(name) {
		code = "computed"
		if p.role != "director" {
			some = encodings[:2] // refused before anybody is asked who they are
		}
	}
	tried := map[string]bool{}
	for _, row := range w.of(collection) {
		standing := w.standing(p, row)
		key := strings.Join(standing, "+")
		if r.isComputed(name) && !r.restricted(name) {
			key = ""
		}
		if tried[key] || !p.changes(collection, standing) || p.writes(collection, name, standing) || row.text("role") == "" && collection == "users" {
			continue
		}
		some := some
		if len(tried) > 0 {
			some = encodings[:2]
		}
		tried[key] = true
		w.refresh(row)
		value, before := w.another(row, f), w.stored(collection, row.id)
		for _, encoding := range some {
			cell := w.cell(p, row, name, "write by "+encoding.name)
			answer := encoding.send(w, p, row, name, value)
			w.tries++
			named := false
			for _, code := range append(codes[collection+"."+name], code) {
				named = named || strings.Contains(answer.body, `"`+name+`":{"code":"`+code+`"`)
			}
			if !knows(f, encoding.name) {
				named = named || strings.Contains(answer.body, `"code":"unknown_field"`)
			}
			if answer.status == http.StatusOK && w.leaves(row, f, encoding.name, value) {
				w.refresh(row)
				before = w.stored(collection, row.id) // what changes nothing is no change of a computed field
				continue
			}
			if answer.status != http.StatusBadRequest && answer.status != http.StatusForbidden || !named && encoding.name != "with more behind it" {
				w.t.Errorf("%s of %v: %d %s", cell, value, answer.status, answer.body)
			}
			if w.stored(collection, row.id) != before {
				w.t.Errorf("%s of %v: done", cell, value)
				before = w.stored(collection, row.id)
			}
		}
		if f.Type() == core.FieldTypeFile {
			for _, key := range []string{name, name + "+", "+" + name} {
				if answer := w.upload(p, row, key); answer.status < 400 || !strings.Contains(answer.body, `"`+name+`":{`) {
					w.t.Errorf("%s: %d %s", w.cell(p, row, name, "upload of "+key), answer.status, answer.body)
				}
			}
		}
		w.guess(p, row, f, value)
	}
}

// refresh reads a row again: an allowed change of it has its customer assessed.
func (w *world) refresh(r *row) {
	w.t.Helper()
	record, err := w.FindRecordById(r.collection, r.id)
	if err != nil {
		w.t.Fatal(err)
	}
	for name := range r.data {
		r.data[name] = record.GetRaw(name)
	}
}

// modifierOf is the key an encoding writes a field by.
func modifierOf(f core.Field, encoding string) string {
	name := f.GetName()
	switch encoding {
	case "f+":
		return name + "+"
	case "+f":
		return "+" + name
	case "f-":
		return name + "-"
	case ":autogenerate":
		return name + encoding
	}
	return name
}

// knows tells whether a field knows the key of an encoding.
func knows(f core.Field, encoding string) bool {
	key := modifierOf(f, encoding)
	setter, ok := f.(core.SetterFinder)
	return key == f.GetName() || ok && setter.FindSetter(key) != nil
}

// leaves tells whether writing a value would leave a field as it is, and did: PocketBase's own moments, and a modifier that
// finds nothing to take away.
func (w *world) leaves(r *row, f core.Field, encoding string, value any) bool {
	w.t.Helper()
	record, err := w.FindRecordById(r.collection, r.id)
	if err != nil {
		w.t.Fatal(err)
	}
	name := f.GetName()
	if f.Type() == core.FieldTypeAutodate {
		return !strings.HasPrefix(record.GetString(name), value.(string))
	}
	stored := record.GetString(name)
	unchanged := written(record.GetRaw(name)) == written(r.data[name])
	record.Set(modifierOf(f, encoding), value)
	return unchanged && stored == record.GetString(name)
}

// guess writes what is stored, and what is not: who may not read the field must not be able to tell which is which.
func (w *world) guess(p *principal, r *row, f core.Field, wrong any) {
	w.t.Helper()
	name := f.GetName()
	if p.reads(r.collection, name, w.standing(p, r)) {
		return
	}
	for _, rev := range []any{nil, 1} {
		body := func(value any) testapp.Fields {
			fields := testapp.Fields{name: value}
			if rev != nil && r.data["rev"] != nil {
				fields["rev"] = rev
			}
			return fields
		}
		right, missed := w.patch(p, r, body(r.data[name])), w.patch(p, r, body(wrong))
		if right.status < 400 || right.status != missed.status || right.body != missed.body {
			w.t.Errorf("%s: the right value gets %d %s, a wrong one %d %s", w.cell(p, r, name, "guess"), right.status, right.body, missed.status, missed.body)
		}
	}
}

// with gives what has to be written along with a field to make sense.
var with = map[string]testapp.Fields{
	"customers.tier_pin":        {"tier_pin_reason": "战略客户", "tier_pin_until": "2026-09-01"},
	"customers.tier_pin_reason": {"tier_pin": "A", "tier_pin_until": "2026-09-01"},
	"customers.tier_pin_until":  {"tier_pin": "A", "tier_pin_reason": "战略客户"},
}

// fixed are fields that have rules of their own beyond who may write them, each tested where the rule is.
var fixed = []string{
	"customers.archived_reason", "customers.credit_code", "customers.stage", "contacts.customer", "contacts.successor", "contacts.is_primary", "contacts.left_on",
	"follow_ups.customer", "follow_ups.contact", "follow_ups.by", "follow_ups.by_name", "follow_ups.their_people", "follow_ups.our_people", "follow_ups.attachments",
	"follow_ups.status", "follow_ups.next_action_by", "follow_ups.next_action_on", "follow_ups.started_at", "follow_ups.ended_at", "follow_ups.commitments",
	"tasks.customer", "tasks.by", "tasks.follow_up", "tasks.kind", "tasks.assignee", "tasks.status", "tasks.done_at", "orders.customer", "orders.kind",
	"users.email", "users.password", "users.role", "users.active", "users.avatar", "users.substitute", "users.team",
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
			value := w.another(r, f)
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
			if !strings.HasPrefix(encoding.name, "batch") {
				w.check(p, "answer to a write", answer.body)
			}
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
					for name, value := range bodies {
						if got := written(w.rows[id].data[name]); name != "started_at" && name != "ordered_at" && !strings.Contains(got, strings.Trim(written(value), `"`)) {
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
