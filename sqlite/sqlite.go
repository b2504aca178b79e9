// Package sqlite opens the database as PocketBase does, by the same driver, but keeps the statements of a connection prepared: to parse
// and plan one costs as much as to run it.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/pocketbase/dbx"
	_ "modernc.org/sqlite" // the driver
)

// pragmas are PocketBase's own (core.DefaultDBConnect): the first has to be that of the time to wait, so that the others wait too.
const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)&_pragma=synchronous(NORMAL)" +
	"&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)"

// Connect opens the database in a file; it is made to be the DBConnect of a PocketBase app.
func Connect(path string) (*dbx.DB, error) {
	plain, err := sql.Open(name, "") // connects to nothing
	if err != nil {
		return nil, err
	}
	driver := plain.Driver()
	if err := plain.Close(); err != nil {
		return nil, err
	}
	return dbx.NewFromDB(sql.OpenDB(connector{driver, path + pragmas}), name), nil
}

// name is the name of the driver.
const name = "sqlite"

// Number is the pragma that tells a connection from every other one that the program has made. It is a number which the empty
// temporary database of each connection has room for.
const Number = "temp.user_version"

// connections is how many have been made.
var connections atomic.Int32

// connector makes the connections to a database.
type connector struct {
	driver driver.Driver
	path   string
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.driver.Open(c.path)
	if err != nil {
		return nil, err
	}
	inner, ok := opened.(innerConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection that is a %T cannot keep its statements", opened), opened.Close())
	}
	made := &conn{innerConn: inner}
	// Not among the other pragmas, which the driver sorts: where temporary tables are stored takes those there are away.
	if _, err := made.ExecContext(ctx, fmt.Sprintf("PRAGMA %s = %d", Number, connections.Add(1)), nil); err != nil {
		return nil, errors.Join(fmt.Errorf("failed to number a connection: %w", err), made.Close())
	}
	return made, nil
}

// innerConn is what the driver's connections are able to do.
type innerConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// conn is a connection and the statements it keeps prepared.
type conn struct {
	innerConn
	kept cache
}

// QueryContext runs a statement that gives rows.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	found, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	inner, ok := found.(innerRows)
	if !ok {
		return nil, errors.Join(fmt.Errorf("rows that are a %T do not tell their types", found), found.Close(), s.Close())
	}
	return &rows{innerRows: inner, conn: c, query: query, stmt: s}, nil
}

// ExecContext runs a statement that gives no rows.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return result, c.kept.put(query, s)
}

// Close ends the connection and its statements.
func (c *conn) Close() error { return errors.Join(c.kept.clear(), c.innerConn.Close()) }

// innerStmt is what the driver's statements are able to do.
type innerStmt interface {
	driver.Stmt
	driver.StmtQueryContext
	driver.StmtExecContext
}

// prepared gives a statement for a query that nobody else is using.
func (c *conn) prepared(ctx context.Context, query string) (innerStmt, error) {
	if s := c.kept.take(query); s != nil {
		return s, nil
	}
	made, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s, ok := made.(innerStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a statement that is a %T cannot be run", made), made.Close())
	}
	return s, nil
}

// innerRows is what the driver's rows are able to do.
type innerRows interface {
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// rows gives its statement back when it is done.
type rows struct {
	innerRows
	conn  *conn
	query string
	stmt  innerStmt
}

func (r *rows) Close() error {
	s := r.stmt
	if s == nil {
		return nil
	}
	r.stmt = nil
	if err := r.innerRows.Close(); err != nil {
		return errors.Join(err, s.Close())
	}
	return r.conn.kept.put(r.query, s)
}
