package bench

import (
	"fmt"
	"time"

	"touchbase/crm"
	"touchbase/rules"
)

const followUpColumns = `id customer contact by direction channel kind started_at ended_at purpose content feedback mood competitor next_action next_action_on
	status resume_on created updated`

// followUps are history but for the last of each customer, whose next step may still be open.
func (c *company) followUps() error {
	events := c.happenings(perCustomer * len(c.customers))
	var open []openStep
	err := c.fill(crm.CollectionFollowUps, followUpColumns, len(events), func(i int) []any {
		event := events[i]
		who, at, id := c.customers[event.customer], time.Unix(event.at, 0), c.id()
		by := who.owner
		if by == "" {
			by = c.any(c.reps)
		}
		feedback, mood := c.any(feedbacks), ""
		if feedback != crm.FeedbackNoResponse {
			mood = c.any(moods)
		}
		status, action, actionOn, resume := rules.StatusConfirmed, "", "", ""
		if event.last && c.chance(0.25) {
			status, action = rules.StatusToFollowUp, c.any(wishes)
			due := at.AddDate(0, 0, 1+c.random.IntN(25))
			actionOn = c.dayOf(due)
			open = append(open, openStep{id: id, customer: who.id, by: by, title: action, due: due, at: at})
		} else if event.last && c.chance(0.05) {
			status, resume = rules.StatusOnHold, c.dayOf(at.AddDate(0, 0, 30+c.random.IntN(120)))
		}
		stamp := c.moment(at)
		return []any{id, who.id, who.contact, by, crm.DirectionOut, c.any(channels), c.any(kinds), stamp, c.moment(at.Add(20 * time.Minute)), c.any(wishes),
			c.any(openings) + c.any(pains) + c.any(notes) + fmt.Sprintf("，第%d次沟通。", i), feedback, mood, c.maybe(0.02, c.any(rivals)), action, actionOn,
			status, resume, stamp, c.moment(at.Add(time.Hour))}
	})
	if err != nil {
		return err
	}
	return c.tasks(open)
}

// openStep is a next step nobody has taken yet.
type openStep struct {
	id, customer, by, title string
	due, at                 time.Time
}

func (c *company) tasks(open []openStep) error {
	return c.fill(crm.CollectionTasks, "id customer title kind rule key by given_by assignee due_at priority status follow_up created updated", len(open), func(i int) []any {
		s := open[i]
		at := c.moment(s.at)
		return []any{c.id(), s.customer, s.title, crm.KindNextAction, crm.KindNextAction, crm.KindNextAction + ":" + s.id, s.by, s.by, s.by, c.moment(rules.DayOf(s.due, c.zone).End(c.zone)),
			crm.PriorityNormal, crm.TaskOpen, s.id, at, at}
	})
}
