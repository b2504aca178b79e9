package messages

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/crm"
)

// userWith is somebody with wishes, not stored anywhere.
func userWith(wishes string) *core.Record {
	users := core.NewAuthCollection("users")
	users.Fields.Add(&core.JSONField{Name: crm.FieldNotify})
	user := core.NewRecord(users)
	user.SetRaw(crm.FieldNotify, types.JSONRaw(wishes))
	return user
}

func TestCheckPreferences(t *testing.T) {
	t.Parallel()
	const slackToken = "A1B2C3D4E/B1B2C3D4E/abcdefghijklmnopqrstuvwx"
	for _, c := range []struct{ wishes, code string }{
		{``, ""}, {`null`, ""}, {`""`, ""}, {`{}`, ""},
		{`{"email":"urgent"}`, ""}, {`{"email":"digest","messenger":"none","urls":[]}`, ""},
		{`{"email":"all","quiet_from":"21:00","quiet_to":"08:00"}`, ""},
		{`{"urls":["wecom://693a-key","dingtalk://token?secret=SEC1","lark://open.feishu.cn/token?secret=s","slack://hook:A1B2C3D4E-B1B2C3D4E-abcdefghijklmnopqrstuvwx@webhook"]}`, ""},
		{`{"urls":["https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a","https://oapi.dingtalk.com/robot/send?access_token=t","https://open.feishu.cn/open-apis/bot/v2/hook/t","https://hooks.slack.com/services/` + slackToken + `"]}`, ""},
		{`{"urls":["https://n8n.example.com/hook/1?a=b","generic://example.com/x?template=json&@Authorization=Bearer+x&$room=1"]}`, ""},
		{`[]`, "notify_shape"}, {`"digest"`, "notify_shape"}, {`{"email":true}`, "notify_shape"}, {`{"mail":"all"}`, "notify_shape"},
		{`{"email":"all"} {}`, "notify_shape"}, {`{"urls":"https://example.com"}`, "notify_shape"},
		{`{"email":"always"}`, "notify_wish"}, {`{"messenger":"daily"}`, "notify_wish"},
		{`{"quiet_from":"21:00"}`, "notify_quiet"}, {`{"quiet_from":"21:00","quiet_to":"24:00"}`, "notify_quiet"}, {`{"quiet_from":"9:00","quiet_to":"10:00"}`, "notify_quiet"},
		{`{"urls":["https://a.cn","https://b.cn","https://c.cn","https://d.cn","https://e.cn","https://f.cn"]}`, "notify_urls"},
		{`{"urls":["` + "https://a.cn/" + strings.Repeat("x", 1000) + `"]}`, "notify_url"},
	} {
		m := &Messages{}
		checkCode(t, m, c.wishes, c.code)
	}
	for _, url := range []string{
		"", "x", "example.com", "ftp://example.com", "file:///etc/passwd", "smtp://user:pass@host/?from=a&to=b", "logger://", "discord://token@id", "gotify://host/token",
		"generic+https://example.com", "https://", "https://user:pass@example.com/", "https://%zz", "wecom://", "wecom://a.b", "lark://example.com/token", "lark://open.feishu.cn/",
		"slack://x", "dingtalk://", "dingtalk://token/more", "generic://", "generic://example.com?template=other", "generic://example.com?method=DELETE",
		"https://127.0.0.1/", "https://[::1]/", "http://localhost:8090/api", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://2130706433/",
		"https://0x7f000001/", "https://127.1/", "https://0177.0.0.1/", "https://nas/", "https://nas.local/", "generic://192.168.1.1/x?disabletls=yes", "generic://localhost/x",
	} {
		checkCode(t, &Messages{}, `{"urls":["`+url+`"]}`, "notify_url")
	}
	allowing := &Messages{}
	allowing.AllowPrivate(true)
	for _, url := range []string{"http://127.0.0.1:5678/x", "http://nas.local/x", "generic://192.168.1.1/x?disabletls=yes"} {
		checkCode(t, allowing, `{"urls":["`+url+`"]}`, "")
	}
}

