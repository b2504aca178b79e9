package rules_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"touchbase/rules"
)

// caseOf is random facts, a random policy and a moment.
type caseOf struct {
	facts  rules.Facts
	policy rules.Policy
	now    time.Time
	today  rules.Day
}

func (c caseOf) assess() rules.Assessment { return rules.Assess(c.facts, c.policy, c.now) }

// momentNear draws a moment some days from a day, often at midnight or at the same hour as others.
func momentNear(t *rapid.T, zone *time.Location, day rules.Day, back, on int) time.Time {
	start := (day + rules.Day(rapid.IntRange(-back, on).Draw(t, "days"))).Start(zone)
	minutes := rapid.SampledFrom([]int{0, 0, 1, 60, 600, 600, 840, 1379, -1}).Draw(t, "minutes")
	return start.Add(time.Duration(minutes) * time.Minute)
}

func drawPolicy(t *rapid.T) rules.Policy {
	zones := []string{
		"UTC", "Asia/Shanghai", "Pacific/Auckland", "America/Los_Angeles", "Europe/Berlin", "America/Santiago", "Africa/Cairo", "Asia/Amman",
	}
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatalf("failed to load zone: %v", err)
	}
	policy := assessPolicy(zone)
	policy.ValueMid = rapid.SampledFrom([]float64{0, 100, 100_000}).Draw(t, "mid")
	policy.ValueHigh = policy.ValueMid + rapid.SampledFrom([]float64{0, 0.01, 400_000}).Draw(t, "high")
	policy.LightFactor = rapid.SampledFrom([]float64{1, 2, 2.5}).Draw(t, "light")
	policy.RecoveryFactor = rapid.SampledFrom([]float64{1, 1.5, 3}).Draw(t, "recovery")
	policy.RecoverySteps = rapid.IntRange(0, 3).Draw(t, "steps")
	policy.LayerPotential = rapid.SampledFrom([]float64{0, 100, 300_000}).Draw(t, "layer")
	policy.TierModel = rapid.SampledFrom([]string{rules.ModelValuePotential, rules.ModelValuePotential, rules.ModelRFM, rules.ModelProject, rules.ModelService}).Draw(t, "model")
	for name, rule := range policy.Signals {
		if rapid.IntRange(0, 3).Draw(t, "changed") == 0 {
			rule.Severity = rapid.SampledFrom([]string{rules.SeverityWarning, rules.SeverityCritical}).Draw(t, "severity")
			rule.Threshold = rapid.SampledFrom([]float64{0, 1, 1.5, 50, 100}).Draw(t, "threshold")
			rule.WindowDays = rapid.SampledFrom([]int{0, 1, 10, 90}).Draw(t, "days")
			policy.Signals[name] = rule
		}
		if rapid.IntRange(0, 9).Draw(t, "off") == 0 {
			delete(policy.Signals, name)
		}
	}
	policy.RFMWindowDays = rapid.SampledFrom([]int{0, 1, 90, 365, 500}).Draw(t, "window")
	for _, tier := range rules.Tiers {
		policy.Tiers[tier] = rules.TierPolicy{
			CadenceDays:     rapid.IntRange(1, 90).Draw(t, "cadence"),
			SilentAfterDays: rapid.SampledFrom([]int{0, 1, 7, 30, 30, 60}).Draw(t, "allowed"),
			MaxGapDays:      rapid.SampledFrom([]int{0, 1, 30}).Draw(t, "gap"),
			OwnerRole:       rapid.SampledFrom([]string{"", "rep", "director"}).Draw(t, "role"),
		}
	}
	return policy
}

