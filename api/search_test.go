package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/internal/testapp"
)

// company is a small one in which everybody stands in every way to some customer, each with a record of every kind that holds
// something in every restricted field.
type company struct {
	*testapp.App
	people    map[string]*core.Record // by role
	customers map[string]*core.Record // by what of it they are to the rep
}

func newCompany(t testing.TB) *company {
	t.Helper()
	app := testapp.New(t)
	north, south := app.Team("North"), app.Team("South")
	c := &company{App: app, people: map[string]*core.Record{}, customers: map[string]*core.Record{}}
	for _, role := range []string{crm.RoleRep, crm.RoleSupport, crm.RoleManager, crm.RoleDirector} {
		c.people[role] = app.User(role, testapp.Fields{"team": north.Id, "phone": "13800001234"})
	}
	rep, support := c.people[crm.RoleRep].Id, c.people[crm.RoleSupport].Id
	colleague := app.User(crm.RoleRep, testapp.Fields{"team": north.Id, "phone": "13800001235"}).Id
	stranger := app.User(crm.RoleRep, testapp.Fields{"team": south.Id, "phone": "13800001236"}).Id
	for name, fields := range map[string]testapp.Fields{
		"own":           {"owner": rep},
		"shared":        {"owner": stranger, "collaborators": []string{rep, support}},
		"assigned":      {"owner": stranger},
		"to support":    {"owner": stranger},
		"of the team":   {"owner": colleague},
		"of the pool":   {},
		"somebody else": {"owner": stranger},
	} {
		fields["name"] = name + "有限公司"
		maps.Copy(fields, testapp.Fields{
			"budget_range": "42万", "decision_maker": "王总", "competitors": "对手", "annual_revenue": 4200, "declared_annual_purchase": 42000, "renewal_intent": "strong",
		})
		customer := app.Customer(fields)
		c.customers[name] = customer
		contact := app.Contact(customer, testapp.Fields{"phone": fmt.Sprintf("1380013%04d", len(c.customers)), "email": "li@example.com", "wechat": "wx_42", "birthday": "1990-04-02"})
		app.Order(customer, 420, testapp.Fields{"cost": 210, "category": "泵", "due_on": app.Day(40), "paid_on": app.Day(0)})
		app.Make(crm.CollectionContracts, testapp.Fields{"customer": customer.Id, "starts_on": app.Day(-42), "ends_on": app.Day(300), "amount": 420})
		app.FollowUp(customer, testapp.Fields{"contact": contact.Id, "key_points": "预算42万", "competitor": "对手", "by": stranger, "kind": "proposal"})
		app.FollowUp(customer, testapp.Fields{"key_points": "预算42万", "competitor": "对手", "by": rep, "kind": "care"})
		app.Make(crm.CollectionSignals, testapp.Fields{"customer": customer.Id, "signal": "silent", "severity": "warning", "evidence": `{"days": 42}`, "raised_at": app.Clock.Now()})
		app.Make(crm.CollectionTierChanges, testapp.Fields{"customer": customer.Id, "from": "C", "to": "B", "reasons": `[{"rule": "42"}]`, "cause": "event", "at": app.Clock.Now()})
		assignee := map[string]string{"assigned": rep, "to support": support}[name]
		app.Make(crm.CollectionTasks, testapp.Fields{
			"customer": customer.Id, "title": "回电", "kind": "other", "due_at": app.Clock.Now(), "by": stranger, "given_by": stranger, "assignee": assignee,
		})
	}
	return c
}

