package rules

import (
	"regexp"
	"strings"
)

// Commitment is one promise made to a customer in a follow-up, which becomes a task of kind promise
// (domain.md, section 3).
type Commitment struct {
	Text      string // the line without the colleague's name
	Colleague string // who shall keep the promise, as written after @; empty: whoever recorded it
	Due       Day
	Named     bool // whether the line itself names the day it is due
}

// defaultCommitmentWorkdays is how long a promise without any day may take.
const defaultCommitmentWorkdays = 3

var colleaguePattern = regexp.MustCompile(`(?:^|\s)[@＠]([^\s@＠]+)$`)

// ReadCommitments reads the commitments of a follow-up: each line that is not empty is one, "@name" at its
// end gives it to a colleague. It is due on the day the line names, counted from the day of the contact;
// a line that names none, or one that does not exist, is due on nextActionOn if that is given, else three
// working days after the contact. A line that is nothing but "@name" keeps it as its text, for a promise
// needs one.
func ReadCommitments(text string, contact Day, nextActionOn Day, cal Calendar) []Commitment {
	var commitments []Commitment
	for line := range strings.SplitSeq(CleanText(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		var c Commitment
		c.Text, c.Colleague = cutColleague(line)
		c.Due, c.Named = namedDay(c.Text, contact, cal)
		if !c.Named {
			c.Due = nextActionOn
			if c.Due.IsZero() {
				c.Due = cal.AddWorkdays(contact, defaultCommitmentWorkdays)
			}
		}
		commitments = append(commitments, c)
	}
	return commitments
}

func cutColleague(line string) (text, colleague string) {
	m := colleaguePattern.FindStringSubmatchIndex(line)
	if m == nil {
		return line, ""
	}
	colleague = strings.TrimRight(line[m[2]:m[3]], "。．.，,；;、！!")
	if colleague == "" {
		return line, ""
	}
	if text = strings.TrimSpace(line[:m[0]]); text == "" {
		text = line
	}
	return text, colleague
}
