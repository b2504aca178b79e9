package hooks_test

import (
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
	"touchbase/internal/testapp"
)

// behindProxy lets requests come from any address, named in the header the proxy sets.
func (o *office) behindProxy() {
	o.t.Helper()
	settings := o.Settings()
	settings.TrustedProxy.Headers = []string{"X-Forwarded-For"}
	if err := o.Save(settings); err != nil {
		o.t.Fatal(err)
	}
}

// signIn tries to sign in from an address.
func (o *office) signIn(ip, collection, identity, password string) testapp.Answer {
	o.t.Helper()
	return o.server.Send(nil, http.MethodPost, "/api/collections/"+collection+"/auth-with-password",
		testapp.Fields{"identity": identity, "password": password}, "X-Forwarded-For", ip)
}

// failures counts the failed sign-ins in the log.
func (o *office) failures(of dbx.HashExp) int {
	o.t.Helper()
	var n int
	err := o.DB().Select("count(*)").From("audit_log").Where(dbx.HashExp{"action": "sign_in_failed"}).AndWhere(of).Row(&n)
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// The addresses of the tests, of those set aside for documents.
const (
	home = "192.0.2.7"
	away = "198.51.100.7"
)

// TestSigningInWhileInactive answers it as a wrong password, to the letter.
func TestSigningInWhileInactive(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.behindProxy()
	left := o.User(crm.RoleRep, testapp.Fields{"active": false})
	wrong := o.signIn(home, "users", o.rep.Email(), "another-password").Want(400)
	for name, answer := range map[string]testapp.Answer{
		"the right password of one who left": o.signIn(home, "users", left.Email(), testapp.Password),
		"a wrong password of one who left":   o.signIn(home, "users", left.Email(), "another-password"),
		"a password of nobody":               o.signIn(home, "users", " Nobody@touchbase.example", "another-password"),
	} {
		if answer.Status != wrong.Status || answer.Body != wrong.Body {
			t.Errorf("%s is answered %d %s, want %d %s", name, answer.Status, answer.Body, wrong.Status, wrong.Body)
		}
	}
	for _, c := range []struct {
		of   dbx.HashExp
		want int
	}{
		{dbx.HashExp{"record": left.Id, "collection": "users", "ip": home}, 2},
		{dbx.HashExp{"record": o.rep.Id, "note": o.rep.Email()}, 1},
		{dbx.HashExp{"record": "", "note": "nobody@touchbase.example"}, 1},
	} {
		if got := o.failures(c.of); got != c.want {
			t.Errorf("%d failures of %v are in the log, want %d", got, c.of, c.want)
		}
	}
}

// TestTooManyGuesses stops after ten wrong ones of an account from an address within an hour, however the account is named.
func TestTooManyGuesses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.behindProxy()
	for _, who := range []*core.Record{o.rep, o.Superuser()} {
		collection, email := who.Collection().Name, who.Email()
		for i := range 10 {
			identity := []string{email, strings.ToUpper(email), " " + email}[i%3]
			o.server.Send(nil, http.MethodPost, "/api/collections/"+collection+"/auth-with-password", testapp.Fields{
				"identity": identity, "identityField": []string{"", "email"}[i%2], "password": fmt.Sprint("guess ", i),
			}, "X-Forwarded-For", home).Want(400)
		}
		o.signIn(home, collection, email, testapp.Password).Want(429)
		o.signIn(home, collection, email, "guess").Want(429)
		o.signIn(away, collection, email, testapp.Password).Want(200)
		if got := o.failures(dbx.HashExp{"record": who.Id}); got != 10 {
			t.Errorf("the log has %d failures, want 10", got)
		}
	}
	o.signIn(home, "users", o.manager.Email(), testapp.Password).Want(200) // another account
	o.Clock.Advance(time.Hour - time.Second)
	o.signIn(home, "users", o.rep.Email(), testapp.Password).Want(429)
	o.Clock.Advance(time.Second)
	o.signIn(home, "users", o.rep.Email(), testapp.Password).Want(200)
}

