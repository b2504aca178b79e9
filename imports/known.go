package imports

import (
	"fmt"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/rules"
)

// index finds records by what people call them. A name that two records share finds neither.
type index map[string][]string

func (x index) add(name, id string) {
	if name == "" {
		return
	}
	for _, have := range x[name] {
		if have == id {
			return
		}
	}
	x[name] = append(x[name], id)
}

// known is what the cells of a spreadsheet may refer to, read once.
type known struct {
	policy     *crm.Policy
	people     index             // users by id, e-mail and name
	industries index             // by id, code, name, English name and alias
	sections   map[string]string // section → its name
	divisions  map[string]string // division → its name
	tags       index

	customers    index // by id
	names        index
	nameKeys     index
	codes        map[string]string // code → customer
	codeOf       map[string]string // customer → code
	creditCodes  map[string]string
	creditCodeOf map[string]string
	owners       map[string]string // customer → owner

	contacts    map[string]index  // customer → contacts by id, phone, e-mail and name
	primaries   map[string]bool   // customers that have a primary contact
	orders      map[string]string // number → order
	firstOrders map[string]string // customer → moment of the first order that counts
	followUps   map[string]string // customer, moment and author → follow-up
}

func loadKnown(app core.App, kind string, policy *crm.Policy) (*known, error) {
	k := &known{
		policy: policy, people: index{}, industries: index{}, sections: map[string]string{}, divisions: map[string]string{}, tags: index{},
		customers: index{}, names: index{}, nameKeys: index{}, codes: map[string]string{}, codeOf: map[string]string{},
		creditCodes: map[string]string{}, creditCodeOf: map[string]string{}, owners: map[string]string{},
		contacts: map[string]index{}, primaries: map[string]bool{}, orders: map[string]string{}, firstOrders: map[string]string{}, followUps: map[string]string{},
	}
	loads := []func(core.App) error{k.loadPeople, k.loadCustomers}
	switch kind {
	case crm.CollectionCustomers:
		loads = append(loads, k.loadIndustries, k.loadTags)
	case crm.CollectionContacts:
		loads = append(loads, k.loadContacts)
	case crm.CollectionOrders:
		loads = append(loads, k.loadOrders)
	case crm.CollectionFollowUps:
		loads = append(loads, k.loadContacts, k.loadFollowUps, k.loadTags)
	}
	for _, load := range loads {
		if err := load(app); err != nil {
			return nil, fmt.Errorf("failed to read what the file may refer to: %w", err)
		}
	}
	return k, nil
}

