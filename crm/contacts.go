package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// handoverHours is how soon a successor is to be met.
const handoverHours = 24

// NormalizeContact puts a contact into the form it is stored in: the phone as E.164, the masks that others
// are shown, and who is primary: the first contact of a customer becomes it, one who leaves no longer is.
func NormalizeContact(app core.App, record *core.Record, policy *Policy) error {
	CleanTexts(record)
	if phone := record.GetString(FieldPhone); phone != "" && changed(record, FieldPhone) {
		phone, _ = CleanPhone(phone, policy.Country)
		record.Set(FieldPhone, phone)
	}
	record.Set(FieldPhoneMasked, MaskPhone(record.GetString(FieldPhone), policy.Country))
	record.Set(FieldEmailMasked, MaskText(record.GetString(FieldEmail)))
	record.Set(FieldWechatMasked, MaskText(record.GetString(FieldWechat)))

	left := !record.GetDateTime(FieldLeftOn).IsZero()
	leaves := left && (record.IsNew() || record.Original().GetDateTime(FieldLeftOn).IsZero())
	switch {
	case leaves && !record.IsNew():
		wasPrimary := record.Original().GetBool(FieldIsPrimary)
		record.Set(FieldLeftAsPrimary, wasPrimary)
		if wasPrimary {
			record.Set(FieldIsPrimary, false)
		}
	case !left:
		record.Set(FieldLeftAsPrimary, false)
		return settlePrimary(app, record)
	}
	return nil
}

// settlePrimary makes a contact who joins a customer, by being entered, moved there or coming back, its primary one where it has none.
// Whoever was primary elsewhere displaces nobody here.
func settlePrimary(app core.App, record *core.Record) error {
	moves := !record.IsNew() && changed(record, FieldCustomer)
	returns := !record.IsNew() && !record.Original().GetDateTime(FieldLeftOn).IsZero()
	if !moves && (record.GetBool(FieldIsPrimary) || !record.IsNew() && !returns) {
		return nil
	}
	has, err := hasPrimary(app, record)
	if err != nil {
		return err
	}
	record.Set(FieldIsPrimary, !has)
	return nil
}

// hasPrimary tells whether another contact of the customer is its primary one.
func hasPrimary(app core.App, record *core.Record) (bool, error) {
	return exists(app, CollectionContacts, dbx.And(
		dbx.HashExp{FieldCustomer: record.GetString(FieldCustomer), FieldIsPrimary: true},
		dbx.Not(dbx.HashExp{core.FieldNameId: record.Id}),
	))
}

// CheckContact refuses, by field, a primary contact who left and a successor from elsewhere.
func CheckContact(app core.App, record *core.Record) error {
	errs := validation.Errors{}
	if record.GetBool(FieldIsPrimary) && !record.GetDateTime(FieldLeftOn).IsZero() {
		errs[FieldIsPrimary] = fieldError("left_primary", "Someone who left cannot be the primary contact.")
	}
	if successor := record.GetString(FieldSuccessor); successor != "" && changed(record, FieldSuccessor) {
		colleagues, err := exists(app, CollectionContacts, dbx.HashExp{
			core.FieldNameId: successor, FieldCustomer: record.GetString(FieldCustomer), FieldLeftOn: "",
		})
		if err != nil {
			return err
		}
		if successor == record.Id || !colleagues {
			errs[FieldSuccessor] = fieldError(CodeOtherCustomer, "The successor is another contact of the same customer, one who has not left.")
		}
	}
	return errorsOrNil(errs)
}

// belongs tells whether a contact is one of a customer's.
func belongs(app core.App, contact, customer string) (bool, error) {
	return exists(app, CollectionContacts, dbx.HashExp{core.FieldNameId: contact, FieldCustomer: customer})
}

// FollowContact does what a saved contact asks for: another primary steps down, a successor steps up, and
// whoever left as primary leaves a handover to be made within a day.
func FollowContact(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	left, err := movePrimary(app, record)
	if err != nil || !left || record.GetString(FieldImport) != "" {
		return err
	}
	return OpenTask(app, policy, RuleTask{
		Key: KindHandover + ":" + record.Id, Kind: KindHandover, Customer: record.GetString(FieldCustomer),
		DueAt: now.Add(handoverHours * time.Hour), Priority: PriorityHigh,
	}, now)
}

// movePrimary keeps one primary contact: another steps down for this one, a successor steps up when this one leaves. It tells
// whether this one just left as primary.
func movePrimary(app core.App, record *core.Record) (left bool, err error) {
	if record.GetBool(FieldIsPrimary) {
		return false, stepDown(app, record.GetString(FieldCustomer), record.Id)
	}
	if !record.GetBool(FieldLeftAsPrimary) {
		return false, nil
	}
	return !record.Original().GetBool(FieldLeftAsPrimary), stepUp(app, record)
}

// stepUp makes the successor named for a contact who left the primary one, unless the customer has another by now.
func stepUp(app core.App, left *core.Record) error {
	successor := left.GetString(FieldSuccessor)
	if successor == "" || !changed(left, FieldSuccessor) && left.Original().GetBool(FieldLeftAsPrimary) {
		return nil
	}
	if has, err := hasPrimary(app, left); err != nil || has {
		return err
	}
	next, err := app.FindRecordById(CollectionContacts, successor)
	if err != nil {
		return fmt.Errorf("failed to find the successor: %w", err)
	}
	next.Set(FieldIsPrimary, true)
	return saveContact(app, next)
}

// stepDown makes every primary contact of a customer but one an ordinary one.
func stepDown(app core.App, customer, but string) error {
	var others []*core.Record
	err := app.RecordQuery(CollectionContacts).AndWhere(dbx.HashExp{FieldCustomer: customer, FieldIsPrimary: true}).
		AndWhere(dbx.Not(dbx.HashExp{"id": but})).All(&others)
	if err != nil {
		return fmt.Errorf("failed to find the primary contacts: %w", err)
	}
	for _, other := range others {
		other.Set(FieldIsPrimary, false)
		if err := saveContact(app, other); err != nil {
			return err
		}
	}
	return nil
}

// ForgetContact makes way for the deletion of a contact: the follow-ups that name it no longer do, and are otherwise the history
// they were, marks included; the handover its leaving asked for ends. To be called in the transaction of the deletion.
func ForgetContact(tx core.App, contact *core.Record, now time.Time) error {
	var followUps []*core.Record
	err := tx.RecordQuery(CollectionFollowUps).AndWhere(dbx.NewExp(`contact = {:id}
		OR EXISTS (SELECT 1 FROM json_each(their_people) WHERE value = {:id})`, dbx.Params{"id": contact.Id})).All(&followUps)
	if err != nil {
		return fmt.Errorf("failed to find the follow-ups that name a contact: %w", err)
	}
	for _, followUp := range followUps {
		if followUp.GetString(FieldContact) == contact.Id {
			followUp.Set(FieldContact, "")
		}
		followUp.Set(FieldTheirPeople+"-", contact.Id)
		// Not validated: of the people left in it, one may be another customer's by now.
		if err := saveAsSystemUnchecked(tx, followUp); err != nil {
			return fmt.Errorf("failed to take a contact out of a follow-up: %w", err)
		}
	}
	return EndTask(tx, KindHandover+":"+contact.Id, TaskCancelled, endedByRule, now)
}

func saveContact(app core.App, contact *core.Record) error {
	if err := SaveAsSystem(app, contact); err != nil {
		return fmt.Errorf("failed to save a contact: %w", err)
	}
	return nil
}
