package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// ResponseTime is how long the responses of a kind by a person took.
type ResponseTime struct {
	Kind      string  `db:"kind" json:"kind"`           // negative_feedback, case or win_back
	Person    string  `db:"person" json:"person"`       // a user's id; empty: nobody's in particular
	Responses int     `db:"responses" json:"responses"` // how many
	Hours     float64 `db:"hours" json:"hours"`         // their mean, in clock hours
}

// ResponseHours gives the mean clock hours to respond of the responses made from a moment to before another, by kind and person. A case
// runs from its opening to the first response, or to its solution where there was none; negative feedback and a churn risk from the
// recording to the answer. Whoever was to respond counts as the person. (Domain.md, sections 5 and 6.)
func ResponseHours(app core.App, from, to time.Time) ([]ResponseTime, error) {
	var list []ResponseTime
	err := app.DB().NewQuery(`SELECT kind, person, count(*) responses, avg(max(unixepoch(ended) - unixepoch(began), 0)) / 3600 hours FROM (
			SELECT 'case' kind, coalesce(nullif(c.assignee, ''), t.assignee, '') person, c.opened_at began,
				coalesce(nullif(c.responded_at, ''), c.resolved_at) ended
			FROM cases c LEFT JOIN tasks t ON t.[[key]] = 'case:' || c.id AND t.[[key]] != ''
			UNION ALL SELECT kind, assignee, created, done_at FROM tasks
			WHERE kind IN ('negative_feedback', 'win_back') AND [[rule]] != '' AND status = 'done' AND done_at >= {:from} AND done_at < {:to})
		WHERE ended >= {:from} AND ended < {:to} GROUP BY kind, person ORDER BY kind, person`).
		Bind(dbx.Params{"from": FormatMoment(from), "to": FormatMoment(to)}).All(&list)
	if err != nil {
		return nil, fmt.Errorf("failed to work out the hours to respond: %w", err)
	}
	return list, nil
}
