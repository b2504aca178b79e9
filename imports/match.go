package imports

import (
	"slices"
	"strings"
	"time"

	"touchbase/crm"
	"touchbase/rules"
)

// match finds the stored record a row is about, or one that an earlier row made; ok is false where it could be several.
func (r *run) match(l line) (id string, ok bool) {
	switch r.collection.Name {
	case crm.CollectionCustomers:
		return r.matchCustomer(l.text(crm.FieldCode), rules.CleanCreditCode(l.text(crm.FieldCreditCode)), l.text(crm.FieldName)), true
	case crm.CollectionContacts:
		return r.matchContact(l)
	case crm.CollectionOrders:
		return r.known.orders[l.text(crm.FieldNumber)], true
	case crm.CollectionFollowUps:
		at, _ := l.values[crm.FieldStartedAt].(time.Time)
		return r.known.followUps[followUpKey(l.one(crm.FieldCustomer), crm.FormatMoment(at), l.one(crm.FieldBy), l.text(crm.FieldByName))], true
	}
	return "", true
}

// matchCustomer goes by code, else by credit code, else by name if exactly one customer has it. A row with a code or credit
// code of its own never becomes a customer that has another one.
func (r *run) matchCustomer(code, creditCode, name string) string {
	if id := r.known.codes[code]; id != "" {
		return id
	}
	another := func(given, have string) bool { return given != "" && have != "" && given != have }
	if id := r.known.creditCodes[creditCode]; id != "" && !another(code, r.known.codeOf[id]) {
		return id
	}
	ids := r.known.nameKeys[rules.NameKey(name)]
	if len(ids) == 1 && !another(code, r.known.codeOf[ids[0]]) && !another(creditCode, r.known.creditCodeOf[ids[0]]) {
		return ids[0]
	}
	return ""
}

// matchContact goes by phone, else by e-mail; where several colleagues share one, by the name among them. Only a row that has
// neither goes by the name alone.
func (r *run) matchContact(l line) (id string, ok bool) {
	calls := r.known.contacts[l.one(crm.FieldCustomer)]
	phone, _ := crm.CleanPhone(l.text(crm.FieldPhone), r.policy.Country)
	email := strings.ToLower(l.text(crm.FieldEmail))
	named := calls[l.text(crm.FieldName)]
	for _, call := range []string{phone, email} {
		if call == "" {
			continue
		}
		ids := calls[call]
		if len(ids) > 1 {
			ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !slices.Contains(named, id) })
		}
		if len(ids) == 1 {
			return ids[0], true
		}
	}
	if phone != "" || email != "" || len(named) == 0 {
		return "", true
	}
	return named[0], len(named) == 1
}
