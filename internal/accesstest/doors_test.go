package accesstest_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"touchbase/internal/testapp"
)

// door is what is known here of a route of ours. Each is tried below by all who may not pass; what those are told who may is held against
// the page by the test that is named.
type door struct {
	test string // where its answers are looked at
	of   string // the collection of the record in its path
	may  string // the only roles it is for
}

const apiTests = "the tests of package api" // what it answers is of no record, or the record itself, enriched as every other

var doors = map[string]door{
	"GET /api/crm/jobs":                      {test: apiTests, may: "director"},
	"POST /api/crm/jobs/{name}/run":          {test: apiTests, may: "director"},
	"GET /api/crm/today":                     {test: "TestDays"},
	"GET /api/crm/search/{collection}":       {test: "TestSearch"},
	"POST /api/crm/search/{collection}":      {test: "TestSearch"},
	"GET /api/crm/export/{collection}":       {test: "TestExports", may: "director"},
	"POST /api/crm/contacts/{id}/erase":      {test: apiTests, of: "contacts", may: "director"},
	"GET /api/crm/audit":                     {test: "TestAuditTrail", may: "director"},
	"PATCH /api/crm/policy":                  {test: apiTests, may: "director"},
	"POST /api/crm/policy/preview":           {test: apiTests, may: "director"},
	"GET /api/crm/customers/{id}/timeline":   {test: "TestTimelines", of: "customers"},
	"GET /api/crm/customers/{id}/assessment": {test: "TestJudgements", of: "customers"},
	"GET /api/crm/customers/{id}/spending":   {test: "TestJudgements", of: "customers"},
	"GET /api/crm/customers/{id}/suggestion": {test: "TestSuggestions", of: "customers"},
	"POST /api/crm/customers/{id}/take":      {test: apiTests, of: "customers"},
	"POST /api/crm/customers/{id}/reassign":  {test: apiTests, of: "customers"},
	"POST /api/crm/customers/{id}/archive":   {test: apiTests, of: "customers"},
	"POST /api/crm/customers/{id}/restore":   {test: apiTests, of: "customers"},
	"POST /api/crm/reveal":                   {test: apiTests},
	"POST /api/crm/duplicates/check":         {test: apiTests},
	"GET /api/crm/campaigns/{id}/results":    {test: apiTests, of: "campaigns", may: "manager director"},
	"POST /api/crm/campaigns/{id}/members":   {test: apiTests, of: "campaigns", may: "rep manager director"},
	"GET /api/crm/plans":                     {test: "TestPlanLists"},
	"POST /api/crm/plans/{id}/generate":      {test: apiTests, of: "plans"},
	"GET /api/crm/plans/{id}/progress":       {test: "TestSuggestions", of: "plans"},
	"GET /api/crm/cases":                     {test: "TestQueues"},
	"POST /api/crm/notifications/read":       {test: "TestReadNotices"},
	"GET /api/crm/rights/{collection}":       {test: "TestRights"},
	"GET /api/crm/rights/{collection}/{id}":  {test: "TestRights"},
}