func checkCode(t *testing.T, m *Messages, wishes, code string) {
	t.Helper()
	err := m.checkPreferences(userWith(wishes))
	got := ""
	if coded, ok := err.(interface{ Code() string }); ok {
		got = coded.Code()
	}
	if got != code || (err == nil) != (code == "") {
		t.Errorf("%s: got %q (%v), want %q", wishes, got, err, code)
	}
	if err != nil && (!strings.HasSuffix(err.Error(), ".") && !strings.Contains(err.Error(), ": ") || strings.Contains(err.Error(), "user:pass")) {
		t.Errorf("%s: %q is no sentence", wishes, err)
	}
}

// TestQuietUntil walks over midnight and over nights in which the clock is changed.
func TestQuietUntil(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, from, to, now, want string }{
		{"Asia/Shanghai", "21:00", "08:00", "2026-08-03T20:59:59+08:00", "2026-08-03T20:59:59+08:00"},
		{"Asia/Shanghai", "21:00", "08:00", "2026-08-03T21:00:00+08:00", "2026-08-04T08:00:00+08:00"},
		{"Asia/Shanghai", "21:00", "08:00", "2026-08-03T23:59:59+08:00", "2026-08-04T08:00:00+08:00"},
		{"Asia/Shanghai", "21:00", "08:00", "2026-08-04T00:00:00+08:00", "2026-08-04T08:00:00+08:00"},
		{"Asia/Shanghai", "21:00", "08:00", "2026-08-04T07:59:59+08:00", "2026-08-04T08:00:00+08:00"},
		{"Asia/Shanghai", "21:00", "08:00", "2026-08-04T08:00:00+08:00", "2026-08-04T08:00:00+08:00"},
		{"Asia/Shanghai", "12:00", "14:00", "2026-08-04T13:15:30+08:00", "2026-08-04T14:00:00+08:00"},
		{"Asia/Shanghai", "12:00", "14:00", "2026-08-04T21:00:00+08:00", "2026-08-04T21:00:00+08:00"},
		{"Asia/Shanghai", "12:00", "12:00", "2026-08-04T12:00:00+08:00", "2026-08-04T12:00:00+08:00"},  // none
		{"Asia/Kathmandu", "21:00", "08:00", "2026-08-03T22:00:00+05:45", "2026-08-04T08:00:00+05:45"}, // no whole hours
		{"Europe/Berlin", "21:00", "08:00", "2027-03-27T22:00:00+01:00", "2027-03-28T08:00:00+02:00"},  // a short night
		{"Europe/Berlin", "21:00", "02:30", "2027-03-27T22:00:00+01:00", "2027-03-28T03:00:00+02:00"},  // 02:30 does not exist
		{"Europe/Berlin", "02:10", "02:40", "2027-03-28T01:59:00+01:00", "2027-03-28T01:59:00+01:00"},  // nor do they
		{"Europe/Berlin", "21:00", "08:00", "2026-10-24T22:00:00+02:00", "2026-10-25T08:00:00+01:00"},  // a long night
		{"Europe/Berlin", "21:00", "02:30", "2026-10-24T22:00:00+02:00", "2026-10-25T02:30:00+02:00"},  // 02:30 comes twice
		{"Europe/Berlin", "21:00", "02:30", "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"},
		{"America/Santiago", "21:00", "00:00", "2026-09-05T22:00:00-04:00", "2026-09-06T01:00:00-03:00"}, // no midnight
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		policy := &crm.Policy{QuietFrom: c.from, QuietTo: c.to}
		policy.Zone = zone
		if got := (Preferences{}).quietUntil(policy, now).In(zone).Format(time.RFC3339); got != c.want {
			t.Errorf("%s, %s to %s, %s: got %s, want %s", c.zone, c.from, c.to, c.now, got, c.want)
		}
		policy.QuietFrom, policy.QuietTo = "00:00", "23:59"
		if got := (Preferences{QuietFrom: c.from, QuietTo: c.to}).quietUntil(policy, now).In(zone).Format(time.RFC3339); got != c.want {
			t.Errorf("%s, one's own %s to %s, %s: got %s, want %s", c.zone, c.from, c.to, c.now, got, c.want)
		}
	}
}
