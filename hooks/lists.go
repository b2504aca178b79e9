package hooks

import (
	"net/http"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"touchbase/access"
)

// listRoute is PocketBase's route of every list of records.
const listRoute = "GET /api/collections/{collection}/records"

// bindLists answers the lists that staff ask for by access.List. PocketBase would put the rule of the collection, which has to speak
// of every role, into every query, and SQLite finds no index for it: among 100,000 customers a page takes five to nine times as
// long. What is shown is the same, and so are the hooks that run.
func (h *hooks) bindLists(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "accessLists", Priority: 10, Func: list})
		return e.Next()
	})
}

func list(e *core.RequestEvent) error {
	p := access.PrincipalOf(e.Auth)
	if e.Request.Pattern != listRoute || !p.IsStaff() {
		return e.Next()
	}
	collection, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil || access.Table[collection.Name].See == (access.Grant{}) {
		return e.Next() // PocketBase's own collections, and what is not there
	}
	result, records, err := access.List(e, p, collection, e.Request.URL.Query())
	if err != nil {
		return err
	}
	event := &core.RecordsListRequestEvent{RequestEvent: e, Records: records, Result: result}
	event.Collection = collection
	return e.App.OnRecordsListRequest().Trigger(event, func(e *core.RecordsListRequestEvent) error {
		if err := apis.EnrichRecords(e.RequestEvent, e.Records); err != nil {
			return err
		}
		return e.JSON(http.StatusOK, e.Result)
	})
}
