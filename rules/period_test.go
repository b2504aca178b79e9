package rules_test

import (
	"testing"

	"touchbase/rules"
)

func TestReadPeriod(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"2026-Q1": {"2026-01-01", "2026-03-31"}, "2026-Q3": {"2026-07-01", "2026-09-30"}, "2026-Q4": {"2026-10-01", "2026-12-31"},
		"2024-02": {"2024-02-01", "2024-02-29"}, "2026-07": {"2026-07-01", "2026-07-31"}, "2026-12": {"2026-12-01", "2026-12-31"},
		"2026-W01": {"2025-12-29", "2026-01-04"}, "2026-W47": {"2026-11-16", "2026-11-22"},
		"2026-W53": {"2026-12-28", "2027-01-03"}, "2021-W01": {"2021-01-04", "2021-01-10"},
		"2025-W53": {}, "2026-Q5": {}, "2026-Q0": {}, "2026-13": {}, "2026-00": {}, "2026-W54": {}, "2026-W00": {}, "2026": {}, "": {},
		"2026-Q": {}, "2026-QQ": {}, "2026/07": {}, "abcd-07": {}, "0000-07": {},
	} {
		got, problem := rules.ReadPeriod(text)
		if want[0] == "" {
			if problem == nil {
				t.Errorf("%q is read as %v", text, got)
			}
			continue
		}
		if problem != nil || got.First.String() != want[0] || got.Last.String() != want[1] {
			t.Errorf("%q is %s to %s (%v), want %v", text, got.First, got.Last, problem, want)
		}
	}
}

// TestWeeksJoin has every day in one week, between its Monday and its Sunday.
func TestWeeksJoin(t *testing.T) {
	t.Parallel()
	for d := rules.Date(2019, 12, 1); d < rules.Date(2028, 2, 1); d++ {
		week, problem := rules.ReadPeriod(rules.WeekOf(d))
		if problem != nil || d < week.First || d > week.Last || week.First != rules.MondayOf(d) || week.Days() != 7 {
			t.Fatalf("%s is in the week %s, %s to %s (%v)", d, rules.WeekOf(d), week.First, week.Last, problem)
		}
	}
}
