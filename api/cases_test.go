package api_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// queue asks for the queue of cases and gives their subjects in order.
func queue(server *testapp.Server, as *core.Record, query string) (subjects []string, answer testapp.Answer) {
	answer = server.Send(as, http.MethodGet, "/api/crm/cases?"+query, nil).Want(http.StatusOK)
	subjects = []string{}
	for _, one := range answer.Data["cases"].([]any) {
		subjects = append(subjects, one.(map[string]any)["subject"].(string))
	}
	return subjects, answer
}

func TestCaseQueue(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	north, south := app.Team("North").Id, app.Team("South").Id
	rep, stranger := app.User(crm.RoleRep, testapp.Fields{"team": north}), app.User(crm.RoleRep, testapp.Fields{"team": south})
	support := app.User(crm.RoleSupport, testapp.Fields{"team": south, "name": "客服"})
	ours := app.Customer(testapp.Fields{"name": "青禾_100%", "owner": rep.Id})
	theirs := app.Customer(testapp.Fields{"name": "Lantern", "owner": stranger.Id})
	gone := app.Customer(testapp.Fields{"name": "旧客户", "owner": rep.Id})
	now := app.Clock.Now()
	opened := func(customer *core.Record, subject string, hoursAgo int, fields testapp.Fields) *core.Record {
		base := testapp.Fields{"customer": customer.Id, "subject": subject, "kind": "question", "opened_at": now.Add(-time.Duration(hoursAgo) * time.Hour)}
		for name, value := range fields {
			base[name] = value
		}
		return app.Make(crm.CollectionCases, base)
	}
	opened(ours, "two days", 1, nil)
	opened(ours, "urgent", 10, testapp.Fields{"severity": "major", "assignee": support.Id})
	opened(theirs, "late", 50, nil)
	opened(ours, "answered", 80, testapp.Fields{"responded_at": now.Add(-79 * time.Hour)})
	opened(theirs, "answered long ago", 90, testapp.Fields{"responded_at": now.Add(-79 * time.Hour)})
	opened(gone, "of an archived customer", 3, nil)
	again := opened(ours, "again", 30, testapp.Fields{"responded_at": now.Add(-26 * time.Hour)})
	opened(ours, "at once", 12, testapp.Fields{"resolved_at": now.Add(-10 * time.Hour)})
	opened(ours, "of old", 31*24, testapp.Fields{"resolved_at": now.AddDate(0, 0, -30).Add(-time.Minute)})
	server.Update(support, again, testapp.Fields{"resolved_at": now.Add(-time.Hour)}).Want(200)
	if _, answer := queue(server, support, "view=resolved"); answer.Data["hours"] != 3.0 { // (4 + 2) / 2
		t.Errorf("the mean of the answers is %v hours, want 3", answer.Data["hours"])
	}
	server.Update(support, again, testapp.Fields{"resolved_at": ""}).Want(200)
	server.Send(rep, http.MethodPost, "/api/crm/customers/"+gone.Id+"/archive", testapp.Fields{"reason": "停业"}).Want(200)

	everything := []string{"late", "urgent", "two days", "again", "answered long ago", "answered"}
	for _, c := range []struct {
		as    *core.Record
		query string
		want  []string
	}{
		{support, "", everything},
		{support, "view=mine", []string{"urgent"}},
		{support, "view=team", []string{"late", "answered long ago"}},
		{support, "view=unassigned", []string{"late", "two days", "again", "answered long ago", "answered"}},
		{support, "view=answered", []string{"answered long ago", "answered"}},
		{support, "view=resolved", []string{"at once"}},
		{support, "search=lanTERN", []string{"late", "answered long ago"}},
		{support, "search=_1", []string{"urgent", "two days", "again", "answered"}},
		{support, "search=n%25t", []string{}},
		{support, "limit=2&page=2", []string{"two days", "again"}},
		{rep, "", []string{"urgent", "two days", "again", "answered"}},
		{rep, "view=mine", []string{"two days", "again"}},
		{rep, "view=team", []string{"urgent", "two days", "again", "answered"}},
		{stranger, "", []string{"late", "answered long ago"}},
		{app.User(crm.RoleManager, nil), "view=team", []string{}},
		{app.User(crm.RoleDirector, nil), "", everything},
		{app.Superuser(), "", everything},
		{app.User(crm.RoleRep, nil), "", []string{}},
	} {
		if got, _ := queue(server, c.as, c.query); !slices.Equal(got, c.want) {
			t.Errorf("%s asks for %q: got %q, want %q", c.as.GetString("role"), c.query, got, c.want)
		}
	}

	_, answer := queue(server, support, "limit=2")
	counts := answer.Data["counts"].(map[string]any)
	for view, want := range map[string]int{"all": 6, "mine": 1, "team": 2, "unassigned": 5, "answered": 2, "late": 1, "resolved": 1} {
		if counts[view] != float64(want) {
			t.Errorf("%s counts %v, want %d", view, counts[view], want)
		}
	}
	if answer.Data["more"] != true || answer.Text("at") != crm.FormatMoment(now) {
		t.Errorf("there is more (%v), and it is %s", answer.Data["more"], answer.Text("at"))
	}
	urgent := answer.Data["cases"].([]any)[1].(map[string]any)
	if urgent["holder_name"] != "客服" || urgent["customer_name"] != ours.GetString("name") || urgent["due"] != crm.FormatMoment(now.Add(14*time.Hour)) {
		t.Errorf("the urgent case is %v", urgent)
	}
}

func TestCaseQueueRefuses(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	director := app.User(crm.RoleDirector, nil)
	for _, c := range []struct {
		as     *core.Record
		query  string
		status int
		field  string
	}{
		{nil, "", 401, ""},
		{app.User(crm.RoleDirector, testapp.Fields{"active": false}), "", 403, ""},
		{director, "view=theirs", 400, "view"},
		{director, "limit=201", 400, "limit"},
		{director, "page=0", 400, "page"},
		{director, "page=x", 400, "page"},
	} {
		answer := server.Send(c.as, http.MethodGet, "/api/crm/cases?"+c.query, nil).Want(c.status)
		if _, named := answer.Codes()[c.field]; c.field != "" && !named {
			t.Errorf("%q: %s is not named: %s", c.query, c.field, answer.Body)
		}
	}
}

// TestCaseQueuePages goes through a long queue page by page and meets every case once.
func TestCaseQueuePages(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	director, customer := app.User(crm.RoleDirector, nil), app.Customer(nil)
	var made []string
	for i := range 25 {
		subject := "case " + strconv.Itoa(100+i)
		app.Make(crm.CollectionCases, testapp.Fields{"customer": customer.Id, "subject": subject, "kind": "question", "opened_at": app.Clock.Now()})
		made = append(made, subject)
	}
	var met []string
	for page, more := 1, true; more; page++ {
		subjects, answer := queue(server, director, "limit=10&page="+strconv.Itoa(page))
		met, more = append(met, subjects...), answer.Data["more"].(bool)
	}
	slices.Sort(met)
	if !slices.Equal(met, made) {
		t.Errorf("met %s", strings.Join(met, ", "))
	}
}
