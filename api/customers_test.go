package api_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// office is an app that serves, with people of two teams and of none.
type office struct {
	*testapp.App
	t      *testing.T
	server *testapp.Server
	team   *core.Record
	by     map[string]*core.Record // by what they are
}

func newOffice(t *testing.T) *office {
	t.Helper()
	app := testapp.New(t)
	settings := app.Settings()
	settings.RateLimits.Enabled = false // of an address; here everybody has the same
	if err := app.Save(settings); err != nil {
		t.Fatal(err)
	}
	o := &office{App: app, t: t, server: app.Serve(), team: app.Team("华东")}
	elsewhere := app.Team("华南")
	o.by = map[string]*core.Record{
		"guest": nil, "director": app.User(crm.RoleDirector, nil), "superuser": app.Superuser(),
		"rep": app.User(crm.RoleRep, testapp.Fields{"team": o.team.Id, "name": "王芳"}),
		// a collaborator of what is the rep's, of no team
		"collaborator":  app.User(crm.RoleRep, nil),
		"colleague":     app.User(crm.RoleRep, testapp.Fields{"team": o.team.Id}),
		"stranger":      app.User(crm.RoleRep, testapp.Fields{"team": elsewhere.Id}),
		"support":       app.User(crm.RoleSupport, testapp.Fields{"team": o.team.Id}),
		"manager":       app.User(crm.RoleManager, testapp.Fields{"team": o.team.Id}),
		"other manager": app.User(crm.RoleManager, testapp.Fields{"team": elsewhere.Id}),
		"left":          app.User(crm.RoleRep, testapp.Fields{"team": o.team.Id, "active": false}),
	}
	return o
}

// customer makes a customer of the rep's with the collaborator, or one in the pool.
func (o *office) customer(pool bool) *core.Record {
	o.t.Helper()
	if pool {
		return o.Customer(nil)
	}
	return o.Customer(testapp.Fields{"owner": o.by["rep"].Id, "collaborators": []string{o.by["collaborator"].Id}})
}

// do posts an act on a customer.
func (o *office) do(as string, customer *core.Record, act string, body any) testapp.Answer {
	o.t.Helper()
	return o.server.Send(o.by[as], http.MethodPost, "/api/crm/customers/"+customer.Id+"/"+act, body)
}

// setPolicy changes fields of the policy.
func (o *office) setPolicy(fields testapp.Fields) {
	o.t.Helper()
	policy, err := o.FindFirstRecordByFilter("policy", "")
	if err != nil {
		o.t.Fatal(err)
	}
	o.server.Update(o.by["director"], policy, fields).Want(200)
}

