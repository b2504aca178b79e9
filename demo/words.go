package demo

// The vocabulary of the notes. Words in braces are filled by writer.fill.

var parts = []part{
	{"深沟球轴承", "套", []string{"6205-2RS", "6308-ZZ", "6210-C3"}, []string{"高速段异响", "保持架开裂", "温升偏高"}, [2]int{18, 160}},
	{"圆锥滚子轴承", "套", []string{"30212", "32310", "33115"}, []string{"滚道点蚀", "轴向窜动", "润滑脂外溢"}, [2]int{60, 420}},
	{"膜片联轴器", "件", []string{"QL-55", "QL-80", "QL-110"}, []string{"膜片疲劳裂纹", "胀套打滑", "同轴度超差"}, [2]int{220, 1800}},
	{"梅花联轴器", "件", []string{"QM-40", "QM-65", "QM-90"}, []string{"弹性体磨碎", "键槽松动", "起步冲击大"}, [2]int{45, 380}},
	{"行星减速机", "台", []string{"QPX-60", "QPX-90", "QPX-120"}, []string{"背隙变大", "输出端漏油", "空载噪声偏大"}, [2]int{780, 5200}},
	{"蜗轮减速机", "台", []string{"QWR-063", "QWR-090", "QWR-110"}, []string{"蜗轮磨损快", "油温过高", "自锁失效"}, [2]int{360, 2600}},
	{"直线导轨", "根", []string{"QHG-20", "QHG-25", "QHG-35"}, []string{"滑块卡滞", "预压丢失", "端盖碎裂"}, [2]int{190, 1500}},
	{"滚珠丝杠", "根", []string{"QBS-2505", "QBS-3210", "QBS-4010"}, []string{"反向间隙超标", "钢珠脱落", "螺母座发热"}, [2]int{420, 3600}},
	{"骨架油封", "件", []string{"TC-45", "TC-60", "TC-85"}, []string{"唇口过早老化", "渗油", "装配翻边"}, [2]int{4, 38}},
	{"机械密封", "套", []string{"QS-35", "QS-50", "QS-70"}, []string{"静环崩边", "启动滴漏", "弹簧卡死"}, [2]int{120, 1300}},
	{"高强度紧固件", "盒", []string{"M12×60", "M16×80", "M20×100"}, []string{"扭矩衰减", "镀层发白", "螺纹咬死"}, [2]int{35, 210}},
	{"标准气缸", "支", []string{"QSC-50×100", "QSC-63×150", "QSC-80×200"}, []string{"活塞杆拉伤", "缓冲失灵", "端盖漏气"}, [2]int{110, 760}},
	{"同步带", "条", []string{"8M-1200", "5M-900", "14M-2100"}, []string{"跳齿", "边缘起毛", "张力衰减快"}, [2]int{28, 330}},
	{"滚子链条", "盒", []string{"08B-1", "12A-2", "16A-1"}, []string{"链节伸长", "滚子开裂", "锈蚀卡顿"}, [2]int{90, 620}},
}

// rivals are made-up competitors.
var rivals = []string{"科隆达传动", "北辰精工", "德霖轴承", "瑞捷自动化", "众擎机电"}

var reports = []string{"材质报告", "盐雾试验报告", "跳动检测报告", "寿命试验报告", "尺寸全检报告", "硬度检测报告", "噪声测试报告"}

var openingsOut = map[string][]string{
	"phone":          {"电话联系{who}", "给{who}去电", "与{who}通话", "打给{who}", "电话回访{who}"},
	"email":          {"邮件发给{who}", "给{who}去邮件", "邮件跟{who}确认", "按{who}要求发了邮件"},
	"visit":          {"到{city}工厂拜访{who}", "现场走访，{who}带看{line}", "与{who}在车间碰面", "登门拜访{who}", "顺路到厂里见{who}"},
	"online_meeting": {"与{who}开线上会", "线上会议，{who}和工艺同事参加", "视频会上跟{who}过方案", "和{who}远程看了{line}的录像"},
	"wechat":         {"微信与{who}沟通", "微信上问候{who}", "微信发给{who}资料", "跟{who}微信语音"},
	"wecom":          {"企业微信联系{who}", "企微上与{who}核对", "企微发消息给{who}", "企微群里跟{who}同步"},
	"sms":            {"短信告知{who}", "给{who}发短信", "短信提醒{who}"},
	"event":          {"展会上遇到{who}", "行业交流会上与{who}聊", "技术沙龙后与{who}面谈"},
}

