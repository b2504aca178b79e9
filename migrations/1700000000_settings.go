package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The batch route stores several records at once or none; PocketBase ships with it off. The way back is
// to PocketBase's own defaults.
func init() {
	m.Register(func(app core.App) error {
		s := app.Settings()
		s.Meta.AppName = "Touchbase"
		s.Batch.Enabled = true
		s.Batch.MaxRequests = 100
		s.Batch.Timeout = 10 // seconds
		return app.Save(s)
	}, func(app core.App) error {
		s := app.Settings()
		s.Meta.AppName = "Acme"
		s.Batch.Enabled = false
		s.Batch.MaxRequests = 50
		s.Batch.Timeout = 3 // seconds
		return app.Save(s)
	})
}
