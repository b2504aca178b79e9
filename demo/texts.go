package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// writer puts facts into sentences and never writes the same note twice.
type writer struct {
	rng  *rand.Rand
	used map[string]bool
}

// facts are what notes about one customer keep coming back to.
type facts struct {
	parts []part   // what they buy, the main one first
	lines []string // where it is built in
}

// part is a category of machine parts, with made-up type designations and what goes wrong with it.
type part struct {
	name, unit string
	models     []string
	faults     []string
	price      [2]int // yuan each
}

// facts chooses what a customer buys and where it goes.
func (w *writer) facts(a *account) facts {
	var f facts
	for _, i := range w.rng.Perm(len(parts))[:4] {
		f.parts = append(f.parts, parts[i])
	}
	for i := range 3 {
		f.lines = append(f.lines, fmt.Sprintf("%d号%s", 1+w.rng.IntN(4)+i, pick(w.rng, a.trade.machines)))
	}
	return f
}

// fill puts a customer's facts and fresh figures into a sentence.
func (w *writer) fill(a *account, sentence, who string) string {
	p := a.facts.parts[min(w.rng.IntN(6), len(a.facts.parts)-1)]
	if w.rng.IntN(2) == 0 {
		p = a.facts.parts[0]
	}
	n := func(low, high int) string { return fmt.Sprint(low + w.rng.IntN(high-low+1)) }
	return strings.NewReplacer(
		"{who}", who, "{city}", a.city, "{line}", pick(w.rng, a.facts.lines),
		"{part}", p.name, "{model}", pick(w.rng, p.models), "{fault}", pick(w.rng, p.faults),
		"{qty}", n(2, 48)+"0"+p.unit, "{few}", n(2, 9)+p.unit, "{price}", n(p.price[0], p.price[1])+"元",
		"{days}", n(5, 35)+"天", "{pct}", n(2, 14)+"%", "{month}", n(1, 12)+"月", "{hours}", n(3, 40)+"小时",
		"{report}", pick(w.rng, reports), "{other}", a.facts.parts[3].name, "{years}", n(2, 9)+"年",
	).Replace(sentence)
}

// content writes a salesperson's note: how they spoke, what about, how it was taken.
func (w *writer) content(a *account, f *FollowUp, with Contact) string {
	who := address(with)
	openings, middles := openingsOut[f.Channel], subjects[f.Kind]
	if f.Direction == "in" {
		openings, middles = openingsIn[f.Channel], requests[f.Kind]
	}
	for {
		var text string
		if f.Feedback == "no_response" {
			text = pick(w.rng, attempts[f.Channel == "phone"])
		} else {
			text = pick(w.rng, openings) + "，" + pick(w.rng, middles) + "；" + pick(w.rng, w.endings(f))
		}
		text = w.fill(a, text, who)
		if f.Competitor != "" {
			text = strings.TrimSuffix(text, "。") + "，提到" + f.Competitor + "也在报价。"
		}
		if w.claim(text) {
			return text
		}
	}
}

// claim takes a text of a good length for its own; false if it was used before.
func (w *writer) claim(text string) bool {
	if n := len([]rune(text)); n < 20 || n > 120 || w.used[text] {
		return false
	}
	w.used[text] = true
	return true
}

// endings fit the feedback, and the mood where there is one.
func (w *writer) endings(f *FollowUp) []string {
	if f.Direction == "in" && f.Kind == "complaint" {
		return complaintEndings
	}
	return endings[f.Feedback+" "+f.Mood]
}

// address is how a contact is spoken of: surname and rank.
func address(c Contact) string {
	surname := string([]rune(c.Name)[:1])
	for _, rank := range []struct{ title, call string }{
		{"总经理", "总"}, {"厂长", "厂长"}, {"经理", "经理"}, {"主管", "主管"}, {"科长", "科长"}, {"工程师", "工"},
	} {
		if strings.HasSuffix(c.Title, rank.title) {
			return surname + rank.call
		}
	}
	return c.Name
}

func (w *writer) pain(a *account) string     { return w.fill(a, pick(w.rng, pains), "") }
func (w *writer) need(a *account) string     { return w.fill(a, pick(w.rng, needs), "") }
func (w *writer) promised(a *account) string { return w.fill(a, pick(w.rng, promises), "") }
func (w *writer) checkPromise(a *account) string {
	return w.fill(a, pick(w.rng, checks), address(a.present[0]))
}

func (w *writer) nextAction(a *account, f *FollowUp) string {
	actions := nextActions[f.Kind]
	if f.Feedback == "negative" {
		actions = nextActions["complaint"]
	}
	return w.fill(a, pick(w.rng, actions), address(a.present[0]))
}

func (w *writer) keyPoints(a *account) string {
	points := []string{w.fill(a, pick(w.rng, timings), "")}
	if d := a.decider; d != "" {
		points = append(points, "决策人："+d)
	}
	if b := a.customer.BudgetRange; b != "" {
		points = append(points, "预算"+b)
	}
	return "★ " + strings.Join(points, "；")
}
