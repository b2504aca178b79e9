package messages_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// patience is how long a test waits for something that happens in the background.
const patience = 30 * time.Second

// arrival is a message that reached a receiver: of a webhook its key and body, of a mailbox the mail.
type arrival struct {
	at   time.Time
	key  string
	body string
	path string
}

// endpoint is a webhook that answers with the statuses given, then with 200.
func endpoint(t *testing.T, app *testapp.App, statuses ...int) (url string, arrivals <-chan arrival) {
	t.Helper()
	came := make(chan arrival, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		status := 200
		if len(statuses) > 0 {
			status, statuses = statuses[0], statuses[1:]
		}
		w.WriteHeader(status)
		came <- arrival{app.Clock.Now(), r.Header.Get("Idempotency-Key"), string(body), r.URL.Path}
	}))
	t.Cleanup(server.Close)
	return server.URL, came
}

// smtpServer is a mail server on this machine; it takes every mail. The app sends through it.
func smtpServer(t *testing.T, app *testapp.App) <-chan arrival {
	t.Helper()
	mails := make(chan arrival, 100)
	port := testapp.ServeMail(t, func(mail testapp.Mail) { mails <- arrival{app.Clock.Now(), mail.ID, mail.Text, mail.To} })
	app.OnMailerSend().Bind(realMailer)
	settings := app.Settings()
	settings.SMTP.Enabled, settings.SMTP.Host, settings.SMTP.Port = true, "127.0.0.1", port
	settings.Meta.SenderAddress, settings.Meta.AppURL = "crm@company.example", "https://crm.company.example"
	if err := app.Save(settings); err != nil {
		t.Fatal(err)
	}
	return mails
}

// await waits for the next of a channel.
func await[T any](t *testing.T, what string, from <-chan T) (next T) {
	t.Helper()
	select {
	case next = <-from:
	case <-time.After(patience):
		t.Fatalf("no %s came", what)
	}
	return next
}

// none fails the test if something came.
func none[T any](t *testing.T, what string, from <-chan T) {
	t.Helper()
	select {
	case next := <-from:
		t.Errorf("a %s too many: %+v", what, next)
	default:
	}
}

// start lets the app send, webhooks on this machine too, and gives the rows of the outbox as they are changed.
func start(t *testing.T, app *testapp.App) <-chan *core.Record {
	t.Helper()
	changes := make(chan *core.Record, 1000)
	app.OnRecordAfterUpdateSuccess(crm.CollectionDeliveries).BindFunc(func(e *core.RecordEvent) error {
		changes <- e.Record.Fresh()
		return e.Next()
	})
	app.Messages.AllowPrivate(true)
	app.Messages.Start()
	t.Cleanup(app.Messages.Stop)
	return changes
}

// attempted waits until an attempt was made and noted, and gives the row.
func attempted(t *testing.T, changes <-chan *core.Record) *core.Record {
	t.Helper()
	await(t, "attempt", changes)
	return await(t, "note of an attempt", changes)
}

// advance lets time pass once as many as said wait for their moment.
func advance(t *testing.T, app *testapp.App, waiters int, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := app.Clock.BlockUntilContext(ctx, waiters); err != nil {
		t.Fatalf("nobody waits for their moment: %v", err)
	}
	app.Clock.Advance(d)
}

// tell tells people of something that cannot wait, unless said otherwise.
func tell(t *testing.T, app *testapp.App, n crm.Notice, to ...*core.Record) {
	t.Helper()
	for _, user := range to {
		n.To = append(n.To, user.Id)
	}
	if n.Kind == "" {
		n.Kind, n.Urgent = "response_due", true
	}
	if n.Title[0] == "" {
		n.Title = [2]string{"还有两小时", "Two hours left"}
	}
	err := app.RunInTransaction(func(tx core.App) error { return crm.Notify(tx, n, app.Clock.Now()) })
	if err != nil {
		t.Fatal(err)
	}
}

// outbox are the rows of the outbox, oldest first.
func outbox(t *testing.T, app *testapp.App) []*core.Record {
	t.Helper()
	var rows []*core.Record
	if err := app.RecordQuery(crm.CollectionDeliveries).OrderBy("rowid").All(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func count(t *testing.T, app *testapp.App, collection string, where dbx.HashExp) int {
	t.Helper()
	n, err := app.CountRecords(collection, where)
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func smtpClient(host string, port int) mailer.Mailer {
	return &mailer.SMTPClient{Host: host, Port: port}
}

// everything gives the rows of a table, all columns of each as one text.
func everything(t *testing.T, db dbx.Builder, table string) []string {
	t.Helper()
	rows, err := db.NewQuery("SELECT * FROM " + table).Rows()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		row := dbx.NullStringMap{}
		if err := rows.ScanMap(row); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(row))
	}
	return all
}
