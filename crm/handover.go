package crm

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// HandOver follows a change of a customer's owner: the open tasks and unresolved cases that the former owner had of it go to the new
// one; without a new one to whoever a rule's task goes to then. Who gave them stays. The new owner is told, unless it is to be quiet.
// To be called inside the transaction that changes the owner, once the customer is saved.
func HandOver(tx core.App, policy *Policy, customer *core.Record, now time.Time, quiet bool) error {
	from, to := customer.Original().GetString(FieldOwner), customer.GetString(FieldOwner)
	if from == to || customer.Original().Id == "" {
		return nil
	}
	if from != "" {
		if err := moveTasks(tx, policy, customer.Id, from, to, now); err != nil {
			return err
		}
	}
	if quiet || to == "" {
		return nil
	}
	name, err := NameOf(tx, from)
	if err != nil {
		return err
	}
	open, err := unfinishedOf(tx, dbx.HashExp{FieldAssignee: to, FieldCustomer: customer.Id})
	if err != nil {
		return err
	}
	n := Notice{
		Kind: noticeTakenOver, Customer: customer.Id,
		Body: [2]string{fmt.Sprintf("未完成的任务和服务单：%d", len(open)), fmt.Sprintf("Unfinished tasks and cases: %d", len(open))},
	}
	if name != "" {
		n.Body[0] += "；原负责人：" + name
		n.Body[1] += "; before you: " + name
	}
	heirs, err := withStandIn(tx, to, rules.DayOf(now, policy.Zone))
	if err != nil {
		return err
	}
	return naming(tx, customer.Id, customer.GetString(FieldName), heirs, func(to []string, name [2]string) error {
		n.To, n.Title = to, [2]string{"由你接手客户：" + name[0], "A customer is yours now: " + name[1]}
		return Notify(tx, n, now)
	})
}

// Kinds of notices about who does whose work.
const (
	noticeTakenOver  = "taken_over"
	noticeStandingIn = "standing_in"
)

// moveTasks gives what somebody has to do for a customer to another, or to whoever is responsible.
func moveTasks(tx core.App, policy *Policy, customer, from, to string, now time.Time) error {
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
// every open task and every unresolved case of theirs. Collaborators, requesters and authors stay, as history. Whoever takes over is told
// once, of all of it. To be called inside the
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
	return customers, tellTakenOver(tx, policy, from, to, len(customers), len(left), now)
}

// tellTakenOver tells somebody, and whoever stands in for them, that they go on with the work of another.
func tellTakenOver(tx core.App, policy *Policy, from, to string, customers, unfinished int, now time.Time) error {
	if customers+unfinished == 0 {
		return nil
	}
	name, err := NameOf(tx, from)
	if err != nil {
		return err
	}
	heirs, err := withStandIn(tx, to, rules.DayOf(now, policy.Zone))
	if err != nil {
		return err
	}
	return Notify(tx, Notice{
		To: heirs, Kind: noticeTakenOver,
		Title: [2]string{"由你接手 " + name + " 的工作", "You take over from " + name},
		Body: [2]string{
			fmt.Sprintf("客户：%d；未完成的任务和服务单：%d", customers, unfinished),
			fmt.Sprintf("Customers: %d; unfinished tasks and cases: %d", customers, unfinished),
		},
	}, now)
}

// TellStandIn tells whoever stands in for somebody that they do from now on, and how much of theirs is due meanwhile. Of each task they
// hear again when it is due. To be called in the transaction that says somebody is away.
func TellStandIn(tx core.App, away *core.Record, now time.Time) error {
	policy, err := LoadPolicy(tx)
	if err != nil {
		return err
	}
	who, err := activePerson(tx, away.Id)
	if err != nil || who == nil || !who.isAway(rules.DayOf(now, policy.Zone)) {
		return err
	}
	stands, err := standIn(tx, *who, rules.DayOf(now, policy.Zone))
	if err != nil || stands.ID == who.ID {
		return err
	}
	until := parseDay(who.AwayUntil)
	var due, late int
	err = tx.DB().NewQuery("SELECT count(*), coalesce(sum(due_at <= {:now}), 0) FROM tasks WHERE assignee = {:id} AND status IN ("+OpenStatuses+") AND due_at <= {:end}").
		Bind(dbx.Params{"id": who.ID, "now": FormatMoment(now), "end": FormatMoment(until.End(policy.Zone))}).Row(&due, &late)
	if err != nil {
		return fmt.Errorf("failed to count what is due while somebody is away: %w", err)
	}
	name := away.GetString(FieldName)
	return Notify(tx, Notice{
		To: []string{stands.ID}, Kind: noticeStandingIn, Key: noticeStandingIn + ":" + who.ID + ":" + until.String(),
		Title: [2]string{fmt.Sprintf("%s 外出至 %s，由你代理", name, until), fmt.Sprintf("You stand in for %s until %s", name, until)},
		Body: [2]string{
			fmt.Sprintf("期间到期的任务：%d，其中已逾期：%d", due, late), fmt.Sprintf("Tasks due meanwhile: %d, late already: %d", due, late),
		},
	}, now)
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
		record.IgnoreUnchangedFields(true)
		if err := app.SaveWithContext(asQuietSystem(), record); err != nil { // they are told of as one
			return fmt.Errorf("failed to hand over one of %s: %w", record.Collection().Name, err)
		}
	}
	return nil
}
