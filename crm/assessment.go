package crm

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"touchbase/audit"
	"touchbase/rules"
)

// storedAssessment is what the columns of a customer say of its last assessment, each in the form the
// database keeps it in, so that comparing is comparing text.
type storedAssessment struct {
	Stage             string
	Tier              string
	TierReason        string
	Value             string
	Potential         string
	Risk              string
	ChurnCause        string
	Segment           string
	RFM               string
	Silent            bool
	SilentSince       string
	TouchMode         string
	LastFollowUpAt    string
	LastInteractionAt string
	NextFollowUpOn    string
	LastOrderAt       string
	AnnualPurchase    float64
	WindowOrders      int
	WindowAmount      float64
	ProductsBought    string
	AutomaticTags     string
	LightTouch        string // key of the task that the silence asks for
	OpenTasks         int
	MissingInfo       string
	NeedsCheck        string
	AssessDueAt       string
	AssessedAt        string
}

// judgedColumn is a column in which a part of an assessment is stored.
type judgedColumn struct {
	name  string
	value func(s *storedAssessment) any // a pointer to it
	// What kind of text it holds, and whether the audit log does without it.
	isJSON, unlogged bool
}

// judgedColumns are all of them. assessed_at is not among them: the time of an assessment that changes nothing is not news.
// The log leaves out the program's notes to itself: when to look again, and the sums that the cut points are made of, which
// move every day.
var judgedColumns = []judgedColumn{
	{name: FieldStage, value: func(s *storedAssessment) any { return &s.Stage }},
	{name: FieldTier, value: func(s *storedAssessment) any { return &s.Tier }},
	{name: FieldTierReason, value: func(s *storedAssessment) any { return &s.TierReason }, isJSON: true},
	{name: FieldValue, value: func(s *storedAssessment) any { return &s.Value }},
	{name: FieldPotential, value: func(s *storedAssessment) any { return &s.Potential }},
	{name: FieldRisk, value: func(s *storedAssessment) any { return &s.Risk }},
	{name: FieldChurnCause, value: func(s *storedAssessment) any { return &s.ChurnCause }},
	{name: FieldSegment, value: func(s *storedAssessment) any { return &s.Segment }},
	{name: FieldRFM, value: func(s *storedAssessment) any { return &s.RFM }, isJSON: true},
	{name: FieldSilent, value: func(s *storedAssessment) any { return &s.Silent }},
	{name: FieldSilentSince, value: func(s *storedAssessment) any { return &s.SilentSince }},
	{name: FieldTouchMode, value: func(s *storedAssessment) any { return &s.TouchMode }},
	{name: FieldLastFollowUpAt, value: func(s *storedAssessment) any { return &s.LastFollowUpAt }},
	{name: FieldLastInteractionAt, value: func(s *storedAssessment) any { return &s.LastInteractionAt }},
	{name: FieldNextFollowUpOn, value: func(s *storedAssessment) any { return &s.NextFollowUpOn }},
	{name: FieldLastOrderAt, value: func(s *storedAssessment) any { return &s.LastOrderAt }},
	{name: FieldAnnualPurchase, value: func(s *storedAssessment) any { return &s.AnnualPurchase }},
	{name: FieldWindowOrders, value: func(s *storedAssessment) any { return &s.WindowOrders }, unlogged: true},
	{name: FieldWindowAmount, value: func(s *storedAssessment) any { return &s.WindowAmount }, unlogged: true},
	{name: FieldProductsBought, value: func(s *storedAssessment) any { return &s.ProductsBought }, isJSON: true},
	{name: FieldAutomaticTags, value: func(s *storedAssessment) any { return &s.AutomaticTags }, isJSON: true, unlogged: true},
	{name: FieldLightTouch, value: func(s *storedAssessment) any { return &s.LightTouch }, unlogged: true},
	{name: FieldOpenTasks, value: func(s *storedAssessment) any { return &s.OpenTasks }},
	{name: FieldMissingInfo, value: func(s *storedAssessment) any { return &s.MissingInfo }, isJSON: true},
	{name: FieldNeedsCheck, value: func(s *storedAssessment) any { return &s.NeedsCheck }, isJSON: true},
	{name: FieldAssessDueAt, value: func(s *storedAssessment) any { return &s.AssessDueAt }, unlogged: true},
}

