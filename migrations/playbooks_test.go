package migrations_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// sections are those of the guides that docs/playbooks.md maps: between which words of the guide each stands, and how many sentences
// it has.
var sections = map[string]struct {
	guide, from, to string
	sentences       int
}{
	"000-3": {"000", "步驟三", "步驟四", 4},
	"001-2": {"001", "二、", "三、", 52},
	"002-1": {"002", "一、", "二、", 11},
	"002-2": {"002", "二、", "三、", 8},
	"002-3": {"002", "三、", "四、", 5},
	"002-6": {"002", "六、", "結", 7},
	"004-5": {"004", "(五)", "(六)", 9},
}

// mapped is a row of docs/playbooks.md.
type mapped struct {
	section, sentence string
	records           []string
}

var (
	mappedRow = regexp.MustCompile(`^\| (\d{3}-\d)\.(\d+) \| ([^|]+) \| ([^|]*)\| ([^|]*)\|$`)
	recordID  = regexp.MustCompile(`^[a-z0-9]{15}$`)
)

func readMapped(t *testing.T) []mapped {
	t.Helper()
	raw, err := os.ReadFile("../docs/playbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []mapped
	for line := range strings.Lines(string(raw)) {
		if !strings.HasPrefix(line, "| 0") {
			continue
		}
		cells := mappedRow.FindStringSubmatch(strings.TrimSpace(line))
		if cells == nil {
			t.Errorf("this row cannot be read: %s", line)
			continue
		}
		row := mapped{section: cells[1], sentence: cells[2]}
		for id := range strings.SplitSeq(cells[4], ",") {
			if id = strings.TrimSpace(id); id != "" {
				row.records = append(row.records, id)
			}
		}
		if len(row.records) == 0 && strings.TrimSpace(cells[5]) == "" {
			t.Errorf("%s.%s leads nowhere", row.section, row.sentence)
		}
		rows = append(rows, row)
	}
	return rows
}

// TestPlaybooksMapTheGuides holds the table of docs/playbooks.md against the records of a new company: every row's are there, every
// record there is has a row, and every sentence of the guides is a row, in order.
func TestPlaybooksMapTheGuides(t *testing.T) {
	t.Parallel()
	app := testapp.Bare(t)
	there := map[string]bool{}
	for _, collection := range []string{"playbooks", "materials"} {
		records, err := app.FindAllRecords(collection)
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range records {
			there[record.Id] = false
		}
	}
	count := map[string]int{}
	for _, row := range readMapped(t) {
		count[row.section]++
		if want := fmt.Sprint(count[row.section]); row.sentence != want {
			t.Errorf("after %s.%d comes %s", row.section, count[row.section]-1, row.sentence)
		}
		for _, id := range row.records {
			if _, known := there[id]; !known || !recordID.MatchString(id) {
				t.Errorf("%s.%s leads to %s, which is not there", row.section, row.sentence, id)
			}
			there[id] = true
		}
	}
	for id, named := range there {
		if !named {
			t.Errorf("no sentence leads to %s", id)
		}
	}
	for _, section := range slices.Sorted(maps.Keys(sections)) {
		if got, want := count[section], sections[section].sentences; got != want {
			t.Errorf("%s has %d rows, want %d", section, got, want)
		}
	}
	if len(count) != len(sections) {
		t.Errorf("there are %d sections, want %d", len(count), len(sections))
	}
}

// TestSentencesOfTheGuides counts the sentences in the guides themselves, where they lie beside the repository.
func TestSentencesOfTheGuides(t *testing.T) {
	t.Parallel()
	dir := cmp.Or(os.Getenv("TOUCHBASE_GUIDES"), "../../shared/sources")
	if _, err := os.Stat(dir); err != nil {
		t.Logf("the guides are not beside the repository (%v): the table is held against the counts written down in this test", err)
		for id, section := range sections {
			if section.sentences < 1 {
				t.Errorf("%s has no count", id)
			}
		}
		return
	}
	for id, section := range sections {
		files, err := filepath.Glob(filepath.Join(dir, section.guide+"_*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("guide %s is in the files %v (%v)", section.guide, files, err)
		}
		raw, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		_, text, begins := strings.Cut(string(raw), section.from)
		text, _, ends := strings.Cut(text, section.to)
		if !begins || !ends {
			t.Errorf("%s does not begin or end where it should", id)
		}
		if got := sentences(section.from + text); len(got) != section.sentences {
			t.Errorf("%s has %d sentences, want %d: %q", id, len(got), section.sentences, got)
		}
	}
}

// sentences splits a text at full stops, semicolons and ends of lines; not within brackets, which break off at the end of a line.
func sentences(text string) []string {
	var list []string
	depth := 0
	for _, part := range strings.FieldsFunc(text, func(r rune) bool {
		switch r {
		case '(', '（':
			depth++
		case ')', '）':
			depth = max(depth-1, 0)
		case '\n':
			depth = 0
			return true
		}
		return depth == 0 && strings.ContainsRune("。；;", r)
	}) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// TestPlaybooksAreComplete has a playbook for every tier, segment, group and cause, in both languages.
func TestPlaybooksAreComplete(t *testing.T) {
	t.Parallel()
	app := testapp.New(t) // with the hooks, which check their shape
	missing := map[string]bool{}
	for field, values := range map[string]string{
		"tier": "S A B C", "segment": "high_value_stable high_value_potential standard churn_risk",
		"rfm_group": "core potential normal dormant", "cause": "price upgrade relationship service",
	} {
		for value := range strings.FieldsSeq(values) {
			missing[field+" "+value] = true
		}
	}
	for name, book := range byText(t, app, "playbooks", "name") {
		for _, field := range []string{"tier", "segment", "rfm_group", "cause"} {
			delete(missing, field+" "+book.GetString(field))
		}
		if err := app.Validate(book); err != nil {
			t.Errorf("%s is refused: %v", name, err)
		}
		var actions []map[string]any
		if err := book.UnmarshalJSONField("actions", &actions); err != nil || len(actions) == 0 {
			t.Errorf("%s has the actions %v (%v)", name, actions, err)
		}
		texts := [][2]string{{name, book.GetString("name_en")}, {book.GetString("expected_effect"), book.GetString("expected_effect_en")}}
		for _, action := range actions {
			texts = append(texts, [2]string{fmt.Sprint(action["what"]), fmt.Sprint(action["what_en"])})
		}
		wantBoth(t, name, texts...)
	}
	if len(missing) > 0 {
		t.Errorf("there is no playbook for %v", slices.Sorted(maps.Keys(missing)))
	}
	for title, material := range byText(t, app, "materials", "title") {
		wantBoth(t, title, [2]string{title, material.GetString("title_en")}, [2]string{material.GetString("text"), material.GetString("text_en")})
	}
}

func wantBoth(t *testing.T, of string, texts ...[2]string) {
	t.Helper()
	for _, text := range texts {
		if !has(text[0], unicode.Han) || !has(text[1], unicode.Latin) || has(text[1], unicode.Han) {
			t.Errorf("%s says %q and %q, want Chinese and English", of, text[0], text[1])
		}
	}
}

// TestPlaybooksOfTheCompany leaves alone what a company has of the same name, and its way back takes only the program's own.
func TestPlaybooksOfTheCompany(t *testing.T) {
	t.Parallel()
	app := emptyApp(t)
	all := core.AppMigrations.Items()
	n := slices.IndexFunc(all, func(step *core.Migration) bool { return step.File == "1700000321_materials_seed.go" })
	up(t, app, n)
	own := map[string]string{}
	for collection, fields := range map[string]map[string]any{
		"materials": {"title": "行业趋势报告", "kind": "news"}, "playbooks": {"name": "S 类核心客户", "tier": "A"},
	} {
		c, err := app.FindCollectionByNameOrId(collection)
		if err != nil {
			t.Fatal(err)
		}
		record := core.NewRecord(c)
		record.Load(fields)
		if err := app.Save(record); err != nil {
			t.Fatal(err)
		}
		own[collection] = record.Id
	}
	up(t, app, n+2)
	if row := byText(t, app, "materials", "title")["行业趋势报告"]; row.Id != own["materials"] || row.GetString("kind") != "news" {
		t.Errorf("the company's material is %v", row.PublicExport())
	}
	if row := byText(t, app, "playbooks", "name")["S 类核心客户"]; row.Id != own["playbooks"] || row.GetString("tier") != "A" {
		t.Errorf("the company's playbook is %v", row.PublicExport())
	}
	if got := len(byText(t, app, "playbooks", "name")); got != 16 {
		t.Errorf("there are %d playbooks, want 16", got)
	}
	down(t, app, 2)
	for collection := range own {
		rows, err := app.FindAllRecords(collection)
		if err != nil || len(rows) != 1 || rows[0].Id != own[collection] {
			t.Errorf("the way back leaves %d of %s (%v)", len(rows), collection, err)
		}
	}
}
