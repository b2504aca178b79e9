package crm

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/list"

	"touchbase/rules"
)

// PlanChoice are the customers to plan for: those of one of the tiers or of one of the segments. Each gets what the playbooks of the
// chosen tiers and segments say; without any choice it is for all tiers.
type PlanChoice struct {
	Tiers    []string
	Segments []string
}

// PlanChoices are what may be chosen.
var PlanChoices = map[string][]string{
	"tiers":    {string(rules.TierS), string(rules.TierA), string(rules.TierB), string(rules.TierC)},
	"segments": {rules.SegmentStable, rules.SegmentPotential, rules.SegmentStandard, rules.SegmentChurnRisk},
}

// Planning says how a plan is generated.
type Planning struct {
	Now time.Time
	By  string // the user who does, in whose name the lines are given; empty: a superuser
	// InTx runs a part of the work in a transaction of its own, in the name of who does it and as long as they may.
	InTx func(fn func(tx core.App) error) error
}

// Planned is what generating a plan did.
type Planned struct {
	Created  int           `json:"created"`
	Kept     int           `json:"kept"`     // lines that were there already, whatever became of them
	Deleted  int           `json:"deleted"`  // that somebody deleted, and that are not made again
	Unplaced int           `json:"unplaced"` // for which there is no free day
	People   []PlannedWork `json:"people"`
}

// PlannedWork is how many of the lines created are whose.
type PlannedWork struct {
	User  string `json:"user"`
	Lines int    `json:"lines"`
}

// lineBatch is how many lines are saved in one transaction.
const lineBatch = 100

// GeneratePlan makes the lines of a plan from the playbooks: maintenance tasks for the unarchived customers of its team (the whole
// company where it has none), each with assignee, channel and a working day of the period that is not past, spread over people and
// weeks; see [rules.Spread]. What is there already, whatever became of it, stays as people have arranged it. It refuses, by field, a
// period without a working day left.
func GeneratePlan(ctx context.Context, app core.App, plan *core.Record, choice PlanChoice, how Planning) (Planned, error) {
	g, err := newGenerating(app, plan, how)
	if err != nil {
		return Planned{}, err
	}
	if len(choice.Tiers)+len(choice.Segments) == 0 {
		for _, tier := range rules.Tiers {
			choice.Tiers = append(choice.Tiers, string(tier))
		}
	}
	for _, load := range []func() error{g.loadPeople, g.loadKnown, g.loadWork} {
		if err := load(); err != nil {
			return Planned{}, err
		}
	}
	wanted, err := g.wanted(choice)
	if err != nil {
		return Planned{}, err
	}
	lines := g.place(wanted)
	err = g.save(ctx, lines)
	if told := g.tell(); err == nil { // of what was made before a stop, too: the next time tells of the rest
		err = told
	}
	return g.result, err
}

// generating is one generation of a plan.
type generating struct {
	app    core.App
	plan   *core.Record
	how    Planning
	policy *Policy
	period rules.Period // as far as it is not past
	whole  rules.Period
	days   []rules.Day
	spread *rules.Spread
	people map[string]planner
	known  map[string]bool // keys of lines that are there
	gone   map[string]bool // keys of lines that were deleted
	result Planned
	given  map[string]int // lines created, by assignee
}

// planner is somebody active.
type planner struct {
	person
	Role string `db:"role"`
	Team string `db:"team"`
}

// planLine is a line to be made.
type planLine struct {
	key, customer, assignee, channel string
	action                           PlayAction
	on                               rules.Day
}

func newGenerating(app core.App, plan *core.Record, how Planning) (*generating, error) {
	policy, err := LoadPolicy(app)
	if err != nil {
		return nil, err
	}
	whole, problem := rules.ReadPeriod(plan.GetString(FieldPeriod))
	if problem != nil {
		return nil, validation.Errors{FieldPeriod: problemError(problem)}
	}
	g := &generating{app: app, plan: plan, how: how, policy: policy, whole: whole, period: whole, given: map[string]int{}}
	g.period.First = max(whole.First, rules.DayOf(how.Now, policy.Zone))
	if g.days = policy.Calendar.WorkdaysOf(g.period); len(g.days) == 0 {
		return nil, validation.Errors{FieldPeriod: fieldError("over", "There is no working day left in %s.", plan.GetString(FieldPeriod))}
	}
	g.spread = rules.NewSpread(g.days, policy.ContactsPerDay)
	return g, nil
}

