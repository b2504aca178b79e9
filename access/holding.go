package access

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/list"

	"touchbase/crm"
)

// Codes of refusals of an owner or a collaborator.
const (
	CodeNotAllowed = "not_allowed"
	CodeInactive   = "inactive"
)

// The sentences of those refusals that more than one way of writing gives.
const (
	HoldersDecided = "Who looks after a customer is decided by the manager of its team and the directors."
	ArchiversAre   = "Its owner, the manager of its team and the directors archive and restore a customer."
)

// The rights on a customer that are none on a field (access.md, Records). Of those whose own a customer is, only the owner
// archives it.
var (
	taking    = grant(pool, 0, pool, pool)
	archiving = grant(own, 0, team, anyone)
)

// CanTake tells whether a principal takes customers from the pool at all; a superuser owns none.
func (p Principal) CanTake() bool { return !p.Super && p.Granted(taking) != 0 }

// MayArchive tells whether a principal may archive and restore a customer.
func (p Principal) MayArchive(hold crm.Hold) bool {
	standing := hold.Standing(p.Person)
	if hold.Owner != p.ID {
		standing &^= own // a collaborator
	}
	return p.Has(archiving, standing)
}

// person is somebody who is to hold a customer.
type person struct {
	ID     string `db:"id"`
	Name   string `db:"name"`
	Team   string `db:"team"`
	Active bool   `db:"active"`
}

// CheckHolding gives, by field, why a principal may not make a customer's owner and collaborators what they are on the record:
// code not_allowed where it is not theirs to say, code inactive where somebody new to it is not active, whoever says so, or
// where its owner left while it was archived. It holds the record against its original, or against nothing where it is new. An id
// that nobody has is left to the schema.
func (p Principal) CheckHolding(app core.App, customer *core.Record) (validation.Errors, error) {
	errs := validation.Errors{}
	after, before := crm.HoldOf(customer), crm.HoldOf(customer.Original())
	var added []string
	for _, id := range after.Collaborators {
		if !slices.Contains(before.Collaborators, id) {
			added = append(added, id)
		}
	}
	people, err := peopleOf(app, append(added, after.Owner))
	if err != nil {
		return nil, err
	}
	standing := before.Standing(p.Person)
	if customer.IsNew() {
		standing = after.Standing(p.Person)
	}
	if len(added) > 0 || !crm.SameValue(after.Collaborators, before.Collaborators) {
		if !p.CanWrite(crm.CollectionCustomers, crm.FieldCollaborators, standing) {
			errs[crm.FieldCollaborators] = validation.NewError(CodeNotAllowed, HoldersDecided)
		}
		for _, id := range added {
			if who, known := people[id]; known && !who.Active && errs[crm.FieldCollaborators] == nil {
				errs[crm.FieldCollaborators] = inactive(who)
			}
		}
	}
	given, why := customer.IsNew() || after.Owner != before.Owner, ""
	if given {
		why = p.refusesOwner(customer.IsNew(), standing, after.Owner, people[after.Owner])
	}
	if why != "" {
		errs[crm.FieldOwner] = validation.NewError(CodeNotAllowed, why)
	} else if who, known := people[after.Owner]; known && !who.Active && (given || restored(customer)) {
		errs[crm.FieldOwner] = inactive(who)
	}
	return errs, nil
}

// refusesOwner says why a principal may not name an owner, or none (empty); nothing where they may.
func (p Principal) refusesOwner(isNew bool, standing crm.Standing, owner string, who person) string {
	switch {
	case p.Super:
	case isNew && p.Role == crm.RoleRep:
		if owner != p.ID {
			return "You enter customers as their owner; a manager or a director gives them to somebody else."
		}
	case isNew && p.Role == crm.RoleSupport:
		if owner != "" {
			return "You enter customers without owner; a manager or a director gives them one."
		}
	case !isNew && !p.CanWrite(crm.CollectionCustomers, crm.FieldOwner, standing):
		return HoldersDecided
	case p.Role == crm.RoleManager && owner != "" && owner != p.ID && (p.Team == "" || who.Team != p.Team):
		return "You give customers to people of your own team, or to the pool."
	}
	return ""
}

// restored tells whether a customer returns from being archived.
func restored(customer *core.Record) bool {
	return customer.Original().GetString(crm.FieldStage) == crm.StageArchived && customer.GetString(crm.FieldStage) != crm.StageArchived
}

func inactive(who person) validation.Error {
	return validation.NewError(CodeInactive, fmt.Sprintf("%s is no longer active; choose somebody who is.", who.Name))
}

// peopleOf reads users by id; unknown ones are left out.
func peopleOf(app core.App, ids []string) (map[string]person, error) {
	var rows []person
	err := app.DB().Select(core.FieldNameId, crm.FieldName, crm.FieldTeam, crm.FieldActive).From(crm.CollectionUsers).
		Where(dbx.In(core.FieldNameId, list.ToInterfaceSlice(ids)...)).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("failed to read who is to hold a customer: %w", err)
	}
	people := make(map[string]person, len(rows))
	for _, row := range rows {
		people[row.ID] = row
	}
	return people, nil
}
