package crm

import (
	"encoding/json"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
)

// jsonText is a JSON text as the value it stands for.
func jsonText(text any) json.RawMessage {
	if raw, ok := text.(string); ok && raw != "" {
		return json.RawMessage(raw)
	}
	return json.RawMessage("null")
}

// SetColumn sets a column of the rows of a collection for which a condition holds to a value and logs each. It is for what
// follows from another write: no hook runs, and neither updated nor rev moves.
func SetColumn(app core.App, collection, column string, value any, condition dbx.Expression) error {
	return app.RunInTransaction(func(tx core.App) error {
		var rows []struct {
			ID   string `db:"id"`
			From any    `db:"value"`
		}
		err := tx.DB().Select("id", column+" AS value").From(collection).Where(condition).All(&rows)
		if err != nil || len(rows) == 0 {
			return err
		}
		if _, err := tx.DB().Update(collection, dbx.Params{column: value}, condition).Execute(); err != nil {
			return err
		}
		entries := make([]audit.Entry, len(rows))
		for i, row := range rows {
			entries[i] = audit.Entry{
				Action: audit.ActionUpdate, Collection: collection, Record: row.ID,
				Changes: map[string]audit.Change{column: {From: row.From, To: value}},
			}
		}
		return audit.Append(tx, entries...)
	})
}
