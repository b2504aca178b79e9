package hooks

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"touchbase/access"
)

// beforeAll is the priority of what has to run before any other hook of a request.
const beforeAll = -900

// bindQueries refuses, wherever PocketBase takes a query, what it does not guard itself; see access.Query.
func (h *hooks) bindQueries(app core.App) {
	app.OnRecordsListRequest().Bind(&hook.Handler[*core.RecordsListRequestEvent]{
		Id: "accessList", Priority: beforeAll, Func: func(e *core.RecordsListRequestEvent) error {
			if err := guardRequest(e.RequestEvent, e.Collection); err != nil {
				return err
			}
			return e.Next()
		},
	})
	one := &hook.Handler[*core.RecordRequestEvent]{Id: "accessRecord", Priority: beforeAll, Func: func(e *core.RecordRequestEvent) error {
		if err := guardRequest(e.RequestEvent, e.Collection); err != nil {
			return err
		}
		return e.Next()
	}}
	app.OnRecordViewRequest().Bind(one)
	app.OnRecordCreateRequest().Bind(one)
	app.OnRecordUpdateRequest().Bind(one)
	app.OnRecordAuthRequest().Bind(&hook.Handler[*core.RecordAuthRequestEvent]{
		Id: "accessAuth", Priority: beforeAll, Func: func(e *core.RecordAuthRequestEvent) error {
			// The answer to a sign-in takes its expand from the address; nobody is signed in yet.
			query := access.Query{Expand: e.Request.URL.Query().Get("expand")}
			if bad := query.Refused(e.App, e.Collection); bad != "" && !e.Record.IsSuperuser() {
				return access.RefuseQuery(bad)
			}
			return e.Next()
		},
	})
	app.OnRealtimeSubscribeRequest().Bind(&hook.Handler[*core.RealtimeSubscribeRequestEvent]{
		Id: "accessSubscribe", Priority: beforeAll, Func: guardSubscriptions,
	})
}

func guardRequest(e *core.RequestEvent, collection *core.Collection) error {
	if e.HasSuperuserAuth() {
		return nil
	}
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	query := access.Query{Expand: info.Query["expand"], Filter: info.Query["filter"], Sort: info.Query["sort"]}
	if bad := query.Refused(e.App, collection); bad != "" {
		return access.RefuseQuery(bad)
	}
	return nil
}

// guardSubscriptions holds the options of subscriptions to the same. They are parsed by PocketBase's own parser: another one
// would read some of them differently.
func guardSubscriptions(e *core.RealtimeSubscribeRequestEvent) error {
	if e.HasSuperuserAuth() {
		return e.Next()
	}
	client := subscriptions.NewDefaultClient()
	client.Subscribe(e.Subscriptions...)
	for topic, options := range client.Subscriptions() {
		topic, _, _ = strings.Cut(topic, "?")
		name, _, _ := strings.Cut(topic, "/")
		collection, err := e.App.FindCachedCollectionByNameOrId(name)
		if err != nil {
			continue // no records: a topic of the program, guarded by whoever sends to it
		}
		query := access.Query{Expand: options.Query["expand"], Filter: options.Query["filter"], Sort: options.Query["sort"]}
		if bad := query.Refused(e.App, collection); bad != "" {
			return access.RefuseQuery(bad)
		}
	}
	return e.Next()
}
