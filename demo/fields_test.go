package demo

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"touchbase/rules"
)

var (
	phonePattern = regexp.MustCompile(`^1[358]\d0013\d{4}$`)
	mailPattern  = regexp.MustCompile(`^[a-z.]+@[a-z]+\.example$`)
	channels     = []string{"phone", "email", "visit", "online_meeting", "wechat", "wecom", "sms", "event"}
)

// oneOf reports a value that is none of the choices.
func oneOf(t *testing.T, field, value string, choices ...string) {
	t.Helper()
	if !slices.Contains(choices, value) {
		t.Errorf("%s is %q, want one of %v", field, value, choices)
	}
}

func TestCreditCode(t *testing.T) {
	t.Parallel()
	// A published code: the check characters of both standards have to come out the same.
	const published = "91350100M000100Y43"
	if got := organisationCheck(published[8:16]); got != published[16:17] {
		t.Errorf("organisation check %s, want %s", got, published[16:17])
	}
	if got := creditCheck(published[:17]); got != published[17:] {
		t.Errorf("check character %s, want %s", got, published[17:])
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	roles := map[string]int{}
	managed := map[string]bool{}
	for _, p := range people() {
		roles[p.Role]++
		if p.Role == "manager" {
			managed[p.Team] = true
		}
		if !phonePattern.MatchString(p.Phone) || !mailPattern.MatchString(p.Email) {
			t.Errorf("%s: phone %s, mail %s", p.Name, p.Phone, p.Email)
		}
	}
	if roles["director"] != 1 || len(people()) != 9 {
		t.Errorf("%d people: %v", len(people()), roles)
	}
	for _, team := range teams() {
		if !managed[team.Key] {
			t.Errorf("%s has no manager", team.Name)
		}
	}
}

// TestNamesDoubleNoWord: a trade may end as the form of a company begins, and 电子科技 with 科技有限公司 is one 科技.
func TestNamesDoubleNoWord(t *testing.T) {
	t.Parallel()
	for seed := range int64(20) {
		for _, c := range New(seed, moments[0], shanghai).Customers {
			for name := []rune(c.Name); len(name) >= 4; name = name[1:] {
				if name[0] == name[2] && name[1] == name[3] {
					t.Errorf("seed %d: %s says %s twice", seed, c.Name, string(name[:2]))
				}
			}
		}
	}
}

func TestCustomersFollowTheRules(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		unique := map[string]string{}
		once := func(what, value, who string) {
			if other, ok := unique[what+value]; ok && value != "" {
				t.Errorf("%s %s is that of %s and of %s", what, value, other, who)
			}
			unique[what+value] = who
		}
		for _, c := range s.Customers {
			for what, value := range map[string]string{"key": c.Key, "name": c.Name, "code": c.Code, "credit code": c.CreditCode, "site": c.Website} {
				if value == "" {
					t.Errorf("%s has no %s", c.Key, what)
				}
				once(what, value, c.Key)
			}
			if n := len(c.CreditCode); n != 18 || creditCheck(c.CreditCode[:17]) != c.CreditCode[17:] {
				t.Errorf("credit code %s of %s is wrong", c.CreditCode, c.Name)
			}
			checkCustomer(t, c)
			for i, p := range c.Contacts {
				once("contact", p.Key, c.Key)
				once("phone", p.Phone, c.Key)
				if !phonePattern.MatchString(p.Phone) || !mailPattern.MatchString(p.Email) || p.IsPrimary != (i == 0) {
					t.Errorf("%s: contact %+v", c.Key, p)
				}
			}
		}
	})
}

func checkCustomer(t *testing.T, c Customer) {
	t.Helper()
	created := rules.DayOf(c.Created, shanghai)
	if c.FirstContactOn.IsZero() || c.FirstContactOn > created || c.CooperationSince > created ||
		!c.CooperationSince.IsZero() && c.CooperationSince < c.FirstContactOn {
		t.Errorf("%s: first contact %s, cooperation %s, created %s", c.Key, c.FirstContactOn, c.CooperationSince, created)
	}
	if c.IndustryCode == "" || len(c.Contacts) == 0 {
		t.Errorf("%s lacks industry or contacts", c.Key)
	}
	if c.Size == "1-50" && c.AnnualRevenue >= 100e6 {
		t.Errorf("%s: %s people and revenue %.0f", c.Key, c.Size, c.AnnualRevenue)
	}
	oneOf(t, "size", c.Size, "1-50", "51-100", "101-500", "501-1000", "1000+")
	oneOf(t, "source", c.Source, "website", "trade_show", "referral", "cold_call", "visit", "online", "third_party", "import", "other")
	oneOf(t, "purchase_cycle", c.PurchaseCycle, "weekly", "monthly", "quarterly", "yearly", "irregular")
	oneOf(t, "intent", c.Intent, "high", "low", "unclear")
	oneOf(t, "need", c.Need, "strong", "some", "vague")
	oneOf(t, "influence", c.Influence, "high", "medium", "low")
	oneOf(t, "fit", c.Fit, "high", "medium", "low")
	oneOf(t, "outlook", c.Outlook, "", "intent_clear", "watching", "churn_risk")
	oneOf(t, "renewal_intent", c.RenewalIntent, "", "strong", "unsure", "weak")
	oneOf(t, "preferred_channel", c.PreferredChannel, channels...)
	for _, avoid := range c.AvoidChannels {
		oneOf(t, "avoid_channels", avoid, channels...)
		if avoid == c.PreferredChannel {
			t.Errorf("%s prefers and avoids %s", c.Key, avoid)
		}
	}
	for _, source := range c.VerifiedSources {
		oneOf(t, "verified_sources", source, "official_website", "business_registry", "customer", "site_visit", "other")
	}
}

