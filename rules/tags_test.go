package rules_test

import (
	"strings"
	"testing"

	"touchbase/rules"
)

func TestTags(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, size, region, cycle string
		lines                     []string
		want                      string
	}{
		{"nothing", "", "", "", nil, ""},
		{"size", "501-1000", "", "", nil, "basic:501-1000人"},
		{"region", "", " 华东 ", "", nil, "basic:地区：华东"},
		{"a region of spaces", "", "  ", "", nil, ""},
		{"weekly", "", "", "weekly", nil, "behaviour:每周采购"},
		{"monthly", "", "", "monthly", nil, "behaviour:每月采购"},
		{"quarterly", "", "", "quarterly", nil, "behaviour:季度采购"},
		{"yearly", "", "", "yearly", nil, "behaviour:年度采购"},
		{"irregular", "", "", "irregular", nil, "behaviour:不定期采购"},
		{"no such cycle", "", "", "daily", nil, ""},
		{"a product of 364 days", "", "", "", []string{"order 364 product=泵"}, "behaviour:常购：泵"},
		{"a product of 365 days", "", "", "", []string{"order 365 product=泵"}, ""},
		{"the one bought most", "", "", "", []string{"order 9 product=泵", "order 8 product=泵", "order 7 product=阀"}, "behaviour:常购：泵"},
		{"of two, the one bought last", "", "", "", []string{"order 9 product=泵", "order 8 product=阀", "order 7 product=泵", "order 6 product=阀"}, "behaviour:常购：阀"},
		{"of two, the other", "", "", "", []string{"order 9 product=阀", "order 8 product=阀", "order 7 product=泵", "order 6 product=泵"}, "behaviour:常购：泵"},
		{"older ones do not help", "", "", "", []string{"order 365 product=泵", "order 9 product=泵", "order 8 product=阀"}, "behaviour:常购：阀"},
		{"returns and cancelled do not", "", "", "", []string{"order 3 product=泵", "order 2 product=阀 amount=-1", "order 2 product=阀 cancelled", "order -1 product=阀"}, "behaviour:常购：泵"},
		{"an order without product", "", "", "", times(2, "order 1"), ""},
		{"one contact of 89 days", "", "", "", []string{"contact 89"}, "behaviour:每季沟通"},
		{"one contact of 90 days", "", "", "", []string{"contact 90"}, ""},
		{"two contacts", "", "", "", times(2, "contact 89"), "behaviour:每季沟通"},
		{"three contacts, attempts too", "", "", "", lines(times(2, "contact 89"), times(1, "attempt 0")), "behaviour:每月沟通"},
		{"two and one too old", "", "", "", lines(times(2, "contact 89"), times(1, "contact 90")), "behaviour:每季沟通"},
		{"eleven contacts", "", "", "", times(11, "contact 89"), "behaviour:每月沟通"},
		{"twelve contacts", "", "", "", times(12, "contact 89"), "behaviour:每周沟通"},
		{"eleven and one to come", "", "", "", lines(times(11, "contact 89"), times(1, "contact -1")), "behaviour:每月沟通"},
		{"one win-back for the price", "", "", "", []string{"win_back 1"}, ""},
		{"two", "", "", "", []string{"win_back 364", "win_back 1"}, "demand:价格敏感"},
		{"one of them too old", "", "", "", []string{"win_back 365", "win_back 1"}, ""},
		{"everything, in order", "1-50", "华东", "weekly", lines([]string{"order 1 product=泵", "contact 1"}, times(2, "win_back 1")), "basic:1-50人 basic:地区：华东 behaviour:每周采购 behaviour:常购：泵 behaviour:每季沟通 demand:价格敏感"},
	} {
		p := recall(t, test.lines...)
		p.facts.Known.Size, p.facts.Region, p.facts.PurchaseCycle = test.size, test.region, test.cycle
		var got []string
		for _, tag := range p.assess(assessPolicy(p.zone)).Tags {
			got = append(got, tag.Group+":"+tag.Name)
		}
		if joined := strings.Join(got, " "); joined != test.want {
			t.Errorf("%s: got %q, want %q", test.name, joined, test.want)
		}
	}
}

func TestPriceTopics(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"价格": true, "价格异议": true, "價格": true, "產品價格太高": true, "报价": true, "報價單": true, "降价": true, "要求降價": true,
		"Price": true, "PRICE list": true, "ｐｒｉｃｅ": true, "unit price": true, " 价格 ": true,
		"": false, "价值": false, "价": false, "交期": false, "质量": false, "評價": false, "格价": false, "prize": false, "pric e": false,
	} {
		if got := rules.IsPriceTopic(name); got != want {
			t.Errorf("%q: got %v", name, got)
		}
	}
}
