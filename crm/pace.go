package crm

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// CodePaceExceeded refuses to plan a contact more than the policy wants of a day.
const CodePaceExceeded = "pace_exceeded"

// farthestFreeDay is how many days ahead a day with room for a contact is looked for.
const farthestFreeDay = 60

// uncounted are the kinds of contacts that never count in the pace, for SQL: campaigns, and those of cases.
const uncounted = "'campaign', 'complaint'"

func countsInPace(kind string) bool { return kind != KindCampaign && kind != KindComplaint }

// exceedsPace tells whether, with this one, the customer was contacted more often on this channel that day than the
// policy wants. Attempts without response count as one.
func exceedsPace(app core.App, record *core.Record, policy *Policy) (bool, error) {
	n, err := contactsWith(app, record, policy)
	return n > policy.ContactsPerDay, err
}

// contactsWith counts the contacts of a follow-up's customer on its channel on its day, itself included.
func contactsWith(app core.App, record *core.Record, policy *Policy) (int, error) {
	on := rules.DayOf(record.GetDateTime(FieldStartedAt).Time(), policy.Zone)
	responded, attempted, err := contactsOn(app, record.GetString(FieldCustomer), record.GetString(FieldChannel), record.Id, on, policy.Zone)
	if record.GetString(FieldFeedback) == FeedbackNoResponse {
		attempted = 1
	} else {
		responded++
	}
	return responded + attempted, err
}

// contactsOn counts the outgoing contacts with a customer on a channel on a day, but for one record: those the
// customer responded to, and 1 if there were attempts without response.
func contactsOn(app core.App, customer, channel, but string, on rules.Day, zone *time.Location) (responded, attempted int, err error) {
	err = app.DB().NewQuery(`SELECT coalesce(sum(feedback != 'no_response'), 0), coalesce(max(feedback = 'no_response'), 0)
		FROM follow_ups WHERE customer = {:customer} AND started_at >= {:from} AND started_at < {:to}
		AND channel = {:channel} AND direction = 'out' AND kind NOT IN (`+uncounted+`) AND id != {:but}`).Bind(dbx.Params{
		"customer": customer, "channel": channel, "but": but, "from": FormatMoment(on.Start(zone)), "to": FormatMoment((on + 1).Start(zone)),
	}).Row(&responded, &attempted)
	if err != nil {
		err = fmt.Errorf("failed to count the contacts of the day: %w", err)
	}
	return responded, attempted, err
}

// DayContact is a contact of a day as everybody may know of it: when, whose, and whether it took place or is planned. What it is about
// is for those who see it.
type DayContact struct {
	At   string `db:"at" json:"at"`
	Who  string `db:"who" json:"who"`
	Done bool   `db:"done" json:"done"`
}

// contactsOfDay lists what a customer has on a channel on a day, but for one task: the outgoing contacts recorded (attempts without
// response are one) and those planned.
func contactsOfDay(app core.App, customer, channel, but string, on rules.Day, zone *time.Location) (list []DayContact, err error) {
	err = app.DB().NewQuery(`SELECT min(f.started_at) at, coalesce(u.name, f.by_name) who, true done
			FROM follow_ups f LEFT JOIN users u ON u.id = f.[[by]]
			WHERE f.customer = {:customer} AND f.started_at >= {:from} AND f.started_at < {:to}
			AND f.channel = {:channel} AND f.direction = 'out' AND f.kind NOT IN (` + uncounted + `)
			GROUP BY CASE WHEN f.feedback = 'no_response' THEN '' ELSE f.id END
		UNION ALL SELECT t.due_at, coalesce(u.name, ''), false
			FROM tasks t LEFT JOIN users u ON u.id = t.assignee
			WHERE t.customer = {:customer} AND t.status IN (` + OpenStatuses + `) AND t.due_at >= {:from} AND t.due_at < {:to}
			AND t.channel = {:channel} AND t.kind != 'case' AND t.id != {:but}
		ORDER BY 1`).Bind(dbx.Params{
		"customer": customer, "channel": channel, "but": but, "from": FormatMoment(on.Start(zone)), "to": FormatMoment((on + 1).Start(zone)),
	}).All(&list)
	if err != nil {
		return nil, fmt.Errorf("failed to list the contacts of a day: %w", err)
	}
	return list, nil
}

