package hooks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
	"touchbase/crm"
	"touchbase/imports"
	"touchbase/internal/testapp"
)

// logged is what the tests read of an entry.
type logged struct {
	Seq             int64  `db:"seq"`
	Actor           string `db:"actor"`
	ActorCollection string `db:"actor_collection"`
	IP              string `db:"ip"`
	Action          string `db:"action"`
	Collection      string `db:"collection"`
	Record          string `db:"record"`
	Changes         string `db:"changes"`
	Note            string `db:"note"`
}

// what is the act an entry tells of, in short.
func (e logged) what() string { return e.Action + " " + e.Collection }

// log are the entries after a number.
func (o *office) log(after int64) []logged {
	o.t.Helper()
	var list []logged
	err := o.DB().Select("seq", "actor", "actor_collection", "ip", "action", "collection", "record", "changes", "note").
		From(crm.CollectionAuditLog).Where(dbx.NewExp("seq > {:seq}", dbx.Params{"seq": after})).OrderBy("seq").All(&list)
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

func (o *office) lastSeq() int64 {
	o.t.Helper()
	list := o.log(0)
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].Seq
}

func (o *office) wantWholeLog() {
	o.t.Helper()
	report, err := audit.Verify(o, "")
	if err != nil {
		o.t.Fatal(err)
	}
	if !report.OK() {
		o.t.Errorf("the log has problems: %v", report.Problems)
	}
}

// wantLog fails the test unless exactly these acts are in the log after a number, in this order.
func (o *office) wantLog(name string, after int64, want ...string) []logged {
	o.t.Helper()
	list := o.log(after)
	got := make([]string, len(list))
	for i, e := range list {
		got[i] = e.what()
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		o.t.Errorf("%s: the log has %q, want %q", name, got, want)
	}
	return list
}

// TestEveryChannel has an entry of every write, whoever makes it and whatever way.
func TestEveryChannel(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	tag := o.server.Create(o.director, "tags", testapp.Fields{"name": "重点", "group": "basic"}).Want(200).Text("id")
	records := "/api/collections/tags/records"
	settings := o.Settings()
	settings.Batch.Enabled = true
	if err := o.Save(settings); err != nil {
		t.Fatal(err)
	}
	batch := func(as *core.Record, requests ...any) testapp.Answer {
		return o.server.Send(as, http.MethodPost, "/api/batch", map[string]any{"requests": requests})
	}
	for _, tt := range []struct {
		name  string
		do    func()
		actor *core.Record
		want  []string
	}{
		{"create", func() { o.server.Create(o.director, "tags", testapp.Fields{"name": "新"}).Want(200) }, o.director, []string{"create tags"}},
		{"update", func() { o.server.Send(o.director, "PATCH", records+"/"+tag, testapp.Fields{"name": "旧"}).Want(200) }, o.director, []string{"update tags"}},
		{"the same again", func() { o.server.Send(o.director, "PATCH", records+"/"+tag, testapp.Fields{"name": "旧"}).Want(200) }, nil, nil},
		{"a superuser", func() { o.server.Send(root, "PATCH", records+"/"+tag, testapp.Fields{"name": "更旧"}).Want(200) }, root, []string{"update tags"}},
		{"batch", func() {
			batch(o.director,
				map[string]any{"method": "POST", "url": records, "body": map[string]any{"name": "一"}},
				map[string]any{"method": "PATCH", "url": records + "/" + tag, "body": map[string]any{"name": "二"}}).Want(200)
		}, o.director, []string{"create tags", "update tags"}},
		{"half a batch", func() {
			batch(o.director,
				map[string]any{"method": "POST", "url": records, "body": map[string]any{"name": "三"}},
				map[string]any{"method": "POST", "url": records, "body": map[string]any{"name": ""}}).Want(400)
		}, nil, nil},
		{"refused", func() { o.server.Create(o.director, "tags", testapp.Fields{"name": ""}).Want(400) }, nil, nil},
		{"policy", func() {
			o.server.Send(o.director, "PATCH", "/api/collections/policy/records/"+o.first("policy").Id, testapp.Fields{"lead_days": 5}).Want(200)
		}, o.director, []string{"policy policy"}},
		{"one's own password", func() {
			o.server.Update(o.rep, o.rep, testapp.Fields{"password": "another-password", "passwordConfirm": "another-password", "oldPassword": testapp.Password}).Want(200)
		}, o.rep, []string{"update users"}},
		{"another superuser", func() {
			o.server.Create(root, "_superusers", testapp.Fields{"email": "second@touchbase.example", "password": testapp.Password, "passwordConfirm": testapp.Password}).Want(200)
		}, root, []string{"create _superusers"}},
		{"the program", func() { o.Team("西南") }, nil, []string{"create teams"}},
		{"delete", func() { o.server.Send(root, "DELETE", records+"/"+tag, nil).Want(204) }, root, []string{"delete tags"}},
	} {
		before := o.lastSeq()
		tt.do()
		for _, e := range o.wantLog(tt.name, before, tt.want...) {
			id, collection, ip := "", "", ""
			if tt.actor != nil {
				id, collection, ip = tt.actor.Id, tt.actor.Collection().Name, "127.0.0.1"
			}
			if e.Actor != id || e.ActorCollection != collection || e.IP != ip {
				t.Errorf("%s: the actor is %s %s from %s, want %s %s from %s", tt.name, e.ActorCollection, e.Actor, e.IP, collection, id, ip)
			}
		}
	}
	o.wantWholeLog()
}