// storedColumns selects a storedAssessment from customers c, in the order of its targets.
var storedColumns = func() string {
	var list strings.Builder
	for _, column := range judgedColumns {
		if column.isJSON {
			fmt.Fprintf(&list, "coalesce(nullif(c.%s, 'null'), ''), ", column.name)
		} else {
			fmt.Fprintf(&list, "c.%s, ", column.name)
		}
	}
	return list.String() + "c." + FieldAssessedAt
}()

// targets are where a row of storedColumns is read into.
func (s *storedAssessment) targets() []any {
	targets := make([]any, 0, len(judgedColumns)+1)
	for _, column := range judgedColumns {
		targets = append(targets, column.value(s))
	}
	return append(targets, &s.AssessedAt)
}

// get gives what a column of the assessment holds.
func (c *judgedColumn) get(s *storedAssessment) any {
	switch value := c.value(s).(type) {
	case *string:
		return *value
	case *bool:
		return *value
	case *int:
		return *value
	case *float64:
		return *value
	}
	panic("crm: a column of a kind not known: " + c.name)
}

// same tells whether a column holds the same in two assessments.
func (c *judgedColumn) same(a, b *storedAssessment) bool {
	switch value := c.value(a).(type) {
	case *string:
		return *value == *c.value(b).(*string)
	case *bool:
		return *value == *c.value(b).(*bool)
	case *int:
		return *value == *c.value(b).(*int)
	case *float64:
		return *value == *c.value(b).(*float64)
	}
	panic("crm: a column of a kind not known: " + c.name)
}

// changedColumns gives the columns in which b differs from a, by their place.
func changedColumns(a, b *storedAssessment) []int {
	var changed []int
	for i := range judgedColumns {
		if !judgedColumns[i].same(a, b) {
			changed = append(changed, i)
		}
	}
	return changed
}

// stored puts an assessment into the form of the columns. A prospect becomes active with its first order or contract
// and never goes back; an archived customer stays archived.
func stored(a *rules.Assessment, stage string) (storedAssessment, error) {
	reasons, err := json.Marshal(a.TierReasons)
	if err != nil {
		return storedAssessment{}, err
	}
	if stage == "" {
		stage = StageProspect
	}
	if stage == StageProspect && a.Active {
		stage = StageActive
	}
	s := storedAssessment{
		Stage: stage, Tier: string(a.Tier), TierReason: string(reasons), Value: a.Value, Potential: a.Potential,
		Risk: a.Risk, ChurnCause: a.Cause, Segment: a.Segment, RFM: scoresText(a.RFM),
		Silent: a.Silent, SilentSince: formatDay(a.SilentSince), TouchMode: a.TouchMode,
		LastFollowUpAt: FormatMoment(a.LastFollowUpAt), LastInteractionAt: FormatMoment(a.LastInteractionAt),
		NextFollowUpOn: formatDay(a.NextFollowUpOn), LastOrderAt: FormatMoment(a.LastOrderAt),
		AnnualPurchase: a.AnnualPurchase, WindowOrders: a.WindowOrders, WindowAmount: a.WindowAmount,
		ProductsBought: jsonList(a.ProductsBought), AutomaticTags: jsonList(tagNames(a.Tags)), OpenTasks: a.OpenTasks,
		MissingInfo: jsonList(a.MissingInfo), NeedsCheck: jsonList(a.NeedsCheck), AssessDueAt: FormatMoment(a.DueAt),
	}
	return s, nil
}

// formatDay gives a day in the form it is stored in.
func formatDay(day rules.Day) string { return FormatMoment(day.Time()) }

// jsonList is the stored form of a list of texts.
func jsonList(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	raw, err := json.Marshal(list)
	if err != nil { // texts always marshal
		panic(err)
	}
	return string(raw)
}

