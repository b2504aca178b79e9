package rules

import "strings"

// signalNames are the signals without their figures: 中文, English.
var signalNames = map[string][2]string{
	SignalNoOrders:         {"长期未下单", "no orders"},
	SignalOrderCountDrop:   {"订单数下降", "fewer orders"},
	SignalOrderAmountDrop:  {"订单金额下降", "lower order amount"},
	SignalContactReplaced:  {"主要联系人更换", "primary contact replaced"},
	SignalUnresolvedCases:  {"服务单未解决", "unresolved cases"},
	SignalInteractionDrop:  {"互动减少", "fewer interactions"},
	SignalComplaintsUp:     {"投诉增加", "more complaints"},
	SignalCompetitor:       {"出现竞争对手", "competitor named"},
	SignalNPSDrop:          {"NPS 下降", "NPS dropped"},
	SignalLowSatisfaction:  {"满意度低", "low satisfaction"},
	SignalOverduePayment:   {"逾期付款", "overdue payment"},
	SignalSilent:           {"客户沉默", "silent"},
	SignalNegativeFeedback: {"负面反馈", "negative feedback"},
	SignalOwnerSays:        {"负责人判断有流失风险", "owner sees a churn risk"},
}

// SignalName names a signal in zh-CN or English (any other language: English), without figures: for what everybody sees, also
// those who may not read what the signal rests on. A name that does not exist is given back.
func SignalName(name, language string) string {
	if pair, ok := signalNames[name]; ok {
		return pair[placeOf(language)]
	}
	return name
}

// Words tells a signal with its evidence as a sentence in zh-CN or English (any other language: English). It quotes amounts,
// scores and names: only for those who may read them.
func (s Signal) Words(language string) string {
	l := placeOf(language)
	return s.sentence(l).in(l)
}

// sentence gives the sentence of a signal.
func (s Signal) sentence(l int) sentence {
	e := s.Evidence
	switch s.Name {
	case SignalNoOrders:
		return sentence{[2]string{"%[1]d 天没有下单，最近一次在 %[2]s", "no order for %[1]d days, the last on %[2]s"}, []any{e.Days, e.On}}
	case SignalOrderCountDrop:
		return sentence{
			[2]string{"近 %[1]d 天下单 %[2]s 次，此前 %[1]d 天 %[3]s 次", "orders in the last %[1]d days: %[2]s, in the %[1]d before: %[3]s"},
			[]any{e.Days, decimal(e.Last), decimal(e.Before)},
		}
	case SignalOrderAmountDrop:
		return sentence{
			[2]string{"近 %[1]d 天采购 %[2]s，此前 %[1]d 天 %[3]s", "bought in the last %[1]d days: %[2]s, in the %[1]d before: %[3]s"},
			[]any{e.Days, amount(e.Last), amount(e.Before)},
		}
	case SignalContactReplaced:
		return sentence{[2]string{"主要联系人于 %[1]s 离开", "the primary contact left on %[1]s"}, []any{e.On}}
	case SignalUnresolvedCases:
		return s.unresolvedSentence(l)
	case SignalInteractionDrop:
		return sentence{
			[2]string{"近 %[1]d 天互动 %[2]s 次，此前 %[4]d 天 %[3]s 次", "interactions in the last %[1]d days: %[2]s, in the %[4]d before: %[3]s"},
			[]any{e.Days, decimal(e.Last), decimal(e.Before), windowsBefore * e.Days},
		}
	case SignalComplaintsUp:
		return sentence{
			[2]string{"近 %[1]d 天投诉 %[2]s 次，此前 %[1]d 天 %[3]s 次", "complaints in the last %[1]d days: %[2]s, in the %[1]d before: %[3]s"},
			[]any{e.Days, decimal(e.Last), decimal(e.Before)},
		}
	case SignalCompetitor:
		return sentence{[2]string{"%[1]s 提到竞争对手：%[2]s", "named a competitor on %[1]s: %[2]s"}, []any{e.On, e.Name}}
	case SignalNPSDrop:
		return sentence{
			[2]string{"%[1]s 的 NPS 为 %[2]s，上一次为 %[3]s", "NPS %[2]s on %[1]s, %[3]s the time before"}, []any{e.On, decimal(e.Last), decimal(e.Before)},
		}
	case SignalLowSatisfaction:
		return sentence{[2]string{"%[1]s 的满意度 %[2]s，低于 %[3]s", "satisfaction %[2]s on %[1]s, below %[3]s"}, []any{e.On, decimal(e.Last), decimal(e.Threshold)}}
	case SignalOverduePayment:
		return s.overdueSentence(l)
	case SignalSilent:
		return sentence{[2]string{"自 %[2]s 起超过 %[1]d 天没有互动", "no interaction for more than %[1]d days since %[2]s"}, []any{e.Days, e.On}}
	case SignalNegativeFeedback:
		return sentence{[2]string{"%[1]s 的反馈为负面或不满意", "negative or dissatisfied on %[1]s"}, []any{e.On}}
	case SignalOwnerSays:
		return sentence{words: [2]string{"负责人判断客户可能流失", "the owner expects to lose the customer"}}
	}
	return sentence{words: [2]string{s.Name, s.Name}}
}

// unresolvedSentence tells the cases that wait, the one that came back, or both.
func (s Signal) unresolvedSentence(l int) sentence {
	e := s.Evidence
	var parts []string
	if e.Count > 0 {
		parts = append(parts, sentence{
			[2]string{"%[1]d 个服务单超过时限未解决", "%[2]s unresolved past the deadline"}, []any{e.Count, count(e.Count, "case", "cases")},
		}.in(l))
	}
	if e.Reopened > 0 {
		parts = append(parts, sentence{[2]string{"有未解决的服务单被重开 %[1]d 次", "an unresolved case reopened %[1]d times"}, []any{e.Reopened}}.in(l))
	}
	joined := strings.Join(parts, [2]string{"，", ", "}[l])
	return sentence{words: [2]string{joined, joined}}
}

// overdueSentence tells the orders, and what of it is still unpaid.
func (s Signal) overdueSentence(l int) sentence {
	e := s.Evidence
	words := [2]string{"%[1]d 个订单逾期未付或逾期付款，最近 %[3]s", "%[2]s overdue or paid late, the latest on %[3]s"}
	if e.Amount > 0 {
		words[chinese] += "，未付 %[4]s"
		words[english] += ", %[4]s unpaid"
	}
	told := sentence{words, []any{e.Count, count(e.Count, "order", "orders"), e.On, amount(e.Amount)}}.in(l)
	return sentence{words: [2]string{told, told}}
}
