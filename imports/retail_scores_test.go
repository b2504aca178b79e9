package imports_test

import (
	"encoding/csv"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// retailScores is RFM on 10 December 2011 by SQL over the invoices as they stand in the file: quantiles between two ranks in
// proportion, or bounds of our own.
const retailScores = `
WITH aged AS (SELECT customer, number NOT LIKE 'C%' AND amount >= 0 counted, amount, CAST(julianday('2011-12-10') - julianday(date(at)) AS INTEGER) age FROM invoices),
population AS (SELECT customer, min(CASE WHEN counted THEN age END) d, sum(counted) f, round(sum(amount), 2) m FROM aged WHERE age < 365
	GROUP BY customer HAVING sum(counted) > 0),
axes AS (SELECT 'r' axis, customer, d value FROM population UNION ALL SELECT 'f', customer, f FROM population UNION ALL SELECT 'm', customer, m FROM population),
ranked AS (SELECT axis, value, row_number() OVER (PARTITION BY axis ORDER BY value) - 1 n, count(*) OVER (PARTITION BY axis) - 1 last FROM axes),
shares(share) AS (VALUES (.2), (.4), (.6), (.8)),
quantiles AS (SELECT axis, share, max(CASE WHEN n = CAST(last * share AS INTEGER) THEN value END) low,
		max(CASE WHEN n = min(CAST(last * share AS INTEGER) + 1, last) THEN value END) high, last * share - CAST(last * share AS INTEGER) part
	FROM ranked, shares GROUP BY axis, share),
bounds(axis, value) AS (VALUES ('r', 30), ('r', 90), ('r', 180), ('r', 270), ('f', 2), ('f', 3), ('f', 5), ('f', 10), ('m', 250), ('m', 700), ('m', 1500), ('m', 4000)),
passed AS (SELECT customer, axis, CASE WHEN {:fixed} THEN (SELECT count(*) FROM bounds b WHERE b.axis = axes.axis AND axes.value >= b.value)
	ELSE (SELECT count(*) FROM quantiles q WHERE q.axis = axes.axis AND axes.value > low + part * (high - low)) END n FROM axes)
SELECT customer, printf('%d %d %d', 5 - sum(n * (axis = 'r')), 1 + sum(n * (axis = 'f')), 1 + sum(n * (axis = 'm'))) scores FROM passed GROUP BY customer
UNION ALL SELECT customer, 'dormant' FROM aged WHERE counted GROUP BY customer HAVING min(age) >= 365`

// checkRetailScores compares the stored scores of every customer with what SQL makes of the file, by quantiles and by bounds.
func checkRetailScores(t *testing.T, app *testapp.App, content string, asOf time.Time) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().NewQuery("CREATE TABLE invoices (number TEXT, customer TEXT, at TEXT, amount REAL)").Execute(); err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		_, err := app.NonconcurrentDB().Insert("invoices", dbx.Params{"number": r[0], "customer": r[1], "at": r[2], "amount": r[6]}).Execute()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, fixed := range []bool{false, true} {
		if fixed {
			policy, err := app.FindFirstRecordByFilter(crm.CollectionPolicy, "")
			if err != nil {
				t.Fatal(err)
			}
			policy.Set(crm.FieldRFMBounds, map[string]any{"r": []int{30, 90, 180, 270}, "f": []int{2, 3, 5, 10}, "m": []int{250, 700, 1500, 4000}})
			if err := app.Save(policy); err != nil {
				t.Fatal(err)
			}
			if _, err := app.Jobs.Run("tiers", crm.RunOptions{At: asOf, All: true}); err != nil {
				t.Fatal(err)
			}
		}
		got := scoresBy(t, app, `SELECT code customer, coalesce(json_extract(rfm, '$.r') || ' ' || json_extract(rfm, '$.f') || ' ' || json_extract(rfm, '$.m'),
			json_extract(rfm, '$.group')) scores FROM customers WHERE rfm NOT IN ('', 'null')`, nil)
		if want := scoresBy(t, app, retailScores, dbx.Params{"fixed": fixed}); !maps.Equal(got, want) || len(want) < 4000 {
			for customer, scores := range want {
				if got[customer] != scores {
					t.Errorf("bounds %v: customer %s has %s, by the file %s", fixed, customer, got[customer], scores)
					break
				}
			}
			t.Errorf("bounds %v: %d customers have scores, by the file %d", fixed, len(got), len(want))
		}
	}
}

// scoresBy gives what a query says, by customer.
func scoresBy(t *testing.T, app *testapp.App, query string, params dbx.Params) map[string]string {
	t.Helper()
	var rows []struct{ Customer, Scores string }
	if err := app.DB().NewQuery(query).Bind(params).All(&rows); err != nil {
		t.Fatal(err)
	}
	scores := map[string]string{}
	for _, r := range rows {
		scores[r.Customer] = r.Scores
	}
	return scores
}
