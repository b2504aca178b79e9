package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		industries := newCollection("industries",
			required(text("code")),
			required(text("name")),
			text("name_en"),
			data("aliases"),
		)
		industries.CreateRule = types.Pointer(director)
		industries.UpdateRule = types.Pointer(director)
		industries.AddIndex("idx_industries_code", true, "code", "")
		return save(app, industries)
	}, drop("industries"))
}
