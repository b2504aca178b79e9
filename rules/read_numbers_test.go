package rules

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReadNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want float64
	}{
		{"", 0},
		{" 　", 0},
		{"0", 0},
		{"-0", 0},
		{"007", 7},
		{"42", 42},
		{" 42 ", 42},
		{"3.14", 3.14},
		{"1,234", 1234},
		{"1,234,567.5", 1234567.5},
		{"1，234，567．5", 1234567.5},
		{"１２３．４５", 123.45},
		{"¥1,200", 1200},
		{"￥ 1200", 1200},
		{"CNY 1200.50", 1200.5},
		{"rmb1200", 1200},
		{"1200元", 1200},
		{"1200 RMB", 1200},
		{"3.5万", 35000},
		{"3.5 万", 35000},
		{"1.2亿", 120000000},
		{"1.2万亿", 1200000000000},
		{"50万元", 500000},
		{"¥50萬", 500000},
		{"1,234.5万", 12345000},
		{"0.07万", 700},
		{"0.29万", 2900},
		{"1.005亿", 100500000},
		{"0.00001万", 0.1},
		{"-5", -5},
		{"+5", 5},
		{"－５", -5},
		{"−5", -5},
		{"-¥5", -5},
		{"¥-5", -5},
		{"(123.45)", -123.45},
		{"（1,234）", -1234},
		{"(¥5万)", -50000},
		{"9007199254740993", 9007199254740992},
	} {
		got, problem := ReadNumber(c.in)
		if problem != nil || got != c.want || math.Signbit(got) != (c.want < 0) {
			t.Errorf("ReadNumber(%q) = %v, %v, want %v", c.in, got, problem, c.want)
		}
	}
}

func TestUnreadableNumbers(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"12,5,x", "12,5", "1,23", "1,2345", ",123", "1,,234", "1234,567", "1,234,", "12.3,456", "1.2.3",
		"1e5", "1E5", "NaN", "nan", "Inf", "-Infinity", "0x10", "1_000", "1 234", ".", "5.", ".5", "-", "+", "--5", "+-5",
		"-¥-5", "(-5)", "(5", "5)", "()", "¥", "万", "元", "5万万", "5千", "5%", "五", "$5", "5€", "约5", "n/a", "5 6", "\xff", "٣",
		strings.Repeat("9", 400),
	} {
		got, problem := ReadNumber(in)
		if problem == nil || problem.Code != "unreadable_number" || got != 0 {
			t.Errorf("ReadNumber(%q) = %v, %v, want unreadable_number", in, got, problem)
		}
	}
	_, problem := ReadNumber("12,5")
	if want := `"12,5" is not a number; write it as 1234567.5, 1,234,567.5 or 3.5万.`; problem.Message != want {
		t.Errorf("message is %q, want %q", problem.Message, want)
	}
}

// A number of yuan with two decimals written in 万 is the very same number.
func TestUnitsAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(0, 1e15).Draw(t, "cents")
		digits := strconv.FormatInt(cents, 10)
		digits = strings.Repeat("0", max(0, 7-len(digits))) + digits
		yuan := digits[:len(digits)-2] + "." + digits[len(digits)-2:]
		wan := digits[:len(digits)-6] + "." + digits[len(digits)-6:] + "万"
		want, _ := ReadNumber(yuan)
		if got, problem := ReadNumber(wan); got != want || problem != nil {
			t.Fatalf("ReadNumber(%q) = %v, %v, but %s is %v", wan, got, problem, yuan, want)
		}
	})
}

func FuzzReadNumber(f *testing.F) {
	for _, s := range []string{"", "1,234.5", "¥3.5万元", "(5)", "-0", "1e5", "１，２３４", "0.07万亿"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, problem := ReadNumber(s)
		if math.IsNaN(n) || math.IsInf(n, 0) || problem != nil && n != 0 {
			t.Errorf("ReadNumber(%q) = %v, %v", s, n, problem)
		}
	})
}
