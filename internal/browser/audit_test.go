package browser_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAuditPage finds a change with what was before and after, by person, by record and by name.
func TestAuditPage(t *testing.T) {
	t.Parallel()
	program, people := company(t, 50000, 150000)
	director := people["director"]
	customer := director.List("customers", "", "name")[0]
	id, name := customer["id"].(string), customer["name"].(string)
	director.Update("customers", id, map[string]any{"region": "宁波"})
	director.Update("customers", id, map[string]any{"region": "杭州", "size": "101-500"})
	contact := people["rep"].Create("contacts", map[string]any{"customer": id, "name": "林经理", "phone": "13800000001"})
	people["support"].Send(http.MethodPost, "/api/crm/reveal", map[string]any{"collection": "contacts", "id": contact, "field": "phone", "reason": "customer_called"})

	page := program.Open("/_/", 1366, 860)
	page.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	page.SignInStaff("director")
	page.Visit("#/audit")
	page.Await("the newest first", `document.querySelectorAll(".crm-audit-table tbody tr").length > 10`)
	page.Picture("audit-zh")
	usable(t, page, "audit")

	t.Log("by person")
	page.Await("the people", fmt.Sprintf(`document.querySelector("select[name=actor] option[value='%s']")`, director.ID))
	page.Evaluate(fmt.Sprintf(`(() => { const s = document.querySelector("select[name=actor]"); s.value = %q; s.dispatchEvent(new Event("change", { bubbles: true })); })()`, director.ID), nil)
	change := `[...document.querySelectorAll(".crm-audit-table tbody tr")].find((tr) => tr.querySelector(".col-changes").textContent.includes("宁波 → 杭州"))`
	page.Await("one's own change, before and after", `location.hash.includes("actor=") && `+change)
	page.Await("nobody else's", `document.querySelector(".crm-audit-table tbody tr") && [...document.querySelectorAll(".crm-audit-table tbody .col-who")].every((td) => td.textContent.includes("顾远衡"))`)
	page.Await("labels and options in words", change+`?.querySelector(".col-changes").textContent.includes("51-100人 → 101-500人")`)

	t.Log("by record")
	page.Evaluate(change+`.querySelector(".crm-audit-all").click()`, nil)
	entries := director.Send(http.MethodGet, "/api/crm/audit?limit=200&collection=customers&record="+id, nil)["entries"].([]any)
	page.Await("all that was done with it", fmt.Sprintf(`location.hash.includes("record=%s") && document.querySelectorAll(".crm-audit-table tbody tr").length == %d && %s`, id, len(entries), change))
	page.Await("and nothing else", fmt.Sprintf(`[...document.querySelectorAll(".crm-audit-table tbody .crm-customer-link")].every((a) => a.textContent == %q && a.getAttribute("href") == "#/customer/%s")`, name, id))
	page.Picture("audit-record")

	t.Log("by the name of a customer")
	page.Visit("#/audit")
	page.Do(chromedp.WaitVisible("input[name=customer]", chromedp.ByQuery), chromedp.SendKeys("input[name=customer]", name, chromedp.ByQuery))
	page.Await("the same again", fmt.Sprintf(`location.hash.includes("record=%s") && document.querySelectorAll(".crm-audit-table tbody tr").length == %d`, id, len(entries)))

	t.Log("why somebody looked at a number")
	page.Visit("#/audit?action=reveal")
	page.Await("the reason", `document.querySelectorAll(".crm-audit-table tbody tr").length == 1 && document.querySelector(".crm-audit-note")?.textContent.includes("理由：客户来电")`)
	page.Visit("#/audit?from=2001-01-01&to=2001-01-02")
	page.Await("days on which nothing was done", `document.querySelector(".crm-empty")`)

	english := program.OpenIn("en", "/_/", 390, 844)
	english.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	english.SignInStaff("director")
	english.Visit("#/audit?collection=customers")
	english.Await("English words", `document.querySelector(".crm-audit-table")?.textContent.includes("Customers") && !/[\u4e00-\u9fff]/.test(document.querySelector(".crm-audit-table thead").textContent)`)
	english.Await("a page no wider than the phone", `document.querySelector(".crm-audit .page-content")?.scrollWidth <= 390`)
	english.Picture("audit-en-phone")
	usable(t, english, "audit on a phone")
	refusedKindly(t, program, people, "#/audit", "/api/crm/audit", "/api/collections/audit_log/records")
}
