package crm

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// The smallest and largest factor by which a cadence may be stretched.
const (
	minFactor = 1
	maxFactor = 10
)

// CheckPolicy refuses, by field, a policy that contradicts itself: value_mid above value_high, a factor below 1 or above
// 10, a negative number, an unknown time zone or country, bounds that do not ascend, days that are none.
func CheckPolicy(record *core.Record) error {
	errs := notNegative(record)
	if record.GetFloat(FieldValueMid) > record.GetFloat(FieldValueHigh) {
		errs[FieldValueMid] = fieldError("above_high", "value_mid cannot be above value_high, %g.", record.GetFloat(FieldValueHigh))
	}
	for _, field := range []string{FieldLightFactor, FieldRecoveryFactor} {
		if f := record.GetFloat(field); f < minFactor || f > maxFactor {
			errs[field] = fieldError("factor", "A factor lies between %d and %d.", minFactor, maxFactor)
		}
	}
	zone := record.GetString(FieldTimezone)
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || strings.EqualFold(zone, "local") {
		errs[FieldTimezone] = fieldError("time_zone", "There is no time zone %q; write it as Asia/Shanghai.", zone)
	}
	if country := record.GetString(FieldCountry); phonenumbers.GetCountryCodeForRegion(country) == 0 {
		errs[FieldCountry] = fieldError("country", "There is no country %q; write it as CN.", country)
	}
	checkBounds(record, errs)
	for _, field := range []string{FieldHolidays, FieldWorkdays} {
		raw, _ := record.GetRaw(field).(types.JSONRaw)
		if _, err := days(raw); err != nil {
			errs[field] = fieldError("unreadable_date", `Write the days as ["2026-10-01", "2026-10-02"].`)
		}
	}
	return errorsOrNil(errs)
}

// checkBounds asks that the fixed bounds of RFM are four ascending numbers each, or none.
func checkBounds(record *core.Record, errs validation.Errors) {
	raw, _ := record.GetRaw(FieldRFMBounds).(types.JSONRaw)
	if text := strings.TrimSpace(string(raw)); text == "" || text == "null" || text == `""` || text == "{}" {
		return
	}
	refuse := fieldError("bounds", `Write the bounds as {"r": [30, 60, 90, 180], "f": [1, 2, 4, 8], "m": [1000, 5000, 20000, 50000]}, each ascending.`)
	var bounds map[string][]float64
	if err := json.Unmarshal(raw, &bounds); err != nil || len(bounds) != 3 {
		errs[FieldRFMBounds] = refuse
		return
	}
	for _, axis := range []string{"r", "f", "m"} {
		list := bounds[axis]
		if len(list) != 4 {
			errs[FieldRFMBounds] = refuse
			return
		}
		for i := 1; i < len(list); i++ {
			if list[i] <= list[i-1] {
				errs[FieldRFMBounds] = refuse
				return
			}
		}
	}
}

// notNegative refuses every number of a record that is below zero.
func notNegative(record *core.Record) validation.Errors {
	errs := validation.Errors{}
	for _, field := range record.Collection().Fields {
		if name := field.GetName(); field.Type() == core.FieldTypeNumber && record.GetFloat(name) < 0 {
			errs[name] = fieldError("negative", "%s cannot be negative.", name)
		}
	}
	return errs
}

// The bounds of a cadence, in days.
const (
	minCadenceDays = 1
	maxCadenceDays = 366
)

// CheckTier refuses, by field, a cadence outside 1 to 366 days and negative numbers; the code of a tier stays.
func CheckTier(record *core.Record) error {
	errs := notNegative(record)
	if days := record.GetInt(FieldCadenceDays); days < minCadenceDays || days > maxCadenceDays {
		errs[FieldCadenceDays] = fieldError("cadence", "A cadence lies between %d and %d days.", minCadenceDays, maxCadenceDays)
	}
	if !record.IsNew() && changed(record, FieldCode) {
		errs[FieldCode] = fieldError("fixed", "The four tiers are S, A, B and C; their codes stay.")
	}
	return errorsOrNil(errs)
}

// CheckRiskRule refuses, by field, negative numbers; the signal of a rule stays.
func CheckRiskRule(record *core.Record) error {
	errs := notNegative(record)
	if !record.IsNew() && changed(record, FieldSignal) {
		errs[FieldSignal] = fieldError("fixed", "The signal of a rule stays; switch the rule off instead.")
	}
	return errorsOrNil(errs)
}

// ErrFixed refuses to add to, or take from, a collection whose rows are given: the policy, the tiers, the risk rules.
func ErrFixed(collection string) error {
	message := map[string]string{
		CollectionPolicy:    "There is exactly one policy; change it instead.",
		CollectionTiers:     "There are exactly four tiers; change them instead.",
		CollectionRiskRules: "There is one rule for each signal; change it or switch it off instead.",
	}[collection]
	return validation.Errors{core.FieldNameId: fieldError("fixed", "%s", message)}
}
