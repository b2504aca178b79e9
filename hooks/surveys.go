package hooks

import (
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

func (h *hooks) bindSurveys(app core.App) {
	onCheck(app, crm.CollectionSurveys, func(e *core.RecordEvent) error { return crm.CheckSurvey(e.App, e.Record, h.now()) })
	h.onWrite(app, crm.CollectionSurveys, h.onSurveyWrite)
	h.bindCustomerOf(app, crm.CollectionSurveys)
}

// onSurveyWrite stores the survey in its form and judges the customer.
func (h *hooks) onSurveyWrite(e *core.RecordEvent) error {
	crm.NormalizeSurvey(e.Record, h.now())
	if err := e.Next(); err != nil {
		return err
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return err
	}
	return h.reassessOf(e, policy, e.Record.GetDateTime(crm.FieldAnsweredAt).Time())
}

// askScores asks for both scores of the answer that a request brings to a survey; the record is as it will be stored.
func askScores(survey *core.Record, values map[string]any, errs validation.Errors) {
	if survey.GetDateTime(crm.FieldAnsweredAt).IsZero() || !survey.Original().GetDateTime(crm.FieldAnsweredAt).IsZero() {
		return
	}
	for _, field := range []string{crm.FieldNPS, crm.FieldSatisfaction} {
		if values[field] == nil && errs[field] == nil {
			errs[field] = crm.ErrScoreMissing
		}
	}
}
