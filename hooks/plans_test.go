package hooks_test

import (
	"testing"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestPlansStayWithTheirTeam: a manager plans for the own team, and gives no plan away that could not have been made for where it goes.
func TestPlansStayWithTheirTeam(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := o.Team("华北")
	plan := o.find(crm.CollectionPlans, o.server.Create(o.manager, crm.CollectionPlans, testapp.Fields{
		"name": "三季度", "period": "2026-Q3", "team": o.team.Id,
	}).Want(200).Text("id"))
	for _, team := range []string{other.Id, ""} {
		if codes := o.server.Update(o.manager, plan, testapp.Fields{"team": team}).Want(400).Codes(); codes["team"] != "not_allowed" {
			t.Errorf("to team %q: got %v", team, codes)
		}
	}
	o.server.Update(o.manager, plan, testapp.Fields{"name": "第三季度", "team": o.team.Id, "owner": o.rep.Id}).Want(200)
	o.server.Update(o.rep, plan, testapp.Fields{"name": "我的"}).Want(403)
	o.server.Update(o.director, plan, testapp.Fields{"team": other.Id}).Want(200)
	o.server.Update(o.manager, plan, testapp.Fields{"team": o.team.Id}).Want(404)
}

// TestTaskOfAPlanUnseen: nobody puts a task into a plan they do not see, nor learns whether there is such a plan.
func TestTaskOfAPlanUnseen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	far := o.User(crm.RoleRep, testapp.Fields{"team": o.Team("华南").Id})
	theirs := o.Customer(testapp.Fields{"owner": far.Id})
	plan := o.Make(crm.CollectionPlans, testapp.Fields{"name": "三季度", "period": "2026-Q3", "team": o.team.Id, "owner": o.manager.Id})
	task := func(plan string) testapp.Fields {
		return testapp.Fields{"customer": theirs.Id, "title": "回访", "kind": "other", "due_at": o.Day(3), "plan": plan}
	}
	moved := o.find("tasks", o.server.Create(far, "tasks", task("")).Want(200).Text("id"))
	for _, id := range []string{plan.Id, "nosuchplan00000"} {
		if codes := o.server.Create(far, "tasks", task(id)).Want(400).Codes(); codes["plan"] != "unknown_plan" {
			t.Errorf("created in %s: got %v", id, codes)
		}
		if codes := o.server.Update(far, moved, testapp.Fields{"plan": id}).Want(400).Codes(); codes["plan"] != "unknown_plan" {
			t.Errorf("moved to %s: got %v", id, codes)
		}
	}
	o.server.Create(o.rep, "tasks", testapp.Fields{"customer": o.customer.Id, "title": "回访", "kind": "other", "due_at": o.Day(3), "plan": plan.Id}).Want(200)
}