// TestGuessesBeforeARestart counts what the log holds, so that a restart gives no further guesses.
func TestGuessesBeforeARestart(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.behindProxy()
	for range 10 {
		err := audit.Append(o.App, audit.Entry{
			At: o.Clock.Now(), Action: audit.ActionSignInFailed, Actor: audit.Actor{IP: home}, Collection: "users", Record: o.rep.Id,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	o.signIn(home, "users", o.rep.Email(), testapp.Password).Want(429)
}

// TestGuessesAtOnce lets ten of many at the same moment through to the password, no more.
func TestGuessesAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rep := o.Reload(o.rep)
	rep.SetPassword("slow-to-compare") // as those of people are: all would be let through before the first is found wrong
	if err := o.Save(rep); err != nil {
		t.Fatal(err)
	}
	answers := o.atOnce(20, func(i int) testapp.Answer {
		return o.signIn(home, "users", o.rep.Email(), fmt.Sprint("guess ", i))
	})
	if answers[400] != 10 || answers[429] != 10 {
		t.Errorf("the answers are %v, want 10 refusals and 10 times too many", answers)
	}
}

// TestOfficeInTheMorning lets seven people sign in at the same moment from one address.
func TestOfficeInTheMorning(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var people []*core.Record
	for range 7 {
		people = append(people, o.User(crm.RoleRep, nil))
	}
	answers := o.atOnce(len(people), func(i int) testapp.Answer {
		return o.signIn(home, "users", people[i].Email(), testapp.Password)
	})
	if answers[200] != len(people) {
		t.Errorf("the answers are %v, want %d tokens", answers, len(people))
	}
}

// atOnce sends requests at the same moment and counts the answers by status.
func (o *office) atOnce(n int, send func(i int) testapp.Answer) map[int]int {
	var all sync.WaitGroup
	statuses := make([]int, n)
	for i := range n {
		all.Go(func() { statuses[i] = send(i).Status })
	}
	all.Wait()
	answers := map[int]int{}
	for _, status := range statuses {
		answers[status]++
	}
	return answers
}

// TestGuessingOldPasswords counts old passwords tried to set a new one as sign-ins, and refuses them in a batch, whose
// failure would leave no trace.
func TestGuessingOldPasswords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	change := func(old string) testapp.Fields {
		return testapp.Fields{"oldPassword": old, "password": "another-password", "passwordConfirm": "another-password"}
	}
	batch := testapp.Fields{"requests": []any{testapp.Fields{
		"method": "PATCH", "url": "/api/collections/users/records/" + o.rep.Id, "body": change("guess"),
	}}}
	if answer := o.server.Send(o.rep, http.MethodPost, "/api/batch", batch).Want(400); !strings.Contains(answer.Body, "not_in_batch") {
		t.Errorf("a batch is refused with %s", answer.Body)
	}
	for range 10 {
		codes := o.server.Update(o.rep, o.rep, change("guess")).Want(400).Codes()
		if codes["oldPassword"] != "validation_invalid_old_password" {
			t.Fatalf("a wrong old password is refused with %v", codes)
		}
	}
	o.server.Update(o.rep, o.rep, change(testapp.Password)).Want(429)
	o.server.Update(o.rep, o.rep, testapp.Fields{"phone": "13800138000"}).Want(200)
	if got := o.failures(dbx.HashExp{"record": o.rep.Id, "actor": o.rep.Id}); got != 10 {
		t.Errorf("the log has %d failures, want 10", got)
	}
	o.Clock.Advance(time.Hour)
	o.server.Update(o.rep, o.rep, change(testapp.Password)).Want(200)
}

// TestGuessingCodes counts one-time codes of superusers together with their passwords.
func TestGuessingCodes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	superusers := root.Collection()
	superusers.OTP.Enabled = true
	if err := o.Save(superusers); err != nil {
		t.Fatal(err)
	}
	otp := core.NewOTP(o.App)
	otp.SetCollectionRef(superusers.Id)
	otp.SetRecordRef(root.Id)
	otp.SetPassword("12345678")
	if err := o.Save(otp); err != nil {
		t.Fatal(err)
	}
	withCode := func(code string) testapp.Answer {
		return o.server.Send(nil, http.MethodPost, "/api/collections/_superusers/auth-with-otp", testapp.Fields{"otpId": otp.Id, "password": code})
	}
	for range 4 { // PocketBase lets five through to the code
		withCode("guess").Want(400)
	}
	for range 6 {
		o.signIn(home, "_superusers", root.Email(), "guess").Want(400)
	}
	withCode("12345678").Want(429)
	o.Clock.Advance(time.Hour)
	if withCode("12345678").Want(401).Text("mfaId") == "" { // right, and a password is asked for next
		t.Error("the right code is refused")
	}
	if got := o.failures(dbx.HashExp{"record": root.Id}); got != 10 {
		t.Errorf("the log has %d failures, want 10", got)
	}
}

// TestGuessingWithALetter counts passwords tried to confirm a new address as sign-ins.
func TestGuessingWithALetter(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token, err := o.rep.NewEmailChangeToken("new@touchbase.example")
	if err != nil {
		t.Fatal(err)
	}
	confirm := func(password string) testapp.Answer {
		return o.server.Send(nil, http.MethodPost, "/api/collections/users/confirm-email-change", testapp.Fields{"token": token, "password": password})
	}
	for range 5 {
		confirm("guess").Want(400)
		o.signIn("127.0.0.1", "users", o.rep.Email(), "guess").Want(400)
	}
	confirm(testapp.Password).Want(429)
	o.Clock.Advance(time.Hour)
	confirm(testapp.Password).Want(204)
}

// TestLimits stops one address that asks too often to sign in, and nobody who works.
func TestLimits(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range 30 {
		o.signIn(home, "users", fmt.Sprintf("nobody%d@touchbase.example", i), "guess").Want(400)
	}
	o.signIn(home, "users", o.rep.Email(), testapp.Password).Want(429)
	for range 10 {
		o.server.Send(nil, http.MethodPost, "/api/collections/users/request-password-reset", testapp.Fields{"email": "nobody@touchbase.example"}).Want(204)
	}
	o.server.Send(nil, http.MethodPost, "/api/collections/users/request-password-reset", testapp.Fields{"email": "nobody@touchbase.example"}).Want(429)
	for range 400 { // more than a guest may
		o.server.Send(o.rep, http.MethodGet, "/api/collections/teams/records", nil).Want(200)
	}
}
