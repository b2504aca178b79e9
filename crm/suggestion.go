package crm

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// Material is one of materials by its title.
type Material struct {
	ID    string            `json:"id"`
	Title map[string]string `json:"title"`
}

// Suggestion is the next suggested touch of a customer, in words of both languages.
type Suggestion struct {
	Customer  string              `json:"customer"`
	On        rules.Day           `json:"on"`
	What      map[string]string   `json:"what"`
	Urgency   string              `json:"urgency"`
	Channel   string              `json:"channel"`
	Task      string              `json:"task"`
	Playbook  string              `json:"playbook"`
	Action    int                 `json:"action"`
	Role      string              `json:"role"`
	Materials []Material          `json:"materials"`
	Reasons   []rules.TouchReason `json:"reasons"`
	Words     map[string]string   `json:"words"`
}

// Knows is what of a customer somebody may know.
type Knows struct {
	RFM       bool           // the scores, and so what is meant for a group of them
	FollowUps dbx.Expression // which follow-ups, in SQL; nil: all
	Tasks     dbx.Expression // which tasks; nil: all
}

// SuggestTouch gives the next touch of a customer, by what somebody may know of it.
func SuggestTouch(app core.App, customer *core.Record, knows Knows, now time.Time) (Suggestion, error) {
	policy, err := LoadPolicy(app)
	if err != nil {
		return Suggestion{}, err
	}
	l := touchLoader{app: app, customer: customer, knows: knows, zone: policy.Zone}
	l.facts = rules.TouchFacts{
		Today: rules.DayOf(now, policy.Zone), Tier: rules.Tier(customer.GetString(FieldTier)), TouchMode: customer.GetString(FieldTouchMode),
		Next: day(customer, FieldNextFollowUpOn), Avoid: customer.GetStringSlice(FieldAvoidChannels),
	}
	for _, load := range []func() error{l.preferred, l.waiting, l.followUps, l.actions, l.cases} {
		if err := load(); err != nil {
			return Suggestion{}, fmt.Errorf("failed to load what a touch rests on: %w", err)
		}
	}
	touch := rules.Suggest(l.facts)
	s := Suggestion{
		Customer: customer.Id, On: touch.On, What: inBoth(touch.What), Urgency: touch.Urgency, Channel: touch.Channel, Task: touch.Task,
		Playbook: touch.Playbook, Action: touch.Action, Role: touch.Role, Reasons: touch.Reasons, Materials: []Material{},
		Words: map[string]string{
			rules.Chinese: rules.ExplainTouch(touch.Reasons, rules.Chinese), rules.English: rules.ExplainTouch(touch.Reasons, rules.English),
		},
	}
	for _, id := range touch.Materials {
		s.Materials = append(s.Materials, Material{id, inBoth(l.titles[id])})
	}
	return s, nil
}

// inBoth names a pair of words by their languages.
func inBoth(pair [2]string) map[string]string {
	return map[string]string{rules.Chinese: pair[0], rules.English: pair[1]}
}

type touchLoader struct {
	app      core.App
	customer *core.Record
	knows    Knows
	zone     *time.Location
	facts    rules.TouchFacts
	titles   map[string][2]string // of the cases
}

func (l *touchLoader) preferred() error {
	return l.app.DB().NewQuery("SELECT " + preferredColumn + " FROM customers c WHERE c.id = {:id}").
		Bind(dbx.Params{"id": l.customer.Id}).Row(&l.facts.Preferred)
}

func (l *touchLoader) waiting() error {
	query := l.app.DB().Select("id", "kind", "due_at").From(CollectionTasks).
		Where(dbx.HashExp{FieldCustomer: l.customer.Id}).AndWhere(isOpen).OrderBy("due_at", "id")
	if l.knows.Tasks != nil {
		query.AndWhere(l.knows.Tasks)
	}
	var rows []struct{ ID, Kind, DueAt string }
	if err := query.All(&rows); err != nil {
		return err
	}
	for _, row := range rows {
		l.facts.Waiting = append(l.facts.Waiting, rules.WaitingTask{ID: row.ID, Kind: row.Kind, Due: rules.DayOf(ParseMoment(row.DueAt), l.zone)})
	}
	return nil
}

func (l *touchLoader) followUps() error {
	query := func(columns ...string) *dbx.SelectQuery {
		q := l.app.DB().Select(columns...).From(CollectionFollowUps).Where(dbx.HashExp{FieldCustomer: l.customer.Id})
		if l.knows.FollowUps != nil {
			q.AndWhere(l.knows.FollowUps)
		}
		return q
	}
	if err := query("count(*)").Row(&l.facts.Contacts); err != nil || l.facts.Contacts == 0 {
		return err
	}
	var last struct{ StartedAt, Channel, Kind, Feedback string }
	if err := query("started_at", "channel", "kind", "feedback").OrderBy("started_at DESC", "created DESC").Limit(1).One(&last); err != nil {
		return err
	}
	l.facts.Last = rules.LastTouch{
		On: rules.DayOf(ParseMoment(last.StartedAt), l.zone), Channel: last.Channel, Kind: last.Kind, Responded: last.Feedback != FeedbackNoResponse,
	}
	return nil
}

