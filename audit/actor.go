// Package audit is the record of who did what: every write leaves an entry, and the entries form a chain that shows when one
// was changed, removed or moved.
package audit

import (
	"sync"

	"github.com/pocketbase/pocketbase/core"
)

// Actor is who is behind a write and how it reached the program. The zero Actor is the program itself.
type Actor struct {
	ID         string // of a record of Collection; empty: the program
	Collection string // users or _superusers
	IP         string
	Note       string // what the write was for, where the write alone does not say: take, reassign, an import's id
}

// ActorOf is the actor a signed-in record acts as, from an address.
func ActorOf(auth *core.Record, ip string) Actor {
	if auth == nil {
		return Actor{IP: ip}
	}
	return Actor{ID: auth.Id, Collection: auth.Collection().Name, IP: ip}
}

// User is the actor's id among the users; empty for a superuser and for the program.
func (a Actor) User() string {
	if a.Collection != "users" {
		return ""
	}
	return a.ID
}

// actors holds who is behind each open transaction. The transaction is the one thing that a request, the hooks of
// its record and the hooks of every record they save have in common.
var actors sync.Map // *core.TxAppInfo → Actor

// As runs fn in a transaction of the app in the name of an actor. In a transaction already open it joins that one, and
// the actor who opened it stays.
func As(app core.App, actor Actor, fn func(tx core.App) error) error {
	return app.RunInTransaction(func(tx core.App) error {
		info := tx.TxInfo()
		if _, set := actors.LoadOrStore(info, actor); !set {
			defer actors.Delete(info)
		}
		return fn(tx)
	})
}

// Behind is the actor behind the transaction of an app; the zero Actor outside one.
func Behind(app core.App) Actor {
	actor, _ := actors.Load(app.TxInfo())
	a, _ := actor.(Actor)
	return a
}
