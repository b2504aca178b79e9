package browser

import (
	"context"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Answers keeps, from now on, what the program's API answers the page, and gives it as often as asked: by address, the latest of each last.
func (p *Page) Answers() func() string {
	p.t.Helper()
	var lock sync.Mutex
	var all strings.Builder
	var reading sync.WaitGroup
	urls := map[network.RequestID]string{}
	chromedp.ListenTarget(p.ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventResponseReceived:
			lock.Lock()
			defer lock.Unlock()
			if strings.Contains(e.Response.URL, "/api/") && e.Response.MimeType == "application/json" {
				urls[e.RequestID] = e.Response.URL
			}
		case *network.EventLoadingFinished:
			lock.Lock()
			url, wanted := urls[e.RequestID]
			delete(urls, e.RequestID)
			lock.Unlock()
			if !wanted {
				return
			}
			reading.Go(func() { // asked from within the listener, the browser would wait for itself
				ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
				defer cancel()
				var body []byte
				err := chromedp.Run(ctx, chromedp.ActionFunc(func(ctx context.Context) (err error) {
					body, err = network.GetResponseBody(e.RequestID).Do(ctx)
					return err
				}))
				lock.Lock()
				defer lock.Unlock()
				if err == nil { // of a page left meanwhile, nothing is kept
					all.WriteString(url + "\n" + string(body) + "\n")
				}
			})
		}
	})
	p.Do(network.Enable())
	return func() string {
		reading.Wait()
		lock.Lock()
		defer lock.Unlock()
		return all.String()
	}
}
