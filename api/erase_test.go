package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
	"touchbase/crm"
	"touchbase/internal/testapp"
)

// A person who asks for it is forgotten in the record and in the log, which stays whole.
func TestErase(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server, director, rep := app.Serve(), app.User(crm.RoleDirector, nil), app.User(crm.RoleRep, nil)
	customer := app.Customer(testapp.Fields{"owner": rep.Id})
	personal := testapp.Fields{
		"name": "欧阳秘密", "title": "采购秘书长", "phone": "13912345678", "email": "geheim@secret.example", "wechat": "wx_secret_9", "birthday": "1987-06-05", "note": "左撇子秘密",
	}
	personal["customer"] = customer.Id
	id := server.Create(rep, "contacts", personal).Want(200).Text("id")
	contact, err := app.FindRecordById("contacts", id)
	if err != nil {
		t.Fatal(err)
	}
	server.Update(rep, contact, testapp.Fields{"phone": "13987654321"}).Want(200)
	followUp := app.FollowUp(customer, testapp.Fields{"contact": id, "by": rep.Id})
	opened := app.Make("cases", testapp.Fields{"customer": customer.Id, "contact": id, "kind": "question", "subject": "交期"})
	survey := app.Make("surveys", testapp.Fields{"customer": customer.Id, "contact": id})
	path := "/api/crm/contacts/" + id + "/erase"

	server.Send(rep, http.MethodPost, path, testapp.Fields{"reason": "x"}).Want(403)
	server.Send(nil, http.MethodPost, path, testapp.Fields{"reason": "x"}).Want(401)
	if codes := server.Send(director, http.MethodPost, path, testapp.Fields{"reason": " "}).Want(400).Codes(); codes["reason"] == "" {
		t.Errorf("without a reason it is refused with %v", codes)
	}
	server.Send(director, http.MethodPost, "/api/crm/contacts/nobody/erase", testapp.Fields{"reason": "x"}).Want(404)
	server.Send(director, http.MethodPost, path, testapp.Fields{"reason": "asked on 2026-08-03"}).Want(200)

	var everything []string
	if err := app.DB().NewQuery(`SELECT changes || note FROM audit_log UNION ALL SELECT name || title || phone || email || wechat || birthday || note ||
		phone_masked || email_masked || wechat_masked FROM contacts`).Column(&everything); err != nil {
		t.Fatal(err)
	}
	left := strings.Join(everything, "\n")
	for _, secret := range []string{"欧阳", "秘书长", "139", "geheim", "wx_secret", "1987", "左撇子", "4321", "5678"} {
		if strings.Contains(left, secret) {
			t.Errorf("%s is still there", secret)
		}
	}
	if !strings.Contains(left, "asked on 2026-08-03") {
		t.Error("the log does not say why")
	}
	for _, record := range []*core.Record{followUp, opened, survey} {
		if app.Reload(record).GetString("contact") != id {
			t.Errorf("that one of %s was with them is gone", record.Collection().Name)
		}
	}
	report, err := audit.Verify(app, "")
	if err != nil || !report.OK() {
		t.Errorf("the log is not whole: %+v %v", report, err)
	}
}
