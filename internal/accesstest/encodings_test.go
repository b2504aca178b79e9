package accesstest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// encoding is one way to write a field of a record.
type encoding struct {
	name string
	send func(w *world, p *principal, r *row, name string, value any) answer
}

// encodings are all ways PocketBase takes a change of a record by.
var encodings = []encoding{
	{"json", func(w *world, p *principal, r *row, name string, value any) answer {
		return w.patch(p, r, testapp.Fields{name: value})
	}},
	{"batch PATCH", func(w *world, p *principal, r *row, name string, value any) answer {
		return w.batch(p, http.MethodPatch, recordPath(r), testapp.Fields{name: value})
	}},
	{"form", func(w *world, p *principal, r *row, name string, value any) answer {
		return w.send(p, http.MethodPatch, recordPath(r), "application/x-www-form-urlencoded", url.Values{name: {plain(value)}}.Encode())
	}},
	{"multipart", func(w *world, p *principal, r *row, name string, value any) answer {
		return w.multipart(p, r, name, plain(value))
	}},
	{"@jsonPayload", func(w *world, p *principal, r *row, name string, value any) answer {
		return w.multipart(p, r, "@jsonPayload", encoded(testapp.Fields{name: value}))
	}},
	{"batch PUT", func(w *world, p *principal, r *row, name string, value any) answer {
		return w.batch(p, http.MethodPut, "/api/collections/"+r.collection+"/records", testapp.Fields{"id": r.id, name: value})
	}},
	{"twice in JSON", func(w *world, p *principal, r *row, name string, value any) answer {
		key, _ := json.Marshal(name)
		body := fmt.Sprintf(`{%s:%s,%s:%s}`, key, encoded(r.data[name]), key, encoded(value))
		return w.send(p, http.MethodPatch, recordPath(r), "application/json", body)
	}},
	{"with more behind it", func(w *world, p *principal, r *row, name string, value any) answer {
		return w.send(p, http.MethodPatch, recordPath(r), "application/json", encoded(testapp.Fields{name: value})+"{}")
	}},
	{"f+", modified("", "+")},
	{"+f", modified("+", "")},
	{"f-", modified("", "-")},
	{":autogenerate", modified("", ":autogenerate")},
}

func modified(before, after string) func(w *world, p *principal, r *row, name string, value any) answer {
	return func(w *world, p *principal, r *row, name string, value any) answer {
		return w.patch(p, r, testapp.Fields{before + name + after: value})
	}
}

// plain is a value as a form has it.
func plain(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return strings.TrimSpace(encoded(value))
}

func (w *world) multipart(p *principal, r *row, name, value string) answer {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField(name, value); err != nil {
		w.t.Fatal(err)
	}
	form.Close()
	return w.send(p, http.MethodPatch, recordPath(r), form.FormDataContentType(), body.String())
}

func (w *world) upload(p *principal, r *row, name string) answer {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(name, "new.txt")
	if err != nil {
		w.t.Fatal(err)
	}
	fmt.Fprint(part, "content")
	form.Close()
	return w.send(p, http.MethodPatch, recordPath(r), form.FormDataContentType(), body.String())
}

// batch sends one request in a batch, and gives its own answer.
func (w *world) batch(p *principal, method, path string, body testapp.Fields) answer {
	w.t.Helper()
	return w.post(p, "/api/batch", testapp.Fields{"requests": []any{testapp.Fields{"method": method, "url": path, "body": body}}})
}

// another gives a value for a field that differs from the one a row has.
func (w *world) another(p *principal, r *row, f core.Field) any {
	w.marks++
	switch f := f.(type) {
	case *core.SelectField:
		if f.Name == "stage" {
			return "prospect" // archiving is another thing, which some may
		}
		for i := len(f.Values) - 1; i >= 0; i-- {
			if !strings.Contains(written(r.data[f.Name]), `"`+f.Values[i]+`"`) {
				return f.Values[i]
			}
		}
	case *core.BoolField:
		return r.data[f.Name] != true
	case *core.NumberField:
		return 100 + w.marks%800
	case *core.AutodateField:
		return w.Day(5000 + w.marks%300) // never the day on which this runs
	case *core.DateField:
		day := w.Day(5 + w.marks%300)
		switch name := f.GetName(); {
		case name == "first_contact_on":
			return w.Day(-w.marks % 300) // not to come
		case strings.HasSuffix(name, "_at"):
			return day + " 12:00:00.000Z"
		}
		return day
	case *core.EmailField:
		return fmt.Sprintf("new%d@other.example", w.marks)
	case *core.URLField:
		return fmt.Sprintf("https://new%d.example", w.marks)
	case *core.JSONField:
		switch f.Name { // those that have a shape
		case "goals":
			return []any{map[string]any{"goal": "response_hours", "target": w.marks % 1000}}
		case "actions":
			return []any{map[string]any{"what": fmt.Sprintf("new %d", w.marks)}}
		}
		return []any{fmt.Sprintf("new %d", w.marks)}
	case *core.RelationField:
		return w.relatedAnother(p, r, f)
	case *core.TextField:
		switch f.Name {
		case "phone":
			return fmt.Sprintf("+861380%07d", w.marks)
		case "period":
			return fmt.Sprintf("%d-Q4", 2000+w.marks%100)
		}
	}
	return fmt.Sprintf("new %d", w.marks)
}

// relatedAnother gives a record a relation may point to and does not yet, of plans one that whoever writes sees.
func (w *world) relatedAnother(p *principal, r *row, f *core.RelationField) any {
	target, err := w.FindCachedCollectionByNameOrId(f.CollectionId)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, other := range w.of(target.Name) {
		if other.id == r.id || strings.Contains(written(r.data[f.Name]), other.id) {
			continue
		}
		if target.Name == "users" && (other.data["active"] != true || other.text("team") != w.principal("manager").team || other.text("role") == "") {
			continue
		}
		if target.Name == "plans" && !p.sees("plans", w.standing(p, other)) {
			continue
		}
		return other.id
	}
	return ""
}
