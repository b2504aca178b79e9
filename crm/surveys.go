package crm

import (
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// answerFields are what a customer answers to a survey.
var answerFields = []string{FieldAnsweredAt, FieldNPS, FieldSatisfaction, FieldComment}

// ErrScoreMissing asks for the scores of a survey that was answered. A number has no nothing in PocketBase, so whether they were
// given can only be told by whoever reads the request.
var ErrScoreMissing = fieldError(CodeRequired, "An answer has both scores, from 0 to 10; 0 is one.")

// NormalizeSurvey puts a survey into the form it is stored in: sent now unless said otherwise.
func NormalizeSurvey(record *core.Record, now time.Time) {
	CleanTexts(record)
	if record.GetDateTime(FieldSentAt).IsZero() {
		record.Set(FieldSentAt, now)
	}
}

// CheckSurvey refuses, by field, what is impossible: an answer from the future, from before the survey was sent or from after its
// link expired, another customer's contact, scores without an answer, and a second answer. A survey is answered once.
func CheckSurvey(app core.App, record *core.Record, now time.Time) error {
	errs := validation.Errors{}
	sent, expires := record.GetDateTime(FieldSentAt).Time(), record.GetDateTime(FieldExpiresAt).Time()
	answered := record.GetDateTime(FieldAnsweredAt).Time()
	if (changed(record, FieldSentAt) || changed(record, FieldExpiresAt)) && !expires.IsZero() && expires.Before(sent) {
		errs[FieldExpiresAt] = fieldError("before_sent", "A survey cannot expire before it is sent.")
	}
	if changed(record, FieldSentAt) && sent.After(now.Add(clockTolerance)) {
		errs[FieldSentAt] = fieldError(CodeInFuture, "A survey is entered once it is sent.")
	}
	switch {
	case !record.IsNew() && !record.Original().GetDateTime(FieldAnsweredAt).IsZero():
		for _, field := range answerFields {
			if changed(record, field) {
				errs[field] = fieldError("answered", "This survey is answered; an answer stays as it was given.")
			}
		}
	case answered.IsZero():
		for _, field := range answerFields {
			if !SameValue(record.Get(field), core.NewRecord(record.Collection()).Get(field)) {
				errs[field] = fieldError("not_answered", "Say when the survey was answered.")
			}
		}
	case answered.After(now.Add(clockTolerance)):
		errs[FieldAnsweredAt] = fieldError(CodeInFuture, "An answer cannot come from the future.")
	case answered.Before(sent):
		errs[FieldAnsweredAt] = fieldError("before_sent", "A survey cannot be answered before it is sent.")
	case !expires.IsZero() && answered.After(expires):
		errs[FieldAnsweredAt] = fieldError("expired", "This survey could be answered until %s.", FormatMoment(expires))
	}
	if err := checkContact(app, record, errs); err != nil {
		return err
	}
	return errorsOrNil(errs)
}

// checkContact refuses a contact who is another customer's, as checkPeople does for a follow-up.
func checkContact(app core.App, record *core.Record, errs validation.Errors) error {
	contact := record.GetString(FieldContact)
	if contact == "" || !changed(record, FieldContact) && !changed(record, FieldCustomer) {
		return nil
	}
	own, err := belongs(app, contact, record.GetString(FieldCustomer))
	if err == nil && !own {
		errs[FieldContact] = fieldError(CodeOtherCustomer, "The contact belongs to another customer.")
	}
	return err
}