// notes counts the entries of the audit log with a note about a record, by an actor.
func (o *office) notes(actor string, record *core.Record, action, note string) (n int) {
	o.t.Helper()
	err := o.DB().Select("count(*)").From(crm.CollectionAuditLog).Where(dbx.HashExp{
		"actor": o.by[actor].Id, "collection": record.Collection().Name, "record": record.Id, "action": action, "note": note,
	}).Row(&n)
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// remind reminds of tasks, as the job of that name does.
func (o *office) remind() {
	o.t.Helper()
	if _, err := crm.RunReminders(context.Background(), o, crm.JobRun{Now: o.Clock.Now()}); err != nil {
		o.t.Fatal(err)
	}
}

// TestWhoActsOnACustomer tries every act of every role on a customer of the rep's and on one in the pool.
func TestWhoActsOnACustomer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	colleague := o.by["colleague"].Id
	for _, c := range []struct {
		as                               string
		take, reassign, archive, restore int // of the rep's
		takePool, archivePool            int
	}{
		{"guest", 401, 401, 401, 401, 401, 401},
		{"left", 403, 403, 403, 403, 403, 403},
		{"rep", 409, 403, 200, 200, 200, 403},
		{"collaborator", 409, 403, 403, 403, 200, 403},
		{"colleague", 409, 403, 403, 403, 200, 403},
		{"stranger", 404, 404, 404, 404, 200, 403},
		{"support", 403, 403, 403, 403, 403, 403},
		{"manager", 409, 200, 200, 200, 200, 403},
		{"other manager", 409, 403, 403, 403, 200, 403},
		{"director", 409, 200, 200, 200, 200, 200},
		{"superuser", 403, 200, 200, 200, 403, 200},
	} {
		for _, try := range []struct {
			act        string
			body       any
			pool, away bool
			want       int
		}{
			{"take", nil, false, false, c.take},
			{"reassign", testapp.Fields{"owner": colleague}, false, false, c.reassign},
			{"archive", testapp.Fields{"reason": "公司已注销"}, false, false, c.archive},
			{"restore", nil, false, true, c.restore},
			{"take", nil, true, false, c.takePool},
			{"archive", testapp.Fields{"reason": "公司已注销"}, true, false, c.archivePool},
		} {
			customer := o.customer(try.pool)
			if try.away {
				o.do("director", customer, "archive", testapp.Fields{"reason": "公司已注销"}).Want(200)
			}
			before := o.Reload(customer)
			answer := o.do(c.as, customer, try.act, try.body)
			if answer.Status != try.want {
				t.Errorf("%s, %s, pool %t: got %d, want %d: %s", c.as, try.act, try.pool, answer.Status, try.want, answer.Body)
				continue
			}
			if answer.Status == 200 {
				if got := answer.Data["rev"]; got != before.GetFloat("rev")+1 || answer.Text("id") != customer.Id {
					t.Errorf("%s, %s: answered %s", c.as, try.act, answer.Body)
				}
				if o.notes(c.as, customer, "update", try.act) == 0 {
					t.Errorf("%s, %s: the audit log does not say so", c.as, try.act)
				}
				continue
			}
			if after := o.Reload(customer); after.GetString("owner") != before.GetString("owner") || after.GetString("stage") != before.GetString("stage") || after.GetInt("rev") != before.GetInt("rev") {
				t.Errorf("%s, %s: refused, and done all the same", c.as, try.act)
			}
			if message := answer.Text("message"); len(message) < 10 || answer.Status == 409 && len(answer.Codes()) == 0 {
				t.Errorf("%s, %s: the refusal says %q, %v", c.as, try.act, message, answer.Codes())
			}
		}
	}
	if got := o.server.Send(o.by["director"], http.MethodPost, "/api/crm/customers/nobodyhasthisid/archive", testapp.Fields{"reason": "x"}); got.Status != 404 {
		t.Errorf("a customer there is none of: %d", got.Status)
	}
}

// TestTake makes whoever takes a customer its owner, brings it to their team, and counts by the day of the policy.
func TestTake(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.setPolicy(testapp.Fields{"take_per_day": 2})
	for i, want := range []int{200, 200, 403} {
		customer := o.customer(true)
		answer := o.do("rep", customer, "take", nil).Want(want)
		if want == 403 {
			if answer.Codes()["owner"] != crm.CodeTakePerDay || !strings.Contains(answer.Text("message"), "2") {
				t.Errorf("the third is refused with %s", answer.Body)
			}
			continue
		}
		if answer.Text("owner") != o.by["rep"].Id || answer.Text("team") != o.team.Id {
			t.Errorf("taking the %d. answers %s", i+1, answer.Body)
		}
	}
	o.do("colleague", o.customer(true), "take", nil).Want(200) // each person by themselves
	o.Clock.Advance(14*time.Hour - time.Second)                // 23:59:59
	o.do("rep", o.customer(true), "take", nil).Want(403)
	o.Clock.Advance(time.Second)
	o.do("rep", o.customer(true), "take", nil).Want(200)
	o.setPolicy(testapp.Fields{"take_per_day": 0})
	o.do("manager", o.customer(true), "take", nil).Want(403)

	archived := o.customer(true)
	o.do("director", archived, "archive", testapp.Fields{"reason": "x"}).Want(200)
	if got := o.do("rep", archived, "take", nil).Want(409).Codes()["stage"]; got != crm.CodeArchived {
		t.Errorf("an archived customer is refused with %q", got)
	}
}

