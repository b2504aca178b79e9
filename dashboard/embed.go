// Package dashboard extends PocketBase's own dashboard, which is the front end of the whole team.
package dashboard

import (
	"embed"
	"io/fs"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

//go:embed ui
var files embed.FS

// name is the extension's part of the address: /_/extensions/crm/.
const name = "crm"

// Register adds the extension to the dashboard the app serves. Its files are public, as those of the dashboard are: they hold no
// data and no secret.
func Register(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		ui, err := fs.Sub(files, "ui")
		if err != nil {
			return err
		}
		e.UIExtensions = append(e.UIExtensions, core.UIExtension{Name: name, FS: ui})
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "crmFreshExtension", Priority: -11, Func: freshExtension})
		return e.Next()
	})
}

// freshExtension makes browsers ask for the extension each time. PocketBase lets them keep it for two weeks, without a version in
// the address, so after an upgrade they would run the old one.
func freshExtension(e *core.RequestEvent) error {
	if path := e.Request.URL.Path; path == "/_/extensions.js" || strings.HasPrefix(path, "/_/extensions/") {
		e.Response.Header().Set("Cache-Control", "no-cache")
	}
	return e.Next()
}
