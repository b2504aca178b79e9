package rules

import "time"

// Calendar knows on which days people work: Monday to Friday but the holidays, and the workdays that
// make up for them (调休). It comes from the policy; the zero value has neither.
type Calendar struct {
	Holidays map[Day]bool
	Workdays map[Day]bool
}

// IsWorkday tells whether people work on a day; a day in both lists is a working day.
func (c Calendar) IsWorkday(d Day) bool {
	if c.Workdays[d] {
		return true
	}
	weekday := d.Weekday()
	return weekday != time.Saturday && weekday != time.Sunday && !c.Holidays[d]
}

// AddWorkdays gives the nth working day after a day, which need not be a working day itself; the day
// itself if n is 0 or less.
func (c Calendar) AddWorkdays(d Day, n int) Day {
	for n > 0 {
		d++
		if c.IsWorkday(d) {
			n--
		}
	}
	return d
}
