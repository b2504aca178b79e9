package commands

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"touchbase/crm"
	"touchbase/demo"
	"touchbase/hooks"
	"touchbase/jobs"
	"touchbase/rules"
	"touchbase/sqlite"
)

const (
	demoSeed   = 20261123
	demoZone   = "Asia/Shanghai" // the default of the policy
	demoMarker = "demo.json"     // tells a directory of the demo from one with real data
)

func (c *Commands) demoCommand() *cobra.Command {
	var address string
	cmd := c.strict(&cobra.Command{
		Use:   "demo",
		Short: "Serve a made-up company with a year of history",
		Long: `Serves a made-up supplier of machine parts: three teams, nine people, some 200 customers and a year of orders,
follow-ups and tasks up to today. The data is made on the first start and kept; a second start continues with it.
It lives in demo_data unless --dir says otherwise; a directory with other data is refused.`,
	}, 0)
	cmd.Flags().StringVar(&address, "http", "127.0.0.1:8090", "address to listen on")
	cmd.Run = c.run(func(cmd *cobra.Command, args []string) error { return c.serveDemo(cmd.OutOrStdout(), address) })
	return cmd
}

func (c *Commands) serveDemo(out io.Writer, address string) error {
	// Whether the address is free is better known before a year has been made up.
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("failed to listen on %s; choose another address with --http: %w", address, err)
	}
	c.app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = listener
		return e.Next()
	})
	if err := c.prepareDemo(out); err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := c.app.RunAllMigrations(); err != nil {
		return fmt.Errorf("failed to bring the schema up to date: %w", err)
	}
	if err := c.introduceDemo(out, address); err != nil {
		return err
	}
	return apis.Serve(c.app, apis.ServeConfig{HttpAddr: address, ShowStartBanner: false})
}

// prepareDemo makes the demo's data where there is none. They are made beside the directory and moved in whole, so that an
// interrupted start leaves nothing half made.
func (c *Commands) prepareDemo(out io.Writer) error {
	dir := filepath.Clean(c.app.DataDir())
	if _, err := os.Stat(filepath.Join(dir, demoMarker)); err == nil {
		return nil
	}
	made := dir + ".new"
	if err := c.replaceable(dir, made); err != nil {
		return err
	}
	if err := os.RemoveAll(made); err != nil {
		return fmt.Errorf("failed to clear %s: %w", made, err)
	}
	if err := makeDemo(out, made, c.now()); err != nil {
		return fmt.Errorf("failed to make the demo: %w", err)
	}
	// The app has opened an empty database in the directory; it opens the demo's instead.
	if err := c.app.ResetBootstrapState(); err != nil {
		return fmt.Errorf("failed to close the empty directory: %w", err)
	}
	if err := errors.Join(os.RemoveAll(dir), os.Rename(made, dir)); err != nil {
		return fmt.Errorf("failed to move the demo to its place: %w", err)
	}
	return c.app.Bootstrap()
}

// replaceable refuses to put the demo where anything stands that touchbase did not just make by itself: an empty database, and
// what an interrupted start of the demo left beside it.
func (c *Commands) replaceable(dir, made string) error {
	for _, place := range []string{dir, made} {
		entries, err := os.ReadDir(place)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("failed to look into %s: %w", place, err)
		}
		for _, entry := range entries {
			if !slices.Contains(ownFiles, entry.Name()) {
				return fmt.Errorf("%s holds other data than the demo's (%s); choose another directory with --dir", place, entry.Name())
			}
		}
	}
	var used int
	err := c.app.DB().NewQuery(`SELECT (SELECT count(*) FROM _collections WHERE NOT system AND name != 'users')
		+ (SELECT count(*) FROM users) + (SELECT count(*) FROM _superusers)`).Row(&used)
	if err != nil {
		return fmt.Errorf("failed to see whether %s is empty: %w", dir, err)
	}
	if used > 0 {
		return fmt.Errorf("%s holds other data than the demo's; choose another directory with --dir", dir)
	}
	return nil
}

// ownFiles are what a directory has that the program opened or began to fill, and nobody used.
var ownFiles = []string{
	core.LocalNotifyDirName, core.LocalTempDirName, core.LocalStorageDirName, lockName, demoMarker,
	"data.db", "data.db-shm", "data.db-wal", "data.db-journal",
	"auxiliary.db", "auxiliary.db-shm", "auxiliary.db-wal", "auxiliary.db-journal",
}

