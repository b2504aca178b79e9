package crm

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// ErrAmountMissing asks for the amount of an order or a contract. A number has no nothing in PocketBase, so whether it was given can only be
// told by whoever reads the request or the row.
var ErrAmountMissing = fieldError(CodeRequired, "Say the amount; 0 is one.")

// Normalize puts a record of one of the collections that can be imported into the form it is stored in.
func Normalize(app core.App, record *core.Record, policy *Policy) error {
	switch record.Collection().Name {
	case CollectionCustomers:
		return NormalizeCustomer(app, record)
	case CollectionContacts:
		return NormalizeContact(app, record, policy)
	case CollectionOrders:
		return NormalizeOrder(app, record)
	case CollectionFollowUps:
		NormalizeFollowUp(record)
	}
	return nil
}

// FollowImported does what a record that an import made or changed asks for: another primary contact steps down, a successor
// steps up, the order that was the first until now is no longer new, a next step whose day is not past becomes a task. It
// opens no other tasks.
func FollowImported(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	switch record.Collection().Name {
	case CollectionContacts:
		_, err := movePrimary(app, record)
		return err
	case CollectionOrders:
		return FollowOrder(app, record)
	case CollectionFollowUps:
		f := followUp{app: app, record: record, policy: policy, now: now, imported: true}
		return f.tasks()
	}
	return nil
}