// actions gathers what the playbooks for this customer say, and when each was done last: a line of a plan says so by its key.
func (l *touchLoader) actions() error {
	books, err := loadPlaybooks(l.app)
	if err != nil {
		return err
	}
	of := map[string]string{
		FieldTier: l.customer.GetString(FieldTier), FieldSegment: l.customer.GetString(FieldSegment), FieldCause: l.customer.GetString(FieldChurnCause),
	}
	if l.knows.RFM {
		var scores rules.RFM
		if raw := rawJSON(l.customer, FieldRFM); len(raw) > 0 {
			if err := json.Unmarshal(raw, &scores); err != nil { // nothing is suggested by them
				l.app.Logger().Error("A stored value cannot be read", "collection", CollectionCustomers, "record", l.customer.Id, "field", FieldRFM, "error", err)
			}
		}
		of[FieldRFMGroup] = scores.Group
	}
	done, err := l.done()
	if err != nil {
		return err
	}
	for _, book := range books {
		basis := book.basisFor(of)
		if basis == "" {
			continue
		}
		for number, action := range book.Actions {
			l.facts.Actions = append(l.facts.Actions, rules.PlannedAction{
				Playbook: book.ID, Number: number, Name: book.Name, Basis: basis, What: action.words(), EveryDays: action.EveryDays,
				Channel: action.Channel, Role: action.Role, LastDone: done[fmt.Sprintf("%s.%d", book.ID, number)],
			})
		}
	}
	return nil
}

// done tells on which day each action of a playbook was last done for the customer.
func (l *touchLoader) done() (map[string]rules.Day, error) {
	query := l.app.DB().Select("[[key]]", "done_at").From(CollectionTasks).Where(dbx.HashExp{FieldCustomer: l.customer.Id, FieldStatus: TaskDone}).
		AndWhere(dbx.NewExp("[[key]] >= 'plan:' AND [[key]] < 'plan;'"))
	if l.knows.Tasks != nil {
		query.AndWhere(l.knows.Tasks)
	}
	var rows []struct{ Key, DoneAt string }
	if err := query.All(&rows); err != nil {
		return nil, err
	}
	done := map[string]rules.Day{}
	for _, row := range rows {
		if parts := strings.Split(row.Key, ":"); len(parts) == 5 { // plan:<plan>:<customer>:<action>:<n>
			done[parts[3]] = max(done[parts[3]], rules.DayOf(ParseMoment(row.DoneAt), l.zone))
		}
	}
	return done, nil
}

// cases finds the case materials of the customer's industry that are for its tier or for all, the latest first.
func (l *touchLoader) cases() error {
	var rows []struct{ ID, Title, TitleEn string }
	err := l.app.DB().NewQuery(`SELECT id, title, title_en FROM materials WHERE kind = 'case'
		AND EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(industries) THEN industries ELSE '[]' END) WHERE value = {:industry})
		AND (tiers IN ('', '[]') OR EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(tiers) THEN tiers ELSE '[]' END) WHERE value = {:tier}))
		ORDER BY created DESC, id LIMIT 3`).
		Bind(dbx.Params{"industry": l.customer.GetString(FieldIndustry), "tier": l.customer.GetString(FieldTier)}).All(&rows)
	if err != nil {
		return err
	}
	l.titles = map[string][2]string{}
	for _, row := range rows {
		title := [2]string{row.Title, row.TitleEn}
		if title[1] == "" {
			title[1] = title[0]
		}
		l.titles[row.ID] = title
		l.facts.Cases = append(l.facts.Cases, row.ID)
	}
	return nil
}

// touchChannel gives a rule's task the channel that suits it: a light touch one of those for light touches, unless the customer avoids
// them all. Other tasks are for whoever does them to choose.
func touchChannel(app core.App, kind, customer string) (string, error) {
	if kind != KindLightTouch {
		return "", nil
	}
	var row struct{ Preferred, AvoidChannels string }
	err := app.DB().NewQuery("SELECT " + preferredColumn + ", c.avoid_channels FROM customers c WHERE c.id = {:id}").
		Bind(dbx.Params{"id": customer}).One(&row)
	if err != nil {
		return "", fmt.Errorf("failed to find on which channel a customer is touched: %w", err)
	}
	channel, basis := rules.ChooseChannel(rules.UrgencyLight, row.Preferred, "", jsonTexts(row.AvoidChannels))
	if basis == rules.BasisElsewhere {
		return "", nil
	}
	return channel, nil
}
