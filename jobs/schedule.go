package jobs

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// stopTimeout is how long a stopping program waits for the schedule; a job ends within a batch.
const stopTimeout = 30 * time.Second

// schedule is a running gocron scheduler of one time zone and one set of times.
type schedule struct {
	gocron.Scheduler
	times string
}

func (s *schedule) stop(logger *slog.Logger) {
	if err := s.Shutdown(); err != nil {
		logger.Error("Failed to stop the schedule", "error", err)
	}
}

// scheduled gives the table with the schedules that the policy says, and its time zone, in which they are read.
func (j *Jobs) scheduled() ([]job, *time.Location, error) {
	policy, err := crm.LoadPolicy(j.app)
	if err != nil {
		return nil, nil, err
	}
	table := slices.Clone(j.table)
	for i, job := range table {
		if job.at == nil {
			continue
		}
		at, err := time.Parse("15:04", job.at(policy))
		if err != nil {
			return nil, nil, fmt.Errorf("failed to read when %s runs: %w", job.name, err)
		}
		table[i].schedule = fmt.Sprintf("%d %d * * *", at.Minute(), at.Hour())
	}
	return table, policy.Zone, nil
}

// startSchedule schedules every job in the policy's time zone, at the policy's times; a schedule that has them already is left alone.
func (j *Jobs) startSchedule() error {
	table, zone, err := j.scheduled()
	if err != nil {
		return err
	}
	times := zone.String()
	for _, job := range table {
		times += "\n" + job.schedule
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.schedule != nil && j.schedule.times == times {
		return nil
	}
	if j.ctx.Err() != nil {
		return nil // stopping
	}
	scheduler, err := gocron.NewScheduler(
		gocron.WithLocation(zone), gocron.WithClock(j.clock), gocron.WithStopTimeout(stopTimeout),
	)
	if err != nil {
		return err
	}
	for _, job := range table {
		_, err := scheduler.NewJob(gocron.CronJob(job.schedule, false), gocron.NewTask(j.runScheduled, job.name),
			gocron.WithName(job.name), gocron.WithCronImplementation(&wallClock{}))
		if err != nil {
			return fmt.Errorf("failed to schedule %s: %w", job.name, err)
		}
	}
	if j.schedule != nil {
		old := j.schedule
		j.background(func() { old.stop(j.app.Logger()) })
	}
	j.schedule = &schedule{Scheduler: scheduler, times: times}
	scheduler.Start()
	return nil
}

// runScheduled is what the schedule calls. A job that is still running is let run on.
func (j *Jobs) runScheduled(name string) {
	_, err := j.Run(name, crm.RunOptions{Cause: crm.RunSchedule})
	var running *crm.JobRunningError
	if err != nil && !errors.As(err, &running) {
		j.app.Logger().Error("Failed to run a job", "job", name, "error", err)
	}
}

// nextTime is when a job falls due after a moment.
func nextTime(job job, zone *time.Location, after time.Time) (time.Time, error) {
	clock, err := newWallClock(job.schedule, zone)
	if err != nil {
		return time.Time{}, err
	}
	return clock.Next(after), nil
}

// missed lists the jobs that fell due since their last run that ended well. A job that never ran has missed nothing; one
// whose only runs failed or were cut off has.
func (j *Jobs) missed() ([]string, error) {
	table, zone, err := j.scheduled()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, job := range table {
		var runs struct {
			Done, Any string
		}
		err := j.app.DB().NewQuery(`SELECT coalesce(max(CASE WHEN status = 'done' THEN started_at END), '') done,
				coalesce(max(started_at), '') [[any]]
			FROM job_runs WHERE job = {:job} AND NOT simulated`).Bind(dbx.Params{"job": job.name}).One(&runs)
		if err != nil {
			return nil, fmt.Errorf("failed to find the last run of %s: %w", job.name, err)
		}
		if runs.Any == "" {
			continue
		}
		if runs.Done == "" {
			names = append(names, job.name)
			continue
		}
		due, err := nextTime(job, zone, crm.ParseMoment(runs.Done))
		if err != nil {
			return nil, err
		}
		if !due.After(j.clock.Now()) {
			names = append(names, job.name)
		}
	}
	return names, nil
}

// policyPending tells whether the policy was changed and the tiers job has not been through with it: the program ended
// in between. Rows that are as they were created were never changed.
func (j *Jobs) policyPending() (bool, error) {
	var pending int
	err := j.app.DB().NewQuery(`SELECT EXISTS (
		SELECT 1 FROM (SELECT created, updated FROM policy UNION ALL SELECT created, updated FROM tiers
			UNION ALL SELECT created, updated FROM risk_rules)
		WHERE updated > created AND updated > (SELECT coalesce(max(created), '') FROM job_runs
			WHERE job = 'tiers' AND cause = 'policy' AND status = 'done'))`).Row(&pending)
	if err != nil {
		return false, fmt.Errorf("failed to see whether the policy was applied: %w", err)
	}
	return pending == 1, nil
}

// CloseInterrupted marks as failed the runs that a crash cut off. To be called before any job runs.
func (j *Jobs) CloseInterrupted() error {
	var rows []*core.Record
	err := j.app.RecordQuery(crm.CollectionJobRuns).AndWhere(dbx.HashExp{crm.FieldStatus: crm.RunRunning}).All(&rows)
	if err != nil {
		return fmt.Errorf("failed to find runs that were cut off: %w", err)
	}
	for _, row := range rows {
		row.Set(crm.FieldStatus, crm.RunFailed)
		row.Set(crm.FieldError, interruptedError)
		row.Set(crm.FieldFinishedAt, j.clock.Now())
		if err := j.app.Save(row); err != nil {
			return fmt.Errorf("failed to close a run that was cut off: %w", err)
		}
	}
	return nil
}

// lastRun gives the latest run of a job that was not simulated, or none.
func (j *Jobs) lastRun(name string) (*core.Record, error) {
	row := &core.Record{}
	err := j.app.RecordQuery(crm.CollectionJobRuns).AndWhere(dbx.HashExp{crm.FieldJob: name, crm.FieldSimulated: false}).
		OrderBy("started_at DESC", "created DESC").Limit(1).One(row)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("failed to find the last run of %s: %w", name, err)
	}
	return row, nil
}
