package browser

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Traffic is what a page sends to the server and what it is answered, from Listen on.
type Traffic struct {
	page *Page
	mu   sync.Mutex
	sent []Sent
	ids  []network.RequestID
}

// Sent is a request that a page made.
type Sent struct {
	Method, Path, Body string
}

// Fields are the names and values of a body.
func (s Sent) Fields() map[string]any {
	fields := map[string]any{}
	if err := json.Unmarshal([]byte(s.Body), &fields); err != nil {
		return map[string]any{"unreadable": s.Body}
	}
	return fields
}

// Listen keeps what the page sends and is answered by the API from now on.
func (p *Page) Listen() *Traffic {
	p.t.Helper()
	traffic := &Traffic{page: p}
	chromedp.ListenTarget(p.ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			_, path, isOurs := strings.Cut(e.Request.URL, p.url)
			if !isOurs || !strings.HasPrefix(path, "/api/") {
				return
			}
			body := ""
			for _, entry := range e.Request.PostDataEntries {
				if raw, err := base64.StdEncoding.DecodeString(entry.Bytes); err == nil {
					body += string(raw)
				}
			}
			traffic.mu.Lock()
			traffic.sent = append(traffic.sent, Sent{e.Request.Method, path, body})
			traffic.ids = append(traffic.ids, e.RequestID)
			traffic.mu.Unlock()
		}
	})
	p.Do(network.Enable())
	return traffic
}

// Writes are the requests made with a method to a path that begins so.
func (t *Traffic) Writes(method, prefix string) []Sent {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []Sent
	for _, sent := range t.sent {
		if sent.Method == method && strings.HasPrefix(sent.Path, prefix) {
			found = append(found, sent)
		}
	}
	return found
}

// Answers is all that the server answered, one after the other.
func (t *Traffic) Answers() string {
	t.mu.Lock()
	ids := append([]network.RequestID{}, t.ids...)
	t.mu.Unlock()
	var all strings.Builder
	for _, id := range ids {
		raw, err := network.GetResponseBody(id).Do(t.page.executor())
		if err == nil { // of a request that was given up there is none
			all.Write(raw)
		}
	}
	return all.String()
}
