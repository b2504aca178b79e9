package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// managerNotice is what the manager of a customer is told: words before the customer's name, and a body.
type managerNotice struct {
	kind, customer, task string
	key                  string // of the occasion, among those of the kind
	words, body          [2]string
	urgent               bool
}

// tellManagers tells the manager of a customer, who sees all customers.
func tellManagers(app core.App, n managerNotice, now time.Time) error {
	policy, err := LoadPolicy(app)
	if err != nil {
		return err
	}
	to, err := ManagersOf(app, n.customer, rules.DayOf(now, policy.Zone))
	if err != nil {
		return err
	}
	return n.tell(app, to, now)
}

func (n managerNotice) tell(app core.App, to []string, now time.Time) error {
	var name string
	err := app.DB().Select(FieldName).From(CollectionCustomers).Where(dbx.HashExp{core.FieldNameId: n.customer}).Row(&name)
	if err != nil {
		return fmt.Errorf("failed to find the name of a customer: %w", err)
	}
	return Notify(app, Notice{
		To: to, Kind: n.kind, Title: [2]string{n.words[0] + "：" + name, n.words[1] + ": " + name}, Body: n.body,
		Customer: n.customer, Task: n.task, Key: n.kind + ":" + n.key, Urgent: n.urgent,
	}, now)
}

// longHoldDays is how far ahead a pause may end before it is shown to the manager.
const longHoldDays = 180

// tellOfFollowUp tells the manager what of a follow-up that was just stored is for them: negative feedback and a dissatisfied
// customer, a pause of more than half a year, a third contact of one day. Imported history is nobody's news.
func tellOfFollowUp(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	customer := record.GetString(FieldCustomer)
	if isUnhappy(record) {
		err := tellManagers(app, managerNotice{
			kind: KindNegativeFeedback, customer: customer, key: record.Id, urgent: true,
			words: [2]string{"客户不满意", "An unhappy customer"},
		}, now)
		if err != nil {
			return err
		}
	}
	resume := day(record, FieldResumeOn)
	if record.GetString(FieldStatus) == rules.StatusOnHold && resume-rules.DayOf(now, policy.Zone) > longHoldDays {
		err := tellManagers(app, managerNotice{
			kind: "long_hold", customer: customer, key: record.Id + ":" + resume.String(),
			words: [2]string{"长期搁置", "On hold for long"}, body: [2]string{"至 " + resume.String(), "Until " + resume.String()},
		}, now)
		if err != nil {
			return err
		}
	}
	return tellOfPace(app, record, policy, now)
}

// isUnhappy tells whether the customer was, in a follow-up.
func isUnhappy(record *core.Record) bool {
	return record.GetString(FieldFeedback) == FeedbackNegative || record.GetString(FieldMood) == MoodDissatisfied
}

// tellNewS asks the directors to join a customer that has become one of tier S, unless one of them holds it already: a director
// should look after those (policy, owner_role).
func tellNewS(app core.App, policy *Policy, customer string, at time.Time) error {
	holds, err := Holds(app, customer)
	if err != nil {
		return err
	}
	hold := holds[customer]
	var directors []person
	err = app.DB().NewQuery("SELECT " + personColumns + " FROM users WHERE role = 'director' AND active ORDER BY created, id").All(&directors)
	if err != nil {
		return fmt.Errorf("failed to find the directors: %w", err)
	}
	var to []string
	for _, director := range directors {
		if hold.Standing(Person{ID: director.ID})&Own != 0 {
			return nil
		}
		to = append(to, director.ID)
	}
	return managerNotice{
		kind: "tier_s", customer: customer, key: customer + ":" + rules.DayOf(at, policy.Zone).String(),
		words: [2]string{"新的 S 类客户，请加入协作", "New in tier S, please join as collaborator"},
	}.tell(app, to, at)
}
