package hooks

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/spf13/pflag"

	"touchbase/audit"
	"touchbase/crm"
)

// flagConsole is the flag that opens the SQL console, and what its value is found by.
const flagConsole = "sql-console"

// Flags adds what the program can be told about superusers: --sql-console opens PocketBase's SQL console, which is closed but in
// its development mode, because a statement goes past every rule, hook and log.
func Flags(app core.App, flags *pflag.FlagSet) {
	flags.Bool(flagConsole, false, "open the SQL console to superusers (open by default with --dev only)")
	app.Store().Set(flagConsole, flags.Lookup(flagConsole))
}

// consoleOpen tells whether superusers may run SQL.
func consoleOpen(app core.App) bool {
	if flag, ok := app.Store().Get(flagConsole).(*pflag.Flag); ok && flag.Changed {
		return flag.Value.String() == "true"
	}
	return app.IsDev()
}

// superusers records what those who run the machine do with it.
type superusers struct {
	h        *hooks
	restorer atomic.Pointer[audit.Actor] // who asked last for a backup to be put back
}

// bindSuperusers records every act of a superuser that no record's hook sees, and keeps them too from the log itself.
func (h *hooks) bindSuperusers(app core.App) {
	s := &superusers{h: h}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id: "touchbase_superusers", Func: s.watch, Priority: apis.DefaultRateLimitMiddlewarePriority + 1,
		})
		return e.Next()
	})
	app.OnCollectionCreateRequest().BindFunc(schemaAct("create"))
	app.OnCollectionUpdateRequest().BindFunc(schemaAct("update"))
	app.OnCollectionDeleteRequest().BindFunc(schemaAct("delete"))
	app.OnCollectionsImportRequest().BindFunc(importSchema)
	app.OnCollectionUpdate().BindFunc(keepLogSchema)
	app.OnCollectionDelete().BindFunc(keepLogSchema)
	app.OnSettingsUpdateRequest().BindFunc(changeSettings)
	app.OnBackupCreate().BindFunc(func(e *core.BackupEvent) error {
		e.Exclude = append(e.Exclude, audit.Files...)
		return e.Next()
	})
	app.OnBackupRestore().BindFunc(s.restore)
}

// admin is an entry of an act of administration.
func admin(note string, args ...any) audit.Entry {
	return audit.Entry{Action: audit.ActionAdmin, Note: fmt.Sprintf(note, args...)}
}

// acts are the endpoints that have no hook of their own, by pattern: a path may be written in many ways. Each says what is
// being done; it is recorded before it is.
var acts = map[string]func(e *core.RequestEvent) audit.Entry{
	"POST /api/sql": statement("SQL"),
	"POST /api/collections/meta/dry-run-view": statement("view query"),
	"POST /api/backups":                       func(*core.RequestEvent) audit.Entry { return admin("create a backup") },
	"POST /api/backups/upload":                func(*core.RequestEvent) audit.Entry { return admin("upload a backup") },
	"GET /api/backups/{key}":                  backup("download"),
	"DELETE /api/backups/{key}":               backup("delete"),
	"POST /api/backups/{key}/restore":         backup("restore"),
	"GET /api/logs":                           readLogs,
	"GET /api/logs/stats":                     readLogs,
	"GET /api/logs/{id}":                      readLogs,
	"POST /api/crons/{id}": func(e *core.RequestEvent) audit.Entry {
		return admin("run the job %s", e.Request.PathValue("id"))
	},
	patternTruncate: func(e *core.RequestEvent) audit.Entry {
		return admin("empty the collection %s", e.Request.PathValue("collection"))
	},
	"POST /api/collections/{collection}/impersonate/{id}": func(e *core.RequestEvent) audit.Entry {
		entry := admin("sign in as somebody else")
		entry.Collection, entry.Record = e.Request.PathValue("collection"), e.Request.PathValue("id")
		return entry
	},
}

const (
	patternTruncate = "DELETE /api/collections/{collection}/truncate"
	patternSQL      = "POST /api/sql"
	patternDownload = "GET /api/backups/{key}"
	patternRestore  = "POST /api/backups/{key}/restore"
)

func statement(what string) func(e *core.RequestEvent) audit.Entry {
	return func(e *core.RequestEvent) audit.Entry {
		var body struct {
			Query string `json:"query" form:"query"`
		}
		if err := e.BindBody(&body); err != nil {
			return admin("%s that cannot be read", what)
		}
		return admin("%s: %s", what, body.Query)
	}
}

// maxStatement is how many bytes an act may take to tell: what the log does not hold to its end could hide there.
const maxStatement = 2000

func backup(what string) func(e *core.RequestEvent) audit.Entry {
	return func(e *core.RequestEvent) audit.Entry {
		return admin("%s the backup %s", what, audit.Shorten(e.Request.PathValue("key"), 200))
	}
}

