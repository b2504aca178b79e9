package crm_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/rules"
)

// TestBirthdaysAreToldOnce lets two years pass over random birthdays in several time zones with random lead days, the program being down
// for days now and then, and holds what was told against a count by the calendar.
func TestBirthdaysAreToldOnce(t *testing.T) {
	t.Parallel()
	for i, zone := range []string{"Asia/Shanghai", "America/Sao_Paulo", "Pacific/Kiritimati", "UTC"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(uint64(i), 7))
			app := testapp.New(t)
			lead := random.IntN(31)
			policy, err := app.FindFirstRecordByFilter(crm.CollectionPolicy, "id != ''")
			if err != nil {
				t.Fatal(err)
			}
			save(t, app, policy, testapp.Fields{"timezone": zone, "lead_days": lead, "review_every_days": 0})
			place, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			rep := app.User(crm.RoleRep, nil)
			birthdays := map[string]rules.Day{}
			for j := range 40 {
				customer := app.Customer(testapp.Fields{"owner": rep.Id})
				on := rules.Date(1904+random.IntN(90), time.January, 1) + rules.Day(random.IntN(366))
				if j < 4 {
					on = rules.Date(1904+20*j, time.February, 29)
				}
				contact := app.Contact(customer, testapp.Fields{"birthday": crm.FormatMoment(on.Time())})
				birthdays[contact.Id] = on
			}
			entered := rules.DayOf(app.Clock.Now(), place)
			want := map[string]bool{}
			for day := entered + 1; day < entered+760; {
				y, m, d := day.Time().Date()
				now := time.Date(y, m, d, 7, 0, 0, 0, place)
				if _, err := crm.RunCare(context.Background(), app, crm.JobRun{Now: now}); err != nil {
					t.Fatal(err)
				}
				for id, birthday := range birthdays {
					for on := max(day-7, entered); on <= day+rules.Day(lead); on++ {
						if birthdayOn(birthday, on) {
							want[fmt.Sprintf("birthday:%s:%s:%s", id, on, rep.Id)] = true
						}
					}
				}
				if day++; random.IntN(5) == 0 {
					day += rules.Day(random.IntN(12))
				}
			}
			rows, err := app.FindAllRecords(crm.CollectionNotifications)
			if err != nil {
				t.Fatal(err)
			}
			told := map[string]*core.Record{}
			for _, row := range rows {
				key := row.GetString("key")
				if told[key] != nil || !want[key] {
					t.Errorf("told %s: %q", key, row.GetString("title"))
				}
				told[key] = row
			}
			for key := range want {
				if told[key] == nil {
					t.Errorf("not told: %s", key)
				}
			}
			if len(want) < 60 {
				t.Errorf("only %d birthdays", len(want))
			}
			wantCounted(t, app)
		})
	}
}

// birthdayOn tells by the calendar alone whether a birthday is kept on a day.
func birthdayOn(birthday, on rules.Day) bool {
	_, month, day := birthday.Time().Date()
	year, m, d := on.Time().Date()
	if month == m && day == d {
		return true
	}
	isLeap := year%4 == 0 && year%100 != 0 || year%400 == 0
	return month == time.February && day == 29 && m == month && d == 28 && !isLeap
}
