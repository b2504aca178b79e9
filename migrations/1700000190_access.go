package migrations

import (
	_ "embed"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

//go:embed 1700000190_access.json
var access190 []byte

//go:embed 1700000190_access_before.json
var accessBefore190 []byte

// From here on a person sees the records they stand close enough to, and of those the fields that are theirs to read. What not
// everybody may read who sees the record is hidden in the schema, because only that keeps it out of filters and sort orders.
func init() {
	m.Register(func(app core.App) error {
		// An address shown to everybody would be one no rule withholds.
		if _, err := app.DB().Update("users", dbx.Params{"emailVisibility": false}, nil).Execute(); err != nil {
			return fmt.Errorf("failed to withdraw the addresses of people: %w", err)
		}
		return setAccess(app, access190)
	}, func(app core.App) error {
		return setAccess(app, accessBefore190)
	})
}
