// Package dashboard extends PocketBase's own dashboard, which is the front end of the whole team.
//
// Its parts, in the folders of ui, are loaded before the first page in the order of parts; the pages, modules in ui/pages, when they are
// opened. There is no build step: what lies here is what the browser runs.
package dashboard

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/ui"

	"touchbase/crm"
)

//go:embed ui
var files embed.FS

// name is the extension's part of the address: /_/extensions/crm/.
const name = "crm"

// parts are what PocketBase joins to the one script it loads before it shows a page, in this order: a net under errors, what older browsers
// lack, the words of both languages, how fields are shown and written, the lists, the record form in five parts, sign-in and header, what
// arrives by itself, where the keyboard goes, and the pages.
var parts = []string{"net", "older", "words", "fields", "inputs", "lists", "layouts", "form", "choices", "wishes", "trouble", "staff", "live", "keys", ""}

// Register adds the extension to the dashboard the app serves. Its files are public, as those of the dashboard are: they hold no
// data and no secret.
func Register(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		root, err := source(app)
		if err != nil {
			return err
		}
		styles, err := stylesOf(root)
		if err != nil {
			return err
		}
		strings, err := stringsScript(root)
		if err != nil {
			return err
		}
		e.UIExtensions = append(e.UIExtensions, core.UIExtension{Name: name + "-strings", FS: strings})
		for _, part := range parts {
			extension := core.UIExtension{Name: name, FS: root}
			if part != "" {
				extension.Name += "-" + part
				if extension.FS, err = fs.Sub(root, part); err != nil {
					return err
				}
			}
			e.UIExtensions = append(e.UIExtensions, extension)
		}
		version, err := versionOf(root, ui.DistDirFS)
		if err != nil {
			return err
		}
		e.Router.Bind(
			&hook.Handler[*core.RequestEvent]{Id: "crmFreshFiles", Priority: -11, Func: fresh(app, version, preloads(styles))},
			// After the token was read and the rate limited, and before PocketBase refuses who is no superuser.
			&hook.Handler[*core.RequestEvent]{Id: "crmStaffAnswers", Priority: -10, Func: staffAnswers},
		)
		return e.Next()
	})
}

// source is where the files are read from: the executable, or in development their folder, so that an edit shows after a reload.
func source(app core.App) (fs.FS, error) {
	const folder = "dashboard/ui"
	if _, err := os.Stat(filepath.Join(folder, "main.js")); app.IsDev() && err == nil {
		return os.DirFS(folder), nil
	}
	return fs.Sub(files, "ui")
}

// stringsScript is a script that puts the words where the other parts find them: those of the dashboard, those PocketBase writes in
// English, and the names of fields and values, which files are read by, too.
func stringsScript(root fs.FS) (fs.FS, error) {
	own, err := fs.ReadFile(root, "strings.json")
	if err != nil {
		return nil, err
	}
	native, err := fs.ReadFile(root, "native.json")
	if err != nil {
		return nil, err
	}
	modules, err := modulesOf(root)
	if err != nil {
		return nil, err
	}
	styles, err := stylesOf(root)
	if err != nil {
		return nil, err
	}
	linked, err := json.Marshal(styles)
	if err != nil {
		return nil, err
	}
	return script(fmt.Appendf(nil, "window.crmStrings = {own: %s, native: %s, labels: %s}; window.crmModules = %s; window.crmStyles = %s;",
		own, native, crm.Labels(), modules, linked)), nil
}

// stylesOf lists the styles in the order in which they apply: that of their names, whose numbers make it. A later one may say otherwise than
// an earlier one, what is for one page than what all share.
func stylesOf(root fs.FS) ([]string, error) { return fs.Glob(root, "styles/*.css") }

// script is a file system of one file, main.js.
type script []byte

func (s script) Open(path string) (fs.File, error) {
	if path != "main.js" {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return &scriptFile{bytes.NewReader(s)}, nil
}

type scriptFile struct{ *bytes.Reader }

func (f *scriptFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *scriptFile) Close() error               { return nil }
func (f *scriptFile) Name() string               { return "main.js" }
func (f *scriptFile) Mode() fs.FileMode          { return 0o444 }
func (f *scriptFile) ModTime() time.Time         { return time.Time{} }
func (f *scriptFile) IsDir() bool                { return false }
func (f *scriptFile) Sys() any                   { return nil }

// versionOf tells one set of files from another.
func versionOf(sets ...fs.FS) (string, error) {
	sum := sha256.New()
	for _, set := range sets {
		err := fs.WalkDir(set, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := fs.ReadFile(set, path)
			fmt.Fprintf(sum, "%s %d\n%s", path, len(content), content)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("failed to read the dashboard: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// preloads has browsers ask for the extension, and the styles that ui/main.js links, along with PocketBase's own script, which would ask for
// them only once it runs.
func preloads(styles []string) string {
	links := `<extensions.js>; rel="modulepreload"`
	for _, style := range styles {
		links += `, <extensions/` + name + `/` + style + `>; rel="preload"; as="style"`
	}
	return links
}

// fresh makes browsers ask each time whether what they have is still it. PocketBase lets them keep the files of an extension, and libraries
// without a version in their address, for two weeks, so after an upgrade they would run the old ones.
func fresh(app core.App, version, links string) func(*core.RequestEvent) error {
	tag := `"` + version + `"`
	return func(e *core.RequestEvent) error {
		path := e.Request.URL.Path
		if path == "/_/" {
			e.Response.Header().Set("Link", links)
		}
		if path != "/_/extensions.js" && !strings.HasPrefix(path, "/_/extensions/") && !strings.HasPrefix(path, "/_/libs/") {
			return e.Next()
		}
		header := e.Response.Header()
		header.Set("Cache-Control", "no-cache")
		if app.IsDev() {
			return e.Next()
		}
		header.Set("ETag", tag)
		if e.Request.Header.Get("If-None-Match") == tag {
			e.Response.WriteHeader(http.StatusNotModified)
			return nil
		}
		return e.Next()
	}
}
