package crm

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// PlanLine is a line of a plan: planned is when it is due, actual when it was done.
type PlanLine struct {
	ID             string    `json:"task" db:"id"`
	Title          string    `json:"title" db:"title"`
	Customer       string    `json:"customer" db:"customer"`
	Assignee       string    `json:"assignee" db:"assignee"`
	Channel        string    `json:"channel" db:"channel"`
	Status         string    `json:"status" db:"status"`
	Planned        rules.Day `json:"planned" db:"-"`
	Actual         rules.Day `json:"actual,omitempty" db:"-"`
	Late           bool      `json:"late" db:"-"` // past due, or done after it was
	Reason         string    `json:"reason" db:"-"`
	DueAt          string    `json:"-" db:"due_at"`
	DoneAt         string    `json:"-" db:"done_at"`
	DelayReason    string    `json:"-" db:"delay_reason"`
	PostponeReason string    `json:"-" db:"postpone_reason"`
}

// PlanCounts counts lines.
type PlanCounts struct {
	Lines     int `json:"lines"`
	Done      int `json:"done"`
	DoneLate  int `json:"done_late"`
	Open      int `json:"open"`
	Overdue   int `json:"overdue"`
	Cancelled int `json:"cancelled"`
}

func (c *PlanCounts) add(line *PlanLine) {
	c.Lines++
	switch {
	case line.Status == TaskDone && line.Late:
		c.Done++
		c.DoneLate++
	case line.Status == TaskDone:
		c.Done++
	case line.Status == TaskCancelled:
		c.Cancelled++
	case line.Late:
		c.Open++
		c.Overdue++
	default:
		c.Open++
	}
}

// PlanWeek counts the lines planned for a week, of a person or of all.
type PlanWeek struct {
	Week string `json:"week"`
	PlanCounts
}

// PlanPerson counts the lines of somebody, altogether and by week.
type PlanPerson struct {
	User string `json:"user"` // empty: nobody's
	PlanCounts
	Weeks []PlanWeek `json:"weeks"`
}

// DelayReason is why lines were late, and how many.
type DelayReason struct {
	Reason string `json:"reason"` // empty: none was given
	Lines  int    `json:"lines"`
}

// WeekSummary is what became of a week [001]: what was done in it, what is open, what was delayed and why, and what the next one
// brings. Each list has at most two hundred lines; the counts are of all.
type WeekSummary struct {
	Week    string            `json:"week"`
	First   rules.Day         `json:"first"`
	Last    rules.Day         `json:"last"`
	Counts  map[string]int    `json:"counts"`
	Done    []PlanLine        `json:"done"`
	Open    []PlanLine        `json:"open"`
	Delayed []PlanLine        `json:"delayed"`
	Next    []PlanLine        `json:"next"`
	Words   map[string]string `json:"words"`
}

// maxWeekLines is how many lines of each kind a summary names.
const maxWeekLines = 200

// PlanProgress is how a plan stands.
type PlanProgress struct {
	Plan     string         `json:"plan"`
	Period   rules.Period   `json:"period"`
	Total    PlanCounts     `json:"total"`
	ByStatus map[string]int `json:"by_status"`
	Reasons  []DelayReason  `json:"reasons"`
	People   []PlanPerson   `json:"people"`
	Weeks    []PlanWeek     `json:"weeks"`
	Week     WeekSummary    `json:"week"`
	Goals    []GoalProgress `json:"goals"`
}

// ProgressOfPlan tells how a plan stands at a moment, by those of its lines for which a condition in SQL holds (nil: all), with the
// summary of the week of a day (none: today).
func ProgressOfPlan(app core.App, plan *core.Record, sees dbx.Expression, week rules.Day, now time.Time) (PlanProgress, error) {
	policy, err := LoadPolicy(app)
	if err != nil {
		return PlanProgress{}, err
	}
	period, problem := rules.ReadPeriod(plan.GetString(FieldPeriod))
	if problem != nil {
		return PlanProgress{}, fmt.Errorf("failed to read the period of plan %s: %w", plan.Id, problem)
	}
	lines, err := linesOf(app, plan.Id, sees, policy.Zone, now)
	if err != nil {
		return PlanProgress{}, err
	}
	p := PlanProgress{Plan: plan.Id, Period: period, ByStatus: map[string]int{}, Goals: []GoalProgress{}}
	for _, status := range []string{TaskOpen, TaskInProgress, TaskDone, TaskDelayed, TaskCancelled} {
		p.ByStatus[status] = 0
	}
	people, weeks := map[string]map[string]*PlanWeek{}, map[string]*PlanWeek{}
	for i := range lines {
		line := &lines[i]
		p.Total.add(line)
		p.ByStatus[line.Status]++
		name := rules.WeekOf(line.Planned)
		if people[line.Assignee] == nil {
			people[line.Assignee] = map[string]*PlanWeek{}
		}
		for _, of := range []map[string]*PlanWeek{weeks, people[line.Assignee]} {
			if of[name] == nil {
				of[name] = &PlanWeek{Week: name}
			}
			of[name].add(line)
		}
	}
	p.Weeks, p.People, p.Reasons = inOrder(weeks), byPerson(people), reasonsOf(lines)
	if week.IsZero() {
		week = rules.DayOf(now, policy.Zone)
	}
	p.Week = summarizeWeek(lines, rules.MondayOf(week))
	return p, nil
}