func (g *generating) loadPeople() error {
	var rows []planner
	err := g.app.DB().NewQuery("SELECT " + personColumns + ", role, team FROM users WHERE active ORDER BY created, id").All(&rows)
	if err != nil {
		return fmt.Errorf("failed to load who works: %w", err)
	}
	g.people = make(map[string]planner, len(rows))
	for _, row := range rows {
		g.people[row.ID] = row
	}
	return nil
}

// loadKnown reads which lines of the plan are there and which were deleted.
func (g *generating) loadKnown() error {
	var keys []string
	prefix := lineKey + g.plan.Id + ":"
	err := g.app.DB().NewQuery("SELECT [[key]] FROM tasks WHERE [[key]] >= {:from} AND [[key]] < {:to}").
		Bind(dbx.Params{"from": prefix, "to": lineKey + g.plan.Id + ";"}).Column(&keys)
	if err != nil {
		return fmt.Errorf("failed to load the lines of the plan: %w", err)
	}
	g.known, g.gone = map[string]bool{}, map[string]bool{}
	for _, key := range keys {
		g.known[key] = true
	}
	var gone []string
	if err := g.plan.UnmarshalJSONField(FieldDeletedLines, &gone); err != nil && len(rawJSON(g.plan, FieldDeletedLines)) > 0 {
		return fmt.Errorf("failed to read which lines of the plan were deleted: %w", err)
	}
	for _, key := range gone {
		g.gone[key] = true
	}
	return nil
}

// loadWork counts what people have to do in the period already, and with whom there was contact today.
func (g *generating) loadWork() error {
	zone := g.policy.Zone
	bounds := dbx.Params{"from": FormatMoment(g.period.First.Start(zone)), "to": FormatMoment((g.period.Last + 1).Start(zone))}
	var tasks []struct{ Assignee, Customer, Channel, DueAt string }
	err := g.app.DB().NewQuery(`SELECT assignee, customer, channel, due_at FROM tasks
		WHERE status IN (` + OpenStatuses + `) AND due_at >= {:from} AND due_at < {:to}`).Bind(bounds).All(&tasks)
	if err != nil {
		return fmt.Errorf("failed to load what is planned already: %w", err)
	}
	for _, t := range tasks {
		g.spread.Add(t.Assignee, t.Customer, t.Channel, rules.DayOf(ParseMoment(t.DueAt), zone))
	}
	var contacts []struct{ Customer, Channel, StartedAt string }
	err = g.app.DB().NewQuery(`SELECT customer, channel, started_at FROM follow_ups
		WHERE started_at >= {:from} AND started_at < {:to} AND direction = 'out' AND kind != 'campaign'`).Bind(bounds).All(&contacts)
	if err != nil {
		return fmt.Errorf("failed to load today's contacts: %w", err)
	}
	for _, c := range contacts {
		g.spread.Take(c.Customer, c.Channel, rules.DayOf(ParseMoment(c.StartedAt), zone))
	}
	return nil
}

// planned is a customer as far as planning goes.
type planned struct {
	Hold
	Tier      string `db:"tier"`
	Segment   string `db:"segment"`
	TouchMode string `db:"touch_mode"`
	Preferred string `db:"preferred"`
	Avoid     string `db:"avoid_channels"`
	HoldUntil string `db:"hold_until"` // as agreed in the latest follow-up
}

// preferredColumn is the channel that the primary contact prefers, else the customer c.
const preferredColumn = `coalesce((SELECT nullif(p.preferred_channel, '') FROM contacts p
	WHERE p.customer = c.id AND p.is_primary AND p.left_on = '' LIMIT 1), c.preferred_channel) preferred`

// holdColumn is the day on which to get in touch again with a customer c whose latest follow-up put it on hold.
const holdColumn = `coalesce((SELECT f.resume_on FROM follow_ups f
	WHERE f.customer = c.id AND f.started_at = c.last_follow_up_at AND f.status = 'on_hold' LIMIT 1), '') hold_until`

