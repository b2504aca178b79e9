package words_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/inflector"

	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/rules"
	"touchbase/words"
)

// TestEverySentenceHasChinese reads the code: whatever it says to a client is in the table.
func TestEverySentenceHasChinese(t *testing.T) {
	t.Parallel()
	all := sentences(t)
	if len(all) < 100 {
		t.Errorf("only %d sentences were found in the code", len(all))
	}
	for sentence, at := range all {
		if !words.Knows(sentence) {
			t.Errorf("%s: no Chinese for %q", at, sentence)
		}
	}
}

// TestNoSentenceIsLeftOver keeps the table to what is said.
func TestNoSentenceIsLeftOver(t *testing.T) {
	t.Parallel()
	all := sentences(t)
	for _, sentence := range words.Ours() {
		if _, said := all[sentence]; !said {
			t.Errorf("nothing in the code says %q any more", sentence)
		}
	}
}

var (
	refusals = regexp.MustCompile("(?:NewError|BadRequestError|NotFoundError|ForbiddenError|UnauthorizedError|InternalServerError|TooManyRequestsError|NewApiError)\\(" +
		"(?:http\\.\\w+, *)?(?:\\s*\"validation_\\w+\",\\s*)?(?:fmt\\.Sprintf\\()?(\"(?:[^\"\\\\]|\\\\.)+\"|`[^`]+`)")
	template = regexp.MustCompile(`\{\{\.\w+\}\}|%[sdvq]`)
)

// TestPocketBaseHasChinese reads PocketBase's code and that of its validation: so that an upgrade shows what it says anew.
func TestPocketBaseHasChinese(t *testing.T) {
	t.Parallel()
	found := 0
	for module, folders := range map[string][]string{
		"github.com/pocketbase/pocketbase":         {"apis", "core", "tools/router", "forms"},
		"github.com/pocketbase/ozzo-validation/v4": {"."},
	} {
		dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range folders {
			err := filepath.WalkDir(filepath.Join(strings.TrimSpace(string(dir)), folder), func(path string, entry fs.DirEntry, err error) error {
				if errors.Is(err, fs.ErrNotExist) {
					return nil
				}
				if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/is/") {
					return err
				}
				source, err := os.ReadFile(path)
				for _, said := range refusals.FindAllStringSubmatch(string(source), -1) {
					text, err := strconv.Unquote(said[1])
					if err != nil {
						return err
					}
					if strings.HasPrefix(text, "validation_") {
						continue // what follows is another program's
					}
					found++
					if strings.HasSuffix(text, " ") || strings.HasSuffix(text, "\n") {
						text += "1"
					}
					text = inflector.Sentenize(template.ReplaceAllStringFunc(text, func(verb string) string {
						if verb == "%q" {
							return `"1"`
						}
						return "1"
					}))
					if _, known := words.Tell(text, rules.Chinese, words.Place{}); !known {
						t.Errorf("%s: no Chinese for %q", path, text)
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if found < 150 {
		t.Errorf("only %d sentences of PocketBase were found", found)
	}
}

// TestTell is what comes out of a sentence with names in it.
func TestTell(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		sentence, language string
		at                 words.Place
		want               string
	}{
		{"You may not write tier_pin here.", rules.Chinese, words.Place{Collection: "customers"}, "您无权填写“锁定类别”。"},
		{"You may not write tier_pin here.", rules.English, words.Place{Collection: "customers"}, "You may not write Pinned tier here."},
		{"Value_mid cannot be negative.", rules.Chinese, words.Place{Collection: "policy"}, "中价值标准不能为负数。"},
		{`There is no field "owner" in follow_ups.`, rules.Chinese, words.Place{}, "跟进记录没有字段“owner”。"},
		{`There is no field "owner" in follow_ups.`, rules.English, words.Place{}, `There is no field "owner" in Follow-ups.`},
		{"owner is no longer active; choose somebody who is.", rules.Chinese, words.Place{}, "owner已停用，请另选在职人员。"}, // a person who is called so
		{`"soon" is not a date and time; write it as 2023-10-15 14:30.`, rules.Chinese, words.Place{}, "“soon”不是日期和时间，请写成 2023-10-15 14:30 的样子。"},
		{"On 2026-08-03 this customer is contacted often enough on this channel: recorded at 10:00 (王芳), planned for 15:00. Choose another day.",
			rules.Chinese, words.Place{}, "2026-08-03 这位客户在该渠道的联系已达上限：10:00 已记录（王芳）、15:00 已计划。请另选一天。"},
		{"Cannot be blank.", rules.Chinese, words.Place{}, "请填写。"},
		{"Must be at least 8 character(s).", rules.Chinese, words.Place{}, "至少 8 个字符。"},
		{"Must be at least 8 character(s).", rules.English, words.Place{}, "Must be at least 8 character(s)."},
		{"Something nobody says.", rules.Chinese, words.Place{}, "Something nobody says."},
	} {
		if got, _ := words.Tell(test.sentence, test.language, test.at); got != test.want {
			t.Errorf("%q in %s is %q, want %q", test.sentence, test.language, got, test.want)
		}
	}
}

// TestEverythingHasALabel looks at the schema: each collection, each field and each value has a name in both languages.
func TestEverythingHasALabel(t *testing.T) {
	t.Parallel()
	collections, err := testapp.Bare(t).FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, collection := range collections {
		if _, ok := crm.LabelOf(collection.Name, "", "", rules.Chinese); !ok {
			t.Errorf("%s has no name", collection.Name)
		}
		if collection.System {
			continue // their fields are PocketBase's
		}
		for _, field := range collection.Fields {
			if crm.FieldLabel(collection.Name, field.GetName(), rules.English) == field.GetName() {
				t.Errorf("%s.%s has no label", collection.Name, field.GetName())
			}
			choice, ok := field.(*core.SelectField)
			if !ok {
				continue
			}
			for _, value := range choice.Values {
				label := crm.ValueLabel(collection.Name, field.GetName(), value, rules.Chinese)
				if label == value {
					t.Errorf("%s.%s: %s has no label", collection.Name, field.GetName(), value)
				}
			}
		}
	}
}