var openingsIn = map[string][]string{
	"phone":  {"{who}来电", "{who}打电话过来", "接到{who}电话", "{who}打到办公室"},
	"wechat": {"{who}发来微信", "{who}微信语音留言", "{who}微信上主动找来"},
	"email":  {"{who}来邮件", "收到{who}邮件", "{who}邮件询问"},
}

// subjects are what we speak about when we call.
var subjects = map[string][]string{
	"first_contact": {
		"介绍公司和{part}产品线，对方{line}目前用进口件，年耗约{qty}", "初次沟通，了解到{line}每{days}停机保养一次，换{part}最费时",
		"自我介绍后问了{part}的用量，{model}每月约{qty}", "对方在找{part}第二供应商，现供货交期要{days}"},
	"needs": {
		"{line}改造要换{part}，先问{model}，数量{qty}", "核对{line}上{part}的工况，连续运转{hours}，粉尘较大",
		"了解{month}扩产计划，{part}预计增加{qty}", "对方想把{other}和{part}并单采购，关心{days}能否到货",
		"{part}的安装尺寸要改，原型号换成{model}，先试{few}", "{line}提速{pct}，现用{part}余量不够，要重新选型",
		"问到备件策略，{model}安全库存定为{few}", "新项目两条线，{part}按{qty}估算，图纸下周给"},
	"proposal": {
		"讲了{model}报价{price}，{qty}起订，交期{days}", "对比两种{part}方案，推荐{model}，单价{price}",
		"按{qty}重新报了{part}，较上次降{pct}", "方案里用{model}替换进口件，交期由{days}缩短，附{report}",
		"报年度框架价，{part}{price}，量过{qty}再让{pct}", "送样{few}{part}的方案已给，附{report}",
		"谈{part}寄售，厂内常备{few}，按月结算，单价{price}"},
	"care": {
		"回访上批{part}使用情况，{line}已运行{hours}", "{model}到货后抽检{few}，问装配是否顺手",
		"聊到{line}近期产量，比上月变动{pct}，{part}消耗随之调整", "提醒{part}该换润滑脂了，{line}上次保养已过{days}",
		"分享同行{part}延寿的做法，{month}可安排培训", "问候近况，顺带核对{model}库存还剩{few}",
		"{line}检修临近，提前{days}备{part}的建议已给"},
	"service": {
		"远程指导{part}安装，预紧按手册复测，{line}振动降{pct}", "排查{fault}，判断与{line}对中有关，不是{part}本身",
		"补发{model}的{report}，批次已核对，共{few}", "核对{model}安装照片，{line}试机{hours}无{fault}",
		"讲解{part}拆装步骤，{few}旧件寄回分析{fault}", "解答{part}润滑周期，{line}改为每{hours}补脂一次"},
	"service visit": {
		"处理{line}上{part}{fault}，更换{few}后试机{hours}", "现场测{line}温度，{part}运行{hours}后稳定",
		"教维修班拆装{part}，{few}旧件带回分析", "检查{line}，{model}有{few}{fault}，当场更换并重新对中",
		"{line}停机{hours}做保养，把{part}预紧逐件复测了一遍"},
	"win_back": {
		"分享一份{part}行业动态，问{line}开工情况，不谈订单", "发去{part}选型手册新版，说明{model}适用{line}",
		"转发{month}展会资料，顺带问{other}用得怎样", "聊了聊{line}的近况，知道对方{month}要检修",
		"寄去{report}样本供参考，没有催单，只问{part}库存"},
	"campaign": {
		"节前问候，告知{part}放假前最后发货日，{model}还有现货{few}", "拜年并确认春节值班电话，{line}节后{days}复工",
		"送上新春祝福，提醒节前备{model}{few}，免得开工缺件", "年前致谢，寄了台历，问{line}停机检修要不要{part}"},
	"other": {
		"核对开票信息，{part}那单按{qty}开，{month}入账", "对账，{last}货款差异{price}已找到原因",
		"确认送货窗口，{model}每批{few}，卸货改走东门", "更新联系人名单，{line}以后由工艺组报{part}计划"},
}

// requests are what customers want when they call.
var requests = map[string][]string{
	"service": {"{line}的{part}出现{fault}，问能否{days}内派人", "要{model}的{report}，验厂要用，共{few}",
		"问{part}润滑周期，{line}现在每{hours}补一次", "{part}装上后有{fault}，发来录像请我们判断"},
	"complaint": {"投诉{part}{fault}，{line}停了{hours}", "上批{model}有{few}{fault}，要求换货并给说法",
		"交期拖了{days}，{line}等{part}停产，意见很大", "{report}与实物不符，{model}退回{few}"},
	"needs":    {"{line}要加急{part}{few}，问最快几天", "新机型要用{model}，先问{qty}能否排产", "想找{other}一起配，{part}按{qty}询价"},
	"proposal": {"要{model}的正式报价，数量{qty}", "问{part}降{pct}的可能，月底前要定", "比价中，要我们更新{part}单价，上次是{price}"},
	"other":    {"通知仓库搬迁，{part}{days}后送新址", "催要{last}发票，涉及{model}{few}", "请假期前把{part}提前{days}送到"},
}

