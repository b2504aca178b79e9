package demo

import (
	"fmt"
	"math"
	"strings"
	"time"

	"touchbase/rules"
)

// Customer is a company that buys, or may buy. Select fields carry the values of domain.md section 1;
// money is in yuan. Created is when it enters the program.
type Customer struct {
	Key, Name, Code, CreditCode, IndustryCode, Region, Size, Source string

	Owner            string // person key; empty: in the pool
	Website, Address string

	AnnualRevenue, DeclaredAnnualPurchase float64

	PurchaseCycle, Intent, Need, Influence, Fit, Outlook, RenewalIntent string

	BudgetRange, PainPoints, CoreNeed, PreferredChannel, DecisionMaker string

	AvoidChannels, VerifiedSources []string

	FirstContactOn, CooperationSince rules.Day

	Created  time.Time
	Contacts []Contact
}

// Contact is a person at a customer. A birthday whose year is unknown is in 1904.
type Contact struct {
	Key, Name, Title, Phone, Email, Wechat, PreferredChannel string

	IsPrimary, IsDecisionMaker bool
	Birthday                   rules.Day
}

// newcomers is how many of the customers enter the program during the year.
const newcomers = 40

// makeCustomers fills everybody's portfolio, then the pool.
func (g *generator) makeCustomers() {
	regions := []string{"华东", "华南", "华北"}
	for i := range g.people {
		p := &g.people[i]
		places := regions
		for _, t := range teams() {
			if t.Key == p.Team {
				places = []string{t.Region}
			}
		}
		for _, share := range portfolios[p.Role] {
			for range share.customers {
				g.makeCustomer(p.Key, share.tier, pick(g.rng, places))
			}
		}
	}
	for range 6 {
		g.makeCustomer("", "C", pick(g.rng, regions))
	}
	g.castStories()
	g.chooseNewcomers()
	g.chooseQuiet()
	g.chooseDepartures()
	for _, a := range g.accounts {
		g.settle(a)
	}
}

// makeCustomer invents one company for an owner, meant to end the year in a tier.
func (g *generator) makeCustomer(owner, tier, region string) {
	t, where := pick(g.rng, trades), pick(g.rng, cities[region])
	chinese, latin := g.brand()
	n := len(g.accounts) + 1
	form := pick(g.rng, []string{"有限公司", "有限公司", "股份有限公司", "科技有限公司"})
	c := &Customer{
		Key:          fmt.Sprintf("c%03d", n),
		Name:         strings.Replace(where.name+chinese+t.name+form, "科技科技", "科技", 1), // a trade may end as a form begins
		CreditCode:   creditCode(where.code, 20_000_000+n*7919+g.rng.IntN(7000)),
		IndustryCode: t.code,
		Region:       region,
		Source:       pick(g.rng, []string{"trade_show", "trade_show", "referral", "referral", "cold_call", "visit", "website", "online", "third_party"}),
		Owner:        owner,
		Website:      "https://www." + latin + ".example",
		Address: fmt.Sprintf("%s%s市%s%s%d号", provinceOf(where), where.name, where.district,
			pick(g.rng, []string{"兴业路", "创新大道", "工业园三路", "科技北路", "滨河路", "振兴街"}), g.between(3, 388)),
	}
	g.sizeUp(c, tier)
	a := &account{customer: c, tier: tier, trade: t, host: latin + ".example", city: where.name}
	g.describe(a)
	g.staff(a)
	g.accounts = append(g.accounts, a)
}

// provinceOf is the province before a city's name; the four municipalities have none.
func provinceOf(c city) string {
	if c.province == c.name {
		return ""
	}
	if c.province == "广西" {
		return c.province
	}
	return c.province + "省"
}

// sizeUp gives employees and revenue that do not contradict each other.
func (g *generator) sizeUp(c *Customer, tier string) {
	sizes := []string{"1-50", "51-100", "101-500", "501-1000", "1000+"}
	revenue := []float64{18e6, 60e6, 210e6, 620e6, 1.6e9}
	low := map[string]int{"S": 2, "A": 1, "B": 0, "C": 0}[tier]
	i := low + g.rng.IntN(3)
	c.Size = sizes[i]
	if g.chance(0.85) {
		c.AnnualRevenue = math.Round(revenue[i]*g.spread(0.7, 1.4)/1e5) * 1e5
	}
}

