package crm_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"pgregory.net/rapid"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// world is an app on which random things happen to a few customers.
type world struct {
	*testapp.App
	customers []*core.Record
}

// TestQuietNightsLoseNothing writes and lets time pass at random. After the nightly runs, which assess only those whose moment
// has come, a run over all customers changes nothing; tier changes follow on each other; a light touch is open only for the
// silent, and once.
func TestQuietNightsLoseNothing(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	rep := app.User(crm.RoleRep, nil)
	rapid.Check(t, func(rt *rapid.T) {
		w := world{App: app}
		for i := range rapid.IntRange(1, 2).Draw(rt, "customers") {
			fields := testapp.Fields{"owner": rep.Id, "first_contact_on": app.Day(-rapid.IntRange(0, 60).Draw(rt, "first contact"))}
			w.customers = append(w.customers, w.make(rt, crm.CollectionCustomers, app.CustomerFields(fields)))
			rt.Logf("customer %d is %s", i, w.customers[i].Id)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"order": w.order, "cancel an order": w.cancelOrder, "follow up": w.followUp, "contact": w.contact, "task": w.task,
			"edit": w.edit, "pin": w.pin, "days pass": w.pass, "a day passes": w.pass, "": w.check,
		})
		w.night(rt)
		for _, customer := range w.customers { // they rest: the next history is about others
			w.update(rt, app.Reload(customer), testapp.Fields{"stage": "archived"})
		}
	})
}

func (w world) make(rt *rapid.T, collection string, fields testapp.Fields) *core.Record {
	record, err := w.TryMake(collection, fields)
	if err != nil {
		rt.Fatalf("%s %v: %v", collection, fields, err)
	}
	return record
}

func (w world) update(rt *rapid.T, record *core.Record, fields testapp.Fields) {
	record.Load(fields)
	if err := w.Save(record); err != nil {
		rt.Fatalf("%v: %v", fields, err)
	}
}

func (w world) customer(rt *rapid.T) *core.Record {
	return w.Reload(w.customers[rapid.IntRange(0, len(w.customers)-1).Draw(rt, "customer")])
}

// one picks a record of a collection that belongs to a customer of this history, or none.
func (w world) one(rt *rapid.T, collection, condition string) *core.Record {
	var records []*core.Record
	err := w.RecordQuery(collection).AndWhere(dbx.NewExp(condition)).
		AndWhere(dbx.NewExp("customer IN (SELECT id FROM customers WHERE stage != 'archived')")).OrderBy("rowid").All(&records)
	if err != nil {
		rt.Fatal(err)
	}
	if len(records) == 0 {
		return nil
	}
	return records[rapid.IntRange(0, len(records)-1).Draw(rt, "which")]
}

func (w world) ago(rt *rapid.T, most int) time.Time {
	hours := rapid.IntRange(0, 23).Draw(rt, "hours")
	return w.Clock.Now().AddDate(0, 0, -rapid.IntRange(0, most).Draw(rt, "days ago")).Add(-time.Duration(hours) * time.Hour)
}

func (w world) order(rt *rapid.T) {
	at := w.ago(rt, 400)
	if rapid.IntRange(0, 9).Draw(rt, "to come") == 0 {
		at = w.Clock.Now().Add(time.Duration(rapid.IntRange(1, 60).Draw(rt, "hours ahead")) * time.Hour)
	}
	w.make(rt, crm.CollectionOrders, testapp.Fields{
		"customer": w.customer(rt).Id, "ordered_at": at, "product": rapid.SampledFrom([]string{"", "阀门", "泵"}).Draw(rt, "product"),
		"amount": rapid.SampledFrom([]float64{0, 100, 60000.55, 150000, 500000, -30000}).Draw(rt, "amount"),
	})
}

func (w world) cancelOrder(rt *rapid.T) {
	if order := w.one(rt, crm.CollectionOrders, "true"); order != nil {
		w.update(rt, order, testapp.Fields{"cancelled": !order.GetBool("cancelled")})
	}
}

func (w world) followUp(rt *rapid.T) {
	at := w.ago(rt, 50)
	later := at.In(testapp.Zone).AddDate(0, 0, rapid.IntRange(0, 90).Draw(rt, "days ahead")).Format(time.DateOnly)
	fields := testapp.Fields{
		"started_at": at, "by": w.customerOwner(),
		"feedback": rapid.SampledFrom([]string{"positive", "neutral", "negative", "no_response"}).Draw(rt, "feedback"),
		"status":   rapid.SampledFrom([]string{"confirmed", "to_follow_up", "on_hold"}).Draw(rt, "status"),
	}
	switch fields["status"] {
	case "to_follow_up":
		fields["next_action"], fields["next_action_on"] = "寄样品", later
	case "on_hold":
		fields["resume_on"] = later
	}
	w.make(rt, crm.CollectionFollowUps, w.FollowUpFields(w.customer(rt), fields))
}

func (w world) customerOwner() string { return w.customers[0].GetString(crm.FieldOwner) }

func (w world) contact(rt *rapid.T) {
	fields := testapp.Fields{"customer": w.customer(rt).Id, "name": "张三", "is_decision_maker": rapid.Bool().Draw(rt, "decides")}
	if rapid.Bool().Draw(rt, "left") {
		fields["left_on"] = w.Day(0)
	}
	w.make(rt, crm.CollectionContacts, fields)
}

