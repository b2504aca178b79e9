package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		tags := newCollection("tags",
			required(text("name")),
			choice("group", "basic", "behaviour", "demand"),
			text("colour"),
			flag("automatic"),
		)
		tags.CreateRule = types.Pointer(leaders)
		tags.UpdateRule = types.Pointer(leaders)
		tags.AddIndex("idx_tags_name", true, "name", "")
		return save(app, tags)
	}, drop("tags"))
}
