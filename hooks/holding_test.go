package hooks_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// people is an office with everybody who may be named in a customer.
type people struct {
	*office
	by map[string]*core.Record // by what they are
}

func newPeople(t *testing.T) *people {
	o := newOffice(t)
	elsewhere := o.Team("华南")
	p := &people{office: o, by: map[string]*core.Record{
		"rep": o.rep, "manager": o.manager, "director": o.director, "superuser": o.Superuser(),
		"support":        o.User(crm.RoleSupport, testapp.Fields{"team": o.team.Id}),
		"colleague":      o.User(crm.RoleRep, testapp.Fields{"team": o.team.Id}),
		"stranger":       o.User(crm.RoleRep, testapp.Fields{"team": elsewhere.Id}),
		"other manager":  o.User(crm.RoleManager, testapp.Fields{"team": elsewhere.Id}),
		"manager of two": o.User(crm.RoleManager, nil),
		"left":           o.User(crm.RoleRep, testapp.Fields{"team": o.team.Id, "active": false}),
	}}
	return p
}

// id is the id of somebody; "" of nobody.
func (p *people) id(who string) string {
	if who == "" {
		return ""
	}
	return p.by[who].Id
}

// TestWhoOwnsANewCustomer lets each role enter customers for those it may enter them for.
func TestWhoOwnsANewCustomer(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	for _, c := range []struct{ as, owner, code, becomes string }{
		{"rep", "", "", "rep"},
		{"rep", "rep", "", "rep"},
		{"rep", "colleague", "not_allowed", ""},
		{"rep", "left", "not_allowed", ""},
		{"support", "", "", ""},
		{"support", "support", "not_allowed", ""},
		{"support", "rep", "not_allowed", ""},
		{"manager", "", "", ""},
		{"manager", "manager", "", "manager"},
		{"manager", "rep", "", "rep"},
		{"manager", "support", "", "support"},
		{"manager", "stranger", "not_allowed", ""},
		{"manager", "director", "not_allowed", ""},
		{"manager", "left", "inactive", ""},
		{"manager of two", "manager of two", "", "manager of two"},
		{"manager of two", "rep", "not_allowed", ""},
		{"director", "", "", ""},
		{"director", "stranger", "", "stranger"},
		{"director", "left", "inactive", ""},
		{"superuser", "rep", "", "rep"},
		{"superuser", "left", "inactive", ""},
	} {
		answer := p.server.Create(p.by[c.as], "customers", p.CustomerFields(testapp.Fields{"owner": p.id(c.owner)}))
		if c.code != "" {
			if answer.Status != 400 || answer.Codes()["owner"] != c.code {
				t.Errorf("%s names %q: %d %s", c.as, c.owner, answer.Status, answer.Body)
			}
			continue
		}
		if answer.Status != 200 || answer.Text("owner") != p.id(c.becomes) {
			t.Errorf("%s names %q: %d, the owner is %q", c.as, c.owner, answer.Status, answer.Text("owner"))
		}
		if c.becomes != "" && answer.Text("team") != p.by[c.becomes].GetString("team") {
			t.Errorf("%s names %q: the team is %q", c.as, c.owner, answer.Text("team"))
		}
	}
}

