package rules_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"touchbase/rules"
)

func TestSilenceAndTouchMode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, zone, now, first string
		history                []string
		mode, since, due       string
	}{
		{"nothing known", "UTC", "2026-08-03 10:00", "", nil, "normal", "", ""},
		{"31 March after 1 March", "UTC", "2026-03-31 23:59:59", "", []string{"contact 2026-03-01"}, "normal", "", "2026-04-01"},
		{"1 April after 1 March", "UTC", "2026-04-01 00:00", "", []string{"contact 2026-03-01"}, "light", "2026-04-01", "2026-05-30"},
		{"the true day, found late", "UTC", "2026-08-03 10:00", "", []string{"contact 2026-03-01"}, "light", "2026-04-01", ""},
		{"1 March in Shanghai", "Asia/Shanghai", "2026-03-31 23:59", "", []string{"contact 2026-03-01T00:00"}, "normal", "", "2026-04-01"},
		{"1 April in Shanghai", "Asia/Shanghai", "2026-04-01 00:00", "", []string{"contact 2026-03-01T23:59:59"}, "light", "2026-04-01", "2026-05-30"},
		{"1 April in Los Angeles", "America/Los_Angeles", "2026-04-01 00:00", "", []string{"contact 2026-03-01T23:59:59"}, "light", "2026-04-01", "2026-05-30"},
		{"over the clock change", "Europe/Berlin", "2026-03-31 23:59:59", "", []string{"contact 2026-03-01T00:00"}, "normal", "", "2026-04-01"},
		{"over the other", "Europe/Berlin", "2026-10-31 23:59:59", "", []string{"contact 2026-10-01T00:00"}, "normal", "", "2026-11-01"},
		{"across 29 February", "UTC", "2024-03-14 10:00", "", []string{"contact 2024-02-13"}, "normal", "", "2024-03-15"},
		{"since 29 February", "UTC", "2024-03-01 10:00", "", []string{"contact 2024-01-29"}, "light", "2024-02-29", "2024-04-28"},
		{"across the year's end", "Pacific/Auckland", "2026-01-01 00:00", "", []string{"contact 2025-12-01T23:59"}, "light", "2026-01-01", "2026-03-01"},
		{"the first contact, day 30", "UTC", "2026-03-31 10:00", "2026-03-01", nil, "normal", "", "2026-04-01"},
		{"the first contact, day 31", "UTC", "2026-04-01 10:00", "2026-03-01", nil, "light", "2026-04-01", ""},
		{"the first contact after the last interaction", "UTC", "2026-04-01 10:00", "2026-03-20", []string{"contact 2026-03-01"}, "light", "2026-04-01", "2026-05-30"},
		{"an attempt is no interaction", "UTC", "2026-04-01 10:00", "", []string{"contact 2026-03-01", "attempt 2026-03-20"}, "light", "2026-04-01", "2026-06-18"},
		{"an order is one", "UTC", "2026-04-01 10:00", "", []string{"contact 2026-03-01", "order 2026-03-20 0"}, "normal", "", "2026-04-20"},
		{"a return is none", "UTC", "2026-04-01 10:00", "", []string{"contact 2026-03-01", "order 2026-03-20 -1"}, "light", "2026-04-01", "2026-05-30"},
		{"a cancelled order is none", "UTC", "2026-04-01 10:00", "", []string{"contact 2026-03-01", "cancelled 2026-03-20 1"}, "light", "2026-04-01", "2026-05-30"},
		{"one to come is none", "UTC", "2026-04-01 10:00", "", []string{"contact 2026-03-01", "contact 2026-04-01T10:01"}, "light", "2026-04-01", "2026-04-01"},
		{"a gap of 30 days is no silence", "UTC", "2026-03-31 10:00", "", []string{"contact 2026-03-01", "contact 2026-03-31"}, "normal", "", "2026-05-01"},
		{"one of 31 is", "UTC", "2026-04-01 10:00", "", []string{"contact 2026-03-01", "contact 2026-04-01"}, "recovering", "", "2026-05-02"},
		{"so is one after the first contact", "UTC", "2026-04-01 10:00", "2026-03-01", []string{"contact 2026-04-01"}, "recovering", "", "2026-05-02"},
		{"an order ends a silence", "UTC", "2026-04-01 10:00", "2026-03-01", []string{"order 2026-04-01 5"}, "recovering", "", "2026-05-02"},
		{"more of the same day does not recover", "UTC", "2026-04-05 10:00", "2026-03-01", []string{"contact 2026-04-01", "contact 2026-04-01T11:00", "contact 2026-04-01T12:00", "contact 2026-04-05"}, "recovering", "", "2026-05-06"},
		{"nor do orders and attempts", "UTC", "2026-04-06 10:00", "2026-03-01", []string{"contact 2026-04-01", "order 2026-04-02 5", "attempt 2026-04-03", "contact 2026-04-04", "order 2026-04-05 5"}, "recovering", "", "2026-05-06"},
		{"two later contacts do", "UTC", "2026-04-06 10:00", "2026-03-01", []string{"contact 2026-04-01", "contact 2026-04-02", "contact 2026-04-02T11:00"}, "normal", "", "2026-05-03"},
		{"only the latest silence matters", "UTC", "2026-07-01 10:00", "2026-03-01", []string{"contact 2026-04-01", "contact 2026-04-02", "contact 2026-04-03", "contact 2026-06-20"}, "recovering", "", "2026-07-21"},
		{"silent anew", "UTC", "2026-07-01 10:00", "2026-03-01", []string{"contact 2026-04-01"}, "light", "2026-05-02", ""},
	} {
		zone := zoneNamed(t, test.zone)
		facts := rules.Facts{Created: clockAt(t, zone, "2026-03-01 09:00"), FirstContactOn: dayNamed(t, test.first)}
		remember(t, &facts, zone, test.history...)
		got := rules.Assess(facts, withoutSignals(zone), clockAt(t, zone, test.now))
		due := dueOn(got, zone).String()
		if got.TouchMode != test.mode || got.SilentSince.String() != test.since || got.Silent != (test.since != "") || due != test.due {
			t.Errorf("%s: got %s, silent %v since %q, due %q", test.name, got.TouchMode, got.Silent, got.SilentSince, due)
		}
		told := slices.ContainsFunc(got.Reasons, func(r rules.Reason) bool {
			return r.Rule == rules.RuleSilent && r.Since == got.SilentSince && r.Since-r.Last == 31 && r.Allowed == 30 &&
				(r.Basis == rules.BasisFirstContact) == got.LastInteractionAt.IsZero()
		})
		if told != got.Silent {
			t.Errorf("%s: silent %v, but the reasons are %+v", test.name, got.Silent, got.Reasons)
		}
	}
}