// Assessing says how customers are assessed.
type Assessing struct {
	Now   time.Time
	Cause string // of a tier change: job, event, pin or policy
	By    string // user who caused it, if one did
	// Quiet opens no tasks: an import and a policy change find many things at once, which are one list for
	// the manager, not a task each. Tasks whose cause is gone end all the same.
	Quiet bool
	// Simulated judges as of Now even customers assessed at a later moment. Otherwise no assessment goes
	// back behind one made while the run went on: a job that began before a write would unsee it.
	Simulated bool
	// Scores are those that a night has found for some of the customers, by id, instead of the stored ones.
	Scores map[string]rules.RFM
}

// longestRun is further than any write made during a run can be ahead of its moment. An assessment further ahead is what
// a simulated run left behind, and is put right.
const longestRun = time.Hour

// moment is when to judge a customer last assessed at a moment.
func (a Assessing) moment(assessedAt time.Time) time.Time {
	if ahead := assessedAt.Sub(a.Now); !a.Simulated && ahead > 0 && ahead <= longestRun {
		return assessedAt
	}
	return a.Now
}

// judged is a customer's assessment beside what is stored of it.
type judged struct {
	facts   *customerFacts
	result  rules.Assessment
	want    storedAssessment
	changed []int // places of the columns that differ
	signals []signalChange
	at      time.Time
	trial   bool // judged as of a moment somebody chose: nobody is told
}

// isNews tells whether the assessment differs from what is stored.
func (j *judged) isNews() bool { return len(j.changed) > 0 || len(j.signals) > 0 }

// judge assesses customers without writing. Unknown and archived ones are left out.
func judge(app core.App, ids []string, policy *Policy, how Assessing) ([]judged, error) {
	facts, err := loadFacts(app, ids, policy)
	if err != nil {
		return nil, err
	}
	list := make([]judged, 0, len(ids))
	for _, id := range ids {
		f := facts[id]
		if f == nil || f.stored.Stage == StageArchived {
			continue
		}
		delete(facts, id) // an id given twice is judged once
		if scores, given := how.Scores[id]; given {
			f.Scores = scores
		}
		j := judged{facts: f, at: how.moment(ParseMoment(f.stored.AssessedAt)), trial: how.Simulated}
		j.result = rules.Assess(f.Facts, policy.Policy, j.at)
		if j.want, err = stored(&j.result, f.stored.Stage); err != nil {
			return nil, fmt.Errorf("failed to store the assessment of %s: %w", id, err)
		}
		j.want.LightTouch = j.lightTouchKey()
		j.changed = changedColumns(&f.stored, &j.want)
		if j.signals, err = signalChanges(f.open, j.result.Signals); err != nil {
			return nil, fmt.Errorf("failed to store the signals of %s: %w", id, err)
		}
		list = append(list, j)
	}
	return list, nil
}

// Reassess judges customers and writes what changed, the signals, the tier changes and the tasks that
// follow, all through the given app: inside a transaction they stand or fall together. It gives the ids
// whose assessment changed. Archived customers are left as they are.
func Reassess(app core.App, policy *Policy, how Assessing, ids ...string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := judge(app, ids, policy, how)
	if err != nil {
		return nil, err
	}
	return save(app, policy, how, list)
}

// save writes what is news in a list of assessments and gives the customers it concerns.
func save(app core.App, policy *Policy, how Assessing, list []judged) (changed []string, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		s := saving{app: tx, policy: policy, how: how, updates: map[string]*dbx.Query{}}
		for i := range list {
			j := &list[i]
			if !j.isNews() {
				continue
			}
			changed = append(changed, j.facts.ID)
			if err := s.save(j); err != nil {
				return fmt.Errorf("failed to save the assessment of %s: %w", j.facts.ID, err)
			}
		}
		// The win-backs just opened are facts themselves. The second look opens no more: it finds them wanted already.
		_, err := Reassess(tx, policy, how, s.again...)
		return err
	})
	return changed, err
}