// TestWhoChangesTheOwner gives customers away by role and by how somebody stands to them, through a change as by the route.
func TestWhoChangesTheOwner(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	for _, c := range []struct {
		as, of, to string
		status     int // of the route
		code       string
	}{
		{"rep", "rep", "colleague", 403, "not_allowed"},
		{"rep", "rep", "", 403, "not_allowed"},
		{"rep", "", "rep", 403, "not_allowed"}, // one takes it
		{"rep", "colleague", "rep", 403, "not_allowed"},
		{"support", "rep", "support", 403, "not_allowed"},
		{"support", "", "support", 403, "not_allowed"},
		{"manager", "rep", "colleague", 200, ""},
		{"manager", "rep", "manager", 200, ""},
		{"manager", "rep", "", 200, ""},
		{"manager", "", "rep", 200, ""},
		{"manager", "rep", "stranger", 400, "not_allowed"},
		{"manager", "", "stranger", 400, "not_allowed"},
		{"manager", "rep", "left", 400, "inactive"},
		{"manager", "stranger", "rep", 403, "not_allowed"},
		{"manager", "stranger", "", 403, "not_allowed"},
		{"director", "stranger", "rep", 200, ""},
		{"director", "rep", "director", 200, ""},
		{"director", "rep", "", 200, ""},
		{"director", "rep", "left", 400, "inactive"},
		{"superuser", "rep", "stranger", 200, ""},
		{"superuser", "rep", "left", 400, "inactive"},
	} {
		for _, route := range []bool{false, true} {
			customer := p.Customer(testapp.Fields{"owner": p.id(c.of)})
			name := fmt.Sprintf("%s gives one of %q to %q, route %t", c.as, c.of, c.to, route)
			var answer testapp.Answer
			want := c.status
			if route {
				answer = p.server.Send(p.by[c.as], http.MethodPost, "/api/crm/customers/"+customer.Id+"/reassign", testapp.Fields{"owner": p.id(c.to)})
			} else {
				answer = p.server.Update(p.by[c.as], customer, testapp.Fields{"owner": p.id(c.to)})
				if want == 403 && p.mayNotChange(c.as, c.of) {
					want = 403
				} else if want == 403 {
					want = 400 // it is the field that is refused, not the change
				}
			}
			if answer.Status != want || answer.Codes()["owner"] != c.code {
				t.Errorf("%s: %d, want %d: %s", name, answer.Status, want, answer.Body)
				continue
			}
			stored := p.Reload(customer)
			if c.code != "" {
				if stored.GetString("owner") != p.id(c.of) || stored.GetInt("rev") != 0 {
					t.Errorf("%s: it was refused, and the owner is %q", name, stored.GetString("owner"))
				}
				continue
			}
			team := customer.GetString("team")
			if c.to != "" {
				team = p.by[c.to].GetString("team")
			}
			if stored.GetString("owner") != p.id(c.to) || stored.GetString("team") != team || stored.GetInt("rev") != 1 {
				t.Errorf("%s: the owner is %q of %q, rev %d", name, stored.GetString("owner"), stored.GetString("team"), stored.GetInt("rev"))
			}
			if answer.Text("owner") != p.id(c.to) || answer.Data["rev"] != 1.0 {
				t.Errorf("%s: answered %s", name, answer.Body)
			}
		}
	}
}

// mayNotChange tells whether somebody may not change a customer of an owner at all.
func (p *people) mayNotChange(as, of string) bool {
	switch as {
	case "rep":
		return of != "rep"
	case "support":
		return true
	case "manager":
		return of == "stranger"
	}
	return false
}

// TestCollaborators are named by those who decide who looks after a customer; one who has left since may stay, none may join.
func TestCollaborators(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	leaver := p.User(crm.RoleRep, nil)
	p.by["leaver"] = leaver
	customer := p.Customer(testapp.Fields{"owner": p.rep.Id, "collaborators": []string{leaver.Id}})
	leaver.Set("active", false)
	if err := p.Save(leaver); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		as     string
		change testapp.Fields
		code   string
		want   []string
	}{
		{"rep", testapp.Fields{"collaborators": []string{}}, "not_allowed", nil},
		{"rep", testapp.Fields{"collaborators+": p.id("stranger")}, "not_allowed", nil},
		{"manager", testapp.Fields{"collaborators+": p.id("left")}, "inactive", nil},
		{"director", testapp.Fields{"collaborators": []string{leaver.Id, p.id("left")}}, "inactive", nil},
		{"superuser", testapp.Fields{"collaborators+": p.id("left")}, "inactive", nil},
		{"manager", testapp.Fields{"collaborators+": p.id("director")}, "", []string{"leaver", "director"}},
		{"director", testapp.Fields{"collaborators": []string{leaver.Id, p.id("stranger")}}, "", []string{"leaver", "stranger"}},
		{"rep", testapp.Fields{"collaborators": []string{leaver.Id, p.id("stranger")}, "region": "江苏"}, "", []string{"leaver", "stranger"}}, // unchanged
		{"manager", testapp.Fields{"collaborators-": leaver.Id}, "", []string{"stranger"}},
	} {
		answer := p.server.Update(p.by[c.as], customer, c.change)
		if answer.Codes()["collaborators"] != c.code || (answer.Status == 200) != (c.code == "") {
			t.Errorf("%s writes %v: %d %s", c.as, c.change, answer.Status, answer.Body)
		}
		if c.code != "" {
			continue
		}
		var want []string
		for _, who := range c.want {
			want = append(want, p.id(who))
		}
		if got := p.Reload(customer).GetStringSlice("collaborators"); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s writes %v: the collaborators are %v, want %v", c.as, c.change, got, want)
		}
	}
	for as, code := range map[string]string{"rep": "not_allowed", "support": "not_allowed", "manager": "", "director": ""} {
		answer := p.server.Create(p.by[as], "customers", p.CustomerFields(testapp.Fields{"collaborators": []string{p.id("stranger")}}))
		if answer.Codes()["collaborators"] != code || (answer.Status == 200) != (code == "") {
			t.Errorf("%s enters a customer with a collaborator: %d %s", as, answer.Status, answer.Body)
		}
	}
}

