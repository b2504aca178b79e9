package crm

// Statements whose plans the tests look at.
const (
	MatchesSQL  = matchesSQL
	RevealedSQL = revealedSQL
	TakenSQL    = takenSQL
)
