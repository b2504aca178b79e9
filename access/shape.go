package access

import (
	"net/url"
	"slices"
	"strings"

	"github.com/ganigeorgiev/fexpr"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/dbutils"

	"touchbase/crm"
)

// What the shape of a query tells of how to put it to SQLite soonest; what it answers is the same.

// conjuncts are the parts of a filter all of which have to hold: each a fexpr.Expr, or in parentheses a []fexpr.ExprGroup. There are none
// of a filter that has alternatives, or cannot be read.
func conjuncts(filter string) []any {
	groups, err := fexpr.Parse(filter)
	if err != nil {
		return nil
	}
	parts := make([]any, len(groups))
	for i, group := range groups {
		if i > 0 && group.Join != fexpr.JoinAnd {
			return nil
		}
		parts[i] = group.Item
	}
	return parts
}

// compares tells whether a part of a filter is the comparison of a field with a text.
func compares(part any, field string, op fexpr.SignOp, texts ...string) bool {
	expr, ok := part.(fexpr.Expr)
	return ok && expr.Op == op && expr.Left.Type == fexpr.TokenIdentifier && expr.Left.Literal == field &&
		expr.Right.Type == fexpr.TokenText && (texts == nil || slices.Contains(texts, expr.Right.Literal))
}

// asksForOwn tells whether a filter keeps to the customers that are a principal's own, as the dashboard's does:
// `(owner = "…" || collaborators ~ "…") && …`. SQLite has no index for a part of a list, and would look at every customer.
func (p Principal) asksForOwn(filter string) bool {
	return slices.ContainsFunc(conjuncts(filter), func(part any) bool {
		either, ok := part.([]fexpr.ExprGroup)
		return ok && len(either) == 2 && either[1].Join == fexpr.JoinOr &&
			compares(either[0].Item, crm.FieldOwner, fexpr.SignEq, p.ID) && compares(either[1].Item, crm.FieldCollaborators, fexpr.SignLike, p.ID)
	})
}

// looksAtFew tells whether a page of records of customers is filled from few of them: those of one customer, or all in an order that has
// an index. A filter may find the records of a page only among very many, and another order takes all of them.
func looksAtFew(collection *core.Collection, query url.Values) bool {
	if filter := query.Get("filter"); filter != "" {
		return slices.ContainsFunc(conjuncts(filter), func(part any) bool {
			return compares(part, crm.FieldCustomer, fexpr.SignEq) || compares(part, core.FieldNameId, fexpr.SignEq)
		})
	}
	order := sortOf(query)
	return len(order) > 0 && (order[0].Name == "@rowid" || slices.ContainsFunc(collection.Indexes, func(index string) bool {
		parsed := dbutils.ParseIndex(index)
		return parsed.Where == "" && len(parsed.Columns) > 0 && parsed.Columns[0].Name == order[0].Name
	}))
}

// once is a resolver of fields without the DISTINCT that PocketBase puts into every query with a join, for which SQLite compares all columns
// of all records. A list joins one record at most to another (see Query.Refused), but for the values of a field by `:each`.
type once struct{ *core.RecordFieldResolver }

// UpdateQuery implements search.FieldResolver.
func (r once) UpdateQuery(query *dbx.SelectQuery) error {
	if err := r.RecordFieldResolver.UpdateQuery(query); err != nil {
		return err
	}
	multiplies := func(join dbx.JoinInfo) bool { return strings.HasPrefix(join.Table, "json_each") }
	if !slices.ContainsFunc(query.Info().Join, multiplies) {
		query.Distinct(false)
	}
	return nil
}
