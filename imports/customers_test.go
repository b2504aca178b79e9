package imports_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"touchbase/crm"
	"touchbase/imports"
	"touchbase/internal/testapp"
)

func TestImportReadsEveryShapeOfAFile(t *testing.T) {
	t.Parallel()
	content := table(append(slices.Clone(customerHeader), "备注"), append(customerRow("C1", "信诺科技（北京）有限公司"), `老客户, "重要"`))
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(content)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"plain": content, "with mark": "\ufeff" + content, "CRLF": strings.ReplaceAll(content, "\n", "\r\n"), "GB18030": gb,
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			want(t, run(t, app, crm.CollectionCustomers, data), "rows 1, created 1, updated 0, skipped 0, problems 0")
			sees(t, only(t, app, crm.CollectionCustomers, "code", "C1"), map[string]string{
				"name": "信诺科技（北京）有限公司", "notes": `老客户, "重要"`, "size": "51-100", "source": "website",
				"first_contact_on": "2026-01-05 00:00:00.000Z", "stage": crm.StageProspect, "industry": app.Industry("34"), "tier": "C",
			})
		})
	}
}

// Cells are read in all the shapes of domain.md section 2, headings and values in both languages.
func TestImportReadsEveryShapeOfACell(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	tests := []struct{ heading, text, field, stored string }{
		{"首次接触时间", "2023/10/15", "first_contact_on", "2023-10-15 00:00:00.000Z"},
		{"First contact", "2023/1/5", "first_contact_on", "2023-01-05 00:00:00.000Z"},
		{"first_contact_on", "2023.10.15", "first_contact_on", "2023-10-15 00:00:00.000Z"},
		{"首次接触时间*", "2023年10月15日", "first_contact_on", "2023-10-15 00:00:00.000Z"},
		{"首次接触时间", "2023-10-15T20:00:00Z", "first_contact_on", "2023-10-16 00:00:00.000Z"},
		{"首次接触时间", "2023-10-15 00:00:00.000Z", "first_contact_on", "2023-10-15 00:00:00.000Z"},
		{"首次接触时间", "２０２３/10/15 08:30", "first_contact_on", "2023-10-15 00:00:00.000Z"},
		{"年营业额", "1,234,567.5", "annual_revenue", "1234567.5"},
		{"Annual revenue", "¥３万", "annual_revenue", "30000"},
		{"年营业额(元)", "1.2亿", "annual_revenue", "120000000"},
		{"企业规模", "Tier 51-100", "size", ""},
		{"企业规模", "51～100", "size", "51-100"},
		{"Company size", "More than 1000 employees", "size", "1000+"},
		{"size", "1-50", "size", "1-50"},
		{"信息来源", "展会", "source", "trade_show"},
		{"Source", "Referral", "source", "referral"},
		{"信息来源", "ＷＥＢＳＩＴＥ", "source", "website"},
		{"避免的沟通方式", "电话、Wechat;sms", "avoid_channels", "phone,wechat,sms"},
		{"统一社会信用代码", " 91350100m000100y43 ", "credit_code", "91350100M000100Y43"},
		{"客户名称", " ＡＢＣ　 贸易  公司 ", "name", "ABC 贸易 公司"},
		{"客户编号", "００７", "code", "007"},
	}
	base := map[string]string{"industry": "34", "size": "51-100", "source": "website", "first_contact_on": "2026-01-05"}
	for i, tt := range tests {
		header, row := []string{tt.heading}, []string{tt.text}
		base["name"] = fmt.Sprintf("客户%d", i)
		for field, text := range base {
			if field != tt.field {
				header, row = append(header, field), append(row, text)
			}
		}
		result := run(t, app, crm.CollectionCustomers, table(header, row))
		if tt.stored == "" {
			wantProblems(t, result, "2 "+tt.field+" validation_invalid_value")
			continue
		}
		if result.Created != 1 {
			t.Errorf("%s %q: %s: %v", tt.heading, tt.text, result.Summary(), result.Problems)
			continue
		}
		sees(t, only(t, app, crm.CollectionCustomers, "import", result.ID), map[string]string{tt.field: tt.stored})
	}
}

