package imports_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// order is an order of the made-up history: a row of a file, or a record.
type order struct {
	customer, number, at, product, amount, cancelled string
}

var orderHeader = []string{"客户", "订单号", "下单时间", "产品", "金额", "已取消"}

func (o order) row() []string {
	return []string{o.customer, o.number, o.at, o.product, o.amount, o.cancelled}
}

// makeOrders makes up orders of customers K0 to Kn-1 over two years, some returned or cancelled, in the order of time.
func makeOrders(random *rand.Rand, customers, n int) []order {
	orders := make([]order, n)
	for i := range orders {
		at := testapp.Start.Add(-time.Duration(random.IntN(730*24)+1) * time.Hour)
		at = at.Add(time.Duration(i) * time.Second) // no two at one moment
		orders[i] = order{
			customer: fmt.Sprintf("K%d", random.IntN(customers)), at: at.UTC().Format("2006-01-02 15:04:05.000Z"),
			product: []string{"礼盒", "茶叶", "定制杯", "日历"}[random.IntN(4)], amount: strconv.Itoa(random.IntN(90000)), cancelled: "否",
		}
		switch random.IntN(10) {
		case 0:
			orders[i].amount = "-" + strconv.Itoa(1+random.IntN(900))
		case 1:
			orders[i].cancelled = "是"
		}
	}
	slices.SortStableFunc(orders, func(a, b order) int { return cmpText(a.at, b.at) })
	for i := range orders {
		orders[i].number = fmt.Sprintf("N%05d", i)
	}
	return orders
}

func cmpText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// file gives the orders as a CSV file.
func file(orders []order) string {
	rows := make([][]string, len(orders))
	for i, o := range orders {
		rows[i] = o.row()
	}
	return table(orderHeader, rows...)
}

func shuffled(random *rand.Rand, orders []order) []order {
	mixed := slices.Clone(orders)
	random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return mixed
}

// withCustomers makes customers K0 to Kn-1.
func withCustomers(t testing.TB, app *testapp.App, n int) map[string]string {
	t.Helper()
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = customerRow(fmt.Sprintf("K%d", i), fmt.Sprintf("第%d号客户有限公司", i))
	}
	want(t, run(t, app, crm.CollectionCustomers, table(customerHeader, rows...)), fmt.Sprintf("rows %d, created %d, updated 0, skipped 0, problems 0", n, n))
	ids := map[string]string{}
	for i := range n {
		code := fmt.Sprintf("K%d", i)
		ids[code] = only(t, app, crm.CollectionCustomers, "code", code).Id
	}
	return ids
}

// saveOrders saves orders one by one as the program does, hooks and all.
func saveOrders(t testing.TB, app *testapp.App, ids map[string]string, orders []order) {
	t.Helper()
	collection, err := app.FindCachedCollectionByNameOrId(crm.CollectionOrders)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range orders {
		record := core.NewRecord(collection)
		record.Load(map[string]any{
			"customer": ids[o.customer], "number": o.number, "ordered_at": o.at, "product": o.product, "amount": o.amount,
			"cancelled": o.cancelled == "是",
		})
		if err := app.Save(record); err != nil {
			t.Fatalf("failed to save the order %s: %v", o.number, err)
		}
	}
}

// state is what the database says of orders and customers, without ids, moments of writing and what is spread by them.
func state(t testing.TB, app *testapp.App) []string {
	t.Helper()
	var lines []string
	for _, query := range []string{
		`SELECT c.code || ' ' || o.number || ' ' || o.ordered_at || ' ' || o.kind || ' ' || o.amount || ' ' || o.product || ' ' || o.cancelled line
			FROM orders o JOIN customers c ON c.id = o.customer ORDER BY o.number`,
		`SELECT concat_ws(' ', code, name, stage, tier, tier_reason, value, potential, silent, silent_since, touch_mode, last_follow_up_at,
			last_interaction_at, last_order_at, annual_purchase, window_orders, window_amount, products_bought,
			missing_info, needs_check) line FROM customers ORDER BY code`,
	} {
		var rows []struct{ Line string }
		if err := app.DB().NewQuery(query).All(&rows); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			lines = append(lines, row.Line)
		}
	}
	return lines
}

