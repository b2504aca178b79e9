package imports_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/imports"
	"touchbase/internal/testapp"
)

// table gives a CSV file: a header and its rows.
func table(header []string, rows ...[]string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
		panic(err)
	}
	return b.String()
}

// run imports a file as it is and fails the test if it cannot be used.
func run(t testing.TB, app *testapp.App, kind, content string, set ...func(*imports.Options)) *imports.Result {
	t.Helper()
	options := imports.Options{Kind: kind, FileName: "file.csv"}
	for _, change := range set {
		change(&options)
	}
	result, err := imports.Run(context.Background(), app, strings.NewReader(content), options, app.Clock.Now())
	if err != nil {
		t.Fatalf("failed to import %s: %v", kind, err)
	}
	return result
}

func dry(o *imports.Options) { o.DryRun = true }

// want fails the test unless the closing line is as said.
func want(t testing.TB, result *imports.Result, summary string) {
	t.Helper()
	if got := result.Summary(); got != summary {
		t.Fatalf("got %q, want %q; problems: %v", got, summary, result.Problems)
	}
}

// only gives the one record of a collection in which a field has a value.
func only(t testing.TB, app core.App, collection, field string, value any) *core.Record {
	t.Helper()
	list, err := app.FindAllRecords(collection, dbx.HashExp{field: value})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 {
		t.Fatalf("%d records of %s have %s %v, want 1", len(list), collection, field, value)
	}
	return list[0]
}

func count(t testing.TB, app core.App, collection string) int64 {
	t.Helper()
	n, err := app.CountRecords(collection)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// sees fails the test unless the fields of a record read as said.
func sees(t testing.TB, record *core.Record, fields map[string]string) {
	t.Helper()
	for field, text := range fields {
		got := record.GetString(field)
		if list := record.GetStringSlice(field); len(list) > 1 || got == "" || strings.HasPrefix(got, "[") {
			got = strings.Join(list, ",")
		}
		if got != text {
			t.Errorf("%s of %s: got %q, want %q", field, record.Collection().Name, got, text)
		}
	}
}

// problemsOf are the problems of a result, each as row, field and code.
func problemsOf(result *imports.Result) []string {
	list := []string{}
	for _, p := range result.Problems {
		list = append(list, fmt.Sprintf("%d %s %s", p.Row, p.Field, p.Code))
	}
	return list
}

func wantProblems(t testing.TB, result *imports.Result, problems ...string) {
	t.Helper()
	if got := problemsOf(result); !slices.Equal(got, problems) {
		t.Errorf("got problems %q, want %q: %v", got, problems, result.Problems)
	}
}

// settled fails the test unless the assessments stored are those that the job finds for every customer, once a night has cut
// the scores of RFM.
func settled(t testing.TB, app *testapp.App) {
	t.Helper()
	if _, err := app.Jobs.Run("tiers", crm.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	row, err := app.Jobs.Run("tiers", crm.RunOptions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	if row.GetString(crm.FieldStatus) != crm.RunDone || row.GetInt(crm.FieldChanged) != 0 || row.GetInt(crm.FieldExamined) == 0 {
		t.Errorf("the tiers job was %s: examined %d, changed %d, want none changed of some", row.GetString(crm.FieldStatus),
			row.GetInt(crm.FieldExamined), row.GetInt(crm.FieldChanged))
	}
}

// customerHeader are the columns a customer needs.
var customerHeader = []string{"客户编号", "客户名称", "所属行业", "企业规模", "信息来源", "首次接触时间"}

func customerRow(code, name string) []string {
	return []string{code, name, "34", "51-100人", "官网", "2026-01-05"}
}

// storedFile reads a file kept with a record.
func storedFile(t testing.TB, app core.App, record *core.Record, field string) string {
	t.Helper()
	fs, err := app.NewFilesystem()
	if err != nil {
		t.Fatal(err)
	}
	defer fs.Close()
	r, err := fs.GetReader(record.BaseFilesPath() + "/" + record.GetString(field))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
