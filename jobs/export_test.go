package jobs

import (
	"context"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// Replace puts other work in the place of a job's own.
func (j *Jobs) Replace(name string, work func(context.Context, core.App, crm.JobRun) (crm.JobResult, error)) {
	j.table = slices.Clone(j.table)
	for i := range j.table {
		if j.table[i].name == name {
			j.table[i].work = work
		}
	}
}

// Only leaves out every job but those named.
func (j *Jobs) Only(names ...string) {
	j.table = slices.DeleteFunc(slices.Clone(j.table), func(job job) bool { return !slices.Contains(names, job.name) })
}

// NextTime is when a schedule falls due after a moment.
func NextTime(schedule string, zone *time.Location, after time.Time) (time.Time, error) {
	return nextTime(job{schedule: schedule}, zone, after)
}

// Count is how many jobs there are.
func (j *Jobs) Count() int { return len(j.table) }

// Missed lists the jobs that a start would make up.
func (j *Jobs) Missed() ([]string, error) { return j.missed() }

// PolicyPending tells whether a start would apply the policy.
func (j *Jobs) PolicyPending() (bool, error) { return j.policyPending() }
