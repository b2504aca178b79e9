package api

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/audit"
	"touchbase/crm"
)

// proposal is a policy somebody thinks of: the fields of the policy that would change, and those of some tiers (by code) and some
// rules of signals (by signal). Rev, and updated in a row of the others, are the versions it was thought of on, where they matter.
type proposal struct {
	Rev       *int             `json:"rev"`
	Policy    map[string]any   `json:"policy"`
	Tiers     []map[string]any `json:"tiers"`
	RiskRules []map[string]any `json:"risk_rules"`
}

const policyShape = "Send {rev, policy: {…}, tiers: [{code, …}], risk_rules: [{signal, …}]}."

// savePolicy saves changes of the policy, of tiers and of rules of signals, all of them or none, and answers `{rev, at}`: the version
// and the moment from which the tiers job applies them. It refuses with 400, under policy.field, tiers.code.field and
// risk_rules.signal.field, what contradicts itself or cannot be read, unknown tiers, signals and fields and computed fields; and with
// 409 what was thought of on a version that somebody changed since.
func savePolicy(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		var body proposal
		if err := e.BindBody(&body); err != nil {
			return e.BadRequestError(policyShape, err)
		}
		var answer struct {
			Rev int       `json:"rev"`
			At  time.Time `json:"at"`
		}
		err := audit.As(e.App, audit.ActorOf(e.Auth, e.RealIP()), func(tx core.App) error {
			if err := mayChangePolicy(tx, e); err != nil {
				return err
			}
			if err := body.overtaken(tx); err != nil {
				return err
			}
			if err := body.save(tx); err != nil {
				return err
			}
			policy, err := tx.FindFirstRecordByFilter(crm.CollectionPolicy, "")
			if err != nil {
				return err
			}
			answer.Rev, answer.At = policy.GetInt(crm.FieldRev), now().UTC()
			return nil
		})
		if err != nil {
			return refusal(e, err)
		}
		return e.JSON(http.StatusOK, answer)
	}
}

// mayChangePolicy refuses whoever has not, or no longer, the right to change the policy: it may have gone while the body came.
func mayChangePolicy(tx core.App, e *core.RequestEvent) error {
	p, err := principalIn(tx, e)
	if err != nil {
		return err
	}
	if !p.CanChange(crm.CollectionPolicy, crm.Anyone) {
		return e.ForbiddenError("This is for directors.", nil)
	}
	return nil
}

// overtaken refuses, with 409, a proposal that was thought of on what somebody changed since.
func (p proposal) overtaken(tx core.App) error {
	since := validation.NewError("conflict", "This was changed since you opened it.")
	errs := validation.Errors{}
	if p.Rev != nil {
		policy, err := tx.FindFirstRecordByFilter(crm.CollectionPolicy, "")
		if err != nil {
			return err
		}
		if policy.GetInt(crm.FieldRev) != *p.Rev {
			errs[crm.CollectionPolicy] = validation.Errors{crm.FieldRev: since}
		}
	}
	for _, group := range p.groups() {
		rows := validation.Errors{}
		for _, row := range group.rows {
			record, err := group.find(tx, row)
			if err != nil {
				return err
			}
			if seen, given := row[crm.FieldUpdated]; given && record != nil && seen != record.GetString(crm.FieldUpdated) {
				rows[record.GetString(group.key)] = validation.Errors{crm.FieldUpdated: since}
			}
		}
		if len(rows) > 0 {
			errs[group.collection] = rows
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return router.NewApiError(http.StatusConflict, "Somebody changed the policy since you opened it. Look at it again, then repeat your change.", errs)
}

// rowsOf is a part of a proposal: some rows of a collection by a field that names them.
type rowsOf struct {
	collection, key string
	rows            []map[string]any
}

func (p proposal) groups() []rowsOf {
	return []rowsOf{
		{crm.CollectionTiers, crm.FieldCode, p.Tiers},
		{crm.CollectionRiskRules, crm.FieldSignal, p.RiskRules},
	}
}

// find gives the record of a row; nil where there is none.
func (g rowsOf) find(tx core.App, row map[string]any) (*core.Record, error) {
	record, err := tx.FindFirstRecordByData(g.collection, g.key, fmt.Sprint(row[g.key]))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return record, err
}

// save writes the proposal. All that is refused is named at once.
func (p proposal) save(tx core.App) error {
	reading, err := crm.LoadPolicy(tx)
	if err != nil {
		return err
	}
	refused := validation.Errors{}
	note := func(errs validation.Errors, name string, found validation.Errors) {
		if len(found) > 0 {
			errs[name] = found
		}
	}
	if len(p.Policy) > 0 {
		record, err := tx.FindFirstRecordByFilter(crm.CollectionPolicy, "")
		if err != nil {
			return err
		}
		errs, err := propose(tx, reading, record, p.Policy)
		if err != nil {
			return err
		}
		note(refused, crm.CollectionPolicy, errs)
	}
	for _, group := range p.groups() {
		rows := validation.Errors{}
		for _, row := range group.rows {
			record, err := group.find(tx, row)
			if err != nil {
				return err
			}
			if record == nil {
				rows[fmt.Sprint(row[group.key])] = validation.NewError("unknown", "There is no row with this "+group.key+".")
				continue
			}
			errs, err := propose(tx, reading, record, row)
			if err != nil {
				return err
			}
			note(rows, record.GetString(group.key), errs)
		}
		note(refused, group.collection, rows)
	}
	return fieldErrors(refused)
}

// propose sets fields of a record, read as people write them, and saves it as a change of theirs. It gives by field what is refused.
func propose(tx core.App, reading *crm.Policy, record *core.Record, sent map[string]any) (validation.Errors, error) {
	collection := record.Collection()
	values, errs := crm.ReadInput(collection, sent, reading)
	for name, value := range values {
		switch {
		case name == core.FieldNameId || name == crm.FieldUpdated:
		case collection.Fields.GetByName(name) == nil:
			errs[name] = validation.NewError(crm.CodeUnknownField, "There is no such field.") // a name with a modifier
		case access.IsComputed(collection.Name, name):
			if !crm.SameValue(record.Get(name), value) {
				errs[name] = validation.NewError(crm.CodeComputed, "This is worked out by the program and cannot be written.")
			}
		default:
			record.Set(name, value)
		}
	}
	if len(errs) > 0 || !crm.Differs(record, record.Original()) {
		return errs, nil
	}
	if crm.HasRev(collection) {
		record.Set(crm.FieldRev, record.GetInt(crm.FieldRev)+1)
	}
	if err := tx.Save(record); err != nil && !errors.As(err, &errs) {
		return nil, err
	}
	return errs, nil
}
