package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"touchbase/internal/browser/axe"
)

// Place is a page of the dashboard, and the roles it is for.
type Place struct {
	Name, Hash string
	Roles      string
}

// Places are the pages of the dashboard. CUSTOMER stands for the id of some customer.
var Places = []Place{
	{"today", "#/today", "rep support manager director"},
	{"customers", "#/collections?collection=customers", "rep support manager director superuser"},
	{"customer", "#/customer/CUSTOMER", "rep support manager director superuser"},
	{"cases", "#/cases", "rep support manager director"},
	{"plans", "#/plans", "rep support manager director"},
	{"policy", "#/policy", "director superuser"},
	{"jobs", "#/jobs", "director superuser"},
	{"audit", "#/audit", "director superuser"},
}

// For tells whether a page is for a role.
func (p Place) For(role string) bool {
	return strings.Contains(" "+p.Roles+" ", " "+role+" ")
}

// Of is the address of a page, of a customer where it is of one.
func (p Place) Of(customer string) string { return strings.Replace(p.Hash, "CUSTOMER", customer, 1) }

// settled is true when a page shows all it is going to: nothing holds the place of something on its way.
const settled = `app.store._ready && app.store.collections.length > 0 && !app.store.isLoadingCollections && !!document.querySelector(".page-content") &&
	![...document.querySelectorAll(".crm-loading, .skeleton-loader, .loader, .btn.loading, [aria-busy=true]")].some((el) => el.checkVisibility())`

// Visit goes to a page by a link and waits until it is whole: the page that was there, and is still to be seen for a while, does not count.
// A page may add to its address.
func (p *Page) Visit(hash string) {
	p.t.Helper()
	p.Evaluate(fmt.Sprintf(`void (location.hash == %[1]q || document.querySelector("main > .page")?.classList.add("left"), location.hash = %[1]q)`, hash), nil)
	p.Await("the page "+hash, fmt.Sprintf(`location.hash.startsWith(%q) && !document.querySelector("main > .page.left") && (%s)`, hash, settled))
}

// Jumps opens a page anew and gives how much of it moved while it loaded, as the cumulative layout shift of Web Vitals.
func (p *Page) Jumps(hash string) (shift float64) {
	p.t.Helper()
	p.Do(chromedp.Navigate("about:blank"), chromedp.Navigate(p.url+"/_/"+hash))
	p.Await("the page "+hash, fmt.Sprintf("location.hash == %q && (%s)", hash, settled))
	p.Evaluate(`new Promise((resolve) => {
		let sum = 0;
		const observer = new PerformanceObserver((list) => list.getEntries().forEach((entry) => sum += entry.value));
		observer.observe({ type: "layout-shift", buffered: true });
		requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
	})`, &shift)
	return shift
}

// Violation is what a page does that some people cannot use.
type Violation struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"`
}

// Inaccessible gives what of WCAG 2.1 A and AA the page does not keep, by axe-core; of a scheme of colours other than light, only what is too
// faint, for nothing else depends on it.
func (p *Page) Inaccessible() []Violation {
	p.t.Helper()
	p.Evaluate("void 0;if (!window.axe) {"+axe.Script+"}", nil)
	var found []Violation
	p.Do(chromedp.Evaluate(`axe.run(document, { runOnly: document.documentElement.dataset.colorScheme == "dark" ? { type: "rule", values: ["color-contrast"] }
		: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"] }).then((result) => result.violations.map((v) => ({
		id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 5).map((n) => n.target.join(" ") + " | " + n.html.slice(0, 120) + " | " + (n.any[0]?.message ?? "")),
	})))`, &found, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	return found
}