// attempts are notes about contacts nobody answered: calls (true) and messages.
var attempts = map[bool][]string{
	true: {
		"给{who}去电无人应答，原想确认{part}{few}的到货时间，改天再拨。", "两次拨打{who}都没人接，{line}检修的事过{days}再问。",
		"打给{who}，对方在开会没接，{model}的报价{price}另发文字说明。", "电话未接通，想问{who}{line}的{part}计划，已给前台留口信。",
		"拨{who}手机一直占线，{model}样品{few}的反馈下次再要。", "前台说{who}外出{days}，{part}用量改日再核对。",
		"电话响到自动挂断，原打算告诉{who}{report}已出，涉及{model}{few}。",
	},
	false: {
		"给{who}的消息已发出未见回音，内容是{part}行业简报，{month}再看。", "已读未回，只发了{last}整理的{part}应用案例给{who}，没谈订单。",
		"发给{who}的{model}{report}没有回复，先不催，过{days}再联系。", "向{who}询问{line}的{part}库存，{hours}没有答复。",
		"分享同行{line}改造经验给{who}，对方没有反应，顺带提了{model}。", "给{who}发了{part}保养提醒，附{model}换油周期，暂无回复，{days}后再看。",
	},
}

// endings are how it was taken, by feedback and mood.
var endings = map[string][]string{
	"positive satisfied": {"对方说{model}比原来的稳，{line}故障少了{pct}。", "对交期满意，{month}继续按此节奏要货。",
		"反馈装配顺利，批次一致性好，没有退件。", "表示服务及时，愿意介绍兄弟厂的{line}给我们。", "{who}说用了{years}很放心，后续照旧。"},
	"positive interested": {"对方有兴趣，要{report}和样品{few}。", "请我们{month}前再谈一次，想先试{few}。",
		"{who}愿意牵头内部评审，{days}内给答复。", "想了解{model}的寿命数据，准备立项。", "觉得方案可行，让我们带工程师去看{line}。"},
	"neutral hesitant": {"对方觉得{price}偏高，要再比较。", "预算未批，{who}说{month}才有结论。", "担心换型影响{line}，暂不表态。",
		"说库存还有{few}，不急着定。", "希望再让{pct}，否则难以上会。"},
	"neutral interested": {"对方记下了参数，说先问车间意见。", "让我们把{model}资料留下，有需要再联系。", "可以考虑，但要等{line}停机窗口。",
		"愿意看样，不过{month}以后才排得开。"},
	"neutral ":              {"对方表示知道了，没有新的要求。", "情况正常，{part}按原计划。", "{who}在忙，简单聊了几句，约下次细谈。", "暂无新需求，库存约{few}。"},
	"negative hesitant":     {"对方嫌{price}太贵，说同行低{pct}，本轮先不下单。", "{who}直言交期{days}接受不了，要另找货源。", "账期谈不拢，方案被搁置。"},
	"negative dissatisfied": {"{who}不满{fault}迟迟没解决，要求书面说明。", "对上批{part}质量有意见，点名要换{few}。", "抱怨响应慢，{line}等了{hours}。"},
}

var complaintEndings = []string{"已致歉，答应{hours}内给初步原因。", "语气很急，先安排调{few}应急。", "记录批号并约看{line}，请质量部配合。", "要求书面8D报告，先把{few}旧件寄回。"}

// incomingEndings close a contact the customer began.
var incomingEndings = map[string][]string{
	"positive": {"当场给了答复，对方表示满意。", "查库存后确认可供，{who}很高兴。", "答应按{days}安排，对方认可。", "解释清楚后{who}放心了，说按此办理。"},
	"neutral":  {"先记下情况，答应{hours}内回复。", "对方说不急，等内部确认后再定。", "资料转给同事核对，{who}等我们消息。"},
	"negative": {"对方嫌答复慢，说再拖就找别家。", "{who}对条件不认可，要求重新考虑。", "说上次{fault}还没说法，情绪不好。"},
}

