package api

import (
	"fmt"
	"net/http"
	"net/url"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/picker"

	"touchbase/access"
)

// searchRecords answers a list like PocketBase's, which may filter and sort by restricted fields too: it is then of the records of
// which the caller may read them. It takes filter, sort, page, perPage (at most access.MaxPerPage), skipTotal, expand and fields; by POST as JSON,
// so that what is searched for stands in no address and no log. It refuses collections the caller does not see with 404, and
// what may not be searched by with 400 and the field's name.
func searchRecords(e *core.RequestEvent) error {
	collection, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil || !access.PrincipalOf(e.Auth).Sees(collection.Name) {
		return e.NotFoundError("There is no such collection among those you see.", err)
	}
	query, err := searchQuery(e)
	if err != nil {
		return err
	}
	p, err := principalIn(e.App, e)
	if err != nil {
		return refusal(e, err)
	}
	result, records, err := access.Search(e, p, collection, query)
	if err != nil {
		return err
	}
	event := &core.RecordsListRequestEvent{RequestEvent: e, Records: records, Result: result}
	event.Collection = collection
	return e.App.OnRecordsListRequest().Trigger(event, func(e *core.RecordsListRequestEvent) error {
		if err := apis.EnrichRecords(e.RequestEvent, e.Records); err != nil {
			return err
		}
		if e.Request.Method != http.MethodPost || query.Get("fields") == "" {
			return e.JSON(http.StatusOK, e.Result) // picks the fields that the address names
		}
		picked, err := picker.Pick(e.Result, query.Get("fields"))
		if err != nil {
			return e.BadRequestError("The fields cannot be picked.", err)
		}
		return e.JSON(http.StatusOK, picked)
	})
}

// searchQuery reads the parameters of a search. Those of a body take the place of the address's, for the hooks too, which guard
// what is expanded.
func searchQuery(e *core.RequestEvent) (url.Values, error) {
	if e.Request.Method != http.MethodPost {
		return e.Request.URL.Query(), nil
	}
	var body map[string]any
	if err := e.BindBody(&body); err != nil {
		return nil, e.BadRequestError("The body cannot be read.", err)
	}
	info, err := e.RequestInfo()
	if err != nil {
		return nil, err
	}
	query := url.Values{}
	info.Query = map[string]string{}
	for name, value := range body {
		switch value.(type) {
		case string, float64, bool:
		default:
			return nil, e.BadRequestError("The search cannot be read.", validation.Errors{
				name: validation.NewError("unreadable", "A text, a number, true or false is expected here."),
			})
		}
		query.Set(name, fmt.Sprint(value))
		info.Query[name] = query.Get(name)
	}
	return query, nil
}
