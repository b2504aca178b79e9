package messages_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// realMailer gives mails back to PocketBase's own mailer, in whose place the test app puts one that keeps them.
var realMailer = &hook.Handler[*core.MailerEvent]{Priority: 99999, Func: func(e *core.MailerEvent) error {
	settings := e.App.Settings().SMTP
	e.Mailer = smtpClient(settings.Host, settings.Port)
	return e.Next()
}}

func webhooks(urls ...string) testapp.Fields {
	return testapp.Fields{"notify": map[string]any{"urls": urls}}
}

// TestGrowingPauses has a webhook fail three times: the fourth attempt is the one delivery, and each pause longer than the one before.
func TestGrowingPauses(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	url, arrivals := endpoint(t, app, 500, 500, 503)
	changes := start(t, app)
	tell(t, app, crm.Notice{}, app.User(crm.RoleRep, webhooks(url)))
	begun := app.Clock.Now()
	var keys []string
	for i, want := range []struct {
		after  time.Duration
		status string
		error  string
	}{
		{0, "waiting", "It answered 500."}, {time.Minute, "waiting", "It answered 500."},
		{6 * time.Minute, "waiting", "It answered 503."}, {21 * time.Minute, "sent", ""},
	} {
		if i > 0 {
			advance(t, app, 1, want.after-app.Clock.Now().Sub(begun))
		}
		row := attempted(t, changes)
		if row.GetString("status") != want.status || row.GetString("error") != want.error || row.GetInt("attempts") != i+1 {
			t.Errorf("attempt %d: %s, %q, %d attempts", i+1, row.GetString("status"), row.GetString("error"), row.GetInt("attempts"))
		}
		arrived := await(t, "message", arrivals)
		if got := arrived.at.Sub(begun); got != want.after {
			t.Errorf("attempt %d came after %s, want %s", i+1, got, want.after)
		}
		if !strings.Contains(arrived.body, `"title":"还有两小时"`) || !strings.Contains(arrived.body, arrived.key) {
			t.Errorf("what came is %s", arrived.body)
		}
		keys = append(keys, arrived.key)
	}
	if row := outbox(t, app)[0]; len(slices.Compact(keys)) != 1 || keys[0] != row.Id || !row.GetDateTime("sent_at").Time().Equal(app.Clock.Now()) {
		t.Errorf("keys %v of %s, sent at %s", keys, row.Id, row.GetString("sent_at"))
	}
	none(t, "message", arrivals)
}

// TestHangingDelaysNobody has one receiver not answer at all: another is told meanwhile, and the one that hangs is given up in time.
func TestHangingDelaysNobody(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	reached, letGo := make(chan bool, 10), make(chan bool)
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached <- true
		select {
		case <-letGo:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(hanging.Close)
	t.Cleanup(func() { close(letGo) })
	url, arrivals := endpoint(t, app)
	mails := smtpServer(t, app)
	changes := start(t, app)
	var people []*core.Record
	for range 3 {
		people = append(people, app.User(crm.RoleRep, webhooks(hanging.URL)))
	}
	people = append(people, app.User(crm.RoleRep, webhooks(url)), app.User(crm.RoleRep, testapp.Fields{"notify": map[string]any{"email": "urgent"}}))
	tell(t, app, crm.Notice{}, people...)
	await(t, "request at the one that hangs", reached)
	await(t, "message at another", arrivals)
	await(t, "mail", mails)
	await(t, "claim of the one that hangs", changes)
	for range 4 { // the claims and notes of the two others
		await(t, "change", changes)
	}
	none(t, "request at the one that hangs", reached) // its lane is one
	advance(t, app, 1, 20*time.Second)
	if row := await(t, "note", changes); row.GetString("status") != "waiting" || row.GetString("error") != "There was no answer in time." {
		t.Errorf("the one that hangs is %s, %q", row.GetString("status"), row.GetString("error"))
	}
	await(t, "request for the second", reached)
}

// TestStopWhileSending ends the program while a receiver has not answered: that is no failure, and it is sent again under the same id.
func TestStopWhileSending(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	keys := make(chan string, 10)
	first := true
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the server notices who hangs up
		wait := first
		first = false
		keys <- r.Header.Get("Idempotency-Key")
		if wait {
			<-r.Context().Done()
		}
	}))
	t.Cleanup(server.Close)
	start(t, app)
	tell(t, app, crm.Notice{}, app.User(crm.RoleRep, webhooks(server.URL)))
	key := await(t, "message", keys)
	app.Messages.Stop()
	if row := outbox(t, app)[0]; row.GetString("status") != "waiting" || row.GetString("error") != "" || row.GetInt("attempts") != 1 {
		t.Errorf("after the stop it is %s, %q, %d attempts", row.GetString("status"), row.GetString("error"), row.GetInt("attempts"))
	}
	app.Messages.Start()
	advance(t, app, 1, time.Minute)
	if again := await(t, "message again", keys); again != key || key == "" {
		t.Errorf("it came as %q and then as %q", key, again)
	}
}