// drawCase draws a case; amounts gather at the thresholds, moments at midnights and in the last two years.
func drawCase(t *rapid.T) caseOf {
	c := caseOf{policy: drawPolicy(t)}
	zone := c.policy.Zone
	c.now = momentNear(t, zone, rules.Date(2024, 9, 1), 400, 400)
	c.today = rules.DayOf(c.now, zone)
	dayNear := func(label string, back, on int) rules.Day {
		return rapid.SampledFrom([]rules.Day{0, 1}).Draw(t, label+" known") * (c.today + rules.Day(rapid.IntRange(-back, on).Draw(t, label)))
	}
	amounts := []float64{0, 0.01, 99.99, 100, 99_999.99, 100_000, 100_000.01, 500_000, -0.01, -50, -100_000}
	orders := rapid.Custom(func(t *rapid.T) rules.Order {
		return rules.Order{
			At:        momentNear(t, zone, c.today, 800, 60),
			Amount:    rapid.SampledFrom(amounts).Draw(t, "amount"),
			Product:   rapid.SampledFrom([]string{"", "pump", "valve", "seal"}).Draw(t, "product"),
			Category:  rapid.SampledFrom([]string{"", "parts", "machines", "service"}).Draw(t, "category"),
			DueOn:     dayNear("due", 200, 60),
			PaidOn:    dayNear("paid", 200, 60),
			Cancelled: rapid.IntRange(0, 5).Draw(t, "cancelled") == 0,
		}
	})
	followUps := rapid.Custom(func(t *rapid.T) rules.FollowUp {
		f := rules.FollowUp{
			At:        momentNear(t, zone, c.today, 150, 20),
			Responded: rapid.Bool().Draw(t, "responded"),
			Status:    rapid.SampledFrom([]string{rules.StatusConfirmed, rules.StatusToFollowUp, rules.StatusOnHold}).Draw(t, "status"),
			ResumeOn:  dayNear("resume", 30, 90),
			Unhappy:   rapid.Bool().Draw(t, "unhappy"),
			Price:     rapid.Bool().Draw(t, "price"),

			Competitor: rapid.SampledFrom([]string{"", "", "other", "rival"}).Draw(t, "competitor"),
		}
		f.Created = f.At.Add(rapid.SampledFrom([]time.Duration{0, 1, 2}).Draw(t, "created") * time.Hour)
		if rapid.Bool().Draw(t, "task") {
			f.TaskDue = momentNear(t, zone, c.today, 30, 90)
		}
		return f
	})
	cases := rapid.Custom(func(t *rapid.T) rules.Case {
		opened := rules.Case{
			OpenedAt: momentNear(t, zone, c.today, 400, 20), Kind: rapid.SampledFrom([]string{"question", "complaint", "request"}).Draw(t, "kind"),
			Major: rapid.Bool().Draw(t, "major"), Reopened: rapid.IntRange(0, 2).Draw(t, "reopened"),
		}
		opened.RespondBy = opened.OpenedAt.Add(48 * time.Hour)
		if rapid.Bool().Draw(t, "resolved") {
			opened.ResolvedAt = opened.OpenedAt.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "hours")) * time.Hour)
		}
		return opened
	})
	surveys := rapid.Custom(func(t *rapid.T) rules.Survey {
		return rules.Survey{
			AnsweredAt: momentNear(t, zone, c.today, 800, 20),
			NPS:        float64(rapid.IntRange(0, 10).Draw(t, "nps")), Satisfaction: float64(rapid.IntRange(5, 10).Draw(t, "satisfaction")),
		}
	})
	days := rapid.Custom(func(t *rapid.T) rules.Day { return c.today + rules.Day(rapid.IntRange(-400, 10).Draw(t, "day")) })
	known := rules.Known{
		CooperationSince: dayNear("cooperation", 1100, 60), VerifiedSources: rapid.IntRange(0, 3).Draw(t, "sources"),
		Size: rapid.SampledFrom([]string{"", "1-50"}).Draw(t, "size"), RenewalIntent: rapid.SampledFrom([]string{"", "strong", "weak"}).Draw(t, "renewal"),
	}
	c.facts = rules.Facts{
		ID: rapid.StringMatching(`[a-z0-9]{15}`).Draw(t, "id"), Created: momentNear(t, zone, c.today, 900, 0),
		Imported: rapid.Bool().Draw(t, "imported"), FirstContactOn: dayNear("first contact", 900, 10),
		DeclaredAnnualPurchase: max(0, rapid.SampledFrom(amounts).Draw(t, "declared")),
		Intent:                 rapid.SampledFrom([]string{"", "high", "low", "unclear"}).Draw(t, "intent"),
		Need:                   rapid.SampledFrom([]string{"", "strong", "some", "vague"}).Draw(t, "need"),
		Influence:              rapid.SampledFrom([]string{"", "high", "medium", "low"}).Draw(t, "influence"),
		Fit:                    rapid.SampledFrom([]string{"", "high", "medium", "low"}).Draw(t, "fit"),
		PinTier:                rapid.SampledFrom([]rules.Tier{"", "", "S", "A", "B", "C"}).Draw(t, "pin"),
		OwnerRole:              rapid.SampledFrom([]string{"", "rep", "director"}).Draw(t, "owner"),
		Orders:                 rapid.SliceOfN(orders, 0, 6).Draw(t, "orders"),
		FollowUps:              rapid.SliceOfN(followUps, 0, 6).Draw(t, "follow-ups"),
		Cases:                  rapid.SliceOfN(cases, 0, 4).Draw(t, "cases"),
		Surveys:                rapid.SliceOfN(surveys, 0, 3).Draw(t, "surveys"),
		Known:                  known,
		Outlook:                rapid.SampledFrom([]string{"", "", "watching", "churn_risk"}).Draw(t, "outlook"),
		PurchaseCycle:          rapid.SampledFrom([]string{"", "weekly", "quarterly", "yearly", "irregular"}).Draw(t, "cycle"),
		Region:                 rapid.SampledFrom([]string{"", "华东"}).Draw(t, "region"),
		Contacts:               rapid.IntRange(0, 4).Draw(t, "contacts"),
		PrimariesLeft:          rapid.SliceOfN(days, 0, 2).Draw(t, "left"),
		Contracts:              rapid.IntRange(0, 2).Draw(t, "contracts"),
		PriceWinBacks:          rapid.SliceOfN(days, 0, 3).Draw(t, "win-backs"),
		Scores:                 rapid.SampledFrom([]rules.RFM{{}, {R: 5, F: 4, M: 3}, {R: 1, F: 1, M: 1}, {R: 3, F: 3, M: 2}}).Draw(t, "scores"),
	}
	if c.facts.PinTier != "" {
		c.facts.PinUntil = c.today + rules.Day(rapid.IntRange(-3, 366).Draw(t, "until"))
	}
	return c
}

