package audit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Since lists the fields of a record that people changed after it had a rev, sorted. What the program changed meanwhile counts no
// rev and is not among them.
func Since(app core.App, collection, record string, old int) ([]string, error) {
	rows := []struct {
		Changes string `db:"changes"`
	}{}
	err := app.DB().NewQuery(`SELECT changes FROM audit_log
		WHERE collection = {:collection} AND record = {:record} AND action IN ('update', 'policy')
			AND coalesce(json_extract(changes, '$.rev.to'), 0) > {:rev} ORDER BY seq`).
		Bind(dbx.Params{"collection": collection, "record": record, "rev": old}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("failed to look up what changed since: %w", err)
	}
	fields := map[string]bool{}
	for _, row := range rows {
		changes := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte(row.Changes), &changes); err != nil {
			return nil, fmt.Errorf("failed to read what changed since: %w", err)
		}
		for field := range changes {
			fields[field] = true
		}
	}
	delete(fields, rev)
	return slices.Sorted(maps.Keys(fields)), nil
}
