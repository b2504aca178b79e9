package rules

import (
	"fmt"
	"strconv"
)

// sentence is what a reason says, in Chinese and in English, and the facts that both name by their number.
type sentence struct {
	words [2]string
	facts []any
}

// in gives the words in one language; those without facts stay as they are.
func (s sentence) in(l int) string {
	if s.facts == nil {
		return s.words[l]
	}
	return fmt.Sprintf(s.words[l], s.facts...)
}

// sentence gives the sentence of a reason, its facts in the words of a language.
func (r Reason) sentence(l int) sentence {
	switch r.Rule {
	case RuleValue:
		return sentence{
			[2]string{"年采购额 %[1]s %[2]s（%[3]s）", "annual purchase %[1]s %[2]s (%[3]s)"},
			[]any{amount(r.AnnualPurchase), r.comparison(), term("value:"+r.Value, l)},
		}
	case RulePotential:
		return sentence{
			[2]string{"意向%[1]s、需求%[2]s、影响力%[3]s、匹配度%[4]s（%[5]s）", "intent %[1]s, need %[2]s, influence %[3]s, fit %[4]s (%[5]s)"},
			[]any{term(r.Intent, l), term(r.Need, l), term(r.Influence, l), term(r.Fit, l), term("potential:"+r.Potential, l)},
		}
	case RuleTier:
		return sentence{[2]string{"%[1]s 类：%[2]s", "%[1]s: %[2]s"}, []any{r.Tier, r.condition()[l]}}
	case RuleRFM:
		return r.rfmSentence(l)
	case RuleProject:
		return r.projectSentence()
	case RuleService:
		return r.serviceSentence()
	case RuleWouldChange:
		return r.changeSentence()
	case RulePin:
		return sentence{[2]string{"人工指定为 %[1]s 类，至 %[2]s", "pinned to %[1]s until %[2]s"}, []any{r.Tier, r.Until}}
	case RuleOwnerRole:
		return sentence{
			[2]string{"%[1]s 类客户应由%[2]s负责，现负责人为%[3]s", "a customer of tier %[1]s should have a %[2]s as owner, not a %[3]s"},
			[]any{r.Tier, term(r.Wants, l), term(r.Role, l)},
		}
	case RuleSilent:
		words := [2]string{"自 %[1]s 起沉默：最近互动 %[2]s 后超过 %[3]d 天", "silent since %[1]s: more than %[3]d days since the last interaction on %[2]s"}
		if r.Basis == BasisFirstContact {
			words = [2]string{
				"自 %[1]s 起沉默：首次接触 %[2]s 后超过 %[3]d 天无互动",
				"silent since %[1]s: no interaction for more than %[3]d days after the first contact on %[2]s",
			}
		}
		return sentence{words, []any{r.Since, r.Last, r.Allowed}}
	case RuleRecovering:
		return sentence{
			[2]string{"%[1]s 结束沉默，恢复中：此后有回应的跟进 %[2]d/%[3]d 次", "recovering since %[1]s: %[2]d of %[3]d follow-ups responded to"},
			[]any{r.Since, r.Steps, r.Of},
		}
	case RuleStepMissing:
		return sentence{
			[2]string{"%[1]s 的跟进没有未完成的下一步，请重新安排", "the follow-up of %[1]s has no next step open: plan a new one"}, []any{r.From},
		}
	case RuleStepDone:
		return sentence{
			[2]string{"%[1]s 约定的下一步已完成，请记录结果并安排新的下一步", "the next step of %[1]s is done: record what came of it and plan a new one"}, []any{r.From},
		}
	case RuleNext:
		if r.Basis == BasisCadence {
			return r.cadenceSentence()
		}
		return sentence{dates[r.Basis], []any{r.Next, r.From, r.Days}}
	case RuleDue:
		return sentence{[2]string{"%[1]s 跟进", "follow up on %[1]s"}, []any{r.Next}}
	case RuleDeadline, RuleOverdue, RuleDueToday, RulePromised:
		return r.taskSentence(l)
	}
	return sentence{words: [2]string{r.Rule, r.Rule}}
}

// dates are the words for what a next date rests on: %[1]s is the date, %[2]s the day it counts from, %[3]d how many days.
var dates = map[string][2]string{
	BasisOnHold:   {"%[1]s 跟进：客户约定届时再联系", "follow up on %[1]s: agreed with the customer"},
	BasisNextStep: {"%[1]s 跟进：已约定的下一步", "follow up on %[1]s: the next step agreed"},
	BasisMaxGap:   {"%[1]s 跟进：下一步较晚，但距 %[2]s 不超过 %[3]d 天", "follow up on %[1]s: the next step is later, but no more than %[3]d days after %[2]s"},
	BasisCreated:  {"%[1]s 跟进：新建客户，尚无跟进", "follow up on %[1]s: new, no follow-up yet"},
	BasisImported: {"%[1]s 跟进：导入的客户，尚无跟进", "follow up on %[1]s: imported, no follow-up yet"},
	BasisWoken: {
		"%[1]s 跟进：%[2]s 的订单、服务单或调查结束沉默，%[3]d 天后再联系",
		"follow up on %[1]s: %[3]d days after the order, case or survey of %[2]s that ended a silence",
	},
}

// cadenceSentence mentions a factor other than one.
func (r Reason) cadenceSentence() sentence {
	words := [2]string{"%[1]s 跟进：%[2]s 类，上次跟进 %[3]s 后 %[4]d 天", "follow up on %[1]s: tier %[2]s, %[4]d days after %[3]s"}
	if r.Factor != 0 && r.Factor != 1 {
		words[chinese] += "（频率 ×%[5]s）"
		words[english] += " (cadence × %[5]s)"
	}
	return sentence{words, []any{r.Next, r.Tier, r.From, r.Days, strconv.FormatFloat(r.Factor, 'f', -1, 64)}}
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

// condition says which row of the table decided; of the third, which of its two conditions held.
func (r Reason) condition() [2]string {
	switch {
	case r.Row == 1:
		return [2]string{"价值高且为重点", "value high and potential key"}
	case r.Row == 2:
		return [2]string{"价值高或为重点", "value high or potential key"}
	case r.Row == 3 && !r.Ordered && !r.Declared:
		return [2]string{"从未下单，也未申报采购额", "never ordered and nothing declared"}
	case r.Row == 3:
		return [2]string{"价值低且处于观望", "value low and potential watching"}
	case r.Row == 4:
		return [2]string{"其余情况", "none of the other cases"}
	}
	return [2]string{}
}
