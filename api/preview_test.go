package api_test

import (
	"encoding/json"
	"maps"
	"testing"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestPolicyPreview says beforehand what saving a policy and running the job then does, to each customer, and keeps nothing.
func TestPolicyPreview(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]testapp.Fields{
		"thresholds":   {"policy": testapp.Fields{"value_high": 150000, "value_mid": 20000}},
		"another tier": {"tiers": []any{testapp.Fields{"code": "C", "cadence_days": 366}, testapp.Fields{"code": "B", "cadence_days": 300}}},
		"signals":      {"risk_rules": []any{testapp.Fields{"signal": "owner_says", "severity": "critical"}, testapp.Fields{"signal": "silent", "enabled": false}}},
		"model rfm":    {"policy": testapp.Fields{"tier_model": "rfm", "rfm_window_days": 200}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			server, director := app.Serve(), app.User(crm.RoleDirector, nil)
			for i := range 12 {
				customer := app.Customer(testapp.Fields{"first_contact_on": app.Day(-300), "outlook": []string{"", "churn_risk"}[i%2]})
				for k := range i % 4 {
					app.Order(customer, float64(10000*(i+1)), testapp.Fields{"ordered_at": app.Day(-10 - 35*k*i%330)})
				}
			}
			if _, err := app.Jobs.Run("tiers", crm.RunOptions{}); err != nil {
				t.Fatal(err)
			}
			before := stateOf(t, app)
			answer := server.Send(director, "POST", "/api/crm/policy/preview", body).Want(200)
			var preview crm.Preview
			if err := json.Unmarshal([]byte(answer.Body), &preview); err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(stateOf(t, app), before) {
				t.Fatal("the preview changed something")
			}
			want := maps.Clone(before)
			for _, move := range preview.Moves {
				if before[move.Customer] != move.From || move.Name == "" {
					t.Errorf("%+v, but it is %+v", move, before[move.Customer])
				}
				want[move.Customer] = move.To
			}
			if preview.Changed == 0 || preview.Customers != 12 || preview.Changed != len(preview.Moves) {
				t.Errorf("got %+v", preview)
			}

			save := func(collection, key string, rows ...testapp.Fields) {
				for _, row := range rows {
					record, err := app.FindFirstRecordByFilter(collection, "")
					if key != "" {
						record, err = app.FindFirstRecordByData(collection, key, row[key])
					}
					if err != nil {
						t.Fatal(err)
					}
					server.Update(director, record, row).Want(200)
				}
			}
			if row, ok := body["policy"].(testapp.Fields); ok {
				save("policy", "", row)
			}
			for collection, key := range map[string]string{"tiers": "code", "risk_rules": "signal"} {
				if rows, ok := body[collection].([]any); ok {
					for _, row := range rows {
						save(collection, key, row.(testapp.Fields))
					}
				}
			}
			app.Jobs.Await("tiers")
			if _, err := crm.RunTiers(t.Context(), app, crm.JobRun{Now: app.Clock.Now(), All: true, Policy: true}); err != nil {
				t.Fatal(err)
			}
			if got := stateOf(t, app); !maps.Equal(got, want) {
				t.Errorf("saved, it gives %v; the preview said %v", got, want)
			}
		})
	}
}

func TestPolicyPreviewRefuses(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server, director := app.Serve(), app.User(crm.RoleDirector, nil)
	for _, who := range []string{crm.RoleRep, crm.RoleSupport, crm.RoleManager} {
		server.Send(app.User(who, nil), "POST", "/api/crm/policy/preview", testapp.Fields{}).Want(403)
	}
	for name, body := range map[string]testapp.Fields{
		"a contradiction":   {"policy": testapp.Fields{"value_mid": 900000}},
		"an unknown field":  {"policy": testapp.Fields{"nonsense": 1}},
		"a computed field":  {"policy": testapp.Fields{"rev": 9}},
		"an unknown tier":   {"tiers": []any{testapp.Fields{"code": "X"}}},
		"an unknown signal": {"risk_rules": []any{testapp.Fields{"signal": "X"}}},
	} {
		t.Run(name, func(t *testing.T) {
			server.Send(director, "POST", "/api/crm/policy/preview", body).Want(400)
		})
	}
}

// stateOf gives the tier and the risk of every customer.
func stateOf(t *testing.T, app *testapp.App) map[string]crm.Judged {
	t.Helper()
	records, err := app.FindAllRecords("customers")
	if err != nil {
		t.Fatal(err)
	}
	state := map[string]crm.Judged{}
	for _, r := range records {
		state[r.Id] = crm.Judged{Tier: r.GetString("tier"), Risk: r.GetString("risk")}
	}
	return state
}
