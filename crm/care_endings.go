package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/list"

	"touchbase/rules"
)

// openCareSQL is the condition of the open tasks that the care of customers opened.
const openCareSQL = `kind IN ('birthday', 'anniversary', 'contract_renewal', 'profile_review', 'verify_info')
	AND status IN (` + OpenStatuses + `) AND rule != ''`

// endings ends every open task of care whose cause is gone.
func (c *careRun) endings() error {
	var ids []string
	if err := c.app.DB().NewQuery("SELECT id FROM tasks WHERE " + openCareSQL + " ORDER BY id").Column(&ids); err != nil {
		return fmt.Errorf("failed to find the open tasks of care: %w", err)
	}
	return c.each(ids, func(tx core.App, batch []string) error {
		ended, err := endCare(tx, c.policy, dbx.In(core.FieldNameId, list.ToInterfaceSlice(batch)...), c.now)
		for _, customer := range ended {
			c.touched[customer] = true
		}
		return err
	})
}

// EndCare ends the tasks of care of customers whose cause is gone: the birthday was corrected, the contract renewed, the customer archived. To
// be called in the transaction of what changed, once it is stored.
func EndCare(app core.App, policy *Policy, now time.Time, customers ...string) error {
	ended, err := endCare(app, policy, dbx.In(FieldCustomer, list.ToInterfaceSlice(customers)...), now)
	if err != nil {
		return err
	}
	for _, customer := range ended {
		if err := countTasks(app, customer); err != nil {
			return fmt.Errorf("failed to count the open tasks: %w", err)
		}
	}
	return nil
}

// endCare ends those of some open tasks of care whose cause is gone, and gives their customers.
func endCare(app core.App, policy *Policy, which dbx.Expression, now time.Time) (customers []string, err error) {
	var tasks []*core.Record
	if err := app.RecordQuery(CollectionTasks).AndWhere(which).AndWhere(dbx.NewExp(openCareSQL)).All(&tasks); err != nil {
		return nil, fmt.Errorf("failed to find the tasks of care: %w", err)
	}
	for _, task := range tasks {
		status, err := careEnds(app, policy, task, rules.DayOf(now, policy.Zone))
		if err != nil {
			return nil, err
		}
		result := ""
		switch status {
		case "":
			continue
		case TaskCancelled:
			result = endedByRule
		}
		if err := endTask(app, task, status, result, now); err != nil {
			return nil, err
		}
		customers = append(customers, task.GetString(FieldCustomer))
	}
	return customers, nil
}

// cared is what the tasks of a customer rest on.
type cared struct {
	Owner       string `db:"owner"`
	Stage       string `db:"stage"`
	Anniversary string `db:"anniversary_on"`
	CheckSince  string `db:"check_since"`
}

// careEnds gives the status with which an open task of care ends: cancelled where its cause is gone, done where its purpose is met;
// nothing where it goes on.
func careEnds(app core.App, policy *Policy, task *core.Record, today rules.Day) (status string, err error) {
	var customer cared
	id, key := task.GetString(FieldCustomer), keyParts(task)
	err = app.DB().Select(FieldOwner, FieldStage, FieldAnniversaryOn, FieldCheckSince).From(CollectionCustomers).
		Where(dbx.HashExp{core.FieldNameId: id}).One(&customer)
	if err != nil {
		return "", fmt.Errorf("failed to read the customer of a task: %w", err)
	}
	cancelledIf := func(gone bool) string {
		if gone {
			return TaskCancelled
		}
		return ""
	}
	kind, archived := task.GetString(FieldKind), customer.Stage == StageArchived
	switch kind {
	case KindContractRenewal:
		on, err := runsOut(app, key[1])
		return cancelledIf(archived || on == 0 || monthOf(on) != key[2]), err
	case KindProfileReview:
		return reviewEnds(app, policy, task, key, today)
	}
	if archived || customer.Owner == "" {
		return TaskCancelled, nil
	}
	switch kind {
	case KindVerifyInfo:
		if customer.CheckSince == "" {
			return TaskDone, nil
		}
		return cancelledIf(task.GetString(FieldKey) != checkKey(id, customer.CheckSince)), nil
	case KindAnniversary:
		on := keyDay(key[2])
		return cancelledIf(on+rules.BelatedDays < today || !stillKept([]string{customer.Anniversary}, on)), nil
	}
	on := keyDay(key[2])
	birthdays, err := birthdaysOn(app, id, on)
	return cancelledIf(on+rules.BelatedDays < today || !stillKept(birthdays, on)), err
}

// runsOut is the day on which a contract in force ends; none where it is in force no longer, or gone.
func runsOut(app core.App, contract string) (rules.Day, error) {
	var days []string
	err := app.DB().Select(FieldEndsOn).From(CollectionContracts).
		Where(dbx.HashExp{core.FieldNameId: contract, FieldStatus: ContractActive}).Column(&days)
	if err != nil || len(days) == 0 {
		return 0, err
	}
	return parseDay(days[0]), nil
}

// birthdaysOn gives the birthdays of the present contacts of a customer that may be kept on a day.
func birthdaysOn(app core.App, customer string, on rules.Day) (days []string, err error) {
	err = app.DB().NewQuery(`SELECT birthday FROM contacts WHERE customer = {:customer} AND left_on = ''
		AND +substr(birthday, 6, 5) IN (SELECT value FROM json_each({:dates}))`).
		Bind(dbx.Params{"customer": customer, "dates": jsonList(rules.ReturnDates(on, on))}).Column(&days)
	if err != nil {
		return nil, fmt.Errorf("failed to read the birthdays of a customer: %w", err)
	}
	return days, nil
}

// reviewEnds ends a review that is done, and that of a month gone by, after which there is a new one.
func reviewEnds(app core.App, policy *Policy, task *core.Record, key []string, today rules.Day) (status string, err error) {
	if policy.ReviewEveryDays == 0 || key[2] != monthOf(today) {
		return TaskCancelled, nil
	}
	made := rules.DayOf(task.GetDateTime(FieldCreated).Time(), policy.Zone)
	due, err := dueReviews(app, policy, key[1], today, made)
	if err != nil || len(due) > 0 {
		return "", err
	}
	return TaskDone, nil
}
