package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"touchbase/internal/browser"
)

// shanghai is the policy's time zone; the browsers of these tests stand in another.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

const elsewhere = "America/New_York"

// listed are customers of every kind a view tells apart, by name.
func listed(t *testing.T, people map[string]*browser.Session) map[string]string {
	t.Helper()
	director, rep := people["director"], people["rep"]
	industry := director.List("industries", `code = "34"`, "")[0]["id"]
	tag := director.Create("tags", map[string]any{"name": "name", "group": "basic"})
	today := time.Now().In(shanghai)
	ids := map[string]string{}
	for name, fields := range map[string]map[string]any{
		"Delete":      {"owner": rep.ID, "tags": []string{tag}, "code": "Save", "region": "苏州", "first_contact_on": "2024-05-06"}, // silent
		"Reset":       {"owner": rep.ID, "outlook": "churn_risk", "annual_revenue": "1.2亿", "declared_annual_purchase": 610000},
		"顺达机械有限公司":    {"owner": people["manager"].ID, "collaborators": []string{rep.ID}},
		"Later Ltd":   {"owner": people["manager"].ID},
		"Nobody's Co": {},
		"Gone & Sons": {"owner": rep.ID},
	} {
		body := map[string]any{
			"name": name, "industry": industry, "size": "51-100", "source": "visit", "first_contact_on": today.Format(time.DateOnly),
			"verified_sources": []string{"customer", "site_visit"},
		}
		for field, value := range fields {
			body[field] = value
		}
		ids[name] = director.Create("customers", body)
	}
	director.Send(http.MethodPost, "/api/crm/customers/"+ids["Gone & Sons"]+"/archive", map[string]any{"reason": "moved away"})
	people["manager"].Create("follow_ups", map[string]any{
		"customer": ids["Later Ltd"], "started_at": today.Add(-2 * time.Hour).Format(time.RFC3339), "channel": "phone", "direction": "out",
		"content": "Edit", "feedback": "positive", "status": "confirmed",
	})
	for title, fields := range map[string]map[string]any{
		"Close":  {"assignee": rep.ID, "due_at": today.Add(48 * time.Hour).Format(time.RFC3339)},
		"Cancel": {"assignee": people["manager"].ID, "due_at": today.Add(72 * time.Hour).Format(time.RFC3339)},
	} {
		rep.Create("tasks", map[string]any{
			"customer": ids["Reset"], "title": title, "kind": "other", "assignee": fields["assignee"], "due_at": fields["due_at"], "priority": "high",
		})
	}
	return ids
}

// idsOf gives the ids of the records a condition holds of, as they are to be in a list.
func idsOf(records []map[string]any, holds func(map[string]any) bool) []string {
	ids := []string{}
	for _, record := range records {
		if holds(record) {
			ids = append(ids, record["id"].(string))
		}
	}
	slices.Sort(ids)
	return ids
}

// shows waits until the list shows exactly some records.
func shows(t *testing.T, page *browser.Page, what string, ids []string) {
	t.Helper()
	want, err := json.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	page.Await(what, fmt.Sprintf(`JSON.stringify([...document.querySelectorAll(".records-table tbody .col-bulk-select input")].map((el) => el.id.slice(-15)).sort()) == %q
		&& document.querySelector(".total-count").textContent.endsWith("%d")`, want, len(ids)))
}

// view clicks a view above the list.
func view(page *browser.Page, words string) {
	page.Do(chromedp.Click(fmt.Sprintf(`//nav[@class="crm-views"]//a[normalize-space(.)=%q]`, words), chromedp.BySearch))
}

// cellScript finds the text of a cell of the row of a customer.
func cellScript(id, field string) string {
	return fmt.Sprintf(`document.querySelector('.records-table a[href="#/customer/%s"]').closest("tr").querySelector("td.col-field-name-%s .record-field-view")?.innerText.trim()`, id, field)
}

