package crm_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain keeps the random histories, each of which writes to a real database, to a number that ends soon under the race
// detector; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	asked := false
	flag.Parse()
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		if err := flag.Set("rapid.checks", "40"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
