package rules

import "strings"

// The rules a reason of a suggested touch may name.
const (
	TouchCustomer     = "customer"
	TouchTask         = "task"
	TouchSilent       = "silent"
	TouchAction       = "action"
	TouchNothing      = "nothing_due"
	TouchFirst        = "first"
	TouchLast         = "last"
	TouchUnanswered   = "unanswered"
	TouchChannel      = "channel"
	TouchNotPreferred = "not_preferred"
	TouchCases        = "cases"
)

// TouchReason is one step to a suggested touch as data: the rule and the facts it used.
type TouchReason struct {
	Rule      string    `json:"rule"`
	Tier      Tier      `json:"tier,omitempty"`
	Mode      string    `json:"mode,omitempty"`
	Kind      string    `json:"kind,omitempty"` // of the task, or of the last follow-up
	On        Day       `json:"on,omitempty"`
	Name      [2]string `json:"name,omitzero"` // of the playbook
	Days      int       `json:"days,omitempty"`
	Urgency   string    `json:"urgency,omitempty"`
	Channel   string    `json:"channel,omitempty"`
	Basis     string    `json:"basis,omitempty"`
	Responded bool      `json:"responded,omitempty"`
	Count     int       `json:"count,omitempty"`
}

// touchTerms are the words for the values of a suggested touch.
var touchTerms = map[string][2]string{
	"mode:": {"正常跟进", "normal"}, "mode:normal": {"正常跟进", "normal"}, "mode:light": {"轻量触达", "light touches"}, "mode:recovering": {"恢复中", "recovering"},
	"urgency:urgent": {"紧急", "urgent"}, "urgency:formal": {"正式", "formal"}, "urgency:light": {"轻量", "light"}, "urgency:routine": {"日常", "routine"},
	"channel:phone": {"电话", "phone"}, "channel:email": {"邮件", "e-mail"}, "channel:visit": {"拜访", "a visit"},
	"channel:online_meeting": {"线上会议", "an online meeting"}, "channel:wechat": {"微信", "WeChat"}, "channel:wecom": {"企业微信", "WeCom"},
	"channel:sms": {"短信", "text message"}, "channel:event": {"活动", "an event"}, "channel:": {"未记录", "unknown"},
	"task:negative_feedback": {"负面反馈", "negative feedback"}, "task:case": {"服务单", "a case"}, "task:win_back": {"挽回", "a win-back"},
	"task:handover": {"交接", "a handover"}, "task:contract_renewal": {"合同续约", "a contract renewal"},
	"for:cause": {"流失原因", "churn cause"}, "for:segment": {"客户分层", "segment"}, "for:tier": {"客户类别", "tier"}, "for:rfm_group": {"RFM 分组", "RFM group"},
}

func touchTerm(kind, value string, l int) string {
	if pair, known := touchTerms[kind+value]; known {
		return pair[l]
	}
	return value
}

// Words tells the reason as a sentence in zh-CN or English (any other language: English).
func (r TouchReason) Words(language string) string {
	l := placeOf(language)
	return r.sentence(l).in(l)
}

// ExplainTouch tells several reasons, one after the other.
func ExplainTouch(reasons []TouchReason, language string) string {
	words := make([]string, len(reasons))
	for i, r := range reasons {
		words[i] = r.Words(language)
	}
	if language == Chinese {
		return strings.Join(words, "；")
	}
	return strings.Join(words, "; ")
}

func (r TouchReason) sentence(l int) sentence {
	channel := touchTerm("channel:", r.Channel, l)
	switch r.Rule {
	case TouchCustomer:
		if r.Tier == "" {
			return sentence{[2]string{"尚未分类，%[1]s", "no tier yet, %[1]s"}, []any{touchTerm("mode:", r.Mode, l)}}
		}
		return sentence{[2]string{"%[1]s 类客户，%[2]s", "tier %[1]s, %[2]s"}, []any{r.Tier, touchTerm("mode:", r.Mode, l)}}
	case TouchTask:
		return sentence{[2]string{"有待办任务：%[1]s，%[2]s 到期", "a task waits: %[1]s, due on %[2]s"}, []any{touchTerm("task:", r.Kind, l), r.On}}
	case TouchSilent:
		return sentence{words: [2]string{"客户沉默：降低频率，只做轻量触达", "silent: less often, and light touches only"}}
	case TouchAction:
		return r.actionSentence(l)
	case TouchNothing:
		return sentence{words: [2]string{"策略中没有到期的动作", "no action of a playbook is due"}}
	case TouchFirst:
		return sentence{words: [2]string{"还没有跟进记录", "no follow-up yet"}}
	case TouchLast:
		words := [2]string{"上次 %[1]s 通过%[2]s联系，客户有回应", "the last contact on %[1]s by %[2]s was answered"}
		if !r.Responded {
			words = [2]string{"上次 %[1]s 通过%[2]s联系，没有回应", "the last contact on %[1]s by %[2]s had no response"}
		}
		return sentence{words, []any{r.On, channel}}
	case TouchUnanswered:
		return sentence{[2]string{"%[1]s没有回应，换一种方式", "no response by %[1]s: another way"}, []any{channel}}
	case TouchChannel:
		return r.channelSentence(l)
	case TouchNotPreferred:
		return sentence{
			[2]string{"客户偏好%[1]s，但不适合%[2]s沟通或需要避免", "the customer prefers %[1]s, which is to be avoided or does not suit what is %[2]s"},
			[]any{channel, touchTerm("urgency:", r.Urgency, l)},
		}
	case TouchCases:
		return sentence{[2]string{"附同行业案例 %[1]d 个", "with cases of the industry: %[1]d"}, []any{r.Count}}
	}
	return sentence{words: [2]string{r.Rule, r.Rule}}
}

func (r TouchReason) actionSentence(l int) sentence {
	words := [2]string{"策略「%[1]s」（按%[2]s），每 %[3]d 天一次", "playbook “%[1]s” (by %[2]s), every %[3]d days"}
	if r.Days == 0 {
		words = [2]string{"策略「%[1]s」（按%[2]s），一次", "playbook “%[1]s” (by %[2]s), once"}
	}
	if r.On.IsZero() {
		words[chinese] += "，尚未做过"
		words[english] += ", not done yet"
	} else {
		words[chinese] += "，上次 %[4]s"
		words[english] += ", last on %[4]s"
	}
	facts := []any{r.Name[l], touchTerm("for:", r.Basis, l), r.Days, r.On}
	return sentence{words, facts}
}

func (r TouchReason) channelSentence(l int) sentence {
	channel, urgency := touchTerm("channel:", r.Channel, l), touchTerm("urgency:", r.Urgency, l)
	if r.Channel == "" {
		return sentence{words: [2]string{"客户不希望以任何方式联系", "the customer is to be contacted on no channel"}}
	}
	words := map[string][2]string{
		BasisPreferred: {"%[2]s沟通：%[1]s，客户偏好的方式", "%[2]s: by %[1]s, as the customer prefers"},
		BasisPlaybook:  {"%[2]s沟通：%[1]s，策略建议的方式", "%[2]s: by %[1]s, as the playbook says"},
		BasisUrgency:   {"%[2]s沟通：%[1]s最合适", "%[2]s: best by %[1]s"},
		BasisElsewhere: {"%[2]s沟通：合适的方式都要避免，改用%[1]s", "%[2]s: all that suits is to be avoided, so by %[1]s"},
	}[r.Basis]
	return sentence{words, []any{channel, urgency}}
}
