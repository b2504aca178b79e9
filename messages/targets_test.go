package messages

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// sent is a request as a messenger gets it.
type sent struct {
	url, body, contentType string
	header                 http.Header
}

// makers stands in for the hosts of the messengers' makers, to which the library's own clients go, and lets all else through.
type makers struct {
	next http.RoundTripper
	mu   sync.Mutex
	sent map[string]sent     // by host
	say  map[string][]string // status and body, by host
}

func (m *makers) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	say, known := m.say[r.URL.Host]
	if !known {
		return m.next.RoundTrip(r)
	}
	body, _ := io.ReadAll(r.Body)
	m.sent[r.URL.Host] = sent{r.URL.String(), string(body), r.Header.Get("Content-Type"), r.Header}
	var status int
	fmt.Sscan(say[0], &status)
	return &http.Response{StatusCode: status, Status: say[0], Body: io.NopCloser(strings.NewReader(say[1])), Header: http.Header{}, Request: r}, nil
}

var stage = &makers{sent: map[string]sent{}, say: map[string][]string{hostWeCom: nil, hostSlack: nil, hostFeishu: nil, hostLark: nil}}

func TestMain(m *testing.M) {
	stage.next = http.DefaultTransport
	http.DefaultTransport = stage
	os.Exit(m.Run())
}

// TestMessengersOfTheLibrary sends to each of them what its maker's documentation asks for, also by the address as the messenger shows
// it, and understands a refusal.
func TestMessengersOfTheLibrary(t *testing.T) {
	const token = "A1B2C3D4E/B1B2C3D4E/abcdefghijklmnopqrstuvwx"
	for _, c := range []struct{ address, host, fine, refusal, url, body string }{
		{"wecom://693a-KEY", hostWeCom, `{"errcode":0}`, `{"errcode":93000,"errmsg":"invalid webhook url"}`, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-KEY",
			`{"msgtype":"text","text":{"content":"还有两小时\n甲公司"}}`},
		{"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-KEY", hostWeCom, `{"errcode":0}`, `{"errcode":45009}`, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-KEY",
			`{"msgtype":"text","text":{"content":"还有两小时\n甲公司"}}`},
		{"lark://open.feishu.cn/abc", hostFeishu, `{"code":0}`, `{"code":19001,"msg":"param invalid"}`, "https://open.feishu.cn/open-apis/bot/v2/hook/abc",
			`{"msg_type":"text","content":{"text":"还有两小时\n甲公司"}}`},
		{"https://open.larksuite.com/open-apis/bot/v2/hook/abc", hostLark, `{"code":0}`, `{"code":19001}`, "https://open.larksuite.com/open-apis/bot/v2/hook/abc", `"还有两小时\n甲公司"`},
		{"slack://hook:" + strings.ReplaceAll(token, "/", "-") + "@webhook", hostSlack, "ok", "invalid_token", "https://hooks.slack.com/services/" + token, "还有两小时"},
		{"https://hooks.slack.com/services/" + token, hostSlack, "ok", "no_service", "https://hooks.slack.com/services/" + token, "甲公司"},
	} {
		to, err := parseTarget(c.address)
		if err != nil || to.lane != c.host {
			t.Errorf("%s: %v, lane %q", c.address, err, to.lane)
			continue
		}
		out := &outgoing{target: to, message: message{id: "1", title: "还有两小时", text: "甲公司"}}
		stage.say[c.host] = []string{"200", c.fine}
		if err := sendByLibrary(out); err != nil {
			t.Errorf("%s: %v", c.address, err)
		}
		if got := stage.sent[c.host]; got.url != c.url || !strings.Contains(got.body, c.body) || !strings.HasPrefix(got.contentType, "application/json") {
			t.Errorf("%s: sent %+v", c.address, got)
		}
		for _, say := range [][]string{{"200", c.refusal}, {"500", "oops"}} {
			stage.say[c.host] = say
			err := sendByLibrary(out)
			if err == nil {
				t.Errorf("%s: %s counts as taken", c.address, say)
				continue
			}
			if failed := failureOf(t.Context(), to.channel, err); failed.en != "It refused the message." || failed.permanent {
				t.Errorf("%s: %s is told as %q", c.address, say, failed.en)
			}
		}
	}
}

