package crm

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// Policy is the one policy row and the four tiers, ready for use: what [touchbase/rules] judges by, and the
// hours, days and counts that hooks and jobs work with.
type Policy struct {
	rules.Policy
	Country              string // ISO 3166 code phone numbers without country are read with
	Calendar             rules.Calendar
	ContactsPerDay       int
	RecordWithinHours    int
	TemplatedCount       int
	TemplatedDays        int
	RespondNegativeHours int
	RespondCaseHours     int
	RespondMajorHours    int
	RemindBeforeHours    int
	EscalateAfterHours   int
	TakePerDay           int // customers a person takes from the pool; 0: none
	RevealPerHour        int // masked values a person is shown; 0: none
	WinBackHours         int
	ContractNoticeDays   int
	LeadDays             int
	ReviewEveryDays      int // 0: never
	ReleaseAfterDays     int // 0: never

	Bounds      *rules.CutPoints // the fixed ones of RFM; none: the population's own
	priceTopics []string         // ids of the tags that are about the price
}

// policies holds the policy that each open transaction has read. Nobody else's change reaches a transaction once it has read
// anything, and a change of its own forgets the policy, so it is what reading again would give.
var policies sync.Map // *core.TxAppInfo → *Policy

// LoadPolicy reads the policy, in a transaction once; it is not to be changed. It fails when the row or a tier is missing or the
// time zone is unknown, which the policy hooks refuse to let happen.
func LoadPolicy(app core.App) (*Policy, error) {
	if !app.IsTransactional() {
		return readPolicy(app)
	}
	tx := app.TxInfo()
	if known, read := policies.Load(tx); read {
		return known.(*Policy), nil
	}
	policy, err := readPolicy(app)
	if err != nil {
		return nil, err
	}
	if _, again := policies.Swap(tx, policy); !again {
		tx.OnComplete(func(error) error {
			policies.Delete(tx)
			return nil
		})
	}
	return policy, nil
}

// ForgetPolicy is to be called after a transaction wrote any of what the policy is read from.
func ForgetPolicy(app core.App) { policies.Delete(app.TxInfo()) }

func readPolicy(app core.App) (*Policy, error) {
	var row struct {
		Timezone             string  `db:"timezone"`
		Country              string  `db:"country"`
		ValueHigh            float64 `db:"value_high"`
		ValueMid             float64 `db:"value_mid"`
		LightFactor          float64 `db:"light_factor"`
		RecoveryFactor       float64 `db:"recovery_factor"`
		RecoverySteps        int     `db:"recovery_steps"`
		RFMWindowDays        int     `db:"rfm_window_days"`
		ContactsPerDay       int     `db:"contacts_per_day"`
		RecordWithinHours    int     `db:"record_within_hours"`
		TemplatedCount       int     `db:"templated_count"`
		TemplatedDays        int     `db:"templated_days"`
		RespondNegativeHours int     `db:"respond_negative_hours"`
		RespondCaseHours     int     `db:"respond_case_hours"`
		RespondMajorHours    int     `db:"respond_major_hours"`
		RemindBeforeHours    int     `db:"remind_before_hours"`
		EscalateAfterHours   int     `db:"escalate_after_hours"`
		TakePerDay           int     `db:"take_per_day"`
		RevealPerHour        int     `db:"reveal_per_hour"`
		WinBackHours         int     `db:"win_back_hours"`
		ContractNoticeDays   int     `db:"contract_notice_days"`
		LeadDays             int     `db:"lead_days"`
		ReviewEveryDays      int     `db:"review_every_days"`
		ReleaseAfterDays     int     `db:"release_after_days"`
		LayerPotential       float64 `db:"layer_potential"`
		TierModel            string  `db:"tier_model"`
		RFMBounds            []byte  `db:"rfm_bounds"`
		Holidays             []byte  `db:"holidays"`
		Workdays             []byte  `db:"workdays"`
	}
	err := app.DB().NewQuery(`SELECT timezone, country, value_high, value_mid, light_factor, recovery_factor,
		recovery_steps, rfm_window_days, contacts_per_day, record_within_hours, templated_count, templated_days,
		respond_negative_hours, respond_case_hours, respond_major_hours, remind_before_hours, escalate_after_hours, take_per_day, reveal_per_hour, holidays, workdays,
		win_back_hours, contract_notice_days, lead_days, review_every_days, release_after_days, layer_potential, tier_model, rfm_bounds
		FROM policy LIMIT 1`).One(&row)
	if err != nil {
		return nil, fmt.Errorf("failed to load the policy: %w", err)
	}
	zone, err := time.LoadLocation(row.Timezone)
	if err != nil {
		return nil, fmt.Errorf("failed to load the policy's time zone: %w", err)
	}
	policy := &Policy{
		Policy: rules.Policy{
			Zone: zone, ValueHigh: row.ValueHigh, ValueMid: row.ValueMid,
			LightFactor: row.LightFactor, RecoveryFactor: row.RecoveryFactor, RecoverySteps: row.RecoverySteps,
			RFMWindowDays: row.RFMWindowDays, LayerPotential: row.LayerPotential, TierModel: row.TierModel,
			Tiers: map[rules.Tier]rules.TierPolicy{}, Signals: map[string]rules.SignalRule{},
		},
		Country:        row.Country,
		ContactsPerDay: row.ContactsPerDay, RecordWithinHours: row.RecordWithinHours,
		TemplatedCount: row.TemplatedCount, TemplatedDays: row.TemplatedDays,
		RespondNegativeHours: row.RespondNegativeHours, RespondCaseHours: row.RespondCaseHours, RespondMajorHours: row.RespondMajorHours,
		RemindBeforeHours:  row.RemindBeforeHours,
		EscalateAfterHours: row.EscalateAfterHours, TakePerDay: row.TakePerDay, RevealPerHour: row.RevealPerHour,
		WinBackHours: row.WinBackHours, ContractNoticeDays: row.ContractNoticeDays, LeadDays: row.LeadDays,
		ReviewEveryDays: row.ReviewEveryDays, ReleaseAfterDays: row.ReleaseAfterDays,
	}
	if policy.Calendar.Holidays, err = days(row.Holidays); err != nil {
		return nil, fmt.Errorf("failed to read the policy's holidays: %w", err)
	}
	if policy.Calendar.Workdays, err = days(row.Workdays); err != nil {
		return nil, fmt.Errorf("failed to read the policy's workdays: %w", err)
	}
	if policy.Bounds, err = bounds(row.RFMBounds); err != nil {
		return nil, fmt.Errorf("failed to read the policy's bounds of RFM: %w", err)
	}
	for _, load := range []func(db dbx.Builder) error{policy.loadTiers, policy.loadSignals, policy.loadTopics} {
		if err := load(app.DB()); err != nil {
			return nil, err
		}
	}
	return policy, nil
}

