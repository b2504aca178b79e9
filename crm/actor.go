package crm

import (
	"sync"

	"github.com/pocketbase/pocketbase/core"
)

// actors holds who is behind each open transaction. The transaction is the one thing that a request, the hooks of
// its record and the hooks of every record they save have in common.
var actors sync.Map // *core.TxAppInfo → user id

// ActAs runs fn in a transaction of the app in the name of a user (an id of users; empty for a superuser or the
// program). In a transaction already open it joins that one.
func ActAs(app core.App, user string, fn func(tx core.App) error) error {
	return app.RunInTransaction(func(tx core.App) error {
		info := tx.TxInfo()
		if _, set := actors.LoadOrStore(info, user); !set {
			defer actors.Delete(info)
		}
		return fn(tx)
	})
}

// Actor is the user behind the transaction of an app; empty outside one, for a superuser and for the program.
func Actor(app core.App) string {
	user, _ := actors.Load(app.TxInfo())
	id, _ := user.(string)
	return id
}