// saving writes assessments in one transaction.
type saving struct {
	app     core.App
	policy  *Policy
	how     Assessing
	updates map[string]*dbx.Query // prepared, by their columns; closed with the transaction
	again   []string              // customers whose tasks now are other facts than those judged by
}

// save writes the changed columns, the signals that were raised or cleared and, where the tier is another one, the tier change;
// then the tasks that follow. It is plain SQL: an assessment is the system's, so it moves neither updated nor rev and runs no
// hook.
func (s *saving) save(j *judged) error {
	entries, err := s.update(j)
	if err != nil {
		return err
	}
	for _, change := range j.signals {
		entry, err := change.save(s.app, j.facts.ID, j.at)
		if err != nil {
			return err
		}
		entries = append(entries, entry)
	}
	if j.want.Tier != j.facts.stored.Tier {
		entry, err := j.saveTierChange(s.app, s.how)
		if err != nil {
			return err
		}
		entries = append(entries, entry)
	}
	if len(entries) > 0 {
		if err := audit.Append(s.app, entries...); err != nil {
			return err
		}
	}
	return s.tasks(j)
}

// update writes the changed columns and gives what the log is to have of them.
func (s *saving) update(j *judged) ([]audit.Entry, error) {
	params := dbx.Params{"id": j.facts.ID, FieldAssessedAt: FormatMoment(j.at)}
	changes := map[string]audit.Change{}
	var set strings.Builder
	set.WriteString("assessed_at = {:assessed_at}")
	for _, i := range j.changed {
		column := &judgedColumns[i]
		fmt.Fprintf(&set, ", [[%s]] = {:%s}", column.name, column.name)
		from, to := column.get(&j.facts.stored), column.get(&j.want)
		params[column.name] = to
		if column.isJSON {
			params[column.name] = cmp.Or(to.(string), "null")
			from, to = jsonText(from), jsonText(to)
		}
		if !column.unlogged {
			changes[column.name] = audit.Change{From: from, To: to}
		}
		if column.name == FieldAutomaticTags {
			tags, err := s.retag(j)
			if err != nil {
				return nil, err
			}
			set.WriteString(", [[tags]] = {:tags}")
			params[FieldTags] = tags.To
			changes[FieldTags] = audit.Change{From: jsonText(tags.From), To: jsonText(tags.To)}
		}
		if column.name == FieldNeedsCheck && isNothing(from) != isNothing(to) {
			set.WriteString(", check_since = {:check_since}") // our own note: the log has the column itself
			params[FieldCheckSince] = ""
			if !isNothing(to) {
				params[FieldCheckSince] = FormatMoment(j.at)
			}
		}
	}
	sql := set.String()
	if s.updates[sql] == nil {
		s.updates[sql] = s.app.DB().NewQuery("UPDATE customers SET " + sql + " WHERE id = {:id}").Prepare()
	}
	if _, err := s.updates[sql].Bind(params).Execute(); err != nil {
		return nil, err
	}
	if len(changes) == 0 {
		return nil, nil
	}
	return []audit.Entry{{
		Action: audit.ActionUpdate, Collection: CollectionCustomers, Record: j.facts.ID, Changes: changes,
	}}, nil
}

// isNothing tells whether the JSON of a list has nothing in it.
func isNothing(list any) bool {
	raw, isJSON := list.(json.RawMessage)
	return isJSON && (string(raw) == "null" || string(raw) == "[]")
}

