package rules

import (
	"regexp"
	"strings"
	"unicode"
)

// CleanText is text as it is stored (domain.md, section 2): trimmed, full-width letters, digits and
// spaces as half-width ones (Chinese punctuation stays), runs of spaces as one. Line breaks stay, as \n,
// without spaces before them and without blank lines at either end. Invalid UTF-8 and characters that
// cannot be seen (control characters, byte order marks, marks that turn the direction of writing) go.
func CleanText(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false // a space is due before the next visible character
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	for _, r := range s {
		switch {
		case isLineBreak(r):
			b.WriteByte('\n')
			space = false
		case unicode.Is(unicode.Zs, r) || r == '\t':
			space = true
		case isInvisible(r):
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			if isWideLetterOrDigit(r) {
				r -= wideOffset
			}
			b.WriteRune(r)
		}
	}
	return strings.Trim(b.String(), " \n")
}

// wideOffset is the distance from a full-width character (U+FF01 to U+FF5E) to its ASCII twin.
const wideOffset = 0xFEE0

func isWideLetterOrDigit(r rune) bool {
	return '０' <= r && r <= '９' || 'Ａ' <= r && r <= 'Ｚ' || 'ａ' <= r && r <= 'ｚ'
}

// isLineBreak also knows the breaks of other systems: spreadsheets write \v or a line separator.
func isLineBreak(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// isInvisible leaves out the joiners U+200C and U+200D, which emoji and some scripts need.
func isInvisible(r rune) bool {
	switch {
	case unicode.Is(unicode.Cc, r), r == '\u200b', r == '\u2060', r == '\ufeff':
		return true
	case r == '\u200e', r == '\u200f', '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
		return true
	}
	return false
}

// halfWidth turns all full-width ASCII characters, punctuation too, into half-width ones, and every run
// of spaces into one: the form in which dates, numbers and codes are read.
func halfWidth(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case '！' <= r && r <= '～':
			return r - wideOffset
		case r == '￥':
			return '¥'
		case r == '−': // the minus sign U+2212
			return '-'
		case isInvisible(r) && !unicode.IsSpace(r):
			return -1
		}
		return r
	}, s) // invalid UTF-8 becomes U+FFFD: what cannot be read must not turn into nothing
	return strings.Join(strings.Fields(s), " ")
}

// quote shows a value in a sentence, shortened to what a person needs to recognise it.
func quote(value string) string {
	const longest = 40
	if runes := []rune(value); len(runes) > longest {
		value = string(runes[:longest]) + "…"
	}
	return `"` + value + `"`
}

var (
	identityCandidate = regexp.MustCompile(`\d+[Xx]?`)
	digitRun          = regexp.MustCompile(`\d+`)
	digitGroups       = regexp.MustCompile(`\d+(?:[ -]\d+)+`)
	// cardGroups is how card numbers are printed: fours, or the bank's six and the rest.
	cardGroups = regexp.MustCompile(`^(?:\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?|\d{6}[ -]\d{10,13})$`)
)

// HasIdentityNumber tells whether a text holds a Chinese identity number (GB 11643): 18 characters,
// the last a digit or X, with a birth date of 1900 to 2099 and a right check character, that are not
// part of a longer number. Such a number flags the customer in needs_check (domain.md, section 2).
func HasIdentityNumber(s string) bool {
	s = halfWidth(s)
	for _, at := range identityCandidate.FindAllStringIndex(s, -1) {
		if !isIdentityNumber(s[at[0]:at[1]]) {
			continue
		}
		// An X that begins a word is no check character.
		if s[at[1]-1] > '9' && at[1] < len(s) && isASCIILetterOrDigit(s[at[1]]) {
			continue
		}
		return true
	}
	return false
}

func isIdentityNumber(s string) bool {
	if len(s) != 18 {
		return false
	}
	year := number(s[6:10])
	if year < 1900 || year > 2099 {
		return false
	}
	if _, ok := validDate(year, number(s[10:12]), number(s[12:14])); !ok {
		return false
	}
	// ISO 7064 MOD 11-2: the weights are the powers of two; X stands for ten.
	sum := 0
	for _, c := range s[:17] {
		sum = (sum + int(c-'0')) * 2 % 11
	}
	return "10X98765432"[sum] == strings.ToUpper(s)[17]
}

func isASCIILetterOrDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// HasBankCard tells whether a text holds a bank card number: 16 to 19 digits in one run or in groups as
// printed on cards, with a right Luhn check digit, that are not part of a longer number and neither a
// credit code nor an identity number. Cards begin with 3 to 6 (international schemes and UnionPay) or
// 9558 (the old cards of ICBC). See needs_check in domain.md, section 2.
func HasBankCard(s string) bool {
	s = halfWidth(s)
	for _, run := range digitRun.FindAllString(s, -1) {
		if isBankCard(run) {
			return true
		}
	}
	for _, groups := range digitGroups.FindAllString(s, -1) {
		if cardGroups.MatchString(groups) && isBankCard(strings.NewReplacer(" ", "", "-", "").Replace(groups)) {
			return true
		}
	}
	return false
}

func isBankCard(digits string) bool {
	if len(digits) < 16 || len(digits) > 19 {
		return false
	}
	if (digits[0] < '3' || digits[0] > '6') && !strings.HasPrefix(digits, "9558") {
		return false
	}
	return isLuhn(digits) && CheckCreditCode(digits) != nil && !isIdentityNumber(digits)
}

// isLuhn checks the last digit (ISO/IEC 7812-1, annex B): counted from the right, every second digit is
// doubled and its digits are added up.
func isLuhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}