// However orders come, all at once or in parts, in whatever order, the customers end up as if each order had been entered
// when it was placed, and the job finds nothing to change.
func TestOrdersInAnyOrder(t *testing.T) {
	t.Parallel()
	const customers, n, seed = 12, 240, 7
	random := rand.New(rand.NewPCG(seed, seed))
	orders := makeOrders(random, customers, n)
	mixed := shuffled(random, orders)
	ways := map[string]func(t *testing.T, app *testapp.App, ids map[string]string){
		"in one file": func(t *testing.T, app *testapp.App, _ map[string]string) {
			want(t, run(t, app, crm.CollectionOrders, file(orders)), "rows 240, created 240, updated 0, skipped 0, problems 0")
		},
		"mixed": func(t *testing.T, app *testapp.App, _ map[string]string) {
			run(t, app, crm.CollectionOrders, file(mixed))
		},
		"the older half last": func(t *testing.T, app *testapp.App, _ map[string]string) {
			run(t, app, crm.CollectionOrders, file(orders[n/2:]))
			settled(t, app)
			run(t, app, crm.CollectionOrders, file(orders[:n/2]))
		},
		"mixed in two halves": func(t *testing.T, app *testapp.App, _ map[string]string) {
			run(t, app, crm.CollectionOrders, file(mixed[:n/2]))
			settled(t, app)
			result := run(t, app, crm.CollectionOrders, file(mixed[n/4:]))
			want(t, result, "rows 180, created 120, updated 0, skipped 60, problems 0")
		},
		"mixed, one by one": func(t *testing.T, app *testapp.App, ids map[string]string) { saveOrders(t, app, ids, mixed) },
	}
	app := testapp.New(t)
	saveOrders(t, app, withCustomers(t, app, customers), orders)
	settled(t, app)
	truth := state(t, app)
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			way(t, app, withCustomers(t, app, customers))
			settled(t, app)
			got := state(t, app)
			if len(got) != len(truth) {
				t.Fatalf("%d lines, want %d", len(got), len(truth))
			}
			for i := range truth {
				if got[i] != truth[i] {
					t.Errorf("got  %s\nwant %s", got[i], truth[i])
				}
			}
		})
	}
}

// Of orders at one moment the one entered first is the first, in a file as one by one.
func TestOrdersOfOneMoment(t *testing.T) {
	t.Parallel()
	var orders []order
	for i := range 30 {
		at := testapp.Start.AddDate(0, 0, i/5-20).Format(time.DateOnly)
		orders = append(orders, order{fmt.Sprintf("K%d", i%3), fmt.Sprintf("N%02d", 99-i), at, "茶叶", "10", []string{"否", "是"}[i/3%2]})
	}
	byFile, byHand := testapp.New(t), testapp.New(t)
	withCustomers(t, byFile, 3)
	run(t, byFile, crm.CollectionOrders, file(orders))
	for i := range orders {
		orders[i].at += " 00:00:00+08:00"
		at, err := time.Parse("2006-01-02 15:04:05Z07:00", orders[i].at)
		if err != nil {
			t.Fatal(err)
		}
		orders[i].at = at.UTC().Format("2006-01-02 15:04:05.000Z")
	}
	saveOrders(t, byHand, withCustomers(t, byHand, 3), orders)
	got, truth := state(t, byFile), state(t, byHand)
	if !slices.Equal(got, truth) {
		t.Errorf("got  %q\nwant %q", got, truth)
	}
}

// An order that a file gives to another customer leaves both judged.
func TestOrderChangesCustomer(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	ids := withCustomers(t, app, 2)
	run(t, app, crm.CollectionOrders, table(orderHeader, order{"K0", "N1", "2026-07-01", "茶叶", "600000", ""}.row()))
	sees(t, only(t, app, crm.CollectionCustomers, "id", ids["K0"]), map[string]string{"annual_purchase": "600000"})
	result := run(t, app, crm.CollectionOrders, table(orderHeader, order{"K1", "N1", "2026-07-01", "茶叶", "600000", ""}.row()))
	want(t, result, "rows 1, created 0, updated 1, skipped 0, problems 0")
	sees(t, only(t, app, crm.CollectionCustomers, "id", ids["K0"]), map[string]string{"annual_purchase": "0"})
	sees(t, only(t, app, crm.CollectionCustomers, "id", ids["K1"]), map[string]string{"annual_purchase": "600000"})
	settled(t, app)
}

// Two rows with one number are one order if they say the same, a mistake if not, also when many rows lie between.
func TestOrderTwiceInAFile(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	withCustomers(t, app, 1)
	var orders []order
	for i := range 1200 {
		orders = append(orders, order{"K0", fmt.Sprintf("N%d", i), testapp.Start.Add(-time.Duration(2000-i) * time.Hour).Format(time.DateTime), "茶叶", "10", ""})
	}
	same, other := orders[3], orders[4]
	other.at = orders[1199].at
	content := file(append(orders, same, other))
	planned := run(t, app, crm.CollectionOrders, content, dry)
	result := run(t, app, crm.CollectionOrders, content)
	want(t, planned, result.Summary())
	want(t, result, "rows 1202, created 1200, updated 0, skipped 1, problems 1")
	wantProblems(t, result, "1203 number in_use")
	want(t, run(t, app, crm.CollectionOrders, content), "rows 1202, created 0, updated 0, skipped 1201, problems 1")
}
