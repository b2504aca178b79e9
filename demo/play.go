package demo

import (
	"fmt"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/crm"
	"touchbase/rules"
)

// Password is the password of everybody in the demo.
const Password = "touchbase-demo"

// AdminEmail is the superuser of the demo.
const AdminEmail = "admin@touchbase.example"

// The hours of the day at which the jobs of a simulated day run.
const (
	nightHour  = 2
	remindHour = 8

	unreadDays = 2 // for how long people leave what they were told unread
)

// Runner runs a job; package jobs does.
type Runner interface {
	Run(name string, options crm.RunOptions) (*core.Record, error)
}

// Play enters a script into an empty, migrated app as its people would have, day by day: every record goes through the
// hooks at its own moment, every night the jobs run. The clock is that of the app's hooks and jobs; progress is told the
// share of the days that are over.
func Play(app core.App, script *Script, clock *clockwork.FakeClock, jobs Runner, zone *time.Location, progress func(done, total int)) error {
	p := &player{app: app, script: script, clock: clock, jobs: jobs, zone: zone, ids: map[string]string{}}
	p.dateRecords()
	if err := p.found(); err != nil {
		return fmt.Errorf("failed to found the company: %w", err)
	}
	end := script.end()
	first := rules.DayOf(clock.Now(), zone)
	last := rules.DayOf(end, zone)
	for day := first; day <= last; day++ {
		if err := p.live(day, end); err != nil {
			return fmt.Errorf("failed to play %s: %w", day, err)
		}
		progress(int(day-first)+1, int(last-first)+1)
	}
	return p.readNotices(end)
}

// readNotices lets people have read what they were told but for the last days.
func (p *player) readNotices(end time.Time) error {
	err := crm.SetColumn(p.app, crm.CollectionNotifications, crm.FieldReadAt, crm.FormatMoment(end),
		dbx.NewExp("created < {:before}", dbx.Params{"before": crm.FormatMoment(end.AddDate(0, 0, -unreadDays))}))
	if err != nil {
		return fmt.Errorf("failed to have the notices read: %w", err)
	}
	return nil
}

// Begin is the moment before anything happens in a script.
func (s *Script) Begin() time.Time {
	begin := s.end()
	for _, c := range s.Customers {
		if c.Created.Before(begin) {
			begin = c.Created
		}
	}
	return begin.Add(-time.Hour)
}

// end is the moment of the last thing that happened.
func (s *Script) end() time.Time { return s.Events[len(s.Events)-1].At }

type player struct {
	app    core.App
	script *Script
	clock  *clockwork.FakeClock
	jobs   Runner
	zone   *time.Location

	ids       map[string]string // key → record id; of tags their names are the keys
	customers int               // entered so far
	events    int
}

// dateRecords gives every record the moment of the script instead of the moment of playing.
func (p *player) dateRecords() {
	now := func() types.DateTime {
		at, err := types.ParseDateTime(p.clock.Now())
		if err != nil { // a time always parses
			panic(err)
		}
		return at
	}
	p.app.OnRecordCreate().BindFunc(func(e *core.RecordEvent) error {
		e.Record.SetRaw(crm.FieldCreated, now())
		e.Record.SetRaw(crm.FieldUpdated, now())
		return e.Next()
	})
	p.app.OnRecordUpdate().BindFunc(func(e *core.RecordEvent) error {
		e.Record.SetRaw(crm.FieldUpdated, now())
		return e.Next()
	})
}

// make saves a new record and remembers it by its key.
func (p *player) make(collection, key string, fields map[string]any) error {
	c, err := p.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return err
	}
	record := core.NewRecord(c)
	record.Load(fields)
	if err := p.app.Save(record); err != nil {
		return fmt.Errorf("failed to save %s %q: %w", collection, key, err)
	}
	if key != "" {
		p.ids[key] = record.Id
	}
	return nil
}

