// Package imports reads the spreadsheets people bring: which rows and columns a file has, and which
// field each column means. What the cells say is judged elsewhere.
package imports

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"touchbase/rules"
)

// The codes of files that cannot be read, and of rows that do not fit their table.
const (
	CodeNotCSV          = "not_csv"
	CodeEmptyFile       = "empty_file"
	CodeUnreadableText  = "unreadable_text"
	CodeBrokenQuotes    = "broken_quotes"
	CodeEmptyColumn     = "empty_column"
	CodeDuplicateColumn = "duplicate_column"
	CodeTooManyCells    = "too_many_cells"
)

// Table is a spreadsheet as text: the names in its header and the rows below.
type Table struct {
	Columns  []string // trimmed, no two alike, none empty
	Rows     []Row    // without the blank ones
	Encoding string   // UTF-8, UTF-16LE, UTF-16BE or GB18030
}

// Row is one line of a spreadsheet.
type Row struct {
	Line    int            // the number the spreadsheet shows beside it; a first-line header is 1
	Cells   []string       // as written, one for each column; all there are when the row has a problem
	Problem *rules.Problem // nil, or why the row cannot be used
}

// record is one line of a file before it is known to be header or row.
type record struct {
	line  int
	cells []string
}

// ReadTable reads CSV as Excel, WPS and other programs write it: UTF-8 or UTF-16 with a mark, UTF-8
// without, else GB18030; commas, semicolons or tabs; line ends of any system. Short rows are filled
// up; a row with more cells than there are columns carries a problem of its own.
//
// It refuses a whole file with a [rules.Problem] that says which row or column is at fault: a workbook
// instead of CSV, text that cannot be read, quotation marks that do not close, columns without a name
// or with the same one. Other errors come from r.
func ReadTable(r io.Reader) (*Table, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("failed to read the file: %w", err)
	}
	text, encoding, err := decode(data)
	if err != nil {
		return nil, err
	}
	records, err := splitRecords(text)
	if err != nil {
		return nil, err
	}
	if err := checkText(records); err != nil {
		return nil, err
	}
	table, err := newTable(records)
	if err != nil {
		return nil, err
	}
	table.Encoding = encoding
	return table, nil
}

// splitRecords cuts a text into its records without the blank ones. Their numbers are those of a
// spreadsheet: blank rows count, line breaks inside a cell do not.
func splitRecords(text string) ([]record, error) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = separator(text)
	reader.FieldsPerRecord = -1

	var records []record
	breaks := 0 // line breaks inside cells so far
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, problem(CodeBrokenQuotes, "row %d: a quotation mark is out of place or never closed; "+
				"open the file in a spreadsheet program and save it as CSV again", broken.StartLine-breaks)
		}
		if err != nil {
			return nil, fmt.Errorf("failed to split the file into rows: %w", err)
		}
		start, _ := reader.FieldPos(0)
		if !isBlank(cells) {
			records = append(records, record{line: start - breaks, cells: cells})
		}
		for _, cell := range cells {
			breaks += strings.Count(cell, "\n")
		}
	}
}

// separator is the sign that stands most often up to the end of the first line with content.
func separator(text string) rune {
	counts := map[rune]int{}
	quoted, content := false, false
header:
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '\n' && content:
			break header
		case r == ',' || r == ';' || r == '\t':
			counts[r]++
			continue
		}
		content = content || !unicode.IsSpace(r)
	}
	best := ','
	for _, r := range []rune{';', '\t'} {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

// checkText refuses text in which characters were lost, by the first row it shows in.
func checkText(records []record) error {
	for _, rec := range records {
		for _, cell := range rec.cells {
			if strings.ContainsRune(cell, utf8.RuneError) {
				return problem(CodeUnreadableText, "row %d: %q has characters that cannot be read; "+
					"save the file as CSV in UTF-8", rec.line, cell)
			}
		}
	}
	return nil
}

// newTable makes the first record the header and fits the others under it.
func newTable(records []record) (*Table, error) {
	if len(records) == 0 {
		return nil, problem(CodeEmptyFile, "the file is empty; its first row must name the columns")
	}
	columns := make([]string, len(records[0].cells))
	for i, cell := range records[0].cells {
		columns[i] = strings.TrimSpace(cell)
	}
	columns = dropUnused(columns, records[1:])
	if err := checkColumns(columns); err != nil {
		return nil, err
	}
	table := &Table{Columns: columns}
	for _, rec := range records[1:] {
		table.Rows = append(table.Rows, newRow(rec, len(columns)))
	}
	return table, nil
}

// dropUnused leaves off the nameless columns at the end that have nothing in them, as spreadsheets
// write where somebody once typed.
func dropUnused(columns []string, rows []record) []string {
	for n := len(columns); n > 0 && columns[n-1] == ""; n-- {
		for _, row := range rows {
			if len(row.cells) >= n && strings.TrimSpace(row.cells[n-1]) != "" {
				return columns
			}
		}
		columns = columns[:n-1]
	}
	return columns
}

func checkColumns(columns []string) error {
	for i, column := range columns {
		if column == "" {
			return problem(CodeEmptyColumn, "column %s has no name; name it in the header or delete it", letters(i))
		}
		if first := slices.Index(columns, column); first < i {
			return problem(CodeDuplicateColumn, "columns %s and %s are both called %q; rename or delete one",
				letters(first), letters(i), column)
		}
	}
	return nil
}

// newRow fits a record to the width of its table. Empty cells beyond it do no harm.
func newRow(rec record, width int) Row {
	row := Row{Line: rec.line, Cells: rec.cells}
	for len(row.Cells) < width {
		row.Cells = append(row.Cells, "")
	}
	if isBlank(row.Cells[width:]) {
		row.Cells = row.Cells[:width]
		return row
	}
	row.Problem = problem(CodeTooManyCells, "the row has %d cells but there are %d columns; "+
		"a cell that contains the separator must stand in quotation marks", len(row.Cells), width)
	return row
}

func isBlank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// letters names a column, counted from 0, as spreadsheets do: A, B … Z, AA.
func letters(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

func problem(code, format string, args ...any) *rules.Problem {
	return &rules.Problem{Code: code, Message: fmt.Sprintf(format, args...)}
}
