package yeartest_test

import (
	"math"
	"slices"
	"time"
)

// interaction is one sign of life.
type interaction struct {
	at       time.Time
	followUp bool
}

// interactions are all signs of life, oldest first.
func interactions(h history) (list []interaction) {
	for _, f := range h.followUps {
		if f.responded() {
			list = append(list, interaction{f.started, true})
		}
	}
	for _, o := range h.orders {
		if o.counts() {
			list = append(list, interaction{o.at, false})
		}
	}
	for _, c := range h.cases {
		list = append(list, interaction{c.opened, false})
	}
	for _, s := range h.surveys {
		list = append(list, interaction{s.answered, false})
	}
	slices.SortStableFunc(list, func(a, b interaction) int { return a.at.Compare(b.at) })
	return list
}

// contactState judges silence, touch mode and the next date; the tier is judged before.
func (m moment) contactState(h history, v *verdict) {
	row := m.tiers[v.tier]
	last := h.customer.firstContact
	var ended date   // the day that ended the latest silence
	var byOther bool // by an order, a case or a survey
	for _, i := range interactions(h) {
		day := m.day(i.at)
		if days(last, day) > row.silentAfter {
			ended, byOther = day, !i.followUp
		}
		last = day
	}
	if m.ageOfDay(last) > row.silentAfter {
		v.silent, v.silentSince = true, last.AddDate(0, 0, row.silentAfter+1)
	}
	later := 0
	for _, f := range h.followUps {
		if f.responded() && m.day(f.started).After(ended) {
			later++
		}
	}
	recovering := !ended.IsZero() && later < recoverySteps
	switch {
	case v.silent:
		v.touch = "light"
	case recovering:
		v.touch = "recovering"
	default:
		v.touch = "normal"
	}
	m.nextDate(h, v, row, recovering)
	if wait := ended.AddDate(0, 0, leadDays); byOther {
		v.next = latest(v.next, wait)
	}
}

// latestFollowUp is the latest follow-up, attempts included; nil where there is none.
func latestFollowUp(h history) (found *followUp) {
	for i, f := range h.followUps {
		if found == nil || f.started.After(found.started) || f.started.Equal(found.started) && f.created.After(found.created) {
			found = &h.followUps[i]
		}
	}
	return found
}

// nextDate judges the next date. Whoever was recovering and falls silent again keeps the date of the recovery: falling silent never
// moves one.
func (m moment) nextDate(h history, v *verdict, row tierRow, recovering bool) {
	l := latestFollowUp(h)
	if l == nil {
		v.next = m.day(h.customer.created)
		if h.customer.imported {
			v.next = v.next.AddDate(0, 0, share(h.customer.id, row.cadence))
		}
		return
	}
	contacted := m.day(l.started)
	switch l.status {
	case "on_hold":
		v.next = l.resume
		v.onHold = l.resume.After(m.today())
		return
	case "to_follow_up":
		for _, s := range h.steps {
			if s.followUp != l.id || s.status == "done" || s.status == "cancelled" {
				continue
			}
			v.next = m.day(s.due)
			if limit := contacted.AddDate(0, 0, row.maxGap); row.maxGap > 0 && v.next.After(limit) {
				v.next = limit
			}
			return
		}
	}
	factor := 1.0
	switch {
	case v.silent && !contacted.Before(v.silentSince):
		factor = lightFactor
	case recovering:
		factor = recoveryFactor
	}
	v.next = contacted.AddDate(0, 0, int(math.Round(float64(row.cadence)*factor)))
}

// share is which of so many days, from 0 on, an id falls on: by its FNV hash, which spreads those of an import.
func share(id string, days int) int {
	hash := uint32(2166136261)
	for _, b := range []byte(id) {
		hash = (hash ^ uint32(b)) * 16777619
	}
	return int(hash % uint32(days))
}
