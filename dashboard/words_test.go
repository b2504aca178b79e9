package dashboard_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	said    = regexp.MustCompile(`\bsay\("([^"]+)"[,)]|\b(?:words|submitWords): "([^"]+)"`)
	literal = regexp.MustCompile(`"([\w.]+)"`)
	begun   = regexp.MustCompile("[\"`]([\\w.]+\\.)(?:\"|\\$\\{)") // of a name that is put together
)

// TestWordsAreThere: whatever the dashboard says by a name is in strings.json, in both languages, and nothing is there that it does not say.
func TestWordsAreThere(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("ui/strings.json")
	if err != nil {
		t.Fatal(err)
	}
	var known map[string][]string
	if err := json.Unmarshal(raw, &known); err != nil {
		t.Fatal(err)
	}
	var names, beginnings []string
	err = filepath.WalkDir("ui", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".js" {
			return err
		}
		source, err := os.ReadFile(path)
		for _, found := range said.FindAllStringSubmatch(string(source), -1) {
			name := found[1] + found[2]
			if _, there := known[name]; !there && !strings.HasSuffix(name, ".") {
				t.Errorf("%s: there are no words for %q", path, name)
			}
		}
		for _, found := range literal.FindAllStringSubmatch(string(source), -1) {
			names = append(names, found[1])
		}
		for _, found := range begun.FindAllStringSubmatch(string(source), -1) {
			beginnings = append(beginnings, found[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range known {
		if len(pair) != 2 || pair[0] == "" || pair[1] == "" {
			t.Errorf("%s has %q", name, pair)
		}
		isBegun := slices.ContainsFunc(beginnings, func(beginning string) bool { return strings.HasPrefix(name, beginning) })
		if !isBegun && !slices.Contains(names, strings.TrimSuffix(name, ".one")) && !slices.Contains(names, name) {
			t.Errorf("nobody says %q", name)
		}
	}
}
