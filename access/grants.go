// Package access holds the one table that says who may see and change what, and everything that derives from it: the flags
// and rules of the schema, what a record shows to whom, which fields a write may name, and the conditions that narrow lists.
package access

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// roles in the order of a Grant.
var roles = [...]string{crm.RoleRep, crm.RoleSupport, crm.RoleManager, crm.RoleDirector}

// Grant says, role by role, how somebody has to stand to a record to be granted something: one of the standings is enough.
type Grant [len(roles)]crm.Standing

// grant spells a Grant out in the order of the columns of access.md.
func grant(rep, support, manager, director crm.Standing) Grant {
	return Grant{rep, support, manager, director}
}

// none is granted to nobody, all to the whole staff.
var (
	none = Grant{}
	all  = grant(crm.Anyone, crm.Anyone, crm.Anyone, crm.Anyone)
)

// and narrows a grant by another. Anyone and a standing give the standing.
func (g Grant) and(other Grant) Grant {
	var both Grant
	for i := range g {
		switch {
		case g[i]&crm.Anyone != 0:
			both[i] = other[i]
		case other[i]&crm.Anyone != 0:
			both[i] = g[i]
		default:
			both[i] = g[i] & other[i]
		}
	}
	return both
}

// covers tells whether whoever is granted other is granted g.
func (g Grant) covers(other Grant) bool {
	for i := range g {
		if g[i]&crm.Anyone == 0 && other[i]&^g[i] != 0 {
			return false
		}
	}
	return true
}

// Principal is who asks: a person of the staff, a superuser, or nobody.
type Principal struct {
	crm.Person
	Super bool
	role  int // index in roles; -1: without rights
}

// PrincipalOf gives who a request is made by. Guests, deactivated people and those without a role are nobody.
func PrincipalOf(auth *core.Record) Principal {
	p := Principal{role: -1}
	switch {
	case auth == nil:
	case auth.IsSuperuser():
		p.Super = true
	case auth.Collection().Name == crm.CollectionUsers && auth.GetBool(crm.FieldActive):
		p.Person = crm.PersonOf(auth)
		for i, role := range roles {
			if role == p.Role {
				p.role = i
			}
		}
	}
	return p
}

// Renewed reads the account of a sender again, as the database of app has it: PocketBase read it before the body of the request, which
// may be minutes on its way. It gives nil where the account is gone or its tokens are no longer good.
func Renewed(app core.App, auth *core.Record) (*core.Record, error) {
	stored, err := app.FindRecordById(auth.Collection(), auth.Id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("failed to read the rights of a sender again: %w", err)
	}
	if stored.TokenKey() != auth.TokenKey() {
		return nil, nil
	}
	return stored, nil
}

// IsStaff tells whether somebody is active staff with a role.
func (p Principal) IsStaff() bool { return p.role >= 0 }

// Granted are the standings that give a principal what the grant is about; none for nobody, Anyone for a superuser.
func (p Principal) Granted(g Grant) crm.Standing {
	switch {
	case p.Super:
		return crm.Anyone
	case p.role < 0:
		return 0
	}
	return g[p.role]
}

// Has tells whether a principal who stands so to a record has what the grant is about.
func (p Principal) Has(g Grant, standing crm.Standing) bool {
	return p.Granted(g)&(standing|crm.Anyone) != 0
}
