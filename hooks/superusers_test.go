package hooks_test

import (
	"archive/zip"
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/pflag"

	"touchbase/hooks"
	"touchbase/internal/testapp"
)

// TestSuperusersOnRecord has an entry of every act of a superuser that no record tells of.
func TestSuperusersOnRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	openConsole(t, o, "true")
	root := o.Superuser()
	root = o.Reload(root)
	view := map[string]any{"name": "names", "type": "view", "viewQuery": "SELECT id, name FROM teams"}
	fileToken, err := root.NewFileToken()
	if err != nil {
		t.Fatal(err)
	}
	teams := o.server.Send(root, http.MethodGet, "/api/collections/teams", nil).Want(200).Data
	for _, tt := range []struct {
		name, method, path string
		body               any
		status             int
		note               string
	}{
		{"SQL", "POST", "/api/sql", map[string]any{"query": "SELECT name FROM teams"}, 200, "SQL: SELECT name FROM teams"},
		{"SQL with a slash", "POST", "/api/sql/", map[string]any{"query": "SELECT 2"}, 404, ""},
		{"long SQL", "POST", "/api/sql", map[string]any{"query": "SELECT '" + strings.Repeat("a", 4000) + "'"}, 400, ""},
		{"view query", "POST", "/api/collections/meta/dry-run-view", map[string]any{"query": "SELECT id FROM teams"}, 200, "view query: SELECT id FROM teams"},
		{"backup", "POST", "/api/backups", map[string]any{"name": "monday.zip"}, 204, "create a backup"},
		{"download", "GET", "/api/backups/monday.zip?token=" + fileToken, nil, 200, "download the backup monday.zip"},
		{"download by its parts", "HEAD", "/api/backups/monday.zip?token=" + fileToken, nil, 200, "download the backup monday.zip"},
		{"deletion of a backup", "DELETE", "/api/backups/monday.zip", nil, 204, "delete the backup monday.zip"},
		{"restoring what is not there", "POST", "/api/backups/none.zip/restore", nil, 400, "restore the backup none.zip"},
		{"logs", "GET", "/api/logs?perPage=1", nil, 200, "read the request logs: /api/logs"},
		{"log figures", "GET", "/api/logs/stats", nil, 200, "read the request logs: /api/logs/stats"},
		{"settings", "PATCH", "/api/settings", map[string]any{"meta": map[string]any{"appName": "别名"}, "smtp": map[string]any{"password": "geheim"}}, 200, "change the settings: meta.appName, smtp.password"},
		{"another's token", "POST", "/api/collections/users/impersonate/" + o.rep.Id, map[string]any{"duration": 60}, 200, "sign in as somebody else"},
		{"another form", "PATCH", "/api/collections/tags", map[string]any{"indexes": []string{"CREATE UNIQUE INDEX `idx_tags_name` ON `tags` (`name`, `group`)"}}, 200, "update the collection tags"},
		{"import", "PUT", "/api/collections/import", map[string]any{"collections": []any{teams}}, 204, "import the collections teams"},
		{"a collection without rights", "POST", "/api/collections", view, 400, ""},
		{"no more of one", "DELETE", "/api/collections/tags", nil, 400, ""},
		{"emptied", "DELETE", "/api/collections/tags/truncate", nil, 204, "empty the collection tags"},
	} {
		before := o.lastSeq()
		o.server.Send(root, tt.method, tt.path, tt.body).Want(tt.status)
		acts := slices.DeleteFunc(o.log(before), func(e logged) bool { return e.Action != "admin" })
		if tt.note == "" {
			if len(acts) > 0 {
				t.Errorf("%s: got %+v", tt.name, acts)
			}
			continue
		}
		if len(acts) != 1 || !strings.HasPrefix(acts[0].Note, tt.note) || acts[0].Actor != root.Id || acts[0].ActorCollection != "_superusers" || acts[0].IP != "127.0.0.1" {
			t.Errorf("%s: got %+v", tt.name, acts)
		}
		if len([]rune(acts[0].Note)) > 2020 || strings.Contains(acts[0].Note+acts[0].Changes, "geheim") {
			t.Errorf("%s: the entry says too much: %+v", tt.name, acts[0])
		}
	}
	o.wantWholeLog()
}

// TestRefusedActs leaves no entry of what somebody without the right tried; PocketBase answers them.
func TestRefusedActs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	before := o.lastSeq()
	for _, who := range []*core.Record{nil, o.rep, o.director} {
		for _, path := range []string{"/api/backups", "/api/sql"} {
			if answer := o.server.Send(who, http.MethodPost, path, map[string]any{"query": "SELECT 1"}); answer.Status != 401 && answer.Status != 403 {
				t.Errorf("%s: got %d", path, answer.Status)
			}
		}
		o.server.Send(who, http.MethodGet, "/api/backups/monday.zip?token=x", nil).Want(403)
	}
	if list := o.log(before); len(list) > 0 {
		t.Errorf("got %+v", list)
	}
}

