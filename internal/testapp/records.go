package testapp

import (
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/crypto/bcrypt"

	"touchbase/crm"
)

// Fields are values of a record by field name.
type Fields map[string]any

// Make saves a record of a collection through the hooks, as the program does, and fails the test if that is refused.
func (a *App) Make(collection string, fields Fields) *core.Record {
	a.t.Helper()
	record, err := a.TryMake(collection, fields)
	if err != nil {
		a.t.Fatalf("failed to make a record of %s: %v", collection, err)
	}
	return record
}

// TryMake saves a record of a collection and gives the refusal, if there is one.
func (a *App) TryMake(collection string, fields Fields) (*core.Record, error) {
	a.t.Helper()
	c, err := a.FindCollectionByNameOrId(collection)
	if err != nil {
		a.t.Fatal(err)
	}
	record := core.NewRecord(c)
	for name, value := range fields {
		if name == "password" && value == Password {
			record.SetRaw(name, &core.PasswordFieldValue{Hash: passwordHash()})
			continue
		}
		record.Set(name, value)
	}
	return record, a.Save(record)
}

// passwordHash hashes the one password once and cheaply: done properly for everybody it would take most of the tests' time.
var passwordHash = sync.OnceValue(func() string {
	hash, err := bcrypt.GenerateFromPassword([]byte(Password), bcrypt.MinCost)
	if err != nil { // the password is short enough
		panic(err)
	}
	return string(hash)
})

// with gives fields with others laid over them.
func with(base, over Fields) Fields {
	for name, value := range over {
		base[name] = value
	}
	return base
}

func (a *App) next() int {
	a.counter++
	return a.counter
}

// Password is the password of everybody made here.
const Password = "a-long-password"

// User makes an active user of a role.
func (a *App) User(role string, fields Fields) *core.Record {
	a.t.Helper()
	n := a.next()
	return a.Make(crm.CollectionUsers, with(Fields{
		"email": fmt.Sprintf("%s%d@touchbase.example", role, n), "password": Password, "name": fmt.Sprintf("%s %d", role, n),
		"role": role, "active": true, "locale": "zh-CN",
	}, fields))
}

// Superuser makes a superuser.
func (a *App) Superuser() *core.Record {
	a.t.Helper()
	return a.Make(core.CollectionNameSuperusers, Fields{
		"email": fmt.Sprintf("root%d@touchbase.example", a.next()), "password": Password,
	})
}

// Team makes a team.
func (a *App) Team(name string) *core.Record {
	a.t.Helper()
	return a.Make(crm.CollectionTeams, Fields{"name": name})
}

// Industry gives the id of an industry by its code.
func (a *App) Industry(code string) string {
	a.t.Helper()
	record, err := a.FindFirstRecordByData(crm.CollectionIndustries, crm.FieldCode, code)
	if err != nil {
		a.t.Fatal(err)
	}
	return record.Id
}

// CustomerFields are what a customer needs, first met thirty days before the clock's today.
func (a *App) CustomerFields(fields Fields) Fields {
	a.t.Helper()
	return with(Fields{
		"name": fmt.Sprintf("客户%d有限公司", a.next()), "industry": a.Industry("34"), "size": "51-100", "source": "website",
		"first_contact_on": a.Clock.Now().In(Zone).AddDate(0, 0, -10).Format(time.DateOnly),
	}, fields)
}

// Customer makes a customer.
func (a *App) Customer(fields Fields) *core.Record {
	a.t.Helper()
	return a.Make(crm.CollectionCustomers, a.CustomerFields(fields))
}

// Contact makes a contact of a customer.
func (a *App) Contact(customer *core.Record, fields Fields) *core.Record {
	a.t.Helper()
	return a.Make(crm.CollectionContacts, with(Fields{"customer": customer.Id, "name": fmt.Sprintf("联系人%d", a.next())}, fields))
}

// Order makes an order of a customer, placed now.
func (a *App) Order(customer *core.Record, amount float64, fields Fields) *core.Record {
	a.t.Helper()
	return a.Make(crm.CollectionOrders, with(Fields{
		"customer": customer.Id, "amount": amount, "ordered_at": a.Clock.Now(),
	}, fields))
}

// FollowUpFields are what a follow-up of a customer needs: a phone call just now that settled everything.
func (a *App) FollowUpFields(customer *core.Record, fields Fields) Fields {
	return with(Fields{
		"customer": customer.Id, "started_at": crm.FormatMoment(a.Clock.Now()), "channel": "phone",
		"kind": "care", "content": fmt.Sprintf("第%d次沟通：确认了交货时间。", a.next()), "feedback": "positive", "status": "confirmed",
	}, fields)
}

// FollowUp makes a follow-up of a customer.
func (a *App) FollowUp(customer *core.Record, fields Fields) *core.Record {
	a.t.Helper()
	return a.Make(crm.CollectionFollowUps, a.FollowUpFields(customer, fields))
}

// Reload reads a record again.
func (a *App) Reload(record *core.Record) *core.Record {
	a.t.Helper()
	fresh, err := a.FindRecordById(record.Collection(), record.Id)
	if err != nil {
		a.t.Fatalf("failed to read a record again: %v", err)
	}
	return fresh
}

// Day is a day some days after the clock's today, as the API takes it.
func (a *App) Day(days int) string {
	return a.Clock.Now().In(Zone).AddDate(0, 0, days).Format(time.DateOnly)
}