// dayText and momentText are how days and moments of this year are told.
func dayText(language string, at time.Time) string {
	layout := "1月2日"
	if language == "en" {
		layout = "Jan 2"
	}
	if at.Year() != time.Now().In(shanghai).Year() {
		layout = map[string]string{"en": "Jan 2, 2006", "zh-CN": "2006年1月2日"}[language]
	}
	return at.Format(layout)
}

func momentText(language string, at time.Time) string {
	return dayText(language, at.In(shanghai)) + at.In(shanghai).Format(" 15:04")
}

// stored reads a day or a moment as the API gives it.
func stored(t *testing.T, value any) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05.000Z", value.(string))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

var listWords = map[string]map[string]string{
	"zh-CN": {
		"all": "全部", "mine": "我的", "due": "待跟进", "silent": "沉默", "risk": "有风险", "incomplete": "资料不全", "pool": "公海", "warning": "预警",
		"myTasks": "我的待办", "given": "我交办的", "declared": "¥61万", "revenue": "¥1.2亿", "delayed": "已延期", "high": "高", "open": "待办",
	},
	"en": {
		"all": "All", "mine": "Mine", "due": "Due", "silent": "Silent", "risk": "At risk", "incomplete": "Incomplete", "pool": "Pool", "warning": "Warning",
		"myTasks": "My open ones", "given": "Given by me", "declared": "¥610,000", "revenue": "¥120,000,000", "delayed": "Delayed", "high": "High", "open": "Open",
	},
}

// TestLists: the views above a list show what they say, and its cells tell badges, days, moments and amounts in the reader's words; what
// people typed stays as it is, though it be a word of the dashboard's.
func TestLists(t *testing.T) {
	t.Parallel()
	program, _, people := newOffice(t)
	ids := listed(t, people)

	for _, role := range []string{"rep", "director"} {
		page := program.Open("/_/", 1366, 860)
		page.Do(emulation.SetTimezoneOverride(elsewhere))
		page.SignInStaff(role)
		for _, language := range []string{"zh-CN", "en"} {
			page.Evaluate(fmt.Sprintf("localStorage.setItem('crmLanguage', %q)", language), nil)
			page.OpenList("customers")
			lookAtCustomers(t, page, people[role], language, ids)
			page.Picture("customers-" + role + "-" + language)
			page.Do(chromedp.EmulateViewport(390, 844))
			lookAtCard(t, page, language, ids["Delete"])
			page.Picture("customers-phone-" + role + "-" + language)
			page.Do(chromedp.EmulateViewport(1366, 860))
			lookAtTasks(t, page, people[role], language)
			page.Picture("tasks-" + role + "-" + language)
		}
		lookAtRows(t, page, ids)
	}
}