// makeDemo plays the demo's year into a new directory, with an app and a clock of its own.
func makeDemo(out io.Writer, dir string, now time.Time) error {
	zone, err := time.LoadLocation(demoZone)
	if err != nil {
		return err
	}
	script := demo.New(demoSeed, now, zone)
	clock := clockwork.NewFakeClockAt(script.Begin())
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: sqlite.Connect})
	hooks.Register(app, clock.Now)
	runner := jobs.Register(app, clock)
	if err := app.Bootstrap(); err != nil {
		return err
	}
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	fmt.Fprintf(out, "Making up a year of %s ...\n", script.Company)
	progress := progressBar()
	err = demo.Play(app, script, clock, runner, zone, func(done, total int) {
		if progress != nil {
			progress(done, total)
		}
	})
	runner.Stop()
	if err = errors.Join(err, app.ResetBootstrapState()); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, demoMarker), fmt.Appendf(nil, `{"seed": %d, "made": %q}`+"\n", demoSeed, now.Format(time.RFC3339)), 0o600)
}

// introduceDemo prints where to go, who can sign in, and how the customers stand.
func (c *Commands) introduceDemo(out io.Writer, address string) error {
	policy, err := crm.LoadPolicy(c.app)
	if err != nil {
		return err
	}
	w := &table{out: out}
	fmt.Fprintf(w, "\n%s · Touchbase demo\n\nDashboard\thttp://%s/_/\nSuperuser\t%s\nPassword\t%s (everybody's)\n\n", c.app.Settings().Meta.AppName, address,
		demo.AdminEmail, demo.Password)
	if err := c.printPeople(w, policy); err != nil {
		return err
	}
	if err := c.printTiers(w, policy); err != nil {
		return err
	}
	for _, story := range demo.Stories {
		fmt.Fprintf(w, "%s\t%s\n", story.Name, story.Summary)
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// dueToday counts, for a condition, the customers due by a day.
const dueToday = `sum(c.next_follow_up_on != '' AND c.next_follow_up_on <= {:today})`

func (c *Commands) printPeople(w io.Writer, policy *crm.Policy) error {
	var rows []struct {
		Name, Email, Role, Team string
		Customers, Due, Tasks   int
	}
	day := rules.DayOf(c.now(), policy.Zone)
	err := c.app.DB().NewQuery(`SELECT u.name, u.email, u.role, coalesce(t.name, '') team, count(c.id) customers,
			coalesce(` + dueToday + `, 0) due,
			(SELECT count(*) FROM tasks k WHERE k.assignee = u.id AND k.status IN (` + crm.OpenStatuses + `) AND k.due_at <= {:end}) tasks
		FROM users u LEFT JOIN teams t ON t.id = u.team LEFT JOIN customers c ON c.owner = u.id AND c.stage != 'archived'
		GROUP BY u.id ORDER BY u.role != 'director', u.team, u.role`).Bind(map[string]any{
		"today": crm.FormatMoment(day.Time()), "end": crm.FormatMoment(day.End(policy.Zone)),
	}).All(&rows)
	if err != nil {
		return fmt.Errorf("failed to list the people: %w", err)
	}
	fmt.Fprintln(w, "SIGN-IN\tNAME\tROLE\tTEAM\tCUSTOMERS\tDUE\tTASKS DUE")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%d\n", r.Email, r.Name, r.Role, r.Team, r.Customers, r.Due, r.Tasks)
	}
	fmt.Fprintln(w)
	return nil
}

func (c *Commands) printTiers(w io.Writer, policy *crm.Policy) error {
	var rows []struct {
		Tier                   string
		Customers, Silent, Due int
	}
	err := c.app.DB().NewQuery(`SELECT c.tier, count(*) customers, sum(c.silent) silent, ` + dueToday + ` due
		FROM customers c WHERE c.stage != 'archived' GROUP BY c.tier ORDER BY instr('SABC', c.tier)`).Bind(map[string]any{
		"today": crm.FormatMoment(rules.DayOf(c.now(), policy.Zone).Time()),
	}).All(&rows)
	if err != nil {
		return fmt.Errorf("failed to count the customers: %w", err)
	}
	fmt.Fprintln(w, "TIER\tCUSTOMERS\tSILENT\tDUE")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\n", r.Tier, r.Customers, r.Silent, r.Due)
	}
	fmt.Fprintln(w)
	return nil
}
