package api_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/xuri/excelize/v2"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/internal/testapp"
)

// bom begins a CSV file that spreadsheets read as UTF-8.
const bom = "\ufeff"

// begin asks for a file, whose body is still to be read.
func begin(t testing.TB, ctx context.Context, server *testapp.Server, as *core.Record, path string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/crm/export/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := as.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 200 {
		t.Fatalf("%s: got %d", path, response.StatusCode)
	}
	return response
}

// exported gets a file.
func exported(t testing.TB, server *testapp.Server, as *core.Record, path string) (http.Header, []byte) {
	t.Helper()
	response := begin(t, context.Background(), server, as, path)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.Header, body
}

// readCSV reads a file into its rows by heading, and the note at its end.
func readCSV(t testing.TB, body []byte) (rows []map[string]string, note string) {
	t.Helper()
	text, marked := strings.CutPrefix(string(body), bom)
	if !marked || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
		t.Errorf("the file begins %.20q", body)
	}
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll() // refuses rows of another length
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1 : len(lines)-1] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows, lines[len(lines)-1][0]
}

func TestExportCSV(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	team := app.Team("North")
	director := app.User(crm.RoleDirector, testapp.Fields{"name": "王总", "team": team.Id})
	rep := app.User(crm.RoleRep, testapp.Fields{"name": "=cmd|' /C calc'!A0", "team": team.Id})
	vip, big := app.Make(crm.CollectionTags, testapp.Fields{"name": "VIP", "group": "basic", "colour": "#ff0000"}), app.Make(crm.CollectionTags, testapp.Fields{"name": "大客户", "group": "basic", "colour": "#ff0000"})
	customer := app.Customer(testapp.Fields{
		"name": "=1+1公司", "owner": rep.Id, "collaborators": []string{director.Id}, "tags": []string{vip.Id, big.Id},
		"avoid_channels": []string{"sms", "phone"}, "notes": "第一行\n\"第二行\", 等", "pain_points": "＋86", "core_need": "-12.5", "future_need": "@SUM(A1)",
		"budget_range": "42万", "declared_annual_purchase": 42000.5, "first_contact_on": "2026-07-01",
	})
	app.Customer(testapp.Fields{"name": "另一家公司"})
	app.Contact(customer, testapp.Fields{"phone": "13800131234"})
	app.Order(customer, -12.5, nil)

	header, body := exported(t, server, director, "customers?sort=-declared_annual_purchase")
	for name, want := range map[string]string{
		"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": `attachment; filename="customers-2026-08-03.csv"`, "Cache-Control": "no-store",
	} {
		if header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, header.Get(name), want)
		}
	}
	rows, note := readCSV(t, body)
	if len(rows) != 2 {
		t.Fatalf("there are %d rows: %v", len(rows), rows)
	}
	if want := "# exported by 王总 " + director.Id + " at 2026-08-03 10:00 +08:00 · customers · csv, sort -declared_annual_purchase, 2 rows"; note != want {
		t.Errorf("the note is %q, want %q", note, want)
	}
	for name, want := range map[string]string{
		"id": customer.Id, "name": "'=1+1公司", "owner": "'=cmd|' /C calc'!A0", "collaborators": "王总", "tags": "VIP; 大客户; 51-100人", "team": "North",
		"avoid_channels": "sms; phone", "notes": "第一行\n\"第二行\", 等", "pain_points": "'＋86", "core_need": "'-12.5", "future_need": "'@SUM(A1)",
		"budget_range": "42万", "declared_annual_purchase": "42000.5", "first_contact_on": "2026-07-01", "created": "2026-08-03 10:00:00",
		"silent": "true", "tier_pin_until": "", "annual_revenue": "0", "industry": "通用设备制造业",
	} {
		if rows[0][name] != want {
			t.Errorf("%s is %q, want %q", name, rows[0][name], want)
		}
	}
	for _, name := range []string{"name_key", "window_amount", "assigned", "import", "assess_due_at"} {
		if _, there := rows[0][name]; there {
			t.Errorf("%s, which nobody may read, is exported", name)
		}
	}
	contacts, _ := exportedRows(t, server, director, "contacts")
	if got := contacts[0]; got["phone"] != "'+8613800131234" || got["customer"] != "'=1+1公司" {
		t.Errorf("the contact is %v", got)
	}
	orders, _ := exportedRows(t, server, director, "orders?filter="+url.QueryEscape("amount < 0"))
	if got := orders[0]; len(orders) != 1 || got["amount"] != "-12.5" || got["ordered_at"] != "2026-08-03 10:00:00" || got["cancelled"] != "false" {
		t.Errorf("the return is %v", orders)
	}
	users, _ := exportedRows(t, server, app.Superuser(), "users?filter="+url.QueryEscape("email ~ 'director'"))
	if _, secret := users[0]["password"]; secret || users[0]["tokenKey"] != "" || len(users) != 1 || users[0]["email"] == "" {
		t.Errorf("the director is %v", users)
	}
	if none, note := exportedRows(t, server, director, "tasks?filter=id=''"); len(none) != 0 || !strings.HasSuffix(note, "· tasks · csv, filter id='', 0 rows") {
		t.Errorf("no tasks are %v, %q", none, note)
	}
}

