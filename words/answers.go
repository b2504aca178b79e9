package words

import (
	"maps"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/crm"
	"touchbase/rules"
)

// Register answers every refusal of the app's server in the language it is asked in. Missing, which may be nil, is told of each sentence
// that is refused with and has no Chinese, whatever language was asked for.
func Register(app core.App, missing func(sentence string)) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id:       "crmWords",
			Priority: apis.DefaultCorsMiddlewarePriority - 1, // around all others: the request log keeps the English
			Func: func(e *core.RequestEvent) error {
				err := e.Next()
				if err == nil {
					return nil
				}
				return answer(e, router.ToApiError(err), missing)
			},
		})
		return e.Next()
	})
}

// answer gives a refusal in the language of its request.
func answer(e *core.RequestEvent, refusal *router.ApiError, missing func(sentence string)) error {
	translate := translation{language: Asked(e), missing: missing}
	if translate.language == "" && missing == nil {
		return refusal
	}
	return translate.refusal(refusal, Place{Collection: collectionOf(e)})
}

// Asked is the language a request is to be answered in, zh-CN or en: the one it asks for, else the one its sender chose, else empty.
func Asked(e *core.RequestEvent) string {
	for _, wish := range strings.Split(strings.ToLower(e.Request.Header.Get("Accept-Language")), ",") {
		switch wish = strings.TrimSpace(wish); {
		case strings.HasPrefix(wish, "zh"):
			return rules.Chinese
		case strings.HasPrefix(wish, "en"):
			return rules.English
		}
	}
	if e.Auth != nil && e.Auth.Collection().Name == crm.CollectionUsers {
		return e.Auth.GetString(crm.FieldLocale)
	}
	return ""
}

// collectionOf is the collection a request is about, as its path says; a route of ours may name none.
func collectionOf(e *core.RequestEvent) string {
	if name := e.Request.PathValue("collection"); name != "" {
		if collection, err := e.App.FindCachedCollectionByNameOrId(name); err == nil {
			return collection.Name
		}
	}
	if strings.HasPrefix(e.Request.URL.Path, "/api/crm/customers/") {
		return crm.CollectionCustomers
	}
	return ""
}

// translation is into one language; into none where it is empty, and then only tells what is missing.
type translation struct {
	language string
	missing  func(sentence string)
}

func (t translation) refusal(refusal *router.ApiError, at Place) *router.ApiError {
	told := *refusal // PocketBase keeps some of them for all requests
	told.Message = t.sentence(refusal.Message, at)
	told.Data = t.fields(refusal.Data, at)
	return &told
}

// fields translates the messages of errors by field, nested ones too: of lists, and of the requests of a batch.
func (t translation) fields(data map[string]any, at Place) map[string]any {
	told := maps.Clone(data)
	for key, value := range told {
		switch v := value.(type) {
		case map[string]any:
			told[key] = t.item(v, Place{at.Collection, key})
		case *router.ApiError:
			told[key] = t.refusal(v, Place{})
		case router.ApiError:
			told[key] = t.refusal(&v, Place{})
		}
	}
	return told
}

// item translates what is said of one field. Its params are facts for programs.
func (t translation) item(item map[string]any, at Place) map[string]any {
	message, isText := item["message"].(string)
	if _, hasCode := item["code"].(string); !hasCode || !isText {
		return t.fields(item, at)
	}
	told := maps.Clone(item)
	told["message"] = t.sentence(message, at)
	if nested, ok := item["response"].(*router.ApiError); ok {
		told["response"] = t.refusal(nested, Place{})
	}
	return told
}

func (t translation) sentence(text string, at Place) string {
	told, known := Tell(text, t.language, at)
	if !known && t.missing != nil && text != "" {
		t.missing(text)
	}
	if t.language == "" {
		return text
	}
	return told
}