// sameAnswer compares all but the moment of the next assessment.
func sameAnswer(a, b rules.Assessment) bool {
	a.DueAt, b.DueAt = time.Time{}, time.Time{}
	return reflect.DeepEqual(a, b)
}

func TestReasonsAloneGiveTheTier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		got := drawCase(t).assess()
		if tier := rules.TierFromReasons(got.TierReasons); tier != got.Tier {
			t.Fatalf("the reasons give %s, the assessment %s", tier, got.Tier)
		}
		text, err := json.Marshal(slices.Concat(got.TierReasons, got.Reasons))
		if err != nil {
			t.Fatalf("failed to write the reasons: %v", err)
		}
		var read []rules.Reason
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatalf("failed to read the reasons: %v", err)
		}
		if tier := rules.TierFromReasons(read); tier != got.Tier {
			t.Fatalf("%s gives %s, the assessment %s", text, tier, got.Tier)
		}
		if !reflect.DeepEqual(read, slices.Concat(got.TierReasons, got.Reasons)) {
			t.Fatalf("%s lost something", text)
		}
		for _, r := range read {
			if r.Words(rules.Chinese) == r.Rule || r.Words(rules.English) == r.Rule {
				t.Fatalf("no words for %+v", r)
			}
		}
	})
}

func TestOrderTodayNeverCostsATier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		before := c.assess()
		at := c.now
		if rapid.Bool().Draw(t, "at midnight") {
			at = c.today.Start(c.policy.Zone)
		}
		amount := rapid.SampledFrom([]float64{0, 0.01, 100, 100_000, 500_000}).Draw(t, "new amount")
		c.facts.Orders = append(slices.Clone(c.facts.Orders), rules.Order{At: at, Amount: amount})
		after := c.assess()
		if slices.Index(rules.Tiers, after.Tier) > slices.Index(rules.Tiers, before.Tier) {
			t.Fatalf("an order of %v moved the customer from %s to %s", amount, before.Tier, after.Tier)
		}
	})
}

