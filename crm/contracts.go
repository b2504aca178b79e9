package crm

import (
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// NormalizeContract puts a contract into the form it is stored in: active unless said otherwise.
func NormalizeContract(record *core.Record) {
	CleanTexts(record)
	if record.GetString(FieldStatus) == "" {
		record.Set(FieldStatus, ContractActive)
	}
}

// CheckContract refuses, by field, a contract that ends before it starts.
func CheckContract(record *core.Record) error {
	errs := validation.Errors{}
	starts, ends := day(record, FieldStartsOn), day(record, FieldEndsOn)
	if starts != 0 && ends != 0 && ends < starts {
		errs[FieldEndsOn] = fieldError("before_start", "A contract cannot end before it starts.")
	}
	return errorsOrNil(errs)
}
