package bench_test

import (
	"testing"
	"time"

	"touchbase/bench"
)

// BenchmarkTouchbase is what the command bench measures, on a company small enough for every day: the ratios are those of a company
// that fits into memory.
func BenchmarkTouchbase(b *testing.B) {
	dir := b.TempDir()
	for _, part := range bench.Parts {
		b.Run(part, func(b *testing.B) {
			for b.Loop() {
				for _, line := range measure(b, bench.Options{Dir: dir, Customers: 2000, Rounds: 5, Only: []string{part}}).Lines {
					if line.Base == 0 {
						b.ReportMetric(line.Ours, line.Unit+"-"+line.Key)
					} else {
						b.ReportMetric(line.Ratio, "x-"+line.Key)
					}
				}
			}
		})
	}
}

// Every part measures what it says it does: it fails by itself where the job, the statement or a batch did something else.
func TestEveryPartMeasures(t *testing.T) {
	t.Parallel()
	report := measure(t, bench.Options{Dir: t.TempDir(), Customers: 300, Rounds: 1})
	seen := map[string]bool{}
	for _, line := range report.Lines {
		if line.Key == "" || seen[line.Key] || line.Ours < 0 || line.Base < 0 || line.Base > 0 && line.Ratio <= 0 {
			t.Errorf("the line %+v tells nothing", line)
		}
		seen[line.Key] = true
	}
	for _, key := range []string{"night", "night-due", "night-rfm", "night-alone", "all-1%", "all-1%-wait", "all-100%", "all-100%-heap", "rest-1-batch", "rest-8-bare", "today", "today-sql"} {
		if !seen[key] {
			t.Errorf("there is no line %s", key)
		}
	}
}

func TestUnknownPartIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := bench.Run(t.Context(), bench.Options{Dir: t.TempDir(), Customers: 300, Rounds: 1, Only: []string{"nightl"}}); err == nil {
		t.Error("a part that does not exist was measured")
	}
}

func TestTargets(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		line bench.Line
		met  bool
	}{
		{"no target", bench.Line{Ours: 9}, true},
		{"a ratio at its upper limit", bench.Line{Ours: 3, Base: 2, Ratio: 1.5, Limit: 1.5, AtMost: true}, true},
		{"a ratio above it", bench.Line{Ours: 1, Base: 2, Ratio: 1.6, Limit: 1.5, AtMost: true}, false},
		{"a ratio at its lower limit", bench.Line{Ours: 3, Base: 5, Ratio: 0.6, Limit: 0.6}, true},
		{"a ratio below it", bench.Line{Ours: 3, Base: 6, Ratio: 0.5, Limit: 0.6}, false},
		{"a figure above its limit", bench.Line{Ours: 101, Limit: 100, AtMost: true}, false},
	} {
		if test.line.Met() != test.met {
			t.Errorf("%s: met is %t", test.name, !test.met)
		}
	}
}

func measure(t testing.TB, options bench.Options) *bench.Report {
	t.Helper()
	options.Clock, options.Progress = time.Now, func(string, int, int) {}
	report, err := bench.Run(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	return report
}