func lookAtCustomers(t *testing.T, page *browser.Page, me *browser.Session, language string, ids map[string]string) {
	t.Helper()
	words, all := listWords[language], me.List("customers", "", "")
	today := time.Now().In(shanghai).Format(time.DateOnly)
	works := func(record map[string]any) bool { return record["stage"] != "archived" }
	views := map[string]func(map[string]any) bool{
		"all": func(map[string]any) bool { return true },
		"mine": func(r map[string]any) bool {
			return works(r) && (r["owner"] == me.ID || slices.Contains(r["collaborators"].([]any), any(me.ID)))
		},
		"due": func(r map[string]any) bool {
			on := r["next_follow_up_on"].(string)
			return works(r) && on != "" && on[:10] <= today
		},
		"silent":     func(r map[string]any) bool { return works(r) && r["silent"] == true },
		"risk":       func(r map[string]any) bool { return works(r) && r["risk"] != "stable" && r["risk"] != "" },
		"pool":       func(r map[string]any) bool { return works(r) && r["owner"] == "" },
		"incomplete": func(r map[string]any) bool { return works(r) && len(r["missing_info"].([]any)) > 0 },
	}
	shows(t, page, "all customers", idsOf(all, views["all"]))
	for _, name := range []string{"due", "silent", "risk", "incomplete", "pool"} {
		view(page, words[name])
		shows(t, page, name, idsOf(all, views[name]))
		page.Await("the view marked", fmt.Sprintf(`document.querySelector(".crm-choice.active[aria-current=true]").textContent == %q && new URLSearchParams(location.hash.split("?")[1]).get("filter")`, words[name]))
	}
	view(page, words["mine"]) // nobody's are not mine
	shows(t, page, "mine", idsOf(all, views["mine"]))
	view(page, words["silent"])
	shows(t, page, "my silent ones", idsOf(all, func(r map[string]any) bool { return views["mine"](r) && views["silent"](r) }))

	t.Log("a search within a view, and the view's address opened anew")
	view(page, words["all"])
	shows(t, page, "all customers again", idsOf(all, views["all"]))
	search(page, "苏州")
	shows(t, page, "whatever is in Suzhou", idsOf(all, func(r map[string]any) bool {
		return strings.Contains(r["name"].(string)+r["region"].(string), "苏州")
	}))
	view(page, words["pool"])
	shows(t, page, "nothing of the pool in Suzhou", []string{})
	view(page, words["silent"])
	shows(t, page, "the silent ones in Suzhou", []string{ids["Delete"]})
	page.Await("the word searched for, and no filter, in the box", `document.querySelector(".searchbar").innerText.includes("苏州") && !document.querySelector(".searchbar").innerText.includes("silent")`)
	page.Do(chromedp.Reload())
	shows(t, page, "the same after a reload", []string{ids["Delete"]})
	search(page, "")
	view(page, words["silent"])
	shows(t, page, "all customers at last", idsOf(all, views["all"]))

	t.Log("cells")
	record := page.FindRecord("customers", `id = "`+ids["Delete"]+`"`)
	later := page.FindRecord("customers", `id = "`+ids["Later Ltd"]+`"`)
	for field, want := range map[string]string{
		"name": "Delete", "silent": words["silent"], "tier": record["tier"].(string), "owner": "周小雨", "last_follow_up_at": "",
		"next_follow_up_on": dayText(language, stored(t, record["next_follow_up_on"])),
	} {
		page.Await(field+" of Delete is "+want, fmt.Sprintf("%s == %q", cellScript(ids["Delete"], field), want))
	}
	page.Await("the moment in the policy's time zone", fmt.Sprintf("%s == %q", cellScript(ids["Later Ltd"], "last_follow_up_at"), momentText(language, stored(t, later["last_follow_up_at"]))))
	page.Await("the risk in words", fmt.Sprintf("%s == %q", cellScript(ids["Reset"], "risk"), words["warning"]))
	page.Await("a name that is a word", fmt.Sprintf("%s == %q", cellScript(ids["Reset"], "name"), "Reset"))
	column(page, "tags", "code", "annual_revenue", "declared_annual_purchase", "industry")
	page.Await("a tag that is a field's name", fmt.Sprintf(`%s.split(/\s+/).includes("name")`, cellScript(ids["Delete"], "tags")))
	page.Await("a code that is a word", fmt.Sprintf(`%s == "Save"`, cellScript(ids["Delete"], "code")))
	if revenue, ok := page.FindRecord("customers", `id = "`+ids["Reset"]+`"`)["annual_revenue"]; ok && revenue != nil {
		page.Await("an amount", fmt.Sprintf("%s == %q", cellScript(ids["Reset"], "annual_revenue"), words["revenue"]))
		page.Await("another amount", fmt.Sprintf("%s == %q", cellScript(ids["Reset"], "declared_annual_purchase"), words["declared"]))
	} else {
		t.Errorf("%s does not see the revenue: %v", me.ID, revenue)
	}
	industry := page.FindRecord("industries", `code = "34"`)
	page.Await("the industry in the reader's language", fmt.Sprintf("%s == %q", cellScript(ids["Reset"], "industry"), industry[map[string]string{"en": "name_en", "zh-CN": "name"}[language]]))
	page.Evaluate(`Object.keys(localStorage).filter((key) => key.startsWith("pbColumns_")).forEach((key) => localStorage.removeItem(key))`, nil)
	page.OpenList("customers")
}

