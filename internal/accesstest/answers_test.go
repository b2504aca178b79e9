package accesstest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// answer is what the server said to somebody.
type answer struct {
	status int
	body   string
}

// send asks the server as somebody, and keeps what they hear.
func (w *world) send(p *principal, method, path, contentType, body string) answer {
	w.t.Helper()
	request, err := http.NewRequest(method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if p.token != "" {
		request.Header.Set("Authorization", p.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	w.hear(p, string(raw))
	return answer{response.StatusCode, string(raw)}
}

func (w *world) get(p *principal, path string) answer { return w.send(p, http.MethodGet, path, "", "") }

func (w *world) post(p *principal, path string, body any) answer {
	return w.send(p, http.MethodPost, path, "application/json", encoded(body))
}

func (w *world) patch(p *principal, r *row, body any) answer {
	return w.send(p, http.MethodPatch, recordPath(r), "application/json", encoded(body))
}

func recordPath(r *row) string { return "/api/collections/" + r.collection + "/records/" + r.id }

func encoded(value any) string {
	var raw bytes.Buffer
	encoder := json.NewEncoder(&raw)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return raw.String()
}

func (w *world) hear(p *principal, body string) { w.heard[p] = append(w.heard[p], body) }

// counted are the cells of the matrix.
type counted struct {
	shown      map[place]bool // what somebody who may know it was shown
	positive   int
	negative   int
	tested     map[string]bool // collection.field on channel, not shown to somebody and shown to somebody else
	untestable map[string]bool // the same, never shown to anybody
}

type place struct{ id, field, channel string }

// check holds every record in an answer, wherever it stands in it, against the page. It gives the ids of the records that stand
// in it on the channel itself, not in an expansion.
func (w *world) check(p *principal, channel, body string) []string {
	w.t.Helper()
	var value any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		w.t.Errorf("%s on %s: the answer is no JSON: %.200s", p.name, channel, body)
	}
	return w.walk(p, channel, value, nil)
}

func (w *world) walk(p *principal, channel string, value any, ids []string) []string {
	w.t.Helper()
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			ids = w.walk(p, channel, item, ids)
		}
	case map[string]any:
		if _, isRecord := value["collectionName"]; isRecord {
			id, _ := value["id"].(string)
			w.checkRecord(p, channel, id, value)
			if expand, given := value["expand"]; given {
				if parts, ok := expand.(map[string]any); ok {
					for name, part := range parts {
						w.walk(p, channel+" > "+name, part, nil)
					}
				}
			}
			return append(ids, id)
		}
		for _, part := range value {
			ids = w.walk(p, channel, part, ids)
		}
	}
	return ids
}

// checkRecord holds one shown record against the page, field by field.
func (w *world) checkRecord(p *principal, channel, id string, shown map[string]any) {
	w.t.Helper()
	r := w.rows[id]
	if r == nil {
		w.t.Errorf("%s on %s: a record %s that is not there", p.name, channel, id)
		return
	}
	standing := w.standing(p, r)
	if !p.sees(r.collection, standing) {
		w.t.Errorf("%s: they see a record they may not", w.cell(p, r, "id", channel))
	}
	if w.counted.shown == nil {
		w.counted.shown, w.counted.tested, w.counted.untestable = map[place]bool{}, map[string]bool{}, map[string]bool{}
	}
	known := []string{"id", "collectionId", "collectionName", "expand"}
	for _, f := range w.fields[r.collection] {
		name := f.GetName()
		known = append(known, name)
		if name == "id" {
			continue
		}
		value, got := shown[name]
		want := p.reads(r.collection, name, standing)
		at := place{id, name, channel}
		switch {
		case want && !got:
			w.t.Errorf("%s: not shown", w.cell(p, r, name, channel))
		case !want && got:
			w.t.Errorf("%s: shown: %v", w.cell(p, r, name, channel), value)
		case want:
			if tokens := token.FindAllString(written(r.data[name]), -1); len(tokens) > 0 && !w.rewritten && !strings.Contains(written(value), tokens[0]) {
				w.t.Errorf("%s: shown is %v, stored %v", w.cell(p, r, name, channel), value, r.data[name])
			}
			w.counted.shown[at] = true
			w.counted.positive++
		case w.counted.shown[at]:
			w.counted.negative++
			w.counted.tested[r.collection+"."+name+" on "+channel] = true
		default:
			w.counted.untestable[r.collection+"."+name+" on "+channel] = true
		}
	}
	for name := range shown {
		if !slices.Contains(known, name) {
			w.t.Errorf("%s: no such field", w.cell(p, r, name, channel))
		}
	}
}

// sweep looks through everything anybody heard for values they must not know, however they came into it. Once
// the program has worked out dates of its own, a day says no more where it is from.
func (w *world) sweep() {
	w.t.Helper()
	bodies := 0
	for _, p := range w.principals {
		told := map[string]bool{}
		for _, body := range w.heard[p] {
			bodies++
			for _, found := range token.FindAllString(body, -1) {
				c, known := w.canaries[found]
				if !known || told[found] || w.rewritten && strings.HasPrefix(found, "18") {
					continue
				}
				told[found] = true
				if !p.reads(c.row.collection, c.field, w.standing(p, c.row)) {
					w.t.Errorf("%s: heard %s in %.300s", w.cell(p, c.row, c.field, "any"), found, around(body, found))
				}
			}
		}
	}
	w.t.Logf("%d answers searched for %d values", bodies, len(w.canaries))
}

func around(body, found string) string {
	at := strings.Index(body, found)
	return body[max(0, at-150):min(len(body), at+150)]
}
