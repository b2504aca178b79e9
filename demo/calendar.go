package demo

import (
	"time"

	"touchbase/rules"
)

// festivals are the first days of the lunar year, which no simple rule gives.
var festivals = map[int]rules.Day{
	2024: rules.Date(2024, 2, 10), 2025: rules.Date(2025, 1, 29), 2026: rules.Date(2026, 2, 17),
	2027: rules.Date(2027, 2, 6), 2028: rules.Date(2028, 1, 26), 2029: rules.Date(2029, 2, 13),
	2030: rules.Date(2030, 2, 3), 2031: rules.Date(2031, 1, 23), 2032: rules.Date(2032, 2, 11),
	2033: rules.Date(2033, 1, 31), 2034: rules.Date(2034, 2, 19), 2035: rules.Date(2035, 2, 8),
}

// toFestival is how many days after the Spring Festival of its year a day lies; negative before it.
// Years outside the table get 5 February.
func toFestival(day rules.Day) int {
	year := day.Time().Year()
	festival, ok := festivals[year]
	if !ok {
		festival = rules.Date(year, 2, 5)
	}
	return int(day - festival)
}

// workday tells whether offices are open: Monday to Friday but for the public holidays with a fixed
// date, and the eight days around Spring Festival.
func workday(day rules.Day) bool {
	if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	if f := toFestival(day); f >= -1 && f <= 6 {
		return false
	}
	_, month, d := day.Time().Date()
	switch month {
	case time.January:
		return d > 1
	case time.April:
		return d != 5
	case time.May:
		return d > 3
	case time.October:
		return d > 7
	}
	return true
}

// nextWorkday is the first working day on or after a day.
func nextWorkday(day rules.Day) rules.Day {
	for !workday(day) {
		day++
	}
	return day
}

// lastWorkday is the last working day on or before a day.
func lastWorkday(day rules.Day) rules.Day {
	for !workday(day) {
		day--
	}
	return day
}

// afterWeekdays counts n Mondays to Fridays on from a day, holidays or not: the earliest reading of
// "within n working days", so a promise kept by then is kept under any calendar of holidays.
func afterWeekdays(day rules.Day, n int) rules.Day {
	for n > 0 {
		day++
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
			n--
		}
	}
	return day
}

// monthWeight is how busy a month is, January first: slow early in the year, a peak in autumn.
var monthWeight = [12]float64{0.85, 0.7, 1.05, 1.0, 1.0, 1.0, 0.85, 0.9, 1.2, 1.45, 1.2, 1.05}

// season is how many orders a day draws compared with an ordinary working day: stock is bought before
// Spring Festival, little around it, more in the last week of a quarter.
func season(day rules.Day) float64 {
	if !workday(day) {
		if day.Weekday() == time.Saturday && workday(day-1) {
			return 0.1 // the odd urgent order
		}
		return 0
	}
	_, month, d := day.Time().Date()
	weight := monthWeight[month-1]
	switch f := toFestival(day); {
	case f >= -6 && f <= 12:
		weight *= 0.3
	case f >= -24 && f < -6:
		weight *= 1.25
	}
	if month%3 == 0 && d > 23 {
		weight *= 1.35
	}
	return weight
}

// at is a moment of a day: minutes after midnight in the company's zone.
func (g *generator) at(day rules.Day, minutes int) time.Time {
	y, m, d := day.Time().Date()
	return time.Date(y, m, d, 0, minutes, g.rng.IntN(60), 0, g.zone)
}

// awake moves a moment at night to the morning after it.
func (g *generator) awake(t time.Time) time.Time {
	day, hour := rules.DayOf(t, g.zone), t.In(g.zone).Hour()
	switch {
	case hour >= 22:
		return g.at(day+1, g.between(7*60+50, 8*60+40))
	case hour < 7:
		return g.at(day, g.between(7*60+50, 8*60+40))
	}
	return t
}

// officeMinute is a minute of the day within working hours, outside lunch.
func (g *generator) officeMinute() int {
	if g.chance(0.5) {
		return g.between(8*60+40, 11*60+35)
	}
	return g.between(13*60+20, 17*60+10)
}
