package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		teams := newCollection("teams",
			required(text("name")),
			text("region"),
		)
		teams.CreateRule = types.Pointer(director)
		teams.UpdateRule = types.Pointer(director)
		return save(app, teams)
	}, drop("teams"))
}
