package demo

// priceBeats: half a year in which a good customer is lost to a cheaper competitor.
func priceBeats() []beat {
	return []beat{
		{daysAgo: 176, buy: 52_000},
		{daysAgo: 160, buy: 47_000, talk: &FollowUp{Kind: "care", Feedback: "neutral", Mood: "interested",
			Content: "电话回访滚珠丝杠使用情况，加工中心产量正常，但对方说集团要求下半年采购降本，后面会多家比价。"}},
		{daysAgo: 138, buy: 41_000},
		{daysAgo: 121, buy: 33_000, talk: &FollowUp{Kind: "proposal", Feedback: "neutral", Mood: "hesitant",
			NextAction: "与经理商量年度价后重新报价",
			Content:    "谈明年框架价，对方拿着降本指标，希望直线导轨和丝杠再降8%，我方最多让3%，双方没有谈拢。"}, stepIn: 7},
		{daysAgo: 112, talk: &FollowUp{Kind: "proposal", Channel: "visit", Feedback: "neutral", Mood: "hesitant",
			KeyPoints: "★ 决策权上收到集团采购部；预算比去年少一成",
			Content:   "带新报价到厂里面谈，让利4%并承诺备库，对方觉得仍偏高，说要等集团采购部比完价再定。"}},
		{daysAgo: 97, buy: 30_000},
		{daysAgo: 78, buy: 9_800, talk: &FollowUp{Kind: "care", Feedback: "neutral", Mood: "hesitant",
			Content: "本月只下了一张小单，追问原因，对方说部分规格在试别家的货，先少量维持我们这边的库存。"}},
		{daysAgo: 57, talk: &FollowUp{Kind: "proposal", Feedback: "neutral", Mood: "hesitant", Competitor: "科隆达传动",
			NextAction: "向经理申请特价并做寿命对比表", KeyPoints: "★ 竞品报价低12%，样件已上线试用",
			Content: "对方透露科隆达传动的丝杠便宜12%，样件在二车间试用三周没出问题，让我们月底前给最后一口价。"}, stepIn: 5},
		{daysAgo: 50, talk: &FollowUp{Kind: "proposal", Channel: "visit", Feedback: "neutral", Mood: "hesitant", Competitor: "科隆达传动",
			Content: "带寿命对比表和特价上门，价差缩到6%，设备科长认可品质，但采购坚持按最低价走流程。"}},
		{daysAgo: 31, talk: &FollowUp{Kind: "proposal", Feedback: "negative", Mood: "hesitant", Competitor: "科隆达传动",
			Content: "集团招标结果出来，导轨和丝杠都给了科隆达传动，对方说价格差距摆在那里，这个季度不再向我们下单。"}},
		{daysAgo: 11, talk: &FollowUp{Kind: "win_back", Feedback: "negative", Mood: "dissatisfied", Competitor: "科隆达传动",
			NextAction: "请经理出面约见生产副总，谈备件和急单",
			Content:    "询问能否保留急单和备件业务，对方不耐烦，说当初让价太慢，现在切换已完成，近期不必再来。"}, stepIn: 13,
			change: map[string]any{"outlook": "churn_risk", "renewal_intent": "weak", "competitors": "科隆达传动"}},
	}
}

// handoverBeats: the buyer everybody knew leaves; the successor starts from nothing.
func handoverBeats() []beat {
	return []beat{
		{daysAgo: 68, buy: 46_000, talk: &FollowUp{Kind: "care", Feedback: "positive", Mood: "satisfied",
			Content: "与采购经理通话，灌装线上的行星减速机运行平稳，本月照常补货，顺口提到他可能要换工作。"}},
		{daysAgo: 54, buy: 43_500},
		{daysAgo: 52, talk: &FollowUp{Kind: "needs", Channel: "visit", Feedback: "positive", Mood: "interested",
			Content: "到佛山工厂看新装箱机的布局，对方确认会用我们的减速机和气缸，图纸由设备科月底给出。"}},
		{daysAgo: 41, leaves: true},
		{daysAgo: 40, talk: &FollowUp{Kind: "first_contact", Feedback: "neutral", Mood: "hesitant",
			NextAction: "上门拜访新任采购经理，带历年供货清单",
			Content:    "首次联系新任采购经理，他刚到岗，不了解双方合作，表示供应商都要重新评估，让我们先发资料。"}, stepIn: 4},
		{daysAgo: 35, buy: 21_000, talk: &FollowUp{Kind: "first_contact", Channel: "visit", Feedback: "neutral", Mood: "interested",
			NextAction: "约质量部一起做新经理关心的来料复检",
			KeyPoints:  "★ 新经理看重来料合格率；评估期三个月",
			Content:    "上门拜访新任采购经理，逐项讲了三年供货清单和到货准时率，他愿意先按原价维持小批量订单。"}, stepIn: 8},
		{daysAgo: 24, talk: &FollowUp{Kind: "service", Channel: "visit", Feedback: "positive", Mood: "interested",
			Content: "与质量部在对方仓库做来料复检，抽查减速机六台全部合格，新经理当场把报告转给了生产厂长。"}},
		{daysAgo: 17, buy: 44_800},
		{daysAgo: 12, talk: &FollowUp{Kind: "care", Feedback: "positive", Mood: "satisfied",
			NextAction: "带新装箱机的减速机选型方案见新经理",
			Content:    "电话回访恢复的正常批量，新经理说评估提前通过，保留我们主供地位，并约下周谈装箱机选型。"}, stepIn: 10},
	}
}

// wokenBeats: after about seventy silent days, touched lightly and never pressed, the customer is back.
func wokenBeats() []beat {
	return []beat{
		{daysAgo: 79, talk: &FollowUp{Kind: "care", Feedback: "neutral", Mood: "hesitant",
			Content: "电话问输送线备件，对方说项目验收推迟，资金要等回款，近期不采购，有计划再联系我们。"}},
		{daysAgo: 47, talk: &FollowUp{Kind: "care", Channel: "wechat", Feedback: "no_response", Purpose: "轻触达问候",
			Content: "微信发了一篇输送设备行业景气月报，没有谈订单，对方未回复，先不打扰。"}},
		{daysAgo: 21, talk: &FollowUp{Kind: "win_back", Channel: "wechat", Feedback: "no_response", Purpose: "行业动态分享",
			Content: "微信分享同行用滚子链条延寿的案例，附了两张现场照片，已读未回，继续保持轻触达。"}},
		{daysAgo: 9, buy: 28_600},
		{daysAgo: 5, talk: &FollowUp{Kind: "care", Feedback: "positive", Mood: "interested", KeyPoints: "★ 项目回款到位，年内还有两条线",
			Content: "收到订单后电话致谢，对方说项目已回款，看了我们发的链条案例才想起补货，年内还有两条线要配。"}},
	}
}
