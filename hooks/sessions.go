package hooks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/rules"
	"touchbase/words"
)

// bindSessions shuts the API to people signed in who are no longer active or have no role, whatever they ask for and by
// whatever token, and tells them so.
func (h *hooks) bindSessions(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id:       "crmSessions",
			Priority: apis.DefaultRateLimitMiddlewarePriority + 1, // who asks is known, and how often limited
			Func:     requireRights,
		})
		return e.Next()
	})
	app.OnRealtimeSubscribeRequest().BindFunc(func(e *core.RealtimeSubscribeRequestEvent) error {
		ours := func(topic string) bool { return strings.HasPrefix(topic, crm.TopicPrefix) }
		if slices.ContainsFunc(e.Subscriptions, ours) && !crm.MayListen(e.Auth) {
			return e.ForbiddenError("These topics are for active staff.", nil)
		}
		return e.Next()
	})
}

// requireRights lets a request through unless it is signed by somebody without rights: by the token in its header or, for
// files, in its query. Signing in is open to everybody, also over the token of somebody else.
func requireRights(e *core.RequestEvent) error {
	if !strings.HasPrefix(e.Request.URL.Path, "/api/") {
		return e.Next()
	}
	people := []*core.Record{e.Auth}
	if token := e.Request.URL.Query().Get("token"); token != "" {
		// What is no valid token opens nothing anyway.
		if person, err := e.App.FindAuthRecordByToken(token, core.TokenTypeFile); err == nil {
			people = append(people, person)
		}
	}
	for _, person := range people {
		code := crm.RightsLost(person)
		if code == "" {
			continue
		}
		if isSigningIn(e) {
			e.Auth = nil
			continue
		}
		return refuseAccount(e, person, code)
	}
	return e.Next()
}

// renewRights gives the sender of a write the rights they have in its transaction.
func renewRights(e *core.RequestEvent) error {
	if e.Auth == nil {
		return nil
	}
	person, err := access.Renewed(e.App, e.Auth)
	if err != nil {
		return err
	}
	if person == nil {
		return e.UnauthorizedError("You were signed out meanwhile. Sign in again.", nil)
	}
	if code := crm.RightsLost(person); code != "" {
		return refuseAccount(e, person, code)
	}
	e.Auth = person
	return nil
}

// isSigningIn tells whether a request is a way to get a token, which asks for none.
func isSigningIn(e *core.RequestEvent) bool {
	_, action, _ := strings.Cut(e.Request.Pattern, "/collections/{collection}/")
	switch action {
	case "auth-methods", "auth-with-password", "auth-with-otp", "request-otp", "request-password-reset", "confirm-password-reset":
		return true
	}
	return false
}

// namedDirectors is how many directors a sentence names at most.
const namedDirectors = 3

// refuseAccount says that an account has no rights, and whom to ask, in the language of its owner; in both where that is
// not known.
func refuseAccount(e *core.RequestEvent, person *core.Record, code string) error {
	var directors []string
	err := e.App.DB().Select(crm.FieldName).From(crm.CollectionUsers).Where(crm.ActiveDirectors()).
		OrderBy(crm.FieldName).Limit(namedDirectors).Column(&directors)
	if err != nil {
		return fmt.Errorf("failed to find the directors: %w", err)
	}
	sentence, names := "Your account is deactivated. Ask whoever runs this program.", strings.Join(directors, " or ")
	switch {
	case code == crm.CodeNoRole && names != "":
		sentence = fmt.Sprintf("Your account has no role yet. Ask %s.", names)
	case code == crm.CodeNoRole:
		sentence = "Your account has no role yet. Ask whoever runs this program."
	case names != "":
		sentence = fmt.Sprintf("Your account is deactivated. Ask %s.", names)
	}
	refusal := router.NewForbiddenError(sentence, nil)
	language := words.Asked(e)
	if language == "" {
		language = person.GetString(crm.FieldLocale)
	}
	if refusal.Message, _ = words.Tell(sentence, language, words.Place{}); language == "" {
		chinese, _ := words.Tell(sentence, rules.Chinese, words.Place{})
		refusal.Message = chinese + " " + sentence
	}
	refusal.Data = map[string]any{"account": map[string]any{"code": code, "message": refusal.Message}}
	return refusal
}
