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
	"rep": {"销售", "rep"}, "support": {"客服", "support"}, "manager": {"主管", "manager"}, "director": {"总监", "director"},
	"risk:stable": {"稳定", "stable"}, "risk:warning": {"预警", "warning"}, "risk:churn_risk": {"流失风险", "churn risk"},
	"cause:price": {"价格", "price"}, "cause:upgrade": {"需求升级", "upgrade"}, "cause:relationship": {"客情关系", "relationship"},
	"cause:service": {"服务", "service"}, "cause:": {"原因不明", "no evidence of a cause"},
	"segment:high_value_stable": {"高价值稳定客户", "high value, stable"}, "segment:high_value_potential": {"高价值潜力客户", "high value, potential"},
	"segment:standard": {"普通客户", "standard"}, "segment:churn_risk": {"流失风险客户", "churn risk"},
	"kind:negative_feedback": {"负面反馈", "negative feedback"}, "kind:case": {"服务单", "case"}, "kind:win_back": {"挽回", "win-back"}, "kind:handover": {"交接", "handover"},
	"group:core": {"核心", "core"}, "group:potential": {"潜力", "potential"}, "group:normal": {"普通", "normal"}, "group:dormant": {"沉睡", "dormant"},
}

// Words tells one reason as a sentence in zh-CN or English (any other language: English).
func (r Reason) Words(language string) string {
	l := placeOf(language)
	return r.sentence(l).in(l)
}

// RiskName names a risk in zh-CN or English (any other language: English); one that does not exist is given back, as by the
// functions below.
func RiskName(risk, language string) string { return named("risk:", risk, language) }

// CauseName names the cause of a churn risk; the empty one: no evidence.
func CauseName(cause, language string) string { return named("cause:", cause, language) }

// SegmentName names a segment.
func SegmentName(segment, language string) string { return named("segment:", segment, language) }

// GroupName names a group of RFM.
func GroupName(group, language string) string { return named("group:", group, language) }

// Words tells the scores and the group, "R5 F4 M3 core"; without scores the group alone, without both nothing.
func (s RFM) Words(language string) string {
	group := GroupName(s.Group, language)
	if !s.scored() {
		return group
	}
	return strings.TrimSpace(fmt.Sprintf("R%d F%d M%d %s", s.R, s.F, s.M, group))
}

// named gives the word for a value of a kind.
func named(kind, value, language string) string {
	if pair, ok := terms[kind+value]; ok {
		return pair[placeOf(language)]
	}
	return value
}

// The place of each language in a pair of words.
const (
	chinese = iota
	english
)

func placeOf(language string) int {
	if language == Chinese {
		return chinese
	}
	return english
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

// decimal writes a figure without zeros at its end, cut (not rounded) after hundredths: what is below a threshold never reads as it.
func decimal(v float64) string {
	return strconv.FormatFloat(math.Floor(v*100)/100, 'f', -1, 64)
}

// count writes a number and what it counts, in English.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// dayAndMonth writes a day of the coming year.
func dayAndMonth(day Day) [2]string {
	t := day.Time()
	return [2]string{fmt.Sprintf("%d月%d日", t.Month(), t.Day()), t.Format("2 January")}
}
