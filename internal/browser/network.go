package browser

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Traffic is what a page sends to the program's API and what it is answered, from Listen on.
type Traffic struct {
	page     *Page
	mu       sync.Mutex
	sent     []Sent
	asked    map[network.RequestID]string // the paths of what is not answered yet
	reading  sync.WaitGroup
	answered strings.Builder
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

// Listen keeps what the page sends to the API and is answered by it from now on.
func (p *Page) Listen() *Traffic {
	p.t.Helper()
	traffic := &Traffic{page: p, asked: map[network.RequestID]string{}}
	chromedp.ListenTarget(p.ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			traffic.keep(e)
		case *network.EventLoadingFinished:
			traffic.read(e.RequestID)
		}
	})
	p.Do(network.Enable())
	return traffic
}

func (t *Traffic) keep(e *network.EventRequestWillBeSent) {
	_, path, isOurs := strings.Cut(e.Request.URL, t.page.url)
	if !isOurs || !strings.HasPrefix(path, "/api/") {
		return
	}
	body := ""
	for _, entry := range e.Request.PostDataEntries {
		if raw, err := base64.StdEncoding.DecodeString(entry.Bytes); err == nil {
			body += string(raw)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent = append(t.sent, Sent{e.Request.Method, path, body})
	t.asked[e.RequestID] = path
}

// read keeps an answer as soon as it is whole, for the browser forgets it with the page. It must not wait: asked from within the listener,
// the browser would wait for itself.
func (t *Traffic) read(id network.RequestID) {
	t.mu.Lock()
	path, isOurs := t.asked[id]
	delete(t.asked, id)
	t.mu.Unlock()
	if !isOurs {
		return
	}
	t.reading.Go(func() {
		ctx, cancel := context.WithTimeout(t.page.ctx, stepTimeout)
		defer cancel()
		var body []byte
		err := chromedp.Run(ctx, chromedp.ActionFunc(func(ctx context.Context) (err error) {
			body, err = network.GetResponseBody(id).Do(ctx)
			return err
		}))
		t.mu.Lock()
		defer t.mu.Unlock()
		if err == nil { // of a page left meanwhile there is none
			t.answered.WriteString(path + "\n" + string(body) + "\n")
		}
	})
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

// Answers is all that was answered until now, each after the path that was asked, in the order of arrival.
func (t *Traffic) Answers() string {
	t.reading.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.answered.String()
}