// search types into the box above the list.
func search(page *browser.Page, words string) {
	page.Do(chromedp.Click(".searchbar .code-editor", chromedp.ByQuery))
	page.Evaluate(`void document.execCommand("selectAll")`, nil)
	if words == "" {
		page.Evaluate(`void document.execCommand("delete")`, nil)
	} else {
		page.Evaluate(fmt.Sprintf(`void document.execCommand("insertText", false, %q)`, words), nil)
	}
	page.Evaluate(`void document.querySelector(".searchbar").requestSubmit()`, nil)
}

// column shows columns by the list's own menu.
func column(page *browser.Page, fields ...string) {
	for _, field := range fields {
		page.Evaluate(fmt.Sprintf(`void [...document.querySelectorAll(".records-list-columns-dropdown input")].find((el) => /^cols_[A-Za-z0-9]+%s$/.test(el.id)).click()`, field), nil)
	}
	page.Await("the columns", fmt.Sprintf(`!document.querySelector("th.col-field-name-%s").hidden`, fields[len(fields)-1]))
}

func lookAtCard(t *testing.T, page *browser.Page, language, id string) {
	t.Helper()
	page.Await("a card with its badges and labels", fmt.Sprintf(`(() => {
		const row = document.querySelector('.records-table a[href="#/customer/%s"]')?.closest("tr");
		const cell = row?.querySelector("td.col-field-name-next_follow_up_on");
		return cell && getComputedStyle(cell, "::before").content.includes(crm.label("customers", "next_follow_up_on"))
			&& row.getBoundingClientRect().right <= innerWidth && document.documentElement.scrollWidth <= innerWidth
			&& row.querySelector(".crm-silent").checkVisibility() && row.querySelector(".crm-row-edit").checkVisibility()
			&& !row.querySelector("td.col-field-name-last_follow_up_at").checkVisibility();
	})()`, id))
}

func lookAtTasks(t *testing.T, page *browser.Page, me *browser.Session, language string) {
	t.Helper()
	words, all := listWords[language], me.List("tasks", "", "")
	isOpen := func(r map[string]any) bool {
		return slices.Contains([]any{"open", "in_progress", "delayed"}, r["status"])
	}
	page.OpenList("tasks")
	shows(t, page, "all tasks", idsOf(all, func(map[string]any) bool { return true }))
	view(page, words["myTasks"])
	shows(t, page, "my open tasks", idsOf(all, func(r map[string]any) bool { return isOpen(r) && r["assignee"] == me.ID }))
	view(page, words["given"])
	given := idsOf(all, func(r map[string]any) bool { return isOpen(r) && r["by"] == me.ID && r["assignee"] != me.ID })
	shows(t, page, "tasks given to others", given)
	if len(given) > 0 {
		page.Await("its title and words", fmt.Sprintf(`(() => {
			const text = (field) => document.querySelector(".records-table tbody td.col-field-name-" + field + " .record-field-view").innerText.trim();
			return text("title") == "Cancel" && text("status") == %q && text("priority") == %q && text("customer") == "Reset" && text("assignee") == "陆佳宁";
		})()`, words["open"], words["high"]))
	}
	view(page, words["all"])
	search(page, "Reset")
	shows(t, page, "the tasks of a customer by its name", idsOf(all, func(map[string]any) bool { return true }))
	search(page, "cancel")
	shows(t, page, "a task by its title", idsOf(all, func(r map[string]any) bool { return r["title"] == "Cancel" }))
	view(page, words["given"])
	shows(t, page, "among those given to others", given)
}

