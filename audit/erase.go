package audit

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Erase blanks fields of a record in every entry of the log, so that what they held can neither be read nor guessed, and
// records that it did; the chain stays whole. To be called after the record itself was blanked, in the same transaction:
// the entry of that change holds the values once more.
func Erase(app core.App, collection, record string, fields ...string) error {
	log, err := of(app)
	if err != nil {
		return err
	}
	return app.RunInTransaction(func(tx core.App) error {
		var rows []row
		err := tx.DB().NewQuery("SELECT " + columns + " FROM audit_log WHERE collection = {:collection} AND record = {:record} ORDER BY seq").
			Bind(dbx.Params{"collection": collection, "record": record}).All(&rows)
		if err != nil {
			return fmt.Errorf("failed to read the entries of %s %s: %w", collection, record, err)
		}
		named := map[string]Change{}
		for _, name := range fields {
			named[name] = Change{}
		}
		entry := Entry{Action: ActionErase, Collection: collection, Record: record, Changes: named}
		if err := Append(tx, entry); err != nil {
			return err
		}
		for _, r := range rows {
			if err := r.blank(tx, fields, stamp(log.now())); err != nil {
				return fmt.Errorf("failed to erase from entry %d: %w", r.Seq, err)
			}
		}
		return nil
	})
}

// blank takes the values and salts of fields out of an entry and leaves their digests.
func (r *row) blank(tx core.App, fields []string, at string) error {
	kept, sealed, err := r.load()
	if err != nil {
		return err
	}
	found := false
	for _, name := range fields {
		for side, value := range kept[name] {
			sealed[name][side] = erased + digest(sealed[name][side], value)
			delete(kept[name], side)
			found = true
		}
	}
	if !found {
		return nil
	}
	if err := r.store(kept, sealed); err != nil {
		return err
	}
	_, err = tx.DB().Update(Collection, dbx.Params{
		"changes": r.Changes, "digests": r.Digests, "updated": at,
	}, dbx.HashExp{"id": r.ID}).Execute()
	return err
}
