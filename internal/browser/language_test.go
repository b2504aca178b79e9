package browser_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"touchbase/demo"
	"touchbase/internal/browser"
)

// walk reads pages in one language, and keeps what is wrong with each.
type walk struct {
	t        *testing.T
	page     *browser.Page
	reader   *browser.Reader
	language string
	role     string
	said     map[string]bool
}

var digits = regexp.MustCompile(`[0-9]`)

// look reads the page as it is now.
func (w *walk) look(what string) {
	w.t.Helper()
	texts := 0
	for _, words := range w.page.Read() {
		texts++
		wrong := w.reader.Wrong(words.Text, w.language)
		key := digits.ReplaceAllString(words.Text+words.Where, "9")
		if wrong == "" || w.said[key] {
			continue
		}
		w.said[key] = true
		w.t.Errorf("%s, %s, %s: %s in %q (%s of %s)", w.language, w.role, what, wrong, words.Text, words.Kind, words.Where)
	}
	if texts < 3 {
		w.t.Errorf("%s, %s, %s: there is nothing to read", w.language, w.role, what)
	}
}

// signIn reads the ways in.
func (w *walk) signIn() {
	w.t.Helper()
	w.page.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
	w.look("the team's sign-in")
	w.page.Do(chromedp.Click(".crm-login .link-hint", chromedp.ByQuery), chromedp.WaitVisible("#crm_forgotten", chromedp.ByQuery))
	w.look("a forgotten password")
	w.page.Do(chromedp.Click(".crm-forgotten .link-hint", chromedp.ByQuery), chromedp.Click(".crm-login-switch", chromedp.ByQuery), chromedp.WaitVisible("#login_identity", chromedp.ByQuery))
	w.look("the superusers' sign-in")
	w.page.Do(chromedp.Click(".auth-with-password-form .link-hint", chromedp.ByQuery))
	w.page.Await("the superusers' forgotten password", `location.hash == "#/request-password-reset" && !!document.querySelector("form")`)
	w.look("a superuser's forgotten password")
	w.page.OpenHash("#/auth/confirm-password-reset/x.eyJlbWFpbCI6ImFAYi5jIn0.x")
	w.page.Await("the new password", `!!document.querySelector("input[type=password]")`)
	w.look("a new password")
	w.page.OpenHash("#/login")
	w.page.Do(chromedp.WaitVisible("#crm_email", chromedp.ByQuery))
}

// records reads the list of a collection, the form of a new record and that of one there is.
func (w *walk) records(collection string) {
	w.t.Helper()
	w.page.Visit("#/collections?collection=" + collection)
	w.page.Await("the list of "+collection, `app.store.activeCollection?.name == "`+collection+`"`)
	w.look("the list of " + collection)
	const form = `(() => {
		const modal = [...document.querySelectorAll(".modal[data-modal-state=open]")].at(-1);
		return !!modal && ![...modal.querySelectorAll(".loader, .skeleton-loader, .crm-loading, .btn.loading")].some((el) => el.checkVisibility());
	})()`
	const gone = `(() => { const modal = app.modals.getTop(); modal && app.modals.close(modal, true); return !document.querySelector(".modal[data-modal-state=open]"); })()`
	for _, opening := range []struct{ what, button string }{{"a new record of ", ".new-record-btn"}, {"a record of ", "tbody tr.handle"}} {
		var opened bool
		w.page.Evaluate(fmt.Sprintf(`(() => {
			const button = [...document.querySelectorAll(%q)].find((el) => el.checkVisibility());
			button?.click();
			return !!button;
		})()`, opening.button), &opened)
		if !opened {
			continue
		}
		w.page.Await(opening.what+collection, `location.hash.startsWith("#/customer/") || `+form)
		w.look(opening.what + collection)
		w.page.Await("the form away", gone)
		w.page.Visit("#/collections?collection=" + collection)
	}
}

// TestLanguage walks every page in both languages: in Chinese there is no English to read but a few words, in English no Chinese but what
// people wrote, and in neither an identifier.
func TestLanguage(t *testing.T) {
	t.Parallel()
	program := browser.New(t)
	program.ServeDemo()
	root := program.Session("_superusers", demo.AdminEmail, demo.Password)
	reader := browser.NewReader(root)
	if reader.Allowed() > 20 {
		t.Errorf("%d words are the same in Chinese, of at most twenty", reader.Allowed())
	}
	customer := root.List("customers", `owner.email = "zhou.yutong@qiheng.example"`, "-open_tasks")[0]["id"].(string)
	people := map[string]string{"rep": "zhou.yutong@qiheng.example", "director": "gu.yuanheng@qiheng.example", "superuser": demo.AdminEmail}
	for language, roles := range map[string][]string{"zh-CN": {"rep", "director", "superuser"}, "en": {"director"}} { // who sees every page, in both
		for _, role := range roles {
			email := people[role]
			t.Run(language+" "+role, func(t *testing.T) {
				page := program.OpenIn(language, "/_/", 1366, 860)
				w := &walk{t: t, page: page, reader: reader, language: language, role: role, said: map[string]bool{}}
				page.Await("the language of the browser", fmt.Sprintf(`document.documentElement?.lang == %q`, language))
				if role == "rep" {
					w.signIn()
				}
				page.Evaluate(fmt.Sprintf(`localStorage.setItem("crmLanguage", %q)`, language), nil) // what the demo's people chose is Chinese
				if role == "superuser" {
					page.SignIn(email, demo.Password)
				} else {
					page.SignInAs(email, demo.Password)
				}
				for _, place := range browser.Places {
					if place.For(role) {
						page.Visit(place.Of(customer))
						if place.Name != "customers" {
							page.Await(place.Name, `!!document.querySelector(".crm-page.crm-`+place.Name+`")`)
							page.Visit(place.Of(customer)) // the page before may have stood there still
						}
						w.look(place.Name)
					}
				}
				var collections []string
				page.Evaluate(`app.store.collections.map((c) => c.name)`, &collections)
				for _, collection := range collections {
					if role == "director" || slices.Contains([]string{"customers", "contacts", "follow_ups", "tasks", "users"}, collection) {
						w.records(collection)
					}
				}
			})
		}
	}
}
