package rules

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestReadDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, zone, want string }{
		{"", "Asia/Shanghai", ""},
		{"  　", "Asia/Shanghai", ""},
		{"2023-10-15", "Asia/Shanghai", "2023-10-15"},
		{"2023/10/15", "Asia/Shanghai", "2023-10-15"},
		{"2023/1/5", "Asia/Shanghai", "2023-01-05"},
		{"2023.10.15", "Asia/Shanghai", "2023-10-15"},
		{"2023年10月15日", "Asia/Shanghai", "2023-10-15"},
		{"２０２３－１０－１５", "Asia/Shanghai", "2023-10-15"},
		{"２０２３／１／５　０９：３０", "Asia/Shanghai", "2023-01-05"},
		{" 2023-10-15\t", "Asia/Shanghai", "2023-10-15"},
		{"2024-02-29", "Asia/Shanghai", "2024-02-29"},
		{"1904-02-29", "Asia/Shanghai", "1904-02-29"},
		{"1900-01-01", "Asia/Shanghai", "1900-01-01"},
		{"2200-12-31", "Asia/Shanghai", "2200-12-31"},
		// The stored form means its date, wherever the policy's zone is.
		{"2023-10-15 00:00:00.000Z", "Asia/Shanghai", "2023-10-15"},
		{"2023-10-15 00:00:00.000Z", "America/New_York", "2023-10-15"},
		{"2023-10-15T00:00:00Z", "America/New_York", "2023-10-15"},
		// Any other moment means its day in the zone.
		{"2023-10-15 00:00:00.001Z", "America/New_York", "2023-10-14"},
		{"2023-10-15 15:59:59.999Z", "Asia/Shanghai", "2023-10-15"},
		{"2023-10-15 16:00:00.000Z", "Asia/Shanghai", "2023-10-16"},
		{"2023-10-15T00:00:00+08:00", "Asia/Shanghai", "2023-10-15"},
		{"2023-10-15T08:00:00+08:00", "America/New_York", "2023-10-14"},
		{"2023-10-15T23:30:00-05:00", "Asia/Shanghai", "2023-10-16"},
		// Without a zone the day is the one written.
		{"2023-10-15 00:00", "America/New_York", "2023-10-15"},
		{"2023-10-15 23:59:59", "Asia/Shanghai", "2023-10-15"},
		{"2018-11-04 00:30", "America/Sao_Paulo", "2018-11-04"},
	} {
		got, problem := ReadDay(c.in, mustZone(t, c.zone))
		if problem != nil || got.String() != c.want {
			t.Errorf("ReadDay(%q, %s) = %q, %v, want %q", c.in, c.zone, got, problem, c.want)
		}
	}
}

func TestReadMoment(t *testing.T) {
	t.Parallel()
	const shanghai, newYork = "Asia/Shanghai", "America/New_York"
	for _, c := range []struct{ in, zone, want string }{
		{"2023-10-15", shanghai, "2023-10-14T16:00:00Z"},
		{"2023年10月15日", shanghai, "2023-10-14T16:00:00Z"},
		{"2023-10-15 14:30", shanghai, "2023-10-15T06:30:00Z"},
		{"2023-10-15  14:30", shanghai, "2023-10-15T06:30:00Z"},
		{"2023/10/15T14:30:05", shanghai, "2023-10-15T06:30:05Z"},
		{"2023.10.15 14:30:05.5", shanghai, "2023-10-15T06:30:05.5Z"},
		{"2023年10月15日 9:05", shanghai, "2023-10-15T01:05:00Z"},
		{"２０２３年１０月１５日　１４：３０", shanghai, "2023-10-15T06:30:00Z"},
		{"2023-10-15 14:30:05.000Z", shanghai, "2023-10-15T14:30:05Z"},
		{"2023-10-15t14:30z", shanghai, "2023-10-15T14:30:00Z"},
		{"2023-10-15T14:30:05.123456789012+08:00", newYork, "2023-10-15T06:30:05.123456789Z"},
		{"2023-10-15 14:30 +0800", newYork, "2023-10-15T06:30:00Z"},
		{"2023-10-15 14:30-03:30", newYork, "2023-10-15T18:00:00Z"},
		{"2023-10-15 00:00+14:00", newYork, "2023-10-14T10:00:00Z"},
		{"2023-10-15 23:59:59", shanghai, "2023-10-15T15:59:59Z"},
		// A clock change skips 02:30, doubles 01:30, or skips midnight.
		{"2024-03-10 02:30", newYork, time.Date(2024, 3, 10, 2, 30, 0, 0, mustZone(t, newYork)).UTC().Format(time.RFC3339)},
		{"2024-11-03 01:30", newYork, time.Date(2024, 11, 3, 1, 30, 0, 0, mustZone(t, newYork)).UTC().Format(time.RFC3339)},
		{"2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"},
	} {
		got, problem := ReadMoment(c.in, mustZone(t, c.zone))
		if problem != nil || got.Format(time.RFC3339Nano) != c.want || got.Location() != time.UTC {
			t.Errorf("ReadMoment(%q, %s) = %v, %v, want %s", c.in, c.zone, got, problem, c.want)
		}
	}
	if got, problem := ReadMoment(" ", time.UTC); !got.IsZero() || problem != nil {
		t.Errorf("ReadMoment of nothing = %v, %v, want the zero moment", got, problem)
	}
}

