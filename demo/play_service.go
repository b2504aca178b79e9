package demo

import (
	"fmt"

	"touchbase/crm"
)

// enterService enters what concerns contracts, cases and surveys.
func (p *player) enterService(e *Event) error {
	switch e.Kind {
	case KindContract:
		return p.enterContract(e)
	case KindCase:
		return p.enterCase(e)
	case KindSurvey:
		return p.enterSurvey(e)
	case KindUpdateContract:
		return p.change(crm.CollectionContracts, p.ids[e.Record], e.Change)
	case KindUpdateCase:
		return p.change(crm.CollectionCases, p.ids[e.Record], e.Change)
	case KindAnswerCase:
		return p.answerCase(e)
	}
	return fmt.Errorf("unknown kind of event %q", e.Kind)
}

// knowTags remembers the tags there are by their names.
func (p *player) knowTags() error {
	tags, err := p.app.FindAllRecords(crm.CollectionTags)
	if err != nil {
		return fmt.Errorf("failed to read the tags: %w", err)
	}
	for _, tag := range tags {
		p.ids[tag.GetString(crm.FieldName)] = tag.Id
	}
	return nil
}

// tags gives the ids of tags by their names.
func (p *player) tags(names []string) (ids []string) {
	for _, name := range names {
		ids = append(ids, p.ids[name])
	}
	return ids
}

func (p *player) enterContract(e *Event) error {
	c := e.Contract
	return p.make(crm.CollectionContracts, c.Key, map[string]any{
		crm.FieldCustomer: p.ids[e.Customer], crm.FieldNumber: c.Number, crm.FieldStartsOn: c.StartsOn.Time(), crm.FieldEndsOn: c.EndsOn.Time(),
		crm.FieldAmount: c.Amount,
	})
}

func (p *player) enterCase(e *Event) error {
	c := e.Case
	return p.make(crm.CollectionCases, c.Key, map[string]any{
		crm.FieldCustomer: p.ids[e.Customer], crm.FieldContact: p.ids[c.Contact], crm.FieldBy: p.ids[c.By], crm.FieldGivenBy: p.ids[c.By],
		crm.FieldAssignee: p.ids[c.Assignee], crm.FieldKind: c.Kind, crm.FieldSeverity: c.Severity, crm.FieldSubject: c.Subject,
		crm.FieldDetail: c.Detail, crm.FieldOpenedAt: c.OpenedAt, crm.FieldTopics: p.tags(c.Topics),
	})
}

func (p *player) enterSurvey(e *Event) error {
	s := e.Survey
	return p.make(crm.CollectionSurveys, "", map[string]any{
		crm.FieldCustomer: p.ids[e.Customer], crm.FieldContact: p.ids[s.Contact], crm.FieldSentAt: s.SentAt, crm.FieldExpiresAt: s.ExpiresAt,
		crm.FieldAnsweredAt: s.AnsweredAt, crm.FieldNPS: s.NPS, crm.FieldSatisfaction: s.Satisfaction, crm.FieldComment: s.Comment,
	})
}

// answerCase does the task of a case, where nobody has done it yet.
func (p *player) answerCase(e *Event) error {
	task, err := crm.TaskByKey(p.app, crm.KindCase+":"+p.ids[e.Record])
	if err != nil || task == nil || !crm.IsOpen(task.GetString(crm.FieldStatus)) {
		return err
	}
	result, _ := e.Change["result"].(string)
	return p.finish(task, result)
}
