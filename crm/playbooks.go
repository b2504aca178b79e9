package crm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/rules"
)

// PlayAction is one thing a playbook says to do.
type PlayAction struct {
	What      string `json:"what"`
	WhatEn    string `json:"what_en"`    // empty: what
	EveryDays int    `json:"every_days"` // 0: once a plan
	Channel   string `json:"channel"`    // empty: as the customer prefers
	Role      string `json:"role"`       // of who does it; owner: whoever owns the customer
}

// words are what to do, in Chinese and English.
func (a PlayAction) words() [2]string {
	if a.WhatEn == "" {
		return [2]string{a.What, a.What}
	}
	return [2]string{a.What, a.WhatEn}
}

// The bounds of a playbook.
const (
	maxPlayActions = 20
	maxEveryDays   = 366
)

// RoleOwner is the role, in a playbook, of whoever owns the customer.
const RoleOwner = "owner"

// playRoles are the roles an action may name.
var playRoles = []string{RoleOwner, RoleRep, RoleSupport, RoleManager, RoleDirector}

// playExample is what the actions of a playbook look like.
const playExample = `[{"what": "每月电话沟通", "what_en": "A call a month", "every_days": 30, "channel": "phone", "role": "owner"}]`

// CheckPlaybook refuses, by field, actions of another shape than [PlayAction], more than twenty of them, and a playbook for nobody.
func CheckPlaybook(record *core.Record) error {
	errs := validation.Errors{}
	if _, problem := playActions(rawJSON(record, FieldActions)); problem != nil {
		errs[FieldActions] = problem
	}
	if record.GetString(FieldTier)+record.GetString(FieldSegment)+record.GetString(FieldRFMGroup)+record.GetString(FieldCause) == "" {
		errs[FieldTier] = fieldError("for_nobody", "Say for whom the playbook is: a tier, a segment, a group of RFM or a churn cause.")
	}
	return errorsOrNil(errs)
}

// rawJSON is the JSON of a field; nothing where there is none.
func rawJSON(record *core.Record, field string) []byte {
	raw, _ := record.GetRaw(field).(types.JSONRaw)
	if text := strings.TrimSpace(string(raw)); text == "null" || text == `""` {
		return nil
	}
	return raw
}

// strictJSON reads JSON that has the fields of its target and no others.
func strictJSON(raw []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	return decoder.Decode(target)
}

// playActions reads the actions of a playbook; nothing is none.
func playActions(raw []byte) ([]PlayAction, validation.Error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var read []struct {
		PlayAction
		EveryDays json.Number `json:"every_days"`
	}
	if err := strictJSON(raw, &read); err != nil {
		return nil, fieldError("actions", "Write the actions as %s.", playExample)
	}
	if len(read) > maxPlayActions {
		return nil, fieldError("too_many", "A playbook has at most %d actions.", maxPlayActions)
	}
	actions := make([]PlayAction, len(read))
	for i, given := range read {
		action, number := given.PlayAction, i+1
		action.What, action.WhatEn = rules.CleanText(action.What), rules.CleanText(action.WhatEn)
		every, err := given.EveryDays.Float64()
		if given.EveryDays == "" { // left out: once
			every, err = 0, nil
		}
		switch {
		case action.What == "":
			return nil, fieldError("action_what", "Say what action %d is.", number)
		case max(len([]rune(action.What)), len([]rune(action.WhatEn))) > maxTitle:
			return nil, fieldError("action_what", "Action %d has more than %d characters; keep what is longer as a material.", number, maxTitle)
		case err != nil || every != math.Trunc(every) || every < 0 || every > maxEveryDays:
			return nil, fieldError("action_every_days", "Action %d: every_days is a whole number from 0 (once) to %d.", number, maxEveryDays)
		case action.Channel != "" && !isChannel(action.Channel):
			return nil, fieldError("action_channel", "Action %d: there is no channel %q.", number, action.Channel)
		case action.Role != "" && !slices.Contains(playRoles, action.Role):
			return nil, fieldError("action_role", "Action %d: the role is one of %s.", number, strings.Join(playRoles, ", "))
		}
		action.EveryDays = int(every)
		if action.Role == "" {
			action.Role = RoleOwner
		}
		actions[i] = action
	}
	return actions, nil
}

func isChannel(channel string) bool {
	_, known := labels().Selects[labels().Collections[CollectionTasks][FieldChannel].Select][channel]
	return known
}

// playbook is a record of playbooks ready for use.
type playbook struct {
	ID      string
	Name    [2]string
	For     map[string]string // basis → value, of those it is for
	Actions []PlayAction
}

// loadPlaybooks reads all of them, in the order of their ids. One whose actions cannot be read, written past the hooks, has none.
func loadPlaybooks(app core.App) ([]playbook, error) {
	var records []*core.Record
	if err := app.RecordQuery(CollectionPlaybooks).OrderBy(core.FieldNameId).All(&records); err != nil {
		return nil, fmt.Errorf("failed to load the playbooks: %w", err)
	}
	books := make([]playbook, len(records))
	for i, record := range records {
		actions, _ := playActions(rawJSON(record, FieldActions))
		name := record.GetString(FieldName)
		books[i] = playbook{ID: record.Id, Name: [2]string{name, name}, For: map[string]string{}, Actions: actions}
		if english := record.GetString(FieldNameEn); english != "" {
			books[i].Name[1] = english
		}
		for _, basis := range []string{FieldTier, FieldSegment, FieldRFMGroup, FieldCause} {
			if value := record.GetString(basis); value != "" {
				books[i].For[basis] = value
			}
		}
	}
	return books, nil
}

// basisFor tells for which of what a customer is a playbook is meant: the most telling. It is for those who are all that it names.
func (b playbook) basisFor(customer map[string]string) string {
	basis := ""
	for _, name := range []string{FieldRFMGroup, FieldTier, FieldSegment, FieldCause} {
		if value, named := b.For[name]; named {
			if customer[name] != value {
				return ""
			}
			basis = name
		}
	}
	return basis
}
