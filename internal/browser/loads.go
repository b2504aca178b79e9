package browser

import (
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// idle is how long nothing may be on its way before a page counts as loaded.
const idle = 400 * time.Millisecond

// Load is one load of a page.
type Load struct {
	Took     time.Duration // from the first request to the last answer
	Requests []Request     // the slowest first
}

// Request is what a page asked the network for, from when it was sent, after Began of the load, to its whole answer.
type Request struct {
	Address     string // without the program's own, readable
	Began, Took time.Duration
}

// traffic is what a page asks the network for.
type traffic struct {
	mu      sync.Mutex
	began   time.Time
	ended   time.Time
	open    map[network.RequestID]sent
	changed time.Time
	done    []Request
	some    bool
}

type sent struct {
	address string
	at      time.Time
}

// ColdLoads opens a page so many times with nothing kept from before, and gives its loads, the shortest first.
func (p *Page) ColdLoads(hash string, times int) []Load {
	p.t.Helper()
	now := &traffic{}
	chromedp.ListenTarget(p.ctx, now.hear)
	p.Do(network.Enable(), network.SetCacheDisabled(true))
	var loads []Load
	for range times {
		p.Do(chromedp.Navigate("about:blank"))
		now.reset()
		p.Do(chromedp.Navigate(p.url + "/_/" + hash))
		p.Await("the page "+hash, settled)
		p.await("the network to be idle", now.isIdle)
		loads = append(loads, now.load(p.url))
	}
	slices.SortFunc(loads, func(a, b Load) int { return int(a.Took - b.Took) })
	return loads
}

func (n *traffic) reset() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.began, n.ended, n.open, n.done, n.some = time.Time{}, time.Time{}, map[network.RequestID]sent{}, nil, false
}

func (n *traffic) hear(event any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.Type == network.ResourceTypeEventSource || n.open == nil { // a stream that stays open
			return
		}
		if n.began.IsZero() {
			n.began = e.Timestamp.Time()
		}
		n.open[e.RequestID] = sent{e.Request.URL, e.Timestamp.Time()}
		n.changed, n.some = time.Now(), true
	case *network.EventLoadingFinished:
		n.end(e.RequestID, e.Timestamp.Time())
	case *network.EventLoadingFailed:
		n.end(e.RequestID, e.Timestamp.Time())
	}
}

func (n *traffic) end(id network.RequestID, at time.Time) {
	was, isOpen := n.open[id]
	if !isOpen {
		return
	}
	delete(n.open, id)
	n.done = append(n.done, Request{was.address, was.at.Sub(n.began), at.Sub(was.at)})
	n.changed = time.Now()
	if at.After(n.ended) {
		n.ended = at
	}
}

func (n *traffic) isIdle() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.some && len(n.open) == 0 && time.Since(n.changed) > idle
}

func (n *traffic) load(base string) Load {
	n.mu.Lock()
	defer n.mu.Unlock()
	requests := slices.Clone(n.done)
	for i, request := range requests {
		requests[i].Address = strings.TrimPrefix(request.Address, base)
		if readable, err := url.QueryUnescape(requests[i].Address); err == nil {
			requests[i].Address = readable
		}
	}
	slices.SortFunc(requests, func(a, b Request) int { return int(b.Took - a.Took) })
	return Load{Took: n.ended.Sub(n.began), Requests: requests}
}
