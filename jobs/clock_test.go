package jobs

import (
	"testing"
	"time"
)

// TestForgottenRun asks what follows a run whose moment was forgotten: the first one since the job was scheduled, at once, and not
// after a walk through two thousand years.
func TestForgottenRun(t *testing.T) {
	t.Parallel()
	clock := &wallClock{}
	scheduled := time.Date(2026, 8, 3, 10, 30, 0, 0, time.UTC)
	if err := clock.IsValid("0 * * * *", time.UTC, scheduled); err != nil {
		t.Fatal(err)
	}
	if next, want := clock.Next(time.Time{}), scheduled.Add(30*time.Minute); !next.Equal(want) {
		t.Errorf("got %s, want %s", next, want)
	}
}
