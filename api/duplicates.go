package api

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/crm"
)

// bindDuplicates binds the route that tells whoever is about to create a customer whether it is there already.
func bindDuplicates(group *router.RouterGroup[*core.RequestEvent], now func() time.Time) {
	group.POST("/duplicates/check", checkDuplicates(new(pace), now))
}

// checksPerHour is how many phone numbers and e-mail addresses a person may look for in an hour, more than anybody types. A mask
// leaves four digits of a number open: without a limit it would take an hour to try them all.
const checksPerHour = 100

// match is what is told of a likely match. The id is there only for those who see the customer.
type match struct {
	ID    string   `json:"id,omitempty"`
	Name  string   `json:"name"`
	Owner string   `json:"owner"` // the name; empty: the customer is in the pool
	Why   []string `json:"why"`
}

// checkDuplicates answers `{matches: [{name, owner, why}]}`, the likeliest first, at most 20. It takes `name`, `phone`,
// `email` and `credit_code`, at least one of them, and refuses by field what cannot be read, and with 429 who has looked for
// checksPerHour numbers or addresses and may not read them all anyway. With the query typing, what cannot be read matches nobody: it may be half typed.
func checkDuplicates(pace *pace, now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		names := []string{crm.FieldName, crm.FieldPhone, crm.FieldEmail, crm.FieldCreditCode}
		body, err := readTexts(e, names...)
		if err != nil {
			return err
		}
		given := ""
		for _, name := range names {
			given += strings.TrimSpace(body[name])
		}
		if given == "" {
			return refuse(http.StatusBadRequest, crm.FieldName, crm.CodeRequired, "Give a name, a phone number, an e-mail address or a credit code to look for.")
		}
		p, err := principalIn(e.App, e)
		if err != nil {
			return refusal(e, err)
		}
		personal := strings.TrimSpace(body[crm.FieldPhone]+body[crm.FieldEmail]) != "" && !p.CanRead(crm.CollectionContacts, crm.FieldPhone, crm.Anyone)
		if personal && !pace.allows(p.ID, checksPerHour, now()) {
			return refuse(http.StatusTooManyRequests, crm.FieldPhone, "checks_per_hour",
				fmt.Sprintf("You have looked for %d numbers and addresses in the last hour; go on later.", checksPerHour))
		}
		policy, err := crm.LoadPolicy(e.App)
		if err != nil {
			return refusal(e, err)
		}
		found, err := crm.Matches(e.App, policy, crm.Sought{
			Name: body[crm.FieldName], Phone: body[crm.FieldPhone], Email: body[crm.FieldEmail], CreditCode: body[crm.FieldCreditCode],
			Typing: e.Request.URL.Query().Get("typing") != "",
		})
		if err != nil {
			return refusal(e, err)
		}
		matches := make([]match, len(found))
		for i, m := range found {
			matches[i] = match{Name: m.Name, Owner: m.OwnerName, Why: m.Why}
			if p.Has(access.Table[crm.CollectionCustomers].See, m.Standing(p.Person)) {
				matches[i].ID = m.ID
			}
		}
		return e.JSON(http.StatusOK, map[string]any{"matches": matches})
	}
}
