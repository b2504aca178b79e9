package browser

import (
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// idle is how long nothing may be on its way before a page counts as loaded.
const idle = 400 * time.Millisecond

// traffic is what a page asks the network for.
type traffic struct {
	mu       sync.Mutex
	began    time.Time
	ended    time.Time
	open     map[network.RequestID]bool
	changed  time.Time
	requests int
}

// ColdLoads opens a page so many times with nothing kept from before, and gives how long each took from the first request to the last
// answer, shortest first.
func (p *Page) ColdLoads(hash string, times int) []time.Duration {
	p.t.Helper()
	now := &traffic{}
	chromedp.ListenTarget(p.ctx, now.hear)
	p.Do(network.Enable(), network.SetCacheDisabled(true))
	var took []time.Duration
	for range times {
		p.Do(chromedp.Navigate("about:blank"))
		now.reset()
		p.Do(chromedp.Navigate(p.url + "/_/" + hash))
		p.Await("the page "+hash, settled)
		p.await("the network to be idle", now.isIdle)
		took = append(took, now.took())
	}
	slices.Sort(took)
	return took
}

func (n *traffic) reset() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.began, n.ended, n.open, n.requests = time.Time{}, time.Time{}, map[network.RequestID]bool{}, 0
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
		n.open[e.RequestID], n.changed, n.requests = true, time.Now(), n.requests+1
	case *network.EventLoadingFinished:
		n.end(e.RequestID, e.Timestamp.Time())
	case *network.EventLoadingFailed:
		n.end(e.RequestID, e.Timestamp.Time())
	}
}

func (n *traffic) end(id network.RequestID, at time.Time) {
	if !n.open[id] {
		return
	}
	delete(n.open, id)
	n.changed = time.Now()
	if at.After(n.ended) {
		n.ended = at
	}
}

func (n *traffic) isIdle() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.requests > 0 && len(n.open) == 0 && time.Since(n.changed) > idle
}

func (n *traffic) took() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ended.Sub(n.began)
}
