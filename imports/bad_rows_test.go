package imports_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"touchbase/crm"
	"touchbase/imports"
	"touchbase/internal/testapp"
	"touchbase/rules"
)

// One table of bad writes is fed to the API and to the import: both refuse the same field with the same code, and neither
// writes anything.
func TestImportRefusesWhatTheAPIRefuses(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	root := app.Superuser()
	customer := app.Customer(nil)
	for _, bad := range testapp.BadWrites(app) {
		before := count(t, app, bad.Collection)
		fields := bad.Fields(app, customer)
		code, ok := server.Create(root, bad.Collection, fields).Want(400).Codes()[bad.Field]
		if !ok || code != bad.Code {
			t.Errorf("%s: the API says %q of %s, want %q", bad.Name, code, bad.Field, bad.Code)
		}
		header := slices.Sorted(maps.Keys(fields))
		row := make([]string, len(header))
		for i, name := range header {
			row[i], _ = fields[name].(string)
		}
		content := table(header, row)
		for _, dryRun := range []bool{true, false} {
			options := imports.Options{Kind: bad.Collection, FileName: "bad.csv", DryRun: dryRun}
			result, err := imports.Run(context.Background(), app, strings.NewReader(content), options, app.Clock.Now())
			var unusable *rules.Problem
			switch {
			case bad.Code == crm.CodeUnknownField:
				if !errors.As(err, &unusable) || unusable.Code != bad.Code || !strings.Contains(unusable.Message, bad.Field) {
					t.Errorf("%s: the file is refused with %v, want %s naming %s", bad.Name, err, bad.Code, bad.Field)
				}
			case err != nil:
				t.Errorf("%s: %v", bad.Name, err)
			case bad.Matches:
				if len(result.Problems) > 0 || dryRun && result.Updated != 1 {
					t.Errorf("%s: a row of a stored record ended with %s: %v", bad.Name, result.Summary(), result.Problems)
				}
			case result.Created+result.Updated+result.Skipped > 0 || !names(result, bad.Field, bad.Code, row, header):
				t.Errorf("%s: the import ended with %s: %v; want %s %s", bad.Name, result.Summary(), result.Problems, bad.Field, bad.Code)
			}
		}
		if after := count(t, app, bad.Collection); after != before {
			t.Errorf("%s: %d records of %s, there were %d", bad.Name, after, bad.Collection, before)
		}
	}
}

// names tells whether a problem of the one row names a field, its code, its column and its value.
func names(result *imports.Result, field, code string, row, header []string) bool {
	column, value := "", ""
	if i := slices.Index(header, field); i >= 0 {
		column, value = field, row[i]
	}
	return slices.ContainsFunc(result.Problems, func(p imports.Problem) bool {
		return p.Row == 2 && p.Field == field && p.Code == code && p.Column == column && p.Value == value && p.Message != ""
	})
}

func TestProblemsOfRows(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	content := table(append(slices.Clone(customerHeader), "年营业额"),
		append(customerRow("C1", "甲公司"), "1,200万"),
		append(customerRow("C2", "乙公司"), "很多"),
		[]string{"C3", "", "34", "几个人", "官网", "2026-13-45", ""},
		append(customerRow("C4", "丁公司"), ""),
		append(customerRow("C5", "戊公司"), "", "多出的"),
	)
	planned := run(t, app, crm.CollectionCustomers, content, dry)
	if n := count(t, app, crm.CollectionCustomers) + count(t, app, crm.CollectionImports) + count(t, app, crm.CollectionTasks); n != 0 {
		t.Fatalf("a dry run wrote %d records", n)
	}
	if planned.ID != "" {
		t.Errorf("a dry run has the row %q in imports", planned.ID)
	}
	result := run(t, app, crm.CollectionCustomers, content)
	want(t, result, "rows 5, created 2, updated 0, skipped 0, problems 4")
	wantProblems(t, result, "3 annual_revenue unreadable_number", "4 size validation_invalid_value",
		"4 first_contact_on unreadable_date", "6  too_many_cells")
	if planned.Summary() != result.Summary() || !slices.Equal(planned.Problems, result.Problems) {
		t.Errorf("the dry run said %s %v, the run %s %v", planned.Summary(), planned.Problems, result.Summary(), result.Problems)
	}
	if line := result.Problems[0].String(); !strings.Contains(line, `row 3, column "年营业额", value "很多": `) {
		t.Errorf("the problem reads %q", line)
	}
	sees(t, only(t, app, crm.CollectionCustomers, "code", "C1"), map[string]string{"annual_revenue": "12000000", "size": "51-100"})

	row := only(t, app, crm.CollectionImports, "id", result.ID)
	sees(t, row, map[string]string{"kind": "customers", "status": "done", "rows": "5", "rows_created": "2", "rows_updated": "0", "skipped": "0"})
	if !strings.HasPrefix(row.GetString("file"), "file") {
		t.Errorf("the file is kept as %q", row.GetString("file"))
	}
	bad := storedFile(t, app, row, "problems")
	for _, text := range []string{"\ufeff客户编号,", "很多", "几个人", "unreadable_number", "多出的"} {
		if !strings.Contains(bad, text) {
			t.Errorf("the rows with problems miss %q:\n%s", text, bad)
		}
	}
	if strings.Contains(bad, "丁公司") {
		t.Errorf("the rows with problems hold a good one:\n%s", bad)
	}
}

func TestWholeFileRefused(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	tests := []struct{ name, kind, content, code, says string }{
		{"unknown column", "customers", table(append(slices.Clone(customerHeader), "幸运数字"), append(customerRow("C1", "甲"), "7")), "unknown_field", "幸运数字"},
		{"computed column", "customers", table(append(slices.Clone(customerHeader), "客户类别"), append(customerRow("C1", "甲"), "S")), "unknown_field", "客户类别"},
		{"a field twice", "customers", table(append(slices.Clone(customerHeader), "name"), append(customerRow("C1", "甲"), "乙")), "field_twice", "name"},
		{"no file", "orders", "", "empty_file", "empty"},
	}
	for _, tt := range tests {
		_, err := imports.Run(context.Background(), app, strings.NewReader(tt.content), imports.Options{Kind: tt.kind}, app.Clock.Now())
		var unusable *rules.Problem
		if !errors.As(err, &unusable) || unusable.Code != tt.code || !strings.Contains(unusable.Message, tt.says) {
			t.Errorf("%s: got %v, want %s: …%s…", tt.name, err, tt.code, tt.says)
		}
	}
	if _, err := imports.Run(context.Background(), app, strings.NewReader("a"), imports.Options{Kind: "tiers"}, app.Clock.Now()); err == nil {
		t.Error("tiers can be imported")
	}
	if n := count(t, app, crm.CollectionCustomers) + count(t, app, crm.CollectionImports); n != 0 {
		t.Errorf("files that cannot be used wrote %d records", n)
	}
}
