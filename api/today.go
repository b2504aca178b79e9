package api

import (
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/rules"
)

// ownTeam is how a request names the team of whoever sends it.
const ownTeam = "own"

// workday is the answer of today.
type workday struct {
	Day      rules.Day `json:"day"` // of the policy's time zone
	At       string    `json:"at"`  // the moment it was worked out
	User     string    `json:"user,omitempty"`
	Team     string    `json:"team,omitempty"`
	Sections []section `json:"sections"`
}

// section is a part of a day, or a page of it.
type section struct {
	Section string    `json:"section"`
	Count   int       `json:"count"` // of the whole section
	Items   []dayItem `json:"items"`
	More    string    `json:"more"` // asks, as after, for what follows; nothing: this is the end
}

// today answers the day's work of one person, or of the people of a team, `{day, at, user or team, sections: [{section, count, items, more}]}`:
// the sections of [crm.Sections] in their order, each with its first limit items (1 to 200, 50). after, the `more` of a section, is answered
// with the next items of that section alone. It takes user, an id, or team, an id or `own`; without either it is one's own day. It
// refuses, with 403 and the field, a day the caller may not look at: managers look at their team's, directors at everybody's.
func today(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		query := e.Request.URL.Query()
		limit, err := readLimit(query.Get("limit"))
		if err != nil {
			return e.BadRequestError(noDay, err)
		}
		after, err := readPlace(query.Get("after"))
		if err != nil {
			return e.BadRequestError(noDay, err)
		}
		d := workday{User: query.Get("user"), Team: query.Get("team")}
		moment := now()
		policy, err := crm.LoadPolicy(e.App)
		if err != nil {
			return refusal(e, err)
		}
		whose, err := d.whose(e, rules.DayOf(moment, policy.Zone))
		if err != nil {
			return refusal(e, err)
		}
		agenda, err := crm.LoadAgenda(e.App, policy, whose, moment)
		if err != nil {
			return e.InternalServerError(noDay, err)
		}
		d.Day, d.At = agenda.Today, crm.FormatMoment(moment)
		shown := shownDay{e: e, policy: policy, now: moment, today: agenda.Today}
		for _, name := range crm.Sections {
			if after == nil || after.Section == name {
				d.Sections = append(d.Sections, shown.take(name, agenda.Sections[name], after, limit))
			}
		}
		if err := shown.fill(d.Sections); err != nil {
			return e.InternalServerError(noDay, err)
		}
		return e.JSON(http.StatusOK, d)
	}
}

// noDay is the answer where the fault is not in what is asked for, or is named beside it.
const noDay = "The day cannot be read."

// whose says whose day is asked for, and puts ids in place of what the request left to be understood.
func (d *workday) whose(e *core.RequestEvent, today rules.Day) (crm.Whose, error) {
	p := access.PrincipalOf(e.Auth)
	switch {
	case !p.Super && !p.IsStaff():
		return crm.Whose{}, e.ForbiddenError("This is for active staff.", nil)
	case d.User != "" && d.Team != "":
		return crm.Whose{}, refuse(http.StatusBadRequest, crm.FieldTeam, "not_both", "Ask for a person's day or for a team's.")
	case d.Team != "":
		return d.ofTeam(e.App, p)
	case d.User == "" && p.Super:
		return crm.Whose{}, refuse(http.StatusBadRequest, crm.FieldUser, crm.CodeRequired, "Say whose day: a superuser has none.")
	case d.User == "" || d.User == p.ID:
		d.User = p.ID
		return ofPerson(e.App, e.Auth, today)
	case !p.Super && p.Role != crm.RoleManager && p.Role != crm.RoleDirector:
		return crm.Whose{}, refuse(http.StatusForbidden, crm.FieldUser, access.CodeNotAllowed, "Managers and directors look at the days of others.")
	}
	user, err := e.App.FindRecordById(crm.CollectionUsers, d.User)
	if errors.Is(err, sql.ErrNoRows) {
		return crm.Whose{}, refuse(http.StatusNotFound, crm.FieldUser, "unknown", "There is no such person.")
	}
	if err != nil {
		return crm.Whose{}, err
	}
	if p.Role == crm.RoleManager && (p.Team == "" || user.GetString(crm.FieldTeam) != p.Team) {
		return crm.Whose{}, refuse(http.StatusForbidden, crm.FieldUser, access.CodeNotAllowed, "This person is not of your team.")
	}
	return ofPerson(e.App, user, today)
}

// ofPerson is the day of a person: theirs, and of the customers of those they stand in for what they see.
func ofPerson(app core.App, user *core.Record, today rules.Day) (crm.Whose, error) {
	p := access.PrincipalOf(user)
	whose := crm.Whose{People: []string{user.Id}, Sees: func(hold crm.Hold) bool { return seesCustomer(p, hold) }}
	if !p.IsStaff() {
		return whose, nil
	}
	var err error
	whose.Absent, err = crm.StandsInFor(app, user.Id, today)
	return whose, err
}

func seesCustomer(p access.Principal, hold crm.Hold) bool {
	return p.Has(access.Table[crm.CollectionCustomers].See, hold.Standing(p.Person))
}

// ofTeam is the day of the active people of a team, each as their own.
func (d *workday) ofTeam(app core.App, p access.Principal) (crm.Whose, error) {
	switch {
	case !p.Super && p.Role != crm.RoleManager && p.Role != crm.RoleDirector:
		return crm.Whose{}, refuse(http.StatusForbidden, crm.FieldTeam, access.CodeNotAllowed, "Managers and directors look at the days of others.")
	case d.Team == ownTeam && p.Team == "":
		return crm.Whose{}, refuse(http.StatusBadRequest, crm.FieldTeam, "unknown", "You are of no team.")
	case d.Team == ownTeam:
		d.Team = p.Team
	case p.Role == crm.RoleManager && d.Team != p.Team:
		return crm.Whose{}, refuse(http.StatusForbidden, crm.FieldTeam, access.CodeNotAllowed, "This is not your team.")
	}
	if _, err := app.FindRecordById(crm.CollectionTeams, d.Team); errors.Is(err, sql.ErrNoRows) {
		return crm.Whose{}, refuse(http.StatusNotFound, crm.FieldTeam, "unknown", "There is no such team.")
	} else if err != nil {
		return crm.Whose{}, err
	}
	var whose crm.Whose
	err := app.DB().Select(core.FieldNameId).From(crm.CollectionUsers).
		Where(dbx.HashExp{crm.FieldTeam: d.Team, crm.FieldActive: true}).OrderBy(core.FieldNameId).Column(&whose.People)
	return whose, err
}

// readPlace reads where an earlier answer ended.
func readPlace(text string) (*crm.Place, error) {
	if text == "" {
		return nil, nil
	}
	place := &crm.Place{}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err = errors.Join(err, json.Unmarshal(raw, place)); err != nil || !slices.Contains(crm.Sections, place.Section) {
		return nil, validation.Errors{"after": validation.NewError("unreadable", "This is not where an earlier answer ended.")}
	}
	return place, nil
}

// writePlace is the place as a client has it; nothing it need know about.
func writePlace(place crm.Place) string {
	raw, _ := json.Marshal(place) // texts and numbers can be
	return base64.RawURLEncoding.EncodeToString(raw)
}
