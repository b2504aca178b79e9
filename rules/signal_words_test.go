package rules_test

import (
	"testing"

	"touchbase/rules"
)

type goldenSignal struct {
	signal           rules.Signal
	chinese, english string
}

// goldenSignals is every signal in both languages.
func goldenSignals(t *testing.T) []goldenSignal {
	may := dayNamed(t, "2026-05-01")
	return []goldenSignal{
		{
			rules.Signal{Name: rules.SignalNoOrders, Evidence: rules.Evidence{Days: 90, On: may}},
			"90 天没有下单，最近一次在 2026-05-01", "no order for 90 days, the last on 2026-05-01",
		},
		{
			rules.Signal{Name: rules.SignalOrderCountDrop, Evidence: rules.Evidence{Days: 90, Last: 2, Before: 5, Threshold: 50}},
			"近 90 天下单 2 次，此前 90 天 5 次", "orders in the last 90 days: 2, in the 90 before: 5",
		},
		{
			rules.Signal{Name: rules.SignalOrderAmountDrop, Evidence: rules.Evidence{Days: 90, Last: -120.5, Before: 50_000, Threshold: 50}},
			"近 90 天采购 -120.50，此前 90 天 50,000", "bought in the last 90 days: -120.50, in the 90 before: 50,000",
		},
		{
			rules.Signal{Name: rules.SignalContactReplaced, Evidence: rules.Evidence{On: may}},
			"主要联系人于 2026-05-01 离开", "the primary contact left on 2026-05-01",
		},
		{
			rules.Signal{Name: rules.SignalUnresolvedCases, Evidence: rules.Evidence{Count: 2, Threshold: 2}},
			"2 个服务单超过时限未解决", "2 cases unresolved past the deadline",
		},
		{
			rules.Signal{Name: rules.SignalUnresolvedCases, Evidence: rules.Evidence{Reopened: 3, Threshold: 2}},
			"有未解决的服务单被重开 3 次", "an unresolved case reopened 3 times",
		},
		{
			rules.Signal{Name: rules.SignalUnresolvedCases, Evidence: rules.Evidence{Count: 1, Reopened: 2, Threshold: 2}},
			"1 个服务单超过时限未解决，有未解决的服务单被重开 2 次", "1 case unresolved past the deadline, an unresolved case reopened 2 times",
		},
		{
			rules.Signal{Name: rules.SignalInteractionDrop, Evidence: rules.Evidence{Days: 30, Last: 1, Before: 9, Threshold: 50}},
			"近 30 天互动 1 次，此前 90 天 9 次", "interactions in the last 30 days: 1, in the 90 before: 9",
		},
		{
			rules.Signal{Name: rules.SignalComplaintsUp, Evidence: rules.Evidence{Days: 90, Last: 3, Before: 1, Threshold: 2}},
			"近 90 天投诉 3 次，此前 90 天 1 次", "complaints in the last 90 days: 3, in the 90 before: 1",
		},
		{
			rules.Signal{Name: rules.SignalCompetitor, Evidence: rules.Evidence{On: may, Name: "100%科隆达"}},
			"2026-05-01 提到竞争对手：100%科隆达", "named a competitor on 2026-05-01: 100%科隆达",
		},
		{
			rules.Signal{Name: rules.SignalNPSDrop, Evidence: rules.Evidence{Days: 730, Last: 6, Before: 9, Threshold: 2, On: may}},
			"2026-05-01 的 NPS 为 6，上一次为 9", "NPS 6 on 2026-05-01, 9 the time before",
		},
		{
			rules.Signal{Name: rules.SignalLowSatisfaction, Evidence: rules.Evidence{Last: 6.999, Threshold: 7, On: may}},
			"2026-05-01 的满意度 6.99，低于 7", "satisfaction 6.99 on 2026-05-01, below 7",
		},
		{
			rules.Signal{Name: rules.SignalOverduePayment, Evidence: rules.Evidence{Count: 2, Amount: 30_000, On: may}},
			"2 个订单逾期未付或逾期付款，最近 2026-05-01，未付 30,000", "2 orders overdue or paid late, the latest on 2026-05-01, 30,000 unpaid",
		},
		{
			rules.Signal{Name: rules.SignalOverduePayment, Evidence: rules.Evidence{Count: 1, On: may}},
			"1 个订单逾期未付或逾期付款，最近 2026-05-01", "1 order overdue or paid late, the latest on 2026-05-01",
		},
		{
			rules.Signal{Name: rules.SignalSilent, Evidence: rules.Evidence{Days: 21, On: may}},
			"自 2026-05-01 起超过 21 天没有互动", "no interaction for more than 21 days since 2026-05-01",
		},
		{
			rules.Signal{Name: rules.SignalNegativeFeedback, Evidence: rules.Evidence{On: may}},
			"2026-05-01 的反馈为负面或不满意", "negative or dissatisfied on 2026-05-01",
		},
		{rules.Signal{Name: rules.SignalOwnerSays}, "负责人判断客户可能流失", "the owner expects to lose the customer"},
		{rules.Signal{Name: "another"}, "another", "another"},
	}
}

