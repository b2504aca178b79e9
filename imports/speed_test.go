package imports_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// speedOrders are the orders both ways of entering them are measured with.
func speedOrders(n int) (customers int, orders []order) {
	random := rand.New(rand.NewPCG(1, 2))
	return n / 20, makeOrders(random, n/20, n)
}

// timeImport and timeSave measure entering the same orders in a new app.
func timeImport(t testing.TB, customers int, orders []order) time.Duration {
	t.Helper()
	app := testapp.New(t)
	withCustomers(t, app, customers)
	content := file(orders)
	start := time.Now()
	result := run(t, app, crm.CollectionOrders, content)
	took := time.Since(start)
	if result.Created != len(orders) {
		t.Fatalf("only %s: %v", result.Summary(), result.Problems)
	}
	return took
}

func timeSave(t testing.TB, customers int, orders []order) time.Duration {
	t.Helper()
	app := testapp.New(t)
	ids := withCustomers(t, app, customers)
	start := time.Now()
	saveOrders(t, app, ids, orders)
	return time.Since(start)
}

func benchmark(b *testing.B, measure func(testing.TB, int, []order) time.Duration) {
	customers, orders := speedOrders(2000)
	var took time.Duration
	rounds := 0
	for b.Loop() {
		took += measure(b, customers, orders)
		rounds++
	}
	b.ReportMetric(float64(rounds*len(orders))/took.Seconds(), "rows/s")
}

func BenchmarkImportOrders(b *testing.B) { benchmark(b, timeImport) }
func BenchmarkSaveOrders(b *testing.B)   { benchmark(b, timeSave) }

// An import is worth having: at least three times as fast as entering its rows one by one. The best of a few tries counts, of
// each way, so that whatever else the machine does decides nothing.
func TestImportIsFast(t *testing.T) {
	customers, orders := speedOrders(2000)
	if testing.Short() {
		customers, orders = speedOrders(600)
	}
	var imported, saved time.Duration
	ratio := 0.0
	for try := 0; try < 3 && ratio < 3; try++ {
		imported = best(imported, timeImport(t, customers, orders))
		saved = best(saved, timeSave(t, customers, orders))
		ratio = saved.Seconds() / imported.Seconds()
	}
	t.Logf("%d orders: imported in %s, saved one by one in %s: %.1f times as fast", len(orders), imported, saved, ratio)
	if ratio < 3 {
		t.Errorf("an import is only %.1f times as fast as saving one by one, want 3", ratio)
	}
}

// best is the shorter of two measurements, of which the first may be missing.
func best(a, b time.Duration) time.Duration {
	if a == 0 {
		return b
	}
	return min(a, b)
}