func TestFollowUpsFollowTheRules(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		works := map[string]map[string]bool{}
		for _, c := range s.Customers {
			works[c.Key] = map[string]bool{}
			for _, p := range c.Contacts {
				works[c.Key][p.Key] = true
			}
		}
		names := map[string]bool{}
		for _, p := range s.People {
			names[p.Name] = true
		}
		seen := map[string]bool{}
		incoming, late, unanswered, complaints, total := 0, 0, 0, 0, 0
		for _, e := range s.Events {
			if e.Kind == KindContactLeaves {
				if !works[e.Customer][e.Contact] {
					t.Errorf("%s leaves %s without having been there", e.Contact, e.Customer)
				}
				delete(works[e.Customer], e.Contact)
				works[e.Customer][e.Successor.Key] = true
			}
			f := e.FollowUp
			if f == nil {
				continue
			}
			total++
			checkFollowUp(t, e)
			if !works[e.Customer][f.Contact] && e.At.Sub(f.StartedAt) < 12*time.Hour {
				t.Errorf("contact %s does not work at %s", f.Contact, e.Customer)
			}
			if n := len([]rune(f.Content)); n < 20 || n > 120 || seen[f.Content] || strings.ContainsAny(f.Content, "{}") {
				t.Errorf("content of %d characters, seen before %v: %s", n, seen[f.Content], f.Content)
			}
			seen[f.Content] = true
			if _, name, ok := strings.Cut(f.Commitments, "@"); ok && !names[name] {
				t.Errorf("commitment names nobody: %s", f.Commitments)
			}
			for what, n := range map[*int]bool{&incoming: f.Direction == "in", &late: e.At.Sub(f.StartedAt) > 26*time.Hour,
				&unanswered: f.Feedback == "no_response", &complaints: f.Kind == "complaint"} {
				if n {
					*what++
				}
			}
		}
		if incoming < 50 || late < 20 || late*12 > total || unanswered < 80 || complaints < 8 {
			t.Errorf("of %d: %d incoming, %d late, %d unanswered, %d complaints", total, incoming, late, unanswered, complaints)
		}
	})
}

func checkFollowUp(t *testing.T, e Event) {
	t.Helper()
	f := e.FollowUp
	day := rules.DayOf(f.StartedAt, shanghai)
	hour := f.StartedAt.In(shanghai).Hour()
	if !workday(day) || hour < 8 || hour > 17 {
		t.Errorf("contact outside working time: %s", f.StartedAt)
	}
	if e.At.Before(f.StartedAt) || !f.EndedAt.IsZero() && (f.EndedAt.Before(f.StartedAt) || e.At.Before(f.EndedAt)) {
		t.Errorf("started %s, ended %s, entered %s", f.StartedAt, f.EndedAt, e.At)
	}
	oneOf(t, "direction", f.Direction, "in", "out")
	oneOf(t, "channel", f.Channel, channels...)
	oneOf(t, "kind", f.Kind, "first_contact", "needs", "proposal", "care", "service", "complaint", "win_back", "campaign", "other")
	oneOf(t, "feedback", f.Feedback, "positive", "neutral", "negative", "no_response")
	oneOf(t, "mood", f.Mood, "", "satisfied", "interested", "hesitant", "dissatisfied")
	oneOf(t, "status", f.Status, "to_follow_up", "confirmed", "on_hold")
	if step := f.NextAction != "" && f.NextActionOn >= day; step != (f.Status == "to_follow_up") {
		t.Errorf("%s with next action %q on %s, contact on %s", f.Status, f.NextAction, f.NextActionOn, day)
	}
	if pause := f.ResumeOn > day; pause != (f.Status == "on_hold") {
		t.Errorf("%s, resumes on %s", f.Status, f.ResumeOn)
	}
	if f.Kind == "complaint" && f.Feedback != "negative" {
		t.Errorf("complaint with %s feedback", f.Feedback)
	}
	if f.Purpose == "" {
		t.Errorf("no purpose: %+v", f)
	}
}

