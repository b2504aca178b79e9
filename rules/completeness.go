package rules

// What may be missing in a customer's file.
const (
	MissingContact          = "contact"
	MissingPhone            = "phone"
	MissingDecisionMaker    = "decision_maker"
	MissingCoreNeed         = "core_need"
	MissingBudgetRange      = "budget_range"
	MissingPreferredChannel = "preferred_channel"
	MissingRenewalIntent    = "renewal_intent"
	MissingVerifiedSources  = "verified_sources"
)

// What may need checking in a customer's file.
const (
	CheckSizeRevenue      = "size_revenue"
	CheckCooperationSince = "cooperation_since"
	CheckPhone            = "phone"
	CheckIdentityNumber   = "identity_number"
	CheckBankCard         = "bank_card"
)

// The contradiction of few employees and much revenue.
const (
	smallestSize     = "1-50"
	revenueNotOfAFew = 100_000_000
	enoughSources    = 2
)

// missingInfo lists what a complete file would have, in the order of the contract. Whoever has ordered
// should have said whether they will again.
func (v *view) missingInfo(ordered bool) []string {
	k := v.facts.Known
	var missing []string
	for _, item := range []struct {
		code string
		have bool
	}{
		{MissingContact, k.Contact},
		{MissingPhone, k.Phone},
		{MissingDecisionMaker, k.DecisionMaker},
		{MissingCoreNeed, k.CoreNeed},
		{MissingBudgetRange, k.BudgetRange},
		{MissingPreferredChannel, k.PreferredChannel},
		{MissingRenewalIntent, v.facts.Known.RenewalIntent != "" || !ordered},
		{MissingVerifiedSources, k.VerifiedSources >= enoughSources},
	} {
		if !item.have {
			missing = append(missing, item.code)
		}
	}
	return missing
}

// needsCheck lists contradictions: accepted, because the writer may know better, but shown.
func (v *view) needsCheck() []string {
	k := v.facts.Known
	var codes []string
	if k.Size == smallestSize && k.AnnualRevenue >= revenueNotOfAFew {
		codes = append(codes, CheckSizeRevenue)
	}
	if since := k.CooperationSince; since != 0 {
		v.changesOn(since)
		first := v.facts.FirstContactOn
		if since > v.today || first != 0 && since < first.AddYears(-1) {
			codes = append(codes, CheckCooperationSince)
		}
	}
	if k.ImpossiblePhone {
		codes = append(codes, CheckPhone)
	}
	if k.IdentityNumber {
		codes = append(codes, CheckIdentityNumber)
	}
	if k.BankCard {
		codes = append(codes, CheckBankCard)
	}
	return codes
}
