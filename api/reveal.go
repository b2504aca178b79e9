package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/audit"
	"touchbase/crm"
)

// bindReveal binds the route that shows a value to whoever sees it masked.
func bindReveal(group *router.RouterGroup[*core.RequestEvent], now func() time.Time) {
	group.POST("/reveal", reveal(now))
}

// codeNoMask refuses to reveal what is never shown masked.
const codeNoMask = "no_mask"

// reveal answers `{value}` of a field that its sender sees masked. It takes `collection`, `id`, `field`, `reason` (one of
// crm.Reasons) and `text` (the reason in words; needed with "other"). Every value is in the audit log with its reason, never with
// itself, and reveal_per_hour of them are shown to a person in any hour (0: none), then it refuses with 429. Who may read the field
// in the record anyway is answered without either. It refuses with 404 a record its sender does not see, with 400 a field
// that has no mask, and with 403 those who have no business with it.
func reveal(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		body, err := readTexts(e, "collection", "id", "field", "reason", "text")
		if err != nil {
			return err
		}
		for _, name := range []string{"collection", "id", "field"} {
			if body[name] == "" {
				return refuse(http.StatusBadRequest, name, crm.CodeRequired, "Say which record and which of its fields.")
			}
		}
		reason, err := crm.ReadReason(body["reason"], body["text"])
		if err != nil {
			return refusal(e, err)
		}
		collection, field := body["collection"], body["field"]
		rights, known := access.Table[collection]
		if !known {
			return e.NotFoundError("", nil)
		}
		value := ""
		err = act(e, "", collection, body["id"], func(a acting) error {
			if _, masked := rights.Fields[crm.MaskOf(field)]; !masked {
				return refuse(http.StatusBadRequest, "field", codeNoMask, "Only what is shown masked can be revealed.")
			}
			value = a.record.GetString(field)
			if a.p.CanRead(collection, field, a.standing) {
				return nil
			}
			return countReveal(a, field, reason, now())
		})
		if err != nil {
			return err
		}
		e.Response.Header().Set("Cache-Control", "no-store")
		return e.JSON(http.StatusOK, map[string]string{"value": value})
	}
}

// countReveal records that somebody is shown a field, unless they were shown enough.
func countReveal(a acting, field, reason string, now time.Time) error {
	policy, err := crm.LoadPolicy(a.tx)
	if err != nil {
		return err
	}
	revealed, err := crm.RevealedInHour(a.tx, a.p.ID, now)
	if err != nil {
		return err
	}
	if revealed >= policy.RevealPerHour {
		return refuse(http.StatusTooManyRequests, "field", "reveal_per_hour",
			fmt.Sprintf("You were shown %d values in the last hour, of %d an hour; ask the owner of the customer, or wait.", revealed, policy.RevealPerHour))
	}
	return audit.Append(a.tx, audit.Entry{
		At: now, Action: audit.ActionReveal, Collection: a.record.Collection().Name, Record: a.record.Id, Note: field + ": " + reason,
	})
}
