package crm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// CheckCampaign refuses, by field, a campaign that ends before it starts.
func CheckCampaign(record *core.Record) error {
	starts, ends := day(record, FieldStartsOn), day(record, FieldEndsOn)
	if ends != 0 && ends < starts {
		return validation.Errors{FieldEndsOn: fieldError("before_start", "A campaign cannot end before it starts.")}
	}
	return nil
}

// NormalizeMember puts a member of a campaign into the form it is stored in: without response unless said otherwise, and reached now if it
// responded without anybody having noted when it was reached.
func NormalizeMember(record *core.Record, now time.Time) {
	if record.GetString(FieldResponse) == "" {
		record.Set(FieldResponse, ResponseNone)
	}
	if record.GetString(FieldResponse) != ResponseNone && record.GetDateTime(FieldReachedAt).IsZero() {
		record.Set(FieldReachedAt, now)
	}
}

// CheckMember refuses, by field, a member reached in the future, and one that is taken to another campaign.
func CheckMember(record *core.Record, now time.Time) error {
	errs := validation.Errors{}
	if changed(record, FieldReachedAt) && record.GetDateTime(FieldReachedAt).Time().After(now.Add(clockTolerance)) {
		errs[FieldReachedAt] = fieldError(CodeInFuture, "This is for what has happened: it cannot lie in the future.")
	}
	if !record.IsNew() && changed(record, FieldCampaign) {
		errs[FieldCampaign] = fieldError("fixed", "A member of a campaign stays one of that campaign.")
	}
	return errorsOrNil(errs)
}

// checkCampaignOf refuses a campaign named by a follow-up of another kind. A follow-up of kind campaign need not name one: imported history
// cannot, nor can a mailing that nobody set up.
func checkCampaignOf(followUp *core.Record, errs validation.Errors) {
	if followUp.GetString(FieldCampaign) != "" && followUp.GetString(FieldKind) != KindCampaign {
		errs[FieldCampaign] = fieldError("not_campaign", "Only a follow-up of kind campaign names one.")
	}
}

// FollowCampaign makes the customer of a stored follow-up a member of the campaign it names, and keeps what the member says of it in
// step: when it was first reached, and whether what was said last shows interest. Whoever the follow-up named before is kept in step too.
func FollowCampaign(app core.App, followUp *core.Record) error {
	before, customerBefore := followUp.Original().GetString(FieldCampaign), followUp.Original().GetString(FieldCustomer)
	campaign, customer := followUp.GetString(FieldCampaign), followUp.GetString(FieldCustomer)
	if before != "" && (before != campaign || customerBefore != customer) {
		if err := syncMember(app, before, customerBefore); err != nil {
			return err
		}
	}
	if campaign == "" {
		return nil
	}
	return syncMember(app, campaign, customer)
}

// syncMember reads the member of a campaign from the follow-ups that name both. That somebody joined or declined is for people to say, and
// stays; so does a member whom nothing was recorded of.
func syncMember(app core.App, campaign, customer string) error {
	var told struct {
		First    string `db:"first"`
		Feedback string `db:"feedback"`
		Mood     string `db:"mood"`
	}
	err := app.DB().NewQuery(`SELECT coalesce(min(started_at), '') first,
			coalesce((SELECT feedback FROM follow_ups WHERE customer = {:customer} AND campaign = {:campaign} AND feedback != 'no_response'
				ORDER BY started_at DESC, id DESC LIMIT 1), '') feedback,
			coalesce((SELECT mood FROM follow_ups WHERE customer = {:customer} AND campaign = {:campaign} AND feedback != 'no_response'
				ORDER BY started_at DESC, id DESC LIMIT 1), '') mood
		FROM follow_ups WHERE customer = {:customer} AND campaign = {:campaign}`).
		Bind(dbx.Params{"customer": customer, "campaign": campaign}).One(&told)
	if err != nil {
		return fmt.Errorf("failed to read what became of a campaign: %w", err)
	}
	members, err := app.FindAllRecords(CollectionCampaignMembers, dbx.HashExp{FieldCampaign: campaign, FieldCustomer: customer})
	if err != nil {
		return fmt.Errorf("failed to find the member of a campaign: %w", err)
	}
	var member *core.Record
	switch {
	case len(members) > 0:
		member = members[0]
	case told.First == "":
		return nil
	default:
		collection, err := app.FindCachedCollectionByNameOrId(CollectionCampaignMembers)
		if err != nil {
			return err
		}
		member = core.NewRecord(collection)
		member.Load(map[string]any{FieldCampaign: campaign, FieldCustomer: customer})
	}
	member.Set(FieldReachedAt, told.First)
	if response := member.GetString(FieldResponse); response != ResponseJoined && response != ResponseDeclined {
		member.Set(FieldResponse, ResponseNone)
		if told.Feedback == FeedbackPositive || told.Mood == MoodInterested {
			member.Set(FieldResponse, ResponseInterested)
		}
	}
	return saveMember(app, member)
}

