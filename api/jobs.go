package api

import (
	"errors"
	"net/http"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/crm"
	"touchbase/rules"
)

// Jobs runs the jobs; package jobs does.
type Jobs interface {
	List() ([]crm.JobInfo, error)
	Run(name string, options crm.RunOptions) (*core.Record, error)
}

// listJobs answers `[{job, schedule, timezone, next, last}]`.
func listJobs(jobs Jobs) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		list, err := jobs.List()
		if err != nil {
			return e.InternalServerError("The jobs cannot be listed.", err)
		}
		return e.JSON(http.StatusOK, list)
	}
}

// runJob runs a job to its end and answers `{job, status, examined, changed, started_at, finished_at}`. It takes `all`
// (true: every customer) and, from superusers, `at` (a moment to run as of; the run is marked simulated). It refuses an
// unknown job with 404 and one that is running with 409 and the row of that run.
func runJob(jobs Jobs) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		query := e.Request.URL.Query()
		options := crm.RunOptions{All: query.Get("all") == "true" || query.Get("all") == "1"}
		if at := query.Get("at"); at != "" {
			if !e.Auth.IsSuperuser() {
				return e.ForbiddenError("Only superusers run a job as of another moment.", nil)
			}
			moment, err := readAt(e.App, at)
			if err != nil {
				return e.BadRequestError("The job cannot run as of this moment.", err)
			}
			options.At = moment
		}
		run, err := jobs.Run(e.Request.PathValue("name"), options)
		var unknown *crm.UnknownJobError
		var running *crm.JobRunningError
		switch {
		case errors.As(err, &unknown):
			return e.NotFoundError("There is no such job.", err)
		case errors.As(err, &running):
			return router.NewApiError(http.StatusConflict, "The job is running already.", map[string]any{
				"job": validation.NewError("running", "It is running already.").SetParams(map[string]any{"run": crm.Summarize(running.Run)}),
			})
		case err != nil:
			return e.InternalServerError("The job could not be run.", err)
		}
		return e.JSON(http.StatusOK, crm.Summarize(run))
	}
}

func readAt(app core.App, text string) (time.Time, error) {
	policy, err := crm.LoadPolicy(app)
	if err != nil {
		return time.Time{}, err
	}
	at, problem := rules.ReadMoment(text, policy.Zone)
	if problem != nil {
		return time.Time{}, validation.Errors{"at": validation.NewError(problem.Code, problem.Message)}
	}
	return at, nil
}
