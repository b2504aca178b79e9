package commands

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"touchbase/crm"
	"touchbase/rules"
)

// jobOrder is what a command asks of a job.
type jobOrder struct {
	Name string
	At   time.Time
	All  bool
}

func (c *Commands) jobCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "job", Short: "List and run the jobs"}
	list := c.strict(&cobra.Command{Use: "list", Short: "List the jobs, when each runs next and how it last ran"}, 0)
	list.Run = c.run(func(cmd *cobra.Command, args []string) error { return c.listJobs(cmd.OutOrStdout()) })

	var order jobOrder
	var at string
	run := c.strict(&cobra.Command{Use: "run NAME", Short: "Run a job now", Example: "  touchbase job run tiers --all"}, 1)
	run.Flags().StringVar(&at, "at", "", "run as of this moment (2026-11-23 or 2026-11-23 02:00); the run is marked simulated")
	run.Flags().BoolVar(&order.All, "all", false, "every customer, not only those whose moment has come")
	run.Run = c.run(func(cmd *cobra.Command, args []string) error {
		order.Name = args[0]
		return c.orderJob(cmd.OutOrStdout(), order, at)
	})
	cmd.AddCommand(list, run)
	cmd.Run = c.run(func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("there is no command %q; there are list and run", args[0])
		}
		return cmd.Help()
	})
	return cmd
}

func (c *Commands) listJobs(out io.Writer) error {
	policy, err := crm.LoadPolicy(c.app)
	if err != nil {
		return errors.New("this directory has no data yet; start the server or import a file first")
	}
	jobs, err := c.jobs.List()
	if err != nil {
		return err
	}
	w := &table{out: out}
	fmt.Fprintln(w, "JOB\tSCHEDULE\tNEXT\tLAST\tSTATUS\tEXAMINED\tCHANGED")
	for _, job := range jobs {
		last := crm.JobSummary{StartedAt: "never", Status: "-"}
		if job.Last != nil {
			last = crm.Summarize(job.Last)
			last.StartedAt = job.Last.GetDateTime(crm.FieldStartedAt).Time().In(policy.Zone).Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s %s\t%s\t%s\t%s\t%d\t%d\n", job.Job, job.Schedule, job.Timezone, job.Next, last.StartedAt,
			last.Status, last.Examined, last.Changed)
	}
	return w.Flush()
}

// orderJob runs a job here, or through the server that holds the directory, and prints how it ended.
func (c *Commands) orderJob(out io.Writer, order jobOrder, at string) error {
	var summary crm.JobSummary
	err := c.write(func() (err error) {
		if order.At, err = c.readAt(at); err != nil {
			return err
		}
		if err := c.jobs.CloseInterrupted(); err != nil {
			return err
		}
		summary, err = c.runJob(order)
		return err
	}, func(way control) (err error) {
		if order.At, err = c.readAt(at); err != nil {
			return err
		}
		raw, err := way.send(c.ctx, "/job", order, nil, nil)
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &summary)
	})
	if err != nil {
		return err
	}
	simulated := ""
	if !order.At.IsZero() {
		simulated = " (simulated)"
	}
	fmt.Fprintf(out, "%s %s: examined %d, changed %d%s\n", summary.Job, summary.Status, summary.Examined, summary.Changed, simulated)
	if summary.Status != crm.RunDone {
		return fmt.Errorf("the job did not finish: %s", summary.Error)
	}
	return nil
}

// readAt reads a moment in the policy's time zone; nothing is no moment.
func (c *Commands) readAt(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	policy, err := crm.LoadPolicy(c.app)
	if err != nil {
		return time.Time{}, err
	}
	at, problem := rules.ReadMoment(text, policy.Zone)
	if problem != nil {
		return time.Time{}, fmt.Errorf("--at: %w", problem)
	}
	return at, nil
}

// runJob runs a job. Where it is running just now, as after a change of the policy, the command waits its turn: whoever types
// it wants it run, and has no row to look at meanwhile.
func (c *Commands) runJob(order jobOrder) (crm.JobSummary, error) {
	for {
		row, err := c.jobs.Run(order.Name, crm.RunOptions{At: order.At, All: order.All})
		var running *crm.JobRunningError
		if errors.As(err, &running) {
			c.jobs.Await(running.Run.GetString(crm.FieldJob))
			continue
		}
		if err != nil {
			return crm.JobSummary{}, err
		}
		return crm.Summarize(row), nil
	}
}

// serveJob runs a job for a command that was started beside the server.
func (c *Commands) serveJob(w http.ResponseWriter, r *http.Request) {
	var order jobOrder
	if err := json.Unmarshal([]byte(r.Header.Get("Options")), &order); err != nil {
		answer(w, nil, err)
		return
	}
	summary, err := c.runJob(order)
	if err != nil {
		answer(w, nil, err)
		return
	}
	answer(w, summary, nil)
}
