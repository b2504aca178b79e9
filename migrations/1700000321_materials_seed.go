package migrations

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The first materials there are, for a company to fill with its own. Their ids are fixed, so that the way back takes these and no
// others.
var firstMaterials = []struct{ id, kind, title, titleEn, scene, text, textEn string }{
	{"material0tailor", "script", "定制方案提纲", "Outline of a tailored proposal", "核心客户", "现状与目标 → 关键痛点 → 我们的做法 → 投入与回报 → 下一步。先讲客户的数字，再讲产品。", "Where they stand and want to go, what hurts, what we would do, cost and return, next step. Their figures first, the product after."},
	{"material0execev", "offer", "高端活动邀请函", "Invitation to an executive event", "核心客户", "说明活动对客户本人的价值，由总监署名发出，会后两天内回访。", "Say what the event gives them personally, sign it as the director, call within two days after it."},
	{"material0trends", "whitepaper", "行业趋势报告", "Report on the trends of the industry", "高价值与潜力客户", "每季度更新：三个趋势、两组数据、一条对客户的建议。免费提供。", "Renewed every quarter: three trends, two sets of figures, one suggestion for the customer. Free of charge."},
	{"material0sample", "offer", "新品试用与内测安排", "Trials and early access to new products", "重点客户", "名额、周期、需要客户提供的反馈；试用一周后由产品专家回访。", "Places, how long, what feedback is asked for; a product expert calls after a week."},
	{"material0update", "news", "季度产品更新", "Product news of the quarter", "普通客户", "这一季改了什么、对日常使用有什么帮助、怎么升级，一页以内。", "What changed this quarter, how it helps day to day, how to upgrade; one page at most."},
	{"material0promos", "offer", "促销与会员日", "Promotions and members' days", "普通客户", "写清优惠、期限、适用的产品；只发给买过相近产品的客户。", "State what is offered, until when and for which products; only to those who bought something alike."},
	{"material0casebk", "case", "行业案例模板", "Template for a case of an industry", "各类客户", "客户的行业与规模、当时的问题、做了什么、前后的数字、客户的一句话。每月整理三到五个，并选好行业。", "Industry and size, the problem, what was done, figures before and after, a sentence of the customer. Three to five a month, each with its industry."},
	{"material0starte", "training", "入门资料包", "Starter kit", "潜在客户", "我们做什么、适合谁、三个常见问题、从哪里开始；附公众号和官网地址。", "What we do, for whom, three frequent questions, where to begin; with the addresses of our account and site."},
	{"material0usetip", "training", "产品使用技巧", "Tips for using the products", "普通客户", "每期三条技巧，每条一张图；来自客服最近常被问到的问题。", "Three tips an issue, a picture each, taken from what service was asked lately."},
	{"material0online", "training", "首月三次线上培训", "Three online trainings in the first month", "新客户", "第一周上手，第二周常用功能，第四周答疑。每次四十分钟，留录像。", "Week one: getting started; week two: everyday functions; week four: questions. Forty minutes each, recorded."},
	{"material0lesson", "training", "操作培训与选型讲座", "Trainings and talks on choosing and combining", "增值服务", "按客户行业准备：软件类讲操作，建材类讲选材与搭配。免费。", "By industry: how to operate for software, how to choose and combine for building materials. Free of charge."},
	{"material0handbk", "training", "产品手册", "Product handbook", "低价值客户", "供邮件或短信自动发送的简版，末尾留一个可以回复的问题。", "The short version for automatic mails and messages, ending with a question that can be answered."},
	{"material0videos", "training", "使用教程短视频", "Short video tutorials", "年轻客户与消费者", "一分钟讲一个用法，通过微信或短视频平台发送。", "One use in one minute, by WeChat or a video platform."},
	{"material0report", "whitepaper", "合作数据报告", "Report on the cooperation in figures", "企业客户", "采购、交付、服务的数据与同比，附一条改进建议；邮件发送，拜访时当面讲。", "Purchases, deliveries and service against the year before, with one improvement; by mail, explained during a visit."},
	{"material0season", "news", "应季行业资讯", "News of the season for an industry", "轻量触达", "大促前的流量方案、换季的材料趋势等，用专业价值代替推销。", "Traffic plans before big sales, trends of materials at the turn of a season: expertise instead of a pitch."},
	{"material0commun", "news", "社群互动与专属福利", "Community talk and members' benefits", "高频互动客户", "企业微信社群：每周一个话题，每月一次老客户专属福利。", "A WeCom group: a topic a week, a benefit for old customers a month."},
	{"material0birthd", "script", "生日与纪念日礼遇", "Wishes and gifts for birthdays and anniversaries", "关怀", "一句与客户有关的祝福，老客户附定制礼品。不推销。", "Wishes that have to do with the customer; for old customers something made for them. No pitch."},
	{"material0greets", "script", "节假日祝福", "Wishes for the holidays", "关怀", "节前一个工作日发送，落款写自己的名字，不群发。", "Sent the working day before, signed with one's own name, not in bulk."},
	{"material0milest", "offer", "业务节点资源包", "Package for an occasion in the customer's business", "新店开业、新业务上线", "按行业准备：开业引流方案、供应商清单、常见问题。", "By industry: how to draw the first guests, a list of suppliers, frequent questions."},
	{"material0reply3", "script", "咨询后的次日回复", "The reply the day after a question", "沟通后跟进", "二十四小时内：先回答问题，再给详细方案，附三个同类客户案例。", "Within a day: the answer first, then the detailed proposal, with three cases of customers alike."},
	{"material0partne", "script", "上下游资源对接", "Introductions up and down the chain", "增值服务", "问清需求 → 推荐两家 → 介绍双方认识 → 两周后问结果。", "Ask what is needed, recommend two, introduce them, ask for the outcome two weeks later."},
	{"material0survey", "script", "需求问卷与访谈提纲", "Questions about needs", "潜力客户", "五个问题：目标、最大的阻碍、现在怎么解决、预算与时间、谁来决定。", "Five questions: aim, what stands in the way, how they manage now, budget and time, who decides."},
	{"material0market", "offer", "联合营销机会", "Marketing together", "潜力客户", "联合直播、联合案例、展会同台，写清双方各出什么。", "A live show, a case or a stand together; state what each side brings."},
	{"material0cross0", "script", "关联产品推荐话术", "How to recommend what goes with a product", "普通客户", "从客户买过的产品说起，讲清搭配的好处，只推荐一样。", "Begin with what they bought, say why the two go together, recommend one thing only."},
	{"material0whyask", "script", "用开放式问题了解原因", "Asking openly for the reason", "流失预警", "先表达重视，再问最近的考虑与变化，只听不辩；记录原话和原因。", "Say that they matter, ask what has changed, listen without arguing; note the words and the reason."},
	{"material0extras", "offer", "短期激励与增值服务包", "Short-term incentive and service package", "流失预警", "订单折扣不超过百分之三，或赠送一次增值服务，由经理批准。", "At most three per cent off an order, or one service free, approved by the manager."},
	{"material0discou", "offer", "老客户专属折扣包", "Discounts for old customers", "价格原因", "买二送一、延长服务期二选一；说明只给老客户，写清期限。", "One free for two bought, or longer service; for old customers only, with a date on which it ends."},
	{"material0upgrad", "script", "升级推荐", "Recommending an upgrade", "需求升级", "先复述客户的新需求，再讲新产品或更高版本怎么满足，给出迁移步骤。", "Repeat the new need, show how the new product or the larger edition meets it, give the steps to move."},
	{"material0execut", "script", "高管致意", "A word of the management", "情感维系", "由创始人或高管亲自联系：感谢、我们为您做了什么调整、希望继续合作。", "The founder or an executive calls: thanks, what we changed for them, the wish to go on together."},
	{"material0wakeup", "script", "沉睡客户唤醒话术", "Waking up a dormant customer", "沉睡客户", "提到上次合作的具体事项，说一个新变化，给一个专属优惠，问一个容易回答的问题。", "Name something of the last order, one thing that is new, one offer just for them, one question easy to answer."},
	{"material0replen", "offer", "限时补货优惠", "A discount on restocking, for a while", "沉睡客户", "针对买过的产品，限时，写清库存与截止日。", "For products bought before, for a limited time, with stock and the last day."},
}