// lightEndings close greetings, light touches and paperwork.
var lightEndings = map[string][]string{
	"positive": {"{who}很快回复，说{month}有计划会先找我们。", "对方道谢，说{line}一切正常。", "聊得轻松，{who}主动问起{model}近况。", "{who}回话说{days}后方便，欢迎过来坐坐。"},
	"neutral":  {"对方简单回了一句收到。", "{who}说在忙，以后再聊。", "回复客气，没有新的消息，{line}照常。"},
	"negative": {"{who}说最近不想被打扰，语气冷淡。", "对方提起上次{fault}，仍不满意。", "{who}直言已在用别家的{part}。"},
}

var purposes = map[string][]string{
	"first_contact": {"初次拜访介绍", "了解用件情况"}, "needs": {"了解采购计划", "确认选型需求", "摸清扩产安排"},
	"proposal": {"跟进报价", "商谈年度框架", "推进样品方案"}, "care": {"例行回访", "使用情况回访", "维护关系"},
	"service": {"技术支持", "处理现场问题"}, "complaint": {"处理投诉", "质量问题反馈"}, "win_back": {"轻触达问候", "行业动态分享"},
	"campaign": {"春节问候"}, "other": {"对账开票", "送货协调"},
}

var promises = []string{"提供{part}样品检测报告", "发{model}正式报价", "寄出{part}样品{few}", "给出{line}选型计算书", "回复{model}交期", "补齐{report}", "安排工程师看{line}"}

var checks = []string{"确认{who}收到承诺的资料，问{part}结论", "回访{who}，看{model}样品测试结果", "与{who}核对承诺事项是否到位"}

var nextActions = map[string][]string{
	"first_contact": {"带{part}样本拜访{who}", "发公司介绍并约看{line}"},
	"needs":         {"给{who}发{part}选型建议", "确认{model}数量后报价", "约{who}看{line}量尺寸"},
	"proposal":      {"跟{who}确认{model}报价反馈", "跟进{part}样品测试", "与{who}谈付款条件"},
	"care":          {"回访{line}上{part}状况", "问{who}下月{part}用量", "确认{model}补货数量"},
	"service":       {"复查{line}振动数据", "问{who}更换后的运行情况", "把{report}送给{who}"},
	"complaint":     {"给{who}书面答复并复查{line}", "确认{part}换货到位", "上门向{who}说明原因"},
	"win_back":      {"再发一份{part}应用案例", "约{who}喝茶聊近况"},
	"campaign":      {"节后问{who}开工备件", "复工后确认{model}库存"},
	"other":         {"确认{part}发票已收到", "核对{model}送货回单"},
}

var retries = []string{"换个时间再拨", "改用微信再联系一次", "请前台转告后再打", "下周错开会议时间再问"}

var results = []string{"已按约完成", "已办妥并告知客户", "资料已发，客户确认收到", "已电话答复客户", "已处理，客户无异议", "已与客户沟通清楚"}

var timings = []string{"{month}前定供应商", "等{line}停机窗口下单", "{days}内走内部审批", "{month}集中采购{part}", "先试{few}再放量"}

var pains = []string{"{line}常因{part}{fault}停机", "进口{part}交期长，{line}备件跟不上", "{part}批次不稳，返修多", "供应商多，{part}和{other}对账繁琐", "{line}提速后{part}寿命缩短"}

var needs = []string{"{part}交期压到{days}以内", "稳定供应{model}，附{report}", "{line}用件国产替代", "{part}与{other}一站配齐", "降低{line}备件库存"}

// caseSubjects are what cases are about, by kind; caseTopics the tags they get.
var caseSubjects = map[string][]string{
	"question":  {"{model}润滑周期怎么定", "{part}安装尺寸确认", "{line}更换{part}的拧紧顺序", "{model}能否用于{hours}连续运转", "要一份{report}"},
	"request":   {"{part}希望改小包装供货", "{model}加做{report}", "{line}要现场培训一次", "想试用新规格{part}{few}", "{other}也希望由我们供"},
	"complaint": {"{part}{fault}", "{model}到货少了{few}", "{line}装上{part}后{fault}", "{report}与实物批次不符"},
}

var caseTopics = map[string][]string{"question": {"售后"}, "request": {"功能"}, "complaint": {"质量"}}

// comments are what people write under a survey: the dissatisfied, the hesitant, the rest.
var comments = [][]string{
	{"{part}问题反复，处理太慢", "价格没有优势，答复也不及时", "承诺的{report}一直没有给全"},
	{"{part}还可以，交期再稳一些更好", "价格希望再谈一谈", "服务不错，{model}备货可以更多"},
	{"{part}质量稳定，沟通顺畅", "交货准时，工程师很专业", "{model}用得放心，会推荐给同行"},
}
