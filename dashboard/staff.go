package dashboard

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
)

// pageSize is what the dashboard asks for at once; were the answer as long, it would ask for more.
const pageSize = 1000

// sidebar are the collections people work in, in the order of their day; the others are folded away under them.
var sidebar = []string{
	crm.CollectionCustomers, crm.CollectionContacts, crm.CollectionFollowUps, crm.CollectionTasks, crm.CollectionCases, crm.CollectionOrders,
	crm.CollectionContracts, crm.CollectionSurveys, crm.CollectionCampaigns, crm.CollectionPlaybooks, crm.CollectionMaterials, crm.CollectionTags,
}

// staffAnswers answers staff the four routes of superusers that the dashboard cannot do without, with what their role may know; all
// others stay refused. A superuser is answered by PocketBase.
func staffAnswers(e *core.RequestEvent) error {
	if e.Auth == nil || e.Request.Method != http.MethodGet {
		return e.Next()
	}
	p := access.PrincipalOf(e.Auth)
	if p.Super || !p.IsStaff() {
		return e.Next()
	}
	switch e.Request.Pattern { // as the router understood the path, so that no way of writing it leads past
	case "GET /api/collections":
		items, err := schemaFor(e.App, p)
		if err != nil {
			return e.InternalServerError("The collections cannot be read.", err)
		}
		return e.JSON(http.StatusOK, map[string]any{"page": 1, "perPage": pageSize, "totalItems": len(items), "totalPages": 1, "items": items})
	case "GET /api/collections/meta/scaffolds":
		return e.JSON(http.StatusOK, map[string]any{})
	case "GET /api/collections/meta/oauth2-providers":
		return e.JSON(http.StatusOK, []any{})
	case "GET /api/settings":
		meta := e.App.Settings().Meta
		return e.JSON(http.StatusOK, map[string]any{"meta": map[string]any{
			"appName": meta.AppName, "appURL": meta.AppURL, "accentColor": meta.AccentColor, "hideControls": false,
		}})
	}
	return e.Next()
}

// schemaFor is what the dashboard has to know of the collections somebody sees: name, kind and those fields that their role may read of
// some record. Rules, indexes, tokens and templates stay on the server.
func schemaFor(app core.App, p access.Principal) ([]map[string]any, error) {
	collections, err := app.FindAllCollections()
	if err != nil {
		return nil, err
	}
	items := []map[string]any{}
	for _, c := range collections {
		if !p.Sees(c.Name) {
			continue
		}
		fields, err := fieldsFor(p, c)
		if err != nil {
			return nil, err
		}
		items = append(items, map[string]any{
			"id": c.Id, "name": c.Name, "type": c.Type, "created": c.Created, "updated": c.Updated, "fields": fields,
			"system": !slices.Contains(sidebar, c.Name), // the dashboard folds those away
		})
	}
	slices.SortStableFunc(items, func(a, b map[string]any) int { return place(a["name"].(string)) - place(b["name"].(string)) })
	for i, item := range items {
		item["place"] = i // PocketBase may have sorted them before the extension is there
	}
	return items, nil
}

func place(collection string) int {
	if i := slices.Index(sidebar, collection); i >= 0 {
		return i
	}
	return len(sidebar)
}

// fieldsFor are the fields of a collection that somebody may read of some record, as the dashboard describes them. Restricted ones stay
// hidden there, or its plain search would ask for them and be refused.
func fieldsFor(p access.Principal, c *core.Collection) ([]map[string]any, error) {
	fields := []map[string]any{}
	for _, field := range c.Fields {
		name := field.GetName()
		if name != core.FieldNameId && p.Granted(access.Table[c.Name].Fields[name].Read) == 0 {
			continue
		}
		raw, err := json.Marshal(field)
		if err != nil {
			return nil, err
		}
		var described map[string]any
		if err := json.Unmarshal(raw, &described); err != nil {
			return nil, err
		}
		described["type"] = field.Type()
		fields = append(fields, described)
	}
	return fields, nil
}
