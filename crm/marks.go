package crm

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// MarkFollowUp notes on a follow-up what was unwise about it: recorded late, too many contacts that day, not the
// customer's channel, the same text as to many others. Imported history gets no marks. The fingerprint is to be settled before.
func MarkFollowUp(app core.App, record *core.Record, policy *Policy, now time.Time) error {
	if record.GetString(FieldImport) != "" {
		return nil
	}
	if record.IsNew() {
		at := record.GetDateTime(FieldEndedAt).Time()
		if at.IsZero() {
			at = record.GetDateTime(FieldStartedAt).Time()
		}
		record.Set(FieldRecordedLate, now.Sub(at) > time.Duration(policy.RecordWithinHours)*time.Hour)
	}
	var pace, mismatch bool
	var err error
	if record.GetString(FieldDirection) == DirectionOut {
		if mismatch, err = mismatchesChannel(app, record); err != nil {
			return err
		}
		if countsInPace(record.GetString(FieldKind)) {
			if pace, err = exceedsPace(app, record, policy); err != nil {
				return err
			}
		}
	}
	templated, err := isTemplated(app, record, policy)
	if err != nil {
		return err
	}
	record.Set(FieldPaceExceeded, pace)
	record.Set(FieldChannelMismatch, mismatch)
	record.Set(FieldTemplated, templated)
	return nil
}

// mismatchesChannel tells whether the channel is not the one preferred, by the contact or else by the customer, or is
// one to avoid.
func mismatchesChannel(app core.App, record *core.Record) (bool, error) {
	var preferred string
	var avoided int
	err := app.DB().NewQuery(`SELECT coalesce(nullif(p.preferred_channel, ''), c.preferred_channel),
			EXISTS (SELECT 1 FROM json_each(c.avoid_channels) WHERE value = {:channel})
		FROM customers c LEFT JOIN contacts p ON p.id = {:contact} WHERE c.id = {:customer}`).Bind(dbx.Params{
		"channel": record.GetString(FieldChannel), "contact": record.GetString(FieldContact), "customer": record.GetString(FieldCustomer),
	}).Row(&preferred, &avoided)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil // a customer who does not exist is refused when the relation is validated
	}
	if err != nil {
		return false, fmt.Errorf("failed to look for the preferred channel: %w", err)
	}
	return avoided == 1 || preferred != "" && preferred != record.GetString(FieldChannel), nil
}

// isTemplated tells whether the author wrote the same text, but for spaces and names, to as many other customers lately
// as the policy takes for a template.
func isTemplated(app core.App, record *core.Record, policy *Policy) (bool, error) {
	fingerprint := record.GetString(FieldFingerprint)
	if fingerprint == "" || policy.TemplatedCount < 1 {
		return false, nil
	}
	since := record.GetDateTime(FieldStartedAt).Time().AddDate(0, 0, -policy.TemplatedDays)
	var others int
	err := app.DB().NewQuery(`SELECT count(DISTINCT customer) FROM follow_ups
		WHERE [[by]] = {:by} AND fingerprint = {:fingerprint} AND fingerprint != '' AND started_at > {:since} AND customer != {:customer}`).
		Bind(dbx.Params{
			"by": record.GetString(FieldBy), "fingerprint": fingerprint,
			"since": FormatMoment(since), "customer": record.GetString(FieldCustomer),
		}).Row(&others)
	if err != nil {
		return false, fmt.Errorf("failed to compare the author's texts: %w", err)
	}
	return others >= policy.TemplatedCount, nil
}

// SettleFingerprint gives a follow-up, before it is stored, what its text is known by among those of its author; see fingerprint. The
// names left out are those of the customer and its contacts as they are now. A campaign goes to many on purpose: it has none.
func SettleFingerprint(app core.App, record *core.Record) error {
	text, customer := record.GetString(FieldContent), record.GetString(FieldCustomer)
	if text == "" || record.GetString(FieldBy) == "" || record.GetString(FieldKind) == KindCampaign {
		record.Set(FieldFingerprint, "")
		return nil
	}
	if record.GetString(FieldFingerprint) != "" && !changed(record, FieldContent) && !changed(record, FieldCustomer) {
		return nil
	}
	var names string
	err := app.DB().NewQuery(`SELECT coalesce((SELECT name FROM customers WHERE id = {:customer}), '') || char(10) ||
		coalesce((SELECT group_concat(name, char(10)) FROM contacts WHERE customer = {:customer}), '')`).
		Bind(dbx.Params{"customer": customer}).Row(&names)
	if err != nil {
		return fmt.Errorf("failed to find the names of a customer: %w", err)
	}
	record.Set(FieldFingerprint, fingerprint(text, strings.Split(names, "\n")))
	return nil
}

// fingerprint is the same for texts that are the same but for spaces, case and the names filled in.
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
	return base64.RawURLEncoding.EncodeToString(sum[:fingerprintSize])
}

// fingerprintSize is how many bytes of the sum are kept: a hundred thousand texts of one author make two of them alike by chance
// once in 2⁶².
const fingerprintSize = 12
