package access

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// IsComputed tells whether only the program writes a field.
func IsComputed(collection, field string) bool { return Table[collection].Fields[field].Computed }

// Written are the collections that people write, Computed those that the program writes alone; both sorted.
var (
	Written  = collectionsThat(func(r Rights) bool { return r.Change != none })
	Computed = collectionsThat(func(r Rights) bool { return r.Change == none })
)

func collectionsThat(holds func(Rights) bool) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(Table)) {
		if holds(Table[name]) {
			names = append(names, name)
		}
	}
	return names
}

// Sees tells whether somebody sees any records of a collection of ours.
func (p Principal) Sees(collection string) bool {
	rights, known := Table[collection]
	return known && p.Granted(rights.See) != 0
}

// CanRead tells whether somebody who stands so to a record they see may read a field of it.
func (p Principal) CanRead(collection, field string, standing crm.Standing) bool {
	line, known := Table[collection].Fields[field]
	return p.Super || known && p.Has(line.Read, standing)
}

// authorEdits is how long authors may change what they recorded.
const authorEdits = 24 * time.Hour

// Lapsed takes from how somebody stands to a record what at a moment no longer lets them change it: a follow-up is its author's for a day,
// then it is history, for the managers of the customer's team and the directors.
func Lapsed(record *core.Record, standing crm.Standing, now time.Time) crm.Standing {
	if record.Collection().Name == crm.CollectionFollowUps && now.Sub(record.GetDateTime(crm.FieldCreated).Time()) > authorEdits {
		standing &^= crm.Self
	}
	return standing
}

// CanChange tells whether they may change the record at all, CanWrite whether they may write a field of it.
func (p Principal) CanChange(collection string, standing crm.Standing) bool {
	return p.Has(Table[collection].Change, standing)
}

func (p Principal) CanWrite(collection, field string, standing crm.Standing) bool {
	line, known := Table[collection].Fields[field]
	return p.Super || known && p.Has(line.Write.and(Table[collection].Change), standing)
}

// CanCreate tells whether somebody may create a record to which they will stand so, CanFirst whether they may give it a field.
func (p Principal) CanCreate(collection string, standing crm.Standing) bool {
	return p.Has(Table[collection].Create, standing)
}

func (p Principal) CanFirst(collection, field string, standing crm.Standing) bool {
	line, known := Table[collection].Fields[field]
	return p.Super || known && (line.First || p.Has(line.Write, standing))
}

// shows says what a principal of a role who stands so to a record is shown of it.
type shows struct {
	collection string
	fields     int // how many it has
	role       int
	standing   crm.Standing
}

// view are the fields to show and those to hide; every field of the collection is in one of them, one without a line among
// the latter.
type view struct{ show, hide []string }

var views sync.Map // shows → view

func (p Principal) view(collection *core.Collection, standing crm.Standing) view {
	key := shows{collection.Name, len(collection.Fields), p.role, standing}
	if known, ok := views.Load(key); ok {
		return known.(view)
	}
	var v view
	for _, field := range collection.Fields {
		switch name := field.GetName(); {
		case name == core.FieldNameId:
		case p.CanRead(collection.Name, name, standing):
			v.show = append(v.show, name)
		default:
			v.hide = append(v.hide, name)
		}
	}
	views.Store(key, v)
	return v
}

// asks tells whether it depends on their standing what a principal is shown of the records of a collection.
func (p Principal) asks(collection string) bool {
	if p.role < 0 {
		return false
	}
	for _, line := range Table[collection].Fields {
		if granted := p.Granted(line.Read); granted != 0 && granted&crm.Anyone == 0 {
			return true
		}
	}
	return false
}

// Show makes a record show a principal what they may read of it, and nothing else. A field without a line is hidden. To a
// superuser it shows what PocketBase does.
func (p Principal) Show(app core.App, record *core.Record) error {
	if p.Super {
		return nil
	}
	collection := record.Collection()
	standing, prepared := record.GetRaw(standingKey).(crm.Standing)
	if !prepared && p.asks(collection.Name) {
		var err error
		if standing, err = p.Standing(app, record); err != nil {
			return err
		}
	}
	v := p.view(collection, standing|crm.Anyone)
	record.Hide(v.hide...)
	record.Unhide(v.show...)
	if collection.IsAuth() {
		record.IgnoreEmailVisibility(slices.Contains(v.show, core.FieldNameEmail))
	}
	return nil
}

// FieldsOf are the fields of a collection that have a line, sorted.
func FieldsOf(collection string) []string { return slices.Sorted(maps.Keys(Table[collection].Fields)) }
