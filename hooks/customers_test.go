package hooks_test

import (
	"slices"
	"testing"

	"touchbase/internal/testapp"
)

// TestNormalising stores texts, codes and phones in one form, however they are written.
func TestNormalising(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	customer := o.find("customers", o.server.Create(o.rep, "customers", o.CustomerFields(testapp.Fields{
		"name": "　苏州（ＡＢＣ）　精密　　机械有限公司 ", "credit_code": " ９１３５０１００ m000100y43 ", "region": "江苏  苏州",
		"website": " https://abc.example ", "notes": "第一行 \r\n 第二行",
	})).Want(200).Text("id"))
	o.wantFields(customer, map[string]string{
		"name": "苏州（ABC） 精密 机械有限公司", "credit_code": testapp.UsedCreditCode, "region": "江苏 苏州",
		"website": "https://abc.example", "owner": o.rep.Id, "team": o.team.Id, "stage": "prospect",
	})
	same := o.Customer(testapp.Fields{"name": "蘇州ABC精密機械股份公司"})
	if a, b := o.Reload(customer).GetString("name_key"), o.Reload(same).GetString("name_key"); a != b || a == "" {
		t.Errorf("the keys of the same name are %q and %q", a, b)
	}
	o.server.Update(o.rep, customer, testapp.Fields{"name": "苏州新名科技有限公司"}).Want(200)
	if got := o.Reload(customer).GetString("name_key"); got == o.Reload(same).GetString("name_key") {
		t.Errorf("the key stays %q though the name changed", got)
	}
}

// TestPhones reads phones with the policy's country.
func TestPhones(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for given, want := range map[string][2]string{
		"138 0013 8000": {"+8613800138000", "138****8000"},
		"１３８－００１３－８０００":     {"+8613800138000", "138****8000"},
		"+86 138-0013-8000": {"+8613800138000", "138****8000"},
		"0512-6258 1234":    {"+8651262581234", "512****1234"},
		"+1 212 555 0123":   {"+12125550123", "212****0123"},
		"12345":             {"12345", "*****"}, // impossible: kept, and flagged
	} {
		contact := o.server.Create(o.rep, "contacts", testapp.Fields{"customer": o.customer.Id, "name": "王工", "phone": given, "email": " WANG@Example.COM "}).Want(200)
		if contact.Text("phone") != want[0] || contact.Text("phone_masked") != want[1] || contact.Text("email") != "wang@example.com" {
			t.Errorf("phone %q is stored as %q, shown as %q; e-mail as %q", given, contact.Text("phone"), contact.Text("phone_masked"), contact.Text("email"))
		}
	}
	if got := o.Reload(o.customer).GetStringSlice("needs_check"); !slices.Equal(got, []string{"phone"}) {
		t.Errorf("needs_check is %v, want the impossible phone", got)
	}
	o.server.Update(o.director, o.first("policy"), testapp.Fields{"country": "US"}).Want(200)
	if got := o.server.Create(o.rep, "contacts", testapp.Fields{"customer": o.customer.Id, "name": "Ann", "phone": "(212) 555-0123"}).Want(200).Text("phone"); got != "+12125550123" {
		t.Errorf("a phone read in the United States is %q", got)
	}
}

// TestContradictions accepts what does not fit together, flags it, and takes the flag away when it fits.
func TestContradictions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, c := range []struct {
		name         string
		fields, calm testapp.Fields
		code         string
	}{
		{"few people and much revenue", testapp.Fields{"size": "1-50", "annual_revenue": "1亿"}, testapp.Fields{"annual_revenue": "99,999,999"}, "size_revenue"},
		{"cooperation to come", testapp.Fields{"cooperation_since": o.Day(1)}, testapp.Fields{"cooperation_since": o.Day(0)}, "cooperation_since"},
		{
			"cooperation long before the first contact", testapp.Fields{"first_contact_on": "2026-03-01", "cooperation_since": "2025-02-28"},
			testapp.Fields{"cooperation_since": "2025-03-01"}, "cooperation_since",
		},
		{"an identity number", testapp.Fields{"notes": "身份证11010519491231002X。"}, testapp.Fields{"notes": ""}, "identity_number"},
		{"a bank card", testapp.Fields{"decision_maker": "卡号 6222 0212 0800 1234 567 / 4111111111111111"}, testapp.Fields{"decision_maker": "李总"}, "bank_card"},
	} {
		answer := o.server.Create(o.rep, "customers", o.CustomerFields(c.fields)).Want(200)
		customer := o.find("customers", answer.Text("id"))
		if got := customer.GetStringSlice("needs_check"); !slices.Equal(got, []string{c.code}) {
			t.Errorf("%s: needs_check is %v, want %s", c.name, got, c.code)
		}
		o.server.Update(o.rep, customer, c.calm).Want(200)
		if got := o.Reload(customer).GetStringSlice("needs_check"); len(got) != 0 {
			t.Errorf("%s: needs_check is still %v", c.name, got)
		}
	}
}

// TestMissingInfo tells a new customer's file what it lacks, and takes each off as it is filled in.
func TestMissingInfo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	want := func(codes ...string) {
		t.Helper()
		if got := o.Reload(o.customer).GetStringSlice("missing_info"); !slices.Equal(got, codes) {
			t.Errorf("missing_info is %v, want %v", got, codes)
		}
	}
	want("contact", "phone", "decision_maker", "core_need", "budget_range", "preferred_channel", "verified_sources")
	o.server.Create(o.rep, "contacts", testapp.Fields{"customer": o.customer.Id, "name": "王工", "phone": "13800138000", "is_decision_maker": true}).Want(200)
	want("core_need", "budget_range", "preferred_channel", "verified_sources")
	o.Order(o.customer, 10, nil)
	o.server.Update(o.rep, o.customer, testapp.Fields{"core_need": "降本", "budget_range": "20-30万", "verified_sources": []string{"customer"}}).Want(200)
	want("preferred_channel", "renewal_intent", "verified_sources")
	o.server.Update(o.rep, o.customer, testapp.Fields{"verified_sources+": "site_visit", "preferred_channel": "wechat", "renewal_intent": "unsure"}).Want(200)
	want()
}

// TestPin pins a tier for a time.
func TestPin(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	pin := testapp.Fields{"tier_pin": "S", "tier_pin_reason": "战略客户", "tier_pin_until": o.Day(366)}
	o.server.Update(o.director, o.customer, pin).Want(200)
	o.wantFields(o.customer, map[string]string{"tier": "S"})
	for field := range pin {
		if codes := o.server.Update(o.director, o.customer, testapp.Fields{field: ""}).Want(400).Codes(); codes[field] == "" {
			t.Errorf("taking away %s alone is refused with %v", field, codes)
		}
	}
	o.server.Update(o.director, o.customer, testapp.Fields{"tier_pin": "", "tier_pin_reason": "", "tier_pin_until": ""}).Want(200)
	o.wantFields(o.customer, map[string]string{"tier": "C"})
	change, err := o.FindFirstRecordByFilter("tier_changes", "customer = {:id} && from = 'S'", map[string]any{"id": o.customer.Id})
	if err != nil || change.GetString("to") != "C" || change.GetString("cause") != "pin" || change.GetString("by") != o.director.Id {
		t.Errorf("the end of the pin is recorded as %v, %v", change, err)
	}
}
