package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/api"
	"touchbase/crm"
	"touchbase/hooks"
	"touchbase/jobs"
	"touchbase/messages"
	_ "touchbase/migrations" // the schema
	"touchbase/sqlite"
)

// today is the moment at which the company stands: a Monday morning in the policy's zone.
func today() (time.Time, error) {
	zone, err := time.LoadLocation("Asia/Shanghai") // the default of the policy
	if err != nil {
		return time.Time{}, err
	}
	return time.Date(2026, 8, 3, 10, 0, 0, 0, zone), nil
}

// program is the whole program on a directory, with a clock that the bench sets.
type program struct {
	core.App
	clock *clockwork.FakeClock
}

// openProgram opens a directory as main does: schema, hooks, jobs, routes.
func openProgram(dir string, now time.Time) (*program, error) {
	p := &program{App: core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: sqlite.Connect}), clock: clockwork.NewFakeClockAt(now)}
	hooks.Register(p, p.clock.Now)
	messages.Register(p, p.clock)
	api.Register(p, jobs.Register(p, p.clock), p.clock.Now)
	return p, start(p)
}

// openPlain opens a directory as PocketBase alone would.
func openPlain(dir string) (core.App, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	return app, start(app)
}

func start(app core.App) error {
	if err := app.Bootstrap(); err != nil {
		return fmt.Errorf("failed to open %s: %w", app.DataDir(), err)
	}
	if err := app.RunAllMigrations(); err != nil {
		return errors.Join(fmt.Errorf("failed to make the schema: %w", err), stop(app))
	}
	return nil
}

// stop closes the databases of an app, whose log is written into them first.
func stop(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery("PRAGMA wal_checkpoint(TRUNCATE)").Execute()
	return errors.Join(err, app.ResetBootstrapState())
}

// made tells of what a directory holds; it is written last, so that a directory without it is not complete.
type made struct {
	Customers  int `json:"customers"`
	Migrations int `json:"migrations"` // a schema that has grown since asks for the company anew
}

const madeName = "bench.json"

// prepare makes the company in a directory, judged and at rest, unless it is there already.
func (b *bench) prepare(ctx context.Context, dir string) error {
	want := made{Customers: b.Customers, Migrations: len(core.AppMigrations.Items())}
	raw, err := os.ReadFile(filepath.Join(dir, madeName))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var have made
	if json.Unmarshal(raw, &have) == nil && have == want { // what cannot be read is made anew
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	p, err := openProgram(dir, b.now)
	if err != nil {
		return err
	}
	err = fillCompany(ctx, p, b.Customers, b.now, b.steps("filling the company"))
	if err == nil {
		err = b.settle(ctx, p)
	}
	if err = errors.Join(err, stop(p)); err != nil {
		return fmt.Errorf("failed to make the company: %w", err)
	}
	if raw, err = json.Marshal(want); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, madeName), raw, 0o600)
}

// settle judges everybody until nothing changes any more: the first time, and once more to see it.
func (b *bench) settle(ctx context.Context, p *program) error {
	b.Progress("judging everybody for the first time", 0, 1)
	changed := 0
	for range 3 {
		result, err := crm.RunTiers(ctx, p, crm.JobRun{Now: p.clock.Now(), All: true})
		if err != nil || result.Changed == 0 {
			return err
		}
		changed = result.Changed
	}
	return fmt.Errorf("judged three times, %d customers still change", changed)
}

// copyDir copies the databases of a directory that nobody has open.
func copyDir(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Type().IsRegular() {
			if err := copyFile(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())); err != nil {
				return fmt.Errorf("failed to copy the company: %w", err)
			}
		}
	}
	return nil
}

func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
