package crm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/ozzo-validation/v4/is"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// maxMatches is how many likely matches of a customer are named.
const maxMatches = 20

// Sought is what is known of somebody who may be a customer already; what is not known is empty. While it is being typed, what cannot be
// read is not known yet.
type Sought struct {
	Name, Phone, Email, CreditCode string
	Typing                         bool
}

// Match is a customer somebody may be, its owner's name (empty: it is in the pool) and what speaks for it: name, phone, email, credit_code.
type Match struct {
	Hold
	Name      string
	OwnerName string
	Why       []string
}

// clean puts what is sought into the form it is stored in. It refuses by field what could be stored of nobody.
func (s Sought) clean(policy *Policy) (Sought, error) {
	errs := validation.Errors{}
	s.Name = rules.CleanText(s.Name)
	if s.Name != "" {
		if s.Name = rules.NameKey(s.Name); s.Name == "" {
			errs[FieldName] = fieldError("unreadable_name", "A name has letters or digits.")
		}
	}
	if s.Phone = rules.CleanText(s.Phone); s.Phone != "" {
		phone, possible := CleanPhone(s.Phone, policy.Country)
		if !possible {
			errs[FieldPhone] = fieldError("unreadable_phone", "%s is no phone number that could be called.", s.Phone)
		}
		s.Phone = phone
	}
	if s.Email = strings.ToLower(rules.CleanText(s.Email)); s.Email != "" {
		if err := is.EmailFormat.Validate(s.Email); err != nil {
			errs[FieldEmail] = err
		}
	}
	if s.CreditCode = rules.CleanCreditCode(s.CreditCode); s.CreditCode != "" {
		if problem := rules.CheckCreditCode(s.CreditCode); problem != nil {
			errs[FieldCreditCode] = problemError(problem)
		}
	}
	if s.Typing {
		for name, text := range map[string]*string{FieldName: &s.Name, FieldPhone: &s.Phone, FieldEmail: &s.Email, FieldCreditCode: &s.CreditCode} {
			if errs[name] != nil {
				*text = ""
			}
		}
		return s, nil
	}
	return s, errorsOrNil(errs)
}

// matchesSQL finds the hits of each kind by its index, and reads of the customers hit no more than is told or decides what is.
const matchesSQL = `WITH hits(id, why) AS (
		SELECT id, 'name' FROM customers WHERE {:name} != '' AND name_key = {:name}
		UNION SELECT id, 'credit_code' FROM customers WHERE {:credit_code} != '' AND credit_code = {:credit_code}
		UNION SELECT customer, 'phone' FROM contacts WHERE {:phone} != '' AND phone = {:phone}
		UNION SELECT customer, 'email' FROM contacts WHERE {:email} != '' AND email = {:email})
	SELECT c.id, c.owner, c.team, c.collaborators, c.assigned, c.name, coalesce(u.name, '') owner_name, group_concat(h.why) why
	FROM hits h CROSS JOIN customers c ON c.id = h.id LEFT JOIN users u ON u.id = c.owner
	GROUP BY c.id ORDER BY count(*) DESC, c.name, c.id LIMIT {:limit}`

// Matches finds the customers somebody may be, archived ones too: those with the same name key or credit code, and those with a
// contact of the same phone or e-mail; the likeliest first. It refuses by field what cannot be read.
func Matches(app core.App, policy *Policy, s Sought) ([]Match, error) {
	s, err := s.clean(policy)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Hold
		Name      string `db:"name"`
		OwnerName string `db:"owner_name"`
		Why       string `db:"why"`
	}
	err = app.DB().NewQuery(matchesSQL).Bind(dbx.Params{
		"name": s.Name, "credit_code": s.CreditCode, "phone": s.Phone, "email": s.Email, "limit": maxMatches,
	}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("failed to look for likely matches: %w", err)
	}
	matches := make([]Match, len(rows))
	for i, row := range rows {
		why := strings.Split(row.Why, ",")
		slices.Sort(why)
		matches[i] = Match{row.Hold, row.Name, row.OwnerName, why}
	}
	return matches, nil
}