func (w world) task(rt *rapid.T) {
	task := w.one(rt, crm.CollectionTasks, "status != 'cancelled'")
	if task == nil {
		return
	}
	fields := testapp.Fields{"result": "已处理", "delay_reason": "等样品", "postpone_reason": "对方出差"}
	switch action := rapid.SampledFrom([]string{"done", "cancelled", "in_progress", "postponed"}).Draw(rt, "action"); action {
	case "postponed":
		fields["due_at"] = w.Clock.Now().AddDate(0, 0, rapid.IntRange(0, 60).Draw(rt, "postponed by"))
	default:
		fields["status"] = action
	}
	w.update(rt, task, fields)
}

func (w world) edit(rt *rapid.T) {
	w.update(rt, w.customer(rt), testapp.Fields{
		"intent":                   rapid.SampledFrom([]string{"", "high"}).Draw(rt, "intent"),
		"need":                     rapid.SampledFrom([]string{"", "strong", "some"}).Draw(rt, "need"),
		"declared_annual_purchase": rapid.SampledFrom([]float64{0, 120000, 600000}).Draw(rt, "declared"),
		"cooperation_since":        w.Day(rapid.IntRange(-800, 20).Draw(rt, "since")),
	})
}

func (w world) pin(rt *rapid.T) {
	fields := testapp.Fields{"tier_pin": "", "tier_pin_reason": "", "tier_pin_until": ""}
	if rapid.Bool().Draw(rt, "pinned") {
		fields = testapp.Fields{
			"tier_pin": rapid.SampledFrom([]string{"S", "A", "B", "C"}).Draw(rt, "tier"), "tier_pin_reason": "重点",
			"tier_pin_until": w.Day(rapid.IntRange(0, 20).Draw(rt, "until")),
		}
	}
	w.update(rt, w.customer(rt), fields)
}

// pass lets nights pass, some of which the program misses.
func (w world) pass(rt *rapid.T) {
	for range rapid.IntRange(1, 4).Draw(rt, "nights") {
		w.toNight()
		if rapid.IntRange(0, 3).Draw(rt, "missed") > 0 {
			w.runs(rt, crm.JobRun{Now: w.Clock.Now()})
		}
	}
	w.night(rt)
	w.Clock.Advance(time.Duration(rapid.IntRange(0, 20).Draw(rt, "hours")) * time.Hour)
}

// toNight moves the clock to the next 02:00.
func (w world) toNight() {
	y, m, d := w.Clock.Now().In(testapp.Zone).Date()
	w.Clock.Advance(time.Date(y, m, d+1, 2, 0, 0, 0, testapp.Zone).Sub(w.Clock.Now()))
}

// night makes the nightly run and compares it with one over all.
func (w world) night(rt *rapid.T) {
	w.toNight()
	w.runs(rt, crm.JobRun{Now: w.Clock.Now()})
	if result := w.runs(rt, crm.JobRun{Now: w.Clock.Now(), All: true}); result.Changed != 0 {
		rt.Fatalf("after the nightly run a run over all changes %d of %d", result.Changed, result.Examined)
	}
	for i := range 2 * len(watches) {
		result, err := watches[i%len(watches)](context.Background(), w, crm.JobRun{Now: w.Clock.Now()})
		if err != nil {
			rt.Fatal(err)
		}
		if i >= len(watches) && result.Examined > 0 {
			rt.Fatalf("the reminders, run again, find %d", result.Examined)
		}
	}
}

func (w world) runs(rt *rapid.T, run crm.JobRun) crm.JobResult {
	result, err := crm.RunTiers(context.Background(), w, run)
	if err != nil {
		rt.Fatal(err)
	}
	return result
}

// check holds after every step.
func (w world) check(rt *rapid.T) {
	for _, customer := range w.customers {
		customer = w.Reload(customer)
		var changes []struct{ From, To string }
		err := w.DB().NewQuery(`SELECT [[from]], [[to]] FROM tier_changes WHERE customer = {:id} ORDER BY rowid`).
			Bind(dbx.Params{"id": customer.Id}).All(&changes)
		if err != nil {
			rt.Fatal(err)
		}
		tier := ""
		for _, c := range changes {
			if c.From != tier || c.To == c.From {
				rt.Fatalf("tier changes of %s have a gap: %v", customer.Id, changes)
			}
			tier = c.To
		}
		if got := customer.GetString(crm.FieldTier); got != tier {
			rt.Fatalf("%s is of tier %s, its changes end in %s", customer.Id, got, tier)
		}
		w.checkTasks(rt, customer)
	}
}

func (w world) checkTasks(rt *rapid.T, customer *core.Record) {
	open, err := w.FindRecordsByFilter(crm.CollectionTasks,
		"customer = {:id} && (status = 'open' || status = 'in_progress' || status = 'delayed')", "", 0, 0, dbx.Params{"id": customer.Id})
	if err != nil {
		rt.Fatal(err)
	}
	if n := customer.GetInt(crm.FieldOpenTasks); n != len(open) {
		rt.Fatalf("open_tasks of %s is %d, want %d", customer.Id, n, len(open))
	}
	light := 0
	for _, task := range open {
		if task.GetString(crm.FieldKind) == crm.KindLightTouch {
			light++
			day := func(field string) string { return customer.GetDateTime(field).Time().Format(time.DateOnly) }
			want := fmt.Sprintf("light_touch:%s:%s:%s", customer.Id, day(crm.FieldSilentSince), day(crm.FieldNextFollowUpOn))
			if key := task.GetString(crm.FieldKey); key != want || !customer.GetBool(crm.FieldSilent) {
				rt.Fatalf("the light touch %s is open; silent %v, wanted %s", key, customer.GetBool(crm.FieldSilent), want)
			}
		}
	}
	if light > 1 {
		rt.Fatalf("%d light touches are open for %s", light, customer.Id)
	}
}
