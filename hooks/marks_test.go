package hooks_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestRecordedLate counts the hours from the end of a contact, else from its beginning.
func TestRecordedLate(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, c := range []struct {
		started, ended time.Duration // before now; ended 0: not told
		want           bool
	}{
		{24 * time.Hour, 0, false},
		{24*time.Hour + time.Second, 0, true},
		{30 * time.Hour, 24 * time.Hour, false},
		{30 * time.Hour, 24*time.Hour + time.Second, true},
	} {
		fields := testapp.Fields{"started_at": o.At(-c.started)}
		if c.ended != 0 {
			fields["ended_at"] = o.At(-c.ended)
		}
		if got := o.recorded(fields).GetBool("recorded_late"); got != c.want {
			t.Errorf("begun %v and ended %v ago: late is %v", c.started, c.ended, got)
		}
	}
}

// TestPace marks the contact that is one too many for a day and a channel.
func TestPace(t *testing.T) {
	t.Parallel()
	attempt := testapp.Fields{"feedback": "no_response"}
	for _, c := range []struct {
		name  string
		first []testapp.Fields
		then  testapp.Fields
		want  bool
	}{
		{"the first", nil, nil, false},
		{"the second", []testapp.Fields{nil}, nil, true},
		{"the second on another channel", []testapp.Fields{{"channel": "wechat"}}, nil, false},
		{"a second attempt", []testapp.Fields{attempt, attempt}, attempt, false},
		{"reached after attempts", []testapp.Fields{attempt, attempt}, nil, true},
		{"an attempt after a talk", []testapp.Fields{nil}, attempt, true},
		{"the customer called", []testapp.Fields{nil}, testapp.Fields{"direction": "in"}, false},
		{"after the customer called", []testapp.Fields{{"direction": "in"}}, nil, false},
		{"a campaign", []testapp.Fields{nil}, testapp.Fields{"kind": "campaign"}, false},
		{"after a campaign", []testapp.Fields{{"kind": "campaign"}}, nil, false},
		{"the day before, in the policy's zone", []testapp.Fields{{"started_at": "2026-08-02 23:59:59"}}, nil, false},
		{"the same day, another one in UTC", []testapp.Fields{{"started_at": "2026-08-03 00:00:00"}}, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			for _, fields := range c.first {
				o.recorded(fields)
			}
			o.server.Create(o.director, "follow_ups", o.FollowUpFields(o.Customer(nil), nil)).Want(200) // another customer does not count
			followUp := o.recorded(c.then)
			if got := followUp.GetBool("pace_exceeded"); got != c.want {
				t.Errorf("pace_exceeded is %v", got)
			}
			o.server.Update(o.rep, followUp, testapp.Fields{"purpose": "回访"}).Want(200)
			if got := o.Reload(followUp).GetBool("pace_exceeded"); got != c.want {
				t.Errorf("after an edit, pace_exceeded is %v", got)
			}
		})
	}
}

// TestPlanningWithinPace refuses a task on a day that has its contact on the channel already.
func TestPlanningWithinPace(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.recorded(nil) // a call today
	plan := func(channel, due string) testapp.Answer {
		return o.server.Create(o.rep, "tasks", testapp.Fields{"customer": o.customer.Id, "title": "回访", "kind": "maintenance", "channel": channel, "due_at": due})
	}
	if got := plan("phone", o.At(time.Hour)).Want(400).Codes()["due_at"]; got != "pace_exceeded" {
		t.Errorf("a second call today is refused with %q", got)
	}
	plan("wechat", o.At(time.Hour)).Want(200)
	plan("", o.At(time.Hour)).Want(200)
	tomorrow := plan("phone", o.At(24*time.Hour)).Want(200)
	plan("phone", o.At(25*time.Hour)).Want(400)
	task := o.find("tasks", tomorrow.Text("id"))
	o.server.Update(o.rep, task, testapp.Fields{"due_at": o.At(26 * time.Hour), "postpone_reason": "对方出差"}).Want(200) // itself does not count
	o.server.Update(o.rep, task, testapp.Fields{"due_at": o.At(2 * time.Hour)}).Want(400)
	o.server.Update(o.rep, task, testapp.Fields{"status": "done"}).Want(200)
	plan("phone", o.At(25*time.Hour)).Want(200)
}

// TestChannelMismatch compares with the contact's preference, else the customer's, and with the channels to avoid.
func TestChannelMismatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name              string
		contact, customer string   // preferred
		avoid             []string // by the customer
		with              bool     // the contact is named
		fields            testapp.Fields
		want              bool
	}{
		{"nobody prefers anything", "", "", nil, true, nil, false},
		{"the customer's", "", "phone", nil, true, nil, false},
		{"not the customer's", "", "wechat", nil, true, nil, true},
		{"the contact's, not the customer's", "phone", "wechat", nil, true, nil, false},
		{"not the contact's, but the customer's", "wechat", "phone", nil, true, nil, true},
		{"the contact is not named", "wechat", "phone", nil, false, nil, false},
		{"to avoid", "", "", []string{"sms", "phone"}, true, nil, true},
		{"to avoid, though the contact prefers it", "phone", "", []string{"phone"}, true, nil, true},
		{"others are to avoid", "", "", []string{"sms"}, true, nil, false},
		{"the customer called", "wechat", "wechat", []string{"phone"}, true, testapp.Fields{"direction": "in"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.server.Update(o.rep, o.customer, testapp.Fields{"preferred_channel": c.customer, "avoid_channels": c.avoid}).Want(200)
			contact := o.Contact(o.customer, testapp.Fields{"preferred_channel": c.contact})
			fields := with(testapp.Fields{}, c.fields)
			if c.with {
				fields["contact"] = contact.Id
			}
			if got := o.recorded(fields).GetBool("channel_mismatch"); got != c.want {
				t.Errorf("channel_mismatch is %v", got)
			}
		})
	}
}

