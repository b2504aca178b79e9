package access

import (
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// Rules are PocketBase's rules of a collection; nil is for superusers alone.
type Rules struct {
	List, View, Create, Update, Delete *string
	Auth, Manage                       *string // of an auth collection
}

// isStaff is what every rule begins with: a guest, and who is no longer active, sees and does nothing.
const isStaff = `@request.auth.collectionName = "users" && @request.auth.active = true`

// RulesOf derives the rules of a collection from the table. To write, PocketBase lets those try who see the records, whatever
// their role: who of them may, and why not, is for the hooks to say, in the transaction of the write, because a rule
// that refuses answers as if there were nothing.
func RulesOf(collection string) Rules {
	rights := Table[collection]
	see := ruleFor(collection, rights.See)
	rules := Rules{List: see, View: see}
	if rights.Create != none {
		rules.Create = ruleFor(collection, all)
	}
	if rights.Change != none {
		rules.Update = see
	}
	if rights.Delete != none {
		rules.Delete = see
	}
	if rights.kind == people {
		active := "active = true"
		rules.Auth, rules.Manage = &active, ruleFor(collection, directors)
	}
	return rules
}

// ruleFor puts a grant into PocketBase's language.
func ruleFor(collection string, g Grant) *string {
	if g == none {
		return nil
	}
	var byRole []string
	alike := map[string][]string{} // condition → roles
	for i, role := range roles {
		if g[i] == 0 {
			continue
		}
		condition := conditions(collection, g[i])
		if alike[condition] == nil {
			byRole = append(byRole, condition)
		}
		alike[condition] = append(alike[condition], `@request.auth.role = "`+role+`"`)
	}
	for i, condition := range byRole {
		of := strings.Join(alike[condition], " || ")
		if condition != "" {
			of = "(" + of + ") && (" + condition + ")"
		}
		byRole[i] = "(" + of + ")"
	}
	rule := isStaff + " && (" + strings.Join(byRole, " || ") + ")"
	return &rule
}

// conditions are those of which one has to hold for somebody who stands so; empty for anyone.
func conditions(collection string, s crm.Standing) string {
	if s&crm.Anyone != 0 {
		return ""
	}
	kind, prefix := Table[collection].kind, ""
	if kind == ofCustomers {
		prefix = "customer."
	}
	var any []string
	add := func(bit crm.Standing, condition string) {
		if s&bit != 0 {
			any = append(any, condition)
		}
	}
	switch kind {
	case customers, ofCustomers:
		add(crm.Own, prefix+"owner = @request.auth.id || "+prefix+"collaborators ~ @request.auth.id")
		add(crm.Assigned, prefix+"assigned ~ @request.auth.id")
		add(crm.Team, `(@request.auth.team != "" && `+prefix+"team = @request.auth.team)")
		add(crm.Pool, unowned(kind, prefix))
		add(crm.Self, "by = @request.auth.id")
		add(crm.Assignee, "assignee = @request.auth.id")
		add(crm.Service, `kind = "`+strings.Join(serviceKinds, `" || kind = "`)+`"`)
	case people:
		add(crm.Self, "id = @request.auth.id")
		add(crm.Team, `(@request.auth.team != "" && team = @request.auth.team)`)
	case files:
		add(crm.Self, "by = @request.auth.id")
		add(crm.Team, `(@request.auth.team != "" && by.team = @request.auth.team)`)
	case notices:
		add(crm.Self, "user = @request.auth.id")
	case planned:
		add(crm.Self, "owner = @request.auth.id")
		add(crm.Team, `(@request.auth.team != "" && team = @request.auth.team)`)
	}
	return strings.Join(any, " || ")
}

// unowned is the condition of a customer without owner. A record whose customer is gone has none either, and is nobody's business.
func unowned(kind kind, prefix string) string {
	if kind == ofCustomers {
		return "(" + prefix + `id != "" && ` + prefix + `owner = "")`
	}
	return prefix + `owner = ""`
}

// Narrow gives the condition, in SQL, of the records of a collection that stand to a principal in one of these ways; nil where
// all do. It names columns with their table. Who has none of them gets a condition that never holds.
func (p Principal) Narrow(collection string, s crm.Standing) dbx.Expression {
	return p.narrow(collection, s, fewest)
}

// form is how a condition is put to SQLite, which cannot tell how many records meet it.
type form int

const (
	fewest  form = iota // few do: SQLite begins with them
	inOrder             // many do: SQLite keeps the index of the order asked for, and asks it of one record after the other until the page is full
	listed              // many do, and it is asked of very many records: SQLite lists all customers first, which takes it some ten milliseconds
	allOf               // many do, and all that meet a filter, too, are wanted: SQLite begins with the fewer
)

// narrow is Narrow in one of these forms.
func (p Principal) narrow(collection string, s crm.Standing, put form) dbx.Expression {
	many := put == inOrder || put == listed
	if s&crm.Anyone != 0 {
		return nil
	}
	var any []string
	add := func(bit crm.Standing, condition string) {
		if s&bit != 0 {
			any = append(any, condition)
		}
	}
	table := hint(many) + "{{" + collection + "}}."
	switch Table[collection].kind {
	case customers:
		any = heldBy(s, p.Team != "", many)
	case ofCustomers:
		held := heldBy(s, p.Team != "", true)
		switch {
		case len(held) == 0:
		case put == inOrder: // as a value: for an EXISTS, SQLite reads all customers into a filter first
			any = append(any, "(SELECT "+strings.Join(held, " OR ")+" FROM {{customers}} WHERE {{customers}}.[[id]] = {{"+collection+"}}.[[customer]])")
		case put == listed:
			any = append(any, table+"[[customer]] IN ("+p.held(s, core.FieldNameId)+")")
		case put == allOf: // else SQLite takes a query for a few values, and begins with it whatever index there is for the filter
			any = append(any, "unlikely("+table+"[[customer]] IN ("+p.held(s, core.FieldNameId)+"))")
		default:
			any = append(any, table+"[[customer]] IN ("+p.held(s, core.FieldNameId)+")")
		}
		add(crm.Self, table+"[[by]] = {:me}")
		add(crm.Assignee, table+"[[assignee]] = {:me}")
		add(crm.Service, table+"[[kind]] IN ('"+strings.Join(serviceKinds, "', '")+"')")
	case people:
		add(crm.Self, table+"[["+core.FieldNameId+"]] = {:me}")
		if p.Team != "" {
			add(crm.Team, table+"[[team]] = {:myTeam}")
		}
	case files:
		add(crm.Self, table+"[[by]] = {:me}")
		if p.Team != "" {
			add(crm.Team, table+"[[by]] IN (SELECT [[id]] FROM {{users}} WHERE [[team]] = {:myTeam})")
		}
	case notices:
		add(crm.Self, table+"[[user]] = {:me}")
	case planned:
		add(crm.Self, table+"[[owner]] = {:me}")
		if p.Team != "" {
			add(crm.Team, table+"[[team]] = {:myTeam}")
		}
	}
	if len(any) == 0 {
		return dbx.NewExp("1 = 0")
	}
	return dbx.NewExp("("+strings.Join(any, " OR ")+")", p.params())
}

func (p Principal) params() dbx.Params { return dbx.Params{"me": p.ID, "myTeam": p.Team} }

// hint keeps SQLite from taking the index of the column it is put before.
func hint(many bool) string {
	if many {
		return "+"
	}
	return ""
}

// heldBy are the conditions of the customers somebody stands to in one of these ways, each with an index of its own; see narrow for
// many.
func heldBy(s crm.Standing, hasTeam, many bool) []string {
	table := hint(many) + "{{customers}}."
	holds := func(column string) string { // among the few customers where there is anybody
		return table + "[[" + column + "]] != '[]' AND instr({{customers}}.[[" + column + "]], {:me}) > 0"
	}
	var any []string
	if s&crm.Team != 0 && hasTeam {
		any = append(any, table+"[[team]] = {:myTeam}")
	}
	if s&crm.Pool != 0 {
		any = append(any, table+"[[owner]] = ''")
	}
	if s&crm.Own != 0 {
		any = append(any, table+"[[owner]] = {:me}", holds(crm.FieldCollaborators))
	}
	if s&crm.Assigned != 0 {
		any = append(any, holds(crm.FieldAssigned))
	}
	return any
}

// held is a query of a column of the customers a principal stands to in one of these ways, each of them once; empty where no
// customer can be. (UNION, which would see to that, has SQLite walk the table in order to merge.)
func (p Principal) held(s crm.Standing, column string) string {
	var each []string
	before := ""
	for _, condition := range heldBy(s, p.Team != "", false) {
		each = append(each, "SELECT {{customers}}.[["+column+"]] FROM {{customers}} WHERE "+condition+before)
		before += " AND NOT (" + condition + ")"
	}
	return strings.Join(each, " UNION ALL ")
}
