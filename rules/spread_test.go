package rules_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"touchbase/rules"
)

func quarter(t *testing.T) []rules.Day {
	t.Helper()
	period, problem := rules.ReadPeriod("2026-Q3")
	if problem != nil {
		t.Fatal(problem)
	}
	return rules.Calendar{}.WorkdaysOf(period)
}

// TestSpreadIsFair gives two people the work of a quarter: no day has more than its share and one, no week more than its share and a
// tenth, though one of them has days that were full before.
func TestSpreadIsFair(t *testing.T) {
	t.Parallel()
	days := quarter(t)
	s := rules.NewSpread(days, 1)
	load := map[string]map[rules.Day]int{"wang": {}, "li": {}}
	for _, on := range days[:10] {
		s.Add("li", "", "", on)
		load["li"][on]++
	}
	lines := 10
	seed := uint32(7)
	for _, every := range []int{7, 14, 30, 60, 90} {
		for i := range 20 {
			for person := range load {
				seed = seed*1664525 + 1013904223
				customer := fmt.Sprintf("%s %d", person, i)
				placed := s.Place(rules.Recurring{Person: person, Customer: customer, Channel: "phone", Count: max(92/every, 1), Every: every, Seed: seed})
				lines += len(placed)
				for j, on := range placed {
					if !slices.Contains(days, on) {
						t.Fatalf("%s is no working day of the quarter", on)
					}
					if j > 0 && on <= placed[j-1] {
						t.Errorf("%s every %d days: %v", customer, every, placed)
					}
					load[person][on]++
				}
			}
		}
	}
	for person, byDay := range load {
		total, weeks := 0, map[string]int{}
		for on, n := range byDay {
			total += n
			weeks[rules.WeekOf(on)] += n
		}
		share := float64(total) / float64(len(days))
		for on, n := range byDay {
			if float64(n) > share+2 {
				t.Errorf("%s has %d on %s, of %.1f a day", person, n, on, share)
			}
		}
		for week, n := range weeks {
			if float64(n) > 5*share*1.1+1 {
				t.Errorf("%s has %d in week %s, of %.1f", person, n, week, 5*share)
			}
		}
	}
	if lines < 500 {
		t.Errorf("only %d lines", lines)
	}
}

// TestSpreadHolds never gives a customer more on a channel and day than is wanted, nor anybody anything before they are there or on a
// day off, and says so where there is no room.
func TestSpreadHolds(t *testing.T) {
	t.Parallel()
	days := quarter(t)
	rapid.Check(t, func(t *rapid.T) {
		perDay := rapid.IntRange(0, 2).Draw(t, "perDay")
		few := days[:rapid.IntRange(0, 12).Draw(t, "days")]
		s := rules.NewSpread(few, perDay)
		taken := map[string]int{}
		for range rapid.IntRange(1, 20).Draw(t, "lines") {
			r := rules.Recurring{
				Person: "p", Customer: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "customer"), Channel: rapid.SampledFrom([]string{"", "phone"}).Draw(t, "channel"),
				There: rapid.SampledFrom([]rules.Day{0, days[5], days[60]}).Draw(t, "there"), Count: rapid.IntRange(1, 5).Draw(t, "count"),
				Every: rapid.IntRange(0, 9).Draw(t, "every"), Seed: rapid.Uint32().Draw(t, "seed"),
			}
			room := 0
			for _, on := range few {
				if on >= r.There {
					room += max(perDay-taken[r.Customer+r.Channel+on.String()], 0)
				}
			}
			placed := 0
			for _, on := range s.Place(r) {
				if on == 0 {
					continue
				}
				placed++
				if key := r.Customer + r.Channel + on.String(); r.Channel != "" {
					if taken[key]++; taken[key] > perDay {
						t.Fatalf("%s has too much on %s", r.Customer, on)
					}
				}
				if on < r.There || !slices.Contains(few, on) {
					t.Fatalf("placed on %s", on)
				}
			}
			if r.Channel != "" && placed != min(r.Count, room) {
				t.Fatalf("placed %d of %d in room for %d", placed, r.Count, room)
			}
		}
	})
}

// TestSpreadKeepsApart does not contact one customer two days in a row for two actions.
func TestSpreadKeepsApart(t *testing.T) {
	t.Parallel()
	s := rules.NewSpread(quarter(t), 1)
	var met []rules.Day
	for seed := range uint32(4) {
		met = append(met, s.Place(rules.Recurring{Person: "p", Customer: "c", Channel: "phone", Count: 3, Every: 30, Seed: 5 * seed})...)
	}
	slices.Sort(met)
	for i := 1; i < len(met); i++ {
		if met[i]-met[i-1] < 2 {
			t.Errorf("met on %s and on %s", met[i-1], met[i])
		}
	}
}
