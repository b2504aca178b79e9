package api_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestSavePolicy saves policy, tiers and rules together, or nothing of them.
func TestSavePolicy(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server, director := app.Serve(), app.User(crm.RoleDirector, nil)
	row := func(collection, key, value string) *core.Record {
		t.Helper()
		record, err := app.FindFirstRecordByData(collection, key, value)
		if err != nil {
			t.Fatal(err)
		}
		return record
	}
	policy := func() *core.Record { return row(crm.CollectionPolicy, "currency", "CNY") }
	send := func(as *core.Record, body testapp.Fields) testapp.Answer {
		return server.Send(as, http.MethodPatch, "/api/crm/policy", body)
	}
	state := func() map[string]any {
		return map[string]any{
			"value_high": policy().GetFloat("value_high"), "value_mid": policy().GetFloat("value_mid"), "rev": policy().GetInt("rev"),
			"cadence": row("tiers", "code", "S").GetInt("cadence_days"), "threshold": row("risk_rules", "signal", "silent").GetFloat("threshold"),
		}
	}
	before := state()
	tier := func(fields testapp.Fields) []any { fields["code"] = "S"; return []any{fields} }
	rule := func(fields testapp.Fields) []any { fields["signal"] = "silent"; return []any{fields} }

	for _, who := range []string{crm.RoleRep, crm.RoleSupport, crm.RoleManager} {
		send(app.User(who, nil), testapp.Fields{"policy": testapp.Fields{"value_high": 1}}).Want(403)
	}
	send(nil, testapp.Fields{}).Want(401)
	for name, c := range map[string]struct {
		body testapp.Fields
		want []string // group, row or field, field
	}{
		"a contradiction beside what is right": {testapp.Fields{"policy": testapp.Fields{"value_mid": 900000}, "tiers": tier(testapp.Fields{"cadence_days": 5})}, []string{"policy", "value_mid", "above_high"}},
		"a tier beside what is right":          {testapp.Fields{"policy": testapp.Fields{"value_high": 600000}, "tiers": tier(testapp.Fields{"cadence_days": 500})}, []string{"tiers", "S", "cadence_days"}},
		"a rule beside what is right":          {testapp.Fields{"tiers": tier(testapp.Fields{"cadence_days": 5}), "risk_rules": rule(testapp.Fields{"threshold": -1})}, []string{"risk_rules", "silent", "threshold"}},
		"a number that is none":                {testapp.Fields{"policy": testapp.Fields{"value_high": "much"}}, []string{"policy", "value_high", "unreadable_number"}},
		"a field there is not":                 {testapp.Fields{"policy": testapp.Fields{"nonsense": 1}}, []string{"policy", "nonsense", "unknown_field"}},
		"a computed field":                     {testapp.Fields{"policy": testapp.Fields{"rev": 9}}, []string{"policy", "rev", "computed"}},
		"a tier there is not":                  {testapp.Fields{"tiers": []any{testapp.Fields{"code": "X"}}}, []string{"tiers", "X", "unknown"}},
	} {
		answer := send(director, c.body).Want(400)
		found := answer.Data["data"]
		for _, key := range c.want[:2] {
			fields, _ := found.(map[string]any)
			found = fields[key]
		}
		fields, _ := found.(map[string]any)
		if _, beside := fields[c.want[2]]; !beside && fields["code"] != c.want[2] {
			t.Errorf("%s: refused with %s", name, answer.Body)
		}
		if got := state(); !maps.Equal(got, before) {
			t.Fatalf("%s: half of it was saved: %v", name, got)
		}
	}

	seen := row("tiers", "code", "S").GetString("updated")
	answer := send(director, testapp.Fields{
		"rev": policy().GetInt("rev"), "policy": testapp.Fields{"value_high": "60万"},
		"tiers": tier(testapp.Fields{"cadence_days": 5, "updated": seen}), "risk_rules": rule(testapp.Fields{"threshold": 2}),
	}).Want(200)
	want := maps.Clone(before)
	want["value_high"], want["cadence"], want["threshold"], want["rev"] = 600000.0, 5, 2.0, before["rev"].(int)+1
	if got := state(); !maps.Equal(got, want) {
		t.Fatalf("saved %v, want %v", got, want)
	}
	if answer.Data["rev"] != float64(want["rev"].(int)) || answer.Text("at") == "" {
		t.Errorf("answered %s", answer.Body)
	}
	entries, err := app.FindRecordsByFilter(crm.CollectionAuditLog, "action = 'policy' && actor = {:id}", "", 0, 0, map[string]any{"id": director.Id})
	if err != nil || len(entries) != 3 {
		t.Errorf("the log has %d entries of it, %v", len(entries), err)
	}

	for name, body := range map[string]testapp.Fields{
		"an old policy": {"rev": before["rev"], "policy": testapp.Fields{"value_mid": 1}},
		"an old tier":   {"tiers": tier(testapp.Fields{"cadence_days": 9, "updated": seen})},
	} {
		if seen == row("tiers", "code", "S").GetString("updated") {
			t.Fatal("the clock of the test did not move") // then an old tier cannot be told from a new one
		}
		answer := send(director, body).Want(409)
		if got := state(); !maps.Equal(got, want) {
			t.Errorf("%s: %v after %s", name, got, answer.Body)
		}
	}
	app.Jobs.Await("tiers")
}
