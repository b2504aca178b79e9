package crm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// reviewedSQL is when a profile was last reviewed: the day somebody did, else the moment it was entered.
const reviewedSQL = "(CASE WHEN reviewed_on = '' THEN created ELSE reviewed_on END)"

// dueReviewsSQL are the profiles of an owner last reviewed before a day; the worthiest first.
const dueReviewsSQL = `SELECT id, name FROM customers WHERE owner = {:owner} AND owner != '' AND stage != 'archived' AND ` + reviewedSQL + ` < {:before}
	ORDER BY instr('SABC', tier), ` + reviewedSQL + `, id`

// named is a customer in a list.
type named struct {
	ID   string `db:"id"`
	Name string `db:"name"`
}

// reviewBefore is the day before which a profile was last reviewed whose review falls due in the month of a day. Whoever was reviewed
// since the list was made, on a day, is on it no longer.
func (p *Policy) reviewBefore(today, made rules.Day) rules.Day {
	year, month, _ := today.Time().Date()
	lastOfMonth := rules.Date(year, month+1, 1) - 1
	return min(lastOfMonth-rules.Day(p.ReviewEveryDays)+1, made)
}

// dueReviews lists the profiles of an owner that are to be reviewed, of a list made on a day.
func dueReviews(app core.App, policy *Policy, owner string, today, made rules.Day) (due []named, err error) {
	if policy.ReviewEveryDays == 0 {
		return nil, nil
	}
	err = app.DB().NewQuery(dueReviewsSQL).Bind(dbx.Params{"owner": owner, "before": formatDay(policy.reviewBefore(today, made))}).All(&due)
	if err != nil {
		return nil, fmt.Errorf("failed to find the profiles to review: %w", err)
	}
	return due, nil
}

// reviewKey names the review of an owner's profiles in the month of a day.
func reviewKey(owner string, today rules.Day) string {
	return fmt.Sprintf("%s:%s:%s", KindProfileReview, owner, monthOf(today))
}

