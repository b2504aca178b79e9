package crm_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/dbx"

	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/rules"
)

// Whoever is away is stood in for by the first of the substitutes who is there; a substitute who left ends the way at whom they were to stand in for.
func TestStandsInFor(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	ids := map[string]string{}
	for _, name := range []string{"here", "away", "further", "left", "alone", "with left", "first", "second", "back"} {
		ids[name] = app.User(crm.RoleRep, testapp.Fields{"name": name}).Id
	}
	for name, substitute := range map[string]string{
		"away": "here", "further": "away", "alone": "", "with left": "left", "first": "second", "second": "first", "back": "here", "left": "here",
	} {
		until := app.Day(0)
		if name == "back" {
			until = app.Day(-1)
		}
		_, err := app.DB().Update("users", dbx.Params{"substitute": ids[substitute], "away_until": until + " 00:00:00.000Z", "active": name != "left"},
			dbx.HashExp{"id": ids[name]}).Execute()
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := app.DB().Update("users", dbx.Params{"substitute": ids["with left"]}, dbx.HashExp{"id": ids["alone"]}).Execute(); err != nil {
		t.Fatal(err)
	}
	for person, want := range map[string][]string{
		"here": {"away", "further"}, "with left": {"alone"}, "second": {"first"}, "first": {"second"}, "away": nil, "left": nil, "back": nil,
	} {
		got, err := crm.StandsInFor(app, ids[person], rules.DayOf(app.Clock.Now(), testapp.Zone))
		if err != nil {
			t.Fatal(err)
		}
		var expected []string
		for _, name := range want {
			expected = append(expected, ids[name])
		}
		if slices.Sort(expected); !slices.Equal(got, expected) {
			t.Errorf("%s stands in for %v, want %v", person, got, want)
		}
	}
}
