package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/rules"
)

// A day is measured of somebody with this many open tasks, so many times a round.
const (
	tasksOfDay = 1000
	daysEach   = 40
	dayLimit   = 50 // ms
)

// dayOfOne is one person's day of work, read over HTTP and by plain SQL.
type dayOfOne struct {
	*bench
	server *server
	person struct {
		ID        string `db:"id"`
		Team      string `db:"team"`
		Customers int    `db:"customers"`
	}
	tokens map[string]string // path → token
}

// day reads the day of the owner with the most customers, who has a thousand open tasks: over HTTP, and by SQL the same rows alone; and
// their team's day, by its manager.
func (b *bench) day(ctx context.Context) error {
	d := &dayOfOne{bench: b, tokens: map[string]string{}}
	if err := d.prepare(); err != nil {
		return err
	}
	var err error
	if d.server, err = b.serveOurs(); err != nil {
		return err
	}
	if err := d.same(ctx); err != nil {
		return err
	}
	progress := b.steps("days over HTTP")
	var own []pair
	var team []float64
	for round := range b.Rounds {
		ours, base, err := d.round(ctx, round)
		if err != nil {
			return err
		}
		own = append(own, pair{ours, base})
		took, err := d.times(ctx, "/api/crm/today?team=own", daysEach/4)
		if err != nil {
			return err
		}
		team = append(team, median(took))
		progress(round+1, b.Rounds)
	}
	of := fmt.Sprintf("a day over HTTP, of %d customers and %d open tasks", d.person.Customers, tasksOfDay)
	sql := compare("today-sql", of+", against SQL for the same rows", "ms", own)
	b.report.add(Line{Key: "today", Name: of, Unit: "ms", Ours: sql.Ours}.atMost(dayLimit), sql,
		Line{Key: "today-team", Name: "the day of their team", Unit: "ms", Ours: median(team)})
	return nil
}

// round gives the medians of both, in milliseconds.
func (d *dayOfOne) round(ctx context.Context, round int) (ours, base float64, err error) {
	if err := errors.Join(checkpoint(d.ours), checkpoint(d.plain)); err != nil {
		return 0, 0, err
	}
	err = inTurn(round, func() error {
		took, err := d.times(ctx, "/api/crm/today", daysEach)
		ours = median(took)
		return err
	}, func() error {
		var took []float64
		for range daysEach {
			start := d.Clock()
			if _, err := d.bySQL(); err != nil {
				return err
			}
			took = append(took, d.Clock().Sub(start).Seconds()*1000)
		}
		base = median(took)
		return nil
	})
	return ours, base, err
}

// times asks for a day some times and gives how many milliseconds each took.
func (d *dayOfOne) times(ctx context.Context, path string, count int) (took []float64, err error) {
	for range count {
		start := d.Clock()
		if _, err := d.ask(ctx, path); err != nil {
			return nil, err
		}
		took = append(took, d.Clock().Sub(start).Seconds()*1000)
	}
	return took, nil
}

func (d *dayOfOne) ask(ctx context.Context, path string) (map[string]any, error) {
	return send(ctx, http.DefaultClient, d.server.url, request{method: http.MethodGet, path: path, token: d.tokens[path]})
}

// prepare gives whoever has the most customers their tasks, of every section and of later days, here and there.
func (d *dayOfOne) prepare() error {
	err := d.ours.DB().NewQuery(`SELECT u.id, u.team, count(*) customers FROM customers c JOIN users u ON u.id = c.owner
		WHERE c.stage != 'archived' GROUP BY u.id ORDER BY count(*) DESC, u.id LIMIT 1`).One(&d.person)
	if err != nil {
		return err
	}
	var manager string
	if err := d.ours.DB().NewQuery("SELECT id FROM users WHERE team = {:team} AND role = 'manager' LIMIT 1").Bind(dbx.Params{"team": d.person.Team}).Row(&manager); err != nil {
		return err
	}
	for path, id := range map[string]string{"/api/crm/today": d.person.ID, "/api/crm/today?team=own": manager} {
		user, err := d.ours.FindRecordById(crm.CollectionUsers, id)
		if err != nil {
			return err
		}
		if d.tokens[path], err = user.NewAuthToken(); err != nil {
			return err
		}
	}
	now := d.ours.clock.Now()
	kinds := []string{crm.KindPromise, crm.KindNegativeFeedback, "maintenance", "other", crm.KindWinBack}
	var tasks []map[string]any
	for i := range tasksOfDay {
		due := now.Add(time.Duration(i%24-12) * 12 * time.Hour)
		tasks = append(tasks, map[string]any{
			"id": fmt.Sprintf("bench%010d", i), "nth": i, "kind": kinds[i%len(kinds)], "due": crm.FormatMoment(due),
			"priority": []string{crm.PriorityHigh, crm.PriorityNormal, crm.PriorityLow}[i%3],
		})
	}
	list, err := json.Marshal(tasks)
	if err != nil {
		return err
	}
	for _, app := range []core.App{d.ours, d.plain} {
		_, err := app.NonconcurrentDB().NewQuery(`WITH chosen AS (SELECT id, row_number() OVER (ORDER BY id) - 1 nth FROM customers WHERE stage != 'archived'),
				given AS (SELECT value FROM json_each({:tasks}))
			INSERT OR REPLACE INTO tasks (id, customer, title, kind, assignee, [[by]], due_at, priority, status, created, updated)
			SELECT value ->> 'id', chosen.id, '回访', value ->> 'kind', {:person}, {:person}, value ->> 'due', value ->> 'priority', 'open', {:now}, {:now}
			FROM given JOIN chosen ON chosen.nth = (value ->> 'nth') % (SELECT count(*) FROM chosen)`).
			Bind(dbx.Params{"tasks": string(list), "person": d.person.ID, "now": crm.FormatMoment(now)}).Execute()
		if err != nil {
			return fmt.Errorf("failed to give somebody tasks: %w", err)
		}
	}
	return nil
}

