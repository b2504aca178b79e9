package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestLastDirector keeps one active director, whoever changes or deletes people.
func TestLastDirector(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	for _, c := range []struct {
		change testapp.Fields
		fields []string
	}{
		{testapp.Fields{"role": "manager"}, []string{"role"}},
		{testapp.Fields{"active": false}, []string{"active"}},
		{testapp.Fields{"role": "rep", "active": false}, []string{"role", "active"}},
	} {
		codes := o.server.Update(root, o.director, c.change).Want(400).Codes()
		for _, field := range c.fields {
			if codes[field] != crm.CodeLastDirector {
				t.Errorf("%v is refused with %v, want %s on %s", c.change, codes, crm.CodeLastDirector, field)
			}
		}
		stale := o.Reload(o.director)
		stale.Load(c.change)
		if err := o.Save(stale); err == nil {
			t.Errorf("the program saved %v", c.change)
		}
		batch := testapp.Fields{"requests": []any{testapp.Fields{
			"method": "PATCH", "url": "/api/collections/users/records/" + o.director.Id, "body": c.change,
		}}}
		o.server.Send(root, http.MethodPost, "/api/batch", batch).Want(400)
	}
	path := "/api/collections/users/records/" + o.director.Id
	if answer := o.server.Send(root, http.MethodDelete, path, nil).Want(400); !strings.Contains(answer.Body, "last active director") {
		t.Errorf("deleting the last director is refused with %s", answer.Body)
	}
	o.server.Send(root, http.MethodDelete, "/api/collections/users/truncate", nil).Want(400)
	o.wantFields(o.director, map[string]string{"role": "director", "active": "true"})

	second := o.User(crm.RoleDirector, nil)
	o.server.Update(o.director, o.director, testapp.Fields{"role": "manager"}).Want(400) // another one decides
	o.server.Update(second, o.director, testapp.Fields{"role": "manager"}).Want(200)
	o.server.Update(root, second, testapp.Fields{"active": false}).Want(400)
	o.server.Update(root, second, testapp.Fields{"name": "改名"}).Want(200)
}

// TestDirectorsDemoteEachOther leaves one of two who do so at the same moment, or of whom others do.
func TestDirectorsDemoteEachOther(t *testing.T) {
	t.Parallel()
	for range 5 {
		o := newOffice(t)
		pair := []*core.Record{o.director, o.User(crm.RoleDirector, nil)}
		answers := o.atOnce(2, func(i int) testapp.Answer {
			return o.server.Update(pair[1-i], pair[i], testapp.Fields{"role": "rep"})
		})
		if answers[200] != 1 { // the other is refused: as the last, or by somebody who is no director any more
			t.Errorf("the answers are %v, want one accepted", answers)
		}
		left := pair[0]
		if o.Reload(left).GetString(crm.FieldRole) != crm.RoleDirector {
			left = pair[1]
		}
		o.wantFields(left, map[string]string{"role": "director", "active": "true"})

		root := o.Superuser() // in whose name nothing but the count stands in the way
		pair = []*core.Record{left, o.User(crm.RoleDirector, nil)}
		answers = o.atOnce(2, func(i int) testapp.Answer {
			return o.server.Update(root, pair[i], testapp.Fields{"active": false})
		})
		if answers[200] != 1 || answers[400] != 1 {
			t.Errorf("the answers are %v, want one of each", answers)
		}
	}
}

// TestDeletingPeople keeps everybody a record names.
func TestDeletingPeople(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	remove := func(user *core.Record) testapp.Answer {
		return o.server.Send(root, http.MethodDelete, "/api/collections/users/records/"+user.Id, nil)
	}
	author, companion, never := o.User(crm.RoleRep, nil), o.User(crm.RoleRep, nil), o.User(crm.RoleRep, nil)
	o.server.Update(o.director, o.rep, testapp.Fields{"substitute": never.Id}).Want(200)
	followUp := o.Make(crm.CollectionFollowUps, o.FollowUpFields(o.customer, testapp.Fields{"by": author.Id, "our_people": []string{companion.Id}}))
	for name, user := range map[string]*core.Record{"an owner": o.rep, "an author": author, "one of several": companion} {
		if answer := remove(user).Want(400); !strings.Contains(answer.Body, "deactivate the account instead") {
			t.Errorf("deleting %s is refused with %s", name, answer.Body)
		}
	}
	remove(never).Want(204)
	o.wantFields(o.rep, map[string]string{"substitute": ""})
	o.wantFields(followUp, map[string]string{"by": author.Id})
}

