// Package testapp gives tests the real program on a directory of their own.
package testapp

import (
	"testing"

	"github.com/pocketbase/pocketbase/tests"

	_ "touchbase/migrations" // the schema
)

// New gives an app on an empty directory with every migration applied; it is closed and its directory
// removed when the test ends.
func New(t testing.TB) *tests.TestApp {
	t.Helper()
	app, err := tests.NewTestApp(t.TempDir())
	if err != nil {
		t.Fatalf("failed to start the test app: %v", err)
	}
	t.Cleanup(app.Cleanup)
	return app
}
