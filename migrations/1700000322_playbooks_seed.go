package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// firstAction is one thing to do: what, every how many days (0: once), on which channel, by whom.
type firstAction struct {
	what, whatEn  string
	days          int
	channel, role string
}

// firstPlaybooks are the first there are, for a company to change as it likes. docs/playbooks.md says which sentence of the practice
// guides each comes from. Their ids are fixed, so that the way back takes these and no others.
var firstPlaybooks = []struct {
	id, name, nameEn, basis, value string
	effect, effectEn               string
	actions                        []firstAction
	materials                      []string
}{
	{
		"playbook0tier0s", "S 类核心客户", "Tier S: core customers", "tier", "S",
		"客户有专属方案和高层联系，续约与推荐意愿强。", "They have a proposal of their own and a line to the top; they renew and recommend.",
		[]firstAction{
			{"总监直接沟通近况与需求", "The director talks with them about how things are and what they need", 30, "phone", "director"},
			{"提供定制化解决方案", "Bring a tailored proposal", 90, "online_meeting", "owner"},
			{"邀请参加高端活动", "Invite them to an executive event", 180, "event", "director"},
		},
		[]string{"material0tailor", "material0execev"},
	},
	{
		"playbook0tier0a", "A 类重点客户", "Tier A: key customers", "tier", "A",
		"客户了解新品并愿意试用，潜力变成订单。", "They know what is new and try it; potential becomes orders.",
		[]firstAction{
			{"推送行业白皮书", "Send a whitepaper of their industry", 60, "email", "owner"},
			{"寄送新品试用装", "Send a trial of a new product", 90, "wechat", "owner"},
			{"安排产品专家回访", "Have a product expert call", 60, "online_meeting", "support"},
		},
		[]string{"material0trends", "material0sample", "material0reply3"},
	},
	{
		"playbook0tier0b", "B 类普通客户", "Tier B: regular customers", "tier", "B",
		"以较低成本保持联系，让客户知道更新与优惠。", "They stay in touch at little cost and know what is new and on offer.",
		[]firstAction{
			{"发送季度产品更新", "Send the product news of the quarter", 90, "email", "support"},
			{"发送促销活动信息", "Tell them of a promotion", 60, "wechat", "support"},
		},
		[]string{"material0update", "material0promos"},
	},
	{
		"playbook0tier0c", "C 类潜在客户", "Tier C: possible customers", "tier", "C",
		"客户知道我们做什么，愿意主动了解。", "They know what we do and come to ask.",
		[]firstAction{
			{"分享同行业案例", "Share a case of their industry", 60, "wechat", "support"},
			{"发送入门资料", "Send the starter kit", 0, "email", "support"},
			{"引导关注公众号和官网", "Point them to our account and site", 0, "wechat", "support"},
		},
		[]string{"material0casebk", "material0starte"},
	},
	{
		"playbook0stable", "高价值稳定客户", "High value, stable", "segment", "high_value_stable",
		"深度绑定，共同创造价值，续约率保持高位。", "Bound closely and creating value together; they keep renewing.",
		[]firstAction{
			{"总监与客户负责人联合拜访", "The director and the owner visit together", 90, "visit", "director"},
			{"提供免费行业趋势报告", "Give them the report on the trends, free of charge", 90, "email", "owner"},
			{"邀请优先参与新品内测", "Offer early access to a new product", 180, "wechat", "owner"},
			{"挖掘业务痛点", "Find out what hurts in their business", 90, "online_meeting", "owner"},
			{"提供当月定制服务方案", "Bring the service plan of the month", 30, "online_meeting", "manager"},
			{"开通专属客服通道", "Open a service line of their own", 0, "wecom", "support"},
		},
		[]string{"material0trends", "material0sample", "material0report"},
	},
	{
		"playbook0growth", "高价值潜力客户", "High value by potential", "segment", "high_value_potential",
		"需求被激发，采购品类和金额增加。", "New needs come up; they buy more and other things.",
		[]firstAction{
			{"电话沟通业务进展", "A call about how their business goes", 30, "phone", "owner"},
			{"针对新业务场景提供方案", "Bring a proposal for a new field of their business", 90, "online_meeting", "owner"},
			{"邀请参加客户沙龙", "Invite them to a customers' salon", 180, "event", "owner"},
			{"定期需求调研", "Ask what they need", 90, "wechat", "owner"},
			{"推荐增购与关联产品", "Recommend more, and what goes with it", 60, "phone", "owner"},
		},
		[]string{"material0survey", "material0tailor", "material0cross0"},
	},
	{
		"playbook0normal", "普通客户", "Standard", "segment", "standard",
		"服务标准、回应快，维护成本低。", "Standard service and quick answers at little cost.",
		[]firstAction{
			{"发送产品使用技巧", "Send tips for using the products", 90, "email", "support"},
			{"节假日祝福", "Wishes for the holidays", 90, "sms", "support"},
			{"季度回访", "A call a quarter", 90, "phone", "rep"},
			{"推送行业动态与促销信息", "Send news of the industry and promotions", 60, "wechat", "support"},
			{"发送产品手册，引导提出新需求", "Send the handbook and ask for new needs", 180, "email", "support"},
		},
		[]string{"material0usetip", "material0greets", "material0season", "material0handbk"},
	},
	{
		"playbook0atrisk", "流失风险客户", "Churn risk", "segment", "churn_risk",
		"问题得到解决，客户愿意继续合作。", "What went wrong is put right, and they stay.",
		[]firstAction{
			{"24 小时内由专人对接问题", "Somebody of their own takes up the problem within a day", 0, "phone", "support"},
			{"了解原因并提出挽留方案", "Find out why, and propose how to go on", 0, "online_meeting", "owner"},
			{"提供 3% 的订单折扣", "Offer three per cent off an order", 0, "phone", "owner"},
			{"赠送增值服务包", "Give a service package", 0, "wechat", "owner"},
		},
		[]string{"material0whyask", "material0extras"},
	},
	{
		"playbook0rfm0co", "RFM 核心客户", "RFM: core", "rfm_group", "core",
		"客户感到被重视，高频高额的采购得以保持。", "They feel valued and go on buying often and much.",
		[]firstAction{
			{"上门沟通新品需求", "Visit them about new products", 30, "visit", "owner"},
			{"落实优先发货与独家权益", "See to priority delivery and their own benefits", 90, "wechat", "owner"},
			{"创始人回访", "The founder calls", 180, "phone", "director"},
			{"送上节日专属礼品", "Bring a gift for the holidays", 180, "visit", "owner"},
		},
		[]string{"material0birthd", "material0execut"},
	},
	{
		"playbook0rfm0po", "RFM 潜力客户", "RFM: potential", "rfm_group", "potential",
		"看清痛点，把资源投在会增长的客户上。", "Their needs are understood; effort goes where growth is.",
		[]firstAction{
			{"用问卷和沟通了解业务痛点", "Find out by questions what hurts", 90, "wechat", "owner"},
			{"免费提供行业报告", "Give them the report on their industry, free of charge", 90, "email", "owner"},
			{"提出联合营销机会", "Propose marketing together", 180, "phone", "owner"},
		},
		[]string{"material0survey", "material0trends", "material0market"},
	},
	{
		"playbook0rfm0no", "RFM 普通客户", "RFM: normal", "rfm_group", "normal",
		"标准化服务，带动关联产品销售。", "Standard service; what goes together is sold together.",
		[]firstAction{
			{"会员日折扣", "The discount of the members' day", 30, "wechat", "support"},
			{"社群福利与互动", "Benefits and talk in the community", 30, "wecom", "support"},
			{"推荐关联产品", "Recommend what goes with what they bought", 60, "wechat", "owner"},
		},
		[]string{"material0promos", "material0commun", "material0cross0"},
	},
	{
		"playbook0rfm0do", "RFM 沉睡客户", "RFM: dormant", "rfm_group", "dormant",
		"三个月内唤醒一部分客户，并弄清离开的原因。", "Some wake up within three months, and why they left is known.",
		[]firstAction{
			{"个性化唤醒并附专属优惠", "Wake them up personally, with an offer of their own", 30, "wechat", "owner"},
			{"调研流失原因", "Ask why they left", 0, "phone", "owner"},
			{"推送限时补货优惠", "Offer a discount on restocking, for a while", 90, "sms", "owner"},
		},
		[]string{"material0wakeup", "material0replen", "material0whyask"},
	},
	{
		"playbook0cprice", "挽回：价格原因", "Win back: price", "cause", "price",
		"客户看到总价值，而不只是单价。", "They see what it is worth, not only what it costs.",
		[]firstAction{
			{"给出老客户专属折扣包", "Offer the discounts for old customers", 0, "phone", "owner"},
			{"用同类客户案例说明价值", "Show by cases of customers alike what it is worth", 0, "wechat", "owner"},
		},
		[]string{"material0whyask", "material0discou"},
	},
	{
		"playbook0cupgra", "挽回：需求升级", "Win back: upgrade", "cause", "upgrade",
		"新需求由我们满足，而不是由竞品满足。", "The new need is met by us and not by others.",
		[]firstAction{
			{"推荐满足新需求的产品或版本", "Recommend the product or edition for the new need", 0, "online_meeting", "owner"},
		},
		[]string{"material0whyask", "material0upgrad"},
	},
	{
		"playbook0crelat", "挽回：客情关系", "Win back: relationship", "cause", "relationship",
		"客户感到被重视，与新对接人建立信任。", "They feel valued, and the new contact trusts us.",
		[]firstAction{
			{"创始人或高管亲自沟通", "The founder or an executive talks to them", 0, "visit", "director"},
		},
		[]string{"material0whyask", "material0execut"},
	},
	{
		"playbook0cservi", "挽回：服务问题", "Win back: service", "cause", "service",
		"问题闭环，客户知道结果。", "The problem is closed, and they know the outcome.",
		[]firstAction{
			{"专人跟进投诉并告知进度", "Somebody of their own follows the complaint and reports on it", 0, "phone", "support"},
			{"解决后回访并赠送增值服务包", "Call once it is solved, with a service package", 0, "phone", "owner"},
		},
		[]string{"material0whyask", "material0extras"},
	},
}

func init() {
	m.Register(func(app core.App) error {
		for _, book := range firstPlaybooks {
			known, err := named(app, "playbooks", "name", book.name)
			if err != nil {
				return err
			}
			if known {
				continue // the company has one already
			}
			var actions []map[string]any
			for _, a := range book.actions {
				actions = append(actions, map[string]any{"what": a.what, "what_en": a.whatEn, "every_days": a.days, "channel": a.channel, "role": a.role})
			}
			var materials []string // those that are there: a company that had its own has no others
			for _, id := range book.materials {
				there, err := named(app, "materials", "id", id)
				if err != nil {
					return err
				}
				if there {
					materials = append(materials, id)
				}
			}
			err = seed(app, "playbooks", map[string]any{
				"id": book.id, "name": book.name, "name_en": book.nameEn, book.basis: book.value, "actions": actions,
				"expected_effect": book.effect, "expected_effect_en": book.effectEn, "materials": materials,
			})
			if err != nil {
				return err
			}
		}
		return nil
	}, func(app core.App) error {
		for _, book := range firstPlaybooks {
			if err := unseed(app, "playbooks", book.id); err != nil {
				return err
			}
		}
		return nil
	})
}
