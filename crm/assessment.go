package crm

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
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
	Stage             string  `db:"stage"`
	Tier              string  `db:"tier"`
	TierReason        string  `db:"tier_reason"`
	Value             string  `db:"value"`
	Potential         string  `db:"potential"`
	Silent            bool    `db:"silent"`
	SilentSince       string  `db:"silent_since"`
	TouchMode         string  `db:"touch_mode"`
	LastFollowUpAt    string  `db:"last_follow_up_at"`
	LastInteractionAt string  `db:"last_interaction_at"`
	NextFollowUpOn    string  `db:"next_follow_up_on"`
	LastOrderAt       string  `db:"last_order_at"`
	AnnualPurchase    float64 `db:"annual_purchase"`
	WindowOrders      int     `db:"window_orders"`
	WindowAmount      float64 `db:"window_amount"`
	ProductsBought    string  `db:"products_bought"`
	OpenTasks         int     `db:"open_tasks"`
	MissingInfo       string  `db:"missing_info"`
	NeedsCheck        string  `db:"needs_check"`
	AssessedAt        string  `db:"assessed_at"`
	AssessDueAt       string  `db:"assess_due_at"`
}

// storedColumns selects a storedAssessment from customers c.
const storedColumns = `c.stage, c.tier, coalesce(c.tier_reason, '') tier_reason, c.value, c.potential, c.silent, c.silent_since,
	c.touch_mode, c.last_follow_up_at, c.last_interaction_at, c.next_follow_up_on, c.last_order_at, c.annual_purchase,
	c.window_orders, c.window_amount, coalesce(c.products_bought, '') products_bought, c.open_tasks, c.missing_info, c.needs_check,
	c.assessed_at, c.assess_due_at`

// columns names what of an assessment is stored where. assessed_at is not among them: the time of an
// assessment that changes nothing is not news.
func (s storedAssessment) columns() map[string]any {
	return map[string]any{
		FieldStage: s.Stage, FieldTier: s.Tier, FieldTierReason: s.TierReason, FieldValue: s.Value, FieldPotential: s.Potential,
		FieldSilent: s.Silent, FieldSilentSince: s.SilentSince, FieldTouchMode: s.TouchMode,
		FieldLastFollowUpAt: s.LastFollowUpAt, FieldLastInteractionAt: s.LastInteractionAt,
		FieldNextFollowUpOn: s.NextFollowUpOn, FieldLastOrderAt: s.LastOrderAt, FieldAnnualPurchase: s.AnnualPurchase,
		FieldWindowOrders: s.WindowOrders, FieldWindowAmount: s.WindowAmount, FieldProductsBought: s.ProductsBought,
		FieldOpenTasks: s.OpenTasks, FieldMissingInfo: s.MissingInfo, FieldNeedsCheck: s.NeedsCheck,
		FieldAssessDueAt: s.AssessDueAt,
	}
}

// changedColumns lists the columns in which b differs from a, with b's values.
func changedColumns(a, b storedAssessment) dbx.Params {
	before, changed := a.columns(), dbx.Params{}
	for column, value := range b.columns() {
		if before[column] != value {
			changed[column] = value
		}
	}
	return changed
}

// stored puts an assessment into the form of the columns. A prospect becomes active with its first order
// and never goes back; an archived customer stays archived.
func stored(a rules.Assessment, stage string, zone *time.Location) (storedAssessment, error) {
	reasons, err := json.Marshal(a.TierReasons)
	if err != nil {
		return storedAssessment{}, err
	}
	if stage == "" {
		stage = StageProspect
	}
	if stage == StageProspect && a.Ordered {
		stage = StageActive
	}
	s := storedAssessment{
		Stage: stage, Tier: string(a.Tier), TierReason: string(reasons), Value: a.Value, Potential: a.Potential,
		Silent: a.Silent, SilentSince: FormatMoment(a.SilentSince.Time()), TouchMode: a.TouchMode,
		LastFollowUpAt: FormatMoment(a.LastFollowUpAt), LastInteractionAt: FormatMoment(a.LastInteractionAt),
		NextFollowUpOn: FormatMoment(a.NextFollowUpOn.Time()), LastOrderAt: FormatMoment(a.LastOrderAt),
		AnnualPurchase: a.AnnualPurchase, WindowOrders: a.WindowOrders, WindowAmount: a.WindowAmount,
		ProductsBought: jsonList(a.ProductsBought), OpenTasks: a.OpenTasks,
		MissingInfo: jsonList(a.MissingInfo), NeedsCheck: jsonList(a.NeedsCheck),
	}
	if !a.DueOn.IsZero() {
		s.AssessDueAt = FormatMoment(a.DueOn.Start(zone))
	}
	return s, nil
}

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
	changed dbx.Params
	at      time.Time
}

