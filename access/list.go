package access

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/search"
	"golang.org/x/sync/errgroup"

	"touchbase/crm"
)

// MaxPerPage is how many records a page of a list has at most for staff (access.md, rule 6).
const MaxPerPage = 200

// few is up to how many visible customers a list starts from them, and not from its order: walking an index in order, those
// few would be found only at its end. Records of customers are many to each.
var few = map[kind]int{customers: 2000, ofCustomers: 100}

// List reads a page of the records of a collection that a principal sees, from the parameters PocketBase's own lists take (filter,
// sort, page, perPage, skipTotal). It narrows by the principal's role in the form that SQLite has an index for, where a rule has to hold for
// every role at once. By hidden fields it neither filters nor sorts. Each refusal is an answer for the client.
func List(e *core.RequestEvent, p Principal, collection *core.Collection, query url.Values) (*search.Result, []*core.Record, error) {
	asked := Query{Filter: query.Get("filter"), Sort: query.Get("sort"), Expand: query.Get("expand")}
	if bad := asked.Refused(e.App, collection); bad != "" {
		return nil, nil, RefuseQuery(bad)
	}
	for _, field := range search.ParseSortFromString(asked.Sort) {
		if endsInEmail(e.App, collection, field.Name) {
			return nil, nil, RefuseQuery("sort")
		}
	}
	return page(e, p, collection, query, nil)
}

// RefuseQuery is the answer to a query refused by Query.Refused.
func RefuseQuery(what string) error {
	return router.NewBadRequestError("The "+what+" asks for more than it may; use plain fields, or /api/crm/search.", nil)
}

// Search is a List by the fields of the collection itself, restricted ones too: whoever names one is shown only records of which they
// may read it, so no answer, count or order tells anything of the others. It refuses paths through relations, functions
// and fields the principal may read of no record, by name.
func Search(e *core.RequestEvent, p Principal, collection *core.Collection, query url.Values) (*search.Result, []*core.Record, error) {
	narrow, err := p.searched(collection, query)
	if err != nil {
		return nil, nil, err
	}
	return page(e, p, collection, query, narrow)
}

// searched gives the conditions that narrow a search to the records of which the principal may read every field it names.
func (p Principal) searched(collection *core.Collection, query url.Values) ([]dbx.Expression, error) {
	names, err := Names(query.Get("filter"))
	if err != nil {
		return nil, badSearch("filter", "The filter cannot be read.")
	}
	for _, field := range sortOf(query) {
		names = append(names, field.Name)
	}
	narrow := []dbx.Expression{}
	for _, written := range names {
		name, granted, problem := p.searchable(collection, written)
		if problem != "" {
			return nil, badSearch(name, problem)
		}
		if condition := p.Narrow(collection.Name, granted); condition != nil {
			narrow = append(narrow, condition)
		}
	}
	return slices.Clip(narrow), nil // a list adds to it for its page and for its count at once
}

// sortOf reads what a list is sorted by; PocketBase reads a sort by the field "" from nothing.
func sortOf(query url.Values) []search.SortField {
	if query.Get("sort") == "" {
		return nil
	}
	return search.ParseSortFromString(query.Get("sort"))
}

func badSearch(field, problem string) error {
	return router.NewBadRequestError("This cannot be searched for.", validation.Errors{field: validation.NewError("not_searchable", problem)})
}

// searchable gives the field a name in a search means and how one has to stand to a record to read it there.
func (p Principal) searchable(collection *core.Collection, written string) (name string, granted crm.Standing, problem string) {
	name, _, _ = strings.Cut(written, ":")
	switch name {
	case "true", "false", "null", "@random", "@rowid", core.FieldNameId:
		return name, crm.Anyone, ""
	}
	if strings.HasPrefix(name, "@") {
		if _, moment := moments[name]; moment {
			return name, crm.Anyone, ""
		}
	}
	name, path, isPath := strings.Cut(name, ".")
	field := collection.Fields.GetByName(name)
	switch {
	case field == nil:
		return name, 0, fmt.Sprintf("There is no field %q in %s.", name, collection.Name)
	case isPath && slices.Contains(strings.Split(path, "."), ""):
		return name, 0, "The path has a hole."
	case isPath && field.Type() != core.FieldTypeJSON:
		return name, 0, "A search looks at the fields of the records themselves, not through relations."
	}
	granted = p.Granted(Table[collection.Name].Fields[name].Read)
	if granted == 0 {
		return name, 0, fmt.Sprintf("You may not search by %s.", name)
	}
	return name, granted, ""
}

