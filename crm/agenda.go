package crm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// The sections of a day, in their order (domain.md, section 5, "Today's order").
const (
	SectionDeadlines = "deadlines" // tasks with a deadline in hours, soonest first
	SectionOverdue   = "overdue"   // other tasks whose moment has passed, by priority, then oldest
	SectionCustomers = "customers" // due ones without a task of these, by risk, tier, days late
	SectionToday     = "today"     // other tasks due later today, soonest first
	SectionPromises  = "promises"  // those of the next three days, soonest first
)

// Sections lists them.
var Sections = []string{SectionDeadlines, SectionOverdue, SectionCustomers, SectionToday, SectionPromises}

// deadlineKinds are the tasks whose deadline is in hours.
var deadlineKinds = []string{KindNegativeFeedback, KindCase, KindWinBack, KindHandover}

// promiseDays is for how many days after today promises are shown.
const promiseDays = 3

// What comes first, from the first to the last.
var (
	byPriority = []string{PriorityHigh, PriorityNormal, PriorityLow}
	byRisk     = []string{rules.RiskChurn, rules.RiskWarning, rules.RiskStable}
)

// Whose says whose day an agenda is.
type Whose struct {
	People []string // tasks of theirs, given to them or, given to nobody, by them; customers they own
	// Absent are people they stand in for: their customers are due to whoever stands in too, where Sees says so.
	Absent []string
	Sees   func(Hold) bool
}

// Agenda is what somebody is to do on a day: nothing of it twice.
type Agenda struct {
	Today    rules.Day
	Sections map[string][]AgendaItem // each in its order
}

// AgendaItem is one thing to do: a task, or a customer to be followed up.
type AgendaItem struct {
	Place
	Task     string // id; of a due customer its next step, where that is due later today
	Customer string // id
	Person   string // whose it is
	StandsIn bool   // it is shown to whoever stands in for that person
	Kind     string // of the task of a section of tasks
	DueAt    time.Time
	DaysLate int
}

// Place is where an item stands in the order of its section: the smaller comes first.
type Place struct {
	Section string `json:"s"`
	Rank    int    `json:"r,omitempty"`
	At      string `json:"a"` // when it is due, as stored
	Minor   int    `json:"m,omitempty"`
	ID      string `json:"i"`
}

// Compare says which of two places of a section comes first.
func (p Place) Compare(other Place) int {
	return cmp.Or(cmp.Compare(p.Rank, other.Rank), cmp.Compare(p.At, other.At), cmp.Compare(p.Minor, other.Minor), cmp.Compare(p.ID, other.ID))
}

// LoadAgenda reads a day with a fixed number of queries, each of which an index serves. Tasks and customers that are archived rest.
func LoadAgenda(app core.App, policy *Policy, whose Whose, now time.Time) (*Agenda, error) {
	a := &Agenda{Today: rules.DayOf(now, policy.Zone), Sections: map[string][]AgendaItem{}}
	tasks, err := openTasksOf(app, whose.People, (a.Today + promiseDays + 1).Start(policy.Zone))
	if err != nil {
		return nil, err
	}
	for i := range tasks {
		if section := tasks[i].section(a.Today, policy.Zone, now); section != "" {
			a.add(section, tasks[i].item(section, a.Today, policy.Zone))
		}
	}
	if err := a.addCustomers(app, policy, whose); err != nil {
		return nil, err
	}
	for _, items := range a.Sections {
		slices.SortFunc(items, func(a, b AgendaItem) int { return a.Compare(b.Place) })
	}
	a.joinNextSteps()
	return a, nil
}

// addCustomers adds those that are due and have no task with a deadline in hours or overdue: such a task stands for them.
func (a *Agenda) addCustomers(app core.App, policy *Policy, whose Whose) error {
	busy := map[string]bool{}
	for _, section := range []string{SectionDeadlines, SectionOverdue} {
		for _, item := range a.Sections[section] {
			busy[item.Customer] = true
		}
	}
	customers, err := dueCustomersOf(app, slices.Concat(whose.People, whose.Absent), a.Today)
	if err != nil {
		return err
	}
	isOwn := func(c *dueCustomer) bool { return slices.Contains(whose.People, c.owner) }
	var ofAbsent []string
	for i := range customers {
		if !isOwn(&customers[i]) {
			ofAbsent = append(ofAbsent, customers[i].id)
		}
	}
	var holds map[string]Hold
	if len(ofAbsent) > 0 {
		if holds, err = Holds(app, ofAbsent...); err != nil {
			return err
		}
	}
	for i := range customers {
		c := &customers[i]
		if own := isOwn(c); !busy[c.id] && (own || whose.Sees(holds[c.id])) {
			a.add(SectionCustomers, c.item(!own, a.Today, policy.Zone))
		}
	}
	return nil
}

func (a *Agenda) add(section string, item AgendaItem) {
	a.Sections[section] = append(a.Sections[section], item)
}

// joinNextSteps lets the next step that makes a customer due today stand with the customer, and not once more among the tasks.
func (a *Agenda) joinNextSteps() {
	due := map[string]*AgendaItem{}
	for i := range a.Sections[SectionCustomers] {
		item := &a.Sections[SectionCustomers][i]
		due[item.Customer] = item
	}
	a.Sections[SectionToday] = slices.DeleteFunc(a.Sections[SectionToday], func(task AgendaItem) bool {
		customer := due[task.Customer]
		joins := task.Kind == KindNextAction && customer != nil && customer.Task == "" && (customer.StandsIn || customer.Person == task.Person)
		if joins {
			customer.Task = task.Task
		}
		return joins
	})
}

