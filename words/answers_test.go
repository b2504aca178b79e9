package words_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// TestAnswersInTheReadersLanguage: as the request asks, else as its sender chose, else in English; the codes are the same in all.
func TestAnswersInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	director, english := app.User("director", nil), app.User("director", testapp.Fields{"locale": "en"})
	customer := app.Customer(nil)
	for _, test := range []struct {
		name          string
		as            *core.Record
		method, path  string
		body          any
		headers       []string
		message, data string
	}{
		{"one's own choice", director, "POST", "/api/collections/customers/records", testapp.Fields{"name": ""}, nil, "未能新建", "请填写"},
		{"the other choice", english, "POST", "/api/collections/customers/records", testapp.Fields{"name": ""}, nil, "Failed to create record.", "Cannot be blank."},
		{"asked for", english, "POST", "/api/collections/customers/records", testapp.Fields{"name": ""}, []string{"Accept-Language", "zh-CN,zh;q=0.9"}, "未能新建", "请填写"},
		{"asked for the other", director, "POST", "/api/collections/customers/records", testapp.Fields{"name": ""}, []string{"Accept-Language", "en"}, "Failed", "Cannot be blank."},
		{"a guest", nil, "POST", "/api/collections/users/auth-with-password", testapp.Fields{"identity": "x", "password": "y"}, nil, "Failed to authenticate.", ""},
		{"a guest who asks", nil, "POST", "/api/collections/users/auth-with-password", testapp.Fields{"identity": "x", "password": "y"}, []string{"Accept-Language", "zh-CN"}, "登录失败", ""},
		{"a language there is none of", nil, "GET", "/api/crm/today", nil, []string{"Accept-Language", "fr"}, "Sign in first.", ""},
		{"a field by its label", director, "PATCH", "/api/collections/customers/records/" + customer.Id, testapp.Fields{"tier": "S"}, nil, "未能保存", "由系统计算"},
		{"an unknown collection", director, "GET", "/api/collections/nothing/records", nil, nil, "没有", ""},
		{"a file", director, "GET", "/api/files/customers/" + customer.Id + "/none.pdf", nil, nil, "没有", ""},
		{"realtime", director, "POST", "/api/realtime", testapp.Fields{"clientId": "none"}, nil, "实时连接", ""},
		{"a batch", director, "POST", "/api/batch", testapp.Fields{"requests": []any{map[string]any{
			"method": "POST", "url": "/api/collections/customers/records", "body": map[string]any{"name": ""},
		}}}, nil, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := server.Send(test.as, test.method, test.path, test.body, test.headers...)
			if answer.Status < http.StatusBadRequest {
				t.Fatalf("got %d: %s", answer.Status, answer.Body)
			}
			if !strings.Contains(answer.Text("message"), test.message) || !strings.Contains(answer.Body, test.data) {
				t.Errorf("want %q and %q: %s", test.message, test.data, answer.Body)
			}
		})
	}
}

// TestNestedAnswers translates what a batch says of its requests.
func TestNestedAnswers(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Settings().Batch.Enabled = true
	app.Settings().Batch.MaxRequests = 10
	if err := app.Save(app.Settings()); err != nil {
		t.Fatal(err)
	}
	answer := app.Serve().Send(app.User("director", nil), "POST", "/api/batch", testapp.Fields{"requests": []any{
		map[string]any{"method": "POST", "url": "/api/collections/customers/records", "body": map[string]any{"name": ""}},
	}}).Want(400)
	for _, want := range []string{"批量操作失败", "其中一项失败", "未能新建", "请填写", `"code":"validation_required"`} {
		if !strings.Contains(answer.Body, want) {
			t.Errorf("the answer does not say %s: %s", want, answer.Body)
		}
	}
	if strings.Contains(answer.Body, "Failed") || strings.Contains(answer.Body, "blank") {
		t.Errorf("some of the answer is English: %s", answer.Body)
	}
}