// TestPatchArchives takes a stage of archived from those who may archive for archiving, and another from them for restoring.
func TestPatchArchives(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	archived := testapp.Fields{"stage": "archived", "archived_reason": "公司已注销"}
	for as, field := range map[string]string{
		"rep": "", "manager": "", "director": "", "superuser": "",
		"stranger": "stage", // a collaborator
	} {
		customer := p.Customer(testapp.Fields{"owner": p.rep.Id, "collaborators": []string{p.id("stranger")}})
		answer := p.server.Update(p.by[as], customer, archived)
		if field != "" {
			if answer.Status != 400 || answer.Codes()[field] != "not_allowed" {
				t.Errorf("%s archives: %d %s", as, answer.Status, answer.Body)
			}
			if answer = p.server.Update(p.by[as], customer, testapp.Fields{"archived_reason": "x"}); answer.Codes()["archived_reason"] != "not_allowed" {
				t.Errorf("%s gives a reason: %d %s", as, answer.Status, answer.Body)
			}
			continue
		}
		if answer.Status != 200 || answer.Text("stage") != "archived" {
			t.Fatalf("%s archives: %d %s", as, answer.Status, answer.Body)
		}
		p.wantFields(customer, map[string]string{"archived_from": "prospect", "archived_reason": "公司已注销", "rev": "1"})
		if got := p.server.Update(p.by[as], customer, testapp.Fields{"stage": "active"}).Want(400).Codes()["stage"]; got != crm.CodeComputed {
			t.Errorf("%s restores as another: %q", as, got)
		}
		if got := p.server.Update(p.by[as], customer, testapp.Fields{"archived_reason": ""}).Want(400).Codes()["archived_reason"]; got != crm.CodeRequired {
			t.Errorf("%s takes the reason away: %q", as, got)
		}
		p.server.Update(p.by[as], customer, testapp.Fields{"archived_reason": "重复客户"}).Want(200)
		p.server.Update(p.by[as], customer, testapp.Fields{"stage": "prospect"}).Want(200)
		p.wantFields(customer, map[string]string{"stage": "prospect", "archived_from": "", "archived_reason": "", "rev": "3"})
	}

	customer := p.Customer(testapp.Fields{"owner": p.rep.Id})
	for _, c := range []struct {
		as     string
		change testapp.Fields
		field  string
		code   string
	}{
		{"director", testapp.Fields{"stage": "archived"}, "archived_reason", crm.CodeRequired},
		{"director", testapp.Fields{"stage": "archived", "archived_reason": " 　"}, "archived_reason", crm.CodeRequired},
		{"director", testapp.Fields{"archived_reason": "公司已注销"}, "archived_reason", crm.CodeNotArchived},
		{"superuser", testapp.Fields{"archived_reason": "公司已注销"}, "archived_reason", crm.CodeNotArchived},
		{"rep", testapp.Fields{"stage": "active"}, "stage", crm.CodeComputed},
		{"director", testapp.Fields{"stage": ""}, "stage", crm.CodeComputed},
		{"superuser", testapp.Fields{"stage": "active"}, "stage", crm.CodeComputed},
		{"director", testapp.Fields{"stage": "gone"}, "stage", crm.CodeComputed},
		{"director", testapp.Fields{"archived_from": "active"}, "archived_from", crm.CodeComputed},
	} {
		answer := p.server.Update(p.by[c.as], customer, c.change)
		if answer.Status != 400 || answer.Codes()[c.field] != c.code {
			t.Errorf("%s writes %v: %d %s", c.as, c.change, answer.Status, answer.Body)
		}
	}
	p.wantFields(customer, map[string]string{"stage": "prospect", "archived_reason": "", "rev": "0"})
	for as, code := range map[string]string{"director": crm.CodeNotArchived, "superuser": crm.CodeNotArchived, "rep": crm.CodeNotArchived} {
		if got := p.server.Create(p.by[as], "customers", p.CustomerFields(testapp.Fields{"archived_reason": "x"})).Want(400).Codes()["archived_reason"]; got != code {
			t.Errorf("%s enters a customer with a reason: %q", as, got)
		}
	}
}

