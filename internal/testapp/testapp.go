// Package testapp gives tests the real program on a directory of their own: the schema, the hooks, the routes, the jobs
// and a clock that the test sets.
package testapp

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"

	"touchbase/api"
	"touchbase/hooks"
	"touchbase/jobs"
	"touchbase/messages"
	_ "touchbase/migrations" // the schema
	"touchbase/sqlite"
	"touchbase/words"
)

// Zone is the time zone of the policy a new app has.
var Zone = mustLoad("Asia/Shanghai")

// Start is the moment the clock of a new app shows: a Monday morning.
var Start = time.Date(2026, 8, 3, 10, 0, 0, 0, Zone)

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// App is the program under test. Its jobs run when the test runs them, or on schedule after Jobs.Start.
type App struct {
	*tests.TestApp
	Clock    *clockwork.FakeClock
	Jobs     *jobs.Jobs
	Messages *messages.Messages

	t       testing.TB
	counter int
}

// New gives an app on an empty directory with every migration applied; it is closed and its directory
// removed when the test ends.
func New(t testing.TB) *App {
	t.Helper()
	app := &App{TestApp: Bare(t), Clock: clockwork.NewFakeClockAt(Start), t: t}
	hooks.Register(app, app.Clock.Now)
	app.Messages = messages.Register(app, app.Clock)
	app.Jobs = jobs.Register(app, app.Clock)
	api.Register(app, app.Jobs, app.Clock.Now)
	words.Register(app, func(sentence string) { t.Errorf("no Chinese for %q (words/sentences.json)", sentence) })
	return app
}

// Bare gives an app with the schema and none of our hooks: for tests of the schema itself.
func Bare(t testing.TB) *tests.TestApp {
	t.Helper()
	files, err := migrated()
	if err != nil {
		t.Fatalf("failed to prepare the test app: %v", err)
	}
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatalf("failed to prepare the test app: %v", err)
		}
	}
	app, err := tests.NewTestAppWithConfig(core.BaseAppConfig{DataDir: dir, EncryptionEnv: "pb_test_env", DBConnect: sqlite.Connect})
	if err != nil {
		t.Fatalf("failed to start the test app: %v", err)
	}
	t.Cleanup(app.Cleanup)
	return app
}

// migrated gives the database files of an app with every migration applied, by name. They are made once,
// since the migrations take most of the time a test app needs to start.
var migrated = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "touchbase_test_")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	app, err := tests.NewTestAppWithConfig(core.BaseAppConfig{DataDir: dir, EncryptionEnv: "pb_test_env", DBConnect: sqlite.Connect})
	if err != nil {
		return nil, err
	}
	defer app.Cleanup()

	files := map[string][]byte{}
	for name, db := range map[string]dbx.Builder{
		"data.db":      app.NonconcurrentDB(),
		"auxiliary.db": app.AuxNonconcurrentDB(),
	} {
		// Without this the newest pages are still in the log beside the database.
		if _, err := db.NewQuery("PRAGMA wal_checkpoint(TRUNCATE)").Execute(); err != nil {
			return nil, fmt.Errorf("failed to complete %s: %w", name, err)
		}
		content, err := os.ReadFile(filepath.Join(app.DataDir(), name))
		if err != nil {
			return nil, err
		}
		files[name] = content
	}
	return files, nil
})
