package access

import (
	"strings"

	"github.com/ganigeorgiev/fexpr"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"

	"touchbase/crm"
)

// Query is what a client asks of a list, a record or a subscription beside its address.
type Query struct{ Expand, Filter, Sort string }

// Refused gives what of a query asks for more than PocketBase guards, or nothing: `expand` through a hidden relation, which shows
// what the relation hides, or so that the answer multiplies (see multiplies), and `filter` or `sort` through a back relation or a
// relation to several, whose conditions also look at records that nobody may see.
func (q Query) Refused(app core.App, collection *core.Collection) string {
	for _, path := range strings.Split(q.Expand, ",") {
		if multiplies(path) || expandsHidden(app, collection, strings.TrimSpace(path)) {
			return "expand"
		}
	}
	for _, field := range search.ParseSortFromString(q.Sort) {
		if crossesMany(app, collection, field.Name) {
			return "sort"
		}
	}
	names, err := Names(q.Filter)
	if err != nil {
		return "filter"
	}
	for _, name := range names {
		if crossesMany(app, collection, name) {
			return "filter"
		}
	}
	return ""
}

// multiplies tells whether an expanded path would have every record of a page bring along what many others bring too, up to a thousand
// each: one back relation is asked for in a path, at its beginning or of the customer of each record.
func multiplies(path string) bool {
	forward, _, back := strings.Cut(path, "_via_")
	steps := strings.Split(forward, ".")
	return strings.Count(path, "_via_") > 1 || back && (len(steps) > 2 || len(steps) == 2 && strings.TrimSpace(steps[0]) != crm.FieldCustomer)
}

// expandsHidden tells whether a path of relations leads through a hidden one, in either direction, or through what cannot be
// followed.
func expandsHidden(app core.App, collection *core.Collection, path string) bool {
	for _, part := range strings.Split(path, ".") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		from, name, back := strings.Cut(part, "_via_")
		if !back {
			name, from = part, collection.Name
		}
		of, err := app.FindCachedCollectionByNameOrId(from)
		if err != nil {
			return true
		}
		relation, ok := of.Fields.GetByName(name).(*core.RelationField)
		if !ok || relation.Hidden {
			return true
		}
		collection = of
		if !back {
			if collection, err = app.FindCachedCollectionByNameOrId(relation.CollectionId); err != nil {
				return true
			}
		}
	}
	return false
}

// crossesMany tells whether a dotted name leads through a back relation or a relation to several records.
func crossesMany(app core.App, collection *core.Collection, name string) bool {
	parts := strings.Split(name, ".")
	for _, part := range parts[:len(parts)-1] {
		if strings.Contains(part, "_via_") {
			return true
		}
		relation, ok := collection.Fields.GetByName(part).(*core.RelationField)
		if !ok {
			return false // a path into JSON, or a mistake that PocketBase answers
		}
		if relation.IsMultiple() {
			return true
		}
		var err error
		if collection, err = app.FindCachedCollectionByNameOrId(relation.CollectionId); err != nil {
			return true
		}
	}
	return false
}

// endsInEmail tells whether a dotted name ends in the address of an account. PocketBase keeps it out of filters, but not out of
// orders: whoever changes their own address would find their colleagues' by where they come to stand among them.
func endsInEmail(app core.App, collection *core.Collection, name string) bool {
	parts := strings.Split(name, ".")
	for _, part := range parts[:len(parts)-1] {
		relation, ok := collection.Fields.GetByName(part).(*core.RelationField)
		if !ok {
			return false
		}
		var err error
		if collection, err = app.FindCachedCollectionByNameOrId(relation.CollectionId); err != nil {
			return true
		}
	}
	last, _, _ := strings.Cut(parts[len(parts)-1], ":")
	return collection.IsAuth() && last == core.FieldNameEmail
}

// Names lists every field a filter names, with path and modifier as written. It refuses what is no filter, and one longer than
// PocketBase takes: the parser's work and memory grow with the square of the depth of its parentheses.
func Names(filter string) ([]string, error) {
	if strings.TrimSpace(filter) == "" {
		return nil, nil
	}
	if len(filter) > search.MaxFilterLength {
		return nil, search.ErrFilterLengthLimit
	}
	groups, err := fexpr.Parse(filter)
	if err != nil {
		return nil, err
	}
	return namesIn(groups, nil), nil
}

func namesIn(item any, names []string) []string {
	switch v := item.(type) {
	case []fexpr.ExprGroup:
		for _, group := range v {
			names = namesIn(group.Item, names)
		}
	case fexpr.ExprGroup:
		names = namesIn(v.Item, names)
	case fexpr.Expr:
		names = namesIn(v.Right, namesIn(v.Left, names))
	case []fexpr.Token:
		for _, token := range v {
			names = namesIn(token, names)
		}
	case fexpr.Token:
		switch v.Type {
		case fexpr.TokenIdentifier:
			names = append(names, v.Literal)
		case fexpr.TokenFunction:
			names = namesIn(v.Meta, names)
		}
	}
	return names
}
