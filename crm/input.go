package crm

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// Codes of field errors that more than one collection uses. Forms, the API and imports show the same.
const (
	CodeRequired      = "validation_required"
	CodeComputed      = "computed"
	CodeUnknownField  = "unknown_field"
	CodeInFuture      = "in_future"
	CodeInUse         = "in_use"
	CodeOtherCustomer = "other_customer"

	CodeUnreadableYesNo = "unreadable_yes_no"
	CodeUnreadableText  = "unreadable_text"
)

// fieldError is a field error with a stable code and a sentence that says what would be right.
func fieldError(code, message string, args ...any) validation.Error {
	return validation.NewError(code, fmt.Sprintf(message, args...))
}

// problemError is a problem of the rules as a field error.
func problemError(p *rules.Problem) validation.Error { return validation.NewError(p.Code, p.Message) }

// errorsOrNil avoids an empty list of errors that is not nil.
func errorsOrNil(errs validation.Errors) error {
	if len(errs) == 0 {
		return nil
	}
	return errs
}

// dayFields are the days whose name does not end in _on.
var dayFields = []string{FieldBirthday, FieldCooperationSince, FieldSilentSince, FieldTierPinUntil, FieldAwayUntil}

// IsDay tells whether a date field holds a day; the others hold a moment.
func IsDay(field string) bool {
	return strings.HasSuffix(field, "_on") || slices.Contains(dayFields, field)
}

// metaKeys come with a record but are none of its fields: clients send back what they were given.
var metaKeys = []string{"collectionId", "collectionName", "expand", "passwordConfirm", "oldPassword"}

// InputField finds the field a key of a request body writes, which may be the field's name or the name with a
// modifier its type knows (`amount+`, `+tags`, `tags-`, `code:autogenerate`). It gives nil for a key that names none.
func InputField(collection *core.Collection, key string) core.Field {
	if field := collection.Fields.GetByName(key); field != nil {
		return field
	}
	for _, field := range collection.Fields {
		if setters, ok := field.(core.SetterFinder); ok && setters.FindSetter(key) != nil {
			return field
		}
	}
	return nil
}

// ReadInput reads a write as people put it: days and moments in all their shapes, in the policy's time zone,
// and numbers with separators, full-width digits, ¥, 万 and 亿. It gives the body with those values read. What
// cannot be read is a field error, never empty, never 0 and never no; so is a key that is no field.
func ReadInput(collection *core.Collection, body map[string]any, policy *Policy) (map[string]any, validation.Errors) {
	values, errs := maps.Clone(body), validation.Errors{}
	for key, value := range body {
		if slices.Contains(metaKeys, key) {
			delete(values, key)
			continue
		}
		field := InputField(collection, key)
		if field == nil {
			delete(values, key)
			errs[key] = fieldError(CodeUnknownField, "There is no field %q in %s.", key, collection.Name)
			continue
		}
		read, problem := readValue(field, value, policy)
		if problem != nil {
			errs[field.GetName()] = problemError(problem)
			continue
		}
		values[key] = read
	}
	return values, errs
}

func readValue(field core.Field, value any, policy *Policy) (any, *rules.Problem) {
	text, isText := value.(string)
	switch field.Type() {
	case core.FieldTypeDate:
		if value == nil {
			return "", nil
		}
		if !isText {
			written, err := json.Marshal(value) // as the caller wrote it: 20261122, not 2.0261122e+07
			if err != nil {
				written = fmt.Append(nil, value)
			}
			return nil, &rules.Problem{Code: "unreadable_date", Message: fmt.Sprintf("%s is not a date; write it as 2023-10-15.", written)}
		}
		if IsDay(field.GetName()) {
			day, problem := rules.ReadDay(text, policy.Zone)
			return day.Time(), problem
		}
		at, problem := rules.ReadMoment(text, policy.Zone)
		return at, problem
	case core.FieldTypeNumber:
		switch value.(type) {
		case nil, float64, int, int64:
			return value, nil
		}
		if !isText {
			return nil, &rules.Problem{Code: "unreadable_number", Message: fmt.Sprintf("%v is not a number; write it as 1234.56.", value)}
		}
		if strings.TrimSpace(text) == "" {
			return nil, nil // nothing is not 0: an order asks for its amount
		}
		number, problem := rules.ReadNumber(text)
		return number, problem
	case core.FieldTypeBool:
		return readBool(value)
	case core.FieldTypeText, core.FieldTypeEmail, core.FieldTypeURL:
		return value, oneText(value)
	case core.FieldTypeSelect, core.FieldTypeRelation:
		return value, texts(value)
	}
	return value, nil
}

// readBool reads yes or no as people write it; nothing is no. PocketBase takes whatever it cannot read for no.
func readBool(value any) (any, *rules.Problem) {
	switch v := value.(type) {
	case nil, bool:
		return value, nil
	case float64:
		if v == 0 || v == 1 {
			return v == 1, nil
		}
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "1", "t", "true", "yes", "y", "是", "√", "✓":
			return true, nil
		case "", "0", "f", "false", "no", "n", "否", "×":
			return false, nil
		}
	}
	return nil, &rules.Problem{Code: CodeUnreadableYesNo, Message: fmt.Sprintf("%v is neither yes nor no; write true or false.", value)}
}

// oneText refuses lists and objects for a text: PocketBase would take them for nothing and empty the field.
func oneText(value any) *rules.Problem {
	switch value.(type) {
	case []any, map[string]any:
		return &rules.Problem{Code: CodeUnreadableText, Message: "This is a text, not a list or an object."}
	}
	return nil
}

// texts refuses what is neither a text nor a list of texts.
func texts(value any) *rules.Problem {
	list, isList := value.([]any)
	if !isList {
		return oneText(value)
	}
	for _, item := range list {
		if problem := oneText(item); problem != nil {
			return problem
		}
	}
	return nil
}

// The largest numbers that mean something. What is larger is a slip of the pen, and sums of such amounts, or days so far
// ahead, would be none any more.
const (
	maxAmount = 1e15 // whole cents of it are exact
	maxWhole  = 1e6  // hours, days, counts
)

// CheckNumbers refuses, by field, numbers that people write and that are larger than anything they could mean.
func CheckNumbers(record *core.Record, computed func(field string) bool) error {
	errs := validation.Errors{}
	for _, field := range record.Collection().Fields {
		name := field.GetName()
		number, ok := field.(*core.NumberField)
		if !ok || computed(name) {
			continue
		}
		largest := maxAmount
		if number.OnlyInt {
			largest = maxWhole
		}
		if math.Abs(record.GetFloat(name)) > largest {
			errs[name] = fieldError("too_large", "%s cannot be larger than %.0f.", name, largest)
		}
	}
	return errorsOrNil(errs)
}

// CleanTexts puts every text of a record into one form: trimmed, half-width letters, digits and spaces, no
// runs of spaces. Addresses of mail become lower case.
func CleanTexts(record *core.Record) {
	for _, field := range record.Collection().Fields {
		name := field.GetName()
		switch field.Type() {
		case core.FieldTypeText:
			if text := record.GetString(name); name != core.FieldNameId && !field.GetSystem() {
				if clean := rules.CleanText(text); clean != text {
					record.Set(name, clean)
				}
			}
		case core.FieldTypeURL:
			record.Set(name, rules.CleanText(record.GetString(name)))
		case core.FieldTypeEmail:
			if text := record.GetString(name); text != "" && !field.GetSystem() {
				record.Set(name, strings.ToLower(rules.CleanText(text)))
			}
		}
	}
}

// day reads a day field of a record.
func day(record *core.Record, field string) rules.Day { return parseDay(record.GetString(field)) }
