package jobs_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/jobs"
)

const nightly, hourly, atEight = "0 2 * * *", "0 * * * *", "0 8 * * *"

func TestNextTime(t *testing.T) {
	t.Parallel()
	const layout = "2006-01-02 15:04 -0700"
	for _, c := range []struct{ name, zone, schedule, after, want string }{
		{"later today", "Asia/Shanghai", nightly, "2026-08-03 01:59 +0800", "2026-08-03 02:00 +0800"},
		{"never the moment itself", "Asia/Shanghai", nightly, "2026-08-03 02:00 +0800", "2026-08-04 02:00 +0800"},
		{"from a moment of another zone", "Asia/Shanghai", nightly, "2026-08-02 20:00 +0000", "2026-08-04 02:00 +0800"},
		{"02:00 does not exist", "Europe/Berlin", nightly, "2027-03-27 02:00 +0100", "2027-03-28 03:00 +0200"},
		{"asked that very night", "Europe/Berlin", nightly, "2027-03-28 00:30 +0100", "2027-03-28 03:00 +0200"},
		{"and back to normal", "Europe/Berlin", nightly, "2027-03-28 03:00 +0200", "2027-03-29 02:00 +0200"},
		{"02:00 comes twice: the first", "Europe/Berlin", nightly, "2026-10-25 01:00 +0200", "2026-10-25 02:00 +0200"},
		{"and not the second", "Europe/Berlin", nightly, "2026-10-25 02:00 +0200", "2026-10-26 02:00 +0100"},
		{"asked between the two", "Europe/Berlin", nightly, "2026-10-25 02:30 +0200", "2026-10-26 02:00 +0100"},
		{"west of Greenwich", "America/New_York", nightly, "2026-03-08 00:30 -0500", "2026-03-08 03:00 -0400"},
		{"hourly over the gap", "Europe/Berlin", hourly, "2027-03-28 01:00 +0100", "2027-03-28 03:00 +0200"},
		{"hourly, asked in the second 02:00", "Europe/Berlin", hourly, "2026-10-25 02:30 +0100", "2026-10-25 03:00 +0100"},
		{"no midnight", "America/Santiago", "0 0 * * *", "2026-09-05 12:00 -0400", "2026-09-06 01:00 -0300"},
	} {
		after, err := time.Parse(layout, c.after)
		if err != nil {
			t.Fatal(err)
		}
		got, err := jobs.NextTime(c.schedule, zone(t, c.zone), after)
		if err != nil {
			t.Fatal(err)
		}
		if got.Format(layout) != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got.Format(layout), c.want)
		}
	}
	if _, err := jobs.NextTime("every day", time.UTC, time.Now()); err == nil {
		t.Error("a schedule nobody can read was taken")
	}
}

