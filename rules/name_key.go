package rules

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// chineseForms are the legal forms that end a Chinese company name, longest first: the first that fits
// is cut. All are written in simplified characters.
var chineseForms = []string{
	"股份有限公司", "有限责任公司", "株式会社", "有限公司", "有限合伙", "普通合伙", "合伙企业", "公司", "集团", "股份",
}

// branchForms end in a legal form and yet are names of their own: a branch is not its parent.
var branchForms = []string{"分公司", "子公司"}

// westernForms are the legal forms that end other names, without case, accents and full stops.
var westernForms = wordSet(`ab ag aps bhd bv co coltd company corp corporation gmbh group inc incorporated kg kk
	limited llc llp lp ltd nv oy oyj plc private pte pty pvt rl sa sarl sas sdn srl`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

// NameKey is what two spellings of one company name have in common (domain.md, section 2, duplicates):
// the name without legal form, brackets (their content stays), punctuation, spaces, accents, case and
// width, in simplified characters. A name that is nothing but a legal form is kept. A name without any
// letter or digit has the empty key, which equals nothing.
func NameKey(name string) string {
	key := nameKeyOnce(name)
	// Cutting and joining can bring another legal form to the end, and the key of a key is that key. Only
	// a shorter key is taken, so that this ends.
	for next := nameKeyOnce(key); len(next) < len(key); next = nameKeyOnce(key) {
		key = next
	}
	return key
}

func nameKeyOnce(name string) string {
	words := nameWords(foldName(name))
	whole := strings.Join(words, "")
	for len(words) > 0 {
		last := len(words) - 1
		if rest := cutLegalForm(words[last]); rest == "" {
			words = words[:last]
		} else if rest != words[last] {
			words[last] = rest
		} else {
			break
		}
	}
	if len(words) == 0 {
		return whole
	}
	return strings.Join(words, "")
}

// foldName takes away what differs between spellings of the same letters.
func foldName(name string) string {
	name = norm.NFKC.String(CleanText(name))
	// Upper case first unites letters with several lower-case forms, such as the two sigmas. The full case
	// folding of x/text is no help here: folded twice, it gives back some letters of Cherokee.
	name = strings.ReplaceAll(strings.ToLower(strings.ToUpper(name)), "ß", "ss")
	simplified := simplifiedCharacters()
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		if s, ok := simplified[r]; ok {
			return s
		}
		return r
	}, norm.NFKD.String(name))
	return norm.NFC.String(name)
}

// nameWords splits a folded name into words of letters and digits. Full stops and apostrophes belong to
// the word they stand in (S.A., O'Neill). Chinese has no spaces between words, so there only the change
// to other letters parts.
func nameWords(name string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	chinese := false
	for _, r := range name {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if han := unicode.Is(unicode.Han, r); han != chinese {
				flush()
				chinese = han
			}
			word.WriteRune(r)
		case r == '.' || r == '\'' || r == '’':
		case !chinese:
			flush()
		}
	}
	flush()
	return words
}

// cutLegalForm gives a word without the legal form at its end, or nothing if it is a legal form.
func cutLegalForm(word string) string {
	if westernForms[word] {
		return ""
	}
	for _, branch := range branchForms {
		if strings.HasSuffix(word, branch) {
			return word
		}
	}
	for _, form := range chineseForms {
		if rest, ok := strings.CutSuffix(word, form); ok {
			return rest
		}
	}
	return word
}

// traditionalTable is described in data/README.md.
//
//go:embed data/ts_characters.txt
var traditionalTable string

// simplifiedCharacters maps each traditional character to its usual simplified one.
var simplifiedCharacters = sync.OnceValue(func() map[rune]rune {
	table := make(map[rune]rune, strings.Count(traditionalTable, "\n")+1)
	for line := range strings.Lines(traditionalTable) {
		traditional, candidates, _ := strings.Cut(strings.TrimSpace(line), "\t")
		first, _, _ := strings.Cut(candidates, " ")
		from, to := []rune(traditional), []rune(first)
		if len(from) == 1 && len(to) == 1 {
			table[from[0]] = to[0]
		}
	}
	// A few simplified characters of the table are themselves simplified further.
	for from, to := range table {
		if further, ok := table[to]; ok {
			table[from] = further
		}
	}
	return table
})
