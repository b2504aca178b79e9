package browser_test

import (
	"fmt"
	"testing"
)

// TestWishesOfOthers: a superuser sees what a colleague wants to be told as the colleague does, changes it, and reads a refusal beside it.
func TestWishesOfOthers(t *testing.T) {
	t.Parallel()
	program, _, people := newOffice(t)
	rep := people["rep"].ID
	wishes := func(page interface{ Evaluate(string, any) }) (stored map[string]any) {
		page.Evaluate(fmt.Sprintf(`app.pb.collection("users").getOne(%q, { requestKey: null }).then((user) => user.notify ?? {})`, rep), &stored)
		return stored
	}
	page := program.Open("/_/", 1366, 860)
	page.SignIn(rootEmail, rootPassword)
	page.OpenList("users")
	page.OpenForm("users", rep)
	page.Evaluate(`[...document.querySelectorAll(".record-upsert-modal .crm-group button")].forEach((button) => button.ariaExpanded == "false" && button.click())`, nil)
	page.Await("the wishes, and no JSON", `document.querySelector(".crm-field[data-field=notify] .crm-wishes")?.checkVisibility() && !document.querySelector("[data-field=notify] .code-editor")`)
	page.Evaluate(`document.querySelector(".crm-wishes").scrollIntoView({ block: "center" })`, nil)
	page.Evaluate(`["#crm_email_digest", "#crm_messenger_urgent"].forEach((wish) => document.querySelector(wish).click())`, nil)
	page.Fill("notify", "no address")
	page.Picture("wishes-superuser")
	page.Expect("400", "what is no address is refused")
	page.SaveForm()
	page.Await("the refusal beside it", `document.querySelector(".field.error [name=notify]")`)
	page.Expect("", "from here on")
	page.Fill("notify", "https://example.com/hook")
	page.SaveForm()
	page.Await("the form closed", `!document.querySelector(".record-upsert-modal")`)
	if now := wishes(page); now["email"] != "digest" || now["messenger"] != "digest" || fmt.Sprint(now["urls"]) != "[https://example.com/hook]" {
		t.Errorf("the wishes are %v", now)
	}
}
