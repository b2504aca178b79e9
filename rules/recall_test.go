package rules_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"touchbase/rules"
)

// past is a customer's history told in ages: of the day of the test, Monday 2026-08-03 in Shanghai, at noon. Every moment is
// half past midnight, which is the day before in UTC.
type past struct {
	t     testing.TB
	zone  *time.Location
	now   time.Time
	today rules.Day
	facts rules.Facts
}

// recall reads a history of lines such as "order 90 amount=5 category=pumps": what, its age in days (below zero: still to come), and more.
// Ages of days (due, paid, respond, resolved, resume, task) count from the same day.
func recall(t testing.TB, lines ...string) *past {
	t.Helper()
	p := &past{t: t, zone: zoneNamed(t, "Asia/Shanghai")}
	p.now = clockAt(t, p.zone, "2026-08-03 12:00")
	p.today = rules.DayOf(p.now, p.zone)
	for _, line := range lines {
		p.add(line)
	}
	return p
}

// at is the moment of an age.
func (p *past) at(age int) time.Time {
	return (p.today - rules.Day(age)).Start(p.zone).Add(30 * time.Minute)
}

func (p *past) number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		p.t.Fatalf("failed to read a figure: %v", err)
	}
	return n
}

func (p *past) add(line string) {
	p.t.Helper()
	words := strings.Fields(line)
	what, age := words[0], p.number(words[1])
	with := map[string]string{}
	for _, word := range words[2:] {
		key, value, _ := strings.Cut(word, "=")
		with[key] = value
	}
	taken := func(key string) string {
		value := with[key]
		delete(with, key)
		return value
	}
	flag := func(key string) bool {
		_, there := with[key]
		delete(with, key)
		return there
	}
	figure := func(key string) float64 {
		text := taken(key)
		if text == "" {
			return 0
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			p.t.Fatalf("failed to read %q: %v", line, err)
		}
		return value
	}
	day := func(key string) rules.Day {
		if text := taken(key); text != "" {
			return p.today - rules.Day(p.number(text))
		}
		return 0
	}
	moment := func(key string) time.Time {
		if text := taken(key); text != "" {
			return p.at(p.number(text))
		}
		return time.Time{}
	}
	f := &p.facts
	switch what {
	case "order":
		f.Orders = append(f.Orders, rules.Order{
			At: p.at(age), Amount: figure("amount"), Product: taken("product"), Category: taken("category"), Cancelled: flag("cancelled"),
			DueOn: day("due"), PaidOn: day("paid"),
		})
	case "contact", "attempt":
		f.FollowUps = append(f.FollowUps, rules.FollowUp{
			At: p.at(age), Created: p.at(age), Responded: what == "contact", Unhappy: flag("unhappy"), Price: flag("price"),
			Competitor: taken("competitor"), Status: rules.StatusConfirmed,
		})
		if latest := &f.FollowUps[len(f.FollowUps)-1]; with["resume"] != "" {
			latest.Status, latest.ResumeOn = rules.StatusOnHold, day("resume")
		}
	case rules.CaseComplaint, rules.CaseRequest, "question":
		f.Cases = append(f.Cases, rules.Case{
			OpenedAt: p.at(age), Kind: what, Major: flag("major"), RespondBy: p.at(age).Add(48 * time.Hour), Reopened: int(figure("reopened")),
			ResolvedAt: moment("resolved"),
		})
		if by := moment("respond"); !by.IsZero() {
			f.Cases[len(f.Cases)-1].RespondBy = by
		}
	case "survey":
		f.Surveys = append(f.Surveys, rules.Survey{AnsweredAt: p.at(age), NPS: figure("nps"), Satisfaction: figure("satisfied")})
	case "left":
		f.PrimariesLeft = append(f.PrimariesLeft, p.today-rules.Day(age))
	case "win_back":
		f.PriceWinBacks = append(f.PriceWinBacks, p.today-rules.Day(age))
	case "first_contact":
		f.FirstContactOn = p.today - rules.Day(age)
	case "since":
		f.Known.CooperationSince = p.today - rules.Day(age)
	default:
		p.t.Fatalf("no such line: %q", line)
	}
	if len(with) != 0 {
		p.t.Fatalf("%q is not understood: %v", line, with)
	}
}

// assess judges by a policy.
func (p *past) assess(policy rules.Policy) rules.Assessment {
	return rules.Assess(p.facts, policy, p.now)
}

// evidence tells what a signal rests on, days as ages, or "none" where it was not raised.
func (p *past) evidence(a rules.Assessment, name string) string {
	for _, s := range a.Signals {
		if s.Name != name {
			continue
		}
		var parts []string
		e := s.Evidence
		for _, part := range []struct {
			name  string
			value any
			there bool
		}{
			{"days", e.Days, e.Days != 0},
			{"last", e.Last, e.Last != 0},
			{"before", e.Before, e.Before != 0},
			{"threshold", e.Threshold, e.Threshold != 0},
			{"on", p.today - e.On, e.On != 0},
			{"count", e.Count, e.Count != 0},
			{"reopened", e.Reopened, e.Reopened != 0},
			{"amount", e.Amount, e.Amount != 0},
			{"name", e.Name, e.Name != ""},
		} {
			if part.there {
				value := part.value
				if day, ok := value.(rules.Day); ok {
					value = int(day)
				}
				parts = append(parts, fmt.Sprintf("%s %v", part.name, value))
			}
		}
		return strings.Join(parts, " ")
	}
	return "none"
}

// times gives a line so many times.
func times(n int, line string) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = line
	}
	return lines
}

// only is the default policy with a single signal.
func only(name string, zone *time.Location) rules.Policy {
	policy := assessPolicy(zone)
	policy.Signals = map[string]rules.SignalRule{name: policy.Signals[name]}
	return policy
}
