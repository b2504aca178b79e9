package browser

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

//go:embed texts.js
var textsScript string

// Words is a text of a page as it is read.
type Words struct {
	Text  string `json:"text"`
	Kind  string `json:"kind"` // text, placeholder, title, aria-label …
	Where string `json:"where"`
	After string `json:"after"` // which buttons were pressed before it was to be read
}

// Read gives everything a person can read on the page now, or hear from it, with every menu and choice of it open in turn.
func (p *Page) Read() []Words {
	p.t.Helper()
	var read []Words
	p.Evaluate(`(async () => {
		const read = `+textsScript+`;
		const all = read(document.body);
		const inFront = [...document.querySelectorAll(".modal[data-modal-state=open]")].at(-1) ?? document;
		for (const menu of inFront.querySelectorAll("[popover]:not(:popover-open)")) {
			if (!menu.parentElement?.checkVisibility()) {
				continue;
			}
			try { menu.showPopover(); } catch { continue; }
			await Promise.resolve(); // what it shows is put together when it opens
			await new Promise((done) => setTimeout(done));
			all.push(...read(menu));
			menu.hidePopover();
		}
		return [...new Map(all.map((words) => [words.kind + words.text, words])).values()];
	})()`, &read)
	return read
}

// Reader knows what people wrote and what only the program knows, and so what a text on a page has to be.
type Reader struct {
	values      map[string]bool // what the records hold
	long        []string        // the same, the longest first, for texts that are put together
	identifiers map[string]bool // of fields, collections and values of selects
}

// allowed are the words that are the same in Chinese: at most twenty.
var allowed = []string{"S", "A", "B", "C", "VIP", "RFM", "NPS", "ID", "Excel", "CSV", "XLSX", "API", "OTP", "JSON", "IP", "SQL", "URL", "Ctrl"}

// names are those of products, places and units.
var names = []string{"Touchbase", "PocketBase", "Go", "JavaScript", "Asia/Shanghai", "CNY", "KB", "MB", "ms", "v", "rclone", "s5cmd", "JS", "Dart", "SDK", "curl"}

var (
	address    = regexp.MustCompile(`[\w.+-]+@[\w.-]+\.\w+|https?://\S+|#[0-9a-f]{6}\b|\b[\w-]+\.(?:zip|db|json)\b|^:\w+$|\b[A-Z]\w*(?:-[A-Z]\w*)+\b`) // and colours, files, tags and headers of the API
	latin      = regexp.MustCompile(`[A-Za-z]+(?:/[A-Za-z]+)?`)
	identifier = regexp.MustCompile(`[a-z]+(?:_[a-z0-9]+)+`)
	recordID   = regexp.MustCompile(`\b[a-z0-9]{15}\b`)
)

// NewReader reads, as a superuser, all that is written in the program's records.
func NewReader(root *Session) *Reader {
	r := &Reader{values: map[string]bool{}, identifiers: map[string]bool{}}
	settings, _ := root.Send(http.MethodGet, "/api/settings", nil)["meta"].(map[string]any)
	r.keep(settings["appName"], false)
	collections, _ := root.Send(http.MethodGet, "/api/collections?perPage=200", nil)["items"].([]any)
	for _, item := range collections {
		collection := item.(map[string]any)
		name, _ := collection["name"].(string)
		r.identify(name)
		kinds := map[string]string{}
		for _, f := range collection["fields"].([]any) {
			field := f.(map[string]any)
			kinds[field["name"].(string)] = field["type"].(string)
			r.identify(field["name"].(string))
			values, _ := field["values"].([]any)
			for _, value := range values {
				r.identify(value.(string))
			}
		}
		for page := 1; ; page++ {
			answer := root.Send(http.MethodGet, fmt.Sprintf("/api/collections/%s/records?perPage=500&skipTotal=1&page=%d", name, page), nil)
			records, _ := answer["items"].([]any)
			for _, record := range records {
				for field, value := range record.(map[string]any) {
					switch kinds[field] {
					case "text", "email", "url", "editor", "file":
						r.keep(value, field == "collection" || field == "job" || field == "rule")
					case "json":
						r.keep(value, true)
					}
				}
			}
			if len(records) < 500 {
				break
			}
		}
	}
	for value := range r.values {
		r.long = append(r.long, value)
	}
	slices.SortFunc(r.long, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return r
}

// Allowed is how many words may stand in Chinese as they are.
func (r *Reader) Allowed() int { return len(allowed) }

func (r *Reader) identify(name string) { r.identifiers[name] = true }

// keep takes what a field holds; where it may be the program's own, only what has a space or a Chinese character.
func (r *Reader) keep(value any, mayBeOurs bool) {
	switch v := value.(type) {
	case string:
		var nested any
		if mayBeOurs && json.Unmarshal([]byte(v), &nested) == nil {
			if _, isText := nested.(string); !isText {
				r.keep(nested, true)
				return
			}
		}
		clean := strings.Join(strings.Fields(v), " ")
		if mayBeOurs && !hasChinese(clean) && !strings.Contains(clean, " ") {
			return
		}
		for _, text := range append(strings.Split(v, "\n"), clean) {
			if text = strings.Join(strings.Fields(text), " "); len([]rune(text)) > 1 {
				r.values[text] = true
			}
		}
	case []any:
		for _, item := range v {
			r.keep(item, mayBeOurs)
		}
	case map[string]any:
		for _, item := range v {
			r.keep(item, mayBeOurs)
		}
	}
}

// Wrong says what is wrong with a text on a page that is read in a language, if anything is.
func (r *Reader) Wrong(text, language string) string {
	if r.values[text] || slices.Contains(names, text) || text == "English" && language == "zh-CN" || text == "中文" && language == "en" {
		return ""
	}
	if start, cut := strings.CutSuffix(strings.TrimSuffix(text, "..."), "…"); (cut || start != text) && r.begins(start) {
		return ""
	}
	rest := address.ReplaceAllString(text, " ")
	if language == "zh-CN" && r.identifiers[rest] && strings.ToLower(rest) == rest && latin.MatchString(rest) { // in English it may be a word
		return "an identifier"
	}
	for _, name := range identifier.FindAllString(rest, -1) {
		if r.identifiers[name] && !strings.Contains(r.without(rest), name) {
			continue
		}
		if r.identifiers[name] {
			return "the identifier " + name
		}
	}
	for _, id := range recordID.FindAllString(rest, -1) {
		if strings.ContainsAny(id, "0123456789") && strings.ContainsFunc(id, unicode.IsLower) {
			return "the id " + id
		}
	}
	if language == "en" {
		if hasChinese(text) && hasChinese(r.without(text)) {
			return "Chinese"
		}
		return ""
	}
	if hasChinese(text) {
		return ""
	}
	for _, word := range latin.FindAllString(r.without(rest), -1) {
		if !slices.Contains(allowed, word) && !slices.Contains(names, word) {
			return "English"
		}
	}
	return ""
}

// without is a text without what people wrote in it.
func (r *Reader) without(text string) string {
	for _, value := range r.long {
		if len(value) <= len(text) && strings.Contains(text, value) && (len(value) >= 4 || hasChinese(value)) {
			text = strings.ReplaceAll(text, value, " ")
		}
	}
	return text
}

func (r *Reader) begins(start string) bool {
	start = strings.TrimSpace(start)
	return len(start) > 3 && slices.ContainsFunc(r.long, func(value string) bool { return strings.HasPrefix(value, start) })
}

func hasChinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
