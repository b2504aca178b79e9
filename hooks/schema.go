package hooks

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
	"touchbase/crm"
)

// schemaAct records a change of the schema in the transaction it is made in, with what changed of the collection; secrets are
// not in what a collection tells of itself.
func schemaAct(what string) func(e *core.CollectionRequestEvent) error {
	return func(e *core.CollectionRequestEvent) error {
		return requestAs(e.RequestEvent, audit.ActorOf(e.Auth, e.RealIP()), func(tx core.App) error {
			stored, err := tx.FindCollectionByNameOrId(e.Collection.Id)
			if err != nil {
				stored = nil // it is new
			}
			if stored != nil && stored.Name == crm.CollectionAuditLog {
				return errLogStays()
			}
			after := e.Collection
			if what == "delete" {
				after = nil
			}
			changes, err := schemaChanges(stored, after)
			if err != nil {
				return err
			}
			entry := admin("%s the collection %s", what, e.Collection.Name)
			entry.Collection, entry.Record, entry.Changes = "_collections", e.Collection.Id, changes
			if err := audit.Append(tx, entry); err != nil {
				return err
			}
			return e.Next()
		})
	}
}

// schemaChanges are the properties of a collection that differ; nil stands for a collection that is not there.
func schemaChanges(before, after *core.Collection) (map[string]audit.Change, error) {
	from, err := properties(before)
	if err != nil {
		return nil, err
	}
	to, err := properties(after)
	if err != nil {
		return nil, err
	}
	changes := map[string]audit.Change{}
	for name := range merged(from, to) {
		change := audit.Change{}
		if raw, ok := from[name]; ok {
			change.From = raw
		}
		if raw, ok := to[name]; ok {
			change.To = raw
		}
		if name != crm.FieldUpdated && name != crm.FieldCreated && string(from[name]) != string(to[name]) {
			changes[name] = change
		}
	}
	return changes, nil
}

// properties are what an object tells of itself as JSON.
func properties(object any) (map[string]json.RawMessage, error) {
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var named map[string]json.RawMessage
	return named, json.Unmarshal(raw, &named)
}

func merged(a, b map[string]json.RawMessage) map[string]json.RawMessage {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	maps.Copy(all, b)
	return all
}

func importSchema(e *core.CollectionsImportRequestEvent) error {
	return requestAs(e.RequestEvent, audit.ActorOf(e.Auth, e.RealIP()), func(tx core.App) error {
		names := make([]string, len(e.CollectionsData))
		for i, collection := range e.CollectionsData {
			names[i] = fmt.Sprint(collection[crm.FieldName])
		}
		missing := ""
		if e.DeleteMissing {
			missing = ", deleting the others"
		}
		entry := admin("import the collections %s%s", strings.Join(names, ", "), missing)
		entry.Note = audit.Shorten(entry.Note, 2000)
		if err := audit.Append(tx, entry); err != nil {
			return err
		}
		return recordSchema(tx, e.Next)
	})
}

// recordSchema records what fn changes of the collections that are there, and which of them it deletes.
func recordSchema(tx core.App, fn func() error) error {
	before, err := tx.FindAllCollections()
	if err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	for _, collection := range before {
		after, err := tx.FindCollectionByNameOrId(collection.Id)
		if err != nil {
			after = nil // gone
		}
		changes, err := schemaChanges(collection, after)
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			continue
		}
		entry := admin("import changed the collection %s", collection.Name)
		entry.Collection, entry.Record, entry.Changes = "_collections", collection.Id, changes
		if err := audit.Append(tx, entry); err != nil {
			return err
		}
	}
	return nil
}

// keepLogSchema refuses a superuser another form of the log, whatever way it comes. The program's own steps may change it.
func keepLogSchema(e *core.CollectionEvent) error {
	if audit.Behind(e.App).Collection != core.CollectionNameSuperusers {
		return e.Next()
	}
	stored, err := e.App.FindCollectionByNameOrId(e.Collection.Id)
	if err != nil || stored.Name != crm.CollectionAuditLog {
		return e.Next()
	}
	changes, err := schemaChanges(stored, e.Collection)
	if err != nil {
		return err
	}
	if e.Type == core.ModelEventTypeDelete || len(changes) > 0 {
		return errLogStays()
	}
	return e.Next()
}
