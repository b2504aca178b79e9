package api

import (
	"database/sql"
	"errors"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/audit"
	"touchbase/crm"
)

// acting is what a route does with one record, in one transaction with everything that follows from it.
type acting struct {
	tx       core.App
	p        access.Principal // with the rights they have in the transaction
	record   *core.Record     // one they see
	standing crm.Standing     // how they stand to it
}

// act runs fn on a record in a transaction in the name of whoever sent the request; note says in the audit log what for. It
// refuses with 404 a record its sender does not see, and with 403 those who are no longer active staff. A refusal of fn undoes all of it.
func act(e *core.RequestEvent, note, collection, id string, fn func(a acting) error) error {
	actor := audit.ActorOf(e.Auth, e.RealIP())
	actor.Note = note
	err := audit.As(e.App, actor, func(tx core.App) error {
		p, err := principalIn(tx, e)
		if err != nil {
			return err
		}
		record, err := tx.FindRecordById(collection, id)
		if errors.Is(err, sql.ErrNoRows) {
			return e.NotFoundError("", err)
		}
		if err != nil {
			return err
		}
		standing, err := p.Standing(tx, record)
		if err != nil {
			return err
		}
		if !p.Has(access.Table[collection].See, standing) {
			return e.NotFoundError("", nil)
		}
		return fn(acting{tx, p, record, standing})
	})
	return refusal(e, err)
}

// principalIn gives who a request is made by, with the rights they have in a transaction, or once the body is
// read. The event has them from then on. It refuses with 403 those who are no longer active staff.
func principalIn(tx core.App, e *core.RequestEvent) (access.Principal, error) {
	if e.Auth.IsSuperuser() {
		return access.PrincipalOf(e.Auth), nil
	}
	user, err := access.Renewed(tx, e.Auth)
	if err != nil {
		return access.Principal{}, err
	}
	e.Auth = user
	p := access.PrincipalOf(user)
	if !p.IsStaff() {
		return p, e.ForbiddenError("This is for active staff.", nil)
	}
	return p, nil
}

// refusal is the answer to an error: one that is an answer already stays, field errors are shown, anything else goes to the log.
func refusal(e *core.RequestEvent, err error) error {
	var answer *router.ApiError
	var fields validation.Errors
	switch {
	case err == nil:
		return nil
	case errors.As(err, &answer):
		return answer
	case errors.As(err, &fields):
		return e.BadRequestError("This cannot be done.", fields)
	}
	return e.InternalServerError("This could not be done.", err)
}

// refuse is an answer that names what is wrong with a field and a code besides the sentence.
func refuse(status int, field, code, why string) error {
	return router.NewApiError(status, why, validation.Errors{field: validation.NewError(code, why)})
}

// fieldErrors is an error where there are any.
func fieldErrors(errs validation.Errors) error {
	if len(errs) == 0 {
		return nil
	}
	return errs
}