func TestOrdersFollowTheRules(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		today := rules.DayOf(now, shanghai)
		numbers := map[string]bool{}
		returns, cancelled, overdue := 0, 0, 0
		for _, e := range s.Events {
			o := e.Order
			if o == nil {
				continue
			}
			day := rules.DayOf(o.OrderedAt, shanghai)
			if numbers[o.Number] || o.Number == "" || o.Amount == 0 || o.Category == "" || !strings.HasPrefix(o.Product, o.Category) {
				t.Errorf("order %+v", o)
			}
			numbers[o.Number] = true
			if e.At.Before(o.OrderedAt) || o.Amount > 0 && o.DueOn <= day || o.PaidOn > today || !o.PaidOn.IsZero() && o.PaidOn < day {
				t.Errorf("order of %s entered %s: due %s, paid %s", day, e.At, o.DueOn, o.PaidOn)
			}
			switch {
			case o.Amount < 0:
				returns++
			case o.Cancelled:
				cancelled++
			case o.PaidOn.IsZero() && o.DueOn < today:
				overdue++
			}
		}
		if returns < 8 || cancelled < 5 || overdue < 1 {
			t.Errorf("%d returns, %d cancelled, %d overdue", returns, cancelled, overdue)
		}
	})
}

// TestServiceFollowsTheRules looks at contracts, cases and surveys one by one and at all of them together.
func TestServiceFollowsTheRules(t *testing.T) {
	t.Parallel()
	eachScript(t, func(t *testing.T, s *Script, now time.Time) {
		count := map[string]int{}
		opened, resolved := map[string]time.Time{}, map[string]int{}
		running := map[string]Contract{} // by customer
		talked := map[string]bool{}
		for _, e := range s.Events {
			if f := e.FollowUp; f != nil && f.Feedback != "no_response" {
				talked[e.Customer+rules.DayOf(f.StartedAt, shanghai).String()] = true
				if f.Kind == "complaint" {
					opened[f.Case] = f.StartedAt
				}
			}
			count[e.Kind]++
		}
		for _, e := range s.Events {
			switch e.Kind {
			case KindContract:
				if before, there := running[e.Customer]; there && e.Contract.StartsOn <= before.EndsOn || e.Contract.EndsOn <= e.Contract.StartsOn {
					t.Errorf("contract %+v of %s after %+v", e.Contract, e.Customer, before)
				}
				if e.Contract.Number == "" || e.Contract.Amount < 1000 {
					t.Errorf("contract %+v", e.Contract)
				}
				running[e.Customer] = *e.Contract
			case KindCase:
				checkCase(t, e)
				opened[e.Case.Key] = e.Case.OpenedAt
				if !talked[e.Customer+rules.DayOf(e.Case.OpenedAt, shanghai).String()] {
					t.Errorf("case %+v of a day without a word", e.Case)
				}
			case KindUpdateCase, KindAnswerCase:
				if at := opened[e.Record]; at.IsZero() || !e.At.After(at) {
					t.Errorf("%s of %q, opened %s, at %s", e.Kind, e.Record, at, e.At)
				}
				if e.Kind == KindUpdateCase && e.Change["resolved_at"] != "" {
					resolved[e.Record]++
				}
			case KindSurvey:
				checkSurvey(t, e)
				// What was said in the last three days may be entered later.
				if answered := e.Survey.AnsweredAt; !answered.IsZero() && now.Sub(answered) > 72*time.Hour && !talked[e.Customer+rules.DayOf(answered, shanghai).String()] {
					t.Errorf("survey %+v answered on a day without a word", e.Survey)
				}
			}
		}
		for kind, limits := range map[string][2]int{KindContract: {130, 330}, KindCase: {40, 160}, KindSurvey: {90, 260}, KindUpdateContract: {30, 180}, KindUpdateCase: {50, 260}} {
			if n := count[kind]; n < limits[0] || n > limits[1] {
				t.Errorf("%d %s events, want %d to %d", n, kind, limits[0], limits[1])
			}
		}
		if unresolved := len(opened) - len(resolved); unresolved < 2 || unresolved > 30 {
			t.Errorf("%d of %d cases were never resolved", unresolved, len(opened))
		}
	})
}

func checkCase(t *testing.T, e Event) {
	t.Helper()
	c := e.Case
	oneOf(t, "kind", c.Kind, "question", "complaint", "request")
	oneOf(t, "severity", c.Severity, "minor", "major")
	if c.Subject == "" || strings.ContainsAny(c.Subject, "{}") || c.By == "" || c.Key == "" || e.At.Before(c.OpenedAt) {
		t.Errorf("case %+v entered %s", c, e.At)
	}
}

func checkSurvey(t *testing.T, e Event) {
	t.Helper()
	s := e.Survey
	answered := !s.AnsweredAt.IsZero()
	if !s.SentAt.Before(e.At) || !s.ExpiresAt.After(s.SentAt) || answered && (s.AnsweredAt.Before(s.SentAt) || s.AnsweredAt.After(s.ExpiresAt) || e.At.Before(s.AnsweredAt)) {
		t.Errorf("survey %+v entered %s", s, e.At)
	}
	if s.NPS < 0 || s.NPS > 10 || s.Satisfaction < 0 || s.Satisfaction > 10 || !answered && (s.NPS != 0 || s.Satisfaction != 0 || s.Comment != "") || strings.ContainsAny(s.Comment, "{}") {
		t.Errorf("survey %+v", s)
	}
}