// tasks opens and ends the tasks that follow from the assessment. A first assessment finds what has been so for long: it opens
// none.
func (s *saving) tasks(j *judged) error {
	quiet := s.how.Quiet || j.facts.stored.AssessedAt == ""
	if j.want.Tier == string(rules.TierS) && j.facts.stored.Tier != j.want.Tier && !quiet && !j.trial {
		if err := tellNewS(s.app, s.policy, j.facts.ID, j.at); err != nil {
			return err
		}
	}
	changed := false
	for _, sync := range []func(app core.App, policy *Policy, j *judged, quiet bool) (bool, error){syncLightTouch, syncWinBack} {
		did, err := sync(s.app, s.policy, j, quiet)
		if err != nil {
			return fmt.Errorf("failed to arrange the tasks that follow: %w", err)
		}
		changed = changed || did
	}
	if !changed {
		return nil
	}
	if j.result.Cause == rules.CausePrice {
		s.again = append(s.again, j.facts.ID)
	}
	return countTasks(s.app, j.facts.ID)
}

// saveTierChange records that the tier became another one, and gives what the log is to have of it.
func (j *judged) saveTierChange(app core.App, how Assessing) (audit.Entry, error) {
	cause := how.Cause
	if cause == CauseEvent && pinDecides(j.result.TierReasons) != pinDecided(j.facts.stored.TierReason) {
		cause = CausePin
	}
	id := newID()
	_, err := app.DB().NewQuery(`INSERT INTO tier_changes (id, customer, [[from]], [[to]], reasons, cause, [[by]], at, created, updated)
		VALUES ({:id}, {:customer}, {:from}, {:to}, {:reasons}, {:cause}, {:by}, {:at}, {:at}, {:at})`).Bind(dbx.Params{
		"id": id, "customer": j.facts.ID, "from": j.facts.stored.Tier, "to": j.want.Tier,
		"reasons": j.want.TierReason, "cause": cause, "by": how.By, "at": FormatMoment(j.at),
	}).Execute()
	return audit.Entry{Action: audit.ActionCreate, Collection: CollectionTierChanges, Record: id, Changes: map[string]audit.Change{
		FieldCustomer: {To: j.facts.ID}, FieldFrom: {To: j.facts.stored.Tier}, FieldTo: {To: j.want.Tier},
		FieldReasons: {To: jsonText(j.want.TierReason)}, FieldCause: {To: cause}, FieldBy: {To: how.By}, FieldAt: {To: FormatMoment(j.at)},
	}}, err
}

// pinDecides tells whether the reasons end in a pin.
func pinDecides(reasons []rules.Reason) bool {
	return slices.ContainsFunc(reasons, func(r rules.Reason) bool { return r.Rule == rules.RulePin })
}

// pinDecided tells the same of stored reasons; what cannot be read is no pin.
func pinDecided(stored string) bool {
	var reasons []rules.Reason
	return json.Unmarshal([]byte(stored), &reasons) == nil && pinDecides(reasons)
}

// newID is a record id as PocketBase makes them.
func newID() string {
	return security.PseudorandomStringWithAlphabet(core.DefaultIdLength, core.DefaultIdAlphabet)
}

// Explain judges one customer now and gives the whole assessment with its reasons, without writing.
func Explain(app core.App, id string, now time.Time) (rules.Assessment, error) {
	policy, err := LoadPolicy(app)
	if err != nil {
		return rules.Assessment{}, err
	}
	facts, err := loadFacts(app, []string{id}, policy)
	if err != nil {
		return rules.Assessment{}, err
	}
	f, ok := facts[id]
	if !ok {
		return rules.Assessment{}, errors.New("no such customer")
	}
	if err := loadStepsDone(app, facts, now); err != nil {
		return rules.Assessment{}, err
	}
	return rules.Assess(f.Facts, policy.Policy, now), nil
}

// Refresh puts the stored assessment of a customer into a record of it, so that whoever saved the record
// is answered with what the save brought about.
func Refresh(app core.App, record *core.Record) error {
	fresh, err := app.FindRecordById(CollectionCustomers, record.Id)
	if err != nil {
		return fmt.Errorf("failed to read the customer again: %w", err)
	}
	for _, column := range judgedColumns {
		record.SetRaw(column.name, fresh.GetRaw(column.name))
	}
	record.SetRaw(FieldTags, fresh.GetRaw(FieldTags))
	record.SetRaw(FieldAssessedAt, fresh.GetRaw(FieldAssessedAt))
	return nil
}
