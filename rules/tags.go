package rules

import (
	"cmp"
	"slices"
	"strings"
)

// The groups of tags.
const (
	TagBasic     = "basic"
	TagBehaviour = "behaviour"
	TagDemand    = "demand"
)

// Tag is one that the rules give a customer.
type Tag struct {
	Group string
	Name  string // in Chinese, as the team reads it
}

// How often somebody is in contact, by follow-ups in a quarter.
const (
	rhythmDays      = 90
	weeklyContact   = 12
	monthlyContact  = 3
	priceSensitive  = 2 // churn causes of a year
	priceSensitives = "价格敏感"
)

var cycleTags = map[string]string{
	CycleWeekly: "每周采购", CycleMonthly: "每月采购", CycleQuarterly: "季度采购", CycleYearly: "年度采购", "irregular": "不定期采购",
}

// tags gives the automatic tags: size, region, purchase cycle, the product bought most, the rhythm of contacts, and whether the
// price matters more than to others.
func (v *view) tags(a *Assessment) {
	add := func(group, name string) { a.Tags = append(a.Tags, Tag{Group: group, Name: name}) }
	if size := v.facts.Known.Size; size != "" {
		add(TagBasic, size+"人")
	}
	if region := strings.TrimSpace(v.facts.Region); region != "" {
		add(TagBasic, "地区："+region)
	}
	if cycle := cycleTags[v.facts.PurchaseCycle]; cycle != "" {
		add(TagBehaviour, cycle)
	}
	if product := v.favourite(); product != "" {
		add(TagBehaviour, "常购："+product)
	}
	if rhythm := v.rhythm(); rhythm != "" {
		add(TagBehaviour, rhythm)
	}
	times := 0
	for _, day := range v.facts.PriceWinBacks {
		if v.within(day, daysOfYear) {
			times++
		}
	}
	if times >= priceSensitive {
		add(TagDemand, priceSensitives)
	}
}

// favourite is the product of the most counted orders of the last year; of several, the one bought last.
func (v *view) favourite() string {
	type bought struct {
		product string
		times   int
	}
	var all []bought // the one bought last first
	for i := len(v.orders) - 1; i >= 0; i-- {
		o := &v.orders[i]
		if !v.within(o.on, daysOfYear) {
			break
		}
		if !o.counted() || o.Product == "" {
			continue
		}
		at := slices.IndexFunc(all, func(b bought) bool { return b.product == o.Product })
		if at < 0 {
			at = len(all)
			all = append(all, bought{product: o.Product})
		}
		all[at].times++
	}
	if len(all) == 0 {
		return ""
	}
	return slices.MaxFunc(all, func(a, b bought) int { return cmp.Compare(a.times, b.times) }).product
}

// rhythm says how often there is contact, and notes when it will have been less often.
func (v *view) rhythm() string {
	for _, level := range [...]struct {
		contacts int
		name     string
	}{{weeklyContact, "每周沟通"}, {monthlyContact, "每月沟通"}, {1, "每季沟通"}} {
		if n := len(v.followUps); n >= level.contacts && v.within(v.followUps[n-level.contacts].on, rhythmDays) {
			return level.name
		}
	}
	return ""
}

// priceWords are those by which a topic is about the price.
var priceWords = []string{"价格", "报价", "降价", "price"}

// IsPriceTopic tells whether a tag of this name is about the price.
func IsPriceTopic(name string) bool {
	folded := foldName(name)
	return slices.ContainsFunc(priceWords, func(word string) bool { return strings.Contains(folded, word) })
}
