package migrations

import (
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The letters that PocketBase itself writes are in Chinese, and below in English: it knows nobody's language. What somebody wrote anew in
// the settings of a collection stays as it is, both ways.
func init() {
	m.Register(func(app core.App) error {
		return changeLetters(app, func(c *core.Collection) []core.EmailTemplate { return lettersOf(core.NewAuthCollection(c.Name)) }, ourLetters)
	}, func(app core.App) error {
		return changeLetters(app, ourLetters, func(c *core.Collection) []core.EmailTemplate { return lettersOf(core.NewAuthCollection(c.Name)) })
	})
}

// changeLetters replaces those letters of people and superusers that are as they were before.
func changeLetters(app core.App, before, after func(*core.Collection) []core.EmailTemplate) error {
	var failed error
	for _, name := range []string{"users", "_superusers"} {
		failed = errors.Join(failed, changeCollection(app, name, func(c *core.Collection) {
			old, fresh := before(c), after(c)
			for i, letter := range letters(c) {
				if *letter == old[i] {
					*letter = fresh[i]
				}
			}
		}))
	}
	return failed
}

// letters are the letters of a collection, in the order of ourLetters.
func letters(c *core.Collection) []*core.EmailTemplate {
	return []*core.EmailTemplate{
		&c.VerificationTemplate, &c.ResetPasswordTemplate, &c.ConfirmEmailChangeTemplate, &c.OTP.EmailTemplate, &c.AuthAlert.EmailTemplate,
	}
}

func lettersOf(c *core.Collection) []core.EmailTemplate {
	var all []core.EmailTemplate
	for _, letter := range letters(c) {
		all = append(all, *letter)
	}
	return all
}

func ourLetters(*core.Collection) []core.EmailTemplate {
	return []core.EmailTemplate{
		{
			Subject: "确认您的邮箱 · Confirm your address – {APP_NAME}",
			Body: letter(
				"<p>您好，</p>\n<p>请点击下面的按钮，确认这是您的邮箱。</p>", button("confirm-verification", "确认邮箱"),
				"<p>如果这不是您本人的操作，请忽略此邮件。</p>",
				"<p>Hello,</p>\n<p>Please press the button to confirm that this is your e-mail address.</p>", button("confirm-verification", "Confirm address"),
				"<p>If you did not ask for this, ignore this letter.</p>"),
		},
		{
			Subject: "重设密码 · Reset your password – {APP_NAME}",
			Body: letter(
				"<p>您好，</p>\n<p>请点击下面的按钮，设置新密码。</p>", button("confirm-password-reset", "重设密码"),
				"<p>如果这不是您本人的操作，请忽略此邮件，密码不会改变。</p>",
				"<p>Hello,</p>\n<p>Please press the button to choose a new password.</p>", button("confirm-password-reset", "Reset password"),
				"<p>If you did not ask for this, ignore this letter: your password stays as it is.</p>"),
		},
		{
			Subject: "确认新邮箱 · Confirm your new address – {APP_NAME}",
			Body: letter(
				"<p>您好，</p>\n<p>请点击下面的按钮，确认您的新邮箱。</p>", button("confirm-email-change", "确认新邮箱"),
				"<p>如果这不是您本人的操作，请忽略此邮件。</p>",
				"<p>Hello,</p>\n<p>Please press the button to confirm your new e-mail address.</p>", button("confirm-email-change", "Confirm new address"),
				"<p>If you did not ask for this, ignore this letter.</p>"),
		},
		{
			Subject: "一次性验证码 · One-time password – {APP_NAME}",
			Body: letter(
				"<p>您好，</p>\n<p>您的一次性验证码是：<strong>{OTP}</strong></p>\n<p>如果这不是您本人的操作，请忽略此邮件，并且不要把验证码告诉任何人。</p>",
				"<p>Hello,</p>\n<p>Your one-time password is: <strong>{OTP}</strong></p>\n<p>If you did not ask for it, ignore this letter and tell it to nobody.</p>"),
		},
		{
			Subject: "新地点登录提醒 · Sign-in from a new place – {APP_NAME}",
			Body: letter(
				"<p>您好，</p>\n<p>您的账号在一个新的地点或设备上登录：</p>\n<p><em>{ALERT_INFO}</em></p>\n<p><strong>如果不是您本人，请立即修改密码：所有已登录的设备都会退出。</strong>如果是您本人，无需处理。</p>",
				"<p>Hello,</p>\n<p>Somebody signed in with your account from a new place or device:</p>\n<p><em>{ALERT_INFO}</em></p>\n<p><strong>If it was not you, change your password at once: that signs out every device.</strong> If it was you, there is nothing to do.</p>"),
		},
	}
}

// letter puts the Chinese half of the paragraphs above the English one, and who writes below.
func letter(paragraphs ...string) string {
	text := ""
	for i, paragraph := range paragraphs {
		if i == len(paragraphs)/2 {
			text += "<hr/>\n"
		}
		text += paragraph + "\n"
	}
	return text + "<p>{APP_NAME}</p>"
}

// button leads to a page of the dashboard.
func button(page, words string) string {
	return fmt.Sprintf(`<p><a class="btn" href="{APP_URL}/_/#/auth/%s/{TOKEN}" target="_blank" rel="noopener">%s</a></p>`, page, words)
}
