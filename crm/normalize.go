package crm

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// ErrAmountMissing asks for the amount of an order. A number has no nothing in PocketBase, so whether it was given can only be
// told by whoever reads the request or the row.
var ErrAmountMissing = fieldError(CodeRequired, "An order needs its amount; 0 is one.")

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

// FollowImported does what an imported record asks for: another primary contact steps down, a next step whose day is not past
// becomes a task.
func FollowImported(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	switch record.Collection().Name {
	case CollectionContacts:
		return FollowContact(app, record, policy, now)
	case CollectionFollowUps:
		return FollowUpTasks(app, record, policy, now)
	}
	return nil
}
