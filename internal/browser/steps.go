package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/runtime"
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
		ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
		defer cancel()
		err := chromedp.Run(ctx, chromedp.Evaluate("!!("+script+")", &holds, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
		if err != nil && !betweenPages(err) {
			p.t.Fatalf("%s: %v", what, err)
		}
		return err == nil && holds
	})
}

// betweenPages tells whether a script found no page to run in, as one was just leaving for the next.
func betweenPages(err error) bool {
	for _, words := range []string{"navigated or closed", "Cannot find context", "Execution context was destroyed", "Not attached to an active page"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
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

// Fill sets an input of the record form and tells the form, as typing does. A day's input takes of a moment its day.
func (p *Page) Fill(field, value string) {
	p.t.Helper()
	p.Await("the input "+field, fmt.Sprintf(`document.querySelector(".record-upsert-modal [name=%s]")?.checkVisibility()`, field))
	p.run(`
		const input = document.querySelector(".record-upsert-modal [name=" + field + "]");
		input.focus();
		input.value = input.type == "date" ? value.slice(0, 10) : value;
		input.dispatchEvent(new Event("input", { bubbles: true }));
		input.dispatchEvent(new Event("change", { bubbles: true }));`, field, value)
}

// Choose picks an option of a select of the record form: a stored value, or the words shown for it.
func (p *Page) Choose(field, value string) {
	p.t.Helper()
	// Not by a click at a place: what loads meanwhile may move it.
	p.run(`document.querySelector(".record-upsert-modal button[name=" + field + "]").click();`, field, value)
	option := fmt.Sprintf(`[...document.querySelectorAll(".dropdown:popover-open .select-option")].find((el) =>
		[%[2]q, crm.option(document.querySelector(".record-upsert-modal").dataset.crmCollection, %[1]q, %[2]q)].includes(el.textContent.trim()))`, field, value)
	p.Await("the option "+value, option)
	p.run(option+".click();", field, value)
}

// Pick picks a record for a relation of the record form.
func (p *Page) Pick(field, title string) {
	p.t.Helper()
	p.run(`document.querySelector(".record-upsert-modal output[name=" + field + "] > .btn").click();`, field, title)
	item := fmt.Sprintf(`[...document.querySelectorAll(".modal[data-modal-state=open] .records-picker-list .list-item")].find((el) => el.textContent.includes(%q))`, title)
	p.Await("the record "+title, item)
	p.run(item+`.click(); const open = [...document.querySelectorAll(".modal[data-modal-state=open]")].at(-1);
		[...open.querySelectorAll(".modal-footer .btn")].at(-1).click();`, field, title)
	p.Await("the record picked", fmt.Sprintf(`document.querySelector(".record-upsert-modal").textContent.includes(%q)`, title))
}

// SaveForm presses the button of the record form that saves it.
func (p *Page) SaveForm() {
	p.t.Helper()
	p.Do(chromedp.Click(".record-upsert-modal .modal-footer .btn.expanded-lg", chromedp.ByQuery))
}

// OpenForm opens the form of a record, or with an empty id of a new one, and waits until it is ready.
func (p *Page) OpenForm(collection, id string) {
	p.t.Helper()
	p.run(`app.modals.openRecordUpsert(crm.collection(field), value || null);`, collection, id)
	p.AwaitForm()
}

// AwaitForm waits until a record form shows its fields.
func (p *Page) AwaitForm() {
	p.t.Helper()
	p.Await("the form", `!!document.querySelector(".crm-form[data-modal-state=open]")?.dataset.crmSave && !document.querySelector(".crm-form .grid[inert]")
		&& [...document.querySelectorAll(".crm-form .crm-field")].some((field) => field.checkVisibility())`)
}

// CloseForm closes the record form, whatever was typed.
func (p *Page) CloseForm() {
	p.t.Helper()
	p.run(`app.modals.close(null, true);`, "", "")
	p.Await("no form", `!document.querySelector(".record-upsert-modal")`)
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
