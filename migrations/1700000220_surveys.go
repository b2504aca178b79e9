package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		surveys := newCollection("surveys",
			required(one("customer", "customers")),
			one("contact", "contacts"),
			required(date("sent_at")),
			date("expires_at"),
			hidden(text("token_hash")),
			date("answered_at"),
			outOfTen("nps"),
			outOfTen("satisfaction"),
			long("comment"),
		)
		surveys.ListRule, surveys.ViewRule, surveys.UpdateRule = types.Pointer(seeService), types.Pointer(seeService), types.Pointer(seeService)
		surveys.CreateRule = types.Pointer(everyRole)
		uniqueWhereGiven(surveys, "token_hash")
		surveys.AddIndex("idx_surveys_customer", false, "customer, answered_at", "")
		surveys.AddIndex("idx_surveys_history", false, "customer, (CASE WHEN answered_at = '' THEN sent_at ELSE answered_at END)", "")
		return save(app, surveys)
	}, drop("surveys"))
}
