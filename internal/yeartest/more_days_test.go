package yeartest_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"touchbase/imports"
	"touchbase/internal/testapp"
)

func (w *walk) contact(c *client) bool {
	if r := w.one("contacts", c); r != nil && w.chance(0.5) {
		if !r.GetDateTime("left_on").IsZero() && w.chance(0.4) {
			return w.save(c, r, testapp.Fields{"left_on": ""})
		}
		if r.GetDateTime("left_on").IsZero() {
			return w.save(c, r, testapp.Fields{"is_primary": true})
		}
	}
	return w.make(c, "contacts", testapp.Fields{"name": fmt.Sprintf("联系人%d", w.numbers["contacts"])})
}

// leave has a contact leave, mostly the primary one, with or without a successor.
func (w *walk) leave(c *client) bool {
	all := w.all("contacts", c)
	var stay []string
	for _, r := range all {
		if r.GetDateTime("left_on").IsZero() && !r.GetBool("is_primary") {
			stay = append(stay, r.Id)
		}
	}
	for _, r := range all {
		if !r.GetDateTime("left_on").IsZero() || !r.GetBool("is_primary") && w.chance(0.8) {
			continue
		}
		fields := testapp.Fields{"left_on": w.on(-w.rng.IntN(6))}
		if w.chance(0.15) {
			fields["left_on"] = w.on(w.rng.IntN(12)) // announced
		}
		if r.GetBool("is_primary") && len(stay) > 0 && w.chance(0.6) {
			fields["successor"] = w.pick(stay...)
		}
		return w.save(c, r, fields)
	}
	return false
}

// task does something with an open task: does it, drops it, begins it, puts it off.
func (w *walk) task(c *client) bool {
	list, err := w.app.FindRecordsByFilter("tasks", "customer = {:id} && (status = 'open' || status = 'delayed' || status = 'in_progress')", "@rowid", 0, 0,
		map[string]any{"id": c.id})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(list) == 0 {
		return false
	}
	r := list[w.rng.IntN(len(list))]
	own := c.ledger.tasks[r.GetString("key")]
	if own == nil {
		own = &ruleTask{} // not of a rule that is followed here
	}
	fields := testapp.Fields{"delay_reason": "等样品", "postpone_reason": "对方出差"}
	now := w.app.Clock.Now()
	switch p := w.rng.Float64(); {
	case p < 0.4:
		fields["status"], fields["result"] = done, "已处理"
		own.status, own.result = done, true
	case p < 0.5:
		fields["status"] = cancelled
		own.status = cancelled
		if r.GetString("kind") == "negative_feedback" {
			fields["result"] = "客户并无不满"
		}
	case p < 0.6:
		fields["status"], fields["result"] = cancelled, "客户不需要"
		own.status, own.result = cancelled, true
	case p < 0.75:
		fields["status"] = inProgress
		own.status = inProgress
	case p < 0.8:
		fields["result"] = "已留言"
		own.result = true
	default:
		due := now.Add(time.Duration(1+w.rng.IntN(20)) * 24 * time.Hour)
		if due.After(r.GetDateTime("due_at").Time()) {
			own.postponed++
		}
		fields["due_at"] = due
		own.due, own.noticed = due, false
		if own.status == delayed {
			own.status = open
		}
	}
	return w.save(c, r, fields)
}

func (w *walk) openCase(c *client) bool {
	return w.make(c, "cases", testapp.Fields{
		"kind": w.pick("question", "complaint", "complaint", "request"), "severity": w.pick("minor", "minor", "major"), "subject": "轴承异响",
		"opened_at": w.recently(c),
	})
}

// caseStep answers, resolves or reopens a case.
func (w *walk) caseStep(c *client) bool {
	r := w.one("cases", c)
	if r == nil {
		return false
	}
	now := w.app.Clock.Now()
	fields := testapp.Fields{}
	switch {
	case !r.GetDateTime("resolved_at").IsZero():
		w.reopened[r.Id]++
		fields["resolved_at"] = ""
	case w.chance(0.2):
		fields["responded_at"] = now
	case w.chance(0.1):
		fields["severity"] = w.pick("minor", "major")
	case w.chance(0.1):
		fields["kind"] = w.pick("question", "complaint", "request")
	default:
		fields["resolved_at"] = now
	}
	return w.save(c, r, fields)
}

