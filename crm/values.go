package crm

// The select values that hooks, jobs and queries decide by.
const (
	StageProspect = "prospect"
	StageActive   = "active"
	StageArchived = "archived"

	RoleRep      = "rep"
	RoleSupport  = "support"
	RoleManager  = "manager"
	RoleDirector = "director"

	// Causes of a tier change.
	CauseJob    = "job"
	CauseEvent  = "event"
	CausePin    = "pin"
	CausePolicy = "policy"

	KindNextAction       = "next_action"
	KindPromise          = "promise"
	KindNegativeFeedback = "negative_feedback"
	KindHandover         = "handover"
	KindLightTouch       = "light_touch"
	KindCase             = "case"
	KindWinBack          = "win_back"
	KindBirthday         = "birthday"
	KindAnniversary      = "anniversary"
	KindContractRenewal  = "contract_renewal"
	KindProfileReview    = "profile_review"
	KindVerifyInfo       = "verify_info"

	TaskOpen       = "open"
	TaskInProgress = "in_progress"
	TaskDone       = "done"
	TaskDelayed    = "delayed"
	TaskCancelled  = "cancelled"

	PriorityHigh   = "high"
	PriorityNormal = "normal"
	PriorityLow    = "low"

	DirectionIn  = "in"
	DirectionOut = "out"

	FeedbackPositive   = "positive"
	FeedbackNegative   = "negative"
	FeedbackNoResponse = "no_response"
	MoodDissatisfied   = "dissatisfied"
	MoodHesitant       = "hesitant"
	MoodInterested     = "interested"

	KindCampaign  = "campaign"
	KindComplaint = "complaint"

	ResponseInterested = "interested" // of a member of a campaign
	ResponseJoined     = "joined"
	ResponseDeclined   = "declined"
	ResponseNone       = "none"

	SeverityMinor = "minor" // of a case
	SeverityMajor = "major"

	ContractActive = "active"

	OrderNew    = "new"
	OrderRepeat = "repeat"
	OrderReturn = "return"
)

// OpenStatuses are the states of a task still to be done, for SQL.
const OpenStatuses = "'open', 'in_progress', 'delayed'"

// IsOpen tells whether a task of a status is still to be done.
func IsOpen(status string) bool {
	return status == TaskOpen || status == TaskInProgress || status == TaskDelayed
}
