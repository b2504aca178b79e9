package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strings"
	"time"

	"touchbase/rules"
)

// Contract is a year's agreement with a customer. Money is in yuan.
type Contract struct {
	Key, Number      string
	StartsOn, EndsOn rules.Day
	Amount           float64
}

// Case is something a customer asked for, asked, or complained about. By is a person's key, Contact a contact's, Topics are names
// of tags.
type Case struct {
	Key, By, Contact, Assignee, Kind, Severity, Subject, Detail string

	OpenedAt time.Time
	Topics   []string
}

// Survey is what a customer answered, or did not: then AnsweredAt is zero.
type Survey struct {
	Contact, Comment  string
	NPS, Satisfaction int

	SentAt, ExpiresAt, AnsweredAt time.Time
}

// service writes what follows from a year's conversations and orders: contracts, cases and surveys. Cases are opened and surveys
// answered on days on which the customer was spoken to, so that they are no signs of life of their own. It has its own chance:
// the year itself stays as it was told.
type service struct {
	*generator
	talks  map[string][]*Event // follow-ups the customer responded to, by customer, in order of entry
	orders map[string][]*Event
	taken  map[*FollowUp]bool // a case came of it already
	cases  int
}

// serve adds the events of the service side.
func (g *generator) serve(seed int64) {
	rng := rand.New(rand.NewPCG(uint64(seed)+1, uint64(g.today)))
	s := &service{
		generator: &generator{rng: rng, zone: g.zone, start: g.start, today: g.today, people: g.people, words: &writer{rng: rng, month: g.today.Time().Month()}},
		talks:     map[string][]*Event{}, orders: map[string][]*Event{}, taken: map[*FollowUp]bool{},
	}
	for i := range g.events {
		switch e := &g.events[i]; {
		case e.Order != nil && e.Order.Amount > 0 && !e.Order.Cancelled:
			s.orders[e.Customer] = append(s.orders[e.Customer], e)
		case e.FollowUp != nil && e.FollowUp.Feedback != "no_response":
			s.talks[e.Customer] = append(s.talks[e.Customer], e)
			e.FollowUp.Topics = topicsOf(e.FollowUp)
		}
	}
	for _, events := range []map[string][]*Event{s.talks, s.orders} {
		for _, of := range events {
			sort.SliceStable(of, func(i, j int) bool { return of[i].At.Before(of[j].At) })
		}
	}
	s.trouble(g.accounts)
	for _, a := range g.accounts {
		s.contract(a)
		for _, e := range s.talks[a.customer.Key] {
			s.hear(a, e)
		}
		s.ask(a)
	}
	g.events = append(g.events, s.events...)
}

// topicsOf are the tags of what a conversation was about.
func topicsOf(f *FollowUp) []string {
	switch {
	case f.Competitor != "", f.Kind == "proposal" && f.Mood == "hesitant":
		return []string{"价格"}
	case f.Kind == "complaint":
		return []string{"质量"}
	case f.Kind == "service":
		return []string{"售后"}
	case strings.Contains(f.Content, "交期"):
		return []string{"交付"}
	case f.Kind == "needs":
		return []string{"功能"}
	}
	return nil
}

// contract enters the year's agreement of whoever buys regularly, with the first order, and the one after it once it has run out.
func (s *service) contract(a *account) {
	orders := s.orders[a.customer.Key]
	if a.customer.Owner == "" || a.tier == "C" || len(orders) == 0 {
		return
	}
	at, starts := orders[0].At.Add(15*time.Minute), rules.DayOf(orders[0].At, s.zone)
	if a.created == s.start {
		starts -= rules.Day(s.between(10, 340))
	}
	for n := 1; ; n++ {
		c := &Contract{
			Key: fmt.Sprintf("%s-contract-%d", a.customer.Key, n), StartsOn: starts, EndsOn: starts + 364,
			Amount: math.Round(a.yearly*s.spread(0.8, 1)/1000) * 1000,
		}
		s.add(Event{At: at, Kind: KindContract, Customer: a.customer.Key, Contract: c, By: a.customer.Owner})
		over := nextWorkday(c.EndsOn + 1)
		if over > s.today {
			return
		}
		at = s.at(over, s.officeMinute())
		status := "renewed"
		if a.isQuiet(over) || a.customer.Key == Stories[0].Customer {
			status = "ended"
		}
		s.add(Event{At: at, Kind: KindUpdateContract, Customer: a.customer.Key, Record: c.Key, Change: map[string]any{"status": status}, By: a.customer.Owner})
		if status == "ended" {
			return
		}
		at, starts = at.Add(5*time.Minute), c.EndsOn+1
	}
}

