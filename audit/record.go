package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Columns are the values of a record as they are stored, by field; core.Record's DBExport gives them.
type Columns = map[string]any

// Stored gives what the database holds in those columns of a record that are about to be written: whoever writes may have
// read the record long ago. What nobody writes is not read, which for a wide table is most of the cost.
func Stored(app core.App, collection *core.Collection, id string, written Columns) (Columns, error) {
	var fields []core.Field
	var names []string
	for _, field := range collection.Fields {
		if _, ok := written[field.GetName()]; ok && counts(field) {
			fields = append(fields, field)
			names = append(names, field.GetName())
		}
	}
	stored := Columns{}
	if len(names) == 0 {
		return stored, nil
	}
	row := dbx.NullStringMap{}
	err := app.DB().Select(names...).From(collection.Name).Where(dbx.HashExp{core.FieldNameId: id}).One(row)
	if err != nil {
		return nil, fmt.Errorf("failed to read what %s %s held: %w", collection.Name, id, err)
	}
	record := core.NewRecord(collection)
	for _, field := range fields {
		name := field.GetName()
		value, err := field.PrepareValue(record, row[name].String)
		if err != nil {
			return nil, fmt.Errorf("failed to read what %s held: %w", name, err)
		}
		record.SetRaw(name, value)
		stored[name] = value
		if valuer, ok := field.(core.DriverValuer); ok {
			if stored[name], err = valuer.DriverValue(record); err != nil {
				return nil, fmt.Errorf("failed to read what %s held: %w", name, err)
			}
		}
	}
	return stored, nil
}

// counts tells whether a field of a record says anything of its own: not the id, nor the moments PocketBase keeps, nor the
// fingerprint of a text, by which one could guess at it after it was erased.
func counts(field core.Field) bool {
	return field.Type() != core.FieldTypeAutodate && field.GetName() != core.FieldNameId && field.GetName() != fingerprint
}

// fingerprint is what texts of follow-ups are compared by.
const fingerprint = "fingerprint"

// Differences are the fields of a collection in which a write made another value of what was stored. before is nil for a
// creation and after for a deletion: then every field that is not empty counts. Of a change, after holds only what was
// written. Of passwords, token keys and the like only the fact is kept.
func Differences(collection *core.Collection, before, after Columns) (map[string]Change, error) {
	changes := map[string]Change{}
	for _, field := range collection.Fields {
		name := field.GetName()
		if !counts(field) {
			continue
		}
		from, had := before[name]
		to, has := after[name]
		if before != nil && after != nil && !has || same(from, to) {
			continue
		}
		change, changed, err := compare(from, to, had, has)
		if err != nil {
			return nil, fmt.Errorf("failed to compare %s: %w", name, err)
		}
		if changed && Secret(field) {
			change = Change{}
		}
		if changed {
			changes[name] = change
		}
	}
	if _, counted := changes[rev]; counted && len(changes) == 1 {
		return nil, nil // of nothing
	}
	return changes, nil
}

// rev is the field that counts the changes people make to a record; see Since.
const rev = "rev"

// tokenHash is what the link of a survey is known by; notify holds the addresses of somebody's messengers, which let whoever has
// them write there.
const (
	tokenHash = "token_hash"
	notify    = "notify"
)

// Secret tells whether of a field it is never kept what it held, only that it changed.
func Secret(field core.Field) bool {
	return field.Type() == core.FieldTypePassword || field.GetName() == core.FieldNameTokenKey || field.GetName() == tokenHash || field.GetName() == notify
}

// compare encodes the sides of a change that there are. The same value in another form is no change, nor is a single side
// that is empty.
func compare(from, to any, had, has bool) (change Change, changed bool, err error) {
	var before, after json.RawMessage
	if had {
		if before, err = json.Marshal(from); err != nil {
			return Change{}, false, err
		}
		change.From = before
	}
	if has {
		if after, err = json.Marshal(to); err != nil {
			return Change{}, false, err
		}
		change.To = after
	}
	switch {
	case had && has:
		return change, !bytes.Equal(before, after), nil
	case had:
		return change, !slices.Contains(empty, string(before)), nil
	}
	return change, !slices.Contains(empty, string(after)), nil
}

// same compares the kinds of value that need no encoding for it.
func same(a, b any) bool {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case float64:
		b, ok := b.(float64)
		return ok && a == b
	}
	return false
}

// empty are the encoded forms of nothing.
var empty = []string{`""`, `0`, `false`, `null`, `[]`, `{}`}
