package testapp

import (
	"fmt"
	"maps"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// BadWrite is a write that has to be refused by a field and a code, whoever sends it and by whatever way.
type BadWrite struct {
	Name       string
	Collection string
	Change     Fields // laid over the fields of a good record; nil takes one away
	Field      string // that is refused
	Code       string

	// Matches marks a value that an import knows the stored record by: there such a row is a change of that record.
	Matches bool
}

// Fields are those of a good record with the change laid over them.
func (b BadWrite) Fields(app *App, customer *core.Record) Fields {
	app.t.Helper()
	fields := maps.Clone(app.GoodFields(b.Collection, customer))
	for name, value := range b.Change {
		if value == nil {
			delete(fields, name)
		} else {
			fields[name] = value
		}
	}
	return fields
}

// GoodFields are what a record of a collection that can be imported needs, as plain texts: a cell of a table holds them
// as well as a request does. Relations are ids; customer is whose contact, order or follow-up it is.
func (a *App) GoodFields(collection string, customer *core.Record) Fields {
	a.t.Helper()
	n := a.next()
	switch collection {
	case crm.CollectionCustomers:
		return a.CustomerFields(nil)
	case crm.CollectionContacts:
		return Fields{"customer": customer.Id, "name": fmt.Sprintf("联系人%d", n), "phone": fmt.Sprintf("1380013%04d", n)}
	case crm.CollectionOrders:
		return Fields{"customer": customer.Id, "number": fmt.Sprintf("GOOD-%d", n), "ordered_at": a.At(-time.Hour), "amount": "1,200.50"}
	case crm.CollectionFollowUps:
		fields := a.FollowUpFields(customer, Fields{"started_at": a.At(-time.Hour)})
		fields["content"] = fmt.Sprintf("第%d次沟通：确认了交货时间。", n)
		return fields
	}
	a.t.Fatalf("there are no good fields for %s", collection)
	return nil
}

// At is a moment some time after the clock's now, as the API takes it, in the policy's time zone.
func (a *App) At(later time.Duration) string {
	return a.Clock.Now().Add(later).In(Zone).Format(time.DateTime)
}

// Codes of customers and orders that are there, and credit codes that are right.
const (
	UsedCode        = "C-0001"
	UsedNumber      = "SO-0001"
	UsedCreditCode  = "91350100M000100Y43"
	WrongCreditCode = "91350100M000100Y44"
)

// BadWrites is the table of writes that have to be refused, and makes the records that stand in their way.
func BadWrites(app *App) []BadWrite {
	app.t.Helper()
	holder := app.Customer(Fields{"code": UsedCode, "credit_code": UsedCreditCode})
	app.Order(holder, 100, Fields{"number": UsedNumber})
	stranger := app.Contact(holder, nil)
	missing := "000000000000000" // an id nobody has

	var bad []BadWrite
	add := func(collection string, rows ...BadWrite) {
		for _, row := range rows {
			row.Collection = collection
			bad = append(bad, row)
		}
	}
	const required, date, number, choice = crm.CodeRequired, "unreadable_date", "unreadable_number", "validation_invalid_value"
	for _, field := range []string{"name", "industry", "size", "first_contact_on", "source"} {
		add(crm.CollectionCustomers, BadWrite{Name: "no " + field, Change: Fields{field: nil}, Field: field, Code: required})
	}
	add(crm.CollectionCustomers,
		BadWrite{Name: "a name of spaces", Change: Fields{"name": " 　 "}, Field: "name", Code: required},
		BadWrite{Name: "a day there is none of", Change: Fields{"first_contact_on": "2026-02-30"}, Field: "first_contact_on", Code: date},
		BadWrite{Name: "a day in words", Change: Fields{"cooperation_since": "去年"}, Field: "cooperation_since", Code: date},
		BadWrite{Name: "a wrong group of digits", Change: Fields{"annual_revenue": "12,5,x"}, Field: "annual_revenue", Code: number},
		BadWrite{Name: "an amount in words", Change: Fields{"declared_annual_purchase": "很多"}, Field: "declared_annual_purchase", Code: number},
		BadWrite{Name: "more money than there is", Change: Fields{"declared_annual_purchase": "99999999亿"}, Field: "declared_annual_purchase", Code: "too_large"},
		BadWrite{Name: "an unknown size", Change: Fields{"size": "several"}, Field: "size", Code: choice},
		BadWrite{Name: "an unknown source", Change: Fields{"source": "dream"}, Field: "source", Code: choice},
		BadWrite{Name: "a mistyped credit code", Change: Fields{"credit_code": WrongCreditCode}, Field: "credit_code", Code: "credit_code_check"},
		BadWrite{Name: "a short credit code", Change: Fields{"credit_code": "9135"}, Field: "credit_code", Code: "credit_code_length"},
		BadWrite{Name: "a credit code with an O", Change: Fields{"credit_code": "91350100M000100YO3"}, Field: "credit_code", Code: "credit_code_character"},
		BadWrite{Name: "another customer's credit code", Change: Fields{"code": "C-0002", "credit_code": UsedCreditCode}, Field: "credit_code", Code: crm.CodeInUse},
		BadWrite{Name: "another customer's code", Change: Fields{"code": UsedCode}, Field: "code", Code: crm.CodeInUse, Matches: true},
		BadWrite{Name: "a first contact to come", Change: Fields{"first_contact_on": app.Day(1)}, Field: "first_contact_on", Code: crm.CodeInFuture},
		BadWrite{Name: "half a pin", Change: Fields{"tier_pin": "S"}, Field: "tier_pin_reason", Code: required},
		BadWrite{Name: "a pin for too long", Change: Fields{"tier_pin": "S", "tier_pin_reason": "战略客户", "tier_pin_until": app.Day(367)}, Field: "tier_pin_until", Code: "pin_until"},
		BadWrite{Name: "an unknown field", Change: Fields{"colour_of_door": "red"}, Field: "colour_of_door", Code: crm.CodeUnknownField},
	)
	add(crm.CollectionContacts,
		BadWrite{Name: "a contact without name", Change: Fields{"name": nil}, Field: "name", Code: required},
		BadWrite{Name: "a contact of nobody", Change: Fields{"customer": nil}, Field: "customer", Code: required},
		BadWrite{Name: "an impossible e-mail", Change: Fields{"email": "li.at.example"}, Field: "email", Code: "validation_is_email"},
		BadWrite{Name: "an impossible birthday", Change: Fields{"birthday": "13月1日"}, Field: "birthday", Code: date},
		BadWrite{Name: "neither yes nor no", Change: Fields{"is_decision_maker": "maybe"}, Field: "is_decision_maker", Code: crm.CodeUnreadableYesNo},
		BadWrite{Name: "a primary who left", Change: Fields{"is_primary": "true", "left_on": app.Day(-1)}, Field: "is_primary", Code: "left_primary"},
		BadWrite{Name: "another customer's successor", Change: Fields{"left_on": app.Day(-1), "successor": stranger.Id}, Field: "successor", Code: "other_customer"},
	)
	add(crm.CollectionOrders,
		BadWrite{Name: "an order without amount", Change: Fields{"amount": nil}, Field: "amount", Code: required},
		BadWrite{Name: "an empty amount", Change: Fields{"amount": ""}, Field: "amount", Code: required},
		BadWrite{Name: "an unreadable amount", Change: Fields{"amount": "12,5,x"}, Field: "amount", Code: number},
		BadWrite{Name: "an amount too large to add up", Change: Fields{"amount": "-1000000000000001"}, Field: "amount", Code: "too_large"},
		BadWrite{Name: "an order without moment", Change: Fields{"ordered_at": nil}, Field: "ordered_at", Code: required},
		BadWrite{Name: "an hour there is none of", Change: Fields{"ordered_at": "2026-08-01 25:00"}, Field: "ordered_at", Code: date},
		BadWrite{Name: "another order's number", Change: Fields{"number": UsedNumber}, Field: "number", Code: crm.CodeInUse, Matches: true},
		BadWrite{Name: "a return that brings money", Change: Fields{"kind": "return", "amount": "100"}, Field: "amount", Code: "return_positive"},
		BadWrite{Name: "an order of nobody", Change: Fields{"customer": nil}, Field: "customer", Code: required},
	)
	for _, field := range []string{"started_at", "channel", "content", "feedback", "status", "customer"} {
		add(crm.CollectionFollowUps, BadWrite{Name: "a follow-up without " + field, Change: Fields{field: nil}, Field: field, Code: required})
	}
	step := Fields{"status": "to_follow_up", "next_action": "发送报价单", "next_action_on": app.Day(3)}
	stepWith := func(over Fields) Fields { return with(maps.Clone(step), over) }
	add(crm.CollectionFollowUps,
		BadWrite{Name: "a next step without words", Change: stepWith(Fields{"next_action": nil}), Field: "next_action", Code: required},
		BadWrite{Name: "a next step without day", Change: stepWith(Fields{"next_action_on": nil}), Field: "next_action_on", Code: required},
		BadWrite{Name: "a next step before the contact", Change: stepWith(Fields{"next_action_on": app.Day(-1)}), Field: "next_action_on", Code: "before_contact"},
		BadWrite{Name: "a pause without end", Change: Fields{"status": "on_hold"}, Field: "resume_on", Code: required},
		BadWrite{Name: "a call still to come", Change: Fields{"started_at": app.At(6 * time.Minute)}, Field: "started_at", Code: crm.CodeInFuture},
		BadWrite{Name: "a call that ends before it began", Change: Fields{"ended_at": app.At(-2 * time.Hour)}, Field: "ended_at", Code: "before_start"},
		BadWrite{Name: "another customer's contact", Change: Fields{"contact": stranger.Id}, Field: "contact", Code: "other_customer"},
		BadWrite{Name: "a contact nobody is", Change: Fields{"contact": missing}, Field: "contact", Code: "other_customer"},
		BadWrite{Name: "another customer's people", Change: Fields{"their_people": stranger.Id}, Field: "their_people", Code: "other_customer"},
		BadWrite{Name: "an unknown channel", Change: Fields{"channel": "pigeon"}, Field: "channel", Code: choice},
		BadWrite{Name: "an unreadable moment", Change: Fields{"started_at": "昨天下午"}, Field: "started_at", Code: date},
	)
	return bad
}
