package commands

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"touchbase/bench"
)

func (c *Commands) benchCommand() *cobra.Command {
	options := bench.Options{Clock: time.Now}
	cmd := c.strict(&cobra.Command{
		Use:   "bench",
		Short: "Measure how fast this machine judges and records",
		Long: `Makes up a company of many customers, ten times as many follow-ups and orders each over three years, and measures on it:

  nightly  a night that judges the 1 % of the customers that are due, beside hand-written SQL for the same rows
  all      a run over everybody, beside one pass of SQL; the memory it takes, and how long others wait meanwhile
  rest     follow-ups created over HTTP with all that follows from them, beside PocketBase alone
  today    a person's day of work over HTTP, of a thousand open tasks, beside plain SQL for the same rows

What counts are the ratios; each is the median of some rounds, taken turn by turn.
Nothing but a directory of its own is touched: a temporary one, or the one that --dir names, which keeps the company for the next
time. It takes 6 GB of disk and ten to thirty minutes.`,
		Example: `  touchbase bench
  touchbase bench --customers 10000 --only nightly,rest --dir ./bench_data`,
	}, 0)
	flags := cmd.Flags()
	flags.IntVar(&options.Customers, "customers", 100_000, "customers of the company; 100,000 take about three minutes to make up")
	flags.IntVar(&options.Rounds, "rounds", 5, "how often each is measured")
	flags.StringSliceVar(&options.Only, "only", nil, strings.Join(bench.Parts, ",")+": measure no more than these")
	cmd.Run = c.run(func(cmd *cobra.Command, _ []string) error { return c.bench(cmd, options) })
	return cmd
}

// bench measures in a directory within that of the app, so that it touches nothing else even where --dir names real data. Without
// --dir nothing of it stays.
func (c *Commands) bench(cmd *cobra.Command, options bench.Options) (err error) {
	options.Dir = filepath.Join(c.app.DataDir(), "touchbase_bench")
	if !cmd.Flags().Changed("dir") {
		made := options.Dir
		if c.app.DataDir() == DefaultDir([]string{cmd.Name()}) { // the app has opened an empty database there, for us alone
			made = c.app.DataDir()
		}
		defer func() { err = errors.Join(err, os.RemoveAll(made)) }()
	}
	options.Progress = benchProgress(cmd.ErrOrStderr())
	report, err := bench.Run(c.ctx, options)
	if report == nil {
		return err
	}
	w := &table{out: cmd.OutOrStdout()}
	report.Print(w)
	return errors.Join(err, w.Flush())
}

// benchProgress draws a bar for each piece of work on a terminal; elsewhere it names the pieces.
func benchProgress(out io.Writer) func(what string, done, total int) {
	var bar func(done, total int)
	last := ""
	return func(what string, done, total int) {
		if what != last {
			last, bar = what, progressBar()
			fmt.Fprintln(out, what)
		}
		if bar != nil {
			bar(done, total)
		}
	}
}
