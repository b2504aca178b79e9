package migrations

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"
)

// accessOf is what a collection says about who may see and change its records: its rules, and the fields that are hidden and the
// files that are protected. Kept as data, because the table it was derived from will change and a migration must not.
type accessOf struct {
	Rules     map[string]string `json:"rules"` // one that is missing is for superusers alone
	Hidden    []string          `json:"hidden"`
	Protected []string          `json:"protected"`
}

// rulesOf gives the rules of a collection by the names PocketBase has for them.
func rulesOf(c *core.Collection) map[string]**string {
	rules := map[string]**string{
		"listRule": &c.ListRule, "viewRule": &c.ViewRule, "createRule": &c.CreateRule, "updateRule": &c.UpdateRule, "deleteRule": &c.DeleteRule,
	}
	if c.IsAuth() {
		rules["authRule"], rules["manageRule"] = &c.AuthRule, &c.ManageRule
	}
	return rules
}

// setAccess gives the collections named in snapshot (JSON, accessOf by collection) their rules and flags.
func setAccess(app core.App, snapshot []byte) error {
	var all map[string]accessOf
	if err := json.Unmarshal(snapshot, &all); err != nil {
		return fmt.Errorf("failed to read the rights: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		err := changeCollection(app, name, func(c *core.Collection) { all[name].apply(c) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (a accessOf) apply(c *core.Collection) {
	for name, rule := range rulesOf(c) {
		*rule = nil
		if text, given := a.Rules[name]; given {
			*rule = &text
		}
	}
	for _, field := range c.Fields {
		name := field.GetName()
		if c.IsAuth() && (name == "password" || name == "tokenKey") {
			continue // PocketBase hides them itself
		}
		field.SetHidden(slices.Contains(a.Hidden, name))
		if file, ok := field.(*core.FileField); ok {
			file.Protected = slices.Contains(a.Protected, name)
		}
	}
}