// lookAtRows follows a row to the customer's page, into a tab of its own and to the form.
func lookAtRows(t *testing.T, page *browser.Page, ids map[string]string) {
	t.Helper()
	page.OpenList("customers")
	link := fmt.Sprintf(`document.querySelector('.records-table a[href="#/customer/%s"]')`, ids["Delete"])
	page.Await("the row", link)
	page.Evaluate(`void (window.open = (url) => { window.opened = url; })`, nil)
	page.Evaluate(link+`.closest("tr").querySelector("td.col-field-name-tier").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: true }))`, nil)
	page.Await("a tab of its own", fmt.Sprintf(`window.opened.endsWith("#/customer/%s") && location.hash.startsWith("#/collections")`, ids["Delete"]))
	page.Evaluate(`document.querySelector("th.col-field-name-tier").focus()`, nil)
	page.Do(chromedp.KeyEvent("\r"))
	page.Await("the list sorted by keyboard", `location.hash.endsWith("sort=-tier") && document.querySelector("th.col-field-name-tier").classList.contains("desc")`)
	page.Await("the row", link)
	page.Evaluate(link+`.closest("tr").querySelector(".crm-row-edit").click()`, nil)
	page.Await("the form", `document.querySelector(".record-upsert-modal textarea[name=name]")?.value == "Delete" && !document.querySelector(".record-upsert-modal [inert]")`)
	page.Evaluate(`app.modals.close(null, true)`, nil)
	page.Evaluate(link+`.closest("tr").querySelector("td.col-field-name-tier").click()`, nil)
	page.Await("the customer's page", fmt.Sprintf(`location.hash == "#/customer/%s"`, ids["Delete"]))
}

// TestListAddresses: a list shows what its address says, wherever one comes from: by a link of a page, from another list, on the way back, or anew.
func TestListAddresses(t *testing.T) {
	t.Parallel()
	program, _, people := newOffice(t)
	ids := listed(t, people)
	page := program.Open("/_/", 1366, 860)
	page.SignInStaff("director")
	tasks := people["director"].List("tasks", `title = "Close"`, "")
	one := idsOf(tasks, func(map[string]any) bool { return true })

	page.Visit("#/collections?collection=customers")
	page.Visit("#/today")
	page.OpenHash(`#/collections?collection=tasks&filter=title+%3D+%22Close%22&sort=-due_at`)
	shows(t, page, "the one task, from a page", one)
	page.OpenHash(`#/collections?collection=customers&filter=silent+%3D+true&sort=name`)
	shows(t, page, "the silent customers, from another list", []string{ids["Delete"]})
	page.Evaluate(`void (app.store.activeCollection = "tasks")`, nil) // as the sidebar does
	page.Await("all tasks", `location.hash.endsWith("collection=tasks") && !!document.querySelector("td.col-field-name-title")`)
	page.Evaluate(`history.back()`, nil)
	shows(t, page, "the silent customers, on the way back", []string{ids["Delete"]})
	page.Evaluate(`history.back()`, nil)
	shows(t, page, "the one task, on the way back", one)
	page.Await("the address as it was", `location.hash.includes("filter=title") && location.hash.includes("sort=-due_at")`)
	page.Do(chromedp.Reload())
	shows(t, page, "the one task, anew", one)
}

