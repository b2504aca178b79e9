package testapp_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

func TestNewGivesSeparateApps(t *testing.T) {
	t.Parallel()
	first, second := testapp.New(t), testapp.New(t)

	teams, err := first.FindCollectionByNameOrId("teams")
	if err != nil {
		t.Fatal(err)
	}
	team := core.NewRecord(teams)
	team.Set("name", "North")
	if err := first.Save(team); err != nil {
		t.Fatal(err)
	}
	if _, err := second.FindRecordById("teams", team.Id); err == nil {
		t.Error("a record of one app is found in the other")
	}
}
