package access

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// serviceKinds are the follow-ups that support sees of every customer.
var serviceKinds = []string{"service", "complaint", "care"}

// Standing says how a principal stands to a record as it is; for records of customers, as the database of app has the customer.
func (p Principal) Standing(app core.App, record *core.Record) (crm.Standing, error) {
	standing, _, err := p.Reach(app, record)
	return standing, err
}

// Reach says how a principal stands to a record, as Standing does, and whether they see the customer it is of. A record of none is
// one of a customer they see.
func (p Principal) Reach(app core.App, record *core.Record) (standing crm.Standing, sees bool, err error) {
	switch Table[record.Collection().Name].kind {
	case customers:
		return crm.HoldOf(record).Standing(p.Person), true, nil
	case ofCustomers:
		customer := record.GetString(crm.FieldCustomer)
		holds, err := crm.Holds(app, customer)
		if err != nil {
			return 0, false, err
		}
		hold, known := holds[customer]
		sees = customer == "" || known && p.Has(Table[crm.CollectionCustomers].See, hold.Standing(p.Person))
		return p.standingUnder(holds, record), sees, nil
	case people:
		return p.standingBy(record.Id, record.GetString(crm.FieldTeam)), true, nil
	case notices:
		return p.standingBy(record.GetString(crm.FieldUser), ""), true, nil
	case planned:
		return p.standingBy(record.GetString(crm.FieldOwner), record.GetString(crm.FieldTeam)), true, nil
	case files:
		s, err := p.standingToFile(app, record)
		return s, true, err
	}
	return crm.Anyone, true, nil
}

// standingBy says how a principal stands to what is of a person and of a team.
func (p Principal) standingBy(person, team string) crm.Standing {
	s := crm.Anyone
	if person != "" && person == p.ID {
		s |= crm.Self
	}
	if team != "" && team == p.Team {
		s |= crm.Team
	}
	return s
}

// standingUnder says how a principal stands to a record of a customer. Where the customer is gone already, as in a deletion
// that takes its records along, it is no closer than anybody's.
func (p Principal) standingUnder(holds map[string]crm.Hold, record *core.Record) crm.Standing {
	s := crm.Anyone
	if hold, known := holds[record.GetString(crm.FieldCustomer)]; known {
		s = hold.Standing(p.Person)
	}
	if p.ID == "" {
		return s
	}
	switch record.Collection().Name {
	case crm.CollectionTasks:
		if record.GetString(crm.FieldAssignee) == p.ID {
			s |= crm.Assignee
		}
		if record.GetString(crm.FieldBy) == p.ID {
			s |= crm.Self
			if record.GetString(crm.FieldAssignee) == "" {
				s |= crm.Assignee // nobody else would be there to do it
			}
		}
	case crm.CollectionFollowUps:
		if record.GetString(crm.FieldBy) == p.ID {
			s |= crm.Self
		}
		if slices.Contains(serviceKinds, record.GetString(crm.FieldKind)) {
			s |= crm.Service
		}
	}
	return s
}

func (p Principal) standingToFile(app core.App, record *core.Record) (crm.Standing, error) {
	s, by := crm.Anyone, record.GetString(crm.FieldBy)
	if by == "" {
		return s, nil
	}
	if by == p.ID {
		s |= crm.Self
	}
	if p.Team == "" {
		return s, nil
	}
	var colleagues int
	err := app.DB().Select("count(*)").From(crm.CollectionUsers).Where(dbx.HashExp{core.FieldNameId: by, crm.FieldTeam: p.Team}).Row(&colleagues)
	if colleagues > 0 {
		s |= crm.Team
	}
	return s, err
}

// standingKey is where Prepare leaves what it found out about a record. No field's name begins with the sign.
const standingKey = "@standing"

// Prepare works out how a principal stands to records of one collection at once, so that Standings need not ask for each.
func (p Principal) Prepare(app core.App, collection string, records []*core.Record) error {
	if Table[collection].kind != ofCustomers || !p.asks(collection) || len(records) < 2 {
		return nil
	}
	var ids []string
	for _, record := range records {
		ids = append(ids, record.GetString(crm.FieldCustomer))
	}
	slices.Sort(ids)
	holds, err := crm.Holds(app, slices.Compact(ids)...)
	if err != nil {
		return err
	}
	for _, record := range records {
		record.SetRaw(standingKey, p.standingUnder(holds, record))
	}
	return nil
}