// loadSignals reads the rules of the signals that are switched on.
func (p *Policy) loadSignals(db dbx.Builder) error {
	var rows []struct {
		Signal     string  `db:"signal"`
		Severity   string  `db:"severity"`
		Threshold  float64 `db:"threshold"`
		WindowDays int     `db:"window_days"`
	}
	err := db.NewQuery("SELECT [[signal]], severity, threshold, window_days FROM risk_rules WHERE enabled").All(&rows)
	if err != nil {
		return fmt.Errorf("failed to load the rules of the signals: %w", err)
	}
	for _, r := range rows {
		p.Signals[r.Signal] = rules.SignalRule{Severity: r.Severity, Threshold: r.Threshold, WindowDays: r.WindowDays}
	}
	return nil
}

// loadTopics finds the tags of a follow-up that are about the price.
func (p *Policy) loadTopics(db dbx.Builder) error {
	var rows []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
	}
	if err := db.NewQuery("SELECT id, name FROM tags WHERE [[group]] = 'demand'").All(&rows); err != nil {
		return fmt.Errorf("failed to load the topics: %w", err)
	}
	for _, r := range rows {
		if rules.IsPriceTopic(r.Name) {
			p.priceTopics = append(p.priceTopics, r.ID)
		}
	}
	return nil
}

// bounds reads the fixed bounds of RFM, {"r": [4], "f": [4], "m": [4]}; nothing, null and an object without any are none.
func bounds(raw []byte) (*rules.CutPoints, error) {
	var given map[string][]float64
	if len(raw) == 0 || string(raw) == `""` {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &given); err != nil || len(given) == 0 {
		return nil, err
	}
	points := &rules.CutPoints{Fixed: true}
	for axis, target := range map[string]*[4]float64{"r": &points.R, "f": &points.F, "m": &points.M} {
		if copy(target[:], given[axis]) != len(target) || len(given[axis]) != len(target) {
			return nil, fmt.Errorf("%s does not have %d bounds", axis, len(target))
		}
	}
	return points, nil
}

func (p *Policy) loadTiers(db dbx.Builder) error {
	var rows []struct {
		Code            string `db:"code"`
		CadenceDays     int    `db:"cadence_days"`
		SilentAfterDays int    `db:"silent_after_days"`
		MaxGapDays      int    `db:"max_gap_days"`
		OwnerRole       string `db:"owner_role"`
	}
	err := db.NewQuery("SELECT code, cadence_days, silent_after_days, max_gap_days, owner_role FROM tiers").All(&rows)
	if err != nil {
		return fmt.Errorf("failed to load the tiers: %w", err)
	}
	for _, r := range rows {
		p.Tiers[rules.Tier(r.Code)] = rules.TierPolicy{
			CadenceDays: r.CadenceDays, SilentAfterDays: r.SilentAfterDays, MaxGapDays: r.MaxGapDays, OwnerRole: r.OwnerRole,
		}
	}
	for _, tier := range rules.Tiers {
		if _, ok := p.Tiers[tier]; !ok {
			return fmt.Errorf("tier %s is missing", tier)
		}
	}
	return nil
}

// days reads a JSON list of dates; null and nothing are no days.
func days(raw []byte) (map[rules.Day]bool, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var list []rules.Day
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	set := make(map[rules.Day]bool, len(list))
	for _, day := range list {
		set[day] = true
	}
	return set, nil
}
