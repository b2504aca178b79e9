package crm_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"touchbase/internal/testapp"
)

// The names in the code and the names in the schema are the same, both ways.
func TestNamesMatchSchema(t *testing.T) {
	t.Parallel()
	constants := declaredNames(t)
	collections, fields := schemaNames(t)

	for _, c := range []struct {
		prefix string
		schema map[string]bool
	}{
		{"Collection", collections},
		{"Field", fields},
	} {
		named := map[string]string{}
		for constant, value := range constants {
			if !strings.HasPrefix(constant, c.prefix) {
				continue
			}
			if other, ok := named[value]; ok {
				t.Errorf("%s and %s both name %q", other, constant, value)
			}
			named[value] = constant
			if _, ok := c.schema[value]; !ok {
				t.Errorf("%s names %q, which the schema does not have", constant, value)
			}
		}
		for name, mustHave := range c.schema {
			if _, ok := named[name]; mustHave && !ok {
				t.Errorf("the schema has %q, but no constant %s… names it", name, c.prefix)
			}
		}
	}
}

// declaredNames gives the value of every string constant of names.go.
func declaredNames(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "names.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			t.Fatalf("names.go holds something else than constants: %T", decl)
		}
		for _, spec := range group.Specs {
			constant := spec.(*ast.ValueSpec)
			value, err := strconv.Unquote(constant.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			names[constant.Names[0].Name] = value
		}
	}
	return names
}

// schemaNames gives the collections and fields of the migrated schema, and whether a constant must name
// them: PocketBase's own fields may have one, and its own collections have none.
func schemaNames(t *testing.T) (collections, fields map[string]bool) {
	t.Helper()
	all, err := testapp.New(t).FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	collections, fields = map[string]bool{}, map[string]bool{}
	for _, c := range all {
		if c.System {
			continue
		}
		collections[c.Name] = true
		for _, f := range c.Fields {
			fields[f.GetName()] = fields[f.GetName()] || !f.GetSystem()
		}
	}
	return collections, fields
}
