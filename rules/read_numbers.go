package rules

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

var numberPattern = regexp.MustCompile(
	`(?i)^([+-]?) ?(?:¥|CNY|RMB)? ?([+-]?) ?(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))? ?(万亿|[万萬亿億])? ?(?:元|CNY|RMB)?$`)

// unitDigits is by how many digits a Chinese unit moves the decimal point.
var unitDigits = map[string]int{"万": 4, "萬": 4, "亿": 8, "億": 8, "万亿": 12}

// ReadNumber reads a number as people and spreadsheets write it (domain.md, section 2): thousands
// separators in right groups, full-width characters, a leading ¥, CNY or RMB, a closing 元, the units 万 and
// 亿, a sign, and accounting parentheses for a negative number. Empty text gives 0. Anything else is a
// problem with code unreadable_number, never 0: wrong groups, exponents, hexadecimal, NaN and infinity.
func ReadNumber(text string) (float64, *Problem) {
	s := halfWidth(text)
	if s == "" {
		return 0, nil
	}
	negative := false
	if inner, ok := cutParentheses(s); ok {
		s, negative = inner, true
	}
	m := numberPattern.FindStringSubmatch(s)
	if m == nil {
		return 0, unreadableNumber(text)
	}
	sign := m[1] + m[2]
	if len(sign) > 1 || negative && sign != "" {
		return 0, unreadableNumber(text)
	}
	n, err := strconv.ParseFloat(movePoint(strings.ReplaceAll(m[3], ",", ""), m[4], unitDigits[m[5]]), 64)
	if err != nil || math.IsInf(n, 0) {
		return 0, unreadableNumber(text)
	}
	if (negative || sign == "-") && n != 0 {
		n = -n
	}
	return n, nil
}

func unreadableNumber(text string) *Problem {
	return &Problem{
		Code:    "unreadable_number",
		Message: quote(strings.TrimSpace(text)) + " is not a number; write it as 1234567.5, 1,234,567.5 or 3.5万.",
	}
}

func cutParentheses(s string) (string, bool) {
	inner, opened := strings.CutPrefix(s, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	return strings.TrimSpace(inner), opened && closed
}

// movePoint multiplies a decimal number by a power of ten in its text, so that 0.07万 is 700 and not
// 700.0000000000001.
func movePoint(whole, fraction string, digits int) string {
	if missing := digits - len(fraction); missing > 0 {
		fraction += strings.Repeat("0", missing)
	}
	return whole + fraction[:digits] + "." + fraction[digits:]
}