func exportedRows(t testing.TB, server *testapp.Server, as *core.Record, path string) ([]map[string]string, string) {
	t.Helper()
	_, body := exported(t, server, as, path)
	return readCSV(t, body)
}

// No text can run as a formula, whatever signs stand before it; texts that could not are left alone.
func TestExportDefuses(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	director := app.User(crm.RoleDirector, nil)
	left := []string{"", "a=1", "1-2", "100%", "(-1)", "'=1", "客户", "·=1", "1+1"}
	for i, text := range append(left, "=1", "+1", "-1", "@A1", "＝1", "＋1", "－1", "＠A1", " =1", "　=1", "\t=1", "\r=1", "\n=1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\x00=1", "\t1", "-") {
		insert(t, app, crm.CollectionTeams, 0, fmt.Sprintf("team%011d", i), dbx.Params{"name": text})
	}
	rows, _ := exportedRows(t, server, director, "teams?sort=id")
	for i, row := range rows {
		if defused := strings.HasPrefix(row["name"], "'"); defused != (i >= len(left) || left[i] == "'=1") {
			t.Errorf("%d: %q", i, row["name"])
		}
	}
	if len(rows) != 28 {
		t.Errorf("there are %d rows", len(rows))
	}
}

func TestExportXLSX(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	director := app.User(crm.RoleDirector, testapp.Fields{"name": "王总"})
	long := strings.Repeat("长𝄞", 2000)
	customer := app.Customer(testapp.Fields{
		"name": "=1+1公司", "core_need": "-12.5", "declared_annual_purchase": 42000.5, "first_contact_on": "2026-07-01", "anniversary_on": "1899-12-31", "pain_points": long,
	})
	header, body := exported(t, server, director, "customers?format=xlsx&filter="+url.QueryEscape("declared_annual_purchase > 1 // <&"))
	if got := header.Get("Content-Disposition"); got != `attachment; filename="customers-2026-08-03.xlsx"` {
		t.Errorf("the file is %q", got)
	}
	file, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := file.GetRows("customers")
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %d rows: %v", err, len(rows), rows)
	}
	for name, want := range map[string]string{
		"id": customer.Id, "name": "=1+1公司", "core_need": "-12.5", "declared_annual_purchase": "42000.5", "first_contact_on": "2026-07-01",
		"anniversary_on": "1899-12-31", "created": "2026-08-03 10:00:00", "silent": "TRUE", "pain_points": long,
	} {
		cell, err := excelize.CoordinatesToCellName(slices.Index(rows[0], name)+1, 2)
		if err != nil {
			t.Fatal(err)
		}
		got, err := file.GetCellValue("customers", cell)
		if err != nil || got != want {
			t.Errorf("%s is %.50q, %v; want %.50q", name, got, err, want)
		}
		if formula, err := file.GetCellFormula("customers", cell); err != nil || formula != "" {
			t.Errorf("%s has the formula %q, %v", name, formula, err)
		}
		kind, err := file.GetCellType("customers", cell)
		wantKind := map[string]excelize.CellType{
			"declared_annual_purchase": excelize.CellTypeUnset, "first_contact_on": excelize.CellTypeUnset, "created": excelize.CellTypeUnset, // numbers
			"silent": excelize.CellTypeBool,
		}
		if want, listed := wantKind[name]; err != nil || listed && kind != want || !listed && kind != excelize.CellTypeInlineString {
			t.Errorf("%s is a cell of kind %v, %v", name, kind, err)
		}
	}
	panes, err := file.GetPanes("customers")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the heading is not frozen: %+v, %v", panes, err)
	}
	want := "exported by 王总 " + director.Id + " at 2026-08-03 10:00 +08:00 · customers · xlsx, filter declared_annual_purchase > 1 // <&, 1 rows"
	if note, err := file.GetCellValue("export", "A1"); err != nil || note != want {
		t.Errorf("the sheet says %q, %v; want %q", note, err, want)
	}
	if properties, err := file.GetDocProps(); err != nil || properties.Description != want || properties.Creator != "王总 "+director.Id {
		t.Errorf("the properties are %+v, %v", properties, err)
	}
}

