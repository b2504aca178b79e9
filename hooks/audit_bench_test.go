package hooks_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/internal/testapp"
)

// BenchmarkAudit measures what the log costs: a customer saved and an order posted, with it and without, turn by turn in
// one run, so that whatever else the machine does falls on both alike. It reports the ratio of the medians; 1.35 is the
// most that was allowed for.
func BenchmarkAudit(b *testing.B) {
	b.Run("save a customer", func(b *testing.B) {
		compare(b, func(app *testapp.App) func(i int) {
			customer := app.Reload(app.Customer(nil))
			return func(i int) {
				customer.Set("website", "https://"+time.Duration(i+1).String()+".example")
				if err := app.Save(customer); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("post an order", func(b *testing.B) {
		compare(b, func(app *testapp.App) func(i int) {
			server, rep := app.Serve(), app.User("rep", nil)
			customers := make([]*core.Record, 100)
			for i := range customers {
				customers[i] = app.Customer(testapp.Fields{"owner": rep.Id})
			}
			return func(i int) {
				server.Create(rep, "orders", testapp.Fields{
					"customer": customers[i%len(customers)].Id, "amount": 100, "ordered_at": "2026-08-01 10:00",
				}).Want(200)
			}
		})
	})
}

// rounds are how often each is done: fewer leave the medians to chance.
const rounds = 600

// compare times the same work in an app that keeps the log and in one that does not.
func compare(b *testing.B, prepare func(app *testapp.App) func(i int)) {
	logged, plain := testapp.New(b), testapp.New(b)
	work := map[bool]func(i int){true: prepare(logged), false: prepare(plain)}
	if err := withoutLog(plain); err != nil {
		b.Fatal(err)
	}
	before := map[bool]int{true: entries(b, logged), false: entries(b, plain)}
	times := map[bool][]time.Duration{}
	i := 0
	for b.Loop() {
		for range rounds {
			for _, with := range []bool{i%2 == 0, i%2 != 0} {
				start := time.Now()
				work[with](i)
				times[with] = append(times[with], time.Since(start))
			}
			i++
		}
	}
	if entries(b, logged) == before[true] || entries(b, plain) != before[false] {
		b.Fatal("the one has to keep a log and the other none")
	}
	with, without := median(times[true]), median(times[false])
	b.ReportMetric(float64(with.Microseconds()), "µs/logged")
	b.ReportMetric(float64(without.Microseconds()), "µs/plain")
	b.ReportMetric(float64(with)/float64(without), "ratio")
}

// withoutLog makes an app keep no log any more: it finds none in the schema.
func withoutLog(app *testapp.App) error {
	app.OnRecordCreateExecute().Unbind("touchbase_audit")
	app.OnRecordUpdateExecute().Unbind("touchbase_audit")
	app.OnRecordDeleteExecute().Unbind("touchbase_audit")
	if _, err := app.NonconcurrentDB().NewQuery("DELETE FROM _collections WHERE name = 'audit_log'").Execute(); err != nil {
		return err
	}
	return app.ReloadCachedCollections()
}

func entries(b *testing.B, app *testapp.App) (count int) {
	b.Helper()
	if err := app.DB().NewQuery("SELECT count(*) FROM audit_log").Row(&count); err != nil {
		b.Fatal(err)
	}
	return count
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
