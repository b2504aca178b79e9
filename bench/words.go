package bench

// The words the company is made of: enough of them, and long enough, for rows as long as in life.
var (
	regions    = []string{"上海", "江苏", "浙江", "广东", "山东", "四川", "湖北", "北京", "福建", "河南", "安徽", "辽宁"}
	nameWords  = []string{"恒通", "瑞丰", "德润", "中泰", "华信", "明远", "启航", "金石", "鼎盛", "宏达", "新源", "博雅", "天成", "永泰"}
	nameTrades = []string{"机械", "电子", "化工", "物流", "食品", "纺织", "医疗器械", "精密制造", "新材料", "自动化"}
	streets    = []string{"高新技术产业开发区科技路88号3号楼", "经济开发区工业大道166号", "临港新城创业路12号B座", "西郊产业园兴业街9号二层"}
	surnames   = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗"}
	givenNames = []string{"伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "明", "超", "秀英", "建国", "志强", "海燕"}
	titles     = []string{"采购经理", "设备主管", "生产厂长", "技术总监", "财务主管", "总经理"}
	rivals     = []string{"科隆达传动", "北辰精工", "德霖轴承", "瑞捷自动化", "众擎机电"}
	sizes      = []string{"1-50", "51-100", "101-500", "501-1000", "1000+"}
	cycles     = []string{"weekly", "monthly", "monthly", "quarterly", "yearly", "irregular"}
	renewals   = []string{"strong", "unsure", "weak"}
	intents    = []string{"high", "low", "unclear"}
	needs      = []string{"strong", "some", "vague"}
	levels     = []string{"high", "medium", "low"}
	outlooks   = []string{"intent_clear", "watching", "watching", "watching", "churn_risk"}
	channels   = []string{"phone", "phone", "wechat", "visit", "email", "online_meeting", "wecom"}
	kinds      = []string{"care", "needs", "proposal", "service", "other"}
	feedbacks  = []string{"positive", "positive", "positive", "neutral", "neutral", "neutral", "no_response", "no_response", "neutral", "positive", "positive", "negative"}
	moods      = []string{"satisfied", "interested", "interested", "hesitant", "satisfied", "interested", "satisfied", "dissatisfied"}
	openings   = []string{"电话联系采购负责人，", "到厂里现场拜访，", "微信沟通了近期的排产情况，", "线上会议同步了方案，", "按约回访上一批的使用情况，"}
	wishes     = []string{"下月初提交新报价并附交期说明", "希望年度框架协议覆盖两个厂区", "备件按季度集中下单，缩短到货时间", "先送样三套，试机合格后再谈批量", "整理一份同行业案例给对方参考"}
	pains      = []string{"现有供应商交期不稳，影响产线排产", "停机保养频繁，换件最费时间", "高速段异响，怀疑轴承选型偏小", "库存压力大，希望寄售或按月结算", "质检报告不全，内部验收流程拖得很长"}
	notes      = []string{"对方技术部门更看重寿命数据，商务上对价格不算敏感，建议先约一次现场测试", "预算要到下个季度才能批下来，期间保持每两周联系一次，注意别催单",
		"决策人下周出差回来，届时再确认数量和付款方式，合同文本先给法务看", "反馈上批货外包装有破损，已安排补发并附上整改说明，客户表示可以接受"}
)
