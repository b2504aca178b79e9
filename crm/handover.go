package crm

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// MoveTasks gives the open tasks and unresolved cases that a customer's former owner had of it to the new one; without a new one to
// whoever a rule's task goes to then. Who gave them stays. Nothing moves where there was no former owner. To be called inside the
// transaction that changes the owner, once the customer is saved.
func MoveTasks(tx core.App, policy *Policy, customer, from, to string, now time.Time) error {
	if from == "" || from == to {
		return nil
	}
	left, err := unfinishedOf(tx, dbx.HashExp{FieldAssignee: from, FieldCustomer: customer})
	if err != nil || len(left) == 0 {
		return err
	}
	if to == "" {
		if to, _, err = responsible(tx, RuleTask{Customer: customer}, rules.DayOf(now, policy.Zone)); err != nil {
			return err
		}
	}
	return reassign(tx, left, to)
}

// TakeOver gives everything unfinished of somebody who leaves to another: the customers they own, but for the archived,
// every open task and every unresolved case of theirs. Collaborators, requesters and authors stay, as history. To be called inside the
// transaction that deactivates them; by is the user who does, where it is one. It gives the ids of the customers, to be
// announced after the commit: there may be thousands, so they are written in one go, without hooks.
func TakeOver(tx core.App, policy *Policy, from, to, by string, now time.Time) ([]string, error) {
	var customers []string
	err := tx.DB().Select(core.FieldNameId).From(CollectionCustomers).Where(ownedBy(from)).OrderBy(core.FieldNameId).Column(&customers)
	if err != nil {
		return nil, fmt.Errorf("failed to find the customers to hand over: %w", err)
	}
	if len(customers) > 0 {
		if err := giveCustomers(tx, from, to); err != nil {
			return nil, err
		}
		if err := holdSince(tx, customers, now); err != nil {
			return nil, err
		}
	}
	left, err := unfinishedOf(tx, dbx.HashExp{FieldAssignee: from})
	if err != nil {
		return nil, err
	}
	for _, record := range left {
		record.Set(FieldGivenBy, by) // who decides it gives it: what somebody long gone gave would open no customer to the new one
	}
	if err := reassign(tx, left, to); err != nil {
		return nil, err
	}
	for batch := range slices.Chunk(customers, batchSize) {
		if _, err := Reassess(tx, policy, Assessing{Now: now, Cause: CauseEvent, By: by}, batch...); err != nil {
			return nil, err
		}
	}
	return customers, nil
}

// giveCustomers makes somebody the owner of another's customers, which join the new owner's team.
func giveCustomers(tx core.App, from, to string) error {
	owner, err := tx.FindRecordById(CollectionUsers, to)
	if err != nil {
		return fmt.Errorf("failed to find who takes over: %w", err)
	}
	if err := SetColumn(tx, CollectionCustomers, FieldOwner, to, ownedBy(from)); err != nil {
		return fmt.Errorf("failed to hand over customers: %w", err)
	}
	return MoveTeam(tx, to, owner.GetString(FieldTeam))
}

// ownedBy are the customers of an owner that somebody has to look after.
func ownedBy(owner string) dbx.Expression {
	return dbx.And(dbx.HashExp{FieldOwner: owner}, dbx.Not(dbx.HashExp{FieldStage: StageArchived}))
}

// isOpen holds for tasks still to be done, isUnresolved for cases.
var (
	isOpen       = dbx.NewExp("status IN (" + OpenStatuses + ")")
	isUnresolved = dbx.NewExp("resolved_at = ''")
)

// unfinishedOf gives the open tasks and the unresolved cases for which a condition holds.
func unfinishedOf(app core.App, whose dbx.HashExp) ([]*core.Record, error) {
	var all []*core.Record
	for collection, isUnfinished := range map[string]dbx.Expression{CollectionTasks: isOpen, CollectionCases: isUnresolved} {
		var some []*core.Record
		err := app.RecordQuery(collection).AndWhere(whose).AndWhere(isUnfinished).OrderBy(core.FieldNameId).All(&some)
		if err != nil {
			return nil, fmt.Errorf("failed to find the %s to hand over: %w", collection, err)
		}
		all = append(all, some...)
	}
	return all, nil
}

func reassign(app core.App, unfinished []*core.Record, to string) error {
	for _, record := range unfinished {
		record.Set(FieldAssignee, to)
		if err := SaveAsSystem(app, record); err != nil {
			return fmt.Errorf("failed to hand over one of %s: %w", record.Collection().Name, err)
		}
	}
	return nil
}
