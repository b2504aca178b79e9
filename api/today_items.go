package api

import (
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/list"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/rules"
)

// dayItem is one thing to do: a task with its customer, or a customer to be followed up, with the next step that is due for it.
type dayItem struct {
	Kind     string         `json:"kind"`     // task or customer
	Task     *core.Record   `json:"task"`     // what the caller may read of it
	Customer *customerCard  `json:"customer"` // none: not one the caller sees
	Person   person         `json:"person"`   // whose it is
	StandsIn bool           `json:"stands_in"`
	DueAt    string         `json:"due_at"`
	DaysLate int            `json:"days_late"`
	Reasons  []rules.Reason `json:"reasons"`
	Words    string         `json:"words"` // the reasons, in the caller's language
	Last     *lastWords     `json:"last"`  // of the contacts with the customer that the caller sees

	of crm.AgendaItem
}

// person is a colleague, by what everybody reads of them.
type person struct {
	ID   string `db:"id" json:"id"`
	Name string `db:"name" json:"name"`
	Away bool   `json:"away"`

	AwayUntil string `db:"away_until" json:"-"`
}

// customerCard is what everybody who sees a customer reads of it.
type customerCard struct {
	ID             string `db:"id" json:"id"`
	Name           string `db:"name" json:"name"`
	Tier           string `db:"tier" json:"tier"`
	Risk           string `db:"risk" json:"risk"`
	TouchMode      string `db:"touch_mode" json:"touch_mode"`
	Silent         bool   `db:"silent" json:"silent"`
	NextFollowUpOn string `db:"next_follow_up_on" json:"next_follow_up_on"`

	standing crm.Standing // of the caller
}

// The kinds of an item.
const (
	kindTask     = "task"
	kindCustomer = "customer"
)

// shownDay makes the items of one answer, what they show read by the page and not one by one.
type shownDay struct {
	e      *core.RequestEvent
	policy *crm.Policy
	now    time.Time
	today  rules.Day
}

// take begins a section: the items after a place, or from the first, as many as there is room for.
func (s *shownDay) take(name string, all []crm.AgendaItem, after *crm.Place, limit int) section {
	part := section{Section: name, Count: len(all), Items: []dayItem{}}
	if after != nil {
		from, found := slices.BinarySearchFunc(all, *after, func(item crm.AgendaItem, place crm.Place) int { return item.Compare(place) })
		if found {
			from++
		}
		all = all[from:]
	}
	if len(all) > limit {
		all = all[:limit]
		part.More = writePlace(all[limit-1].Place)
	}
	for _, of := range all {
		kind := kindTask
		if name == crm.SectionCustomers {
			kind = kindCustomer
		}
		part.Items = append(part.Items, dayItem{
			Kind: kind, StandsIn: of.StandsIn, DueAt: crm.FormatMoment(of.DueAt), DaysLate: of.DaysLate, of: of,
		})
	}
	return part
}

// fill reads what the items show. One whose record is gone since its section was read is left out.
func (s *shownDay) fill(sections []section) error {
	var tasks, customers, people, due []string
	for _, part := range sections {
		for _, item := range part.Items {
			customers, people = append(customers, item.of.Customer), append(people, item.of.Person)
			if item.of.Task != "" {
				tasks = append(tasks, item.of.Task)
			}
			if item.Kind == kindCustomer {
				due = append(due, item.of.Customer)
			}
		}
	}
	records, err := s.tasks(tasks)
	if err != nil {
		return err
	}
	cards, err := s.cards(customers)
	if err != nil {
		return err
	}
	last, err := s.lastWords(cards)
	if err != nil {
		return err
	}
	names, err := s.people(people)
	if err != nil {
		return err
	}
	why, err := crm.WhyDue(s.e.App, s.policy, due, s.now)
	if err != nil {
		return err
	}
	for i := range sections {
		part := &sections[i]
		part.Items = slices.DeleteFunc(part.Items, func(item dayItem) bool {
			return item.Kind == kindTask && records[item.of.Task] == nil || item.Kind == kindCustomer && cards[item.of.Customer] == nil
		})
		for k := range part.Items {
			item := &part.Items[k]
			item.Task, item.Customer, item.Person = records[item.of.Task], cards[item.of.Customer], names[item.of.Person]
			item.Last = last[item.of.Customer]
			if item.Reasons = why[item.of.Customer]; item.Kind == kindTask {
				item.Reasons = []rules.Reason{item.of.Reason(s.policy, s.now)}
			}
			item.Words = rules.Explain(item.Reasons, languageOf(s.e))
		}
	}
	return nil
}

// tasks reads tasks, by id, each showing the caller their part of it.
func (s *shownDay) tasks(ids []string) (map[string]*core.Record, error) {
	info, err := s.e.RequestInfo()
	if err != nil {
		return nil, err
	}
	delete(info.Query, "expand") // nobody guards it here
	records, err := s.e.App.FindRecordsByIds(crm.CollectionTasks, ids)
	if err != nil {
		return nil, err
	}
	if err := access.PrincipalOf(s.e.Auth).Prepare(s.e.App, crm.CollectionTasks, records); err != nil {
		return nil, err
	}
	if err := apis.EnrichRecords(s.e, records); err != nil {
		return nil, err
	}
	byID := make(map[string]*core.Record, len(records))
	for _, record := range records {
		byID[record.Id] = record
	}
	return byID, nil
}

// cards reads the cards of customers that the caller sees, by id.
func (s *shownDay) cards(ids []string) (map[string]*customerCard, error) {
	var rows []struct {
		customerCard
		crm.Hold
		Customer string `db:"customer"`
	}
	err := s.e.App.DB().Select("id customer", "name", "tier", "risk", "touch_mode", "silent", "next_follow_up_on", "owner", "team", "collaborators", "assigned").
		From(crm.CollectionCustomers).Where(dbx.In(core.FieldNameId, list.ToInterfaceSlice(ids)...)).All(&rows)
	if err != nil {
		return nil, err
	}
	p, cards := access.PrincipalOf(s.e.Auth), make(map[string]*customerCard, len(rows))
	for i := range rows {
		if row := &rows[i]; seesCustomer(p, row.Hold) {
			row.customerCard.ID, row.standing = row.Customer, row.Standing(p.Person)
			cards[row.Customer] = &row.customerCard
		}
	}
	return cards, nil
}

// people reads colleagues, by id.
func (s *shownDay) people(ids []string) (map[string]person, error) {
	var rows []person
	err := s.e.App.DB().Select("id", "name", "away_until").From(crm.CollectionUsers).Where(dbx.In(core.FieldNameId, list.ToInterfaceSlice(ids)...)).All(&rows)
	if err != nil {
		return nil, err
	}
	people := make(map[string]person, len(rows))
	for _, row := range rows {
		row.Away = crm.IsAway(row.AwayUntil, s.today)
		people[row.ID] = row
	}
	return people, nil
}
