package rules_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"touchbase/rules"
)

// goldenReason is a reason in both languages.
type goldenReason struct {
	reason           rules.Reason
	chinese, english string
}

// goldenWords is every rule and basis in both languages; those of the models and what would change a tier are beside.
func goldenWords(t *testing.T) []goldenReason {
	march, april := dayNamed(t, "2026-03-01"), dayNamed(t, "2026-04-01")
	return append(goldenTierWords(t), []goldenReason{
		{
			rules.Reason{Rule: rules.RuleValue, Value: rules.ValueHigh, AnnualPurchase: 612_000, High: 500_000, Mid: 100_000},
			"年采购额 612,000 ≥ 500,000（价值高）", "annual purchase 612,000 ≥ 500,000 (value high)",
		},
		{
			rules.Reason{Rule: rules.RuleValue, Value: rules.ValueMid, AnnualPurchase: 499_999.99, High: 500_000, Mid: 100_000},
			"年采购额 499,999.99 ≥ 100,000（价值中等）", "annual purchase 499,999.99 ≥ 100,000 (value mid)",
		},
		{
			rules.Reason{Rule: rules.RuleValue, Value: rules.ValueLow, AnnualPurchase: -1234.5, High: 500_000, Mid: 100_000},
			"年采购额 -1,234.50 < 100,000（价值低）", "annual purchase -1,234.50 < 100,000 (value low)",
		},
		{
			rules.Reason{Rule: rules.RulePotential, Potential: rules.PotentialWatching, Need: "vague", Intent: "unclear", Influence: "low"},
			"意向不明、需求模糊、影响力低、匹配度未知（观望）", "intent unclear, need vague, influence low, fit not known (watching)",
		},
		{
			rules.Reason{
				Rule: rules.RulePotential, Potential: rules.PotentialKey, Intent: "high", Need: "strong", Influence: "medium", Fit: "high",
			},
			"意向高、需求强、影响力中、匹配度高（重点）", "intent high, need strong, influence medium, fit high (key)",
		},
		{
			rules.Reason{Rule: rules.RulePotential, Potential: rules.PotentialNormal, Intent: "low", Need: "some"},
			"意向低、需求一般、影响力未知、匹配度未知（有潜力）", "intent low, need some, influence not known, fit not known (potential)",
		},
		{rules.Reason{Rule: rules.RuleTier, Tier: "S", Row: 1}, "S 类：价值高且为重点", "S: value high and potential key"},
		{rules.Reason{Rule: rules.RuleTier, Tier: "A", Row: 2}, "A 类：价值高或为重点", "A: value high or potential key"},
		{rules.Reason{Rule: rules.RuleTier, Tier: "C", Row: 3}, "C 类：从未下单，也未申报采购额", "C: never ordered and nothing declared"},
		{
			rules.Reason{Rule: rules.RuleTier, Tier: "C", Row: 3, Ordered: true},
			"C 类：价值低且处于观望", "C: value low and potential watching",
		},
		{rules.Reason{Rule: rules.RuleTier, Tier: "B", Row: 4}, "B 类：其余情况", "B: none of the other cases"},
		{rules.Reason{Rule: rules.RulePin, Tier: "S", Until: april}, "人工指定为 S 类，至 2026-04-01", "pinned to S until 2026-04-01"},
		{
			rules.Reason{Rule: rules.RuleOwnerRole, Tier: "S", Wants: "director", Role: "rep"},
			"S 类客户应由总监负责，现负责人为销售", "a customer of tier S should have a director as owner, not a rep",
		},
		{
			rules.Reason{Rule: rules.RuleSilent, Last: march, Since: april, Allowed: 30},
			"自 2026-04-01 起沉默：最近互动 2026-03-01 后超过 30 天",
			"silent since 2026-04-01: more than 30 days since the last interaction on 2026-03-01",
		},
		{
			rules.Reason{Rule: rules.RuleSilent, Basis: rules.BasisFirstContact, Last: march, Since: april, Allowed: 30},
			"自 2026-04-01 起沉默：首次接触 2026-03-01 后超过 30 天无互动",
			"silent since 2026-04-01: no interaction for more than 30 days after the first contact on 2026-03-01",
		},
		{
			rules.Reason{Rule: rules.RuleRecovering, Since: march, Steps: 1, Of: 2},
			"2026-03-01 结束沉默，恢复中：此后有回应的跟进 1/2 次", "recovering since 2026-03-01: 1 of 2 follow-ups responded to",
		},
		{
			rules.Reason{Rule: rules.RuleStepDone, From: march},
			"2026-03-01 约定的下一步已完成，请记录结果并安排新的下一步", "the next step of 2026-03-01 is done: record what came of it and plan a new one",
		},
		{
			rules.Reason{Rule: rules.RuleStepMissing, From: march},
			"2026-03-01 的跟进没有未完成的下一步，请重新安排", "the follow-up of 2026-03-01 has no next step open: plan a new one",
		},
		{
			rules.Reason{Rule: rules.RuleNext, Basis: rules.BasisOnHold, From: march, Next: april},
			"2026-04-01 跟进：客户约定届时再联系", "follow up on 2026-04-01: agreed with the customer",
		},
		{
			rules.Reason{Rule: rules.RuleNext, Basis: rules.BasisNextStep, From: march, Next: april},
			"2026-04-01 跟进：已约定的下一步", "follow up on 2026-04-01: the next step agreed",
		},
		{
			rules.Reason{Rule: rules.RuleNext, Basis: rules.BasisMaxGap, From: march, Days: 31, Next: april},
			"2026-04-01 跟进：下一步较晚，但距 2026-03-01 不超过 31 天",
			"follow up on 2026-04-01: the next step is later, but no more than 31 days after 2026-03-01",
		},
		{
			rules.Reason{Rule: rules.RuleNext, Basis: rules.BasisCadence, Tier: "A", From: march, Days: 31, Factor: 1, Next: april},
			"2026-04-01 跟进：A 类，上次跟进 2026-03-01 后 31 天", "follow up on 2026-04-01: tier A, 31 days after 2026-03-01",
		},
		{
			rules.Reason{Rule: rules.RuleNext, Basis: rules.BasisCadence, Tier: "A", From: march, Days: 31, Factor: 1.5, Next: april},
			"2026-04-01 跟进：A 类，上次跟进 2026-03-01 后 31 天（频率 ×1.5）",
			"follow up on 2026-04-01: tier A, 31 days after 2026-03-01 (cadence × 1.5)",
		},
		{
			rules.Reason{Rule: rules.RuleNext, Basis: rules.BasisCreated, From: april, Next: april},
			"2026-04-01 跟进：新建客户，尚无跟进", "follow up on 2026-04-01: new, no follow-up yet",
		},
		{
			rules.Reason{Rule: rules.RuleNext, Basis: rules.BasisImported, From: march, Days: 31, Next: april},
			"2026-04-01 跟进：导入的客户，尚无跟进", "follow up on 2026-04-01: imported, no follow-up yet",
		},
		{
			rules.Reason{Rule: rules.RuleNext, Basis: rules.BasisWoken, From: march, Days: 3, Next: dayNamed(t, "2026-03-04")},
			"2026-03-04 跟进：2026-03-01 的订单、服务单或调查结束沉默，3 天后再联系",
			"follow up on 2026-03-04: 3 days after the order, case or survey of 2026-03-01 that ended a silence",
		},
		{rules.Reason{Rule: rules.RuleDue, Next: april}, "2026-04-01 跟进", "follow up on 2026-04-01"},
		{rules.Reason{Rule: rules.RuleDeadline, Kind: "negative_feedback", Due: april, Hours: 5}, "负面反馈：还剩 5 小时", "negative feedback: 5 hours left"},
		{rules.Reason{Rule: rules.RuleDeadline, Kind: "case", Due: april, Hours: 1}, "服务单：还剩 1 小时", "case: 1 hour left"},
		{rules.Reason{Rule: rules.RuleDeadline, Kind: "win_back", Due: april}, "挽回：还剩不到 1 小时", "win-back: less than an hour left"},
		{rules.Reason{Rule: rules.RuleDeadline, Kind: "handover", Due: april, Past: true}, "交接：刚刚超过时限", "handover: the deadline has just passed"},
		{
			rules.Reason{Rule: rules.RuleDeadline, Kind: "handover", Due: april, Past: true, Hours: 49},
			"交接：已超过时限 49 小时", "handover: 49 hours past the deadline",
		},
		{
			rules.Reason{Rule: rules.RuleDeadline, Kind: "win_back", Due: april, Past: true, Hours: 455},
			"挽回：已超过时限 18 天", "win-back: 18 days past the deadline",
		},
		{rules.Reason{Rule: rules.RuleOverdue, Due: march, Days: 31}, "应于 2026-03-01 完成，已逾期 31 天", "was due on 2026-03-01, 31 days late"},
		{rules.Reason{Rule: rules.RuleOverdue, Due: march, Days: 1}, "应于 2026-03-01 完成，已逾期 1 天", "was due on 2026-03-01, 1 day late"},
		{rules.Reason{Rule: rules.RuleOverdue, Due: march}, "今天的期限已过", "was due earlier today"},
		{rules.Reason{Rule: rules.RuleDueToday, Due: march}, "今天到期", "due today"},
		{rules.Reason{Rule: rules.RulePromised, Due: march}, "已承诺 2026-03-01 前完成", "promised for 2026-03-01"},
	}...)
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, golden := range goldenWords(t) {
		if got := golden.reason.Words(rules.Chinese); got != golden.chinese {
			t.Errorf("got %q, want %q", got, golden.chinese)
		}
		if got := golden.reason.Words(rules.English); got != golden.english {
			t.Errorf("got %q, want %q", got, golden.english)
		}
		if got := golden.reason.Words("fr"); got != golden.english {
			t.Errorf("another language: got %q, want %q", got, golden.english)
		}
	}
}

