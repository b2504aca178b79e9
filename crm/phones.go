package crm

import (
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// CleanPhone gives a phone number as E.164, read with a country (ISO 3166 code) where it names none, and
// whether a network could have such a number. An impossible one comes back as it was: it is kept, and
// flagged, because half a number is better than none. Half a number is also one without its area code.
func CleanPhone(text, country string) (phone string, possible bool) {
	number, err := phonenumbers.Parse(text, country)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(number) != phonenumbers.IS_POSSIBLE {
		return text, false
	}
	return phonenumbers.Format(number, phonenumbers.E164), true
}

// possiblePhone tells whether a stored phone number is one a network could have.
func possiblePhone(phone, country string) bool {
	_, possible := CleanPhone(phone, country)
	return possible
}

// MaskPhone shows a phone number to those who may not read it: 138****5678, without the country code of
// the policy's own country.
func MaskPhone(phone, country string) string {
	if phone == "" {
		return ""
	}
	digits := phone
	if number, err := phonenumbers.Parse(phone, country); err == nil {
		digits = phonenumbers.GetNationalSignificantNumber(number)
	}
	runes := []rune(digits)
	if len(runes) < 8 {
		return strings.Repeat("*", len(runes))
	}
	return string(runes[:3]) + "****" + string(runes[len(runes)-4:])
}

// MaskText shows an address or an account name by its first and last character.
func MaskText(text string) string {
	n := utf8.RuneCountInString(text)
	if n == 0 {
		return ""
	}
	if n < 3 {
		return strings.Repeat("*", n)
	}
	runes := []rune(text)
	return string(runes[:1]) + "***" + string(runes[n-1:])
}