// registered reads from the source which routes package api binds.
func registered(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../../api/*.go")
	if err != nil {
		t.Fatal(err)
	}
	verbs := []string{"GET", "POST", "PUT", "PATCH", "DELETE", "Any", "Route", "SSE", "HEAD", "OPTIONS", "SEARCH"}
	var routes []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		prefixes := map[string]string{"group": "/api/crm"} // of the variables that hold groups
		ast.Inspect(file, func(node ast.Node) bool {
			if assign, ok := node.(*ast.AssignStmt); ok && len(assign.Lhs) == 1 {
				if group, prefix, ok := called(assign.Rhs[0], "Group"); ok && prefixes[group] != "" {
					prefixes[assign.Lhs[0].(*ast.Ident).Name] = prefixes[group] + prefix
				}
			}
			for _, verb := range verbs {
				call, isNode := node.(ast.Expr)
				if !isNode {
					break
				}
				if group, path, ok := called(call, verb); ok && prefixes[group] != "" {
					routes = append(routes, verb+" "+prefixes[group]+path)
				} else if ok {
					t.Errorf("%s: %s %s is bound to %s, which this test cannot follow", file.Name, verb, path, group)
				}
			}
			return true
		})
	}
	slices.Sort(routes)
	return slices.Compact(routes)
}

// called gives what a call of a method names first, and the variable whose method it is.
func called(node ast.Expr, method string) (of, text string, ok bool) {
	call, isCall := node.(*ast.CallExpr)
	if !isCall || len(call.Args) == 0 {
		return "", "", false
	}
	selector, isSelector := call.Fun.(*ast.SelectorExpr)
	literal, isLiteral := call.Args[0].(*ast.BasicLit)
	if !isSelector || !isLiteral || selector.Sel.Name != method || !strings.HasPrefix(literal.Value, `"/`) {
		return "", "", false
	}
	if variable, isVariable := selector.X.(*ast.Ident); isVariable {
		of = variable.Name
	}
	text, err := strconv.Unquote(literal.Value)
	return of, text, err == nil
}

// TestRoutesAreKnown: there is no route of ours that nobody holds against the page.
func TestRoutesAreKnown(t *testing.T) {
	t.Parallel()
	routes := registered(t)
	if len(routes) < 25 {
		t.Fatalf("only %d routes were found", len(routes))
	}
	for _, route := range routes {
		if _, known := doors[route]; !known {
			t.Errorf("%s is held against the page by no test: give it a line in doors, and a test", route)
		}
	}
	paths, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	source := ""
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		source += string(raw)
	}
	for route, door := range doors {
		if !slices.Contains(routes, route) {
			t.Errorf("there is no route %s", route)
		}
		if door.test != apiTests && !strings.Contains(source, "func "+door.test+"(") {
			t.Errorf("%s: there is no %s", route, door.test)
		}
	}
}

// TestDoors knocks at every route with what one may not have: signed in or not, and by role. A record one does not see is answered word for
// word as one that does not exist.
func TestDoors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rep", "manager")
	same := 0
	for _, route := range slices.Sorted(maps.Keys(doors)) {
		door := doors[route]
		method, path, _ := strings.Cut(route, " ")
		path = strings.NewReplacer("{name}", "nothing", "{collection}", "customers").Replace(path)
		for _, p := range w.principals {
			knock := func(id string) answer {
				body := ""
				if method != http.MethodGet {
					body = "{}"
				}
				return w.send(p, method, strings.Replace(path, "{id}", id, 1), "application/json", body)
			}
			nothing := knock("nothing00000000")
			switch {
			case p.super:
			case p.role == "":
				if nothing.status != http.StatusUnauthorized && nothing.status != http.StatusForbidden {
					t.Errorf("a %s at %s: %d %.200s", p.name, route, nothing.status, nothing.body)
				}
			case door.may != "" && !strings.Contains(door.may, p.role):
				if nothing.status != http.StatusForbidden {
					t.Errorf("a %s at %s: %d %.200s", p.name, route, nothing.status, nothing.body)
				}
			case door.of != "":
				if nothing.status != http.StatusNotFound && nothing.status != http.StatusBadRequest {
					t.Errorf("a %s at %s of nothing: %d %.200s", p.name, route, nothing.status, nothing.body)
				}
			}
			for _, r := range w.of(door.of) {
				if p.sees(door.of, w.standing(p, r)) {
					continue
				}
				same++
				if got := knock(r.id); got != nothing {
					t.Errorf("%s: %v, of nothing: %v", w.cell(p, r, "id", route), got, nothing)
				}
			}
		}
	}
	w.sweep()
	t.Logf("%d times at the door of what one does not see", same)
	if same < 200 {
		t.Error("too few")
	}
}

// TestRights tells everybody of every record what the page says they may do with it, and of what they do not see no more than of nothing.
func TestRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rep", "manager")
	told := 0
	for _, p := range w.principals {
		for collection := range w.fields {
			for i, r := range w.of(collection) {
				if collection == "industries" && i > 2 || collection == "audit_log" {
					break
				}
				told += w.checkRights(p, r)
			}
			for _, customer := range w.of("customers") {
				got := w.get(p, "/api/crm/rights/"+collection+"?customer="+customer.id)
				if !p.sees("customers", w.standing(p, customer)) && got.status < 400 {
					t.Errorf("%s: %d %.200s", w.cell(p, customer, "id", "rights of "+collection), got.status, got.body)
				}
			}
		}
	}
	w.sweep()
	t.Logf("%d records", told)
	if told < 1000 {
		t.Error("too few")
	}
}

// checkRights holds what somebody is told of a record against the page.
func (w *world) checkRights(p *principal, r *row) int {
	w.t.Helper()
	got, standing := w.get(p, "/api/crm/rights/"+r.collection+"/"+r.id), w.standing(p, r)
	if !p.sees(r.collection, standing) {
		nothing := w.get(p, "/api/crm/rights/"+r.collection+"/nothing00000000")
		if got != nothing || got.status < 400 {
			w.t.Errorf("%s: %v, of nothing: %v", w.cell(p, r, "id", "rights"), got, nothing)
		}
		return 0
	}
	var rights struct {
		Change, Delete  bool
		Write, Computed []string
	}
	if got.status != http.StatusOK {
		w.t.Errorf("%s: %d %s", w.cell(p, r, "id", "rights"), got.status, got.body)
		return 0
	}
	w.unmarshal(got.body, &rights)
	if p.super {
		return 1
	}
	if want := p.changes(r.collection, standing); rights.Change != want {
		w.t.Errorf("%s: may change it: %t, told %t", w.cell(p, r, "id", "rights"), want, rights.Change)
	}
	if want := page[r.collection].delete.has(p.role, standing); rights.Delete != want {
		w.t.Errorf("%s: may delete it: %t, told %t", w.cell(p, r, "id", "rights"), want, rights.Delete)
	}
	for _, f := range w.fields[r.collection] {
		name := f.GetName()
		if name == "id" {
			continue
		}
		if want := p.writes(r.collection, name, standing); want != slices.Contains(rights.Write, name) {
			w.t.Errorf("%s: writes it: %t, told otherwise", w.cell(p, r, name, "rights"), want)
		}
		if slices.Contains(rights.Computed, name) && !p.reads(r.collection, name, standing) {
			w.t.Errorf("%s: told of it", w.cell(p, r, name, "rights"))
		}
	}
	return 1
}

// TestReadNotices puts away nobody's notifications but one's own.
func TestReadNotices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.DB().NewQuery("UPDATE notifications SET read_at = ''").Execute(); err != nil {
		t.Fatal(err)
	}
	w.load()
	unread := func() (whose []string) {
		w.load()
		for _, r := range w.of("notifications") {
			if written(r.data["read_at"]) == `""` {
				whose = append(whose, r.text("user"))
			}
		}
		return whose
	}
	for _, p := range w.principals {
		want := slices.DeleteFunc(unread(), func(user string) bool { return p.role != "" && user == p.id })
		answer := w.post(p, "/api/crm/notifications/read", testapp.Fields{"user": w.principal("director").id})
		if may := p.super || p.role != ""; may != (answer.status < 400) && answer.status != http.StatusBadRequest {
			t.Errorf("a %s puts them away: %d %s", p.name, answer.status, answer.body)
		} else if answer.status == http.StatusBadRequest {
			answer = w.post(p, "/api/crm/notifications/read", testapp.Fields{})
			if answer.status >= 400 && p.role != "" {
				t.Errorf("a %s puts them away: %d %s", p.name, answer.status, answer.body)
			}
		}
		if got := unread(); !slices.Equal(got, want) {
			t.Errorf("after a %s, unread are those of %v, want %v", p.name, got, want)
		}
	}
}
