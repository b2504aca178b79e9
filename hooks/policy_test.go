package hooks_test

import (
	"net/http"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// first gives the first record of a collection.
func (o *office) first(collection string) *core.Record {
	o.t.Helper()
	records, err := o.FindRecordsByFilter(collection, "", "created", 1, 0)
	if err != nil || len(records) == 0 {
		o.t.Fatalf("there is no record of %s: %v", collection, err)
	}
	return records[0]
}

// TestPolicyContradictions refuses, by field, a policy that contradicts itself.
func TestPolicyContradictions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	policy, root := o.first("policy"), o.Superuser()
	before := policy.FieldsData()
	for _, c := range []struct {
		change testapp.Fields
		field  string
		code   string // empty: accepted
	}{
		{testapp.Fields{"value_mid": 500001}, "value_mid", "above_high"},
		{testapp.Fields{"value_high": "5万"}, "value_mid", "above_high"},
		{testapp.Fields{"light_factor": 0.9}, "light_factor", "factor"},
		{testapp.Fields{"light_factor": 10.1}, "light_factor", "factor"},
		{testapp.Fields{"recovery_factor": 0}, "recovery_factor", "factor"},
		{testapp.Fields{"recovery_steps": -1}, "recovery_steps", "negative"},
		{testapp.Fields{"new_rate": -0.01}, "new_rate", "negative"},
		{testapp.Fields{"rfm_window_days": 1e9}, "rfm_window_days", "too_large"},
		{testapp.Fields{"respond_negative_hours": 1e15}, "respond_negative_hours", "too_large"},
		{testapp.Fields{"value_mid": "much"}, "value_mid", "unreadable_number"},
		{testapp.Fields{"timezone": "Asia/Atlantis"}, "timezone", "time_zone"},
		{testapp.Fields{"timezone": "Local"}, "timezone", "time_zone"},
		{testapp.Fields{"timezone": ""}, "timezone", "time_zone"},
		{testapp.Fields{"country": "XX"}, "country", "country"},
		{testapp.Fields{"holidays": []string{"10月1日"}}, "holidays", "unreadable_date"},
		{testapp.Fields{"workdays": "2026-10-10"}, "workdays", "unreadable_date"},
		{testapp.Fields{"rfm_bounds": map[string]any{"r": []int{1, 2, 3, 3}, "f": []int{1, 2, 3, 4}, "m": []int{1, 2, 3, 4}}}, "rfm_bounds", "bounds"},
		{testapp.Fields{"rfm_bounds": map[string]any{"r": []int{1, 2, 3}, "f": []int{1, 2, 3, 4}, "m": []int{1, 2, 3, 4}}}, "rfm_bounds", "bounds"},
		{testapp.Fields{"rfm_bounds": map[string]any{"r": []int{1, 2, 3, 4}}}, "rfm_bounds", "bounds"},
		{testapp.Fields{"value_mid": 500000}, "", ""},
		{testapp.Fields{"light_factor": 1, "recovery_factor": 10}, "", ""},
		{testapp.Fields{"rfm_bounds": map[string]any{"r": []int{30, 60, 90, 180}, "f": []int{1, 2, 4, 8}, "m": []int{1, 2, 3, 4}}}, "", ""},
		{testapp.Fields{"rfm_bounds": nil, "release_after_days": 0, "holidays": []string{"2026-10-01"}}, "", ""},
		{testapp.Fields{"timezone": "America/New_York", "country": "US", "currency": "USD"}, "", ""},
	} {
		for _, who := range []*core.Record{o.director, root} {
			answer := o.server.Update(who, policy, c.change)
			if c.code == "" {
				answer.Want(200)
			} else if got := answer.Want(400).Codes(); got[c.field] != c.code || len(got) != 1 {
				t.Errorf("%v is refused with %v, want %s %s", c.change, got, c.field, c.code)
			}
		}
		if c.code != "" {
			sameData(t, o.Reload(policy), before)
		}
	}
}

// TestGivenRows keeps exactly one policy, four tiers and one rule for each signal.
func TestGivenRows(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	for collection, rows := range map[string]int64{"policy": 1, "tiers": 4, "risk_rules": 14} {
		record := o.first(collection)
		copied := core.NewRecord(record.Collection())
		copied.Load(record.FieldsData())
		copied.Id = ""
		o.server.Create(root, collection, testapp.Fields(copied.FieldsData())).Want(400)
		o.server.Create(o.director, collection, testapp.Fields(copied.FieldsData())).Want(403)
		path := "/api/collections/" + collection + "/records/" + record.Id
		o.server.Send(root, http.MethodDelete, path, nil).Want(400)
		o.server.Send(o.director, http.MethodDelete, path, nil).Want(403)
		if err := o.Delete(record); err == nil {
			t.Errorf("the program deleted a row of %s", collection)
		}
		if got := count(t, o, collection); got != rows {
			t.Errorf("there are %d rows of %s, want %d", got, collection, rows)
		}
	}
}

// TestTiers keeps the codes of tiers and the bounds of their cadence.
func TestTiers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tier := o.first("tiers")
	for field, value := range map[string]any{"cadence_days": 0, "code": "S1", "max_gap_days": -1, "silent_after_days": -1, "owner_role": "king"} {
		if codes := o.server.Update(o.director, tier, testapp.Fields{field: value}).Want(400).Codes(); codes[field] == "" {
			t.Errorf("%s %v is refused with %v", field, value, codes)
		}
	}
	swap := map[string]string{"S": "A", "A": "S", "B": "S", "C": "S"}[tier.GetString("code")]
	if codes := o.server.Update(o.director, tier, testapp.Fields{"code": swap}).Want(400).Codes(); codes["code"] != "fixed" && codes["code"] == "" {
		t.Errorf("another code is refused with %v", codes)
	}
	o.server.Update(o.director, tier, testapp.Fields{"cadence_days": 366, "max_gap_days": 0}).Want(200)
	if codes := o.server.Update(o.rep, tier, testapp.Fields{"cadence_days": 5}).Want(403).Codes(); codes["cadence_days"] != "not_allowed" {
		t.Errorf("a rep is refused with %v", codes)
	}
}