// TestCrashBeforeNoting ends the program after a message was sent and before that was written down: it comes again, and says by its id
// that it is the same.
func TestCrashBeforeNoting(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	url, arrivals := endpoint(t, app)
	mails := smtpServer(t, app)
	execute(t, app, "CREATE TRIGGER crash BEFORE UPDATE ON deliveries WHEN NEW.status = 'sent' BEGIN SELECT RAISE(ABORT, 'gone'); END")
	start(t, app)
	user := app.User(crm.RoleRep, testapp.Fields{"notify": map[string]any{"urls": []string{url}, "email": "all"}})
	tell(t, app, crm.Notice{}, user)
	message, mail := await(t, "message", arrivals), await(t, "mail", mails)
	advance(t, app, 2, 0) // both lanes wait, for the database is gone
	app.Messages.Stop()
	for _, row := range outbox(t, app) {
		if row.GetString("status") != "waiting" || row.GetInt("attempts") != 1 {
			t.Errorf("after the crash: %s, %d attempts", row.GetString("status"), row.GetInt("attempts"))
		}
	}
	execute(t, app, "DROP TRIGGER crash")
	app.Messages.Start()
	none(t, "message right after the start", arrivals)
	advance(t, app, 1, time.Minute)
	again, mailAgain := await(t, "message again", arrivals), await(t, "mail again", mails)
	if again.key != message.key || again.key == "" || again.body != message.body {
		t.Errorf("the receiver cannot tell: %+v and %+v", message, again)
	}
	rows := outbox(t, app)
	if mail.key != mailAgain.key || mail.key != "<"+rows[0].Id+"@company.example>" && mail.key != "<"+rows[1].Id+"@company.example>" {
		t.Errorf("the mailbox cannot tell: %q and %q", mail.key, mailAgain.key)
	}
}

// TestWaitsForCommit rolls back what somebody would have been told of.
func TestWaitsForCommit(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	url, arrivals := endpoint(t, app)
	changes := start(t, app)
	user := app.User(crm.RoleRep, webhooks(url))
	refused := errors.New("no")
	err := app.RunInTransaction(func(tx core.App) error {
		n := crm.Notice{To: []string{user.Id}, Kind: "response_due", Title: [2]string{"甲", "A"}, Urgent: true}
		if err := crm.Notify(tx, n, app.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		if n, _ := tx.CountRecords(crm.CollectionDeliveries); n != 1 {
			t.Errorf("in the transaction %d wait", n)
		}
		return refused
	})
	if !errors.Is(err, refused) || len(outbox(t, app)) != 0 {
		t.Errorf("%v, %d wait", err, len(outbox(t, app)))
	}
	tell(t, app, crm.Notice{Title: [2]string{"乙", "B"}}, user)
	attempted(t, changes)
	if arrived := await(t, "message", arrivals); !strings.Contains(arrived.body, "乙") {
		t.Errorf("what came is %s", arrived.body)
	}
	none(t, "message", arrivals)
}

// TestFailedIsShown has every attempt fail: the person reads it in the dashboard, once a day, and a director in the outbox.
func TestFailedIsShown(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	url, arrivals := endpoint(t, app, slices.Repeat([]int{500}, 100)...)
	changes := start(t, app)
	user, colleague, director := app.User(crm.RoleRep, webhooks(url)), app.User(crm.RoleRep, nil), app.User(crm.RoleDirector, nil)
	tell(t, app, crm.Notice{Key: "a"}, user)
	var row *core.Record
	for i := range 8 {
		row = attempted(t, changes)
		await(t, "message", arrivals)
		if i < 7 {
			for next := row.GetDateTime("next_at").Time(); app.Clock.Now().Before(next); { // and over the nights
				before := app.Clock.Now()
				advance(t, app, 1, next.Sub(before))
				if h := app.Clock.Now().In(testapp.Zone).Hour(); h >= 21 || h < 8 {
					row = await(t, "delay by quiet hours", changes)
					next = row.GetDateTime("next_at").Time()
				}
			}
		}
	}
	if row.GetString("status") != "failed" || row.GetInt("attempts") != 8 || row.GetString("error") != "It answered 500." {
		t.Fatalf("the last attempt left %s, %d, %q", row.GetString("status"), row.GetInt("attempts"), row.GetString("error"))
	}
	for _, key := range []string{"b", "c"} { // a private address fails at once
		app.Messages.AllowPrivate(false)
		tell(t, app, crm.Notice{Key: key}, user)
		if row = attempted(t, changes); row.GetString("status") != "failed" || row.GetInt("attempts") != 1 {
			t.Errorf("the private one is %s after %d", row.GetString("status"), row.GetInt("attempts"))
		}
	}
	if n := count(t, app, crm.CollectionNotifications, dbx.HashExp{"user": user.Id, "kind": "delivery_failed"}); n != 1 {
		t.Errorf("the person was told %d times", n)
	}
	server := app.Serve()
	for _, c := range []struct {
		who  *core.Record
		want int
	}{{user, 3}, {colleague, 0}, {director, 3}} {
		answer := server.Send(c.who, "GET", "/api/collections/deliveries/records", nil).Want(200)
		if int(answer.Data["totalItems"].(float64)) != c.want || c.want > 0 && !strings.Contains(answer.Body, "It answered 500.") {
			t.Errorf("%s sees %s", c.who.GetString("role"), answer.Body)
		}
		if strings.Contains(answer.Body, "127.0.0.1") {
			t.Errorf("%s reads the address: %s", c.who.GetString("role"), answer.Body)
		}
	}
}

// TestQuietHours tells somebody at night, who is told in the morning, and somebody with hours of their own, who is told at once.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	url, arrivals := endpoint(t, app)
	app.Clock.Advance(12 * time.Hour) // ten in the evening
	changes := start(t, app)
	sleeper := app.User(crm.RoleRep, webhooks(url+"/sleeper"))
	owl := app.User(crm.RoleRep, testapp.Fields{"notify": map[string]any{"urls": []string{url + "/owl"}, "quiet_from": "10:00", "quiet_to": "18:00"}})
	tell(t, app, crm.Notice{}, sleeper, owl)
	attempted(t, changes)
	if arrived := await(t, "message", arrivals); arrived.path != "/owl" {
		t.Errorf("at night came %s", arrived.path)
	}
	advance(t, app, 1, 10*time.Hour-time.Second)
	none(t, "message before eight", arrivals)
	advance(t, app, 1, time.Second)
	if arrived := await(t, "message", arrivals); arrived.path != "/sleeper" || !arrived.at.Equal(testapp.Start.Add(22*time.Hour)) {
		t.Errorf("in the morning came %s at %s", arrived.path, arrived.at)
	}
}

