package demo_test

import (
	"testing"
	"time"

	"touchbase/demo"
	"touchbase/internal/testapp"
)

func TestPlayTiming(t *testing.T) {
	app := testapp.New(t)
	now := time.Date(2026, 11, 23, 11, 0, 0, 0, testapp.Zone)
	script := demo.New(1, now, testapp.Zone)
	app.Clock.Advance(script.Begin().Sub(app.Clock.Now()))
	start := time.Now()
	if err := demo.Play(app, script, app.Clock, app.Jobs, testapp.Zone, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start))
}
