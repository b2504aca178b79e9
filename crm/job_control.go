package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Causes of a run of a job.
const (
	RunSchedule = "schedule"
	RunCatchUp  = "catch_up"
	RunManual   = "manual"
	RunPolicy   = "policy"
)

// States of a run of a job.
const (
	RunRunning = "running"
	RunDone    = "done"
	RunFailed  = "failed"
	RunStopped = "stopped"
)

// RunOptions are what somebody may ask of a run: a moment of its own (the run is then simulated), and every customer.
type RunOptions struct {
	At    time.Time
	All   bool
	Cause string // empty: manual
}

// JobInfo is what is known of a job: its schedule (cron, in the policy's time zone), when it runs next, and its last run.
type JobInfo struct {
	Job      string       `json:"job"`
	Schedule string       `json:"schedule"`
	Timezone string       `json:"timezone"`
	Next     string       `json:"next"`
	Last     *core.Record `json:"last"`
}

// JobSummary is what a run answers with.
type JobSummary struct {
	Job        string `json:"job"`
	Status     string `json:"status"`
	Examined   int    `json:"examined"`
	Changed    int    `json:"changed"`
	StartedAt  string `json:"started_at"`
	FinishedAt string `json:"finished_at"`
	Error      string `json:"error,omitempty"`
}

// Summarize gives a row of job_runs as its answer.
func Summarize(run *core.Record) JobSummary {
	return JobSummary{
		Job: run.GetString(FieldJob), Status: run.GetString(FieldStatus),
		Examined: run.GetInt(FieldExamined), Changed: run.GetInt(FieldChanged),
		StartedAt: run.GetString(FieldStartedAt), FinishedAt: run.GetString(FieldFinishedAt), Error: run.GetString(FieldError),
	}
}

// UnknownJobError refuses a job there is none of.
type UnknownJobError struct{ Name string }

func (e *UnknownJobError) Error() string { return fmt.Sprintf("there is no job %q", e.Name) }

// JobRunningError refuses to run a job that is running; Run is the row of that run.
type JobRunningError struct{ Run *core.Record }

func (e *JobRunningError) Error() string {
	return fmt.Sprintf("the job %s is running since %s", e.Run.GetString(FieldJob), e.Run.GetString(FieldStartedAt))
}
