package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/audit"
	"touchbase/crm"
	"touchbase/rules"
)

// What a search for an actor may ask for besides the id of one.
const (
	actorProgram   = "program"
	actorSuperuser = "superuser"
)

// auditEntry is an entry of the audit log with the names of what it is about. Changes has the fields its reader may read; customer is the
// one it is about, where there is one.
type auditEntry struct {
	ID         string        `json:"id"`
	At         string        `json:"at"`
	Actor      auditActor    `json:"actor"`
	IP         string        `json:"ip"`
	Action     string        `json:"action"`
	Collection string        `json:"collection"`
	Record     string        `json:"record"`
	Name       string        `json:"name"` // of the record; empty: it is there no more
	Customer   string        `json:"customer"`
	Note       string        `json:"note"`
	Changes    []auditChange `json:"changes"`
}

type auditActor struct {
	Kind string `json:"kind"` // user, superuser or program
	ID   string `json:"id"`
	Name string `json:"name"` // empty: they are there no more
}

// auditChange is what a field held before and after. Erased: the log holds it no more; secret: it never did.
type auditChange struct {
	Field  string          `json:"field"`
	From   json.RawMessage `json:"from,omitempty"`
	To     json.RawMessage `json:"to,omitempty"`
	Erased bool            `json:"erased,omitempty"`
	Secret bool            `json:"secret,omitempty"`
}

// auditTrail answers `{entries, names, next}`: a page of the audit log, newest first. It takes limit (1 to 200, 50), actor (an id, program
// or superuser), collection, record (of the collection), action, from and to (days, both included) and before, the next of the page
// before. Names are those of the records that changes speak of, by id.
func auditTrail(e *core.RequestEvent) error {
	search, err := auditSearch(e)
	if err != nil {
		return refusal(e, err)
	}
	page, err := audit.Find(e.App, search)
	if err != nil {
		return e.InternalServerError("The audit log cannot be read.", err)
	}
	n := naming{app: e.App, wanted: map[string]map[string]bool{}, names: map[string]auditName{}}
	p := access.PrincipalOf(e.Auth)
	entries := make([]auditEntry, len(page.Entries))
	for i, told := range page.Entries {
		entries[i] = n.entry(p, told)
	}
	if err := n.find(); err != nil {
		return e.InternalServerError("The audit log cannot be read.", err)
	}
	for i := range entries {
		n.name(&entries[i])
	}
	return e.JSON(http.StatusOK, map[string]any{"entries": entries, "names": n.titles(), "next": page.Next})
}

// auditSearch reads what a request looks for.
func auditSearch(e *core.RequestEvent) (audit.Search, error) {
	query := e.Request.URL.Query()
	s := audit.Search{
		Collection: query.Get("collection"), Record: query.Get("record"), Action: query.Get("action"), Before: query.Get("before"),
	}
	errs := validation.Errors{}
	var err error
	if s.Limit, err = readLimit(query.Get("limit")); err != nil {
		return s, err
	}
	if s.Record != "" && s.Collection == "" {
		errs["collection"] = validation.NewError(crm.CodeRequired, "Say of which collection the record is.")
	}
	switch actor := query.Get("actor"); actor {
	case "":
	case actorProgram:
		s.Actors = []string{""}
	case actorSuperuser:
		err := e.App.DB().Select("id").From(core.CollectionNameSuperusers).Column(&s.Actors)
		if err != nil {
			return s, err
		}
		s.Actors = append(s.Actors, actorSuperuser) // an id nobody has, were there none
	default:
		s.Actors = []string{actor}
	}
	policy, err := crm.LoadPolicy(e.App)
	if err != nil {
		return s, err
	}
	day := func(name string) (rules.Day, bool) {
		text := query.Get(name)
		if text == "" {
			return 0, false
		}
		day, problem := rules.ReadDay(text, policy.Zone)
		if problem != nil {
			errs[name] = validation.NewError(problem.Code, problem.Message)
		}
		return day, problem == nil
	}
	if first, given := day("from"); given {
		s.From = first.Start(policy.Zone)
	}
	if last, given := day("to"); given {
		s.To = (last + 1).Start(policy.Zone) // the log looks before it
	}
	return s, fieldErrors(errs)
}

// titles are the fields by which people know the records of a collection; those of others are known by their customer.
var titles = map[string]string{
	crm.CollectionCustomers: crm.FieldName, crm.CollectionContacts: crm.FieldName, crm.CollectionUsers: crm.FieldName, crm.CollectionTeams: crm.FieldName,
	crm.CollectionTasks: crm.FieldTitle, crm.CollectionCases: crm.FieldSubject, crm.CollectionOrders: crm.FieldNumber, crm.CollectionContracts: crm.FieldNumber,
	crm.CollectionPlans: crm.FieldName, crm.CollectionPlaybooks: crm.FieldName, crm.CollectionMaterials: crm.FieldTitle, crm.CollectionTags: crm.FieldName,
	crm.CollectionCampaigns: crm.FieldName, crm.CollectionIndustries: crm.FieldName, crm.CollectionTiers: crm.FieldName,
	crm.CollectionRiskRules: crm.FieldSignal,
}

