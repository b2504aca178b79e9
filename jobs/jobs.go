// Package jobs says when time-driven work happens: the schedule, what is made up after downtime, and that one job never
// runs twice at once. What a job does is in package crm.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/messages"
)

// job is a line of the table: its name, the other names it is known by, its schedule in the policy's time zone, its work.
type job struct {
	name     string
	aliases  []string
	schedule string
	at       func(policy *crm.Policy) string // the time of day, where the policy says it: then every day at that time
	work     func(ctx context.Context, app core.App, run crm.JobRun) (crm.JobResult, error)
}

// table lists every job there is.
var table = []job{
	{name: "tiers", aliases: []string{"silence"}, schedule: "0 2 * * *", work: crm.RunTiers},
	{name: "reminders", schedule: "0 * * * *", work: crm.RunReminders},
	{name: "response", schedule: "*/10 * * * *", work: crm.RunResponse},
	{name: "care", schedule: "0 7 * * *", work: crm.RunCare},
	{name: "digest", at: func(policy *crm.Policy) string { return policy.DigestAt }, work: messages.RunDigest},
}

// Jobs runs the jobs of one app.
type Jobs struct {
	app   core.App
	clock clockwork.Clock
	table []job

	mu      sync.Mutex
	running map[string]*core.Record
	free    *sync.Cond // told whenever a job ends

	ctx    context.Context // cancelled when the program stops: jobs end between two batches
	cancel context.CancelFunc
	work   sync.WaitGroup

	schedule      *schedule
	policyChanged chan struct{}
}

// Register gives the jobs of an app. They start with the server and stop with it; without one, Run runs a job by itself.
func Register(app core.App, clock clockwork.Clock) *Jobs {
	j := &Jobs{app: app, clock: clock, table: table, running: map[string]*core.Record{}, policyChanged: make(chan struct{}, 1)}
	j.free = sync.NewCond(&j.mu)
	j.ctx, j.cancel = context.WithCancel(context.Background())
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := j.Start(); err != nil {
			return fmt.Errorf("failed to start the jobs: %w", err)
		}
		return e.Next()
	})
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		j.Stop()
		return e.Next()
	})
	changed := func(e *core.RecordEvent) error {
		j.notePolicyChange()
		return e.Next()
	}
	for _, collection := range []string{crm.CollectionPolicy, crm.CollectionTiers, crm.CollectionRiskRules} {
		app.OnRecordAfterUpdateSuccess(collection).BindFunc(changed)
	}
	return j
}

// Start begins the schedule, makes up, once, each job that fell due while the program was down, and applies a policy that
// was changed when the program ended.
func (j *Jobs) Start() error {
	if err := j.CloseInterrupted(); err != nil {
		return err
	}
	if err := j.startSchedule(); err != nil {
		return err
	}
	missed, err := j.missed()
	if err != nil {
		return err
	}
	pending, err := j.policyPending()
	if err != nil {
		return err
	}
	if pending {
		j.notePolicyChange()
	}
	j.background(func() {
		for _, name := range missed {
			if _, err := j.Run(name, crm.RunOptions{Cause: crm.RunCatchUp}); err != nil {
				j.app.Logger().Error("Failed to make up a job", "job", name, "error", err)
			}
		}
	})
	j.background(j.applyPolicyChanges)
	return nil
}

// Stop ends the schedule and waits for a running job, which ends between two batches.
func (j *Jobs) Stop() {
	j.cancel()
	j.mu.Lock()
	s := j.schedule
	j.schedule = nil
	j.mu.Unlock()
	if s != nil {
		s.stop(j.app.Logger())
	}
	for _, job := range j.table {
		j.Await(job.name)
	}
	j.work.Wait()
}

// errStopping refuses to begin a job while the program ends.
var errStopping = errors.New("the program is stopping")

// background runs work that Stop waits for.
func (j *Jobs) background(work func()) {
	j.work.Go(work)
}

// find gives the job of a name or another name it is known by.
func (j *Jobs) find(name string) (job, error) {
	for _, candidate := range j.table {
		if candidate.name == name || slices.Contains(candidate.aliases, name) {
			return candidate, nil
		}
	}
	return job{}, &crm.UnknownJobError{Name: name}
}

// Run runs a job and gives its row in job_runs, also when it failed: then status and error say so. It refuses an unknown
// name ([crm.UnknownJobError]) and a job that is running ([crm.JobRunningError]). Every run goes through here: by
// schedule, at start, by route and by command.
func (j *Jobs) Run(name string, options crm.RunOptions) (*core.Record, error) {
	job, err := j.find(name)
	if err != nil {
		return nil, err
	}
	row, err := j.begin(job, options)
	if err != nil {
		return nil, err
	}
	defer j.end(job)
	result, err := j.guarded(job, crm.JobRun{
		Now: row.GetDateTime(crm.FieldStartedAt).Time(), All: options.All,
		Simulated: row.GetBool(crm.FieldSimulated), Policy: options.Cause == crm.RunPolicy,
	}, options)
	return row, j.finish(row, result, err)
}