// each runs a query of text columns and hands over its rows.
func each(app core.App, query string, row func(cells []string)) error {
	rows, err := app.DB().NewQuery(query).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	cells := make([]string, len(columns))
	targets := make([]any, len(columns))
	for i := range cells {
		targets[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		row(cells)
	}
	return rows.Err()
}

func (k *known) loadPeople(app core.App) error {
	return each(app, "SELECT id, email, name FROM users", func(c []string) {
		k.people.add(c[0], c[0])
		k.people.add(strings.ToLower(c[1]), c[0])
		k.people.add(c[2], c[0])
	})
}

func (k *known) loadIndustries(app core.App) error {
	return each(app, `SELECT i.id, i.code, i.name, i.name_en, coalesce(a.value, '') FROM industries i
		LEFT JOIN json_each(i.aliases) a`, func(c []string) {
		for _, name := range c {
			k.industries.add(strings.ToLower(clean(name)), c[0])
		}
		if c[1] < "A" { // a division has a number, a section a letter
			k.divisions[c[0]] = c[2]
		} else {
			k.sections[c[0]] = c[2]
		}
	})
}

// industry finds an industry. A section and its only division have one name: who writes it means the division.
func (k *known) industry(text string) []string {
	ids := k.industries[strings.ToLower(text)]
	if len(ids) != 2 {
		return ids
	}
	for i, id := range ids {
		if name := k.divisions[id]; name != "" && name == k.sections[ids[1-i]] {
			return []string{id}
		}
	}
	return ids
}

func (k *known) loadTags(app core.App) error {
	return each(app, "SELECT id, name FROM tags", func(c []string) {
		k.tags.add(c[0], c[0])
		k.tags.add(strings.ToLower(c[1]), c[0])
	})
}

func (k *known) loadCustomers(app core.App) error {
	return each(app, "SELECT id, code, credit_code, name, name_key, owner FROM customers", func(c []string) {
		k.addCustomer(c[0], c[1], c[2], c[3], c[4], c[5])
	})
}

func (k *known) addCustomer(id, code, creditCode, name, nameKey, owner string) {
	k.customers.add(id, id)
	if code != "" {
		k.codes[code], k.codeOf[id] = id, code
	}
	if creditCode != "" {
		k.creditCodes[creditCode], k.creditCodeOf[id] = id, creditCode
	}
	k.names.add(name, id)
	k.nameKeys.add(nameKey, id)
	k.owners[id] = owner
}

func (k *known) loadContacts(app core.App) error {
	return each(app, "SELECT customer, id, phone, email, name, is_primary FROM contacts", func(c []string) {
		k.addContact(c[0], c[1], c[2], c[3], c[4])
		k.primaries[c[0]] = k.primaries[c[0]] || c[5] == "1" || c[5] == "true"
	})
}

func (k *known) addContact(customer, id, phone, email, name string) {
	if k.contacts[customer] == nil {
		k.contacts[customer] = index{}
	}
	for _, call := range []string{id, phone, strings.ToLower(email), name} {
		k.contacts[customer].add(call, id)
	}
}

func (k *known) loadOrders(app core.App) error {
	err := each(app, "SELECT number, id FROM orders WHERE number != ''", func(c []string) { k.orders[c[0]] = c[1] })
	if err != nil {
		return err
	}
	return each(app, "SELECT customer, min(ordered_at) FROM orders WHERE amount >= 0 AND NOT cancelled GROUP BY customer",
		func(c []string) { k.firstOrders[c[0]] = c[1] })
}

func (k *known) loadFollowUps(app core.App) error {
	return each(app, "SELECT customer, started_at, [[by]], by_name, id FROM follow_ups", func(c []string) {
		k.followUps[followUpKey(c[0], c[1], c[2], c[3])] = c[4]
	})
}

func followUpKey(customer, startedAt, by, byName string) string {
	return strings.Join([]string{customer, startedAt, by, byName}, "\n")
}

// customer finds a customer by id, code, credit code or name, whichever is unique.
func (k *known) customer(text string) []string {
	if ids := k.customers[text]; len(ids) > 0 {
		return ids
	}
	if id, ok := k.codes[text]; ok {
		return []string{id}
	}
	if id, ok := k.creditCodes[rules.CleanCreditCode(text)]; ok {
		return []string{id}
	}
	if ids := k.names[text]; len(ids) == 1 {
		return ids
	}
	return k.nameKeys[rules.NameKey(text)]
}

// inUse refuses what has to be unique and stands on another record, also on one that an earlier row of the file made and
// that is not written yet.
func (k *known) inUse(record *core.Record) validation.Errors {
	errs := validation.Errors{}
	check := func(field string, known map[string]string) {
		if of := known[record.GetString(field)]; of != "" && of != record.Id {
			errs[field] = validation.NewError(crm.CodeInUse, fmt.Sprintf("Another record has %s already.", record.GetString(field)))
		}
	}
	switch record.Collection().Name {
	case crm.CollectionCustomers:
		check(crm.FieldCode, k.codes)
		check(crm.FieldCreditCode, k.creditCodes)
	case crm.CollectionOrders:
		check(crm.FieldNumber, k.orders)
	}
	return errs
}

// contact finds a contact of a customer by id, phone, e-mail or name.
func (k *known) contact(customer, text string) []string {
	calls := k.contacts[customer]
	if ids := calls[text]; len(ids) > 0 {
		return ids
	}
	if ids := calls[strings.ToLower(text)]; len(ids) > 0 {
		return ids
	}
	if phone, possible := crm.CleanPhone(text, k.policy.Country); possible {
		return calls[phone]
	}
	return nil
}

// find gives the records a cell of a relation field names. The customer is that of the row, for its contacts.
func (k *known) find(collection, customer, text string) []string {
	switch collection {
	case crm.CollectionUsers:
		if ids := k.people[text]; len(ids) > 0 {
			return ids
		}
		return k.people[strings.ToLower(text)]
	case crm.CollectionIndustries:
		return k.industry(text)
	case crm.CollectionTags:
		return k.tags[strings.ToLower(text)]
	case crm.CollectionCustomers:
		return k.customer(text)
	case crm.CollectionContacts:
		return k.contact(customer, text)
	}
	return nil
}

// splitList takes a cell that holds several names apart.
func splitList(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|，；、", r) })
}
