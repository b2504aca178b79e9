package commands_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The moments at which the program is killed come from this seed.
const killSeed = 20260803

// customersState is what is stored of each customer, one line each, but for the moment it was assessed.
const customersState = `SELECT concat_ws('|', code, name, stage, tier, tier_reason, value, potential, silent, silent_since, touch_mode,
	last_follow_up_at, last_interaction_at, next_follow_up_on, last_order_at, annual_purchase, window_orders, window_amount,
	products_bought, open_tasks, missing_info, needs_check, assess_due_at) FROM customers ORDER BY code`

const ordersState = `SELECT concat_ws('|', c.code, o.number, o.ordered_at, o.product, o.kind, o.amount, o.owner) FROM orders o
	JOIN customers c ON c.id = o.customer ORDER BY o.number`

const tasksState = `SELECT concat_ws('|', c.code, t.kind, t.status, t.due_at, t.key) FROM tasks t JOIN customers c ON c.id = t.customer
	ORDER BY 1`

// strayTiers are customers whose last tier change does not say the tier they have.
const strayTiers = `SELECT code FROM customers c WHERE tier != (SELECT [to] FROM tier_changes WHERE customer = c.id ORDER BY at DESC, rowid DESC LIMIT 1)`

// ordersFile makes up orders of customers K0 to Kn-1 over two years, in no order.
func ordersFile(t testing.TB, random *rand.Rand, customers, n int) string {
	t.Helper()
	rows := [][]string{{"客户", "订单号", "下单时间", "产品", "金额"}}
	for i := range n {
		at := time.Now().Add(-time.Duration(random.IntN(730*24*60)+1) * time.Minute)
		rows = append(rows, []string{fmt.Sprintf("K%d", random.IntN(customers)), fmt.Sprintf("N%d", i), at.Format(time.RFC3339),
			[]string{"礼盒", "茶叶", "日历"}[random.IntN(3)], strconv.Itoa(random.IntN(60000) - 2000)})
	}
	return write(t, "订单.csv", rows...)
}

// copyData gives a directory with a copy of the databases of another, which nobody has open.
func copyData(t testing.TB, from string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"data.db", "auxiliary.db"} {
		content, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// killed runs the program and kills it after a while, if it has not ended by then.
func killed(t testing.TB, after time.Duration, args ...string) (inTime bool) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // being killed is an error, and the point
		close(ended)
	}()
	select {
	case <-ended:
		return false
	case <-time.After(after):
		_ = cmd.Process.Kill() // it may have ended this instant
		<-ended
		return true
	}
}

// moment is when to kill what takes so long undisturbed; it starts up for about a quarter of that.
func moment(random *rand.Rand, took time.Duration) time.Duration {
	return time.Duration((0.2 + 0.8*random.Float64()) * float64(took))
}

func intact(t testing.TB, dir string) {
	t.Helper()
	if got := ask(t, dir, "PRAGMA integrity_check"); got != "ok" {
		t.Fatalf("the database is damaged: %s", got)
	}
	if got := ask(t, dir, strayTiers); got != "" {
		t.Errorf("customers with another tier than their last change says: %s", got)
	}
}

// sameLines fails the test at the first few lines in which two states differ.
func sameLines(t testing.TB, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	if len(a) != len(b) {
		t.Errorf("%d %s, want %d", len(a), what, len(b))
		return
	}
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("%s:\n got  %s\n want %s", what, a[i], b[i])
			return
		}
	}
}