func init() {
	m.Register(func(app core.App) error {
		for _, material := range firstMaterials {
			known, err := named(app, "materials", "title", material.title)
			if err != nil {
				return err
			}
			if known {
				continue // the company has one already
			}
			err = seed(app, "materials", map[string]any{
				"id": material.id, "kind": material.kind, "title": material.title, "title_en": material.titleEn, "scene": material.scene,
				"text": material.text, "text_en": material.textEn,
			})
			if err != nil {
				return err
			}
		}
		return nil
	}, func(app core.App) error {
		for _, material := range firstMaterials {
			if err := unseed(app, "materials", material.id); err != nil {
				return err
			}
		}
		return nil
	})
}

// named tells whether there is a row of a collection whose field has a value.
func named(app core.App, collection, field, value string) (bool, error) {
	_, err := app.FindFirstRecordByData(collection, field, value)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("failed to look for %s in %s: %w", value, collection, err)
	}
	return true, nil
}

// unseed takes back a row that seed added, where it is still there.
func unseed(app core.App, collection, id string) error {
	rows, err := app.FindAllRecords(collection, dbx.HashExp{"id": id})
	if err != nil {
		return fmt.Errorf("failed to find %s in %s: %w", id, collection, err)
	}
	for _, row := range rows {
		if err := app.Delete(row); err != nil {
			return fmt.Errorf("failed to take back %s of %s: %w", id, collection, err)
		}
	}
	return nil
}
