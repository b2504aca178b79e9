package browser_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"touchbase/internal/browser"
)

// markup would run in a page that took what people wrote for its own.
const markup = `<img src=x onerror="window.crmBroken=1">'"><svg onload="window.crmBroken=2">`

// written makes a record with markup in every text that takes it, beside what it needs, and gives its id.
func written(t *testing.T, as *browser.Session, texts map[string][]string, collection string, needs map[string]any) string {
	t.Helper()
	fields := maps.Clone(needs)
	for _, name := range texts[collection] {
		if _, needed := needs[name]; !needed {
			fields[name] = markup
		}
	}
	for {
		status, raw := as.Try(http.MethodPost, "/api/collections/"+collection+"/records", fields)
		var answer struct {
			ID   string
			Data map[string]any
		}
		if err := json.Unmarshal(raw, &answer); err != nil {
			t.Fatal(err)
		}
		if status < http.StatusBadRequest {
			return answer.ID
		}
		before := len(fields)
		for name := range fields { // those that take no such text, or not without another
			_, needed := needs[name]
			for refused := range answer.Data {
				if !needed && strings.HasPrefix(name, refused) {
					delete(fields, name)
				}
			}
		}
		if len(fields) == before {
			t.Fatalf("%s: %d %s", collection, status, raw)
		}
	}
}

// markedUp makes one record of everything, its texts full of markup, and gives their ids by collection.
func markedUp(t *testing.T, root *browser.Session, people map[string]*browser.Session) map[string]string {
	t.Helper()
	director, rep := people["director"], people["rep"]
	texts := map[string][]string{}
	collections, _ := root.Send(http.MethodGet, "/api/collections?perPage=200", nil)["items"].([]any)
	for _, one := range collections {
		collection := one.(map[string]any)
		for _, other := range collection["fields"].([]any) {
			if field := other.(map[string]any); field["type"] == "text" && field["system"] != true {
				texts[collection["name"].(string)] = append(texts[collection["name"].(string)], field["name"].(string))
			}
		}
	}
	create := func(collection string, needs map[string]any) string {
		t.Helper()
		return written(t, director, texts, collection, needs)
	}
	now := time.Now()
	root.Update("users", rep.ID, map[string]any{"name": "周" + markup})
	root.Update("teams", root.List("teams", "", "")[0]["id"].(string), map[string]any{"name": "华东" + markup})
	industry := create("industries", map[string]any{"code": "99", "name": "其他" + markup, "name_en": "Other" + markup})
	tag := create("tags", map[string]any{"group": "basic", "name": "重点" + markup})
	ids := map[string]string{"industries": industry, "tags": tag}
	ids["customers"] = create("customers", map[string]any{
		"name": "青禾" + markup, "industry": industry, "tags": []string{tag}, "size": "51-100", "source": "visit", "owner": rep.ID, "first_contact_on": "2024-05-06",
	})
	customer := ids["customers"]
	ids["contacts"] = create("contacts", map[string]any{"customer": customer, "name": "王" + markup, "is_primary": true})
	ids["follow_ups"] = create("follow_ups", map[string]any{
		"customer": customer, "contact": ids["contacts"], "started_at": now.Add(-time.Hour).Format(time.RFC3339), "channel": "phone", "direction": "out",
		"feedback": "positive", "status": "to_follow_up", "next_action": "寄" + markup, "next_action_on": now.AddDate(0, 0, 1).Format(time.DateOnly),
	})
	ids["plans"] = create("plans", map[string]any{"name": "季" + markup, "team": root.List("teams", "", "")[0]["id"], "period": fmt.Sprintf("%d-Q%d", now.Year(), (int(now.Month())+2)/3)})
	for _, person := range []*browser.Session{director, rep} {
		ids["tasks"] = create("tasks", map[string]any{
			"customer": customer, "assignee": person.ID, "kind": "other", "priority": "high", "due_at": now.Add(2 * time.Hour).Format(time.RFC3339), "plan": ids["plans"],
			"title": "办" + markup,
		})
	}
	ids["cases"] = create("cases", map[string]any{"customer": customer, "contact": ids["contacts"], "kind": "complaint", "severity": "major", "subject": "坏" + markup})
	ids["orders"] = create("orders", map[string]any{"customer": customer, "ordered_at": now.Add(-48 * time.Hour).Format(time.RFC3339), "amount": 1000})
	ids["contracts"] = create("contracts", map[string]any{"customer": customer, "amount": 0, "status": "active", "starts_on": "2026-01-01", "ends_on": "2027-12-31"})
	ids["surveys"] = create("surveys", map[string]any{"customer": customer, "nps": 5, "satisfaction": 5, "sent_at": now.Add(-time.Hour).Format(time.RFC3339), "answered_at": now.Format(time.RFC3339)})
	ids["materials"] = create("materials", map[string]any{"kind": "case"})
	ids["playbooks"] = create("playbooks", map[string]any{"tier": "A", "actions": []any{map[string]any{"what": markup}}, "materials": []string{ids["materials"]}})
	ids["campaigns"] = create("campaigns", map[string]any{"channel": "event", "starts_on": "2026-01-01", "ends_on": "2026-12-31"})

	return ids
}