func TestPinInForceWins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		c.facts.PinTier = rapid.SampledFrom(rules.Tiers).Draw(t, "pinned")
		c.facts.PinUntil = c.today + rules.Day(rapid.IntRange(0, 366).Draw(t, "in force"))
		got := c.assess()
		if got.Tier != c.facts.PinTier {
			t.Fatalf("pinned to %s, got %s", c.facts.PinTier, got.Tier)
		}
		// Over or never made are the same.
		c.facts.PinUntil = c.today - 1
		over := c.assess()
		c.facts.PinTier, c.facts.PinUntil = "", 0
		if never := c.assess(); !reflect.DeepEqual(over, never) {
			t.Fatalf("a pin that is over leaves %+v, none %+v", over, never)
		}
	})
}

func TestOnlyTheHistoryDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		// Imports and plain dates bring several of one moment.
		for _, o := range c.facts.Orders {
			o.Product = "twin"
			c.facts.Orders = append(c.facts.Orders, o)
		}
		for _, f := range c.facts.FollowUps {
			f.Status = rules.StatusOnHold
			if rapid.Bool().Draw(t, "held longer") {
				f.ResumeOn += 10
			}
			c.facts.FollowUps = append(c.facts.FollowUps, f)
		}
		want := c.assess()
		shuffled := c
		shuffled.facts.Orders = rapid.Permutation(c.facts.Orders).Draw(t, "orders shuffled")
		shuffled.facts.FollowUps = rapid.Permutation(c.facts.FollowUps).Draw(t, "follow-ups shuffled")
		shuffled.facts.Cases = rapid.Permutation(c.facts.Cases).Draw(t, "cases shuffled")
		shuffled.facts.Surveys = rapid.Permutation(c.facts.Surveys).Draw(t, "surveys shuffled")
		orders, followUps := slices.Clone(shuffled.facts.Orders), slices.Clone(shuffled.facts.FollowUps)

		other := shuffled
		other.now = momentNear(t, c.policy.Zone, c.today, 300, 300)
		other.assess()
		if got := shuffled.assess(); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order: got %+v, want %+v", got, want)
		}
		if !slices.Equal(shuffled.facts.Orders, orders) || !slices.Equal(shuffled.facts.FollowUps, followUps) {
			t.Fatal("the facts were changed")
		}
	})
}

// Before the moment an assessment is due, time alone changes nothing, at any moment of any day.
func TestTimeAloneChangesNothingBeforeDue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		want := c.assess()
		end := want.DueAt
		if end.IsZero() {
			end = c.now.AddDate(3, 0, 0)
		}
		if !end.After(c.now) {
			t.Fatalf("due at %s, it is %s", end, c.now)
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for from := c.now; from.Before(end); {
			to := (rules.DayOf(from, c.policy.Zone) + 1).Start(c.policy.Zone)
			if to.After(end) {
				to = end
			}
			then := c
			for _, then.now = range []time.Time{from, from.Add(time.Duration(random.Int64N(int64(to.Sub(from))))), to.Add(-1)} {
				if got := then.assess(); !sameAnswer(got, want) {
					t.Fatalf("due at %s, but %s gives another answer than %s:\n%+v\n%+v", want.DueAt, then.now, c.now, got, want)
				}
			}
			from = to
		}
	})
}

