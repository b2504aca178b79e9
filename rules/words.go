package rules

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The languages a reason can be told in.
const (
	Chinese = "zh-CN"
	English = "en"
)

// terms are the words for the values a reason may name; an empty need or intent is "not known".
var terms = map[string][2]string{ // value → Chinese, English
	"value:high": {"价值高", "value high"}, "value:mid": {"价值中等", "value mid"}, "value:low": {"价值低", "value low"},
	"potential:key": {"重点", "key"}, "potential:potential": {"有潜力", "potential"}, "potential:watching": {"观望", "watching"},
	"high": {"高", "high"}, "medium": {"中", "medium"}, "low": {"低", "low"}, "unclear": {"不明", "unclear"},
	"strong": {"强", "strong"}, "some": {"一般", "some"}, "vague": {"模糊", "vague"}, "": {"未知", "not known"},
	"rep": {"销售", "rep"}, "support": {"客服", "support"}, "manager": {"经理", "manager"}, "director": {"总监", "director"},
}

// Words tells one reason as a sentence in zh-CN or English (any other language: English).
func (r Reason) Words(language string) string {
	if language == Chinese {
		return r.chinese()
	}
	return r.english()
}

// Explain tells several reasons, one after the other.
func Explain(reasons []Reason, language string) string {
	words := make([]string, len(reasons))
	for i, r := range reasons {
		words[i] = r.Words(language)
	}
	if language == Chinese {
		return strings.Join(words, "；")
	}
	return strings.Join(words, "; ")
}

func (r Reason) chinese() string {
	switch r.Rule {
	case RuleValue:
		return fmt.Sprintf("年采购额 %s %s（%s）", amount(r.AnnualPurchase), r.comparison(), term("value:"+r.Value, 0))
	case RulePotential:
		return fmt.Sprintf("意向%s、需求%s、影响力%s、匹配度%s（%s）", term(r.Intent, 0), term(r.Need, 0),
			term(r.Influence, 0), term(r.Fit, 0), term("potential:"+r.Potential, 0))
	case RuleTier:
		return fmt.Sprintf("%s 类：%s", r.Tier, []string{"", "价值高且为重点", "价值高或为重点", r.whyC(0), "其余情况"}[r.row()])
	case RulePin:
		return fmt.Sprintf("人工指定为 %s 类，至 %s", r.Tier, r.Until)
	case RuleOwnerRole:
		return fmt.Sprintf("%s 类客户应由%s负责，现负责人为%s", r.Tier, term(r.Wants, 0), term(r.Role, 0))
	case RuleSilent:
		if r.Basis == BasisFirstContact {
			return fmt.Sprintf("自 %s 起沉默：首次接触 %s 后超过 %d 天无互动", r.Since, r.Last, r.Allowed)
		}
		return fmt.Sprintf("自 %s 起沉默：最近互动 %s 后超过 %d 天", r.Since, r.Last, r.Allowed)
	case RuleRecovering:
		return fmt.Sprintf("%s 结束沉默，恢复中：此后有回应的跟进 %d/%d 次", r.Since, r.Steps, r.Of)
	case RuleStepMissing:
		return fmt.Sprintf("%s 的跟进没有未完成的下一步，请重新安排", r.From)
	case RuleNext:
		return r.chineseNext()
	}
	return r.Rule
}

func (r Reason) chineseNext() string {
	switch r.Basis {
	case BasisOnHold:
		return fmt.Sprintf("%s 跟进：客户约定届时再联系", r.Next)
	case BasisNextStep:
		return fmt.Sprintf("%s 跟进：已约定的下一步", r.Next)
	case BasisMaxGap:
		return fmt.Sprintf("%s 跟进：下一步较晚，但距 %s 不超过 %d 天", r.Next, r.From, r.Days)
	case BasisCreated:
		return fmt.Sprintf("%s 跟进：新建客户，尚无跟进", r.Next)
	case BasisImported:
		return fmt.Sprintf("%s 跟进：导入的客户，尚无跟进", r.Next)
	case BasisWokenByOrder:
		return fmt.Sprintf("%s 跟进：%s 下单结束沉默，%d 天后再联系", r.Next, r.From, r.Days)
	}
	return fmt.Sprintf("%s 跟进：%s 类，上次跟进 %s 后 %d 天%s", r.Next, r.Tier, r.From, r.Days, r.stretch("（频率 ×%s）"))
}

