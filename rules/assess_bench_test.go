package rules_test

import (
	"strconv"
	"testing"

	"touchbase/rules"
)

// pastOf is a customer of a year and a half: so many orders of four products and two categories, so many follow-ups, cases and surveys.
func pastOf(t testing.TB, orders, followUps, cases, surveys int) *past {
	p := recall(t, "first_contact 560", "since 800", "left 300")
	each := func(n int, line func(i, age int) string) {
		for i := range n {
			p.add(line(i, (n-i)*540/n)) // oldest first, as they are stored
		}
	}
	each(orders, func(i, age int) string {
		return "order " + strconv.Itoa(age) + " amount=9000 product=p" + strconv.Itoa(i%4) + " category=c" + strconv.Itoa(i%2) +
			" due=" + strconv.Itoa(age-30) + " paid=" + strconv.Itoa(age-20)
	})
	each(followUps, func(i, age int) string {
		return []string{"contact ", "contact ", "attempt "}[i%3] + strconv.Itoa(age)
	})
	each(cases, func(i, age int) string {
		return []string{"complaint ", "request "}[i%2] + strconv.Itoa(age) + " resolved=" + strconv.Itoa(age-1)
	})
	each(surveys, func(_, age int) string { return "survey " + strconv.Itoa(age) + " nps=8 satisfied=8" })
	p.facts.Intent, p.facts.Need, p.facts.Known.Size, p.facts.Region = "high", "strong", "51-100", "华东"
	p.facts.Scores = rules.RFM{R: 5, F: 4, M: 3}
	return p
}

func BenchmarkAssess(b *testing.B) {
	for _, customer := range []struct {
		name string
		past *past
	}{
		{"none", pastOf(b, 0, 0, 0, 0)},
		{"usual", pastOf(b, 10, 10, 2, 1)},
		{"large", pastOf(b, 200, 200, 200, 200)},
	} {
		b.Run(customer.name, func(b *testing.B) {
			policy := assessPolicy(customer.past.zone)
			b.ReportAllocs()
			for b.Loop() {
				customer.past.assess(policy)
			}
		})
	}
}
