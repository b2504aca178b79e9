package messages_test

import (
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/messages"
)

// morning is eight o'clock of a day, a Monday if 0.
func morning(days int) time.Time { return time.Date(2026, 8, 10+days, 8, 0, 0, 0, testapp.Zone) }

func setClock(app *testapp.App, to time.Time) { app.Clock.Advance(to.Sub(app.Clock.Now())) }

// digest runs the job at the clock's moment and gives how many got one.
func digest(t *testing.T, app *testapp.App) int {
	t.Helper()
	return runDigest(t, app, crm.JobRun{Now: app.Clock.Now()})
}

func runDigest(t *testing.T, app *testapp.App, run crm.JobRun) int {
	t.Helper()
	result, err := messages.RunDigest(context.Background(), app, run)
	if err != nil {
		t.Fatal(err)
	}
	return result.Changed
}

// read takes a mail apart: its subject, plain text and HTML.
func read(t *testing.T, raw string) (subject, text, html string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	var walk func(contentType, encoding string, body io.Reader)
	walk = func(contentType, encoding string, body io.Reader) {
		kind, params, err := mime.ParseMediaType(contentType)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(kind, "multipart/") {
			parts := multipart.NewReader(body, params["boundary"])
			for {
				part, err := parts.NextRawPart()
				if err != nil {
					return
				}
				walk(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part)
			}
		}
		switch strings.ToLower(encoding) {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if kind == "text/html" {
			html = string(content)
		} else {
			text = strings.ReplaceAll(string(content), "\r\n", "\n")
		}
	}
	walk(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	return subject, text, html
}

func wishing(wish string, fields testapp.Fields) testapp.Fields {
	all := testapp.Fields{"notify": map[string]any{"email": wish}}
	for name, value := range fields {
		all[name] = value
	}
	return all
}

// TestDigestOfADay sends a rep, a manager and a director their day, by a real mail server, and reads it.
func TestDigestOfADay(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	mails := smtpServer(t, app)
	team := app.Team("华东")
	rep := app.User(crm.RoleRep, wishing("digest", testapp.Fields{"team": team.Id, "name": "王芳"}))
	manager := app.User(crm.RoleManager, wishing("all", testapp.Fields{"team": team.Id, "locale": "en", "name": "李强"}))
	director := app.User(crm.RoleDirector, wishing("digest", nil))
	app.User(crm.RoleRep, wishing("urgent", nil)) // wants none
	stranger := app.User(crm.RoleRep, nil)
	mine := app.Customer(testapp.Fields{"name": "苏州恒锐有限公司", "owner": rep.Id, "budget_range": "50万"})
	hidden := app.Customer(testapp.Fields{"name": "别人的客户有限公司", "owner": stranger.Id})
	archived := app.Customer(testapp.Fields{"name": "归档有限公司", "owner": rep.Id})
	execute(t, app, "UPDATE customers SET stage = 'archived' WHERE id = '"+archived.Id+"'")
	task := func(title string, customer *core.Record, at time.Time, status string) {
		app.Make(crm.CollectionTasks, testapp.Fields{"title": title, "customer": customer.Id, "assignee": rep.Id, "by": rep.Id, "given_by": rep.Id, // which makes nobody see more
			"kind": "other", "due_at": at, "status": status})
	}
	setClock(app, morning(-3).Add(time.Hour)) // Friday, after the digest
	for _, days := range []int{0, 1} {
		followUp := app.FollowUp(mine, testapp.Fields{"by": rep.Id})
		execute(t, app, "UPDATE follow_ups SET pace_exceeded = true, created = '"+crm.FormatMoment(morning(-3-days).Add(2*time.Hour))+"' WHERE id = '"+followUp.Id+"'")
	}
	task("寄样品", mine, morning(-1), "open")
	task("回访 <b>老客户</b>", hidden, morning(0).Add(10*time.Hour), "in_progress")
	task("明天的事", mine, morning(1).Add(time.Hour), "open")
	task("做完的事", mine, morning(-1), "done")
	task("归档客户的事", archived, morning(-1), "open")
	app.Make(crm.CollectionTasks, testapp.Fields{"title": "Sign the plan", "customer": mine.Id, "by": manager.Id, "given_by": manager.Id, "assignee": manager.Id, "kind": "other", "due_at": morning(-1), "status": "delayed"})
	execute(t, app, "UPDATE customers SET next_follow_up_on = '"+crm.FormatMoment(time.Date(2026, 8, 9, 0, 0, 0, 0, time.UTC))+"' WHERE id != '"+hidden.Id+"'")
	tell(t, app, crm.Notice{Kind: "birthday", Title: [2]string{"客户生日将至", "A birthday"}}, rep)
	start(t, app)
	setClock(app, morning(0))
	if got := digest(t, app); got != 3 {
		t.Errorf("%d got a digest", got)
	}
	got := map[string]string{}
	for range 3 {
		m := await(t, "digest", mails)
		subject, text, html := read(t, m.body)
		got[m.path] = subject + "\n" + text
		if strings.Count(html, "<ul>") != strings.Count(html, "</ul>") || strings.Contains(html, "<b>") || !strings.Contains(html, "<li>") {
			t.Errorf("the HTML is %s", html)
		}
	}
	head, err := audit.Latest(app)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who        *core.Record
		want, lack []string
	}{
		{rep, []string{
			"8月10日：2 项任务，1 位客户待跟进，1 条未读通知", "2 项，其中逾期 1 项", "- 寄样品，苏州恒锐有限公司，截止 08-09 08:00", "- 回访 <b>老客户</b>，截止 08-10 18:00",
			"- 苏州恒锐有限公司，C类，应于 2026-08-09", "- 客户生日将至", "https://crm.company.example/_/",
		}, []string{"别人的客户", "归档", "明天", "做完", "50万", "团队", "过于频繁", head.Hash}},
		{manager, []string{"10 August: tasks 1, customers due 0, unread notices 0", "- Sign the plan, 苏州恒锐有限公司, due 08-09 08:00", "Overdue tasks of the team\n- 王芳, 1", "Contacts above the pace\n- 王芳, 1"},
			[]string{"寄样品", "李强", head.Hash}},
		{director, []string{"团队逾期任务\n- 李强，1\n- 王芳，1", "第 ", "- "}, []string{"寄样品"}},
	} {
		mail := got["RCPT TO:<"+c.who.Email()+">"]
		for _, part := range c.want {
			if !strings.Contains(mail, part) {
				t.Errorf("%s: no %q in\n%s", c.who.GetString("role"), part, mail)
			}
		}
		for _, part := range c.lack {
			if strings.Contains(mail, part) {
				t.Errorf("%s: %q in\n%s", c.who.GetString("role"), part, mail)
			}
		}
	}
	var hashes []string
	if err := app.DB().Select("hash").From("audit_log").Column(&hashes); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(hashes, func(hash string) bool { return strings.Contains(got["RCPT TO:<"+director.Email()+">"], hash) }) {
		t.Error("the director's digest has no entry of the log")
	}
}

// TestDigestOnce runs the job again and again.
func TestDigestOnce(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	url, arrivals := endpoint(t, app)
	mails := smtpServer(t, app)
	changes := start(t, app)
	user := app.User(crm.RoleRep, testapp.Fields{"notify": map[string]any{"email": "digest", "urls": []string{url}}})
	app.User(crm.RoleRep, wishing("digest", nil)) // has nothing to do
	tell(t, app, crm.Notice{Kind: "birthday", Title: [2]string{"生日", "A birthday"}}, user)
	none(t, "message at once", arrivals)
	if n := runDigest(t, app, crm.JobRun{Now: morning(0), Simulated: true}); n != 0 || len(outbox(t, app)) != 0 {
		t.Errorf("a simulated run gives %d", n)
	}
	for _, c := range []struct {
		name string
		at   time.Time
		want int
	}{
		{"Monday", morning(0), 1}, {"again", morning(0), 0}, {"made up at noon", morning(0).Add(4 * time.Hour), 0}, {"in quiet hours", morning(0).Add(15 * time.Hour), 0},
		{"Tuesday", morning(1), 1}, {"Saturday", morning(5), 0}, {"Sunday", morning(6), 0}, {"Monday", morning(7), 1},
	} {
		setClock(app, c.at)
		if got := digest(t, app); got != c.want {
			t.Errorf("%s: %d got a digest", c.name, got)
		}
		if c.want > 0 {
			attempted(t, changes)
			attempted(t, changes)
			if _, text, _ := read(t, await(t, "mail", mails).body); !strings.Contains(text, "- 生日") {
				t.Errorf("%s: the mail is %s", c.name, text)
			}
			if arrived := await(t, "message", arrivals); !strings.Contains(arrived.body, "- 生日") {
				t.Errorf("%s: the message is %s", c.name, arrived.body)
			}
		}
		none(t, "mail", mails)
		none(t, "message", arrivals)
	}
	for _, row := range outbox(t, app) {
		if row.GetString("text") != "" || row.GetString("title") != "" || row.GetString("digest_on") == "" {
			t.Errorf("of what was sent is kept %q %q", row.GetString("title"), row.GetString("text"))
		}
	}
}

// TestDigestKeepsToTheCalendar asks for a holiday, a Saturday that makes up for it, and somebody who sleeps longer.
func TestDigestKeepsToTheCalendar(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	mails := smtpServer(t, app)
	changes := start(t, app)
	policy, err := app.FindFirstRecordByFilter(crm.CollectionPolicy, "id != ''")
	if err != nil {
		t.Fatal(err)
	}
	policy.Set("holidays", []string{"2026-08-11"})
	policy.Set("workdays", []string{"2026-08-15"})
	if err := app.Save(policy); err != nil {
		t.Fatal(err)
	}
	user := app.User(crm.RoleRep, testapp.Fields{"notify": map[string]any{"email": "digest", "quiet_from": "20:00", "quiet_to": "09:30"}})
	tell(t, app, crm.Notice{Kind: "birthday"}, user)
	for days, want := range map[int]int{1: 0, 5: 1} {
		if got := runDigest(t, app, crm.JobRun{Now: morning(days)}); got != want {
			t.Errorf("after %d days %d got a digest", days, got)
		}
	}
	if at := outbox(t, app)[0].GetDateTime("next_at").Time(); !at.Equal(morning(5).Add(90 * time.Minute)) {
		t.Errorf("it goes out at %s", at.In(testapp.Zone))
	}
	none(t, "mail", mails)
	advance(t, app, 1, morning(6).Sub(app.Clock.Now())) // nobody was there the whole day
	if row := await(t, "change", changes); row.GetString("status") != "dropped" {
		t.Errorf("yesterday's digest is %s", row.GetString("status"))
	}
	none(t, "mail", mails)
}

// TestDigestFollowsPolicy moves digest_at, and the schedule with it.
func TestDigestFollowsPolicy(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	next := func() string {
		list, err := app.Jobs.List()
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(list, func(info crm.JobInfo) bool { return info.Job == "digest" })
		return list[i].Schedule + " " + list[i].Next
	}
	if got := next(); got != "0 8 * * * 2026-08-04T08:00:00+08:00" {
		t.Errorf("at first: %s", got)
	}
	runs := make(chan *core.Record, 100)
	app.OnRecordAfterUpdateSuccess(crm.CollectionJobRuns).BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("status") != crm.RunRunning {
			runs <- e.Record.Fresh()
		}
		return e.Next()
	})
	if err := app.Jobs.Start(); err != nil {
		t.Fatal(err)
	}
	policy, err := app.FindFirstRecordByFilter(crm.CollectionPolicy, "id != ''")
	if err != nil {
		t.Fatal(err)
	}
	policy.Set("digest_at", "10:45")
	if err := app.Save(policy); err != nil {
		t.Fatal(err)
	}
	if row := await(t, "run by the new policy", runs); row.GetString("cause") != crm.RunPolicy {
		t.Errorf("a run because of %s", row.GetString("cause"))
	}
	if got := next(); got != "45 10 * * * 2026-08-03T10:45:00+08:00" {
		t.Errorf("afterwards: %s", got)
	}
	advance(t, app, 3, 45*time.Minute)
	row := await(t, "digest", runs)
	for row.GetString("job") == "response" { // every ten minutes
		row = await(t, "digest", runs)
	}
	if row.GetString("job") != "digest" || row.GetString("cause") != crm.RunSchedule || row.GetString("status") != crm.RunDone {
		t.Errorf("then ran %s because of %s: %s", row.GetString("job"), row.GetString("cause"), row.GetString("error"))
	}
}