// TestTakingAtOnce gives a customer to one of several who take it at the same moment, and tells the others to whom; and lets
// nobody take more than they may by taking many at once.
func TestTakingAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	customer := o.customer(true)
	takers := []string{"rep", "colleague", "stranger", "manager", "other manager", "director", "collaborator"}
	answers := make([]testapp.Answer, len(takers))
	var group sync.WaitGroup
	for i, who := range takers {
		group.Go(func() { answers[i] = o.do(who, customer, "take", nil) })
	}
	group.Wait()
	owner, err := o.FindRecordById("users", o.Reload(customer).GetString("owner"))
	if err != nil {
		t.Fatal(err)
	}
	taken := 0
	for i, answer := range answers {
		switch answer.Status {
		case 200:
			taken++
		case 409:
			if answer.Codes()["owner"] != crm.CodeTaken || !strings.Contains(answer.Text("message"), owner.GetString("name")) {
				t.Errorf("%s is told %s", takers[i], answer.Body)
			}
		default:
			t.Errorf("%s is answered %d %s", takers[i], answer.Status, answer.Body)
		}
	}
	if taken != 1 {
		t.Errorf("%d people took it", taken)
	}

	o.Clock.Advance(24 * time.Hour)
	o.setPolicy(testapp.Fields{"take_per_day": 3})
	many := make([]testapp.Answer, 8)
	for i := range many {
		free := o.customer(true)
		group.Go(func() { many[i] = o.do("rep", free, "take", nil) })
	}
	group.Wait()
	statuses := map[int]int{}
	for _, answer := range many {
		statuses[answer.Status]++
	}
	if statuses[200] != 3 || statuses[403] != 5 {
		t.Errorf("of 8 at once with 3 a day: %v", statuses)
	}
}

