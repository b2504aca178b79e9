package crm

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/width"
)

const localeEnglish = "en"

//go:embed labels.json
var labelsJSON []byte

// label is how people call a field or a select value: one name in each language, and what else they
// write over a column or into a cell.
type label struct {
	Chinese string   `json:"zh-CN"`
	English string   `json:"en"`
	Select  string   `json:"select"` // of a field: the list its values come from
	Aliases []string `json:"aliases"`
}

// in gives the label in a language; every language but English reads Chinese, the company's own.
func (l label) in(locale string) string {
	if locale == localeEnglish {
		return l.English
	}
	return l.Chinese
}

// names lists everything the label answers to, the identifier included.
func (l label) names(identifier string) []string {
	return append([]string{identifier, l.Chinese, l.English}, l.Aliases...)
}

// labelTable is labels.json, and the same turned round for reading what people write.
type labelTable struct {
	Units       []string                    `json:"units"`
	Selects     map[string]map[string]label `json:"selects"`
	Collections map[string]map[string]label `json:"collections"`
	Names       map[string]label            `json:"names"` // of the collections

	units  map[string]bool              // folded
	fields map[string]map[string]string // collection -> folded heading -> field
	values map[string]map[string]string // select -> folded text -> value
}

var labels = sync.OnceValue(func() *labelTable {
	t := &labelTable{units: map[string]bool{}}
	if err := json.Unmarshal(labelsJSON, t); err != nil {
		// The table is part of the executable: a mistake in it is a mistake in the code.
		panic(fmt.Errorf("failed to read labels.json: %w", err))
	}
	for _, unit := range t.Units {
		t.units[foldLabel(unit)] = true
	}
	t.fields = foldAll(t.Collections)
	t.values = foldAll(t.Selects)
	return t
})

func foldAll(groups map[string]map[string]label) map[string]map[string]string {
	folded := make(map[string]map[string]string, len(groups))
	for group, entries := range groups {
		folded[group] = make(map[string]string)
		for identifier, l := range entries {
			for _, name := range l.names(identifier) {
				folded[group][foldLabel(name)] = identifier
			}
		}
	}
	return folded
}

// FieldLabel gives the name of a field as a person reads it. The locale is zh-CN or en, anything else
// reads Chinese. A field without label is called by its identifier.
func FieldLabel(collection, field, locale string) string {
	l, ok := labels().Collections[collection][field]
	if !ok {
		return field
	}
	return l.in(locale)
}

// ValueLabel gives the name of a select value as a person reads it. The locale is zh-CN or en, anything
// else reads Chinese. A value without label, or of a field that is no select, is given back as it is.
func ValueLabel(collection, field, value, locale string) string {
	t := labels()
	l, ok := t.Selects[t.Collections[collection][field].Select][value]
	if !ok {
		return value
	}
	return l.in(locale)
}

// LabelOf gives what an identifier in a sentence is called: a value of the field (one of the collection, both may be empty), a field of the
// collection, a collection, or a field or value of any other, which have the same name wherever they mean the same. The locale is zh-CN
// or en, anything else reads Chinese.
func LabelOf(identifier, collection, field, locale string) (name string, ok bool) {
	t := labels()
	places := []map[string]label{t.Selects[t.Collections[collection][field].Select], t.Collections[collection], t.Names}
	for _, groups := range []map[string]map[string]label{t.Collections, t.Selects} {
		for _, group := range slices.Sorted(maps.Keys(groups)) {
			places = append(places, groups[group])
		}
	}
	for _, place := range places {
		if l, ok := place[identifier]; ok {
			return l.in(locale), true
		}
	}
	return "", false
}

// FieldByLabel finds the field a spreadsheet heading means: its identifier, a label in either language
// or an alias. Case, width, spaces, punctuation, brackets, a mark for "required" (*) and a trailing
// unit in brackets do not matter. A unit that changes the figures is no part of that: money is stored
// in plain units (domain.md section 1), so "金额(万元)" is not amount and a person has to decide.
func FieldByLabel(collection, heading string) (field string, ok bool) {
	t := labels()
	if field, ok = t.fields[collection][foldLabel(heading)]; ok {
		return field, true
	}
	name, unit, ok := cutUnit(heading)
	if !ok || !t.units[foldLabel(unit)] {
		return "", false
	}
	field, ok = t.fields[collection][foldLabel(name)]
	return field, ok
}

// ValueByLabel finds the value of a select that a text means: its identifier, a label in either
// language or an alias; case, width, spaces and punctuation do not matter (domain.md section 2).
func ValueByLabel(collection, field, text string) (value string, ok bool) {
	t := labels()
	value, ok = t.values[t.Collections[collection][field].Select][foldLabel(text)]
	return value, ok
}

// foldLabel reduces a text to what tells labels apart: its letters and digits, half-width and in small
// letters. Signs that carry a range stay, as 1-50 is not 150: a dash between digits, and + < > ≤ ≥.
func foldLabel(text string) string {
	runes := []rune(strings.ToLower(width.Fold.String(text)))
	runes = removeSpaces(runes)
	var b strings.Builder
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune("+<>≤≥¥", r):
			b.WriteRune(r)
		case isDash(r) && i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1]):
			b.WriteByte('-')
		}
	}
	return b.String()
}

func removeSpaces(runes []rune) []rune {
	kept := runes[:0]
	for _, r := range runes {
		if !unicode.IsSpace(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

// isDash knows the signs people put between two numbers, the tilde of Chinese ranges among them.
func isDash(r rune) bool {
	return r == '~' || r == '〜' || r == '−' || unicode.Is(unicode.Pd, r)
}

// cutUnit takes a trailing pair of brackets off a heading.
func cutUnit(heading string) (name, unit string, ok bool) {
	heading = strings.TrimRight(width.Fold.String(heading), "* \t\r\n")
	const opening, closing = "([【〔", ")]】〕"
	open := strings.LastIndexAny(heading, opening)
	if open < 0 || !strings.ContainsAny(heading[open:], closing) {
		return "", "", false
	}
	name, rest := heading[:open], heading[open:]
	end := strings.IndexAny(rest, closing)
	if strings.TrimRight(rest[end:], closing) != "" {
		return "", "", false
	}
	return name, rest[:end], true
}

// Labels is the table of labels as JSON, for those who show them elsewhere: `{selects: {name: {value: label}}, collections: {name: {field:
// label}}, names: {collection: label}}`, a label being `{"zh-CN", en, select, aliases}`.
func Labels() []byte { return labelsJSON }