// Every collection that directors see can be exported in both formats, whole.
func TestExportEveryCollection(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	for name, rights := range access.Table {
		if access.PrincipalOf(c.people[crm.RoleDirector]).Granted(rights.See) == 0 {
			continue
		}
		records, err := c.FindAllRecords(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == crm.CollectionNotifications { // those of others are nobody's to see
			records = slices.DeleteFunc(records, func(r *core.Record) bool { return r.GetString("user") != c.people[crm.RoleDirector].Id })
		}
		rows, note := exportedRows(t, server, c.people[crm.RoleDirector], name+"?sort=-id")
		if len(rows) != len(records) || !strings.HasSuffix(note, fmt.Sprintf(" %d rows", len(records))) {
			t.Errorf("%s: %d of %d are exported, %q", name, len(rows), len(records), note)
		}
		for i, row := range rows {
			if i > 0 && row["id"] >= rows[i-1]["id"] {
				t.Errorf("%s: %s does not come before %s", name, rows[i-1]["id"], row["id"])
			}
		}
		if name == crm.CollectionAuditLog { // each export adds to it
			continue
		}
		_, body := exported(t, server, c.people[crm.RoleDirector], name+"?format=xlsx")
		file, err := excelize.OpenReader(bytes.NewReader(body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if sheet, err := file.GetRows(name); err != nil || len(sheet) != len(records)+1 {
			t.Errorf("%s: the sheet has %d rows of %d: %v", name, len(sheet), len(records), err)
		}
		file.Close()
	}
}

// Every export is on record before it is sent, with what was asked for; a refused one is not.
func TestExportIsAudited(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	director, root := app.User(crm.RoleDirector, nil), app.Superuser()
	app.Customer(nil)
	server.Send(director, http.MethodGet, "/api/crm/export/customers?filter="+url.QueryEscape("tier != 'S'")+"&sort=-name", nil).Want(200)
	server.Send(root, http.MethodGet, "/api/crm/export/audit_log?format=xlsx", nil).Want(200)
	server.Send(director, http.MethodGet, "/api/crm/export/customers?filter=door", nil).Want(400)
	server.Send(app.User(crm.RoleManager, nil), http.MethodGet, "/api/crm/export/customers", nil).Want(403)
	entries, err := app.FindRecordsByFilter(crm.CollectionAuditLog, "action = 'export'", "seq", 0, 0)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v, there are %d entries", err, len(entries))
	}
	for i, want := range []struct{ actor, collection, note string }{
		{director.Id, "customers", "csv, filter tier != 'S', sort -name, 1 rows"},
		{root.Id, "audit_log", "xlsx, "},
	} {
		entry := entries[i]
		if entry.GetString("actor") != want.actor || entry.GetString("collection") != want.collection || !strings.HasPrefix(entry.GetString("note"), want.note) ||
			entry.GetString("ip") == "" || !entry.GetDateTime("at").Time().Equal(app.Clock.Now()) {
			t.Errorf("the entry is %v, want %v", entry.FieldsData(), want)
		}
	}
}

func TestExportRefuses(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	director := c.people[crm.RoleDirector]
	for _, row := range []struct {
		name   string
		as     *core.Record
		path   string
		status int
		field  string
	}{
		{"a guest", nil, "customers", 401, ""},
		{"a rep", c.people[crm.RoleRep], "customers", 403, ""},
		{"support", c.people[crm.RoleSupport], "customers", 403, ""},
		{"a manager", c.people[crm.RoleManager], "customers", 403, ""},
		{"a director who left", c.User(crm.RoleDirector, testapp.Fields{"active": false}), "customers", 403, ""},
		{"a director", director, "customers", 200, ""},
		{"a superuser", c.Superuser(), "customers", 200, ""},
		{"the job runs", director, "job_runs", 200, ""},
		{"nothing", director, "nothing", 404, ""},
		{"superusers", c.Superuser(), "_superusers", 404, ""},
		{"another format", director, "customers?format=pdf", 400, "format"},
		{"no filter", director, "customers?filter=name", 400, "filter"},
		{"a field that is not there", director, "customers?filter=" + url.QueryEscape("door = 'x'"), 400, "door"},
		{"a field of nobody's", director, "customers?sort=name_key", 400, "name_key"},
		{"a password", director, "users?sort=password", 400, "password"},
		{"a function that is not there", director, "customers?filter=" + url.QueryEscape("upper(name) = 'x'"), 400, ""},
		{"through relations", director, "customers?sort=owner.email", 400, "owner"},
		{"too long a filter", director, "customers?filter=" + url.QueryEscape("name = '"+strings.Repeat("长", 4000)+"'"), 400, ""},
	} {
		answer := server.Send(row.as, http.MethodGet, "/api/crm/export/"+row.path, nil)
		if answer.Status != row.status || row.field != "" && answer.Codes()[row.field] == "" {
			t.Errorf("%s: got %d %.300s, want %d and a word on %q", row.name, answer.Status, answer.Body, row.status, row.field)
		}
		if begun := strings.HasPrefix(answer.Body, bom); begun != (row.status == 200) {
			t.Errorf("%s: a file is begun: %t", row.name, begun)
		}
	}
}