// constants reads the values of the constants of a kind from the source, with their kind before them: whoever adds one has to
// add its words.
func constants(t *testing.T, file, kind string, atLeast int) []string {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("failed to read the rules: %v", err)
	}
	var names []string
	for _, match := range regexp.MustCompile(`\b`+kind+`[A-Z]\w*\s*= "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		names = append(names, kind+match[1])
	}
	if len(names) < atLeast {
		t.Fatalf("only %d constants %s found in %s", len(names), kind, file)
	}
	return names
}

func TestEveryRuleHasWords(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, golden := range goldenWords(t) {
		told["Rule"+golden.reason.Rule], told["Basis"+golden.reason.Basis], told["Add"+golden.reason.Add] = true, true, true
		for _, language := range []string{rules.Chinese, rules.English} {
			switch words := golden.reason.Words(language); {
			case words == golden.reason.Rule, strings.HasPrefix(words, golden.reason.Add+":") && golden.reason.Add != "", strings.Contains(words, "%!"):
				t.Errorf("rule %s has no words: %s", golden.reason.Rule, words)
			}
		}
	}
	for _, name := range slices.Concat(
		constants(t, "reasons.go", "Rule", 18), constants(t, "reasons.go", "Basis", 8), constants(t, "suggestions.go", "Add", 11),
	) {
		if !told[name] {
			t.Errorf("the words of %s are not tested", name)
		}
	}
}

func TestEverySignalHasWords(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, golden := range goldenSignals(t) {
		told["Signal"+golden.signal.Name] = true
	}
	names := constants(t, "signals.go", "Signal", 14)
	for _, name := range names {
		name := strings.TrimPrefix(name, "Signal")
		if !slices.Contains(rules.Signals, name) {
			t.Errorf("%s is not among the signals", name)
		}
		if !told["Signal"+name] {
			t.Errorf("the words of %s are not tested", name)
		}
		for _, language := range []string{rules.Chinese, rules.English} {
			if words := rules.SignalName(name, language); words == name && name != rules.SignalSilent || strings.ContainsAny(words, "0123456789%") {
				t.Errorf("%s is named %q", name, words)
			}
			if words := (rules.Signal{Name: name}).Words(language); words == name || strings.Contains(words, "%!") {
				t.Errorf("%s has no words: %q", name, words)
			}
		}
	}
	if len(names) != len(rules.Signals) {
		t.Errorf("%d constants, %d signals", len(names), len(rules.Signals))
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	reasons := []rules.Reason{
		{Rule: rules.RuleValue, Value: rules.ValueHigh, AnnualPurchase: 612_000, High: 500_000, Mid: 100_000},
		{Rule: rules.RuleTier, Tier: rules.TierA, Row: 2},
	}
	want := "annual purchase 612,000 ≥ 500,000 (value high); A: value high or potential key"
	if got := rules.Explain(reasons, rules.English); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	want = "年采购额 612,000 ≥ 500,000（价值高）；A 类：价值高或为重点"
	if got := rules.Explain(reasons, rules.Chinese); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := rules.Explain(nil, rules.English); got != "" {
		t.Errorf("no reasons: got %q", got)
	}
}
