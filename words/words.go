// Package words gives the sentences of answers in the language of whoever asks: those written here and those of PocketBase, which are
// English in the code and have their Chinese in sentences.json. Codes of errors are for programs and never change.
package words

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pocketbase/pocketbase/tools/inflector"

	"touchbase/crm"
	"touchbase/rules"
)

// sentencesJSON has the Chinese of each sentence, by the English as it stands in the code, verbs and all (PocketBase's {{.min}} are %s).
// In the Chinese {1} is what the first verb stands for, as it was written, and {1:name} the same named by its label: a field, a
// collection, a value, a list of them, or a part of a sentence that is in the table itself.
//
//go:embed sentences.json
var sentencesJSON []byte

// table is sentences.json: ours, PocketBase's, and parts that stand in others.
type table struct {
	Ours       map[string]string `json:"ours"`
	PocketBase map[string]string `json:"pocketbase"`
	Parts      map[string]string `json:"parts"`

	sentences, parts []pattern
}

// pattern finds a sentence of the table, whatever its verbs stand for.
type pattern struct {
	english, chinese string
	match            *regexp.Regexp
	known            int // characters that are no verbs
}

var (
	verb  = regexp.MustCompile(`%(?:\.\d+)?[sdvgfq]`)
	fact  = regexp.MustCompile(`\{(\d)(:name)?\}`)
	token = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
)

var load = sync.OnceValue(func() *table {
	t := new(table)
	if err := json.Unmarshal(sentencesJSON, t); err != nil {
		panic(fmt.Errorf("failed to read sentences.json: %w", err)) // it is part of the executable
	}
	for _, group := range []map[string]string{t.Ours, t.PocketBase} {
		for english, chinese := range group {
			t.sentences = append(t.sentences, newPattern(inflector.Sentenize(english), chinese)) // as PocketBase answers them
		}
	}
	for english, chinese := range t.Parts {
		t.parts = append(t.parts, newPattern(english, chinese))
	}
	// The sentence that leaves least open is the one that was meant.
	for _, list := range [][]pattern{t.sentences, t.parts} {
		slices.SortFunc(list, func(a, b pattern) int {
			if a.known != b.known {
				return b.known - a.known
			}
			return strings.Compare(a.english, b.english)
		})
	}
	return t
})

func newPattern(english, chinese string) pattern {
	expression, from := "(?s)^", 0
	for _, at := range verb.FindAllStringIndex(english, -1) {
		expression += regexp.QuoteMeta(english[from:at[0]])
		if from = at[1]; strings.HasSuffix(english[:from], "q") {
			expression += `(?:"(.*?)"|'(.+?)')`
		} else {
			expression += `(.*?)()`
		}
	}
	expression += regexp.QuoteMeta(english[from:]) + "$"
	return pattern{english: english, chinese: chinese, match: regexp.MustCompile(expression), known: len(verb.ReplaceAllString(english, ""))}
}

// Place is where a sentence stands, for the names in it: the collection that is written and the field, either may be empty.
type Place struct{ Collection, Field string }

// Tell gives a sentence in a language, zh-CN or en, and whether the table knows it; one that it does not know stays as it is. A sentence
// that is Chinese already is known.
func Tell(sentence, language string, at Place) (told string, known bool) {
	if told, known = tell(load().sentences, sentence, language, at); known {
		return told, true
	}
	return sentence, strings.Contains(sentence, "。")
}

// Knows tells whether a sentence of the code, with its verbs, has Chinese.
func Knows(format string) bool {
	t := load()
	for _, group := range []map[string]string{t.Ours, t.PocketBase} {
		if group[format] != "" {
			return true
		}
	}
	return false
}

// Ours are the sentences of this program that have Chinese.
func Ours() []string { return slices.Collect(maps.Keys(load().Ours)) }

func tell(list []pattern, text, language string, at Place) (string, bool) {
	for i := range list {
		p := &list[i]
		found := p.match.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		if language == rules.Chinese {
			return fact.ReplaceAllStringFunc(p.chinese, func(mark string) string {
				m := fact.FindStringSubmatch(mark)
				return p.fact(found, m[1], m[2] != "", language, at)
			}), true
		}
		n := 0
		return verb.ReplaceAllStringFunc(p.english, func(v string) string {
			n++
			number := strconv.Itoa(n)
			if !strings.Contains(p.chinese, "{"+number+":name}") {
				if v == "%q" {
					return strconv.Quote(p.fact(found, number, false, language, at))
				}
				return p.fact(found, number, false, language, at)
			}
			return p.fact(found, number, true, language, at)
		}), true
	}
	return text, false
}

// fact is what a verb of the sentence stands for.
func (p *pattern) fact(found []string, number string, named bool, language string, at Place) string {
	n, err := strconv.Atoi(number)
	if err != nil || 2*n >= len(found) {
		return ""
	}
	text := found[2*n-1] + found[2*n]
	if raw, err := strconv.Unquote(`"` + text + `"`); err == nil {
		text = raw // %q wrote it so
	}
	if !named {
		return text
	}
	if told, ok := name(text, language, at); ok {
		return told
	}
	return text
}

// name gives the label of an identifier, of each of a list, or a part of a sentence.
func name(text, language string, at Place) (string, bool) {
	for _, identifier := range []string{text, strings.ToLower(text[:min(1, len(text))]) + text[min(1, len(text)):]} { // a sentence begins with a capital letter
		if !token.MatchString(identifier) {
			continue
		}
		if label, ok := crm.LabelOf(identifier, at.Collection, at.Field, language); ok {
			return label, true
		}
	}
	if told, ok := names(strings.Split(text, ", "), language, at); ok {
		return told, true
	}
	return tell(load().parts, text, language, at)
}

// names gives the names of several, if there are and each has one.
func names(items []string, language string, at Place) (string, bool) {
	if len(items) < 2 {
		return "", false
	}
	for i, item := range items {
		told, ok := name(item, language, at)
		if !ok {
			return "", false
		}
		items[i] = told
	}
	if language == rules.Chinese {
		return strings.Join(items, "、"), true
	}
	return strings.Join(items, ", "), true
}
