package imports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// run is one import under way.
type run struct {
	app        core.App
	collection *core.Collection
	policy     *crm.Policy
	mapping    *Mapping
	known      *known
	now        time.Time
	options    Options
	importID   string
	result     *Result

	targets map[string]string // relation field → collection it points to
	taken   map[string]line   // the row that made or matched each record, by the record's id
	batch   []*core.Record
}

// line is a row with its values read.
type line struct {
	row    Row
	values map[string]any
}

// rows reads, matches, checks and writes every row.
func (r *run) rows(ctx context.Context, table *Table) error {
	r.taken = map[string]line{}
	if err := r.findTargets(); err != nil {
		return err
	}
	var lines []line
	for _, row := range table.Rows {
		if row.Problem != nil {
			r.result.refuse(Problem{Row: row.Line, Code: row.Problem.Code, Message: row.Problem.Message})
			continue
		}
		if values, ok := r.read(row); ok {
			lines = append(lines, line{row: row, values: values})
		}
	}
	if r.collection.Name == crm.CollectionOrders {
		lines = sortByCustomer(lines)
	}
	for i, l := range lines {
		if err := r.take(l); err != nil {
			return err
		}
		if len(r.batch) == batchSize || i == len(lines)-1 {
			if err := r.write(ctx); err != nil {
				return err
			}
			if r.options.Progress != nil {
				r.options.Progress(i+1, len(lines))
			}
		}
	}
	return nil
}

func (r *run) findTargets() error {
	r.targets = map[string]string{}
	for _, field := range r.collection.Fields {
		if relation, ok := field.(*core.RelationField); ok {
			target, err := r.app.FindCachedCollectionByNameOrId(relation.CollectionId)
			if err != nil {
				return fmt.Errorf("failed to find where %s points: %w", relation.Name, err)
			}
			r.targets[relation.Name] = target.Name
		}
	}
	return nil
}

// sortByCustomer puts the orders of a customer together, oldest first: the customer is then assessed once a batch, and
// the first order is known for the new one whatever the order of the rows. A number that came before in the file goes last:
// the first row of a number makes the order.
func sortByCustomer(lines []line) []line {
	var once, again []line
	numbers := map[string]bool{}
	for _, l := range lines {
		number := l.text(crm.FieldNumber)
		if number != "" && numbers[number] {
			again = append(again, l)
			continue
		}
		numbers[number] = true
		once = append(once, l)
	}
	slices.SortStableFunc(once, func(a, b line) int {
		first, _ := a.values[crm.FieldOrderedAt].(time.Time)
		second, _ := b.values[crm.FieldOrderedAt].(time.Time)
		return cmp.Or(strings.Compare(a.one(crm.FieldCustomer), b.one(crm.FieldCustomer)), first.Compare(second))
	})
	return append(once, again...)
}

// one gives the id in a relation that holds a single one, empty where it holds none.
func (l line) one(field string) string {
	if ids, _ := l.values[field].([]string); len(ids) == 1 {
		return ids[0]
	}
	return ""
}

// text gives the text read for a field.
func (l line) text(field string) string {
	text, _ := l.values[field].(string)
	return text
}

// take makes a record of a row, or finds the one it matches, and puts it into the batch if it is new or differs.
func (r *run) take(l line) error {
	id, ok := r.match(l)
	if !ok {
		r.refuse(l, crm.FieldName, codeAmbiguous, "The customer has several contacts of this name; give the phone or the e-mail.")
		return nil
	}
	if id == "" {
		return r.create(l)
	}
	earlier, taken := r.taken[id]
	switch {
	case !taken:
		return r.update(id, l)
	case r.collection.Name == crm.CollectionCustomers || sameValues(earlier, l):
		// The first row of a code makes the customer; a second row of anything else says the same, or is a mistake.
		r.result.Skipped++
	default:
		r.refuse(l, matchedBy[r.collection.Name], crm.CodeInUse,
			fmt.Sprintf("Row %d of this file is the same record with other values.", earlier.row.Line))
	}
	return nil
}

// matchedBy is the field that a second row of the same record is refused by.
var matchedBy = map[string]string{
	crm.CollectionContacts: crm.FieldName, crm.CollectionOrders: crm.FieldNumber, crm.CollectionFollowUps: crm.FieldStartedAt,
}

// sameValues tells whether two rows say the same.
func sameValues(a, b line) bool { return fmt.Sprint(a.values) == fmt.Sprint(b.values) }

// refuse notes a problem of one cell of a row.
func (r *run) refuse(l line, field, code, message string) {
	r.result.refuse(Problem{
		Row: l.row.Line, Column: r.columnOf(field), Field: field, Value: r.mapping.Values(l.row)[field], Code: code, Message: message,
	})
}

