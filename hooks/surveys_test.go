package hooks_test

import (
	"testing"
	"time"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestSurveyAnswer takes an answer with both scores, once, in its time.
func TestSurveyAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stranger := o.Contact(o.Customer(testapp.Fields{"owner": o.rep.Id}), nil)
	contact := o.Contact(o.customer, nil)
	good := func() testapp.Fields {
		return testapp.Fields{
			"customer": o.customer.Id, "contact": contact.Id, "sent_at": o.At(-48 * time.Hour), "expires_at": o.At(240 * time.Hour),
			"answered_at": o.At(-time.Hour), "nps": 0, "satisfaction": 10,
		}
	}
	for _, c := range []struct {
		name, field, code string
		fields            testapp.Fields
	}{
		{"right", "", "", nil},
		{"not answered yet", "", "", testapp.Fields{"answered_at": "", "nps": nil, "satisfaction": nil}},
		{"a phone's clock ahead", "", "", testapp.Fields{"answered_at": o.At(4 * time.Minute)}},
		{"without NPS", "nps", crm.CodeRequired, testapp.Fields{"nps": nil}},
		{"without satisfaction", "satisfaction", crm.CodeRequired, testapp.Fields{"satisfaction": ""}},
		{"more than there is", "nps", "validation_max_number_constraint", testapp.Fields{"nps": 11}},
		{"less than there is", "satisfaction", "validation_min_number_constraint", testapp.Fields{"satisfaction": -1}},
		{"half a point", "satisfaction", "validation_only_int_constraint", testapp.Fields{"satisfaction": 7.5}},
		{"from the future", "answered_at", crm.CodeInFuture, testapp.Fields{"answered_at": o.At(6 * time.Minute)}},
		{"before it was sent", "answered_at", "before_sent", testapp.Fields{"answered_at": o.At(-49 * time.Hour)}},
		{"too late", "answered_at", "expired", testapp.Fields{"expires_at": o.At(-2 * time.Hour)}},
		{"expiring before it is sent", "expires_at", "before_sent", testapp.Fields{"expires_at": o.At(-50 * time.Hour)}},
		{"sent in the future", "sent_at", crm.CodeInFuture, testapp.Fields{"sent_at": o.At(time.Hour), "answered_at": "", "nps": 0, "satisfaction": 0}},
		{"scores without an answer", "nps", "not_answered", testapp.Fields{"answered_at": "", "nps": 3}},
		{"words without an answer", "comment", "not_answered", testapp.Fields{"answered_at": "", "nps": 0, "satisfaction": 0, "comment": "很好"}},
		{"another's contact", "contact", crm.CodeOtherCustomer, testapp.Fields{"contact": stranger.Id}},
		{"a link of one's own", "token_hash", crm.CodeComputed, testapp.Fields{"token_hash": "abc"}},
	} {
		answer := o.server.Create(o.rep, crm.CollectionSurveys, with(good(), c.fields))
		if got := answer.Codes()[c.field]; got != c.code || (c.code == "") != (answer.Status == 200) {
			t.Errorf("%s: %d, %s is refused with %q, want %q", c.name, answer.Status, c.field, got, c.code)
		}
	}
}

// TestSurveyIsAnsweredOnce keeps an answer as it was given; 0 is one.
func TestSurveyIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	survey := o.find(crm.CollectionSurveys, o.server.Create(o.rep, crm.CollectionSurveys, testapp.Fields{"customer": o.customer.Id}).Want(200).Text("id"))
	o.wantFields(survey, map[string]string{"sent_at": "2026-08-03 02:00:00.000Z", "answered_at": ""})
	if codes := o.server.Update(o.rep, survey, testapp.Fields{"answered_at": o.At(0)}).Want(400).Codes(); codes["nps"] != crm.CodeRequired || codes["satisfaction"] != crm.CodeRequired {
		t.Errorf("an answer without scores is refused with %v", codes)
	}
	o.server.Update(o.rep, survey, testapp.Fields{"answered_at": o.At(0), "nps": 0, "satisfaction": 0, "comment": "没用过"}).Want(200)
	o.wantFields(survey, map[string]string{"answered_at": "2026-08-03 02:00:00.000Z", "nps": "0", "satisfaction": "0"})
	other := testapp.Fields{"answered_at": "", "nps": 9, "satisfaction": 1, "comment": "很好"}
	for field, value := range other {
		if got := o.server.Update(o.Superuser(), survey, testapp.Fields{field: value}).Want(400).Codes()[field]; got != "answered" {
			t.Errorf("another %s is refused with %q", field, got)
		}
	}
	o.server.Update(o.rep, survey, testapp.Fields{"nps": 0, "comment": "没用过", "expires_at": o.At(time.Hour)}).Want(200) // the answer as it is
}
