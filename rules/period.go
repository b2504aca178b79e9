package rules

import (
	"fmt"
	"strconv"
	"time"
)

// Period is the stretch of days that a plan is for, both ends included.
type Period struct {
	First Day `json:"first"`
	Last  Day `json:"last"`
}

const daysOfWeek = 7

// ReadPeriod reads a quarter (2026-Q3), a month (2026-07) or an ISO week (2026-W47). It refuses anything else, and the 53rd week
// of a year that has 52.
func ReadPeriod(text string) (Period, *Problem) {
	refused := &Problem{Code: "period", Message: fmt.Sprintf("There is no period %q; write it as 2026-Q3, 2026-07 or 2026-W47.", text)}
	if len(text) < len("2026-07") || text[4] != '-' {
		return Period{}, refused
	}
	year, err := strconv.Atoi(text[:4])
	if err != nil || year < 1 {
		return Period{}, refused
	}
	kind, digits := text[5], text[6:]
	if kind != 'Q' && kind != 'W' {
		kind, digits = 'M', text[5:]
	}
	number, err := strconv.Atoi(digits)
	if err != nil || number < 1 {
		return Period{}, refused
	}
	switch {
	case kind == 'Q' && number <= 4:
		month := time.Month(3*number - 2)
		return Period{Date(year, month, 1), Date(year, month+3, 1) - 1}, nil
	case kind == 'M' && number <= 12:
		return Period{Date(year, time.Month(number), 1), Date(year, time.Month(number)+1, 1) - 1}, nil
	case kind == 'W' && number <= 53:
		first := MondayOf(Date(year, time.January, 4)) + Day((number-1)*daysOfWeek) // the first week has the fourth of January
		if WeekOf(first) == fmt.Sprintf("%04d-W%02d", year, number) {
			return Period{first, first + daysOfWeek - 1}, nil
		}
	}
	return Period{}, refused
}

// Days is how many days a period has.
func (p Period) Days() int { return int(p.Last-p.First) + 1 }

// MondayOf gives the first day of the week of a day.
func MondayOf(d Day) Day { return d - Day((int(d.Weekday())+daysOfWeek-1)%daysOfWeek) }

// WeekOf names the ISO week of a day, as 2026-W47.
func WeekOf(d Day) string {
	year, week := d.Time().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

// WorkdaysOf lists the working days from one day to another, both included.
func (c Calendar) WorkdaysOf(p Period) []Day {
	var days []Day
	for d := p.First; d <= p.Last; d++ {
		if c.IsWorkday(d) {
			days = append(days, d)
		}
	}
	return days
}
