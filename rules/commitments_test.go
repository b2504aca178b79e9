package rules

import (
	"reflect"
	"testing"
)

func TestNamedDay(t *testing.T) {
	t.Parallel()
	// The contact was on Wednesday, 15 July 2026, if the case does not say otherwise.
	wednesday := Date(2026, 7, 15)
	for _, c := range []struct {
		line    string
		contact Day
		want    string
	}{
		// Dates.
		{"send the offer by 2026-08-03", wednesday, "2026-08-03"},
		{"by 2026-08-03 send it", wednesday, "2026-08-03"},
		{"2026-08-03前发报价", wednesday, "2026-08-03"},
		{"２０２６－０８－０３前发报价", wednesday, "2026-08-03"},
		{"在2026/8/3之前发报价", wednesday, "2026-08-03"},
		{"8月3日前发报价", wednesday, "2026-08-03"},
		{"8月3号前发报价", wednesday, "2026-08-03"},
		{"报价 ８ 月 ３ 日之前", wednesday, "2026-08-03"},
		{"2026年8月3日前发报价", wednesday, "2026-08-03"},
		{"2025年8月3日前", wednesday, "2025-08-03"},
		{"7月15日前", wednesday, "2026-07-15"},
		{"7月14日前", wednesday, "2027-07-14"},
		{"2月29日前", wednesday, "2028-02-29"},
		{"by Aug 3", wednesday, "2026-08-03"},
		{"by Aug. 3rd we send it", wednesday, "2026-08-03"},
		{"by 3 August", wednesday, "2026-08-03"},
		{"BY THE 3RD OF SEPTEMBER", wednesday, "2026-09-03"},
		{"by July 14", wednesday, "2027-07-14"},
		{"by August 3, 2027", wednesday, "2027-08-03"},
		{"by 3 Dec 2027", wednesday, "2027-12-03"},
		{"by Aug 3 5000 pieces", wednesday, "2026-08-03"},
		// Spans.
		{"3天内回复", Date(2026, 7, 1), "2026-07-04"},
		{"三天内回复", wednesday, "2026-07-18"},
		{"好的，3天内回复", wednesday, "2026-07-18"},
		{"两天之内", wednesday, "2026-07-17"},
		{"十天内", wednesday, "2026-07-25"},
		{"十五天内", wednesday, "2026-07-30"},
		{"二十天内", wednesday, "2026-08-04"},
		{"三十五日内", wednesday, "2026-08-19"},
		{"0天内", wednesday, "2026-07-15"},
		{"3-5天内", wednesday, "2026-07-20"},
		{"within 3 days", wednesday, "2026-07-18"},
		{"Within one day", wednesday, "2026-07-16"},
		{"3个工作日内", wednesday, "2026-07-20"},
		{"三 个 工作日内", wednesday, "2026-07-20"},
		{"5工作日内", wednesday, "2026-07-22"},
		{"within 3 working days", wednesday, "2026-07-20"},
		{"within three business days", wednesday, "2026-07-20"},
		{"3个工作日内", Date(2026, 9, 30), "2026-10-10"},
		// Weekdays.
		{"本周五前", wednesday, "2026-07-17"},
		{"这周三前", wednesday, "2026-07-15"},
		{"本周二前", wednesday, "2026-07-21"},
		{"本周日前", wednesday, "2026-07-19"},
		{"本星期天之前", Date(2026, 7, 19), "2026-07-19"},
		{"本周一前", Date(2026, 7, 19), "2026-07-20"},
		{"下周三前", wednesday, "2026-07-22"},
		{"下周一发样品", wednesday, "2026-07-20"},
		{"下个星期五前", wednesday, "2026-07-24"},
		{"下下周一前", wednesday, "2026-07-27"},
		{"下周日前", Date(2026, 7, 19), "2026-07-26"},
		{"周五前", wednesday, "2026-07-17"},
		{"周三前", wednesday, "2026-07-15"},
		{"报价 周二前", wednesday, "2026-07-21"},
		{"by Friday", wednesday, "2026-07-17"},
		{"by Friday", Date(2026, 7, 17), "2026-07-17"},
		{"by Friday", Date(2026, 7, 18), "2026-07-24"},
		{"by tue", wednesday, "2026-07-21"},
		{"by this Thursday", wednesday, "2026-07-16"},
		// Months.
		{"月底前", wednesday, "2026-07-31"},
		{"回访 本月底前", wednesday, "2026-07-31"},
		{"这个月底前", Date(2028, 2, 1), "2028-02-29"},
		{"月底前", Date(2026, 7, 31), "2026-07-31"},
		{"下月底前", wednesday, "2026-08-31"},
		{"下个月底前", Date(2026, 1, 31), "2026-02-28"},
		{"下月底前", Date(2026, 12, 31), "2027-01-31"},
		{"8月底前", wednesday, "2026-08-31"},
		{"6月底前", wednesday, "2027-06-30"},
		{"2月底前", wednesday, "2027-02-28"},
		{"2027年3月底前", wednesday, "2027-03-31"},
		{"by the end of the month", wednesday, "2026-07-31"},
		{"by end of month", wednesday, "2026-07-31"},
		{"by the end of next month", wednesday, "2026-08-31"},
		// Days near by.
		{"今天发报价", wednesday, "2026-07-15"},
		{"明天发报价", wednesday, "2026-07-16"},
		{"明日前", wednesday, "2026-07-16"},
		{"报价后天给", wednesday, "2026-07-17"},
		{"大后天", wednesday, "2026-07-18"},
		{"call back tomorrow", wednesday, "2026-07-16"},
		{"the day after tomorrow", wednesday, "2026-07-17"},
		{"今天沟通过，周五前给报价", wednesday, "2026-07-17"},
		// No day, or none that exists.
		{"发报价", wednesday, ""},
		{"", wednesday, ""},
		{"2月30日前", wednesday, ""},
		{"13月1日前", wednesday, ""},
		{"2026年2月29日前", wednesday, ""},
		{"by 2026-02-30", wednesday, ""},
		{"by Feb 30", wednesday, ""},
		{"1899-01-01前", wednesday, ""},
		{"跟进7月1日的订单", wednesday, ""},
		{"明年8月3日前", wednesday, ""},
		{"8月3日内部会议", wednesday, ""},
		{"15日内部会议", wednesday, ""},
		{"1000天内", wednesday, ""},
		{"1.5天内", wednesday, ""},
		{"1,000天内", wednesday, ""},
		{"一百二十天内", wednesday, ""},
		{"三五天内", wednesday, ""},
		{"十十天内", wednesday, ""},
		{"每3天内联系一次", wednesday, ""},
		{"每周五前", wednesday, ""},
		{"上周五前", wednesday, ""},
		{"上个月底前", wednesday, ""},
		{"八月底前", wednesday, ""},
		{"今后天天联系", wednesday, ""},
		{"stand by", wednesday, ""},
		{"by Fridays' standards", wednesday, ""},
	} {
		got, named := namedDay(c.line, c.contact, nationalDay())
		if got.String() != c.want || named != (c.want != "") {
			t.Errorf("%q on %v is due %q (%v), want %q", c.line, c.contact, got, named, c.want)
		}
	}
}