func TestIndustriesByEveryName(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	tests := []struct{ text, code, problem string }{
		{"34", "34", ""}, {"C", "C", ""}, {"c", "C", ""}, {app.Industry("65"), "65", ""},
		{"通用设备制造业", "34", ""}, {"农、林、牧、渔业", "A", ""}, {"Mining", "B", ""}, {"saas", "65", ""}, {"制造", "C", ""},
		// a section and its only division: the division
		{"房地产业", "70", ""}, {"real estate", "70", ""}, {"教育", "83", ""}, {"Education", "83", ""}, {"国际组织", "97", ""},
		{"互联网", "", "ambiguous"}, {"食品", "", "ambiguous"}, {"贸易", "", "ambiguous"}, {"魔法", "", "not_found"},
	}
	header := []string{"name", "size", "source", "first_contact_on", "industry"}
	var rows [][]string
	for i, tt := range tests {
		rows = append(rows, []string{fmt.Sprintf("客户%d", i), "1-50", "visit", "2026-01-05", tt.text})
	}
	result := run(t, app, crm.CollectionCustomers, table(header, rows...))
	problems := map[int]string{}
	for _, p := range result.Problems {
		problems[p.Row] = p.Field + " " + p.Code
	}
	for i, tt := range tests {
		if tt.problem != "" {
			if got := problems[i+2]; got != "industry "+tt.problem {
				t.Errorf("%q is refused with %q, want %s", tt.text, got, tt.problem)
			}
			continue
		}
		if got := problems[i+2]; got != "" {
			t.Errorf("%q is refused with %q", tt.text, got)
			continue
		}
		customer := only(t, app, crm.CollectionCustomers, "name", fmt.Sprintf("客户%d", i))
		sees(t, customer, map[string]string{"industry": app.Industry(tt.code)})
	}
}

func TestCustomersAreMatched(t *testing.T) {
	t.Parallel()
	const credit = "91350100M000100Y43"
	header := append(slices.Clone(customerHeader), "统一社会信用代码", "地区")
	row := func(code, name, credit, region string) []string {
		return append(customerRow(code, name), credit, region)
	}
	tests := []struct {
		name    string
		rows    [][]string
		summary string
		regions map[string]string // of customers by name
	}{
		{"code first", [][]string{row("A", "新名字", "", "1")}, "created 0, updated 1, skipped 0", map[string]string{"新名字": "1"}},
		{"then credit code", [][]string{row("", "别的名字", credit, "1")}, "created 0, updated 1, skipped 0", map[string]string{"别的名字": "1"}},
		{"then the one name", [][]string{row("", "乙（贸易）公司", "", "1")}, "created 0, updated 1, skipped 0", map[string]string{"乙（贸易）公司": "1"}},
		{"not a name of two", [][]string{row("", "丙", "", "1")}, "created 1, updated 0, skipped 0", map[string]string{"丙": "1"}},
		{"not a name without letters", [][]string{row("", "……", "", "1")}, "created 1, updated 0, skipped 0", map[string]string{"……": "1", "！！！": ""}},
		{"another code is another customer", [][]string{row("Z", "甲有限公司", "", "1")}, "created 1, updated 0, skipped 0",
			map[string]string{"甲有限公司": "1", "甲公司": ""}},
		{"no difference", [][]string{row("A", "甲公司", credit, "")}, "created 0, updated 0, skipped 1", nil},
		{"empty cells say nothing", [][]string{{"A", "", "", "", "", "", "", ""}}, "created 0, updated 0, skipped 1", map[string]string{"甲公司": ""}},
		{"the first of a new code", [][]string{row("N", "新客户", "", "1"), row("N", "新客户二", "", "2")},
			"created 1, updated 0, skipped 1", map[string]string{"新客户": "1"}},
		{"the first of a stored code", [][]string{row("A", "甲公司", "", "1"), row("A", "甲公司", "", "2")},
			"created 0, updated 1, skipped 1", map[string]string{"甲公司": "1"}},
		{"the first of a stored code says nothing new", [][]string{row("A", "甲公司", "", ""), row("A", "甲公司", "", "2")},
			"created 0, updated 0, skipped 2", map[string]string{"甲公司": ""}},
		{"a code given in the file", [][]string{row("Y", "乙贸易", "", "1"), row("Y", "乙贸易", "", "2")},
			"created 0, updated 1, skipped 1", map[string]string{"乙贸易": "1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			base := testapp.Fields{"first_contact_on": "2026-01-05"}
			for name, fields := range map[string]testapp.Fields{
				"甲公司": {"code": "A", "credit_code": credit}, "乙贸易有限公司": {}, "丙公司": {}, "丙集团": {}, "！！！": {},
			} {
				with := testapp.Fields{"name": name}
				for _, over := range []testapp.Fields{base, fields} {
					for field, value := range over {
						with[field] = value
					}
				}
				app.Customer(with)
			}
			content := table(header, tt.rows...)
			planned := run(t, app, crm.CollectionCustomers, content, dry)
			result := run(t, app, crm.CollectionCustomers, content)
			if !strings.Contains(result.Summary(), tt.summary) || planned.Summary() != result.Summary() {
				t.Errorf("got %s (dry: %s), want %s: %v", result.Summary(), planned.Summary(), tt.summary, result.Problems)
			}
			for name, region := range tt.regions {
				sees(t, only(t, app, crm.CollectionCustomers, "name", name), map[string]string{"region": region})
			}
			again := run(t, app, crm.CollectionCustomers, content)
			if again.Created+again.Updated > 0 && tt.name != "not a name of two" && !strings.Contains(tt.name, "without letters") {
				t.Errorf("importing the same file again: %s", again.Summary())
			}
			settled(t, app)
		})
	}

	t.Run("a credit code twice", func(t *testing.T) {
		t.Parallel()
		app := testapp.New(t)
		content := table(header, row("N1", "新一", credit, ""), row("N2", "新二", credit, ""), row("N3", "新三", "", ""))
		planned := run(t, app, crm.CollectionCustomers, content, dry)
		result := run(t, app, crm.CollectionCustomers, content)
		want(t, result, "rows 3, created 2, updated 0, skipped 0, problems 1")
		wantProblems(t, result, "3 credit_code in_use")
		wantProblems(t, planned, "3 credit_code in_use")
	})
}

