package api

import (
	"database/sql"
	"errors"
	"net/http"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
)

// proposal is a policy somebody thinks of: the fields of the policy that would change, and those of some tiers (by code) and some
// rules of signals (by signal).
type proposal struct {
	Policy    map[string]any   `json:"policy"`
	Tiers     []map[string]any `json:"tiers"`
	RiskRules []map[string]any `json:"risk_rules"`
}

// previewPolicy answers what a policy would change ([crm.Preview]) without saving it: exactly what saving it and running the tiers
// job would. It refuses, by field, a policy that could not be saved, an unknown tier, signal or field, and a computed field.
func previewPolicy(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		var body proposal
		if err := e.BindBody(&body); err != nil {
			return e.BadRequestError("Send {policy: {…}, tiers: [{code, …}], risk_rules: [{signal, …}]}.", err)
		}
		policy, err := crm.TryPolicy(e.App, func(tx core.App) error {
			if _, err := principalIn(tx, e); err != nil { // the right may have gone while the body came
				return err
			}
			return body.save(tx)
		})
		var fields validation.Errors
		switch {
		case errors.As(err, &fields):
			return e.BadRequestError("This policy could not be saved.", fields)
		case err != nil:
			return refusal(e, err)
		}
		preview, err := crm.PreviewPolicy(e.Request.Context(), e.App, policy, now())
		if err != nil {
			return e.InternalServerError("The policy cannot be tried.", err)
		}
		return e.JSON(http.StatusOK, preview)
	}
}

// save writes the proposal.
func (p proposal) save(tx core.App) error {
	if len(p.Policy) > 0 {
		record, err := tx.FindFirstRecordByFilter(crm.CollectionPolicy, "")
		if err != nil {
			return err
		}
		if err := propose(tx, record, p.Policy, "policy"); err != nil {
			return err
		}
	}
	for _, group := range []struct {
		collection, key string
		rows            []map[string]any
	}{{crm.CollectionTiers, crm.FieldCode, p.Tiers}, {crm.CollectionRiskRules, crm.FieldSignal, p.RiskRules}} {
		for _, row := range group.rows {
			record, err := tx.FindFirstRecordByData(group.collection, group.key, row[group.key])
			if errors.Is(err, sql.ErrNoRows) {
				return validation.Errors{group.collection: validation.NewError("unknown", "There is no row with this "+group.key+".")}
			}
			if err != nil {
				return err
			}
			if err := propose(tx, record, row, group.collection); err != nil {
				return err
			}
		}
	}
	return nil
}

// propose sets fields of a record and saves it; what is refused is named under the name of the group.
func propose(tx core.App, record *core.Record, values map[string]any, group string) error {
	errs := validation.Errors{}
	for name, value := range values {
		switch {
		case name == core.FieldNameId:
		case record.Collection().Fields.GetByName(name) == nil:
			errs[name] = validation.NewError("unknown", "There is no such field.")
		case access.IsComputed(record.Collection().Name, name):
			if !crm.SameValue(record.Get(name), value) {
				errs[name] = validation.NewError(crm.CodeComputed, "This is worked out by the program and cannot be written.")
			}
		default:
			record.Set(name, value)
		}
	}
	if len(errs) == 0 {
		err := tx.Save(record)
		if err == nil || !errors.As(err, &errs) {
			return err
		}
	}
	return validation.Errors{group: errs}
}
