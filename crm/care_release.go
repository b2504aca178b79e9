package crm

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// idleSQL are the customers of an owner for whom nobody has done anything since a moment, though they are due: no follow-up, no order, and
// the owner has had them all that time. S and A customers are not let go of: somebody decides about those.
const idleSQL = `SELECT id, name FROM customers WHERE owner = {:owner} AND owner != '' AND stage != 'archived' AND tier NOT IN ('S', 'A')
	AND last_follow_up_at < {:since} AND last_order_at < {:since} AND created < {:since} AND held_since < {:since}
	AND next_follow_up_on <= {:today}`

// releases gives customers whose owner does nothing back to the pool, release_after_days after the last sign of anybody's work, and never
// without having said so lead_days before, at least one day. Whoever gets to work meanwhile keeps them.
func (c *careRun) releases() error {
	if c.simulated {
		return nil
	}
	var owners []string
	err := c.app.DB().NewQuery(`SELECT id FROM users WHERE EXISTS (SELECT 1 FROM customers WHERE owner = users.id AND owner != ''
		AND stage != 'archived') ORDER BY id`).Column(&owners)
	if err != nil {
		return fmt.Errorf("failed to find the owners of customers: %w", err)
	}
	if err := c.keepBusy(); err != nil || c.policy.ReleaseAfterDays == 0 {
		return err
	}
	for _, owner := range owners {
		if err := c.releaseOf(owner); err != nil {
			return err
		}
	}
	return nil
}

// notice is how long before it is released a customer is announced, in days.
func (c *careRun) notice() rules.Day { return max(rules.Day(c.lead), 1) }

// idle are the bounds of idleSQL for an owner.
func (c *careRun) idle(owner string) dbx.Params {
	age := max(rules.Day(c.policy.ReleaseAfterDays)-c.notice(), 1)
	return dbx.Params{"owner": owner, "since": FormatMoment((c.today - age + 1).Start(c.policy.Zone)), "today": formatDay(c.today)}
}

// keepBusy takes back what was announced of customers for whom somebody did something, or who are somebody else's now.
func (c *careRun) keepBusy() error {
	var announced []struct {
		ID    string `db:"id"`
		Owner string `db:"owner"`
	}
	if err := c.app.DB().NewQuery("SELECT id, owner FROM customers WHERE release_on != '' ORDER BY id").All(&announced); err != nil {
		return fmt.Errorf("failed to find the customers to be released: %w", err)
	}
	idle := map[string]bool{}
	asked := map[string]bool{}
	var busy []string
	for _, a := range announced {
		if c.policy.ReleaseAfterDays > 0 && !asked[a.Owner] {
			asked[a.Owner] = true
			list, err := c.idleOf(c.app, a.Owner, "", "")
			if err != nil {
				return err
			}
			for _, n := range list {
				idle[n.ID] = true
			}
		}
		if !idle[a.ID] {
			busy = append(busy, a.ID)
		}
	}
	return c.each(busy, func(tx core.App, batch []string) error {
		return SetColumn(tx, CollectionCustomers, FieldReleaseOn, "", dbx.NewExp("id IN (SELECT value FROM json_each({:ids}))", dbx.Params{"ids": jsonList(batch)}))
	})
}

// idleOf lists the idle customers of an owner that meet a further condition.
func (c *careRun) idleOf(app core.App, owner, condition, ids string) (list []named, err error) {
	params := c.idle(owner)
	params["ids"] = ids
	if err := app.DB().NewQuery(idleSQL + condition + " ORDER BY id").Bind(params).All(&list); err != nil {
		return nil, fmt.Errorf("failed to find the customers nobody looks after: %w", err)
	}
	return list, nil
}