// TestOldDeliveriesAreForgotten keeps what is waiting, however old, and what ended less than ninety days ago.
func TestOldDeliveriesAreForgotten(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	setClock(app, morning(0))
	user := app.User(crm.RoleRep, nil)
	kept := map[string]bool{}
	for _, c := range []struct {
		status string
		days   int
		kept   bool
	}{{"sent", 91, false}, {"failed", 91, false}, {"dropped", 91, false}, {"waiting", 91, true}, {"sent", 89, true}} {
		record := app.Make(crm.CollectionDeliveries, testapp.Fields{"user": user.Id, "channel": "email", "status": c.status})
		_, err := app.DB().Update(crm.CollectionDeliveries, dbx.Params{"created": crm.FormatMoment(morning(-c.days))}, dbx.HashExp{"id": record.Id}).Execute()
		if err != nil {
			t.Fatal(err)
		}
		kept[record.Id] = c.kept
	}
	runDigest(t, app, crm.JobRun{Now: app.Clock.Now(), Simulated: true})
	if n, err := app.CountRecords(crm.CollectionDeliveries); err != nil || n != int64(len(kept)) {
		t.Errorf("a trial run left %d, %v", n, err)
	}
	digest(t, app)
	for id, want := range kept {
		if _, err := app.FindRecordById(crm.CollectionDeliveries, id); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", id, err == nil, want)
		}
	}
}