// reviews gives each owner, once a month, one task of reviewing the profiles that fall due in it. The task stands with the first of them;
// the list is told to the owner alone, because not everybody who sees that customer sees the others.
func (c *careRun) reviews() error {
	if c.policy.ReviewEveryDays == 0 {
		return nil
	}
	var owners []string
	err := c.app.DB().NewQuery(`SELECT id FROM users WHERE EXISTS (SELECT 1 FROM customers WHERE owner = users.id AND owner != ''
		AND stage != 'archived' AND ` + reviewedSQL + ` < {:before}) ORDER BY id`).
		Bind(dbx.Params{"before": formatDay(c.policy.reviewBefore(c.today, c.today))}).Column(&owners)
	if err != nil {
		return fmt.Errorf("failed to find the owners of profiles to review: %w", err)
	}
	return c.each(owners, func(tx core.App, batch []string) error {
		for _, owner := range batch {
			if err := c.review(tx, owner); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *careRun) review(tx core.App, owner string) error {
	key := reviewKey(owner, c.today)
	task, err := TaskByKey(tx, key)
	if err != nil {
		return err
	}
	due, err := dueReviews(tx, c.policy, owner, c.today, c.madeOn(task))
	if err != nil || len(due) == 0 {
		return err
	}
	first := RuleTask{
		Key: key, Kind: KindProfileReview, Customer: due[0].ID, Named: owner, Priority: PriorityNormal, DueAt: (c.today + careDays).End(c.policy.Zone),
		Details: [2]string{
			fmt.Sprintf("本月有 %d 位客户的资料待复盘，名单见通知。", len(due)),
			fmt.Sprintf("%d profiles are to be reviewed this month; the list is in the notice.", len(due)),
		},
	}
	if task, err = c.open(tx, first); err != nil {
		return err
	}
	if err := c.keepReview(tx, task, first, due); err != nil {
		return err
	}
	return c.tell(tx, task, KindProfileReview, key, func(assignee string) (title, body [2]string, err error) {
		title = [2]string{fmt.Sprintf("本月有 %d 位客户的资料待复盘", len(due)), fmt.Sprintf("%d profiles to review this month", len(due))}
		if assignee == owner {
			body = listed(due)
		}
		return title, body, nil
	})
}

// madeOn is the day on which the list of a task was made; today where there is none yet.
func (c *careRun) madeOn(task *core.Record) rules.Day {
	if task == nil {
		return c.today
	}
	return rules.DayOf(task.GetDateTime(FieldCreated).Time(), c.policy.Zone)
}

// keepReview takes an open review to another customer of its owner where the one it stands with left the list.
func (c *careRun) keepReview(tx core.App, task *core.Record, t RuleTask, due []named) error {
	before := task.GetString(FieldCustomer)
	isDue := slices.ContainsFunc(due, func(n named) bool { return n.ID == before })
	if !IsOpen(task.GetString(FieldStatus)) || isDue {
		return nil
	}
	assignee, _, err := responsible(tx, t, c.today)
	if err != nil {
		return err
	}
	task.Set(FieldCustomer, t.Customer)
	task.Set(FieldAssignee, assignee)
	c.touched[before], c.touched[t.Customer] = true, true
	return saveTask(tx, task)
}

// mostListed is how many customers a notice names.
const mostListed = 100

// listed names customers, a line each, in Chinese and in English.
func listed(customers []named) [2]string {
	var names strings.Builder
	for _, n := range customers[:min(len(customers), mostListed)] {
		names.WriteString(n.Name + "\n")
	}
	list := strings.TrimSuffix(names.String(), "\n")
	more := len(customers) - mostListed
	if more <= 0 {
		return [2]string{list, list}
	}
	return [2]string{fmt.Sprintf("%s\n……以及另外 %d 位", list, more), fmt.Sprintf("%s\n… and %d more", list, more)}
}

const (
	// checkAfter is how long something may want checking before somebody is asked to.
	checkAfter = 7 * 24 * time.Hour
	// mostChecks is how many customers an owner is asked to check at a time; the next follow as these are done. An import finds
	// hundreds at once.
	mostChecks = 5
)

// doubtful is a customer in whose details something wants checking.
type doubtful struct {
	ID         string `db:"id"`
	Owner      string `db:"owner"`
	Since      string `db:"check_since"`
	NeedsCheck string `db:"needs_check"`
}

func checkKey(customer, since string) string {
	return fmt.Sprintf("%s:%s:%s", KindVerifyInfo, customer, parseDay(since))
}

// doubtfulSQL are the customers to check for whom there has been no task yet, the worthiest first.
const doubtfulSQL = `SELECT id, owner, check_since, needs_check FROM customers
	WHERE check_since != '' AND check_since <= {:before} AND owner != '' AND stage != 'archived'
	AND NOT EXISTS (SELECT 1 FROM tasks WHERE [[key]] = 'verify_info:' || customers.id || ':' || substr(customers.check_since, 1, 10)
		AND (status IN (` + OpenStatuses + `) OR result != {:ended}))`

// checks asks the owners to check what has been doubtful for a week, a few customers at a time, and tells nobody besides: it is not
// urgent, and stands among their tasks.
func (c *careRun) checks() error {
	params := dbx.Params{"before": FormatMoment(c.now.Add(-checkAfter)), "ended": endedByRule}
	var all []doubtful
	err := c.app.DB().NewQuery(doubtfulSQL + " ORDER BY instr('SABC', tier), check_since, id").Bind(params).All(&all)
	if err != nil {
		return fmt.Errorf("failed to find the customers to check: %w", err)
	}
	busy, err := c.openChecks()
	if err != nil {
		return err
	}
	var ids []string
	for _, d := range all {
		if busy[d.Owner] < mostChecks {
			busy[d.Owner]++
			ids = append(ids, d.ID)
		}
	}
	return c.each(ids, func(tx core.App, batch []string) error {
		var list []doubtful
		err := tx.DB().NewQuery(doubtfulSQL + " AND id IN (SELECT value FROM json_each({:ids}))").
			Bind(params).Bind(dbx.Params{"ids": jsonList(batch)}).All(&list)
		if err != nil {
			return fmt.Errorf("failed to read the customers to check: %w", err)
		}
		for _, d := range list {
			details, err := checkDetails(d.NeedsCheck)
			if err != nil {
				return err
			}
			_, err = c.open(tx, RuleTask{
				Key: checkKey(d.ID, d.Since), Kind: KindVerifyInfo, Customer: d.ID, Priority: PriorityNormal, Details: details,
				DueAt: (c.today + careDays).End(c.policy.Zone),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// openChecks counts, by owner, the checks that are open.
func (c *careRun) openChecks() (map[string]int, error) {
	var rows []struct {
		Owner string `db:"owner"`
		Open  int    `db:"open"`
	}
	err := c.app.DB().NewQuery(`SELECT c.owner, count(*) open FROM tasks t JOIN customers c ON c.id = t.customer
		WHERE t.kind = 'verify_info' AND t.status IN (` + OpenStatuses + `) AND t.rule != '' GROUP BY c.owner`).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("failed to count the checks that are open: %w", err)
	}
	open := map[string]int{}
	for _, row := range rows {
		open[row.Owner] = row.Open
	}
	return open, nil
}

// checkDetails names what wants checking; the codes are for everybody who sees the customer.
func checkDetails(needsCheck string) (details [2]string, err error) {
	var codes []string
	if err := json.Unmarshal([]byte(needsCheck), &codes); err != nil {
		return details, fmt.Errorf("failed to read what wants checking: %w", err)
	}
	var words [2][]string
	for _, code := range codes {
		words[0] = append(words[0], ValueLabel(CollectionCustomers, FieldNeedsCheck, code, rules.Chinese))
		words[1] = append(words[1], ValueLabel(CollectionCustomers, FieldNeedsCheck, code, rules.English))
	}
	return [2]string{strings.Join(words[0], "、"), strings.Join(words[1], ", ")}, nil
}

// holidays gives each owner, once for each holiday that is near, the list of their S and A customers to greet: a notice, since no
// greeting is one customer's work.
func (c *careRun) holidays() error {
	near := c.policy.Calendar.HolidaysNear(c.today, c.lead)
	if c.simulated || len(near) == 0 {
		return nil
	}
	var owners []string
	err := c.app.DB().NewQuery(`SELECT id FROM users WHERE active AND EXISTS (SELECT 1 FROM customers
		WHERE owner = users.id AND owner != '' AND stage != 'archived' AND tier IN ('S', 'A')) ORDER BY id`).Column(&owners)
	if err != nil {
		return fmt.Errorf("failed to find who has somebody to greet: %w", err)
	}
	return c.each(owners, func(tx core.App, batch []string) error {
		for _, owner := range batch {
			var list []named
			err := tx.DB().NewQuery(`SELECT id, name FROM customers WHERE owner = {:owner} AND owner != '' AND stage != 'archived'
				AND tier IN ('S', 'A') ORDER BY instr('SA', tier), id`).Bind(dbx.Params{"owner": owner}).All(&list)
			if err != nil {
				return fmt.Errorf("failed to find whom to greet: %w", err)
			}
			for _, h := range near {
				err := Notify(tx, Notice{
					To: []string{owner}, Kind: noticeHoliday, Body: listed(list), Key: fmt.Sprintf("%s:%s", noticeHoliday, h.First),
					Title: [2]string{
						fmt.Sprintf("%s 起放假：问候 %d 位重点客户", h.First, len(list)),
						fmt.Sprintf("A holiday from %s: greet %d customers", h.First, len(list)),
					},
				}, c.now)
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}
