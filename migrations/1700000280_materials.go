package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Everybody reads what to say and do; managers and directors write it.
const seeShared = staff + ` && ((@request.auth.role = "rep" || @request.auth.role = "support" || @request.auth.role = "manager" || ` +
	`@request.auth.role = "director"))`

func shareAmongStaff(c *core.Collection) {
	c.ListRule, c.ViewRule, c.CreateRule = types.Pointer(seeShared), types.Pointer(seeShared), types.Pointer(seeShared)
	c.UpdateRule, c.DeleteRule = types.Pointer(seeShared), types.Pointer(seeShared)
}

func init() {
	m.Register(func(app core.App) error {
		materials := newCollection("materials",
			required(text("title")),
			text("title_en"),
			required(choice("kind", "case", "whitepaper", "script", "offer", "news", "training")),
			many("industries", "industries", 100),
			choices("tiers", "S", "A", "B", "C"),
			text("scene"),
			long("text"),
			long("text_en"),
			&core.FileField{Name: "file", MaxSelect: 1, MaxSize: 100 * megabyte, Protected: true},
		)
		shareAmongStaff(materials)
		materials.AddIndex("idx_materials_kind", false, "kind", "")
		return save(app, materials)
	}, drop("materials"))
}