// found makes the company, its teams and its people.
func (p *player) found() error {
	settings := p.app.Settings()
	settings.Meta.AppName = p.script.Company
	if err := p.app.Save(settings); err != nil {
		return err
	}
	err := p.make(core.CollectionNameSuperusers, "", map[string]any{"email": AdminEmail, "password": Password})
	if err != nil {
		return err
	}
	if err := p.knowTags(); err != nil {
		return err
	}
	for _, t := range p.script.Teams {
		if err := p.make(crm.CollectionTeams, t.Key, map[string]any{crm.FieldName: t.Name, crm.FieldRegion: t.Region}); err != nil {
			return err
		}
	}
	for _, person := range p.script.People {
		err := p.make(crm.CollectionUsers, person.Key, map[string]any{
			crm.FieldEmail: person.Email, "password": Password, "verified": true, crm.FieldName: person.Name,
			crm.FieldPhone: person.Phone, crm.FieldRole: person.Role, crm.FieldDepartment: person.Department,
			crm.FieldTeam: p.ids[person.Team], crm.FieldActive: true, crm.FieldLocale: rules.Chinese,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// live plays one day: the night's job, the morning's reminders, and what people enter.
func (p *player) live(day rules.Day, end time.Time) error {
	marks := []struct {
		at  time.Time
		job string
	}{
		{day.Start(p.zone).Add(nightHour * time.Hour), "tiers"},
		{day.Start(p.zone).Add(remindHour * time.Hour), "reminders"}, {day.Start(p.zone).Add(remindHour * time.Hour), "response"},
	}
	for _, mark := range marks {
		if mark.at.After(end) {
			break
		}
		if err := p.enterUntil(mark.at); err != nil {
			return err
		}
		if p.clock.Now().After(mark.at) {
			continue // the first day began later
		}
		p.setClock(mark.at)
		run, err := p.jobs.Run(mark.job, crm.RunOptions{Cause: crm.RunSchedule})
		if err != nil {
			return err
		}
		if status := run.GetString(crm.FieldStatus); status != crm.RunDone {
			return fmt.Errorf("job %s is %s: %s", mark.job, status, run.GetString(crm.FieldError))
		}
	}
	return p.enterUntil((day + 1).Start(p.zone))
}

func (p *player) setClock(at time.Time) {
	if d := at.Sub(p.clock.Now()); d > 0 {
		p.clock.Advance(d)
	}
}

// enterUntil enters the customers and events up to a moment, in order.
func (p *player) enterUntil(at time.Time) error {
	for {
		var customer *Customer
		var event *Event
		if p.customers < len(p.script.Customers) && p.script.Customers[p.customers].Created.Before(at) {
			customer = &p.script.Customers[p.customers]
		}
		if p.events < len(p.script.Events) && p.script.Events[p.events].At.Before(at) {
			event = &p.script.Events[p.events]
		}
		switch {
		case customer != nil && (event == nil || !event.At.Before(customer.Created)):
			p.customers++
			p.setClock(customer.Created)
			if err := p.enterCustomer(customer); err != nil {
				return err
			}
		case event != nil:
			p.events++
			p.setClock(event.At)
			if err := p.enter(event); err != nil {
				return fmt.Errorf("%s of %s: %w", event.Kind, event.Customer, err)
			}
		default:
			return nil
		}
	}
}

// enterCustomer saves a customer with its contacts, as one piece.
func (p *player) enterCustomer(c *Customer) error {
	industry, err := p.app.FindFirstRecordByData(crm.CollectionIndustries, crm.FieldCode, c.IndustryCode)
	if err != nil {
		return fmt.Errorf("failed to find industry %s: %w", c.IndustryCode, err)
	}
	return p.app.RunInTransaction(func(tx core.App) error {
		inside := *p
		inside.app = tx
		err := inside.make(crm.CollectionCustomers, c.Key, map[string]any{
			crm.FieldName: c.Name, crm.FieldCode: c.Code, crm.FieldCreditCode: c.CreditCode, crm.FieldIndustry: industry.Id,
			crm.FieldRegion: c.Region, crm.FieldSize: c.Size, crm.FieldSource: c.Source, crm.FieldOwner: p.ids[c.Owner],
			crm.FieldWebsite: c.Website, crm.FieldAddress: c.Address, crm.FieldAnnualRevenue: c.AnnualRevenue,
			crm.FieldDeclaredAnnualPurchase: c.DeclaredAnnualPurchase, crm.FieldPurchaseCycle: c.PurchaseCycle,
			crm.FieldIntent: c.Intent, crm.FieldNeed: c.Need, crm.FieldInfluence: c.Influence, crm.FieldFit: c.Fit,
			crm.FieldOutlook: c.Outlook, crm.FieldRenewalIntent: c.RenewalIntent, crm.FieldBudgetRange: c.BudgetRange,
			crm.FieldPainPoints: c.PainPoints, crm.FieldCoreNeed: c.CoreNeed, crm.FieldPreferredChannel: c.PreferredChannel,
			crm.FieldDecisionMaker: c.DecisionMaker, crm.FieldAvoidChannels: c.AvoidChannels,
			crm.FieldVerifiedSources: c.VerifiedSources, crm.FieldFirstContactOn: c.FirstContactOn.Time(),
			crm.FieldCooperationSince: c.CooperationSince.Time(),
		})
		for _, contact := range c.Contacts {
			if err == nil {
				err = inside.enterContact(c.Key, contact)
			}
		}
		return err
	})
}

func (p *player) enterContact(customer string, c Contact) error {
	return p.make(crm.CollectionContacts, c.Key, map[string]any{
		crm.FieldCustomer: p.ids[customer], crm.FieldName: c.Name, crm.FieldTitle: c.Title, crm.FieldPhone: c.Phone,
		crm.FieldEmail: c.Email, crm.FieldWechat: c.Wechat, crm.FieldPreferredChannel: c.PreferredChannel,
		crm.FieldIsPrimary: c.IsPrimary, crm.FieldIsDecisionMaker: c.IsDecisionMaker, crm.FieldBirthday: c.Birthday.Time(),
	})
}

func (p *player) enter(e *Event) error {
	switch e.Kind {
	case KindOrder:
		return p.enterOrder(e)
	case KindFollowUp:
		return p.enterFollowUp(e)
	case KindUpdateCustomer:
		return p.change(crm.CollectionCustomers, p.ids[e.Customer], e.Change)
	case KindContactLeaves:
		return p.replaceContact(e)
	case KindCompleteTask:
		return p.completeTasks(e)
	}
	return p.enterService(e)
}

func (p *player) enterOrder(e *Event) error {
	o := e.Order
	return p.make(crm.CollectionOrders, "", map[string]any{
		crm.FieldCustomer: p.ids[e.Customer], crm.FieldNumber: o.Number, crm.FieldProduct: o.Product, crm.FieldCategory: o.Category,
		crm.FieldOrderedAt: o.OrderedAt, crm.FieldAmount: o.Amount, crm.FieldCost: o.Cost, crm.FieldDueOn: o.DueOn.Time(),
		crm.FieldPaidOn: o.PaidOn.Time(), crm.FieldCancelled: o.Cancelled,
	})
}

func (p *player) enterFollowUp(e *Event) error {
	f := e.FollowUp
	fields := map[string]any{
		crm.FieldCustomer: p.ids[e.Customer], crm.FieldBy: p.ids[f.By], crm.FieldDirection: f.Direction, crm.FieldChannel: f.Channel,
		crm.FieldKind: f.Kind, crm.FieldStartedAt: f.StartedAt, crm.FieldEndedAt: f.EndedAt, crm.FieldPurpose: f.Purpose,
		crm.FieldContent: f.Content, crm.FieldKeyPoints: f.KeyPoints, crm.FieldCommitments: f.Commitments,
		crm.FieldFeedback: f.Feedback, crm.FieldMood: f.Mood, crm.FieldCompetitor: f.Competitor, crm.FieldNextAction: f.NextAction,
		crm.FieldNextActionOn: f.NextActionOn.Time(), crm.FieldStatus: f.Status, crm.FieldResumeOn: f.ResumeOn.Time(),
	}
	if f.Contact != "" {
		fields[crm.FieldContact] = p.ids[f.Contact]
	}
	fields[crm.FieldTopics] = p.tags(f.Topics)
	if f.Case == "" {
		return p.make(crm.CollectionFollowUps, "", fields)
	}
	if err := p.make(crm.CollectionFollowUps, "complaint", fields); err != nil {
		return err
	}
	opened, err := p.app.FindFirstRecordByData(crm.CollectionCases, crm.FieldFollowUp, p.ids["complaint"])
	if err != nil {
		return fmt.Errorf("failed to find the case of a complaint: %w", err)
	}
	p.ids[f.Case] = opened.Id
	return nil
}

// change saves some fields of a record.
func (p *player) change(collection, id string, fields map[string]any) error {
	record, err := p.app.FindRecordById(collection, id)
	if err != nil {
		return err
	}
	record.Load(fields)
	return p.app.Save(record)
}

// replaceContact enters the successor, then has the contact leave.
func (p *player) replaceContact(e *Event) error {
	leaving := map[string]any{crm.FieldLeftOn: rules.DayOf(e.At, p.zone).Time()}
	if e.Successor != nil {
		successor := *e.Successor
		successor.IsPrimary = false // until the other one has gone: that is what makes it a handover
		if err := p.enterContact(e.Customer, successor); err != nil {
			return err
		}
		leaving[crm.FieldSuccessor] = p.ids[e.Successor.Key]
	}
	return p.change(crm.CollectionContacts, p.ids[e.Contact], leaving)
}

// completeTasks marks as done what somebody has open for a customer up to a day.
func (p *player) completeTasks(e *Event) error {
	result, _ := e.Change["result"].(string)
	by, _ := e.Change["due_by"].(rules.Day)
	var tasks []*core.Record
	err := p.app.RecordQuery(crm.CollectionTasks).
		AndWhere(dbx.HashExp{crm.FieldCustomer: p.ids[e.Customer], crm.FieldAssignee: p.ids[e.By]}).
		AndWhere(dbx.NewExp("status IN ("+crm.OpenStatuses+") AND due_at <= {:until}", dbx.Params{"until": crm.FormatMoment(by.End(p.zone))})).
		All(&tasks)
	if err != nil {
		return err
	}
	for _, task := range tasks {
		if err := p.finish(task, result); err != nil {
			return err
		}
	}
	return nil
}

// finish enters that somebody did a task now and, where that is late, why.
func (p *player) finish(task *core.Record, result string) error {
	task.Set(crm.FieldStatus, crm.TaskDone)
	task.Set(crm.FieldResult, result)
	if p.clock.Now().After(task.GetDateTime(crm.FieldDueAt).Time()) {
		task.Set(crm.FieldDelayReason, "客户出差，推迟了沟通")
	}
	return p.app.Save(task)
}