// openTask is an open task as far as it matters for its place in a day.
type openTask struct {
	id, customer, kind, priority, person string
	dueAt                                string // as stored
	due                                  time.Time
}

// openTasksOf reads the open tasks of people that are due before a moment or have a deadline in hours.
func openTasksOf(app core.App, people []string, before time.Time) ([]openTask, error) {
	list, err := json.Marshal(people)
	if err != nil {
		return nil, err
	}
	// There are few archived customers: to ask an index of them alone takes a fraction of looking at each task's customer.
	of := func(person, whose string) string {
		return `SELECT t.id, t.customer, t.kind, t.priority, t.due_at, t.` + person + `
			FROM tasks t WHERE ` + whose + ` IN (SELECT value FROM json_each({:people})) AND t.status IN (` + OpenStatuses + `)
				AND (t.due_at < {:before} OR t.kind IN ('` + strings.Join(deadlineKinds, "', '") + `'))
				AND NOT EXISTS (SELECT 1 FROM customers c INDEXED BY idx_customers_archived WHERE c.id = t.customer AND c.stage = 'archived')`
	}
	// What was given to nobody is the requester's; of those there are few.
	rows, err := app.DB().NewQuery(of(FieldAssignee, "t.assignee") + " UNION ALL " + of("[[by]]", "t.assignee = '' AND +t.[[by]]")).
		Bind(dbx.Params{"people": string(list), "before": FormatMoment(before)}).Rows()
	if err != nil {
		return nil, fmt.Errorf("failed to read the tasks of a day: %w", err)
	}
	var tasks []openTask
	err = eachRow(rows, func() error {
		var t openTask
		if err := rows.Scan(&t.id, &t.customer, &t.kind, &t.priority, &t.dueAt, &t.person); err != nil {
			return err
		}
		t.due = ParseMoment(t.dueAt)
		tasks = append(tasks, t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("failed to read the tasks of a day: %w", err)
	}
	return tasks, nil
}

// section gives that of a task; none for one that is of no concern yet.
func (t *openTask) section(today rules.Day, zone *time.Location, now time.Time) string {
	on := rules.DayOf(t.due, zone)
	switch {
	case slices.Contains(deadlineKinds, t.kind):
		return SectionDeadlines
	case !t.due.After(now):
		return SectionOverdue
	case on == today:
		return SectionToday
	case t.kind == KindPromise && on <= today+promiseDays:
		return SectionPromises
	}
	return ""
}

func (t *openTask) item(section string, today rules.Day, zone *time.Location) AgendaItem {
	item := AgendaItem{
		Place: Place{Section: section, At: t.dueAt, Minor: rankIn(byPriority, t.priority), ID: t.id},
		Task:  t.id, Customer: t.customer, Person: t.person, Kind: t.kind, DueAt: t.due, DaysLate: max(0, int(today-rules.DayOf(t.due, zone))),
	}
	if section == SectionOverdue {
		item.Rank, item.Minor = item.Minor, 0
	}
	return item
}

// dueCustomer is a customer whose day has come.
type dueCustomer struct {
	id, owner, risk, tier string
	next                  string // as stored
}

// dueCustomersOf reads the customers of owners that are due. Whoever is on hold is not: the day agreed is the next date.
func dueCustomersOf(app core.App, owners []string, today rules.Day) ([]dueCustomer, error) {
	list, err := json.Marshal(owners)
	if err != nil {
		return nil, err
	}
	rows, err := app.DB().NewQuery(`SELECT id, owner, risk, tier, next_follow_up_on FROM customers
		WHERE owner IN (SELECT value FROM json_each({:owners})) AND next_follow_up_on > '' AND next_follow_up_on <= {:today} AND stage != 'archived'`).
		Bind(dbx.Params{"owners": string(list), "today": formatDay(today)}).Rows()
	if err != nil {
		return nil, fmt.Errorf("failed to read the customers that are due: %w", err)
	}
	var customers []dueCustomer
	err = eachRow(rows, func() error {
		var c dueCustomer
		if err := rows.Scan(&c.id, &c.owner, &c.risk, &c.tier, &c.next); err != nil {
			return err
		}
		customers = append(customers, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("failed to read the customers that are due: %w", err)
	}
	return customers, nil
}

func (c *dueCustomer) item(standsIn bool, today rules.Day, zone *time.Location) AgendaItem {
	next := parseDay(c.next)
	rank := rankIn(byRisk, c.risk)*(len(rules.Tiers)+1) + rankIn(rules.Tiers, rules.Tier(c.tier))
	return AgendaItem{
		Place:    Place{Section: SectionCustomers, Rank: rank, At: c.next, ID: c.id},
		Customer: c.id, Person: c.owner, StandsIn: standsIn, DueAt: next.End(zone), DaysLate: int(today - next),
	}
}

// rankIn is the place of a value in a list; what is not in it comes last.
func rankIn[T comparable](list []T, value T) int {
	if i := slices.Index(list, value); i >= 0 {
		return i
	}
	return len(list)
}
