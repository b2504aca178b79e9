package rules

import "fmt"

// rfmSentence tells the scores; whoever bought nothing within the window has none, and a first order waits for the night.
func (r Reason) rfmSentence(l int) sentence {
	scores := RFM{R: r.R, F: r.F, M: r.M, Group: r.Group}
	switch {
	case scores.scored():
		return sentence{
			[2]string{"%[1]s 类：RFM 评分 R%[2]d F%[3]d M%[4]d（%[5]s）", "%[1]s: RFM scores R%[2]d F%[3]d M%[4]d (%[5]s)"},
			[]any{r.Tier, r.R, r.F, r.M, term("group:"+r.Group, l)},
		}
	case r.Group == GroupDormant:
		return sentence{
			[2]string{"%[1]s 类：曾下单，但 RFM 统计期内没有订单（沉睡）", "%[1]s: ordered, but not within the days that RFM looks at (dormant)"}, []any{r.Tier},
		}
	}
	return sentence{[2]string{"%[1]s 类：尚无 RFM 评分", "%[1]s: no RFM scores yet"}, []any{r.Tier}}
}

// projectSentence tells the three figures that give a point each.
func (r Reason) projectSentence() sentence {
	long := [2]string{"合作未满 2 年", "less than 2 years of cooperation"}
	if r.Long {
		long = [2]string{"合作满 2 年", "2 years of cooperation"}
	}
	return sentence{words: [2]string{
		fmt.Sprintf("%s 类：%s，采购过 %d 个品类，复杂度 %d（在职联系人与有效合同）", r.Tier, long[chinese], r.Categories, r.Complexity),
		fmt.Sprintf("%s: %s, %s bought, complexity %d (present contacts and active contracts)",
			r.Tier, long[english], count(r.Categories, "category", "categories"), r.Complexity),
	}}
}

// serviceSentence tells how often a customer was served and how satisfied they were.
func (r Reason) serviceSentence() sentence {
	satisfied := [2]string{"一年内没有满意度调查", "no survey of a year"}
	if r.Surveys > 0 {
		mean := decimal(r.Satisfaction / float64(r.Surveys))
		satisfied = [2]string{
			fmt.Sprintf("一年内 %d 次调查平均满意度 %s", r.Surveys, mean),
			fmt.Sprintf("mean satisfaction %s of %s of a year", mean, count(r.Surveys, "survey", "surveys")),
		}
	}
	return sentence{words: [2]string{
		fmt.Sprintf("%s 类：%d 天内跟进与服务单 %d 次，%s", r.Tier, serviceDays, r.Served, satisfied[chinese]),
		fmt.Sprintf("%s: %s in %d days, %s", r.Tier, count(r.Served, "follow-up or case", "follow-ups and cases"), serviceDays, satisfied[english]),
	}}
}

// changeSentence tells what would lead to a better tier, and until when: through that day.
func (r Reason) changeSentence() sentence {
	s := r.change()
	if !r.Until.IsZero() {
		until := dayAndMonth(r.Until)
		s[chinese] = until[chinese] + "前" + s[chinese]
		s[english] += " until " + until[english]
	}
	return sentence{words: [2]string{
		fmt.Sprintf("%s：%s 类", s[chinese], r.Tier),
		fmt.Sprintf("%s: %s", s[english], r.Tier),
	}}
}

// change tells what there would have to be.
func (r Reason) change() [2]string {
	switch r.Add {
	case AddAmount:
		return [2]string{"再采购 " + amount(r.Amount), amount(r.Amount) + " more"}
	case AddOrder:
		return [2]string{"首次下单", "a first order"}
	case AddNeed:
		return r.changedTo("需求", "need")
	case AddIntent:
		return r.changedTo("意向", "intent")
	case AddInfluence:
		return r.changedTo("影响力", "influence")
	case AddFit:
		return r.changedTo("匹配度", "fit")
	case AddCategories:
		return [2]string{fmt.Sprintf("再采购 %d 个新品类", r.Count), count(r.Count, "more category", "more categories")}
	case AddComplexity:
		return [2]string{
			fmt.Sprintf("再增加 %d 位联系人或 %[1]d 份有效合同", r.Count), count(r.Count, "more contact or active contract", "more contacts or active contracts"),
		}
	case AddYears:
		return [2]string{r.From.String() + " 起合作满 2 年", "2 years of cooperation on " + r.From.String()}
	case AddService:
		return [2]string{fmt.Sprintf("再有 %d 次跟进或服务单", r.Count), count(r.Count, "more follow-up or case", "more follow-ups or cases")}
	case AddSatisfaction:
		return [2]string{fmt.Sprintf("再有一次满意度不低于 %d 的调查", r.Count), fmt.Sprintf("one more survey with a satisfaction of %d or more", r.Count)}
	}
	return [2]string{r.Add, r.Add}
}

// changedTo tells the value that a field would have to have.
func (r Reason) changedTo(zh, en string) [2]string {
	return [2]string{zh + "达到“" + term(r.Value, chinese) + "”", en + " " + term(r.Value, english)}
}