// hear makes cases of conversations: of every complaint, of a third of the calls for help, now and then of a wish.
func (s *service) hear(a *account, e *Event) {
	f := e.FollowUp
	switch {
	case s.taken[f]:
	case f.Kind == "complaint":
		f.Case = s.key()
		s.handle(a, f.Case, f.By, e.At)
	case !a.improvises(f.day(s.zone)):
	case f.Kind == "service" && s.chance(0.3):
		c := s.open(a, e, "question")
		s.handle(a, c.Key, c.who(), e.At)
	case (f.Kind == "needs" || f.Kind == "proposal") && s.chance(0.03):
		c := s.open(a, e, "request")
		s.handle(a, c.Key, c.who(), e.At)
	}
}

func (s *service) key() string {
	s.cases++
	return fmt.Sprintf("case-%03d", s.cases)
}

// who sees to a case.
func (c *Case) who() string {
	if c.Assignee != "" {
		return c.Assignee
	}
	return c.By
}

// open enters a case that came of a conversation.
func (s *service) open(a *account, e *Event, kind string) *Case {
	f := e.FollowUp
	s.taken[f] = true
	a.topic = s.words.topic(a, Contact{})
	c := &Case{
		Key: s.key(), By: f.By, Contact: f.Contact, Kind: kind, Severity: "minor", OpenedAt: f.StartedAt,
		Subject: s.words.fill(a, pick(s.rng, caseSubjects[kind])), Topics: caseTopics[kind],
	}
	if s.chance(0.06) {
		c.Severity = "major"
	}
	if s.chance(0.4) {
		c.Assignee = s.colleague(f.By).Key
	}
	s.add(Event{At: e.At.Add(time.Duration(s.between(60, 240)) * time.Second), Kind: KindCase, Customer: a.customer.Key, Case: c, By: f.By})
	return c
}

// handle answers a case, mostly in time, and resolves it; now and then it comes back.
func (s *service) handle(a *account, key, by string, entered time.Time) {
	delay := s.between(60, 22*60)
	if s.chance(0.06) {
		delay = s.between(50*60, 70*60)
	}
	at := s.answer(a, key, by, entered, delay)
	at = s.resolve(a, key, by, at, s.between(4*60, 8*24*60))
	if s.chance(0.05) {
		s.resolve(a, key, by, s.comesBack(a, key, by, at), s.between(24*60, 5*24*60))
	}
}

// answer does the task of a case some minutes after a moment, and gives when.
func (s *service) answer(a *account, key, by string, after time.Time, minutes int) time.Time {
	at := s.awake(after.Add(time.Duration(minutes) * time.Minute))
	s.add(Event{At: at, Kind: KindAnswerCase, Customer: a.customer.Key, Record: key, Change: map[string]any{"result": pick(s.rng, results)}, By: by})
	return at
}

func (s *service) resolve(a *account, key, by string, after time.Time, minutes int) time.Time {
	at := s.awake(after.Add(time.Duration(minutes) * time.Minute))
	s.add(Event{At: at, Kind: KindUpdateCase, Customer: a.customer.Key, Record: key, Change: map[string]any{"resolved_at": at}, By: by})
	return at
}

// comesBack opens a resolved case again some days later, and answers it once more.
func (s *service) comesBack(a *account, key, by string, resolved time.Time) time.Time {
	at := s.awake(resolved.Add(time.Duration(s.between(24*60, 4*24*60)) * time.Minute))
	s.add(Event{At: at, Kind: KindUpdateCase, Customer: a.customer.Key, Record: key, Change: map[string]any{"resolved_at": ""}, By: by})
	return s.answer(a, key, by, at, s.between(60, 20*60))
}

