package crm_test

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestNotify tells active people, each once of an occasion and in their language, at the moment given.
func TestNotify(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	zh, en := app.User(crm.RoleRep, nil), app.User(crm.RoleRep, testapp.Fields{"locale": "en"})
	gone := app.User(crm.RoleRep, testapp.Fields{"active": false})
	notice := crm.Notice{
		To: []string{zh.Id, en.Id, zh.Id, gone.Id, ""}, Kind: "task_due", Title: [2]string{"到期", "Due"}, Body: [2]string{"", "soon"}, Key: "occasion",
	}
	for range 2 {
		if err := crm.Notify(app, notice, app.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	for user, title := range map[*core.Record]string{zh: "到期", en: "Due"} {
		var told []*core.Record
		if err := app.RecordQuery(crm.CollectionNotifications).AndWhere(dbx.HashExp{"user": user.Id}).All(&told); err != nil || len(told) != 1 {
			t.Fatalf("%s was told %d times: %v", title, len(told), err)
		}
		if got := told[0]; got.GetString("title") != title || !got.GetDateTime("created").Time().Equal(app.Clock.Now()) {
			t.Errorf("told %q at %s, want %q at %s", got.GetString("title"), got.GetDateTime("created"), title, app.Clock.Now())
		}
	}
	if n, err := app.CountRecords(crm.CollectionNotifications); err != nil || n != 2 {
		t.Errorf("%d are told: %v", n, err)
	}
	notice.Key = ""
	if err := crm.Notify(app, notice, app.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if n, err := app.CountRecords(crm.CollectionNotifications); err != nil || n != 4 {
		t.Errorf("without an occasion %d are told: %v", n, err)
	}
}
