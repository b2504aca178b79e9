package rules

// The rules a reason may name.
const (
	RuleValue       = "value"
	RulePotential   = "potential"
	RuleTier        = "tier"
	RuleRFM         = "rfm"
	RuleProject     = "project"
	RuleService     = "service"
	RuleWouldChange = "would_change"
	RulePin         = "pin"
	RuleOwnerRole   = "owner_role"
	RuleSilent      = "silent"
	RuleRecovering  = "recovering"
	RuleNext        = "next"
	RuleStepMissing = "step_missing"
	RuleStepDone    = "step_done"
	RuleDue         = "due"       // a next date of which nothing more is known
	RuleDeadline    = "deadline"  // of a task, in hours
	RuleOverdue     = "overdue"   // a task
	RuleDueToday    = "due_today" // likewise
	RulePromised    = "promised"  // likewise, for one of the next days
)

// BasisFirstContact is what a silence rests on where there was no interaction yet.
const BasisFirstContact = "first_contact"

// What a next date may rest on.
const (
	BasisOnHold   = "on_hold"
	BasisNextStep = "next_step"
	BasisMaxGap   = "max_gap"
	BasisCadence  = "cadence"
	BasisCreated  = "created"
	BasisImported = "imported"
	BasisWoken    = "woken"
)

// Reason is one step of a judgement as data: the rule and the facts it used. The figures of the tier's
// reasons alone, put through the table again, give the same tier ([TierFromReasons]).
type Reason struct {
	Rule string `json:"rule"`

	Value          string  `json:"value,omitempty"`
	AnnualPurchase float64 `json:"annual_purchase,omitempty"`
	High           float64 `json:"high,omitempty"`
	Mid            float64 `json:"mid,omitempty"`

	Potential string `json:"potential,omitempty"`
	Intent    string `json:"intent,omitempty"`
	Need      string `json:"need,omitempty"`
	Influence string `json:"influence,omitempty"`
	Fit       string `json:"fit,omitempty"`

	Tier     Tier   `json:"tier,omitempty"`
	Row      int    `json:"row,omitempty"`
	Ordered  bool   `json:"ordered,omitempty"`
	Declared bool   `json:"declared,omitempty"`
	Until    Day    `json:"until,omitempty"`
	Role     string `json:"role,omitempty"`
	Wants    string `json:"wants,omitempty"`

	R     int    `json:"r,omitempty"`
	F     int    `json:"f,omitempty"`
	M     int    `json:"m,omitempty"`
	Group string `json:"group,omitempty"`

	Long       bool `json:"long,omitempty"`       // two calendar years of cooperation
	Categories int  `json:"categories,omitempty"` // bought
	Complexity int  `json:"complexity,omitempty"` // contacts and active contracts

	Served       int     `json:"served,omitempty"`       // follow-ups and cases of 90 days
	Surveys      int     `json:"surveys,omitempty"`      // answered within a year
	Satisfaction float64 `json:"satisfaction,omitempty"` // their sum

	Add    string  `json:"add,omitempty"` // what of, for a better tier
	Amount float64 `json:"amount,omitempty"`
	Count  int     `json:"count,omitempty"`

	Last    Day `json:"last,omitempty"`
	Since   Day `json:"since,omitempty"`
	Days    int `json:"days,omitempty"`
	Allowed int `json:"allowed,omitempty"`
	Steps   int `json:"steps,omitempty"`
	Of      int `json:"of,omitempty"`

	Basis  string  `json:"basis,omitempty"`
	From   Day     `json:"from,omitempty"`
	Factor float64 `json:"factor,omitempty"`
	Next   Day     `json:"next,omitempty"`

	Kind  string `json:"kind,omitempty"` // of a task
	Due   Day    `json:"due,omitempty"`
	Past  bool   `json:"past,omitempty"`  // its deadline is
	Hours int    `json:"hours,omitempty"` // whole ones, until the deadline or since
}

// TierFromReasons judges again from the figures of the reasons alone: what a reader who distrusts the
// answer would do by hand.
func TierFromReasons(reasons []Reason) Tier {
	var value, potential string
	var tier Tier
	for _, r := range reasons {
		switch r.Rule {
		case RuleValue:
			value = valueOf(r.AnnualPurchase, r.High, r.Mid)
		case RulePotential:
			potential = potentialOf(r.Intent, r.Need, r.Influence, r.Fit)
		case RuleTier:
			tier, _ = tierOf(value, potential, r.Ordered, r.Declared)
		case RuleRFM:
			tier = rfmTierOf(r.Group)
		case RuleProject:
			tier = projectTierOf(r)
		case RuleService:
			tier = serviceTierOf(r)
		case RulePin:
			tier = r.Tier
		}
	}
	return tier
}
