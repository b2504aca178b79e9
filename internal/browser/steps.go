package browser

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
)

// SignInAs signs somebody of the team in, by the form that is shown first.
func (p *Page) SignInAs(email, password string) {
	p.t.Helper()
	p.Do(
		chromedp.WaitVisible("#crm_email", chromedp.ByQuery),
		chromedp.SendKeys("#crm_email", email, chromedp.ByQuery),
		chromedp.SendKeys("#crm_password", password, chromedp.ByQuery),
		chromedp.Click(".crm-login button.btn.block", chromedp.ByQuery),
		chromedp.WaitVisible(".app-header", chromedp.ByQuery),
	)
}

// SignIn signs a superuser in, one click away from the team's form.
func (p *Page) SignIn(email, password string) {
	p.t.Helper()
	p.Do(
		chromedp.Click(".crm-login-switch", chromedp.ByQuery),
		chromedp.WaitVisible("#login_identity", chromedp.ByQuery),
		chromedp.SendKeys("#login_identity", email, chromedp.ByQuery),
		chromedp.SendKeys("#login_pass", password, chromedp.ByQuery),
		chromedp.Click(".auth-with-password-form button.next", chromedp.ByQuery),
		chromedp.WaitVisible(".app-header", chromedp.ByQuery),
	)
}

// OpenHash goes to a page of the dashboard, as a link in it does.
func (p *Page) OpenHash(hash string) {
	p.t.Helper()
	p.Evaluate(fmt.Sprintf("void (location.hash = %q)", hash), nil)
}

// OpenList opens the list of a collection.
func (p *Page) OpenList(collection string) {
	p.t.Helper()
	p.Do(
		chromedp.Navigate("about:blank"), // a mere change of the fragment would load nothing
		chromedp.Navigate(p.url+"/_/#/collections?collection="+collection),
		chromedp.WaitVisible(".page-table-wrapper table", chromedp.ByQuery),
	)
	p.Await("the list of "+collection, `app.store.activeCollection?.name == "`+collection+`" && !document.querySelector(".page-table-wrapper .skeleton-loader")`)
}

// Await waits until a script is true.
func (p *Page) Await(what, script string) {
	p.t.Helper()
	p.await(what, func() (holds bool) {
		p.Evaluate("!!("+script+")", &holds)
		return holds
	})
}

// await waits until something holds.
func (p *Page) await(what string, holds func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(stepTimeout); ; {
		if holds() {
			return
		}
		if time.Now().After(deadline) {
			p.Picture("failed-" + p.t.Name())
			var shown string
			p.Evaluate(`[...document.querySelectorAll(".toast, .field-help.error, .generated-error")].map((el) => el.textContent).join("; ")`, &shown)
			p.t.Fatalf("waited in vain for %s; the page says %q", what, shown)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Fill sets an input of the record form and tells the form, as typing does.
func (p *Page) Fill(field, value string) {
	p.t.Helper()
	p.run(`
		const input = document.querySelector(".record-upsert-modal [name=" + field + "]");
		input.focus();
		input.value = value;
		input.dispatchEvent(new Event("input", { bubbles: true }));
		input.dispatchEvent(new Event("change", { bubbles: true }));`, field, value)
}

// Choose picks a value of a select of the record form.
func (p *Page) Choose(field, value string) {
	p.t.Helper()
	p.Do(chromedp.Click(`.record-upsert-modal button[name=`+field+`]`, chromedp.ByQuery))
	option := fmt.Sprintf(`[...document.querySelectorAll(".dropdown:popover-open *")].find((el) => !el.children.length && el.textContent.trim() == %q)`, value)
	p.Await("the option "+value, option)
	p.run(option+".click();", field, value)
}

// Pick picks a record for a relation of the record form.
func (p *Page) Pick(field, title string) {
	p.t.Helper()
	p.run(`
		const label = [...document.querySelectorAll(".record-upsert-modal label")].find((el) => el.textContent.trim().replace("*", "").trim() == field);
		[...label.closest(".field-type-relation").querySelectorAll("button")].find((el) => el.textContent.includes("Open records picker")).click();`, field, title)
	item := fmt.Sprintf(`[...document.querySelectorAll(".modal[data-modal-state=open] .list-item")].find((el) => el.textContent.includes(%q))`, title)
	p.Await("the record "+title, item)
	p.run(item+`.click(); const open = [...document.querySelectorAll(".modal[data-modal-state=open]")].at(-1);
		[...open.querySelectorAll(".modal-footer .btn")].at(-1).click();`, field, title)
	p.Await("the record picked", fmt.Sprintf(`document.querySelector(".record-upsert-modal").textContent.includes(%q)`, title))
}

// FindRecord reads the one record of a collection that a filter finds, as whoever is signed in.
func (p *Page) FindRecord(collection, filter string) map[string]any {
	p.t.Helper()
	var record map[string]any
	p.Evaluate(fmt.Sprintf(`app.pb.collection(%q).getFirstListItem(%q, { requestKey: null })`, collection, filter), &record)
	return record
}

// run runs a script that knows field and value.
func (p *Page) run(script, field, value string) {
	p.t.Helper()
	arguments, err := json.Marshal([]string{field, value})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Do(chromedp.Evaluate(fmt.Sprintf("(([field, value]) => {%s})(%s)", script, arguments), nil))
}
