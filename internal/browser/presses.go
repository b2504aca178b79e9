package browser

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed presses.js
var pressesScript string

// never are the buttons that lead away from what is read: out, to the other language; and to what a test reads once and not on every page:
// the description of the API, the drawing of the collections.
const never = ".logged-user-dropdown .dropdown-item:has(.ri-translate-2), .logged-user-dropdown .dropdown-item:has(.ri-logout-circle-line), " +
	".api-preview-btn, .btn:has(.ri-organization-chart), .btn:has(.ri-code-s-slash-line)"

// pressTimeout is how long all buttons of a page may take on a busy machine.
const pressTimeout = 3 * time.Minute

// PressAll presses every button of the page, and those of its menus and windows and of their menus, and gives all that is to be read meanwhile:
// the windows, questions, errors and messages; and how many buttons that were. What the buttons do, is done. What was pressed on one page
// is not pressed again on the next, such as the header.
func (p *Page) PressAll() (read []Words, presses int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, pressTimeout)
	defer cancel()
	var found struct {
		Words   []Words
		Presses int
	}
	script := fmt.Sprintf(`(%s)([%s, { never: %q, deep: 1, most: 60 }])`, pressesScript, textsScript, never)
	err := chromedp.Run(ctx, chromedp.Evaluate(script, &found, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	if err != nil {
		p.Picture("failed-" + p.t.Name())
		p.t.Fatalf("failed to press every button: %v", err)
	}
	return found.Words, found.Presses
}
