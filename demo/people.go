package demo

// companyName is the made-up supplier.
const companyName = "启衡精密传动有限公司"

// Team is a group of people who look after a region.
type Team struct{ Key, Name, Region string }

// Person is somebody who works for the company. Role and Department are the select values of users;
// Team is a team's key, empty for the director, who belongs to all of them. The password is the
// caller's choice.
type Person struct{ Key, Name, Email, Phone, Role, Department, Team string }

func teams() []Team {
	return []Team{
		{Key: "east", Name: "华东销售部", Region: "华东"},
		{Key: "south", Name: "华南销售部", Region: "华南"},
		{Key: "north", Name: "华北销售部", Region: "华北"},
	}
}

func people() []Person {
	return []Person{
		{"gu", "顾远衡", "gu.yuanheng@qiheng.example", "13800130001", "director", "management", ""},
		{"lu", "陆佳宁", "lu.jianing@qiheng.example", "13800130002", "manager", "sales", "east"},
		{"he", "何永泰", "he.yongtai@qiheng.example", "13800130003", "manager", "sales", "south"},
		{"zhao", "赵立群", "zhao.liqun@qiheng.example", "13800130004", "manager", "sales", "north"},
		{"zhou", "周雨桐", "zhou.yutong@qiheng.example", "13800130005", "rep", "sales", "east"},
		{"liang", "梁嘉豪", "liang.jiahao@qiheng.example", "13800130006", "rep", "sales", "south"},
		{"sun", "孙晓峰", "sun.xiaofeng@qiheng.example", "13800130007", "rep", "sales", "north"},
		{"xu", "许文静", "xu.wenjing@qiheng.example", "13800130008", "support", "service", "east"},
		{"deng", "邓志远", "deng.zhiyuan@qiheng.example", "13800130009", "support", "technical", "south"},
	}
}

// share is how many customers of a tier somebody looks after.
type share struct {
	tier      string
	customers int
}

// portfolios are the customers of one person, by role.
var portfolios = map[string][]share{
	"director": {{"S", 5}, {"A", 4}, {"B", 2}},
	"manager":  {{"S", 1}, {"A", 5}, {"B", 8}, {"C", 4}},
	"rep":      {{"S", 1}, {"A", 6}, {"B", 14}, {"C", 8}},
	"support":  {{"A", 2}, {"B", 12}, {"C", 6}},
}

// colleague is a support person who may answer for the owner: the one of the team, else any.
func (g *generator) colleague(owner string) *Person {
	var team string
	for i := range g.people {
		if g.people[i].Key == owner {
			team = g.people[i].Team
		}
	}
	var other *Person
	for i := range g.people {
		p := &g.people[i]
		if p.Role != "support" || p.Key == owner {
			continue
		}
		if p.Team == team {
			return p
		}
		other = p
	}
	return other
}