// TestNoLongerWanted takes back what waited for the end of the quiet hours.
func TestNoLongerWanted(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(app *testapp.App, user *core.Record){
		"read meanwhile": func(app *testapp.App, _ *core.Record) {
			notice, err := app.FindFirstRecordByFilter(crm.CollectionNotifications, "id != ''")
			if err != nil {
				t.Fatal(err)
			}
			notice.Set("read_at", app.Clock.Now())
			if err := app.Save(notice); err != nil {
				t.Fatal(err)
			}
		},
		"another way": func(app *testapp.App, user *core.Record) {
			user.Set("notify", map[string]any{"email": "none"})
			if err := app.Save(user); err != nil {
				t.Fatal(err)
			}
		},
		"left": func(app *testapp.App, user *core.Record) {
			user.Set("active", false)
			if err := app.Save(user); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			url, arrivals := endpoint(t, app)
			app.Clock.Advance(13 * time.Hour)
			changes := start(t, app)
			user := app.User(crm.RoleRep, webhooks(url))
			tell(t, app, crm.Notice{}, user)
			change(app, app.Reload(user))
			advance(t, app, 1, 9*time.Hour)
			if row := await(t, "change", changes); row.GetString("status") != "dropped" || row.GetInt("attempts") != 0 {
				t.Errorf("it is %s after %d attempts", row.GetString("status"), row.GetInt("attempts"))
			}
			none(t, "message", arrivals)
		})
	}
}

func execute(t *testing.T, app *testapp.App, statement string) {
	t.Helper()
	if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// TestOddWishes has in the account what the program would not have taken: it tells nobody, and nothing fails for it.
func TestOddWishes(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	user := app.User(crm.RoleRep, nil)
	for _, odd := range []string{`{"urls":["x","wecom://"]}`, `{"email":7}`, `[1]`, `no json`, `{"email":"sometimes"}`} {
		execute(t, app, "UPDATE users SET notify = '"+odd+"' WHERE id = '"+user.Id+"'")
		tell(t, app, crm.Notice{}, user)
		if n := digest(t, app); n != 0 || len(outbox(t, app)) != 0 {
			t.Errorf("%s: %d digests, %d wait", odd, n, len(outbox(t, app)))
		}
	}
}
