package crm_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestLookUpsByIndex reads neither all customers and contacts to find likely matches nor the whole log to count what somebody did.
func TestLookUpsByIndex(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	for name, c := range map[string]struct {
		sql  string
		want []string
	}{
		"likely matches": {crm.MatchesSQL, []string{"idx_customers_name_key", "idx_customers_credit_code", "idx_contacts_phone", "idx_contacts_email"}},
		"reveals":        {crm.RevealedSQL, []string{"idx_audit_log_actor"}},
		"takings":        {crm.TakenSQL, []string{"idx_audit_log_actor"}},
	} {
		var steps []struct {
			Detail string `db:"detail"`
		}
		params := dbx.Params{}
		for _, named := range regexp.MustCompile(`\{:(\w+)\}`).FindAllStringSubmatch(c.sql, -1) {
			params[named[1]] = "x"
		}
		if err := app.DB().NewQuery("EXPLAIN QUERY PLAN " + c.sql).Bind(params).All(&steps); err != nil {
			t.Fatal(err)
		}
		var plan strings.Builder
		for _, step := range steps {
			plan.WriteString(step.Detail + "\n")
		}
		for _, index := range c.want {
			if !strings.Contains(plan.String(), index) {
				t.Errorf("%s: %s is not used:\n%s", name, index, plan.String())
			}
		}
		for _, table := range []string{"customers", "contacts", "users", "audit_log", "c", "u"} {
			if regexp.MustCompile(`SCAN ` + table + `\b`).MatchString(plan.String()) {
				t.Errorf("%s: all of %s is read:\n%s", name, table, plan.String())
			}
		}
	}
}
