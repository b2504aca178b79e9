package crm

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// StandsInFor gives the active people who are away on a day and for whom somebody stands in then: those whose tasks of rules go to
// them. It is the other way round of standIn.
func StandsInFor(app core.App, person string, today rules.Day) ([]string, error) {
	var rows []struct {
		ID         string `db:"id"`
		Substitute string `db:"substitute"`
	}
	err := app.DB().NewQuery(`SELECT u.id, coalesce(s.id, '') substitute FROM users u LEFT JOIN users s ON s.id = u.substitute AND s.active
		WHERE u.away_until != '' AND u.away_until >= {:today} AND u.active ORDER BY u.id`).Bind(dbx.Params{"today": formatDay(today)}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("failed to find who is away: %w", err)
	}
	away := make(map[string]string, len(rows))
	for _, row := range rows {
		away[row.ID] = row.Substitute
	}
	var absent []string
	for _, row := range rows {
		if row.ID != person && reaches(away, row.ID, person) {
			absent = append(absent, row.ID)
		}
	}
	return absent, nil
}

// reaches follows the active substitutes, by who is away, from somebody away and tells whether they end at a person.
func reaches(away map[string]string, from, person string) bool {
	asked := map[string]bool{}
	for {
		next, isAway := away[from]
		if asked[from] = true; !isAway || next == "" || asked[next] {
			return from == person
		}
		from = next
	}
}

// IsAway tells whether somebody is away on a day, by their away_until.
func IsAway(until string, today rules.Day) bool {
	return person{AwayUntil: until}.isAway(today)
}