func openConsole(t *testing.T, o *office, value string) {
	t.Helper()
	flags := pflag.NewFlagSet("touchbase", pflag.ContinueOnError)
	hooks.Flags(o.App, flags)
	if err := flags.Parse([]string{"--sql-console=" + value}); err != nil {
		t.Fatal(err)
	}
}

// TestConsole is closed unless a flag opens it, and says which.
func TestConsole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	ask := func() testapp.Answer {
		return o.server.Send(root, http.MethodPost, "/api/sql", map[string]any{"query": "SELECT 1"})
	}
	if answer := ask().Want(403); !strings.Contains(answer.Text("message"), "--sql-console") {
		t.Errorf("got %s", answer.Body)
	}
	openConsole(t, o, "true")
	ask().Want(200)
	openConsole(t, o, "false")
	ask().Want(403)
}

// TestLogIsNotASuperusers keeps the log and its form from superusers.
func TestLogIsNotASuperusers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	collection, err := o.FindCollectionByNameOrId("audit_log")
	if err != nil {
		t.Fatal(err)
	}
	id := o.first("audit_log").Id
	whole := map[string]any{"id": collection.Id, "name": "audit_log", "type": "base", "fields": []any{map[string]any{"name": "note", "type": "text"}}}
	other := map[string]any{"name": "names", "type": "view", "viewQuery": "SELECT id, name FROM teams"}
	for _, tt := range []struct {
		method, path string
		body         any
		status       int
	}{
		{"POST", "/api/collections/audit_log/records", map[string]any{"at": o.At(0), "action": "create"}, 403},
		{"PATCH", "/api/collections/audit_log/records/" + id, map[string]any{"note": "x"}, 403},
		{"PUT", "/api/collections/audit_log/records/" + id, map[string]any{"note": "x"}, 404},
		{"DELETE", "/api/collections/audit_log/records/" + id, nil, 403},
		{"DELETE", "/api/collections/audit_log/truncate", nil, 403},
		{"DELETE", "/api/collections/" + collection.Id + "/truncate", nil, 403},
		{"DELETE", "/api/collections/audit_log", nil, 403},
		{"PATCH", "/api/collections/audit_log", map[string]any{"name": "audit_old"}, 403},
		{"PATCH", "/api/collections/" + collection.Id, map[string]any{"listRule": ""}, 403},
		{"PUT", "/api/collections/import", map[string]any{"collections": []any{whole}}, 400},
		{"PUT", "/api/collections/import", map[string]any{"collections": []any{other}, "deleteMissing": true}, 400},
	} {
		if answer := o.server.Send(root, tt.method, tt.path, tt.body); answer.Status != tt.status {
			t.Errorf("%s %s: got %d, want %d: %s", tt.method, tt.path, answer.Status, tt.status, answer.Body)
		}
	}
	after, err := o.FindCollectionByNameOrId("audit_log")
	if err != nil || len(after.Fields) != len(collection.Fields) || *after.ListRule != *collection.ListRule {
		t.Errorf("got %v, %v", after, err)
	}
	raw, err := collection.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	same := bytes.NewBufferString(`{"collections":[` + string(raw) + `]}`)
	o.server.SendRaw(root, "PUT", "/api/collections/import", same, "application/json").Want(204)
	o.wantWholeLog()
}

// TestBackupsLeaveTheKeyOut has neither key nor head in a backup.
func TestBackupsLeaveTheKeyOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	if _, err := os.Stat(filepath.Join(o.DataDir(), "audit.key")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(o.DataDir(), "audit.key")); err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
		t.Errorf("the key is %v, %v", info, err)
	}
	o.server.Send(root, "POST", "/api/backups", map[string]any{"name": "monday.zip"}).Want(204)
	path := filepath.Join(o.DataDir(), "backups", "monday.zip")
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var names []string
	for _, file := range archive.File {
		names = append(names, file.Name)
		if strings.HasPrefix(file.Name, "audit.") {
			t.Errorf("%s is in the backup", file.Name)
		}
	}
	if !slices.Contains(names, "data.db") {
		t.Errorf("the backup has %q", names)
	}

	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "tuesday.zip")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := io.Copy(part, file); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	before := o.lastSeq()
	o.server.SendRaw(root, "POST", "/api/backups/upload", &body, form.FormDataContentType()).Want(204)
	if list := o.log(before); len(list) != 1 || list[0].Note != "upload a backup" {
		t.Errorf("got %+v", list)
	}
}

// TestImportedSchemaOnRecord says of an import what it changed, of each collection.
func TestImportedSchemaOnRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	users := o.server.Send(root, http.MethodGet, "/api/collections/users", nil).Want(200).Data
	users["otp"] = map[string]any{"enabled": true, "duration": 180, "length": 8}
	before := o.lastSeq()
	o.server.Send(root, http.MethodPut, "/api/collections/import", map[string]any{"collections": []any{users}}).Want(204)
	said := slices.ContainsFunc(o.log(before), func(e logged) bool {
		return e.Actor == root.Id && e.Collection == "_collections" && strings.Contains(e.Changes, `"otp"`)
	})
	if !said {
		t.Errorf("no entry says that the import let people sign in by code: %+v", o.log(before))
	}
}
