package migrations_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"unicode"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

func TestIndustries(t *testing.T) {
	t.Parallel()
	app := testapp.Bare(t)
	rows := byText(t, app, "industries", "code")

	var want []string
	for division := 1; division <= 97; division++ {
		want = append(want, fmt.Sprintf("%02d", division))
	}
	for section := 'A'; section <= 'T'; section++ {
		want = append(want, string(section))
	}
	if got := slices.Sorted(maps.Keys(rows)); !slices.Equal(got, want) {
		t.Fatalf("the codes are %q, want 97 divisions and 20 sections", got)
	}
	for code, row := range rows {
		if !has(row.GetString("name"), unicode.Han) || !has(row.GetString("name_en"), unicode.Latin) {
			t.Errorf("industry %s is called %q and %q, want Chinese and English", code,
				row.GetString("name"), row.GetString("name_en"))
		}
		var aliases []string
		if err := row.UnmarshalJSONField("aliases", &aliases); err != nil {
			t.Errorf("industry %s: failed to read the aliases: %v", code, err)
		}
		if len(aliases) == 0 || slices.Contains(aliases, "") {
			t.Errorf("industry %s has the aliases %q", code, aliases)
		}
	}
}

// What people write leads to the divisions they mean.
func TestIndustryAliases(t *testing.T) {
	t.Parallel()
	rows := byText(t, testapp.Bare(t), "industries", "code")
	for alias, want := range map[string][]string{
		"互联网":      {"64", "65"},
		"软件":       {"65"},
		"机械":       {"34", "35"},
		"电子":       {"39"},
		"汽车":       {"36"},
		"餐饮":       {"62"},
		"software": {"65"},
	} {
		var got []string
		for code, row := range rows {
			var aliases []string
			if err := row.UnmarshalJSONField("aliases", &aliases); err != nil {
				t.Fatal(err)
			}
			if slices.Contains(aliases, alias) {
				got = append(got, code)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s leads to %q, want %q", alias, got, want)
		}
	}
}

func TestTiers(t *testing.T) {
	t.Parallel()
	rows := byText(t, testapp.Bare(t), "tiers", "code")
	if len(rows) != 4 {
		t.Fatalf("there are %d tiers, want 4", len(rows))
	}
	for code, want := range map[string]struct {
		cadence, maxGap int
		role            string
	}{
		"S": {7, 30, "director"},
		"A": {14, 60, "rep"},
		"B": {30, 120, "support"},
		"C": {60, 180, "support"},
	} {
		row := rows[code]
		if row == nil {
			t.Fatalf("there is no tier %s", code)
		}
		if row.GetInt("cadence_days") != want.cadence || row.GetInt("max_gap_days") != want.maxGap ||
			row.GetInt("silent_after_days") != 30 || row.GetString("owner_role") != want.role {
			t.Errorf("tier %s is %v", code, row.PublicExport())
		}
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	rows := byText(t, testapp.Bare(t), "policy", "timezone")
	row := rows["Asia/Shanghai"]
	if len(rows) != 1 || row == nil {
		t.Fatalf("there are %d policies, want one, of Asia/Shanghai", len(rows))
	}
	for field, want := range map[string]float64{
		"value_high": 500000, "value_mid": 100000, "layer_potential": 300000,
		"light_factor": 2, "recovery_factor": 1.5, "recovery_steps": 2,
		"contacts_per_day": 1, "record_within_hours": 24, "templated_count": 5, "templated_days": 30,
		"respond_negative_hours": 24, "respond_case_hours": 48, "respond_major_hours": 24,
		"win_back_hours": 24, "remind_before_hours": 24, "escalate_after_hours": 24,
		"contract_notice_days": 30, "lead_days": 3, "review_every_days": 30, "release_after_days": 0,
		"take_per_day": 20, "reveal_per_hour": 20, "new_rate": 0.05, "retention_rate": 0.08,
		"rfm_window_days": 365, "rev": 0,
	} {
		if got := row.GetFloat(field); got != want {
			t.Errorf("policy.%s is %v, want %v", field, got, want)
		}
	}
	for field, want := range map[string]string{
		"currency": "CNY", "country": "CN", "quiet_from": "21:00", "quiet_to": "08:00", "digest_at": "08:00",
		"tier_model": "value_potential", "holidays": "[]", "workdays": "[]", "channel_costs": "{}",
		"rfm_bounds": "null",
	} {
		if got := row.GetString(field); got != want {
			t.Errorf("policy.%s is %q, want %q", field, got, want)
		}
	}
}

func TestRiskRules(t *testing.T) {
	t.Parallel()
	rows := byText(t, testapp.Bare(t), "risk_rules", "signal")
	if len(rows) != 14 {
		t.Fatalf("there are %d risk rules, want 14", len(rows))
	}
	critical := []string{"no_orders", "order_count_drop", "contact_replaced", "unresolved_cases"}
	for signal, row := range rows {
		want := "warning"
		if slices.Contains(critical, signal) {
			want = "critical"
		}
		if got := row.GetString("severity"); got != want || !row.GetBool("enabled") {
			t.Errorf("%s is %s, enabled %v; want %s, enabled", signal, got, row.GetBool("enabled"), want)
		}
	}
}

// TestTopics has tags to say what a customer talked about, and leaves one alone that was there before.
func TestTopics(t *testing.T) {
	t.Parallel()
	for name, row := range byText(t, testapp.Bare(t), "tags", "name") {
		if !slices.Contains([]string{"价格", "质量", "交付", "售后", "功能"}, name) || row.GetString("group") != "demand" || row.GetBool("automatic") {
			t.Errorf("there is a tag %v", row.PublicExport())
		}
	}
	app := emptyApp(t)
	all := core.AppMigrations.Items()
	n := slices.IndexFunc(all, func(step *core.Migration) bool { return step.File == "1700000225_topics.go" })
	up(t, app, n)
	tags, err := app.FindCollectionByNameOrId("tags")
	if err != nil {
		t.Fatal(err)
	}
	own := core.NewRecord(tags)
	own.Load(map[string]any{"name": "价格", "group": "basic"})
	if err := app.Save(own); err != nil {
		t.Fatal(err)
	}
	up(t, app, n+1)
	if rows := byText(t, app, "tags", "name"); len(rows) != 5 || rows["价格"].Id != own.Id {
		t.Errorf("with one of the company's own there are %d tags", len(rows))
	}
	down(t, app, 1)
	if rows := byText(t, app, "tags", "name"); len(rows) != 1 || rows["价格"].GetString("group") != "basic" {
		t.Errorf("the way back leaves %d tags", len(rows))
	}
}

// byText gives all rows of a collection by the value of one field.
func byText(t *testing.T, app core.App, collection, field string) map[string]*core.Record {
	t.Helper()
	all, err := app.FindAllRecords(collection)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]*core.Record{}
	for _, row := range all {
		rows[row.GetString(field)] = row
	}
	if len(rows) != len(all) {
		t.Fatalf("%s has %d rows with only %d values of %s", collection, len(all), len(rows), field)
	}
	return rows
}

func has(s string, script *unicode.RangeTable) bool {
	return slices.ContainsFunc([]rune(s), func(r rune) bool { return unicode.Is(script, r) })
}
