package api

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// What a sheet holds.
const (
	maxSheetRows  = 1_048_576 // with the heading
	maxCellLength = 32_767    // in UTF-16 units
)

// aboutSheet is the sheet that says who made the file.
const aboutSheet = "export"

// firstSheetDay is the first that spreadsheets agree upon: for Excel 1900 is a leap year.
var firstSheetDay = time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)

// cutMark ends a text that was too long for a cell.
const cutMark = "… (cut; the csv has it whole)"

// Formats of cells. Texts are marked as text, so that one that looks like a formula does not become one when somebody edits it.
const (
	formatText   = "@"
	formatDay    = "yyyy-mm-dd"
	formatMoment = "yyyy-mm-dd hh:mm:ss"
)

// xlsxTable is an Excel file. It is collected, on disk where it is large, and sent when it is finished.
type xlsxTable struct {
	file  *excelize.File
	sheet *excelize.StreamWriter
	w     io.Writer
	about about
	cells []any
	rows  int
	cut   int // texts that did not fit

	text, day, moment int // styles
}

func openXLSX(w io.Writer, dir string, about about) (table, error) {
	t := &xlsxTable{file: excelize.NewFile(excelize.Options{TmpDir: dir}), w: w, about: about, cells: make([]any, len(about.heading))}
	if err := t.open(); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func (t *xlsxTable) open() (err error) {
	style := func(format string) (id int) {
		if err == nil {
			id, err = t.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
		}
		return id
	}
	t.text, t.day, t.moment = style(formatText), style(formatDay), style(formatMoment)
	bold, boldErr := t.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err := errors.Join(err, boldErr, t.file.SetSheetName("Sheet1", t.about.collection)); err != nil {
		return err
	}
	if t.sheet, err = t.file.NewStreamWriter(t.about.collection); err != nil {
		return err
	}
	if err := t.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, name := range t.about.heading {
		t.cells[i] = excelize.Cell{StyleID: bold, Value: name}
	}
	return t.write()
}

func (t *xlsxTable) row(cells []any) error {
	for i, cell := range cells {
		t.cells[i] = t.cell(cell)
	}
	return t.write()
}

func (t *xlsxTable) write() error {
	t.rows++
	return t.sheet.SetRow(fmt.Sprintf("A%d", t.rows), t.cells)
}

func (t *xlsxTable) cell(value any) any {
	switch v := value.(type) {
	case day:
		if at := time.Time(v); !at.Before(firstSheetDay) {
			return excelize.Cell{StyleID: t.day, Value: at}
		}
		return excelize.Cell{StyleID: t.text, Value: csvText(v)}
	case time.Time:
		if !v.Before(firstSheetDay) {
			return excelize.Cell{StyleID: t.moment, Value: v}
		}
		return excelize.Cell{StyleID: t.text, Value: csvText(v)}
	case string:
		return excelize.Cell{StyleID: t.text, Value: t.fitting(v)}
	}
	return value
}

// fitting cuts a text to what a cell holds.
func (t *xlsxTable) fitting(text string) string {
	if len(text) <= maxCellLength { // bytes: there are no more units
		return text
	}
	units := utf16.Encode([]rune(text))
	if len(units) <= maxCellLength {
		return text
	}
	t.cut++
	end := maxCellLength - len([]rune(cutMark))
	if utf16.IsSurrogate(rune(units[end-1])) && utf16.IsSurrogate(rune(units[end])) {
		end-- // a sign of two units is not halved; one too few is no harm
	}
	return string(utf16.Decode(units[:end])) + cutMark
}

// finish writes the note on a sheet of its own and into the properties of the file, and sends it.
func (t *xlsxTable) finish(note string) error {
	if t.cut > 0 {
		note += fmt.Sprintf(" · %d texts cut", t.cut)
	}
	if err := t.sheet.Flush(); err != nil {
		return err
	}
	if _, err := t.file.NewSheet(aboutSheet); err != nil {
		return err
	}
	at := t.about.at.UTC().Format(time.RFC3339)
	err := errors.Join(
		t.file.SetCellStr(aboutSheet, "A1", note),
		t.file.SetDocProps(&excelize.DocProperties{Creator: t.about.by, Title: t.about.collection, Description: note, Created: at, Modified: at}),
	)
	if err != nil {
		return err
	}
	// Excelize would put the whole file together in memory.
	t.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(t.w) })
	_, err = t.file.WriteToBuffer()
	return err
}

// Close removes what was put aside.
func (t *xlsxTable) Close() error { return t.file.Close() }