// guarded runs the work of a job; a panic in it is a failed run, not a dead server.
func (j *Jobs) guarded(job job, run crm.JobRun, options crm.RunOptions) (result crm.JobResult, err error) {
	defer func() {
		if p := recover(); p != nil {
			j.app.Logger().Error("A job panicked", "job", job.name, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if run.Simulated {
		run.Now = options.At
	}
	return job.work(j.ctx, j.app, run)
}

// begin claims a job and writes the row of its run.
func (j *Jobs) begin(job job, options crm.RunOptions) (*core.Record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ctx.Err() != nil {
		return nil, errStopping
	}
	if row := j.running[job.name]; row != nil {
		return nil, &crm.JobRunningError{Run: row}
	}
	collection, err := j.app.FindCachedCollectionByNameOrId(crm.CollectionJobRuns)
	if err != nil {
		return nil, err
	}
	cause := options.Cause
	if cause == "" {
		cause = crm.RunManual
	}
	row := core.NewRecord(collection)
	row.Load(map[string]any{
		crm.FieldJob: job.name, crm.FieldStatus: crm.RunRunning, crm.FieldCause: cause,
		crm.FieldStartedAt: j.clock.Now(), crm.FieldSimulated: !options.At.IsZero(),
	})
	if err := j.app.Save(row); err != nil {
		return nil, fmt.Errorf("failed to record the run of %s: %w", job.name, err)
	}
	j.running[job.name] = row.Clone()
	return row, nil
}

// end gives a job free.
func (j *Jobs) end(job job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.running, job.name)
	j.free.Broadcast()
}

// What people are told of a run that did not end well; what went wrong inside is for the log.
const (
	stoppedError     = "It was stopped before the end; what it had saved stands, and the next run goes on."
	failedError      = "It failed; what it had saved stands. The program's log says why."
	interruptedError = "The program ended before it did; what it had saved stands, and the next run goes on."
)

// finish writes how a run ended.
func (j *Jobs) finish(row *core.Record, result crm.JobResult, err error) error {
	status := crm.RunDone
	switch {
	case errors.Is(err, crm.ErrStopped):
		status = crm.RunStopped
		row.Set(crm.FieldError, stoppedError)
	case err != nil:
		status = crm.RunFailed
		row.Set(crm.FieldError, failedError)
	}
	if err != nil {
		j.app.Logger().Error("A job did not finish", "job", row.GetString(crm.FieldJob), "status", status, "error", err)
	}
	row.Set(crm.FieldStatus, status)
	row.Set(crm.FieldFinishedAt, j.clock.Now())
	row.Set(crm.FieldExamined, result.Examined)
	row.Set(crm.FieldChanged, result.Changed)
	if err := j.app.Save(row); err != nil {
		return fmt.Errorf("failed to record the end of %s: %w", row.GetString(crm.FieldJob), err)
	}
	return nil
}

// notePolicyChange has the tiers judged again; several changes in a row are one.
func (j *Jobs) notePolicyChange() {
	select {
	case j.policyChanged <- struct{}{}:
	default:
	}
}

// applyPolicyChanges judges every customer again after each change of the policy, also when the job is just running on the
// old one, and moves the schedule to the times the policy says.
func (j *Jobs) applyPolicyChanges() {
	for {
		select {
		case <-j.ctx.Done():
			return
		case <-j.policyChanged:
		}
		if err := j.startSchedule(); err != nil {
			j.app.Logger().Error("Failed to schedule the jobs again", "error", err)
		}
		for j.ctx.Err() == nil {
			_, err := j.Run("tiers", crm.RunOptions{All: true, Cause: crm.RunPolicy})
			var running *crm.JobRunningError
			if !errors.As(err, &running) {
				if err != nil {
					j.app.Logger().Error("Failed to apply the policy", "error", err)
				}
				break
			}
			j.Await("tiers")
		}
	}
}

// Await waits until a job, by its own name, is not running.
func (j *Jobs) Await(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.running[name] != nil {
		j.free.Wait()
	}
}

// List tells of every job its schedule, its next time and its last run.
func (j *Jobs) List() ([]crm.JobInfo, error) {
	table, zone, err := j.scheduled()
	if err != nil {
		return nil, err
	}
	list := make([]crm.JobInfo, 0, len(table))
	for _, job := range table {
		next, err := nextTime(job, zone, j.clock.Now())
		if err != nil {
			return nil, err
		}
		info := crm.JobInfo{Job: job.name, Schedule: job.schedule, Timezone: zone.String(), Next: next.Format(time.RFC3339)}
		if info.Last, err = j.lastRun(job.name); err != nil {
			return nil, err
		}
		list = append(list, info)
	}
	return list, nil
}