// TestTemplated finds the text an author sends to everybody, whatever names and spaces are filled in.
func TestTemplated(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	customers := make([]*core.Record, 0, 7)
	send := func(n int, fields testapp.Fields) bool {
		t.Helper()
		customer := customers[n]
		content := fmt.Sprintf("您好 张%c经理，\n祝%s%*s生意兴隆！", '甲'+rune(n), customer.GetString("name"), n+1, "")
		fields = with(testapp.Fields{"content": content}, fields)
		return o.server.Create(o.rep, "follow_ups", o.FollowUpFields(customer, fields)).Want(200).Data["templated"] == true
	}
	for n := range 7 {
		customer := o.Customer(testapp.Fields{"owner": o.rep.Id})
		o.Contact(customer, testapp.Fields{"name": fmt.Sprintf("张%c经理", '甲'+rune(n))})
		customers = append(customers, customer)
	}
	if send(0, testapp.Fields{"started_at": o.At(-30 * 24 * time.Hour)}) { // just outside the thirty days
		t.Error("the first is marked")
	}
	for n := 1; n <= 4; n++ {
		for range 2 { // twice to one customer is one customer
			if send(n, nil) {
				t.Errorf("the text to customer %d is marked", n)
			}
		}
	}
	if send(5, nil) {
		t.Error("the fifth within thirty days is marked: it has four before it")
	}
	if send(6, testapp.Fields{"kind": crm.KindCampaign}) {
		t.Error("a campaign is marked")
	}
	if send(6, testapp.Fields{"content": "您好，上次说的轴承样品收到了吗？"}) {
		t.Error("another text is marked")
	}
	if !send(6, nil) {
		t.Error("the text that five others got is not marked")
	}
	answer := o.server.Create(o.manager, "follow_ups", o.FollowUpFields(customers[6], testapp.Fields{"content": "您好 张庚经理，祝生意兴隆！"})).Want(200)
	if answer.Data["templated"] == true {
		t.Error("another author's first is marked")
	}
}

// TestFingerprint follows the text through its edits, and is neither shown nor logged: it stays when a text is erased.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Contact(o.customer, testapp.Fields{"name": "李敏"})
	print := func(record *core.Record) string { return o.Reload(record).GetString(crm.FieldFingerprint) }
	first := o.recorded(testapp.Fields{"content": "李敏 您好，Hello"})
	known := print(first)
	if known == "" || known != print(o.recorded(testapp.Fields{"content": "您好，hello"})) {
		t.Error("a name, spaces and case make another text")
	}
	if print(o.recorded(testapp.Fields{"kind": crm.KindCampaign})) != "" {
		t.Error("a campaign has a fingerprint")
	}
	o.server.Update(o.rep, first, testapp.Fields{"purpose": "回访"}).Want(200)
	if print(first) != known {
		t.Error("another purpose makes another text")
	}
	answer := o.server.Update(o.rep, first, testapp.Fields{"content": "您好，再见"}).Want(200)
	if got := print(first); got == "" || got == known {
		t.Errorf("another text leaves the fingerprint %q", got)
	}
	if answer.Data[crm.FieldFingerprint] != nil {
		t.Error("the fingerprint is shown")
	}
	var logged int
	if err := o.DB().NewQuery("SELECT count(*) FROM audit_log WHERE changes LIKE '%fingerprint%'").Row(&logged); err != nil || logged > 0 {
		t.Errorf("%d entries of the log tell of it: %v", logged, err)
	}
	o.server.Create(o.rep, "follow_ups", o.FollowUpFields(o.customer, testapp.Fields{"fingerprint": known})).Want(400)
}

// TestFingerprintsAdded gives follow-ups that were there before the step that brought fingerprints the same as the program does.
func TestFingerprintsAdded(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	customer := app.Customer(testapp.Fields{"owner": app.User(crm.RoleRep, nil).Id})
	app.Contact(customer, testapp.Fields{"name": "李敏"})
	followUp := app.FollowUp(customer, testapp.Fields{"by": customer.GetString("owner"), "content": "李敏，HELLO " + customer.GetString("name") + " 您好"})
	want := app.Reload(followUp).GetString(crm.FieldFingerprint)
	var step core.MigrationsList
	for _, one := range core.AppMigrations.Items() {
		if one.File == "1700000240_fingerprint.go" {
			step.Add(one)
		}
	}
	runner := core.NewMigrationsRunner(app, step)
	if reverted, err := runner.Down(1); err != nil || len(reverted) != 1 {
		t.Fatal(reverted, err)
	}
	if applied, err := runner.Up(); err != nil || len(applied) != 1 {
		t.Fatal(applied, err)
	}
	if got := app.Reload(followUp).GetString(crm.FieldFingerprint); want == "" || got != want {
		t.Errorf("the step gives %q, the program %q", got, want)
	}
}