func TestNextFollowUp(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, zone, now, first string
		pin                    rules.Tier // else C: cadence 60, at most 180
		history                []string
		next, basis            string
		onHold, missing        bool
	}{
		{"created", "Asia/Shanghai", "2026-08-03 10:00", "", "", nil, "2026-03-01", "created", false, false},
		{"on hold until later", "UTC", "2026-08-03 10:00", "", "", []string{"contact 2026-07-01", "hold 2026-07-02 2026-08-04"}, "2026-08-04", "on_hold", true, false},
		{"on hold until today", "UTC", "2026-08-03 00:00", "", "", []string{"hold 2026-07-02 2026-08-03"}, "2026-08-03", "on_hold", false, false},
		{"the day counts where it is", "Pacific/Auckland", "2026-08-03 23:59", "", "", []string{"hold 2026-07-02 2026-08-04"}, "2026-08-04", "on_hold", true, false},
		{"on hold without limit", "UTC", "2026-08-03 10:00", "", "S", []string{"hold 2026-07-02 2027-08-04"}, "2027-08-04", "on_hold", true, false},
		{"on hold, then a contact", "UTC", "2026-08-03 10:00", "", "B", []string{"hold 2026-07-02 2026-09-04", "attempt 2026-07-03"}, "2026-08-02", "cadence", false, false},
		{"on hold without a day", "UTC", "2026-08-03 10:00", "", "B", []string{"hold 2026-07-02 "}, "2026-08-01", "cadence", false, false},
		{"a step on the last second of its day", "Asia/Shanghai", "2026-08-03 10:00", "", "", []string{"step 2026-08-01 2026-08-10T23:59:59"}, "2026-08-10", "next_step", false, false},
		{"a step long past", "UTC", "2026-08-03 10:00", "", "", []string{"step 2026-07-20 2026-07-21"}, "2026-07-21", "next_step", false, false},
		{"a step at the limit", "UTC", "2026-08-03 10:00", "", "S", []string{"step 2026-08-01 2026-08-31T23:59:59"}, "2026-08-31", "next_step", false, false},
		{"a step after the limit", "UTC", "2026-08-03 10:00", "", "S", []string{"step 2026-08-01 2026-09-01T00:00"}, "2026-08-31", "max_gap", false, false},
		{"the limit of the tier", "UTC", "2026-08-03 10:00", "", "", []string{"step 2026-08-01 2027-09-01"}, "2027-01-28", "max_gap", false, false},
		{"no limit", "UTC", "2026-08-03 10:00", "", "A", []string{"step 2026-08-01 2036-09-01"}, "2036-09-01", "next_step", false, false},
		{"a step without its task", "UTC", "2026-08-03 10:00", "", "B", []string{"dropped 2026-08-01"}, "2026-08-31", "cadence", false, true},
		{"confirmed, S", "UTC", "2026-08-03 10:00", "", "S", []string{"contact 2026-08-01"}, "2026-08-08", "cadence", false, false},
		{"confirmed, C", "UTC", "2026-08-03 10:00", "", "", []string{"contact 2026-08-01"}, "2026-09-30", "cadence", false, false},
		{"attempts count", "UTC", "2026-08-03 10:00", "", "S", []string{"attempt 2026-08-02", "contact 2026-08-01"}, "2026-08-09", "cadence", false, false},
		{"one to come does not", "UTC", "2026-08-03 10:00", "", "S", []string{"contact 2026-08-01", "contact 2026-08-03T10:05"}, "2026-08-08", "cadence", false, false},
		{"29 February plus a week", "UTC", "2024-03-01 10:00", "", "S", []string{"contact 2024-02-29"}, "2024-03-07", "cadence", false, false},
		{"recovering, rounded", "UTC", "2026-04-02 10:00", "2026-03-01", "S", []string{"contact 2026-04-01"}, "2026-04-12", "cadence", false, false},
		{"falling silent", "UTC", "2026-08-03 10:00", "", "S", []string{"contact 2026-03-01"}, "2026-03-08", "cadence", false, false},
		{"an attempt the day before", "UTC", "2026-08-03 10:00", "", "S", []string{"contact 2026-03-01", "attempt 2026-03-31"}, "2026-04-07", "cadence", false, false},
		{"an attempt on the first silent day", "UTC", "2026-08-03 10:00", "", "S", []string{"contact 2026-03-01", "attempt 2026-04-01"}, "2026-04-15", "cadence", false, false},
		{"silent anew while recovering", "UTC", "2026-05-02 10:00", "2026-03-01", "", []string{"contact 2026-04-01"}, "2026-06-30", "cadence", false, false},
		{"silent anew, and an attempt", "UTC", "2026-05-03 10:00", "2026-03-01", "", []string{"contact 2026-04-01", "attempt 2026-05-03"}, "2026-08-31", "cadence", false, false},
		{"woken by an order", "UTC", "2026-08-03 10:00", "2026-03-01", "", []string{"order 2026-08-03 5"}, "2026-08-06", "woken", false, false},
		{"woken by an order, the step is later", "UTC", "2026-08-03 10:00", "2026-03-01", "", []string{"step 2026-07-01 2026-08-07", "order 2026-08-03 5"}, "2026-08-07", "next_step", false, false},
		{"woken by an order, the step is that day", "UTC", "2026-08-03 10:00", "2026-03-01", "", []string{"step 2026-07-01 2026-08-06", "order 2026-08-03 5"}, "2026-08-06", "next_step", false, false},
		{"woken by an order, then silent and woken by a contact", "UTC", "2026-08-03 10:00", "2026-03-01", "A", []string{"order 2026-08-01 5", "step 2026-08-03 2026-08-03T18:00"}, "2026-08-04", "woken", false, false},
		{"woken by an order, the step is sooner", "UTC", "2026-08-03 10:00", "2026-03-01", "", []string{"step 2026-07-01 2026-08-05", "order 2026-08-03 5"}, "2026-08-06", "woken", false, false},
		{"woken by a contact, and an order of that moment", "UTC", "2026-08-03 10:00", "2026-03-01", "", []string{"order 2026-08-01 5", "step 2026-08-01 2026-08-02"}, "2026-08-02", "next_step", false, false},
		{"an order in time wakes nobody", "UTC", "2026-08-03 10:00", "2026-07-20", "", []string{"order 2026-08-03 5"}, "2026-03-01", "created", false, false},
		{"woken by a contact, then an order", "UTC", "2026-08-03 10:00", "2026-03-01", "S", []string{"contact 2026-08-01", "order 2026-08-02 5"}, "2026-08-12", "cadence", false, false},
	} {
		zone := zoneNamed(t, test.zone)
		facts := rules.Facts{
			Created: clockAt(t, zone, "2026-03-01 00:01"), FirstContactOn: dayNamed(t, test.first), PinTier: "C", PinUntil: rules.Date(2030, 1, 1),
		}
		if test.pin != "" {
			facts.PinTier = test.pin
		}
		remember(t, &facts, zone, test.history...)
		policy := withoutSignals(zone)
		policy.Tiers[rules.TierA] = rules.TierPolicy{CadenceDays: 14, SilentAfterDays: 1}
		got := rules.Assess(facts, policy, clockAt(t, zone, test.now))
		if got.NextFollowUpOn.String() != test.next || basisOf(got) != test.basis || got.OnHold != test.onHold || got.StepMissing != test.missing {
			t.Errorf("%s: got %s by %s, on hold %v, step missing %v", test.name, got.NextFollowUpOn, basisOf(got), got.OnHold, got.StepMissing)
		}
	}
}

