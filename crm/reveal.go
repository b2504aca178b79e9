package crm

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
	"touchbase/rules"
)

// Reasons are the ready ones for which somebody asks to see what they are shown masked; the dashboard has their words. The last
// stands for a reason in words of one's own.
var Reasons = []string{"customer_called", "on_behalf_of_owner", "check_details", reasonOther}

const (
	reasonOther = "other"
	maxReason   = 200 // characters
)

// ReadReason reads the reason of a reveal: one of Reasons and, with "other", words. It gives both in one line for the audit log,
// and refuses by the fields reason and text what is none.
func ReadReason(reason, text string) (string, error) {
	text = rules.CleanText(strings.ReplaceAll(text, "\n", " "))
	switch {
	case reason == "":
		return "", validation.Errors{"reason": fieldError(CodeRequired, "Say why you need it: %s.", strings.Join(Reasons, ", "))}
	case !slices.Contains(Reasons, reason):
		return "", validation.Errors{"reason": fieldError("unknown_reason", "The reasons are %s.", strings.Join(Reasons, ", "))}
	case reason == reasonOther && text == "":
		return "", validation.Errors{"text": fieldError(CodeRequired, "Say in a few words why you need it.")}
	case utf8.RuneCountInString(text) > maxReason:
		return "", validation.Errors{"text": fieldError("too_long", "At most %d characters.", maxReason)}
	case text == "":
		return reason, nil
	}
	return reason + ": " + text, nil
}

// maskedSuffix ends the name of the field that shows a value masked.
const maskedSuffix = "_masked"

// MaskOf is the field that shows another one masked.
func MaskOf(field string) string { return field + maskedSuffix }

// The sign before the column keeps SQLite to what one person did.
const revealedSQL = "SELECT count(*) FROM audit_log WHERE actor = {:user} AND at > {:since} AND +action = {:reveal}"

// RevealedInHour counts what a user was shown in the hour before a moment. Inside the transaction of another reveal, which waits for
// those before it, the count is exact.
func RevealedInHour(tx core.App, user string, now time.Time) (revealed int, err error) {
	err = tx.DB().NewQuery(revealedSQL).Bind(dbx.Params{
		"user": user, "since": FormatMoment(now.Add(-time.Hour)), "reveal": audit.ActionReveal,
	}).Row(&revealed)
	if err != nil {
		return 0, fmt.Errorf("failed to count what somebody was shown: %w", err)
	}
	return revealed, nil
}