// releaseOf lets those of an owner's customers go whose day has come, and announces those whose day is near.
func (c *careRun) releaseOf(owner string) error {
	for _, step := range []struct {
		condition string
		do        func(tx core.App, owner string, list []named) error
	}{
		{" AND release_on != '' AND release_on <= {:today}", c.release},
		{" AND release_on = ''", c.announceRelease},
	} {
		list, err := c.idleOf(c.app, owner, step.condition, "")
		if err != nil {
			return err
		}
		err = c.each(idsOf(list), func(tx core.App, batch []string) error {
			// Read again: somebody may have called meanwhile.
			list, err := c.idleOf(tx, owner, step.condition+" AND id IN (SELECT value FROM json_each({:ids}))", jsonList(batch))
			if err != nil || len(list) == 0 {
				return err
			}
			return step.do(tx, owner, list)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func idsOf(list []named) []string {
	ids := make([]string, len(list))
	for i, n := range list {
		ids[i] = n.ID
	}
	return ids
}

// announceRelease notes the day on which customers go back to the pool, and tells their owner.
func (c *careRun) announceRelease(tx core.App, owner string, list []named) error {
	on := c.today + c.notice()
	err := SetColumn(tx, CollectionCustomers, FieldReleaseOn, formatDay(on),
		dbx.NewExp("id IN (SELECT value FROM json_each({:ids}))", dbx.Params{"ids": jsonList(idsOf(list))}))
	if err != nil {
		return fmt.Errorf("failed to announce a release: %w", err)
	}
	for _, n := range list {
		c.touched[n.ID] = true
	}
	return c.tellOwner(tx, owner, "announced", list, [2]string{
		fmt.Sprintf("%d 位客户若无跟进，将于 %s 放回公海", len(list), on),
		fmt.Sprintf("%d customers go back to the pool on %s unless somebody follows up", len(list), on),
	})
}

// release gives customers back to the pool; their open tasks go to whoever a rule's task goes to then.
func (c *careRun) release(tx core.App, owner string, list []named) error {
	ids := idsOf(list)
	records, err := tx.FindRecordsByIds(CollectionCustomers, ids)
	if err != nil {
		return fmt.Errorf("failed to find the customers to release: %w", err)
	}
	for _, customer := range records {
		customer.Set(FieldOwner, "")
		customer.Set(FieldReleaseOn, nil)
		if err := saveAsSystemUnchecked(tx, customer); err != nil {
			return fmt.Errorf("failed to release a customer: %w", err)
		}
		c.touched[customer.Id] = true
	}
	if err := EndCare(tx, c.policy, c.now, ids...); err != nil {
		return err
	}
	if _, err := Reassess(tx, c.policy, Assessing{Now: c.now, Cause: CauseJob}, ids...); err != nil {
		return err
	}
	return c.tellOwner(tx, owner, "done", list, [2]string{
		fmt.Sprintf("%d 位客户长期无跟进，已放回公海", len(list)),
		fmt.Sprintf("%d customers went back to the pool: nobody followed up", len(list)),
	})
}

// tellOwner tells an owner, with the list, what becomes of customers of theirs.
func (c *careRun) tellOwner(tx core.App, owner, what string, list []named, title [2]string) error {
	return Notify(tx, Notice{
		To: []string{owner}, Kind: noticeReleased, Title: title, Body: listed(list),
		Key: fmt.Sprintf("%s:%s:%s:%s", noticeReleased, what, c.today, list[0].ID),
	}, c.now)
}

// SettleHolding notes, before a customer is stored, since when its owner has it.
func SettleHolding(customer *core.Record, now time.Time) {
	if changed(customer, FieldOwner) && customer.GetString(FieldOwner) != "" {
		customer.Set(FieldHeldSince, now)
	}
}

// holdSince notes, of the customers that are given to somebody in one go, since when. It is the program's note to itself, and what the log
// has of it is the change of the owner.
func holdSince(tx core.App, customers []string, now time.Time) error {
	for batch := range slices.Chunk(customers, batchSize) {
		_, err := tx.DB().NewQuery("UPDATE customers SET held_since = {:now} WHERE id IN (SELECT value FROM json_each({:ids}))").
			Bind(dbx.Params{"now": FormatMoment(now), "ids": jsonList(batch)}).Execute()
		if err != nil {
			return fmt.Errorf("failed to note since when customers are held: %w", err)
		}
	}
	return nil
}
