package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestSearchedWords: what staff type into a search is what they look for, whatever signs are in it; a superuser may type a filter.
func TestSearchedWords(t *testing.T) {
	t.Parallel()
	program, root, people := newOffice(t)
	industry := root.List("industries", `code = "34"`, "")[0]["id"]
	ids := map[string]string{}
	for _, name := range []string{
		"A=B机械", "AB机械", `O'Neil & "Sons" (宁波)`, "甲~乙|丙!丁?", "满50%减<特价>", "满500减特价", `C:\new\`, "= 5 && true", "// 备注", "顺_达", "顺利达", "@now",
	} {
		ids[name] = root.Create("customers", map[string]any{
			"name": name, "industry": industry, "size": "51-100", "source": "visit", "first_contact_on": "2026-03-04", "owner": people["rep"].ID,
		})
	}
	page := program.Open("/_/", 1366, 860)
	page.SignInStaff("rep")
	page.OpenList("customers")
	for words, name := range map[string]string{
		"A=B": "A=B机械", `"Sons" (`: `O'Neil & "Sons" (宁波)`, `O'Neil`: `O'Neil & "Sons" (宁波)`, "乙|丙!丁?": "甲~乙|丙!丁?", "甲~": "甲~乙|丙!丁?", "50%": "满50%减<特价>",
		"减<": "满50%减<特价>", `C:\new\`: `C:\new\`, "= 5 &&": "= 5 && true", "// 备": "// 备注", "顺_": "顺_达", "@now": "@now",
	} {
		search(page, words)
		shows(t, page, words, []string{ids[name]})
		page.Await("the words in the box", fmt.Sprintf(`document.querySelector(".searchbar").innerText.includes(%q)`, words))
	}
	search(page, "A=B")
	shows(t, page, "A=B", []string{ids["A=B机械"]})
	view(page, listWords["zh-CN"]["pool"])
	shows(t, page, "A=B in the pool", []string{})
	view(page, listWords["zh-CN"]["mine"])
	shows(t, page, "A=B of mine", []string{ids["A=B机械"]})
	page.Do(chromedp.Reload())
	shows(t, page, "the same after a reload", []string{ids["A=B机械"]})
	page.Picture("search-signs")
	page.Await("no complaint", `!document.querySelector(".toast")`)

	t.Log("and where a customer is picked")
	page.Evaluate(`app.modals.openRecordUpsert(crm.collection("follow_ups"))`, nil)
	page.Await("the form", `document.querySelector(".record-upsert-modal output[name=customer] > .btn") && !document.querySelector(".record-upsert-modal [inert]")`)
	page.Evaluate(`document.querySelector(".record-upsert-modal output[name=customer] > .btn").click()`, nil)
	picker := `[...document.querySelectorAll(".modal")].find((el) => el.querySelector(".records-picker-list"))`
	page.Await("those to pick from", picker+`?.querySelectorAll(".list-item").length > 5`)
	page.Do(chromedp.Click(".modal:has(.records-picker-list) .searchbar .code-editor", chromedp.ByQuery))
	page.Evaluate(`void document.execCommand("insertText", false, "A=B")`, nil)
	page.Evaluate(picker+`.querySelector(".searchbar").requestSubmit()`, nil)
	page.Await("the one", picker+`.textContent.includes("A=B机械") && !`+picker+`.textContent.includes("AB机械") && !`+picker+`.querySelector(".loader")`)
	page.Await("no complaint", `!document.querySelector(".toast")`)
	page.Picture("search-picker")

	t.Log("a superuser's filter")
	page = program.Open("/_/", 1366, 860)
	page.SignIn(rootEmail, rootPassword)
	page.OpenList("customers")
	search(page, `name = "A=B机械" || name = "AB机械"`)
	shows(t, page, "what the filter says", idsOf(root.List("customers", "", ""), func(r map[string]any) bool { return r["name"] == "A=B机械" || r["name"] == "AB机械" }))
	search(page, "顺_")
	shows(t, page, "a superuser's words", []string{ids["顺_达"]})
}
