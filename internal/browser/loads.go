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

// load is how a page is loaded, from what it asks the network for.
type load struct {
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
	now := &load{}
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

func (l *load) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.began, l.ended, l.open, l.requests = time.Time{}, time.Time{}, map[network.RequestID]bool{}, 0
}

func (l *load) hear(event any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.Type == network.ResourceTypeEventSource || l.open == nil { // a stream that stays open
			return
		}
		if l.began.IsZero() {
			l.began = e.Timestamp.Time()
		}
		l.open[e.RequestID], l.changed, l.requests = true, time.Now(), l.requests+1
	case *network.EventLoadingFinished:
		l.end(e.RequestID, e.Timestamp.Time())
	case *network.EventLoadingFailed:
		l.end(e.RequestID, e.Timestamp.Time())
	}
}

func (l *load) end(id network.RequestID, at time.Time) {
	if !l.open[id] {
		return
	}
	delete(l.open, id)
	l.changed = time.Now()
	if at.After(l.ended) {
		l.ended = at
	}
}

func (l *load) isIdle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.requests > 0 && len(l.open) == 0 && time.Since(l.changed) > idle
}

func (l *load) took() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended.Sub(l.began)
}
