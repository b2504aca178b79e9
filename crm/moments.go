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
	t, err := time.Parse(types.DefaultDateLayout, text)
	if err != nil { // written by hand, in another shape that PocketBase reads
		d, _ := types.ParseDateTime(text)
		return d.Time()
	}
	return t
}