// TestDeletingACustomer refuses to take history along, whoever deletes; a customer entered by mistake goes with what the program
// wrote of it.
func TestDeletingACustomer(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	root := p.by["superuser"]
	path := func(record *core.Record) string {
		return "/api/collections/" + record.Collection().Name + "/records/" + record.Id
	}
	for name, made := range map[string]func(customer *core.Record){
		"contacts":   func(c *core.Record) { p.Contact(c, nil) },
		"orders":     func(c *core.Record) { p.Order(c, 10, nil) },
		"follow-ups": func(c *core.Record) { p.FollowUp(c, nil) },
		"tasks": func(c *core.Record) {
			p.Make("tasks", testapp.Fields{"customer": c.Id, "title": "寄样品", "kind": "other", "due_at": p.Clock.Now()})
		},
	} {
		customer := p.Customer(nil)
		made(customer)
		answer := p.server.Send(root, http.MethodDelete, path(customer), nil)
		if answer.Status != 400 || answer.Codes()["id"] != crm.CodeHasHistory {
			t.Errorf("deleting a customer with %s: %d %s", name, answer.Status, answer.Body)
		}
		p.Reload(customer)
	}
	mistake := p.Customer(testapp.Fields{"owner": p.rep.Id})
	for _, as := range []string{"rep", "support", "manager", "director"} {
		if answer := p.server.Send(p.by[as], http.MethodDelete, path(mistake), nil); answer.Status != 403 {
			t.Errorf("%s deletes a customer: %d %s", as, answer.Status, answer.Body)
		}
	}
	p.server.Send(root, http.MethodDelete, path(mistake), nil).Want(204)
	if _, err := p.FindRecordById("customers", mistake.Id); err == nil {
		t.Error("the customer is still there")
	}
	if _, err := p.FindFirstRecordByData("tier_changes", "customer", mistake.Id); err == nil {
		t.Error("a tier change of it is still there")
	}
}

// TestDeletingWhatWasAMistake lets a director delete contacts, orders and tasks; the customer is judged anew, and what named them
// stays as it was.
func TestDeletingWhatWasAMistake(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	remove := func(as string, record *core.Record) int {
		t.Helper()
		return p.server.Send(p.by[as], http.MethodDelete, "/api/collections/"+record.Collection().Name+"/records/"+record.Id, nil).Status
	}
	first := p.Contact(p.customer, testapp.Fields{"phone": "13800138000", "preferred_channel": "wechat"})
	second := p.Contact(p.customer, testapp.Fields{"left_on": p.Day(0), "successor": first.Id})
	order := p.Order(p.customer, 900000, nil)
	task := p.Make("tasks", testapp.Fields{"customer": p.customer.Id, "title": "寄样品", "kind": "other", "due_at": p.Clock.Now(), "assignee": p.rep.Id})
	followUp := p.recorded(testapp.Fields{"contact": first.Id, "their_people": []string{first.Id, second.Id}, "channel": "phone"})
	if !followUp.GetBool("channel_mismatch") {
		t.Fatal("the contact prefers another channel, and the follow-up does not say so")
	}
	p.wantFields(p.customer, map[string]string{"tier": "A", "open_tasks": "1"})
	for _, record := range []*core.Record{first, order, task} {
		for _, as := range []string{"rep", "support", "manager"} {
			if status := remove(as, record); status != 404 && status != 403 {
				t.Errorf("%s deletes one of %s: %d", as, record.Collection().Name, status)
			}
		}
	}
	p.server.Update(p.director, p.Reload(first), testapp.Fields{"left_on": p.Day(0)}).Want(200) // asks for a handover
	for _, record := range []*core.Record{order, task, first} {
		if status := remove("director", record); status != 204 {
			t.Errorf("a director deletes one of %s: %d", record.Collection().Name, status)
		}
	}
	p.wantFields(p.customer, map[string]string{"tier": "C", "annual_purchase": "0", "open_tasks": "0"})
	p.wantFields(p.first("tasks"), map[string]string{"kind": "handover", "status": "cancelled"})
	p.wantFields(followUp, map[string]string{"contact": "", "channel_mismatch": "true", "rev": "0"})
	if got := p.Reload(followUp).GetStringSlice("their_people"); len(got) != 1 || got[0] != second.Id {
		t.Errorf("the people of the follow-up are %v", got)
	}
	p.wantFields(second, map[string]string{"successor": ""})
}
