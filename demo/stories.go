package demo

import (
	"time"

	"touchbase/rules"
)

// Story is a customer whose last months are scripted, so that a visitor can be shown something.
type Story struct{ Key, Customer, Name, Summary string }

// Stories are the three to show. Customer is the key of the customer whose timeline tells it, Name the
// company's.
//
//   - price: orders thin out, a competitor is named, hesitation turns into refusal; nothing is bought any more.
//   - handover: the primary contact leaves, a successor takes over, trust is rebuilt.
//   - woken: about seventy days of silence with light touches only; then an order and an answer.
var Stories = []Story{
	{"price", "story-price", "常州恒锐机床制造有限公司", "因价格流失：订单减少，竞品报价更低，客户由犹豫转为拒绝"},
	{"handover", "story-handover", "佛山泓川包装机械有限公司", "联系人更换：采购经理离职，新经理接手，关系重新建立"},
	{"woken", "story-woken", "天津朗驰输送设备有限公司", "沉默唤醒：七十天没有音讯，轻触达之后下单并恢复联系"},
}

// beat is one scripted moment of a story, so many days before the last day of the script.
type beat struct {
	daysAgo int
	talk    *FollowUp      // what is not given is filled as for any other contact
	buy     float64        // yuan
	change  map[string]any // of the customer
	leaves  bool           // the primary contact goes, a successor comes
	stepIn  int            // days until the talk's next action
}

// roles the three customers play: who owns them, how they look, what happens.
type role struct {
	owner, region, tier, city, machine, host string

	cycle           string
	parts           [2]string // bought, the main one first
	yearly, perYear float64
	beats           []beat
}

func roles() []role {
	return []role{
		{"zhou", "华东", "A", "常州", "数控机床", "hengrui.example", "monthly", [2]string{"滚珠丝杠", "直线导轨"}, 640_000, 18, priceBeats()},
		{"liang", "华南", "A", "佛山", "包装机械", "hongchuan.example", "monthly", [2]string{"行星减速机", "标准气缸"}, 720_000, 16, handoverBeats()},
		{"sun", "华北", "B", "天津", "自动化设备", "langchi.example", "monthly", [2]string{"滚子链条", "同步带"}, 260_000, 12, wokenBeats()},
	}
}

// castStories gives three customers of ordinary portfolios their parts.
func (g *generator) castStories() {
	for i, r := range roles() {
		for _, a := range g.accounts {
			if a.customer.Owner != r.owner || a.tier != r.tier || a.scripted != 0 {
				continue
			}
			g.cast(a, Stories[i], r)
			break
		}
	}
}

// cast makes a customer the one of a story: its name, place, trade, purchases and staff.
func (g *generator) cast(a *account, s Story, r role) {
	c := a.customer
	c.Key, c.Name, c.Website = s.Customer, s.Name, "https://www."+r.host
	for _, place := range cities[r.region] {
		if place.name == r.city {
			a.city = place.name
			c.CreditCode = creditCode(place.code, 10_000_000+len(r.host)*1009)
			c.Address = provinceOf(place) + place.name + "市" + place.district + "兴业路18号"
		}
	}
	for _, t := range trades {
		if t.name == r.machine {
			a.trade, c.IndustryCode = t, t.code
		}
	}
	a.host, a.yearly, a.perYear, a.buys, a.beats = r.host, r.yearly, r.perYear, true, r.beats
	c.Size, c.AnnualRevenue, c.PurchaseCycle, c.RenewalIntent = "101-500", 180e6, r.cycle, "unsure"
	c.Intent, c.Need, c.Influence, c.Fit, c.Outlook = "unclear", "some", "medium", "medium", "watching"
	c.DeclaredAnnualPurchase, c.PreferredChannel, c.AvoidChannels = r.yearly, "phone", nil
	a.facts = g.words.facts(a)
	a.facts.parts = append(partsNamed(r.parts[0], r.parts[1]), partsNamed("骨架油封", "高强度紧固件")...)
	a.topic = g.words.topic(a, Contact{})
	c.PainPoints, c.CoreNeed = g.words.pain(a), g.words.need(a)
	c.Contacts, a.present, c.DecisionMaker = nil, nil, ""
	g.staff(a)
	c.Contacts[0].Title, a.present[0].Title = "采购经理", "采购经理" // as the notes call them
	if c.Contacts[0].IsDecisionMaker {
		a.decider = c.Contacts[0].decider()
		c.DecisionMaker = a.decider
	}
	a.scripted = lastWorkday(g.today - rules.Day(r.beats[0].daysAgo))
}

// play lets a story go on: every beat whose day has come.
func (g *generator) play(a *account, day rules.Day) {
	for len(a.beats) > 0 && lastWorkday(g.today-rules.Day(a.beats[0].daysAgo)) <= day {
		b := a.beats[0]
		a.beats = a.beats[1:]
		if b.buy != 0 {
			g.order(a, day, b.buy)
		}
		if b.leaves {
			g.replacePrimary(a, day)
		}
		if b.talk != nil {
			g.say(a, b, day)
		}
		if b.change != nil {
			at := a.lastEntered.Add(10 * time.Minute)
			a.lastEntered = at
			g.add(Event{At: at, Kind: KindUpdateCustomer, Customer: a.customer.Key, Change: b.change, By: a.customer.Owner})
		}
	}
}

// say records a scripted contact.
func (g *generator) say(a *account, b beat, day rules.Day) {
	f := *b.talk
	f.By = a.customer.Owner
	if f.Direction == "" {
		f.Direction = "out"
	}
	if f.Channel == "" {
		f.Channel = "phone"
	}
	if f.NextAction != "" {
		g.step(&f, f.NextAction, day+rules.Day(b.stepIn), g.at(day, 18*60))
	} else {
		f.Status = "confirmed"
	}
	g.words.used[f.Content] = true
	g.record(a, &f, day)
}

// replacePrimary lets the primary contact go; the successor's handover is done by the next working day.
func (g *generator) replacePrimary(a *account, day rules.Day) {
	gone := a.present[0]
	next := g.contact(a, gone.Title)
	next.IsPrimary, next.IsDecisionMaker = true, gone.IsDecisionMaker
	at := g.at(day, 9*60+g.between(5, 40))
	if earliest := a.lastEntered.Add(10 * time.Minute); at.Before(earliest) {
		at = earliest
	}
	a.lastEntered = at
	g.add(Event{At: at, Kind: KindContactLeaves, Customer: a.customer.Key, Contact: gone.Key, Successor: &next, By: a.customer.Owner})
	g.complete(a, a.customer.Owner, at.Add(time.Duration(g.between(4*60, 7*60))*time.Minute), day+1)
	a.present[0] = next
	if gone.IsDecisionMaker {
		a.decider = next.decider()
		g.add(Event{At: at.Add(2 * time.Minute), Kind: KindUpdateCustomer, Customer: a.customer.Key,
			Change: map[string]any{"decision_maker": a.decider}, By: a.customer.Owner})
	}
}
