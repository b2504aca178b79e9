package migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/dbutils"
)

// factIndexes are what a judgement reads instead of the tables: every column it asks for is in one of them. Those that there
// were before and that the new ones begin with are given back on the way back.
var factIndexes = []struct{ collection, name, columns, where, before string }{
	{"orders", "idx_orders_customer", "customer, ordered_at, cancelled, amount, product, category, due_on, paid_on", "", "customer, ordered_at, cancelled, amount"},
	{"follow_ups", "idx_follow_ups_customer", "customer, started_at, created, feedback, mood, status, resume_on, competitor, topics", "", "customer, started_at"},
	{"cases", "idx_cases_customer", "customer, opened_at, kind, severity, respond_by, resolved_at, reopened", "", "customer, opened_at"},
	{"surveys", "idx_surveys_customer", "customer, answered_at, nps, satisfaction", "", "customer, answered_at"},
	{"contracts", "idx_contracts_status", "customer, status", "", ""},
	{"tasks", "idx_tasks_win_back", "customer, cause, created", "kind = 'win_back'", ""},
	{"signals", "idx_signals_standing", "customer, `signal`, severity, evidence, id", "cleared_at = ''", ""},
	{"tags", "idx_tags_group", "`group`, name", "", ""},
	{"customers", "idx_customers_window", "window_orders, window_amount, last_order_at, stage, rfm, id", "window_orders > 0", "window_orders, window_amount, last_order_at"},
	{"customers", "idx_customers_assessed", "assessed_at", "", ""},
}

// putIndex gives a collection an index, in the place of the one of that name.
func putIndex(c *core.Collection, name, columns, where string) {
	before := slices.Clone(c.Indexes)
	c.AddIndex(name, false, columns, where)
	for i, index := range before {
		if dbutils.ParseIndex(index).IndexName == name {
			before[i] = c.Indexes[len(c.Indexes)-1]
			c.Indexes = before
		}
	}
}

// From here on a customer is judged in full. The tags of the rules stand among those of people, so there may be more of them.
func init() {
	m.Register(func(app core.App) error {
		err := changeCollection(app, "customers", func(c *core.Collection) {
			c.Fields.Add(hidden(data("automatic_tags")))
			c.Fields.GetByName("tags").(*core.RelationField).MaxSelect = 120
		})
		if err != nil {
			return err
		}
		for _, index := range factIndexes {
			err := changeCollection(app, index.collection, func(c *core.Collection) {
				putIndex(c, index.name, index.columns, index.where)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}, func(app core.App) error {
		for _, index := range factIndexes {
			err := changeCollection(app, index.collection, func(c *core.Collection) {
				if index.before == "" {
					c.RemoveIndex(index.name)
				} else {
					putIndex(c, index.name, index.before, index.where)
				}
			})
			if err != nil {
				return err
			}
		}
		return changeCollection(app, "customers", func(c *core.Collection) {
			c.Fields.RemoveByName("automatic_tags")
			c.Fields.GetByName("tags").(*core.RelationField).MaxSelect = 100
		})
	})
}
