package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// PocketBase creates the collection users itself, open to anybody who registers. Here it becomes the
// staff, whom only a director adds; the way back gives PocketBase's form again.
func init() {
	m.Register(func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return fmt.Errorf("failed to find collection users: %w", err)
		}
		addStaffFields(users)
		setStaffAccess(users)
		return save(app, users)
	}, func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return fmt.Errorf("failed to find collection users: %w", err)
		}
		removeStaffFields(users)
		setDefaultAccess(users)
		return save(app, users)
	})
}

func addStaffFields(users *core.Collection) {
	name := users.Fields.GetByName("name").(*core.TextField)
	name.Required = true
	name.Max = shortText

	users.Fields.Add(
		text("phone"),
		required(choice("role", "rep", "support", "manager", "director")),
		one("team", "teams"),
		choice("department", "sales", "service", "technical", "finance", "marketing", "management"),
		flag("active"),
		date("away_until"),
		one("substitute", "users"),
		choice("locale", "zh-CN", "en"),
		data("notify"),
	)
	users.AddIndex("idx_users_team", false, "team, role", "")
	users.AddIndex("idx_users_role", false, "role", "")
}

func removeStaffFields(users *core.Collection) {
	users.RemoveIndex("idx_users_team")
	users.RemoveIndex("idx_users_role")
	for _, name := range []string{
		"phone", "role", "team", "department", "active", "away_until", "substitute", "locale", "notify",
	} {
		users.Fields.RemoveByName(name)
	}
	name := users.Fields.GetByName("name").(*core.TextField)
	name.Required = false
	name.Max = 255
}

// setStaffAccess lets people change their own record, but never what their rights rest on.
func setStaffAccess(users *core.Collection) {
	own := `id = @request.auth.id && @request.body.role:changed = false &&
		@request.body.active:changed = false && @request.body.team:changed = false`
	users.ListRule = types.Pointer(staff)
	users.ViewRule = types.Pointer(staff)
	users.CreateRule = types.Pointer(director)
	users.UpdateRule = types.Pointer(staff + ` && (@request.auth.role = "director" || (` + own + `))`)
	users.DeleteRule = nil
	users.AuthRule = types.Pointer("active = true")
	users.ManageRule = types.Pointer(director)

	users.AuthToken.Duration = 86400 // seconds: a day
	users.Fields.GetByName("password").(*core.PasswordField).Min = 10
	users.PasswordAuth.Enabled = true
	users.PasswordAuth.IdentityFields = []string{"email"}
	users.OAuth2.Enabled = false
}

func setDefaultAccess(users *core.Collection) {
	const own = "id = @request.auth.id"
	users.ListRule = types.Pointer(own)
	users.ViewRule = types.Pointer(own)
	users.CreateRule = types.Pointer("")
	users.UpdateRule = types.Pointer(own)
	users.DeleteRule = types.Pointer(own)
	users.AuthRule = types.Pointer("")
	users.ManageRule = nil

	users.AuthToken.Duration = 432000 // seconds: five days
	users.Fields.GetByName("password").(*core.PasswordField).Min = 8
}
