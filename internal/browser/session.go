package browser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Session is somebody signed in to the program by its API, beside the browser: a colleague, or the test itself computing what a page has to show.
type Session struct {
	t     T
	url   string
	token string
	ID    string
}

// Session signs somebody of a collection (users, _superusers) in.
func (p *Program) Session(collection, email, password string) *Session {
	p.t.Helper()
	s := &Session{t: p.t, url: "http://" + p.Address}
	answer := s.Send(http.MethodPost, "/api/collections/"+collection+"/auth-with-password", map[string]any{"identity": email, "password": password})
	s.token, _ = answer["token"].(string)
	record, _ := answer["record"].(map[string]any)
	s.ID, _ = record["id"].(string)
	if s.token == "" {
		p.t.Fatalf("%s cannot sign in: %v", email, answer)
	}
	return s
}

// Send sends a request and gives the answered object; an error of the server fails the test.
func (s *Session) Send(method, path string, body any) map[string]any {
	s.t.Helper()
	status, raw := s.Try(method, path, body)
	if status >= http.StatusBadRequest {
		s.t.Fatalf("%s %s: %d %s", method, path, status, raw)
	}
	var answer map[string]any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &answer); err != nil {
			s.t.Fatalf("%s %s: %v: %s", method, path, err, raw)
		}
	}
	return answer
}

// Try sends a request that may be refused.
func (s *Session) Try(method, path string, body any) (int, []byte) {
	s.t.Helper()
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	request, err := http.NewRequest(method, s.url+path, reader)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		request.Header.Set("Authorization", s.token)
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
	return response.StatusCode, raw
}

// Create makes a record and gives its id.
func (s *Session) Create(collection string, fields map[string]any) string {
	s.t.Helper()
	id, _ := s.Send(http.MethodPost, "/api/collections/"+collection+"/records", fields)["id"].(string)
	return id
}

// Update changes a record.
func (s *Session) Update(collection, id string, fields map[string]any) {
	s.t.Helper()
	s.Send(http.MethodPatch, "/api/collections/"+collection+"/records/"+id, fields)
}

// List gives the records of a collection that a filter finds, at most 200.
func (s *Session) List(collection, filter, sort string) []map[string]any {
	s.t.Helper()
	query := url.Values{"filter": {filter}, "sort": {sort}, "perPage": {"200"}}
	items, _ := s.Send(http.MethodGet, "/api/collections/"+collection+"/records?"+query.Encode(), nil)["items"].([]any)
	records := make([]map[string]any, len(items))
	for i, item := range items {
		records[i] = item.(map[string]any)
	}
	return records
}

// StaffPassword is the password of everybody Staff makes.
const StaffPassword = "staff-password-1"

// Staff makes a team and one person of each role, <role>@touchbase.example, and gives their sessions by role. It is done as a superuser.
func (p *Program) Staff(root *Session) map[string]*Session {
	p.t.Helper()
	team := root.Create("teams", map[string]any{"name": "华东", "region": "上海"})
	people := map[string]*Session{}
	for role, name := range map[string]string{"rep": "周小雨", "support": "许文静", "manager": "陆佳宁", "director": "顾远衡"} {
		email := fmt.Sprintf("%s@touchbase.example", role)
		root.Create("users", map[string]any{
			"email": email, "password": StaffPassword, "passwordConfirm": StaffPassword, "verified": true,
			"name": name, "role": role, "team": team, "department": "sales", "active": true,
		})
		people[role] = p.Session("users", email, StaffPassword)
	}
	return people
}

// SignInStaff signs a person of Staff in.
func (p *Page) SignInStaff(role string) {
	p.t.Helper()
	p.SignInAs(role+"@touchbase.example", StaffPassword)
}
