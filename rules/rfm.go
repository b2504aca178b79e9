package rules

import (
	"math"
	"slices"
)

// The groups of RFM.
const (
	GroupCore      = "core"
	GroupPotential = "potential"
	GroupNormal    = "normal"
	GroupDormant   = "dormant"
)

// RFM are the scores of a customer, each 1 to 5 (0: none), and the group they make.
type RFM struct {
	R     int    `json:"r,omitempty"`
	F     int    `json:"f,omitempty"`
	M     int    `json:"m,omitempty"`
	Group string `json:"group,omitempty"`
}

// scored tells whether there are scores.
func (s RFM) scored() bool { return s.R > 0 && s.F > 0 && s.M > 0 }

// groupOf names the group of three scores.
func groupOf(r, f, m int) string {
	switch {
	case r >= 4 && f >= 3 && m >= 3 && (f >= 4 || m >= 4):
		return GroupCore
	case r == 1, r == 2 && f <= 2:
		return GroupDormant
	case r >= 3 && (f >= 3 || m >= 3):
		return GroupPotential
	}
	return GroupNormal
}

// Window is what a customer bought in the days of the RFM window.
type Window struct {
	Days   int     // since the last counted order
	Orders int     // counted orders
	Amount float64 // with returns
}

// CutPoints part a population into five on each axis.
type CutPoints struct {
	R, F, M [4]float64
	// Fixed points are those of a policy: a value at one has passed it, while it has to exceed a quantile.
	Fixed bool
}

// quantiles are where the population is cut.
var quantiles = [4]float64{.2, .4, .6, .8}

// Cut gives the cut points of a population: its 20, 40, 60 and 80 % quantiles of type 7, between two values in proportion.
func Cut(population []Window) CutPoints {
	var points CutPoints
	for _, axis := range []struct {
		points *[4]float64
		value  func(Window) float64
	}{
		{&points.R, func(w Window) float64 { return float64(w.Days) }},
		{&points.F, func(w Window) float64 { return float64(w.Orders) }},
		{&points.M, func(w Window) float64 { return w.Amount }},
	} {
		values := make([]float64, len(population))
		for i, w := range population {
			values[i] = axis.value(w)
		}
		slices.Sort(values)
		for i, share := range quantiles {
			axis.points[i] = quantile(values, share)
		}
	}
	return points
}

// quantile gives the value below which a share of sorted values lies; of none, 0.
func quantile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := share * float64(len(sorted)-1)
	low := int(math.Floor(at))
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

// Score gives the scores of a customer of the population, and the group.
func (c CutPoints) Score(w Window) RFM {
	s := RFM{R: 5 - c.passed(c.R, float64(w.Days)), F: 1 + c.passed(c.F, float64(w.Orders)), M: 1 + c.passed(c.M, w.Amount)}
	s.Group = groupOf(s.R, s.F, s.M)
	return s
}

func (c CutPoints) passed(points [4]float64, value float64) int {
	n := 0
	for _, point := range points {
		if value > point || c.Fixed && value == point {
			n++
		}
	}
	return n
}

// rfm groups the customer by the scores of the last night. Whoever ordered, but not within the window, is dormant; a first
// order waits for its scores until the night.
func (v *view) rfm(a *Assessment) {
	switch {
	case !a.Ordered:
	case a.WindowOrders == 0:
		a.RFM.Group = GroupDormant
	case v.facts.Scores.scored():
		a.RFM = v.facts.Scores
		a.RFM.Group = groupOf(a.RFM.R, a.RFM.F, a.RFM.M)
	}
}