// TestMarkup: nothing that people write is taken for part of a page, in no list, form, page, message or search.
func TestMarkup(t *testing.T) {
	t.Parallel()
	program, root, people := newOffice(t)
	ids := markedUp(t, root, people)
	if !strings.Contains(fmt.Sprint(root.List("customers", `id = "`+ids["customers"]+`"`, "")), "onerror") {
		t.Fatal("nothing was written")
	}
	for _, role := range []string{"director", "rep"} {
		page := program.Open("/_/", 1366, 860)
		page.SignInStaff(role)
		whole := func(where string) {
			t.Helper()
			var broken any
			page.Evaluate(`window.crmBroken ?? [...document.querySelectorAll("img[src=x], svg[onload], [onerror]")].map((el) => el.outerHTML)[0] ?? null`, &broken)
			if broken != nil {
				t.Errorf("a %s sees markup at work %s: %v", role, where, broken)
			}
		}
		for _, place := range browser.Places {
			if place.For(role) {
				page.Visit(place.Of(ids["customers"]))
				whole("at " + place.Name)
			}
		}
		lookAround(page, ids, whole)
		if role == "director" {
			lookIntoRecords(page, ids, whole)
		}
	}
}

// lookAround opens what pages show besides: a plan, what is behind the lines of a customer, the notices, toasts and questions.
func lookAround(page *browser.Page, ids map[string]string, whole func(string)) {
	page.Visit("#/plans?plan=" + ids["plans"])
	whole("in a plan")
	page.Visit("#/customer/" + ids["customers"])
	for _, opener := range []string{".of-follow_ups .crm-line-title", ".of-tier_changes .crm-line-title", ".crm-contact .crm-line-title"} {
		page.Await(opener, fmt.Sprintf(`document.querySelector(%q)`, opener))
		page.Evaluate(fmt.Sprintf(`void document.querySelector(%q).click()`, opener), nil)
		page.AwaitForm()
		whole("in the form behind " + opener)
		page.CloseForm()
	}
	page.Evaluate(`void document.querySelector(".crm-bell").click()`, nil)
	page.Await("the notices", `!document.querySelector("#crm-notices .skeleton-loader")`)
	whole("in the notices")
	page.Evaluate(`void document.querySelector("#crm-notices").hidePopover()`, nil)
	page.Evaluate(fmt.Sprintf(`["info", "success", "error"].forEach((kind) => app.toasts[kind](%[1]q + kind)); app.modals.confirm(%[1]q, () => {})`, markup), nil)
	whole("in toasts and questions")
	page.Evaluate(`app.modals.close(null, true); app.toasts.removeAll()`, nil)
}

// lookIntoRecords opens the list and the form of everything, searches for markup and has it refused.
func lookIntoRecords(page *browser.Page, ids map[string]string, whole func(string)) {
	for collection, id := range ids {
		page.OpenList(collection)
		whole("in the list of " + collection)
		page.OpenForm(collection, id)
		whole("in the form of " + collection)
		page.CloseForm()
	}
	page.OpenList("customers")
	search(page, markup)
	page.Await("the words in the box", fmt.Sprintf(`document.querySelector(".searchbar").innerText.includes(%q) && !document.querySelector(".page-table-wrapper .skeleton-loader")`, markup))
	whole("in a search")
	page.Expect("400", "what is no number is refused")
	page.OpenForm("customers", ids["customers"])
	page.Fill("annual_revenue", markup)
	page.SaveForm()
	page.Await("the refusal", `!!document.querySelector(".crm-form .error [name=annual_revenue]")`)
	whole("in a refusal")
}
