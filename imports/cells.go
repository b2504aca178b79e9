package imports

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/rules"
)

// The codes of cells that refer to something.
const (
	codeNotFound  = "not_found"
	codeAmbiguous = "ambiguous"
	codeChoice    = "validation_invalid_value" // as PocketBase says it
)

// read turns the texts of a row into values, as the API would read them. Empty cells say nothing: they are left out. What
// cannot be read is refused by cell.
func (r *run) read(row Row) (values map[string]any, ok bool) {
	values, ok = map[string]any{}, true
	texts := r.mapping.Values(row)
	refuse := func(field, code, message string, args ...any) {
		ok = false
		r.result.refuse(Problem{
			Row: row.Line, Column: r.columnOf(field), Field: field, Value: texts[field], Code: code, Message: fmt.Sprintf(message, args...),
		})
	}
	customer := ""
	if text := clean(texts[crm.FieldCustomer]); text != "" {
		if ids := r.known.customer(text); len(ids) == 1 {
			customer = ids[0]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		text := clean(texts[name])
		if text == "" {
			continue
		}
		field := r.collection.Fields.GetByName(name)
		switch f := field.(type) {
		case *core.RelationField:
			ids, code, message := r.relation(f, customer, text, values)
			if code != "" {
				refuse(name, code, "%s", message)
			} else if len(ids) > 0 {
				values[name] = ids
			}
		case *core.SelectField:
			chosen, bad := r.choices(f, text)
			if bad != "" {
				refuse(name, codeChoice, "%q is none of the values of %s: %s.", bad, name, r.valuesOf(f))
			} else {
				values[name] = chosen
			}
		default:
			values[name] = text
		}
	}
	read, errs := crm.ReadInput(r.collection, values, r.policy)
	for _, name := range slices.Sorted(maps.Keys(errs)) {
		code, message := describe(errs[name])
		refuse(name, code, "%s", message)
	}
	return read, ok
}

func clean(text string) string { return rules.CleanText(text) }

// relation finds what a cell names: one record, or several where the field holds several.
func (r *run) relation(f *core.RelationField, customer, text string, values map[string]any) (ids []string, code, message string) {
	target := r.targets[f.Name]
	names := []string{text}
	if f.IsMultiple() {
		names = splitList(text)
	}
	for _, name := range names {
		found := r.known.find(target, customer, clean(name))
		switch {
		case len(found) == 1:
			ids = append(ids, found[0])
		case len(found) > 1:
			return nil, codeAmbiguous, fmt.Sprintf("%q fits %d %s; name one by its id, code or e-mail.", name, len(found), target)
		case r.collection.Name == crm.CollectionFollowUps && f.Name == crm.FieldBy:
			values[crm.FieldByName] = name // an author without account keeps their name
		case target == crm.CollectionContacts:
			return nil, crm.CodeOtherCustomer, fmt.Sprintf("The customer has no contact %q.", name)
		default:
			return nil, codeNotFound, fmt.Sprintf("there is no %q in %s.", name, target)
		}
	}
	return ids, "", ""
}

// choices reads values of a select by identifier or label; bad is the one that is none.
func (r *run) choices(f *core.SelectField, text string) (chosen []string, bad string) {
	names := []string{text}
	if f.IsMultiple() {
		names = splitList(text)
	}
	for _, name := range names {
		value, ok := crm.ValueByLabel(r.collection.Name, f.Name, clean(name))
		if !ok || !slices.Contains(f.Values, value) {
			return nil, name
		}
		chosen = append(chosen, value)
	}
	return chosen, ""
}

// valuesOf lists the values of a select as people may write them.
func (r *run) valuesOf(f *core.SelectField) string {
	names := make([]string, len(f.Values))
	for i, value := range f.Values {
		names[i] = value
		if label := crm.ValueLabel(r.collection.Name, f.Name, value, rules.Chinese); label != value {
			names[i] = fmt.Sprintf("%s (%s)", value, label)
		}
	}
	return strings.Join(names, ", ")
}

// describe gives the code and the sentence of a field error.
func describe(err error) (code, message string) {
	var field validation.Error
	if errors.As(err, &field) {
		return field.Code(), field.Error()
	}
	return codeChoice, err.Error()
}

// columnOf names the column a field is read from.
func (r *run) columnOf(field string) string {
	for _, f := range r.mapping.Fields {
		if f.Field == field {
			return f.Column
		}
	}
	return ""
}
