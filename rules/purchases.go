package rules

import (
	"math"
	"slices"
)

// daysOfYear is the window of the annual purchase: ages 0 to 364 days.
const daysOfYear = 365

// maxProducts bounds the list of products bought.
const maxProducts = 50

// purchases sums what was bought: the annual purchase, the RFM window, the last order, the products.
func (v *view) purchases(a *Assessment) {
	for i := len(v.orders) - 1; i >= 0; i-- {
		o := &v.orders[i]
		if v.within(o.on, daysOfYear) {
			a.AnnualPurchase += o.Amount
		}
		windowed := v.within(o.on, v.policy.RFMWindowDays)
		if windowed {
			a.WindowAmount += o.Amount
		}
		if !o.counted() {
			continue
		}
		v.firstOrder = o.on
		if !a.Ordered {
			a.Ordered, a.LastOrderAt = true, o.At
		}
		if windowed {
			a.WindowOrders++
		}
		if o.Product != "" && len(a.ProductsBought) < maxProducts && !slices.Contains(a.ProductsBought, o.Product) {
			a.ProductsBought = append(a.ProductsBought, o.Product)
		}
	}
	a.AnnualPurchase = cents(a.AnnualPurchase)
	a.WindowAmount = cents(a.WindowAmount)
	// What a customer declares holds until their own first year says better, so that a first order never
	// costs a tier.
	if v.declares() {
		// The day that first year ends is noted above, where the order leaves the annual purchase.
		a.AnnualPurchase = max(a.AnnualPurchase, v.facts.DeclaredAnnualPurchase)
	}
}

// declares tells whether what the customer declared still counts.
func (v *view) declares() bool {
	return v.facts.DeclaredAnnualPurchase > 0 && (v.firstOrder == 0 || v.today-v.firstOrder < daysOfYear)
}

// cents rounds away the noise of adding binary fractions.
func cents(amount float64) float64 { return math.Round(amount*100) / 100 }

// since is the day from which the cooperation counts: the one entered, else that of the first counted order.
func (v *view) since() Day {
	if day := v.facts.Known.CooperationSince; day != 0 {
		return day
	}
	return v.firstOrder
}

// cooperates tells whether the cooperation has lasted so many calendar years, and notes when it will have.
func (v *view) cooperates(years int) bool {
	since := v.since()
	if since == 0 {
		return false
	}
	anniversary := since.AddYears(years)
	v.changesOn(anniversary)
	return v.today >= anniversary
}
