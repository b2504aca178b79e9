package api

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/rules"
)

// How many items of a timeline are answered at once.
const (
	timelineDefault = 50
	timelineMost    = 200
)

// source is a collection whose records are moments in a customer's history.
type source struct {
	collection string
	at         string                           // the column of the moment, or an expression that has an index with customer
	moment     func(record *core.Record) string // the same of a record; nil: the column
}

// sources are what a timeline is made of; of one moment, the earlier in this list comes first.
var sources = []source{
	{collection: crm.CollectionFollowUps, at: crm.FieldStartedAt},
	{collection: crm.CollectionOrders, at: crm.FieldOrderedAt},
	{collection: crm.CollectionContracts, at: crm.FieldCreated}, // not everybody who sees a contract may know when it starts
	{collection: crm.CollectionCases, at: crm.FieldOpenedAt},
	{collection: crm.CollectionSurveys, at: surveyAt, moment: surveyMoment},
	{collection: crm.CollectionTasks, at: taskAt, moment: taskMoment},
	{collection: crm.CollectionTierChanges, at: crm.FieldAt},
	{collection: crm.CollectionSignals, at: crm.FieldRaisedAt},
}

// A task stands where it was done, and until then where it was given: a deadline is no history.
const taskAt = "(CASE WHEN done_at = '' THEN created ELSE done_at END)"

func taskMoment(task *core.Record) string {
	return cmp.Or(task.GetString(crm.FieldDoneAt), task.GetString(crm.FieldCreated))
}

// A survey stands where it was answered, and until then where it was sent.
const surveyAt = "(CASE WHEN answered_at = '' THEN sent_at ELSE answered_at END)"

func surveyMoment(survey *core.Record) string {
	return cmp.Or(survey.GetString(crm.FieldAnsweredAt), survey.GetString(crm.FieldSentAt))
}

// item is one thing that happened.
type item struct {
	At         string       `json:"at"` // UTC, as records have it
	Collection string       `json:"collection"`
	Record     *core.Record `json:"record"`
	Words      []string     `json:"words,omitempty"` // what a signal or a change of tier rests on, for those who may know it
	source     int          // index in sources
}

// newerFirst is the order of a timeline.
func newerFirst(a, b item) int {
	return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.source, b.source), cmp.Compare(b.Record.Id, a.Record.Id))
}

// noTimeline is the answer where the fault is not in what is asked for, or is named beside it.
const noTimeline = "The timeline cannot be read."

// timeline answers the history of a customer, newest first, `{items: [{at, collection, record}], before}`: what of it the caller sees,
// showing what they may read. It takes limit (1 to 200, 50), before, the cursor that the last answer ended with (a cursor of
// nothing is the end), and of, the collections to tell of, with commas between them (all). It refuses a customer they do not see with 404.
func timeline(e *core.RequestEvent) error {
	p := access.PrincipalOf(e.Auth)
	customer, err := e.App.FindRecordById(crm.CollectionCustomers, e.Request.PathValue("id"))
	if err != nil {
		return e.NotFoundError("There is no such customer among those you see.", err)
	}
	standing, err := p.Standing(e.App, customer)
	if err != nil {
		return e.InternalServerError(noTimeline, err)
	}
	if !p.Has(access.Table[crm.CollectionCustomers].See, standing) {
		return e.NotFoundError("There is no such customer among those you see.", nil)
	}
	query := e.Request.URL.Query()
	limit, err := readLimit(query.Get("limit"))
	if err != nil {
		return e.BadRequestError(noTimeline, err)
	}
	before, err := readCursor(query.Get("before"))
	if err != nil {
		return e.BadRequestError(noTimeline, err)
	}
	of, err := readSources(query.Get("of"))
	if err != nil {
		return e.BadRequestError(noTimeline, err)
	}
	var items []item
	for _, i := range of {
		some, err := sources[i].before(e.App, p, customer.Id, standing, before.of(i), limit+1)
		if err != nil {
			return e.InternalServerError(noTimeline, err)
		}
		for _, record := range some {
			items = append(items, item{At: sources[i].momentOf(record), Collection: sources[i].collection, Record: record, source: i})
		}
	}
	slices.SortFunc(items, newerFirst)
	next := ""
	if len(items) > limit {
		items = items[:limit]
		next = cursorAt(items[limit-1]).String()
	}
	explain(e, p, standing, items)
	if err := show(e, p, items); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"items": append([]item{}, items...), "before": next})
}

// explain puts into words what signals and changes of tier rest on, for those who may read it. What cannot be read is left out.
func explain(e *core.RequestEvent, p access.Principal, standing crm.Standing, items []item) {
	language := languageOf(e)
	for i := range items {
		record := items[i].Record
		switch {
		case items[i].Collection == crm.CollectionTierChanges && p.CanRead(crm.CollectionTierChanges, crm.FieldReasons, standing):
			var reasons []rules.Reason
			if !readStored(e.App, record, crm.FieldReasons, &reasons) {
				continue
			}
			for _, r := range reasons {
				if r.Rule != rules.RuleWouldChange { // what was missing then is no history
					items[i].Words = append(items[i].Words, r.Words(language))
				}
			}
		case items[i].Collection == crm.CollectionSignals && p.CanRead(crm.CollectionSignals, crm.FieldEvidence, standing):
			signal := rules.Signal{Name: record.GetString(crm.FieldSignal)}
			if readStored(e.App, record, crm.FieldEvidence, &signal.Evidence) {
				items[i].Words = []string{signal.Words(language)}
			}
		}
	}
}