// TestConsequences logs what follows from a write after it, in the same name.
func TestConsequences(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	before := o.lastSeq()
	order := o.server.Create(o.rep, "orders", testapp.Fields{"customer": o.customer.Id, "amount": 900000, "ordered_at": o.At(0)}).Want(200).Text("id")
	list := o.wantLog("an order", before, "create orders", "update customers", "create tier_changes")
	for _, e := range list {
		if e.Actor != o.rep.Id {
			t.Errorf("%s: the actor is %q", e.what(), e.Actor)
		}
	}
	if !strings.Contains(list[0].Changes, `"amount":{"to":900000}`) || strings.Contains(list[0].Changes, "from") {
		t.Errorf("the order: %s", list[0].Changes)
	}
	for _, part := range []string{`"annual_purchase":{"from":0,"to":900000}`, `"tier":{"from":"C","to":"A"}`} {
		if !strings.Contains(list[1].Changes, part) {
			t.Errorf("the assessment does not say %s: %s", part, list[1].Changes)
		}
	}
	if strings.Contains(list[1].Changes, "window_") || strings.Contains(list[1].Changes, "assess_due_at") {
		t.Errorf("the assessment says too much: %s", list[1].Changes)
	}

	before = o.lastSeq()
	o.server.Create(o.rep, "orders", testapp.Fields{"customer": o.customer.Id, "amount": 1, "ordered_at": "2026-07-01 10:00"}).Want(200)
	for _, e := range o.log(before) {
		if e.Record == order && e.Changes == `{"kind":{"from":"new","to":"repeat"}}` {
			return
		}
	}
	t.Errorf("nothing says that the first order is new no longer: %+v", o.log(before))
}

// TestCascade logs each record that goes with another, and each that loses a reference, in the name of who deleted it.
func TestCascade(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	tag := o.server.Create(o.director, "tags", testapp.Fields{"name": "重点"}).Want(200).Text("id")
	o.server.Update(o.rep, o.customer, testapp.Fields{"tags": []string{tag}}).Want(200)
	before := o.lastSeq()
	o.server.Send(root, "DELETE", "/api/collections/tags/records/"+tag, nil).Want(204)
	for _, e := range o.wantLog("a tag in use", before, "update customers", "delete tags") {
		if e.Actor != root.Id {
			t.Errorf("%s: the actor is %q", e.what(), e.Actor)
		}
	}
	before = o.lastSeq()
	o.server.Update(o.director, o.rep, testapp.Fields{"team": o.Team("华南").Id}).Want(200)
	o.wantLog("another team", before, "create teams", "update users", "update customers")
	o.wantWholeLog()
}

