package rules_test

import (
	"testing"

	"touchbase/rules"
)

func TestNoOrders(t *testing.T) {
	t.Parallel()
	window := func(days int) func(*rules.SignalRule) {
		return func(rule *rules.SignalRule) { rule.WindowDays = days }
	}
	checkSignal(t, rules.SignalNoOrders, "", nil, []signalCase{
		{"never ordered", nil, "none"},
		{"89 days", []string{"order 89"}, "none"},
		{"90 days", []string{"order 90"}, "days 90 on 90"},
		{"364 days, the last", []string{"order 364"}, "days 90 on 364"},
		{"365 days, too long ago", []string{"order 365"}, "none"},
		{"the latest counts", []string{"order 400", "order 120", "order 364"}, "days 90 on 120"},
		{"a return is no order", []string{"order 100", "order 10 amount=-1"}, "days 90 on 100"},
		{"only a return", []string{"order 100 amount=-1"}, "none"},
		{"one cancelled is none", []string{"order 100", "order 10 cancelled"}, "days 90 on 100"},
		{"one to come is none yet", []string{"order 100", "order -1"}, "days 90 on 100"},
	})
	checkSignal(t, rules.SignalNoOrders, rules.CycleMonthly, nil, []signalCase{
		{"89 days", []string{"order 89"}, "none"}, {"90 days", []string{"order 90"}, "days 90 on 90"},
	})
	checkSignal(t, rules.SignalNoOrders, rules.CycleQuarterly, nil, []signalCase{
		{"134 days", []string{"order 134"}, "none"}, {"135 days", []string{"order 135"}, "days 135 on 135"},
		{"409 days", []string{"order 409"}, "days 135 on 409"}, {"410 days", []string{"order 410"}, "none"},
	})
	checkSignal(t, rules.SignalNoOrders, rules.CycleYearly, nil, []signalCase{
		{"547 days", []string{"order 547"}, "none"}, {"548 days", []string{"order 548"}, "days 548 on 548"},
		{"822 days", []string{"order 822"}, "days 548 on 822"}, {"823 days", []string{"order 823"}, "none"},
	})
	checkSignal(t, rules.SignalNoOrders, "irregular", nil, []signalCase{{"90 days", []string{"order 90"}, "days 90 on 90"}})
	checkSignal(t, rules.SignalNoOrders, rules.CycleWeekly, window(0), []signalCase{
		{"10 days", []string{"order 10"}, "none"}, {"11 days", []string{"order 11"}, "days 11 on 11"},
	})
	checkSignal(t, rules.SignalNoOrders, rules.CycleMonthly, window(0), []signalCase{
		{"44 days", []string{"order 44"}, "none"}, {"45 days", []string{"order 45"}, "days 45 on 45"},
	})
	checkSignal(t, rules.SignalNoOrders, rules.CycleQuarterly, window(200), []signalCase{
		{"199 days", []string{"order 199"}, "none"}, {"200 days", []string{"order 200"}, "days 200 on 200"},
	})
	checkSignal(t, rules.SignalNoOrders, "", window(0), []signalCase{
		{"today", []string{"order 0"}, "on 0"}, {"274 days", []string{"order 274"}, "on 274"}, {"275 days", []string{"order 275"}, "none"},
	})
}

func TestOrderCountDrop(t *testing.T) {
	t.Parallel()
	checkSignal(t, rules.SignalOrderCountDrop, "", nil, []signalCase{
		{"nothing", nil, "none"},
		{"one before is too few", []string{"order 90"}, "none"},
		{"two before, none since", []string{"order 90", "order 179"}, "days 90 before 2 threshold 50"},
		{"one of the two too old", []string{"order 90", "order 180"}, "none"},
		{"one of the two too young", []string{"order 89", "order 179"}, "none"},
		{"half", []string{"order 0", "order 90", "order 179"}, "days 90 last 1 before 2 threshold 50"},
		{"more than half", []string{"order 0", "order 89", "order 90", "order 91", "order 92"}, "none"},
		{"less than half", []string{"order 89", "order 90", "order 91", "order 92"}, "days 90 last 1 before 3 threshold 50"},
		{"returns do not count", []string{"order 1 amount=-5", "order 2 amount=-5", "order 90", "order 91"}, "days 90 before 2 threshold 50"},
		{"a return before does not", []string{"order 90", "order 91 amount=-5"}, "none"},
		{"cancelled ones do not", []string{"order 1 cancelled", "order 1 cancelled", "order 90", "order 91"}, "days 90 before 2 threshold 50"},
		{"nor those to come", []string{"order -1", "order -2", "order 90", "order 91"}, "days 90 before 2 threshold 50"},
	})
	two := []string{"order 90", "order 91"}
	for _, cycle := range []string{rules.CycleQuarterly, rules.CycleYearly} {
		checkSignal(t, rules.SignalOrderCountDrop, cycle, nil, []signalCase{{cycle, two, "none"}})
	}
	for _, cycle := range []string{rules.CycleWeekly, rules.CycleMonthly, "irregular"} {
		checkSignal(t, rules.SignalOrderCountDrop, cycle, nil, []signalCase{{cycle, two, "days 90 before 2 threshold 50"}})
	}
	checkSignal(t, rules.SignalOrderCountDrop, "", func(rule *rules.SignalRule) { rule.WindowDays = 0 }, []signalCase{
		{"a window of 0", []string{"order 0", "order 1", "order 2"}, "none"},
	})
	checkSignal(t, rules.SignalOrderCountDrop, "", func(rule *rules.SignalRule) { rule.WindowDays, rule.Threshold = 30, 0 }, []signalCase{
		{"none at all", []string{"order 30", "order 59"}, "days 30 before 2"},
		{"one is enough", []string{"order 29", "order 30", "order 59", "order 45"}, "none"},
		{"the day before the window", []string{"order 30", "order 60"}, "none"},
	})
	checkSignal(t, rules.SignalOrderCountDrop, "", func(rule *rules.SignalRule) {
		rule.Threshold, rule.Severity = 100, rules.SeverityWarning
	}, []signalCase{
		{"as many", []string{"order 0", "order 1", "order 90", "order 91"}, "days 90 last 2 before 2 threshold 100"},
		{"more", []string{"order 0", "order 1", "order 2", "order 90", "order 91"}, "none"},
	})
}

