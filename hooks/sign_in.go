package hooks

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/audit"
	"touchbase/crm"
)

// So many wrong guesses of one account's password are let through from one address within the time (access.md, rule 7).
const (
	guessesAllowed = 10
	guessesWithin  = time.Hour
)

// bindSignIn counts wrong guesses of a password, wherever one can be tried, and answers those who are not active as it
// answers a wrong password. It holds for superusers as well.
func (h *hooks) bindSignIn(app core.App) {
	app.OnRecordAuthWithPasswordRequest().BindFunc(func(e *core.RecordAuthWithPasswordRequestEvent) error {
		account := accountOf(e.Collection, e.Record, e.Identity)
		if e.Record == nil { // nobody is called so, but for the case or the spaces: that gives no further guesses
			if person, err := e.App.FindAuthRecordByEmail(e.Collection, account.identity); err == nil {
				account.record = person.Id
			}
		}
		if crm.RightsLost(e.Record) == crm.CodeDeactivated {
			e.Record = nil // PocketBase compares a password for nobody too, so the answer takes as long
		}
		return h.guess(e.RequestEvent, account, e.Next, isRefusal)
	})
	app.OnRecordAuthWithOTPRequest().BindFunc(func(e *core.RecordAuthWithOTPRequestEvent) error {
		if crm.RightsLost(e.Record) == crm.CodeDeactivated {
			return e.BadRequestError("Invalid or expired OTP", nil) // PocketBase's own words for a wrong one
		}
		return e.Next()
	})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id: "crmGuesses", Priority: apis.DefaultRateLimitMiddlewarePriority + 2, Func: h.onLetterRequest,
		})
		return e.Next()
	})
	app.OnRecordUpdateRequest().Bind(&hook.Handler[*core.RecordRequestEvent]{
		Id: "crmGuesses", Priority: -2000, Func: h.onPasswordChange, // outside of the transaction of the change
	})
}

// account is what guesses are counted by: a record where there is one, so that every way to name it counts as one, else the
// identity as typed.
type account struct {
	collection, record, identity string
}

func accountOf(collection *core.Collection, record *core.Record, identity string) account {
	found := account{collection: collection.Name, identity: strings.ToLower(strings.TrimSpace(identity))}
	if record != nil {
		found.record = record.Original().Id // the id of the record may be what a client wants it to be
	}
	return found
}

// guess runs what tries a password or a code. Those for one account from one address come one after the other, so that none
// slips past the count; once too many were wrong no further one is looked at. A wrong one is recorded, though the request
// fails.
func (h *hooks) guess(e *core.RequestEvent, of account, try func() error, isWrong func(error) bool) error {
	defer h.signIns.turn(of, e.RealIP())()
	wrong, err := h.wrongGuesses(e.App, of, e.RealIP())
	if err != nil {
		return e.InternalServerError("", err)
	}
	if wrong >= guessesAllowed {
		return e.TooManyRequestsError("Too many wrong attempts. Try again in an hour, or ask for a new password.", nil)
	}
	refusal := try()
	if !isWrong(refusal) {
		return refusal
	}
	err = audit.Append(e.App, audit.Entry{
		At: h.now(), Action: audit.ActionSignInFailed, Actor: audit.ActorOf(e.Auth, e.RealIP()),
		Collection: of.collection, Record: of.record, Note: of.identity,
	})
	if err != nil {
		return e.InternalServerError("", fmt.Errorf("failed to record a failed sign-in: %w", err))
	}
	return refusal
}

// wrongGuesses counts the recent wrong guesses of an account from an address.
func (h *hooks) wrongGuesses(app core.App, of account, ip string) (n int, err error) {
	whose := dbx.HashExp{crm.FieldCollection: of.collection, crm.FieldRecord: of.record}
	if of.record == "" {
		whose[crm.FieldNote] = of.identity
	}
	err = app.DB().Select("count(*)").From(crm.CollectionAuditLog).
		Where(dbx.HashExp{crm.FieldAction: audit.ActionSignInFailed, crm.FieldIP: ip}).
		AndWhere(dbx.NewExp("at > {:since}", dbx.Params{"since": crm.FormatMoment(h.now().Add(-guessesWithin))})).
		AndWhere(whose).Row(&n)
	if err != nil {
		return 0, fmt.Errorf("failed to count failed sign-ins: %w", err)
	}
	return n, nil
}

