package dashboard

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// imported finds what a module imports.
var imported = regexp.MustCompile(`(?m)^(?:import|export|\}) .*from "(\.[^"]+)";`)

// modulesOf tells as JSON what each page is made of, by the page's name: its own module and all that those import, so that they can be asked for
// at once. Found out by the browser, each import costs another way to the server and back.
func modulesOf(root fs.FS) ([]byte, error) {
	pages, err := fs.Glob(root, "pages/*.js")
	if err != nil {
		return nil, err
	}
	modules := map[string][]string{}
	for _, page := range pages {
		found, err := following(root, page, nil)
		if err != nil {
			return nil, err
		}
		modules[strings.TrimSuffix(path.Base(page), ".js")] = found
	}
	return json.Marshal(modules)
}

// following adds a module to those found, and what it imports.
func following(root fs.FS, module string, found []string) ([]string, error) {
	if slices.Contains(found, module) {
		return found, nil
	}
	text, err := fs.ReadFile(root, module)
	if err != nil {
		return nil, fmt.Errorf("failed to read what a page is made of: %w", err)
	}
	found = append(found, module)
	for _, one := range imported.FindAllSubmatch(text, -1) {
		if found, err = following(root, path.Join(path.Dir(module), string(one[1])), found); err != nil {
			return nil, err
		}
	}
	return found, nil
}