// checkPlanning refuses a task that plans a contact for a day on which the customer has as many on that channel as the policy wants,
// and says which: recorded or planned, when and whose. The answer to a case is never one too many.
func checkPlanning(app core.App, task *core.Record, policy *Policy) (refused validation.Error, err error) {
	channel := task.GetString(FieldChannel)
	status, before := task.GetString(FieldStatus), task.Original().GetString(FieldStatus)
	plans := changed(task, FieldDueAt) || changed(task, FieldChannel) || changed(task, FieldCustomer) || !IsOpen(before)
	if channel == "" || !plans || !IsOpen(status) || task.GetString(FieldKind) == KindCase {
		return nil, nil
	}
	on := rules.DayOf(task.GetDateTime(FieldDueAt).Time(), policy.Zone)
	list, err := contactsOfDay(app, task.GetString(FieldCustomer), channel, task.Id, on, policy.Zone)
	if err != nil || len(list) < policy.ContactsPerDay {
		return nil, err
	}
	var words []string
	for i := range list {
		at := ParseMoment(list[i].At)
		list[i].At = at.In(policy.Zone).Format(time.RFC3339)
		what := "planned for "
		if list[i].Done {
			what = "recorded at "
		}
		what += at.In(policy.Zone).Format("15:04")
		if list[i].Who != "" {
			what += " (" + list[i].Who + ")"
		}
		words = append(words, what)
	}
	message := fmt.Sprintf("On %s this customer is contacted often enough on this channel: %s. Choose another day.", on, strings.Join(words, ", "))
	if len(list) == 0 {
		message = fmt.Sprintf("The policy wants no contacts planned; on %s neither.", on)
	}
	return validation.NewError(CodePaceExceeded, message).SetParams(map[string]any{"on": on.String(), "contacts": list}), nil
}

// FreeDay gives the first day from a day on, itself included, on which a customer may have a contact more on a channel: that day, else
// the next working day with room. It is the day itself where there is none for sixty days. Task is one that does not count.
func FreeDay(app core.App, policy *Policy, customer, channel, task string, from rules.Day) (rules.Day, error) {
	for on := from; on <= from+farthestFreeDay; on++ {
		if on != from && !policy.Calendar.IsWorkday(on) {
			continue
		}
		list, err := contactsOfDay(app, customer, channel, task, on, policy.Zone)
		if err != nil {
			return 0, err
		}
		if len(list) < policy.ContactsPerDay {
			return on, nil
		}
	}
	return from, nil
}

// moveToFreeDay moves a rule's task that plans a contact to the next day with room for it, at the same hour. One that is a matter of
// hours stays.
func moveToFreeDay(app core.App, task *core.Record, policy *Policy) error {
	if task.GetString(FieldChannel) == "" || DueInHours(task.GetString(FieldKind)) {
		return nil
	}
	due := task.GetDateTime(FieldDueAt).Time()
	on := rules.DayOf(due, policy.Zone)
	free, err := FreeDay(app, policy, task.GetString(FieldCustomer), task.GetString(FieldChannel), task.Id, on)
	if err != nil || free == on {
		return err
	}
	task.Set(FieldDueAt, due.In(policy.Zone).AddDate(0, 0, int(free-on)))
	return nil
}

// tellOfPace tells the manager of a contact that is one too many, from the third of a day on at once. Of the second the digest tells.
func tellOfPace(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	if !record.GetBool(FieldPaceExceeded) || record.GetString(FieldImport) != "" {
		return nil
	}
	n, err := contactsWith(app, record, policy)
	if err != nil || n < thirdContact {
		return err
	}
	on := rules.DayOf(record.GetDateTime(FieldStartedAt).Time(), policy.Zone)
	channel := record.GetString(FieldChannel)
	return tellManagers(app, managerNotice{
		kind: CodePaceExceeded, customer: record.GetString(FieldCustomer), key: record.Id, urgent: true,
		words: [2]string{"联系过于频繁", "Contacted too often"},
		body: [2]string{
			fmt.Sprintf("%s 当天第 %d 次%s联系", on, n, ValueLabel(CollectionFollowUps, FieldChannel, channel, rules.Chinese)),
			fmt.Sprintf("Contact %d of %s by %s", n, on, strings.ToLower(ValueLabel(CollectionFollowUps, FieldChannel, channel, rules.English))),
		},
	}, now)
}

// thirdContact is from which contact of a day on the manager is told at once.
const thirdContact = 3
