package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// duplicates asks who somebody may be already, and gives the answer by name.
func (o *office) duplicates(as string, body testapp.Fields) map[string]map[string]any {
	o.t.Helper()
	answer := o.server.Send(o.by[as], http.MethodPost, "/api/crm/duplicates/check", body).Want(200)
	matches := map[string]map[string]any{}
	for _, item := range answer.Data["matches"].([]any) {
		match := item.(map[string]any)
		matches[match["name"].(string)] = match
	}
	return matches
}

// TestDuplicatesCheck finds likely matches by whatever one has in hand, and tells name, owner and why.
func TestDuplicatesCheck(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rep := o.by["rep"]
	held := o.Customer(testapp.Fields{"name": "苏州精密机械有限公司", "credit_code": testapp.UsedCreditCode, "owner": rep.Id, "notes": "机密"})
	o.Contact(held, testapp.Fields{"name": "李先生", "phone": "13800138000", "email": "li@example.com", "wechat": "lixiansheng"})
	pooled := o.Customer(testapp.Fields{"name": "无锡精密机械有限公司"})
	o.Contact(pooled, testapp.Fields{"phone": "13800138000"})
	o.Contact(pooled, testapp.Fields{"phone": "+86 138 0013 8000"}) // told once
	o.do("director", pooled, "archive", testapp.Fields{"reason": "x"}).Want(200)

	for _, c := range []struct {
		name string
		body testapp.Fields
		want map[string]string
	}{
		{"another spelling", testapp.Fields{"name": "蘇州精密機械股份公司"}, map[string]string{"苏州精密机械有限公司": "name"}},
		{"a phone number", testapp.Fields{"phone": "138-0013 8000"}, map[string]string{"苏州精密机械有限公司": "phone", "无锡精密机械有限公司": "phone"}},
		{"an address", testapp.Fields{"email": " LI@Example.com "}, map[string]string{"苏州精密机械有限公司": "email"}},
		{"a credit code", testapp.Fields{"credit_code": strings.ToLower(testapp.UsedCreditCode)}, map[string]string{"苏州精密机械有限公司": "credit_code"}},
		{
			"everything", testapp.Fields{"name": "苏州精密机械", "phone": "１３８００１３８０００", "email": "li@example.com", "credit_code": testapp.UsedCreditCode},
			map[string]string{"苏州精密机械有限公司": "credit_code email name phone", "无锡精密机械有限公司": "phone"},
		},
		{"nobody", testapp.Fields{"name": "南京精密机械有限公司", "phone": "13900139000", "email": "wang@example.com"}, nil},
	} {
		for _, as := range []string{"rep", "stranger", "support", "manager", "director", "superuser"} {
			matches := o.duplicates(as, c.body)
			if len(matches) != len(c.want) {
				t.Errorf("%s, %s: got %v", as, c.name, matches)
			}
			for name, why := range c.want {
				match := matches[name]
				var reasons []string
				for _, reason := range match["why"].([]any) {
					reasons = append(reasons, reason.(string))
				}
				if strings.Join(reasons, " ") != why {
					t.Errorf("%s, %s: %s because of %v, want %s", as, c.name, name, reasons, why)
				}
				owner, sees := rep.GetString("name"), as != "stranger"
				if name == pooled.GetString("name") {
					owner, sees = "", true
				}
				keys := slices.Sorted(maps.Keys(match))
				wantKeys := []string{"name", "owner", "why"}
				if sees {
					wantKeys = []string{"id", "name", "owner", "why"}
				}
				if match["owner"] != owner || !slices.Equal(keys, wantKeys) {
					t.Errorf("%s, %s: told %v", as, c.name, match)
				}
			}
		}
	}
	raw, err := json.Marshal(o.duplicates("stranger", testapp.Fields{"phone": "13800138000", "name": "苏州精密机械"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"138", "li@", "lixian", "李先生", "机密", held.Id, rep.Id, testapp.UsedCreditCode} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the answer tells %q: %s", secret, raw)
		}
	}
}

// TestDuplicatesRefused answers staff only, and refuses what cannot be read by field.
func TestDuplicatesRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for as, status := range map[string]int{"guest": 401, "left": 403, "rep": 200} {
		o.server.Send(o.by[as], http.MethodPost, "/api/crm/duplicates/check", testapp.Fields{"name": "x"}).Want(status)
	}
	for _, c := range []struct {
		body  any
		field string
		code  string
	}{
		{nil, "name", crm.CodeRequired},
		{testapp.Fields{}, "name", crm.CodeRequired},
		{testapp.Fields{"name": " ", "phone": "", "email": nil}, "name", crm.CodeRequired},
		{testapp.Fields{"name": "——"}, "name", "unreadable_name"},
		{testapp.Fields{"phone": "12345"}, "phone", "unreadable_phone"},
		{testapp.Fields{"phone": "%"}, "phone", "unreadable_phone"},
		{testapp.Fields{"phone": 13800138000}, "phone", crm.CodeUnreadableText},
		{testapp.Fields{"email": "li.at.example"}, "email", "validation_is_email"},
		{testapp.Fields{"credit_code": testapp.WrongCreditCode}, "credit_code", "credit_code_check"},
		{testapp.Fields{"owner": "x"}, "owner", crm.CodeUnknownField},
	} {
		answer := o.server.Send(o.by["rep"], http.MethodPost, "/api/crm/duplicates/check", c.body)
		if answer.Status != 400 || answer.Codes()[c.field] != c.code {
			t.Errorf("%v: got %d %s, want %s", c.body, answer.Status, answer.Body, c.code)
		}
	}
	customer := o.Customer(testapp.Fields{"name": "杭州在输入有限公司"})
	o.server.Send(o.by["rep"], http.MethodPost, "/api/crm/duplicates/check?typing=1", testapp.Fields{"phone": "1380013", "credit_code": testapp.WrongCreditCode}).Want(200)
	half := testapp.Fields{"name": customer.GetString("name"), "credit_code": testapp.WrongCreditCode, "email": "li@"}
	if answer := o.server.Send(o.by["rep"], http.MethodPost, "/api/crm/duplicates/check?typing=1", half).Want(200); !strings.Contains(answer.Body, `"why":["name"]`) {
		t.Errorf("while the rest is typed the name is found, got %s", answer.Body)
	}
}

// TestDuplicatesAreFew names the likeliest twenty.
func TestDuplicatesAreFew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range 25 {
		o.Contact(o.Customer(testapp.Fields{"name": fmt.Sprintf("公司%02d有限公司", i)}), testapp.Fields{"phone": "13800138000"})
	}
	matches := o.duplicates("rep", testapp.Fields{"name": "公司24", "phone": "13800138000"})
	if len(matches) != 20 || matches["公司24有限公司"] == nil {
		t.Errorf("%d are named, the likeliest as %v", len(matches), matches["公司24有限公司"])
	}
}