// create makes a new record of a row.
func (r *run) create(l line) error {
	record := core.NewRecord(r.collection)
	record.Id = core.GenerateDefaultRandomId()
	record.Load(l.values)
	record.SetRaw(core.FieldNameId, record.Id)
	record.Set(crm.FieldImport, r.importID)
	r.complete(record)
	ok, err := r.check(record, l)
	if err != nil || !ok {
		return err
	}
	r.remember(record)
	r.taken[record.Id] = l
	r.batch = append(r.batch, record)
	return nil
}

// complete fills in what the program would look up for each record by itself, from what is known already.
func (r *run) complete(record *core.Record) {
	if r.collection.Name != crm.CollectionOrders {
		return
	}
	customer := record.GetString(crm.FieldCustomer)
	record.Set(crm.FieldOwner, r.known.owners[customer])
	if record.GetString(crm.FieldKind) != "" || record.GetFloat(crm.FieldAmount) < 0 {
		return
	}
	record.Set(crm.FieldKind, crm.OrderNew)
	if first, ok := r.known.firstOrders[customer]; ok && first <= record.GetString(crm.FieldOrderedAt) {
		record.Set(crm.FieldKind, crm.OrderRepeat)
	}
}

// check puts a record into its form and refuses it, by cell, as the API would.
func (r *run) check(record *core.Record, l line) (bool, error) {
	err := crm.Normalize(r.app, record, r.policy)
	if r.collection.Name == crm.CollectionContacts && record.IsNew() {
		r.keepOnePrimary(record, l)
	}
	if err == nil && r.collection.Name == crm.CollectionOrders && record.IsNew() {
		if _, given := l.values[crm.FieldAmount]; !given {
			err = validation.Errors{crm.FieldAmount: crm.ErrAmountMissing}
		}
	}
	var fields, more validation.Errors
	if err != nil && !errors.As(err, &fields) {
		return false, err
	}
	if err := r.app.Validate(record); err != nil && !errors.As(err, &more) {
		return false, err
	}
	all := r.known.inUse(record)
	maps.Copy(all, more)
	maps.Copy(all, fields)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		code, message := describe(all[name])
		r.refuse(l, name, code, message)
	}
	return len(all) == 0, nil
}

// keepOnePrimary makes the first contact of a customer its primary one, also when it is in the same batch; a row that says so
// itself makes the others step down.
func (r *run) keepOnePrimary(record *core.Record, l line) {
	customer := record.GetString(crm.FieldCustomer)
	if l.values[crm.FieldIsPrimary] != true && r.known.primaries[customer] {
		record.Set(crm.FieldIsPrimary, false)
	}
}

// remember lets later rows find a record before it is written.
func (r *run) remember(record *core.Record) {
	text := record.GetString
	switch r.collection.Name {
	case crm.CollectionCustomers:
		r.known.addCustomer(record.Id, text(crm.FieldCode), text(crm.FieldCreditCode), text(crm.FieldName), text(crm.FieldNameKey), text(crm.FieldOwner))
	case crm.CollectionContacts:
		r.known.addContact(text(crm.FieldCustomer), record.Id, text(crm.FieldPhone), text(crm.FieldEmail), text(crm.FieldName))
		r.known.primaries[text(crm.FieldCustomer)] = r.known.primaries[text(crm.FieldCustomer)] || record.GetBool(crm.FieldIsPrimary)
	case crm.CollectionOrders:
		if number := text(crm.FieldNumber); number != "" {
			r.known.orders[number] = record.Id
		}
		customer, at := text(crm.FieldCustomer), text(crm.FieldOrderedAt)
		if first, ok := r.known.firstOrders[customer]; record.GetFloat(crm.FieldAmount) >= 0 && !record.GetBool(crm.FieldCancelled) && (!ok || at < first) {
			r.known.firstOrders[customer] = at
		}
	case crm.CollectionFollowUps:
		key := followUpKey(text(crm.FieldCustomer), text(crm.FieldStartedAt), text(crm.FieldBy), text(crm.FieldByName))
		r.known.followUps[key] = record.Id
	}
}

// update sets the values of a row on the record it matches; a row without a difference is skipped.
func (r *run) update(id string, l line) error {
	record, err := r.app.FindRecordById(r.collection, id)
	if err != nil {
		return fmt.Errorf("failed to read %s %s: %w", r.collection.Name, id, err)
	}
	record.Load(l.values)
	ok, err := r.check(record, l)
	if err != nil || !ok {
		return err
	}
	r.taken[id] = l
	if !crm.Differs(record, record.Original()) {
		r.result.Skipped++
		return nil
	}
	if crm.HasRev(r.collection) { // whoever has the record open must not write over what the import changed
		record.Set(crm.FieldRev, record.GetInt(crm.FieldRev)+1)
	}
	r.remember(record)
	r.batch = append(r.batch, record)
	return nil
}
