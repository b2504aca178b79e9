package imports

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"touchbase/rules"
)

// importable is what the tests may write; tier is known by its label but computed.
var importable = map[string]bool{"name": true, "code": true, "region": true, "size": true, "notes": true, "tier": false}

func TestMap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                string
		columns, maps, sets []string
		want                map[string]string // of the row whose cells are 0, 1, 2 …
		unused              []string
	}{
		{"recognised", []string{"公司名称", "*客户编号", "Region"}, nil, nil,
			map[string]string{"name": "0", "code": "1", "region": "2"}, nil},
		{"by map only", []string{"甲方", "代号"}, []string{"name=甲方", "code=代号"}, nil,
			map[string]string{"name": "0", "code": "1"}, nil},
		{"map and recognised", []string{"甲方", "地区", "心情"}, []string{"name=甲方"}, nil,
			map[string]string{"name": "0", "region": "1"}, []string{"心情"}},
		{"a column for two fields", []string{"甲方"}, []string{"name=甲方", "code=甲方"}, nil,
			map[string]string{"name": "0", "code": "0"}, nil},
		{"map wins over a heading", []string{"客户名称", "全称"}, []string{"name=全称"}, nil,
			map[string]string{"name": "1"}, []string{"客户名称"}},
		{"a mapped column keeps its heading's field free", []string{"客户名称", "公司"}, []string{"notes=客户名称"}, nil,
			map[string]string{"notes": "0", "name": "1"}, nil},
		{"case and spaces", []string{"Org Unit"}, []string{" name = org unit "}, nil,
			map[string]string{"name": "0"}, nil},
		{"exact before similar", []string{"ORG", "org"}, []string{"name=org"}, nil,
			map[string]string{"name": "1"}, []string{"ORG"}},
		{"an equals sign in the column", []string{"a=b"}, []string{"name=a=b"}, nil,
			map[string]string{"name": "0"}, nil},
		{"constant", []string{"客户名称"}, nil, []string{"region=华东"},
			map[string]string{"name": "0", "region": "华东"}, nil},
		{"constant with equals sign", []string{"客户名称"}, nil, []string{"notes=a=b "},
			map[string]string{"name": "0", "notes": "a=b "}, nil},
		{"constant wins over a heading", []string{"客户名称", "地区"}, nil, []string{"region=华东"},
			map[string]string{"name": "0", "region": "华东"}, []string{"地区"}},
		{"computed field is unused", []string{"甲方", "客户类别"}, []string{"name=甲方"}, nil,
			map[string]string{"name": "0"}, []string{"客户类别"}},
		{"amount in another unit is unused", []string{"甲方", "规模(百人)"}, []string{"name=甲方"}, nil,
			map[string]string{"name": "0"}, []string{"规模(百人)"}},
	}
	for _, tt := range tests {
		m, unused, err := Map("customers", tt.columns, tt.maps, tt.sets, importable)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		row := Row{Line: 2, Cells: []string{"0", "1", "2"}[:len(tt.columns)]}
		if got := m.Values(row); !maps.Equal(got, tt.want) {
			t.Errorf("%s: values %v, want %v", tt.name, got, tt.want)
		}
		if !slices.Equal(unused, tt.unused) {
			t.Errorf("%s: unused %q, want %q", tt.name, unused, tt.unused)
		}
	}
}

func TestMapRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                string
		columns, maps, sets []string
		code                string
		says                []string
	}{
		{"unknown heading", []string{"客户名称", "心情", "天气"}, nil, nil,
			CodeUnknownField, []string{`"心情", "天气"`, `--map "field=心情"`, "code, name, notes, region, size"}},
		{"unknown heading beside a constant", []string{"客户名称", "心情"}, nil, []string{"region=华东"},
			CodeUnknownField, []string{`"心情"`}},
		{"computed field", []string{"客户名称", "客户类别"}, nil, nil, CodeUnknownField, []string{`"客户类别"`}},
		{"unknown field mapped", []string{"a"}, []string{"nickname=a"}, nil,
			CodeUnknownField, []string{`"nickname"`, "code, name, notes, region, size"}},
		{"computed field mapped", []string{"a"}, []string{"tier=a"}, nil, CodeUnknownField, []string{`"tier"`}},
		{"unknown field set", []string{"客户名称"}, nil, []string{"nickname=x"}, CodeUnknownField, []string{`"nickname"`}},
		{"unknown column", []string{"a", "b"}, []string{"name=c"}, nil, CodeUnknownColumn, []string{`"c"`, `"a", "b"`}},
		{"two similar columns", []string{"ORG", "org"}, []string{"name=Org"}, nil, CodeUnknownColumn, []string{`"ORG" or "org"`}},
		{"mapped twice", []string{"a", "b"}, []string{"name=a", "name=b"}, nil, CodeFieldTwice, []string{"name"}},
		{"set twice", []string{"客户名称"}, nil, []string{"region=x", "region=y"}, CodeFieldTwice, []string{"region"}},
		{"mapped and set", []string{"a"}, []string{"name=a"}, []string{"name=x"}, CodeFieldTwice, []string{"name"}},
		{"two headings for one field", []string{"客户名称", "公司名称"}, nil, nil,
			CodeFieldTwice, []string{`"客户名称" and "公司名称"`, `--map "name=客户名称"`}},
		{"map without equals sign", []string{"a"}, []string{"name"}, nil, CodeBadMapping, []string{"field=Column"}},
		{"set without equals sign", []string{"a"}, nil, []string{"name"}, CodeBadMapping, []string{"field=value"}},
	}
	for _, tt := range tests {
		m, _, err := Map("customers", tt.columns, tt.maps, tt.sets, importable)
		var p *rules.Problem
		if !errors.As(err, &p) {
			t.Errorf("%s: mapping %+v, error %v; want a problem", tt.name, m, err)
			continue
		}
		if p.Code != tt.code {
			t.Errorf("%s: code %s (%s), want %s", tt.name, p.Code, p.Message, tt.code)
		}
		for _, says := range tt.says {
			if !strings.Contains(p.Message, says) {
				t.Errorf("%s: %q does not say %q", tt.name, p.Message, says)
			}
		}
	}
}

func TestValuesOfAShortRow(t *testing.T) {
	t.Parallel()
	m, _, err := Map("customers", []string{"客户名称", "地区"}, nil, nil, importable)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"name": "x", "region": ""}
	if got := m.Values(Row{Cells: []string{"x"}}); !maps.Equal(got, want) {
		t.Errorf("values %v, want %v", got, want)
	}
}
