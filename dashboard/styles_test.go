package dashboard

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// Every style that lies there is preloaded and linked, in the order of their names.
func TestStyles(t *testing.T) {
	t.Parallel()
	root := fstest.MapFS{"strings.json": {Data: []byte("{}")}, "native.json": {Data: []byte("{}")}}
	for _, name := range []string{"2_second.css", "1_first.css", "3_new.css", "README.md"} {
		root["styles/"+name] = &fstest.MapFile{}
	}
	want := []string{"styles/1_first.css", "styles/2_second.css", "styles/3_new.css"}
	styles, err := stylesOf(root)
	if err != nil || !slices.Equal(styles, want) {
		t.Fatalf("the styles are %v (%v), want %v", styles, err, want)
	}
	made, err := stringsScript(root)
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(made, "main.js")
	if linked := `window.crmStyles = ["` + strings.Join(want, `","`) + `"];`; err != nil || !strings.Contains(string(text), linked) {
		t.Errorf("the script is %s (%v), want %s in it", text, err, linked)
	}
	for _, style := range want {
		if link := "<extensions/crm/" + style + `>; rel="preload"; as="style"`; !strings.Contains(preloads(styles), link) {
			t.Errorf("the links %s lack %s", preloads(styles), link)
		}
	}
	own, err := stylesOf(mustSub(t))
	if err != nil || len(own) == 0 {
		t.Fatalf("the dashboard has the styles %v (%v)", own, err)
	}
	main, err := fs.ReadFile(mustSub(t), "main.js")
	if err != nil || !strings.Contains(string(main), "...window.crmStyles.map(") {
		t.Errorf("main.js links no styles (%v)", err)
	}
}

func mustSub(t *testing.T) fs.FS {
	t.Helper()
	root, err := fs.Sub(files, "ui")
	if err != nil {
		t.Fatal(err)
	}
	return root
}
