package bench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/crm"
	"touchbase/rules"
)

// requestsEach is how many requests of a kind a round sends, by so many clients at once. A customer is followed up once a kind, where
// there are enough of them.
var requestsEach = map[int]int{1: 100, 8: 240}

// contact is whom a follow-up of the bench is about.
type contact struct {
	Customer string `db:"customer"`
	Contact  string `db:"contact"`
	Owner    string `db:"owner"`
}

// rest is the record of a contact as it arrives by HTTP.
type rest struct {
	*bench
	ours, plain *server
	contacts    []contact
	tokens      map[string]map[string]string // app → user → token
	used        map[string]int               // kind → contacts used so far
	seq         int                          // of the plain app's log
	follows     consequences
}

// consequences are the rows that the program writes after a follow-up, as PocketBase's API takes them.
type consequences struct {
	customer    map[string]any // the changed columns
	tasks, logs []map[string]any
}

// rest creates follow-ups over HTTP, by one client and by eight: at the program, which judges the customer, opens the task and keeps the
// log; at PocketBase alone, the same rows in one batch; and there the bare record.
func (b *bench) rest(ctx context.Context) (err error) {
	r := &rest{bench: b, tokens: map[string]map[string]string{}, used: map[string]int{}}
	if err := r.prepare(); err != nil {
		return err
	}
	if r.ours, err = b.serveOurs(); err != nil {
		return err
	}
	if r.plain, err = serve(b.plain); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.plain.server.Close()) }()
	if err := r.probe(ctx); err != nil {
		return err
	}
	progress := b.steps("follow-ups over HTTP")
	for i, clients := range []int{1, 8} {
		var whole, bare []pair
		for round := range b.Rounds {
			rates, err := r.round(ctx, round, clients)
			if err != nil {
				return err
			}
			whole = append(whole, pair{rates["ours"], rates["batch"]})
			bare = append(bare, pair{rates["ours"], rates["bare"]})
			progress(i*b.Rounds+round+1, 2*b.Rounds)
		}
		name := fmt.Sprintf("a follow-up over HTTP, %d clients, against PocketBase alone: ", clients)
		key := fmt.Sprintf("rest-%d-", clients)
		b.report.add(compare(key+"batch", name+"the same rows in one batch", "1/s", whole).atLeast(0.6),
			compare(key+"bare", name+"the bare record", "1/s", bare).atLeast(0.35))
	}
	return nil
}

// round measures each kind once, beginning with another one every time.
func (r *rest) round(ctx context.Context, round, clients int) (map[string]float64, error) {
	kinds := []string{"ours", "batch", "bare"}
	rates := map[string]float64{}
	for i := range kinds {
		kind := kinds[(i+round)%len(kinds)]
		at, next := r.plain, func() request { return r.bare("plain", kind) }
		switch kind {
		case "ours":
			at, next = r.ours, func() request { return r.bare("ours", kind) }
		case "batch":
			next = r.batch
		}
		if err := errors.Join(checkpoint(r.bench.ours), checkpoint(r.bench.plain)); err != nil {
			return nil, err
		}
		rate, err := r.rate(ctx, at, clients, requestsEach[clients], next)
		if err != nil {
			return nil, err
		}
		rates[kind] = rate
	}
	return rates, nil
}

// prepare chooses whom to follow up, signs their owners in and opens the plain app to everybody who is signed in.
func (r *rest) prepare() error {
	err := r.bench.ours.DB().NewQuery(`SELECT c.id customer, k.id contact, c.owner FROM customers c JOIN contacts k ON k.customer = c.id AND k.is_primary
		WHERE c.owner != '' AND c.stage != 'archived' ORDER BY c.id LIMIT 20000`).All(&r.contacts)
	if err != nil {
		return err
	}
	for name, app := range map[string]core.App{"ours": r.bench.ours, "plain": r.bench.plain} {
		r.tokens[name] = map[string]string{}
		people, err := app.FindAllRecords(crm.CollectionUsers)
		if err != nil {
			return err
		}
		for _, person := range people {
			if r.tokens[name][person.Id], err = person.NewAuthToken(); err != nil {
				return err
			}
		}
	}
	for _, name := range []string{crm.CollectionFollowUps, crm.CollectionCustomers, crm.CollectionTasks, crm.CollectionAuditLog} {
		if err := openTo(r.bench.plain, name); err != nil {
			return fmt.Errorf("failed to open %s: %w", name, err)
		}
	}
	return r.bench.plain.DB().NewQuery("SELECT max(seq) FROM audit_log").Row(&r.seq)
}

// openTo lets everybody who is signed in write every field of a collection.
func openTo(app core.App, name string) error {
	collection, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return err
	}
	rule := types.Pointer(`@request.auth.id != ""`)
	collection.ListRule, collection.ViewRule, collection.CreateRule, collection.UpdateRule = rule, rule, rule, rule
	for _, field := range collection.Fields {
		if !field.GetSystem() {
			field.SetHidden(false)
		}
	}
	return app.Save(collection)
}

// next gives a contact that the kind has not used, as long as there is one.
func (r *rest) next(kind string) contact {
	r.used[kind]++
	return r.contacts[r.used[kind]%len(r.contacts)]
}

