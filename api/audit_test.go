package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// trail is an answer of the route.
type trail struct {
	Entries []struct {
		ID, At, Action, Collection, Record, Name, Customer, Note, IP string
		Actor                                                        struct{ Kind, ID, Name string }
		Changes                                                      []struct {
			Field          string
			From, To       any
			Erased, Secret bool
		}
	}
	Names map[string]string
	Next  string
}

// TestAuditTrail finds what was done by person, record, action and day, with names, and turns its pages.
func TestAuditTrail(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server, director, root := app.Serve(), app.User(crm.RoleDirector, testapp.Fields{"name": "顾总"}), app.Superuser()
	rep := app.User(crm.RoleRep, testapp.Fields{"name": "周雨桐"})
	customer := app.Customer(testapp.Fields{"name": "青禾机械", "owner": rep.Id})
	contact := app.Contact(customer, testapp.Fields{"name": "林经理", "phone": "13800000001"})
	find := func(as *core.Record, query string) trail {
		t.Helper()
		var found trail
		if err := json.Unmarshal([]byte(server.Send(as, http.MethodGet, "/api/crm/audit"+query, nil).Want(200).Body), &found); err != nil {
			t.Fatal(err)
		}
		return found
	}
	for _, who := range []string{crm.RoleRep, crm.RoleSupport, crm.RoleManager} {
		if body := server.Send(app.User(who, nil), http.MethodGet, "/api/crm/audit", nil).Want(403).Body; strings.Contains(body, "青禾") {
			t.Errorf("%s reads %s", who, body)
		}
	}
	server.Update(director, customer, testapp.Fields{"region": "宁波", "owner": director.Id}).Want(200)

	mine := find(director, "?actor="+director.Id+"&collection=customers&record="+customer.Id)
	if len(mine.Entries) == 0 {
		t.Fatal("found nothing")
	}
	entry := mine.Entries[len(mine.Entries)-1] // the others are what followed from it
	if entry.Name != "青禾机械" || entry.Customer != customer.Id || entry.Actor.Name != "顾总" || entry.Actor.Kind != "user" || entry.Action != "update" {
		t.Errorf("got %+v", entry)
	}
	changes := map[string]any{}
	for _, c := range entry.Changes {
		changes[c.Field+" from"], changes[c.Field+" to"] = c.From, c.To
	}
	if changes["region to"] != "宁波" || changes["owner from"] != rep.Id || changes["owner to"] != director.Id || mine.Names[rep.Id] != "周雨桐" {
		t.Errorf("got %v with the names %v", changes, mine.Names)
	}
	if _, shown := changes["assigned to"]; shown {
		t.Error("a field that nobody reads is told of")
	}
	if found := find(director, "?actor=program&collection=customers"); len(found.Entries) == 0 || found.Entries[0].Actor.Kind != "program" {
		t.Errorf("the program did %+v", found.Entries)
	}
	if found := find(director, "?actor=superuser"); len(found.Entries) != 0 {
		t.Errorf("superusers did %+v", found.Entries)
	}
	server.Update(root, customer, testapp.Fields{"region": "杭州"}).Want(200)
	if found := find(root, "?actor=superuser&action=update"); len(found.Entries) == 0 || found.Entries[0].Actor.Kind != "superuser" {
		t.Errorf("superusers did %+v", found.Entries)
	}
	today, day := app.Clock.Now().Format("2006-01-02"), app.Clock.Now().AddDate(0, 0, 1).Format("2006-01-02")
	if found := find(director, "?action=update&collection=customers&from="+today+"&to="+today); len(found.Entries) < 2 {
		t.Errorf("today %+v", found.Entries)
	}
	if found := find(director, "?from="+day); len(found.Entries) != 0 {
		t.Errorf("from tomorrow on %+v", found.Entries)
	}

	server.Send(director, http.MethodPost, "/api/crm/contacts/"+contact.Id+"/erase", testapp.Fields{"reason": "asked for it"}).Want(200)
	erased := false
	for _, e := range find(director, "?collection=contacts&record="+contact.Id).Entries {
		for _, c := range e.Changes {
			erased = erased || c.Field == "phone" && c.Erased && c.From == nil && c.To == nil
		}
	}
	if !erased {
		t.Error("an erased number does not say so")
	}

	all, paged, next := find(director, "?limit=200"), []string{}, ""
	for range len(all.Entries) {
		page := find(director, "?limit=3&before="+next)
		for _, e := range page.Entries {
			paged = append(paged, e.ID)
		}
		if next = strings.ReplaceAll(page.Next, " ", "%20"); next == "" {
			break
		}
	}
	for i, e := range all.Entries {
		if i >= len(paged) || paged[i] != e.ID {
			t.Fatalf("by pages of three it reads %d entries, at once %d, and differs at %d", len(paged), len(all.Entries), i)
		}
	}
	for _, bad := range []string{"?limit=0", "?limit=x", "?limit=201", "?from=yesterday", "?record=" + customer.Id} {
		server.Send(director, http.MethodGet, "/api/crm/audit"+bad, nil).Want(400)
	}
}

// An entry that cannot be read is shown without its changes, and the others as they are.
func TestAuditTrailOfUnreadable(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server, director := app.Serve(), app.User(crm.RoleDirector, nil)
	customer := app.Customer(testapp.Fields{"name": "华东精工"})
	var broken string
	if err := app.DB().NewQuery("SELECT id FROM audit_log WHERE record = {:id}").Bind(dbx.Params{"id": customer.Id}).Row(&broken); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`UPDATE audit_log SET changes = '{"unreadable' WHERE id = {:id}`).Bind(dbx.Params{"id": broken}).Execute(); err != nil {
		t.Fatal(err)
	}
	answer := server.Send(director, http.MethodGet, "/api/crm/audit?limit=200", nil).Want(200)
	if !strings.Contains(answer.Body, broken) || strings.Contains(answer.Body, "unreadable") || strings.Count(answer.Body, `"action"`) < 2 {
		t.Errorf("the log is told as %s", answer.Body)
	}
}
