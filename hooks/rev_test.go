package hooks_test

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"touchbase/internal/testapp"
)

// TestRev counts the changes people make, and not those of the system.
func TestRev(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.server.Update(o.rep, o.customer, testapp.Fields{"region": "苏州"}).Want(200)
	o.server.Update(o.rep, o.customer, testapp.Fields{"region": "苏州", "notes": "喜欢喝茶"}).Want(200)
	o.server.Update(o.rep, o.customer, testapp.Fields{"region": "苏州"}).Want(200) // changes nothing
	o.wantFields(o.customer, map[string]string{"rev": "2"})

	followUp := o.recorded(testapp.Fields{"status": "to_follow_up", "next_action": "报价", "next_action_on": o.Day(2)})
	o.Order(o.customer, 900000, nil)
	o.wantFields(o.customer, map[string]string{"rev": "2", "stage": "active", "value": "high"})
	o.server.Update(o.rep, o.task(followUp, "next_action"), testapp.Fields{"status": "done"}).Want(200)
	o.wantFields(followUp, map[string]string{"rev": "0", "status": "confirmed"}) // the system's change

	first := o.Contact(o.customer, nil)
	o.Contact(o.customer, testapp.Fields{"is_primary": true})
	o.wantFields(first, map[string]string{"rev": "0", "is_primary": "false"})
}

// TestConflict refuses a write made on an older version, however it names the version and whatever way it comes.
func TestConflict(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.server.Update(o.rep, o.customer, testapp.Fields{"region": "苏州"}).Want(200) // rev 1
	path := "/api/collections/customers/records/" + o.customer.Id

	answer := o.server.Update(o.manager, o.customer, testapp.Fields{"region": "无锡", "notes": "", "rev": 0}).Want(409)
	data, _ := answer.Data["data"].(map[string]any)
	rev, _ := data["rev"].(map[string]any)
	region, _ := data["region"].(map[string]any)
	if rev["code"] != "conflict" || region["code"] != "changed" || data["notes"] != nil {
		t.Errorf("the conflict says %s", answer.Body)
	}
	if params, _ := region["params"].(map[string]any); params["value"] != "苏州" {
		t.Errorf("the conflict does not say what region holds now: %s", answer.Body)
	}
	for _, match := range []string{`"0"`, `W/"0"`, "0", `"nonsense"`, `"2"`} {
		o.server.Update(o.manager, o.customer, testapp.Fields{"region": "无锡"}, "If-Match", match).Want(409)
	}
	batch := func(request testapp.Fields) testapp.Answer {
		return o.server.Send(o.manager, http.MethodPost, "/api/batch", testapp.Fields{"requests": []any{
			testapp.Fields{"method": "PATCH", "url": path, "body": testapp.Fields{"notes": "先写的"}}, request,
		}})
	}
	for name, request := range map[string]testapp.Fields{
		"patch":        {"method": "PATCH", "url": path, "body": testapp.Fields{"region": "无锡", "rev": 1}},
		"patch, match": {"method": "PATCH", "url": path, "body": testapp.Fields{"region": "无锡"}, "headers": map[string]string{"If-Match": `"1"`}},
		"upsert":       {"method": "PUT", "url": "/api/collections/customers/records", "body": testapp.Fields{"id": o.customer.Id, "region": "无锡", "rev": 1}},
	} {
		if answer := batch(request); answer.Status == 200 {
			t.Errorf("%s: a batch whose first request moved the version from 1 is accepted: %s", name, answer.Body)
		}
	}
	o.wantFields(o.customer, map[string]string{"region": "苏州", "rev": "1", "notes": ""})

	if answer := batch(testapp.Fields{"method": "PUT", "url": "/api/collections/customers/records", "body": testapp.Fields{"id": o.customer.Id, "region": "无锡", "rev": 2}}); answer.Status != 200 {
		t.Errorf("an upsert on the present version: %s", answer.Body)
	}
	o.wantFields(o.customer, map[string]string{"region": "无锡", "rev": "3", "notes": "先写的"})
	for _, match := range []string{`"3"`, `W/"4"`, "*"} {
		o.server.Update(o.manager, o.customer, testapp.Fields{"region": "x" + match}, "If-Match", match).Want(200)
	}
}

// TestWhatChangedSince tells whoever wrote on an older version what others changed since, as far as they may read it.
func TestWhatChangedSince(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.server.Update(o.rep, o.customer, testapp.Fields{"region": "苏州"}).Want(200)                           // rev 1
	o.server.Update(o.rep, o.customer, testapp.Fields{"decision_maker": "王总", "core_need": "快"}).Want(200) // rev 2
	o.Order(o.customer, 900000, nil)                                                                       // the system's changes are no conflict
	codes := o.server.Update(o.User("support", nil), o.customer, testapp.Fields{"region": "无锡", "rev": 0}).Codes()
	if codes["rev"] == "conflict" {
		t.Error("somebody who may not change it is told what changed")
	}
	codes = o.server.Update(o.manager, o.customer, testapp.Fields{"address": "解放路", "rev": 1}).Want(409).Codes()
	if want := map[string]string{"rev": "conflict", "decision_maker": "changed", "core_need": "changed", "address": "changed"}; !maps.Equal(codes, want) {
		t.Errorf("the conflict names %v, want %v", codes, want)
	}
	other := o.User("support", nil)
	o.Make("tasks", testapp.Fields{"customer": o.customer.Id, "title": "看看", "kind": "other", "due_at": o.At(0), "priority": "normal", "status": "open", "assignee": other.Id, "given_by": o.rep.Id})
	codes = o.server.Update(other, o.customer, testapp.Fields{"core_need": "慢", "rev": 1}).Want(409).Codes()
	if want := map[string]string{"rev": "conflict", "core_need": "changed"}; !maps.Equal(codes, want) {
		t.Errorf("the conflict names %v to somebody who may not read more, want %v", codes, want)
	}
}

