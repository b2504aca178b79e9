package yeartest_test

import (
	"fmt"
	"time"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// populate gives the company its customers, each with a history of its own.
func (w *walk) populate(n int) {
	w.t.Helper()
	for range n {
		c := w.newcomer()
		w.join(c)
		w.past(c)
	}
}

// newcomer is a customer that is not entered yet.
func (w *walk) newcomer() *client {
	return &client{level: []float64{3000, 20000, 60000, 150000, 400000}[w.rng.IntN(5)]}
}

// join enters a customer: through the API or from a spreadsheet.
func (w *walk) join(c *client) {
	w.t.Helper()
	w.clients = append(w.clients, c)
	n := len(w.clients)
	name, first := fmt.Sprintf("第%d号机械有限公司", n), w.on(-w.rng.IntN(60))
	if w.chance(0.5) {
		first = w.on(-w.rng.IntN(900))
	}
	if w.chance(0.3) {
		c.code = fmt.Sprintf("K%03d", n)
		declared := w.pick("", "80000", "300000", "600000")
		w.importFile("customers", "code,name,industry,size,source,first_contact_on,declared_annual_purchase,need",
			fmt.Sprintf("%s,%s,34,51-100,website,%s,%s,%s", c.code, name, first, declared, w.pick("", "some", "strong")))
		r, err := w.app.FindFirstRecordByData("customers", "code", c.code)
		if err != nil {
			w.t.Fatal(err)
		}
		c.id = r.Id
		w.after(c, true, "its import")
		return
	}
	c.code, c.id = fmt.Sprintf("K%03d", n), w.id("customers")
	fields := testapp.Fields{
		"id": c.id, "code": c.code, "name": name, "first_contact_on": first, "owner": w.pick("", w.staff[0], w.staff[1], w.staff[2]),
		"intent": w.pick("high", "low", "unclear"), "need": w.pick("strong", "some", "vague", ""), "influence": w.pick("high", "medium", ""),
		"fit": w.pick("high", "low", ""), "purchase_cycle": w.pick("", "", "weekly", "monthly", "quarterly", "yearly", "irregular"),
		"renewal_intent": w.pick("", "strong", "strong", "weak"), "region": w.pick("", "江苏", "上海"), "outlook": w.pick("", "", "", "watching", "churn_risk"),
	}
	if w.chance(0.4) {
		fields["declared_annual_purchase"] = []float64{60000, 100000, 300000, 500000, 700000}[w.rng.IntN(5)]
	}
	if w.chance(0.3) {
		fields["cooperation_since"] = w.on(-w.rng.IntN(1000))
	}
	w.app.Customer(fields)
	w.after(c, false, "its creation")
}

// past gives a customer a history from before the program came: written down by hand, or imported.
func (w *walk) past(c *client) {
	w.t.Helper()
	if w.chance(0.15) { // none
		return
	}
	if w.chance(0.4) {
		w.importOrders(c, 1+w.rng.IntN(8), 800)
		w.tick()
		w.importFollowUps(c, 1+w.rng.IntN(8), 600)
		w.tick()
		return
	}
	then := func(days int) time.Time {
		return w.app.Clock.Now().Add(-time.Duration(w.rng.IntN(days*24*60)) * time.Minute).Truncate(time.Second)
	}
	for range 1 + w.rng.IntN(3) {
		w.contact(c)
		w.tick()
	}
	for range w.rng.IntN(8) {
		w.followUp(c, testapp.Fields{"started_at": then(400), "feedback": w.pick("positive", "neutral", "negative", "no_response")})
		w.tick()
	}
	for range w.rng.IntN(7) {
		w.make(c, crm.CollectionOrders, testapp.Fields{
			"ordered_at": then(900), "amount": w.amount(c), "category": w.pick("", "轴承", "齿轮"), "product": w.pick("P1", "P2", "P3"),
		})
		w.tick()
	}
}

// tick lets a second pass.
func (w *walk) tick() { w.app.Clock.Advance(time.Second) }
