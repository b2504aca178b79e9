package rules

import "time"

// BelatedDays is how long after its day an occasion that nobody was told of is still worth telling: a week, which is as long as holidays
// keep a machine switched off.
const BelatedDays = 7

// MaxLeadDays bounds how long before its day an occasion is told, so that never two of one date are near at once.
const MaxLeadDays = 180

// Returns gives the first day, on or after from, on which a date is kept: the same day of a year, 29 February on 28 February in years
// without one. A date is never kept before it was.
func (d Day) Returns(from Day) Day {
	from = max(from, d)
	year := from.Time().Year()
	if on := d.inYear(year); on >= from {
		return on
	}
	return d.inYear(year + 1)
}

func (d Day) inYear(year int) Day {
	_, month, day := d.Time().Date()
	if on := Date(year, month, day); on.Time().Month() == month {
		return on
	}
	return Date(year, month, day-1)
}

// Occasion gives the day on which a date is kept that people are to be told of on a day: it is near, at most lead days ahead, or
// passed by at most BelatedDays. Whoever looks every day of that time tells of it, whichever of them they miss.
func Occasion(date, today Day, lead int) (on Day, near bool) {
	on = date.Returns(today - BelatedDays)
	return on, on <= today+Day(Lead(lead))
}

// Lead is the policy's lead_days within its bounds.
func Lead(days int) int { return min(max(days, 0), MaxLeadDays) }

// ReturnDates lists as "01-02" the dates that may be kept on the days from one to another.
func ReturnDates(from, to Day) []string {
	var dates []string
	for on := from; on <= to; on++ {
		at := on.Time()
		dates = append(dates, at.Format("01-02"))
		if at.Month() == time.February && (on+1).Time().Month() == time.March && at.Day() == 28 {
			dates = append(dates, "02-29")
		}
	}
	return dates
}

// Holiday is some days in a row on which nobody works, the first and the last of them holidays.
type Holiday struct{ First, Last Day }

// longestHoliday is more than any holiday lasts, in days.
const longestHoliday = 31

// HolidaysNear lists the holidays that begin within lead days of a day, or last on it.
func (c Calendar) HolidaysNear(today Day, lead int) []Holiday {
	var near []Holiday
	for first := today - longestHoliday; first <= today+Day(Lead(lead)); first++ {
		if !c.isHoliday(first) || c.holidayBeyond(first, -1) != first {
			continue
		}
		if last := c.holidayBeyond(first, 1); last >= today {
			near = append(near, Holiday{first, last})
		}
	}
	return near
}

func (c Calendar) isHoliday(d Day) bool { return c.Holidays[d] && !c.Workdays[d] }

// holidayBeyond is the furthest holiday from one, with nothing but free days between.
func (c Calendar) holidayBeyond(d, step Day) Day {
	for next := d + step; !c.IsWorkday(next); next += step {
		if c.isHoliday(next) {
			d = next
		}
	}
	return d
}