// linesOf loads the lines of a plan, in the order in which they are planned.
func linesOf(app core.App, plan string, sees dbx.Expression, zone *time.Location, now time.Time) ([]PlanLine, error) {
	query := app.DB().Select("id", "title", "customer", "assignee", "channel", "status", "due_at", "done_at", "delay_reason", "postpone_reason").
		From(CollectionTasks).Where(dbx.HashExp{FieldPlan: plan}).OrderBy("due_at", "id")
	if sees != nil {
		query.AndWhere(sees)
	}
	lines := []PlanLine{}
	if err := query.All(&lines); err != nil {
		return nil, fmt.Errorf("failed to load the lines of a plan: %w", err)
	}
	for i := range lines {
		line := &lines[i]
		due, done := ParseMoment(line.DueAt), ParseMoment(line.DoneAt)
		line.Planned, line.Actual = rules.DayOf(due, zone), rules.DayOf(done, zone)
		line.Reason = cmp.Or(line.DelayReason, line.PostponeReason)
		switch {
		case line.Status == TaskDone:
			line.Late = done.After(due)
		case IsOpen(line.Status):
			line.Late = line.Status == TaskDelayed || !due.After(now)
		}
	}
	return lines, nil
}

func inOrder(weeks map[string]*PlanWeek) []PlanWeek {
	list := make([]PlanWeek, 0, len(weeks))
	for _, name := range slices.Sorted(maps.Keys(weeks)) {
		list = append(list, *weeks[name])
	}
	return list
}

func byPerson(people map[string]map[string]*PlanWeek) []PlanPerson {
	list := make([]PlanPerson, 0, len(people))
	for _, id := range slices.Sorted(maps.Keys(people)) {
		person := PlanPerson{User: id, Weeks: inOrder(people[id])}
		for _, week := range person.Weeks {
			person.sum(week.PlanCounts)
		}
		list = append(list, person)
	}
	return list
}

func (c *PlanCounts) sum(o PlanCounts) {
	c.Lines += o.Lines
	c.Done += o.Done
	c.DoneLate += o.DoneLate
	c.Open += o.Open
	c.Overdue += o.Overdue
	c.Cancelled += o.Cancelled
}

// reasonsOf counts why lines were late or put off, the most frequent first.
func reasonsOf(lines []PlanLine) []DelayReason {
	count := map[string]int{}
	for _, line := range lines {
		if line.Late || line.Reason != "" {
			count[line.Reason]++
		}
	}
	list := make([]DelayReason, 0, len(count))
	for _, reason := range slices.Sorted(maps.Keys(count)) {
		list = append(list, DelayReason{reason, count[reason]})
	}
	slices.SortStableFunc(list, func(a, b DelayReason) int { return cmp.Compare(b.Lines, a.Lines) })
	return list
}

// summarizeWeek sorts the lines that concern a week, which begins on monday. A line may be in two lists: done, and delayed.
func summarizeWeek(lines []PlanLine, monday rules.Day) WeekSummary {
	s := WeekSummary{Week: rules.WeekOf(monday), First: monday, Last: monday + 6, Counts: map[string]int{}}
	within := func(d, first rules.Day) bool { return d >= first && d <= first+6 }
	lists := map[string]*[]PlanLine{"done": &s.Done, "open": &s.Open, "delayed": &s.Delayed, "next": &s.Next}
	for _, list := range lists {
		*list = []PlanLine{}
	}
	add := func(name string, line PlanLine) {
		s.Counts[name]++
		if list := lists[name]; len(*list) < maxWeekLines {
			*list = append(*list, line)
		}
	}
	for name := range lists {
		s.Counts[name] = 0
	}
	for _, line := range lines {
		done := line.Status == TaskDone && within(line.Actual, monday)
		open := IsOpen(line.Status) && line.Planned <= s.Last
		if done {
			add("done", line)
		}
		if open {
			add("open", line)
		}
		if line.Late && (done || open) || line.Reason != "" && line.Status != TaskCancelled && within(line.Planned, monday) {
			add("delayed", line)
		}
		if IsOpen(line.Status) && within(line.Planned, monday+7) {
			add("next", line)
		}
	}
	c := s.Counts
	s.Words = map[string]string{
		rules.Chinese: fmt.Sprintf("%s 周：完成 %d 项，未完成 %d 项，延期 %d 项；下周 %d 项。", s.Week, c["done"], c["open"], c["delayed"], c["next"]),
		rules.English: fmt.Sprintf("Week %s: %d done, %d open, %d delayed; %d next week.", s.Week, c["done"], c["open"], c["delayed"], c["next"]),
	}
	return s
}