// The canary: whatever restricted field somebody filters or sorts by, they find exactly the records they see of which they may
// read it, and are told of no others by counts or pages.
func TestSearchFindsWhatMayBeRead(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	settings := c.Settings()
	settings.RateLimits.Enabled = false // hundreds of requests of one address in a second
	if err := c.Save(settings); err != nil {
		t.Fatal(err)
	}
	server := c.Serve()
	tried := 0
	for name, rights := range access.Table {
		collection, err := c.FindCachedCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		records, err := c.FindAllRecords(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range collection.Fields {
			if !field.GetHidden() || !access.Hidden(name, field.GetName()) || field.Type() == core.FieldTypePassword {
				continue
			}
			for who, person := range c.people {
				p := access.PrincipalOf(person)
				var want []string
				for _, record := range records {
					standing, err := p.Standing(c, record)
					if err != nil {
						t.Fatal(err)
					}
					if p.Has(rights.See, standing) && p.CanRead(name, field.GetName(), standing) {
						want = append(want, record.Id)
					}
				}
				slices.Sort(want)
				mayAny := p.Granted(rights.See) != 0 && p.Granted(rights.Fields[field.GetName()].Read) != 0
				for _, query := range everyForm(field) {
					tried++
					answer := server.Send(person, http.MethodPost, "/api/crm/search/"+name, query)
					if !mayAny {
						if answer.Status < 400 || answer.Status >= 500 {
							t.Errorf("%s searches %s by %s, %v: got %d %s", who, name, field.GetName(), query, answer.Status, answer.Body)
						}
						continue
					}
					if got := ids(t, answer.Want(200)); !slices.Equal(got, want) || answer.Data["totalItems"] != float64(len(want)) {
						t.Errorf("%s searches %s by %s, %v: got %v, %v in all, want %v", who, name, field.GetName(), query, got, answer.Data["totalItems"], want)
					}
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d searches were tried", tried)
	}
}

// everyForm are searches by a field which all records meet, whatever it holds.
func everyForm(field core.Field) []testapp.Fields {
	name := field.GetName()
	forms := []testapp.Fields{
		{"sort": name}, {"sort": "-" + name + ",id"},
		{"filter": name + " = '' || " + name + " != ''"},
		{"filter": "'x' != " + name + " || 'x' = " + name},
		{"filter": "id != '' || " + name + ":lower ~ 'x'"},
		{"filter": "(id = '' && " + name + " > 3) || id != '' // " + name},
		{"filter": "id != '' || strftime('%Y', " + name + ") = '2026'"},
		{"filter": "id != '' || geoDistance(" + name + ", 1, 2, 3) > 1", "sort": "@random"},
		{"filter": "id != '' || @now = " + name, "sort": "@rowid"},
	}
	if field.Type() == core.FieldTypeJSON {
		forms = append(forms, testapp.Fields{"filter": "id != '' || " + name + ".group = 'core'"}, testapp.Fields{"sort": name + ".0.rule"},
			testapp.Fields{"filter": "id != '' || " + name + ":length > 0"})
	}
	return forms
}

func ids(t *testing.T, answer testapp.Answer) []string {
	t.Helper()
	var ids []string
	items, _ := answer.Data["items"].([]any)
	for _, item := range items {
		ids = append(ids, item.(map[string]any)["id"].(string))
	}
	slices.Sort(ids)
	return ids
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	rep, support, director, root := c.people[crm.RoleRep], c.people[crm.RoleSupport], c.people[crm.RoleDirector], c.Superuser()
	gone := c.User(crm.RoleRep, testapp.Fields{"active": false})
	for _, row := range []struct {
		name       string
		as         *core.Record
		collection string
		query      testapp.Fields
		status     int
		field      string
	}{
		{"a guest", nil, "customers", nil, 401, ""},
		{"who left", gone, "customers", nil, 403, ""},
		{"an unknown collection", rep, "nothing", nil, 404, ""},
		{"a collection of PocketBase's", root, "_superusers", nil, 404, ""},
		{"a list of the directors'", rep, "job_runs", nil, 404, ""},
		{"the same by one", director, "job_runs", nil, 200, ""},
		{"a field nobody reads", rep, "customers", testapp.Fields{"filter": "name_key ~ 'x'"}, 400, "name_key"},
		{"not even directors", director, "customers", testapp.Fields{"sort": "window_amount"}, 400, "window_amount"},
		{"a field that is not there", rep, "customers", testapp.Fields{"filter": "door = 'x'"}, 400, "door"},
		{"a field of others", support, "customers", testapp.Fields{"filter": "budget_range ~ '4'"}, 400, "budget_range"},
		{"in a function", support, "customers", testapp.Fields{"filter": "strftime('%Y', budget_range) = '2026'"}, 400, "budget_range"},
		{"in another case", support, "customers", testapp.Fields{"filter": "Budget_Range ~ '4'"}, 400, "Budget_Range"},
		{"with a modifier", support, "customers", testapp.Fields{"filter": "budget_range:lower ~ '4'"}, 400, "budget_range"},
		{"as json", support, "customers", testapp.Fields{"filter": "rfm.group = 'core'"}, 400, "rfm"},
		{"through a relation", rep, "orders", testapp.Fields{"filter": "customer.budget_range ~ '4'"}, 400, "customer"},
		{"back", rep, "customers", testapp.Fields{"filter": "orders_via_customer.cost > 0"}, 400, "orders_via_customer"},
		{"behind a modifier", rep, "customers", testapp.Fields{"filter": "owner:each.phone ~ '1'"}, 400, ""},
		{"through others", rep, "customers", testapp.Fields{"sort": "collaborators.phone"}, 400, "collaborators"},
		{"of any collection", rep, "customers", testapp.Fields{"filter": "@collection.orders.cost > 0"}, 400, "@collection"},
		{"of the request", rep, "customers", testapp.Fields{"filter": "@request.auth.role = 'rep'"}, 400, "@request"},
		{"a path with a hole", rep, "customers", testapp.Fields{"filter": "missing_info..x = 1"}, 400, "missing_info"},
		{"a path that ends", rep, "customers", testapp.Fields{"filter": "missing_info.x. = 1"}, 400, ""},
		{"no filter", rep, "customers", testapp.Fields{"filter": "name ="}, 400, "filter"},
		{"only a comment", rep, "customers", testapp.Fields{"filter": "// name"}, 400, "filter"},
		{"a list", rep, "customers", testapp.Fields{"filter": []string{"id != ''"}}, 400, "filter"},
		{"to whom it is assigned, shown", rep, "customers", testapp.Fields{"expand": "assigned"}, 400, ""},
		{"orders with it", rep, "customers", testapp.Fields{"expand": "orders_via_customer.owner"}, 400, ""},
		{"a page in words", rep, "customers", testapp.Fields{"page": "first"}, 400, ""},
	} {
		answer := server.Send(row.as, http.MethodPost, "/api/crm/search/"+row.collection, row.query)
		if answer.Status != row.status || row.field != "" && answer.Codes()[row.field] == "" {
			t.Errorf("%s, by POST: got %d %s, want %d and a word on %q", row.name, answer.Status, answer.Body, row.status, row.field)
		}
		query := url.Values{}
		for name, value := range row.query {
			query.Set(name, fmt.Sprint(value))
		}
		answer = server.Send(row.as, http.MethodGet, "/api/crm/search/"+row.collection+"?"+query.Encode(), nil)
		if row.name != "a list" && (answer.Status != row.status || row.field != "" && answer.Codes()[row.field] == "") {
			t.Errorf("%s, by GET: got %d %s, want %d and a word on %q", row.name, answer.Status, answer.Body, row.status, row.field)
		}
	}
}

// A search answers as PocketBase's list does, and shows of each record what its reader may see.
func TestSearchAnswersLikeAList(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	rep := c.people[crm.RoleRep]
	search := func(query testapp.Fields) testapp.Answer {
		t.Helper()
		return server.Send(rep, http.MethodPost, "/api/crm/search/contacts", query).Want(200)
	}
	answer := search(testapp.Fields{"filter": "phone ~ '1380013'", "sort": "-phone", "page": 2, "perPage": 1, "expand": "customer"})
	if answer.Data["page"] != 2.0 || answer.Data["perPage"] != 1.0 || answer.Data["totalItems"] != 3.0 || answer.Data["totalPages"] != 3.0 {
		t.Errorf("the second of three pages is %s", answer.Body)
	}
	if !strings.Contains(answer.Body, `"phone":"+861380013`) || !strings.Contains(answer.Body, `"expand":{"customer":{`) {
		t.Errorf("the contact is not shown whole: %s", answer.Body)
	}
	if strings.Contains(search(testapp.Fields{"sort": "name"}).Body, `"birthday":"",`) || strings.Count(search(nil).Body, `"phone":`) != 3 {
		t.Error("a list shows other phones than of the three customers the rep may call")
	}
	if body := search(testapp.Fields{"fields": "id", "skipTotal": true}).Body; strings.Contains(body, "name") || !strings.Contains(body, `"id"`) {
		t.Errorf("picked by POST: %s", body)
	}
	byGet := server.Send(rep, http.MethodGet, "/api/crm/search/contacts?fields=id&filter="+url.QueryEscape("phone ~ '1380013'"), nil).Want(200)
	if strings.Contains(byGet.Body, "name") || len(ids(t, byGet)) != 3 {
		t.Errorf("picked by GET: %s", byGet.Body)
	}
}