// A change writes the fields that differ and no others, and counts as a change that a person made.
func TestUpdateChangesOnlyWhatDiffers(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	owner := app.User(crm.RoleRep, testapp.Fields{"name": "李雷", "team": app.Team("华东").Id})
	customer := app.Customer(testapp.Fields{"code": "A", "region": "上海", "notes": "旧", "owner": owner.Id})
	content := table([]string{"客户编号", "备注", "地区", "负责人"}, []string{"A", "新", "", "李雷"})
	want(t, run(t, app, crm.CollectionCustomers, content), "rows 1, created 0, updated 1, skipped 0, problems 0")
	after := app.Reload(customer)
	sees(t, after, map[string]string{"notes": "新", "region": "上海", "rev": "1", "import": "", "name": customer.GetString("name")})
	want(t, run(t, app, crm.CollectionCustomers, content), "rows 1, created 0, updated 0, skipped 1, problems 0")
	if again := app.Reload(customer); again.GetString("rev") != "1" || again.GetString("updated") != after.GetString("updated") {
		t.Error("a row without a difference changed the record")
	}
}

func TestPeopleByEveryName(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	team := app.Team("华东")
	first := app.User(crm.RoleRep, testapp.Fields{"name": "韩梅梅", "email": "Han@touchbase.example", "team": team.Id})
	app.User(crm.RoleRep, testapp.Fields{"name": "王伟"})
	app.User(crm.RoleRep, testapp.Fields{"name": "王伟"})
	header := append(slices.Clone(customerHeader), "负责人", "协作人")
	tests := []struct{ owner, problem string }{
		{first.Id, ""}, {"han@touchbase.example", ""}, {"HAN@touchbase.example", ""}, {"韩梅梅", ""},
		{"王伟", "owner ambiguous"}, {"查无此人", "owner not_found"},
	}
	for i, tt := range tests {
		code := string(rune('A' + i))
		result := run(t, app, crm.CollectionCustomers, table(header, append(customerRow(code, code+"公司"), tt.owner, "韩梅梅")))
		if tt.problem != "" {
			wantProblems(t, result, "2 "+tt.problem)
			continue
		}
		want(t, result, "rows 1, created 1, updated 0, skipped 0, problems 0")
		sees(t, only(t, app, crm.CollectionCustomers, "code", code), map[string]string{
			"owner": first.Id, "team": team.Id, "collaborators": first.Id,
		})
	}
}

func TestMapAndSet(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	content := table([]string{"No", "Firma", "Unnütz"}, []string{"A", "甲公司", "x"})
	result := run(t, app, crm.CollectionCustomers, content, func(o *imports.Options) {
		o.Maps = []string{"code=No", "name=firma"}
		o.Sets = []string{"industry=34", "size=1-50人", "source=导入", "first_contact_on=2026年1月5日"}
	})
	want(t, result, "rows 1, created 1, updated 0, skipped 0, problems 0")
	if !slices.Equal(result.Unused, []string{"Unnütz"}) {
		t.Errorf("unused columns %q", result.Unused)
	}
	sees(t, only(t, app, crm.CollectionCustomers, "code", "A"), map[string]string{"name": "甲公司", "source": "import", "size": "1-50"})
}