func (w *walk) survey(c *client) bool {
	answer := testapp.Fields{"nps": w.rng.IntN(11), "satisfaction": 3 + w.rng.IntN(8)}
	if r := w.one("surveys", c); r != nil && r.GetDateTime("answered_at").IsZero() && w.chance(0.7) {
		answer["answered_at"] = w.app.Clock.Now()
		return w.save(c, r, answer)
	}
	fields := testapp.Fields{"sent_at": w.app.Clock.Now().Add(-80 * 24 * time.Hour)}
	if w.chance(0.6) {
		fields = answer
		fields["sent_at"], fields["answered_at"] = w.app.Clock.Now().Add(-80*24*time.Hour), w.recently(c)
	}
	return w.make(c, "surveys", fields)
}

func (w *walk) contract(c *client) bool {
	if r := w.one("contracts", c); r != nil && w.chance(0.5) {
		return w.save(c, r, testapp.Fields{"status": w.pick("active", "renewed", "ended")})
	}
	return w.make(c, "contracts", testapp.Fields{
		"number": fmt.Sprintf("HT-%d", w.numbers["contracts"]), "starts_on": w.on(-30), "ends_on": w.on(300), "amount": 10000,
		"status": w.pick("active", "active", "ended"),
	})
}

// deleteOne deletes an order or a contact that was entered by mistake.
func (w *walk) deleteOne(c *client) bool {
	r := w.one(w.pick("orders", "contacts"), c)
	if r == nil {
		return false
	}
	if err := w.app.Delete(r); err != nil {
		w.t.Fatal(err)
	}
	c.reworked = c.reworked || r.Collection().Name == "orders"
	w.after(c, false, "the end of "+r.Collection().Name+" "+r.Id)
	return true
}

// move gives an order or a follow-up to the customer whose it really is.
func (w *walk) move(c *client) bool {
	other := w.clients[w.rng.IntN(len(w.clients))]
	r := w.one("orders", c)
	if r == nil || other == c {
		return false
	}
	other.reworked = true
	w.save(c, r, testapp.Fields{"customer": other.id})
	w.after(other, false, "an order moved here")
	return true
}

// importRow brings an order or a follow-up in from a spreadsheet.
func (w *walk) importRow(c *client) bool {
	if c.code == "" {
		return false
	}
	c.reworked = true
	if w.chance(0.5) {
		return w.importOrders(c, 1, 200)
	}
	return w.importFollowUps(c, 1, 200)
}

func (w *walk) importFile(kind string, header string, lines ...string) {
	w.t.Helper()
	file := header + "\n" + strings.Join(lines, "\n") + "\n"
	result, err := imports.Run(context.Background(), w.app, strings.NewReader(file), imports.Options{Kind: kind, FileName: kind + ".csv"}, w.app.Clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	if len(result.Problems) > 0 {
		w.t.Fatalf("%s\n%v", file, result.Problems)
	}
}

// ago is a moment of the last days, as a spreadsheet has it.
func (w *walk) ago(days int) string {
	return w.app.Clock.Now().Add(-time.Duration(w.rng.IntN(days*24*60)) * time.Minute).In(w.zone).Format(time.DateTime)
}

func (w *walk) importOrders(c *client, n, days int) bool {
	var lines []string
	for range n {
		w.numbers["numbers"]++
		lines = append(lines, fmt.Sprintf("%s,N%d,%s,%.2f,%s,%s", c.code, w.numbers["numbers"], w.ago(days), c.level*(0.3+w.rng.Float64()),
			w.pick("轴承", "齿轮", "电机"), w.pick("P1", "P2")))
	}
	w.importFile("orders", "customer,number,ordered_at,amount,category,product", lines...)
	w.after(c, true, fmt.Sprintf("an import of orders %v", lines))
	return true
}

func (w *walk) importFollowUps(c *client, n, days int) bool {
	var lines []string
	for range n {
		w.numbers["numbers"]++
		lines = append(lines, fmt.Sprintf("%s,%s,phone,%d: 老记录,%s,confirmed", c.code, w.ago(days), w.numbers["numbers"], w.pick("positive", "neutral", "negative")))
	}
	w.importFile("follow_ups", "customer,started_at,channel,content,feedback,status", lines...)
	w.after(c, true, fmt.Sprintf("an import of follow-ups %v", lines))
	return true
}
