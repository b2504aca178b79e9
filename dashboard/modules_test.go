package dashboard

import (
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"testing"
)

// TestModulesOfPages finds every module of the folder of the pages in what some page is made of, and what all share in each.
func TestModulesOfPages(t *testing.T) {
	t.Parallel()
	root, err := fs.Sub(files, "ui")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := modulesOf(root)
	if err != nil {
		t.Fatal(err)
	}
	var pages map[string][]string
	if err := json.Unmarshal(raw, &pages); err != nil {
		t.Fatal(err)
	}
	if len(pages["today"]) < 4 || pages["today"][0] != "pages/today.js" || !slices.Contains(pages["today"], "elements.js") {
		t.Errorf("today is made of %v", pages["today"])
	}
	made := slices.Concat(slices.Collect(maps.Values(pages))...)
	err = fs.WalkDir(root, "pages", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !slices.Contains(made, path) {
			t.Errorf("no page is made of %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
