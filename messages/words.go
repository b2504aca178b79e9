package messages

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/crm"
	"touchbase/rules"
)

// digest is somebody's day while it is being written.
type digest struct {
	app    core.App
	policy *crm.Policy
	now    time.Time
	today  rules.Day
	user   *core.Record
	who    access.Principal
	locale int // 0 Chinese, 1 English

	counts [3]int // tasks, customers, notices
	empty  bool
	title  string
	text   strings.Builder
}

func (d *digest) params() dbx.Params {
	before := d.today - 1
	for !d.policy.Calendar.IsWorkday(before) && d.today-before < 30 {
		before--
	}
	return dbx.Params{
		"me": d.user.Id, "team": d.who.Team, "now": crm.FormatMoment(d.now), "today": crm.FormatMoment(d.today.Time()),
		"end": crm.FormatMoment(d.today.End(d.policy.Zone)), "since": crm.FormatMoment(before.Start(d.policy.Zone).Add(time.Duration(minuteOf(d.policy.DigestAt)) * time.Minute)),
	}
}

// in gives the words of the person's language.
func (d *digest) in(chinese, english string) string { return [2]string{chinese, english}[d.locale] }

func (d *digest) language() string { return d.in("zh-CN", rules.English) }

// headline is the title of a digest.
func (d *digest) headline() string {
	day := d.today.Time()
	return fmt.Sprintf(d.in("%s：%d 项任务，%d 位客户待跟进，%d 条未读通知", "%s: tasks %d, customers due %d, unread notices %d"),
		d.in(day.Format("1月2日"), day.Format("2 January")), d.counts[0], d.counts[1], d.counts[2])
}

// heading begins a part.
func (d *digest) heading(words string, values ...any) {
	if d.text.Len() > 0 {
		d.text.WriteString("\n")
	}
	fmt.Fprintf(&d.text, words+"\n", values...)
}

// item is a line of a part: what it is about, and what there is to say of it.
func (d *digest) item(parts ...string) {
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	d.text.WriteString(bullet + strings.Join(strings.Fields(strings.Join(parts, d.in("，", ", "))), " ") + "\n")
}

// more says how many of a part are not named.
func (d *digest) more(n int) { d.item(fmt.Sprintf(d.in("还有 %d 项", "and %d more"), n)) }
