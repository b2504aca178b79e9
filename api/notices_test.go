package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

func TestNoticesAreReadAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice := func(of *core.Record, later time.Duration) *core.Record {
		record := o.Make(crm.CollectionNotifications, testapp.Fields{"user": of.Id, "kind": "found", "title": "看一看"})
		if _, err := o.DB().NewQuery("UPDATE notifications SET created = {:at} WHERE id = {:id}").
			Bind(map[string]any{"at": crm.FormatMoment(o.Clock.Now().Add(later)), "id": record.Id}).Execute(); err != nil {
			t.Fatal(err)
		}
		return record
	}
	rep := o.by["rep"]
	seen, arriving, others := notice(rep, 0), notice(rep, time.Second), notice(o.by["colleague"], 0)
	isRead := func(record *core.Record) bool { return o.Reload(record).GetString("read_at") != "" }
	read := func(who string, body testapp.Fields) testapp.Answer {
		return o.server.Send(o.by[who], http.MethodPost, "/api/crm/notifications/read", body)
	}
	read("guest", nil).Want(http.StatusUnauthorized)
	read("left", nil).Want(http.StatusForbidden)
	if codes := read("rep", testapp.Fields{"until": "soon"}).Want(http.StatusBadRequest).Codes(); codes["until"] != "unreadable" {
		t.Errorf("a moment that is none: %v", codes)
	}
	read("rep", testapp.Fields{"of": others.Id}).Want(http.StatusBadRequest)
	read("rep", testapp.Fields{"until": crm.FormatMoment(o.Clock.Now())}).Want(http.StatusNoContent)
	if !isRead(seen) || isRead(arriving) || isRead(others) {
		t.Errorf("up to a moment: seen %v, arriving %v, another's %v", isRead(seen), isRead(arriving), isRead(others))
	}
	before := o.Reload(seen).GetString("read_at")
	o.Clock.Advance(time.Minute)
	read("rep", nil).Want(http.StatusNoContent)
	if !isRead(arriving) || isRead(others) || o.Reload(seen).GetString("read_at") != before {
		t.Errorf("all: arriving %v, another's %v, read %s and then %s", isRead(arriving), isRead(others), before, o.Reload(seen).GetString("read_at"))
	}
	entries, err := o.FindAllRecords(crm.CollectionAuditLog)
	if err != nil {
		t.Fatal(err)
	}
	by := 0
	for _, entry := range entries {
		if entry.GetString("collection") == crm.CollectionNotifications && entry.GetString("action") == "update" && entry.GetString("actor") == rep.Id {
			by++
		}
	}
	if by != 2 {
		t.Errorf("%d of the two are in the audit log in the name of who read them", by)
	}
}
