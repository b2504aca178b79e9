package rules_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"touchbase/rules"
)

// TestReturns keeps dates in years that have them, and 29 February where there is none.
func TestReturns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ date, from, want string }{
		{"1904-08-03", "2026-08-03", "2026-08-03"}, // the year is not known
		{"1980-08-03", "2026-08-04", "2027-08-03"},
		{"1980-01-02", "2026-12-30", "2027-01-02"},
		{"2000-02-29", "2026-02-20", "2026-02-28"},
		{"1904-02-29", "2028-02-28", "2028-02-29"},
		{"1904-02-29", "2026-03-01", "2027-02-28"},
		{"1904-02-29", "2027-03-01", "2028-02-29"},
		{"2000-02-29", "2100-02-01", "2100-02-28"}, // no leap year
		{"1980-02-28", "2028-02-29", "2029-02-28"},
		{"1980-12-31", "2026-12-31", "2026-12-31"},
		{"2027-08-05", "2026-08-01", "2027-08-05"}, // not before it was
	} {
		if got := dayNamed(t, c.date).Returns(dayNamed(t, c.from)).String(); got != c.want {
			t.Errorf("%s from %s on: %s, want %s", c.date, c.from, got, c.want)
		}
	}
}

// TestOccasionsAreToldOnce looks on random days at random dates, with every lead, and holds what is told against a walk through all days: each
// occasion that somebody looked at in its time is told, by its day once, and nothing else.
func TestOccasionsAreToldOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		lead := rapid.IntRange(0, 30).Draw(rt, "lead")
		begin := rules.Date(2023, time.January, 1) + rules.Day(rapid.IntRange(0, 1500).Draw(rt, "begin"))
		dates := []rules.Day{rules.Date(1904, time.February, 29)}
		for range 5 {
			dates = append(dates, rules.Date(1904, time.January, 1)+rapid.Custom(func(t *rapid.T) rules.Day {
				return rules.Day(rapid.IntRange(0, 40000).Draw(t, "date"))
			}).Draw(rt, "date"))
		}
		told, want := map[[2]rules.Day]int{}, map[[2]rules.Day]bool{}
		for today := begin; today < begin+800; {
			for _, date := range dates {
				if on, near := rules.Occasion(date, today, lead); near && told[[2]rules.Day{date, on}] == 0 {
					told[[2]rules.Day{date, on}]++
				}
				for on := today - rules.BelatedDays; on <= today+rules.Day(lead); on++ {
					if keeps(date, on) {
						want[[2]rules.Day{date, on}] = true
					}
				}
				if dates := rules.ReturnDates(today-rules.BelatedDays, today+rules.Day(lead)); len(dates) > 0 {
					on, near := rules.Occasion(date, today, lead)
					if listed := slices.Contains(dates, date.Time().Format("01-02")); listed != (near && on >= date) && date <= today-rules.BelatedDays {
						rt.Errorf("%s on %s: listed %t, near %t", date, today, listed, near)
					}
				}
			}
			today += rules.Day(rapid.IntRange(1, 12).Draw(rt, "down"))
		}
		for occasion := range want {
			if told[occasion] != 1 {
				rt.Errorf("%s of %s was told %d times", occasion[1], occasion[0], told[occasion])
			}
		}
		if len(told) != len(want) {
			rt.Errorf("told of %d occasions, want %d", len(told), len(want))
		}
	})
}

// keeps tells, by words alone, whether a date is kept on a day.
func keeps(date, on rules.Day) bool {
	was, is := date.String()[5:], on.String()[5:]
	leap := (on + 1).String()[5:] == "02-29" || is == "02-29"
	return on >= date && (was == is || was == "02-29" && is == "02-28" && !leap)
}

// TestHolidaysNear finds holidays with the weekends in and beside them.
func TestHolidaysNear(t *testing.T) {
	t.Parallel()
	calendar := rules.Calendar{Holidays: map[rules.Day]bool{}, Workdays: map[rules.Day]bool{dayNamed(t, "2026-10-10"): true}}
	for _, on := range []string{
		"2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07", // Saturday and Sunday the 3rd and 4th between them
		"2027-01-01", "2026-10-10", // worked all the same
	} {
		calendar.Holidays[dayNamed(t, on)] = true
	}
	for _, c := range []struct {
		today       string
		lead        int
		first, last string
	}{
		{"2026-09-27", 3, "", ""},
		{"2026-09-28", 3, "2026-10-01", "2026-10-07"},
		{"2026-10-01", 0, "2026-10-01", "2026-10-07"},
		{"2026-10-07", 3, "2026-10-01", "2026-10-07"},
		{"2026-10-08", 3, "", ""},
		{"2026-12-29", 3, "2027-01-01", "2027-01-01"},
		{"2026-12-28", 3, "", ""},
	} {
		var first, last string
		near := calendar.HolidaysNear(dayNamed(t, c.today), c.lead)
		if len(near) > 0 {
			first, last = near[0].First.String(), near[0].Last.String()
		}
		if first != c.first || last != c.last || len(near) > 1 {
			t.Errorf("%s, %d days ahead: %v, want %s to %s", c.today, c.lead, near, c.first, c.last)
		}
	}
}
