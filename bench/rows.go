package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// batchRows is how many rows are inserted in one transaction.
const batchRows = 20_000

// filler inserts rows into a database by prepared statements, past hooks and indexes: it takes the indexes of a table away and puts
// them back when the table is full, which is how a million rows arrive within seconds.
type filler struct {
	ctx  context.Context
	conn *sql.Conn
	step func(rows int)
}

// newFiller gives a filler on the connection of an app that writes; step is told of rows as they arrive.
func newFiller(ctx context.Context, app core.App, step func(rows int)) (*filler, error) {
	db, ok := app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return nil, errors.New("a filler needs an app outside of any transaction")
	}
	conn, err := db.DB().Conn(ctx)
	if err != nil {
		return nil, err
	}
	f := &filler{ctx: ctx, conn: conn, step: step}
	// The directory is thrown away if this is interrupted, so nothing has to be on disk before the end.
	return f, f.exec("PRAGMA synchronous = OFF", "PRAGMA cache_size = -262144")
}

// close gives the connection back as it was.
func (f *filler) close() error {
	return errors.Join(f.exec("ANALYZE", "PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -32000"), f.conn.Close())
}

func (f *filler) exec(statements ...string) error {
	for _, statement := range statements {
		if _, err := f.conn.ExecContext(f.ctx, statement); err != nil {
			return fmt.Errorf("failed to run %q: %w", statement, err)
		}
	}
	return nil
}

// texts gives the first column of a query.
func (f *filler) texts(query string, args ...any) ([]string, error) {
	rows, err := f.conn.QueryContext(f.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}

// fill inserts count rows into a table; row gives the values of one, in the order of the columns.
func (f *filler) fill(table, columns string, count int, row func(i int) []any) error {
	names := strings.Fields(columns)
	insert := fmt.Sprintf("INSERT INTO %s (`%s`) VALUES (?%s)", table, strings.Join(names, "`, `"), strings.Repeat(", ?", len(names)-1))
	return f.unindexed(table, func() error {
		for from := 0; from < count; from += batchRows {
			if err := f.batch(insert, from, min(from+batchRows, count), row); err != nil {
				return fmt.Errorf("failed to fill %s: %w", table, err)
			}
		}
		return nil
	})
}

// batch inserts rows in one transaction.
func (f *filler) batch(insert string, from, to int, row func(i int) []any) error {
	tx, err := f.conn.BeginTx(f.ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // of what is committed it undoes nothing
	statement, err := tx.PrepareContext(f.ctx, insert)
	if err != nil {
		return err
	}
	for i := from; i < to; i++ {
		if _, err := statement.ExecContext(f.ctx, row(i)...); err != nil {
			return err
		}
	}
	if err := errors.Join(statement.Close(), tx.Commit()); err != nil {
		return err
	}
	f.step(to - from)
	return nil
}

// unindexed runs fn while a table has no indexes of its own.
func (f *filler) unindexed(table string, fn func() error) error {
	const indexes = "FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
	names, err := f.texts("SELECT name "+indexes, table)
	if err != nil {
		return err
	}
	definitions, err := f.texts("SELECT sql "+indexes, table)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := f.exec("DROP INDEX `" + name + "`"); err != nil {
			return err
		}
	}
	if err := fn(); err != nil {
		return err
	}
	return f.exec(definitions...)
}
