package rules_test

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata" // the zones under test must not depend on the machine

	"touchbase/rules"
)

// zoneNamed loads a time zone or ends the test.
func zoneNamed(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatalf("failed to load zone: %v", err)
	}
	return zone
}

// dueOn is the day an assessment is due again, no day where it never is.
func dueOn(a rules.Assessment, zone *time.Location) rules.Day {
	if a.DueAt.IsZero() {
		return 0
	}
	return rules.DayOf(a.DueAt, zone)
}

// clockAt reads "2006-01-02 15:04" or "2006-01-02 15:04:05.999" in a zone.
func clockAt(t testing.TB, zone *time.Location, text string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if moment, err := time.ParseInLocation(layout, text, zone); err == nil {
			return moment
		}
	}
	t.Fatalf("failed to read moment %q", text)
	return time.Time{}
}

// dayNamed reads "2006-01-02"; nothing is no day.
func dayNamed(t testing.TB, text string) rules.Day {
	t.Helper()
	var day rules.Day
	if err := day.UnmarshalText([]byte(text)); err != nil {
		t.Fatalf("failed to read day %q: %v", text, err)
	}
	return day
}

func TestDayOfDependsOnTheZone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ utc, zone, want string }{
		{"2026-03-01 15:59:59", "Asia/Shanghai", "2026-03-01"},
		{"2026-03-01 16:00", "Asia/Shanghai", "2026-03-02"},
		{"2025-12-31 10:59:59", "Pacific/Auckland", "2025-12-31"},
		{"2025-12-31 11:00", "Pacific/Auckland", "2026-01-01"},
		{"2026-01-01 07:59:59", "America/Los_Angeles", "2025-12-31"},
		{"2026-01-01 08:00", "America/Los_Angeles", "2026-01-01"},
		{"2024-02-28 23:59:59.999", "UTC", "2024-02-28"},
		{"2024-02-29 00:00", "UTC", "2024-02-29"},
		{"2026-03-28 22:59:59", "Europe/Berlin", "2026-03-28"}, // UTC+1
		{"2026-03-29 21:59:59", "Europe/Berlin", "2026-03-29"}, // UTC+2 since 02:00
		{"2026-03-29 22:00", "Europe/Berlin", "2026-03-30"},
		{"2026-10-25 22:59:59", "Europe/Berlin", "2026-10-25"}, // UTC+1 since 03:00
		{"2026-10-25 23:00", "Europe/Berlin", "2026-10-26"},
	} {
		moment := clockAt(t, time.UTC, test.utc)
		if got := rules.DayOf(moment, zoneNamed(t, test.zone)).String(); got != test.want {
			t.Errorf("%s UTC in %s: got %s, want %s", test.utc, test.zone, got, test.want)
		}
	}
}

func TestDayStartAndEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, zone, day, start, end string }{
		{"a plain day", "Asia/Shanghai", "2026-08-03", "2026-08-02T16:00:00Z", "2026-08-03T15:59:59Z"},
		{"east of everything", "Pacific/Auckland", "2026-01-01", "2025-12-31T11:00:00Z", "2026-01-01T10:59:59Z"},
		{"23 hours", "Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"},
		{"25 hours", "Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"},
		{"no midnight", "America/Santiago", "2024-09-08", "2024-09-08T04:00:00Z", "2024-09-09T02:59:59Z"},
		{"no midnight", "Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z", "2024-04-26T20:59:59Z"},
		{"the evening before no midnight", "Africa/Cairo", "2024-04-25", "2024-04-24T22:00:00Z", "2024-04-25T21:59:59Z"},
		{"two midnights, west", "America/Havana", "2024-11-03", "2024-11-03T04:00:00Z", "2024-11-04T04:59:59Z"},
		{"two midnights, east", "Asia/Amman", "2021-10-29", "2021-10-28T21:00:00Z", "2021-10-29T21:59:59Z"},
	} {
		zone, day := zoneNamed(t, test.zone), dayNamed(t, test.day)
		if got := day.Start(zone).UTC().Format(time.RFC3339); got != test.start {
			t.Errorf("%s: %s starts in %s at %s, want %s", test.name, test.day, test.zone, got, test.start)
		}
		if got := day.End(zone).UTC().Format(time.RFC3339); got != test.end {
			t.Errorf("%s: %s ends in %s at %s, want %s", test.name, test.day, test.zone, got, test.end)
		}
	}
}

// The first moment of each day belongs to it and the moment before does not, through ten years of clock changes.
func TestDayStartIsTheFirstMoment(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"UTC", "Asia/Shanghai", "Pacific/Auckland", "America/Los_Angeles", "Europe/Berlin", "America/Santiago",
		"Africa/Cairo", "Asia/Amman", "Asia/Beirut", "America/Havana", "Atlantic/Azores", "Australia/Lord_Howe",
	} {
		zone := zoneNamed(t, name)
		for day := rules.Date(2017, 1, 1); day < rules.Date(2027, 1, 1); day++ {
			start := day.Start(zone)
			if rules.DayOf(start, zone) != day || rules.DayOf(start.Add(-time.Nanosecond), zone) != day-1 {
				t.Fatalf("%s starts in %s at %s", day, name, start)
			}
		}
	}
}

func TestDayArithmetic(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, got, want string }{
		{"the day after 28 February of a leap year", (rules.Date(2024, 2, 28) + 1).String(), "2024-02-29"},
		{"the day after 28 February of another", (rules.Date(2026, 2, 28) + 1).String(), "2026-03-01"},
		{"1900 had no 29 February", (rules.Date(1900, 2, 28) + 1).String(), "1900-03-01"},
		{"the day after New Year's Eve", (rules.Date(2025, 12, 31) + 1).String(), "2026-01-01"},
		{"365 days over a leap day", (rules.Date(2023, 3, 1) + 365).String(), "2024-02-29"},
		{"a year back", rules.Date(2026, 8, 3).AddYears(-1).String(), "2025-08-03"},
		{"a year back from a leap day", rules.Date(2024, 2, 29).AddYears(-1).String(), "2023-03-01"},
		{"four years on from a leap day", rules.Date(2024, 2, 29).AddYears(4).String(), "2028-02-29"},
		{"values out of range roll over", rules.Date(2026, 14, 0).String(), "2027-01-31"},
		{"the weekday", rules.Date(2026, 8, 3).Weekday().String(), "Monday"},
		{"no day", rules.Day(0).String(), ""},
		{"the day of no moment", rules.DayOf(time.Time{}, time.UTC).String(), ""},
		{"the stored form", rules.Date(2026, 8, 3).Time().Format(time.RFC3339), "2026-08-03T00:00:00Z"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, test.got, test.want)
		}
	}
	if !rules.Day(0).Time().IsZero() || !rules.Day(0).IsZero() || rules.Date(2026, 8, 3).IsZero() {
		t.Error("only no day is stored as no moment")
	}
}

func TestDayAsText(t *testing.T) {
	t.Parallel()
	for _, day := range []rules.Day{0, 2, rules.Date(2024, 2, 29), rules.Date(2026, 12, 31)} {
		text, err := json.Marshal(day)
		if err != nil {
			t.Fatalf("failed to write %s: %v", day, err)
		}
		var back rules.Day
		if err := json.Unmarshal(text, &back); err != nil || back != day {
			t.Errorf("%s came back as %q, error %v", text, back, err)
		}
	}
	for _, text := range []string{"2026-02-29", "2026-8-3", "2026-08-03T00:00:00Z", "tomorrow"} {
		var day rules.Day
		if err := day.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %s", text, day)
		}
	}
}
