package crm

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/list"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Standing is how somebody stands to a record: several of these at once. Access.md, section Records, says what each is.
type Standing uint8

const (
	Own      Standing = 1 << iota // owner or collaborator of the customer
	Assigned                      // an open task or case of the customer is theirs, given by somebody who could give it
	Team                          // the customer, or the person, is of their team
	Pool                          // the customer has no owner
	Self                          // the record is about them or theirs: their account, their follow-up, the task they asked for
	Assignee                      // the task is theirs to do
	Service                       // a follow-up of the service side
	Anyone                        // everybody stands so to everything
)

// Person is somebody as far as rights go.
type Person struct {
	ID, Role, Team string
}

// PersonOf gives the rights of a record of users.
func PersonOf(user *core.Record) Person {
	return Person{ID: user.Id, Role: user.GetString(FieldRole), Team: user.GetString(FieldTeam)}
}

// Hold are the columns of a customer that say who stands how to it.
type Hold struct {
	ID            string                  `db:"id"`
	Owner         string                  `db:"owner"`
	Team          string                  `db:"team"`
	Collaborators types.JSONArray[string] `db:"collaborators"`
	Assigned      types.JSONArray[string] `db:"assigned"`
}

// HoldOf reads them from the record of a customer.
func HoldOf(customer *core.Record) Hold {
	return Hold{
		ID: customer.Id, Owner: customer.GetString(FieldOwner), Team: customer.GetString(FieldTeam),
		Collaborators: customer.GetStringSlice(FieldCollaborators), Assigned: customer.GetStringSlice(FieldAssigned),
	}
}

// Holds reads them for customers, by id; unknown ones are left out.
func Holds(app core.App, customers ...string) (map[string]Hold, error) {
	var rows []Hold
	err := app.DB().Select(core.FieldNameId, FieldOwner, FieldTeam, FieldCollaborators, FieldAssigned).From(CollectionCustomers).
		Where(dbx.In(core.FieldNameId, list.ToInterfaceSlice(customers)...)).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("failed to read who holds customers: %w", err)
	}
	holds := make(map[string]Hold, len(rows))
	for _, row := range rows {
		holds[row.ID] = row
	}
	return holds, nil
}

// Standing says how a person stands to the customer.
func (h Hold) Standing(p Person) Standing {
	s := Anyone
	if p.ID == "" {
		return s
	}
	if h.Owner == p.ID || slices.Contains(h.Collaborators, p.ID) {
		s |= Own
	}
	if slices.Contains(h.Assigned, p.ID) {
		s |= Assigned
	}
	if h.Team != "" && h.Team == p.Team {
		s |= Team
	}
	if h.Owner == "" {
		s |= Pool
	}
	return s
}

// SettleGrant fixes, before a task or a case is stored, whether it makes its assignee one to whom the customer is assigned: somebody gave it who stood to the
// customer as its owner or its team, or a director, or a rule in its own name. What people give themselves does not count: they
// would let themselves in.
func SettleGrant(app core.App, record *core.Record) error {
	if !changed(record, FieldAssignee) && !changed(record, FieldGivenBy) && !changed(record, FieldCustomer) {
		return nil
	}
	grants, err := mayGrant(app, record.GetString(FieldCustomer), record.GetString(FieldGivenBy), record.GetString(FieldAssignee))
	if err != nil {
		return err
	}
	record.Set(FieldGrants, grants)
	return nil
}

func mayGrant(app core.App, customer, giver, assignee string) (bool, error) {
	if assignee == "" || assignee == giver {
		return false, nil
	}
	if giver == "" {
		return true, nil
	}
	user, err := app.FindRecordById(CollectionUsers, giver)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("failed to find who gave a task: %w", err)
	}
	if user.GetString(FieldRole) == RoleDirector {
		return true, nil
	}
	holds, err := Holds(app, customer)
	if err != nil {
		return false, err
	}
	return holds[customer].Standing(PersonOf(user))&(Own|Team) != 0, nil
}

// syncAssigned stores to whom a customer is assigned by its open tasks and unresolved cases. The audit log has it by those.
func syncAssigned(app core.App, customer string) error {
	_, err := app.DB().NewQuery(`UPDATE customers SET assigned = a.list FROM (
			SELECT json_group_array(assignee) list FROM (
				SELECT assignee FROM tasks WHERE customer = {:id} AND [[grants]] AND assignee != '' AND status IN (` + OpenStatuses + `)
				UNION SELECT assignee FROM cases WHERE customer = {:id} AND [[grants]] AND assignee != '' AND resolved_at = ''
				ORDER BY assignee)) a
		WHERE id = {:id} AND assigned IS NOT a.list`).Bind(dbx.Params{"id": customer}).Execute()
	if err != nil {
		return fmt.Errorf("failed to store to whom a customer is assigned: %w", err)
	}
	return nil
}

// SyncAssigned makes a stored or deleted task or case count in whom its customers are assigned to. One that makes nobody so, now as
// before, counts in nothing.
func SyncAssigned(app core.App, record *core.Record) error {
	if !record.GetBool(FieldGrants) && !record.Original().GetBool(FieldGrants) {
		return nil
	}
	for _, customer := range []string{record.GetString(FieldCustomer), record.Original().GetString(FieldCustomer)} {
		if customer == "" {
			continue
		}
		if err := syncAssigned(app, customer); err != nil {
			return err
		}
	}
	return nil
}