// TestAddressesStayHidden refuses to show the address of somebody to everybody.
func TestAddressesStayHidden(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, who := range []*core.Record{o.rep, o.director, o.Superuser()} {
		if codes := o.server.Update(who, o.rep, testapp.Fields{"emailVisibility": true}).Want(400).Codes(); codes["emailVisibility"] != crm.CodeComputed {
			t.Errorf("it is refused with %v", codes)
		}
	}
	o.server.Update(o.rep, o.rep, testapp.Fields{"emailVisibility": false}).Want(200)
	shown := o.Reload(o.rep)
	shown.SetEmailVisibility(true)
	if err := o.Save(shown); err == nil {
		t.Error("the program shows an address")
	}
}

// TestSubstituteOfOneself is nobody.
func TestSubstituteOfOneself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if codes := o.server.Update(o.director, o.rep, testapp.Fields{"substitute": o.rep.Id}).Want(400).Codes(); codes["substitute"] != "oneself" {
		t.Errorf("it is refused with %v", codes)
	}
}

// TestTakingOver asks who takes over from somebody deactivated, and gives that person what was unfinished.
func TestTakingOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	north := o.Team("华北")
	heir := o.User(crm.RoleRep, testapp.Fields{"team": north.Id})
	left := o.User(crm.RoleRep, testapp.Fields{"active": false})
	archived := o.Customer(testapp.Fields{"owner": o.rep.Id, "stage": "archived"})
	others := o.Customer(testapp.Fields{"owner": heir.Id, "collaborators": []string{o.rep.Id}})
	task := func(customer *core.Record, fields testapp.Fields) *core.Record {
		fields["customer"], fields["title"], fields["kind"], fields["due_at"] = customer.Id, "回访", "other", o.At(1)
		return o.Make(crm.CollectionTasks, fields)
	}
	own := task(o.customer, testapp.Fields{"assignee": o.rep.Id, "by": o.rep.Id, "given_by": o.rep.Id})
	elsewhere := task(others, testapp.Fields{"assignee": o.rep.Id, "status": "delayed"})
	colleagues := task(o.customer, testapp.Fields{"assignee": o.manager.Id})
	unresolved := o.Make(crm.CollectionCases, testapp.Fields{
		"customer": o.customer.Id, "kind": "question", "subject": "交期", "assignee": o.rep.Id, "responded_at": o.Clock.Now(),
	})
	resolved := o.Make(crm.CollectionCases, testapp.Fields{
		"customer": o.customer.Id, "kind": "question", "subject": "价格", "assignee": o.rep.Id, "resolved_at": o.Clock.Now(),
	})
	done := task(o.customer, testapp.Fields{"assignee": o.rep.Id, "status": "done"})

	for _, substitute := range []string{"", o.rep.Id, left.Id, "000000000000000"} {
		answer := o.server.Update(o.director, o.rep, testapp.Fields{"active": false, "substitute": substitute}).Want(400)
		code := answer.Codes()["substitute"]
		if substitute == "" && (code != crm.CodeTakesOver || !strings.Contains(answer.Body, `"params":{"cases":1,"customers":1,"tasks":2}`)) || code == "" {
			t.Errorf("with %q as substitute it is refused with %s", substitute, answer.Body)
		}
	}
	o.wantFields(o.customer, map[string]string{"owner": o.rep.Id})
	o.wantAssigned(others, o.rep)

	listener := o.listen(o.director, "customers/"+o.customer.Id)
	o.server.Update(o.director, o.rep, testapp.Fields{"active": false, "substitute": heir.Id}).Want(200)
	if record, _ := o.next(listener, "customers/"+o.customer.Id).data["record"].(map[string]any); record["owner"] != heir.Id {
		t.Errorf("told of the owner %v", record["owner"])
	}
	o.wantFields(o.customer, map[string]string{"owner": heir.Id, "team": north.Id})
	o.wantFields(archived, map[string]string{"owner": o.rep.Id})
	if got := o.Reload(others).GetStringSlice("collaborators"); len(got) != 1 || got[0] != o.rep.Id {
		t.Errorf("the collaborators are %v", got)
	}
	o.wantFields(own, map[string]string{"assignee": heir.Id, "by": o.rep.Id, "given_by": o.director.Id, "status": "open"})
	o.wantFields(elsewhere, map[string]string{"assignee": heir.Id, "status": "delayed"})
	o.wantAssigned(others, heir)
	o.wantFields(colleagues, map[string]string{"assignee": o.manager.Id})
	o.wantFields(done, map[string]string{"assignee": o.rep.Id})
	o.wantFields(unresolved, map[string]string{"assignee": heir.Id, "given_by": o.director.Id})
	o.wantFields(resolved, map[string]string{"assignee": o.rep.Id})
}