// moments are the names PocketBase has for the present in filters.
var moments = map[string]struct{}{
	"@now": {}, "@yesterday": {}, "@tomorrow": {}, "@second": {}, "@minute": {}, "@hour": {}, "@weekday": {}, "@day": {}, "@month": {},
	"@year": {}, "@todayStart": {}, "@todayEnd": {}, "@monthStart": {}, "@monthEnd": {}, "@yearStart": {}, "@yearEnd": {},
}

// page reads the page. narrow is nil for a list, in which hidden fields stay out of filter and sort, and holds the further
// conditions of a search.
func page(e *core.RequestEvent, p Principal, collection *core.Collection, query url.Values, narrow []dbx.Expression) (*search.Result, []*core.Record, error) {
	for _, part := range []string{query.Get("filter"), query.Get("sort")} {
		if strings.Contains(part, "@collection.") || strings.Contains(part, "@request.") {
			return nil, nil, router.NewForbiddenError("Only superusers can filter by @collection and @request.", nil)
		}
	}
	info, err := e.RequestInfo()
	if err != nil {
		return nil, nil, err
	}
	provider := search.NewProvider(once{core.NewRecordFieldResolver(e.App, collection, info, narrow != nil)}).CountCol("_rowid_")
	if err := provider.Parse(query.Encode()); err != nil {
		return nil, nil, router.NewBadRequestError("The list cannot be read: page, perPage, skipTotal, filter or sort is not what it should be.", err)
	}
	seen, err := p.seen(e.App, collection, query)
	if err != nil {
		return nil, nil, err
	}
	own, err := p.owned(e.App, collection, query.Get("filter"))
	if err != nil {
		return nil, nil, err
	}
	if query.Get("sort") == "" { // no order to walk in: the first few of all will do
		seen.page = seen.all
	}
	count := !skipsTotal(query)
	records, total := []*core.Record{}, -1
	work := new(errgroup.Group)
	if count && seen.all != nil { // PocketBase would count by the condition of the page
		work.Go(func() (err error) {
			total, err = seen.count(e.App, collection, core.NewRecordFieldResolver(e.App, collection, info, narrow != nil), query.Get("filter"), narrow)
			return err
		})
	}
	var result *search.Result
	work.Go(func() (err error) {
		result, err = provider.
			Query(where(e.App.RecordQuery(collection), append(narrow, seen.page, own)...)).
			PerPage(perPage(query)).
			SkipTotal(!count || seen.all != nil).
			Exec(&records)
		return err
	})
	if err := work.Wait(); err != nil {
		return nil, nil, router.NewBadRequestError("The list cannot be read: the filter or the sort names what is not there, or what only /api/crm/search looks at.", err)
	}
	if total >= 0 {
		result.TotalItems, result.TotalPages = total, int(math.Ceil(float64(total)/float64(result.PerPage)))
	}
	return result, records, nil
}

func where(query *dbx.SelectQuery, conditions ...dbx.Expression) *dbx.SelectQuery {
	for _, condition := range conditions {
		if condition != nil {
			query.AndWhere(condition)
		}
	}
	return query
}

func skipsTotal(query url.Values) bool {
	skip := query.Get(search.SkipTotalQueryParam)
	return skip == "1" || strings.EqualFold(skip, "true") || strings.EqualFold(skip, "t")
}

