package rules

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	creditCodeLength = 18
	// creditCodeCharacters are the 31 characters of GB 32100-2015 in the order of their values: without
	// I, O, S, V and Z, which look like digits or other letters.
	creditCodeCharacters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
)

// CleanCreditCode is a unified social credit code as it is stored and compared: upper case, half-width,
// without spaces and hyphens.
func CleanCreditCode(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(halfWidth(s)))
}

// CheckCreditCode checks a unified social credit code (统一社会信用代码) that [CleanCreditCode] has cleaned,
// by GB 32100-2015. It gives a problem with code credit_code_length (not 18 characters, so also for empty
// text), credit_code_character (a character the standard does not use) or credit_code_check (the check
// character does not fit: something is mistyped).
func CheckCreditCode(code string) *Problem {
	if n := utf8.RuneCountInString(code); n != creditCodeLength {
		return &Problem{"credit_code_length", fmt.Sprintf("A credit code has 18 characters, %s has %d.", quote(code), n)}
	}
	sum, weight := 0, 1
	for i, c := range code {
		value := strings.IndexRune(creditCodeCharacters, c)
		if value < 0 {
			return &Problem{"credit_code_character", fmt.Sprintf(
				"A credit code has digits and capital letters other than I, O, S, V and Z, not %q.", c)}
		}
		if i == creditCodeLength-1 {
			weight = 1 // the check character fills the sum up to a multiple of 31
		}
		sum += value * weight
		weight = weight * 3 % len(creditCodeCharacters)
	}
	if sum%len(creditCodeCharacters) != 0 {
		return &Problem{"credit_code_check", fmt.Sprintf(
			"The last character of %s does not fit the others; compare the code with the business licence.", quote(code))}
	}
	return nil
}
