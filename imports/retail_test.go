package imports_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"touchbase/crm"
	"touchbase/imports"
	"touchbase/internal/testapp"
)

// TestRetail imports a year of a wholesaler's invoices, judges everybody as of the end of that year, and holds the counts by tier
// and silence against a count made here from the file alone.
func TestRetail(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "online-retail", "invoices.csv"))
	if err != nil {
		t.Logf("NOT RUN on the shared invoices: %v; TestOrdersInAnyOrder proves as much on orders of our own making", err)
		return
	}
	app := testapp.New(t)
	policy, err := app.FindFirstRecordByFilter(crm.CollectionPolicy, "")
	if err != nil {
		t.Fatal(err)
	}
	policy.Set(crm.FieldValueHigh, 10000)
	policy.Set(crm.FieldValueMid, 2000)
	policy.Set(crm.FieldLayerPotential, 6000)
	if err := app.Save(policy); err != nil {
		t.Fatal(err)
	}
	want(t, run(t, app, crm.CollectionCustomers, string(content), func(o *imports.Options) {
		o.Maps = []string{"name=CustomerID", "code=CustomerID", "region=Country", "first_contact_on=InvoiceDate"}
		o.Sets = []string{"size=1-50", "industry=51", "source=import"}
	}), "rows 22190, created 4372, updated 0, skipped 17818, problems 0")
	want(t, run(t, app, crm.CollectionOrders, string(content), func(o *imports.Options) {
		o.Maps = []string{"number=InvoiceNo", "customer=CustomerID", "ordered_at=InvoiceDate", "amount=Amount"}
	}), "rows 22190, created 22190, updated 0, skipped 0, problems 0")
	asOf := time.Date(2011, 12, 10, 0, 0, 0, 0, testapp.Zone)
	if _, err := app.Jobs.Run("tiers", crm.RunOptions{At: asOf, All: true}); err != nil {
		t.Fatal(err)
	}

	var rows []struct {
		Tier   string
		Silent bool
		N      int
	}
	if err := app.DB().NewQuery("SELECT tier, silent, count(*) n FROM customers GROUP BY 1, 2").All(&rows); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, r := range rows {
		got[fmt.Sprintf("%s silent %t", r.Tier, r.Silent)] = r.N
	}
	if counted := countRetail(t, string(content)); fmt.Sprint(got) != fmt.Sprint(counted) {
		t.Errorf("got %v, want %v", got, counted)
	}
	checkRetailScores(t, app, string(content), asOf)
}

// countRetail counts the customers by tier and silence on 10 December 2011, by days of the dates as they are written: what a reader
// would do with a pencil. Nobody has told what they need, so potential is watching throughout.
func countRetail(t *testing.T, content string) map[string]int {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	type account struct {
		first, last time.Time
		sum         float64
	}
	today := time.Date(2011, 12, 10, 0, 0, 0, 0, time.UTC)
	accounts := map[string]*account{}
	for _, r := range records[1:] {
		day, err := time.Parse(time.DateOnly, r[2][:10])
		if err != nil {
			t.Fatal(err)
		}
		amount, err := strconv.ParseFloat(r[6], 64)
		if err != nil {
			t.Fatal(err)
		}
		a := accounts[r[1]]
		if a == nil {
			a = &account{first: day}
			accounts[r[1]] = a
		}
		if today.Sub(day) < 365*24*time.Hour {
			a.sum += amount
		}
		if amount >= 0 && day.After(a.last) {
			a.last = day
		}
	}
	counts := map[string]int{}
	for _, a := range accounts {
		tier, last := "C", a.last
		switch sum := math.Round(a.sum*100) / 100; {
		case sum >= 10000:
			tier = "A"
		case sum >= 2000 && !a.last.IsZero():
			tier = "B"
		}
		if last.IsZero() {
			last = a.first
		}
		counts[fmt.Sprintf("%s silent %t", tier, today.Sub(last) > 30*24*time.Hour)]++
	}
	return counts
}
