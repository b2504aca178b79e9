package imports

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"touchbase/audit"
	"touchbase/crm"
)

// States of an import.
const (
	statusRunning     = "running"
	statusDone        = "done"
	statusFailed      = "failed"
	statusInterrupted = "interrupted"
)

// log is the row in imports that tells of an import; a dry run has none.
type log struct {
	app   core.App
	row   *core.Record
	actor audit.Actor
}

// openLog begins the row of an import, with the file as it came. Imports run one at a time, so a row that still says
// running is of one that was cut off.
func openLog(app core.App, options Options, file io.ReadSeeker) (*log, error) {
	if options.DryRun {
		return &log{}, nil
	}
	err := crm.SetColumn(app, crm.CollectionImports, crm.FieldStatus, statusInterrupted, dbx.HashExp{crm.FieldStatus: statusRunning})
	if err != nil {
		return nil, fmt.Errorf("failed to close imports that were cut off: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("failed to read the file again: %w", err)
	}
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("failed to read the file again: %w", err)
	}
	name := filepath.Base(options.FileName)
	if name == "." || name == "/" {
		name = options.Kind + ".csv"
	}
	stored, err := filesystem.NewFileFromBytes(content, name)
	if err != nil {
		return nil, fmt.Errorf("failed to keep the file: %w", err)
	}
	collection, err := app.FindCachedCollectionByNameOrId(crm.CollectionImports)
	if err != nil {
		return nil, err
	}
	row := core.NewRecord(collection)
	row.Load(map[string]any{
		crm.FieldKind: options.Kind, crm.FieldBy: options.By, crm.FieldStatus: statusRunning, crm.FieldFile: stored,
	})
	if err := audit.As(app, options.actor(row.Id), func(tx core.App) error { return tx.Save(row) }); err != nil {
		return nil, fmt.Errorf("failed to record the import: %w", err)
	}
	return &log{app: app, row: row, actor: options.actor(row.Id)}, nil
}

func (l *log) id() string {
	if l.row == nil {
		return ""
	}
	return l.row.Id
}

// close writes how the import ended, and the rows that were not imported as a spreadsheet to put right and import again.
func (l *log) close(table *Table, result *Result, failure error) error {
	if l.row == nil {
		return nil
	}
	status := statusDone
	switch {
	case errors.Is(failure, ErrStopped):
		status = statusInterrupted
	case failure != nil:
		status = statusFailed
	}
	l.row.Load(map[string]any{
		crm.FieldStatus: status, crm.FieldRows: result.Rows, crm.FieldRowsCreated: result.Created,
		crm.FieldRowsUpdated: result.Updated, crm.FieldSkipped: result.Skipped,
	})
	if len(result.Problems) > 0 {
		content, err := problemRows(table, result)
		if err != nil {
			return err
		}
		file, err := filesystem.NewFileFromBytes(content, "problems.csv")
		if err != nil {
			return fmt.Errorf("failed to keep the rows with problems: %w", err)
		}
		l.row.Set(crm.FieldProblems, file)
	}
	err := audit.As(l.app, l.actor, func(tx core.App) error {
		if err := tx.Save(l.row); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{
			Action: audit.ActionImport, Collection: crm.CollectionImports, Record: l.row.Id,
			Note: fmt.Sprintf("%s %s: %s", l.row.GetString(crm.FieldKind), status, result.Summary()),
		})
	})
	if err != nil {
		return fmt.Errorf("failed to record the end of the import: %w", err)
	}
	return nil
}

// problemRows gives the rows with problems as CSV that Excel opens (UTF-8 with mark): the cells as they came, and why.
func problemRows(table *Table, result *Result) ([]byte, error) {
	why := map[int][]string{}
	for _, p := range result.Problems {
		why[p.Row] = append(why[p.Row], p.String())
	}
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	err := w.Write(append(append([]string{}, table.Columns...), "problem"))
	for _, row := range table.Rows {
		if reasons := why[row.Line]; len(reasons) > 0 && err == nil {
			cells := append([]string{}, row.Cells...)
			for len(cells) < len(table.Columns) {
				cells = append(cells, "")
			}
			err = w.Write(append(cells, strings.Join(reasons, "\n")))
		}
	}
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("failed to write the rows with problems: %w", err)
	}
	return out.Bytes(), nil
}
