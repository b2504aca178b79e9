package api

import (
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/audit"
	"touchbase/crm"
)

// bindNotices binds the route that puts the pile of unread notices away.
func bindNotices(group *router.RouterGroup[*core.RequestEvent], now func() time.Time) {
	group.POST("/notifications/read", readNotices(now))
}

// readNotices marks the caller's unread notifications as read, those that were written up to the moment `until`, so that one that arrives
// meanwhile stays new; without it, all. It answers nothing, and refuses a moment that cannot be read.
func readNotices(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		body, err := readTexts(e, "until")
		if err != nil {
			return err
		}
		unread := dbx.And(dbx.HashExp{crm.FieldUser: e.Auth.Id, crm.FieldReadAt: ""})
		if body["until"] != "" {
			until := crm.ParseMoment(body["until"])
			if until.IsZero() {
				return refusal(e, validation.Errors{"until": validation.NewError("unreadable", "This is not the moment of a notification.")})
			}
			unread = dbx.And(unread, dbx.NewExp("created <= {:until}", dbx.Params{"until": crm.FormatMoment(until)}))
		}
		err = audit.As(e.App, audit.ActorOf(e.Auth, e.RealIP()), func(tx core.App) error {
			return crm.SetColumn(tx, crm.CollectionNotifications, crm.FieldReadAt, crm.FormatMoment(now()), unread)
		})
		if err != nil {
			return refusal(e, err)
		}
		return e.NoContent(http.StatusNoContent)
	}
}
