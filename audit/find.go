package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Search is what entries somebody looks for. The zero value of a part looks for any.
type Search struct {
	Actors     []string // ids; the empty one is the program
	Collection string
	Record     string // an id, of the collection, which has to be named
	Action     string
	From, To   time.Time // from this moment, and before that
	Before     string    // where the page before ended; see Page
	Limit      int
}

// Page is a part of the log, newest first. Next is where it ends; empty: with the log.
type Page struct {
	Entries []Told
	Next    string
}

// Told is an entry as it is read.
type Told struct {
	ID         string
	At         string // a moment, as it is stored
	Actor      string
	ActorOf    string // the actor's collection
	IP         string
	Action     string
	Collection string
	Record     string
	Note       string
	Changes    map[string]ToldChange
}

// ToldChange is what one field held before and after, nil where nothing is kept; Erased: because it was taken out of the log.
type ToldChange struct {
	From   json.RawMessage
	To     json.RawMessage
	Erased bool
}

// Find gives a page of the log. It reads little more than what it gives, also of a long log, since each search goes by one index. It
// refuses a record without its collection and a Before that is no Next.
func Find(app core.App, s Search) (Page, error) {
	sql, params, err := s.statement()
	if err != nil {
		return Page{}, err
	}
	var rows []row
	if err := app.DB().NewQuery(sql).Bind(params).All(&rows); err != nil {
		return Page{}, fmt.Errorf("failed to search the audit log: %w", err)
	}
	page := Page{Entries: make([]Told, 0, len(rows))}
	for i, r := range rows {
		if i == s.Limit {
			last := rows[i-1]
			page.Next = last.At + "," + strconv.FormatInt(last.Seq, 10)
			break
		}
		told, err := r.tell()
		if err != nil { // it is shown without its changes; whether somebody else wrote it is for Verify to say
			app.Logger().Error("An entry of the audit log cannot be read", "record", r.ID, "seq", r.Seq, "error", err)
		}
		page.Entries = append(page.Entries, told)
	}
	return page, nil
}

// index names the column by whose index a search goes: that of its rarest condition; empty: none but the moments'. SQLite knows nothing
// of how rare a value is, and by another index it might read half the log for a page.
func (s Search) index() string {
	rare := s.Action != "" && s.Action != ActionCreate && s.Action != ActionUpdate
	switch {
	case s.Record != "":
		return "record"
	case rare:
		return "action"
	case len(s.Actors) > 0 && s.Actors[0] != "":
		return "actor"
	case s.Collection != "":
		return "collection"
	case s.Action != "":
		return "action"
	case len(s.Actors) > 0:
		return "actor"
	}
	return ""
}

// statement is the query of a search. A plus hides a condition from the choice of the index.
func (s Search) statement() (string, dbx.Params, error) {
	if s.Record != "" && s.Collection == "" {
		return "", nil, fmt.Errorf("a record is looked for in its collection")
	}
	index, params, where := s.index(), dbx.Params{"limit": s.Limit + 1}, []string{"TRUE"}
	is := func(name string, values ...string) {
		marks := make([]string, len(values))
		for i, value := range values {
			mark := name + strconv.Itoa(i)
			marks[i], params[mark] = "{:"+mark+"}", value
		}
		hidden := "+"
		if name == index || name == "collection" && index == "record" {
			hidden = ""
		}
		where = append(where, hidden+name+" IN ("+strings.Join(marks, ", ")+")")
	}
	for name, value := range map[string]string{"collection": s.Collection, "record": s.Record, "action": s.Action} {
		if value != "" {
			is(name, value)
		}
	}
	if len(s.Actors) > 0 {
		is("actor", s.Actors...)
	}
	if !s.From.IsZero() {
		where, params["from"] = append(where, "at >= {:from}"), stamp(s.From)
	}
	if !s.To.IsZero() {
		where, params["to"] = append(where, "at < {:to}"), stamp(s.To)
	}
	if s.Before != "" {
		at, number, _ := strings.Cut(s.Before, ",")
		seq, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return "", nil, fmt.Errorf("no page ends at %q", s.Before)
		}
		where, params["at"], params["seq"] = append(where, "at <= {:at} AND (at < {:at} OR seq < {:seq})"), at, seq
	}
	order := "at DESC, seq DESC"
	if index == "record" {
		order = "+at DESC, +seq DESC" // the index that would spare sorting these few is not theirs
	}
	return `SELECT id, seq, at, actor, actor_collection, ip, action, collection, record, note, changes, digests FROM audit_log
		WHERE ` + strings.Join(where, " AND ") + " ORDER BY " + order + " LIMIT {:limit}", params, nil
}

// tell reads a row. One whose changes cannot be read has none, beside the error.
func (r *row) tell() (Told, error) {
	told := Told{
		ID: r.ID, At: r.At, Actor: r.Actor, ActorOf: r.ActorCollection, IP: r.IP, Action: r.Action, Collection: r.Collection, Record: r.Record,
		Note: r.Note, Changes: map[string]ToldChange{},
	}
	var kept values
	var sealed seals
	if err := errors.Join(json.Unmarshal([]byte(r.Changes), &kept), json.Unmarshal([]byte(r.Digests), &sealed)); err != nil {
		return told, err
	}
	for name, sides := range kept {
		change := ToldChange{From: sides[sideFrom], To: sides[sideTo]}
		for _, seal := range sealed[name] {
			change.Erased = change.Erased || strings.HasPrefix(seal, erased)
		}
		told.Changes[name] = change
	}
	return told, nil
}