// auditName is what people know a record by.
type auditName struct {
	ID       string `db:"id"`
	Title    string `db:"title"`
	Customer string `db:"customer"`
}

// naming finds the names of many records, each collection's at once.
type naming struct {
	app    core.App
	wanted map[string]map[string]bool // collection → ids
	names  map[string]auditName
}

func (n *naming) want(collection string, ids ...string) {
	for _, id := range ids {
		if id == "" || collection == "" {
			continue
		}
		if n.wanted[collection] == nil {
			n.wanted[collection] = map[string]bool{}
		}
		n.wanted[collection][id] = true
	}
}

// entry reads an entry as its reader may see it and wants the names of what it speaks of.
func (n *naming) entry(p access.Principal, told audit.Told) auditEntry {
	entry := auditEntry{
		ID: told.ID, At: told.At, IP: told.IP, Action: told.Action, Collection: told.Collection, Record: told.Record, Note: told.Note,
		Actor: auditActor{Kind: actorProgram, ID: told.Actor}, Changes: []auditChange{},
	}
	switch told.ActorOf {
	case crm.CollectionUsers:
		entry.Actor.Kind = "user"
	case core.CollectionNameSuperusers:
		entry.Actor.Kind = actorSuperuser
	}
	n.want(told.ActorOf, told.Actor)
	n.want(told.Collection, told.Record)
	collection, err := n.app.FindCachedCollectionByNameOrId(told.Collection)
	for _, name := range slices.Sorted(maps.Keys(told.Changes)) {
		if !p.CanRead(told.Collection, name, crm.Anyone) {
			continue
		}
		change := auditChange{Field: name, From: told.Changes[name].From, To: told.Changes[name].To, Erased: told.Changes[name].Erased}
		if err == nil {
			if field := collection.Fields.GetByName(name); field != nil {
				change.Secret = audit.Secret(field)
				n.wantRelated(field, change.From, change.To)
			}
		}
		if change.Erased || change.Secret || told.Action == audit.ActionErase || says(change.From) || says(change.To) {
			entry.Changes = append(entry.Changes, change)
		}
	}
	return entry
}

// says tells whether a side of a change holds anything.
func says(side json.RawMessage) bool {
	return len(side) > 0 && !slices.Contains([]string{`null`, `""`, `[]`, `{}`}, string(side))
}

// wantRelated wants the names of the records that the sides of a change of a relation point to.
func (n *naming) wantRelated(field core.Field, sides ...json.RawMessage) {
	relation, ok := field.(*core.RelationField)
	if !ok {
		return
	}
	target, err := n.app.FindCachedCollectionByNameOrId(relation.CollectionId)
	if err != nil {
		return // and they stay without names
	}
	for _, side := range sides {
		var one string
		var many []string
		if json.Unmarshal(side, &one) == nil {
			many = []string{one}
		} else if json.Unmarshal(side, &many) != nil {
			continue
		}
		n.want(target.Name, many...)
	}
}

// find reads the names that are wanted, then those of the customers by whom records without a name of their own are known.
func (n *naming) find() error {
	for len(n.wanted) > 0 {
		wanted := n.wanted
		n.wanted = map[string]map[string]bool{}
		for name, ids := range wanted {
			if err := n.findIn(name, slices.Collect(maps.Keys(ids))); err != nil {
				return err
			}
		}
	}
	return nil
}

func (n *naming) findIn(name string, ids []string) error {
	collection, err := n.app.FindCachedCollectionByNameOrId(name)
	if err != nil {
		return nil // a collection that is there no more has no names
	}
	title, customer := "''", "''"
	if field := titles[name]; field != "" {
		title = "[[" + field + "]]"
	}
	if collection.Fields.GetByName(crm.FieldCustomer) != nil {
		customer = "[[" + crm.FieldCustomer + "]]"
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	var rows []auditName
	err = n.app.DB().NewQuery("SELECT id, " + title + " AS title, " + customer + " AS customer FROM {{" + name + "}} WHERE id IN (SELECT value FROM json_each({:ids}))").
		Bind(dbx.Params{"ids": string(list)}).All(&rows)
	if err != nil {
		return fmt.Errorf("failed to name the records of %s: %w", name, err)
	}
	for _, row := range rows {
		n.names[row.ID] = row
		if _, known := n.names[row.Customer]; !known {
			n.want(crm.CollectionCustomers, row.Customer)
		}
	}
	return nil
}

// titles gives the names that were found by id, of records without one their customer's.
func (n *naming) titles() map[string]string {
	titles := make(map[string]string, len(n.names))
	for id, found := range n.names {
		titles[id] = found.Title
		if found.Title == "" {
			titles[id] = n.names[found.Customer].Title
		}
	}
	return titles
}

// name puts the names that were found into an entry.
func (n *naming) name(entry *auditEntry) {
	record := n.names[entry.Record]
	entry.Actor.Name, entry.Name, entry.Customer = n.names[entry.Actor.ID].Title, record.Title, record.Customer
	if entry.Name == "" {
		entry.Name = n.names[record.Customer].Title
	}
	if entry.Collection == crm.CollectionCustomers && record.ID != "" {
		entry.Customer = record.ID
	}
}
