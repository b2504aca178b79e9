// Package imports brings customers, contacts, orders and follow-ups in from spreadsheets. A row is read, matched and
// checked exactly as a record written through the API is; rows go in by batches, each one transaction with the new
// assessments of its customers, so that an import cut off at any moment leaves nothing half written.
package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/audit"
	"touchbase/crm"
)

// batchSize is how many rows are written in one transaction.
const batchSize = 500

// ErrStopped is the end of an import told to stop between two batches; what it wrote stands, and running it again goes on.
var ErrStopped = errors.New("the import was stopped; run it again to go on")

// Options say what to import and how.
type Options struct {
	Kind     string   `json:"kind"`     // customers, contacts, orders or follow_ups
	FileName string   `json:"fileName"` // as the person knows it
	Maps     []string `json:"maps"`     // field=Column
	Sets     []string `json:"sets"`     // field=value for every row
	DryRun   bool     `json:"dryRun"`   // check everything, write nothing
	By       string   `json:"by"`       // user who imports, if one does

	Progress func(done, total int) `json:"-"`
}

// actor is who imports: a user, or whoever typed the command.
func (o Options) actor(importID string) audit.Actor {
	actor := audit.Actor{ID: o.By, Note: "import " + importID}
	if o.By != "" {
		actor.Collection = crm.CollectionUsers
	}
	return actor
}

// Problem is why a row, or one cell of it, was not imported. Row is counted as in the spreadsheet, the header is row 1.
type Problem struct {
	Row     int    `json:"row"`
	Column  string `json:"column"`
	Field   string `json:"field"`
	Value   string `json:"value"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// String is the problem as a line: row, column, value and reason.
func (p Problem) String() string {
	place := fmt.Sprintf("row %d", p.Row)
	if p.Column != "" {
		place += fmt.Sprintf(", column %q", p.Column)
	} else if p.Field != "" {
		place += fmt.Sprintf(", field %s", p.Field)
	}
	if p.Value != "" {
		place += fmt.Sprintf(", value %q", p.Value)
	}
	return fmt.Sprintf("%s: %s (%s)", place, p.Message, p.Code)
}

// Result is what an import did, or would do.
type Result struct {
	ID       string    `json:"id,omitempty"` // of the row in imports; none for a dry run
	Encoding string    `json:"encoding"`
	Unused   []string  `json:"unused,omitempty"` // columns nothing was made of
	Rows     int       `json:"rows"`
	Created  int       `json:"created"`
	Updated  int       `json:"updated"`
	Skipped  int       `json:"skipped"`
	Problems []Problem `json:"problems"`

	badRows map[int]bool
}

// Summary is the closing line.
func (r *Result) Summary() string {
	return fmt.Sprintf("rows %d, created %d, updated %d, skipped %d, problems %d",
		r.Rows, r.Created, r.Updated, r.Skipped, len(r.Problems))
}

func (r *Result) refuse(p Problem) {
	r.Problems = append(r.Problems, p)
	r.badRows[p.Row] = true
}

// Kinds are the collections that can be imported.
var Kinds = []string{crm.CollectionCustomers, crm.CollectionContacts, crm.CollectionOrders, crm.CollectionFollowUps}

// Run imports a spreadsheet. It gives a [*touchbase/rules.Problem] as error for a file that cannot be used at all: not readable,
// a column or field that does not exist. Problems of rows are in the result; the other rows are written.
func Run(ctx context.Context, app core.App, file io.ReadSeeker, options Options, now time.Time) (*Result, error) {
	if !slices.Contains(Kinds, options.Kind) {
		return nil, fmt.Errorf("%q cannot be imported; choose one of %s", options.Kind, strings.Join(Kinds, ", "))
	}
	table, err := ReadTable(file)
	if err != nil {
		return nil, err
	}
	collection, err := app.FindCachedCollectionByNameOrId(options.Kind)
	if err != nil {
		return nil, err
	}
	mapping, unused, err := Map(options.Kind, table.Columns, options.Maps, options.Sets, importableFields(collection))
	if err != nil {
		return nil, err
	}
	policy, err := crm.LoadPolicy(app)
	if err != nil {
		return nil, err
	}
	known, err := loadKnown(app, options.Kind, policy)
	if err != nil {
		return nil, err
	}
	result := &Result{Encoding: table.Encoding, Unused: unused, Rows: len(table.Rows), Problems: []Problem{}, badRows: map[int]bool{}}
	run := &run{
		app: app, collection: collection, policy: policy, mapping: mapping, known: known, now: now,
		options: options, result: result,
	}
	log, err := openLog(app, options, file)
	if err != nil {
		return nil, err
	}
	result.ID, run.importID = log.id(), log.id()
	err = run.rows(ctx, table)
	slices.SortStableFunc(result.Problems, func(a, b Problem) int { return a.Row - b.Row })
	return result, errors.Join(err, log.close(table, result, err))
}

// importableFields lists the fields of a collection that a spreadsheet may fill: what a person may write, but no files.
func importableFields(collection *core.Collection) map[string]bool {
	fields := map[string]bool{}
	for _, field := range collection.Fields {
		name := field.GetName()
		switch {
		case field.GetSystem(), field.Type() == core.FieldTypeAutodate, field.Type() == core.FieldTypeFile,
			name == crm.FieldRev, access.IsComputed(collection.Name, name):
		default:
			fields[name] = true
		}
	}
	return fields
}
