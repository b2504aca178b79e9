package rules

// Problem is why a value cannot be accepted: a stable code for programs and a sentence for people that
// says what would be right. Forms, the API and imports show the same codes.
type Problem struct {
	Code    string
	Message string
}

// Error is the sentence.
func (p *Problem) Error() string { return p.Message }