func TestSignalWords(t *testing.T) {
	t.Parallel()
	for _, golden := range goldenSignals(t) {
		for language, want := range map[string]string{rules.Chinese: golden.chinese, rules.English: golden.english, "fr": golden.english} {
			if got := golden.signal.Words(language); got != want {
				t.Errorf("%s: got %q, want %q", language, got, want)
			}
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	scores := func(s rules.RFM) func(string, string) string {
		return func(_, language string) string { return s.Words(language) }
	}
	for _, test := range []struct {
		name             func(value, language string) string
		value            string
		chinese, english string
	}{
		{rules.SignalName, rules.SignalNoOrders, "长期未下单", "no orders"},
		{rules.SignalName, rules.SignalContactReplaced, "主要联系人更换", "primary contact replaced"},
		{rules.SignalName, "another", "another", "another"},
		{rules.RiskName, rules.RiskStable, "稳定", "stable"},
		{rules.RiskName, rules.RiskWarning, "预警", "warning"},
		{rules.RiskName, rules.RiskChurn, "流失风险", "churn risk"},
		{rules.RiskName, "", "", ""},
		{rules.CauseName, rules.CausePrice, "价格", "price"},
		{rules.CauseName, rules.CauseUpgrade, "需求升级", "upgrade"},
		{rules.CauseName, rules.CauseRelationship, "客情关系", "relationship"},
		{rules.CauseName, rules.CauseService, "服务", "service"},
		{rules.CauseName, "", "原因不明", "no evidence of a cause"},
		{rules.SegmentName, rules.SegmentStable, "高价值稳定客户", "high value, stable"},
		{rules.SegmentName, rules.SegmentPotential, "高价值潜力客户", "high value, potential"},
		{rules.SegmentName, rules.SegmentStandard, "普通客户", "standard"},
		{rules.SegmentName, rules.SegmentChurnRisk, "流失风险客户", "churn risk"},
		{rules.GroupName, rules.GroupCore, "核心", "core"},
		{rules.GroupName, rules.GroupPotential, "潜力", "potential"},
		{rules.GroupName, rules.GroupNormal, "普通", "normal"},
		{rules.GroupName, "another", "another", "another"},
		{scores(rules.RFM{R: 5, F: 4, M: 3, Group: rules.GroupCore}), "", "R5 F4 M3 核心", "R5 F4 M3 core"},
		{scores(rules.RFM{Group: rules.GroupDormant}), "", "沉睡", "dormant"},
		{scores(rules.RFM{R: 5, F: 4, M: 3}), "", "R5 F4 M3", "R5 F4 M3"},
		{scores(rules.RFM{}), "", "", ""},
	} {
		for language, want := range map[string]string{rules.Chinese: test.chinese, rules.English: test.english, "fr": test.english} {
			if got := test.name(test.value, language); got != want {
				t.Errorf("%q in %s: got %q, want %q", test.value, language, got, want)
			}
		}
	}
}
