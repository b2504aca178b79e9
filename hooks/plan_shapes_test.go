package hooks_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestPlaybookShape takes actions as they are written and refuses, by field, any other shape.
func TestPlaybookShape(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	action := func(over testapp.Fields) []any {
		fields := map[string]any{"what": "每月电话", "what_en": "A call", "every_days": 30, "channel": "phone", "role": "owner"}
		for name, value := range over {
			if fields[name] = value; value == nil {
				delete(fields, name)
			}
		}
		return []any{fields}
	}
	var many []any
	for range 21 {
		many = append(many, action(nil)...)
	}
	for name, tt := range map[string]struct {
		actions any
		code    string
	}{
		"as written": {action(nil), ""}, "none": {nil, ""}, "an empty list": {[]any{}, ""}, "what alone": {[]any{map[string]any{"what": "x"}}, ""},
		"once": {action(testapp.Fields{"every_days": 0}), ""}, "days as a text": {action(testapp.Fields{"every_days": "30"}), ""},
		"a text": {"每月电话", "actions"}, "an object": {map[string]any{"what": "x"}, "actions"}, "a list of texts": {[]string{"x"}, "actions"},
		"an unknown field": {action(testapp.Fields{"when": "monthly"}), "actions"}, "what is a number": {action(testapp.Fields{"what": 7}), "actions"},
		"nothing to do": {action(testapp.Fields{"what": " "}), "action_what"}, "no what": {action(testapp.Fields{"what": nil}), "action_what"},
		"too long":  {action(testapp.Fields{"what_en": strings.Repeat("x", 201)}), "action_what"},
		"half days": {action(testapp.Fields{"every_days": 1.5}), "action_every_days"}, "days before": {action(testapp.Fields{"every_days": -1}), "action_every_days"},
		"too seldom": {action(testapp.Fields{"every_days": 367}), "action_every_days"}, "days in words": {action(testapp.Fields{"every_days": "often"}), "actions"},
		"a channel there is none of": {action(testapp.Fields{"channel": "pigeon"}), "action_channel"},
		"a role there is none of":    {action(testapp.Fields{"role": "king"}), "action_role"}, "too many": {many, "too_many"},
	} {
		got := o.server.Create(o.manager, crm.CollectionPlaybooks, testapp.Fields{"name": name, "tier": "S", "actions": tt.actions})
		if got.Codes()["actions"] != tt.code || (got.Status == http.StatusOK) != (tt.code == "") {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	if got := o.server.Create(o.manager, crm.CollectionPlaybooks, testapp.Fields{"name": "为谁"}).Want(http.StatusBadRequest); got.Codes()["tier"] != "for_nobody" {
		t.Errorf("a playbook for nobody: %s", got.Body)
	}
}

// TestPlanShape takes goals and periods as they are written and refuses, by field, any other shape.
func TestPlanShape(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	goal := func(name string, target any) map[string]any { return map[string]any{"goal": name, "target": target} }
	for name, tt := range map[string]struct {
		fields      testapp.Fields
		field, code string
	}{
		"as written":        {testapp.Fields{"goals": []any{goal("renewal_rate", 85), goal("nps", -10.5)}}, "", ""},
		"no goals":          {nil, "", ""},
		"an object":         {testapp.Fields{"goals": goal("nps", 3)}, "goals", "goals"},
		"another field":     {testapp.Fields{"goals": []any{map[string]any{"goal": "nps", "target": 1, "of": "S"}}}, "goals", "goals"},
		"an unknown goal":   {testapp.Fields{"goals": []any{goal("growth", 3)}}, "goals", "goal_unknown"},
		"twice":             {testapp.Fields{"goals": []any{goal("nps", 3), goal("nps", 4)}}, "goals", "goal_twice"},
		"more than all":     {testapp.Fields{"goals": []any{goal("on_time_rate", 101)}}, "goals", "goal_target"},
		"no target":         {testapp.Fields{"goals": []any{map[string]any{"goal": "nps"}}}, "goals", "goal_target"},
		"a target in words": {testapp.Fields{"goals": []any{goal("nps", "high")}}, "goals", "goals"},
		"no such week":      {testapp.Fields{"period": "2025-W53"}, "period", "period"},
		"no such quarter":   {testapp.Fields{"period": "2026-Q5"}, "period", "period"},
		"lines deleted":     {testapp.Fields{"deleted_lines": []string{"plan:x"}}, "deleted_lines", "computed"},
		"another team":      {testapp.Fields{"team": o.Team("华南").Id}, "name", "not_allowed"},
		"no team":           {testapp.Fields{"team": ""}, "name", "not_allowed"},
	} {
		fields := testapp.Fields{"name": name, "period": "2026-Q3", "team": o.team.Id}
		for field, value := range tt.fields {
			fields[field] = value
		}
		got := o.server.Create(o.manager, crm.CollectionPlans, fields)
		if got.Codes()[tt.field] != tt.code || (got.Status == http.StatusOK) != (tt.code == "") {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
}

// TestLightTouchChannel has light touches go by WeChat or text message, unless the customer avoids both.
func TestLightTouchChannel(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	want := map[string]string{}
	for channel, fields := range map[string]testapp.Fields{
		"wechat": {"preferred_channel": "phone"}, "sms": {"avoid_channels": []string{"wechat"}}, "": {"avoid_channels": []string{"wechat", "sms"}},
	} {
		fields["owner"] = o.rep.Id
		want[o.Customer(fields).Id] = channel
	}
	o.Clock.Advance(40 * 24 * time.Hour)
	if _, err := o.Jobs.Run("tiers", crm.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	tasks, err := o.FindAllRecords(crm.CollectionTasks, dbx.HashExp{"kind": "light_touch"})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, task := range tasks {
		if channel, asked := want[task.GetString("customer")]; asked {
			if found++; task.GetString("channel") != channel {
				t.Errorf("a light touch goes by %q, want %q", task.GetString("channel"), channel)
			}
		}
	}
	if found != len(want) {
		t.Errorf("there are %d light touches, want %d", found, len(want))
	}
}
