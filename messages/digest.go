package messages

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/audit"
	"touchbase/crm"
	"touchbase/rules"
)

// RunDigest puts into the outbox, on working days, each person's day for those who want it by e-mail or messenger (domain.md sections 5
// and 7): one a person and day, however often it runs. Who has nothing to do and nothing to read is left in peace. A simulated run
// writes nothing. Examined are the people who want one, changed those who get one.
func RunDigest(ctx context.Context, app core.App, run crm.JobRun) (result crm.JobResult, err error) {
	policy, err := crm.LoadPolicy(app)
	if err != nil {
		return result, err
	}
	today := rules.DayOf(run.Now, policy.Zone)
	if !policy.Calendar.IsWorkday(today) {
		return result, nil
	}
	if err := forget(app, run); err != nil {
		return result, err
	}
	var ids []string
	err = app.DB().Select("id").From(crm.CollectionUsers).Where(dbx.NewExp("active AND role != ''")).OrderBy("id").Column(&ids)
	if err != nil {
		return result, fmt.Errorf("failed to find who gets a digest: %w", err)
	}
	for _, id := range ids {
		if ctx.Err() != nil {
			return result, crm.ErrStopped
		}
		wanted, written, err := writeDigest(app, policy, id, today, run)
		if err != nil {
			return result, fmt.Errorf("failed to write the digest of %s: %w", id, err)
		}
		if wanted {
			result.Examined++
		}
		if written {
			result.Changed++
		}
	}
	return result, nil
}

// keptDays is how long a delivery is kept once nothing will be done for it any more.
const keptDays = 90

// forget removes the deliveries that ended long ago. Like the runs of jobs they are not on the audit log.
func forget(app core.App, run crm.JobRun) error {
	if run.Simulated {
		return nil
	}
	_, err := app.DB().Delete(crm.CollectionDeliveries, dbx.NewExp("status != 'waiting' AND created < {:before}", dbx.Params{
		"before": crm.FormatMoment(run.Now.AddDate(0, 0, -keptDays)),
	})).Execute()
	if err != nil {
		return fmt.Errorf("failed to forget old deliveries: %w", err)
	}
	return nil
}

// writeDigest composes the digest of somebody and puts it into the outbox, unless they had today's.
func writeDigest(app core.App, policy *crm.Policy, id string, today rules.Day, run crm.JobRun) (wanted, written bool, err error) {
	user, err := app.FindRecordById(crm.CollectionUsers, id)
	if err != nil || len(preferencesOf(user).targets(true)) == 0 {
		return false, false, err
	}
	d := &digest{app: app, policy: policy, now: run.Now, today: today, user: user, who: access.PrincipalOf(user)}
	if user.GetString(crm.FieldLocale) == rules.English {
		d.locale = 1
	}
	if err := d.compose(); err != nil || d.empty || run.Simulated {
		return true, false, err
	}
	err = app.RunInTransaction(func(tx core.App) error {
		var had int
		err := tx.DB().Select("count(*)").From(crm.CollectionDeliveries).Where(dbx.HashExp{crm.FieldUser: id}).
			AndWhere(dbx.HashExp{crm.FieldDigestOn: crm.FormatMoment(today.Time())}).Row(&had)
		if err != nil || had > 0 {
			return err
		}
		written = true
		return enqueue(tx, user, true, map[string]any{
			crm.FieldDigestOn: today.Time(), crm.FieldTitle: d.title, crm.FieldText: d.text.String(),
		}, fmt.Sprintf("digest:%s:%s", id, today), run.Now)
	})
	return true, written, err
}

// How many of a kind a digest names, and how many people a manager's.
const (
	tasksNamed     = 15
	customersNamed = 10
	noticesNamed   = 10
	peopleNamed    = 20
)

// compose writes the digest: the person's day, for those who lead the team's, for directors the end of the audit log.
func (d *digest) compose() error {
	for _, part := range []func() error{d.tasks, d.customers, d.notices} {
		if err := part(); err != nil {
			return err
		}
	}
	switch d.who.Role {
	case crm.RoleManager:
		if d.who.Team != "" {
			if err := d.people("u.team = {:team}"); err != nil {
				return err
			}
		}
	case crm.RoleDirector:
		if err := d.people("true"); err != nil {
			return err
		}
		if err := d.auditHead(); err != nil {
			return err
		}
	}
	if d.empty = d.text.Len() == 0; d.empty {
		return nil
	}
	if link := linkOf(d.app); link != "" {
		d.text.WriteString("\n" + link + "\n")
	}
	d.title = d.headline()
	return nil
}

