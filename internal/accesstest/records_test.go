package accesstest_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"touchbase/internal/testapp"
)

// harmless are, by collection, a field that who may change a record may write, and a value for it. Tasks have two, for who is to do one
// and who asked for it.
var harmless = map[string][]string{
	"customers": {"notes", "x"}, "contacts": {"note", "x"}, "follow_ups": {"purpose", "x"}, "orders": {"product", "x"},
	"contracts": {"number", "x"}, "cases": {"subject", "x"}, "surveys": {"expires_at", "2030-01-05 10:00"},
	"tasks": {"title", "x", "result", "x"}, "users": {"away_until", "2026-08-20"}, "teams": {"region", "x"}, "tags": {"colour", "x"},
	"industries": {"name_en", "x"}, "tiers": {"strategy", "x"}, "policy": {"take_per_day", "21"}, "risk_rules": {"window_days", "91"},
	"signals": {"severity", "critical"}, "tier_changes": {"to", "S"}, "imports": {"rows", "7"}, "job_runs": {"job", "x"}, "audit_log": {"note", "x"},
	"notifications": {"read_at", "2026-08-05 10:00"}, "plans": {"name", "x"}, "playbooks": {"name", "x"}, "materials": {"title", "x"},
	"campaigns": {"name", "x"}, "campaign_members": {"response", "joined"},
	"deliveries": {"error", "x"},
}

// asTheyAre are the collections whose harmless value fits as it stands; in the others it is made another one for everybody.
var asTheyAre = []string{"policy", "risk_rules", "imports", "users", "surveys", "notifications", "campaign_members"}

// TestRecords changes, makes and deletes records of every collection as everybody, standing in every way to the customer.
func TestRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range w.principals {
		for _, collection := range slices.Sorted(maps.Keys(w.fields)) {
			w.changeAll(p, collection)
			w.createShared(p, collection)
		}
	}
	w.rewritten = true // changes have customers assessed
	for _, p := range w.principals {
		w.createOfCustomers(p)
	}
	for i := range w.principals {
		p := w.principals[len(w.principals)-1-i] // those who may, last
		for _, collection := range slices.Sorted(maps.Keys(w.fields)) {
			w.deleteSome(p, collection)
		}
	}
	w.sweep()
	t.Logf("%d changes and creations were allowed, %d refused", w.counted.positive, w.counted.negative)
	if w.counted.positive < 300 || w.counted.negative < 800 {
		t.Error("too few were tried")
	}
}

// stored is a row of the database, all of it.
func (w *world) stored(collection, id string) string {
	w.t.Helper()
	row := dbx.NullStringMap{}
	if err := w.DB().Select("*").From(collection).Where(dbx.HashExp{"id": id}).One(row); err != nil {
		return err.Error()
	}
	var all strings.Builder
	for _, column := range slices.Sorted(maps.Keys(row)) {
		all.WriteString(column + "=" + row[column].String + "\n")
	}
	return all.String()
}

// changeAll tries a harmless change of every row.
func (w *world) changeAll(p *principal, collection string) {
	w.t.Helper()
	pairs := harmless[collection]
	if pairs == nil {
		w.t.Fatalf("there is no harmless change of %s", collection)
	}
	list := w.of(collection)
	if len(list) > 60 {
		list = list[:3] // industries, and the log: all alike
	}
	for _, r := range list {
		if r.id == w.principal("user without role").id {
			continue // has to be given one first
		}
		standing := w.standing(p, r)
		sees := p.sees(collection, standing)
		for i := 0; i < len(pairs); i += 2 {
			name, value := pairs[i], pairs[i+1]
			may := p.writes(collection, name, standing)
			before := w.stored(collection, r.id)
			answer := w.patch(p, r, testapp.Fields{name: value + p.name[:1]})
			if slices.Contains(asTheyAre, collection) {
				answer = w.patch(p, r, testapp.Fields{name: value})
			}
			w.count(may)
			switch {
			case may && answer.status != http.StatusOK:
				w.t.Errorf("%s: refused: %d %s", w.cell(p, r, name, "change"), answer.status, answer.body)
			case may:
			case answer.status < 400:
				w.t.Errorf("%s: allowed", w.cell(p, r, name, "change"))
			case w.stored(collection, r.id) != before:
				w.t.Errorf("%s: refused and done", w.cell(p, r, name, "change"))
			case r.customer == nil || page[collection].change == nobody:
			case !sees && answer.status != http.StatusNotFound && p.role != "":
				w.t.Errorf("%s: %d tells that it is there", w.cell(p, r, name, "change"), answer.status)
			case sees && (!strings.Contains(answer.body, `"`+name+`":{"code":"not_allowed"`) ||
				!p.changes(collection, standing) && answer.status != http.StatusForbidden):
				w.t.Errorf("%s: the refusal does not say why: %d %s", w.cell(p, r, name, "change"), answer.status, answer.body)
			}
		}
	}
}

func (w *world) count(may bool) {
	if may {
		w.counted.positive++
	} else {
		w.counted.negative++
	}
}

