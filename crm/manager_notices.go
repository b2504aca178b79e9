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

// tellManagers tells the manager of a customer, or who stands in for them.
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
	return naming(app, n.customer, name, to, func(to []string, name [2]string) error {
		return Notify(app, Notice{
			To: to, Kind: n.kind, Title: [2]string{n.words[0] + "：" + name[0], n.words[1] + ": " + name[1]}, Body: n.body,
			Customer: n.customer, Task: n.task, Key: n.kind + ":" + n.key, Urgent: n.urgent,
		}, now)
	})
}

// naming tells people something about a customer: those who see it by its name, the others without. Whoever stands in for somebody may be
// of another team.
func naming(app core.App, customer, name string, to []string, tell func(to []string, name [2]string) error) error {
	holds, err := Holds(app, customer)
	if err != nil {
		return err
	}
	var seeing, others []string
	for _, id := range to {
		user, err := app.FindRecordById(CollectionUsers, id)
		if err != nil {
			return fmt.Errorf("failed to find who is told of a customer: %w", err)
		}
		if MaySeeCustomer(PersonOf(user), holds[customer]) {
			seeing = append(seeing, id)
		} else {
			others = append(others, id)
		}
	}
	if err := tell(seeing, [2]string{name, name}); err != nil {
		return err
	}
	return tell(others, [2]string{"一位客户", "a customer"})
}

// MaySeeCustomer tells whether somebody may see a customer, as the table of rights has it.
func MaySeeCustomer(p Person, customer Hold) bool {
	return p.Role != RoleRep || customer.Standing(p)&(Own|Assigned|Team|Pool) != 0
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