func saveMember(app core.App, member *core.Record) error {
	if !member.IsNew() && !Differs(member, member.Original()) {
		return nil
	}
	if err := saveAsSystemUnchecked(app, member); err != nil {
		return fmt.Errorf("failed to save the member of a campaign: %w", err)
	}
	return nil
}

// Audience says which customers are to be members of a campaign: those that meet every criterion given, and of a list one of its values.
// Archived customers are none.
type Audience struct {
	Tiers, Segments, Tags, Industries []string
	Region                            string
}

// IsEmpty tells whether no criterion is given.
func (a Audience) IsEmpty() bool {
	return len(a.Tiers)+len(a.Segments)+len(a.Tags)+len(a.Industries) == 0 && a.Region == ""
}

// Check refuses, by criterion, a tier or a segment that there is not, and a tag or an industry of an unknown id.
func (a Audience) Check(app core.App) (validation.Errors, error) {
	errs := validation.Errors{}
	if a.IsEmpty() {
		errs[FieldTiers] = fieldError(CodeRequired, "Say whom: tiers, segments, tags, industries or a region.")
		return errs, nil
	}
	customers, err := app.FindCachedCollectionByNameOrId(CollectionCustomers)
	if err != nil {
		return nil, err
	}
	for name, given := range map[string]struct {
		field  string
		values []string
	}{FieldTiers: {FieldTier, a.Tiers}, "segments": {FieldSegment, a.Segments}} {
		known := customers.Fields.GetByName(given.field).(*core.SelectField).Values
		for _, value := range given.values {
			if !slices.Contains(known, value) {
				errs[name] = fieldError("unknown_value", "There is no %s %q; there are %s.", given.field, value, strings.Join(known, ", "))
			}
		}
	}
	for collection, ids := range map[string][]string{CollectionTags: a.Tags, CollectionIndustries: a.Industries} {
		for _, id := range ids {
			known, err := exists(app, collection, dbx.HashExp{core.FieldNameId: id})
			if err != nil {
				return nil, err
			}
			if !known {
				errs[collection] = fieldError("unknown_value", "There is no such record in %s.", collection)
			}
		}
	}
	return errs, nil
}

// condition is what the customers of an audience meet, in SQL.
func (a Audience) condition() dbx.Expression {
	all := []dbx.Expression{dbx.Not(dbx.HashExp{"customers." + FieldStage: StageArchived})}
	for field, values := range map[string][]string{FieldTier: a.Tiers, FieldSegment: a.Segments, FieldIndustry: a.Industries} {
		if len(values) > 0 {
			all = append(all, dbx.NewExp("customers."+field+" IN (SELECT value FROM json_each({:of_"+field+"}))", dbx.Params{"of_" + field: jsonList(values)}))
		}
	}
	if len(a.Tags) > 0 {
		all = append(all, dbx.NewExp(`EXISTS (SELECT 1 FROM json_each(customers.tags) tag JOIN json_each({:of_tags}) wanted ON wanted.value = tag.value)`,
			dbx.Params{"of_tags": jsonList(a.Tags)}))
	}
	if region := rules.CleanText(a.Region); region != "" {
		all = append(all, dbx.HashExp{"customers." + FieldRegion: region})
	}
	return dbx.And(all...)
}

// AddMembers makes the next customers of an audience members of a campaign, as many as a batch holds, in the order of their ids after one;
// whose narrows them, nil: everybody. Those who are members already stay as they are. It gives how many it added, and the last id; empty
// at the end.
func AddMembers(tx core.App, campaign string, audience Audience, whose dbx.Expression, after string) (added int, last string, err error) {
	var ids []string
	query := tx.DB().Select("customers.id").From(CollectionCustomers).Where(audience.condition()).
		AndWhere(dbx.NewExp("customers.id > {:after}", dbx.Params{"after": after})).
		AndWhere(dbx.NewExp("NOT EXISTS (SELECT 1 FROM campaign_members m WHERE m.campaign = {:campaign} AND m.customer = customers.id)",
			dbx.Params{"campaign": campaign}))
	if whose != nil {
		query.AndWhere(whose)
	}
	if err := query.OrderBy("customers.id").Limit(batchSize).Column(&ids); err != nil {
		return 0, "", fmt.Errorf("failed to find whom to ask to a campaign: %w", err)
	}
	collection, err := tx.FindCachedCollectionByNameOrId(CollectionCampaignMembers)
	if err != nil {
		return 0, "", err
	}
	for _, id := range ids {
		member := core.NewRecord(collection)
		member.Load(map[string]any{FieldCampaign: campaign, FieldCustomer: id, FieldResponse: ResponseNone})
		if err := saveMember(tx, member); err != nil {
			return 0, "", err
		}
	}
	if len(ids) < batchSize {
		return len(ids), "", nil
	}
	return len(ids), ids[len(ids)-1], nil
}
