package messages

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/rules"
)

// The states of a delivery. One is dropped that nobody wants any more: it was read in the dashboard meanwhile, the way is no longer
// wished for, the person has left, the day of the digest is over.
const (
	statusWaiting = "waiting"
	statusSent    = "sent"
	statusFailed  = "failed"
	statusDropped = "dropped"
)

// prepare reads what a delivery is to say, and to where. It gives nothing where that is no longer wanted, and until when quiet hours
// keep it back. Rights are those of this moment.
func (m *Messages) prepare(tx core.App, row *core.Record, now time.Time) (out *outgoing, until time.Time, err error) {
	user, err := tx.FindRecordById(crm.CollectionUsers, row.GetString(crm.FieldUser))
	if err != nil || !user.GetBool(crm.FieldActive) {
		return nil, now, err
	}
	policy, err := crm.LoadPolicy(tx)
	if err != nil {
		return nil, now, err
	}
	preferences := preferencesOf(user)
	day := row.GetDateTime(crm.FieldDigestOn)
	targets := preferences.targets(!day.IsZero())
	i := slices.IndexFunc(targets, func(t target) bool { return t.key == row.GetString(crm.FieldTarget) })
	if i < 0 || !day.IsZero() && rules.DayOf(day.Time(), time.UTC) < rules.DayOf(now, policy.Zone) {
		return nil, now, nil
	}
	if until = preferences.quietUntil(policy, now); until.After(now) {
		return nil, until, nil
	}
	out = &outgoing{row: row, target: targets[i], to: user.Email(), message: message{id: row.Id}}
	if !day.IsZero() {
		out.title, out.text = row.GetString(crm.FieldTitle), row.GetString(crm.FieldText)
		return out, now, nil
	}
	notice, err := tx.FindRecordById(crm.CollectionNotifications, row.GetString(crm.FieldNotification))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !notice.GetDateTime(crm.FieldReadAt).IsZero() {
		return nil, now, nil
	}
	if err != nil {
		return nil, now, err
	}
	customers, err := visible(tx, access.PrincipalOf(user), notice.GetString(crm.FieldCustomer))
	if err != nil {
		return nil, now, err
	}
	out.title = notice.GetString(crm.FieldTitle)
	out.text = lines(notice.GetString(crm.FieldBody), customers[notice.GetString(crm.FieldCustomer)], linkOf(tx))
	return out, now, nil
}

// linkOf leads to the dashboard of an app.
func linkOf(app core.App) string {
	if url := strings.TrimRight(app.Settings().Meta.AppURL, "/"); url != "" {
		return url + "/_/"
	}
	return ""
}

// lines puts those that are not empty under each other.
func lines(list ...string) string {
	return strings.Join(slices.DeleteFunc(list, func(line string) bool { return line == "" }), "\n")
}

// visible gives the names of those customers whom a principal sees, by id.
func visible(app core.App, p access.Principal, ids ...string) (map[string]string, error) {
	names := map[string]string{}
	if ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" }); len(ids) == 0 || !p.IsStaff() {
		return names, nil
	}
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	query := app.DB().Select("customers.id", "customers.name").From(crm.CollectionCustomers).Where(dbx.In("customers.id", list...))
	if narrow := p.Narrow(crm.CollectionCustomers, p.Granted(access.Table[crm.CollectionCustomers].See)); narrow != nil {
		query.AndWhere(narrow)
	}
	var rows []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
	}
	if err := query.All(&rows); err != nil {
		return nil, fmt.Errorf("failed to find the customers somebody sees: %w", err)
	}
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	return names, nil
}

// finish ends a delivery; what it said is kept no longer.
func finish(row *core.Record, status string) {
	row.Set(crm.FieldStatus, status)
	row.Set(crm.FieldTitle, "")
	row.Set(crm.FieldText, "")
	row.Set(crm.FieldNextAt, nil)
}

// note writes what became of an attempt. Once the last one failed, the person is told in the dashboard, once a day.
func (m *Messages) note(out *outgoing, failed *failure) error {
	now := m.clock.Now()
	err := m.app.RunInTransaction(func(tx core.App) error {
		row, err := tx.FindRecordById(crm.CollectionDeliveries, out.row.Id)
		if err != nil {
			return err
		}
		switch {
		case failed == nil:
			finish(row, statusSent)
			row.Set(crm.FieldSentAt, now)
			row.Set(crm.FieldError, "")
		case failed.permanent || row.GetInt(crm.FieldAttempts) > len(pauses):
			finish(row, statusFailed)
			row.Set(crm.FieldError, failed.en)
		default:
			row.Set(crm.FieldError, failed.en)
		}
		if err := crm.SaveAsSystem(tx, row); err != nil || row.GetString(crm.FieldStatus) != statusFailed {
			return err
		}
		return tellOfFailure(tx, row, failed, now)
	})
	if err != nil {
		return fmt.Errorf("failed to note what became of a delivery: %w", err)
	}
	return nil
}

func tellOfFailure(tx core.App, row *core.Record, failed *failure, now time.Time) error {
	policy, err := crm.LoadPolicy(tx)
	if err != nil {
		return err
	}
	name := func(locale string) string {
		return crm.ValueLabel(crm.CollectionDeliveries, crm.FieldChannel, row.GetString(crm.FieldChannel), locale)
	}
	return crm.Notify(tx, crm.Notice{
		To: []string{row.GetString(crm.FieldUser)}, Kind: "delivery_failed",
		Title: [2]string{"消息没有送达：" + name("zh-CN"), "A message was not delivered: " + name(rules.English)},
		Body:  [2]string{failed.zh + "请检查个人资料中的通知设置。", failed.en + " Look at the notifications of your account."},
		Key:   "delivery_failed:" + rules.DayOf(now, policy.Zone).String(),
	}, now)
}
