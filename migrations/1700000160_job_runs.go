package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		runs := newCollection("job_runs",
			required(text("job")),
			required(date("started_at")),
			date("finished_at"),
			required(choice("status", "running", "done", "failed", "stopped")),
			whole("examined"),
			whole("changed"),
			long("error"),
			choice("cause", "schedule", "catch_up", "manual", "policy"),
			flag("simulated"),
		)
		runs.ListRule = types.Pointer(director)
		runs.ViewRule = types.Pointer(director)
		runs.AddIndex("idx_job_runs_job", false, "job, started_at", "")
		runs.AddIndex("idx_job_runs_status", false, "status", "")
		return save(app, runs)
	}, drop("job_runs"))
}
