package access_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

const many = 100_000

// fill gives an app customers by raw SQL, spread over people and teams.
func fill(t testing.TB, app core.App) {
	_, err := app.DB().NewQuery(fmt.Sprintf(`
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO customers (id, name, industry, size, source, first_contact_on, owner, team, collaborators, assigned, tier, stage, pain_points,
			next_follow_up_on, created, updated, missing_info, needs_check, tags, avoid_channels, verified_sources)
		SELECT printf('c%%014d', i), '客户' || i || '有限公司', '', '51-100', 'website', '2026-01-01 00:00:00.000Z',
			CASE WHEN i %% 10 = 0 THEN '' ELSE printf('u%%014d', i %% 200) END, printf('t%%014d', i %% 20),
			CASE WHEN i %% 50 = 0 THEN json_array(printf('u%%014d', (i + 7) %% 200)) ELSE '[]' END, '[]',
			substr('SABC', i %% 4 + 1, 1), 'active', hex(randomblob(200)),
			'2026-08-' || printf('%%02d', i %% 28 + 1) || ' 00:00:00.000Z', printf('2026-01-01 %%02d:%%02d:%%02d.000Z', i / 3600 %% 24, i / 60 %% 60, i %% 60),
			printf('2026-01-%%02d %%02d:%%02d:%%02d.000Z', i %% 28 + 1, i / 3600 %% 24, i / 60 %% 60, i %% 60), '[]', '[]', '[]', '[]', '[]' FROM n`, many)).Execute()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.DB().NewQuery("ANALYZE").Execute(); err != nil {
		t.Fatal(err)
	}
}

func handler(t testing.TB, app core.App) http.Handler {
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	mux, err := router.BuildMux()
	if err != nil {
		t.Fatal(err)
	}
	return mux
}

func TestSpikeList(t *testing.T) {
	plain := testapp.Bare(t)
	c, _ := plain.FindCollectionByNameOrId("customers")
	c.ListRule = types.Pointer("")
	if err := plain.Save(c); err != nil {
		t.Fatal(err)
	}
	fill(t, plain)
	ours := testapp.New(t)
	fill(t, ours)
	team := ours.Make("teams", testapp.Fields{"id": fmt.Sprintf("t%014d", 3), "name": "t3"})
	rep := ours.User("rep", testapp.Fields{"id": fmt.Sprintf("u%014d", 3), "team": team.Id})
	lone := ours.User("rep", testapp.Fields{"id": fmt.Sprintf("u%014d", 199)})
	support := ours.User("support", nil)
	director := ours.User("director", nil)
	hp := handler(t, plain)
	server := ours.Serve()
	get := func(h http.Handler, as *core.Record, query string) time.Duration {
		if h == nil {
			start := time.Now()
			server.Send(as, "GET", "/api/collections/customers/records?page=1&perPage=50&"+query, nil).Want(200)
			return time.Since(start)
		}
		r := httptest.NewRequest("GET", "/api/collections/customers/records?page=1&perPage=50&"+query, nil)
		if as != nil {
			token, _ := as.NewAuthToken()
			r.Header.Set("Authorization", token)
		}
		w := httptest.NewRecorder()
		start := time.Now()
		h.ServeHTTP(w, r)
		d := time.Since(start)
		if w.Code != 200 {
			t.Fatal(w.Code, w.Body.String())
		}
		return d
	}
	for _, q := range []string{"sort=next_follow_up_on", "sort=-updated", "sort=-updated&skipTotal=1", "sort=-updated&filter=(tier='A')", "sort=name", ""} {
		times := map[string][]time.Duration{}
		for range 15 {
			times["plain"] = append(times["plain"], get(hp, nil, q))
			for name, who := range map[string]*core.Record{"rep": rep, "lone": lone, "support": support, "director": director} {
				times[name] = append(times[name], get(nil, who, q))
			}
		}
		line := fmt.Sprintf("%-40s", q)
		for _, name := range []string{"plain", "rep", "lone", "support", "director"} {
			slices.Sort(times[name])
			line += fmt.Sprintf("  %s p50 %v p95 %v", name, times[name][7].Round(100*time.Microsecond), times[name][14].Round(100*time.Microsecond))
		}
		t.Log(line)
	}
	_ = crm.RoleRep
}