// perPage is the number of records asked for, 30 where none is, at most MaxPerPage.
func perPage(query url.Values) int {
	var n int
	if _, err := fmt.Sscan(query.Get(search.PerPageQueryParam), &n); err != nil || n <= 0 {
		return search.DefaultPerPage
	}
	return min(n, MaxPerPage)
}

// visible is what a principal sees of a collection, as conditions: one in the form that finds the first of them in some order soonest,
// and one that finds them all soonest. Both are nil where everything is seen.
type visible struct {
	page, all dbx.Expression
	held      string // a query of all whose parts each have an index; empty where there is none
	params    dbx.Params
}

func (p Principal) seen(app core.App, of *core.Collection, query url.Values) (visible, error) {
	collection := of.Name
	granted, kind := p.Granted(Table[collection].See), Table[collection].kind
	v := visible{page: p.Narrow(collection, granted), params: p.params()}
	v.all = v.page
	held := p.held(granted, "_rowid_")
	if granted&crm.Anyone != 0 || held == "" || few[kind] == 0 {
		return v, nil
	}
	if onlyHeld := granted&^(crm.Own|crm.Assigned|crm.Team|crm.Pool) == 0; kind == ofCustomers && onlyHeld {
		v.held = "SELECT 1 FROM (" + p.held(granted, core.FieldNameId) + ") seen CROSS JOIN {{" + collection + "}} ON {{" + collection + "}}.[[customer]] = seen.[[id]]"
	}
	if kind == customers {
		v.held = held
		v.page = dbx.NewExp("{{customers}}.[[_rowid_]] IN ("+held+")", v.params)
		v.all = v.page
	}
	isMore, err := p.hasMore(app, held, few[kind])
	switch {
	case err != nil || !isMore:
		return v, err
	case kind == ofCustomers && !looksAtFew(of, query):
		v.page = p.narrow(collection, granted, listed)
	default:
		v.page = p.narrow(collection, granted, inOrder)
	}
	if kind == ofCustomers {
		v.all = p.narrow(collection, granted, allOf)
	}
	return v, nil
}

// owned narrows a list of customers, once more, to a principal's own where its filter does; nil where it does not, or they are many.
func (p Principal) owned(app core.App, collection *core.Collection, filter string) (dbx.Expression, error) {
	if Table[collection.Name].kind != customers || !p.asksForOwn(filter) {
		return nil, nil
	}
	held := p.held(crm.Own, "_rowid_")
	isMore, err := p.hasMore(app, held, few[customers])
	if err != nil || isMore {
		return nil, err
	}
	return dbx.NewExp("{{customers}}.[[_rowid_]] IN ("+held+")", p.params()), nil
}

// hasMore tells whether a query of a principal gives more than so many rows.
func (p Principal) hasMore(app core.App, held string, few int) (bool, error) {
	var n int
	err := app.ConcurrentDB().NewQuery(fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM (%s) LIMIT %d)", held, few+1)).Bind(p.params()).Row(&n)
	if err != nil {
		return false, fmt.Errorf("failed to count what somebody sees: %w", err)
	}
	return n > few, nil
}

// count counts what is seen and meets a filter.
func (v visible) count(app core.App, collection *core.Collection, resolver *core.RecordFieldResolver, filter string, narrow []dbx.Expression) (n int, err error) {
	if v.held != "" && filter == "" && len(narrow) == 0 {
		err = app.ConcurrentDB().NewQuery("SELECT count(*) FROM (" + v.held + ")").Bind(v.params).Row(&n)
		return n, err
	}
	query := where(app.RecordQuery(collection), append(narrow, v.all)...)
	if filter != "" {
		condition, err := search.FilterData(filter).BuildExpr(resolver)
		if err != nil {
			return 0, err
		}
		query.AndWhere(condition)
	}
	if err := resolver.UpdateQuery(query); err != nil {
		return 0, err
	}
	err = query.Distinct(false).Select("COUNT(DISTINCT [[" + collection.Name + "._rowid_]])").GroupBy().Row(&n)
	return n, err
}
