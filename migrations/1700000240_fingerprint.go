package migrations

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// From here on the texts of an author are compared by a fingerprint instead of being read, all of thirty days, whenever one is added.
func init() {
	m.Register(func(app core.App) error {
		err := changeCollection(app, "follow_ups", func(c *core.Collection) {
			c.Fields.Add(hidden(text("fingerprint")))
			c.AddIndex("idx_follow_ups_fingerprint", false, "`by`, fingerprint, started_at, customer", "fingerprint != ''")
		})
		if err != nil {
			return err
		}
		return addFingerprints(app)
	}, func(app core.App) error {
		return changeCollection(app, "follow_ups", func(c *core.Collection) {
			c.RemoveIndex("idx_follow_ups_fingerprint")
			c.Fields.RemoveByName("fingerprint")
		})
	})
}

// addFingerprints gives the follow-ups that are there already theirs, a thousand at a time, in the order of the table.
func addFingerprints(app core.App) (err error) {
	update := app.DB().NewQuery("UPDATE follow_ups SET fingerprint = {:fingerprint} WHERE rowid = {:row}").Prepare()
	defer func() { err = errors.Join(err, update.Close()) }()
	for last := 0; ; {
		var rows []struct {
			Row            int `db:"row"`
			Content, Names string
		}
		err := app.DB().NewQuery(`SELECT f.rowid row, f.content, c.name || char(10) ||
				coalesce((SELECT group_concat(name, char(10)) FROM contacts WHERE customer = f.customer), '') names
			FROM follow_ups f JOIN customers c ON c.id = f.customer
			WHERE f.rowid > {:last} AND f.content != '' AND f.[[by]] != '' AND f.kind != 'campaign'
			ORDER BY f.rowid LIMIT 1000`).Bind(dbx.Params{"last": last}).All(&rows)
		if err != nil {
			return fmt.Errorf("failed to read the follow-ups: %w", err)
		}
		for _, r := range rows {
			names := strings.Split(r.Names, "\n")
			if _, err := update.Bind(dbx.Params{"fingerprint": fingerprint(r.Content, names), "row": r.Row}).Execute(); err != nil {
				return fmt.Errorf("failed to add the fingerprint of a follow-up: %w", err)
			}
		}
		if len(rows) == 0 {
			return nil
		}
		last = rows[len(rows)-1].Row
	}
}

// fingerprint is a text's without spaces, case and names.
func fingerprint(text string, names []string) string {
	for _, name := range names {
		if name != "" {
			text = strings.ReplaceAll(text, name, "")
		}
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
