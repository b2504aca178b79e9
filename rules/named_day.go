package rules

import (
	"regexp"
	"strings"
	"time"
)

// dayPhrase is one way to name a day in a sentence.
type dayPhrase struct {
	pattern *regexp.Regexp
	// day interprets the groups of the pattern; false if there is no such day.
	day func(groups []string, contact Day, cal Calendar) (Day, bool)
}

const (
	// A count with more digits is no promise but a slip of the pen. What stands before it must not
	// belong to the number: 1000天, 1.5天, 8月3日, 每三天.
	chineseCount = `(?:^[.,]?|[^\d][.,]|[^\d.,/月百千万零半几每一二两三四五六七八九十])(\d{1,3}|[一二两三四五六七八九十]{1,3}) ?`
	englishCount = `\bwithin (\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten) `
	before       = ` ?[之以]?前`
	within       = ` ?[之以]?内(?:[^部]|$)` // not 内部
	isoDate      = `(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})`
	englishDay   = `(\d{1,2})(?:st|nd|rd|th)?`
	englishYear  = `(?:,? ((?:19|2[01])\d{2}))?\b`
	englishMonth = `(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|` +
		`sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`
	englishWeekday = `(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|rs|r)?`
)

// dayPhrases are tried in this order, so that a deadline wins over a day mentioned by the way.
var dayPhrases = []dayPhrase{
	{phrase(`(?:^|[^\d])` + isoDate + before), isoDay},
	{phrase(`\bby ` + isoDate + `\b`), isoDay},
	{phrase(`(?:^|[^\d年])(?:(\d{4}) ?年 ?)?(\d{1,2}) ?月 ?(\d{1,2}) ?[日号]` + before), isoDay},
	{phrase(`\bby (?:the )?` + englishMonth + ` ` + englishDay + englishYear), englishMonthDay},
	{phrase(`\bby (?:the )?` + englishDay + ` (?:of )?` + englishMonth + englishYear), englishDayMonth},
	{phrase(chineseCount + `个? ?工作日` + within), workdaysLater},
	{phrase(chineseCount + `[天日]` + within), daysLater},
	{phrase(englishCount + `(?:working|business|work) days?\b`), workdaysLater},
	{phrase(englishCount + `days?\b`), daysLater},
	{phrase(`(本|这|下下|下)个?(?:周|星期|礼拜)([一二三四五六日天])` + before), weekdayOfWeek},
	{phrase(`(下下|下)个?(?:周|星期|礼拜)([一二三四五六日天])`), weekdayOfWeek},
	{phrase(`(?:^|[^上每本这下个\d])(?:周|星期|礼拜)([一二三四五六日天])` + before), nextWeekday},
	{phrase(`\bby (?:this )?` + englishWeekday + `\b`), nextWeekday},
	{phrase(`(?:^|[^\d年])(?:(\d{4}) ?年 ?)?(\d{1,2}) ?月底` + before), endOfNumberedMonth},
	{phrase(`(?:^|[^上下每个年\d一二三四五六七八九十])(?:[本这当]个?)?月底` + before), endOfMonth},
	{phrase(`下个?月底` + before), endOfNextMonth},
	{phrase(`\bby (?:the )?end of (?:(?:the|this) )?month\b`), endOfMonth},
	{phrase(`\bby (?:the )?end of next month\b`), endOfNextMonth},
	// 今后天天 and the like do not name the day after tomorrow.
	{phrase(`(今天|今日|明天|明日|大后天)|(?:^|[^今])(后天)(?:[^天]|$)`), nearDay},
	{phrase(`\b(?:the )?(day after tomorrow|tomorrow|today)()\b`), nearDay},
}

func phrase(pattern string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + pattern) }

// namedDay is the day that a line names, seen from the day of the contact.
func namedDay(line string, contact Day, cal Calendar) (Day, bool) {
	line = strings.ToLower(halfWidth(line))
	for _, p := range dayPhrases {
		if groups := p.pattern.FindStringSubmatch(line); groups != nil {
			if day, ok := p.day(groups[1:], contact, cal); ok {
				return day, true
			}
		}
	}
	return 0, false
}

func isoDay(g []string, contact Day, _ Calendar) (Day, bool) {
	return yearlyDay(g[0], number(g[1]), number(g[2]), contact)
}

func englishMonthDay(g []string, contact Day, _ Calendar) (Day, bool) {
	return yearlyDay(g[2], monthNumber(g[0]), number(g[1]), contact)
}

