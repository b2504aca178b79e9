package api

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"touchbase/access"
	"touchbase/crm"
)

// lastWords is the latest contact with a customer, by what everybody who sees a follow-up reads of it.
type lastWords struct {
	Customer   string `db:"customer" json:"-"`
	StartedAt  string `db:"started_at" json:"started_at"`
	Direction  string `db:"direction" json:"direction"`
	Channel    string `db:"channel" json:"channel"`
	Kind       string `db:"kind" json:"kind"`
	Feedback   string `db:"feedback" json:"feedback"`
	Content    string `db:"content" json:"content"` // its beginning
	NextAction string `db:"next_action" json:"next_action"`
	By         string `db:"author" json:"by"` // a name
}

// lastWordsLength is how much of a content is shown, in letters.
const lastWordsLength = 300

// lastWords reads the latest of those follow-ups with each customer that the caller sees, by customer. Who sees a customer's follow-ups as a
// whole is asked of no single one of them.
func (s *shownDay) lastWords(cards map[string]*customerCard) (map[string]*lastWords, error) {
	p := access.PrincipalOf(s.e.Auth)
	see := p.Granted(access.Table[crm.CollectionFollowUps].See)
	var all, some []string
	for id, card := range cards {
		if p.Super || see&(card.standing|crm.Anyone) != 0 {
			all = append(all, id)
		} else {
			some = append(some, id)
		}
	}
	words := make(map[string]*lastWords, len(cards))
	if err := s.readLastWords(all, nil, words); err != nil {
		return nil, err
	}
	if see &= crm.Self | crm.Service; see == 0 {
		return words, nil
	}
	return words, s.readLastWords(some, p.Narrow(crm.CollectionFollowUps, see), words)
}

func (s *shownDay) readLastWords(customers []string, narrow dbx.Expression, words map[string]*lastWords) error {
	if len(customers) == 0 {
		return nil
	}
	ids, err := json.Marshal(customers)
	if err != nil {
		return err
	}
	latest := s.e.App.DB().Select("follow_ups.id").From(crm.CollectionFollowUps).
		Where(dbx.NewExp("follow_ups.customer = json_each.value")).AndWhere(narrow).
		OrderBy("follow_ups.started_at DESC", "follow_ups.created DESC").Limit(1).Build()
	params := latest.Params()
	params["customers"], params["length"] = string(ids), lastWordsLength
	var rows []*lastWords
	err = s.e.App.DB().NewQuery(`SELECT f.customer, f.started_at, f.direction, f.channel, f.kind, f.feedback, substr(f.content, 1, {:length}) AS content,
			f.next_action, coalesce(nullif(u.name, ''), f.by_name) AS author
		FROM json_each({:customers}) JOIN follow_ups f ON f.id = (` + latest.SQL() + `) LEFT JOIN users u ON u.id = f.[[by]]`).Bind(params).All(&rows)
	if err != nil {
		return fmt.Errorf("failed to read the last words with customers: %w", err)
	}
	for _, row := range rows {
		words[row.Customer] = row
	}
	return nil
}
