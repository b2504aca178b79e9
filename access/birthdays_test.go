package access_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
)

// TestBirthdaysAreKnownToThoseWhoReadThem holds whom a notice names a birthday to, and a customer, against the table.
func TestBirthdaysAreKnownToThoseWhoReadThem(t *testing.T) {
	t.Parallel()
	users := core.NewAuthCollection(crm.CollectionUsers)
	users.Fields.Add(&core.TextField{Name: crm.FieldRole}, &core.TextField{Name: crm.FieldTeam}, &core.BoolField{Name: crm.FieldActive})
	for _, role := range []string{crm.RoleRep, crm.RoleSupport, crm.RoleManager, crm.RoleDirector} {
		user := core.NewRecord(users)
		user.Id = "me"
		user.Load(map[string]any{crm.FieldRole: role, crm.FieldTeam: "north", crm.FieldActive: true})
		for name, hold := range map[string]crm.Hold{
			"own": {Owner: "me"}, "collaborator": {Owner: "other", Collaborators: []string{"me"}}, "assigned": {Owner: "other", Assigned: []string{"me"}},
			"team": {Owner: "other", Team: "north"}, "pool": {}, "own of another team": {Owner: "me", Team: "south"}, "other": {Owner: "other", Team: "south"},
		} {
			p := access.PrincipalOf(user)
			want := p.CanRead(crm.CollectionContacts, crm.FieldBirthday, hold.Standing(p.Person))
			sees := p.Has(access.Table[crm.CollectionCustomers].See, hold.Standing(p.Person))
			if got := crm.MaySeeCustomer(p.Person, hold); got != sees {
				t.Errorf("a %s, %s, sees the customer: %t, want %t", role, name, got, sees)
			}
			if got := crm.MayKnowBirthdays(p.Person, hold); got != want {
				t.Errorf("a %s, %s: %t, want %t", role, name, got, want)
			}
		}
	}
}
