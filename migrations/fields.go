package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// The constructors below say what a field is; required and hidden say what else holds for it.

func text(name string) core.Field { return &core.TextField{Name: name, Max: shortText} }

func long(name string) core.Field { return &core.TextField{Name: name, Max: longText} }

func matching(name, pattern string) core.Field {
	return &core.TextField{Name: name, Max: shortText, Pattern: pattern}
}

func number(name string) core.Field { return &core.NumberField{Name: name} }

func whole(name string) core.Field { return &core.NumberField{Name: name, OnlyInt: true} }

// outOfTen is a whole number from 0 to 10, of which 0 is one.
func outOfTen(name string) core.Field {
	return &core.NumberField{Name: name, OnlyInt: true, Min: types.Pointer(0.0), Max: types.Pointer(10.0)}
}

func flag(name string) core.Field { return &core.BoolField{Name: name} }

// date is a day (`_on`) or a moment (`_at`): PocketBase has one type for both.
func date(name string) core.Field { return &core.DateField{Name: name} }

func data(name string) core.Field { return &core.JSONField{Name: name} }

func choice(name string, values ...string) core.Field {
	return &core.SelectField{Name: name, Values: values, MaxSelect: 1}
}

func choices(name string, values ...string) core.Field {
	return &core.SelectField{Name: name, Values: values, MaxSelect: len(values)}
}

// one is a relation to a single record of the collection named; see save.
func one(name, collection string) core.Field {
	return &core.RelationField{Name: name, CollectionId: collection, MaxSelect: 1}
}

// many is a relation to at most limit records of the collection named; see save.
func many(name, collection string, limit int) core.Field {
	return &core.RelationField{Name: name, CollectionId: collection, MaxSelect: limit}
}

// required refuses the empty value; never for a number, where 0 would count as empty.
func required(field core.Field) core.Field {
	switch f := field.(type) {
	case *core.TextField:
		f.Required = true
	case *core.DateField:
		f.Required = true
	case *core.SelectField:
		f.Required = true
	case *core.RelationField:
		f.Required = true
	default:
		panic("migrations: " + field.GetName() + " cannot be required")
	}
	return field
}

// hidden keeps a field from everybody but superusers, also in filters and sort orders.
func hidden(field core.Field) core.Field {
	field.SetHidden(true)
	return field
}
