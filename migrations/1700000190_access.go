package migrations

import (
	_ "embed"

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
		return setAccess(app, access190)
	}, func(app core.App) error {
		return setAccess(app, accessBefore190)
	})
}
