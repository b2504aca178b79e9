package demo

import (
	"sort"
	"testing"
	"time"

	"touchbase/rules"
)

// judged is a plain model of domain.md section 4 that reads nothing but the script: it does not share
// the generator's state, so it tells whether a reader of the script will see what was meant.
type judged struct {
	c            Customer
	need, intent string
	declared     float64
	bought       float64
	orders       int
	signs        []rules.Day // interactions
	talks        []rules.Day // responded follow-ups
	last         *FollowUp
	tasks        []openTask
}

type openTask struct {
	by  string
	due rules.Day
}

func judge(s *Script, now time.Time) map[string]*judged {
	today := rules.DayOf(now, shanghai)
	all := map[string]*judged{}
	for _, c := range s.Customers {
		all[c.Key] = &judged{c: c, need: c.Need, intent: c.Intent, declared: c.DeclaredAnnualPurchase, signs: []rules.Day{c.FirstContactOn}}
	}
	for _, e := range s.Events {
		j := all[e.Customer]
		switch e.Kind {
		case KindOrder:
			j.order(e.Order, today)
		case KindFollowUp:
			j.followUp(e)
		case KindUpdateCustomer:
			j.update(e.Change)
		case KindCompleteTask:
			var open []openTask
			for _, task := range j.tasks {
				if task.by != e.By || task.due > e.Change["due_by"].(rules.Day) {
					open = append(open, task)
				}
			}
			j.tasks = open
		}
	}
	for _, j := range all {
		sort.Slice(j.signs, func(a, b int) bool { return j.signs[a] < j.signs[b] })
	}
	return all
}

func (j *judged) order(o *Order, today rules.Day) {
	day := rules.DayOf(o.OrderedAt, shanghai)
	if o.Cancelled || today-day >= 365 {
		return
	}
	j.bought += o.Amount
	if o.Amount > 0 {
		j.orders++
		j.signs = append(j.signs, day)
	}
}

func (j *judged) followUp(e Event) {
	f := e.FollowUp
	day := rules.DayOf(f.StartedAt, shanghai)
	if j.last == nil || !f.StartedAt.Before(j.last.StartedAt) {
		j.last = f
	}
	if f.Status == "to_follow_up" {
		j.tasks = append(j.tasks, openTask{f.By, f.NextActionOn})
	}
	if f.Feedback == "negative" && f.Kind != "complaint" {
		j.tasks = append(j.tasks, openTask{f.By, rules.DayOf(e.At, shanghai) + 1})
	}
	if f.Feedback != "no_response" {
		j.signs = append(j.signs, day)
		j.talks = append(j.talks, day)
	}
}

func (j *judged) update(change map[string]any) {
	if v, ok := change["need"].(string); ok {
		j.need = v
	}
	if v, ok := change["intent"].(string); ok {
		j.intent = v
	}
	if v, ok := change["declared_annual_purchase"].(float64); ok {
		j.declared = v
	}
}

func (j *judged) tier() string {
	purchase := max(j.bought, j.declared)
	high, mid := purchase >= 500_000, purchase >= 100_000
	key := j.intent == "high" && j.need == "strong" || j.c.Influence == "high" && j.c.Fit == "high"
	watching := !key && (j.need == "vague" || j.need == "")
	switch {
	case high && key:
		return "S"
	case high || key:
		return "A"
	case j.orders == 0 && j.declared == 0, !mid && watching:
		return "C"
	}
	return "B"
}

func (j *judged) silent(today rules.Day) bool { return today-j.signs[len(j.signs)-1] > 30 }

func (j *judged) mode(today rules.Day) string {
	if j.silent(today) {
		return "light"
	}
	for i := len(j.signs) - 1; i > 0; i-- {
		if j.signs[i]-j.signs[i-1] <= 30 {
			continue
		}
		after := 0
		for _, day := range j.talks {
			if day > j.signs[i] {
				after++
			}
		}
		if after < 2 {
			return "recovering"
		}
		break
	}
	return "normal"
}

