package migrations_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

const password = "a long password"

func TestAccess(t *testing.T) {
	t.Parallel()
	app := testapp.Bare(t)
	handler := serve(t, app)
	tokens := map[string]string{"": ""}
	ids := map[string]string{}
	for _, role := range []string{"rep", "manager", "director"} {
		user := addUser(t, app, role, role, true)
		tokens[role], ids[role] = token(t, user), user.Id
	}
	tokens["inactive"] = token(t, addUser(t, app, "inactive", "director", false))
	tier := byText(t, app, "tiers", "code")["A"].Id
	policy := byText(t, app, "policy", "currency")["CNY"].Id
	industry := byText(t, app, "industries", "code")["65"].Id
	customer := `{"name": "Acme", "industry": "` + industry + `", "size": "1-50", "source": "visit",
		"first_contact_on": "2026-03-01"}`
	newUser := `{"email": "new@example.com", "name": "New", "role": "rep", "password": "` + password +
		`", "passwordConfirm": "` + password + `"}`

	for _, c := range []struct {
		who, method, path, body string
		want                    int
	}{
		{"rep", "POST", "customers/records", customer, 200},
		{"", "POST", "customers/records", customer, 400},
		{"inactive", "POST", "customers/records", customer, 400},
		{"manager", "POST", "tags/records", `{"name": "hot"}`, 200},
		{"director", "POST", "teams/records", `{"name": "North"}`, 200},
		{"director", "PATCH", "tiers/records/" + tier, `{"cadence_days": 10}`, 200},
		{"director", "PATCH", "tiers/records/" + tier, `{"cadence_days": 367}`, 400},
		{"director", "PATCH", "policy/records/" + policy, `{"quiet_from": "24:00"}`, 400},
		{"director", "POST", "policy/records", `{"currency": "EUR"}`, 403},
		{"director", "DELETE", "tiers/records/" + tier, "", 403},
		{"director", "POST", "signals/records", `{}`, 403},
		{"director", "GET", "job_runs/records", "", 200},
		{"director", "POST", "users/records", newUser, 200},
		{"rep", "PATCH", "users/records/" + ids["rep"], `{"phone": "13800005678"}`, 200},
		{"director", "PATCH", "users/records/" + ids["rep"], `{"role": "manager"}`, 200},
		{"", "POST", "users/auth-with-password", signIn("manager"), 200},
		{"", "POST", "users/auth-with-password", signIn("inactive"), 403},
	} {
		request := httptest.NewRequest(c.method, "/api/collections/"+c.path, strings.NewReader(c.body))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", tokens[c.who])
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		if response.Code != c.want {
			t.Errorf("%s %s %s by %q: %d %s, want %d", c.method, c.path, c.body, c.who,
				response.Code, response.Body, c.want)
		}
	}
}

// Lists are empty, not refused, for whoever may see nothing.
func TestStrangersSeeNothing(t *testing.T) {
	t.Parallel()
	app := testapp.Bare(t)
	handler := serve(t, app)
	inactive := token(t, addUser(t, app, "inactive", "director", false))
	fillAll(t, app)
	collections, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range collections {
		if c.System {
			continue
		}
		for who, token := range map[string]string{"nobody": "", "an inactive director": inactive} {
			request := httptest.NewRequest("GET", "/api/collections/"+c.Name+"/records", nil)
			request.Header.Set("Authorization", token)
			response := httptest.NewRecorder()
			handler.ServeHTTP(response, request)
			if response.Code != 200 || !strings.Contains(response.Body.String(), `"totalItems":0`) {
				t.Errorf("%s listed by %s: %d %s", c.Name, who, response.Code, response.Body)
			}
		}
	}
}

func signIn(name string) string {
	return `{"identity": "` + name + `@example.com", "password": "` + password + `"}`
}

func addUser(t *testing.T, app core.App, name, role string, active bool) *core.Record {
	t.Helper()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	user := core.NewRecord(users)
	user.Load(map[string]any{"name": name, "role": role, "active": active, "email": name + "@example.com"})
	user.SetPassword(password)
	if err := app.Save(user); err != nil {
		t.Fatal(err)
	}
	return user
}

func token(t *testing.T, user *core.Record) string {
	t.Helper()
	token, err := user.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// serve gives the API of an app.
func serve(t *testing.T, app core.App) http.Handler {
	t.Helper()
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := router.BuildMux()
	if err != nil {
		t.Fatal(err)
	}
	return handler
}