// createShared makes a record of a collection that is nobody's in particular.
func (w *world) createShared(p *principal, collection string) {
	w.t.Helper()
	w.marks++
	unique := written(w.marks)
	body := map[string]testapp.Fields{
		"customers":  w.CustomerFields(nil),
		"users":      {"email": "u" + unique + "@touchbase.example", "name": "新人", "role": "rep", "active": true, "password": testapp.Password, "passwordConfirm": testapp.Password},
		"teams":      {"name": "team " + unique},
		"tags":       {"name": "tag " + unique, "group": "basic"},
		"industries": {"code": unique, "name": "行业" + unique},
		"tiers":      {"code": "S", "name": "x", "cadence_days": 7},
		"policy":     {"currency": "EUR"}, "risk_rules": {"signal": "silent", "severity": "warning"},
		"imports":   {"kind": "customers", "status": "done"},
		"plans":     {"name": "计划", "period": "2026-Q4", "team": p.team},
		"playbooks": {"name": "策略", "tier": "S"}, "materials": {"title": "白皮书", "kind": "whitepaper"},
		"campaigns":     {"name": "展会", "starts_on": "2026-09-01"},
		"notifications": {"user": p.id, "kind": "birthday", "title": "x"},
		"job_runs":      {"job": "tiers", "status": "done", "cause": "manual", "started_at": w.At(0)},
		"audit_log":     {"action": "create", "at": w.At(0)},
	}[collection]
	if body == nil {
		return // of customers
	}
	before, err := w.CountRecords(collection)
	if err != nil {
		w.t.Fatal(err)
	}
	var standing []string
	if p.team != "" && body["team"] == p.team {
		standing = []string{"team"}
	}
	may := p.super && page[collection].create != nobody || page[collection].create.has(p.role, standing)
	answer := w.post(p, "/api/collections/"+collection+"/records", body)
	after, err := w.CountRecords(collection)
	if err != nil {
		w.t.Fatal(err)
	}
	w.count(may)
	if may != (answer.status == http.StatusOK) || (after > before) != may && collection != "audit_log" {
		w.t.Errorf("a %s creates one of %s: %d %s, may: %t", p.name, collection, answer.status, answer.body, may)
	}
}

// createOfCustomers makes a record of every customer, and of one who is none.
func (w *world) createOfCustomers(p *principal) {
	w.t.Helper()
	for _, collection := range []string{"contacts", "follow_ups", "tasks", "orders", "contracts", "cases", "surveys", "signals", "tier_changes", "campaign_members"} {
		campaign := func(of string) string { // a new one each time: a customer is a member once
			if of != "campaign_members" {
				return ""
			}
			return w.insert("campaigns", nil)
		}
		body := func(customer string) testapp.Fields {
			w.marks++
			return map[string]testapp.Fields{
				"contacts":         {"customer": customer, "name": "王五"},
				"follow_ups":       {"customer": customer, "started_at": w.At(0), "channel": "phone", "content": "谈了交货。", "feedback": "neutral", "status": "confirmed"},
				"tasks":            {"customer": customer, "title": "回访", "kind": "other", "due_at": w.At(0), "priority": "normal", "status": "open"},
				"orders":           {"customer": customer, "ordered_at": w.At(0), "amount": 10, "number": "N" + written(w.marks)},
				"contracts":        {"customer": customer, "amount": 10},
				"cases":            {"customer": customer, "kind": "question", "subject": "交期"},
				"surveys":          {"customer": customer, "answered_at": w.At(0), "nps": 0, "satisfaction": 10},
				"signals":          {"customer": customer, "signal": "silent", "severity": "warning", "raised_at": w.At(0)},
				"tier_changes":     {"customer": customer, "from": "C", "to": "S", "cause": "event", "at": w.At(0)},
				"campaign_members": {"customer": customer, "campaign": campaign(collection)},
			}[collection]
		}
		path := "/api/collections/" + collection + "/records"
		missing := w.post(p, path, body("000000000000000"))
		for _, customer := range w.of("customers") {
			standing := w.standing(p, customer)
			may := p.super && page[collection].create != nobody || page[collection].create.has(p.role, standing)
			answer := w.post(p, path, body(customer.id))
			w.count(may)
			channel := "create of " + collection
			if may != (answer.status == http.StatusOK) {
				w.t.Errorf("%s: %d %s, may: %t", w.cell(p, customer, "id", channel), answer.status, answer.body, may)
			}
			if !p.super && !p.sees("customers", standing) && (answer.status != missing.status || answer.body != missing.body) {
				w.t.Errorf("%s: tells that the customer is there: %s, and of none: %s", w.cell(p, customer, "id", channel), answer.body, missing.body)
			}
		}
	}
}

// deleteSome tries to delete a few rows of a collection, one of each way to stand to it.
func (w *world) deleteSome(p *principal, collection string) {
	w.t.Helper()
	if p.super && page[collection].change != nobody {
		return // deletes what has no history; of that elsewhere
	}
	tried := map[string]bool{}
	for _, r := range w.of(collection) {
		standing := w.standing(p, r)
		if key := strings.Join(standing, "+"); tried[key] {
			continue
		} else {
			tried[key] = true
		}
		before := w.stored(collection, r.id)
		if strings.Contains(before, "no rows") {
			continue
		}
		may := page[collection].delete.has(p.role, standing) // what the program writes not even a superuser
		answer := w.send(p, http.MethodDelete, recordPath(r), "", "")
		gone := w.stored(collection, r.id) != before
		w.count(may)
		if may != (answer.status == http.StatusNoContent) || may != gone {
			w.t.Errorf("%s: %d %s, gone: %t, may: %t", w.cell(p, r, "id", "delete"), answer.status, answer.body, gone, may)
		}
	}
}
