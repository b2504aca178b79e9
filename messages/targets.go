package messages

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/lark"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/slack"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/wecom"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/specialized/generic"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
)

// The ways of a delivery.
const (
	channelEmail    = "email"
	channelWeCom    = "wecom"
	channelDingTalk = "dingtalk"
	channelLark     = "lark"
	channelSlack    = "slack"
	channelWebhook  = "webhook"
)

// target is where a message goes.
type target struct {
	channel string
	lane    string // what it shares with those that hang when it hangs
	key     string // says which of somebody's it is, and not what it is
	service types.Service
	hook    *webhook
}

// mailTarget is somebody's own address.
var mailTarget = target{channel: channelEmail, lane: "mail", key: channelEmail}

// The hosts of the messengers' own webhooks, as people copy them.
const (
	hostSlack    = "hooks.slack.com"
	hostWeCom    = "qyapi.weixin.qq.com"
	hostDingTalk = "oapi.dingtalk.com"
	hostFeishu   = "open.feishu.cn"
	hostLark     = "open.larksuite.com"
)

// What is said of an address that is not taken. None quotes it.
var (
	errUnknownScheme = errors.New("begin it with wecom://, dingtalk://, lark://, slack://, generic:// or https://")
	errUnreadable    = errors.New("it cannot be read; copy the webhook's address from the messenger")
	errNotAllowed    = errors.New("it leads into a private network, which is not allowed here")
	errTemplate      = errors.New("the only template is json, the only methods are POST and PUT")
)

// checkURL says why nothing can be sent to an address.
func (m *Messages) checkURL(raw string) error {
	t, err := parseTarget(raw)
	if err != nil {
		return err
	}
	if t.hook != nil && !m.allowPrivate.Load() && namesPrivate(t.hook.url.Hostname()) {
		return errNotAllowed
	}
	return nil
}

// parseTarget reads an address: one of the library's (slack, wecom, lark, generic), dingtalk://TOKEN?secret=…, the address of one of
// these messengers as they show it, or any other webhook by https, which gets JSON.
func parseTarget(raw string) (t target, err error) {
	address, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || len(raw) > maxURL {
		return t, errUnreadable
	}
	address = own(address)
	switch address.Scheme {
	case "slack":
		t, err = ofLibrary(&slack.Service{}, address, channelSlack, hostSlack)
	case "wecom":
		t, err = ofLibrary(&wecom.Service{}, address, channelWeCom, hostWeCom)
	case "lark":
		t, err = ofLibrary(&lark.Service{}, address, channelLark, address.Host)
	case "dingtalk":
		t, err = dingTalk(address)
	case "generic":
		t, err = ofGeneric(address)
	case "https", "http":
		t, err = target{channel: channelWebhook, lane: address.Host, hook: &webhook{url: address, method: "POST", payload: asJSON}}, nil
	default:
		err = errUnknownScheme
	}
	if err == nil && t.hook != nil && (t.hook.url.Hostname() == "" || t.hook.url.User != nil) {
		err = errUnreadable
	}
	sum := sha256.Sum256([]byte(raw))
	t.key = hex.EncodeToString(sum[:8])
	t.lane = strings.ToLower(t.lane)
	return t, err
}

// own gives the address of a messenger's webhook, as the messenger shows it, in the form that names the messenger.
func own(shown *url.URL) *url.URL {
	if shown.Scheme != "https" {
		return shown
	}
	path := strings.Trim(shown.Path, "/")
	last := path[strings.LastIndex(path, "/")+1:]
	query := shown.Query()
	switch shown.Host {
	case hostSlack:
		return &url.URL{Scheme: "slack", User: url.UserPassword("hook", strings.ReplaceAll(strings.TrimPrefix(path, "services/"), "/", "-")), Host: "webhook"}
	case hostWeCom:
		return &url.URL{Scheme: "wecom", Host: query.Get("key")}
	case hostFeishu, hostLark:
		return &url.URL{Scheme: "lark", Host: shown.Host, Path: "/" + last, RawQuery: shown.RawQuery}
	case hostDingTalk:
		return &url.URL{Scheme: "dingtalk", Host: query.Get("access_token"), RawQuery: url.Values{"secret": query["secret"]}.Encode()}
	}
	return shown
}

// ofLibrary has the library read an address. What it says of one it refuses may quote it.
func ofLibrary(service types.Service, address *url.URL, channel, lane string) (target, error) {
	if address.Host == "" || service.Initialize(address, nil) != nil {
		return target{}, errUnreadable
	}
	return target{channel: channel, lane: lane, service: service}, nil
}

// ofGeneric has the library read the address of a webhook that says how it wants its messages. The library's own client would go
// anywhere, so the sending is ours.
func ofGeneric(address *url.URL) (target, error) {
	service := &generic.Service{}
	if address.Host == "" || service.Initialize(address, nil) != nil {
		return target{}, errUnreadable
	}
	config := service.Config
	switch {
	case config.Template != "" && !strings.EqualFold(config.Template, generic.JSONTemplate):
		return target{}, errTemplate
	case config.RequestMethod != "POST" && config.RequestMethod != "PUT":
		return target{}, errTemplate
	}
	hook := &webhook{url: config.WebhookURL(), method: config.RequestMethod, contentType: config.ContentType, headers: map[string]string{}}
	if config.Template == "" {
		hook.contentType = "text/plain; charset=utf-8"
	}
	for name, values := range address.Query() {
		if header, given := strings.CutPrefix(name, "@"); given && header != "" {
			hook.headers[header] = values[0]
		}
	}
	hook.payload = func(m message) ([]byte, error) { return fromGeneric(service, m) }
	return target{channel: channelWebhook, lane: hook.url.Host, hook: hook}, nil
}