// customers gives whom to plan for, in the order of their ids.
func (g *generating) customers(choice PlanChoice) ([]planned, error) {
	in := func(column string, values []string) dbx.Expression {
		return dbx.In("c."+column, list.ToInterfaceSlice(values)...)
	}
	query := g.app.DB().Select("c.id", "c.owner", "c.team", "c.collaborators", "c.tier", "c.segment", "c.touch_mode", "c.avoid_channels",
		preferredColumn, holdColumn).
		From("customers c").Where(dbx.NewExp("c.stage != 'archived'")).
		AndWhere(dbx.Or(in(FieldTier, choice.Tiers), in(FieldSegment, choice.Segments))).OrderBy("c.id")
	if team := g.plan.GetString(FieldTeam); team != "" {
		query.AndWhere(dbx.HashExp{"c.team": team})
	}
	var customers []planned
	if err := query.All(&customers); err != nil {
		return nil, fmt.Errorf("failed to find whom to plan for: %w", err)
	}
	return customers, nil
}

// recurring is an action for a customer, so many times; missing are the numbers of those lines that are not there.
type recurring struct {
	rules.Recurring
	action  PlayAction
	key     string
	missing []int
}

// wanted says what the playbooks ask for, the most frequent first: it is the hardest to place.
func (g *generating) wanted(choice PlanChoice) ([]recurring, error) {
	books, err := loadPlaybooks(g.app)
	if err != nil {
		return nil, err
	}
	customers, err := g.customers(choice)
	if err != nil {
		return nil, err
	}
	var all []recurring
	for _, customer := range customers {
		for _, book := range books {
			fits := book.basisFor(map[string]string{FieldTier: customer.Tier, FieldSegment: customer.Segment}) != ""
			chosen := slices.Contains(choice.Tiers, book.For[FieldTier]) || slices.Contains(choice.Segments, book.For[FieldSegment])
			if !fits || !chosen {
				continue
			}
			for number, action := range book.Actions {
				r := g.recurring(customer, action, fmt.Sprintf("%s%s:%s:%s.%d", lineKey, g.plan.Id, customer.ID, book.ID, number))
				if len(r.missing) > 0 {
					all = append(all, r)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b recurring) int { return cmp.Compare(b.Count, a.Count) })
	return all, nil
}

// recurring says how often an action falls into the period: as often as its days go into what is left of it; one that comes more
// seldom falls, by customer, into one of several periods in a row. Silent customers get less, and lightly; those on hold nothing until they are to be
// contacted again.
func (g *generating) recurring(customer planned, action PlayAction, key string) recurring {
	seed := fnv.New32a()
	_, _ = seed.Write([]byte(strings.TrimPrefix(key, lineKey+g.plan.Id))) // never fails
	r := recurring{action: action, key: key}
	r.Customer, r.Every, r.Seed, r.Count = customer.ID, action.EveryDays, seed.Sum32(), 1
	switch customer.TouchMode {
	case rules.TouchLight:
		r.Every = int(math.Ceil(float64(r.Every) * g.policy.LightFactor))
	case rules.TouchRecovering:
		r.Every = int(math.Ceil(float64(r.Every) * g.policy.RecoveryFactor))
	}
	if days := g.whole.Days(); r.Every > days {
		turn := (r.Every - (int(g.whole.First)+int(r.Seed%uint32(r.Every)))%r.Every) % r.Every // days until its own
		if turn >= days {
			r.Count = 0
		}
	} else if r.Every > 0 {
		r.Count = max(g.period.Days()/r.Every, 1)
	}
	for n := range r.Count {
		switch line := r.line(n); {
		case g.gone[line]:
			g.result.Deleted++
		case g.known[line]:
			g.result.Kept++
		default:
			r.missing = append(r.missing, n)
		}
	}
	r.Count = len(r.missing)
	if r.Count == 0 {
		return r
	}
	urgency := rules.UrgencyOf(customer.TouchMode, action.Channel)
	r.Channel, _ = rules.ChooseChannel(urgency, customer.Preferred, action.Channel, jsonTexts(customer.Avoid))
	r.Person, r.There = g.assignee(customer, action.Role)
	r.There = max(r.There, parseDay(customer.HoldUntil))
	return r
}

// line is the key of one of the lines.
func (r recurring) line(n int) string { return fmt.Sprintf("%s:%d", r.key, n) }

// place gives every line its day.
func (g *generating) place(wanted []recurring) []planLine {
	var lines []planLine
	for _, r := range wanted {
		for i, on := range g.spread.Place(r.Recurring) {
			if on.IsZero() {
				g.result.Unplaced++
				continue
			}
			lines = append(lines, planLine{r.line(r.missing[i]), r.Customer, r.Person, r.Channel, r.action, on})
		}
	}
	slices.SortFunc(lines, func(a, b planLine) int {
		return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(a.on, b.on), cmp.Compare(a.key, b.key))
	})
	return lines
}