// followUp is what a person enters: what was said, and the next step.
func (r *rest) followUp(c contact) map[string]any {
	now := r.bench.ours.clock.Now()
	return map[string]any{
		crm.FieldCustomer: c.Customer, crm.FieldContact: c.Contact, crm.FieldBy: c.Owner, crm.FieldChannel: "phone", crm.FieldKind: "care",
		crm.FieldStartedAt: crm.FormatMoment(now.Add(-time.Minute)), crm.FieldContent: openings[0] + pains[0] + notes[0] + c.Customer,
		crm.FieldFeedback: "positive", crm.FieldMood: "interested", crm.FieldPurpose: wishes[0], crm.FieldStatus: rules.StatusToFollowUp,
		crm.FieldNextAction: wishes[1], crm.FieldNextActionOn: now.In(r.now.Location()).AddDate(0, 0, 7).Format(time.DateOnly),
	}
}

func createPath(collection string) string { return "/api/collections/" + collection + "/records" }

// bare creates a follow-up at an app, with whatever follows there.
func (r *rest) bare(app, kind string) request {
	c := r.next(kind)
	return request{http.MethodPost, createPath(crm.CollectionFollowUps), r.tokens[app][c.Owner], r.followUp(c)}
}

// batch creates a follow-up at PocketBase alone with the rows that the program would have written after it.
func (r *rest) batch() request {
	c := r.next("batch")
	id := core.GenerateDefaultRandomId()
	type one struct {
		Method string         `json:"method"`
		URL    string         `json:"url"`
		Body   map[string]any `json:"body"`
	}
	followUp := r.followUp(c)
	followUp[core.FieldNameId] = id
	requests := []one{
		{http.MethodPost, createPath(crm.CollectionFollowUps), followUp},
		{http.MethodPatch, createPath(crm.CollectionCustomers) + "/" + c.Customer, r.follows.customer},
	}
	for i, task := range r.follows.tasks {
		task = maps.Clone(task)
		task[crm.FieldCustomer], task[crm.FieldFollowUp], task[crm.FieldAssignee], task[crm.FieldBy] = c.Customer, id, c.Owner, c.Owner
		task[crm.FieldGivenBy], task[crm.FieldKey] = c.Owner, fmt.Sprintf("%s:%d", id, i)
		requests = append(requests, one{http.MethodPost, createPath(crm.CollectionTasks), task})
	}
	for _, entry := range r.follows.logs {
		r.seq++
		entry = maps.Clone(entry)
		entry["seq"], entry["record"] = r.seq, id
		requests = append(requests, one{http.MethodPost, createPath(crm.CollectionAuditLog), entry})
	}
	return request{http.MethodPost, "/api/batch", r.tokens["plain"][c.Owner], map[string]any{"requests": requests}}
}

// probe creates one follow-up at the program to see what follows from it.
func (r *rest) probe(ctx context.Context) error {
	app := r.bench.ours
	var seq int
	if err := app.DB().NewQuery("SELECT max(seq) FROM audit_log").Row(&seq); err != nil {
		return err
	}
	c := r.contacts[(r.used["ours"]+1)%len(r.contacts)]
	before, err := rows(app, "SELECT * FROM customers WHERE id = {:id}", dbx.Params{"id": c.Customer})
	if err != nil {
		return err
	}
	said, err := send(ctx, http.DefaultClient, r.ours.url, r.bare("ours", "ours"))
	if err != nil {
		return err
	}
	after, err := rows(app, "SELECT * FROM customers WHERE id = {:id}", dbx.Params{"id": c.Customer})
	if err != nil {
		return err
	}
	maps.DeleteFunc(after[0], func(column string, value any) bool { return before[0][column] == value })
	r.follows.customer = after[0]
	if r.follows.tasks, err = rows(app, "SELECT * FROM tasks WHERE follow_up = {:id}", dbx.Params{"id": said[core.FieldNameId]}); err != nil {
		return err
	}
	r.follows.logs, err = rows(app, "SELECT * FROM audit_log WHERE seq > {:seq} ORDER BY seq", dbx.Params{"seq": seq})
	if err == nil && (len(r.follows.tasks) == 0 || len(r.follows.logs) == 0 || len(after[0]) == 0) {
		err = errors.New("nothing follows from a follow-up")
	}
	r.Progress(fmt.Sprintf("a follow-up writes %d columns of the customer, %d task, %d entries of the log", len(after[0]), len(r.follows.tasks), len(r.follows.logs)), 0, 1)
	return err
}

// rows reads rows as the API takes them, without what PocketBase makes itself.
func rows(app core.App, query string, params dbx.Params) ([]map[string]any, error) {
	found, err := app.DB().NewQuery(query).Bind(params).Rows()
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var list []map[string]any
	for found.Next() {
		row := dbx.NullStringMap{}
		if err := found.ScanMap(row); err != nil {
			return nil, err
		}
		values := map[string]any{}
		for column, value := range row {
			if column != core.FieldNameId && column != crm.FieldCreated && column != crm.FieldUpdated {
				values[column] = value.String
			}
		}
		list = append(list, values)
	}
	return list, found.Err()
}
