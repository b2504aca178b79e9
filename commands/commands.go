// Package commands holds what `touchbase` does beside serving: import, job, demo, audit, bench. A command that writes while a server holds
// the directory does it through that server.
package commands

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/osutils"
	"github.com/spf13/cobra"

	"touchbase/crm"
)

// Jobs runs the jobs; package jobs does.
type Jobs interface {
	List() ([]crm.JobInfo, error)
	Run(name string, options crm.RunOptions) (*core.Record, error)
	Await(name string)
	CloseInterrupted() error
}

// Commands are the commands of one app.
type Commands struct {
	app  core.App
	root *cobra.Command
	jobs Jobs
	now  func() time.Time

	ctx       context.Context // ends when the program stops
	stop      context.CancelFunc
	importing sync.Mutex // one import at a time
	working   sync.Mutex // held by a command until it has ended
	exitCode  int
}

// Register adds the commands to root.
func Register(app core.App, root *cobra.Command, jobs Jobs, now func() time.Time) *Commands {
	c := &Commands{app: app, root: root, jobs: jobs, now: now}
	c.ctx, c.stop = context.WithCancel(context.Background())
	root.SetErr(os.Stderr) // PocketBase's own writer colours errors and puts them among the results, on the standard output
	c.bindServer(app)
	for _, command := range []*cobra.Command{c.importCommand(), c.jobCommand(), c.demoCommand(), c.auditCommand(), c.benchCommand()} {
		root.AddCommand(command)
	}
	return c
}

// ExitCode is what the process ends with: 1 after a command that failed, had problems or does not exist.
func (c *Commands) ExitCode() int {
	if _, _, err := c.root.Find(os.Args[1:]); err != nil {
		return 1
	}
	return c.exitCode
}

// run wraps what a command does: an error is printed and makes the process fail.
func (c *Commands) run(do func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		c.working.Lock()
		defer c.working.Unlock()
		if err := do(cmd, args); err != nil {
			c.fail(cmd, err)
		}
	}
}

func (c *Commands) fail(cmd *cobra.Command, err error) {
	c.exitCode = 1
	fmt.Fprintln(cmd.ErrOrStderr(), "Error:", err)
}

// strict makes a command fail on flags it does not know, and say how it is used when arguments are missing.
func (c *Commands) strict(cmd *cobra.Command, arguments int) *cobra.Command {
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		c.exitCode = 1
		return err
	})
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != arguments {
			c.exitCode = 1
			return fmt.Errorf("usage: %s", cmd.UseLine())
		}
		return nil
	}
	return cmd
}

// DefaultDir is the directory of the data where --dir names none. The demo has one of its own beside PocketBase's pb_data, so
// that nobody's data and made-up data ever meet. Both are beside the executable, with `go run` in the current directory. A bench
// works in a temporary one.
func DefaultDir(args []string) string {
	name, command := "pb_data", ""
	if i := slices.IndexFunc(args, func(arg string) bool { return !strings.HasPrefix(arg, "-") }); i >= 0 {
		command = args[i]
	}
	switch command {
	case "demo":
		name = "demo_data"
	case "bench":
		return filepath.Join(os.TempDir(), fmt.Sprintf("touchbase_bench_%d", os.Getpid()))
	}
	executable, err := os.Executable() // not os.Args[0], which has no directory when the program was found in PATH
	if err != nil || osutils.IsProbablyGoRun() {
		return name
	}
	return filepath.Join(filepath.Dir(executable), name)
}
