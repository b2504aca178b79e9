package audit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
	"touchbase/internal/testapp"
)

// entry is what the tests read of an entry.
type entry struct {
	Seq             int64  `db:"seq"`
	Actor           string `db:"actor"`
	ActorCollection string `db:"actor_collection"`
	IP              string `db:"ip"`
	Action          string `db:"action"`
	Collection      string `db:"collection"`
	Record          string `db:"record"`
	Changes         string `db:"changes"`
	Digests         string `db:"digests"`
	Note            string `db:"note"`
	Hash            string `db:"hash"`
}

// entries are those after a number.
func entries(t *testing.T, app core.App, after int64) []entry {
	t.Helper()
	var list []entry
	err := app.DB().Select("seq", "actor", "actor_collection", "ip", "action", "collection", "record", "changes", "digests", "note", "hash").
		From(audit.Collection).Where(dbx.NewExp("seq > {:seq}", dbx.Params{"seq": after})).OrderBy("seq").All(&list)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// last is the last entry.
func last(t *testing.T, app core.App) entry {
	t.Helper()
	list := entries(t, app, 0)
	if len(list) == 0 {
		t.Fatal("the log is empty")
	}
	return list[len(list)-1]
}

func verify(t *testing.T, app core.App, head string) *audit.Report {
	t.Helper()
	report, err := audit.Verify(app, head)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// wantWhole fails the test unless the chain is as the program wrote it.
func wantWhole(t *testing.T, app core.App) *audit.Report {
	t.Helper()
	report := verify(t, app, "")
	if !report.OK() {
		t.Fatalf("the log has problems: %v and %d more", report.Problems, report.More)
	}
	return report
}

// unseal takes the triggers away, as somebody who may do everything with the database can.
func unseal(t *testing.T, app core.App) {
	t.Helper()
	for _, name := range []string{"audit_log_no_delete", "audit_log_no_update"} {
		execute(t, app, "DROP TRIGGER "+name)
	}
}

func execute(t *testing.T, app core.App, statement string) {
	t.Helper()
	if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// TestTampering does to the log what somebody with the whole database, but without the key, can do.
func TestTampering(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		tamper  []string
		problem string // what the first problem says
		seq     int64
	}{
		{"nothing", nil, "", 0},
		{"an actor", []string{"UPDATE audit_log SET actor = 'x' WHERE seq = 4"}, "was changed", 4},
		{"a collection of an actor", []string{"UPDATE audit_log SET actor_collection = 'users' WHERE seq = 4"}, "was changed", 4},
		{"an address", []string{"UPDATE audit_log SET ip = '10.0.0.1' WHERE seq = 4"}, "was changed", 4},
		{"an action", []string{"UPDATE audit_log SET action = 'update' WHERE seq = 4"}, "was changed", 4},
		{"a record", []string{"UPDATE audit_log SET record = 'x' WHERE seq = 4"}, "was changed", 4},
		{"a collection", []string{"UPDATE audit_log SET collection = 'x' WHERE seq = 4"}, "was changed", 4},
		{"a note", []string{"UPDATE audit_log SET note = 'x' WHERE seq = 4"}, "was changed", 4},
		{"a moment", []string{"UPDATE audit_log SET at = '2020-01-01 00:00:00.000Z' WHERE seq = 4"}, "was changed", 4},
		{"the moment of creation", []string{"UPDATE audit_log SET created = '2020-01-01 00:00:00.000Z' WHERE seq = 4"}, "was changed", 4},
		{"an id", []string{"UPDATE audit_log SET id = 'abcdefghijklmno' WHERE seq = 4"}, "was changed", 4},
		{"a hash", []string{"UPDATE audit_log SET hash = 'x' WHERE seq = 4"}, "was changed", 4},
		{"a key", []string{"UPDATE audit_log SET [[key]] = 'x' WHERE seq = 4"}, "another key", 4},
		{"a value", []string{`UPDATE audit_log SET changes = json_set(changes, '$.name.to', '别名') WHERE seq = 4`}, "was changed", 4},
		{"a value more", []string{`UPDATE audit_log SET changes = json_set(changes, '$.name.from', '别名') WHERE seq = 4`}, "was changed", 4},
		{"a field more", []string{`UPDATE audit_log SET changes = json_set(changes, '$.zzz', json('{}')) WHERE seq = 4`}, "was changed", 4},
		{"a field less", []string{`UPDATE audit_log SET changes = json_remove(changes, '$.name'), digests = json_remove(digests, '$.name') WHERE seq = 4`}, "was changed", 4},
		{"a value and its salt less", []string{`UPDATE audit_log SET changes = json_remove(changes, '$.name.to'), digests = json_remove(digests, '$.name.to') WHERE seq = 4`}, "was changed", 4},
		{"a value in another spelling", []string{`UPDATE audit_log SET changes = ' ' || changes WHERE seq = 4`}, "was changed", 4},
		{"a field twice", []string{`UPDATE audit_log SET changes = '{"name":{"to":"别名"},' || substr(changes, 2) WHERE seq = 4`}, "was changed", 4},
		{"a salt", []string{`UPDATE audit_log SET digests = json_set(digests, '$.name.to', 'AAAAAAAAAAAAAAAAAAAAAA') WHERE seq = 4`}, "was changed", 4},
		{"removed", []string{"DELETE FROM audit_log WHERE seq = 4"}, "1 entries before it are missing", 5},
		{"removed and renumbered", []string{"DELETE FROM audit_log WHERE seq = 4", "UPDATE audit_log SET seq = seq - 1 WHERE seq > 4"}, "was changed, or is not where", 4},
		{"moved", []string{"UPDATE audit_log SET seq = -seq WHERE seq IN (4, 5)", "UPDATE audit_log SET seq = 9 + seq WHERE seq < 0"}, "was changed, or is not where", 4},
		{"replaced", []string{"REPLACE INTO audit_log (id, seq, at, action, changes, digests) SELECT 'abcdefghijklmno', seq, at, action, changes, digests FROM audit_log WHERE seq = 4"}, "another key", 4},
		{"the beginning removed", []string{"DELETE FROM audit_log WHERE seq < 3"}, "2 entries before it are missing", 3},
		{"the end cut off", []string{"DELETE FROM audit_log WHERE seq > 4"}, "cut off", 4},
		{"emptied", []string{"DELETE FROM audit_log"}, "cut off", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			for range 7 {
				app.Team("华东")
			}
			unseal(t, app)
			for _, statement := range tt.tamper {
				execute(t, app, statement)
			}
			report := verify(t, app, "")
			if tt.problem == "" {
				if !report.OK() || report.Entries != 7 || report.Head.Hash != last(t, app).Hash {
					t.Errorf("got %+v", report)
				}
				return
			}
			if report.OK() || report.Problems[0].Seq != tt.seq || !strings.Contains(report.Problems[0].What, tt.problem) {
				t.Errorf("got %v, want entry %d: …%s…", report.Problems, tt.seq, tt.problem)
			}
		})
	}
}

// TestSeal keeps everybody from the rows themselves, by SQL too.
func TestSeal(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Team("华东")
	row := last(t, app)
	for _, statement := range []string{
		"DELETE FROM audit_log",
		"UPDATE audit_log SET note = 'x'",
		"UPDATE audit_log SET seq = 9",
		"UPDATE audit_log SET hash = 'x', changes = '{}'",
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err == nil || !strings.Contains(err.Error(), "the audit log") {
			t.Errorf("%s: got %v", statement, err)
		}
	}
	if again := last(t, app); again != row {
		t.Errorf("the entry is %+v, was %+v", again, row)
	}
	wantWhole(t, app)
}

// TestHeadKeptElsewhere finds a hash somebody wrote down, and misses one of a log that was cut and went on.
func TestHeadKeptElsewhere(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Team("华东")
	kept := last(t, app).Hash
	app.Team("华南")
	if report := verify(t, app, kept); !report.OK() {
		t.Errorf("got %v", report.Problems)
	}
	if report := verify(t, app, strings.Repeat("0", 64)); report.OK() {
		t.Error("a hash that was never there is in the log")
	}
}

// TestErase takes values out of every entry, for good, and leaves the chain whole.
func TestErase(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(nil)
	contact := app.Contact(customer, testapp.Fields{"phone": "13800138000", "name": "李雷"})
	other := app.Contact(customer, testapp.Fields{"phone": "13900139000"})
	err := app.RunInTransaction(func(tx core.App) error {
		contact.Set("phone", "")
		if err := tx.Save(contact); err != nil {
			return err
		}
		return audit.Erase(tx, "contacts", contact.Id, "phone", "email")
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries(t, app, 0) {
		if strings.Contains(e.Changes, "13800138000") {
			t.Errorf("entry %d still has the number: %s", e.Seq, e.Changes)
		}
		if e.Record == other.Id && e.Action == "create" && !strings.Contains(e.Changes, "13900139000") {
			t.Error("somebody else's number is gone")
		}
		if e.Record == contact.Id && e.Action == "create" && (!strings.Contains(e.Changes, "李雷") || strings.Contains(e.Digests, `"phone":{"to":"A`)) {
			t.Errorf("got %s %s", e.Changes, e.Digests)
		}
	}
	if e := last(t, app); e.Action != "erase" || e.Record != contact.Id || e.Changes != `{"email":{},"phone":{}}` {
		t.Errorf("the last entry is %+v", e)
	}
	wantWhole(t, app)
	if err := audit.Erase(app, "contacts", contact.Id, "phone"); err != nil {
		t.Fatalf("erasing again: %v", err)
	}
	wantWhole(t, app)
	app.Team("华东")
	wantWhole(t, app)

	contact.Set("phone", "13700137000")
	if err := app.Save(contact); err != nil {
		t.Fatal(err)
	}
	wantWhole(t, app)
	execute(t, app, fmt.Sprintf(`UPDATE audit_log SET changes = json_set(changes, '$.phone', json('{}')),
		digests = json_set(digests, '$.phone', json_object('from', '=' || hex(randomblob(8)), 'to', '=00')) WHERE seq = %d`, last(t, app).Seq))
	if verify(t, app, "").OK() {
		t.Error("a digest of nothing passes")
	}
}

// TestForgedErasure blanks a value with its true digest, which whoever reads value and salt can work out; only the entry
// that says so cannot be made.
func TestForgedErasure(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	contact := app.Contact(app.Customer(nil), testapp.Fields{"phone": "13800138000"})
	created := find(t, app, "create", contact.Id)
	dir := copyOf(t, app)
	if err := audit.Erase(app, "contacts", contact.Id, "phone"); err != nil {
		t.Fatal(err)
	}
	erased := find(t, app, "create", contact.Id)
	putBack(t, app, dir) // the log as it was, with the blanked columns of the erased one
	again := restarted(t, app)
	_, err := again.NonconcurrentDB().NewQuery("UPDATE audit_log SET changes = {:c}, digests = {:d} WHERE seq = {:s}").
		Bind(dbx.Params{"c": erased.Changes, "d": erased.Digests, "s": created.Seq}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	report := verify(t, again, "")
	if report.OK() || !strings.Contains(report.Problems[0].What, "no later entry says that it was erased") || report.Problems[0].Seq != created.Seq {
		t.Errorf("got %v", report.Problems)
	}
}

func find(t *testing.T, app core.App, action, record string) entry {
	t.Helper()
	for _, e := range entries(t, app, 0) {
		if e.Action == action && e.Record == record {
			return e
		}
	}
	t.Fatalf("there is no %s of %s", action, record)
	return entry{}
}

// copyOf copies the database of an app, as a backup does: without the key and the head.
func copyOf(t *testing.T, app core.App) string {
	t.Helper()
	dir := t.TempDir()
	execute(t, app, "PRAGMA wal_checkpoint(TRUNCATE)")
	content, err := os.ReadFile(filepath.Join(app.DataDir(), "data.db"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "data.db"), content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// putBack puts a copied database into the directory of an app, which is closed.
func putBack(t *testing.T, app *testapp.App, dir string) {
	t.Helper()
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, "data.db"))
	if err == nil {
		err = os.WriteFile(filepath.Join(app.DataDir(), "data.db"), content, 0o600)
	}
	for _, beside := range []string{"data.db-wal", "data.db-shm"} {
		if removed := os.Remove(filepath.Join(app.DataDir(), beside)); removed != nil && !os.IsNotExist(removed) {
			err = removed
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// restarted starts an app on its directory again.
func restarted(t *testing.T, app *testapp.App) *testapp.App {
	t.Helper()
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	audit.Open(app, app.Clock.Now) // a new process knows only what lies beside the database
	return app
}

// TestRestoredBackup goes on after the head kept outside, and says what happened.
func TestRestoredBackup(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Team("华东")
	dir := copyOf(t, app)
	app.Team("华南")
	app.Team("华北")
	lost := last(t, app)
	undo, err := audit.Restoring(app.DataDir(), "monday.zip", audit.Actor{ID: "root", Collection: "_superusers", IP: "10.1.1.1"}, "2026-08-03")
	if err != nil || undo == nil {
		t.Fatal(err)
	}
	putBack(t, app, dir)
	restarted(t, app)
	if report := verify(t, app, ""); report.OK() || !strings.Contains(report.Problems[0].What, "cut off") {
		t.Errorf("before anything is written: %v", report.Problems)
	}
	app.Team("西北")
	list := entries(t, app, 0)
	told := list[len(list)-2]
	if told.Action != "restore" || told.Seq != lost.Seq+1 {
		t.Fatalf("got %+v, want a restore after %d", told, lost.Seq)
	}
	for _, part := range []string{"ends at entry 1", lost.Hash, "backup monday.zip was restored by _superusers root from 10.1.1.1"} {
		if !strings.Contains(told.Note, part) {
			t.Errorf("the note %q does not say %q", told.Note, part)
		}
	}
	report := wantWhole(t, app)
	if len(report.Gaps) != 1 || report.Gaps[0] != (audit.Gap{From: 2, To: 3}) {
		t.Errorf("the gaps are %v", report.Gaps)
	}
	if report := verify(t, app, lost.Hash); report.OK() {
		t.Error("the lost head is in the log")
	}
	restarted(t, app)
	app.Team("西南")
	if e := last(t, app); e.Action != "create" || e.Seq != told.Seq+2 {
		t.Errorf("it is told again: %+v", e)
	}
}

// TestCutWhileRunning notices at the next write that the end is gone.
func TestCutWhileRunning(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	for range 3 {
		app.Team("华东")
	}
	unseal(t, app)
	execute(t, app, "DELETE FROM audit_log WHERE seq = 3")
	app.Team("华南")
	list := entries(t, app, 2)
	if len(list) != 2 || list[0].Action != "restore" || list[0].Seq != 4 {
		t.Errorf("got %+v", list)
	}
}

// TestAnotherKey goes on under a new key and says from where.
func TestAnotherKey(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(path string) error{
		"lost":    os.Remove,
		"damaged": func(path string) error { return os.WriteFile(path, []byte("short"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			app.Team("华东")
			if err := lose(filepath.Join(app.DataDir(), "audit.key")); err != nil {
				t.Fatal(err)
			}
			if report := verify(t, app, ""); report.OK() {
				t.Error("without a key the log is found whole")
			}
			restarted(t, app)
			app.Team("华南")
			told := entries(t, app, 1)[0]
			if told.Action != "restore" || !strings.Contains(told.Note, "entries up to 1 were made under another key") {
				t.Errorf("got %+v", told)
			}
			if report := wantWhole(t, app); report.OtherKey != 1 {
				t.Errorf("%d entries cannot be checked, want 1", report.OtherKey)
			}
		})
	}
}

// TestSwappedKey does not take a log for whole because another key lies where its own did.
func TestSwappedKey(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Team("华东")
	app.Team("华南")
	path := filepath.Join(app.DataDir(), "audit.key")
	if err := os.WriteFile(path, []byte("another key, of thirty-two bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	unseal(t, app)
	execute(t, app, "UPDATE audit_log SET actor = 'x' WHERE seq = 1")
	report := verify(t, app, "")
	if report.OK() || report.Problems[0].Seq != 2 || report.OtherKey != 2 {
		t.Errorf("got %v, %d entries of another key", report.Problems, report.OtherKey)
	}
}

// TestForgedKey rewrites the entries before a restore entry and gives them out as made under a key of long ago.
func TestForgedKey(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Team("华东")
	app.Team("华南")
	if err := os.Remove(filepath.Join(app.DataDir(), "audit.head")); err != nil {
		t.Fatal(err)
	}
	restarted(t, app)
	app.Team("华北")
	wantWhole(t, app)
	unseal(t, app)
	execute(t, app, "UPDATE audit_log SET key = '00000000', actor = 'x' WHERE seq < 3")
	if report := verify(t, app, ""); report.OK() || report.Problems[0].Seq != 3 {
		t.Errorf("got %v", report.Problems)
	}
}

// TestHeadLost says that nobody can tell any more whether the end was cut.
func TestHeadLost(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Team("华东")
	if err := os.Remove(filepath.Join(app.DataDir(), "audit.head")); err != nil {
		t.Fatal(err)
	}
	if report := verify(t, app, ""); report.OK() {
		t.Error("without a head the log is found whole")
	}
	restarted(t, app)
	app.Team("华南")
	if told := entries(t, app, 1)[0]; told.Action != "restore" || !strings.Contains(told.Note, "head kept outside is missing") {
		t.Errorf("got %+v", told)
	}
	wantWhole(t, app)
}

// TestBehindTheCommit goes on quietly where the program ended between a commit and the head it kept.
func TestBehindTheCommit(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Team("华东")
	path := filepath.Join(app.DataDir(), "audit.head")
	early, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	app.Team("华南")
	if err := os.WriteFile(path, early, 0o600); err != nil {
		t.Fatal(err)
	}
	wantWhole(t, app)
	restarted(t, app)
	app.Team("华北")
	if e := last(t, app); e.Action != "create" || e.Seq != 3 {
		t.Errorf("got %+v", e)
	}
	wantWhole(t, app)
}

// TestRolledBack leaves nothing of a write that failed, neither in the log nor in the head.
func TestRolledBack(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Team("华东")
	before := last(t, app)
	err := app.RunInTransaction(func(tx core.App) error {
		if err := audit.Append(tx, audit.Entry{Action: audit.ActionExport, Collection: "customers"}); err != nil {
			return err
		}
		return os.ErrInvalid
	})
	if err == nil {
		t.Fatal("the transaction did not fail")
	}
	if now := last(t, app); now != before {
		t.Errorf("the log ends with %+v", now)
	}
	app.Team("华南")
	if now := last(t, app); now.Seq != before.Seq+1 {
		t.Errorf("the next entry is %d", now.Seq)
	}
	wantWhole(t, app)
}

// TestManyAtOnce keeps one chain whoever writes at the same time.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	collection, err := app.FindCollectionByNameOrId("teams")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for i := range 50 {
		wait.Go(func() {
			team := core.NewRecord(collection)
			team.Set("name", fmt.Sprintf("第%d组", i))
			if err := app.Save(team); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	report := wantWhole(t, app)
	if report.Entries != 50 || report.Head.Seq != 50 {
		t.Errorf("got %+v", report)
	}
}

// TestNotOpen refuses to write unlogged.
func TestNotOpen(t *testing.T) {
	t.Parallel()
	if err := audit.Append(testapp.Bare(t), audit.Entry{Action: audit.ActionExport}); err == nil {
		t.Error("an entry went nowhere without a word")
	}
}
