package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// monthsOfSpending is how far back spending is told.
const monthsOfSpending = 24

// Month is what a customer ordered in one.
type Month struct {
	Month  string   `json:"month"`            // 2026-08
	Orders int      `json:"orders"`           // how many
	Amount *float64 `json:"amount,omitempty"` // in the policy's currency, returns subtracted; nil: not for the reader
}

// KnowsOrders is what of a customer's orders somebody may know.
type KnowsOrders struct {
	Amounts bool
	Counted bool // which of them are cancelled, and which are returns
}

// SpendingOf gives the last 24 months of a customer, in the policy's time zone, the present one last. Counted are the orders of the
// contract (section 1: neither cancelled nor a return), or all of them for a reader who may not tell those apart; what lies ahead does not
// exist yet.
func SpendingOf(app core.App, customer string, knows KnowsOrders, now time.Time) ([]Month, error) {
	policy, err := LoadPolicy(app)
	if err != nil {
		return nil, err
	}
	local := now.In(policy.Zone)
	first := time.Date(local.Year(), local.Month()-monthsOfSpending+1, 1, 0, 0, 0, 0, policy.Zone)
	months, place := make([]Month, monthsOfSpending), map[string]int{}
	for i := range months {
		months[i].Month = first.AddDate(0, i, 0).Format("2006-01")
		place[months[i].Month] = i
		if knows.Amounts {
			months[i].Amount = new(float64)
		}
	}
	var orders []struct {
		OrderedAt string
		Amount    float64
		Cancelled bool
	}
	err = app.DB().Select("ordered_at", "amount", "cancelled").From(CollectionOrders).
		Where(dbx.NewExp("customer = {:customer} AND ordered_at >= {:since} AND ordered_at <= {:now}",
			dbx.Params{"customer": customer, "since": FormatMoment(first), "now": FormatMoment(now)})).All(&orders)
	if err != nil {
		return nil, fmt.Errorf("failed to read the orders of a customer: %w", err)
	}
	for _, order := range orders {
		month := &months[place[ParseMoment(order.OrderedAt).In(policy.Zone).Format("2006-01")]]
		if !knows.Counted || !order.Cancelled && order.Amount >= 0 {
			month.Orders++
		}
		if knows.Amounts && !order.Cancelled {
			*month.Amount += order.Amount
		}
	}
	return months, nil
}
