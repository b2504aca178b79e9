package api

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/access"
	"touchbase/crm"
)

// chunk is how many rows are held at once.
const chunk = 500

// rowColumn is what a row's own id is called, unlike any field.
const rowColumn = "_row"

// snapshot is the records of a collection at one moment: a transaction that only reads, beside which others write.
type snapshot struct {
	ctx        context.Context
	tx         *dbx.Tx
	app        core.App
	collection *core.Collection
	fields     []core.Field
	empty      *core.Record // for fields to read their values with
	zone       *time.Location
	ids        []int64 // row ids, in order
}

// openSnapshot begins one, to be closed; it ends with the context.
func openSnapshot(ctx context.Context, app core.App, collection *core.Collection, zone *time.Location) (*snapshot, error) {
	db, ok := app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return nil, fmt.Errorf("the database of the app is a %T", app.ConcurrentDB())
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("failed to begin reading: %w", err)
	}
	return &snapshot{
		ctx: ctx, tx: tx, app: app, collection: collection, fields: access.Exported(collection), empty: core.NewRecord(collection), zone: zone,
	}, nil
}

// close ends the transaction, which has written nothing.
func (s *snapshot) close() {
	_ = s.tx.Rollback() // an ended context has done it already
}

// find finds the records a request is for.
func (s *snapshot) find(e *core.RequestEvent, query url.Values) error {
	rows := s.tx.Select("{{" + s.collection.Name + "}}.[[_rowid_]]").From(s.collection.Name).WithContext(s.ctx)
	if err := access.Found(e, access.PrincipalOf(e.Auth), s.collection, query, rows); err != nil {
		return err
	}
	if err := rows.Column(&s.ids); err != nil {
		return e.BadRequestError("The records cannot be found: the filter or the sort names what is not there.", err)
	}
	return nil
}

// heading are the names of the columns.
func (s *snapshot) heading() []string {
	names := make([]string, len(s.fields))
	for i, field := range s.fields {
		names[i] = field.GetName()
	}
	return names
}

// each gives the rows to fn, one after the other. A cell is nil, a string, a float64, a bool, a day or a time.Time in the
// zone; fn must not keep the row.
func (s *snapshot) each(fn func(cells []any) error) error {
	columns := make([]string, len(s.fields))
	for i, field := range s.fields {
		columns[i] = "[[" + field.GetName() + "]]"
	}
	cells := make([]any, len(s.fields))
	for ids := range slices.Chunk(s.ids, chunk) {
		in := make([]any, len(ids))
		for i, id := range ids {
			in[i] = id
		}
		var rows []dbx.NullStringMap
		err := s.tx.Select(append([]string{"_rowid_ AS " + rowColumn}, columns...)...).From(s.collection.Name).
			Where(dbx.In("_rowid_", in...)).WithContext(s.ctx).All(&rows)
		if err != nil {
			return fmt.Errorf("failed to read rows: %w", err)
		}
		byID := make(map[string]dbx.NullStringMap, len(rows))
		for _, row := range rows {
			byID[row[rowColumn].String] = row
		}
		names, err := s.names(rows)
		if err != nil {
			return err
		}
		for _, id := range ids {
			row, there := byID[fmt.Sprint(id)]
			if !there { // in one transaction it has to be
				return fmt.Errorf("row %d is gone", id)
			}
			for i, field := range s.fields {
				if cells[i], err = s.cell(field, row[field.GetName()].String, names); err != nil {
					return err
				}
			}
			if err := fn(cells); err != nil {
				return err
			}
		}
	}
	return nil
}

// named are the collections whose records people know by name.
var named = []string{crm.CollectionCustomers, crm.CollectionUsers, crm.CollectionTeams, crm.CollectionIndustries, crm.CollectionTags}

// names are those of the records that rows refer to, by the id of their collection and their own.
func (s *snapshot) names(rows []dbx.NullStringMap) (map[string]map[string]string, error) {
	names := map[string]map[string]string{}
	for _, field := range s.fields {
		relation, ok := field.(*core.RelationField)
		if !ok {
			continue
		}
		target, err := s.app.FindCachedCollectionByNameOrId(relation.CollectionId)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(named, target.Name) {
			continue
		}
		known := names[target.Id]
		if known == nil {
			known = map[string]string{}
			names[target.Id] = known
		}
		var unknown []any
		for _, row := range rows {
			for _, id := range listed(row[field.GetName()].String) {
				if _, seen := known[id]; !seen {
					known[id] = ""
					unknown = append(unknown, id)
				}
			}
		}
		for some := range slices.Chunk(unknown, chunk) {
			var found []struct{ ID, Name string }
			err := s.tx.Select(core.FieldNameId, crm.FieldName).From(target.Name).Where(dbx.In(core.FieldNameId, some...)).WithContext(s.ctx).All(&found)
			if err != nil {
				return nil, fmt.Errorf("failed to read names of %s: %w", target.Name, err)
			}
			for _, one := range found {
				known[one.ID] = one.Name
			}
		}
	}
	return names, nil
}

// listed reads a relation or files as they are stored, one text or a JSON list of them.
func listed(stored string) []string {
	var ids types.JSONArray[string]
	if err := ids.Scan(stored); err == nil {
		return ids
	}
	return []string{stored}
}

// cell is the value of a field as people read it.
func (s *snapshot) cell(field core.Field, stored string, names map[string]map[string]string) (any, error) {
	switch field := field.(type) {
	case *core.NumberField:
		return s.prepared(field, stored)
	case *core.BoolField:
		return s.prepared(field, stored)
	case *core.DateField:
		return s.date(field.Name, stored)
	case *core.AutodateField:
		return s.date(field.Name, stored)
	case *core.RelationField:
		var list []string
		for _, id := range listed(stored) {
			if name := names[field.CollectionId][id]; name != "" {
				id = name
			}
			list = append(list, id)
		}
		return joined(list), nil
	case *core.SelectField:
		if !field.IsMultiple() {
			break
		}
		return s.list(field, stored)
	case *core.FileField:
		if !field.IsMultiple() {
			break
		}
		return joined(listed(stored)), nil
	case *core.JSONField:
		if stored == "null" {
			return nil, nil
		}
	}
	if stored == "" {
		return nil, nil
	}
	return stored, nil
}

// prepared is a stored value as PocketBase reads it.
func (s *snapshot) prepared(field core.Field, stored string) (any, error) {
	value, err := field.PrepareValue(s.empty, stored)
	if err != nil {
		return nil, fmt.Errorf("failed to read %s: %w", field.GetName(), err)
	}
	return value, nil
}

func (s *snapshot) list(field core.Field, stored string) (any, error) {
	value, err := s.prepared(field, stored)
	list, _ := value.([]string)
	return joined(list), err
}

// joined puts the values of a field into one cell.
func joined(list []string) any {
	if len(list) == 0 {
		return nil
	}
	return strings.Join(list, "; ")
}

// day is a date without time of day, at its midnight in UTC.
type day time.Time

// date is the day or the moment a field holds.
func (s *snapshot) date(name, stored string) (any, error) {
	at, err := types.ParseDateTime(stored)
	switch {
	case err != nil:
		return nil, fmt.Errorf("failed to read %s: %w", name, err)
	case at.IsZero():
		return nil, nil
	case crm.IsDay(name):
		return day(at.Time()), nil
	}
	return at.Time().In(s.zone), nil
}
