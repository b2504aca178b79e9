package rules

import (
	"testing"

	"pgregory.net/rapid"
)

// nationalDay is the calendar around 1 October 2026, a Thursday: 1 to 7 off, 27 September and 10 October
// worked.
func nationalDay() Calendar {
	cal := Calendar{Holidays: map[Day]bool{}, Workdays: map[Day]bool{Date(2026, 9, 27): true, Date(2026, 10, 10): true}}
	for day := 1; day <= 7; day++ {
		cal.Holidays[Date(2026, 10, day)] = true
	}
	return cal
}

func TestIsWorkday(t *testing.T) {
	t.Parallel()
	both := Date(2026, 8, 3)
	cal := nationalDay()
	cal.Holidays[both], cal.Workdays[both] = true, true
	for _, c := range []struct {
		day  Day
		want bool
	}{
		{Date(2026, 9, 25), true},   // Friday
		{Date(2026, 9, 26), false},  // Saturday
		{Date(2026, 9, 27), true},   // Sunday, worked
		{Date(2026, 10, 1), false},  // Thursday, off
		{Date(2026, 10, 7), false},  // Wednesday, off
		{Date(2026, 10, 8), true},   // Thursday
		{Date(2026, 10, 10), true},  // Saturday, worked
		{Date(2026, 10, 11), false}, // Sunday
		{both, true},
	} {
		if got := cal.IsWorkday(c.day); got != c.want {
			t.Errorf("IsWorkday(%v) = %v, want %v", c.day, got, c.want)
		}
	}
}

func TestAddWorkdays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cal  Calendar
		from Day
		n    int
		want Day
	}{
		{Calendar{}, Date(2026, 8, 3), 3, Date(2026, 8, 6)},
		{Calendar{}, Date(2026, 8, 6), 3, Date(2026, 8, 11)},
		{Calendar{}, Date(2026, 8, 8), 1, Date(2026, 8, 10)},
		{Calendar{}, Date(2026, 8, 8), 0, Date(2026, 8, 8)},
		{Calendar{}, Date(2026, 8, 8), -5, Date(2026, 8, 8)},
		{nationalDay(), Date(2026, 9, 30), 1, Date(2026, 10, 8)},
		{nationalDay(), Date(2026, 9, 30), 3, Date(2026, 10, 10)},
		{nationalDay(), Date(2026, 9, 25), 1, Date(2026, 9, 27)},
	} {
		if got := c.cal.AddWorkdays(c.from, c.n); got != c.want {
			t.Errorf("%v and %d working days = %v, want %v", c.from, c.n, got, c.want)
		}
	}
}

// The nth working day is a working day with n-1 others between.
func TestAddWorkdaysCounts(t *testing.T) {
	t.Parallel()
	cal := nationalDay()
	rapid.Check(t, func(t *rapid.T) {
		from := Date(2026, 9, 1) + Day(rapid.IntRange(0, 60).Draw(t, "from"))
		n := rapid.IntRange(1, 40).Draw(t, "n")
		due := cal.AddWorkdays(from, n)
		count := 0
		for d := from + 1; d <= due; d++ {
			if cal.IsWorkday(d) {
				count++
			}
		}
		if count != n || !cal.IsWorkday(due) {
			t.Fatalf("%v and %d working days = %v with %d", from, n, due, count)
		}
	})
}
