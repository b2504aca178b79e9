package crm

import (
	"encoding/json"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
	"touchbase/rules"
)

// signalChange is a row of signals to add, to change or to clear.
type signalChange struct {
	was *openSignal // none: it is raised
	now *openSignal // none: it is cleared
}

// signalChanges compares the signals that stand with those that should. Of a signal that still holds, the severity and the
// evidence follow.
func signalChanges(open []openSignal, want []rules.Signal) ([]signalChange, error) {
	var changes []signalChange
	holds := map[string]bool{}
	for i := range want {
		raw, err := json.Marshal(want[i].Evidence)
		if err != nil {
			return nil, err
		}
		now := &openSignal{Name: want[i].Name, Severity: want[i].Severity, Evidence: string(raw)}
		holds[now.Name] = true
		var was *openSignal
		for k := range open {
			if open[k].Name == now.Name {
				was = &open[k]
			}
		}
		if was == nil || was.Severity != now.Severity || was.Evidence != now.Evidence {
			changes = append(changes, signalChange{was: was, now: now})
		}
	}
	for k := range open {
		if !holds[open[k].Name] {
			changes = append(changes, signalChange{was: &open[k]})
		}
	}
	return changes, nil
}

// save writes the change and gives what the log is to have of it.
func (c signalChange) save(app core.App, customer string, at time.Time) (audit.Entry, error) {
	moment := FormatMoment(at)
	switch {
	case c.was == nil:
		id := newID()
		_, err := app.DB().NewQuery(`INSERT INTO signals (id, customer, [[signal]], severity, evidence, raised_at, created, updated)
			VALUES ({:id}, {:customer}, {:signal}, {:severity}, {:evidence}, {:at}, {:at}, {:at})`).Bind(dbx.Params{
			"id": id, "customer": customer, "signal": c.now.Name, "severity": c.now.Severity, "evidence": c.now.Evidence, "at": moment,
		}).Execute()
		return audit.Entry{Action: audit.ActionCreate, Collection: CollectionSignals, Record: id, Changes: map[string]audit.Change{
			FieldCustomer: {To: customer}, FieldSignal: {To: c.now.Name}, FieldSeverity: {To: c.now.Severity},
			FieldEvidence: {To: jsonText(c.now.Evidence)}, FieldRaisedAt: {To: moment},
		}}, err
	case c.now == nil:
		_, err := app.DB().NewQuery("UPDATE signals SET cleared_at = {:at}, updated = {:at} WHERE id = {:id}").
			Bind(dbx.Params{"id": c.was.ID, "at": moment}).Execute()
		return audit.Entry{Action: audit.ActionUpdate, Collection: CollectionSignals, Record: c.was.ID, Changes: map[string]audit.Change{
			FieldClearedAt: {From: "", To: moment},
		}}, err
	}
	_, err := app.DB().NewQuery("UPDATE signals SET severity = {:severity}, evidence = {:evidence}, updated = {:at} WHERE id = {:id}").
		Bind(dbx.Params{"id": c.was.ID, "severity": c.now.Severity, "evidence": c.now.Evidence, "at": moment}).Execute()
	changes := map[string]audit.Change{}
	if c.was.Severity != c.now.Severity {
		changes[FieldSeverity] = audit.Change{From: c.was.Severity, To: c.now.Severity}
	}
	if c.was.Evidence != c.now.Evidence {
		changes[FieldEvidence] = audit.Change{From: jsonText(c.was.Evidence), To: jsonText(c.now.Evidence)}
	}
	return audit.Entry{Action: audit.ActionUpdate, Collection: CollectionSignals, Record: c.was.ID, Changes: changes}, err
}
