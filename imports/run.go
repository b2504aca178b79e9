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

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/crm"
	"touchbase/rules"
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
		sortByCustomer(lines)
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
// the first order is known for the new one whatever the order of the rows.
func sortByCustomer(lines []line) {
	slices.SortStableFunc(lines, func(a, b line) int {
		first, _ := a.values[crm.FieldOrderedAt].(time.Time)
		second, _ := b.values[crm.FieldOrderedAt].(time.Time)
		return cmp.Or(strings.Compare(a.one(crm.FieldCustomer), b.one(crm.FieldCustomer)), first.Compare(second))
	})
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

// match finds the stored record a row is about, or one that an earlier row made; ok is false where it could be several.
func (r *run) match(l line) (id string, ok bool) {
	switch r.collection.Name {
	case crm.CollectionCustomers:
		return r.matchCustomer(l.text(crm.FieldCode), rules.CleanCreditCode(l.text(crm.FieldCreditCode)), l.text(crm.FieldName)), true
	case crm.CollectionContacts:
		return r.matchContact(l)
	case crm.CollectionOrders:
		return r.known.orders[l.text(crm.FieldNumber)], true
	case crm.CollectionFollowUps:
		at, _ := l.values[crm.FieldStartedAt].(time.Time)
		return r.known.followUps[followUpKey(l.one(crm.FieldCustomer), stored(at), l.one(crm.FieldBy), l.text(crm.FieldByName))], true
	}
	return "", true
}

// stored is PocketBase's text form of a moment.
func stored(at time.Time) string { return at.UTC().Format(types.DefaultDateLayout) }

// matchCustomer goes by code, else by credit code, else by name if exactly one customer has it. A row with a code or credit
// code of its own never becomes a customer that has another one.
func (r *run) matchCustomer(code, creditCode, name string) string {
	if id := r.known.codes[code]; id != "" {
		return id
	}
	another := func(given, have string) bool { return given != "" && have != "" && given != have }
	if id := r.known.creditCodes[creditCode]; id != "" && !another(code, r.known.codeOf[id]) {
		return id
	}
	ids := r.known.nameKeys[rules.NameKey(name)]
	if len(ids) == 1 && !another(code, r.known.codeOf[ids[0]]) && !another(creditCode, r.known.creditCodeOf[ids[0]]) {
		return ids[0]
	}
	return ""
}

// matchContact goes by phone, else by e-mail; where several colleagues share one, by the name among them. Only a row that has
// neither goes by the name alone.
func (r *run) matchContact(l line) (id string, ok bool) {
	calls := r.known.contacts[l.one(crm.FieldCustomer)]
	phone, _ := crm.CleanPhone(l.text(crm.FieldPhone), r.policy.Country)
	email := strings.ToLower(l.text(crm.FieldEmail))
	named := calls[l.text(crm.FieldName)]
	for _, call := range []string{phone, email} {
		if call == "" {
			continue
		}
		ids := calls[call]
		if len(ids) > 1 {
			ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !slices.Contains(named, id) })
		}
		if len(ids) == 1 {
			return ids[0], true
		}
	}
	if phone != "" || email != "" || len(named) == 0 {
		return "", true
	}
	return named[0], len(named) == 1
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
	if first, ok := r.known.firstOrders[customer]; ok && first <= stored(record.GetDateTime(crm.FieldOrderedAt).Time()) {
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
	if !differs(record, record.Original()) {
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

// differs tells whether any field of two states of a record does.
func differs(a, b *core.Record) bool {
	for _, field := range a.Collection().Fields {
		name := field.GetName()
		if fmt.Sprint(a.Get(name)) != fmt.Sprint(b.Get(name)) {
			return true
		}
	}
	return false
}

// write writes the batch and the new assessments of the customers it touches in one transaction.
func (r *run) write(ctx context.Context) error {
	batch := r.batch
	r.batch = nil
	if len(batch) == 0 {
		return nil
	}
	if ctx.Err() != nil {
		return ErrStopped
	}
	created := 0
	for _, record := range batch {
		if record.IsNew() {
			created++
		}
	}
	count := func() {
		r.result.Created += created
		r.result.Updated += len(batch) - created
	}
	if r.options.DryRun {
		count()
		return nil
	}
	var changed []string
	err := r.app.RunInTransaction(func(tx core.App) error {
		customers, err := r.save(tx, batch)
		if err != nil {
			return err
		}
		changed, err = crm.Reassess(tx, r.policy, crm.Assessing{Now: r.now, Cause: crm.CauseEvent, By: r.options.By, Quiet: true}, customers...)
		return err
	})
	if err != nil {
		return fmt.Errorf("failed to write a batch of %s: %w", r.collection.Name, err)
	}
	count()
	crm.Announce(r.app, changed...)
	return nil
}

// save writes records that were checked: new ones by a prepared statement, changed ones field by field. It gives the
// customers to assess.
func (r *run) save(tx core.App, batch []*core.Record) (customers []string, err error) {
	inserter := inserter{tx: tx}
	defer func() { err = errors.Join(err, inserter.close()) }()
	for _, record := range batch {
		if record.IsNew() {
			err = inserter.insert(record, r.now)
		} else {
			err = tx.SaveWithContext(crm.AsSystem(context.Background()), record.IgnoreUnchangedFields(true))
		}
		if err != nil {
			return nil, err
		}
		if r.collection.Name == crm.CollectionCustomers {
			customers = append(customers, record.Id)
		} else {
			customers = append(customers, record.GetString(crm.FieldCustomer))
			if before := record.Original().GetString(crm.FieldCustomer); before != "" { // an order that was another's
				customers = append(customers, before)
			}
		}
		if err := crm.FollowImported(tx, record, r.policy, r.now); err != nil {
			return nil, err
		}
	}
	return customers, nil
}

// inserter inserts records of one collection with one prepared statement.
type inserter struct {
	tx    core.App
	query *dbx.Query
	names []string
}

func (i *inserter) insert(record *core.Record, now time.Time) error {
	at := types.DateTime{}
	if err := at.Scan(now); err != nil {
		return err
	}
	record.SetRaw(crm.FieldCreated, at)
	record.SetRaw(crm.FieldUpdated, at)
	columns, err := record.DBExport(i.tx)
	if err != nil {
		return err
	}
	if i.query == nil {
		i.names = slices.Sorted(maps.Keys(columns))
		quoted, places := make([]string, len(i.names)), make([]string, len(i.names))
		for n, name := range i.names {
			quoted[n], places[n] = "[["+name+"]]", "{:"+name+"}"
		}
		i.query = i.tx.DB().NewQuery(fmt.Sprintf("INSERT INTO {{%s}} (%s) VALUES (%s)", record.Collection().Name,
			strings.Join(quoted, ", "), strings.Join(places, ", "))).Prepare()
	}
	if _, err := i.query.Bind(columns).Execute(); err != nil {
		return fmt.Errorf("failed to insert into %s: %w", record.Collection().Name, err)
	}
	return nil
}

func (i *inserter) close() error {
	if i.query == nil {
		return nil
	}
	return i.query.Close()
}
