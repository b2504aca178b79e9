package imports

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
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

	targets map[string]string       // relation field → collection it points to
	pending map[string]*core.Record // records of this batch by id, not written yet
	fresh   map[string]bool         // ids created by this import
	batch   []*core.Record
}

// line is a row with its values read.
type line struct {
	row    Row
	values map[string]any
}

// rows reads, matches, checks and writes every row.
func (r *run) rows(ctx context.Context, table *Table) error {
	r.fresh = map[string]bool{}
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
	key := func(l line) string {
		ids, _ := l.values[crm.FieldCustomer].([]string)
		at, _ := l.values[crm.FieldOrderedAt].(time.Time)
		return strings.Join(ids, "") + at.UTC().Format(time.RFC3339Nano)
	}
	sort.SliceStable(lines, func(i, j int) bool { return key(lines[i]) < key(lines[j]) })
}

// take makes a record of a row, or finds the one it matches, and puts it into the batch if it is new or differs.
func (r *run) take(l line) error {
	id, conflict := r.match(l)
	if conflict != nil {
		r.result.refuse(*conflict)
		return nil
	}
	if id == "" {
		return r.create(l)
	}
	if r.fresh[id] {
		// The first row of a code makes the customer; a second row of an order says the same, or is a mistake.
		if r.collection.Name == crm.CollectionCustomers || !r.differs(r.pending[id], l.values) {
			r.result.Skipped++
			return nil
		}
		r.result.refuse(Problem{
			Row: l.row.Line, Code: crm.CodeInUse,
			Message: "An earlier row of this file is the same record with other values.",
		})
		return nil
	}
	return r.update(id, l)
}

// match finds the stored record a row is about.
func (r *run) match(l line) (id string, conflict *Problem) {
	text := func(field string) string { value, _ := l.values[field].(string); return value }
	customer := ""
	if ids, _ := l.values[crm.FieldCustomer].([]string); len(ids) == 1 {
		customer = ids[0]
	}
	switch r.collection.Name {
	case crm.CollectionCustomers:
		return r.matchCustomer(text(crm.FieldCode), rules.CleanCreditCode(text(crm.FieldCreditCode)), text(crm.FieldName))
	case crm.CollectionOrders:
		return r.known.orders[text(crm.FieldNumber)], nil
	case crm.CollectionContacts:
		for _, field := range []string{crm.FieldPhone, crm.FieldEmail, crm.FieldName} {
			if call := text(field); call != "" {
				if ids := r.known.contact(customer, call); len(ids) == 1 {
					return ids[0], nil
				}
				if field != crm.FieldPhone {
					break // a name decides only where there is neither phone nor e-mail
				}
			}
		}
	case crm.CollectionFollowUps:
		at, _ := l.values[crm.FieldStartedAt].(time.Time)
		by := ""
		if ids, _ := l.values[crm.FieldBy].([]string); len(ids) == 1 {
			by = ids[0]
		}
		return r.known.followUps[followUpKey(customer, stored(at), by, text(crm.FieldByName))], nil
	}
	return "", nil
}

// stored is PocketBase's text form of a moment.
func stored(at time.Time) string { return at.UTC().Format(types.DefaultDateLayout) }

// matchCustomer goes by code, else by credit code, else by name if exactly one customer has it. A row with a code of its
// own never becomes a customer that has another code.
func (r *run) matchCustomer(code, creditCode, name string) (string, *Problem) {
	if id, ok := r.known.codes[code]; ok && code != "" {
		return id, nil
	}
	other := func(id string) bool {
		if code == "" {
			return false
		}
		for have, of := range r.known.codes {
			if of == id && have != code {
				return true
			}
		}
		return false
	}
	if id, ok := r.known.creditCodes[creditCode]; ok && creditCode != "" && !other(id) {
		return id, nil
	}
	if ids := r.known.nameKeys[rules.NameKey(name)]; len(ids) == 1 && name != "" && !other(ids[0]) && (code == "" || creditCode == "") {
		return ids[0], nil
	}
	return "", nil
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
	r.fresh[record.Id] = true
	r.pending[record.Id] = record
	r.batch = append(r.batch, record)
	r.result.Created++
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
	all := validation.Errors{}
	maps.Copy(all, more)
	maps.Copy(all, fields)
	texts := r.mapping.Values(l.row)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		code, message := describe(all[name])
		r.result.refuse(Problem{Row: l.row.Line, Column: r.columnOf(name), Field: name, Value: texts[name], Code: code, Message: message})
	}
	return len(all) == 0, nil
}

// keepOnePrimary makes the first contact of a customer its primary one, also when it is in the same batch; a row that says so
// itself makes the others step down.
func (r *run) keepOnePrimary(record *core.Record, l line) {
	customer := record.GetString(crm.FieldCustomer)
	if _, said := l.values[crm.FieldIsPrimary]; !said && r.known.primaries[customer] {
		record.Set(crm.FieldIsPrimary, false)
	}
}

// remember lets later rows find a record before it is written.
func (r *run) remember(record *core.Record) {
	text := record.GetString
	switch r.collection.Name {
	case crm.CollectionCustomers:
		r.known.addCustomer(record.Id, text(crm.FieldCode), text(crm.FieldCreditCode), text(crm.FieldNameKey), text(crm.FieldOwner))
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

// differs tells whether setting the values on a record would change it.
func (r *run) differs(record *core.Record, values map[string]any) bool {
	if record == nil {
		return true // written in an earlier batch: not worth reading again for a row that should not be there
	}
	changed := record.Clone()
	changed.Load(values)
	if crm.Normalize(r.app, changed, r.policy) != nil {
		return true
	}
	return len(changedFields(changed, record)) > 0
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
	if len(changedFields(record, record.Original())) == 0 {
		r.result.Skipped++
		return nil
	}
	r.batch = append(r.batch, record)
	r.result.Updated++
	return nil
}

// changedFields lists the fields in which two states of a record differ.
func changedFields(a, b *core.Record) []string {
	var names []string
	for _, field := range a.Collection().Fields {
		name := field.GetName()
		if fmt.Sprint(a.Get(name)) != fmt.Sprint(b.Get(name)) {
			names = append(names, name)
		}
	}
	return names
}

// write writes the batch and the new assessments of the customers it touches in one transaction.
func (r *run) write(ctx context.Context) error {
	batch := r.batch
	r.batch = nil
	clear(r.pending)
	if len(batch) == 0 || r.options.DryRun {
		return nil
	}
	if ctx.Err() != nil {
		return ErrStopped
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
	crm.Announce(r.app, changed...)
	return nil
}

// save writes records that were checked: new ones by a prepared statement, changed ones field by field. It gives the
// customers to assess.
func (r *run) save(tx core.App, batch []*core.Record) (customers []string, err error) {
	inserter := inserter{tx: tx}
	defer func() { err = errors.Join(err, inserter.close()) }()
	for _, record := range batch {
		isNew := record.IsNew()
		if isNew {
			err = inserter.insert(record, r.now)
		} else {
			err = tx.SaveWithContext(crm.AsSystem(context.Background()), record.IgnoreUnchangedFields(true))
		}
		if err != nil {
			return nil, err
		}
		customer := record.Id
		if r.collection.Name != crm.CollectionCustomers {
			customer = record.GetString(crm.FieldCustomer)
		}
		customers = append(customers, customer)
		if isNew {
			if err := crm.FollowImported(tx, record, r.policy, r.now); err != nil {
				return nil, err
			}
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
