package accesstest_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/internal/testapp"
)

// breaks are changes of the schema after which nobody would know who may see or write something.
var breaks = map[string]func(c *core.Collection){
	"a field without a line": func(c *core.Collection) { c.Fields.Add(&core.TextField{Name: "margin"}) },
	"a hidden field without a line": func(c *core.Collection) {
		c.Fields.Add(&core.TextField{Name: "margin", Hidden: true})
	},
	"a missing field":       func(c *core.Collection) { c.Fields.RemoveByName("notes") },
	"a field shown":         func(c *core.Collection) { c.Fields.GetByName("budget_range").SetHidden(false) },
	"a field hidden":        func(c *core.Collection) { c.Fields.GetByName("notes").SetHidden(true) },
	"a rule loosened":       func(c *core.Collection) { c.ListRule = new(string) },
	"a rule for superusers": func(c *core.Collection) { c.ViewRule = nil },
	"a rule to delete":      func(c *core.Collection) { c.DeleteRule = new(string) },
	"a rule to create":      func(c *core.Collection) { c.CreateRule = new(string) },
	"a rule to change":      func(c *core.Collection) { c.UpdateRule = new(string) },
}

// TestBrokenSchema refuses to serve with a schema that does not fit the table.
func TestBrokenSchema(t *testing.T) {
	t.Parallel()
	for name, broken := range breaks {
		app := testapp.New(t)
		customers, err := app.FindCollectionByNameOrId("customers")
		if err != nil {
			t.Fatal(err)
		}
		if err := access.Check(app); err != nil {
			t.Fatalf("the schema is wrong at first: %v", err)
		}
		broken(customers)
		if err := app.Save(customers); err != nil {
			t.Fatalf("%s: failed to save: %v", name, err)
		}
		if err := access.Check(app); !errors.Is(err, access.ErrSchema) {
			t.Errorf("%s: the check says %v", name, err)
		}
		router, err := apis.NewRouter(app)
		if err != nil {
			t.Fatal(err)
		}
		event := new(core.ServeEvent)
		event.App, event.Router = app, router
		served := false
		err = app.OnServe().Trigger(event, func(*core.ServeEvent) error { served = true; return nil })
		if !errors.Is(err, access.ErrSchema) || served {
			t.Errorf("%s: serving gives %v", name, err)
		}
	}
	app := testapp.New(t)
	if err := app.Save(core.NewBaseCollection("secrets")); err != nil {
		t.Fatal(err)
	}
	if err := access.Check(app); !errors.Is(err, access.ErrSchema) || !strings.Contains(err.Error(), "secrets") {
		t.Errorf("with a collection without lines the check says %v", err)
	}
	view := core.NewViewCollection("peek")
	view.ViewQuery = "SELECT id, (budget_range || '') AS budget FROM customers"
	view.ListRule = new(string)
	other := testapp.New(t)
	if err := other.Save(view); err != nil {
		t.Fatal(err)
	}
	if err := access.Check(other); !errors.Is(err, access.ErrSchema) {
		t.Errorf("with a view of restricted fields the check says %v", err)
	}
}

// TestSchemaVeto rolls back a change of the schema that a superuser makes in the dashboard, and goes on as before.
func TestSchemaVeto(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := w.principal("superuser")
	before, err := w.FindCollectionByNameOrId("customers")
	if err != nil {
		t.Fatal(err)
	}
	for name, broken := range breaks {
		changed, err := w.FindCollectionByNameOrId("customers")
		if err != nil {
			t.Fatal(err)
		}
		broken(changed)
		answer := w.send(root, http.MethodPatch, "/api/collections/customers", "application/json", encoded(changed))
		if answer.status < 400 {
			t.Errorf("%s: %d %.200s", name, answer.status, answer.body)
		}
		w.unchangedSchema(name, before)
	}
	for name, body := range map[string]testapp.Fields{
		"a new collection": {"name": "secrets", "type": "base"},
		"a view":           {"name": "peek", "type": "view", "viewQuery": "SELECT id, (budget_range || '') AS budget FROM customers", "listRule": ""},
	} {
		if answer := w.post(root, "/api/collections", body); answer.status < 400 {
			t.Errorf("%s: %d %.200s", name, answer.status, answer.body)
		}
		if _, err := w.FindCollectionByNameOrId(body["name"].(string)); err == nil {
			t.Errorf("%s is there", name)
		}
	}
	for _, collection := range []string{"signals", "tags"} {
		if answer := w.send(root, http.MethodDelete, "/api/collections/"+collection, "", ""); answer.status < 400 {
			t.Errorf("%s was deleted", collection)
		}
	}
	if answer := w.send(root, http.MethodPut, "/api/collections/import", "application/json",
		`{"collections":[{"name":"secrets","type":"base"}],"deleteMissing":false}`); answer.status < 400 {
		t.Errorf("a schema without lines was imported: %.200s", answer.body)
	}
	w.unchangedSchema("all", before)
	if err := access.Check(w.App); err != nil {
		t.Error(err)
	}
	rep := w.principal("rep")
	if answer := w.get(rep, "/api/collections/customers/records?perPage=1"); answer.status != http.StatusOK {
		t.Errorf("after it a rep's list gets %d %s", answer.status, answer.body)
	}
}

// unchangedSchema holds the collection of customers, as the program has it at hand and as it is stored, against how it was.
func (w *world) unchangedSchema(name string, before *core.Collection) {
	w.t.Helper()
	cached, err := w.FindCachedCollectionByNameOrId("customers")
	if err != nil {
		w.t.Fatal(err)
	}
	stored, err := w.FindCollectionByNameOrId("customers")
	if err != nil {
		w.t.Fatal(err)
	}
	for where, now := range map[string]*core.Collection{"cached": cached, "stored": stored} {
		if !slices.Equal(now.Fields.FieldNames(), before.Fields.FieldNames()) || encoded(now) != encoded(before) {
			w.t.Errorf("%s: the collection as it is %s has changed", name, where)
		}
	}
	columns, err := w.TableColumns("customers")
	if err != nil || slices.Contains(columns, "margin") || !slices.Contains(columns, "notes") {
		w.t.Errorf("%s: the table has changed: %v %v", name, columns, err)
	}
}
