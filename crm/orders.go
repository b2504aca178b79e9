package crm

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// NormalizeOrder puts an order into the form it is stored in: a negative amount is a return, an order
// without kind is new if no order that counts came before it, else a repeat; and it belongs to whoever
// owns the customer when it is entered.
func NormalizeOrder(app core.App, record *core.Record) error {
	CleanTexts(record)
	customer := record.GetString(FieldCustomer)
	kind := record.GetString(FieldKind)
	if kind == OrderReturn && !record.IsNew() && record.Original().GetFloat(FieldAmount) < 0 {
		kind = "" // it was a return because of its amount alone
	}
	if record.GetFloat(FieldAmount) < 0 {
		record.Set(FieldKind, OrderReturn)
	} else if kind == "" {
		before, err := orderedBefore(app, record)
		if err != nil {
			return err
		}
		record.Set(FieldKind, OrderNew)
		if before {
			record.Set(FieldKind, OrderRepeat)
		}
	}
	if record.IsNew() && record.GetString(FieldOwner) == "" {
		var owner string
		err := app.DB().Select(FieldOwner).From(CollectionCustomers).Where(dbx.HashExp{"id": customer}).Row(&owner)
		if err != nil && !errors.Is(err, sql.ErrNoRows) { // a customer who does not exist is refused by the relation
			return fmt.Errorf("failed to find the customer's owner: %w", err)
		}
		record.Set(FieldOwner, owner)
	}
	return nil
}

// orderedBefore tells whether the customer has an order that counts from an earlier moment, or was
// entered before from the same one.
func orderedBefore(app core.App, record *core.Record) (bool, error) {
	var n int
	err := app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM orders WHERE customer = {:customer} AND ordered_at <= {:at}
		AND amount >= 0 AND NOT cancelled AND id != {:id})`).Bind(dbx.Params{
		"customer": record.GetString(FieldCustomer), "at": record.GetString(FieldOrderedAt), "id": record.Id,
	}).Row(&n)
	if err != nil {
		return false, fmt.Errorf("failed to look for earlier orders: %w", err)
	}
	return n == 1, nil
}

// CheckOrder refuses, by field, a number in use and a return that is none.
func CheckOrder(app core.App, record *core.Record) error {
	errs := validation.Errors{}
	if err := refuseUsed(app, record, errs, FieldNumber); err != nil {
		return err
	}
	if record.GetString(FieldKind) == OrderReturn && record.GetFloat(FieldAmount) >= 0 {
		errs[FieldAmount] = fieldError("return_positive", "A return has a negative amount.")
	}
	return errorsOrNil(errs)
}

// FollowOrder keeps one order of a customer the first: when an order that counts was entered or moved before the one that was
// the first until now, that one is new no longer, nor are the cancelled ones between them.
func FollowOrder(app core.App, record *core.Record) error {
	if record.GetString(FieldKind) != OrderNew || record.GetBool(FieldCancelled) {
		return nil
	}
	err := SetColumn(app, CollectionOrders, FieldKind, OrderRepeat, dbx.NewExp(`customer = {:customer} AND kind = 'new'
		AND id != {:id} AND ordered_at > {:at}
		AND ordered_at <= coalesce((SELECT min(ordered_at) FROM orders WHERE customer = {:customer} AND id != {:id}
			AND amount >= 0 AND NOT cancelled), '9999')`, dbx.Params{
		"id": record.Id, "customer": record.GetString(FieldCustomer), "at": record.GetString(FieldOrderedAt),
	}))
	if err != nil {
		return fmt.Errorf("failed to tell the first order from the others: %w", err)
	}
	return nil
}
