package hooks_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestReadingOfValues writes days, moments and numbers in the shapes people use.
func TestReadingOfValues(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, c := range []struct {
		field string
		given any
		want  any // as answered; numbers are float64
	}{
		{"first_contact_on", "2025-10-15", "2025-10-15 00:00:00.000Z"},
		{"first_contact_on", "2025/1/5", "2025-01-05 00:00:00.000Z"},
		{"first_contact_on", "2025.10.15", "2025-10-15 00:00:00.000Z"},
		{"first_contact_on", "2025年10月5日", "2025-10-05 00:00:00.000Z"},
		{"first_contact_on", "2025-10-15 00:00:00.000Z", "2025-10-15 00:00:00.000Z"}, // the stored form
		{"first_contact_on", "2025-10-15 16:30:00.000Z", "2025-10-16 00:00:00.000Z"}, // its day in Shanghai
		{"first_contact_on", "2025-10-15T23:30:00+09:00", "2025-10-15 00:00:00.000Z"},
		{"cooperation_since", "２０２４－０１－０２", "2024-01-02 00:00:00.000Z"},
		{"cooperation_since", "", ""},
		{"cooperation_since", nil, ""},
		{"annual_revenue", "1,234,567.5", 1234567.5},
		{"annual_revenue", "￥３.５万", 35000.0},
		{"annual_revenue", "1.2亿", 120000000.0},
		{"annual_revenue", 42, 42.0},
		{"annual_revenue", "", 0.0},
	} {
		body := o.CustomerFields(testapp.Fields{c.field: c.given})
		if got := o.server.Create(o.rep, "customers", body).Want(200).Data[c.field]; got != c.want {
			t.Errorf("creating with %s %#v gave %#v, want %#v", c.field, c.given, got, c.want)
		}
		if got := o.server.Update(o.rep, o.customer, testapp.Fields{c.field: c.given}).Want(200).Data[c.field]; got != c.want {
			t.Errorf("changing %s to %#v gave %#v, want %#v", c.field, c.given, got, c.want)
		}
	}
	for given, want := range map[string]string{
		"2026-08-02 09:30":          "2026-08-02 01:30:00.000Z", // in the policy's zone
		"2026/8/2 09:30:15":         "2026-08-02 01:30:15.000Z",
		"2026-08-02T01:30:00.000Z":  "2026-08-02 01:30:00.000Z",
		"2026-08-02T09:30:00+09:00": "2026-08-02 00:30:00.000Z",
		"2026-08-02":                "2026-08-01 16:00:00.000Z",
	} {
		if got := o.record(testapp.Fields{"started_at": given}).Want(200).Text("started_at"); got != want {
			t.Errorf("started_at %q is stored as %q, want %q", given, got, want)
		}
	}
	if got := o.server.Create(o.rep, "contacts", testapp.Fields{"customer": o.customer.Id, "name": "王工", "birthday": "1904-02-29"}).Want(200).Text("birthday"); got != "1904-02-29 00:00:00.000Z" {
		t.Errorf("the birthday is stored as %q", got)
	}
}

// TestModifiersCountOnce adds to a number on creation and on change.
func TestModifiersCountOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body := o.CustomerFields(testapp.Fields{"annual_revenue+": "5"})
	created := o.server.Create(o.rep, "customers", body).Want(200)
	if got := created.Data["annual_revenue"]; got != 5.0 {
		t.Errorf("adding 5 to nothing gave %v", got)
	}
	record := o.find("customers", created.Text("id"))
	if got := o.server.Update(o.rep, record, testapp.Fields{"annual_revenue+": 7}).Want(200).Data["annual_revenue"]; got != 12.0 {
		t.Errorf("adding 7 to 5 gave %v", got)
	}
}

// TestUnreadableChange refuses by field what cannot be read, and leaves the record as it was.
func TestUnreadableChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	before := o.Reload(o.customer).FieldsData()
	for field, c := range map[string]struct {
		value any
		code  string
	}{
		"first_contact_on": {"2026-13-45", "unreadable_date"},
		"anniversary_on":   {true, "unreadable_date"},
		"reviewed_on":      {20260803, "unreadable_date"},
		"annual_revenue":   {"12,5", "unreadable_number"},
		"nowhere":          {"x", crm.CodeUnknownField},
		"nowhere+":         {"x", crm.CodeUnknownField},
		"region+":          {"x", crm.CodeUnknownField}, // nothing is added to a text
	} {
		if codes := o.server.Update(o.rep, o.customer, testapp.Fields{field: c.value}).Want(400).Codes(); codes[field] != c.code {
			t.Errorf("%s %v is refused with %v, want %s", field, c.value, codes, c.code)
		}
	}
	sameData(t, o.Reload(o.customer), before)
}

// sameData compares the fields of a record with an earlier state.
func sameData(t *testing.T, record *core.Record, before map[string]any) {
	t.Helper()
	for field, value := range record.FieldsData() {
		if field == "updated" || field == "assessed_at" {
			continue // when it was last written and judged is no content
		}
		if got, want := text(t, value), text(t, before[field]); got != want {
			t.Errorf("%s of %s became %s, was %s", field, record.Collection().Name, got, want)
		}
	}
}

