package commands

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"touchbase/imports"
)

func (c *Commands) importCommand() *cobra.Command {
	var options imports.Options
	var asJSON bool
	cmd := c.strict(&cobra.Command{
		Use:   "import " + strings.Join(imports.Kinds, "|") + " FILE",
		Short: "Import a CSV file",
		Long: `Imports a CSV file (UTF-8, UTF-16 or GB18030; commas, semicolons or tabs).

Columns are recognised by their Chinese or English heading. --map field=Column says which column a field is read from,
--set field=value gives every row the same value. Rows that are stored already are skipped, or updated where they differ.
A row with a problem is reported and left out; the others are written, and the exit code is 1.`,
		Example: `  touchbase import customers 客户.csv
  touchbase import orders invoices.csv --map number=InvoiceNo --map customer=CustomerID --set product=Gifts`,
	}, 2)
	flags := cmd.Flags()
	flags.StringArrayVar(&options.Maps, "map", nil, "field=Column: read a field from a column")
	flags.StringArrayVar(&options.Sets, "set", nil, "field=value: give every row the same value")
	flags.BoolVar(&options.DryRun, "dry-run", false, "check everything, write nothing")
	flags.BoolVar(&asJSON, "json", false, "print the result as JSON")
	cmd.Run = c.run(func(cmd *cobra.Command, args []string) error {
		options.Kind, options.FileName = args[0], filepath.Base(args[1])
		content, err := os.ReadFile(args[1])
		if err != nil {
			return fmt.Errorf("failed to read the file: %w", err)
		}
		result, err := c.importFile(content, options)
		if result != nil {
			if err := printResult(cmd.OutOrStdout(), result, options.DryRun, asJSON); err != nil {
				return err
			}
			if len(result.Problems) > 0 {
				c.exitCode = 1
			}
		}
		return err
	})
	return cmd
}

// importFile imports here, or through the server that holds the directory.
func (c *Commands) importFile(content []byte, options imports.Options) (result *imports.Result, err error) {
	options.Progress = progressBar()
	err = c.write(func() error {
		result, err = imports.Run(c.ctx, c.app, bytes.NewReader(content), options, c.now())
		return err
	}, func(way control) error {
		raw, err := way.send(c.ctx, "/import", options, bytes.NewReader(content), options.Progress)
		if raw != nil {
			result = &imports.Result{}
			err = errors.Join(err, json.Unmarshal(raw, result))
		}
		return err
	})
	return result, err
}

// serveImport imports for a command that was started beside the server.
func (c *Commands) serveImport(w http.ResponseWriter, r *http.Request) {
	c.importing.Lock()
	defer c.importing.Unlock()
	var options imports.Options
	content, err := io.ReadAll(r.Body)
	if err := errors.Join(err, json.Unmarshal([]byte(r.Header.Get("Options")), &options)); err != nil {
		answer(w, nil, err)
		return
	}
	lines := json.NewEncoder(w)
	options.Progress = func(done, total int) {
		_ = lines.Encode(reply{Done: done, Total: total}) // a command that hung up hears nothing; the import goes on
		_ = http.NewResponseController(w).Flush()
	}
	result, err := imports.Run(c.ctx, c.app, bytes.NewReader(content), options, c.now())
	if result == nil { // not a typed nil in the answer
		answer(w, nil, err)
		return
	}
	answer(w, result, err)
}

// progressBar draws the progress on a terminal, and nothing elsewhere.
func progressBar() func(done, total int) {
	if !isatty.IsTerminal(os.Stderr.Fd()) {
		return nil
	}
	var bar *progressbar.ProgressBar
	return func(done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(),
				progressbar.OptionShowIts(), progressbar.OptionClearOnFinish())
		}
		_ = bar.Set(done) // a bar that cannot be drawn stops nothing
	}
}

// shownProblems is how many problems are printed; all of them are in the file of the import.
const shownProblems = 50

func printResult(out io.Writer, result *imports.Result, dryRun, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(result)
	}
	for i, problem := range result.Problems {
		if i == shownProblems {
			fmt.Fprintf(out, "... and %d more; --json lists all of them\n", len(result.Problems)-shownProblems)
			break
		}
		fmt.Fprintln(out, problem)
	}
	if len(result.Unused) > 0 {
		fmt.Fprintf(out, "columns not imported: %s\n", strings.Join(result.Unused, ", "))
	}
	if dryRun {
		fmt.Fprintln(out, "dry run: nothing was written")
	}
	_, err := fmt.Fprintln(out, result.Summary())
	return err
}
