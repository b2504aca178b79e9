package access_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestPrincipals gives rights to active staff with a role and to superusers, and to nobody else.
func TestPrincipals(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	noRole := app.User(crm.RoleRep, nil)
	noRole.Set("role", "")
	for name, c := range map[string]struct {
		auth         *core.Record
		staff, super bool
	}{
		"a guest":                {nil, false, false},
		"a rep":                  {app.User(crm.RoleRep, nil), true, false},
		"a director":             {app.User(crm.RoleDirector, nil), true, false},
		"a deactivated director": {app.User(crm.RoleDirector, testapp.Fields{"active": false}), false, false},
		"somebody without role":  {noRole, false, false},
		"a superuser":            {app.Superuser(), false, true},
		"a record of no account": {app.Team("华东"), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := access.PrincipalOf(c.auth)
			if p.IsStaff() != c.staff || p.Super != c.super {
				t.Errorf("staff %t, super %t", p.IsStaff(), p.Super)
			}
			sees := p.CanRead(crm.CollectionCustomers, crm.FieldName, crm.Anyone)
			writes := p.CanWrite(crm.CollectionTeams, crm.FieldName, crm.Anyone)
			if sees != (c.staff || c.super) || writes && !c.super && p.Role != crm.RoleDirector {
				t.Errorf("sees %t, writes %t", sees, writes)
			}
		})
	}
}