func text(t *testing.T, value any) string {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestAmountMustBeThere keeps nothing from becoming 0, on a change too.
func TestAmountMustBeThere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	order := o.Order(o.customer, 100, nil)
	for _, nothing := range []any{nil, "", " "} {
		if got := o.server.Update(o.rep, order, testapp.Fields{"amount": nothing}).Want(400).Codes()["amount"]; got != crm.CodeRequired {
			t.Errorf("the amount %#v is refused with %q", nothing, got)
		}
	}
	o.wantFields(order, map[string]string{"amount": "100"})
	if got := o.server.Update(o.rep, order, testapp.Fields{"amount": 0}).Want(200).Data["amount"]; got != 0.0 {
		t.Errorf("0 is an amount, got %v", got)
	}
}

// computedValues are values that no client may write, by collection and field.
var computedValues = map[string]testapp.Fields{
	"customers": {
		"tier": "S", "value": "high", "potential": "key", "risk": "churn_risk", "segment": "churn_risk", "rfm": map[string]any{"r": 5},
		"tier_reason": []any{"x"}, "churn_cause": "price", "silent": true, "silent_since": "2026-01-01", "touch_mode": "recovering",
		"last_follow_up_at": "2026-01-01", "last_interaction_at": "2026-01-01", "next_follow_up_on": "2027-01-01",
		"last_order_at": "2026-01-01", "annual_purchase": 9, "window_orders": 9, "window_amount": 9, "products_bought": []any{"x"},
		"open_tasks": 9, "missing_info": []any{"phone"}, "needs_check": []any{"phone"}, "name_key": "x", "assessed_at": "2026-01-01",
		"assess_due_at": "2026-01-01", "stage": "prospect",
	},
	"contacts":   {"left_as_primary": true, "phone_masked": "1", "email_masked": "1", "wechat_masked": "1"},
	"follow_ups": {"recorded_late": true, "pace_exceeded": true, "channel_mismatch": true, "templated": true},
	"tasks":      {"postponed": 3, "rule": "x", "key": "x", "cause": "price", "reminded_at": "2026-01-01", "escalated_at": "2026-01-01", "grants": true},
	"cases":      {"respond_by": "2026-01-01", "reopened": 1, "grants": true},
	"surveys":    {"token_hash": "x"},
}

// TestComputedFields refuses what the program works out, from staff and superusers, by field; nothing and what is stored
// are no change.
func TestComputedFields(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	followUp := o.recorded(nil)
	records := map[string]*core.Record{
		"customers": o.customer, "contacts": o.Contact(o.customer, nil), "follow_ups": followUp, "orders": o.Order(o.customer, 5, nil),
		"tasks": o.Make("tasks", testapp.Fields{"customer": o.customer.Id, "title": "寄样品", "kind": "other", "due_at": o.Clock.Now()}),
		"cases": o.opened(nil), "surveys": o.Make("surveys", testapp.Fields{"customer": o.customer.Id}),
	}
	values := maps.Clone(computedValues)
	values["orders"] = testapp.Fields{"owner": o.manager.Id, "import": "x"}
	values["customers"] = with(maps.Clone(values["customers"]), testapp.Fields{"team": o.Team("华南").Id, "assigned": []string{o.rep.Id}, "import": "x"})
	for collection, fields := range values {
		record := o.Reload(records[collection])
		before := record.FieldsData()
		for field, value := range fields {
			for _, who := range []*core.Record{o.director, root} {
				answer := o.server.Update(who, record, testapp.Fields{field: value}).Want(400)
				if got := answer.Codes()[field]; got != crm.CodeComputed {
					t.Errorf("changing %s.%s as one of %s is refused with %q", collection, field, who.Collection().Name, got)
				}
				if answer = o.server.Create(who, collection, testapp.Fields{field: value}).Want(400); answer.Codes()[field] != crm.CodeComputed {
					t.Errorf("creating with %s.%s as one of %s: %s", collection, field, who.Collection().Name, answer.Body)
				}
			}
			o.server.Update(root, record, testapp.Fields{field: record.Get(field)}).Want(200)
		}
		sameData(t, o.Reload(record), before)
	}
	empty := o.CustomerFields(nil)
	for field, value := range computedValues["customers"] {
		switch value.(type) {
		case string:
			empty[field] = ""
		case bool:
			empty[field] = false
		case int:
			empty[field] = 0
		default:
			empty[field] = nil
		}
	}
	o.server.Create(root, "customers", empty).Want(200)
}

