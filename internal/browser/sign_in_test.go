package browser_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"touchbase/internal/browser"
	"touchbase/internal/testapp"
)

// TestStaffSignIn signs people in by the team's form and follows what becomes of their rights: a role shows after a reload, a deactivation at
// once, and whoever comes next on the same machine finds nothing of who was there before.
func TestStaffSignIn(t *testing.T) {
	t.Parallel()
	program, root, people := newOffice(t)

	page := program.Open("/_/", 1366, 860)
	page.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	page.Picture("sign-in")
	page.Await("no superuser's form before it is asked for", `!document.querySelector(".auth-with-password-form")?.checkVisibility()`)
	page.SignInStaff("rep")
	page.Await("the page of the day", `location.hash == "#/today" && !!document.querySelector(".crm-today")`)
	page.Await("one's own name", `document.querySelector(".crm-my-name")?.textContent == "周小雨"`)
	page.Await("no way to what is not for a rep", `![...document.querySelectorAll(".app-main-nav a")].some((a) => /logs|settings|policy|jobs|audit/.test(a.href))`)

	t.Log("an address that is not for staff leads home")
	page.Evaluate(`void (location.hash = "#/settings")`, nil)
	page.Await("the page of the day again", `location.hash == "#/today"`)

	t.Log("a new role shows after a reload")
	root.Update("users", people["rep"].ID, map[string]any{"role": "director"})
	page.Do(chromedp.Reload())
	page.Await("the pages of a director", `[...document.querySelectorAll(".app-main-nav a")].some((a) => a.href.endsWith("#/policy"))`)
	root.Update("users", people["rep"].ID, map[string]any{"role": "rep"})
	page.Do(chromedp.Reload())
	page.Await("the pages of a rep", `document.documentElement.dataset.crmRole == "rep" && ![...document.querySelectorAll(".app-main-nav a")].some((a) => a.href.endsWith("#/policy"))`)

	t.Log("the header marks the page that is open, and it alone")
	marked := `[...document.querySelectorAll(".app-main-nav .header-link.active")].map((a) => a.hash).join()`
	page.OpenList("customers")
	page.Await("the customers marked", marked+` == "#/collections?collection=customers"`)
	page.OpenHash("#/plans")
	page.Await("the plans marked", marked+` == "#/plans"`)

	t.Log("the next one on this machine")
	page.Do(chromedp.Click("button.logged-user", chromedp.ByQuery), chromedp.WaitVisible(".dropdown-item-logout", chromedp.ByQuery))
	page.Picture("menu")
	page.Do(chromedp.Click(".dropdown-item-logout", chromedp.ByQuery))
	page.Await("nothing kept of who was here", `(() => {
		const kept = Object.entries(localStorage).filter(([key]) => /^(draft_|pbSettings|pbRecordsSearchHistory_|__pb_superusers__|pbLastFileToken)/.test(key));
		return location.hash == "#/login" && app.store.collections.length == 0 && kept.every(([, value]) => !value || value == "{}" || value == "[]");
	})()`)
	page.SignInStaff("director")
	page.Await("the director's pages", `document.documentElement.dataset.crmRole == "director" && app.store.collections.some((c) => c.name == "audit_log")`)
}

// TestSuperuserSignIn: the superusers' own form is one click away and works as ever.
func TestSuperuserSignIn(t *testing.T) {
	t.Parallel()
	program := browser.New(t)
	program.Run("superuser", "upsert", rootEmail, rootPassword)
	program.Serve()
	page := program.OpenIn("en", "/_/", 1366, 860)
	page.Await("English words", `document.querySelector(".crm-login button.block")?.textContent.includes("Sign in")`)
	page.SignIn(rootEmail, rootPassword)
	page.Await("PocketBase's own pages", `["#/collections", "#/logs", "#/settings", "#/policy"].every((hash) => [...document.querySelectorAll(".app-main-nav a")].some((a) => a.getAttribute("href") == hash))`)
}