func TestReadCommitments(t *testing.T) {
	t.Parallel()
	contact, next := Date(2026, 7, 16), Date(2026, 7, 30) // a Thursday
	inThree := Date(2026, 7, 21)
	for _, c := range []struct {
		name, text   string
		nextActionOn Day
		want         []Commitment
	}{
		{"nothing", "", next, nil},
		{"only blank lines", "\n  \r\n\t\n", next, nil},
		{"no day: the next step's", "发报价", next, []Commitment{{Text: "发报价", Due: next}}},
		{"no day at all: three working days", "发报价", 0, []Commitment{{Text: "发报价", Due: inThree}}},
		{"an impossible day is none", "2月30日前发报价", 0, []Commitment{{Text: "2月30日前发报价", Due: inThree}}},
		{"a named day wins", "3天内发报价", next, []Commitment{{Text: "3天内发报价", Due: contact + 3, Named: true}}},
		{"one a line", " 明天发报价\r\n\n发样品 ", next, []Commitment{
			{Text: "明天发报价", Due: contact + 1, Named: true}, {Text: "发样品", Due: next}}},
		{"colleague", "3天内发报价 @李四", next, []Commitment{{Text: "3天内发报价", Colleague: "李四", Due: contact + 3, Named: true}}},
		{"full-width @", "发报价　＠李四", next, []Commitment{{Text: "发报价", Colleague: "李四", Due: next}}},
		{"Latin name", "send it @Anna-Maria.", next, []Commitment{{Text: "send it", Colleague: "Anna-Maria", Due: next}}},
		{"only the last name", "和 @张三 谈 @李四", next, []Commitment{{Text: "和 @张三 谈", Colleague: "李四", Due: next}}},
		{"a day in the name is none", "发报价 @明天", next, []Commitment{{Text: "发报价", Colleague: "明天", Due: next}}},
		{"not at the end", "请 @李四 发报价", next, []Commitment{{Text: "请 @李四 发报价", Due: next}}},
		{"an e-mail address", "write to a@example.com", next, []Commitment{{Text: "write to a@example.com", Due: next}}},
		{"@ alone", "meet @", next, []Commitment{{Text: "meet @", Due: next}}},
		{"@ and a full stop", "meet @。", next, []Commitment{{Text: "meet @。", Due: next}}},
		{"nothing but a name", "@李四", next, []Commitment{{Text: "@李四", Colleague: "李四", Due: next}}},
	} {
		if got := ReadCommitments(c.text, contact, c.nextActionOn, Calendar{}); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: ReadCommitments(%q) = %+v, want %+v", c.name, c.text, got, c.want)
		}
	}
}

func FuzzReadCommitments(f *testing.F) {
	for _, s := range []string{
		"", "3天内发报价 @李四", "by Aug 3\n8月3日前", "本周五前 下周三前", "月底前 13月底前", "within 3 working days", "二十天内", "999个工作日内",
		"by 2026-08-03", "后天", "\xff@\n＠",
	} {
		f.Add(s)
	}
	contact := Date(2026, 7, 15)
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range ReadCommitments(s, contact, 0, nationalDay()) {
			if c.Text == "" || c.Due.IsZero() {
				t.Errorf("ReadCommitments(%q) holds %+v", s, c)
			}
		}
	})
}
