package rules_test

import (
	"testing"

	"touchbase/rules"
)

// goldenTierWords is what the other models say, and what would change a tier.
func goldenTierWords(t *testing.T) []goldenReason {
	march := dayNamed(t, "2027-03-31")
	would := func(r rules.Reason) rules.Reason {
		r.Rule = rules.RuleWouldChange
		return r
	}
	return []goldenReason{
		{
			rules.Reason{Rule: rules.RuleRFM, R: 5, F: 4, M: 3, Group: rules.GroupCore, Tier: "S"},
			"S 类：RFM 评分 R5 F4 M3（核心）", "S: RFM scores R5 F4 M3 (core)",
		},
		{
			rules.Reason{Rule: rules.RuleRFM, R: 1, F: 1, M: 1, Group: rules.GroupDormant, Tier: "C"},
			"C 类：RFM 评分 R1 F1 M1（沉睡）", "C: RFM scores R1 F1 M1 (dormant)",
		},
		{
			rules.Reason{Rule: rules.RuleRFM, Group: rules.GroupDormant, Tier: "C"},
			"C 类：曾下单，但 RFM 统计期内没有订单（沉睡）", "C: ordered, but not within the days that RFM looks at (dormant)",
		},
		{rules.Reason{Rule: rules.RuleRFM, Tier: "C"}, "C 类：尚无 RFM 评分", "C: no RFM scores yet"},
		{
			rules.Reason{Rule: rules.RuleProject, Long: true, Categories: 3, Complexity: 4, Tier: "S"},
			"S 类：合作满 2 年，采购过 3 个品类，复杂度 4（在职联系人与有效合同）",
			"S: 2 years of cooperation, 3 categories bought, complexity 4 (present contacts and active contracts)",
		},
		{
			rules.Reason{Rule: rules.RuleProject, Categories: 1, Tier: "C"},
			"C 类：合作未满 2 年，采购过 1 个品类，复杂度 0（在职联系人与有效合同）",
			"C: less than 2 years of cooperation, 1 category bought, complexity 0 (present contacts and active contracts)",
		},
		{
			rules.Reason{Rule: rules.RuleService, Served: 6, Surveys: 3, Satisfaction: 23.999, Tier: "A"},
			"A 类：90 天内跟进与服务单 6 次，一年内 3 次调查平均满意度 7.99",
			"A: 6 follow-ups and cases in 90 days, mean satisfaction 7.99 of 3 surveys of a year",
		},
		{
			rules.Reason{Rule: rules.RuleService, Served: 1, Surveys: 1, Satisfaction: 8, Tier: "A"},
			"A 类：90 天内跟进与服务单 1 次，一年内 1 次调查平均满意度 8",
			"A: 1 follow-up or case in 90 days, mean satisfaction 8 of 1 survey of a year",
		},
		{
			rules.Reason{Rule: rules.RuleService, Tier: "C"},
			"C 类：90 天内跟进与服务单 0 次，一年内没有满意度调查", "C: 0 follow-ups and cases in 90 days, no survey of a year",
		},
		{
			would(rules.Reason{Add: rules.AddAmount, Amount: 12_000, Until: march, Tier: "S"}),
			"3月31日前再采购 12,000：S 类", "12,000 more until 31 March: S",
		},
		{would(rules.Reason{Add: rules.AddAmount, Amount: 12_000, Tier: "S"}), "再采购 12,000：S 类", "12,000 more: S"},
		{
			would(rules.Reason{Add: rules.AddOrder, Count: 1, Until: march, Tier: "B"}),
			"3月31日前首次下单：B 类", "a first order until 31 March: B",
		},
		{would(rules.Reason{Add: rules.AddNeed, Value: "strong", Tier: "S"}), "需求达到“强”：S 类", "need strong: S"},
		{would(rules.Reason{Add: rules.AddIntent, Value: "high", Tier: "S"}), "意向达到“高”：S 类", "intent high: S"},
		{would(rules.Reason{Add: rules.AddInfluence, Value: "high", Tier: "S"}), "影响力达到“高”：S 类", "influence high: S"},
		{would(rules.Reason{Add: rules.AddFit, Value: "high", Tier: "S"}), "匹配度达到“高”：S 类", "fit high: S"},
		{would(rules.Reason{Add: rules.AddCategories, Count: 2, Tier: "A"}), "再采购 2 个新品类：A 类", "2 more categories: A"},
		{would(rules.Reason{Add: rules.AddCategories, Count: 1, Tier: "A"}), "再采购 1 个新品类：A 类", "1 more category: A"},
		{
			would(rules.Reason{Add: rules.AddComplexity, Count: 3, Tier: "B"}),
			"再增加 3 位联系人或 3 份有效合同：B 类", "3 more contacts or active contracts: B",
		},
		{
			would(rules.Reason{Add: rules.AddYears, From: march, Tier: "A"}),
			"2027-03-31 起合作满 2 年：A 类", "2 years of cooperation on 2027-03-31: A",
		},
		{
			would(rules.Reason{Add: rules.AddService, Count: 2, Until: march, Tier: "A"}),
			"3月31日前再有 2 次跟进或服务单：A 类", "2 more follow-ups or cases until 31 March: A",
		},
		{would(rules.Reason{Add: rules.AddService, Count: 1, Tier: "B"}), "再有 1 次跟进或服务单：B 类", "1 more follow-up or case: B"},
		{
			would(rules.Reason{Add: rules.AddSatisfaction, Count: 9, Until: march, Tier: "S"}),
			"3月31日前再有一次满意度不低于 9 的调查：S 类", "one more survey with a satisfaction of 9 or more until 31 March: S",
		},
	}
}
