package hooks_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// campaign makes a campaign.
func (o *office) campaign() *core.Record {
	o.t.Helper()
	return o.Make(crm.CollectionCampaigns, testapp.Fields{"name": "春季展会", "starts_on": o.Day(-5), "channel": "event"})
}

// member gives the one member that the office's customer is of a campaign, or none.
func (o *office) member(campaign *core.Record) *core.Record {
	o.t.Helper()
	members, err := o.FindAllRecords(crm.CollectionCampaignMembers, dbx.HashExp{"campaign": campaign.Id, "customer": o.customer.Id})
	if err != nil || len(members) > 1 {
		o.t.Fatalf("%d members, %v", len(members), err)
	}
	if len(members) == 0 {
		return nil
	}
	return members[0]
}

// TestCampaignResponses records what a customer said to a campaign.
func TestCampaignResponses(t *testing.T) {
	t.Parallel()
	type said struct {
		daysAgo        int
		feedback, mood string
	}
	for name, c := range map[string]struct {
		before  string // what people noted of the member; empty: it is none yet
		said    []said
		reached int // days ago
		want    string
	}{
		"interested":                 {"", []said{{1, "positive", ""}}, 1, "interested"},
		"interested by mood":         {"", []said{{1, "neutral", "interested"}}, 1, "interested"},
		"nobody there":               {"", []said{{1, "no_response", ""}}, 1, "none"},
		"not interested":             {"", []said{{1, "negative", ""}}, 1, "none"},
		"interested, then not":       {"", []said{{3, "positive", ""}, {1, "neutral", ""}}, 3, "none"},
		"entered late":               {"", []said{{1, "positive", ""}, {3, "neutral", ""}}, 3, "interested"},
		"then nobody there":          {"", []said{{3, "positive", ""}, {1, "no_response", ""}}, 3, "interested"},
		"on the list before":         {"none", []said{{2, "positive", ""}}, 2, "interested"},
		"joined, people say":         {"joined", []said{{2, "neutral", ""}}, 2, "joined"},
		"declined, people say":       {"declined", []said{{2, "positive", ""}}, 2, "declined"},
		"interested, people thought": {"interested", []said{{2, "neutral", ""}}, 2, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			campaign := o.campaign()
			if c.before != "" {
				o.server.Create(o.rep, crm.CollectionCampaignMembers, testapp.Fields{
					"campaign": campaign.Id, "customer": o.customer.Id, "response": c.before,
				}).Want(200)
			}
			for _, s := range c.said {
				o.recorded(testapp.Fields{
					"kind": "campaign", "campaign": campaign.Id, "feedback": s.feedback, "mood": s.mood, "channel": "wechat",
					"started_at": crm.FormatMoment(o.Clock.Now().AddDate(0, 0, -s.daysAgo)),
				})
			}
			o.wantFields(o.member(campaign), map[string]string{
				"response": c.want, "reached_at": crm.FormatMoment(o.Clock.Now().AddDate(0, 0, -c.reached)),
			})
		})
	}
}

// TestCampaignOfFollowUp changes of which campaign a follow-up is, and what it said.
func TestCampaignOfFollowUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first, second := o.campaign(), o.campaign()
	if codes := o.record(testapp.Fields{"campaign": first.Id}).Want(400).Codes(); codes["campaign"] != "not_campaign" {
		t.Errorf("a care call names a campaign: %v", codes)
	}
	if o.member(first) != nil {
		t.Error("a refused follow-up made a member")
	}
	o.recorded(testapp.Fields{"kind": "campaign"}) // of none
	followUp := o.recorded(testapp.Fields{"kind": "campaign", "campaign": first.Id})
	o.wantFields(o.member(first), map[string]string{"response": "interested"})
	o.server.Update(o.rep, followUp, testapp.Fields{"feedback": "negative"}).Want(200)
	o.wantFields(o.member(first), map[string]string{"response": "none", "reached_at": followUp.GetString("started_at")})
	o.server.Update(o.rep, followUp, testapp.Fields{"campaign": second.Id, "feedback": "positive"}).Want(200)
	o.wantFields(o.member(first), map[string]string{"response": "none", "reached_at": ""})
	o.wantFields(o.member(second), map[string]string{"response": "interested"})
	if codes := o.server.Update(o.rep, followUp, testapp.Fields{"kind": "care"}).Want(400).Codes(); codes["campaign"] != "not_campaign" {
		t.Errorf("the kind changes under a campaign: %v", codes)
	}
	if codes := o.record(testapp.Fields{"kind": "campaign", "campaign": "nothinglikethat"}).Want(400).Codes(); codes["campaign"] == "" {
		t.Errorf("a campaign there is not: %v", codes)
	}
}

// TestCampaignWrites refuses, by field, what cannot be.
func TestCampaignWrites(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	campaign := o.campaign()
	codes := o.server.Create(o.manager, crm.CollectionCampaigns, testapp.Fields{"name": "夏季", "starts_on": "2026-08-10", "ends_on": "2026-08-09"}).
		Want(400).Codes()
	if codes["ends_on"] != "before_start" {
		t.Errorf("a campaign that ends before it starts: %v", codes)
	}
	member := testapp.Fields{"campaign": campaign.Id, "customer": o.customer.Id}
	ahead := testapp.Fields{"reached_at": crm.FormatMoment(o.Clock.Now().Add(time.Hour))}
	for field, value := range member {
		ahead[field] = value
	}
	if codes := o.server.Create(o.rep, crm.CollectionCampaignMembers, ahead).Want(400).Codes(); codes["reached_at"] != "in_future" {
		t.Errorf("reached in the future: %v", codes)
	}
	o.server.Create(o.rep, crm.CollectionCampaignMembers, member).Want(200)
	if codes := o.server.Create(o.manager, crm.CollectionCampaignMembers, member).Want(400).Codes(); codes["campaign"] == "" && codes["customer"] == "" {
		t.Errorf("a member twice: %v", codes)
	}
	stored := o.member(campaign)
	o.wantFields(stored, map[string]string{"response": "none", "reached_at": ""})
	if codes := o.server.Update(o.rep, stored, testapp.Fields{"campaign": o.campaign().Id}).Want(400).Codes(); codes["campaign"] != "fixed" {
		t.Errorf("to another campaign: %v", codes)
	}
	o.server.Update(o.rep, stored, testapp.Fields{"response": "joined"}).Want(200)
	o.wantFields(stored, map[string]string{"response": "joined", "reached_at": crm.FormatMoment(o.Clock.Now())})

	stranger := o.User(crm.RoleRep, nil)
	for name, answer := range map[string]testapp.Answer{
		"a stranger changes a member": o.server.Update(stranger, stored, testapp.Fields{"response": "declined"}),
		"a stranger adds one":         o.server.Create(stranger, crm.CollectionCampaignMembers, testapp.Fields{"campaign": o.campaign().Id, "customer": o.customer.Id}),
		"a rep sets up a campaign":    o.server.Create(o.rep, crm.CollectionCampaigns, testapp.Fields{"name": "x", "starts_on": "2026-08-10"}),
		"a rep deletes a member":      o.server.Send(o.rep, http.MethodDelete, "/api/collections/campaign_members/records/"+stored.Id, nil),
	} {
		if answer.Status < 400 {
			t.Errorf("%s: %s", name, answer.Body)
		}
	}
}
