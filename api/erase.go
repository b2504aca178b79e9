package api

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// erase forgets a person who asked for it: `{reason}`, needed, stands in the audit log, which loses what it told of them. It answers with
// the contact as it is then. For directors; it refuses with 404 a contact that is not there. There is no way back.
func erase(e *core.RequestEvent) error {
	body, err := readTexts(e, "reason")
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(body["reason"])
	if reason == "" {
		return refuse(http.StatusBadRequest, "reason", crm.CodeRequired, "Say why this person is erased, such as when they asked for it.")
	}
	var erased *core.Record
	err = act(e, reason, crm.CollectionContacts, e.Request.PathValue("id"), func(a acting) error {
		erased = a.record
		return crm.EraseContact(a.tx, a.record)
	})
	if err != nil {
		return err
	}
	if err := apis.EnrichRecord(e, erased); err != nil {
		return e.InternalServerError("The contact was erased, but cannot be shown.", err)
	}
	return e.JSON(http.StatusOK, erased)
}