func TestUnreadableDates(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"2023-02-30", "2023-02-29", "1900-02-29", "2023-13-01", "2023-00-10", "2023-10-00", "2023-10-32",
		"1899-12-31", "2201-01-01", "0000-01-01", "10000-01-01",
		"2023-10-15 24:00", "2023-10-15 23:60", "2023-10-15 23:59:60", "2023-10-15 14", "2023-10-15 14:3",
		"2023-10-15 14:30:05.", "2023-10-15T", "2023-10-15Z", "2023-10-15 +08:00",
		"2023-10-15 14:30+15:00", "2023-10-15 14:30+14:01", "2023-10-15 14:30+08:60", "2023-10-15 14:30+8", "2023-10-15 14:30 CST",
		"2023-10/15", "2023-10", "23-10-15", "15/10/2023", "20231015", "45214", "2023年10月", "10月15日",
		"明天", "n/a", "-", "2023-10-15 and more", "\xff",
	} {
		day, problem := ReadDay(in, time.UTC)
		if problem == nil || problem.Code != "unreadable_date" || day != 0 {
			t.Errorf("ReadDay(%q) = %v, %v, want unreadable_date", in, day, problem)
		}
		moment, problem := ReadMoment(in, time.UTC)
		if problem == nil || problem.Code != "unreadable_date" || !moment.IsZero() {
			t.Errorf("ReadMoment(%q) = %v, %v, want unreadable_date", in, moment, problem)
		}
	}
}

func TestUnreadableDateSaysWhatIsRight(t *testing.T) {
	t.Parallel()
	_, problem := ReadDay(" 2023-02-30 ", time.UTC)
	if want := `"2023-02-30" is not a date; write it as 2023-10-15.`; problem.Message != want {
		t.Errorf("message is %q, want %q", problem.Message, want)
	}
	_, problem = ReadMoment("24:00", time.UTC)
	if want := `"24:00" is not a date and time; write it as 2023-10-15 14:30.`; problem.Message != want {
		t.Errorf("message is %q, want %q", problem.Message, want)
	}
	_, problem = ReadDay(strings.Repeat("长", 1000), time.UTC)
	if !strings.HasPrefix(problem.Message, `"`+strings.Repeat("长", 40)+`…" is`) {
		t.Errorf("a long value makes the message %q", problem.Message)
	}
}

// What is stored reads back as itself, in every zone.
func TestStoredDatesReadBack(t *testing.T) {
	t.Parallel()
	const stored = "2006-01-02 15:04:05.000Z"
	zones := []*time.Location{time.UTC, mustZone(t, "Asia/Shanghai"), mustZone(t, "America/New_York"), mustZone(t, "Pacific/Kiritimati")}
	first, last := Date(1900, 1, 1), Date(2200, 12, 31)
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		day := Day(rapid.IntRange(int(first), int(last)).Draw(t, "day"))
		if got, problem := ReadDay(day.Time().Format(stored), zone); got != day || problem != nil {
			t.Fatalf("stored %v reads back as %v, %v", day, got, problem)
		}
		moment := day.Time().Add(time.Duration(rapid.IntRange(0, 86_399_999).Draw(t, "ms")) * time.Millisecond)
		if got, problem := ReadMoment(moment.Format(stored), zone); !got.Equal(moment) || problem != nil {
			t.Fatalf("stored %v reads back as %v, %v", moment, got, problem)
		}
	})
}

func FuzzReadDates(f *testing.F) {
	for _, s := range []string{"", "2023-10-15", "2023年1月5日 9:30", "2023-10-15 14:30:05.000Z", "2023/1/5T1:02:03.4+0800", "24:00", "２０２３"} {
		f.Add(s)
	}
	zone := mustZone(f, "Asia/Shanghai")
	f.Fuzz(func(t *testing.T, s string) {
		day, dayProblem := ReadDay(s, zone)
		moment, momentProblem := ReadMoment(s, zone)
		if (dayProblem == nil) != (momentProblem == nil) || day.IsZero() != moment.IsZero() {
			t.Errorf("%q is the day %v, %v but the moment %v, %v", s, day, dayProblem, moment, momentProblem)
		}
	})
}
