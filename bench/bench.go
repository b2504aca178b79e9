// Package bench measures the program on a made-up company, each figure beside what the same work costs by hand-written SQL or by
// PocketBase alone, turn by turn in one run: ratios, which hold on any machine.
package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Options say what to measure.
type Options struct {
	Dir       string   // where to work; a company found in it is used again
	Customers int      // follow-ups and orders are ten times as many
	Rounds    int      // of which the median counts
	Only      []string // of Parts; empty: all
	Progress  func(what string, done, total int)
	Clock     func() time.Time // real time, to measure by
}

// Parts are what can be measured, in this order.
var Parts = []string{"nightly", "all", "rest", "today"}

type bench struct {
	Options
	now    time.Time // of the company, when it was made
	ours   *program
	plain  core.App // the same company without our hooks, for what ours is compared with
	served *server  // ours, once a part has asked for it: PocketBase serves an app once
	report *Report
}

// Run makes the company where it is missing, measures on two copies of it and removes them. It refuses unknown parts.
func Run(ctx context.Context, options Options) (report *Report, err error) {
	b := &bench{Options: options, report: &Report{}}
	if err := b.check(); err != nil {
		return nil, err
	}
	if b.now, err = today(); err != nil {
		return nil, err
	}
	company, work := filepath.Join(b.Dir, "company"), filepath.Join(b.Dir, "work")
	if err := b.prepare(ctx, company); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err := b.open(company, work); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.close(), stop(b.ours), stop(b.plain)) }()
	for i, part := range []func(context.Context) error{b.nightly, b.all, b.rest, b.day} {
		if len(b.Only) > 0 && !slices.Contains(b.Only, Parts[i]) {
			continue
		}
		if err := part(ctx); err != nil {
			return b.report, fmt.Errorf("failed to measure %s: %w", Parts[i], err)
		}
	}
	return b.report, nil
}

func (b *bench) check() error {
	for _, name := range b.Only {
		if !slices.Contains(Parts, name) {
			return fmt.Errorf("there is no part %q; there are %v", name, Parts)
		}
	}
	if b.Customers < 100 || b.Rounds < 1 {
		return errors.New("a bench takes 100 customers or more, and a round or more")
	}
	return nil
}

// open opens two copies of the company: one as the program, one as PocketBase alone.
func (b *bench) open(company, work string) (err error) {
	ours, plain := filepath.Join(work, "ours"), filepath.Join(work, "plain")
	for i, dir := range []string{ours, plain} {
		b.Progress("copying the company", i, 2)
		if err := errors.Join(os.RemoveAll(dir), copyDir(company, dir)); err != nil {
			return err
		}
	}
	if b.ours, err = openProgram(ours, b.now); err != nil {
		return err
	}
	if b.plain, err = openPlain(plain); err != nil {
		return errors.Join(err, stop(b.ours))
	}
	return nil
}

// steps gives a progress of one piece of work.
func (b *bench) steps(what string) func(done, total int) {
	return func(done, total int) { b.Progress(what, done, total) }
}

// serveOurs starts the program's server, unless it runs already.
func (b *bench) serveOurs() (*server, error) {
	if b.served != nil {
		return b.served, nil
	}
	started, err := serve(b.ours)
	if err == nil {
		b.served = started
	}
	return started, err
}

// close ends the program's server.
func (b *bench) close() error {
	if b.served == nil {
		return nil
	}
	return b.served.server.Close()
}
