package demo

import (
	"fmt"
	"strings"
)

const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditCode builds a unified social credit code (GB 32100-2015) of a company: registration office and
// kind 91, the region's six digits, the nine-character organisation code with its own check character
// (GB 11714), and the check character.
func creditCode(region string, serial int) string {
	body := "MA" + encode(serial, 6)
	code := "91" + region + body + organisationCheck(body)
	return code + creditCheck(code)
}

// creditCheck is the eighteenth character of a credit code, from the other seventeen: modulus 31.
func creditCheck(code string) string {
	sum, weight := 0, 1
	for _, c := range code {
		sum += strings.IndexRune(creditAlphabet, c) * weight
		weight = weight * 3 % 31
	}
	return string(creditAlphabet[(31-sum%31)%31])
}

// organisationCheck is the ninth character of an organisation code: modulus 11, X for ten.
func organisationCheck(body string) string {
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, c := range body {
		value := int(c - '0')
		if c >= 'A' {
			value = int(c-'A') + 10
		}
		sum += value * weights[i]
	}
	switch check := 11 - sum%11; check {
	case 10:
		return "X"
	case 11:
		return "0"
	default:
		return fmt.Sprint(check)
	}
}

// encode writes a number in the 31 characters of credit codes, filled to a width.
func encode(n, width int) string {
	out := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		out[i] = creditAlphabet[n%31]
		n /= 31
	}
	return string(out)
}

// phone gives the n-th mobile number: possible numbers of a block that ends in 0013.
func phone(n int) string {
	prefixes := [...]string{"1390013", "1500013", "1590013", "1860013", "1880013", "1350013"}
	return fmt.Sprintf("%s%04d", prefixes[n%len(prefixes)], 1000+n*2741%7000)
}

// name is a person's name in characters and in letters.
type name struct{ full, latin string }

// personName invents a name.
func (g *generator) personName() name {
	s := pick(g.rng, surnames)
	given := pick(g.rng, givenNames)
	return name{full: s[0] + given[0], latin: s[1] + "." + given[1]}
}

var surnames = [][2]string{
	{"王", "wang"}, {"李", "li"}, {"张", "zhang"}, {"刘", "liu"}, {"陈", "chen"}, {"杨", "yang"}, {"黄", "huang"},
	{"吴", "wu"}, {"徐", "xu"}, {"朱", "zhu"}, {"马", "ma"}, {"胡", "hu"}, {"郭", "guo"}, {"林", "lin"},
	{"高", "gao"}, {"罗", "luo"}, {"郑", "zheng"}, {"谢", "xie"}, {"宋", "song"}, {"唐", "tang"}, {"冯", "feng"},
	{"董", "dong"}, {"程", "cheng"}, {"曹", "cao"}, {"袁", "yuan"}, {"潘", "pan"}, {"蒋", "jiang"}, {"余", "yu"},
}

var givenNames = [][2]string{
	{"建国", "jianguo"}, {"志强", "zhiqiang"}, {"海燕", "haiyan"}, {"晓东", "xiaodong"}, {"丽华", "lihua"},
	{"文斌", "wenbin"}, {"国平", "guoping"}, {"雪梅", "xuemei"}, {"俊杰", "junjie"}, {"思远", "siyuan"},
	{"春生", "chunsheng"}, {"佩珊", "peishan"}, {"振华", "zhenhua"}, {"秀英", "xiuying"}, {"一鸣", "yiming"},
	{"家明", "jiaming"}, {"玉兰", "yulan"}, {"宏伟", "hongwei"}, {"静怡", "jingyi"}, {"立新", "lixin"},
	{"庆丰", "qingfeng"}, {"慧敏", "huimin"}, {"子轩", "zixuan"}, {"卫东", "weidong"}, {"美玲", "meiling"},
	{"正阳", "zhengyang"}, {"小波", "xiaobo"}, {"婉清", "wanqing"}, {"天佑", "tianyou"}, {"锦程", "jincheng"},
}

// brand invents the distinctive part of a company's name, each once.
func (g *generator) brand() (chinese, latin string) {
	for {
		first, second := pick(g.rng, brandSyllables), pick(g.rng, brandSyllables)
		if first == second || g.brands[first[1]+second[1]] {
			continue
		}
		g.brands[first[1]+second[1]] = true
		return first[0] + second[0], first[1] + second[1]
	}
}

