package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
	"touchbase/rules"
)

// texts are those of a list of an answer.
func texts(list any) []string {
	words := []string{}
	for _, word := range list.([]any) {
		words = append(words, word.(string))
	}
	return words
}

// TestAssessmentTellsWhatTheReaderMayKnow holds the answer against the judgement itself: whoever may read tier_reason and evidence is told
// both in words, the others the names of signals; date and silence everybody is told.
func TestAssessmentTellsWhatTheReaderMayKnow(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	c.Clock.Advance(45 * 24 * time.Hour) // long enough to be silent
	for _, row := range []struct {
		role, customer string
		knows          bool
	}{
		{crm.RoleRep, "own", true}, {crm.RoleRep, "shared", true}, {crm.RoleRep, "assigned", false}, {crm.RoleRep, "of the team", false},
		{crm.RoleRep, "of the pool", false}, {crm.RoleSupport, "shared", false}, {crm.RoleSupport, "to support", false},
		{crm.RoleManager, "of the team", true}, {crm.RoleManager, "somebody else", false}, {crm.RoleDirector, "somebody else", true},
		{"superuser", "somebody else", true},
	} {
		customer, as := c.customers[row.customer], c.people[row.role]
		if row.role == "superuser" {
			as = c.Superuser()
		}
		a, err := crm.Explain(c, customer.Id, c.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, language := range []string{rules.Chinese, rules.English} {
			answer := server.Send(as, http.MethodGet, "/api/crm/customers/"+customer.Id+"/assessment", nil, "Accept-Language", language).Want(200)
			tier, risk := answer.Data["tier"].(map[string]any), answer.Data["risk"].(map[string]any)
			silence, next := answer.Data["silence"].(map[string]any), answer.Data["next"].(map[string]any)
			var reasons, changes, signals []string
			for _, r := range a.TierReasons {
				if r.Rule == rules.RuleWouldChange {
					changes = append(changes, r.Words(language))
				} else {
					reasons = append(reasons, r.Words(language))
				}
			}
			for _, s := range a.Signals {
				signals = append(signals, map[bool]string{true: s.Words(language), false: rules.SignalName(s.Name, language)}[row.knows])
			}
			if !row.knows {
				reasons, changes = nil, nil
			}
			var told []string
			for _, s := range risk["signals"].([]any) {
				told = append(told, s.(map[string]any)["words"].(string))
			}
			where := fmt.Sprintf("%s of %q in %s", row.role, row.customer, language)
			if tier["known"] != row.knows || !slices.Equal(texts(tier["reasons"]), reasons) || !slices.Equal(texts(tier["changes"]), changes) {
				t.Errorf("%s: tier %v, want %v and %v", where, tier, reasons, changes)
			}
			if len(signals) == 0 || !slices.Equal(told, signals) || risk["risk"] != a.Risk {
				t.Errorf("%s: risk %v, want %s and %v", where, risk, a.Risk, signals)
			}
			both := append(texts(next["reasons"]), texts(silence["reasons"])...)
			policy, err := crm.LoadPolicy(c)
			if err != nil {
				t.Fatal(err)
			}
			why, err := crm.WhyDue(c, policy, []string{customer.Id}, c.Clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, r := range why[customer.Id] {
				want = append(want, r.Words(language))
			}
			if !slices.Equal(slices.Sorted(slices.Values(both)), slices.Sorted(slices.Values(want))) || len(want) < 2 {
				t.Errorf("%s: next and silence say %v, want %v", where, both, want)
			}
			if len(texts(next["reasons"])) == 0 || len(texts(silence["reasons"])) == 0 || silence["silent"] != true {
				t.Errorf("%s: next %v, silence %v", where, next, silence)
			}
			if !row.knows && strings.Contains(answer.Body, "42,0") {
				t.Errorf("%s: the purchase declared is told: %s", where, answer.Body)
			}
		}
	}
	unseen := c.customers["somebody else"].Id
	for _, path := range []string{"assessment", "spending"} {
		server.Send(c.people[crm.RoleRep], http.MethodGet, "/api/crm/customers/"+unseen+"/"+path, nil).Want(404)
		server.Send(nil, http.MethodGet, "/api/crm/customers/"+unseen+"/"+path, nil).Want(401)
	}
}

// TestAssessmentOfTheArchived: nobody is to call them, and nothing is judged any more.
func TestAssessmentOfTheArchived(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	path := "/api/crm/customers/" + c.customers["own"].Id
	server.Send(c.people[crm.RoleRep], http.MethodPost, path+"/archive", testapp.Fields{"reason": "停业"}).Want(200)
	answer := server.Send(c.people[crm.RoleRep], http.MethodGet, path+"/assessment", nil).Want(200)
	if next := answer.Data["next"].(map[string]any); next["on"] != "" || len(next["reasons"].([]any)) > 0 {
		t.Errorf("an archived customer is due: %v", next)
	}
}

// spent are the months of an answer in which something was ordered.
func spent(t *testing.T, server *testapp.Server, as, customer *core.Record) (months map[string]crm.Month, all int) {
	t.Helper()
	var answer struct{ Months []crm.Month }
	body := server.Send(as, http.MethodGet, "/api/crm/customers/"+customer.Id+"/spending", nil).Want(200).Body
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	months = map[string]crm.Month{}
	for _, month := range answer.Months {
		if month.Orders != 0 || month.Amount != nil && *month.Amount != 0 {
			months[month.Month] = month
		}
	}
	return months, len(answer.Months)
}

// TestSpending: amounts for those who may read them, with returns subtracted; counts for those who may not; and of orders somebody does
// not see, nothing. Support cannot tell a return from an order, and is not told by the count.
func TestSpending(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	for name := range c.customers { // beside the one of 420 of the company's
		customer := c.customers[name]
		c.Order(customer, 1000, testapp.Fields{"ordered_at": "2026-05-31 15:30:00.000Z"}) // of May in Shanghai, and in UTC
		c.Order(customer, 500, testapp.Fields{"ordered_at": "2026-05-31 16:30:00.000Z"})  // of June in Shanghai, of May in UTC
		c.Order(customer, -200, testapp.Fields{"ordered_at": "2026-06-02 10:00:00"})
		c.Order(customer, 9000, testapp.Fields{"ordered_at": "2026-06-03 10:00:00", "cancelled": true})
		c.Order(customer, 70, testapp.Fields{"ordered_at": "2024-08-31 10:00:00.000Z"}) // before the last 24 months
	}
	for _, row := range []struct {
		role, customer string
		may, june      int // orders
		amount         any // of June
		months         int
	}{
		{crm.RoleRep, "own", 1, 1, 300.0, 24}, {crm.RoleRep, "of the team", 1, 1, nil, 24}, {crm.RoleRep, "of the pool", 0, 0, nil, 0},
		{crm.RoleRep, "assigned", 0, 0, nil, 0}, {crm.RoleSupport, "of the team", 1, 3, nil, 24}, {crm.RoleManager, "of the team", 1, 1, 300.0, 24},
		{crm.RoleDirector, "somebody else", 1, 1, 300.0, 24},
	} {
		months, all := spent(t, server, c.people[row.role], c.customers[row.customer])
		may, june := months["2026-05"], months["2026-06"]
		if may.Orders != row.may || june.Orders != row.june || all != row.months || (june.Amount != nil) != (row.amount != nil) {
			t.Errorf("%s of %q: %v, %d months", row.role, row.customer, months, all)
			continue
		}
		if row.amount != nil && (*june.Amount != row.amount || *may.Amount != 1000) {
			t.Errorf("%s of %q: %v in June, %v in May", row.role, row.customer, *june.Amount, *may.Amount)
		}
		if _, told := months["2024-08"]; told {
			t.Errorf("%s of %q: more than 24 months: %v", row.role, row.customer, months)
		}
	}
}

// TestTimelineOfSomeCollections: a reader who asks for some kinds gets those, page by page, and words with what rests on something.
func TestTimelineOfSomeCollections(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	server := c.Serve()
	rep, customer := c.people[crm.RoleRep], c.customers["own"]
	all, _ := page(t, server, rep, customer, "limit=200")
	for _, of := range []string{"orders", "signals,tier_changes", "follow_ups,tasks,cases"} {
		var want, got []happened
		for _, line := range all {
			if slices.Contains(strings.Split(of, ","), line.collection) {
				want = append(want, line)
			}
		}
		for before, pages := "", 0; pages == 0 || before != ""; pages++ {
			var some []happened
			some, before = page(t, server, rep, customer, "limit=1&of="+of+"&before="+before)
			got = append(got, some...)
		}
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("of %s: got %v, want %v", of, got, want)
		}
	}
	path := "/api/crm/customers/" + customer.Id + "/timeline?of="
	if codes := server.Send(rep, http.MethodGet, path+"orders,users", nil).Want(400).Codes(); codes["of"] != "unknown_collection" {
		t.Errorf("users are refused with %v", codes)
	}
	for _, row := range []struct {
		as    string
		known bool
	}{{crm.RoleRep, true}, {crm.RoleManager, true}, {crm.RoleSupport, false}} {
		body := server.Send(c.people[row.as], http.MethodGet, path+"signals", nil, "Accept-Language", "zh").Want(200).Body
		if strings.Contains(body, `"words"`) != row.known {
			t.Errorf("%s is told %s", row.as, body)
		}
	}
}
