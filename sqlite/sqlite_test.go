package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"touchbase/sqlite"
)

func open(t *testing.T) *dbx.DB {
	t.Helper()
	db, err := sqlite.Connect(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func run(t *testing.T, db dbx.Builder, query string, params dbx.Params) {
	t.Helper()
	if _, err := db.NewQuery(query).Bind(params).Execute(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func numbers(t *testing.T, db dbx.Builder, query string, params dbx.Params) (list []int) {
	t.Helper()
	if err := db.NewQuery(query).Bind(params).Column(&list); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

// TestPragmas: a connection is set up as PocketBase's own.
func TestPragmas(t *testing.T) {
	t.Parallel()
	db := open(t)
	for name, want := range map[string]string{
		"busy_timeout": "10000", "journal_mode": "wal", "foreign_keys": "1", "synchronous": "1", "temp_store": "2", "cache_size": "-32000",
	} {
		var got string
		if err := db.NewQuery("PRAGMA " + name).Row(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q: %v", name, got, want, err)
		}
	}
}

// TestNumber: no two connections have one number, and each keeps its own.
func TestNumber(t *testing.T) {
	t.Parallel()
	db := open(t)
	seen := map[string]bool{}
	for range 5 {
		db.DB().SetMaxIdleConns(-1) // ends the one before
		db.DB().SetMaxIdleConns(1)
		var before, after string
		if err := db.NewQuery("PRAGMA " + sqlite.Number).Row(&before); err != nil {
			t.Fatal(err)
		}
		run(t, db, "CREATE TEMP TABLE a (n); DROP TABLE a; VACUUM", nil)
		if err := db.NewQuery("PRAGMA " + sqlite.Number).Row(&after); err != nil || after != before || seen[after] {
			t.Errorf("got %q, then %q, known: %v: %v", before, after, seen, err)
		}
		seen[after] = true
	}
}

// TestAgain runs the same statements again and again, with other values, in and out of transactions and within each other.
func TestAgain(t *testing.T) {
	t.Parallel()
	db := open(t)
	db.DB().SetMaxOpenConns(1) // so that the statements meet
	run(t, db, "CREATE TABLE a (n INTEGER PRIMARY KEY, text TEXT); CREATE TABLE b (n INTEGER)", nil)
	for n := range 5 {
		run(t, db, "INSERT INTO a (n, text) VALUES ({:n}, 'x')", dbx.Params{"n": n})
	}
	if _, err := db.NewQuery("INSERT INTO a (n, text) VALUES ({:n}, 'x')").Bind(dbx.Params{"n": 3}).Execute(); err == nil {
		t.Error("two rows have one key")
	}
	run(t, db, "INSERT INTO a (n, text) VALUES ({:n}, 'x')", dbx.Params{"n": 5})
	err := db.Transactional(func(tx *dbx.Tx) error {
		const above = "SELECT n FROM a WHERE n > {:n} ORDER BY n"
		rows, err := tx.NewQuery(above).Bind(dbx.Params{"n": 1}).Rows()
		if err != nil {
			return err
		}
		for want := 2; rows.Next(); want++ {
			var n int
			if err := rows.Scan(&n); err != nil || n != want {
				t.Errorf("got %d, want %d: %v", n, want, err)
			}
			if within := numbers(t, tx, above, dbx.Params{"n": n}); len(within) != 5-n {
				t.Errorf("above %d are %v", n, within)
			}
		}
		return errors.Join(rows.Err(), rows.Close(), rows.Close())
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 { // rows that are not read to their end
		var first int
		if err := db.NewQuery("SELECT n FROM a WHERE n >= {:n} ORDER BY n").Bind(dbx.Params{"n": n}).Row(&first); err != nil || first != n {
			t.Errorf("got %d, want %d: %v", first, n, err)
		}
	}
}

// TestSchemaChanges changes what a kept statement is about.
func TestSchemaChanges(t *testing.T) {
	t.Parallel()
	db := open(t)
	db.DB().SetMaxOpenConns(1)
	run(t, db, "CREATE TABLE a (n INTEGER)", nil)
	run(t, db, "INSERT INTO a (n) VALUES (1)", nil)
	for _, step := range []struct {
		change string
		want   int
	}{
		{"SELECT 1", 1}, {"ALTER TABLE a ADD COLUMN text TEXT DEFAULT 'x'", 2}, {"ALTER TABLE a DROP COLUMN text", 1}, {"CREATE INDEX ia ON a (n)", 1},
		{"DROP TABLE a; CREATE TABLE a (n, m, o); INSERT INTO a VALUES (1, 2, 3)", 3}, {"VACUUM", 3},
	} {
		run(t, db, step.change, nil)
		row := dbx.NullStringMap{}
		if err := db.NewQuery("SELECT * FROM a").One(row); err != nil || len(row) != step.want {
			t.Errorf("after %s there are the columns %v, want %d: %v", step.change, row, step.want, err)
		}
	}
	run(t, db, "DROP TABLE a", nil)
	if err := db.NewQuery("SELECT * FROM a").One(dbx.NullStringMap{}); err == nil {
		t.Error("a table that is gone can be read")
	}
	run(t, db, "CREATE TABLE a (n)", nil)
	if got := numbers(t, db, "SELECT n FROM a", nil); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

// TestSchemaChangesElsewhere changes it through another connection, where what a statement gives is known only once it has begun.
func TestSchemaChangesElsewhere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data.db")
	var dbs [2]*dbx.DB
	for i := range dbs {
		db, err := sqlite.Connect(path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.DB().SetMaxOpenConns(1)
		dbs[i] = db
	}
	run(t, dbs[0], "CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1)", nil)
	for i, change := range []string{"SELECT 1", "ALTER TABLE a ADD COLUMN m INTEGER DEFAULT 2", "ALTER TABLE a ADD COLUMN o INTEGER DEFAULT 3"} {
		run(t, dbs[0], change, nil)
		row := dbx.NullStringMap{}
		if err := dbs[1].NewQuery("SELECT * FROM a").One(row); err != nil || len(row) != i+1 {
			t.Errorf("after %s there are the columns %v: %v", change, row, err)
		}
	}
}

// TestInterrupted gives up on a statement while it runs; the next one of its text runs to its end.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	db := open(t)
	const count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {:last}) SELECT count(*) FROM n"
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer stop()
	var n int
	if err := db.NewQuery(count).Bind(dbx.Params{"last": 1_000_000_000}).WithContext(ctx).Row(&n); err == nil {
		t.Error("it was not interrupted")
	}
	if err := db.NewQuery(count).Bind(dbx.Params{"last": 1000}).Row(&n); err != nil || n != 1000 {
		t.Errorf("got %d, %v", n, err)
	}
}

// TestManyTexts runs more statements than are kept, on several connections at once.
func TestManyTexts(t *testing.T) {
	t.Parallel()
	db := open(t)
	run(t, db, "CREATE TABLE a (n INTEGER)", nil)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 600 {
				var n int
				query := fmt.Sprintf("SELECT %d + {:n} + (SELECT count(*) FROM a)", i%250)
				if err := db.NewQuery(query).Bind(dbx.Params{"n": i}).Row(&n); err != nil || n != i%250+i {
					t.Errorf("%s gives %d, %v", query, n, err)
				}
			}
		})
	}
	all.Wait()
}