// isRefusal tells whether an answer says that a password or a code is wrong. That a second one is needed does not.
func isRefusal(err error) bool {
	var refusal *router.ApiError
	return errors.As(err, &refusal) && !errors.Is(err, apis.ErrMFA) &&
		refusal.Status >= 400 && refusal.Status < 500 && refusal.Status != http.StatusTooManyRequests
}

// refuses tells whether an answer refuses a field by name.
func refuses(err error, field, code string) bool {
	var refusal *router.ApiError
	if !errors.As(err, &refusal) {
		return false
	}
	problem, _ := refusal.Data[field].(map[string]any)
	return problem["code"] == code
}

// onLetterRequest guards the two requests that try a code or a password against what a letter brought: PocketBase tells its
// hooks of them only when the try was right.
func (h *hooks) onLetterRequest(e *core.RequestEvent) error {
	var body struct {
		OTP   string `json:"otpId" form:"otpId"`
		Token string `json:"token" form:"token"`
	}
	_, action, _ := strings.Cut(e.Request.Pattern, "/collections/{collection}/")
	if action != "auth-with-otp" && action != "confirm-email-change" {
		return e.Next()
	}
	if err := e.BindBody(&body); err != nil {
		return e.Next() // which refuses a body that cannot be read
	}
	if action == "confirm-email-change" {
		person, err := e.App.FindAuthRecordByToken(body.Token, core.TokenTypeEmailChange)
		if err != nil {
			return e.Next() // without a letter there is nothing to guess
		}
		return h.guess(e, accountOf(person.Collection(), person, person.Email()), e.Next, func(err error) bool {
			return refuses(err, "password", "validation_invalid_password")
		})
	}
	otp, err := e.App.FindOTPById(body.OTP)
	if err != nil {
		return e.Next() // likewise
	}
	person, err := e.App.FindRecordById(otp.CollectionRef(), otp.RecordRef())
	if err != nil {
		return e.Next()
	}
	return h.guess(e, accountOf(person.Collection(), person, person.Email()), e.Next, isRefusal)
}

// onPasswordChange counts the old passwords that are tried to set a new one.
func (h *hooks) onPasswordChange(e *core.RecordRequestEvent) error {
	if !e.Collection.IsAuth() {
		return e.Next()
	}
	body := map[string]any{}
	if err := e.BindBody(&body); err != nil || body["oldPassword"] == nil {
		return e.Next() // which refuses a body that cannot be read
	}
	if e.App.IsTransactional() {
		// A wrong one would be recorded in a transaction that fails with it.
		return e.BadRequestError("Failed to update record.", validation.Errors{
			"oldPassword": validation.NewError("not_in_batch", "A password is changed in a request of its own."),
		})
	}
	return h.guess(e.RequestEvent, accountOf(e.Collection, e.Record, e.Record.Original().Email()), e.Next, func(err error) bool {
		return refuses(err, "oldPassword", "validation_invalid_old_password")
	})
}

// attempts lets those who try the password of one account from one address wait for each other.
type attempts struct {
	mu    sync.Mutex
	queue map[string]*turn
}

type turn struct {
	mu      sync.Mutex
	waiting int
}

// turn waits until nobody else tries, and gives what ends one's own turn.
func (a *attempts) turn(of account, ip string) (end func()) {
	key := strings.Join([]string{of.collection, of.record, ip}, " ")
	if of.record == "" {
		key += of.identity
	}
	a.mu.Lock()
	if a.queue == nil {
		a.queue = map[string]*turn{}
	}
	mine := a.queue[key]
	if mine == nil {
		mine = &turn{}
		a.queue[key] = mine
	}
	mine.waiting++
	a.mu.Unlock()

	mine.mu.Lock()
	return func() {
		mine.mu.Unlock()
		a.mu.Lock()
		defer a.mu.Unlock()
		if mine.waiting--; mine.waiting == 0 {
			delete(a.queue, key)
		}
	}
}