// TestSchedule lets the hours of a night pass, with and without a change of the clock in it.
func TestSchedule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone string
		from       time.Time // in the zone
		hours      int
		want       []string // when tiers ran
		reminders  int
	}{
		{"Shanghai", "Asia/Shanghai", time.Date(2026, 8, 3, 23, 30, 0, 0, time.UTC), 28, []string{"08-04 02:00", "08-05 02:00"}, 28},
		{"Berlin, spring", "Europe/Berlin", time.Date(2027, 3, 27, 23, 30, 0, 0, time.UTC), 6, []string{"03-28 03:00"}, 6},
		{"Berlin, started that night", "Europe/Berlin", time.Date(2027, 3, 28, 0, 30, 0, 0, time.UTC), 5, []string{"03-28 03:00"}, 5},
		{"Berlin, autumn", "Europe/Berlin", time.Date(2026, 10, 24, 23, 30, 0, 0, time.UTC), 6, []string{"10-25 02:00"}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			app.Jobs.Only("tiers", "reminders", "digest")
			z := zone(t, c.zone)
			change(t, app, "timezone", c.zone)
			runs := ended(app)
			from := c.from
			// A second off the hour: gocron takes a job that falls due at the very moment it is scheduled again for due
			// once more, which a real clock never shows.
			setClock(app, time.Date(from.Year(), from.Month(), from.Day(), from.Hour(), from.Minute(), 1, 0, z))
			start(t, app)
			if cause := await(t, runs).GetString(crm.FieldCause); cause != crm.RunPolicy {
				t.Fatalf("the changed policy gave a run because of %s", cause)
			}
			var tiers []string
			reminders, digests := 0, 0
			seen := func() {
				row := await(t, runs)
				app.Jobs.Await(row.GetString(crm.FieldJob)) // its row is written a moment before the job is free again
				at := row.GetDateTime(crm.FieldStartedAt).Time().In(z).Format("01-02 15:04")
				if row.GetString(crm.FieldCause) != crm.RunSchedule || row.GetString(crm.FieldStatus) != crm.RunDone {
					t.Errorf("%s at %s: %s, %s", row.GetString(crm.FieldJob), at, row.GetString(crm.FieldCause), row.GetString(crm.FieldStatus))
				}
				switch row.GetString(crm.FieldJob) {
				case "tiers":
					tiers = append(tiers, at)
				case "digest":
					digests++
				default:
					reminders++
				}
			}
			now := app.Clock.Now()
			for range 2 * c.hours {
				expected := 0
				for _, schedule := range []string{nightly, hourly, atEight} {
					if next, _ := jobs.NextTime(schedule, z, now); !next.After(now.Add(time.Hour / 2)) {
						expected++
					}
				}
				advance(t, app, time.Hour/2)
				now = app.Clock.Now()
				for range expected {
					seen()
				}
			}
			app.Jobs.Stop()
			for len(runs) > 0 {
				t.Errorf("a run more than fell due: %+v", crm.Summarize(<-runs))
			}
			if !slices.Equal(tiers, c.want) {
				t.Errorf("tiers ran at %v, want %v", tiers, c.want)
			}
			if reminders != c.reminders || digests != c.hours/24 {
				t.Errorf("reminders ran %d times, want %d; digest %d times, want %d", reminders, c.reminders, digests, c.hours/24)
			}
		})
	}
}

// TestZoneChange moves the schedule with the policy's time zone.
func TestZoneChange(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Jobs.Only("tiers", "reminders")
	runs := ended(app)
	setClock(app, app.Clock.Now().Add(time.Second)) // off the hour, as in TestSchedule
	start(t, app)
	change(t, app, "timezone", "Europe/Berlin")
	if got := fmt.Sprint(await(t, runs).GetString(crm.FieldCause)); got != crm.RunPolicy {
		t.Fatalf("the change gave a run because of %s", got)
	}
	list, err := app.Jobs.List()
	if err != nil {
		t.Fatal(err)
	}
	if list[0].Job != "tiers" || list[0].Timezone != "Europe/Berlin" || list[0].Next != "2026-08-04T02:00:00+02:00" {
		t.Errorf("the list says %+v", list[0])
	}
	if list[0].Last.GetString(crm.FieldCause) != crm.RunPolicy || list[1].Last != nil {
		t.Errorf("last runs: %v, %v", list[0].Last, list[1].Last)
	}
	// 02:00 in Shanghai is 18:00 UTC, 02:00 in Berlin is 00:00 UTC.
	for hour := 3; hour <= 24; hour++ { // it is 02:00 UTC
		advance(t, app, time.Hour)
		ran := map[string]bool{}
		for !ran["reminders"] || hour == 24 && !ran["tiers"] {
			name := await(t, runs).GetString(crm.FieldJob)
			app.Jobs.Await(name)
			ran[name] = true
		}
		if hour < 24 && ran["tiers"] {
			t.Fatalf("tiers ran at %d:00 UTC", hour)
		}
	}
	if len(history(t, app, "tiers")) != 2 {
		t.Errorf("runs of tiers after 02:00 in Berlin: %v", history(t, app, "tiers"))
	}
}