// TestJobsAreLogged logs what a job changes in the name of the program.
func TestJobsAreLogged(t *testing.T) {
	t.Parallel()
	o := &office{App: testapp.New(t), t: t} // it does not serve, so no job runs by itself
	o.Order(o.Customer(nil), 900000, nil)
	o.Clock.Advance(400 * 24 * time.Hour)
	before := o.lastSeq()
	if _, err := o.Jobs.Run("tiers", crm.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	list := o.log(before)
	if len(list) < 3 || list[0].what() != "update customers" || list[1].what() != "create signals" || list[2].what() != "create tier_changes" || list[0].Actor != "" {
		t.Errorf("got %+v", list)
	}
	o.wantWholeLog()
}

// TestImportsAreLogged logs each record of an import with the import's id, and the import itself.
func TestImportsAreLogged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	before := o.lastSeq()
	file := bytes.NewReader([]byte("name,industry,size,source,first_contact_on\n东方一号有限公司,34,51-100,website,2026-07-01\n东方二号有限公司,34,51-100,website,2026-07-01\n"))
	result, err := imports.Run(context.Background(), o, file, imports.Options{Kind: "customers", FileName: "list.csv", By: o.manager.Id}, o.Clock.Now())
	if err != nil || result.Created != 2 {
		t.Fatalf("got %+v, %v", result, err)
	}
	list := o.wantLog("an import", before, "create imports", "create customers", "create customers",
		"update customers", "create tier_changes", "update customers", "create tier_changes", "update imports", "import imports")
	for _, e := range list {
		if e.Actor != o.manager.Id || e.Collection == "customers" && e.Note != "import "+result.ID {
			t.Errorf("got %+v", e)
		}
	}
	if note := list[len(list)-1].Note; !strings.Contains(note, "customers done: rows 2, created 2") {
		t.Errorf("the import says %q", note)
	}
	o.wantWholeLog()
}

// TestNothingOfWhatFailed leaves no entry of a write that a later step undid.
func TestNothingOfWhatFailed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.OnRecordCreate("orders").BindFunc(func(e *core.RecordEvent) error {
		return errors.Join(e.Next(), errors.New("too late"))
	})
	before := o.lastSeq()
	if _, err := o.TryMake("orders", testapp.Fields{"customer": o.customer.Id, "amount": 1, "ordered_at": o.Clock.Now()}); err == nil {
		t.Fatal("the order was accepted")
	}
	o.wantLog("a refused order", before)
	o.Team("华南")
	o.wantWholeLog()
}

// TestBeforeImage tells what was stored, not what somebody had read.
func TestBeforeImage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stale := o.Reload(o.team)
	fresh := o.Reload(o.team)
	fresh.Set("name", "华中")
	if err := o.Save(fresh); err != nil {
		t.Fatal(err)
	}
	before := o.lastSeq()
	stale.Set("name", "东北")
	if err := o.Save(stale); err != nil {
		t.Fatal(err)
	}
	if list := o.wantLog("a stale record", before, "update teams"); list[0].Changes != `{"name":{"from":"华中","to":"东北"}}` {
		t.Errorf("got %s", list[0].Changes)
	}
}

// TestSignInsAreLogged logs a sign-in with its way and address, and no renewal.
func TestSignInsAreLogged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	before := o.lastSeq()
	answer := o.server.Send(nil, "POST", "/api/collections/users/auth-with-password", testapp.Fields{"identity": o.rep.Email(), "password": testapp.Password}).Want(200)
	list := o.wantLog("a sign-in", before, "sign_in users")
	if list[0].Actor != o.rep.Id || list[0].Record != o.rep.Id || list[0].IP != "127.0.0.1" || list[0].Note != "password" {
		t.Errorf("got %+v", list[0])
	}
	before = o.lastSeq()
	o.server.Send(nil, "POST", "/api/collections/users/auth-refresh", nil, "Authorization", answer.Text("token")).Want(200)
	o.wantLog("a renewal", before)
	o.server.Send(nil, "POST", "/api/collections/users/auth-with-password", testapp.Fields{"identity": o.rep.Email(), "password": "wrong"}).Want(400)
	if e := o.wantLog("a failure", before, "sign_in_failed users")[0]; e.Actor != "" || e.IP != "127.0.0.1" || e.Record != o.rep.Id || e.Note != o.rep.Email() {
		t.Errorf("got %+v", e)
	}
	o.wantWholeLog()
}