// TestFailingPage: a page that throws, while it is made or whenever something it depends on changes, says so and leaves the rest working.
func TestFailingPage(t *testing.T) {
	t.Parallel()
	program, _, _ := newOffice(t)
	page := program.Open("/_/", 1366, 860)
	page.SignInStaff("rep")
	page.Await("the page of the day", `!!document.querySelector(".crm-today")`)
	page.Expect("boom", `the mistakes made on purpose`)
	page.Evaluate(`(() => {
		window.broken = store({ n: 0 });
		const el = t.div({ className: "broken", title: () => { if (broken.n) throw new Error("boom"); return ""; } }, () => { if (broken.n) throw new Error("boom"); return "whole"; });
		document.querySelector(".page-content").append(el);
		watch(() => { if (broken.n) throw new Error("boom"); });
	})()`, nil)
	page.Await("the element", `document.querySelector(".broken").textContent == "whole"`)
	page.Evaluate(`void (broken.n = 1)`, nil)
	page.OpenHash("#/collections?collection=customers")
	page.Await("the list goes on working", `app.store.activeCollection?.name == "customers" && document.querySelector(".page-header .breadcrumbs").textContent.includes("客户")`)

	t.Log("a page whose module throws")
	page.Evaluate(`void (window.crmBroken = true)`, nil)
	page.OpenHash("#/customer/%00")
	page.Await("a sentence in place of the page", `!!document.querySelector(".crm-page")`)
	page.OpenHash("#/today")
	page.Await("the day again", `!!document.querySelector(".crm-today")`)
}

// TestLostRights: whoever is deactivated while signed in is out with the next thing they do, and reads why and whom to ask; also after a reload.
func TestLostRights(t *testing.T) {
	t.Parallel()
	program, root, people := newOffice(t)
	page := program.Open("/_/", 1366, 860)
	page.SignInStaff("support")
	page.Await("the page of the day", `!!document.querySelector(".crm-today")`)
	page.Expect("403", "the server refuses somebody deactivated")
	root.Update("users", people["support"].ID, map[string]any{"active": false})
	page.OpenHash("#/collections?collection=customers")
	page.Await("the sign-in with the reason", `location.hash == "#/login" && document.querySelector(".crm-lost-rights")?.textContent.includes("顾远衡")`)
	page.Picture("lost-rights")

	root.Update("users", people["support"].ID, map[string]any{"active": true})
	page.SignInStaff("support")
	page.Await("the page of the day", `!!document.querySelector(".crm-today")`)
	root.Update("users", people["support"].ID, map[string]any{"active": false})
	page.Do(chromedp.Reload())
	page.Await("the sign-in with the reason", `location.hash == "#/login" && /请联系(顾远衡|公司的总监)/.test(document.querySelector(".crm-lost-rights")?.textContent)`)
}

