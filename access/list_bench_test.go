package access_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// BenchmarkList measures page 1 of the customers, and of their contacts, 50 of 100,000, for each role as a ratio to plain PocketBase without rules over the
// same rows, request by request in turn: `x-role` is the ratio of the medians, `p95-ms-role` the 95th percentile in milliseconds.
func BenchmarkList(b *testing.B) {
	const rounds = 40
	plain := testapp.Bare(b)
	for _, name := range []string{crm.CollectionCustomers, crm.CollectionContacts} {
		collection, err := plain.FindCollectionByNameOrId(name)
		if err != nil {
			b.Fatal(err)
		}
		collection.ListRule = types.Pointer("")
		if err := plain.Save(collection); err != nil {
			b.Fatal(err)
		}
	}
	fill(b, plain, 100_000)
	ours := testapp.New(b)
	fill(b, ours, 100_000)
	team := ours.Make(crm.CollectionTeams, testapp.Fields{"id": fmt.Sprintf("t%014d", 3), "name": "华东"})
	people := map[string]*core.Record{
		"rep":      ours.User(crm.RoleRep, testapp.Fields{"id": fmt.Sprintf("u%014d", 3), "team": team.Id}),
		"support":  ours.User(crm.RoleSupport, nil),
		"manager":  ours.User(crm.RoleManager, testapp.Fields{"team": team.Id}),
		"director": ours.User(crm.RoleDirector, nil),
	}
	servers := map[string]*testapp.Server{"plain": testapp.ServePlain(b, plain)}
	for name := range people {
		servers[name] = nil
	}
	served := ours.Serve()
	for _, query := range []string{
		"customers/records?sort=next_follow_up_on", "customers/records?sort=-updated", "customers/records?sort=-updated&skipTotal=1",
		"customers/records?sort=-updated&filter=(tier='A')", "customers/records?sort=name", "contacts/records?sort=-@rowid", "contacts/records?sort=-@rowid&skipTotal=1",
	} {
		b.Run(query, func(b *testing.B) {
			times := map[string][]time.Duration{}
			for b.Loop() {
				for range rounds {
					for name, server := range servers {
						if server == nil {
							server = served
						}
						start := time.Now()
						server.Send(people[name], http.MethodGet, "/api/collections/"+query+"&page=1&perPage=50", nil).Want(200)
						times[name] = append(times[name], time.Since(start))
					}
				}
			}
			for name, all := range times {
				slices.Sort(all)
				times[name] = all
			}
			median := func(name string) float64 { return times[name][len(times[name])/2].Seconds() }
			for name, all := range times {
				if name != "plain" {
					b.ReportMetric(median(name)/median("plain"), "x-"+name)
				}
				b.ReportMetric(float64(all[len(all)*95/100].Microseconds())/1000, "p95-ms-"+name)
			}
		})
	}
}

// fill gives an app customers by raw SQL: 200 owners, 20 teams, a tenth in the pool, a few collaborators, a contact each.
func fill(t testing.TB, app core.App, customers int) {
	t.Helper()
	for _, statement := range []string{fmt.Sprintf(`
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO customers (id, name, size, source, first_contact_on, owner, team, collaborators, assigned, tier, stage, pain_points,
			next_follow_up_on, created, updated, missing_info, needs_check, tags, avoid_channels, verified_sources)
		SELECT printf('c%%014d', i), '客户' || i || '有限公司', '51-100', 'website', '2026-01-01 00:00:00.000Z',
			CASE WHEN i %% 10 = 0 THEN '' ELSE printf('u%%014d', i %% 200) END, printf('t%%014d', i %% 20),
			CASE WHEN i %% 50 = 0 THEN json_array(printf('u%%014d', (i + 7) %% 200)) ELSE '[]' END, '[]',
			substr('SABC', i %% 4 + 1, 1), 'active', hex(randomblob(200)),
			printf('2026-08-%%02d 00:00:00.000Z', i %% 28 + 1), printf('2026-01-01 %%02d:%%02d:%%02d.000Z', i / 3600 %% 24, i / 60 %% 60, i %% 60),
			printf('2026-01-%%02d %%02d:%%02d:%%02d.000Z', i %% 28 + 1, i / 3600 %% 24, i / 60 %% 60, i %% 60), '[]', '[]', '[]', '[]', '[]' FROM n`,
		customers), `
		INSERT INTO contacts (id, customer, name, phone, phone_masked, is_primary, created, updated)
		SELECT 'k' || substr(id, 2), id, '联系人', '+8613800138000', '138****8000', 1, created, updated FROM customers`, "ANALYZE"} {
		if _, err := app.DB().NewQuery(statement).Execute(); err != nil {
			t.Fatal(err)
		}
	}
}