// tasks lists what is due by the end of today, the oldest first. A customer is named to whom may see them.
func (d *digest) tasks() error {
	var rows []struct {
		Title    string `db:"title"`
		DueAt    string `db:"due_at"`
		Customer string `db:"customer"`
		Late     bool   `db:"late"`
	}
	err := d.app.DB().NewQuery(`SELECT title, due_at, customer, due_at < {:now} late FROM tasks t
		WHERE assignee = {:me} AND status IN (` + crm.OpenStatuses + `) AND due_at != '' AND due_at < {:end} AND ` + notArchived + `
		ORDER BY due_at, id`).Bind(d.params()).All(&rows)
	if err != nil || len(rows) == 0 {
		return err
	}
	var ids []string
	late := 0
	for i, row := range rows {
		if row.Late {
			late++
		}
		if i < tasksNamed {
			ids = append(ids, row.Customer)
		}
	}
	names, err := visible(d.app, d.who, ids...)
	if err != nil {
		return err
	}
	d.heading(d.in("今天到期和已逾期的任务：%d 项，其中逾期 %d 项", "Tasks due today and overdue: %d, of them overdue: %d"), len(rows), late)
	for i, row := range rows {
		if i == tasksNamed {
			d.more(len(rows) - i)
			break
		}
		when := crm.ParseMoment(row.DueAt).In(d.policy.Zone)
		d.item(row.Title, names[row.Customer], d.in("截止", "due")+" "+when.Format("01-02 15:04"))
	}
	d.counts[0] = len(rows)
	return nil
}

// notArchived leaves out the tasks t of archived customers, which rest.
const notArchived = `NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = t.customer AND c.stage = 'archived')`

// customers lists the person's own customers who deserve a contact by now: those at risk first, then by tier, then the longest due.
func (d *digest) customers() error {
	var rows []struct {
		Name string `db:"name"`
		Tier string `db:"tier"`
		Due  string `db:"due"`
	}
	const due = `FROM customers WHERE owner = {:me} AND stage != 'archived' AND next_follow_up_on != '' AND next_follow_up_on <= {:today}`
	var count int
	if err := d.app.DB().NewQuery("SELECT count(*) " + due).Bind(d.params()).Row(&count); err != nil || count == 0 {
		return err
	}
	err := d.app.DB().NewQuery(`SELECT name, tier, next_follow_up_on due ` + due + `
		ORDER BY CASE risk WHEN 'churn_risk' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, CASE tier WHEN 'S' THEN 0 WHEN 'A' THEN 1 WHEN 'B' THEN 2 ELSE 3 END,
			next_follow_up_on, id LIMIT ` + fmt.Sprint(customersNamed)).Bind(d.params()).All(&rows)
	if err != nil {
		return err
	}
	d.heading(d.in("待跟进的客户：%d 位", "Customers due: %d"), count)
	for _, row := range rows {
		since := rules.DayOf(crm.ParseMoment(row.Due), time.UTC)
		d.item(row.Name, crm.ValueLabel(crm.CollectionCustomers, crm.FieldTier, row.Tier, d.language()), d.in("应于", "since")+" "+since.String())
	}
	if count > len(rows) {
		d.more(count - len(rows))
	}
	d.counts[1] = count
	return nil
}

// notices lists what the person has not read in the dashboard, the newest first.
func (d *digest) notices() error {
	var titles []string
	var count int
	const unread = `FROM notifications WHERE [[user]] = {:me} AND read_at = ''`
	if err := d.app.DB().NewQuery("SELECT count(*) " + unread).Bind(d.params()).Row(&count); err != nil || count == 0 {
		return err
	}
	err := d.app.DB().NewQuery("SELECT title " + unread + " ORDER BY created DESC, id LIMIT " + fmt.Sprint(noticesNamed)).
		Bind(d.params()).Column(&titles)
	if err != nil {
		return err
	}
	d.heading(d.in("未读通知：%d 条", "Unread notices: %d"), count)
	for _, title := range titles {
		d.item(title)
	}
	if count > len(titles) {
		d.more(count - len(titles))
	}
	d.counts[2] = count
	return nil
}

// people tells, of those for whom a condition on the users u holds, who has overdue tasks, and who has contacted customers too often
// since the working day before.
func (d *digest) people(of string) error {
	for _, list := range []struct{ heading, query string }{
		{d.in("团队逾期任务", "Overdue tasks of the team"), `SELECT u.name, count(*) n FROM tasks t JOIN users u ON u.id = t.assignee
			WHERE ` + of + ` AND t.status IN (` + crm.OpenStatuses + `) AND t.due_at != '' AND t.due_at < {:now} AND u.id != {:me} AND ` + notArchived},
		{d.in("联系过于频繁的记录", "Contacts above the pace"), `SELECT u.name, count(*) n FROM follow_ups f JOIN users u ON u.id = f.by
			WHERE ` + of + ` AND f.pace_exceeded AND f.created >= {:since} AND f.created < {:now}`},
	} {
		var rows []struct {
			Name string `db:"name"`
			N    int    `db:"n"`
		}
		err := d.app.DB().NewQuery(list.query + " GROUP BY u.id ORDER BY n DESC, u.name LIMIT " + fmt.Sprint(peopleNamed)).Bind(d.params()).All(&rows)
		if err != nil {
			return fmt.Errorf("failed to look at the team: %w", err)
		}
		if len(rows) == 0 {
			continue
		}
		d.heading("%s", list.heading)
		for _, row := range rows {
			d.item(row.Name, fmt.Sprint(row.N))
		}
	}
	return nil
}

// auditHead names the end of the audit log, so that it is kept outside of the machine too (access.md rule 8).
func (d *digest) auditHead() error {
	head, err := audit.Latest(d.app)
	if err != nil || head.Hash == "" {
		return err
	}
	d.heading(d.in("审计日志末条：第 %d 条", "End of the audit log: entry %d"), int(head.Seq))
	d.item(head.Hash)
	return nil
}