// judge assesses customers without writing. Unknown and archived ones are left out.
func judge(app core.App, ids []string, policy *Policy, how Assessing) ([]judged, error) {
	facts, err := loadFacts(app, ids, policy)
	if err != nil {
		return nil, err
	}
	list := make([]judged, 0, len(ids))
	for _, id := range ids {
		f := facts[id]
		if f == nil || f.Stage == StageArchived {
			continue
		}
		delete(facts, id) // an id given twice is judged once
		j := judged{facts: f, at: how.moment(ParseMoment(f.stored.AssessedAt))}
		j.result = rules.Assess(f.Facts, policy.Policy, j.at)
		if j.want, err = stored(j.result, f.Stage, policy.Zone); err != nil {
			return nil, fmt.Errorf("failed to store the assessment of %s: %w", id, err)
		}
		j.changed = changedColumns(f.stored, j.want)
		list = append(list, j)
	}
	return list, nil
}

// stale gives those of the customers whose assessment would change, without writing anything.
func stale(app core.App, ids []string, policy *Policy, how Assessing) ([]string, error) {
	list, err := judge(app, ids, policy, how)
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, j := range list {
		if len(j.changed) > 0 {
			changed = append(changed, j.facts.ID)
		}
	}
	return changed, nil
}

// Reassess judges customers and writes what changed, the tier changes and the light touch tasks that
// follow, all through the given app: inside a transaction they stand or fall together. It gives the ids
// whose assessment changed. Archived customers are left as they are.
func Reassess(app core.App, policy *Policy, how Assessing, ids ...string) ([]string, error) {
	list, err := judge(app, ids, policy, how)
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, j := range list {
		if len(j.changed) == 0 {
			continue
		}
		changed = append(changed, j.facts.ID)
		err := app.RunInTransaction(func(tx core.App) error { return j.save(tx, how) })
		if err != nil {
			return nil, fmt.Errorf("failed to save the assessment of %s: %w", j.facts.ID, err)
		}
		quiet := how.Quiet || j.facts.stored.AssessedAt == ""
		if err := syncLightTouch(app, policy, j, quiet); err != nil {
			return nil, fmt.Errorf("failed to plan the light touch of %s: %w", j.facts.ID, err)
		}
	}
	return changed, nil
}

// save writes the changed columns and, where the tier is another one, the tier change. It is plain SQL: an
// assessment is the system's, so it moves neither updated nor rev and runs no hook.
func (j judged) save(app core.App, how Assessing) error {
	columns := make([]string, 0, len(j.changed)+1)
	for column := range j.changed {
		columns = append(columns, column)
	}
	sort.Strings(columns) // one statement text for one set of columns
	params := dbx.Params{"id": j.facts.ID, FieldAssessedAt: FormatMoment(j.at)}
	var set strings.Builder
	set.WriteString("assessed_at = {:assessed_at}")
	for _, column := range columns {
		fmt.Fprintf(&set, ", [[%s]] = {:%s}", column, column)
		params[column] = j.changed[column]
	}
	if _, err := app.DB().NewQuery("UPDATE customers SET " + set.String() + " WHERE id = {:id}").Bind(params).Execute(); err != nil {
		return err
	}
	if changes := j.logged(); len(changes) > 0 {
		err := audit.Append(app, audit.Entry{
			Action: audit.ActionUpdate, Collection: CollectionCustomers, Record: j.facts.ID, Changes: changes,
		})
		if err != nil {
			return err
		}
	}
	if j.want.Tier == j.facts.stored.Tier {
		return nil
	}
	return j.saveTierChange(app, how)
}

// saveTierChange records that the tier became another one.
func (j judged) saveTierChange(app core.App, how Assessing) error {
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
	if err != nil {
		return err
	}
	return audit.Append(app, audit.Entry{Action: audit.ActionCreate, Collection: CollectionTierChanges, Record: id, Changes: map[string]audit.Change{
		FieldCustomer: {To: j.facts.ID}, FieldFrom: {To: j.facts.stored.Tier}, FieldTo: {To: j.want.Tier},
		FieldReasons: {To: jsonText(j.want.TierReason)}, FieldCause: {To: cause}, FieldBy: {To: how.By}, FieldAt: {To: FormatMoment(j.at)},
	}})
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
	return rules.Assess(f.Facts, policy.Policy, now), nil
}

// Refresh puts the stored assessment of a customer into a record of it, so that whoever saved the record
// is answered with what the save brought about.
func Refresh(app core.App, record *core.Record) error {
	fresh, err := app.FindRecordById(CollectionCustomers, record.Id)
	if err != nil {
		return fmt.Errorf("failed to read the customer again: %w", err)
	}
	for column := range (storedAssessment{}).columns() {
		record.SetRaw(column, fresh.GetRaw(column))
	}
	record.SetRaw(FieldAssessedAt, fresh.GetRaw(FieldAssessedAt))
	return nil
}
