package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Line is one thing that was measured.
type Line struct {
	Key    string  // short, without spaces
	Name   string  // for people
	Unit   string  // of Ours and Base: s, ms, 1/s, MB
	Ours   float64 // median of the rounds
	Base   float64 // the same of what it is compared with; 0: with nothing
	Ratio  float64 // median of the ratios of the rounds, ours to the other
	Limit  float64 // of the ratio, or where there is none of Ours; 0: there is no target
	AtMost bool    // the limit is an upper one
}

// Met tells whether the target is reached.
func (l Line) Met() bool {
	value := l.Ratio
	if l.Base == 0 {
		value = l.Ours
	}
	return l.Limit == 0 || l.AtMost && value <= l.Limit || !l.AtMost && value >= l.Limit
}

// Report is what a bench found, in the order it was measured.
type Report struct{ Lines []Line }

func (r *Report) add(lines ...Line) { r.Lines = append(r.Lines, lines...) }

// Print writes the report as lines of cells separated by tabs.
func (r *Report) Print(w io.Writer) {
	fmt.Fprintln(w, "MEASURED\tOURS\tAGAINST\tRATIO\tTARGET\tMET")
	for _, l := range r.Lines {
		against, ratio, target, met := "", "", "", ""
		if l.Base != 0 {
			against, ratio = figure(l.Base, l.Unit), fmt.Sprintf("%.2f", l.Ratio)
		}
		if l.Limit != 0 {
			sign := "≥"
			if l.AtMost {
				sign = "≤"
			}
			target, met = fmt.Sprintf("%s %.2f", sign, l.Limit), "no"
			if l.Base == 0 {
				target = sign + " " + figure(l.Limit, l.Unit)
			}
			if l.Met() {
				met = "yes"
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Name, figure(l.Ours, l.Unit), against, ratio, target, met)
	}
}

func figure(value float64, unit string) string {
	digits := 0
	switch {
	case value < 10:
		digits = 2
	case value < 100:
		digits = 1
	}
	return fmt.Sprintf("%.*f %s", digits, value, unit)
}

// pair is what one round measured of both.
type pair struct{ ours, base float64 }

// compare makes a line of the rounds.
func compare(key, name, unit string, rounds []pair) Line {
	var ours, base, ratios []float64
	for _, p := range rounds {
		ours, base, ratios = append(ours, p.ours), append(base, p.base), append(ratios, p.ours/p.base)
	}
	return Line{Key: key, Name: name, Unit: unit, Ours: median(ours), Base: median(base), Ratio: median(ratios)}
}

func (l Line) atMost(limit float64) Line {
	l.Limit, l.AtMost = limit, true
	return l
}

func (l Line) atLeast(limit float64) Line {
	l.Limit = limit
	return l
}

func median[T cmp.Ordered](list []T) T { return quantile(list, 0.5) }

// quantile is the value below which a share of a list lies; of an empty one the zero.
func quantile[T cmp.Ordered](list []T, share float64) T {
	sorted := slices.Sorted(slices.Values(list))
	if len(sorted) == 0 {
		var none T
		return none
	}
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}
