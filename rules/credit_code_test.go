package rules

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCheckCreditCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"91350100M000100Y43", ""}, // the example of GB 32100-2015
		{"91350100M000100Y44", "credit_code_check"},
		{"91350100M000100Y34", "credit_code_check"}, // two characters swapped
		{"19350100M000100Y43", "credit_code_check"},
		{"91350100m000100y43", "credit_code_character"},
		{"9135010OM000100Y43", "credit_code_character"},
		{"91350100I000100Y43", "credit_code_character"},
		{"91350100S000100Y43", "credit_code_character"},
		{"91350100V000100Y43", "credit_code_character"},
		{"91350100Z000100Y43", "credit_code_character"},
		{"91350100M000100Y4三", "credit_code_character"},
		{"91350100M000100Y4\xff", "credit_code_character"},
		{"91350100M000100Y4", "credit_code_length"},
		{"91350100M000100Y431", "credit_code_length"},
		{"91350100 M000100Y43", "credit_code_length"},
		{"", "credit_code_length"},
	} {
		code := ""
		if problem := CheckCreditCode(c.in); problem != nil {
			code = problem.Code
		}
		if code != c.want {
			t.Errorf("CheckCreditCode(%q) = %q, want %q", c.in, code, c.want)
		}
	}
}

func TestCleanCreditCode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                      "",
		" 91350100m000100y43\n": "91350100M000100Y43",
		"913501 00M0 0010-0Y43": "91350100M000100Y43",
		"９１３５０１００Ｍ０００１００ｙ４３":   "91350100M000100Y43",
		"91350100　M000100Y４－３": "91350100M000100Y43",
	} {
		if got := CleanCreditCode(in); got != want {
			t.Errorf("CleanCreditCode(%q) = %q, want %q", in, got, want)
		}
	}
}

// Of the 31 possible last characters exactly one is right, and changing any one character of a right code
// is noticed.
func TestCreditCodeNoticesEverySubstitution(t *testing.T) {
	t.Parallel()
	character := rapid.SampledFrom([]byte(creditCodeCharacters))
	rapid.Check(t, func(t *rapid.T) {
		start := string(rapid.SliceOfN(character, 17, 17).Draw(t, "start"))
		var right []string
		for _, last := range creditCodeCharacters {
			if code := start + string(last); CheckCreditCode(code) == nil {
				right = append(right, code)
			}
		}
		if len(right) != 1 {
			t.Fatalf("%s has %d check characters", start, len(right))
		}
		for i := range right[0] {
			for _, other := range creditCodeCharacters {
				changed := right[0][:i] + string(other) + right[0][i+1:]
				if changed != right[0] && CheckCreditCode(changed) == nil {
					t.Fatalf("%s passes as well as %s", changed, right[0])
				}
			}
		}
		if spaced := strings.ToLower(right[0][:4] + " " + right[0][4:9] + "-" + right[0][9:]); CleanCreditCode(spaced) != right[0] {
			t.Fatalf("CleanCreditCode(%q) = %q, want %q", spaced, CleanCreditCode(spaced), right[0])
		}
	})
}
