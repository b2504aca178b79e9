package dashboard_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/dashboard"
	"touchbase/internal/testapp"
)

// office is an app with the dashboard and one person of each role.
type office struct {
	*testapp.App
	server *testapp.Server
	people map[string]*core.Record
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{App: testapp.New(t), people: map[string]*core.Record{}}
	dashboard.Register(o)
	team := o.Team("华东")
	for _, role := range []string{crm.RoleRep, crm.RoleSupport, crm.RoleManager, crm.RoleDirector} {
		o.people[role] = o.User(role, testapp.Fields{"team": team.Id})
	}
	o.server = o.Serve()
	return o
}

func (o *office) get(as *core.Record, path string) testapp.Answer {
	return o.server.Send(as, http.MethodGet, path, nil)
}

// TestSchemaOfStaff holds the collections the dashboard is told of, and their fields, against the table of rights: what a role may read of no
// record is not named to it, and how the rest is guarded stays on the server.
func TestSchemaOfStaff(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for role, person := range o.people {
		p := access.PrincipalOf(person)
		var answer struct {
			Items []map[string]any
		}
		o.get(person, "/api/collections?page=1&perPage=1000&skipTotal=1").Want(http.StatusOK).Into(&answer)
		var told []string
		for _, item := range answer.Items {
			name := item["name"].(string)
			told = append(told, name)
			if keys := slices.Sorted(maps.Keys(item)); !slices.Equal(keys, []string{"created", "fields", "id", "name", "place", "system", "type", "updated"}) {
				t.Errorf("%s, %s: told %v", role, name, keys)
			}
			var fields []string
			for _, field := range item["fields"].([]any) {
				fields = append(fields, field.(map[string]any)["name"].(string))
			}
			slices.Sort(fields)
			want := []string{"id"}
			for field, line := range access.Table[name].Fields {
				if p.Granted(line.Read) != 0 {
					want = append(want, field)
				}
			}
			slices.Sort(want)
			if !slices.Equal(fields, want) {
				t.Errorf("%s, %s: told of the fields %v, want %v", role, name, fields, want)
			}
		}
		slices.Sort(told)
		want := slices.DeleteFunc(slices.Sorted(maps.Keys(access.Table)), func(name string) bool { return !p.Sees(name) })
		if !slices.Equal(told, want) {
			t.Errorf("a %s is told of %v, want %v", role, told, want)
		}
	}
}

// TestOtherAnswersOfTheDashboard: the three further routes tell staff nothing but how the program is called and looks.
func TestOtherAnswersOfTheDashboard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for role, person := range o.people {
		if body := o.get(person, "/api/collections/meta/scaffolds").Want(http.StatusOK).Body; strings.TrimSpace(body) != "{}" {
			t.Errorf("a %s is told the scaffolds %s", role, body)
		}
		if body := o.get(person, "/api/collections/meta/oauth2-providers").Want(http.StatusOK).Body; strings.TrimSpace(body) != "[]" {
			t.Errorf("a %s is told the providers %s", role, body)
		}
		var settings map[string]map[string]any
		o.get(person, "/api/settings").Want(http.StatusOK).Into(&settings)
		if keys := slices.Sorted(maps.Keys(settings["meta"])); len(settings) != 1 || !slices.Equal(keys, []string{"accentColor", "appName", "appURL", "hideControls"}) {
			t.Errorf("a %s is told the settings %v", role, settings)
		}
	}
}

// TestRoutesOfSuperusers: the four answers open nothing else, however the path is written.
func TestRoutesOfSuperusers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	inactive := o.User(crm.RoleDirector, testapp.Fields{"active": false})
	none := o.User(crm.RoleRep, nil)
	if _, err := o.DB().Update(crm.CollectionUsers, dbx.Params{"role": ""}, dbx.HashExp{"id": none.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	four := []string{"/api/collections", "/api/collections/meta/scaffolds", "/api/collections/meta/oauth2-providers", "/api/settings"}
	for _, path := range four {
		o.get(nil, path).Want(http.StatusUnauthorized)
		for _, person := range []*core.Record{inactive, none} {
			o.get(person, path).Want(http.StatusForbidden)
		}
	}
	for role, person := range o.people {
		for _, request := range []struct{ method, path string }{
			{"GET", "/api/logs"}, {"GET", "/api/logs/stats"}, {"GET", "/api/crons"}, {"GET", "/api/backups"},
			{"GET", "/api/collections/customers"}, {"POST", "/api/collections"}, {"PATCH", "/api/collections/customers"}, {"PUT", "/api/collections/import"},
			{"DELETE", "/api/collections/customers/truncate"}, {"PATCH", "/api/settings"}, {"POST", "/api/settings/test/email"},
			{"POST", "/api/collections/users/impersonate/" + person.Id}, {"GET", "/api/collections/_superusers/records"},
		} {
			if status := o.server.Send(person, request.method, request.path, map[string]any{}).Status; status != http.StatusForbidden && status != http.StatusNotFound {
				t.Errorf("a %s: %s %s answers %d", role, request.method, request.path, status)
			}
		}
		for _, path := range []string{"/api//collections", "/api/collections/", "/api/./settings", "/api/%63ollections", "/API/collections", "/api/collections/meta/../meta/scaffolds"} {
			if body := o.get(person, path).Body; strings.Contains(body, "listRule") || strings.Contains(body, "smtp") {
				t.Errorf("a %s: %s tells %s", role, path, body)
			}
		}
	}
	root := o.Superuser()
	if body := o.get(root, "/api/collections").Want(http.StatusOK).Body; !strings.Contains(body, "listRule") {
		t.Error("a superuser is to have PocketBase's own answer")
	}
	if body := o.get(root, "/api/settings").Want(http.StatusOK).Body; !strings.Contains(body, "smtp") {
		t.Error("a superuser is to have PocketBase's own settings")
	}
}

// TestFreshFiles: a browser asks each time whether its copy is still good, and is told so without being sent it again.
func TestFreshFiles(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, path := range []string{"/_/extensions.js", "/_/extensions/crm/elements.js", "/_/extensions/crm/styles/1_shared.css"} {
		answer := o.get(nil, path).Want(http.StatusOK)
		tag := answer.Header.Get("ETag")
		if got := answer.Header.Get("Cache-Control"); got != "no-cache" || tag == "" {
			t.Errorf("%s: Cache-Control %q, ETag %q", path, got, tag)
		}
		if again := o.server.Send(nil, http.MethodGet, path, nil, "If-None-Match", tag); again.Status != http.StatusNotModified || again.Body != "" {
			t.Errorf("%s: asked with its tag it answers %d", path, again.Status)
		}
		o.server.Send(nil, http.MethodGet, path, nil, "If-None-Match", `"older"`).Want(http.StatusOK)
	}
}
