package jobs

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// wallClock reads a schedule on the clock on the wall of a time zone, which is what people mean by 02:00. In the night in
// which 02:00 does not exist the job runs when the clock has moved, in the one in which it comes twice it runs the first
// time: once every night, whenever the program was started. Both the scheduler and the look at what was missed go by it.
type wallClock struct {
	spec cron.Schedule
	zone *time.Location
	from time.Time // nothing falls due before it
}

// newWallClock reads a schedule (five fields of cron) for a zone.
func newWallClock(schedule string, zone *time.Location) (*wallClock, error) {
	w := &wallClock{}
	return w, w.IsValid(schedule, zone, time.Time{})
}

// IsValid takes a schedule, a zone and the moment the job was scheduled, as gocron hands them over, and refuses a schedule
// that cannot be read.
func (w *wallClock) IsValid(schedule string, zone *time.Location, now time.Time) error {
	spec, err := cron.ParseStandard(schedule)
	if err != nil {
		return fmt.Errorf("failed to read the schedule %q: %w", schedule, err)
	}
	w.spec, w.zone, w.from = spec, zone, now
	return nil
}

// Next is when the schedule falls due after a moment.
func (w *wallClock) Next(after time.Time) time.Time {
	// Of a run that outlasts its interval gocron forgets when it was due, and walks to the present from the year 1: hour by
	// hour that is minutes in which nothing is scheduled. It was never due before it was scheduled.
	if after.Before(w.from) {
		after = w.from
	}
	for wall := w.spec.Next(onWall(after.In(w.zone))); !wall.IsZero(); wall = w.spec.Next(wall) {
		if due := w.shows(wall); due.After(after) {
			return due
		}
	}
	return time.Time{}
}

// longestChange is more than any zone moves its clock at once.
const longestChange = 3 * time.Hour

// shows is the first moment at which the clock on the wall shows a time or, where it skips it, the moment it would be had
// the clock not moved.
func (w *wallClock) shows(wall time.Time) time.Time {
	due := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, w.zone)
	// time.Date does not promise which side of a clock change it takes.
	_, offset := due.Add(-longestChange).Zone()
	unmoved := wall.Add(-time.Duration(offset) * time.Second).In(w.zone)
	exists := onWall(due).Equal(wall)
	if !exists || onWall(unmoved).Equal(wall) {
		return unmoved
	}
	return due
}

// onWall is what the clock on the wall shows at a moment, as a moment of a zone without clock changes.
func onWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}
