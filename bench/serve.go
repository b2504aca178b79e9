package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

// server is an app behind real HTTP on this machine.
type server struct {
	url    string
	server *http.Server
}

// serve starts the HTTP server of an app, and with it, where it has any, its jobs.
func serve(app core.App) (*server, error) {
	app.Settings().RateLimits.Enabled = false // eight clients at one address are more than the limits let pass
	router, err := apis.NewRouter(app)
	if err != nil {
		return nil, err
	}
	event := new(core.ServeEvent)
	event.App, event.Router = app, router
	s := &server{}
	return s, app.OnServe().Trigger(event, func(e *core.ServeEvent) error {
		mux, err := e.Router.BuildMux()
		if err != nil {
			return err
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		s.url = "http://" + listener.Addr().String()
		s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
		go func() { _ = s.server.Serve(listener) }() // ends with the server; a request that fails says why
		return nil
	})
}

// request is what a client sends.
type request struct {
	method, path, token string
	body                any
}

// rate sends requests by so many clients at once and gives how many were answered a second. A refusal ends it.
func (b *bench) rate(ctx context.Context, s *server, clients, count int, next func() request) (float64, error) {
	requests := make([]request, count) // made before the time counts
	for i := range requests {
		requests[i] = next()
	}
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var sent atomic.Int64
	failures := make([]error, clients)
	var work sync.WaitGroup
	start := b.Clock()
	for c := range clients {
		work.Go(func() {
			for i := sent.Add(1) - 1; i < int64(count) && failures[c] == nil; i = sent.Add(1) - 1 {
				_, failures[c] = send(ctx, client, s.url, requests[i])
			}
		})
	}
	work.Wait()
	return float64(count) / b.Clock().Sub(start).Seconds(), errors.Join(failures...)
}

// send sends one request and gives what a good answer says.
func send(ctx context.Context, client *http.Client, url string, r request) (map[string]any, error) {
	raw, err := json.Marshal(r.body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, r.method, url+r.path, bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", r.token)
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s %s was answered %d: %s", r.method, r.path, response.StatusCode, answer)
	}
	var said map[string]any
	_ = json.Unmarshal(answer, &said) // a batch answers with a list
	return said, nil
}
