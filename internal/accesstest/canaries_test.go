package accesstest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
)

// canary is where a value stands that is nowhere else.
type canary struct {
	row   *row
	field string
}

// mark puts values that are nowhere else into the restricted fields of an account.
func (w *world) mark(id string) {
	w.t.Helper()
	c, err := w.FindCollectionByNameOrId("users")
	if err != nil {
		w.t.Fatal(err)
	}
	values := dbx.Params{"locale": "zh-CN"}
	for _, name := range []string{"email", "phone", "notify"} {
		f := c.Fields.GetByName(name)
		if values[name], err = f.PrepareValue(core.NewRecord(c), w.value(f)); err != nil {
			w.t.Fatal(err)
		}
	}
	if _, err := w.DB().Update("users", values, dbx.HashExp{"id": id}).Execute(); err != nil {
		w.t.Fatal(err)
	}
}

// Tokens: each kind of value can be found again in any text.
var (
	token    = regexp.MustCompile(`qz\d{5}x|\+861390\d{7}|7100\d{6}|1[89]\d\d-\d\d-\d\d`)
	firstDay = time.Date(1830, 1, 1, 3, 4, 5, 0, time.UTC)
)

// value gives one that a field accepts and that is nowhere else, where the field holds such; else one that is not empty.
func (w *world) value(f core.Field) any {
	w.marks++
	text := fmt.Sprintf("qz%05dx", w.marks)
	switch f := f.(type) {
	case *core.EmailField:
		return text + "@canary.example"
	case *core.URLField:
		return "https://" + text + ".example"
	case *core.TextField:
		switch f.Name {
		case "phone":
			return fmt.Sprintf("+861390%07d", w.marks)
		case "tokenKey":
			return security.RandomString(50)
		case "credit_code":
			return ""
		case "period":
			return "2026-Q3"
		case "region":
			return "华东" // a rule makes a tag of it, and everybody sees which tags there are
		}
		return text
	case *core.NumberField:
		if f.Max != nil {
			return int(*f.Max) - w.marks%2
		}
		if f.OnlyInt {
			return w.marks // too short to be found again
		}
		return 7100000000 + w.marks
	case *core.BoolField:
		return true
	case *core.DateField, *core.AutodateField:
		at := firstDay.AddDate(0, 0, w.marks)
		if strings.HasSuffix(f.GetName(), "_on") {
			at = at.Truncate(24 * time.Hour)
		}
		return at
	case *core.SelectField:
		if f.Name == "status" && slices.Contains(f.Values, "confirmed") {
			return []string{"confirmed"}
		}
		if f.Name == "stage" {
			return []string{"active"}
		}
		return f.Values[:1]
	case *core.JSONField:
		switch f.Name { // those that the judgement reads again
		case "rfm":
			return map[string]any{"r": 1, "f": 1, "m": 1, "group": text}
		case "automatic_tags":
			return []any{text}
		case "goals":
			return []any{map[string]any{"goal": "nps", "target": w.marks % 100}}
		case "evidence":
			return map[string]any{"name": text}
		case "actions":
			return []any{map[string]any{"what": text}}
		}
		return []any{map[string]any{"rule": text}}
	case *core.FileField:
		return []string{text + ".txt"}
	case *core.RelationField:
		return w.related(f)
	}
	return nil
}

// related gives a record for a relation whose target says nothing of who may see what.
func (w *world) related(f *core.RelationField) any {
	target, err := w.FindCachedCollectionByNameOrId(f.CollectionId)
	if err != nil {
		w.t.Fatal(err)
	}
	switch target.Name {
	case "industries", "tags", "imports":
		var id string
		if err := w.DB().Select("id").From(target.Name).OrderBy("created", "id").Limit(1).Row(&id); err != nil {
			w.t.Fatal(err)
		}
		return []string{id}
	}
	return nil
}

// attach stores the file that a row names in a field.
func (w *world) attach(collection, id, field string) {
	w.t.Helper()
	record, err := w.FindRecordById(collection, id)
	if err != nil {
		w.t.Fatal(err)
	}
	files, err := w.NewFilesystem()
	if err != nil {
		w.t.Fatal(err)
	}
	defer files.Close()
	name := record.GetStringSlice(field)[0]
	if err := files.Upload([]byte("content of "+name), record.BaseFilesPath()+"/"+name); err != nil {
		w.t.Fatal(err)
	}
}

// load reads every row as it is stored, and where each value is that is nowhere else.
func (w *world) load() {
	w.canaries = map[string]canary{}
	twice := map[string]bool{}
	for _, collection := range slices.Sorted(maps.Keys(w.fields)) {
		records, err := w.FindAllRecords(collection)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, record := range records {
			r := &row{collection: collection, id: record.Id, data: map[string]any{}}
			for _, f := range w.fields[collection] {
				name := f.GetName()
				r.data[name] = record.GetRaw(name)
				for _, found := range token.FindAllString(fmt.Sprint(written(r.data[name])), -1) {
					if other, known := w.canaries[found]; known && other.row.id != r.id {
						twice[found] = true
					}
					w.canaries[found] = canary{r, name}
				}
			}
			w.rows[r.id] = r
		}
	}
	for found := range twice {
		delete(w.canaries, found)
	}
	for _, r := range w.rows {
		if id, _ := r.data["customer"].(string); id != "" {
			r.customer = w.rows[id]
		} else if r.collection == "customers" {
			r.customer = r
		}
	}
}

// written is a value as an answer has it.
func written(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(raw)
}
