package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// The counts are rows_created and rows_updated, since created and updated are moments in every collection.
func init() {
	m.Register(func(app core.App) error {
		imports := newCollection("imports",
			&core.FileField{Name: "file", MaxSelect: 1, MaxSize: 100 * megabyte, Protected: true},
			required(choice("kind", "customers", "contacts", "orders", "follow_ups")),
			one("by", "users"),
			required(choice("status", "running", "done", "failed", "interrupted")),
			whole("rows"),
			whole("rows_created"),
			whole("rows_updated"),
			whole("skipped"),
			&core.FileField{Name: "problems", MaxSelect: 1, MaxSize: 100 * megabyte, Protected: true},
		)
		seen := staff + ` && (@request.auth.role = "director" || (@request.auth.role = "manager" &&
			(by = @request.auth.id || (by.team != "" && by.team = @request.auth.team))))`
		imports.ListRule = types.Pointer(seen)
		imports.ViewRule = types.Pointer(seen)
		imports.AddIndex("idx_imports_by", false, "`by`", "")
		imports.AddIndex("idx_imports_status", false, "status", "")
		return save(app, imports)
	}, drop("imports"))
}
