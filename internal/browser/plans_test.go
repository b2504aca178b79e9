package browser_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestPlans makes a plan as a manager, generates its lines, closes one late and puts one off, each with its reason, and finds all that in
// the progress; a rep reads it.
func TestPlans(t *testing.T) {
	t.Parallel()
	program, root, people, _ := companyWith(t, "青禾包装机械有限公司", "宁波远航轴承有限公司", "苏州明泽自动化有限公司")
	manager := people["manager"]
	page := program.Open("/_/", 1366, 860)
	page.SignInStaff("manager")
	page.Visit("#/plans")
	page.Await("that there is none", `document.querySelector(".crm-empty")?.textContent.startsWith("还没有维护计划")`)

	t.Log("a new plan, with goals as rows")
	page.Await("the way to a new one", `document.querySelector(".crm-new-plan")`)
	clickOn(page, ".crm-new-plan")
	page.Do(chromedp.WaitVisible(".crm-dialog input[name=name]", chromedp.ByQuery), chromedp.SendKeys(".crm-dialog input[name=name]", "老客户维护", chromedp.ByQuery))
	clickOn(page, ".crm-add-goal")
	clickOn(page, ".crm-add-goal")
	page.Evaluate(`(() => {
		const set = (el, value, event) => { el.value = value; el.dispatchEvent(new Event(event, { bubbles: true })); };
		const [select] = document.querySelectorAll(".crm-goal:nth-of-type(1) select"), targets = document.querySelectorAll(".crm-goal input[type=number]");
		set(select, "on_time_rate", "change");
		set(targets[0], "900", "input");
		set(targets[1], "60", "input");
	})()`, nil)
	page.Picture("plans-new")
	clickOn(page, ".crm-dialog .modal-footer .btn:last-child")
	page.Await("that no rate is so high", `document.querySelector(".crm-goal input:invalid")`)
	page.Evaluate(`(() => {
		const target = document.querySelector(".crm-goal input[type=number]");
		target.value = "90";
		target.dispatchEvent(new Event("input", { bubbles: true }));
	})()`, nil)
	clickOn(page, ".crm-dialog .modal-footer .btn:last-child")
	page.Await("the plan", `location.hash.startsWith("#/plans?plan=") && document.querySelector(".crm-title").textContent == "老客户维护"`)
	plan := manager.List("plans", "", "")[0]
	id := plan["id"].(string)
	quarter := time.Now().In(time.FixedZone("", 8*3600))
	if want := fmt.Sprintf("%d-Q%d", quarter.Year(), (int(quarter.Month())+2)/3); plan["period"] != want || len(plan["goals"].([]any)) != 2 {
		t.Errorf("the plan is %v, want the period %s", plan, want)
	}

	t.Log("its lines, from the playbooks")
	clickOn(page, ".crm-generate")
	page.Do(chromedp.WaitVisible(".crm-dialog input[value=B]", chromedp.ByQuery))
	page.Evaluate(`void document.querySelectorAll(".crm-dialog input[name=tiers]").forEach((box) => box.click())`, nil)
	page.Picture("plans-generate")
	clickOn(page, ".crm-dialog .modal-footer .btn:last-child")
	page.Await("what was made", `document.querySelector(".crm-made")`)
	progress := func() map[string]any {
		return manager.Send(http.MethodGet, "/api/crm/plans/"+id+"/progress", nil)
	}
	total := func(name string) int { return int(progress()["total"].(map[string]any)[name].(float64)) }
	lines := total("lines")
	page.Await("how many lines were made", fmt.Sprintf(`document.querySelector(".crm-made").textContent.includes("新增 %d 条")`, lines))
	page.Await("all lines in the table", fmt.Sprintf(`document.querySelectorAll("[data-line]").length == %d`, lines))
	if lines < 3 {
		t.Fatalf("%d lines are too few", lines)
	}

	t.Log("one done in time, one late, one put off")
	planned := manager.List("tasks", `plan = "`+id+`"`, "due_at,id")
	late := planned[1]["id"].(string)
	root.Update("tasks", late, map[string]any{"due_at": storedMoment(time.Now().Add(-50 * time.Hour))})
	page.Do(chromedp.Reload())
	line := func(id, rest string) string {
		return fmt.Sprintf(`document.querySelector("[data-line='%s']")%s`, id, rest)
	}
	page.Await("the one that is late", line(late, `?.querySelector(".crm-col-status").textContent == "逾期"`))
	act := func(id, words string) {
		t.Helper()
		page.Evaluate(`void [...`+line(id, `.querySelectorAll("button")].find((b) => (b.textContent || b.ariaLabel) == "`+words+`").click()`), nil)
	}
	fill := func(field, value string) {
		t.Helper()
		page.Do(chromedp.WaitVisible(".crm-dialog [name="+field+"]", chromedp.ByQuery))
		page.Evaluate(fmt.Sprintf(`(() => {
			const input = document.querySelector(".crm-dialog [name=%s]");
			input.value = %q;
			input.dispatchEvent(new Event("change", { bubbles: true }));
		})()`, field, value), nil)
	}
	save := func() {
		t.Helper()
		clickOn(page, ".crm-dialog .modal-footer .btn:last-child")
		page.Await("the window closed", `!document.querySelector(".crm-dialog")`)
	}
	first := planned[0]["id"].(string)
	act(first, "完成")
	fill("result", "客户确认续约意向")
	page.Await("no reason asked of what is in time", `!document.querySelector(".crm-dialog [name=delay_reason]").checkVisibility()`)
	save()
	page.Await("it done", line(first, `?.textContent.includes("客户确认续约意向")`)+"&&"+line(first, `.querySelector(".crm-col-status").textContent == "已完成"`))
	act(late, "完成")
	fill("result", "已补做回访")
	clickOn(page, ".crm-dialog .modal-footer .btn:last-child")
	page.Await("that it asks for the reason", `document.querySelector(".crm-dialog [name=delay_reason]:invalid")?.checkVisibility()`)
	fill("delay_reason", "客户出差")
	page.Picture("plans-late")
	save()
	page.Await("why it was late", line(late, `?.querySelector(".crm-col-why").textContent == "客户出差"`))
	later := planned[2]
	due, err := time.Parse("2006-01-02 15:04:05.000Z", later["due_at"].(string))
	if err != nil {
		t.Fatal(err)
	}
	act(later["id"].(string), "推迟")
	fill("due_at", due.In(time.FixedZone("", 8*3600)).AddDate(0, 0, 2).Format(time.DateOnly))
	fill("postpone_reason", "等新品到货")
	save()
	page.Await("why it was put off", line(later["id"].(string), `?.querySelector(".crm-col-why").textContent.includes("等新品到货")`))

	t.Log("the progress has it all")
	text := func(selector string) string { return fmt.Sprintf(`document.querySelector(%q)?.textContent`, selector) }
	for _, figure := range []string{"lines", "done", "overdue"} {
		page.Await("how many are "+figure, fmt.Sprintf(`[...document.querySelectorAll(".crm-figures strong")].map((el) => Number(el.textContent))[%d] == %d`,
			map[string]int{"lines": 0, "done": 1, "overdue": 2}[figure], total(figure)))
	}
	page.Await("the reasons", text(".crm-reasons")+`.includes("客户出差") && `+text(".crm-reasons")+`.includes("等新品到货")`)
	if total("done") != 2 || total("done_late") != 1 {
		t.Errorf("the progress is %v", progress()["total"])
	}
	week := progress()["week"].(map[string]any)["counts"].(map[string]any)
	for name, n := range week {
		page.Await("the week's "+name, fmt.Sprintf(`document.querySelector("[data-week=%s] strong").textContent == "%v"`, name, n))
		if int(n.(float64)) == 0 {
			continue
		}
		clickOn(page, "[data-week="+name+"]")
		page.Await("the lines of the week's "+name, fmt.Sprintf(`document.querySelectorAll("[data-line]").length == %v && document.querySelector(".crm-chosen")`, n))
	}
	goal := progress()["goals"].([]any)[0].(map[string]any)
	page.Await("the goal beside what was reached", fmt.Sprintf(`[...document.querySelectorAll("[data-goal=%v] td")].map((td) => td.textContent).join("|") == "按时完成率|90 %%|%v|%v"`,
		goal["goal"], goal["actual"], goal["missing"]))
	clickOn(page, "[data-view=done]")
	page.Await("the done ones", `document.querySelectorAll("[data-line]").length == 2`)
	clickOn(page, "[data-view=all]")
	page.Await("all of them", fmt.Sprintf(`document.querySelectorAll("[data-line]").length == %d`, lines))
	page.Picture("plans")
	forEverybody(t, page, "a plan")
	page.Do(emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(1366, 300))
	page.Await("the table alone on paper", `!document.querySelector(".crm-plan-cards").checkVisibility() && document.querySelector(".crm-table").checkVisibility()`)
	page.Await("every line of it", `[document.documentElement.scrollHeight, document.querySelector(".page-content").clientHeight].every((height) => height >= document.querySelector(".crm-table").offsetHeight)`)
	page.Do(chromedp.EmulateViewport(1366, 860))
	page.Picture("plans-print")
	page.Do(emulation.SetEmulatedMedia().WithMedia(""))

	t.Log("another line, by the native form")
	clickOn(page, ".crm-add-line")
	page.Do(chromedp.WaitVisible(".record-upsert-modal [name=title]", chromedp.ByQuery))
	page.Fill("title", "上门拜访")
	relation := `[...document.querySelectorAll(".record-upsert-modal .field-type-relation")].find((el) => el.querySelector("label").textContent.trim().startsWith("客户"))`
	page.Evaluate(`void [...`+relation+`.querySelectorAll("button")].at(-1).click()`, nil)
	item := `[...document.querySelectorAll(".modal[data-modal-state=open] .list-item")].find((el) => el.textContent.includes("苏州明泽"))`
	page.Await("the customer to pick", item)
	page.Evaluate(`void (`+item+`.click(), [...document.querySelectorAll(".modal[data-modal-state=open]")].at(-1).querySelector(".modal-footer .btn:last-child").click())`, nil)
	page.Await("the customer picked", relation+`.textContent.includes("苏州明泽")`)
	page.Do(chromedp.Click(".record-upsert-modal .modal-footer .btn.expanded-lg", chromedp.ByQuery))
	page.Await("the line in the table", fmt.Sprintf(`document.querySelectorAll("[data-line]").length == %d`, lines+1))

	t.Log("the list")
	page.Visit("#/plans")
	page.Await("how far the plan is", fmt.Sprintf(`document.querySelector("[data-plan='%s'] .crm-progress")?.textContent.startsWith("2 / %d")`, id, lines+1))
	page.Picture("plans-list")

	t.Log("a rep reads it, in English on a phone, and changes nothing")
	phone := program.OpenIn("en", "/_/", 390, 844)
	phone.SignInStaff("rep")
	phone.Visit("#/plans?plan=" + id)
	own := people["rep"].Send(http.MethodGet, "/api/collections/tasks/records?perPage=1&filter="+url.QueryEscape(`plan = "`+id+`"`), nil)["totalItems"]
	phone.Await("the lines the rep sees", fmt.Sprintf(`document.querySelectorAll("[data-line]").length == %v`, own))
	phone.Await("no way to change it", `!document.querySelector(".crm-generate, .crm-edit-plan, .crm-add-line")`)
	phone.Await("the targets alone", `document.querySelector("[data-goal=on_time_rate]")?.textContent.includes("for its managers")`)
	phone.Await("nothing wider than the phone", `document.documentElement.scrollWidth <= 390 && document.querySelector(".page-content").scrollWidth <= 390`)
	phone.Picture("plans-phone-en")
	phone.Visit("#/plans")
	phone.Await("no way to a new one", `document.querySelector("[data-plan]") && !document.querySelector(".crm-new-plan")`)
	if status, _ := people["rep"].Try(http.MethodPost, "/api/crm/plans/"+id+"/generate", map[string]any{}); status != http.StatusForbidden {
		t.Errorf("a rep generates: %d", status)
	}
	if status, _ := people["rep"].Try(http.MethodPatch, "/api/collections/plans/records/"+id, map[string]any{"name": "x"}); status < 400 {
		t.Errorf("a rep changes a plan: %d", status)
	}
}
