package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/audit"
	"touchbase/rules"
)

// Notice is something that people are told once.
type Notice struct {
	To       []string  // users; those who are not active are not told
	Kind     string    // one of the kinds of the collection notifications
	Title    [2]string // Chinese, English: each is told in their language. It quotes no restricted fact.
	Body     [2]string // likewise
	Customer string
	Task     string
	Key      string // names the occasion: whoever has been told of it is not told again; empty: every time
	Urgent   bool   // its deadline is a matter of hours
}

// Notify tells people, in the transaction of what they are told about. Whoever is behind that transaction did it, and is not told.
func Notify(app core.App, n Notice, now time.Time) error {
	collection, err := app.FindCachedCollectionByNameOrId(CollectionNotifications)
	if err != nil {
		return err
	}
	created, err := types.ParseDateTime(now)
	if err != nil {
		return err
	}
	told := map[string]bool{audit.Behind(app).User(): true}
	for _, id := range n.To {
		if told[id] {
			continue
		}
		told[id] = true
		who, err := activePerson(app, id)
		if err != nil {
			return err
		}
		if who == nil {
			continue
		}
		key := ""
		if n.Key != "" {
			key = n.Key + ":" + id
			known, err := exists(app, CollectionNotifications, dbx.HashExp{FieldKey: key})
			if err != nil {
				return err
			}
			if known {
				continue
			}
		}
		locale := who.language()
		record := core.NewRecord(collection)
		record.Load(map[string]any{
			FieldUser: id, FieldKind: n.Kind, FieldTitle: cut(n.Title[locale]), FieldBody: n.Body[locale], FieldCustomer: n.Customer,
			FieldTask: n.Task, FieldKey: key, FieldUrgent: n.Urgent,
		})
		record.SetRaw(FieldCreated, created) // which Load leaves to the clock of the machine
		if err := SaveAsSystem(app, record); err != nil {
			return fmt.Errorf("failed to notify of %s: %w", n.Kind, err)
		}
	}
	return nil
}

// ManagersOf gives the manager of a customer: the active managers of its team, else the directors; for those away their substitutes.
func ManagersOf(app core.App, customer string, today rules.Day) ([]string, error) {
	holds, err := Holds(app, customer)
	if err != nil {
		return nil, err
	}
	return managersOfTeam(app, holds[customer].Team, today)
}

func managersOfTeam(app core.App, team string, today rules.Day) (ids []string, err error) {
	var found []person
	if team != "" {
		err = app.DB().NewQuery("SELECT " + personColumns + " FROM users WHERE role = 'manager' AND team = {:team} AND active ORDER BY created, id").
			Bind(dbx.Params{"team": team}).All(&found)
	}
	if err == nil && len(found) == 0 {
		err = app.DB().NewQuery("SELECT " + personColumns + " FROM users WHERE role = 'director' AND active ORDER BY created, id").All(&found)
	}
	if err != nil {
		return nil, fmt.Errorf("failed to find the managers: %w", err)
	}
	for _, who := range found {
		if who, err = standIn(app, who, today); err != nil {
			return nil, err
		}
		ids = append(ids, who.ID)
	}
	return ids, nil
}
