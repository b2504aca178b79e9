package hooks_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// set writes a field of a record behind the program's back.
func (o *office) set(record *core.Record, field string, value any) {
	o.t.Helper()
	_, err := o.DB().Update(record.Collection().Name, dbx.Params{field: value}, dbx.HashExp{"id": record.Id}).Execute()
	if err != nil {
		o.t.Fatal(err)
	}
}

// TestDeactivatedWhileSignedIn tells whoever is signed in and may do nothing any more why, and whom to ask, in their
// language, whatever they ask for.
func TestDeactivatedWhileSignedIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.set(o.director, "name", "王敏")
	o.User(crm.RoleDirector, testapp.Fields{"name": "Ann Lee"})
	o.User(crm.RoleDirector, testapp.Fields{"name": "Former", "active": false})
	for _, c := range []struct {
		name, locale string
		field        string
		value        any
		code, want   string
	}{
		{"deactivated, Chinese", "zh-CN", "active", false, "deactivated", "您的账号已停用，请联系Ann Lee、王敏。"},
		{"deactivated, English", "en", "active", false, "deactivated", "Your account is deactivated. Ask Ann Lee or 王敏."},
		{"no role, Chinese", "zh-CN", "role", "", "no_role", "您的账号尚未分配角色，请联系Ann Lee、王敏。"},
		{"no role, no language", "", "role", "", "no_role",
			"您的账号尚未分配角色，请联系Ann Lee、王敏。 Your account has no role yet. Ask Ann Lee or 王敏."},
	} {
		user := o.User(crm.RoleRep, testapp.Fields{"locale": c.locale})
		o.set(user, c.field, c.value)
		for _, request := range []struct{ method, path string }{
			{"GET", "/api/collections/customers/records"},
			{"GET", "/api/collections/users/records/" + user.Id},
			{"POST", "/api/collections/users/auth-refresh"},
			{"POST", "/api/files/token"},
			{"GET", "/api/crm/jobs"},
			{"GET", "/api/realtime"},
			{"GET", "/api/health"},
		} {
			answer := o.server.Send(user, request.method, request.path, nil).Want(403)
			if answer.Codes()["account"] != c.code || answer.Text("message") != c.want {
				t.Errorf("%s: %s %s is answered %s, want %s %q", c.name, request.method, request.path, answer.Body, c.code, c.want)
			}
		}
		token, err := user.NewFileToken()
		if err != nil {
			t.Fatal(err)
		}
		o.server.Send(nil, http.MethodGet, "/api/files/users/"+user.Id+"/a.png?token="+token, nil).Want(403)
		// Their token does not keep somebody else from signing in at the same desk.
		o.server.Send(user, http.MethodPost, "/api/collections/users/auth-with-password", testapp.Fields{
			"identity": o.manager.Email(), "password": testapp.Password,
		}).Want(200)
	}
}

// TestNobodyToAsk names whoever runs the program where there is no director.
func TestNobodyToAsk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.set(o.director, "active", false)
	if got := o.server.Send(o.director, http.MethodGet, "/api/health", nil).Want(403).Text("message"); got != "您的账号已停用，请联系系统管理员。" {
		t.Errorf("the sentence is %q", got)
	}
}

// TestActiveAgain lets nobody in by a token from before they were deactivated.
func TestActiveAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	user := o.User(crm.RoleRep, nil)
	list := func(as *core.Record) testapp.Answer {
		return o.server.Send(as, http.MethodGet, "/api/collections/teams/records", nil)
	}
	o.server.Update(o.director, user, testapp.Fields{"active": false}).Want(200)
	list(user).Want(403)
	o.server.Update(o.director, user, testapp.Fields{"active": true}).Want(200)
	if got := list(user).Want(200).Data["totalItems"]; got != 0.0 { // as a guest
		t.Errorf("an old token shows %v teams", got)
	}
	if got := list(o.Reload(user)).Want(200).Data["totalItems"]; got != 1.0 {
		t.Errorf("a new token shows %v teams, want 1", got)
	}
}