func readLogs(e *core.RequestEvent) audit.Entry {
	return admin("read the request logs: %s", e.Request.URL.Path)
}

// watch records an act before it is done: a download streams, and a restored database forgets.
func (s *superusers) watch(e *core.RequestEvent) error {
	describe, ok := acts[e.Request.Pattern]
	if !ok {
		return e.Next()
	}
	actor := superuserOf(e)
	if actor.ID == "" {
		return e.Next() // PocketBase refuses them
	}
	entry := describe(e)
	entry.Actor = actor
	if len(entry.Note) > maxStatement {
		return e.BadRequestError(fmt.Sprintf("The audit log keeps at most %d bytes of a statement; send it in parts.", maxStatement), nil)
	}
	switch e.Request.Pattern {
	case patternSQL:
		if !consoleOpen(e.App) {
			return e.ForbiddenError("The SQL console is closed. Start the program with --"+flagConsole+" to open it.", nil)
		}
	case patternTruncate:
		return s.truncate(e, entry)
	case patternRestore:
		s.restorer.Store(&actor)
	}
	if err := audit.Append(e.App, entry); err != nil {
		return err
	}
	return e.Next()
}

// superuserOf is the superuser behind a request; the zero Actor for everybody else. A backup is downloaded by a token in the
// address, whoever else is signed in.
func superuserOf(e *core.RequestEvent) audit.Actor {
	auth := e.Auth
	if e.Request.Pattern == patternDownload {
		auth, _ = e.App.FindAuthRecordByToken(e.Request.URL.Query().Get("token"), core.TokenTypeFile) // an unknown token is nobody's
	}
	if auth == nil || !auth.IsSuperuser() {
		return audit.Actor{}
	}
	return audit.ActorOf(auth, e.RealIP())
}

// truncate empties a collection in the name of who asked; each of its records has an entry, too.
func (s *superusers) truncate(e *core.RequestEvent, entry audit.Entry) error {
	collection, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err == nil && collection.Name == crm.CollectionAuditLog {
		return errLogStays()
	}
	return requestAs(e, entry.Actor, func(tx core.App) error {
		if err := audit.Append(tx, entry); err != nil {
			return err
		}
		return e.Next()
	})
}

// restore leaves word for the log of the restored database, and keeps the key and the head where they are.
func (s *superusers) restore(e *core.BackupEvent) error {
	e.Exclude = append(e.Exclude, audit.Files...)
	var actor audit.Actor
	if asked := s.restorer.Swap(nil); asked != nil {
		actor = *asked
	}
	undo, err := audit.Restoring(e.App.DataDir(), e.Name, actor, crm.FormatMoment(s.h.now()))
	if err != nil {
		return err
	}
	if err := e.Next(); err != nil { // a restored backup starts the program anew and never comes here
		return errors.Join(err, undo())
	}
	return nil
}

// errLogStays is the refusal of any change of the log and its form.
func errLogStays() error {
	return router.NewApiError(http.StatusForbidden, "The audit log is written by the program alone and stays as it is.", nil)
}

// changeSettings records which settings changed, never to what: some are secrets.
func changeSettings(e *core.SettingsUpdateRequestEvent) error {
	return requestAs(e.RequestEvent, audit.ActorOf(e.Auth, e.RealIP()), func(tx core.App) error {
		names, err := changedSettings(e.OldSettings, e.NewSettings)
		if err != nil {
			return err
		}
		entry := admin("change the settings: %s", strings.Join(names, ", "))
		entry.Collection, entry.Changes = "_params", map[string]audit.Change{}
		for _, name := range names {
			entry.Changes[name] = audit.Change{}
		}
		if err := audit.Append(tx, entry); err != nil {
			return err
		}
		return e.Next()
	})
}

// changedSettings names the settings that differ, as group.name. Secrets are left out of what settings tell of themselves.
func changedSettings(before, after *core.Settings) ([]string, error) {
	from, err := properties(before)
	if err != nil {
		return nil, err
	}
	to, err := properties(after)
	if err != nil {
		return nil, err
	}
	var names []string
	for group := range merged(from, to) {
		var old, changed map[string]json.RawMessage
		if json.Unmarshal(from[group], &old) != nil || json.Unmarshal(to[group], &changed) != nil { // a list
			if string(from[group]) != string(to[group]) {
				names = append(names, group)
			}
			continue
		}
		for name := range merged(old, changed) {
			if string(old[name]) != string(changed[name]) {
				names = append(names, group+"."+name)
			}
		}
	}
	for name, secret := range map[string][2]string{
		"smtp.password": {before.SMTP.Password, after.SMTP.Password}, "s3.secret": {before.S3.Secret, after.S3.Secret},
		"backups.s3.secret": {before.Backups.S3.Secret, after.Backups.S3.Secret},
	} {
		if secret[0] != secret[1] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
