package messages_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestSecretsStay has somebody enter the address of a webhook, well and badly, and a message fail at it: the address is nowhere but in
// their own account.
func TestSecretsStay(t *testing.T) {
	t.Parallel()
	const secret = "qz-secret-token"
	app := testapp.New(t)
	url, arrivals := endpoint(t, app, 500)
	changes := start(t, app)
	app.Settings().Logs.MaxDays, app.Settings().Logs.MinLevel = 5, -4
	app.Logger().Handler().(*logger.BatchHandler).SetLevel(-4)
	server := app.Serve()
	team := app.Team("华东")
	of := testapp.Fields{"team": team.Id}
	rep, colleague, manager := app.User(crm.RoleRep, of), app.User(crm.RoleRep, of), app.User(crm.RoleManager, of)
	director, support, root := app.User(crm.RoleDirector, nil), app.User(crm.RoleSupport, nil), app.Superuser()
	everybody := []*core.Record{colleague, manager, director, support}

	wishes := func(address string) testapp.Fields {
		return testapp.Fields{"notify": map[string]any{"email": "none", "urls": []string{address}}}
	}
	bad := server.Update(rep, rep, wishes("ftp://example.com/"+secret)).Want(400)
	if bad.Codes()["notify"] != "notify_url" || strings.Contains(bad.Body, secret) {
		t.Errorf("a bad one is answered with %s", bad.Body)
	}
	if answer := server.Update(rep, rep, wishes(url+"/"+secret)).Want(200); !strings.Contains(answer.Body, secret) {
		t.Errorf("one's own are not shown: %s", answer.Body)
	}
	for _, who := range everybody {
		server.Update(who, rep, wishes("https://evil.example/")).Want(map[bool]int{true: 400, false: 403}[who == director])
	}
	tell(t, app, crm.Notice{}, rep)
	attempted(t, changes)
	await(t, "message", arrivals)

	people := "/api/collections/users/records"
	for _, who := range everybody {
		for _, path := range []string{
			people, people + "/" + rep.Id, people + "?fields=*", "/api/collections/deliveries/records", "/api/collections/deliveries/records?expand=user",
			"/api/collections/notifications/records?expand=user", "/api/collections/audit_log/records?perPage=200", "/api/crm/search/users",
			"/api/crm/export/users?format=csv",
		} {
			if answer := server.Send(who, "GET", path, nil); strings.Contains(answer.Body, secret) {
				t.Errorf("a %s reads it by %s", who.GetString("role"), path)
			}
		}
		server.Send(who, "GET", people+"?filter=notify~'"+secret+"'", nil).Want(400)
	}
	if answer := server.Send(root, "GET", people+"/"+rep.Id, nil).Want(200); !strings.Contains(answer.Body, secret) {
		t.Error("a superuser does not see it")
	}
	waitForLogs(t, app, 20)
	for _, table := range []string{"audit_log", "deliveries", "notifications", "job_runs", "_logs"} {
		db := app.DB()
		if table == "_logs" {
			db = app.AuxDB()
		}
		rows := everything(t, db, table)
		for _, row := range rows {
			if strings.Contains(row, secret) {
				t.Errorf("%s has it: %s", table, row)
			}
		}
		if (table == "audit_log" || table == "deliveries" || table == "_logs") && len(rows) == 0 {
			t.Errorf("%s is empty", table)
		}
	}
	if row := outbox(t, app)[0]; row.GetString("error") != "It answered 500." {
		t.Errorf("the row says %q", row.GetString("error"))
	}
}

// waitForLogs waits until so many requests are in the logs; they are written a moment after the answer.
func waitForLogs(t *testing.T, app *testapp.App, n int) {
	t.Helper()
	deadline, again := time.After(patience), time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		if err := app.Logger().Handler().(*logger.BatchHandler).WriteAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		if len(everything(t, app.AuxDB(), "_logs")) >= n {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatal("the requests are not in the logs")
		}
	}
}
