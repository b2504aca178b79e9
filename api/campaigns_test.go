package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// results asks for the results of a campaign.
func results(t *testing.T, server *testapp.Server, as, campaign *core.Record) (s crm.CampaignSummary) {
	t.Helper()
	answer := server.Send(as, http.MethodGet, "/api/crm/campaigns/"+campaign.Id+"/results", nil).Want(200)
	if err := json.Unmarshal([]byte(answer.Body), &s); err != nil {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	return s
}

// TestCampaignResults counts by hand what became of a campaign: prospects who ordered in time, too late, before; members nobody reached.
func TestCampaignResults(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	north, south := app.Team("华北"), app.Team("华南")
	director := app.User(crm.RoleDirector, nil)
	manager := app.User(crm.RoleManager, testapp.Fields{"team": north.Id})
	teamless := app.User(crm.RoleManager, nil)
	mine := app.User(crm.RoleRep, testapp.Fields{"team": north.Id})
	theirs := app.User(crm.RoleRep, testapp.Fields{"team": south.Id})
	campaign := app.Make(crm.CollectionCampaigns, testapp.Fields{"name": "春季展会", "starts_on": app.Day(-5), "channel": "event"})
	now := app.Clock.Now()
	const day = 24 * time.Hour
	member := func(owner *core.Record, channel, feedback string, orders ...time.Duration) {
		t.Helper()
		customer := app.Customer(testapp.Fields{"owner": owner.Id, "first_contact_on": "2025-01-01"})
		if channel == "" {
			app.Make(crm.CollectionCampaignMembers, testapp.Fields{"campaign": campaign.Id, "customer": customer.Id})
		} else {
			app.FollowUp(customer, testapp.Fields{
				"kind": "campaign", "campaign": campaign.Id, "channel": channel, "feedback": feedback, "started_at": crm.FormatMoment(now.Add(-100 * day)), "by": owner.Id,
			})
		}
		for _, after := range orders {
			app.Order(customer, 1000, testapp.Fields{"ordered_at": now.Add(-100*day + after)})
		}
	}
	member(mine, "phone", "positive", 10*day)                   // converted
	member(mine, "phone", "neutral", 90*day-time.Second)        // converted, on the last day
	member(mine, "phone", "no_response", 90*day)                // too late
	member(mine, "wechat", "positive", -10*day, 10*day)         // ordered before too
	member(theirs, "wechat", "negative", 20*day)                // converted, of another team
	member(theirs, "", "")                                      // nobody reached it
	cancelled := app.Customer(testapp.Fields{"owner": mine.Id}) // joined at the event, and cancelled the order
	app.Make(crm.CollectionCampaignMembers, testapp.Fields{"campaign": campaign.Id, "customer": cancelled.Id, "response": "joined", "reached_at": now.Add(-time.Hour)})
	app.Order(cancelled, 500, testapp.Fields{"cancelled": true})
	app.Order(cancelled, -500, nil)

	all := results(t, server, director, campaign)
	want := crm.CampaignCounts{Members: 7, Reached: 6, Responded: 5, Interested: 2, Joined: 1, Ordered: 4, Converted: 3, ResponseRate: 5.0 / 6, ConversionRate: 0.5}
	if all.CampaignCounts != want {
		t.Errorf("in all %+v, want %+v", all.CampaignCounts, want)
	}
	channels := ""
	for _, c := range all.Channels {
		channels += fmt.Sprintf("%s %d/%d/%d/%d ", c.Channel, c.Members, c.Reached, c.Ordered, c.Converted)
	}
	if channels != "event 2/1/0/0 phone 3/3/2/2 wechat 2/2/2/1 " {
		t.Errorf("by channel: %s", channels)
	}
	if team := results(t, server, manager, campaign); team.Members != 5 || team.Converted != 2 {
		t.Errorf("the manager's team: %+v", team)
	}
	if nobody := results(t, server, teamless, campaign); nobody.Members != 0 || nobody.ConversionRate != 0 {
		t.Errorf("a manager without team: %+v", nobody)
	}
	path := "/api/crm/campaigns/" + campaign.Id + "/results"
	for _, refused := range []*core.Record{mine, app.User(crm.RoleSupport, nil), app.User(crm.RoleDirector, testapp.Fields{"active": false})} {
		server.Send(refused, http.MethodGet, path, nil).Want(403)
	}
	server.Send(nil, http.MethodGet, path, nil).Want(401)
	server.Send(director, http.MethodGet, "/api/crm/campaigns/nothing/results", nil).Want(404)
}

// TestAddMembers adds the customers of a filter that somebody may add, once.
func TestAddMembers(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	north, south := app.Team("华北"), app.Team("华南")
	director := app.User(crm.RoleDirector, nil)
	manager := app.User(crm.RoleManager, testapp.Fields{"team": north.Id})
	rep := app.User(crm.RoleRep, testapp.Fields{"team": north.Id})
	other := app.User(crm.RoleRep, testapp.Fields{"team": south.Id})
	tag := app.Make(crm.CollectionTags, testapp.Fields{"name": "展会", "group": "basic"})
	customer := func(fields testapp.Fields) { t.Helper(); app.Customer(fields) }
	for range 3 {
		customer(testapp.Fields{"owner": rep.Id, "region": "江苏"})
	}
	customer(testapp.Fields{"owner": rep.Id, "region": "江苏", "declared_annual_purchase": 600000, "tags": []string{tag.Id}}) // A
	customer(testapp.Fields{"owner": other.Id, "region": "江苏", "industry": app.Industry("35")})
	customer(testapp.Fields{"region": "江苏"}) // the pool
	customer(testapp.Fields{"owner": rep.Id, "region": "江苏", "stage": "archived"})
	customer(testapp.Fields{"owner": rep.Id, "region": "浙江"})

	campaign := func() string {
		return app.Make(crm.CollectionCampaigns, testapp.Fields{"name": "展会", "starts_on": app.Day(0)}).Id
	}
	add := func(as *core.Record, id string, body any) testapp.Answer {
		t.Helper()
		return server.Send(as, http.MethodPost, "/api/crm/campaigns/"+id+"/members", body)
	}
	region := testapp.Fields{"region": " 江苏 "}
	for name, c := range map[string]struct {
		as   *core.Record
		body testapp.Fields
		want float64
	}{
		"a director":            {director, region, 6},
		"a superuser":           {app.Superuser(), region, 6},
		"a manager":             {manager, region, 5},
		"a rep":                 {rep, region, 4},
		"another rep":           {other, region, 1},
		"by tier":               {director, testapp.Fields{"tiers": []string{"S", "A"}}, 1},
		"by tag":                {director, testapp.Fields{"tags": []string{tag.Id}}, 1},
		"by industry":           {director, testapp.Fields{"industries": []string{app.Industry("35")}}, 1},
		"by segment and region": {director, testapp.Fields{"segments": []string{"high_value_potential"}, "region": "江苏"}, 1},
		"nobody meets both":     {director, testapp.Fields{"tiers": []string{"A"}, "region": "浙江"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			id := campaign()
			if got := add(c.as, id, c.body).Want(200).Data["added"]; got != c.want {
				t.Errorf("added %v, want %v", got, c.want)
			}
			if got := add(c.as, id, c.body).Want(200).Data["added"]; got != 0.0 {
				t.Errorf("again: added %v", got)
			}
			members, err := app.CountRecords(crm.CollectionCampaignMembers)
			if err != nil || members == 0 && c.want > 0 {
				t.Errorf("%d members, %v", members, err)
			}
		})
	}
	id := campaign()
	for name, c := range map[string]struct {
		as     *core.Record
		body   any
		status int
		field  string
	}{
		"support":            {app.User(crm.RoleSupport, nil), region, 403, "campaign"},
		"nobody":             {nil, region, 401, ""},
		"deactivated":        {app.User(crm.RoleRep, testapp.Fields{"active": false}), region, 403, ""},
		"everybody":          {director, testapp.Fields{}, 400, "tiers"},
		"no such tier":       {director, testapp.Fields{"tiers": []string{"X"}}, 400, "tiers"},
		"no such segment":    {director, testapp.Fields{"segments": []string{"X"}}, 400, "segments"},
		"no such tag":        {director, testapp.Fields{"tags": []string{"X"}}, 400, "tags"},
		"a restricted field": {rep, testapp.Fields{"budget_range": "1"}, 400, "budget_range"},
		"a filter":           {rep, testapp.Fields{"region": map[string]any{"$ne": ""}}, 400, "region"},
		"two regions":        {rep, testapp.Fields{"region": []string{"江苏", "浙江"}}, 400, "region"},
		"SQL":                {other, testapp.Fields{"tiers": []string{"A') OR 1=1 --"}}, 400, "tiers"},
	} {
		answer := add(c.as, id, c.body)
		if answer.Status != c.status || c.field != "" && answer.Codes()[c.field] == "" {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	if got := add(other, id, testapp.Fields{"region": "江苏' OR ''='"}).Want(200).Data["added"]; got != 0.0 {
		t.Errorf("a region with a quote adds %v", got)
	}
	add(director, "nothing", region).Want(404)
	if members, err := app.FindRecordsByFilter(crm.CollectionCampaignMembers, "campaign = '"+id+"'", "", 0, 0); err != nil || len(members) > 0 {
		t.Errorf("refusals added %d, %v", len(members), err)
	}
}

// TestAddManyMembers adds more than one batch holds.
func TestAddManyMembers(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve()
	for range 251 {
		app.Customer(testapp.Fields{"region": "江苏"})
	}
	campaign := app.Make(crm.CollectionCampaigns, testapp.Fields{"name": "展会", "starts_on": app.Day(0)})
	path := "/api/crm/campaigns/" + campaign.Id + "/members"
	answer := server.Send(app.User(crm.RoleDirector, nil), http.MethodPost, path, testapp.Fields{"region": "江苏"}).Want(200)
	if answer.Data["added"] != 251.0 {
		t.Errorf("added %v", answer.Data["added"])
	}
}