func TestOrderAmountDrop(t *testing.T) {
	t.Parallel()
	checkSignal(t, rules.SignalOrderAmountDrop, "", nil, []signalCase{
		{"nothing", nil, "none"},
		{"one order before is enough", []string{"order 90 amount=0.01"}, "days 90 before 0.01 threshold 50"},
		{"one for nothing is none", []string{"order 90 amount=0"}, "none"},
		{"of 179 days", []string{"order 179 amount=8"}, "days 90 before 8 threshold 50"},
		{"of 180 days", []string{"order 180 amount=8"}, "none"},
		{"half", []string{"order 89 amount=50", "order 90 amount=100"}, "days 90 last 50 before 100 threshold 50"},
		{"a cent more than half", []string{"order 89 amount=50.01", "order 90 amount=100"}, "none"},
		{"a return makes it half", []string{"order 89 amount=60", "order 1 amount=-10", "order 90 amount=100"}, "days 90 last 50 before 100 threshold 50"},
		{"returns alone", []string{"order 1 amount=-10", "order 90 amount=100"}, "days 90 last -10 before 100 threshold 50"},
		{"all returned before", []string{"order 91 amount=100", "order 90 amount=-100"}, "none"},
		{"more returned than bought", []string{"order 91 amount=100", "order 90 amount=-101", "order 1 amount=-50"}, "none"},
		{"binary noise", []string{"order 1 amount=0.15", "order 90 amount=0.1", "order 91 amount=0.2"}, "days 90 last 0.15 before 0.3 threshold 50"},
		{"one cancelled", []string{"order 1 amount=60 cancelled", "order 90 amount=100"}, "days 90 before 100 threshold 50"},
		{"one cancelled before", []string{"order 90 amount=60 cancelled"}, "none"},
		{"one to come", []string{"order -1 amount=60", "order 90 amount=100"}, "days 90 before 100 threshold 50"},
	})
	for _, cycle := range []string{rules.CycleQuarterly, rules.CycleYearly} {
		checkSignal(t, rules.SignalOrderAmountDrop, cycle, nil, []signalCase{{cycle, []string{"order 90 amount=100"}, "none"}})
	}
	checkSignal(t, rules.SignalOrderAmountDrop, "", func(rule *rules.SignalRule) { rule.WindowDays, rule.Threshold = 10, 20 }, []signalCase{
		{"a fifth", []string{"order 9 amount=20", "order 10 amount=100"}, "days 10 last 20 before 100 threshold 20"},
		{"more", []string{"order 9 amount=20.01", "order 19 amount=100"}, "none"},
		{"too old", []string{"order 20 amount=100"}, "none"},
	})
}

func TestOverduePayment(t *testing.T) {
	t.Parallel()
	checkSignal(t, rules.SignalOverduePayment, "", nil, []signalCase{
		{"none", nil, "none"},
		{"no day to pay by", []string{"order 400 amount=5"}, "none"},
		{"due today", []string{"order 30 amount=5 due=0"}, "none"},
		{"due yesterday", []string{"order 30 amount=5 due=1"}, "on 1 count 1 amount 5"},
		{"due years ago", []string{"order 900 amount=5 due=800"}, "on 800 count 1 amount 5"},
		{"paid in time", []string{"order 30 amount=5 due=1 paid=1"}, "none"},
		{"paid a day late, today", []string{"order 30 amount=5 due=1 paid=0"}, "on 0 count 1"},
		{"paid late 179 days ago", []string{"order 300 amount=5 due=180 paid=179"}, "on 179 count 1"},
		{"paid late 180 days ago", []string{"order 300 amount=5 due=181 paid=180"}, "none"},
		{"to be paid tomorrow", []string{"order 30 amount=5 due=1 paid=-1"}, "on 1 count 1 amount 5"},
		{"to be paid tomorrow, not due", []string{"order 30 amount=5 due=0 paid=-1"}, "none"},
		{"cancelled", []string{"order 30 amount=5 due=1 cancelled"}, "none"},
		{"a return", []string{"order 30 amount=-5 due=1"}, "none"},
		{"for nothing", []string{"order 30 amount=0 due=1"}, "on 1 count 1"},
		{"several", []string{"order 30 amount=0.1 due=5", "order 30 amount=0.2 due=3", "order 30 amount=9 due=4 paid=2"}, "on 2 count 3 amount 0.3"},
		{"to come", []string{"order -1 amount=5 due=1"}, "none"},
	})
	checkSignal(t, rules.SignalOverduePayment, "", func(rule *rules.SignalRule) { rule.WindowDays = 0 }, []signalCase{
		{"a window of 0, paid", []string{"order 30 amount=5 due=1 paid=0"}, "none"},
		{"a window of 0, unpaid", []string{"order 30 amount=5 due=1"}, "on 1 count 1 amount 5"},
	})
}
