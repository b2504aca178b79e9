package demo

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"touchbase/rules"
)

var shanghai = time.FixedZone("CST", 8*60*60)

// moments the script has to be believable at: an ordinary Monday, a Sunday after Spring Festival, a
// leap year, the middle of the holiday, and the end of a quarter.
var moments = []time.Time{
	time.Date(2026, 11, 23, 11, 20, 0, 0, shanghai),
	time.Date(2027, 2, 28, 16, 0, 0, 0, shanghai),
	time.Date(2028, 3, 1, 9, 0, 0, 0, shanghai),
	time.Date(2027, 2, 10, 10, 0, 0, 0, shanghai),
	time.Date(2027, 6, 30, 23, 0, 0, 0, shanghai),
	time.Date(2026, 10, 12, 8, 0, 0, 0, shanghai),
}

type sample struct {
	name   string
	now    time.Time
	script *Script
}

// samples are the scripts all tests read: two seeds for every moment.
var samples = sync.OnceValue(func() []sample {
	var all []sample
	for _, now := range moments {
		for seed := range int64(2) {
			all = append(all, sample{now.Format(time.DateOnly), now, New(seed+1, now, shanghai)})
		}
	}
	return all
})

// eachScript runs a test on every sample.
func eachScript(t *testing.T, check func(t *testing.T, s *Script, now time.Time)) {
	t.Helper()
	for _, one := range samples() {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			check(t, one.script, one.now)
		})
	}
}

func TestSameSeedSameScript(t *testing.T) {
	t.Parallel()
	now := moments[0]
	if !reflect.DeepEqual(New(7, now, shanghai), New(7, now, shanghai)) {
		t.Error("one seed gave two scripts")
	}
	if reflect.DeepEqual(New(7, now, shanghai).Customers, New(8, now, shanghai).Customers) {
		t.Error("two seeds gave the same customers")
	}
	morning, evening := New(7, now, shanghai), New(7, now.Add(8*time.Hour), shanghai)
	n := len(morning.Events)
	if n >= len(evening.Events) {
		t.Errorf("nothing happened in the day: %d events in the morning, %d in the evening", n, len(evening.Events))
	}
	if !reflect.DeepEqual(morning.Events, evening.Events[:n]) {
		t.Error("the morning's script is not the beginning of the evening's")
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		count := map[string]int{}
		for _, e := range s.Events {
			count[e.Kind]++
		}
		for kind, limits := range map[string][2]int{
			KindOrder: {1200, 2000}, KindFollowUp: {1700, 2500}, KindUpdateCustomer: {60, 300},
			KindContactLeaves: {3, 10}, KindCompleteTask: {500, 2000},
		} {
			if n := count[kind]; n < limits[0] || n > limits[1] {
				t.Errorf("%d %s events, want %d to %d", n, kind, limits[0], limits[1])
			}
		}
		if n := len(s.Customers); n < 190 || n > 215 {
			t.Errorf("%d customers, want about 200", n)
		}
		late, pool := 0, 0
		for _, c := range s.Customers {
			if c.Created.After(now.AddDate(0, 0, -360)) {
				late++
			}
			if c.Owner == "" {
				pool++
			}
		}
		if late < 35 || late > 45 {
			t.Errorf("%d customers enter during the year, want about 40", late)
		}
		if pool < 3 {
			t.Errorf("%d customers in the pool, want a few", pool)
		}
	})
}

func TestEventsAreInOrderAndPossible(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		entered := map[string]time.Time{}
		for _, c := range s.Customers {
			entered[c.Key] = c.Created
		}
		people := map[string]bool{}
		for _, p := range s.People {
			people[p.Key] = true
		}
		var last time.Time
		for _, e := range s.Events {
			if e.At.Before(last) || e.At.After(now) {
				t.Fatalf("%s at %s is out of order (after %s, now %s)", e.Kind, e.At, last, now)
			}
			last = e.At
			if created, ok := entered[e.Customer]; !ok || e.At.Before(created) {
				t.Errorf("%s at %s: customer %q enters at %s", e.Kind, e.At, e.Customer, created)
			}
			if e.Kind != KindOrder && !people[e.By] {
				t.Errorf("%s at %s by nobody: %q", e.Kind, e.At, e.By)
			}
			if e.Kind == KindCompleteTask {
				due, ok := e.Change["due_by"].(rules.Day)
				if !ok || due.IsZero() || e.Change["result"] == "" {
					t.Errorf("complete_task without due_by or result: %v", e.Change)
				}
			}
		}
	})
}

func TestSeasons(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		whole := func(month time.Month) bool { return now.Month() != month } // the last month of a script is cut off
		var orders [13]int
		festival := 0
		for _, e := range s.Events {
			if e.Order == nil {
				continue
			}
			orders[e.Order.OrderedAt.In(shanghai).Month()]++
			if f := toFestival(rules.DayOf(e.Order.OrderedAt, shanghai)); f >= -1 && f <= 6 {
				festival++
			}
		}
		if whole(time.February) && whole(time.October) && orders[time.February]*3 > orders[time.October]*2 {
			t.Errorf("%d orders in February, %d in October", orders[time.February], orders[time.October])
		}
		if whole(time.July) && whole(time.September) && orders[time.July] >= orders[time.September] {
			t.Errorf("%d orders in July, %d in September", orders[time.July], orders[time.September])
		}
		if festival > 6 {
			t.Errorf("%d orders in the Spring Festival week", festival)
		}
	})
}

func TestStories(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		names := map[string]string{}
		for _, c := range s.Customers {
			names[c.Key] = c.Name
		}
		for _, story := range Stories {
			if names[story.Customer] != story.Name {
				t.Errorf("%s is %q, want %q", story.Customer, names[story.Customer], story.Name)
			}
		}
		var rival, left, woken bool
		var ordersBefore, ordersAfter int
		recent := now.AddDate(0, 0, -90)
		for _, e := range s.Events {
			switch e.Customer {
			case "story-price":
				if e.Order != nil && e.At.Before(recent) && e.At.After(now.AddDate(0, 0, -180)) {
					ordersBefore++
				} else if e.Order != nil && e.At.After(recent) {
					ordersAfter++
				}
				rival = rival || e.FollowUp != nil && strings.Contains(e.FollowUp.Content, e.FollowUp.Competitor) && e.FollowUp.Feedback == "negative"
			case "story-handover":
				left = left || e.Kind == KindContactLeaves && e.Successor != nil
			case "story-woken":
				woken = woken || e.Order != nil && e.At.After(now.AddDate(0, 0, -25))
			}
		}
		if ordersAfter*2 > ordersBefore || ordersBefore < 3 {
			t.Errorf("price: %d orders, then %d", ordersBefore, ordersAfter)
		}
		if !rival || !left || !woken {
			t.Errorf("rival named %v, contact left %v, order after silence %v", rival, left, woken)
		}
	})
}