// trouble gives three customers something to worry about, so that every signal has somebody who shows it: one waits for two
// solutions and one answer, one has a case that keeps coming back, one complains more than before.
func (s *service) trouble(accounts []*account) {
	recent := func(low, high rules.Day) func(*account) []*Event {
		return func(a *account) (some []*Event) {
			for _, e := range s.talks[a.customer.Key] {
				if age := s.today - e.FollowUp.day(s.zone); age >= low && age <= high && e.FollowUp.Kind != "complaint" && e.FollowUp.Kind != "campaign" {
					some = append(some, e)
				}
			}
			return some
		}
	}
	busy := func(talks func(*account) []*Event, atLeast int, also func(*account) bool) *account {
		for _, i := range s.rng.Perm(len(accounts)) {
			a := accounts[i]
			fits := a.scripted == 0 && a.quiet == 0 && a.created == s.start && a.customer.Owner != "" && a.tier != "C"
			if fits && !a.troubled && len(talks(a)) >= atLeast && also(a) {
				a.troubled = true
				return a
			}
		}
		return nil
	}
	any := func(*account) bool { return true }
	waits := recent(5, 50)
	if a := busy(waits, 2, any); a != nil {
		answered := s.open(a, waits(a)[0], "question")
		s.answer(a, answered.Key, answered.who(), waits(a)[0].At, s.between(60, 20*60))
		s.open(a, waits(a)[1], "request")
	}
	returns := recent(35, 70)
	if a := busy(returns, 1, any); a != nil {
		e := returns(a)[0]
		c := s.open(a, e, "question")
		at := s.answer(a, c.Key, c.who(), e.At, s.between(60, 20*60))
		for range 2 {
			at = s.comesBack(a, c.Key, c.who(), s.resolve(a, c.Key, c.who(), at, s.between(24*60, 3*24*60)))
		}
	}
	complains := recent(1, 85)
	a := busy(complains, 2, func(a *account) bool { return s.complaints(a, 86, 185) == 0 })
	if a == nil {
		return
	}
	for _, e := range complains(a)[:2] {
		c := s.open(a, e, "complaint")
		s.handle(a, c.Key, c.who(), e.At)
	}
}

// complaints counts those of a customer on days of some ages.
func (s *service) complaints(a *account, low, high rules.Day) (n int) {
	for _, e := range s.talks[a.customer.Key] {
		if age := s.today - e.FollowUp.day(s.zone); e.FollowUp.Kind == "complaint" && age >= low && age <= high {
			n++
		}
	}
	return n
}

// ask sends two surveys a year to those who buy; one customer in four leaves one of them alone.
func (s *service) ask(a *account) {
	talks := s.talks[a.customer.Key]
	story := a.scripted != 0
	if len(s.orders[a.customer.Key]) == 0 || a.tier == "C" || len(talks) < 2 || !story && s.chance(0.35) {
		return
	}
	var good []*Event
	for _, e := range talks {
		if story || e.FollowUp.Feedback != "negative" && e.FollowUp.Kind != "campaign" {
			good = append(good, e)
		}
	}
	if len(good) < 2 {
		return
	}
	first, second := good[s.rng.IntN(len(good)/2)], good[len(good)/2+s.rng.IntN(len(good)-len(good)/2)]
	if story { // how it went is told from the beginning of the story to its end
		first, second = s.since(good, a.scripted), good[len(good)-1]
	}
	for _, e := range []*Event{first, second} {
		s.survey(a, e, !story && s.chance(0.12))
	}
}

// since is the first conversation on or after a day.
func (s *service) since(talks []*Event, day rules.Day) *Event {
	for _, e := range talks {
		if e.FollowUp.day(s.zone) >= day {
			return e
		}
	}
	return talks[0]
}

// survey enters what a customer answered on the day of a conversation, or that there was no answer.
func (s *service) survey(a *account, e *Event, ignored bool) {
	f := e.FollowUp
	answered := f.StartedAt.Add(time.Duration(s.between(5, 170)) * time.Minute)
	sent := s.awake(answered.Add(-time.Duration(s.between(8*60, 72*60)) * time.Minute))
	if begun := a.customer.Created.Add(time.Hour); sent.Before(begun) || !sent.Before(answered) {
		sent = answered.Add(-4 * time.Minute)
	}
	survey := &Survey{Contact: f.Contact, SentAt: sent, ExpiresAt: sent.AddDate(0, 0, 30)}
	if ignored {
		s.add(Event{At: answered, Kind: KindSurvey, Customer: a.customer.Key, Survey: survey, By: f.By})
		return
	}
	survey.AnsweredAt = answered
	low, high := 8, 8
	switch {
	case f.Feedback == "negative":
		low, high = 3, 5
	case f.Mood == "satisfied":
		low, high = 9, 10
	case f.Mood == "interested":
		low, high = 8, 9
	case f.Mood == "hesitant":
		low, high = 7, 8
	}
	survey.NPS, survey.Satisfaction = s.between(low, high), s.between(low, high)
	if s.chance(0.4) {
		a.topic = s.words.topic(a, Contact{})
		survey.Comment = s.words.fill(a, pick(s.rng, comments[min(max(low-6, 0), 2)]))
	}
	s.add(Event{At: answered, Kind: KindSurvey, Customer: a.customer.Key, Survey: survey, By: f.By})
}

// numberContracts numbers the contracts within their years, in the order of entry.
func numberContracts(events []Event, zone *time.Location) {
	count := map[int]int{}
	for _, e := range events {
		if e.Contract != nil {
			year := e.At.In(zone).Year()
			count[year]++
			e.Contract.Number = fmt.Sprintf("HT%d-%03d", year, count[year])
		}
	}
}
