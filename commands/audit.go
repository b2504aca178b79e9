package commands

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"touchbase/audit"
)

func (c *Commands) auditCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Check the audit log"}
	var head string
	verify := c.strict(&cobra.Command{
		Use: "verify", Short: "Check that nothing in the audit log was changed, taken away, moved or cut off",
		Example: "  touchbase audit verify --head 5f0c…",
	}, 0)
	verify.Flags().StringVar(&head, "head", "", "a hash kept elsewhere, as in the directors' digest, that has to be in the log")
	verify.Run = c.run(func(cmd *cobra.Command, args []string) error { return c.verifyAudit(cmd.OutOrStdout(), head) })
	cmd.AddCommand(verify)
	cmd.Run = c.run(func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("there is no command %q; there is verify", args[0])
		}
		return cmd.Help()
	})
	return cmd
}

// verifyAudit prints what the log is like, and fails where it is not as the program wrote it. It only reads, so it needs no
// server to go through.
func (c *Commands) verifyAudit(out io.Writer, head string) error {
	if _, err := c.app.FindCachedCollectionByNameOrId(audit.Collection); err != nil {
		return errors.New("this directory has no audit log yet; start the server first")
	}
	report, err := audit.Verify(c.app, head)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "entries %d, from %s to %s, head %s\n", report.Entries, report.First, report.Head.At, report.Head.Hash)
	for _, gap := range report.Gaps {
		fmt.Fprintf(out, "entries %d to %d are not there, as the log itself tells\n", gap.From, gap.To)
	}
	if report.OtherKey > 0 {
		fmt.Fprintf(out, "%d entries were made under another key and cannot be checked\n", report.OtherKey)
	}
	for _, problem := range report.Problems {
		fmt.Fprintln(out, problem)
	}
	if report.OK() && report.OtherKey > 0 {
		return errors.New("what was made under another key is not checked: put that audit.key beside the data and ask again")
	}
	if report.OK() {
		return nil
	}
	return fmt.Errorf("the audit log is not as the program wrote it: %d problems", len(report.Problems)+report.More)
}
