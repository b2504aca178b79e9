package browser

import (
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Press presses a key, and no mouse.
func (p *Page) Press(key string, modifiers ...chromedp.KeyOption) {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(key, modifiers...))
}

// PressSave presses Ctrl+S.
func (p *Page) PressSave() {
	p.t.Helper()
	for _, kind := range []input.KeyType{input.KeyRawDown, input.KeyUp} {
		p.Do(input.DispatchKeyEvent(kind).WithModifiers(input.ModifierCtrl).WithKey("s").WithCode("KeyS").WithWindowsVirtualKeyCode('S').WithNativeVirtualKeyCode('S'))
	}
}

// TabTo presses Tab until the focus is on the element that a script tells of `el`.
func (p *Page) TabTo(what, script string) {
	p.t.Helper()
	var found bool
	for range 300 {
		p.Evaluate(fmt.Sprintf(`((el) => !!(%s))(document.activeElement)`, script), &found)
		if found {
			return
		}
		p.Press(kb.Tab)
	}
	p.Picture("failed-" + p.t.Name())
	p.t.Fatalf("no Tab leads to %s", what)
}

// Write types words at the focus, as an input method does.
func (p *Page) Write(words string) {
	p.t.Helper()
	p.Do(input.InsertText(words))
}

// WriteInto goes to an input of the record form by Tab and types there. A date is typed part by part, as people do.
func (p *Page) WriteInto(name, words string) {
	p.t.Helper()
	p.TabTo("the input "+name, fmt.Sprintf(`el.name == %q && el.closest(".record-upsert-modal")`, name))
	p.Write(words)
}

// ChooseByKeys picks an option of a select of the record form by its words.
func (p *Page) ChooseByKeys(name, words string) {
	p.t.Helper()
	button := fmt.Sprintf(`el.getAttribute("name") == %q && el.matches(".record-upsert-modal button")`, name)
	p.TabTo("the choice "+name, button)
	p.Press(kb.Enter)
	p.Await("the options of "+name, `document.querySelector(".dropdown:popover-open .select-option")`)
	p.TabTo("the option "+words, fmt.Sprintf(`el.matches(".select-option") && el.textContent.includes(%q)`, words))
	p.Press(kb.Enter)
	p.Await("the choice of "+words, fmt.Sprintf(`document.querySelector(".record-upsert-modal button[name=%s]").textContent.includes(%q) && !document.querySelector(".dropdown:popover-open")`, name, words))
}

// Mouseless makes the page say so in its console, as an error, when anything but the keyboard is used from now on.
func (p *Page) Mouseless() {
	p.t.Helper()
	p.Evaluate(`void ["mousedown", "pointerdown", "touchstart"].forEach((kind) => addEventListener(kind, (event) => console.error("a mouse was used: " + event.type), true))`, nil)
}
