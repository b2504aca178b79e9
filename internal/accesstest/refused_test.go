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
			"contracts": func() testapp.Fields { return testapp.Fields{"customer": customer.id, "amount": 10} },
			"cases": func() testapp.Fields {
				return testapp.Fields{"customer": customer.id, "kind": "question", "subject": "交期"}
			},
			"surveys": func() testapp.Fields { return testapp.Fields{"customer": customer.id} },
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
				body[name] = w.another(p, empty, f)
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
	for collection, name := range map[string]string{"contacts": "customer", "orders": "customer", "tasks": "customer", "follow_ups": "customer",
		"contracts": "customer", "cases": "customer", "surveys": "customer"} {
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
var codes = map[string][]string{"tasks.by": {"fixed"}, "tasks.customer": {"unknown_customer"}, "cases.by": {"fixed"}, "follow_ups.by": {"fixed"}, "follow_ups.by_name": {"fixed"}}

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
		value, before := w.another(p, row, f), w.stored(collection, row.id)
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
