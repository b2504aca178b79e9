package crm

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
)

// erasedName stands where somebody's name stood who asked to be forgotten.
const erasedName = "已清除 · erased"

// personalFields are what a contact says of a person.
var personalFields = []string{
	FieldName, FieldTitle, FieldPhone, FieldEmail, FieldWechat, FieldBirthday, FieldNote, FieldPhoneMasked, FieldEmailMasked, FieldWechatMasked,
}

// EraseContact blanks what a contact says of a person, in the record and in all the audit log tells of it, and keeps the rest: that
// there was a contact, and what was done with them (access.md, rule 10). To be called in the transaction of a request.
func EraseContact(tx core.App, contact *core.Record) error {
	for _, field := range personalFields {
		contact.Set(field, "")
	}
	contact.Set(FieldName, erasedName)
	contact.Set(FieldRev, contact.GetInt(FieldRev)+1)
	if err := tx.Save(contact); err != nil {
		return fmt.Errorf("failed to blank a contact: %w", err)
	}
	if err := audit.Erase(tx, CollectionContacts, contact.Id, personalFields...); err != nil {
		return fmt.Errorf("failed to blank what the audit log tells of a contact: %w", err)
	}
	return nil
}
