package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// writer puts facts into sentences and never writes the same note twice.
type writer struct {
	rng  *rand.Rand
	used map[string]bool
	// month of the notes being written: plans lie in the months after it, bills in the one before.
	month time.Month
}

// monthName names a month that may count on past December.
func monthName(m time.Month) string { return fmt.Sprintf("%d月", (m-1)%12+1) }

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

// partsNamed gives parts of the catalogue by name.
func partsNamed(names ...string) []part {
	var named []part
	for _, name := range names {
		for _, p := range parts {
			if p.name == name {
				named = append(named, p)
			}
		}
	}
	return named
}

// topic is what one conversation is about, so that its note, promise and next step agree.
type topic struct{ part, model, line, who string }

// topic chooses what to speak about with a contact.
func (w *writer) topic(a *account, with Contact) topic {
	p := a.facts.parts[0]
	if w.rng.IntN(2) == 0 {
		p = pick(w.rng, a.facts.parts[:3])
	}
	return topic{part: p.name, model: pick(w.rng, p.models), line: pick(w.rng, a.facts.lines), who: address(with)}
}

// fill puts the customer's facts, the topic and fresh figures into a sentence.
func (w *writer) fill(a *account, sentence string) string {
	var p part
	for _, p = range a.facts.parts {
		if p.name == a.topic.part {
			break
		}
	}
	n := func(low, high int) string { return fmt.Sprint(low + w.rng.IntN(high-low+1)) }
	quantity := n(5, 60) + p.unit
	if p.price[1] < 500 {
		quantity = n(3, 48) + "0" + p.unit
	}
	return strings.NewReplacer(
		"{who}", a.topic.who, "{city}", a.city, "{line}", a.topic.line,
		"{part}", p.name, "{model}", a.topic.model, "{fault}", pick(w.rng, p.faults),
		"{qty}", quantity, "{few}", n(2, 9)+p.unit, "{price}", n(p.price[0], p.price[1])+"元",
		"{days}", n(5, 35)+"天", "{pct}", n(2, 14)+"%", "{month}", monthName(w.month+1+time.Month(w.rng.IntN(3))), "{last}", monthName(w.month+11), "{hours}", n(3, 40)+"小时",
		"{report}", pick(w.rng, reports), "{other}", a.facts.parts[3].name, "{years}", n(2, 9)+"年",
	).Replace(sentence)
}

// content writes a salesperson's note: how they spoke, what about, how it was taken.
func (w *writer) content(a *account, f *FollowUp) string {
	openings, middles := openingsOut[f.Channel], subjects[f.Kind]
	switch {
	case f.Direction == "in":
		openings, middles = openingsIn[f.Channel], requests[f.Kind]
	case f.Kind == "service" && f.Channel == "visit":
		middles = subjects["service visit"]
	}
	for {
		var text string
		if f.Feedback == "no_response" {
			text = pick(w.rng, attempts[f.Channel == "phone"])
		} else {
			text = pick(w.rng, openings) + "，" + pick(w.rng, middles) + "；" + pick(w.rng, endingsOf(f))
		}
		text = w.fill(a, text)
		if f.Competitor != "" {
			text = strings.TrimSuffix(text, "。") + "，提到" + f.Competitor + "也在报价。"
		}
		if w.claim(text) {
			return text
		}
		// Figures may be used up for this part and line: another topic has others.
		who := a.topic.who
		a.topic = w.topic(a, Contact{})
		a.topic.who = who
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

// endingsOf fit the feedback, and how the conversation came about: a greeting is not answered like an
// offer, nor a call for help.
func endingsOf(f *FollowUp) []string {
	switch {
	case f.Kind == "complaint":
		return complaintEndings
	case f.Direction == "in":
		return incomingEndings[f.Feedback]
	case f.Kind == "win_back" || f.Kind == "campaign" || f.Kind == "other":
		return lightEndings[f.Feedback]
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

func (w *writer) pain(a *account) string         { return w.fill(a, pick(w.rng, pains)) }
func (w *writer) need(a *account) string         { return w.fill(a, pick(w.rng, needs)) }
func (w *writer) promised(a *account) string     { return w.fill(a, pick(w.rng, promises)) }
func (w *writer) checkPromise(a *account) string { return w.fill(a, pick(w.rng, checks)) }

func (w *writer) nextAction(a *account, f *FollowUp) string {
	if f.Feedback == "negative" {
		return w.fill(a, pick(w.rng, nextActions["complaint"]))
	}
	return w.fill(a, pick(w.rng, nextActions[f.Kind]))
}

func (w *writer) keyPoints(a *account) string {
	points := []string{w.fill(a, pick(w.rng, timings))}
	if a.decider != "" {
		points = append(points, "决策人："+a.decider)
	}
	if b := a.customer.BudgetRange; b != "" {
		points = append(points, "预算"+b)
	}
	return "★ " + strings.Join(points, "；")
}
