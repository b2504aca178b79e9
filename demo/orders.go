package demo

import (
	"fmt"
	"math"
	"time"

	"touchbase/rules"
)

// Order is something a customer bought; a negative amount is a return. Money is in yuan. PaidOn is
// empty while the script's day has not reached it.
type Order struct {
	Number, Product, Category string

	OrderedAt     time.Time
	Amount, Cost  float64
	DueOn, PaidOn rules.Day
	Cancelled     bool
}

// planOrders spreads a customer's orders over its days: evenly by the season's weight, each moved by up
// to a quarter of the distance, so that a year looks regular but not mechanical.
func (g *generator) planOrders(a *account) {
	if !a.buys {
		return
	}
	var year float64
	for day := g.start; day < g.start+365; day++ {
		year += season(day)
	}
	first := a.created
	if first > g.start {
		first += rules.Day(g.between(25, 70))
	}
	distance := year / a.perYear
	mark, sum := distance*g.spread(0.1, 0.9), 0.0
	for day := first; day <= g.today; day++ {
		if a.isQuiet(day) || !a.improvises(day) {
			return
		}
		sum += season(day)
		for sum >= mark {
			if len(a.orders) == 0 || a.orders[len(a.orders)-1] < day {
				a.orders = append(a.orders, day)
			}
			mark += distance * g.spread(0.78, 1.22)
		}
	}
}

// takeOrders enters what the customer buys on a day.
func (g *generator) takeOrders(a *account, day rules.Day) {
	for len(a.orders) > 0 && a.orders[0] <= day {
		a.orders = a.orders[1:]
		amount := a.yearly / a.perYear * g.spread(0.65, 1.35)
		o := g.order(a, day, amount)
		o.Cancelled = g.chance(0.012)
		if o.Cancelled {
			o.PaidOn = 0
		} else if g.chance(0.018) {
			g.sendBack(a, o, day)
		}
	}
}

// order enters one order for about an amount, and gives it.
func (g *generator) order(a *account, day rules.Day, amount float64) *Order {
	p := g.choosePart(a, day)
	at := g.at(day, g.officeMinute())
	o := &Order{
		Product: p.name + " " + pick(g.rng, p.models), Category: p.name, OrderedAt: at,
		Amount: math.Round(max(amount, 300)/10) * 10,
		DueOn:  day + rules.Day(pick(g.rng, []int{30, 30, 45, 60})),
	}
	o.Cost = math.Round(o.Amount * g.spread(0.58, 0.8))
	paid := o.DueOn - rules.Day(g.between(0, 20))
	if a.late || g.chance(0.02) {
		paid = o.DueOn + rules.Day(g.between(4, 30))
	}
	if paid <= g.today {
		o.PaidOn = paid
	}
	g.add(Event{At: at.Add(time.Duration(g.between(2, 25)) * time.Minute), Kind: KindOrder, Customer: a.customer.Key, Order: o})
	a.interact(day)
	return o
}

// choosePart is what is bought this time: mostly the customer's main part, now and then another; in a
// story always the main one.
func (g *generator) choosePart(a *account, day rules.Day) part {
	if g.chance(0.6) || !a.improvises(day) {
		return a.facts.parts[0]
	}
	return pick(g.rng, a.facts.parts)
}

// sendBack returns a part of an order two to three weeks later.
func (g *generator) sendBack(a *account, o *Order, day rules.Day) {
	back := nextWorkday(day + rules.Day(g.between(12, 22)))
	at := g.at(back, g.officeMinute())
	share := g.spread(0.05, 0.3)
	g.add(Event{At: at.Add(5 * time.Minute), Kind: KindOrder, Customer: a.customer.Key, Order: &Order{
		Product: o.Product, Category: o.Category, OrderedAt: at,
		Amount: -math.Max(10, math.Round(o.Amount*share/10)*10), Cost: -math.Round(o.Cost * share),
	}})
}

// numberOrders numbers the orders within their days.
func numberOrders(events []Event, zone *time.Location) {
	count := map[string]int{}
	for _, e := range events {
		if e.Order == nil {
			continue
		}
		day := e.Order.OrderedAt.In(zone).Format("20060102")
		count[day]++
		e.Order.Number = fmt.Sprintf("SO%s-%02d", day, count[day])
	}
}
