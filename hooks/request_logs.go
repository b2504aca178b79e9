package hooks

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// bindRequestLogs keeps what people looked for out of the request logs: a filter holds telephone numbers and names, and
// whoever reads the logs need not be allowed to read those.
func bindRequestLogs(app core.App) {
	app.OnModelCreate(core.LogsTableName).BindFunc(func(e *core.ModelEvent) error {
		if entry, ok := e.Model.(*core.Log); ok {
			cleanLog(entry)
		}
		return e.Next()
	})
}

// The attributes of a log entry that can hold a value a client sent.
const (
	logURL     = "url"
	logReferer = "referer"
	logMethod  = "method"
	logError   = "error"
	logDetails = "details"
	logStatus  = "status"
)

// leftOut stands in a log entry for what it may not hold.
const leftOut = "(left out: it may quote what was looked for)"

// cleanLog takes the values out of a log entry. Why a client's request was refused is left out too where it can quote
// them; of field errors the names of the fields stay. Failures of the program itself keep their cause.
func cleanLog(entry *core.Log) {
	data := entry.Data
	for _, name := range []string{"subscriptions", "sub"} { // topics of realtime, with their filters in the query
		if topics, ok := data[name]; ok {
			data[name] = withoutQueries(topics)
		}
	}
	if _, ofTopic := data["sub"]; ofTopic {
		for _, name := range []string{"expand", "error", "errors"} {
			if _, ok := data[name]; ok {
				data[name] = leftOut
			}
		}
	}
	if data["type"] != "request" {
		return
	}
	address, _ := data[logURL].(string)
	data[logURL] = withoutValues(address)
	if referer, ok := data[logReferer].(string); ok {
		data[logReferer] = withoutValues(referer)
	}
	method, _ := data[logMethod].(string)
	entry.Message = method + " " + withoutValues(address)

	switch details := data[logDetails].(type) {
	case nil:
	case map[string]any:
		data[logDetails] = withoutTexts(details)
	default:
		if mayQuote(address) && !isOurFailure(data[logStatus]) {
			data[logDetails] = leftOut
		}
	}
	if _, failed := data[logError]; failed && mayQuote(address) && !isOurFailure(data[logStatus]) {
		data[logError] = leftOut
	}
}

// mayQuote tells whether the answer to a request can quote what was looked for: it came in the query, or in the body of
// one of our own routes.
func mayQuote(address string) bool {
	return strings.Contains(address, "?") || strings.HasPrefix(address, "/api/crm/")
}

// isOurFailure tells whether a status says that the program failed, not the client. It is a number of whatever type the
// logger made of it.
func isOurFailure(status any) bool {
	switch n := status.(type) {
	case int:
		return n >= 500
	case int64:
		return n >= 500
	case float64:
		return n >= 500
	}
	return false
}

// parameterName is a parameter as the routes have them; anything else may be a value in the wrong place.
var parameterName = regexp.MustCompile(`^[A-Za-z_]{1,20}$`)

// withoutValues keeps of an address the path and the names of the parameters.
func withoutValues(address string) string {
	path, query, asks := strings.Cut(address, "?")
	if !asks {
		return path
	}
	var names []string
	for parameter := range strings.SplitSeq(query, "&") {
		name, _, isPair := strings.Cut(parameter, "=")
		if name, err := url.QueryUnescape(name); err == nil && isPair && parameterName.MatchString(name) {
			names = append(names, name)
		}
	}
	return path + "?" + strings.Join(names, "&")
}

// withoutQueries keeps of a topic, or a list of them, what stands before the query.
func withoutQueries(topics any) any {
	switch t := topics.(type) {
	case string:
		return withoutValues(t)
	case []string:
		kept := make([]string, len(t))
		for i, topic := range t {
			kept[i] = withoutValues(topic)
		}
		return kept
	}
	return leftOut
}

// withoutTexts keeps of field errors, however nested, the names of the fields.
func withoutTexts(details map[string]any) map[string]any {
	kept := make(map[string]any, len(details))
	for name, detail := range details {
		if nested, ok := detail.(map[string]any); ok {
			kept[name] = withoutTexts(nested)
		} else {
			kept[name] = leftOut
		}
	}
	return kept
}
