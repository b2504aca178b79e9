package crm

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// yearly is a date of a customer or of one of its contacts that is kept every year.
type yearly struct {
	ID       string `db:"id"`
	Customer string `db:"customer"`
	Company  string `db:"company"`
	Person   string `db:"person"`
	Date     string `db:"date"`
	Created  string `db:"created"`
}

// Customers nobody looks after have nobody to congratulate them.
const (
	birthdaysSQL = `SELECT p.id, p.customer, c.name company, p.name person, p.birthday date, p.created
		FROM contacts p JOIN customers c ON c.id = p.customer
		WHERE p.birthday != '' AND substr(p.birthday, 6, 5) IN (SELECT value FROM json_each({:dates})) AND p.left_on = ''
		AND c.owner != '' AND c.stage != 'archived'`
	anniversariesSQL = `SELECT c.id, c.id customer, c.name company, '' person, c.anniversary_on date, c.created
		FROM customers c
		WHERE c.anniversary_on != '' AND substr(c.anniversary_on, 6, 5) IN (SELECT value FROM json_each({:dates}))
		AND c.owner != '' AND c.stage != 'archived'`
)

func (c *careRun) birthdays() error {
	return c.occasions(KindBirthday, birthdaysSQL, "p.id", c.birthdayWords)
}

func (c *careRun) anniversaries() error {
	return c.occasions(KindAnniversary, anniversariesSQL, "c.id", func(_ core.App, y yearly, passed bool, _ string) (title, body [2]string, err error) {
		title = [2]string{y.Company + "：纪念日快到了", y.Company + ": its anniversary is near"}
		if passed {
			title = [2]string{y.Company + "：纪念日刚过，补上祝贺", y.Company + ": its anniversary has just passed; congratulate it now"}
		}
		return title, body, nil
	})
}

// occasions opens a task for each customer and day on which a date of a query is kept that is near, and tells whoever has it of each date.
func (c *careRun) occasions(kind, query, id string, words func(tx core.App, y yearly, passed bool, to string) (title, body [2]string, err error)) error {
	dates := dbx.Params{"dates": jsonList(rules.ReturnDates(c.today-rules.BelatedDays, c.today+rules.Day(c.lead)))}
	var ids []string
	if err := c.app.DB().NewQuery("SELECT id FROM (" + query + ") ORDER BY customer, id").Bind(dates).Column(&ids); err != nil {
		return fmt.Errorf("failed to find the occasions of kind %s: %w", kind, err)
	}
	return c.each(ids, func(tx core.App, batch []string) error {
		var list []yearly
		err := tx.DB().NewQuery(query + " AND " + id + " IN (SELECT value FROM json_each({:ids})) ORDER BY 2, 1").
			Bind(dates).Bind(dbx.Params{"ids": jsonList(batch)}).All(&list)
		if err != nil {
			return fmt.Errorf("failed to read the occasions of kind %s: %w", kind, err)
		}
		for _, y := range list {
			on, near := rules.Occasion(parseDay(y.Date), c.today, c.lead)
			// What passed before anybody had entered it is not news.
			if passed := on < c.today; !near || passed && rules.DayOf(ParseMoment(y.Created), c.policy.Zone) > on {
				continue
			}
			// The task names neither whose day it is nor, but for its deadline, the day: not everybody who sees it may know a birthday.
			task, err := c.open(tx, RuleTask{
				Key: fmt.Sprintf("%s:%s:%s", kind, y.Customer, on), Kind: kind, Customer: y.Customer, Priority: PriorityNormal,
				DueAt: max(on, c.today).End(c.policy.Zone),
			})
			if err != nil {
				return err
			}
			err = c.tell(tx, task, kind, fmt.Sprintf("%s:%s:%s", kind, y.ID, on), func(to string) (title, body [2]string, err error) {
				return words(tx, y, on < c.today, to)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// birthdayWords name whose birthday it is to those who may know it.
func (c *careRun) birthdayWords(tx core.App, y yearly, passed bool, to string) (title, body [2]string, err error) {
	user, err := tx.FindRecordById(CollectionUsers, to)
	if err != nil {
		return title, body, fmt.Errorf("failed to find who is told of a birthday: %w", err)
	}
	holds, err := Holds(tx, y.Customer)
	if err != nil {
		return title, body, err
	}
	who := [2]string{"一位联系人", "a contact"}
	if MayKnowBirthdays(PersonOf(user), holds[y.Customer]) {
		who = [2]string{y.Person, y.Person}
	}
	title = [2]string{y.Company + "：" + who[0] + "的生日快到了", y.Company + ": the birthday of " + who[1] + " is near"}
	if passed {
		title = [2]string{y.Company + "：" + who[0] + "的生日刚过，补上问候", y.Company + ": the birthday of " + who[1] + " has just passed; send wishes now"}
	}
	return title, body, nil
}

// MayKnowBirthdays tells whether somebody may know the birthdays of a customer's contacts, as the table of rights has it.
func MayKnowBirthdays(p Person, customer Hold) bool {
	standing := customer.Standing(p)
	switch p.Role {
	case RoleRep:
		return standing&Own != 0
	case RoleManager:
		return standing&Team != 0
	}
	return p.Role == RoleDirector
}

// stillKept tells whether a date of a list is kept on a day.
func stillKept(dates []string, on rules.Day) bool {
	for _, date := range dates {
		if d := parseDay(date); d != 0 && d.Returns(on) == on {
			return true
		}
	}
	return false
}

// keyParts are the parts of the key of a rule's task, at least three.
func keyParts(task *core.Record) []string {
	return append(strings.Split(task.GetString(FieldKey), ":"), "", "", "")
}

// keyDay reads a day in a key; none where it is none.
func keyDay(text string) (d rules.Day) {
	if d.UnmarshalText([]byte(text)) != nil {
		return 0
	}
	return d
}
