package browser_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"touchbase/internal/browser"
)

// TestLanguageOfSettings presses every button of the superusers' pages.
func TestLanguageOfSettings(t *testing.T) {
	t.Parallel()
	program, root, _ := newOffice(t)
	page := program.OpenIn("zh-CN", "/_/", 1366, 860)
	page.Expect("Failed to load resource", "what is pressed without being filled in is refused")
	page.SignIn(rootEmail, rootPassword)
	reader := browser.NewReader(root)
	out, _ := os.Create("/tmp/h/walk8-settings.txt")
	for _, hash := range []string{"#/settings", "#/settings/mail", "#/settings/storage", "#/settings/backups", "#/settings/crons", "#/logs", "#/settings/sql", "#/settings/export-collections", "#/settings/import-collections", "#/collections?collection=_superusers", "#/collections?collection=tags", "#/collections?collection=users"} {
		page.OpenHash(hash)
		page.Await(hash, fmt.Sprintf(`location.hash.startsWith(%q) && document.querySelector(".page")`, hash))
		start := time.Now()
		words := page.PressAll(2)
		fmt.Fprintln(out, "##", hash, len(words), words[0].Presses, words[0].Where, time.Since(start))
		for _, w := range words {
			if wrong := reader.Wrong(w.Text, "zh-CN"); wrong != "" {
				fmt.Fprintf(out, "%s\t%q\t%s\t%s\t[%s]\n", wrong, w.Text, w.Kind, w.Where, w.After)
			}
		}
	}
}

// TestLanguageOfActs presses every button of the staff's pages.
func TestLanguageOfActs(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"zh-CN", "en"} {
		t.Run(language, func(t *testing.T) {
			program, root, people, ids := companyWith(t, "青禾包装机械有限公司", "宁波远航轴承有限公司")
			first, second := ids["青禾包装机械有限公司"], ids["宁波远航轴承有限公司"]
			now := time.Now()
			director := people["director"]
			for _, id := range []string{first, second} {
				root.Update("customers", id, map[string]any{"owner": director.ID})
				director.Create("contacts", map[string]any{"customer": id, "name": "王建国", "title": "采购经理", "phone": "13800138000", "is_primary": true})
				director.Create("follow_ups", map[string]any{"customer": id, "started_at": now.Add(-time.Hour), "channel": "phone", "direction": "out", "feedback": "positive", "status": "confirmed", "content": "客户确认样品尺寸，下周安排试机。"})
			}
			for i := range 6 {
				director.Create("tasks", map[string]any{"customer": first, "title": fmt.Sprintf("回访 %d", i), "kind": "other", "assignee": director.ID, "due_at": storedMoment(now.Add(time.Hour))})
			}
			director.Create("follow_ups", map[string]any{"customer": second, "started_at": now.Add(-2 * time.Hour), "channel": "phone", "direction": "in", "feedback": "negative", "status": "confirmed", "content": "客户抱怨交货太慢。"})
			director.Create("tasks", map[string]any{"customer": second, "title": "寄样品", "kind": "promise", "assignee": director.ID, "due_at": storedMoment(now.Add(-time.Hour))})
			director.Create("cases", map[string]any{"customer": first, "subject": "漏油，请来人看", "kind": "request", "severity": "minor", "assignee": director.ID})
			root.Create("plans", map[string]any{"name": "老客户维护", "period": fmt.Sprintf("%d-Q%d", now.Year(), (int(now.Month())+2)/3), "owner": director.ID, "goals": []any{}})
			page := program.OpenIn(language, "/_/", 1366, 860)
			page.Expect("Failed to load resource", "what is pressed without being filled in is refused")
			page.SignInStaff("director")
			out, _ := os.Create("/tmp/h/walk8-acts-" + language + ".txt")
			read := map[string][]browser.Words{}
			plan := root.List("plans", "", "")[0]["id"].(string)
			hashes := []string{"#/today", "#/customer/" + first, "#/customer/" + second, "#/cases", "#/plans", "#/plans?plan=" + plan, "#/policy", "#/jobs", "#/audit", "#/collections?collection=customers", "#/collections?collection=tasks", "#/collections?collection=tags", "#/collections?collection=users"}
			for _, hash := range hashes {
				page.Visit(hash)
				start := time.Now()
				read[hash] = page.PressAll(2)
				t.Log(hash, len(read[hash]), read[hash][0].Presses, read[hash][0].Where, time.Since(start))
			}
			reader := browser.NewReader(root)
			for _, hash := range hashes {
				fmt.Fprintln(out, "##", hash, len(read[hash]))
				for _, w := range read[hash] {
					if wrong := reader.Wrong(w.Text, language); wrong != "" {
						fmt.Fprintf(out, "%s\t%q\t%s\t%s\t[%s]\n", wrong, w.Text, w.Kind, w.Where, w.After)
					}
				}
			}
		})
	}
}
