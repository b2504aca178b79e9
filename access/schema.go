package access

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// ErrSchema is the refusal of a schema that does not fit the table; its text lists every field and rule that is wrong.
var ErrSchema = errors.New("the schema does not fit the table of rights")

// untouched are the auth fields PocketBase keeps itself; their flags are its own.
var untouched = []string{core.FieldNameEmail, core.FieldNamePassword, core.FieldNameTokenKey}

// Hidden tells whether a field has to be hidden in the schema: not everybody who sees the record may read it. Only what is
// hidden there cannot be filtered and sorted by.
func Hidden(collection, field string) bool {
	rights := Table[collection]
	return !rights.Fields[field].Read.covers(rights.See)
}

// Check holds the schema of an app against the table: every field of every collection has its line and its flags, every
// collection its rules. It gives ErrSchema with what is wrong, one thing a line.
func Check(app core.App) error {
	collections, err := app.FindAllCollections()
	if err != nil {
		return err
	}
	var wrong []string
	seen := map[string]bool{}
	for _, c := range collections {
		if c.System {
			continue
		}
		seen[c.Name] = true
		wrong = append(wrong, checkCollection(c)...)
	}
	for _, name := range slices.Sorted(maps.Keys(Table)) {
		if !seen[name] {
			wrong = append(wrong, fmt.Sprintf("%s: the collection is missing", name))
		}
	}
	return errSchema(wrong)
}

// CheckCollection holds one collection against the table, as Check does all.
func CheckCollection(c *core.Collection) error {
	if c.System {
		return nil
	}
	return errSchema(checkCollection(c))
}

// CheckDelete refuses to delete a collection the program works with.
func CheckDelete(c *core.Collection) error {
	if _, ours := Table[c.Name]; !ours {
		return nil
	}
	return errSchema([]string{fmt.Sprintf("%s: the collection is missing", c.Name)})
}

func errSchema(wrong []string) error {
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%w:\n%s", ErrSchema, strings.Join(wrong, "\n"))
}

func checkCollection(c *core.Collection) (wrong []string) {
	rights, known := Table[c.Name]
	if !known {
		return []string{fmt.Sprintf("%s: the collection has no lines, so nobody would know who may see it", c.Name)}
	}
	for _, field := range c.Fields {
		name := field.GetName()
		if name == core.FieldNameId {
			continue
		}
		if _, line := rights.Fields[name]; !line {
			wrong = append(wrong, fmt.Sprintf("%s.%s: the field has no line, so nobody would know who may see it", c.Name, name))
			continue
		}
		if file, isFile := field.(*core.FileField); isFile && !file.Protected && name != avatar {
			wrong = append(wrong, fmt.Sprintf("%s.%s: the file is not protected", c.Name, name))
		}
		if !slices.Contains(untouched, name) && field.GetHidden() != Hidden(c.Name, name) {
			wrong = append(wrong, fmt.Sprintf("%s.%s: hidden is %t, and has to be %t", c.Name, name, field.GetHidden(), Hidden(c.Name, name)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rights.Fields)) {
		if c.Fields.GetByName(name) == nil {
			wrong = append(wrong, fmt.Sprintf("%s.%s: the field is missing", c.Name, name))
		}
	}
	return append(wrong, checkRules(c)...)
}

// avatar is the one file that is no secret: a colleague's face, which pages show in passing.
const avatar = "avatar"

func checkRules(c *core.Collection) (wrong []string) {
	want := RulesOf(c.Name)
	for _, rule := range []struct {
		name       string
		have, want *string
	}{
		{"list", c.ListRule, want.List}, {"view", c.ViewRule, want.View}, {"create", c.CreateRule, want.Create},
		{"update", c.UpdateRule, want.Update}, {"delete", c.DeleteRule, want.Delete},
		{"auth", c.AuthRule, want.Auth}, {"manage", c.ManageRule, want.Manage},
	} {
		if text(rule.have) != text(rule.want) {
			wrong = append(wrong, fmt.Sprintf("%s: the %s rule is %s, and has to be %s", c.Name, rule.name, text(rule.have), text(rule.want)))
		}
	}
	return wrong
}

// text is a rule in words; a rule without a word is not the same as none.
func text(rule *string) string {
	if rule == nil {
		return "none"
	}
	return "`" + *rule + "`"
}