// TestInputs: the record form takes days as days, moments in the policy's time zone, and numbers as people write them.
func TestInputs(t *testing.T) {
	t.Parallel()
	program, root, people := newOffice(t)
	ids := listed(t, people)
	survey := root.Create("surveys", map[string]any{"customer": ids["Reset"], "sent_at": time.Now().Add(-24 * time.Hour).Format(time.RFC3339)})

	page := program.Open("/_/", 1366, 860)
	page.Do(emulation.SetTimezoneOverride(elsewhere))
	page.SignInStaff("director")
	page.OpenList("customers")
	open := func(collection, id string) {
		t.Helper()
		page.Evaluate(fmt.Sprintf(`app.modals.openRecordUpsert(crm.collection(%q), %q)`, collection, id), nil)
		page.Await("the form", `!!document.querySelector(".record-upsert-modal .modal-content [name]") && !document.querySelector(".record-upsert-modal [inert]")`)
	}
	save := func() {
		t.Helper()
		page.Do(chromedp.Click(".record-upsert-modal .modal-footer .btn.expanded-lg", chromedp.ByQuery))
	}

	t.Log("a customer's amounts and days")
	open("customers", ids["Delete"])
	page.Await("what nobody knows is empty", `document.querySelector("[name=annual_revenue]").value === ""`)
	page.Await("a day without an hour", `document.querySelector("[name=first_contact_on]").type == "date" && document.querySelector("[name=first_contact_on]").value == "2024-05-06"`)
	page.Fill("annual_revenue", "六十万")
	page.Fill("declared_annual_purchase", "12,000")
	page.Fill("expected_close_on", "2027-12-24")
	page.Expect("400", "what is no number is refused")
	save()
	page.Await("an error beside the field, which keeps what was typed", `document.querySelector("[name=annual_revenue]").value == "六十万" && !!document.querySelector(".field.error [name=annual_revenue], .fields.error [name=annual_revenue], .error [name=annual_revenue]")`)
	page.Evaluate(`document.querySelector("[name=annual_revenue]").scrollIntoView({ block: "center" })`, nil)
	page.Picture("form-number-error")
	page.Expect("", "from here on")
	page.Fill("annual_revenue", "1.2亿")
	page.Await("the amount beside it", `document.querySelector("[name=annual_revenue]").closest(".fields").querySelector(".crm-beside").textContent == "¥1.2亿"`)
	page.Await("the error gone with what was wrong", `!document.querySelector(".error [name=annual_revenue]") && !document.querySelector(".fields:has([name=annual_revenue])").getAnimations({ subtree: true }).length`)
	page.Picture("form-amounts")
	save()
	page.Await("the form closed", `!document.querySelector(".record-upsert-modal")`)
	record := page.FindRecord("customers", `id = "`+ids["Delete"]+`"`)
	if record["annual_revenue"] != 1.2e8 || record["declared_annual_purchase"] != 12000.0 || record["expected_close_on"] != "2027-12-24 00:00:00.000Z" {
		t.Errorf("saved %v, %v, %v", record["annual_revenue"], record["declared_annual_purchase"], record["expected_close_on"])
	}

	t.Log("a survey answered with nought")
	answered := time.Now().In(shanghai).Add(-time.Hour).Truncate(time.Minute)
	open("surveys", survey)
	page.Await("no score yet", `document.querySelector("[name=nps]").value === ""`)
	sent := stored(t, page.FindRecord("surveys", `id = "`+survey+`"`)["sent_at"])
	page.Await("a moment as clocks show it in the policy's time zone", fmt.Sprintf(`document.querySelector("[name=sent_at]").value == %q`, sent.In(shanghai).Format("2006-01-02T15:04")))
	page.Await("the zone beside the label", `document.querySelector("[name=sent_at]").closest(".field").querySelector("label").textContent.includes("中国标准时间")`)
	page.Fill("nps", "0")
	page.Fill("satisfaction", "0")
	page.Fill("answered_at", answered.Format("2006-01-02T15:04"))
	page.Picture("form-survey")
	save()
	page.Await("the form closed", `!document.querySelector(".record-upsert-modal")`)
	got := page.FindRecord("surveys", `id = "`+survey+`"`)
	if got["nps"] != 0.0 || !stored(t, got["answered_at"]).Equal(answered) {
		t.Errorf("the survey is %v", got)
	}
	open("surveys", survey)
	page.Await("the score that was given", `document.querySelector("[name=nps]").value === "0"`)
}
