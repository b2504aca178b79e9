package rules

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCleanText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"only spaces", " \t\u00a0　\n ", ""},
		{"trimmed", "  宏达 \n", "宏达"},
		{"full-width letters and digits", "ＡＢＣｘｙｚ０１９", "ABCxyz019"},
		{"Chinese punctuation stays", "你好，（上海）。：；！？－", "你好，（上海）。：；！？－"},
		{"ideographic space", "张　三", "张 三"},
		{"runs of spaces", "a \t\u00a0\u3000 b", "a b"},
		{"line breaks of all systems", "a\r\nb\rc\vd\u2028e", "a\nb\nc\nd\ne"},
		{"lines trimmed at their right", "a  \n  b\t\nc", "a\n b\nc"},
		{"blank lines inside stay", "a\n \n\nb", "a\n\n\nb"},
		{"blank lines at the ends go", "\n \n a\n\n", "a"},
		{"invalid UTF-8", "a\xff\xfeb\xe5", "ab"},
		{"control characters", "a\x00\x07b\x1b[0m\x7f", "ab[0m"},
		{"invisible characters", "\ufeffa\u200bb\u202ec", "abc"},
		{"an invisible character between spaces", "a \u200b b", "a b"},
		{"joined emoji stays", "👩\u200d💻", "👩\u200d💻"},
	} {
		if got := CleanText(c.in); got != c.want {
			t.Errorf("%s: CleanText(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// messyText is text as it comes from spreadsheets: all that the readers treat specially, and anything.
func messyText() *rapid.Generator[string] {
	pieces := rapid.SampledFrom([]string{
		" ", "\t", "\u00a0", "　", "\r\n", "\r", "\n", "\u2028", "\x00", "\xff", "\u200b", "Ａ", "９", "，", "（", "）",
		"(", ")", ".", ",", "&", "'", "Co", "Ltd", "S.A.", "C", "O", "GmbH", "Group", "有限公司", "公司", "集团", "股份", "分",
		"宏达", "薴", "體", "é", "e\u0301", "ß", "İ", "㈱", "ﬁ", "ガ", "각", "ς", "@", "3天内", "周五前",
	})
	anything := rapid.String()
	return rapid.Custom(func(t *rapid.T) string {
		s := ""
		for range rapid.IntRange(0, 12).Draw(t, "pieces") {
			if rapid.IntRange(0, 5).Draw(t, "kind") == 0 {
				s += anything.Draw(t, "anything")
			} else {
				s += pieces.Draw(t, "piece")
			}
		}
		return s
	})
}

func TestCleanTextIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := messyText().Draw(t, "text")
		once := CleanText(s)
		if twice := CleanText(once); twice != once {
			t.Fatalf("CleanText(%q) = %q, and again %q", s, once, twice)
		}
	})
}

func FuzzCleanText(f *testing.F) {
	for _, s := range []string{"", " a　b ", "Ａ\r\n\xff", "a \u200b b", "\x00\n\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := CleanText(s)
		if !utf8.ValidString(once) || CleanText(once) != once {
			t.Errorf("CleanText(%q) = %q is not clean", s, once)
		}
	})
}

func TestHasIdentityNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     bool
	}{
		{"the standard's example", "11010519491231002X", true},
		{"lower-case x", "11010519491231002x", true},
		{"within text", "身份证：11010519491231002X，已核对", true},
		{"full-width", "１１０１０５１９４９１２３１００２Ｘ", true},
		{"after a letter", "ID11010519491231002X", true},
		{"digits only", "110105194912310038", true},
		{"wrong check character", "110105194912310021", false},
		{"no such birth date", "11010519490231002X", false},
		{"year of birth before 1900", "440524188001010014", false},
		{"too short", "1101051949123100", false},
		{"part of a longer number", "1110105194912310038", false},
		{"followed by a digit", "11010519491231002X1", false},
		{"X begins a word", "11010519491231002Xerox", false},
		{"credit code", "91350100M000100Y43", false},
		{"phone", "13800138000", false},
		{"empty", "", false},
	} {
		if got := HasIdentityNumber(c.in); got != c.want {
			t.Errorf("%s: HasIdentityNumber(%q) = %v, want %v", c.name, c.in, got, c.want)
		}
	}
}

func TestHasBankCard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     bool
	}{
		{"16 digits", "4111111111111111", true},
		{"19 digits of UnionPay", withLuhn("622202020011111111"), true},
		{"groups of four", "4111 1111 1111 1111", true},
		{"hyphens", "4111-1111-1111-1111", true},
		{"full-width", "４１１１１１１１１１１１１１１１", true},
		{"19 digits in groups", "6222 0200 1111 1111 115", true},
		{"groups of three", "411 111 111 111 111 1", false},
		{"six and the rest", withLuhn("622202020011111111")[:6] + " " + withLuhn("622202020011111111")[6:], true},
		{"within text", "卡号4111111111111111。", true},
		{"after another number", "1 4111111111111111", true},
		{"old ICBC card", withLuhn("955880020011111111"), true},
		{"other 9", withLuhn("955980020011111111"), false},
		{"wrong check digit", "4111111111111112", false},
		{"first digit 2", withLuhn("211111111111111"), false},
		{"15 digits", withLuhn("41111111111111"), false},
		{"20 digits", withLuhn("4111111111111111111"), false},
		{"part of a longer number in groups", "4111 1111 1111 1111 1111", false},
		{"phone numbers side by side", "4008208820 13800138000", false},
		{"empty", "", false},
	} {
		if got := HasBankCard(c.in); got != c.want {
			t.Errorf("%s: HasBankCard(%q) = %v, want %v", c.name, c.in, got, c.want)
		}
	}
}

// A number that is a card by its digits is none if it is a credit code or an identity number.
func TestHasBankCardLeavesOtherNumbersAlone(t *testing.T) {
	t.Parallel()
	codes, identities := 0, 0
	for i := range 100_000 {
		seventeen := "440105194912" + string([]byte{
			byte('0' + i/10000%10), byte('0' + i/1000%10), byte('0' + i/100%10), byte('0' + i/10%10), byte('0' + i%10)})
		for last := range 10 {
			digits := seventeen + string(rune('0'+last))
			if !isLuhn(digits) {
				continue
			}
			code, identity := CheckCreditCode(digits) == nil, isIdentityNumber(digits)
			if (code || identity) == HasBankCard(digits) {
				t.Fatalf("HasBankCard(%q) = %v, credit code %v, identity number %v", digits, HasBankCard(digits), code, identity)
			}
			if code {
				codes++
			}
			if identity {
				identities++
			}
		}
	}
	if codes == 0 || identities == 0 {
		t.Errorf("met %d credit codes and %d identity numbers, want some of each", codes, identities)
	}
}

// withLuhn appends the check digit.
func withLuhn(digits string) string {
	for last := '0'; last < '9'; last++ {
		if isLuhn(digits + string(last)) {
			return digits + string(last)
		}
	}
	return digits + "9"
}
