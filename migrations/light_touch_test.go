package migrations_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// TestLightTouchesAreNoted notes a light touch for those who have had its task, and for nobody whose task is still to come: after a
// hold that lasts, or one that ended since they were last assessed.
func TestLightTouchesAreNoted(t *testing.T) {
	t.Parallel()
	app := emptyApp(t)
	step := slices.IndexFunc(core.AppMigrations.Items(), func(m *core.Migration) bool { return m.File == "1700000250_light_touch.go" })
	up(t, app, step)
	run := func(query string, params dbx.Params) {
		t.Helper()
		if _, err := app.DB().NewQuery(query).Bind(params).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	type followUp struct{ startedAt, status, resumeOn string }
	hold := func(until string) followUp {
		return followUp{"2026-01-05 02:00:00.000Z", "on_hold", until + " 00:00:00.000Z"}
	}
	tests := []struct {
		id, mode, next string
		followUps      []followUp
		noted          bool
	}{
		{"silent000000000", "light", "2026-05-01", nil, true},
		{"normal000000000", "normal", "2026-05-01", nil, false},
		{"nodate000000000", "light", "", nil, false},
		{"waits0000000000", "light", "2099-05-01", []followUp{hold("2099-05-01")}, false},
		{"waited000000000", "light", "2026-02-01", []followUp{hold("2026-02-01")}, true},
		{"resumes00000000", "light", "2026-03-02", []followUp{hold("2026-03-02")}, false},
		{"lastday00000000", "light", "2026-03-01", []followUp{hold("2026-03-01")}, false},
		{"nolonger0000000", "light", "2026-05-01", []followUp{hold("2099-05-01"), {"2026-01-06 02:00:00.000Z", "confirmed", ""}}, true},
		{"ahead0000000000", "light", "2099-05-01", []followUp{hold("2099-05-01"), {"2098-01-06 02:00:00.000Z", "confirmed", ""}}, false},
	}
	for _, test := range tests {
		next := test.next
		if next != "" {
			next += " 00:00:00.000Z"
		}
		run(`INSERT INTO customers (id, name, touch_mode, silent_since, next_follow_up_on, assessed_at)
			VALUES ({:id}, {:id}, {:mode}, '2026-02-04 00:00:00.000Z', {:next}, '2026-03-01 01:00:00.000Z')`,
			dbx.Params{"id": test.id, "mode": test.mode, "next": next})
		for _, f := range test.followUps {
			run(`INSERT INTO follow_ups (customer, started_at, status, resume_on) VALUES ({:customer}, {:at}, {:status}, {:resume})`,
				dbx.Params{"customer": test.id, "at": f.startedAt, "status": f.status, "resume": f.resumeOn})
		}
	}
	up(t, app, step+1)
	for _, test := range tests {
		want, got := "", ""
		if test.noted {
			want = "light_touch:" + test.id + ":2026-02-04:" + test.next
		}
		if err := app.DB().Select("light_touch").From("customers").Where(dbx.HashExp{"id": test.id}).Row(&got); err != nil || got != want {
			t.Errorf("%s: got %q, want %q: %v", test.id, got, want, err)
		}
	}
}
