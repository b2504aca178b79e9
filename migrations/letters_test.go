package migrations_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/pocketbase/pocketbase/core"
)

// TestLetters: PocketBase's letters are in Chinese and below in English, with every placeholder it fills in both; one that somebody wrote
// anew stays theirs.
func TestLetters(t *testing.T) {
	t.Parallel()
	app := emptyApp(t)
	all := core.AppMigrations.Items()
	n := 0
	for n < len(all) && all[n].File != "1700000370_letters.go" {
		n++
	}
	up(t, app, n)
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	users.VerificationTemplate.Subject = "Our own words"
	if err := app.Save(users); err != nil {
		t.Fatal(err)
	}
	up(t, app, n+1)
	for _, name := range []string{"users", "_superusers"} {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "users" && c.VerificationTemplate.Subject != "Our own words" {
			t.Errorf("what somebody wrote is now %q", c.VerificationTemplate.Subject)
		}
		for placeholder, letter := range map[string]core.EmailTemplate{
			"/_/#/auth/confirm-password-reset/{TOKEN}": c.ResetPasswordTemplate, "/_/#/auth/confirm-email-change/{TOKEN}": c.ConfirmEmailChangeTemplate,
			"{OTP}": c.OTP.EmailTemplate, "{ALERT_INFO}": c.AuthAlert.EmailTemplate,
		} {
			chinese, english, _ := strings.Cut(letter.Body, "<hr/>")
			isHan := func(r rune) bool { return unicode.Is(unicode.Han, r) }
			if !strings.Contains(chinese, placeholder) || !strings.Contains(english, placeholder) || !strings.ContainsFunc(chinese, isHan) || strings.ContainsFunc(english, isHan) {
				t.Errorf("%s: the letter with %s is %s", name, placeholder, letter.Body)
			}
		}
	}
	down(t, app, 1)
	if users, err = app.FindCollectionByNameOrId("users"); err != nil || users.VerificationTemplate.Subject != "Our own words" ||
		users.ResetPasswordTemplate != core.NewAuthCollection("x").ResetPasswordTemplate {
		t.Errorf("the way back leaves %+v, %v", users.ResetPasswordTemplate, err)
	}
}
