package rules

import (
	"cmp"
	"slices"
)

// Spread shares work out over people and working days, so that nobody's day is fuller than it need be, and no customer is contacted
// more often on a channel and day than is wanted.
type Spread struct {
	days   []Day // ascending
	perDay int   // contacts with a customer on a channel and day
	load   map[string]map[Day]int
	total  map[string]int
	taken  map[occasion]int
	met    map[string]map[Day]bool // customer → days, on whatever channel
}

type occasion struct {
	customer, channel string
	on                Day
}

// Recurring is work that comes back: so often, every so many days, for one customer and person.
type Recurring struct {
	Person, Customer string
	Channel          string // empty: it is no contact, and never too much of one
	There            Day    // from when on the person is there, and the customer to be contacted
	Count            int    // how often, at least once
	Every            int    // days between
	Seed             uint32 // tells alike ones apart
}

// NewSpread begins with days that are all free; perDay is how many contacts a customer gets on a channel and day.
func NewSpread(days []Day, perDay int) *Spread {
	return &Spread{
		days: days, perDay: perDay, load: map[string]map[Day]int{}, total: map[string]int{}, taken: map[occasion]int{},
		met: map[string]map[Day]bool{},
	}
}

// Add counts work that is there already, or was just placed.
func (s *Spread) Add(person, customer, channel string, on Day) {
	if s.load[person] == nil {
		s.load[person] = map[Day]int{}
	}
	s.load[person][on]++
	s.total[person]++
	s.Take(customer, channel, on)
}

// Take counts a contact that is nobody's work any more.
func (s *Spread) Take(customer, channel string, on Day) {
	s.taken[occasion{customer, channel, on}]++
	if s.met[customer] == nil {
		s.met[customer] = map[Day]bool{}
	}
	s.met[customer][on] = true
}

// Total is how much work somebody has.
func (s *Spread) Total(person string) int { return s.total[person] }

// Place finds the days for recurring work and counts it there: at equal distances, of all beginnings the one that leaves nobody's
// day fuller than their share of a day, and among those the one that keeps apart what one customer gets. A day that would be too much for the customer gives way to the next
// free one; where there is none, the place is left empty (no day).
func (s *Spread) Place(r Recurring) []Day {
	days := s.days
	if i, _ := slices.BinarySearch(days, r.There); i > 0 {
		days = days[i:]
	}
	chosen := make([]Day, r.Count)
	if len(days) == 0 {
		return chosen
	}
	every := max(r.Every, 1)
	span := int(days[len(days)-1]-days[0]) + 1
	fit := min(r.Count, (span-1)/every+1)
	beginnings := span - (fit-1)*every
	best := placing{crowded: -1}
	for i := range beginnings {
		at := (i + int(r.Seed%uint32(beginnings))) % beginnings
		if tried := s.try(r, days, days[0]+Day(at), every, fit); best.crowded < 0 || tried.compare(best) < 0 {
			best = tried
		}
	}
	for i := range r.Count {
		want := days[len(days)-1]
		if i < fit {
			want = best.days[i]
		}
		if chosen[i] = s.free(r, days, want); chosen[i] != 0 {
			s.Add(r.Person, r.Customer, r.Channel, chosen[i])
		}
	}
	return chosen
}

// placing is one way to place recurring work.
type placing struct {
	days    []Day
	crowded int // days on which the customer has enough already
	over    int // by how much the fullest of the person's days exceeds their share
	near    int // days on which, or next to which, the customer is met for something else
	fullest int
	sum     int
}

func (p placing) compare(o placing) int {
	return cmp.Or(cmp.Compare(p.crowded, o.crowded), cmp.Compare(p.over, o.over), cmp.Compare(p.near, o.near),
		cmp.Compare(p.fullest, o.fullest), cmp.Compare(p.sum, o.sum))
}

func (s *Spread) try(r Recurring, days []Day, first Day, every, count int) placing {
	p := placing{days: make([]Day, count)}
	for j := range count {
		i, _ := slices.BinarySearch(days, first+Day(j*every))
		i = min(i, len(days)-1)
		on := days[i]
		p.days[j] = on
		if s.full(r, on) {
			p.crowded++
		}
		if j > 0 && p.days[j-1] == on {
			p.crowded++
		}
		if s.met[r.Customer][on] {
			p.near += 2
		}
		if i > 0 && s.met[r.Customer][days[i-1]] || i+1 < len(days) && s.met[r.Customer][days[i+1]] {
			p.near++
		}
		load := s.load[r.Person][on] + 1
		p.fullest = max(p.fullest, load)
		p.sum += load
	}
	share := (s.total[r.Person] + r.Count + len(days) - 1) / len(days)
	p.over = max(p.fullest-share, 0)
	return p
}

// full tells whether a customer has enough contacts on the channel that day.
func (s *Spread) full(r Recurring, on Day) bool {
	return r.Channel != "" && s.taken[occasion{r.Customer, r.Channel, on}] >= s.perDay
}

// free gives the day wanted, else the next free one, else the last free one before; none where every day is full.
func (s *Spread) free(r Recurring, days []Day, want Day) Day {
	at, _ := slices.BinarySearch(days, want)
	for _, on := range days[at:] {
		if !s.full(r, on) {
			return on
		}
	}
	for _, on := range slices.Backward(days[:at]) {
		if !s.full(r, on) {
			return on
		}
	}
	return 0
}