// readStored reads a json field into target; one that is empty leaves it as it is. One that cannot be read it tells the log of, and empties
// on the record, so that the rest of it can be shown.
func readStored(app core.App, record *core.Record, field string, target any) bool {
	if record.GetString(field) == "" {
		return true
	}
	err := record.UnmarshalJSONField(field, target)
	if err != nil {
		app.Logger().Error("A stored value cannot be read", "collection", record.Collection().Name, "record", record.Id, "field", field, "error", err)
		record.SetRaw(field, types.JSONRaw("null"))
	}
	return err == nil
}

// show makes each record show the caller their part of it.
func show(e *core.RequestEvent, p access.Principal, items []item) error {
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	delete(info.Query, "expand") // nobody guards it here
	for i := range sources {
		var records []*core.Record
		for _, item := range items {
			if item.source == i {
				records = append(records, item.Record)
			}
		}
		if err := p.Prepare(e.App, sources[i].collection, records); err != nil {
			return err
		}
		if err := apis.EnrichRecords(e, records); err != nil {
			return err
		}
	}
	return nil
}

func (s source) momentOf(record *core.Record) string {
	if s.moment != nil {
		return s.moment(record)
	}
	return record.GetString(s.at)
}

// before gives the latest records of a customer that a principal sees who stands so to the customer, before a place in the order.
func (s source) before(app core.App, p access.Principal, customer string, standing crm.Standing, end *place, limit int) ([]*core.Record, error) {
	query := app.RecordQuery(s.collection).AndWhere(dbx.HashExp{crm.FieldCustomer: customer})
	see := p.Granted(access.Table[s.collection].See)
	if see&(standing|crm.Anyone) == 0 {
		see &= crm.Self | crm.Assignee | crm.Service // what they see of it for its own sake
		if see == 0 {
			return nil, nil
		}
		query.AndWhere(p.Narrow(s.collection, see))
	}
	if end != nil {
		query.AndWhere(dbx.NewExp(s.at+" <= {:at} AND ("+s.at+" < {:at} OR id < {:id})", dbx.Params{"at": end.at, "id": end.id}))
	}
	var records []*core.Record
	err := query.OrderBy(s.at+" DESC", "id DESC").Limit(int64(limit)).All(&records)
	return records, err
}

// place is one in the order of the records of a source: before a moment, and at that moment before an id.
type place struct{ at, id string }

// afterEveryID is larger than any id.
const afterEveryID = "\U0010FFFF"

// cursor is the last item that was answered.
type cursor struct {
	At     string `json:"at"`
	Source string `json:"source"` // its collection
	ID     string `json:"id"`
}

func cursorAt(last item) *cursor {
	return &cursor{At: last.At, Source: last.Collection, ID: last.Record.Id}
}

// String is the cursor as a client has it; nothing it need know about.
func (c *cursor) String() string {
	raw, _ := json.Marshal(c) // three texts can be
	return base64.RawURLEncoding.EncodeToString(raw)
}

// of is where a source goes on after the cursor; nil: at its beginning.
func (c *cursor) of(i int) *place {
	if c == nil {
		return nil
	}
	switch last := sourceOf(c.Source); {
	case i < last:
		return &place{c.At, ""} // all of that moment was answered
	case i > last:
		return &place{c.At, afterEveryID} // nothing of it was
	}
	return &place{c.At, c.ID}
}

func sourceOf(collection string) int {
	return slices.IndexFunc(sources, func(s source) bool { return s.collection == collection })
}

func readCursor(text string) (*cursor, error) {
	if text == "" {
		return nil, nil
	}
	c := &cursor{}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err = errors.Join(err, json.Unmarshal(raw, c)); err != nil || sourceOf(c.Source) < 0 {
		return nil, validation.Errors{"before": validation.NewError("unreadable", "This is not where an earlier answer ended.")}
	}
	return c, nil
}

// readSources gives the places in sources of the collections named, of none: all.
func readSources(text string) ([]int, error) {
	of := make([]int, 0, len(sources))
	for i, source := range sources {
		if text == "" || slices.Contains(strings.Split(text, ","), source.collection) {
			of = append(of, i)
		}
	}
	if text != "" && len(of) != len(strings.Split(text, ",")) {
		return nil, validation.Errors{"of": validation.NewError("unknown_collection", "These are not collections of a timeline.")}
	}
	return of, nil
}

// readLimit reads how many of a list are asked for, 50 where nothing is said, at most timelineMost.
func readLimit(text string) (int, error) {
	if text == "" {
		return timelineDefault, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > timelineMost {
		return 0, validation.Errors{"limit": validation.NewError("out_of_range", "A number from 1 to 200 is expected.")}
	}
	return limit, nil
}

// readPage reads which page of a list is asked for, the first where nothing is said.
func readPage(text string) (int, error) {
	if text == "" {
		return 1, nil
	}
	page, err := strconv.Atoi(text)
	if err != nil || page < 1 {
		return 0, validation.Errors{"page": validation.NewError("unreadable", "A page is a number from 1.")}
	}
	return page, nil
}
