package messages

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/specialized/generic"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
)

// message is what is told.
type message struct {
	id    string // of the delivery: a receiver that has it already knows it by that
	title string
	text  string
}

// chatLimit is the longest text that all messengers take, in bytes: WeCom's.
const chatLimit = 2000

// chat is a message as one text for a messenger.
func (m message) chat() string {
	text := strings.TrimSpace(m.title + "\n" + m.text)
	if len(text) <= chatLimit {
		return text
	}
	end := chatLimit - len("…")
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// webhook is an address that takes messages by HTTP.
type webhook struct {
	url         *url.URL
	method      string
	contentType string // empty: JSON
	headers     map[string]string
	payload     func(m message) ([]byte, error)
	sign        func(query url.Values, now time.Time) // nil: nothing to sign
	answers     bool                                  // says in its answer, by errcode, whether it took the message
}

// The header and the field by which a receiver knows a message it has.
const (
	headerKey = "Idempotency-Key"
	fieldID   = "id"
)

// asJSON is a message for a webhook of which nothing more is known.
func asJSON(m message) ([]byte, error) {
	return json.Marshal(map[string]string{fieldID: m.id, "title": m.title, "message": m.text})
}

// fromGeneric is a message as the address of a generic webhook asks for it.
func fromGeneric(service *generic.Service, m message) ([]byte, error) {
	config := *service.Config
	params := types.Params{fieldID: m.id, config.TitleKey: m.title, config.MessageKey: m.text}
	if config.Template == "" {
		params = types.Params{config.MessageKey: m.chat()}
	}
	body, err := service.GetPayload(&config, params)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}

// dingTalk is a robot of DingTalk, which the library does not know: dingtalk://TOKEN?secret=SEC….
func dingTalk(address *url.URL) (target, error) {
	secret := address.Query().Get("secret")
	if address.Host == "" || strings.Trim(address.Path, "/") != "" {
		return target{}, errUnreadable
	}
	hook := &webhook{
		url:    &url.URL{Scheme: "https", Host: hostDingTalk, Path: "/robot/send", RawQuery: url.Values{"access_token": {address.Host}}.Encode()},
		method: http.MethodPost, answers: true,
		payload: func(m message) ([]byte, error) {
			return json.Marshal(map[string]any{"msgtype": "text", "text": map[string]string{"content": m.chat()}})
		},
	}
	if secret != "" {
		hook.sign = func(query url.Values, now time.Time) {
			stamp := strconv.FormatInt(now.UnixMilli(), 10)
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write([]byte(stamp + "\n" + secret))
			query.Set("timestamp", stamp)
			query.Set("sign", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		}
	}
	return target{channel: channelDingTalk, lane: hostDingTalk, hook: hook}, nil
}

// answerLimit is how much of an answer is read, in bytes.
const answerLimit = 64 << 10

// send posts a message and gives what the receiver made of it: nil, statusError, codeError, or why there was no answer.
func (w *webhook) send(ctx context.Context, client *http.Client, m message, now time.Time) error {
	body, err := w.payload(m)
	if err != nil {
		return fmt.Errorf("failed to write the message: %w", err)
	}
	to := *w.url
	if w.sign != nil {
		query := to.Query()
		w.sign(query, now)
		to.RawQuery = query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, w.method, to.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	if w.contentType != "" {
		request.Header.Set("Content-Type", w.contentType)
	}
	request.Header.Set("User-Agent", "Touchbase")
	for name, value := range w.headers {
		request.Header.Set(name, value)
	}
	request.Header.Set(headerKey, m.id)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if response.StatusCode/100 != 2 {
		return statusError(response.StatusCode)
	}
	if err != nil || !w.answers {
		return nil // it has it
	}
	var said struct {
		Code int `json:"errcode"`
	}
	if err := json.Unmarshal(answer, &said); err == nil && said.Code != 0 {
		return codeError(said.Code)
	}
	return nil
}

// statusError is an answer by HTTP other than that all is well.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("status %d", int(e)) }

// codeError is a messenger's own word for that.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("code %d", int(e)) }
