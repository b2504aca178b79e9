package access

import (
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// kind says by which columns somebody stands to the records of a collection.
type kind int

const (
	shared      kind = iota // everybody stands alike
	customers               // by their own columns owner, collaborators, assigned, team
	ofCustomers             // as to their customer
	people                  // Self: the person; Team: of the same team
	files                   // Self: who imported; Team: somebody of the same team did
	notices                 // Self: whom it is for
	planned                 // Self: whose plan it is; Team: whose team's
)

// Rights are those on the records of one collection.
type Rights struct {
	kind                        kind
	See, Create, Change, Delete Grant
	Fields                      map[string]Field
}

// Field is the line of a field: who may read and who may write it, of those who see and may change the record.
type Field struct {
	Read, Write Grant
	// First: whoever creates the record may write it too, though they might not read it afterwards.
	First bool
	// Computed: written by the program alone.
	Computed bool
}

// Short for the standings, as the table of access.md names them.
const (
	own, assigned, team, pool, self, assignee, service, anyone = crm.Own, crm.Assigned, crm.Team, crm.Pool, crm.Self,
		crm.Assignee, crm.Service, crm.Anyone
)

// The grants that many lines share.
var (
	directors = grant(0, 0, 0, anyone)
	leaders   = grant(0, 0, anyone, anyone)

	// commercial is who may know what a customer spends and how they decide.
	commercial = grant(own, 0, team, anyone)
	// reachable is who may know how to reach somebody; the others see a mask and may ask for more.
	reachable = grant(own|assigned, own|assigned, team|own, anyone)
	// margins is who may know what an order cost us.
	margins = grant(0, 0, team, anyone)
	// personal is who may know how to reach a colleague.
	personal = grant(self, self, self|team, anyone)

	seeCustomers = grant(own|assigned|team|pool, anyone, anyone, anyone)
)

// Table has a line for every field of every collection of ours. A field without one is neither shown nor writable, and the
// program does not serve.
var Table = map[string]Rights{
	crm.CollectionCustomers: {
		kind: customers,
		See:  seeCustomers, Create: all, Change: grant(own, own|assigned, own|team|pool, anyone),
		Fields: lines(
			open(crm.FieldName, crm.FieldCode, crm.FieldCreditCode, crm.FieldIndustry, crm.FieldRegion, crm.FieldSize, crm.FieldWebsite,
				crm.FieldAddress, crm.FieldSource, crm.FieldFirstContactOn, crm.FieldPainPoints, crm.FieldCoreNeed, crm.FieldFutureNeed,
				crm.FieldLongTermGoal, crm.FieldCustomStrategy, crm.FieldIntent, crm.FieldNeed, crm.FieldInfluence, crm.FieldFit,
				crm.FieldOutlook, crm.FieldExpectedCloseOn, crm.FieldPreferredChannel, crm.FieldAvoidChannels, crm.FieldAnniversaryOn,
				crm.FieldNotes, crm.FieldTags, crm.FieldVerifiedSources, crm.FieldVerifiedOn, crm.FieldReviewedOn),
			// The commercial side is not for support to write; what of it they may not read follows below.
			writable(grant(own, 0, own|team|pool, anyone), crm.FieldCooperationSince, crm.FieldPurchaseCycle, crm.FieldExpectedCooperation),
			restricted(commercial, crm.FieldBudgetRange, crm.FieldDecisionMaker, crm.FieldCompetitors, crm.FieldAnnualRevenue,
				crm.FieldDeclaredAnnualPurchase, crm.FieldRenewalIntent),
			held(grant(0, 0, team|pool, anyone), crm.FieldOwner, crm.FieldCollaborators),
			held(grant(0, 0, team, anyone), crm.FieldTierPin, crm.FieldTierPinReason, crm.FieldTierPinUntil),
			held(grant(own, 0, team, anyone), crm.FieldArchivedReason),
			computed(all, crm.FieldStage, crm.FieldTeam, crm.FieldTier, crm.FieldValue, crm.FieldPotential, crm.FieldRisk, crm.FieldSegment,
				crm.FieldChurnCause, crm.FieldSilent, crm.FieldSilentSince, crm.FieldTouchMode, crm.FieldLastFollowUpAt,
				crm.FieldLastInteractionAt, crm.FieldNextFollowUpOn, crm.FieldLastOrderAt, crm.FieldOpenTasks, crm.FieldMissingInfo,
				crm.FieldNeedsCheck, crm.FieldAssessedAt, crm.FieldRev),
			computed(commercial, crm.FieldTierReason, crm.FieldRFM, crm.FieldAnnualPurchase, crm.FieldProductsBought),
			computed(none, crm.FieldWindowOrders, crm.FieldWindowAmount, crm.FieldNameKey, crm.FieldAssigned, crm.FieldAssessDueAt,
				crm.FieldImport, crm.FieldArchivedFrom, crm.FieldAutomaticTags, crm.FieldLightTouch, crm.FieldCheckSince, crm.FieldHeldSince,
				crm.FieldReleaseOn),
		),
	},
	crm.CollectionContacts: {
		kind: ofCustomers,
		See:  seeCustomers, Create: grant(own|assigned|pool, anyone, team|own|pool, anyone),
		Change: grant(own|assigned|pool, anyone, team|own|pool, anyone), Delete: directors,
		Fields: lines(
			open(crm.FieldCustomer, crm.FieldName, crm.FieldTitle, crm.FieldPreferredChannel, crm.FieldIsPrimary,
				crm.FieldIsDecisionMaker, crm.FieldNote, crm.FieldLeftOn, crm.FieldSuccessor),
			restricted(reachable, crm.FieldPhone, crm.FieldEmail, crm.FieldWechat),
			restricted(commercial, crm.FieldBirthday),
			computed(all, crm.FieldLeftAsPrimary, crm.FieldPhoneMasked, crm.FieldEmailMasked, crm.FieldWechatMasked, crm.FieldRev),
			computed(none, crm.FieldImport),
		),
	},
	crm.CollectionFollowUps: {
		kind: ofCustomers,
		See:  grant(own|assigned|team|pool, own|assigned|service|self, anyone, anyone), Create: grant(own|assigned|team|pool, anyone, anyone, anyone),
		Change: grant(self, self, self|team, anyone), // their author for a day; see hooks
		Fields: lines(
			open(crm.FieldCustomer, crm.FieldContact, crm.FieldBy, crm.FieldByName, crm.FieldOurPeople, crm.FieldTheirPeople,
				crm.FieldDirection, crm.FieldChannel, crm.FieldKind, crm.FieldStartedAt, crm.FieldEndedAt, crm.FieldPurpose,
				crm.FieldContent, crm.FieldCommitments, crm.FieldFeedback, crm.FieldMood, crm.FieldNextAction, crm.FieldNextActionOn,
				crm.FieldNextActionBy, crm.FieldStatus, crm.FieldResumeOn, crm.FieldAttachments, crm.FieldCampaign, crm.FieldTopics),
			restricted(commercial, crm.FieldKeyPoints, crm.FieldCompetitor),
			computed(all, crm.FieldRecordedLate, crm.FieldPaceExceeded, crm.FieldChannelMismatch, crm.FieldTemplated, crm.FieldRev),
			computed(none, crm.FieldImport, crm.FieldFingerprint),
		),
	},
	crm.CollectionTasks: {
		kind: ofCustomers,
		See:  grant(own|assigned|team|pool|self|assignee, anyone, anyone, anyone), Create: grant(own|assigned|team|pool, anyone, anyone, anyone),
		Change: grant(self|assignee, self|assignee, self|assignee|team, anyone), Delete: directors,
		Fields: lines(
			writable(grant(assignee, assignee, assignee|team, anyone), crm.FieldStatus, crm.FieldResult, crm.FieldDelayReason,
				crm.FieldPostponeReason, crm.FieldDueAt, crm.FieldDoneAt),
			writable(grant(self, self, self|team, anyone), crm.FieldCustomer, crm.FieldTitle, crm.FieldDetail, crm.FieldKind, crm.FieldBy,
				crm.FieldAssignee, crm.FieldDepartment, crm.FieldChannel, crm.FieldPriority, crm.FieldFollowUp, crm.FieldPlan),
			computed(all, crm.FieldPostponed, crm.FieldRule, crm.FieldKey, crm.FieldCause, crm.FieldGivenBy, crm.FieldRemindedAt,
				crm.FieldEscalatedAt, crm.FieldRev),
			computed(none, crm.FieldGrants),
		),
	},
	crm.CollectionOrders: {
		kind: ofCustomers,
		See:  grant(own|team, anyone, team, anyone), Create: commercial, Change: commercial, Delete: directors,
		Fields: lines(
			open(crm.FieldCustomer, crm.FieldNumber, crm.FieldProduct, crm.FieldOrderedAt),
			restricted(grant(own|team, 0, team, anyone), crm.FieldCategory, crm.FieldKind, crm.FieldDueOn, crm.FieldPaidOn, crm.FieldCancelled),
			restricted(commercial, crm.FieldAmount),
			restricted(margins, crm.FieldCost),
			computed(grant(own|team, 0, team, anyone), crm.FieldOwner),
			computed(none, crm.FieldImport),
		),
	},
	crm.CollectionContracts: {
		kind: ofCustomers,
		See:  grant(own|team, anyone, team, anyone), Create: commercial, Change: commercial,
		Fields: lines(
			open(crm.FieldCustomer, crm.FieldNumber),
			restricted(grant(own|team, 0, team, anyone), crm.FieldStartsOn, crm.FieldEndsOn, crm.FieldStatus),
			restricted(commercial, crm.FieldAmount),
		),
	},
	crm.CollectionCases: {
		kind: ofCustomers,
		See:  grant(own|assigned, anyone, anyone, anyone), Create: grant(own|assigned, anyone, anyone, anyone),
		Change: grant(own|assigned, anyone, anyone, anyone),
		Fields: lines(
			open(crm.FieldCustomer, crm.FieldContact, crm.FieldBy, crm.FieldKind, crm.FieldSeverity, crm.FieldSubject, crm.FieldDetail,
				crm.FieldOpenedAt, crm.FieldRespondedAt, crm.FieldResolvedAt, crm.FieldAssignee, crm.FieldTopics),
			computed(all, crm.FieldRespondBy, crm.FieldReopened, crm.FieldGivenBy),
			computed(none, crm.FieldGrants, crm.FieldFollowUp),
		),
	},
	crm.CollectionSurveys: {
		kind: ofCustomers,
		See:  grant(own|assigned, anyone, anyone, anyone), Create: grant(own|assigned, anyone, anyone, anyone),
		Change: grant(own|assigned, anyone, anyone, anyone),
		Fields: lines(
			open(crm.FieldCustomer, crm.FieldContact, crm.FieldSentAt, crm.FieldExpiresAt, crm.FieldAnsweredAt, crm.FieldNPS,
				crm.FieldSatisfaction, crm.FieldComment),
			computed(none, crm.FieldTokenHash),
		),
	},
	crm.CollectionSignals: {
		kind: ofCustomers,
		See:  seeCustomers,
		Fields: lines(
			computed(all, crm.FieldCustomer, crm.FieldSignal, crm.FieldSeverity, crm.FieldRaisedAt, crm.FieldClearedAt),
			computed(commercial, crm.FieldEvidence),
		),
	},
	crm.CollectionTierChanges: {
		kind: ofCustomers,
		See:  seeCustomers,
		Fields: lines(
			computed(all, crm.FieldCustomer, crm.FieldFrom, crm.FieldTo, crm.FieldCause, crm.FieldBy, crm.FieldAt),
			computed(commercial, crm.FieldReasons),
		),
	},
	crm.CollectionUsers: {
		kind: people,
		See:  all, Create: directors, Change: grant(self, self, self, anyone),
		Fields: lines(
			open(crm.FieldAvatar, crm.FieldAwayUntil),
			// A name is what promises are given to, a substitute who gets the customers of somebody who leaves: neither is one's own to choose.
			writable(directors, crm.FieldName, crm.FieldSubstitute, crm.FieldRole, crm.FieldTeam, crm.FieldDepartment, crm.FieldActive, core.FieldNameVerified),
			restricted(personal, crm.FieldPhone, crm.FieldEmail, crm.FieldLocale, crm.FieldNotify),
			map[string]Field{core.FieldNamePassword: {Write: grant(self, self, self, anyone), First: true}}, // to read for nobody
			computed(all, core.FieldNameEmailVisibility),
			computed(none, core.FieldNameTokenKey),
		),
	},
	crm.CollectionTeams: {See: all, Create: directors, Change: directors, Fields: lines(open(crm.FieldName, crm.FieldRegion))},
	crm.CollectionIndustries: {
		See: all, Create: directors, Change: directors,
		Fields: lines(open(crm.FieldCode, crm.FieldName, crm.FieldNameEn, crm.FieldAliases)),
	},
	crm.CollectionTags: {
		See: all, Create: leaders, Change: leaders,
		Fields: lines(open(crm.FieldName, crm.FieldGroup, crm.FieldColour), computed(all, crm.FieldAutomatic)),
	},
	crm.CollectionTiers: {
		See: all, Change: directors,
		Fields: lines(open(crm.FieldCode, crm.FieldName, crm.FieldCadenceDays, crm.FieldSilentAfterDays, crm.FieldMaxGapDays,
			crm.FieldOwnerRole, crm.FieldStrategy)),
	},
	crm.CollectionPolicy: {
		See: all, Change: directors,
		Fields: lines(
			open(crm.FieldCurrency, crm.FieldTimezone, crm.FieldCountry, crm.FieldValueHigh, crm.FieldValueMid, crm.FieldLayerPotential,
				crm.FieldLightFactor, crm.FieldRecoveryFactor, crm.FieldRecoverySteps, crm.FieldContactsPerDay, crm.FieldRecordWithinHours,
				crm.FieldTemplatedCount, crm.FieldTemplatedDays, crm.FieldRespondNegativeHours, crm.FieldRespondCaseHours,
				crm.FieldRespondMajorHours, crm.FieldWinBackHours, crm.FieldRemindBeforeHours, crm.FieldEscalateAfterHours,
				crm.FieldContractNoticeDays, crm.FieldLeadDays, crm.FieldReviewEveryDays, crm.FieldReleaseAfterDays, crm.FieldTakePerDay,
				crm.FieldRevealPerHour, crm.FieldNewRate, crm.FieldRetentionRate, crm.FieldChannelCosts, crm.FieldQuietFrom,
				crm.FieldQuietTo, crm.FieldDigestAt, crm.FieldHolidays, crm.FieldWorkdays, crm.FieldTierModel, crm.FieldRFMWindowDays,
				crm.FieldRFMBounds),
			computed(all, crm.FieldRev),
		),
	},
	crm.CollectionRiskRules: {
		See: all, Change: directors,
		Fields: lines(open(crm.FieldSignal, crm.FieldEnabled, crm.FieldSeverity, crm.FieldThreshold, crm.FieldWindowDays)),
	},
	crm.CollectionNotifications: {
		kind: notices,
		See:  grant(self, self, self, self), Change: grant(self, self, self, self),
		Fields: lines(
			open(crm.FieldReadAt),
			computed(all, crm.FieldUser, crm.FieldKind, crm.FieldTitle, crm.FieldBody, crm.FieldCustomer, crm.FieldTask),
			computed(none, crm.FieldKey, crm.FieldUrgent),
		),
	},
	crm.CollectionPlans: {
		kind: planned,
		See:  grant(self|team, anyone, self|team, anyone), Create: grant(0, 0, team, anyone), Change: grant(0, 0, team, anyone), Delete: directors,
		Fields: lines(open(crm.FieldName, crm.FieldPeriod, crm.FieldTeam, crm.FieldOwner, crm.FieldGoals)),
	},
	crm.CollectionPlaybooks: {
		See: all, Create: leaders, Change: leaders, Delete: leaders,
		Fields: lines(open(crm.FieldName, crm.FieldNameEn, crm.FieldTier, crm.FieldSegment, crm.FieldRFMGroup, crm.FieldCause, crm.FieldActions,
			crm.FieldExpectedEffect, crm.FieldExpectedEffectEn, crm.FieldMaterials)),
	},
	crm.CollectionMaterials: {
		See: all, Create: leaders, Change: leaders, Delete: leaders,
		Fields: lines(open(crm.FieldTitle, crm.FieldTitleEn, crm.FieldKind, crm.FieldIndustries, crm.FieldTiers, crm.FieldScene, crm.FieldText,
			crm.FieldTextEn, crm.FieldFile)),
	},
	crm.CollectionCampaigns: {
		See: all, Create: leaders, Change: leaders,
		Fields: lines(open(crm.FieldName, crm.FieldStartsOn, crm.FieldEndsOn, crm.FieldChannel)),
	},
	crm.CollectionCampaignMembers: {
		kind: ofCustomers,
		See:  seeCustomers, Create: grant(own|team, 0, own|team|pool, anyone), Change: grant(own|team, own|assigned, own|team|pool, anyone), Delete: directors,
		Fields: lines(open(crm.FieldCampaign, crm.FieldCustomer, crm.FieldReachedAt, crm.FieldResponse)),
	},
	crm.CollectionImports: {
		kind: files,
		See:  grant(0, 0, self|team, anyone),
		Fields: lines(computed(all, crm.FieldFile, crm.FieldKind, crm.FieldBy, crm.FieldStatus, crm.FieldRows, crm.FieldRowsCreated,
			crm.FieldRowsUpdated, crm.FieldSkipped, crm.FieldProblems)),
	},
	crm.CollectionAuditLog: {
		See: directors,
		Fields: lines(
			computed(all, crm.FieldAt, crm.FieldActor, crm.FieldActorCollection, crm.FieldIP, crm.FieldAction, crm.FieldCollection,
				crm.FieldRecord, crm.FieldChanges, crm.FieldNote),
			computed(none, crm.FieldSeq, crm.FieldHash, crm.FieldKey, crm.FieldDigests),
		),
	},
	crm.CollectionJobRuns: {
		See: directors,
		Fields: lines(computed(all, crm.FieldJob, crm.FieldStartedAt, crm.FieldFinishedAt, crm.FieldStatus, crm.FieldExamined,
			crm.FieldChanged, crm.FieldError, crm.FieldCause, crm.FieldSimulated)),
	},
}

// lines puts the lines of a collection together; every collection has its moments.
func lines(groups ...map[string]Field) map[string]Field {
	whole := computed(all, crm.FieldCreated, crm.FieldUpdated)
	for _, group := range groups {
		for name, field := range group {
			if _, twice := whole[name]; twice {
				panic("access: two lines for " + name)
			}
			whole[name] = field
		}
	}
	return whole
}

func each(field Field, names []string) map[string]Field {
	group := map[string]Field{}
	for _, name := range names {
		group[name] = field
	}
	return group
}

// open is read by whoever sees the record and written by whoever may change it.
func open(names ...string) map[string]Field {
	return each(Field{Read: all, Write: all, First: true}, names)
}

// writable is read by whoever sees the record and written by some of those who may change it, and when creating it.
func writable(write Grant, names ...string) map[string]Field {
	return each(Field{Read: all, Write: write, First: true}, names)
}

// held is read by whoever sees the record and written by some, also when creating it.
func held(write Grant, names ...string) map[string]Field {
	return each(Field{Read: all, Write: write}, names)
}

// restricted is read by some, and written by those of them who may change the record and by whoever creates it.
func restricted(read Grant, names ...string) map[string]Field {
	return each(Field{Read: read, Write: read, First: true}, names)
}

// computed is read by some and written by the program.
func computed(read Grant, names ...string) map[string]Field {
	return each(Field{Read: read, Computed: true}, names)
}