// TestDingTalk signs what it sends, and reads in the answer whether it was taken.
func TestDingTalk(t *testing.T) {
	t.Parallel()
	var got sent
	answer := `{"errcode":0,"errmsg":"ok"}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = sent{r.URL.String(), string(body), r.Header.Get("Content-Type"), r.Header}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(server.Close)
	now := time.UnixMilli(1785722400123)
	for _, address := range []string{"dingtalk://TOKEN?secret=SEC1", "https://oapi.dingtalk.com/robot/send?access_token=TOKEN&secret=SEC1", "dingtalk://TOKEN"} {
		to, err := parseTarget(address)
		if err != nil || to.lane != hostDingTalk || to.hook.url.Host != hostDingTalk || to.hook.url.Scheme != "https" || to.channel != channelDingTalk {
			t.Fatalf("%s: %v, %+v", address, err, to)
		}
		there, _ := url.Parse(server.URL)
		to.hook.url.Scheme, to.hook.url.Host = there.Scheme, there.Host
		client := newClient(func() bool { return true }, nil)
		if err := to.hook.send(t.Context(), client, message{id: "1", title: "还有\"两\"小时", text: "甲公司"}, now); err != nil {
			t.Fatal(err)
		}
		if got.body != `{"msgtype":"text","text":{"content":"还有\"两\"小时\n甲公司"}}` {
			t.Errorf("%s: sent %s", address, got.body)
		}
		asked, _ := url.Parse(got.url)
		query := asked.Query()
		mac := hmac.New(sha256.New, []byte("SEC1"))
		mac.Write([]byte("1785722400123\nSEC1"))
		sign := base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if address == "dingtalk://TOKEN" {
			sign = ""
		}
		if asked.Path != "/robot/send" || query.Get("access_token") != "TOKEN" || query.Get("sign") != sign || query.Has("timestamp") != (sign != "") {
			t.Errorf("%s: asked %s", address, got.url)
		}
		answer = `{"errcode":310000,"errmsg":"sign not match"}`
		err = to.hook.send(t.Context(), client, message{}, now)
		if failed := failureOf(t.Context(), to.channel, err); failed == nil || failed.en != "It refused the message (code 310000)." {
			t.Errorf("a refusal is told as %+v", failed)
		}
		answer = `{"errcode":0}`
	}
}

// TestGenericWebhook sends what the address asks for.
func TestGenericWebhook(t *testing.T) {
	t.Parallel()
	var got sent
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = sent{r.Method + " " + r.URL.String(), string(body), r.Header.Get("Content-Type"), r.Header}
	}))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	for _, c := range []struct{ address, url, body, contentType string }{
		{server.URL + "/hook?a=b", "POST /hook?a=b", `{"id":"7","message":"甲公司","title":"两小时"}`, "application/json; charset=utf-8"},
		{"generic://" + host + "/x?disabletls=yes&a=b", "POST /x?a=b", "两小时\n甲公司", "text/plain; charset=utf-8"},
		{"generic://" + host + "/x?disabletls=yes&template=json&titlekey=subject&$room=9&@X-Token=s3", "POST /x",
			`{"id":"7","message":"甲公司","room":"9","subject":"两小时"}`, "application/json"},
		{"generic://" + host + "/x?disabletls=yes&template=JSON&method=PUT&contenttype=text/json", "PUT /x", `{"id":"7","message":"甲公司","title":"两小时"}`, "text/json"},
	} {
		to, err := parseTarget(c.address)
		if err != nil || to.lane != host {
			t.Errorf("%s: %v, lane %s", c.address, err, to.lane)
			continue
		}
		if err := to.hook.send(t.Context(), newClient(func() bool { return true }, nil), message{id: "7", title: "两小时", text: "甲公司"}, time.Time{}); err != nil {
			t.Errorf("%s: %v", c.address, err)
		}
		if got.url != c.url || got.body != c.body || got.contentType != c.contentType || got.header.Get("Idempotency-Key") != "7" {
			t.Errorf("%s: sent %+v", c.address, got)
		}
		if strings.Contains(c.address, "X-Token") && got.header.Get("X-Token") != "s3" {
			t.Errorf("%s: headers %v", c.address, got.header)
		}
	}
}

// TestChatIsShort cuts a long text where a letter ends.
func TestChatIsShort(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		text := message{title: strings.Repeat("x", n), text: strings.Repeat("长", 3000)}.chat()
		if len(text) > chatLimit || len(text) < chatLimit-3 || !strings.HasSuffix(text, "长…") {
			t.Errorf("%d bytes, ending in %q", len(text), text[len(text)-9:])
		}
	}
	if text := (message{title: "a", text: "b"}).chat(); text != "a\nb" {
		t.Errorf("a short one is %q", text)
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	got := htmlOf("一 <script>\n- a & b\n- c\n\n二\nhttps://crm.example/_/?a=\"b\"\n- d")
	want := "<p>一 &lt;script&gt;</p>\n<ul>\n<li>a &amp; b</li>\n<li>c</li>\n</ul>\n<p>二</p>\n" +
		"<p><a href=\"https://crm.example/_/?a=&#34;b&#34;\">https://crm.example/_/?a=&#34;b&#34;</a></p>\n<ul>\n<li>d</li>\n</ul>\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
