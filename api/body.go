package api

import (
	"fmt"
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// readTexts reads a body of texts by name; nothing is the empty text, and a name that is not sent is not in the answer. It
// refuses other names and whatever is no text, by field.
func readTexts(e *core.RequestEvent, names ...string) (map[string]string, error) {
	body := map[string]any{}
	if err := e.BindBody(&body); err != nil {
		return nil, e.BadRequestError("The body cannot be read.", err)
	}
	texts, errs := map[string]string{}, validation.Errors{}
	for name, value := range body {
		text, isText := value.(string)
		switch {
		case !slices.Contains(names, name):
			errs[name] = validation.NewError(crm.CodeUnknownField, fmt.Sprintf("There is no %q here.", name))
		case isText || value == nil:
			texts[name] = text
		default:
			errs[name] = validation.NewError(crm.CodeUnreadableText, "This is a text.")
		}
	}
	if len(errs) > 0 {
		return nil, e.BadRequestError("The body cannot be read.", errs)
	}
	return texts, nil
}

// readLists reads a body of lists of texts by name, of which a text alone is one; nothing is an empty list. It refuses other names and
// whatever is no list of texts, by field.
func readLists(e *core.RequestEvent, names ...string) (map[string][]string, error) {
	body := map[string]any{}
	if err := e.BindBody(&body); err != nil {
		return nil, e.BadRequestError("The body cannot be read.", err)
	}
	lists, errs := map[string][]string{}, validation.Errors{}
	for name, value := range body {
		if !slices.Contains(names, name) {
			errs[name] = validation.NewError(crm.CodeUnknownField, fmt.Sprintf("There is no %q here.", name))
			continue
		}
		items, isList := value.([]any)
		if !isList && value != nil && value != "" {
			items = []any{value}
		}
		for _, item := range items {
			text, isText := item.(string)
			if !isText {
				errs[name] = validation.NewError(crm.CodeUnreadableText, "This is a list of texts.")
				break
			}
			lists[name] = append(lists[name], text)
		}
	}
	if len(errs) > 0 {
		return nil, e.BadRequestError("The body cannot be read.", errs)
	}
	return lists, nil
}