// TestOwnAccount: a person changes their language and password themselves, and gets a new password by mail when the old one is forgotten.
func TestOwnAccount(t *testing.T) {
	t.Parallel()
	program, root, people := newOffice(t)
	letters := make(chan testapp.Mail, 10)
	root.Send(http.MethodPatch, "/api/settings", map[string]any{
		"smtp": map[string]any{"enabled": true, "host": "127.0.0.1", "port": testapp.ServeMail(t, func(mail testapp.Mail) { letters <- mail })},
		"meta": map[string]any{"appURL": "http://" + program.Address, "senderName": "Touchbase", "senderAddress": "crm@touchbase.example"},
	})

	page := program.OpenIn("en-US", "/_/", 390, 844)
	page.SignInStaff("rep")
	page.Await("English words, as the browser asks for", `document.documentElement?.lang == "en" && !!document.querySelector(".crm-today")`)
	menu := func(item string) {
		page.Do(chromedp.Click("button.logged-user", chromedp.ByQuery), chromedp.Click(".logged-user-dropdown .dropdown-item:has("+item+")", chromedp.ByQuery))
	}
	menu(".ri-translate-2")
	page.Await("Chinese words, as chosen", `document.documentElement?.lang == "zh-CN" && !!document.querySelector(".crm-today")`)
	if locale := root.List("users", `id = "`+people["rep"].ID+`"`, "")[0]["locale"]; locale != "zh-CN" {
		t.Errorf("the server is to write to them in Chinese, it has %q", locale)
	}

	menu(".ri-lock-password-line")
	const changed = "a-password-of-mine-2"
	page.Do(
		chromedp.WaitVisible("[name=oldPassword]", chromedp.ByQuery),
		chromedp.SendKeys("[name=oldPassword]", "wrong", chromedp.ByQuery),
		chromedp.SendKeys("[name=password]", changed, chromedp.ByQuery),
		chromedp.SendKeys("[name=passwordConfirm]", changed, chromedp.ByQuery),
	)
	page.Expect("400", "a wrong present password is refused")
	page.Do(chromedp.Click(".crm-password .modal-footer .btn:last-child", chromedp.ByQuery))
	page.Await("the error beside the present password", `document.querySelector("[name=oldPassword]").closest(".field").classList.contains("error")`)
	page.Picture("password-phone")
	page.Do(
		chromedp.Evaluate(`void (document.querySelector("[name=oldPassword]").value = "")`, nil),
		chromedp.SendKeys("[name=oldPassword]", browser.StaffPassword, chromedp.ByQuery),
		chromedp.Click(".crm-password .modal-footer .btn:last-child", chromedp.ByQuery),
	)
	page.Await("the window closed, still signed in", `!document.querySelector(".crm-password") && app.pb.authStore.isValid`)
	program.Session("users", "rep@touchbase.example", changed)

	t.Log("a forgotten password")
	page.Do(chromedp.Click("button.logged-user", chromedp.ByQuery), chromedp.Click(".dropdown-item-logout", chromedp.ByQuery))
	page.Do(
		chromedp.WaitVisible("#crm_email", chromedp.ByQuery),
		chromedp.Click(".crm-login .link-hint", chromedp.ByQuery),
		chromedp.SendKeys("#crm_forgotten", "rep@touchbase.example", chromedp.ByQuery),
		chromedp.Click(".crm-forgotten button.block", chromedp.ByQuery),
	)
	page.Await("that the letter is on its way", `document.querySelector(".crm-forgotten .alert.success")?.textContent.includes("rep@touchbase.example")`)
	link := ""
	for letter := range letters { // one of a sign-in from another program may come first
		text := strings.ReplaceAll(strings.ReplaceAll(letter.Text, "=\r\n", ""), "=3D", "=")
		if link = regexp.MustCompile(`/_/#/auth/confirm-password-reset/[\w.-]+`).FindString(text); link != "" {
			if chinese, english := strings.Index(text, "=E9=87=8D=E8=AE=BE=E5=AF=86=E7=A0=81</a>"), strings.Index(text, "Reset password</a>"); chinese < 0 || english < chinese {
				t.Errorf("the letter is to be in Chinese, and below in English: %s", text)
			}
			break
		}
	}
	page.OpenHash(link[len("/_/"):])
	const again = "a-password-of-mine-3"
	page.Do(
		chromedp.WaitVisible("input[type=password]", chromedp.ByQuery),
		chromedp.Evaluate(`void [...document.querySelectorAll("input[type=password]")].forEach((input) => { input.value = "`+again+`"; input.dispatchEvent(new Event("input", { bubbles: true })); })`, nil),
		chromedp.Click("form button.btn.block", chromedp.ByQuery),
	)
	page.Await("the new password taken", `!document.querySelector("input[type=password]")?.checkVisibility()`)
	program.Session("users", "rep@touchbase.example", again)
}

// TestFreshLibraries: PocketBase's libraries, which have no version in their address, are asked for anew after an upgrade, too.
func TestFreshLibraries(t *testing.T) {
	t.Parallel()
	program := browser.New(t)
	program.Serve()
	for _, path := range []string{"/_/libs/shablon/shablon.iife.js", "/_/libs/uplot/uplot.iife.js", "/_/extensions.js", "/_/extensions/crm/pages/today.js"} {
		response, err := http.Get("http://" + program.Address + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if header := response.Header; response.StatusCode != http.StatusOK || header.Get("Cache-Control") != "no-cache" || header.Get("ETag") == "" {
			t.Errorf("%s: %s, Cache-Control %q, ETag %q", path, response.Status, header.Get("Cache-Control"), header.Get("ETag"))
		}
	}
}
