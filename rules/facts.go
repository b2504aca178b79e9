package rules

import "time"

// Tier says how much attention a customer deserves.
type Tier string

// The four tiers, from the most attention to the least.
const (
	TierS Tier = "S"
	TierA Tier = "A"
	TierB Tier = "B"
	TierC Tier = "C"
)

// Tiers in order of attention.
var Tiers = []Tier{TierS, TierA, TierB, TierC}

// The levels of value and potential.
const (
	ValueHigh = "high"
	ValueMid  = "mid"
	ValueLow  = "low"

	PotentialKey      = "key"
	PotentialNormal   = "potential"
	PotentialWatching = "watching"
)

// How a customer is to be touched.
const (
	TouchNormal     = "normal"
	TouchLight      = "light"
	TouchRecovering = "recovering"
)

// What a follow-up leaves to be done.
const (
	StatusToFollowUp = "to_follow_up"
	StatusConfirmed  = "confirmed"
	StatusOnHold     = "on_hold"
)

// The severities of a signal: how much it says.
const (
	SeverityWarning  = "warning"
	SeverityCritical = "critical"
)

// The models by which a tier may be decided.
const (
	ModelValuePotential = "value_potential"
	ModelRFM            = "rfm"
	ModelProject        = "project"
	ModelService        = "service"
)

// How often a customer buys; irregular and unknown have no length.
const (
	CycleWeekly    = "weekly"
	CycleMonthly   = "monthly"
	CycleQuarterly = "quarterly"
	CycleYearly    = "yearly"
)

// TierPolicy is what a tier asks for. All three are in days.
type TierPolicy struct {
	CadenceDays     int    // between follow-ups
	SilentAfterDays int    // without interaction before the customer counts as silent
	MaxGapDays      int    // furthest a next step may lie after the last contact; 0: no limit
	OwnerRole       string // who should own such a customer
}

// Policy is what an administrator may change about the judgement; amounts are in the policy's currency.
type Policy struct {
	Zone           *time.Location
	ValueHigh      float64 // annual purchase from which value is high
	ValueMid       float64 // and mid
	LightFactor    float64 // stretches the cadence while the customer is silent
	RecoveryFactor float64 // and while they recover from a silence
	RecoverySteps  int     // responded follow-ups that end the recovery
	RFMWindowDays  int
	LayerPotential float64 // annual purchase from which a customer is in the segment high_value_potential
	TierModel      string
	Tiers          map[Tier]TierPolicy
	Signals        map[string]SignalRule // by the name of the signal; one that is missing is off
}

// SignalRule says when a signal is raised. The unit of the threshold is the signal's: per cent for drops, points for scores,
// times the cadence for silence, otherwise a count.
type SignalRule struct {
	Severity   string
	Threshold  float64
	WindowDays int
}

// Order is a purchase or, with a negative amount, a return.
type Order struct {
	At        time.Time
	Amount    float64
	Product   string
	Category  string
	Cancelled bool
	DueOn     Day // to be paid by
	PaidOn    Day

	on Day // the day of At, once the judgement has begun
}

// counted tells whether the order counts as a purchase and an interaction, not only in sums.
func (o Order) counted() bool { return !o.Cancelled && o.Amount >= 0 }

// FollowUp is one recorded contact.
type FollowUp struct {
	At        time.Time // when the contact began
	Created   time.Time // when it was recorded; decides between contacts of one moment
	Responded bool      // the customer answered: a sign of life
	Status    string
	ResumeOn  Day
	TaskDue   time.Time // deadline of its next step while that is open, else zero

	Unhappy    bool   // negative feedback or a dissatisfied mood
	Price      bool   // hesitant or dissatisfied, and the price was a topic
	Competitor string // named by the customer

	on Day
}

// The kinds of a case.
const (
	CaseComplaint = "complaint"
	CaseRequest   = "request"
)

// Case is something the customer asked for or complained about.
type Case struct {
	OpenedAt   time.Time
	Kind       string
	Major      bool
	RespondBy  time.Time
	ResolvedAt time.Time
	Reopened   int // how often

	on Day
}

// Survey is an answer of the customer; both scores run from 0 to 10.
type Survey struct {
	AnsweredAt        time.Time
	NPS, Satisfaction float64

	on Day
}

// Known is what the file on a customer holds, as far as completeness and contradictions ask.
type Known struct {
	Contact, Phone, DecisionMaker, CoreNeed, BudgetRange, PreferredChannel bool
	RenewalIntent                                                          string // empty: not known
	VerifiedSources                                                        int

	Size             string
	AnnualRevenue    float64
	CooperationSince Day
	ImpossiblePhone  bool // a contact's phone number that no network can have
	IdentityNumber   bool // an identity number in a text field
	BankCard         bool // a bank card number in a text field
}

// Facts is everything the judgement of one customer rests on. Orders, follow-ups, cases and surveys may come in any order.
type Facts struct {
	ID             string
	Created        time.Time
	Imported       bool
	FirstContactOn Day

	DeclaredAnnualPurchase       float64 // what the customer says they buy a year; 0: not known
	Intent, Need, Influence, Fit string

	PinTier  Tier
	PinUntil Day

	OwnerRole string
	OpenTasks int
	Orders    []Order
	FollowUps []FollowUp
	StepDone  bool // the next step of the latest is done, and nothing recorded since; only asked for where reasons are shown
	Cases     []Case
	Surveys   []Survey // answered ones
	Known     Known

	Outlook       string // the owner's own word
	PurchaseCycle string
	Region        string

	Contacts        int   // who have not left
	PrimariesLeft   []Day // the days on which a primary contact left
	Contracts       int
	ActiveContracts int
	PriceWinBacks   []Day // the days on which a win-back for the sake of the price was asked for
	Scores          RFM   // as of the last night; the group is not looked at
}