// next is the day of the next follow-up.
func (j *judged) next(today rules.Day) rules.Day {
	if j.last == nil {
		return rules.DayOf(j.c.Created, shanghai)
	}
	day := rules.DayOf(j.last.StartedAt, shanghai)
	if j.last.Status == "on_hold" {
		return j.last.ResumeOn
	}
	for _, task := range j.tasks {
		if j.last.Status == "to_follow_up" && task.by == j.last.By && task.due == j.last.NextActionOn {
			return task.due
		}
	}
	cadence := rules.Day(cadences[j.tier()])
	switch j.mode(today) {
	case "light":
		if day > j.signs[len(j.signs)-1]+30 {
			cadence *= 2
		}
	case "recovering":
		cadence = cadence * 3 / 2
	}
	return day + cadence
}

func TestEverythingOccursToday(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		today := rules.DayOf(now, shanghai)
		seen := map[string]int{}
		silent, working, late := 0, 0, rules.Day(0)
		for _, j := range judge(s, now) {
			seen[j.tier()]++
			seen[j.mode(today)]++
			if j.silent(today) {
				silent++
			}
			if j.last != nil {
				working++
				late += max(0, today-j.next(today))
			}
		}
		for _, e := range s.Events {
			if e.FollowUp != nil && now.Sub(e.At) < 60*24*time.Hour {
				seen[e.FollowUp.Feedback]++
				seen[e.FollowUp.Mood]++
			}
		}
		for _, want := range []string{"S", "A", "B", "C", "normal", "light", "recovering",
			"positive", "neutral", "negative", "no_response", "satisfied", "interested", "hesitant", "dissatisfied"} {
			if seen[want] < 2 {
				t.Errorf("%d of %s", seen[want], want)
			}
		}
		share := float64(silent) / float64(len(s.Customers))
		t.Logf("%v silent %.2f late %.1f", seen, share, float64(late)/float64(working))
		if share < 0.12 || share > 0.29 {
			t.Errorf("%.0f %% of customers silent, want roughly 15 to 25", share*100)
		}
	})
}

func TestEverybodyHasADaysWork(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		today := rules.DayOf(now, shanghai)
		due := map[string]int{}
		for _, j := range judge(s, now) {
			whose := map[string]bool{}
			if j.next(today) <= today {
				whose[j.c.Owner] = true
			}
			for _, task := range j.tasks {
				if task.due <= today {
					whose[task.by] = true
				}
			}
			for key := range whose {
				due[key]++
			}
		}
		t.Log(due)
		for _, p := range s.People {
			if n := due[p.Key]; n < 3 || n > 15 {
				t.Errorf("%s has %d customers due, want 3 to 15", p.Name, n)
			}
		}
	})
}

func TestWokenCustomerIsRecovering(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		j := judge(s, now)["story-woken"]
		if mode := j.mode(rules.DayOf(now, shanghai)); mode != "recovering" {
			t.Errorf("woken customer is %s, want recovering", mode)
		}
		longest := rules.Day(0)
		for i := max(1, len(j.signs)-4); i < len(j.signs); i++ {
			longest = max(longest, j.signs[i]-j.signs[i-1])
		}
		if longest < 60 || longest > 85 {
			t.Errorf("silent for %d days, want about 70", longest)
		}
	})
}

func TestOneOutgoingContactADay(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		seen := map[string]int{}
		twice := 0
		for _, e := range s.Events {
			if f := e.FollowUp; f != nil && f.Direction == "out" {
				key := e.Customer + f.Channel + rules.DayOf(f.StartedAt, shanghai).String()
				seen[key]++
				if seen[key] == 2 {
					twice++
				}
			}
		}
		if twice > 2 {
			t.Errorf("%d times two calls to a customer on one day and channel", twice)
		}
	})
}