// TestLeavingWithNothing asks nobody to take over what is not there.
func TestLeavingWithNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	user := o.User(crm.RoleRep, nil)
	o.server.Update(o.director, user, testapp.Fields{"active": false}).Want(200)
	o.server.Update(o.director, user, testapp.Fields{"name": "已离职"}).Want(200)
}

// TestTasksFollowTheOwner moves the open tasks of a former owner with the customer, and no others.
func TestTasksFollowTheOwner(t *testing.T) {
	t.Parallel()
	byDirector := func(o *office, owner string) {
		o.server.Update(o.director, o.customer, testapp.Fields{"owner": owner}).Want(200)
	}
	byProgram := func(o *office, owner string) { // as an import does
		customer := o.Reload(o.customer)
		customer.Set(crm.FieldOwner, owner)
		if err := crm.SaveAsSystem(o.App, customer); err != nil {
			o.t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		change func(o *office, owner string)
		owner  func(o *office, next *core.Record) string
		want   func(o *office, next *core.Record) string
	}{
		{"by the program", byProgram, func(_ *office, next *core.Record) string { return next.Id }, func(_ *office, next *core.Record) string { return next.Id }},
		{"to another", byDirector, func(_ *office, next *core.Record) string { return next.Id }, func(_ *office, next *core.Record) string { return next.Id }},
		{"to nobody", byDirector, func(*office, *core.Record) string { return "" }, func(o *office, _ *core.Record) string { return o.manager.Id }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			next := o.User(crm.RoleRep, nil)
			elsewhere := o.Customer(testapp.Fields{"owner": o.rep.Id})
			task := func(customer *core.Record, assignee *core.Record, status string) *core.Record {
				return o.Make(crm.CollectionTasks, testapp.Fields{
					"customer": customer.Id, "assignee": assignee.Id, "status": status, "title": "回访", "kind": "other",
					"due_at": o.At(1), "by": o.director.Id, "given_by": o.director.Id,
				})
			}
			moved, closed := task(o.customer, o.rep, "in_progress"), task(o.customer, o.rep, "cancelled")
			// Given by the director to themselves, so it assigns the customer to nobody.
			colleagues, others := task(o.customer, o.director, "open"), task(elsewhere, o.rep, "open")
			c.change(o, c.owner(o, next))
			o.wantFields(moved, map[string]string{"assignee": c.want(o, next), "given_by": o.director.Id, "by": o.director.Id, "status": "in_progress"})
			o.wantAssigned(o.customer, o.find(crm.CollectionUsers, c.want(o, next)))
			o.wantFields(closed, map[string]string{"assignee": o.rep.Id})
			o.wantFields(colleagues, map[string]string{"assignee": o.director.Id})
			o.wantFields(others, map[string]string{"assignee": o.rep.Id})
		})
	}
}

// wantAssigned says to whom alone a customer is assigned by its open tasks.
func (o *office) wantAssigned(customer, want *core.Record) {
	o.t.Helper()
	if got := o.Reload(customer).GetStringSlice(crm.FieldAssigned); len(got) != 1 || got[0] != want.Id {
		o.t.Errorf("the customer is assigned to %v, want %s alone", got, want.Id)
	}
}

// TestTokenKeysAreNotChosen lets nobody choose the key of somebody's tokens, a superuser neither: it signs them out at most.
func TestTokenKeysAreNotChosen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	chosen := testapp.Fields{"tokenKey": "0123456789012345678901234567890123456789"}
	for _, who := range []*core.Record{o.rep, o.director, o.Superuser()} {
		if code := o.server.Update(who, o.rep, chosen).Want(400).Codes()["tokenKey"]; code != crm.CodeComputed {
			t.Errorf("%s: %q, want %q", who.Email(), code, crm.CodeComputed)
		}
	}
	o.server.Update(o.Superuser(), o.rep, testapp.Fields{"tokenKey:autogenerate": ""}).Want(200)
	if o.Reload(o.rep).TokenKey() == o.rep.TokenKey() {
		t.Error("the superuser signed nobody out")
	}
}
