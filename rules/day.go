// Package rules is the judgement of Touchbase, pure: how a customer is assessed, how names, dates and
// numbers are read. It knows no database and no clock; whoever calls it brings the facts, the policy
// and the moment.
package rules

import "time"

// Day is a calendar date, counted from 0001-01-01 as day 1. The zero value means "no day". Ages and
// gaps are plain subtractions, so no clock change can make a day longer or shorter.
type Day int

const secondsPerDay = 24 * 60 * 60

// clockStep divides every change of the clock that zones have made in our time.
const clockStep = 15 * time.Minute

// yearOneUnix is 0001-01-01T00:00:00Z in seconds since 1970.
const yearOneUnix = -62135596800

// Date gives the day of a year, month and day of the month; values out of range roll over as in
// [time.Date].
func Date(year int, month time.Month, day int) Day {
	return DayOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), time.UTC)
}

// DayOf gives the day a moment falls on in a time zone; the zero moment has no day.
func DayOf(moment time.Time, zone *time.Location) Day {
	if moment.IsZero() {
		return 0
	}
	_, offset := moment.In(zone).Zone()
	return Day((moment.Unix()+int64(offset)-yearOneUnix)/secondsPerDay) + 1
}

// IsZero tells whether there is no day.
func (d Day) IsZero() bool { return d == 0 }

// Time is the stored form of a day: its date at 00:00 UTC; the zero time for no day.
func (d Day) Time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Unix(yearOneUnix+int64(d-1)*secondsPerDay, 0).UTC()
}

// Start is the first moment of the day in a zone. Where a clock change skips midnight it is the first
// moment that exists; where one repeats midnight it is the earlier of the two.
func (d Day) Start(zone *time.Location) time.Time {
	y, m, dd := d.Time().Date()
	start := time.Date(y, m, dd, 0, 0, 0, 0, zone)
	// time.Date may answer with the evening before when midnight does not exist.
	for DayOf(start, zone) < d {
		start = start.Add(clockStep)
	}
	// And with the second midnight where there are two.
	for DayOf(start.Add(-clockStep), zone) >= d {
		start = start.Add(-clockStep)
	}
	return start
}

// End is the last second of the day in a zone: the deadline of work that is due on that day.
func (d Day) End(zone *time.Location) time.Time {
	return (d + 1).Start(zone).Add(-time.Second)
}

// AddYears is the same date some years on; 29 February of a year without one is 1 March.
func (d Day) AddYears(years int) Day { return DayOf(d.Time().AddDate(years, 0, 0), time.UTC) }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.Time().Weekday() }

// String is the date as 2006-01-02, or nothing for no day.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// MarshalText writes the date as 2006-01-02, so that reasons carry dates a person can read.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Day) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return err
	}
	*d = DayOf(t, time.UTC)
	return nil
}
