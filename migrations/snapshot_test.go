package migrations_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/internal/testapp"
)

var snapshot = flag.String("snapshot", "", "write the rights the table asks for to this file of the package")

// rights are those of a collection as a migration keeps them.
type rights struct {
	Rules     map[string]string `json:"rules"`
	Hidden    []string          `json:"hidden"`
	Protected []string          `json:"protected"`
}

// TestSchemaFitsTable holds the migrated schema against the table of rights. With -snapshot it writes what a new migration
// has to set.
func TestSchemaFitsTable(t *testing.T) {
	app := testapp.Bare(t)
	if *snapshot != "" {
		collections, err := app.FindAllCollections()
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]rights{}
		for _, c := range collections {
			if !c.System {
				all[c.Name] = wanted(c)
			}
		}
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "\t")
		if err := encoder.Encode(all); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(*snapshot, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("wrote %s; build again to test it", *snapshot)
	}
	if err := access.Check(app); err != nil {
		t.Error(err)
	}
}

func wanted(c *core.Collection) rights {
	r := rights{Rules: map[string]string{}, Hidden: []string{}, Protected: []string{}}
	of := access.RulesOf(c.Name)
	for name, rule := range map[string]*string{
		"listRule": of.List, "viewRule": of.View, "createRule": of.Create, "updateRule": of.Update, "deleteRule": of.Delete,
		"authRule": of.Auth, "manageRule": of.Manage,
	} {
		if rule != nil {
			r.Rules[name] = *rule
		}
	}
	for _, field := range c.Fields {
		name := field.GetName()
		ownOfAuth := c.IsAuth() && (name == "email" || name == "password" || name == "tokenKey")
		if name != "id" && !ownOfAuth && access.Hidden(c.Name, name) {
			r.Hidden = append(r.Hidden, name)
		}
		if field.Type() == core.FieldTypeFile && name != "avatar" {
			r.Protected = append(r.Protected, name)
		}
	}
	return r
}