var brandSyllables = [][2]string{
	{"铭", "ming"}, {"拓", "tuo"}, {"诚", "cheng"}, {"锐", "rui"}, {"泽", "ze"}, {"瀚", "han"}, {"骏", "jun"},
	{"腾", "teng"}, {"凯", "kai"}, {"博", "bo"}, {"旭", "xu"}, {"源", "yuan"}, {"隆", "long"}, {"鼎", "ding"},
	{"启", "qi"}, {"朗", "lang"}, {"奕", "yi"}, {"辰", "chen"}, {"嘉", "jia"}, {"远", "yuan"}, {"劲", "jin"},
	{"卓", "zhuo"}, {"越", "yue"}, {"盛", "sheng"}, {"科", "ke"}, {"维", "wei"}, {"力", "li"}, {"通", "tong"},
	{"顺", "shun"}, {"航", "hang"}, {"恺", "kai"}, {"曜", "yao"}, {"垚", "yao"}, {"璟", "jing"}, {"翎", "ling"},
}

type city struct{ name, province, region, code, district string }

var cities = map[string][]city{
	"华东": {
		{"苏州", "江苏", "华东", "320500", "吴中区"}, {"无锡", "江苏", "华东", "320200", "新吴区"},
		{"常州", "江苏", "华东", "320400", "武进区"}, {"宁波", "浙江", "华东", "330200", "北仑区"},
		{"杭州", "浙江", "华东", "330100", "萧山区"}, {"台州", "浙江", "华东", "331000", "路桥区"},
		{"合肥", "安徽", "华东", "340100", "肥西县"}, {"上海", "上海", "华东", "310000", "嘉定区"},
	},
	"华南": {
		{"东莞", "广东", "华南", "441900", "长安镇"}, {"佛山", "广东", "华南", "440600", "顺德区"},
		{"深圳", "广东", "华南", "440300", "宝安区"}, {"广州", "广东", "华南", "440100", "黄埔区"},
		{"中山", "广东", "华南", "442000", "小榄镇"}, {"惠州", "广东", "华南", "441300", "仲恺区"},
		{"厦门", "福建", "华南", "350200", "集美区"}, {"南宁", "广西", "华南", "450100", "江南区"},
	},
	"华北": {
		{"天津", "天津", "华北", "120000", "北辰区"}, {"青岛", "山东", "华北", "370200", "城阳区"},
		{"济南", "山东", "华北", "370100", "历城区"}, {"潍坊", "山东", "华北", "370700", "寒亭区"},
		{"石家庄", "河北", "华北", "130100", "藁城区"}, {"保定", "河北", "华北", "130600", "徐水区"},
		{"太原", "山西", "华北", "140100", "小店区"}, {"北京", "北京", "华北", "110000", "顺义区"},
	},
}

// trade is a line of business: the division of GB/T 4754-2017, how it sounds in a company's name, and
// the machines that need our parts.
type trade struct {
	code, name string
	machines   []string
}

var trades = []trade{
	{"34", "数控机床", []string{"龙门加工中心", "五轴铣床", "数控车床", "卧式镗床"}},
	{"35", "包装机械", []string{"枕式包装机", "灌装线", "装箱机", "热收缩膜机"}},
	{"35", "自动化设备", []string{"贴标工作站", "桁架机械手", "装配线", "检测转台"}},
	{"36", "汽车零部件", []string{"冲压线", "焊装夹具线", "涂装输送线", "缸盖清洗机"}},
	{"38", "电气", []string{"绕线机", "叠片机", "线束压接机", "电机装配线"}},
	{"39", "电子科技", []string{"点胶机", "贴片线", "晶圆搬运台", "插件机"}},
	{"33", "金属制品", []string{"折弯机", "激光切割机", "卷圆机", "抛光线"}},
	{"29", "塑胶制品", []string{"注塑机", "挤出机", "吹膜机", "造粒线"}},
	{"14", "食品", []string{"切片机", "杀菌釜输送线", "和面机", "速冻线"}},
	{"17", "纺织机械", []string{"细纱机", "整经机", "喷水织机", "定型机"}},
	{"22", "纸业", []string{"复卷机", "模切机", "瓦楞线", "涂布机"}},
	{"30", "建材装备", []string{"球磨机", "压砖机", "切割线", "提升机"}},
	{"51", "机电贸易", []string{"库存货架", "维修车间", "样品展台", "配送分拣线"}},
}