// TestMergeByField lets two people who name no version change different fields of a record each has read before.
func TestMergeByField(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.server.Update(o.rep, o.customer, testapp.Fields{"region": "苏州"}).Want(200)
	o.server.Update(o.manager, o.customer, testapp.Fields{"notes": "喜欢喝茶"}).Want(200)
	o.wantFields(o.customer, map[string]string{"region": "苏州", "notes": "喜欢喝茶", "rev": "2"})

	old := o.Reload(o.customer) // a job that read before somebody wrote
	o.server.Update(o.rep, o.customer, testapp.Fields{"region": "无锡"}).Want(200)
	old.Set("notes", "已核对")
	if err := o.Save(old); err != nil {
		t.Fatal(err)
	}
	o.wantFields(o.customer, map[string]string{"region": "无锡", "notes": "已核对"})
}

// TestAtOnce sends many changes at the same time: without version each keeps its field, on one version one of them wins.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	atOnce := func(bodies []testapp.Fields) map[int]int {
		answers := make([]testapp.Answer, len(bodies))
		var wait sync.WaitGroup
		for i, body := range bodies {
			wait.Go(func() { answers[i] = o.server.Update(o.rep, o.customer, body) })
		}
		wait.Wait()
		statuses := map[int]int{}
		for _, answer := range answers {
			statuses[answer.Status]++
		}
		return statuses
	}
	fields := strings.Fields("region address pain_points core_need future_need long_term_goal decision_maker competitors notes")
	var merged, same []testapp.Fields
	want := map[string]string{"rev": "9"}
	for _, field := range fields {
		merged = append(merged, testapp.Fields{field: "新的" + field})
		same = append(same, testapp.Fields{"region": "由" + field, "rev": len(fields)})
		want[field] = "新的" + field
	}
	if got := atOnce(merged); got[200] != len(fields) {
		t.Errorf("changes of different fields were answered %v", got)
	}
	o.wantFields(o.customer, want)
	if got := atOnce(same); got[200] != 1 || got[409] != len(fields)-1 {
		t.Errorf("changes on one version were answered %v", got)
	}
	o.wantFields(o.customer, map[string]string{"rev": "10"})
}

// TestRevThatIsNone refuses versions that no record has, and counting one up.
func TestRevThatIsNone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.server.Update(o.rep, o.customer, testapp.Fields{"region": "江苏", "rev": 0.5}).Want(409)
	o.server.Update(o.rep, o.customer, testapp.Fields{"region": "江苏"}, "If-Match", "abc").Want(409)
	answer := o.server.Update(o.rep, o.customer, testapp.Fields{"region": "江苏", "rev+": 1}).Want(400)
	if code := answer.Codes()["rev"]; code != "computed" {
		t.Errorf("rev+ is refused with %q", code)
	}
	if region := o.Reload(o.customer).GetString("region"); region == "江苏" {
		t.Error("a refused write was written")
	}
}

// TestTwentyAtOnce counts every one of twenty additions made at the same moment, to a hidden number and to one everybody reads, by
// themselves and in batches.
func TestTwentyAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const many = 20
	policy := o.first("policy")
	days := policy.GetInt("lead_days")
	var wait sync.WaitGroup
	for range many {
		wait.Go(func() {
			answer := o.server.Update(o.rep, o.customer, testapp.Fields{"annual_revenue+": 1})
			if answer.Status != 200 {
				t.Errorf("an addition is answered %d %s", answer.Status, answer.Body)
			}
		})
		wait.Go(func() {
			request := testapp.Fields{"method": "PATCH", "url": "/api/collections/policy/records/" + policy.Id, "body": testapp.Fields{"lead_days+": 1}}
			answer := o.server.Send(o.director, http.MethodPost, "/api/batch", testapp.Fields{"requests": []any{request}})
			if answer.Status != 200 {
				t.Errorf("an addition in a batch is answered %d %s", answer.Status, answer.Body)
			}
		})
	}
	wait.Wait()
	o.wantFields(o.customer, map[string]string{"annual_revenue": "20", "rev": "20"})
	if got := o.Reload(policy); got.GetInt("lead_days") != days+many || got.GetInt("rev") != many {
		t.Errorf("lead_days is %d at rev %d, want %d at %d", got.GetInt("lead_days"), got.GetInt("rev"), days+many, many)
	}
}
