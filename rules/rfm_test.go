package rules_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"touchbase/rules"
)

// groupTable is the group of every triple, worked out by hand from the sentence of the contract: a block for each r, a line for
// each f, a letter for each m (Core, Potential, Normal, Dormant).
var groupTable = map[int][5]string{
	1: {"DDDDD", "DDDDD", "DDDDD", "DDDDD", "DDDDD"},
	2: {"DDDDD", "DDDDD", "NNNNN", "NNNNN", "NNNNN"},
	3: {"NNPPP", "NNPPP", "PPPPP", "PPPPP", "PPPPP"},
	4: {"NNPPP", "NNPPP", "PPPCC", "PPCCC", "PPCCC"},
	5: {"NNPPP", "NNPPP", "PPPCC", "PPCCC", "PPCCC"},
}

func TestGroups(t *testing.T) {
	t.Parallel()
	names := map[byte]string{'C': rules.GroupCore, 'P': rules.GroupPotential, 'N': rules.GroupNormal, 'D': rules.GroupDormant}
	for r, block := range groupTable {
		for f, line := range block {
			for m := range line {
				p := recall(t, "order 1")
				p.facts.Scores = rules.RFM{R: r, F: f + 1, M: m + 1}
				want := rules.RFM{R: r, F: f + 1, M: m + 1, Group: names[line[m]]}
				if got := p.assess(assessPolicy(p.zone)).RFM; got != want {
					t.Errorf("got %+v, want %+v", got, want)
				}
				// Points that every value exceeds, or none, give every score.
				var points rules.CutPoints
				for i := range 4 {
					points.R[i] = cutBeyond(i < 5-r)
					points.F[i] = cutBeyond(i < f)
					points.M[i] = cutBeyond(i < m)
				}
				if got := points.Score(rules.Window{Days: 1, Orders: 1, Amount: 1}); got != want {
					t.Errorf("scored: got %+v, want %+v", got, want)
				}
			}
		}
	}
}

func cutBeyond(passed bool) float64 {
	if passed {
		return 0
	}
	return 2
}

func amounts(values ...float64) []rules.Window {
	windows := make([]rules.Window, len(values))
	for i, value := range values {
		windows[i] = rules.Window{Amount: value}
	}
	return windows
}

// Figures of R's quantile(x, c(.2, .4, .6, .8)), whose default is type 7, or worked out by hand.
func TestCutPoints(t *testing.T) {
	t.Parallel()
	// Miles per gallon of R's data set mtcars.
	mtcars := []float64{
		21, 21, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4,
		14.7, 32.4, 30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26, 30.4, 15.8, 19.7, 15, 21.4,
	}
	for _, test := range []struct {
		name   string
		values []float64
		want   [4]float64
	}{
		{"nobody", nil, [4]float64{}},
		{"one", []float64{7}, [4]float64{7, 7, 7, 7}},
		{"two", []float64{7, 5}, [4]float64{5.4, 5.8, 6.2, 6.6}},
		{"six fall on the points", []float64{60, 10, 50, 20, 40, 30}, [4]float64{20, 30, 40, 50}},
		{"quantile(1:10)", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, [4]float64{2.8, 4.6, 6.4, 8.2}},
		{"quantile(mtcars$mpg)", mtcars, [4]float64{15.2, 17.92, 21, 24.08}},
		{"powers of two", []float64{1, 2, 4, 8, 16, 32, 64}, [4]float64{2.4, 5.6, 12.8, 28.8}},
		{"all the same", []float64{3, 3, 3}, [4]float64{3, 3, 3, 3}},
		{"returns", []float64{-10, 0, 10}, [4]float64{-6, -2, 2, 6}},
	} {
		got := rules.Cut(amounts(test.values...))
		for i := range got.M {
			if math.Abs(got.M[i]-test.want[i]) > 1e-9 {
				t.Errorf("%s: got %v, want %v", test.name, got.M, test.want)
			}
		}
		if got.R != [4]float64{} || got.F != [4]float64{} || got.Fixed {
			t.Errorf("%s: got %+v", test.name, got)
		}
	}
	whole := rules.Cut([]rules.Window{{1, 10, 100}, {2, 20, 200}, {3, 30, 300}, {4, 40, 400}, {5, 50, 500}, {6, 60, 600}})
	if want := (rules.CutPoints{R: [4]float64{2, 3, 4, 5}, F: [4]float64{20, 30, 40, 50}, M: [4]float64{200, 300, 400, 500}}); whole != want {
		t.Errorf("got %+v, want %+v", whole, want)
	}
}

