package hooks_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"

	"touchbase/internal/testapp"
)

// TestRequestLogs keeps nothing of what anybody looked for, in whatever part of whatever request it stood.
func TestRequestLogs(t *testing.T) {
	t.Parallel()
	const canary = "13912345678CANARY"
	o := newOffice(t)
	o.Settings().Logs.MaxDays = 5
	o.Settings().Logs.MinLevel = -4
	o.Logger().Handler().(*logger.BatchHandler).SetLevel(-4)

	customers := "/api/collections/customers/records"
	root := o.Superuser()
	filter := func(text string) string { return customers + "?perPage=5&filter=" + url.QueryEscape(text) }
	requests := []struct {
		as           *core.Record
		method, path string
		body         any
		headers      []string
	}{
		{o.rep, "GET", filter("(name~'" + canary + "')"), nil, nil},
		{root, "GET", filter("(name~'" + canary + "')"), nil, nil},
		{o.rep, "GET", filter("(name~'" + canary), nil, nil},
		{o.rep, "GET", filter(canary + " = 1"), nil, nil},
		{o.rep, "GET", filter("name " + canary), nil, nil},
		{nil, "GET", filter("@collection.users.name = '" + canary + "'"), nil, nil},
		{o.rep, "GET", customers + "?sort=" + canary + "&expand=" + canary + "&fields=" + canary + "&" + canary + "&13912345678=" + canary, nil, nil},
		{o.rep, "GET", customers + "?" + canary, nil, nil},
		{o.rep, "GET", "/api/crm/search/contacts?filter=phone=" + canary, nil, nil},
		{o.rep, "POST", "/api/crm/search/contacts", testapp.Fields{"filter": canary}, nil},
		{o.rep, "GET", "/api/health", nil, []string{"Referer", "http://touchbase.example/_/?filter=" + canary}},
		{o.rep, "POST", "/api/collections/customers/records", o.CustomerFields(testapp.Fields{"first_contact_on": canary, "credit_code": canary}), nil},
		{o.rep, "POST", "/api/batch", testapp.Fields{"requests": []any{testapp.Fields{
			"method": "PATCH", "url": customers + "/" + o.customer.Id + "?expand=" + canary, "body": testapp.Fields{"anniversary_on": canary},
		}}}, nil},
		{nil, "GET", "/api/files/users/" + o.rep.Id + "/a.png?token=" + canary, nil, nil},
	}
	for _, r := range requests {
		o.server.Send(r.as, r.method, r.path, r.body, r.headers...)
	}
	topic := "customers/*?options=" + url.QueryEscape(`{"query":{"filter":"name ~ '`+canary+`'"}}`)
	o.listen(o.rep, topic, topic)
	o.server.Update(o.rep, o.customer, testapp.Fields{"name": canary}).Want(200) // told to whoever listens

	o.waitForLogs(len(requests) + 2)
	var lists int
	if err := o.AuxDB().NewQuery("SELECT count(*) FROM _logs WHERE message = 'GET " + customers + "?perPage&filter'").Row(&lists); err != nil {
		t.Fatal(err)
	}
	if lists != 6 {
		t.Errorf("the logs have %d lists by path and names of parameters, want 6", lists)
	}
	for _, name := range []string{"auxiliary.db", "auxiliary.db-wal"} {
		content, err := os.ReadFile(filepath.Join(o.DataDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"CANARY", "13912345678"} {
			if at := strings.Index(string(content), part); at >= 0 {
				t.Errorf("%s holds the value: %q", name, content[max(0, at-200):min(len(content), at+50)])
			}
		}
	}
}

// waitForLogs writes the logs until those of n requests are stored; PocketBase writes them beside the requests.
func (o *office) waitForLogs(n int) {
	o.t.Helper()
	deadline, again := time.After(10*time.Second), time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		if err := o.Logger().Handler().(*logger.BatchHandler).WriteAll(context.Background()); err != nil {
			o.t.Fatal(err)
		}
		var stored int
		err := o.AuxDB().Select("count(*)").From("_logs").Where(dbx.NewExp("json_extract(data, '$.type') = 'request'")).Row(&stored)
		if err != nil {
			o.t.Fatal(err)
		}
		if stored >= n {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			o.t.Fatalf("%d requests are in the logs, want %d", stored, n)
		}
	}
}

// TestLogsKeepCauses keeps why the program failed, and which fields it refused.
func TestLogsKeepCauses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Settings().Logs.MaxDays = 5
	o.server.Send(o.rep, http.MethodGet, "/api/collections/nowhere/records", nil).Want(404)
	o.server.Create(o.rep, "customers", testapp.Fields{}).Want(400)
	o.waitForLogs(2)
	for _, want := range []string{
		"json_extract(data, '$.status') = 404 AND data LIKE '%no rows%'",
		"json_extract(data, '$.status') = 400 AND json_extract(data, '$.details.name') != ''",
	} {
		var found int
		if err := o.AuxDB().NewQuery("SELECT count(*) FROM _logs WHERE " + want).Row(&found); err != nil {
			t.Fatal(err)
		}
		if found != 1 {
			t.Errorf("%d entries have %s, want one", found, want)
		}
	}
}
