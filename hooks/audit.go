package hooks

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"touchbase/audit"
	"touchbase/crm"
)

// hookAudit is the id of the hooks that write the log.
const hookAudit = "touchbase_audit"

// bindAudit keeps the log: every record that is made, changed or deleted, by whomever and whatever way, and every sign-in.
func (h *hooks) bindAudit(app core.App) {
	audit.Open(app, h.now)
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := audit.Append(e.App); err != nil { // a restored backup is told of before anything else
			return err
		}
		return e.Next()
	})
	// Around the statement itself: what hooks do before and after it is a write of its own.
	app.OnRecordCreateExecute().Bind(&hook.Handler[*core.RecordEvent]{Id: hookAudit, Func: onAudited(h.auditCreate)})
	app.OnRecordUpdateExecute().Bind(&hook.Handler[*core.RecordEvent]{Id: hookAudit, Func: onAudited(h.auditUpdate)})
	app.OnRecordDeleteExecute().Bind(&hook.Handler[*core.RecordEvent]{Id: hookAudit, Func: onAudited(h.auditDelete)})
	bindActors(app)
	app.OnRecordAuthRequest().Bind(&hook.Handler[*core.RecordAuthRequestEvent]{Id: hookAudit, Func: auditSignIn, Priority: -1000})
}

// unaudited are the collections that tell of the program's own working, and the log itself.
var unaudited = []string{
	crm.CollectionAuditLog, crm.CollectionJobRuns, crm.CollectionDeliveries, core.CollectionNameOTPs, core.CollectionNameMFAs,
	core.CollectionNameAuthOrigins,
}

// policyCollections are those whose change is a change of policy.
var policyCollections = []string{crm.CollectionPolicy, crm.CollectionTiers, crm.CollectionRiskRules}

// onAudited runs a handler in one transaction with the write it tells of.
func onAudited(handler func(e *core.RecordEvent) error) func(e *core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		if slices.Contains(unaudited, e.Record.Collection().Name) {
			return e.Next()
		}
		return inTransaction(e, func() error { return handler(e) })
	}
}

func (h *hooks) auditCreate(e *core.RecordEvent) error {
	if err := e.Next(); err != nil {
		return err
	}
	written, err := e.Record.DBExport(e.App)
	if err != nil {
		return err
	}
	return appendChange(e, audit.ActionCreate, nil, written)
}

func (h *hooks) auditUpdate(e *core.RecordEvent) error {
	written, err := e.Record.DBExport(e.App) // before the statement: of a record it knows to be stored it gives what differs
	if err != nil {
		return err
	}
	before, err := audit.Stored(e.App, e.Record.Collection(), idOf(e.Record), written)
	if err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	action := audit.ActionUpdate
	if slices.Contains(policyCollections, e.Record.Collection().Name) {
		action = audit.ActionPolicy
	}
	return appendChange(e, action, before, written)
}

func (h *hooks) auditDelete(e *core.RecordEvent) error {
	stored, err := e.App.FindRecordById(e.Record.Collection(), idOf(e.Record))
	if err != nil {
		return err
	}
	before, err := stored.DBExport(e.App)
	if err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	return appendChange(e, audit.ActionDelete, before, nil)
}

// idOf is the id a record is stored under; the one it carries is still the client's until it is saved.
func idOf(record *core.Record) string {
	id, _ := record.LastSavedPK().(string)
	return id
}

// appendChange writes an entry of a record; a change that changes nothing has none.
func appendChange(e *core.RecordEvent, action string, before, after audit.Columns) error {
	changes, err := audit.Differences(e.Record.Collection(), before, after)
	if err != nil || len(changes) == 0 && before != nil && after != nil {
		return err
	}
	return audit.Append(e.App, audit.Entry{
		Action: action, Collection: e.Record.Collection().Name, Record: idOf(e.Record), Changes: changes,
	})
}

// bindActors says who is behind what PocketBase's own endpoints write: record requests, each in one transaction with all its hooks, and
// the links in its mails, which somebody follows without being signed in.
func bindActors(app core.App) {
	request := func(e *core.RecordRequestEvent) error {
		return requestAs(e.RequestEvent, audit.ActorOf(e.Auth, e.RealIP()), func(core.App) error {
			if err := renewRights(e.RequestEvent); err != nil {
				return err
			}
			return e.Next()
		})
	}
	for _, on := range []*hook.TaggedHook[*core.RecordRequestEvent]{
		app.OnRecordCreateRequest(), app.OnRecordUpdateRequest(), app.OnRecordDeleteRequest(),
	} {
		on.Bind(&hook.Handler[*core.RecordRequestEvent]{Id: "touchbase_sender", Func: request, Priority: -1000})
	}
	app.OnRecordConfirmPasswordResetRequest().BindFunc(func(e *core.RecordConfirmPasswordResetRequestEvent) error {
		return followLink(e.RequestEvent, e.Record, "password reset by mail", e.Next)
	})
	app.OnRecordConfirmEmailChangeRequest().BindFunc(func(e *core.RecordConfirmEmailChangeRequestEvent) error {
		return followLink(e.RequestEvent, e.Record, "e-mail address confirmed", e.Next)
	})
	app.OnRecordConfirmVerificationRequest().BindFunc(func(e *core.RecordConfirmVerificationRequestEvent) error {
		return followLink(e.RequestEvent, e.Record, "e-mail address verified", e.Next)
	})
}

func followLink(e *core.RequestEvent, record *core.Record, note string, next func() error) error {
	actor := audit.ActorOf(record, e.RealIP())
	actor.Note = note
	return requestAs(e, actor, func(core.App) error { return next() })
}

// requestAs runs fn with a request's app in a transaction in the name of an actor.
func requestAs(e *core.RequestEvent, actor audit.Actor, fn func(tx core.App) error) error {
	outer := e.App
	defer func() { e.App = outer }()
	return audit.As(outer, actor, func(tx core.App) error {
		e.App = tx
		return fn(tx)
	})
}

// auditSignIn records a sign-in before its token is given away. With a second factor only the end of it tells whether it was
// one. Renewing a token and lending one are no sign-ins.
func auditSignIn(e *core.RecordAuthRequestEvent) error {
	if e.AuthMethod == "" {
		return e.Next()
	}
	signedIn := audit.Entry{
		Actor: audit.ActorOf(e.Record, e.RealIP()), Action: audit.ActionSignIn,
		Collection: e.Record.Collection().Name, Record: e.Record.Id, Note: e.AuthMethod,
	}
	if !e.Record.Collection().MFA.Enabled {
		if err := audit.Append(e.App, signedIn); err != nil {
			return err
		}
		return e.Next()
	}
	if err := e.Next(); err != nil {
		return err
	}
	return audit.Append(e.App, signedIn)
}
