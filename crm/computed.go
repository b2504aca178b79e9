package crm

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
)

// computed lists the fields that only the program writes.
var computed = map[string][]string{
	CollectionCustomers: {
		FieldTeam, FieldStage, FieldTier, FieldTierReason, FieldValue, FieldPotential, FieldRisk, FieldSegment, FieldRFM,
		FieldChurnCause, FieldSilent, FieldSilentSince, FieldTouchMode, FieldLastFollowUpAt, FieldLastInteractionAt,
		FieldNextFollowUpOn, FieldLastOrderAt, FieldAnnualPurchase, FieldWindowOrders, FieldWindowAmount,
		FieldProductsBought, FieldOpenTasks, FieldMissingInfo, FieldNeedsCheck, FieldNameKey, FieldAssigned,
		FieldAssessedAt, FieldAssessDueAt, FieldImport,
	},
	CollectionContacts:  {FieldLeftAsPrimary, FieldPhoneMasked, FieldEmailMasked, FieldWechatMasked, FieldImport},
	CollectionOrders:    {FieldOwner, FieldImport},
	CollectionFollowUps: {FieldRecordedLate, FieldPaceExceeded, FieldChannelMismatch, FieldTemplated, FieldImport},
	CollectionTasks: {
		FieldPostponed, FieldRule, FieldKey, FieldCause, FieldGivenBy, FieldGrants, FieldRemindedAt, FieldEscalatedAt,
	},
	CollectionTags: {FieldAutomatic},
}

// ComputedCollections are written by the program alone, every field of them.
var ComputedCollections = []string{CollectionTierChanges, CollectionSignals, CollectionJobRuns, CollectionImports, CollectionAuditLog}

// WrittenCollections are those that people write.
var WrittenCollections = []string{
	CollectionUsers, CollectionTeams, CollectionCustomers, CollectionContacts, CollectionIndustries, CollectionTags,
	CollectionOrders, CollectionFollowUps, CollectionTasks, CollectionTiers, CollectionPolicy, CollectionRiskRules,
}

// IsComputed tells whether only the program writes a field.
func IsComputed(collection, field string) bool { return slices.Contains(computed[collection], field) }

// HasRev tells whether a collection counts the changes people make to its records.
func HasRev(collection *core.Collection) bool { return collection.Fields.GetByName(FieldRev) != nil }
