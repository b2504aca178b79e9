package crm

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// ending is a contract that runs out, or the pin of a customer that does.
type ending struct {
	ID       string `db:"id"`
	Customer string `db:"customer"`
	Company  string `db:"company"`
	Day      string `db:"day"`
	Created  string `db:"created"`
}

const contractsSQL = `SELECT k.id, k.customer, c.name company, k.ends_on day, k.created
	FROM contracts k JOIN customers c ON c.id = k.customer
	WHERE k.status = 'active' AND k.ends_on >= {:from} AND k.ends_on <= {:to} AND c.stage != 'archived'`

// contracts opens, once for each contract that runs out, the task of talking about its renewal. It is due a week after it was told,
// while there is time to talk, and not on the last day; who may not know that day is not told it.
func (c *careRun) contracts() error {
	from, to := c.today-rules.BelatedDays, c.today+rules.Day(c.policy.ContractNoticeDays)
	bounds := dbx.Params{"from": formatDay(from), "to": formatDay(to)}
	var ids []string
	if err := c.app.DB().NewQuery("SELECT id FROM (" + contractsSQL + ") ORDER BY id").Bind(bounds).Column(&ids); err != nil {
		return fmt.Errorf("failed to find the contracts that run out: %w", err)
	}
	return c.each(ids, func(tx core.App, batch []string) error {
		var list []ending
		err := tx.DB().NewQuery(contractsSQL + " AND k.id IN (SELECT value FROM json_each({:ids}))").
			Bind(bounds).Bind(dbx.Params{"ids": jsonList(batch)}).All(&list)
		if err != nil {
			return fmt.Errorf("failed to read the contracts that run out: %w", err)
		}
		for _, k := range list {
			on := parseDay(k.Day)
			if on < c.today && rules.DayOf(ParseMoment(k.Created), c.policy.Zone) > on {
				continue // it is entered as history
			}
			due := min(c.today+careDays, max(on, c.today))
			task, err := c.open(tx, RuleTask{
				Key: renewalKey(k.ID, on), Kind: KindContractRenewal, Customer: k.Customer, Priority: PriorityNormal, DueAt: due.End(c.policy.Zone),
			})
			if err != nil {
				return err
			}
			err = c.tell(tx, task, noticeContractEnding, renewalKey(k.ID, on), func(string) (title, body [2]string, err error) {
				return [2]string{k.Company + "：合同即将到期", k.Company + ": a contract is running out"}, body, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// noticeContractEnding and the others are kinds of notices that are no kinds of tasks.
const (
	noticeContractEnding = "contract_ending"
	noticePinEnding      = "pin_ending"
	noticeHoliday        = "holiday"
	noticeReleased       = "released"
)

// renewalKey names the renewal of a contract by the month in which it runs out: whoever sees the task sees the key, and may not know
// the day.
func renewalKey(contract string, on rules.Day) string {
	return fmt.Sprintf("%s:%s:%s", KindContractRenewal, contract, monthOf(on))
}

// monthOf is the month of a day as 2006-01.
func monthOf(on rules.Day) string { return on.String()[:len("2006-01")] }

const pinsSQL = `SELECT id, id customer, name company, tier_pin_until day FROM customers
	WHERE tier_pin_until != '' AND tier_pin_until >= {:from} AND tier_pin_until <= {:to} AND stage != 'archived'`

// pins tells the owner and the managers of a customer that the pin of its tier ends.
func (c *careRun) pins() error {
	if c.simulated {
		return nil
	}
	bounds := dbx.Params{"from": formatDay(c.today - rules.BelatedDays), "to": formatDay(c.today + rules.Day(c.lead))}
	var ids []string
	if err := c.app.DB().NewQuery("SELECT id FROM (" + pinsSQL + ") ORDER BY id").Bind(bounds).Column(&ids); err != nil {
		return fmt.Errorf("failed to find the pins that end: %w", err)
	}
	return c.each(ids, func(tx core.App, batch []string) error {
		var list []ending
		err := tx.DB().NewQuery(pinsSQL + " AND id IN (SELECT value FROM json_each({:ids}))").
			Bind(bounds).Bind(dbx.Params{"ids": jsonList(batch)}).All(&list)
		if err != nil {
			return fmt.Errorf("failed to read the pins that end: %w", err)
		}
		for _, p := range list {
			if err := c.tellOfPin(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *careRun) tellOfPin(tx core.App, p ending) error {
	on := parseDay(p.Day)
	to, err := ManagersOf(tx, p.Customer, c.today)
	if err != nil {
		return err
	}
	owner, _, err := responsible(tx, RuleTask{Customer: p.Customer}, c.today)
	if err != nil {
		return err
	}
	words := [2]string{"%s：指定的客户类别将于 %s 到期", "%s: its pinned tier ends on %s"}
	if on < c.today {
		words = [2]string{"%s：指定的客户类别已于 %s 到期", "%s: its pinned tier ended on %s"}
	}
	if owner != "" {
		to = append(to, owner)
	}
	return naming(tx, p.Customer, p.Company, to, func(to []string, name [2]string) error {
		return Notify(tx, Notice{
			To: to, Kind: noticePinEnding, Title: [2]string{fmt.Sprintf(words[0], name[0], on), fmt.Sprintf(words[1], name[1], on)},
			Customer: p.Customer, Key: fmt.Sprintf("%s:%s:%s", noticePinEnding, p.Customer, on),
		}, c.now)
	})
}
