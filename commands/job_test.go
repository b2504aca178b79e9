package commands

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// busy is running when it is first asked to run, and not any more once somebody has waited.
type busy struct {
	Jobs
	row    *core.Record
	waited bool
}

func (b *busy) Run(string, crm.RunOptions) (*core.Record, error) {
	if !b.waited {
		return nil, &crm.JobRunningError{Run: b.row}
	}
	return b.row, nil
}

func (b *busy) Await(name string) { b.waited = name == "tiers" }

// TestRunWaitsItsTurn orders a job that is running just now.
func TestRunWaitsItsTurn(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	row, err := app.Jobs.Run("tiers", crm.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	jobs := &busy{row: row}
	summary, err := (&Commands{jobs: jobs}).runJob(jobOrder{Name: "silence"})
	if err != nil || summary.Status != crm.RunDone || !jobs.waited {
		t.Errorf("got %+v, %v, waited: %v", summary, err, jobs.waited)
	}
}
