package testapp

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

// Server is the app behind real HTTP.
type Server struct {
	URL string
	t   testing.TB
}

// Serve starts the app's HTTP server and, with it, its jobs.
func (a *App) Serve() *Server {
	a.t.Helper()
	return ServePlain(a.t, a)
}

// ServePlain starts the HTTP server of any app, such as one without our hooks to compare with.
func ServePlain(t testing.TB, app core.App) *Server {
	t.Helper()
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	event := new(core.ServeEvent)
	event.App, event.Router = app, router
	server := &Server{t: t}
	err = app.OnServe().Trigger(event, func(e *core.ServeEvent) error {
		mux, err := e.Router.BuildMux()
		if err != nil {
			return err
		}
		listening := httptest.NewServer(mux)
		server.URL = listening.URL
		t.Cleanup(func() {
			listening.CloseClientConnections()
			listening.Close()
		})
		return nil
	})
	if err != nil {
		t.Fatalf("failed to serve: %v", err)
	}
	return server
}

// Answer is what the server said.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Data   map[string]any // of a JSON object

	t testing.TB
}

// Send sends a request as somebody (nil: nobody) with a JSON body (nil: none) and further headers in pairs.
func (s *Server) Send(as *core.Record, method, path string, body any, headers ...string) Answer {
	s.t.Helper()
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	return s.SendRaw(as, method, path, reader, "application/json", headers...)
}

// SendRaw sends a request as somebody (nil: nobody) with a body of a type (nil: none) and further headers in pairs.
func (s *Server) SendRaw(as *core.Record, method, path string, body io.Reader, contentType string, headers ...string) Answer {
	s.t.Helper()
	request, err := http.NewRequest(method, s.URL+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	if as != nil {
		token, err := as.NewAuthToken()
		if err != nil {
			s.t.Fatal(err)
		}
		request.Header.Set("Authorization", token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	answer := Answer{Status: response.StatusCode, Header: response.Header, Body: string(raw), t: s.t}
	_ = json.Unmarshal(raw, &answer.Data) // not every answer is an object
	return answer
}

// Create posts a record.
func (s *Server) Create(as *core.Record, collection string, body Fields) Answer {
	s.t.Helper()
	return s.Send(as, http.MethodPost, "/api/collections/"+collection+"/records", body)
}

// Update patches a record.
func (s *Server) Update(as *core.Record, record *core.Record, body Fields, headers ...string) Answer {
	s.t.Helper()
	return s.Send(as, http.MethodPatch, "/api/collections/"+record.Collection().Name+"/records/"+record.Id, body, headers...)
}

// Want fails the test unless the answer has a status.
func (a Answer) Want(status int) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("got status %d, want %d: %s", a.Status, status, a.Body)
	}
	return a
}

// Into reads the JSON of the answer into target.
func (a Answer) Into(target any) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.Body), target); err != nil {
		a.t.Fatalf("cannot read the answer: %v: %s", err, a.Body)
	}
}

// Text is a value of the answered record as text.
func (a Answer) Text(field string) string {
	text, _ := a.Data[field].(string)
	return text
}

// Codes are the codes of the field errors of a refusal.
func (a Answer) Codes() map[string]string {
	codes := map[string]string{}
	data, _ := a.Data["data"].(map[string]any)
	for field, value := range data {
		if problem, ok := value.(map[string]any); ok {
			codes[field], _ = problem["code"].(string)
		}
	}
	return codes
}