func TestScores(t *testing.T) {
	t.Parallel()
	quantiles := rules.CutPoints{R: [4]float64{10, 20, 30, 40}, F: [4]float64{1, 2, 2, 6}, M: [4]float64{100, 200, 300, 400}}
	bounds := quantiles
	bounds.Fixed = true
	// One bound on each axis; the others are beyond every value.
	beyond := math.Inf(1)
	one := rules.CutPoints{R: [4]float64{30, beyond, beyond, beyond}, F: [4]float64{4, beyond, beyond, beyond}, M: [4]float64{1000, beyond, beyond, beyond}, Fixed: true}
	for _, test := range []struct {
		name    string
		points  rules.CutPoints
		window  rules.Window
		r, f, m int
	}{
		{"below all", quantiles, rules.Window{Days: 0, Orders: 0, Amount: -5}, 5, 1, 1},
		{"at the first", quantiles, rules.Window{Days: 10, Orders: 1, Amount: 100}, 5, 1, 1},
		{"above the first", quantiles, rules.Window{Days: 11, Orders: 2, Amount: 100.01}, 4, 2, 2},
		{"above two points of one value", quantiles, rules.Window{Days: 21, Orders: 3, Amount: 300}, 3, 4, 3},
		{"at the last", quantiles, rules.Window{Days: 40, Orders: 6, Amount: 400}, 2, 4, 4},
		{"above the last", quantiles, rules.Window{Days: 41, Orders: 7, Amount: 400.01}, 1, 5, 5},
		{"below a bound", bounds, rules.Window{Days: 9, Orders: 0, Amount: 99.99}, 5, 1, 1},
		{"at a bound", bounds, rules.Window{Days: 10, Orders: 1, Amount: 100}, 4, 2, 2},
		{"at two bounds of one value", bounds, rules.Window{Days: 20, Orders: 2, Amount: 200}, 3, 4, 3},
		{"at the last bound", bounds, rules.Window{Days: 40, Orders: 6, Amount: 400}, 1, 5, 5},
		{"below one", one, rules.Window{Days: 29, Orders: 3, Amount: 999.99}, 5, 1, 1},
		{"at one", one, rules.Window{Days: 30, Orders: 4, Amount: 1000}, 4, 2, 2},
	} {
		got := test.points.Score(test.window)
		if got.R != test.r || got.F != test.f || got.M != test.m || got.Group == "" {
			t.Errorf("%s: got %+v", test.name, got)
		}
	}
}

// A population of distinct values falls into five parts of which none is larger by more than one, scores follow the values,
// and nobody's place in the list matters.
func TestFifths(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfNDistinct(rapid.IntRange(-1000, 1000), 1, 60, rapid.ID).Draw(t, "amounts")
		population := make([]rules.Window, len(values))
		for i, value := range values {
			population[i] = rules.Window{Days: value, Orders: value, Amount: float64(value)}
		}
		points := rules.Cut(population)
		if again := rules.Cut(rapid.Permutation(population).Draw(t, "shuffled")); again != points {
			t.Fatalf("in another order: %+v, not %+v", again, points)
		}
		var parts [6]int
		for _, a := range population {
			s := points.Score(a)
			parts[s.M]++
			if s.F != s.M || s.R != 6-s.M && !atAPoint(points, a.Amount) {
				t.Fatalf("%+v: r %d, f %d, m %d", a, s.R, s.F, s.M)
			}
			for _, b := range population {
				if other := points.Score(b); a.Amount < b.Amount && (s.M > other.M || s.R < other.R) {
					t.Fatalf("%+v scores %+v, %+v scores %+v", a, s, b, other)
				}
			}
		}
		least, most := len(population), 0
		for _, n := range parts[1:] {
			least, most = min(least, n), max(most, n)
		}
		if most-least > 1 {
			t.Fatalf("parts of %v", parts[1:])
		}
	})
}

func atAPoint(points rules.CutPoints, value float64) bool {
	for _, point := range points.M {
		if value == point {
			return true
		}
	}
	return false
}