// describe judges the customer as its owner does, so that potential and value give the tier meant:
// S high and key, A one of both, C little of either, B the rest (domain.md section 4).
func (g *generator) describe(a *account) {
	c := a.customer
	key := a.tier == "S" || a.tier == "A" && g.chance(0.4)
	c.Intent, c.Need = pick(g.rng, []string{"unclear", "low"}), "some"
	c.Influence, c.Fit = pick(g.rng, []string{"medium", "low"}), pick(g.rng, []string{"high", "medium", "medium", "low"})
	switch {
	case key && g.chance(0.6):
		c.Intent, c.Need = "high", "strong"
	case key:
		c.Influence, c.Fit = "high", "high"
	case a.tier == "C":
		c.Need = "vague"
	case g.chance(0.3):
		c.Intent = "high"
	}
	switch a.tier {
	case "S":
		a.yearly = g.spread(620_000, 2_600_000)
	case "A":
		a.yearly = g.spread(560_000, 1_300_000)
		if key {
			a.yearly = g.spread(130_000, 430_000)
		}
	case "B":
		a.yearly = g.spread(36_000, 380_000)
	default:
		a.yearly = g.spread(4_000, 60_000)
	}
	a.buys = c.Owner != "" && (a.tier != "C" || g.chance(0.4))
	g.describePurchase(a)
	c.Outlook = pick(g.rng, []string{"intent_clear", "watching", "watching", ""})
	c.PreferredChannel = pick(g.rng, []string{"phone", "phone", "wechat", "wechat", "wecom", "email", "visit"})
	if g.chance(0.2) {
		for _, channel := range []string{"sms", "email", "phone"} {
			if channel != c.PreferredChannel {
				c.AvoidChannels = []string{channel}
				break
			}
		}
	}
	all := []string{"official_website", "business_registry", "customer", "site_visit"}
	c.VerifiedSources = all[g.rng.IntN(2) : 2+g.rng.IntN(3)]
	a.facts = g.words.facts(a)
	a.topic = g.words.topic(a, Contact{})
	c.PainPoints, c.CoreNeed = g.words.pain(a), g.words.need(a)
	if g.chance(0.15) {
		c.CoreNeed = ""
	}
}

// describePurchase sets how often and for how much the customer buys.
func (g *generator) describePurchase(a *account) {
	c := a.customer
	switch {
	case !a.buys:
		c.PurchaseCycle, a.perYear = "irregular", 0
	case a.tier == "S":
		c.PurchaseCycle, a.perYear = pick(g.rng, []string{"weekly", "monthly"}), g.spread(20, 34)
	case a.tier == "A":
		c.PurchaseCycle, a.perYear = "monthly", g.spread(12, 18)
	case a.tier == "B" && g.chance(0.45):
		c.PurchaseCycle, a.perYear = "monthly", g.spread(11, 14)
	case a.tier == "B":
		c.PurchaseCycle, a.perYear = "quarterly", g.spread(4.2, 5.4)
	default:
		c.PurchaseCycle, a.perYear = "yearly", g.spread(1, 2)
	}
	if a.buys {
		c.DeclaredAnnualPurchase = math.Round(a.yearly*g.spread(0.97, 1.03)/1000) * 1000
		c.RenewalIntent = pick(g.rng, []string{"strong", "strong", "unsure", "weak"})
		if a.tier == "S" {
			c.RenewalIntent = "strong"
		}
	}
	if g.chance(0.8) {
		c.BudgetRange = fmt.Sprintf("%d-%d万/年", max(1, int(a.yearly*0.8/10000)), max(2, int(a.yearly*1.25/10000)+1))
	}
}

// staff gives the customer one to three contacts, the first of them primary.
func (g *generator) staff(a *account) {
	titles := [][]string{{"采购经理", "采购主管", "供应链经理"}, {"设备科长", "生产经理", "工程师"}, {"副总经理", "总经理", "厂长"}}
	count := map[string]int{"S": 3, "A": 2 + g.rng.IntN(2), "B": 1 + g.rng.IntN(2), "C": 1}[a.tier]
	for i := range count {
		contact := g.contact(a, pick(g.rng, titles[i]))
		contact.IsPrimary = i == 0
		contact.IsDecisionMaker = i == count-1 && g.chance(0.85)
		if contact.IsDecisionMaker {
			a.customer.DecisionMaker = contact.decider()
		}
		a.customer.Contacts = append(a.customer.Contacts, contact)
	}
	a.present = append(a.present, a.customer.Contacts...)
	a.decider = a.customer.DecisionMaker
}

// decider is how a decision maker is written on the customer.
func (c Contact) decider() string { return c.Name + "（" + c.Title + "）" }

// contact invents a person at a customer.
func (g *generator) contact(a *account, title string) Contact {
	n := g.contacts
	g.contacts++
	who := g.personName()
	for a.hasName(who.full) {
		who = g.personName()
	}
	c := Contact{Key: fmt.Sprintf("p%03d", n+1), Name: who.full, Title: title, Phone: phone(n), Email: who.latin + "@" + a.host}
	if g.chance(0.6) {
		c.Wechat = fmt.Sprintf("demo_%s_%03d", a.host[:len(a.host)-len(".example")], n+1)
	}
	if g.chance(0.3) {
		c.PreferredChannel = a.customer.PreferredChannel
	}
	if g.chance(0.35) {
		year := 1904
		if g.chance(0.5) {
			year = g.between(1968, 1996)
		}
		c.Birthday = rules.Date(year, time.Month(g.between(1, 12)), g.between(1, 28))
	}
	return c
}

// numberCustomers gives the company's own customer numbers in the order of entry.
func numberCustomers(customers []Customer) {
	for i := range customers {
		customers[i].Code = fmt.Sprintf("QH-%04d", 1001+i)
	}
}
