package crm

import (
	"time"

	"github.com/pocketbase/pocketbase/tools/types"
)

// FormatMoment gives a moment as PocketBase stores it, in UTC, which is also how it is compared in SQL: a time bound as it is would
// be another text. The zero time is nothing.
func FormatMoment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(types.DefaultDateLayout)
}

// ParseMoment reads what FormatMoment writes; nothing is the zero time.
func ParseMoment(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	if t, ok := parseStored(text); ok {
		return t
	}
	// Written by hand, in another shape that PocketBase reads.
	d, _ := types.ParseDateTime(text)
	return d.Time()
}

// storedShape is that of a stored moment, each digit a 0.
const storedShape = "0000-00-00 00:00:00.000Z"

// parseStored reads a moment in the stored form; [time.Parse] takes several times as long, and a night reads millions.
func parseStored(text string) (time.Time, bool) {
	if len(text) != len(storedShape) {
		return time.Time{}, false
	}
	var parts [7]int // year to millisecond
	part := 0
	for i := range len(storedShape) {
		c := text[i]
		switch {
		case storedShape[i] != '0':
			if c != storedShape[i] {
				return time.Time{}, false
			}
			part++
		case c < '0' || c > '9':
			return time.Time{}, false
		default:
			parts[part] = parts[part]*10 + int(c-'0')
		}
	}
	t := time.Date(parts[0], time.Month(parts[1]), parts[2], parts[3], parts[4], parts[5], parts[6]*int(time.Millisecond), time.UTC)
	// A date that does not exist has become another one.
	return t, t.Day() == parts[2] && int(t.Month()) == parts[1] && parts[3] < 24 && parts[4] < 60 && parts[5] < 60
}
