package rules

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	// Years outside these are slips of the pen, not dates of a customer.
	firstYear = 1900
	lastYear  = 2200

	// furthestZone is the largest distance of a time zone from UTC, in hours.
	furthestZone = 14
)

var dateTimePattern = regexp.MustCompile(
	`^(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)` +
		`(?:[Tt ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(?: ?([Zz]|[+-]\d{2}:?\d{2}))?)?$`)

// ReadDay reads a day as domain.md, section 2, allows it to be written. A plain date and a date with a
// time but no zone mean that date; a moment with a zone means its day in the given zone, except 00:00 UTC
// written with Z, the stored form, which means its date. Empty text gives no day. Anything else,
// impossible dates and years outside 1900 to 2200 are a problem with code unreadable_date.
func ReadDay(text string, zone *time.Location) (Day, *Problem) {
	w, ok := readDateTime(text)
	if !ok {
		return 0, unreadableDate(text, "a date", "2023-10-15")
	}
	if w.isEmpty() || !w.zoned || w.isStoredDay() {
		return w.date, nil
	}
	return DayOf(w.moment(zone), zone), nil
}

// ReadMoment reads a moment as domain.md, section 2, allows it to be written, and gives it in UTC. Without
// a zone of its own the text is read in the given one; a plain date means the start of that day. A local
// time that a clock change skips or doubles is taken as [time.Date] takes it. Empty text gives the zero
// moment; what cannot be read is a problem as for [ReadDay].
func ReadMoment(text string, zone *time.Location) (time.Time, *Problem) {
	w, ok := readDateTime(text)
	if !ok {
		return time.Time{}, unreadableDate(text, "a date and time", "2023-10-15 14:30")
	}
	if w.isEmpty() {
		return time.Time{}, nil
	}
	return w.moment(zone).UTC(), nil
}

func unreadableDate(text, what, example string) *Problem {
	return &Problem{
		Code:    "unreadable_date",
		Message: quote(strings.TrimSpace(text)) + " is not " + what + "; write it as " + example + ".",
	}
}

// dateTime is what was written: a date, perhaps a time of day, perhaps a zone.
type dateTime struct {
	date                        Day
	timed, zoned                bool
	hour, minute, second, nanos int
	offset                      time.Duration // of the zone, east of UTC
}

func (w dateTime) isEmpty() bool { return w.date.IsZero() }

func (w dateTime) isStoredDay() bool {
	return w.zoned && w.offset == 0 && w.hour == 0 && w.minute == 0 && w.second == 0 && w.nanos == 0
}

func (w dateTime) moment(zone *time.Location) time.Time {
	if !w.timed {
		return w.date.Start(zone)
	}
	if w.zoned {
		zone = time.UTC
	}
	y, m, d := w.date.Time().Date()
	return time.Date(y, m, d, w.hour, w.minute, w.second, w.nanos, zone).Add(-w.offset)
}

// readDateTime reads text; empty text gives the empty dateTime.
func readDateTime(text string) (w dateTime, ok bool) {
	text = halfWidth(text)
	if text == "" {
		return w, true
	}
	m := dateTimePattern.FindStringSubmatch(text)
	if m == nil {
		return w, false
	}
	// Exactly one of the four shapes of a date has filled its groups.
	month, day := m[2]+m[4]+m[6]+m[8], m[3]+m[5]+m[7]+m[9]
	if w.date, ok = validDate(number(m[1]), number(month), number(day)); !ok {
		return w, false
	}
	w.timed, w.zoned = m[10] != "", m[14] != ""
	w.hour, w.minute, w.second = number(m[10]), number(m[11]), number(m[12])
	w.nanos = number((m[13] + "000000000")[:9])
	if w.hour > 23 || w.minute > 59 || w.second > 59 {
		return w, false
	}
	w.offset, ok = zoneOffset(m[14])
	return w, ok
}

// zoneOffset reads Z, +08:00, +0800 or nothing.
func zoneOffset(zone string) (time.Duration, bool) {
	if zone == "" || zone == "Z" || zone == "z" {
		return 0, true
	}
	hours, minutes := number(zone[1:3]), number(zone[len(zone)-2:])
	if hours > furthestZone || hours == furthestZone && minutes > 0 || minutes > 59 {
		return 0, false
	}
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if zone[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// validDate gives the day of a date that exists in a year from firstYear to lastYear.
func validDate(year, month, day int) (Day, bool) {
	if year < firstYear || year > lastYear {
		return 0, false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Year() != year || int(t.Month()) != month || t.Day() != day {
		return 0, false
	}
	return DayOf(t, time.UTC), true
}

// number is the value of a few digits that a pattern has found; 0 for none.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
