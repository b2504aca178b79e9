package demo

import (
	"fmt"
	"time"

	"touchbase/rules"
)

// nextStep settles how the contact is left: a step with a day, a pause, or nothing beyond the cadence.
func (g *generator) nextStep(a *account, f *FollowUp, day rules.Day, entered time.Time) {
	cadence := float64(cadences[a.tier])
	roll := g.rng.Float64()
	switch {
	case f.Feedback == "no_response" && roll < 0.3:
		g.step(f, pick(g.rng, retries), day+rules.Day(g.between(3, 7)), entered)
	case f.Feedback == "no_response" || f.Commitments == "" && roll > 0.5:
		f.Status = "confirmed"
	case f.Commitments == "" && roll < 0.02 && a.tier != "S":
		f.Status, f.ResumeOn = "on_hold", nextWorkday(day+rules.Day(g.between(25, 50)))
	default:
		g.step(f, g.words.nextAction(a, f), day+rules.Day(cadence*g.spread(0.4, 0.95)), entered)
	}
}

// step sets the next action on the first working day from a day on, and never before the day after
// tomorrow as seen from the entry: what is due by tomorrow is the answer to an objection.
func (g *generator) step(f *FollowUp, action string, on rules.Day, entered time.Time) {
	f.Status, f.NextAction = "to_follow_up", action
	f.NextActionOn = nextWorkday(max(on, rules.DayOf(entered, g.zone)+2))
}

// promise adds a commitment and, later, its completion; most are kept in time.
func (g *generator) promise(a *account, f *FollowUp, day rules.Day, entered time.Time) {
	by, tag := f.By, ""
	if g.chance(0.3) {
		c := g.colleague(f.By)
		by, tag = c.Key, " @"+c.Name
	}
	line, due := g.deadline(day)
	f.Commitments = line + g.words.promised(a) + tag
	done := lastWorkday(due)
	switch roll := g.rng.Float64(); {
	case roll > 0.9:
		done = nextWorkday(due + rules.Day(g.between(1, 3)))
	case roll > 0.5:
		done = lastWorkday(due - 1)
	}
	at := g.at(max(done, day), g.officeMinute())
	if earliest := entered.Add(30 * time.Minute); at.Before(earliest) {
		at = earliest
	}
	g.complete(a, by, at, due)
	f.Status = "to_follow_up" // a promise is always checked on
	g.step(f, g.words.checkPromise(a), max(due+1, day+rules.Day(float64(cadences[a.tier])*g.spread(0.4, 0.8))), entered)
}

// deadline gives a way of saying by when, and the day it means for a contact on a day.
func (g *generator) deadline(day rules.Day) (string, rules.Day) {
	weekday := day.Weekday()
	switch g.rng.IntN(5) {
	case 0:
		if weekday >= time.Monday && weekday <= time.Wednesday {
			return "本周五前", day + rules.Day(time.Friday-weekday)
		}
	case 1:
		if weekday <= time.Thursday {
			return "明天", day + 1
		}
	case 2:
		_, month, d := day.Time().Date()
		if d >= 10 && d <= 25 {
			return "月底前", rules.Date(day.Time().Year(), month+1, 0)
		}
	case 3:
		due := nextWorkday(day + rules.Day(g.between(4, 9)))
		_, month, d := due.Time().Date()
		return fmt.Sprintf("%d月%d日前", month, d), due
	}
	n := g.between(2, 5)
	return fmt.Sprintf("%d个工作日内", n), afterWeekdays(day, n)
}