// TestReassignReads refuses what names no owner.
func TestReassignReads(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	customer := o.customer(false)
	for name, c := range map[string]struct {
		body  any
		field string
		code  string
	}{
		"nothing":       {testapp.Fields{}, "owner", crm.CodeRequired},
		"a list":        {testapp.Fields{"owner": []string{"x"}}, "owner", crm.CodeUnreadableText},
		"more":          {testapp.Fields{"owner": "", "name": "x"}, "name", crm.CodeUnknownField},
		"nobody's id":   {testapp.Fields{"owner": "000000000000000"}, "owner", "validation_missing_rel_records"},
		"no id at all":  {testapp.Fields{"owner": "王芳"}, "owner", "validation_missing_rel_records"},
		"somebody left": {testapp.Fields{"owner": o.by["left"].Id}, "owner", "inactive"},
	} {
		answer := o.do("director", customer, "reassign", c.body)
		if answer.Status != 400 || answer.Codes()[c.field] != c.code {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	answer := o.do("director", customer, "reassign", testapp.Fields{"owner": o.by["rep"].Id}).Want(200)
	if answer.Data["rev"] != 0.0 {
		t.Errorf("giving it to whom it belongs is counted as a change: %s", answer.Body)
	}
	task := o.Make("tasks", testapp.Fields{"customer": customer.Id, "title": "寄样品", "kind": "other", "due_at": o.Clock.Now(), "assignee": o.by["rep"].Id})
	answer = o.do("manager", customer, "reassign", testapp.Fields{"owner": nil}).Want(200)
	if answer.Text("owner") != "" || answer.Text("team") != o.team.Id {
		t.Errorf("in the pool it is %s", answer.Body)
	}
	if got := o.Reload(task).GetString("assignee"); got != o.by["manager"].Id {
		t.Errorf("the task of the former owner is %q's", got)
	}
	if _, shown := o.do("manager", customer, "reassign", testapp.Fields{"owner": o.by["colleague"].Id}).Want(200).Data["name_key"]; shown {
		t.Error("the answer shows a hidden field")
	}
}

// TestArchivedCustomersRest takes the tasks of an archived customer out of every queue until it returns as what it was.
func TestArchivedCustomersRest(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	customer := o.customer(false)
	order := o.Order(customer, 900000, nil)
	task := o.Make("tasks", testapp.Fields{
		"customer": customer.Id, "title": "寄样品", "kind": "other", "due_at": o.Clock.Now().Add(time.Hour), "assignee": o.by["rep"].Id,
	})
	before := o.Reload(customer)
	if before.GetString("stage") != "active" || before.GetString("tier") != "A" {
		t.Fatalf("the customer is %s, %s", before.GetString("stage"), before.GetString("tier"))
	}
	if got := o.do("rep", customer, "archive", testapp.Fields{}).Want(400).Codes()["archived_reason"]; got != crm.CodeRequired {
		t.Errorf("archiving without reason is refused with %q", got)
	}
	answer := o.do("rep", customer, "archive", testapp.Fields{"reason": " 公司已注销 "}).Want(200)
	if answer.Text("archived_reason") != "公司已注销" || answer.Text("stage") != "archived" {
		t.Errorf("archiving answers %s", answer.Body)
	}
	if _, shown := answer.Data["archived_from"]; shown {
		t.Error("the answer shows a hidden field")
	}
	if got := o.do("rep", customer, "archive", testapp.Fields{"reason": "x"}).Want(409).Codes()["stage"]; got != crm.CodeArchived {
		t.Errorf("archiving twice is refused with %q", got)
	}
	o.Clock.Advance(72 * time.Hour)
	if err := o.Delete(o.Reload(order)); err != nil { // a mistake; the customer stays what it was
		t.Fatal(err)
	}
	o.remind()
	away := o.Reload(task)
	if away.GetString("status") != "open" || away.GetString("reminded_at") != "" || away.GetString("escalated_at") != "" {
		t.Errorf("the task of an archived customer is %s, reminded %q, escalated %q", away.GetString("status"), away.GetString("reminded_at"), away.GetString("escalated_at"))
	}
	if got := o.Reload(customer); got.GetString("tier") != "A" || got.GetString("next_follow_up_on") != before.GetString("next_follow_up_on") {
		t.Errorf("away it became %s, next %s", got.GetString("tier"), got.GetString("next_follow_up_on"))
	}
	answer = o.do("manager", customer, "restore", nil).Want(200)
	if answer.Text("stage") != "active" || answer.Text("archived_reason") != "" || answer.Text("tier") != "C" || answer.Data["rev"] != 2.0 {
		t.Errorf("restoring answers %s", answer.Body)
	}
	if got := o.do("manager", customer, "restore", nil).Want(409).Codes()["stage"]; got != crm.CodeNotArchived {
		t.Errorf("restoring twice is refused with %q", got)
	}
	o.remind()
	if back := o.Reload(task); back.GetString("status") != "delayed" || back.GetString("escalated_at") == "" {
		t.Errorf("back, the task is %s, escalated %q", back.GetString("status"), back.GetString("escalated_at"))
	}
	for _, note := range []string{crm.NoteArchive, crm.NoteRestore} {
		who := map[string]string{crm.NoteArchive: "rep", crm.NoteRestore: "manager"}[note]
		if o.notes(who, customer, "update", note) == 0 {
			t.Errorf("the audit log says nothing of %s", note)
		}
	}
}

// TestRestoredWithoutOwner lets a customer return whose owner left meanwhile once somebody else owns it.
func TestRestoredWithoutOwner(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	customer := o.customer(false)
	o.do("rep", customer, "archive", testapp.Fields{"reason": "公司已注销"}).Want(200)
	o.server.Update(o.by["director"], o.by["rep"], testapp.Fields{"active": false}).Want(200)
	if got := o.do("manager", customer, "restore", nil).Want(400).Codes()["owner"]; got != "inactive" {
		t.Errorf("restoring it is refused with %q", got)
	}
	if got := o.server.Update(o.by["manager"], customer, testapp.Fields{"stage": "prospect"}).Want(400).Codes()["owner"]; got != "inactive" {
		t.Errorf("writing its stage is refused with %q", got)
	}
	o.do("manager", customer, "reassign", testapp.Fields{"owner": o.by["colleague"].Id}).Want(200)
	o.do("manager", customer, "restore", nil).Want(200)
}

// TestRestoredByItsOrders returns a customer as active that was archived before its former stage was remembered, and ordered.
func TestRestoredByItsOrders(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for ordered, want := range map[bool]string{true: "active", false: "prospect"} {
		customer := o.customer(false)
		if ordered {
			o.Order(customer, 10, nil)
		}
		if _, err := o.DB().NewQuery("UPDATE customers SET stage = 'archived' WHERE id = {:id}").Bind(dbx.Params{"id": customer.Id}).Execute(); err != nil {
			t.Fatal(err)
		}
		if got := o.do("rep", customer, "restore", nil).Want(200).Text("stage"); got != want {
			t.Errorf("ordered %t: it returns as %s, want %s", ordered, got, want)
		}
	}
}

// TestActingWithoutRights refuses somebody who lost their rights since they signed in.
func TestActingWithoutRights(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	customer := o.customer(true)
	for name, change := range map[string]testapp.Fields{
		"support now": {"role": "support"}, "without role": {"role": ""}, "deactivated": {"active": false},
	} {
		user := o.Reload(o.User(crm.RoleRep, testapp.Fields{"team": o.team.Id}))
		o.by[name] = user
		for field, value := range change {
			user.Set(field, value)
		}
		if err := o.SaveNoValidate(user); err != nil { // a role is required
			t.Fatal(err)
		}
		if got := o.do(name, customer, "take", nil); got.Status != 403 {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	if got := o.Reload(customer).GetString("owner"); got != "" {
		t.Errorf("the owner is %q", got)
	}
}
