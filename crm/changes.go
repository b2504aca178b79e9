package crm

import (
	"context"
	"encoding/json"
	"reflect"

	"github.com/pocketbase/pocketbase/core"
)

// Differs tells whether any field of two states of a record does.
func Differs(a, b *core.Record) bool {
	for _, field := range a.Collection().Fields {
		if name := field.GetName(); !SameValue(a.Get(name), b.Get(name)) {
			return true
		}
	}
	return false
}

// SameValue compares values by what they say: JSON by its content, lists whether empty or nil, and nothing in whatever form
// a client sends nothing.
func SameValue(a, b any) bool { return reflect.DeepEqual(plain(a), plain(b)) }

func plain(value any) any {
	raw, err := json.Marshal(value)
	if err != nil {
		return value
	}
	var out any
	if json.Unmarshal(raw, &out) != nil {
		return value
	}
	switch v := out.(type) {
	case string:
		if v == "" {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
	case map[string]any:
		if len(v) == 0 {
			return nil
		}
	}
	return out
}

// changed tells whether a field of a record differs from what is stored of it.
func changed(record *core.Record, field string) bool {
	return record.IsNew() || record.GetString(field) != record.Original().GetString(field)
}

// system marks a context as the program's own writing.
type system struct{}

// IsSystem tells whether a record is being saved by the program itself: hooks keep the rules then, but start no consequences,
// because whoever saves it sees to them.
func IsSystem(ctx context.Context) bool { return ctx.Value(system{}) != nil }

// SaveAsSystem saves what changed of a record as the program itself.
func SaveAsSystem(app core.App, record *core.Record) error {
	record.IgnoreUnchangedFields(true)
	return app.SaveWithContext(asSystem(), record)
}

// saveAsSystemUnchecked does so without validating what is saved.
func saveAsSystemUnchecked(app core.App, record *core.Record) error {
	record.IgnoreUnchangedFields(true)
	return app.SaveNoValidateWithContext(asSystem(), record)
}

func asSystem() context.Context { return context.WithValue(context.Background(), system{}, true) }

// quiet marks a context as one of a write that nobody is told of.
type quiet struct{}

// IsQuiet tells whether nobody is to be told of a write: it is history, a trial, or one of many that are told of as one.
func IsQuiet(ctx context.Context) bool { return ctx.Value(quiet{}) != nil }

func asQuietSystem() context.Context { return context.WithValue(asSystem(), quiet{}, true) }

// HasRev tells whether a collection counts the changes people make to its records.
func HasRev(collection *core.Collection) bool { return collection.Fields.GetByName(FieldRev) != nil }
