package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		deliveries := newCollection("deliveries",
			required(one("user", "users")),
			required(choice("channel", "email", "wecom", "dingtalk", "lark", "slack", "webhook")),
			one("notification", "notifications"),
			date("digest_on"),
			required(choice("status", "waiting", "sent", "failed", "dropped")),
			whole("attempts"),
			date("next_at"),
			text("error"),
			date("sent_at"),
			hidden(text("key")),
			hidden(text("lane")),
			hidden(text("target")),
			hidden(text("title")),
			hidden(long("text")),
		)
		see := staff + ` && (((@request.auth.role = "rep" || @request.auth.role = "support" || @request.auth.role = "manager") && ` +
			`(user = @request.auth.id)) || (@request.auth.role = "director"))`
		deliveries.ListRule, deliveries.ViewRule = types.Pointer(see), types.Pointer(see)
		deliveries.AddIndex("idx_deliveries_waiting", false, "lane, next_at", "status = 'waiting'")
		deliveries.AddIndex("idx_deliveries_user", false, "user, digest_on", "")
		deliveries.AddIndex("idx_deliveries_notification", false, "notification", "notification != ''")
		uniqueWhereGiven(deliveries, "key")
		return save(app, deliveries)
	}, drop("deliveries"))
}