// TestWholeRecordSentBack saves as PocketBase's dashboard does: it reads a record and sends all of it back.
func TestWholeRecordSentBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	root := o.Superuser()
	o.Order(o.customer, 600000, testapp.Fields{"product": "轴承"})
	o.Contact(o.customer, testapp.Fields{"phone": "13800138000"})
	followUp := o.recorded(testapp.Fields{"status": "to_follow_up", "next_action": "报价", "next_action_on": o.Day(2), "commitments": "明天回电"})
	survey := o.Make("surveys", testapp.Fields{"customer": o.customer.Id, "answered_at": o.Clock.Now(), "nps": 0, "satisfaction": 7})
	contract := o.Make("contracts", testapp.Fields{"customer": o.customer.Id, "starts_on": o.Day(0), "amount": 5})
	for _, record := range []*core.Record{o.customer, contract, o.opened(nil), survey, followUp, o.task(followUp, crm.KindNextAction), o.task(followUp, crm.KindPromise)} {
		path := "/api/collections/" + record.Collection().Name + "/records/" + record.Id
		for _, who := range []*core.Record{root, o.rep} {
			before := o.Reload(record)
			whole := o.server.Send(who, http.MethodGet, path, nil).Want(200).Data
			after := o.server.Send(who, http.MethodPatch, path, whole).Want(200)
			if got, want := after.Data["rev"], float64(before.GetInt("rev")); crm.HasRev(record.Collection()) && got != want {
				t.Errorf("sending back %s unchanged moved rev from %v to %v", record.Collection().Name, want, got)
			}
			sameData(t, o.Reload(record), before.FieldsData())
		}
	}
	whole := o.server.Send(root, http.MethodGet, "/api/collections/customers/records/"+o.customer.Id, nil).Want(200).Data
	whole["region"] = "苏州"
	if got := o.server.Update(root, o.customer, testapp.Fields(whole)).Want(200); got.Text("region") != "苏州" || got.Data["rev"] != 1.0 {
		t.Errorf("one field changed among all gave %s", got.Body)
	}
}

// TestForms writes as a form does: every value is a text, and files come along.
func TestForms(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	send := func(method, path string, want int, values map[string]string, file string) testapp.Answer {
		t.Helper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for name, value := range values {
			if err := form.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		if file != "" {
			part, err := form.CreateFormFile("attachments", file)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(part, "报价明细")
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		return o.server.SendRaw(o.rep, method, path, &body, form.FormDataContentType()).Want(want)
	}
	path := "/api/collections/customers/records"
	values := map[string]string{"annual_revenue": "3.5万", "cooperation_since": "2025年1月2日"}
	for field, value := range o.CustomerFields(nil) {
		values[field] = fmt.Sprint(value)
	}
	customer := send(http.MethodPost, path, 200, values, "")
	if customer.Data["annual_revenue"] != 35000.0 || customer.Text("cooperation_since") != "2025-01-02 00:00:00.000Z" {
		t.Errorf("the form is stored as %s", customer.Body)
	}
	values["tier"], values["annual_revenue"] = "S", "12,5,x"
	if codes := send(http.MethodPost, path, 400, values, "").Codes(); codes["tier"] != crm.CodeComputed || codes["annual_revenue"] != "unreadable_number" {
		t.Errorf("a bad form is refused with %v", codes)
	}

	followUp := o.recorded(nil)
	path = "/api/collections/follow_ups/records/" + followUp.Id
	answer := send(http.MethodPatch, path, 200, map[string]string{"purpose": "报价", "rev": "0"}, "quote.txt")
	names, _ := answer.Data["attachments"].([]any)
	if len(names) != 1 || answer.Data["rev"] != 1.0 {
		t.Fatalf("the form with a file is stored as %s", answer.Body)
	}
	send(http.MethodPatch, path, 409, map[string]string{"purpose": "再报价", "rev": "0"}, "")
	o.server.Update(o.rep, followUp, testapp.Fields{"attachments": names, "purpose": "三报"}).Want(200)
	if got := o.Reload(followUp).GetStringSlice("attachments"); len(got) != 1 || got[0] != names[0] {
		t.Errorf("after sending the name back the attachments are %v, want %v", got, names)
	}
	o.server.Update(o.rep, followUp, testapp.Fields{"attachments-": names}).Want(200)
	o.wantFields(followUp, map[string]string{"rev": "3", "purpose": "三报"})
	if got := o.Reload(followUp).GetStringSlice("attachments"); len(got) != 0 {
		t.Errorf("the removed attachment is there: %v", got)
	}
}

// TestUpsertKeepsTheRules creates by PUT in a batch as strictly as by POST.
func TestUpsertKeepsTheRules(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	put := func(change testapp.Fields) testapp.Answer {
		return o.server.Send(o.rep, http.MethodPost, "/api/batch", testapp.Fields{"requests": []any{testapp.Fields{
			"method": "PUT", "url": "/api/collections/customers/records", "body": o.CustomerFields(change),
		}}})
	}
	for _, change := range []testapp.Fields{{"tier": "S"}, {"annual_revenue": "12,5,x"}, {"nowhere": 1}, {"first_contact_on": o.Day(1)}} {
		put(change).Want(400)
	}
	before := count(t, o, "customers")
	put(testapp.Fields{"annual_revenue": "3.5万", "id": "brandnewrecord1"}).Want(200)
	if n := count(t, o, "customers"); n != before+1 {
		t.Errorf("there are %d customers, want %d", n, before+1)
	}
	o.wantFields(o.find("customers", "brandnewrecord1"), map[string]string{"annual_revenue": "35000", "owner": o.rep.Id})
}