func englishDayMonth(g []string, contact Day, _ Calendar) (Day, bool) {
	return yearlyDay(g[2], monthNumber(g[1]), number(g[0]), contact)
}

// yearlyDay is a date; without a year it is the next such day on or after the contact.
func yearlyDay(year string, month, day int, contact Day) (Day, bool) {
	if year != "" {
		return validDate(number(year), month, day)
	}
	// 29 February can be up to eight years away.
	for y := contact.Time().Year(); y <= contact.Time().Year()+8; y++ {
		if d, ok := validDate(y, month, day); ok && d >= contact {
			return d, true
		}
	}
	return 0, false
}

func monthNumber(name string) int {
	return strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", name[:3])/3 + 1
}

func daysLater(g []string, contact Day, _ Calendar) (Day, bool) {
	n, ok := smallCount(g[0])
	return contact + Day(n), ok
}

func workdaysLater(g []string, contact Day, cal Calendar) (Day, bool) {
	n, ok := smallCount(g[0])
	return cal.AddWorkdays(contact, n), ok
}

// smallCount reads digits, Chinese numerals up to 99 and English ones up to ten.
func smallCount(s string) (int, bool) {
	if '0' <= s[0] && s[0] <= '9' {
		return number(s), true
	}
	for i, word := range strings.Fields("one two three four five six seven eight nine ten") {
		if s == word {
			return i + 1, true
		}
	}
	tens, units, hasTens := strings.Cut(s, "十")
	if !hasTens {
		n, ok := chineseDigit(s)
		return n, ok && n > 0
	}
	t, ok := chineseDigit(tens)
	if tens == "" {
		t = 1
	}
	u, ok2 := chineseDigit(units)
	return t*10 + u, ok && ok2
}

// chineseDigit reads one numeral; none is 0.
func chineseDigit(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	for i, digit := range strings.Fields("一 二 三 四 五 六 七 八 九") {
		if s == digit {
			return i + 1, true
		}
	}
	return 2, s == "两"
}

// weekdayNumber counts from Monday, 0, for a Chinese numeral or the first letters of an English name.
func weekdayNumber(s string) int {
	if s == "天" || s == "日" {
		return 6
	}
	if i := strings.Index("montuewedthufrisatsun", s); i >= 0 {
		return i / 3
	}
	n, _ := chineseDigit(s)
	return n - 1
}

// monday is the first day of a day's week.
func monday(d Day) Day { return d - Day(d.Weekday()+6)%7 }

// weekdayOfWeek is a weekday of this week or a later one; a day of this week that is over means the next.
func weekdayOfWeek(g []string, contact Day, cal Calendar) (Day, bool) {
	weeks := strings.Count(g[0], "下")
	day := monday(contact) + Day(7*weeks+weekdayNumber(g[1]))
	if day < contact {
		return nextWeekday(g[1:], contact, cal)
	}
	return day, true
}

// nextWeekday is the next such weekday on or after the contact.
func nextWeekday(g []string, contact Day, _ Calendar) (Day, bool) {
	day := monday(contact) + Day(weekdayNumber(g[0]))
	if day < contact {
		day += 7
	}
	return day, true
}

func endOfMonth(_ []string, contact Day, _ Calendar) (Day, bool) {
	return lastDayOfMonth(contact, 0), true
}

func endOfNextMonth(_ []string, contact Day, _ Calendar) (Day, bool) {
	return lastDayOfMonth(contact, 1), true
}

// endOfNumberedMonth is the end of a month by its number; without a year of the next such month.
func endOfNumberedMonth(g []string, contact Day, _ Calendar) (Day, bool) {
	year := contact.Time().Year()
	if g[0] != "" {
		year = number(g[0])
	}
	first, ok := validDate(year, number(g[1]), 1)
	if !ok {
		return 0, false
	}
	last := lastDayOfMonth(first, 0)
	if g[0] == "" && last < contact {
		last = lastDayOfMonth(first, 12)
	}
	return last, true
}

// lastDayOfMonth is the end of the month that comes some months after a day's own.
func lastDayOfMonth(d Day, ahead int) Day {
	t := d.Time()
	return Date(t.Year(), t.Month()+time.Month(ahead)+1, 0)
}

func nearDay(g []string, contact Day, _ Calendar) (Day, bool) {
	switch g[0] + g[1] {
	case "今天", "今日", "today":
		return contact, true
	case "明天", "明日", "tomorrow":
		return contact + 1, true
	case "大后天":
		return contact + 3, true
	}
	return contact + 2, true
}