// Assessing only when due leaves nothing for a job over all customers to find, night after night.
func TestNightsOverThoseDueAreEnough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		stored := c.assess()
		hour := rapid.SampledFrom([]time.Duration{0, 2, 2, 13}).Draw(t, "hour") * time.Hour
		for day := c.today + 1; day < c.today+500; day++ {
			c.now = day.Start(c.policy.Zone).Add(hour)
			fresh := c.assess()
			if !stored.DueAt.IsZero() && !stored.DueAt.After(c.now) {
				stored = fresh
			}
			if !sameAnswer(stored, fresh) {
				t.Fatalf("on %s a job over all finds %+v, stored is %+v", day, fresh, stored)
			}
		}
	})
}

func TestFallingSilentNeverMovesADate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		c.facts.FirstContactOn = c.today - rules.Day(rapid.IntRange(0, 900).Draw(t, "first contact"))
		c.facts.PinTier, c.facts.PinUntil = rapid.SampledFrom(rules.Tiers).Draw(t, "tier"), c.today+1000
		c.now = (c.today + 200).Start(c.policy.Zone) // silent by then
		since := c.assess().SilentSince.Start(c.policy.Zone)
		c.facts.FollowUps = slices.DeleteFunc(slices.Clone(c.facts.FollowUps), func(f rules.FollowUp) bool { return !f.At.Before(since) })
		c.now = since.Add(-1)
		before := c.assess()
		c.now = since
		after := c.assess()
		if before.Silent || !after.Silent {
			t.Fatalf("silent %v before %s, %v then", before.Silent, since, after.Silent)
		}
		if before.NextFollowUpOn != after.NextFollowUpOn {
			t.Fatalf("falling silent moved the date from %s to %s", before.NextFollowUpOn, after.NextFollowUpOn)
		}
	})
}

// A diary kept day by day knows silence and touch mode without arithmetic on gaps.
func TestTouchModeAgreesWithADiary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		got := c.assess()
		alive, responded := map[rules.Day]bool{}, map[rules.Day]int{}
		for _, f := range c.facts.FollowUps {
			if f.Responded && !f.At.After(c.now) {
				alive[rules.DayOf(f.At, c.policy.Zone)] = true
				responded[rules.DayOf(f.At, c.policy.Zone)]++
			}
		}
		for _, o := range c.facts.Orders {
			if !o.Cancelled && o.Amount >= 0 && !o.At.After(c.now) {
				alive[rules.DayOf(o.At, c.policy.Zone)] = true
			}
		}
		for _, o := range c.facts.Cases {
			if !o.OpenedAt.After(c.now) {
				alive[rules.DayOf(o.OpenedAt, c.policy.Zone)] = true
			}
		}
		for _, s := range c.facts.Surveys {
			if !s.AnsweredAt.After(c.now) {
				alive[rules.DayOf(s.AnsweredAt, c.policy.Zone)] = true
			}
		}
		mode, left := rules.TouchNormal, 0
		quiet, since := -1, rules.Day(0) // days without a sign of life; before the first none is missed
		for day := c.today - 1000; day <= c.today; day++ {
			if quiet >= 0 {
				quiet++
			}
			if quiet > c.policy.Tiers[got.Tier].SilentAfterDays && mode != rules.TouchLight {
				mode, since = rules.TouchLight, day
			}
			left -= responded[day]
			if alive[day] && mode == rules.TouchLight {
				mode, since, left = rules.TouchRecovering, 0, c.policy.RecoverySteps
			}
			if mode == rules.TouchRecovering && left <= 0 {
				mode = rules.TouchNormal
			}
			if alive[day] || quiet < 0 && day == c.facts.FirstContactOn {
				quiet = 0
			}
		}
		// A first contact after the first sign of life or still to come starts nothing here: see the tables.
		if got.TouchMode != mode || got.SilentSince != since {
			t.Fatalf("got %s since %q, the diary says %s since %q", got.TouchMode, got.SilentSince, mode, since)
		}
	})
}
