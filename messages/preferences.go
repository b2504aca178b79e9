package messages

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/crm"
)

// What somebody wants to be told by a way: what cannot wait, the day's digest, both, or nothing.
const (
	wantUrgent = "urgent"
	wantDigest = "digest"
	wantAll    = "all"
	wantNone   = "none"
)

// Preferences are what somebody wants to hear outside of the dashboard: the field notify of users. Nothing given: nothing.
type Preferences struct {
	Email     string   `json:"email"`     // urgent, digest, all or none; empty: none
	Messenger string   `json:"messenger"` // likewise, of the urls; empty: all
	URLs      []string `json:"urls"`
	QuietFrom string   `json:"quiet_from"` // 21:00, on the clock of the policy's zone; empty: the policy's
	QuietTo   string   `json:"quiet_to"`
}

// maxURLs is how many messengers one person has at most.
const maxURLs = 5

// maxURL is how long the address of one is at most, in bytes.
const maxURL = 1000

// preferencesOf reads what somebody wants. What is not of the shape, as in a row written past the hooks, wants nothing.
func preferencesOf(user *core.Record) Preferences {
	p, err := readPreferences(user)
	if err != nil {
		return Preferences{}
	}
	return p
}

func readPreferences(user *core.Record) (p Preferences, err error) {
	raw, _ := user.GetRaw(crm.FieldNotify).(types.JSONRaw)
	if text := string(bytes.TrimSpace(raw)); text == "" || text == "null" || text == `""` {
		return p, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return p, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return p, errors.New("more than one value")
	}
	return p, nil
}

// checkPreferences refuses what cannot be understood, and addresses that may not be written to. An address is never quoted: it is a
// secret, and refusals are logged.
func (m *Messages) checkPreferences(user *core.Record) error {
	p, err := readPreferences(user)
	if err != nil {
		return validation.NewError("notify_shape",
			`Write it as {"email": "digest", "messenger": "all", "urls": ["wecom://…"], "quiet_from": "21:00", "quiet_to": "08:00"}, or nothing.`)
	}
	for _, want := range []string{p.Email, p.Messenger} {
		switch want {
		case "", wantUrgent, wantDigest, wantAll, wantNone:
		default:
			return validation.NewError("notify_wish", "email and messenger are one of urgent, digest, all and none.")
		}
	}
	if (p.QuietFrom == "") != (p.QuietTo == "") || !isClock(p.QuietFrom) || !isClock(p.QuietTo) {
		return validation.NewError("notify_quiet", "Write the quiet hours as quiet_from and quiet_to, such as 21:00 and 08:00; give both or none.")
	}
	if len(p.URLs) > maxURLs {
		return validation.NewError("notify_urls", fmt.Sprintf("There are at most %d addresses.", maxURLs))
	}
	for i, url := range p.URLs {
		if err := m.checkURL(url); err != nil {
			return validation.NewError("notify_url", fmt.Sprintf("Address %d: %s", i+1, err))
		}
	}
	return nil
}

// isClock tells whether a text is a time of day, or nothing.
func isClock(text string) bool {
	_, err := time.Parse("15:04", text)
	return text == "" || err == nil && len(text) == len("15:04")
}

// wants tells whether somebody with a wish is told: a digest, or else what cannot wait.
func wants(wish string, digest bool) bool {
	return wish == wantAll || wish == wantDigest && digest || wish == wantUrgent && !digest
}

// targets are the ways by which somebody is told: a digest, or else what cannot wait.
func (p Preferences) targets(digest bool) []target {
	var list []target
	if wants(p.Email, digest) {
		list = append(list, mailTarget)
	}
	if p.Messenger == "" || wants(p.Messenger, digest) {
		for _, url := range p.URLs {
			if t, err := parseTarget(url); err == nil {
				list = append(list, t)
			}
		}
	}
	return list
}

// quietUntil is the first moment from now on outside of somebody's quiet hours: their own, else the policy's, by the clock on the
// wall of the policy's zone. It walks minute by minute, so that it is right whatever that clock does in between.
func (p Preferences) quietUntil(policy *crm.Policy, now time.Time) time.Time {
	from, to := p.QuietFrom, p.QuietTo
	if from == "" {
		from, to = policy.QuietFrom, policy.QuietTo
	}
	start, end := minuteOf(from), minuteOf(to)
	quiet := func(t time.Time) bool {
		hour, minute, _ := t.In(policy.Zone).Clock()
		at := 60*hour + minute
		if start <= end {
			return start <= at && at < end
		}
		return at >= start || at < end
	}
	for t, limit := now, now.AddDate(0, 0, 2); t.Before(limit); t = t.Truncate(time.Minute).Add(time.Minute) {
		if !quiet(t) {
			return t
		}
	}
	return now // there is no whole day of them
}

// minuteOf is the minute of the day of a checked time of day.
func minuteOf(text string) int {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0
	}
	return 60*t.Hour() + t.Minute()
}
