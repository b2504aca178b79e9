package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"touchbase/internal/browser"
)

// TestTypedWords: what somebody wrote stays as it was written, though it is a word of the dashboard.
func TestTypedWords(t *testing.T) {
	t.Parallel()
	program, root, people := newOffice(t)
	industry := root.List("industries", `code = "34"`, "")[0]["id"]
	tag := root.Create("tags", map[string]any{"name": "System", "group": "basic", "colour": "#336699"})
	customer := root.Create("customers", map[string]any{
		"name": "Delete", "industry": industry, "size": "51-100", "source": "website", "first_contact_on": "2026-01-05", "region": "Reset", "notes": "New record",
		"owner": people["rep"].ID, "tags": []string{tag},
	})
	contact := root.Create("contacts", map[string]any{"customer": customer, "name": "name", "title": "Save"})
	root.Create("tasks", map[string]any{"customer": customer, "title": "Close", "kind": "other", "assignee": people["rep"].ID, "due_at": "2026-12-01 10:00"})

	page := program.Open("/_/", 1366, 860)
	page.SignInStaff("rep")
	shown := func(what, text string) {
		t.Helper()
		page.Await(what, fmt.Sprintf(`(() => {
			const texts = [...document.querySelectorAll(".page-content *, .modal *")].filter((el) => el.checkVisibility());
			return texts.some((el) => [...el.childNodes].some((node) => node.nodeType == 3 && node.data.trim() == %[1]q) || el.value == %[1]q);
		})()`, text))
	}
	page.OpenList("customers")
	shown("the name of the customer in the list", "Delete")
	page.OpenList("contacts")
	shown("the name of the contact in the list", "name")
	shown("the customer of the contact in the list", "Delete")
	page.OpenList("tasks")
	shown("the title of the task in the list", "Close")
	for collection, id := range map[string]string{"customers": customer, "contacts": contact} {
		page.Evaluate(fmt.Sprintf(`void app.modals.openRecordUpsert(app.store.collections.find((c) => c.name == %q), %q)`, collection, id), nil)
		page.Await("the form", `!!document.querySelector(".record-upsert-modal [name=name]")`)
		if collection == "customers" {
			for _, text := range []string{"Delete", "Reset", "New record", "System"} {
				shown("what was written in the form", text)
			}
		} else {
			shown("the customer in the form", "Delete")
			shown("the name in the form", "name")
		}
		page.Evaluate(`void app.modals.close(app.modals.getTop(), true)`, nil)
		page.Await("the form away", `!document.querySelector(".record-upsert-modal")`)
	}
	page.Evaluate(`void app.toasts.info("Delete")`, nil)
	page.Await("a word of PocketBase translated in a toast", `document.querySelector(".toasts-container").textContent.includes("删除")`)
}

// TestChoiceOfLanguage: the browser's at first, then the one chosen at the sign-in or in the menu, which the server keeps.
func TestChoiceOfLanguage(t *testing.T) {
	t.Parallel()
	program, root, people := newOffice(t)
	locale := func() any { return root.List("users", `id = "`+people["rep"].ID+`"`, "")[0]["locale"] }
	speaks := func(page *browser.Page, language string) {
		t.Helper()
		page.Await("the dashboard in "+language, fmt.Sprintf(`document.documentElement?.lang == %q && !!document.querySelector("#crm_email, .app-header")`, language))
	}
	speaks(program.OpenIn("zh-TW", "/_/", 1366, 860), "zh-CN")
	speaks(program.OpenIn("fr", "/_/", 1366, 860), "en")

	page := program.OpenIn("en-GB", "/_/", 1366, 860)
	speaks(page, "en")
	page.Do(chromedp.Click(".crm-login-language", chromedp.ByQuery))
	speaks(page, "zh-CN")
	page.SignInStaff("rep")
	page.Await("the choice kept by the server", `app.pb.authStore.record?.locale == "zh-CN"`)
	if got := locale(); got != "zh-CN" {
		t.Errorf("what was chosen at the sign-in is kept as %v", got)
	}
	page.Do(chromedp.Click("button.logged-user", chromedp.ByQuery), chromedp.Click(".logged-user-dropdown .dropdown-item:has(.ri-translate-2)", chromedp.ByQuery))
	speaks(page, "en")
	if got := locale(); got != "en" {
		t.Errorf("what was chosen in the menu is kept as %v", got)
	}

	other := program.OpenIn("zh-CN", "/_/", 1366, 860) // another machine
	speaks(other, "zh-CN")
	other.SignInStaff("rep")
	speaks(other, "en")
}