func (r Reason) english() string {
	switch r.Rule {
	case RuleValue:
		return fmt.Sprintf("annual purchase %s %s (%s)", amount(r.AnnualPurchase), r.comparison(), term("value:"+r.Value, 1))
	case RulePotential:
		return fmt.Sprintf("intent %s, need %s, influence %s, fit %s (%s)", term(r.Intent, 1), term(r.Need, 1),
			term(r.Influence, 1), term(r.Fit, 1), term("potential:"+r.Potential, 1))
	case RuleTier:
		return fmt.Sprintf("%s: %s", r.Tier, []string{
			"", "value high and potential key", "value high or potential key", r.whyC(1), "none of the other cases",
		}[r.row()])
	case RulePin:
		return fmt.Sprintf("pinned to %s until %s", r.Tier, r.Until)
	case RuleOwnerRole:
		return fmt.Sprintf("a customer of tier %s should have a %s as owner, not a %s", r.Tier, term(r.Wants, 1), term(r.Role, 1))
	case RuleSilent:
		if r.Basis == BasisFirstContact {
			return fmt.Sprintf("silent since %s: no interaction for more than %d days after the first contact on %s", r.Since, r.Allowed, r.Last)
		}
		return fmt.Sprintf("silent since %s: more than %d days since the last interaction on %s", r.Since, r.Allowed, r.Last)
	case RuleRecovering:
		return fmt.Sprintf("recovering since %s: %d of %d follow-ups responded to", r.Since, r.Steps, r.Of)
	case RuleStepMissing:
		return fmt.Sprintf("the follow-up of %s has no next step open: plan a new one", r.From)
	case RuleNext:
		return r.englishNext()
	}
	return r.Rule
}

func (r Reason) englishNext() string {
	switch r.Basis {
	case BasisOnHold:
		return fmt.Sprintf("follow up on %s: agreed with the customer", r.Next)
	case BasisNextStep:
		return fmt.Sprintf("follow up on %s: the next step agreed", r.Next)
	case BasisMaxGap:
		return fmt.Sprintf("follow up on %s: the next step is later, but no more than %d days after %s", r.Next, r.Days, r.From)
	case BasisCreated:
		return fmt.Sprintf("follow up on %s: new, no follow-up yet", r.Next)
	case BasisImported:
		return fmt.Sprintf("follow up on %s: imported, no follow-up yet", r.Next)
	case BasisWokenByOrder:
		return fmt.Sprintf("follow up on %s: %d days after the order of %s that ended a silence", r.Next, r.Days, r.From)
	}
	return fmt.Sprintf("follow up on %s: tier %s, %d days after %s%s", r.Next, r.Tier, r.Days, r.From, r.stretch(" (cadence × %s)"))
}

// comparison sets the annual purchase against the threshold that decided.
func (r Reason) comparison() string {
	switch r.Value {
	case ValueHigh:
		return "≥ " + amount(r.High)
	case ValueMid:
		return "≥ " + amount(r.Mid)
	}
	return "< " + amount(r.Mid)
}

// whyC says which of the two conditions of the table's third row held.
func (r Reason) whyC(language int) string {
	if !r.Ordered && !r.Declared {
		return [2]string{"从未下单，也未申报采购额", "never ordered and nothing declared"}[language]
	}
	return [2]string{"价值低且处于观望", "value low and potential watching"}[language]
}

// row guards the tables of words against a row that is none.
func (r Reason) row() int {
	if r.Row < 0 || r.Row > 4 {
		return 0
	}
	return r.Row
}

// stretch mentions a factor other than one.
func (r Reason) stretch(format string) string {
	if r.Factor == 0 || r.Factor == 1 {
		return ""
	}
	return fmt.Sprintf(format, strconv.FormatFloat(r.Factor, 'f', -1, 64))
}

func term(value string, language int) string {
	if pair, ok := terms[value]; ok {
		return pair[language]
	}
	return value
}

// amount writes 612000.5 as 612,000.50 and whole amounts without cents.
func amount(v float64) string {
	text := strconv.FormatFloat(math.Abs(v), 'f', 2, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	var grouped strings.Builder
	if v < 0 {
		grouped.WriteByte('-')
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			grouped.WriteByte(',')
		}
		grouped.WriteRune(digit)
	}
	if fraction != "00" {
		grouped.WriteString("." + fraction)
	}
	return grouped.String()
}
