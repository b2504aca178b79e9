package api

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// csvTable is a CSV file in UTF-8 with a byte order mark, without which spreadsheets take it for something else.
type csvTable struct {
	w     *csv.Writer
	texts []string
}

func openCSV(w io.Writer, _ string, about about) (table, error) {
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return nil, err
	}
	t := &csvTable{w: csv.NewWriter(w), texts: make([]string, len(about.heading))}
	t.w.UseCRLF = true
	return t, t.w.Write(about.heading)
}

func (t *csvTable) row(cells []any) error {
	for i, cell := range cells {
		t.texts[i] = csvText(cell)
	}
	return t.w.Write(t.texts)
}

// finish writes the note as the last row, with as many cells as the others have.
func (t *csvTable) finish(note string) error {
	clear(t.texts)
	t.texts[0] = "# " + note
	if err := t.w.Write(t.texts); err != nil {
		return err
	}
	t.w.Flush()
	return t.w.Error()
}

// Close has nothing to give up.
func (t *csvTable) Close() error { return nil }

func csvText(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case day:
		return time.Time(v).Format(time.DateOnly)
	case time.Time:
		return v.Format(time.DateTime)
	}
	return defused(fmt.Sprint(cell))
}

// formulaSigns are those a spreadsheet takes the beginning of a formula for; Chinese ones the full-width ones too.
const formulaSigns = "=+-@＝＋－＠"

// defused gives a text that no spreadsheet runs: an apostrophe before what would be a formula, also behind spaces and signs
// that are not seen. Numbers are written as such, so a text with a sign is a phone number, or worse.
func defused(text string) string {
	seen := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
	if seen != "" && strings.ContainsRune(formulaSigns, []rune(seen)[0]) || strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "\r") {
		return "'" + text
	}
	return text
}
