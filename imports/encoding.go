package imports

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// The names of the encodings a table can come in.
const (
	encodingUTF8    = "UTF-8"
	encodingUTF16LE = "UTF-16LE"
	encodingUTF16BE = "UTF-16BE"
	encodingGB18030 = "GB18030"
)

// workbooks are the first bytes of files that spreadsheet programs save when nobody asks for CSV: a
// zip archive (XLSX; a CSV may well begin with the letters PK alone) and the older compound file (XLS).
var workbooks = [][]byte{
	[]byte("PK\x03\x04"), []byte("PK\x05\x06"), []byte("PK\x07\x08"),
	[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
}

// decode turns the bytes of a file into text and names the encoding they were in. Bytes without
// meaning become U+FFFD.
func decode(data []byte) (text, encoding string, err error) {
	for _, signature := range workbooks {
		if bytes.HasPrefix(data, signature) {
			return "", "", problem(CodeNotCSV, "this is an Excel workbook, not a CSV file: save it as CSV (UTF-8)")
		}
	}
	text, encoding, err = decodeText(data)
	if err != nil {
		return "", "", fmt.Errorf("failed to decode the file as %s: %w", encoding, err)
	}
	if strings.ContainsRune(text, 0) {
		return "", "", problem(CodeNotCSV, "this is not a text file: save it as CSV (UTF-8)")
	}
	return text, encoding, nil
}

func decodeText(data []byte) (text, encoding string, err error) {
	utf8Rest, utf8Mark := bytes.CutPrefix(data, []byte("\xEF\xBB\xBF"))
	switch {
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
		encoding = encodingUTF16LE
		data, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		encoding = encodingUTF16BE
		data, err = unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
	case utf8Mark, utf8.Valid(data), isDamagedUTF8(data):
		encoding = encodingUTF8
		data = bytes.ToValidUTF8(utf8Rest, []byte(string(utf8.RuneError)))
	default:
		encoding = encodingGB18030
		data, err = simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	}
	return string(data), encoding, err
}

// isDamagedUTF8 tells UTF-8 with a few bad bytes, such as a cut character, from GB18030, which would
// read it as other, wrong Chinese without complaint. In UTF-8 Chinese characters are three bytes; in
// GB18030 text such triples are the exception and bytes that are not UTF-8 the rule.
func isDamagedUTF8(data []byte) bool {
	triples, invalid := 0, 0
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			invalid++
		case size == 3:
			triples++
		}
		data = data[size:]
	}
	return triples > invalid
}