// TestNoPasswords has no password, hash of one or token key anywhere in the log.
func TestNoPasswords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.server.Update(o.rep, o.rep, testapp.Fields{"password": "another-password", "passwordConfirm": "another-password", "oldPassword": testapp.Password}).Want(200)
	rep := o.Reload(o.rep)
	root := o.Superuser()
	o.server.Send(root, "DELETE", "/api/collections/users/records/"+o.manager.Id, nil)
	var texts []string
	if err := o.DB().NewQuery("SELECT changes || digests || note FROM audit_log").Column(&texts); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(texts, "\n")
	for _, secret := range []string{
		testapp.Password, "another-password", "$2a$", rep.GetString("password:hash"), rep.TokenKey(), o.rep.TokenKey(), root.TokenKey(), o.manager.TokenKey(),
	} {
		if secret == "" || strings.Contains(all, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	if !strings.Contains(all, `"password":{}`) {
		t.Error("nothing says that a password was set")
	}
}

// TestPasswordResetByMail names who followed the link.
func TestPasswordResetByMail(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token, err := o.rep.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	before := o.lastSeq()
	o.server.Send(nil, "POST", "/api/collections/users/confirm-password-reset", testapp.Fields{"token": token, "password": "another-password", "passwordConfirm": "another-password"}).Want(204)
	if e := o.wantLog("a reset", before, "update users")[0]; e.Actor != o.rep.Id || e.IP != "127.0.0.1" || e.Note != "password reset by mail" {
		t.Errorf("got %+v", e)
	}
}

// TestUploads logs files by their names.
func TestUploads(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var body bytes.Buffer
	body.WriteString("--x\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"face.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n--x--\r\n")
	before := o.lastSeq()
	o.server.SendRaw(o.rep, "PATCH", "/api/collections/users/records/"+o.rep.Id, &body, "multipart/form-data; boundary=x").Want(200)
	if e := o.wantLog("a picture", before, "update users")[0]; !strings.Contains(e.Changes, `"avatar":{"from":"","to":"face_`) {
		t.Errorf("got %s", e.Changes)
	}
}

// TestManyWritersOneChain writes from many sides at once.
func TestManyWritersOneChain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var wait sync.WaitGroup
	for i := range 50 {
		body := testapp.Fields{"customer": o.customer.Id, "amount": i + 1, "ordered_at": o.At(0), "number": fmt.Sprint("N", i)}
		wait.Go(func() {
			if answer := o.server.Create(o.rep, "orders", body); answer.Status != 200 {
				t.Errorf("got %d: %s", answer.Status, answer.Body)
			}
		})
	}
	wait.Wait()
	created := 0
	for _, e := range o.log(0) {
		if e.what() == "create orders" {
			created++
			if e.Actor != o.rep.Id {
				t.Errorf("the actor is %q", e.Actor)
			}
		}
	}
	if created != 50 {
		t.Errorf("%d orders are in the log, want 50", created)
	}
	o.wantWholeLog()
}

// TestReadersOfTheLog lets directors read it and nobody else.
func TestReadersOfTheLog(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for who, want := range map[*core.Record]bool{o.rep: false, o.manager: false, o.director: true} {
		answer := o.server.Send(who, "GET", "/api/collections/audit_log/records?perPage=1", nil).Want(200)
		if total, _ := answer.Data["totalItems"].(float64); total > 0 != want {
			t.Errorf("a %s sees %v entries", who.GetString("role"), total)
		}
		if strings.Contains(answer.Body, "digests") || strings.Contains(answer.Body, "hash") {
			t.Errorf("a %s sees the seal: %s", who.GetString("role"), answer.Body)
		}
	}
}
