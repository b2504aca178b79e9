package hooks_test

import (
	"testing"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestWayOfAFollowUp follows one call from the form to the customer's next date.
func TestWayOfAFollowUp(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	rep := app.User(crm.RoleRep, nil)
	customer := app.Customer(testapp.Fields{"owner": rep.Id})

	answer := server.Create(rep, "follow_ups", app.FollowUpFields(customer, testapp.Fields{
		"status": "to_follow_up", "next_action": "发送报价单", "next_action_on": app.Day(3), "feedback": "negative",
		"commitments": "3个工作日内提供样品\n明天回电",
	})).Want(200)
	if got := answer.Text("by"); got != rep.Id {
		t.Errorf("by is %q, want the signed-in person", got)
	}
	customer = app.Reload(customer)
	if got := customer.GetString("next_follow_up_on"); got != app.Day(3)+" 00:00:00.000Z" {
		t.Errorf("next_follow_up_on is %q, want the day of the next step", got)
	}
	if got := customer.GetInt("open_tasks"); got != 4 {
		t.Errorf("open_tasks is %d, want the next step, two promises and the negative feedback", got)
	}
}
