package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		contacts := newCollection("contacts",
			required(one("customer", "customers")),
			required(text("name")),
			text("title"),
			text("phone"),
			&core.EmailField{Name: "email"},
			text("wechat"),
			choice("preferred_channel", channels...),
			flag("is_primary"),
			flag("is_decision_maker"),
			date("birthday"),
			long("note"),
			date("left_on"),
			flag("left_as_primary"),
			text("phone_masked"),
			text("email_masked"),
			text("wechat_masked"),
			hidden(one("import", "imports")),
			whole("rev"),
		)
		contacts.CreateRule = types.Pointer(staff)
		contacts.UpdateRule = types.Pointer(staff)
		contacts.AddIndex("idx_contacts_customer", false, "customer, is_primary", "")
		contacts.AddIndex("idx_contacts_phone", false, "phone", "")
		contacts.AddIndex("idx_contacts_email", false, "email", "")
		contacts.AddIndex("idx_contacts_birthday", false, "birthday", "birthday != ''")
		contacts.AddIndex("idx_contacts_import", false, "`import`", "")
		if err := save(app, contacts); err != nil {
			return err
		}
		// A collection can only point to itself once it is there.
		contacts.Fields.Add(one("successor", "contacts"))
		return save(app, contacts)
	}, drop("contacts"))
}