// dayKinds puts in the tasks with a deadline in hours.
var dayKinds = strings.NewReplacer("{kinds}", "'negative_feedback', 'case', 'win_back', 'handover'")

const (
	openTasks = " t.assignee = {:person} AND t.status IN (" + crm.OpenStatuses + ") "
	ofDay     = `SELECT t.*, c.name, c.tier, c.risk, c.touch_mode, c.silent, c.next_follow_up_on, count(*) OVER () whole
		FROM tasks t JOIN customers c ON c.id = t.customer WHERE ` + openTasks + ` AND c.stage != 'archived' AND `
	isDue = `c.owner = {:person} AND c.next_follow_up_on > '' AND c.next_follow_up_on <= {:today} AND c.stage != 'archived'
		AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.customer = c.id AND ` + openTasks + ` AND (t.kind IN ({kinds}) OR t.due_at <= {:now}))`
)

// The sections of a day, by SQL.
var daySQL = []string{
	ofDay + "t.kind IN ({kinds}) ORDER BY t.due_at, t.id LIMIT 50",
	ofDay + `t.kind NOT IN ({kinds}) AND t.due_at <= {:now} ORDER BY CASE t.priority WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, t.due_at, t.id LIMIT 50`,
	`SELECT c.id, c.name, c.tier, c.risk, c.touch_mode, c.silent, c.next_follow_up_on, count(*) OVER () whole FROM customers c WHERE ` + isDue + `
		ORDER BY CASE c.risk WHEN 'churn_risk' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, instr('SABC', c.tier), c.next_follow_up_on, c.id LIMIT 50`,
	ofDay + `t.kind NOT IN ({kinds}) AND t.due_at > {:now} AND t.due_at < {:tomorrow} AND NOT (t.kind = 'next_action' AND ` + isDue + `)
		ORDER BY t.due_at, t.id LIMIT 50`,
	ofDay + "t.kind = 'promise' AND t.due_at >= {:tomorrow} AND t.due_at < {:horizon} ORDER BY t.due_at, t.id LIMIT 50",
}

// bySQL reads a day at PocketBase's own database and gives how many each section has.
func (d *dayOfOne) bySQL() (counts []int, err error) {
	now := d.moment()
	today := rules.DayOf(now, now.Location())
	params := dbx.Params{
		"person": d.person.ID, "now": crm.FormatMoment(now), "today": crm.FormatMoment(today.Time()),
		"tomorrow": crm.FormatMoment((today + 1).Start(now.Location())), "horizon": crm.FormatMoment((today + 4).Start(now.Location())),
	}
	for _, query := range daySQL {
		found, err := rows(d.plain, dayKinds.Replace(query), params)
		if err != nil {
			return nil, err
		}
		counts = append(counts, len(found))
	}
	return counts, nil
}

// same sees that both read as many rows of each section.
func (d *dayOfOne) same(ctx context.Context) error {
	said, err := d.ask(ctx, "/api/crm/today")
	if err != nil {
		return err
	}
	counts, err := d.bySQL()
	if err != nil {
		return err
	}
	sections, _ := said["sections"].([]any)
	whole := 0
	for i, name := range crm.Sections {
		part, _ := sections[i].(map[string]any)
		items, _ := part["items"].([]any)
		if whole += len(items); len(items) != counts[i] {
			return fmt.Errorf("the day has %d items of %s, and %d by SQL", len(items), name, counts[i])
		}
	}
	if whole == 0 {
		return errors.New("there is nothing to do on the day")
	}
	return nil
}
