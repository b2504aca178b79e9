// Package pb_public is what visitors without account may see, embedded in the executable.
package pb_public

import (
	"embed"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

//go:embed index.html
var files embed.FS

// Register serves the public pages on every path that nothing else has taken.
func Register(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Priority: 999, // after every route of ours
		Func: func(e *core.ServeEvent) error {
			if !e.Router.HasRoute("GET", "/{path...}") {
				e.Router.GET("/{path...}", apis.Static(files, false))
			}
			return e.Next()
		},
	})
}
