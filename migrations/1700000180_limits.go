package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// How often one address may ask, which PocketBase leaves unlimited. An office of twenty is one address: it starts its
// morning within a minute, and its work is not slowed down. Guessing a password is limited further by the hooks. The way
// back is to PocketBase's own defaults.
func init() {
	const second, minute = 1, 60
	letter := func(label string) core.RateLimitRule { // what sends a letter, or answers one
		return core.RateLimitRule{Label: label, MaxRequests: 10, Duration: minute}
	}
	m.Register(func(app core.App) error {
		s := app.Settings()
		s.RateLimits.Enabled = true
		s.RateLimits.Rules = []core.RateLimitRule{
			{Label: "*:auth", MaxRequests: 30, Duration: minute},
			letter("*:requestPasswordReset"), letter("*:confirmPasswordReset"),
			letter("*:requestOTP"),
			letter("*:requestVerification"), letter("*:confirmVerification"),
			letter("*:requestEmailChange"), letter("*:confirmEmailChange"),
			{Label: "/api/crm/reveal", MaxRequests: 30, Duration: minute},
			{Label: "/api/crm/duplicates/check", MaxRequests: 120, Duration: minute},
			{Label: "/api/", Audience: core.RateLimitRuleAudienceGuest, MaxRequests: 300, Duration: 10 * second},
			{Label: "/api/", Audience: core.RateLimitRuleAudienceAuth, MaxRequests: 2000, Duration: 10 * second},
		}
		return app.Save(s)
	}, func(app core.App) error {
		s := app.Settings()
		s.RateLimits.Enabled = false
		s.RateLimits.Rules = []core.RateLimitRule{
			{Label: "*:auth", MaxRequests: 2, Duration: 3 * second},
			{Label: "*:create", MaxRequests: 20, Duration: 5 * second},
			{Label: "/api/batch", MaxRequests: 3, Duration: second},
			{Label: "/api/", MaxRequests: 300, Duration: 10 * second},
		}
		return app.Save(s)
	})
}
