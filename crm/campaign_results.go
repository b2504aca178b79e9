package crm

import (
	"fmt"
	"maps"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// conversionDays is within how many days of being reached an order is counted for a campaign.
const conversionDays = 90

// CampaignCounts is what became of members of a campaign. Reached are those somebody contacted; Responded those who answered, whatever they
// said; Ordered those who placed an order that counts within 90 days of being reached; Converted those of them who had neither an order
// nor a contract before. The rates are shares of those reached, 0 to 1; 0 where nobody was.
type CampaignCounts struct {
	Members        int     `db:"members" json:"members"`
	Reached        int     `db:"reached" json:"reached"`
	Responded      int     `db:"responded" json:"responded"`
	Interested     int     `db:"interested" json:"interested"`
	Joined         int     `db:"joined" json:"joined"`
	Declined       int     `db:"declined" json:"declined"`
	Ordered        int     `db:"ordered" json:"ordered"`
	Converted      int     `db:"converted" json:"converted"`
	ResponseRate   float64 `db:"-" json:"response_rate"`
	ConversionRate float64 `db:"-" json:"conversion_rate"`
}

// ChannelCounts are those of the members first reached on a channel: that of the first follow-up, else the campaign's own.
type ChannelCounts struct {
	Channel string `db:"channel" json:"channel"`
	CampaignCounts
}

// CampaignSummary is what a campaign brought about.
type CampaignSummary struct {
	Campaign string `json:"campaign"`
	CampaignCounts
	Channels []ChannelCounts `json:"channels"`
}

const resultsSQL = `SELECT channel, count(*) members, sum(reached) reached,
		sum(reached AND (response IN ('interested', 'joined', 'declined') OR answered)) responded,
		sum(response = 'interested') interested, sum(response = 'joined') joined, sum(response = 'declined') declined,
		sum(first_order != '') ordered, sum(first_order != '' AND NOT known) converted
	FROM (SELECT m.response, m.reached_at != '' reached,
			coalesce((SELECT f.channel FROM follow_ups f WHERE f.customer = m.customer AND f.campaign = m.campaign
				ORDER BY f.started_at, f.id LIMIT 1), {:channel}) channel,
			EXISTS (SELECT 1 FROM follow_ups f WHERE f.customer = m.customer AND f.campaign = m.campaign AND f.feedback != 'no_response') answered,
			CASE WHEN m.reached_at = '' THEN '' ELSE coalesce((SELECT min(o.ordered_at) FROM orders o WHERE o.customer = m.customer
				AND o.amount >= 0 AND NOT o.cancelled AND o.ordered_at >= m.reached_at
				AND o.ordered_at < strftime('%Y-%m-%d %H:%M:%fZ', m.reached_at, '+' || {:days} || ' days')), '') END first_order,
			EXISTS (SELECT 1 FROM orders o WHERE o.customer = m.customer AND o.amount >= 0 AND NOT o.cancelled AND o.ordered_at < m.reached_at)
				OR EXISTS (SELECT 1 FROM contracts k WHERE k.customer = m.customer AND k.created < m.reached_at) known
		FROM campaign_members m WHERE m.campaign = {:campaign}`

// CampaignResults counts what became of the members of a campaign, in all and by channel; a condition on customers, in SQL, narrows whom it
// counts; nil: everybody.
func CampaignResults(app core.App, campaign *core.Record, whose dbx.Expression) (CampaignSummary, error) {
	query := resultsSQL
	params := dbx.Params{"campaign": campaign.Id, "channel": campaign.GetString(FieldChannel), "days": conversionDays}
	if whose != nil {
		counted := app.DB().Select("customers.id").From(CollectionCustomers).Where(whose).Build()
		query += " AND m.customer IN (" + counted.SQL() + ")"
		maps.Copy(params, counted.Params())
	}
	summary := CampaignSummary{Campaign: campaign.Id, Channels: []ChannelCounts{}}
	if err := app.DB().NewQuery(query + ") GROUP BY channel ORDER BY channel").Bind(params).All(&summary.Channels); err != nil {
		return summary, fmt.Errorf("failed to count what became of a campaign: %w", err)
	}
	for i := range summary.Channels {
		c := &summary.Channels[i].CampaignCounts
		c.rate()
		summary.add(c)
	}
	summary.rate()
	return summary, nil
}

func (c *CampaignCounts) add(other *CampaignCounts) {
	c.Members += other.Members
	c.Reached += other.Reached
	c.Responded += other.Responded
	c.Interested += other.Interested
	c.Joined += other.Joined
	c.Declined += other.Declined
	c.Ordered += other.Ordered
	c.Converted += other.Converted
}

func (c *CampaignCounts) rate() {
	if c.Reached > 0 {
		c.ResponseRate = float64(c.Responded) / float64(c.Reached)
		c.ConversionRate = float64(c.Converted) / float64(c.Reached)
	}
}
