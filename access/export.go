package access

import (
	"net/url"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/search"

	"touchbase/crm"
)

// director is the principal by whose rights exports are made, a superuser's too.
var director = Principal{role: slices.Index(roles[:], crm.RoleDirector)}

// Exported are the fields an export of a collection has, in the order of the schema: those that directors read of every record.
// None where directors do not see the collection.
func Exported(collection *core.Collection) []core.Field {
	if !director.Sees(collection.Name) {
		return nil
	}
	var fields []core.Field
	for _, field := range collection.Fields {
		if name := field.GetName(); name == core.FieldNameId || director.CanRead(collection.Name, name, crm.Anyone) {
			fields = append(fields, field)
		}
	}
	return fields
}

// Found narrows a query of the rows of a collection to those a Search with this filter and sort finds, all of them and in its order;
// equal ones in that of their creation. It refuses what Search refuses.
func Found(e *core.RequestEvent, p Principal, collection *core.Collection, query url.Values, rows *dbx.SelectQuery) error {
	narrow, err := p.searched(collection, query)
	if err != nil {
		return err
	}
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	resolver := core.NewRecordFieldResolver(e.App, collection, info, true)
	where(rows, append(narrow, p.Narrow(collection.Name, p.Granted(Table[collection.Name].See)))...)
	if filter := query.Get("filter"); filter != "" {
		condition, err := search.FilterData(filter).BuildExpr(resolver)
		if err != nil {
			return router.NewBadRequestError("The filter names what is not there.", err)
		}
		rows.AndWhere(condition)
	}
	for _, field := range sortOf(query) {
		order, err := field.BuildExpr(resolver)
		if err != nil {
			return router.NewBadRequestError("The sort names what is not there.", err)
		}
		rows.AndOrderBy(strings.Replace(order, "[[_rowid_]]", rowID(collection), 1))
	}
	rows.AndOrderBy(rowID(collection))
	return resolver.UpdateQuery(rows)
}

func rowID(collection *core.Collection) string { return "[[" + collection.Name + "._rowid_]]" }