// An import killed at any moment leaves nothing half written, and run again to the end it leaves what an undisturbed one does.
func TestKilledImport(t *testing.T) {
	t.Parallel()
	customers, n, rounds := 150, 2000, 20
	if testing.Short() {
		rounds = 4
	}
	random := rand.New(rand.NewPCG(killSeed, 1))
	t.Logf("seed %d", killSeed)
	base := t.TempDir()
	touchbase(t, "import", "customers", customersFile(t, customers), "--dir", base).succeed(t, "created 150")
	path := ordersFile(t, random, customers, n)

	undisturbed := copyData(t, base)
	start := time.Now()
	touchbase(t, "import", "orders", path, "--dir", undisturbed).succeed(t, "rows 2000, created 2000, updated 0, skipped 0, problems 0\n")
	took := time.Since(start)
	wantCustomers, wantOrders := ask(t, undisturbed, customersState), ask(t, undisturbed, ordersState)

	halfway := 0
	for round := range rounds {
		dir := copyData(t, base)
		inTime := killed(t, moment(random, took), "import", "orders", path, "--dir", dir)
		intact(t, dir)
		written, err := strconv.Atoi(ask(t, dir, "SELECT count(*) FROM orders"))
		if err != nil {
			t.Fatal(err)
		}
		if inTime && written > 0 && written < n {
			halfway++
		}
		started := ask(t, dir, "SELECT count(*) FROM imports WHERE status = 'running'")
		touchbase(t, "job", "run", "tiers", "--dir", dir).succeed(t, "tiers done") // it scores RFM
		touchbase(t, "job", "run", "tiers", "--all", "--dir", dir).succeed(t, fmt.Sprintf("tiers done: examined %d, changed 0\n", customers))
		touchbase(t, "import", "orders", path, "--dir", dir).
			succeed(t, fmt.Sprintf("rows %d, created %d, updated 0, skipped %d, problems 0\n", n, n-written, written))
		if got := ask(t, dir, "SELECT count(*) FROM imports WHERE status = 'interrupted'"); got != started {
			t.Errorf("%s imports are interrupted, want %s", got, started)
		}
		intact(t, dir)
		sameLines(t, "customers", ask(t, dir, customersState), wantCustomers)
		sameLines(t, "orders", ask(t, dir, ordersState), wantOrders)
		if t.Failed() {
			t.Fatalf("round %d, killed with %d orders written", round, written)
		}
	}
	if halfway == 0 && !testing.Short() {
		t.Errorf("none of %d imports was killed halfway", rounds)
	}
	t.Logf("%d of %d imports were killed halfway; undisturbed one takes %s", halfway, rounds, took)
}

// A job killed at any moment leaves each customer judged wholly or not at all, and run again to the end it leaves what an
// undisturbed one does.
func TestKilledJob(t *testing.T) {
	t.Parallel()
	customers, rounds := 1800, 20
	if testing.Short() {
		rounds = 4
	}
	random := rand.New(rand.NewPCG(killSeed, 2))
	t.Logf("seed %d", killSeed)
	base := t.TempDir()
	touchbase(t, "import", "customers", customersFile(t, customers), "--dir", base).succeed(t, "created 1800")
	touchbase(t, "import", "orders", ordersFile(t, random, customers, 2*customers), "--dir", base).succeed(t, "problems 0")
	before := strings.Split(ask(t, base, customersState), "\n")

	args := []string{"job", "run", "tiers", "--all", "--at", time.Now().AddDate(0, 0, 45).Format("2006-01-02 15:04"), "--dir"}
	undisturbed := copyData(t, base)
	start := time.Now()
	touchbase(t, append(args, undisturbed)...).succeed(t, "tiers done: examined 1800")
	took := time.Since(start)
	wantCustomers, wantTasks := ask(t, undisturbed, customersState), ask(t, undisturbed, tasksState)
	after := strings.Split(wantCustomers, "\n")

	halfway := 0
	for round := range rounds {
		dir := copyData(t, base)
		killed(t, moment(random, took), append(args, dir)...)
		intact(t, dir)
		changed := 0
		now := strings.Split(ask(t, dir, customersState), "\n")
		for i, line := range now {
			if line == after[i] && line != before[i] {
				changed++
			} else if line != before[i] {
				t.Errorf("a customer is neither as before nor as after:\n%s", line)
			}
		}
		if changed > 0 && !slices.Equal(now, after) {
			halfway++
		}
		touchbase(t, append(args, dir)...).succeed(t, "tiers done: examined 1800")
		if got := ask(t, dir, "SELECT count(*) FROM job_runs WHERE status = 'running'"); got != "0" {
			t.Errorf("%s runs that were killed are still running", got)
		}
		intact(t, dir)
		sameLines(t, "customers", ask(t, dir, customersState), wantCustomers)
		sameLines(t, "tasks", ask(t, dir, tasksState), wantTasks)
		if t.Failed() {
			t.Fatalf("round %d, killed with %d customers changed", round, changed)
		}
	}
	if halfway == 0 && !testing.Short() {
		t.Errorf("none of %d jobs was killed halfway", rounds)
	}
	t.Logf("%d of %d jobs were killed halfway; an undisturbed one takes %s", halfway, rounds, took)
}
