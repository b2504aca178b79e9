package imports

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"touchbase/rules"
)

// encodings are the ways a file reaches us, by the name ReadTable gives them.
var encodings = []struct {
	name    string
	variant string
	encoder encoding.Encoding
}{
	{encodingUTF8, "plain", unicode.UTF8},
	{encodingUTF8, "with mark", unicode.UTF8BOM},
	{encodingUTF16LE, "", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
	{encodingUTF16BE, "", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
	{encodingGB18030, "", simplifiedchinese.GB18030},
	{encodingGB18030, "GBK", simplifiedchinese.GBK},
}

func readString(t *testing.T, text string) *Table {
	t.Helper()
	table, err := ReadTable(strings.NewReader(text))
	if err != nil {
		t.Fatalf("ReadTable(%q): %v", text, err)
	}
	return table
}

func TestReadTableEncodings(t *testing.T) {
	t.Parallel()
	const text = "客户名称,备注\r\n北京信诺科技有限公司,\"第一行\r\n第二行\"\r\n镕基贸易（上海）,鑫喆 ½\r\n"
	for _, e := range encodings {
		source := text
		if e.variant == "GBK" {
			source = strings.ReplaceAll(text, "½", "") // GBK does not have it
		}
		data, err := e.encoder.NewEncoder().Bytes([]byte(source))
		if err != nil {
			t.Fatalf("%s %s: %v", e.name, e.variant, err)
		}
		table, err := ReadTable(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s %s: %v", e.name, e.variant, err)
			continue
		}
		if table.Encoding != e.name {
			t.Errorf("%s %s: read as %s", e.name, e.variant, table.Encoding)
		}
		if want := []string{"客户名称", "备注"}; !slices.Equal(table.Columns, want) {
			t.Errorf("%s %s: columns %q, want %q", e.name, e.variant, table.Columns, want)
		}
		if len(table.Rows) != 2 || table.Rows[0].Cells[1] != "第一行\n第二行" || table.Rows[1].Cells[0] != "镕基贸易（上海）" {
			t.Errorf("%s %s: rows %+v", e.name, e.variant, table.Rows)
		}
	}
}

// The same texts in several encodings, made by others.
func TestReadTableForeignEncodings(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "..", "shared", "data", "encoding")
	if _, err := os.Stat(dir); err != nil {
		t.Logf("NOT RUN on the shared samples: %v; TestReadTableEncodings and testdata prove the same", err)
		dir = "testdata"
	}
	for _, name := range []string{"gb2312", "gbk", "gb18030"} {
		raw, err := os.ReadFile(filepath.Join(dir, name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(dir, name+"-utf8.txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []struct {
			encoding string
			data     []byte
		}{{encodingGB18030, raw}, {encodingUTF8, want}} {
			// The text becomes one cell; no byte of a GB18030 character is a quotation mark.
			cell := bytes.ReplaceAll(file.data, []byte(`"`), []byte(`""`))
			table, err := ReadTable(strings.NewReader("text,after\n\"" + string(cell) + "\",1\nlast,2\n"))
			if err != nil {
				t.Errorf("%s as %s: %v", name, file.encoding, err)
				continue
			}
			if table.Encoding != file.encoding {
				t.Errorf("%s: read as %s, want %s", name, table.Encoding, file.encoding)
			}
			if got := table.Rows[0].Cells[0]; got != strings.ReplaceAll(string(want), "\r\n", "\n") {
				t.Errorf("%s as %s:\n%q\nwant\n%q", name, file.encoding, got, want)
			}
			if last := table.Rows[1]; last.Line != 3 || last.Cells[1] != "2" {
				t.Errorf("%s: last row %+v, want number 3", name, last)
			}
		}
	}
}

func TestReadTableLayouts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		columns    []string
		rows       []Row
	}{
		{"semicolons", "a;b,c;d\n1,5;2\n", []string{"a", "b,c", "d"}, []Row{{Line: 2, Cells: []string{"1,5", "2", ""}}}},
		{"tabs", "a\tb\n\t2\n", []string{"a", "b"}, []Row{{Line: 2, Cells: []string{"", "2"}}}},
		{"one column", "a\n1\n", []string{"a"}, []Row{{Line: 2, Cells: []string{"1"}}}},
		{"separators quoted in the header", "\"a;;;\",b\n1,2\n", []string{"a;;;", "b"}, []Row{{Line: 2, Cells: []string{"1", "2"}}}},
		{"line break in the header", "\"a\n;;\",b\n1,2\n", []string{"a\n;;", "b"}, []Row{{Line: 2, Cells: []string{"1", "2"}}}},
		{"old line ends", "a,b\r1,2\r3,4", []string{"a", "b"}, []Row{{Line: 2, Cells: []string{"1", "2"}}, {Line: 3, Cells: []string{"3", "4"}}}},
		{"quotes", "a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", []string{"a", "b"}, []Row{{Line: 2, Cells: []string{"x, y", `say "hi"`}}}},
		{"header only", " a , b ", []string{"a", "b"}, nil},
		{"short row", "a,b,c\n1\n", []string{"a", "b", "c"}, []Row{{Line: 2, Cells: []string{"1", "", ""}}}},
		{"blank rows count", "a,b\n\n1,2\n,\n  \n　,\n3,4\n", []string{"a", "b"},
			[]Row{{Line: 3, Cells: []string{"1", "2"}}, {Line: 7, Cells: []string{"3", "4"}}}},
		{"blank rows first", "\n,,,,\na,b\n1,2\n", []string{"a", "b"}, []Row{{Line: 4, Cells: []string{"1", "2"}}}},
		{"line breaks in cells do not count", "a,b\n\"1\r\n\n1\",\"2\n\"\n\n3,4\n", []string{"a", "b"},
			[]Row{{Line: 2, Cells: []string{"1\n\n1", "2\n"}}, {Line: 4, Cells: []string{"3", "4"}}}},
		{"unused columns at the end", "a,b,,\n1,2,,\n3,4, ,\n", []string{"a", "b"},
			[]Row{{Line: 2, Cells: []string{"1", "2"}}, {Line: 3, Cells: []string{"3", "4"}}}},
		{"empty cells beyond the columns", "a,b\n1,2,,\n", []string{"a", "b"}, []Row{{Line: 2, Cells: []string{"1", "2"}}}},
		{"names that begin like an archive", "PK,b\n1,2\n", []string{"PK", "b"}, []Row{{Line: 2, Cells: []string{"1", "2"}}}},
		{"names that differ in case", "a,A\n1,2\n", []string{"a", "A"}, []Row{{Line: 2, Cells: []string{"1", "2"}}}},
	}
	for _, tt := range tests {
		table := readString(t, tt.text)
		if !slices.Equal(table.Columns, tt.columns) {
			t.Errorf("%s: columns %q, want %q", tt.name, table.Columns, tt.columns)
		}
		same := func(a, b Row) bool {
			return a.Line == b.Line && slices.Equal(a.Cells, b.Cells) && a.Problem == b.Problem
		}
		if !slices.EqualFunc(table.Rows, tt.rows, same) {
			t.Errorf("%s: rows %+v, want %+v", tt.name, table.Rows, tt.rows)
		}
	}
}

func TestReadTableTooManyCells(t *testing.T) {
	t.Parallel()
	table := readString(t, "a,b\n1,2,3\n4,5\n")
	if p := table.Rows[0].Problem; p == nil || p.Code != CodeTooManyCells {
		t.Errorf("problem %v, want code %s", p, CodeTooManyCells)
	}
	if want := []string{"1", "2", "3"}; !slices.Equal(table.Rows[0].Cells, want) {
		t.Errorf("cells %q, want all of %q", table.Rows[0].Cells, want)
	}
	if p := table.Rows[1].Problem; p != nil {
		t.Errorf("the row after it has problem %v", p)
	}
}

func TestReadTableRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, data, code, says string }{
		{"nothing", "", CodeEmptyFile, "empty"},
		{"only a mark", "\xEF\xBB\xBF", CodeEmptyFile, "empty"},
		{"only blank rows", "\n,,\n", CodeEmptyFile, "empty"},
		{"xlsx", "PK\x03\x04\x14\x00", CodeNotCSV, "save it as CSV"},
		{"xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00", CodeNotCSV, "save it as CSV"},
		{"NUL bytes", "a,b\n1,\x00\n", CodeNotCSV, "save it as CSV"},
		{"UTF-16 without mark", "a\x00,\x00b\x00", CodeNotCSV, "save it as CSV"},
		{"same name", "a,b, a\n1,2,3\n", CodeDuplicateColumn, `A and C are both called "a"`},
		{"nameless column within", "a,,c\n1,,3\n", CodeEmptyColumn, "column B"},
		{"nameless column in use", "a,b,\n1,2,\n1,2,3\n", CodeEmptyColumn, "column C"},
		{"open quotation mark", "a,b\n\"1\n1\",2\n3,\"4\n5,6\n", CodeBrokenQuotes, "row 3:"},
		{"stray quotation mark", "a,b\n\n3,4\" pipe\n", CodeBrokenQuotes, "row 3:"},
		{"lost character", "a,b\n1,2\n3,\uFFFD\n", CodeUnreadableText, "row 3:"},
		{"lost character in the header", "a,\uFFFD\n1,2\n", CodeUnreadableText, "row 1:"},
		{"cut UTF-8", "客户名称,备注\n\"北京\n信诺\",好\n上海,\xE5\xA5\n", CodeUnreadableText, "row 3:"},
		{"cut UTF-8 with mark", "\xEF\xBB\xBFa,b\n1,\xE5\xA5\n", CodeUnreadableText, "row 2:"},
		{"no encoding at all", "a,b\n1,\xBF\xCD\n2,\xFF\xFF\n", CodeUnreadableText, "row 3:"},
		{"cut UTF-16", "\xFF\xFEa\x00\n\x00\x00\xD8\n\x00", CodeUnreadableText, "row 2:"},
	}
	for _, tt := range tests {
		table, err := ReadTable(strings.NewReader(tt.data))
		var p *rules.Problem
		if !errors.As(err, &p) {
			t.Errorf("%s: table %+v, error %v; want a problem", tt.name, table, err)
			continue
		}
		if p.Code != tt.code || !strings.Contains(p.Message, tt.says) {
			t.Errorf("%s: %s: %s; want %s: …%s…", tt.name, p.Code, p.Message, tt.code, tt.says)
		}
	}
}

func TestReadTablePassesReadErrorsOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	if _, err := ReadTable(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("error %v, want it to wrap %v", err, broken)
	}
}

// What a spreadsheet program writes is read back cell by cell, in every encoding, with every separator
// and line end, each row under its number.
func TestReadTableRoundTrip(t *testing.T) {
	t.Parallel()
	cell := rapid.StringOf(rapid.SampledFrom([]rune("ab1 ,;\t\"\n客户经理跟进金额元（）上海展会鑫")))
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(encodings).Draw(t, "encoding")
		width := rapid.IntRange(1, 4).Draw(t, "width")
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 0, 8).Draw(t, "rows")

		var b strings.Builder
		w := csv.NewWriter(&b)
		if width > 1 { // one column alone has no separator to recognise
			w.Comma = rapid.SampledFrom([]rune(",;\t")).Draw(t, "separator")
		}
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		header := []string{"客户名称", "金额（元）", "备注", "d"}[:width]
		if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
			t.Fatal(err)
		}
		data, err := e.encoder.NewEncoder().Bytes([]byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		table, err := ReadTable(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s %s: %v in %q", e.name, e.variant, err, b.String())
		}
		if !slices.Equal(table.Columns, header) || table.Encoding != e.name {
			t.Fatalf("columns %q in %s, want %q in %s", table.Columns, table.Encoding, header, e.name)
		}
		next := 0
		for i, want := range rows {
			if isBlank(want) {
				continue
			}
			if next >= len(table.Rows) {
				t.Fatalf("only %d rows", next)
			}
			got := table.Rows[next]
			next++
			if got.Line != i+2 || !slices.Equal(got.Cells, want) {
				t.Fatalf("row %+v, want %q under number %d", got, want, i+2)
			}
		}
		if next != len(table.Rows) {
			t.Fatalf("%d rows, want %d", len(table.Rows), next)
		}
	})
}
