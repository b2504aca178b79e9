package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() {
	m.Register(func(app core.App) error {
		tiers := newCollection("tiers",
			required(matching("code", `^[SABC]$`)),
			required(text("name")),
			&core.NumberField{
				Name: "cadence_days", OnlyInt: true, Required: true,
				Min: types.Pointer(1.0), Max: types.Pointer(366.0),
			},
			whole("silent_after_days"),
			whole("max_gap_days"),
			required(choice("owner_role", "rep", "support", "manager", "director")),
			long("strategy"),
		)
		tiers.UpdateRule = types.Pointer(director)
		tiers.AddIndex("idx_tiers_code", true, "code", "")
		if err := save(app, tiers); err != nil {
			return err
		}
		return seedTiers(app)
	}, drop("tiers"))
}

func seedTiers(app core.App) error {
	for _, t := range []struct {
		code, name          string
		cadence, maxGap     int // days
		ownerRole, strategy string
	}{
		{"S", "S 核心客户", 7, 30, "director", "销售总监直接对接，按客户单独设计方案，每周主动联系，重要节点上门。"},
		{"A", "A 重点客户", 14, 60, "rep", "专人负责，每两周沟通一次进展，及时提供案例和报价，推动决策。"},
		{"B", "B 普通客户", 30, 120, "support", "每月联系一次，分享行业资讯和产品更新，留意新的需求。"},
		{"C", "C 观察客户", 60, 180, "support", "每两个月轻量触达，以资讯和节日问候为主，出现意向再升级。"},
	} {
		err := seed(app, "tiers", map[string]any{
			"code": t.code, "name": t.name, "cadence_days": t.cadence, "silent_after_days": 30,
			"max_gap_days": t.maxGap, "owner_role": t.ownerRole, "strategy": t.strategy,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