func TestImportedCustomersAreSpread(t *testing.T) {
	t.Parallel()
	shanghai := zoneNamed(t, "Asia/Shanghai")
	created := clockAt(t, shanghai, "2026-08-03 00:00")
	for tier, limits := range assessPolicy(shanghai).Tiers {
		days := map[rules.Day]int{}
		for i := range 50 * limits.CadenceDays {
			facts := rules.Facts{ID: "customer" + strconv.Itoa(i), Created: created, Imported: true, PinTier: tier, PinUntil: rules.Date(2027, 1, 1)}
			got := rules.Assess(facts, assessPolicy(shanghai), created)
			if basisOf(got) != rules.BasisImported || got.NextFollowUpOn != rules.Assess(facts, assessPolicy(shanghai), created.AddDate(0, 1, 0)).NextFollowUpOn {
				t.Fatalf("tier %s: next on %s by %s", tier, got.NextFollowUpOn, basisOf(got))
			}
			days[got.NextFollowUpOn-rules.Date(2026, 8, 3)]++
		}
		for day := range rules.Day(limits.CadenceDays) {
			if days[day] < 15 || days[day] > 100 {
				t.Errorf("tier %s: %d customers on day %d", tier, days[day], day)
			}
		}
		if len(days) != limits.CadenceDays {
			t.Errorf("tier %s: %d days for a cadence of %d", tier, len(days), limits.CadenceDays)
		}
	}
}

// Of two contacts of one moment the one recorded later is the latest.
func TestLatestFollowUpOfOneMoment(t *testing.T) {
	t.Parallel()
	var facts rules.Facts
	remember(t, &facts, time.UTC, "hold 2026-08-01 2026-09-01", "contact 2026-08-01")
	now := clockAt(t, time.UTC, "2026-08-03 10:00")
	facts.FollowUps[0].Created = facts.FollowUps[1].Created.Add(time.Millisecond)
	if got := rules.Assess(facts, assessPolicy(time.UTC), now); got.NextFollowUpOn.String() != "2026-09-01" {
		t.Errorf("held later: next on %s", got.NextFollowUpOn)
	}
	facts.FollowUps[0].Created = facts.FollowUps[1].Created.Add(-time.Millisecond)
	if got := rules.Assess(facts, assessPolicy(time.UTC), now); basisOf(got) != rules.BasisCadence {
		t.Errorf("held earlier: next by %s", basisOf(got))
	}
}