// TestRightsOnOpenConnections takes and gives rights at once where somebody listens already: role, activity, owner.
func TestRightsOnOpenConnections(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	south := o.Team("华南") // a rep sees the customers of their own team only
	other := o.User(crm.RoleRep, testapp.Fields{"team": south.Id})
	rep, colleague, witness := o.listen(o.rep, "customers/*"), o.listen(other, "customers/*"), o.listen(o.manager, "customers/*")
	change := func(region string) {
		t.Helper()
		o.server.Update(o.director, o.customer, testapp.Fields{"region": region}).Want(200)
		for {
			if record, _ := o.next(witness, "customers/*").data["record"].(map[string]any); record["region"] == region {
				return // everybody has been told
			}
		}
	}
	change("苏州")
	o.next(rep, "customers/*")
	o.server.Update(o.director, o.customer, testapp.Fields{"owner": other.Id}).Want(200)
	o.next(colleague, "customers/*")
	change("无锡")
	o.next(colleague, "customers/*")
	o.wantSilence(rep)

	o.server.Update(o.director, o.rep, testapp.Fields{"role": crm.RoleManager}).Want(200)
	change("常州")
	o.next(rep, "customers/*")
	o.server.Update(o.director, o.rep, testapp.Fields{"role": crm.RoleRep}).Want(200)
	change("南京")
	o.wantSilence(rep)

	o.next(colleague, "customers/*")
	o.next(colleague, "customers/*")
	o.server.Update(o.director, other, testapp.Fields{"active": false, "substitute": o.manager.Id}).Want(200)
	change("上海")
	o.wantSilence(colleague)
}

// TestStaleSave gives nobody's open connection rights back that were taken while somebody else wrote their record.
func TestStaleSave(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rep, witness := o.listen(o.rep, crm.TopicRecomputed), o.listen(o.manager, crm.TopicRecomputed)
	stale := o.Reload(o.rep)
	o.server.Update(o.director, o.rep, testapp.Fields{"active": false, "substitute": o.manager.Id}).Want(200)
	stale.Set("name", "改名")
	if err := o.Save(stale); err != nil {
		t.Fatal(err)
	}
	crm.Announce(o.App, make([]string, 1000)...)
	o.next(witness, crm.TopicRecomputed)
	o.wantSilence(rep)
	o.wantFields(o.rep, map[string]string{"active": "false", "name": "改名"})
}

// TestOwnTopics keeps the program's own topics to active staff, from the moment they are no more.
func TestOwnTopics(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	manager, leaving, guest := o.listen(o.manager, crm.TopicRecomputed), o.listen(o.rep, crm.TopicRecomputed), o.listen(nil)
	for _, client := range o.SubscriptionsBroker().Clients() {
		if len(client.Subscriptions()) == 0 {
			answer := o.server.Send(nil, http.MethodPost, "/api/realtime", testapp.Fields{
				"clientId": client.Id(), "subscriptions": []string{crm.TopicRecomputed + "?options={}"},
			}).Want(403)
			if !strings.Contains(answer.Text("message"), "staff") {
				t.Errorf("a guest is refused with %s", answer.Body)
			}
			client.Subscribe(crm.TopicRecomputed) // by whatever way
		}
	}
	many := make([]string, 1000)
	crm.Announce(o.App, many...)
	o.next(manager, crm.TopicRecomputed)
	o.next(leaving, crm.TopicRecomputed)
	o.server.Update(o.director, o.rep, testapp.Fields{"active": false, "substitute": o.manager.Id}).Want(200)
	crm.Announce(o.App, many...)
	o.next(manager, crm.TopicRecomputed)
	o.wantSilence(leaving)
	o.wantSilence(guest)
}

// TestRightsLostOnTheWay holds a write to the rights its sender has when it is made: its body may be minutes on its way.
func TestRightsLostOnTheWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lost testapp.Fields
		want int
	}{
		"nothing lost": {testapp.Fields{"locale": "en"}, 200},
		"deactivated":  {testapp.Fields{"active": false}, 404}, // PocketBase's rules look anew
		"demoted":      {testapp.Fields{"role": crm.RoleSupport}, 403},
		"other key":    {testapp.Fields{"password": "another-password", "passwordConfirm": "another-password"}, 401},
	} {
		o := newOffice(t)
		reader, writer := io.Pipe()
		answered := make(chan testapp.Answer)
		go func() {
			path := "/api/collections/customers/records/" + o.customer.Id
			answered <- o.server.SendRaw(o.manager, http.MethodPatch, path, reader, "application/json", "Expect", "100-continue")
		}()
		if _, err := io.WriteString(writer, `{"notes":`); err != nil { // asked for once it is known who sends it
			t.Fatal(err)
		}
		o.server.Update(o.director, o.manager, c.lost).Want(200)
		if _, err := io.WriteString(writer, `"late"}`); err != nil {
			t.Fatal(err)
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		if answer := <-answered; answer.Status != c.want {
			t.Errorf("%s: %d, want %d: %s", name, answer.Status, c.want, answer.Body)
		}
	}
}
