package imports

import (
	"maps"
	"slices"
	"strings"

	"touchbase/crm"
	"touchbase/rules"
)

// The codes of a mapping that cannot be used.
const (
	CodeBadMapping    = "bad_mapping"
	CodeUnknownField  = "unknown_field"
	CodeUnknownColumn = "unknown_column"
	CodeFieldTwice    = "field_twice"
)

// Mapping says where the values of each field come from.
type Mapping struct {
	Fields []MappedField // each field at most once
}

// MappedField is a field and its source: a column of the file, or one constant for every row.
type MappedField struct {
	Field  string
	Column string // the column's name; empty for a constant
	Index  int    // the column's position in Table.Columns; -1 for a constant
	Value  string // the constant
}

// Values gives the raw text of every mapped or set field for one row. Nothing is read into it yet: an
// empty cell is an empty text.
func (m *Mapping) Values(row Row) map[string]string {
	values := make(map[string]string, len(m.Fields))
	for _, f := range m.Fields {
		switch {
		case f.Index < 0:
			values[f.Field] = f.Value
		case f.Index < len(row.Cells):
			values[f.Field] = row.Cells[f.Index]
		default:
			values[f.Field] = ""
		}
	}
	return values
}

// Map decides which field of a collection each column of a file means (domain.md section 8, `touchbase
// import`). maps are "field=Column": the column by its exact name, or but for case and outer spaces
// where that is one column; a column may serve several fields. sets are "field=value", one constant for
// every row. The other columns are recognised by [crm.FieldByLabel], if their field is free. Only the
// importable fields count.
//
// Without maps every column has to be recognised. With them the columns that serve nothing are given
// back as unused. It refuses with a [rules.Problem]: a field or column that does not exist, a field
// with two sources, and columns nobody recognises, each with what to write instead.
func Map(collection string, columns, maps, sets []string, importable map[string]bool) (*Mapping, []string, error) {
	m := &mapper{collection: collection, columns: columns, importable: importable, used: make([]bool, len(columns))}
	for _, text := range maps {
		if err := m.mapColumn(text); err != nil {
			return nil, nil, err
		}
	}
	for _, text := range sets {
		if err := m.setConstant(text); err != nil {
			return nil, nil, err
		}
	}
	unknown, err := m.recognise()
	if err != nil {
		return nil, nil, err
	}
	if len(maps) == 0 && len(unknown) > 0 {
		return nil, nil, m.unrecognised(unknown)
	}
	var unused []string
	for i, column := range columns {
		if !m.used[i] {
			unused = append(unused, column)
		}
	}
	return &m.mapping, unused, nil
}

// mapper gathers a mapping.
type mapper struct {
	collection string
	columns    []string
	importable map[string]bool
	mapping    Mapping
	used       []bool // by column
}

func (m *mapper) mapColumn(text string) error {
	field, column, ok := strings.Cut(text, "=")
	if !ok {
		return problem(CodeBadMapping, "--map %q: write it as field=Column", text)
	}
	field = strings.TrimSpace(field)
	if err := m.checkField(field); err != nil {
		return err
	}
	index, err := m.findColumn(column)
	if err != nil {
		return err
	}
	m.add(MappedField{Field: field, Column: m.columns[index], Index: index})
	return nil
}

func (m *mapper) setConstant(text string) error {
	field, value, ok := strings.Cut(text, "=")
	if !ok {
		return problem(CodeBadMapping, "--set %q: write it as field=value", text)
	}
	field = strings.TrimSpace(field)
	if err := m.checkField(field); err != nil {
		return err
	}
	m.add(MappedField{Field: field, Index: -1, Value: value})
	return nil
}

// recognise maps the columns left over by their headings and lists those that mean no importable
// field. A column whose field has been given another source is neither: it stays unused.
func (m *mapper) recognise() (unknown []string, err error) {
	given := len(m.mapping.Fields)
	for i, column := range m.columns {
		if m.used[i] {
			continue
		}
		field, ok := crm.FieldByLabel(m.collection, column)
		if !ok || !m.importable[field] {
			unknown = append(unknown, column)
			continue
		}
		switch source := m.source(field); {
		case source < 0:
			m.add(MappedField{Field: field, Column: column, Index: i})
		case source >= given:
			first := m.mapping.Fields[source].Column
			return nil, problem(CodeFieldTwice, "columns %q and %q both mean %s; choose one, as in --map %q",
				first, column, field, field+"="+first)
		}
	}
	return unknown, nil
}

func (m *mapper) add(f MappedField) {
	m.mapping.Fields = append(m.mapping.Fields, f)
	if f.Index >= 0 {
		m.used[f.Index] = true
	}
}

// source is the position of a field in the mapping, -1 while it has none.
func (m *mapper) source(field string) int {
	return slices.IndexFunc(m.mapping.Fields, func(f MappedField) bool { return f.Field == field })
}

// checkField refuses what cannot be imported and what has a source already.
func (m *mapper) checkField(field string) error {
	if !m.importable[field] {
		return problem(CodeUnknownField, "%s has no field %q that can be imported; there are: %s",
			m.collection, field, m.fieldList())
	}
	if m.source(field) >= 0 {
		return problem(CodeFieldTwice, "%s is mapped or set twice; choose one", field)
	}
	return nil
}

func (m *mapper) findColumn(name string) (int, error) {
	if index := slices.Index(m.columns, name); index >= 0 {
		return index, nil
	}
	found := -1
	for i, column := range m.columns {
		if !strings.EqualFold(strings.TrimSpace(column), strings.TrimSpace(name)) {
			continue
		}
		if found >= 0 {
			return 0, problem(CodeUnknownColumn, "column %q could be %q or %q; write it as in the file",
				name, m.columns[found], column)
		}
		found = i
	}
	if found < 0 {
		return 0, problem(CodeUnknownColumn, "the file has no column %q; there are: %s", name, quoteAll(m.columns))
	}
	return found, nil
}

func (m *mapper) unrecognised(columns []string) *rules.Problem {
	return problem(CodeUnknownField, "no field of %s is known for: %s; name it, as in --map %q, or delete the column; "+
		"the fields are: %s",
		m.collection, quoteAll(columns), "field="+columns[0], m.fieldList())
}

// fieldList names the importable fields in a fixed order.
func (m *mapper) fieldList() string {
	var names []string
	for _, field := range slices.Sorted(maps.Keys(m.importable)) {
		if m.importable[field] {
			names = append(names, field)
		}
	}
	return strings.Join(names, ", ")
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = `"` + name + `"`
	}
	return strings.Join(quoted, ", ")
}
