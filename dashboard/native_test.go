package dashboard_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// What PocketBase says for a moment only, or asks, wherever in its source: a message, a question, the words of its buttons, a tooltip.
	spoken = regexp.MustCompile("(?s)(?:app\\.toasts\\.(?:info|success|error)\\(|modals\\.confirm\\(|attrs\\.tooltip\\(|(?:yesButton|noButton|title|placeholder): )\\s*(?:\\(\\) =>\\s*)?" +
		"(\"(?:[^\"\\\\]|\\\\.)+\"|`(?:[^`\\\\]|\\\\.)+`)")
	inserted = regexp.MustCompile(`\$\{[^}]*\}`)
	fact     = regexp.MustCompile(`\\\{\w+\\\}`)
	spaces   = regexp.MustCompile(`\s+`)
)

// same are words that are the same in Chinese, or begin what is put together.
var same = []string{"JS SDK", "Dart SDK", "curl", "Raw errors:", "Default levels"}

// TestNativeMessages: whatever PocketBase says for a moment, asks or explains has its Chinese in native.json.
func TestNativeMessages(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("ui/native.json")
	if err != nil {
		t.Fatal(err)
	}
	var native map[string]any
	if err := json.Unmarshal(raw, &native); err != nil {
		t.Fatal(err)
	}
	var sentences []*regexp.Regexp
	for english := range native {
		if strings.Contains(english, "{") {
			sentences = append(sentences, regexp.MustCompile("(?s)^"+fact.ReplaceAllString(regexp.QuoteMeta(english), "(.*?)")+"$"))
		}
	}
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/pocketbase/pocketbase").Output()
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	root := filepath.Join(strings.TrimSpace(string(dir)), "ui", "src")
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".js" {
			return err
		}
		source, err := os.ReadFile(path)
		for _, found := range spoken.FindAllStringSubmatch(string(source), -1) {
			read++
			text := strings.NewReplacer(`\n`, " ", `\"`, `"`, "\\`", "`").Replace(found[1][1 : len(found[1])-1])
			text = strings.TrimSpace(spaces.ReplaceAllString(inserted.ReplaceAllString(text, "array"), " "))
			if slices.Contains(same, text) {
				continue
			}
			_, isWhole := native[text]
			if !isWhole && !slices.ContainsFunc(sentences, func(sentence *regexp.Regexp) bool { return sentence.MatchString(text) }) {
				t.Errorf("%s: there is no Chinese for %q", strings.TrimPrefix(path, root), text)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 200 {
		t.Errorf("only %d messages are found in %s", read, root)
	}
}
